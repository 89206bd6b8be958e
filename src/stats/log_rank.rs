//! The log-rank test: do k groups have the event at the same pace?
//!
//! At each time with `d` events among `n` at risk, group `j` expects `d n_j / n`; the covariance of
//! what it has is hypergeometric, `d (n - d) / (n - 1) (n_j / n) (delta_jl - n_l / n)`. With `U` the
//! sums of observed minus expected and `V` the sums of covariances, `U' V^-1 U` (any one group left
//! out) is chi-square with `k - 1` degrees of freedom.
//!
//! References: Mantel 1966, Cancer Chemotherapy Reports 50, 163-170; Peto and Peto 1972,
//! doi 10.2307/2344317.
//!
//! A group of variance 0 (nobody of it is ever at risk beside others when some, not all, have the
//! event) adds nothing and is dropped, and the degrees of freedom with it. Undefined with fewer
//! than two groups left.

use super::life_table::Step;
use statrs::function::gamma::checked_gamma_ur;

/// Result of a test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// The statistic.
    pub chi_square: f64,
    /// Degrees of freedom: groups compared, less one.
    pub df: usize,
    /// Probability of a statistic as large or larger if the groups do not differ.
    pub p: f64,
}

/// Observed minus expected of each group, and the covariances of them.
struct Score {
    excess: Vec<f64>,
    covariance: Vec<Vec<f64>>,
}

/// Compares groups. `competing` is not looked at; a group with fewer steps has nobody at risk later.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "a handful of groups")]
pub fn log_rank(groups: &[&[Step]]) -> Option<Test> {
    let score = score(groups);
    let informative = (0..groups.len()).filter(|&j| score.covariance[j][j] > 0.0);
    let mut kept: Vec<usize> = informative.collect();
    // What all groups have together is fixed, so one of them is left out.
    kept.pop()?;
    let df = kept.len();
    if df == 0 {
        return None;
    }
    let chi_square = quadratic_form(&score, &kept)?;
    let p = if chi_square > 0.0 {
        checked_gamma_ur(df as f64 / 2.0, chi_square / 2.0).ok()?
    } else {
        1.0
    };
    Some(Test { chi_square, df, p })
}

#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
fn score(groups: &[&[Step]]) -> Score {
    let k = groups.len();
    let mut score = Score { excess: vec![0.0; k], covariance: vec![vec![0.0; k]; k] };
    let last = groups.iter().map(|steps| steps.len()).max().unwrap_or(0);
    for time in 0..last {
        let at = |j: usize| groups[j].get(time).copied().unwrap_or_default();
        let n: u64 = (0..k).map(|j| at(j).at_risk).sum();
        let d: u64 = (0..k).map(|j| at(j).events).sum();
        // Where nobody or everybody has the event, no group can have more than it expects.
        if d == 0 || d >= n {
            continue;
        }
        let (n, d) = (n as f64, d as f64);
        let spread = d * (n - d) / (n - 1.0);
        let share = |j: usize| at(j).at_risk as f64 / n;
        for j in 0..k {
            score.excess[j] += at(j).events as f64 - d * share(j);
            for l in 0..k {
                let same = if j == l { 1.0 } else { 0.0 };
                score.covariance[j][l] += spread * share(j) * (same - share(l));
            }
        }
    }
    score
}

/// `U' V^-1 U` over some groups: with `V = L L'` and `L y = U` (Cholesky) it is the sum of `y^2`.
/// `None` where `V` is singular.
fn quadratic_form(score: &Score, groups: &[usize]) -> Option<f64> {
    let mut lower: Vec<Vec<f64>> = Vec::with_capacity(groups.len());
    let mut solved: Vec<f64> = Vec::with_capacity(groups.len());
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    for (i, &group) in groups.iter().enumerate() {
        let mut row = Vec::with_capacity(i + 1);
        for (above, &other) in lower.iter().zip(groups) {
            let left = score.covariance[group][other] - dot(&row, above);
            row.push(left / above[row.len()]);
        }
        let variance = score.covariance[group][group];
        let left = variance - dot(&row, &row);
        // What rounding leaves of a row that depends on those above it.
        if left <= variance * 1e-12 {
            return None;
        }
        let pivot = left.sqrt();
        solved.push((score.excess[group] - dot(&row, &solved)) / pivot);
        row.push(pivot);
        lower.push(row);
    }
    Some(dot(&solved, &solved))
}
