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
use super::score_test::Score;

pub use super::score_test::Test;

/// Compares groups. `competing` is not looked at; a group with fewer steps has nobody at risk later.
#[must_use]
pub fn log_rank(groups: &[&[Step]]) -> Option<Test> {
    score(groups).test()
}

#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
fn score(groups: &[&[Step]]) -> Score {
    let k = groups.len();
    let mut score = Score::of(k);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of times, censored ones marked false.
    fn steps(records: &[(usize, bool)]) -> Vec<Step> {
        let last = records.iter().map(|&(time, _)| time).max().unwrap_or(0);
        let count = |fits: &dyn Fn(&(usize, bool)) -> bool| {
            records.iter().filter(|record| fits(record)).count() as u64
        };
        let step = |now: usize| Step {
            at_risk: count(&|&(time, _)| time >= now),
            events: count(&|&(time, event)| event && time == now),
            competing: 0,
        };
        (1..=last).map(step).collect()
    }

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    }

    /// Acute myelogenous leukaemia (Miller 1981): weeks to relapse, censored ones marked false.
    const MAINTAINED: [(usize, bool); 11] = [
        (9, true),
        (13, true),
        (13, false),
        (18, true),
        (23, true),
        (28, false),
        (31, true),
        (34, true),
        (45, false),
        (48, true),
        (161, false),
    ];
    const NOT_MAINTAINED: [(usize, bool); 12] = [
        (5, true),
        (5, true),
        (8, true),
        (8, true),
        (12, true),
        (16, false),
        (23, true),
        (27, true),
        (30, true),
        (33, true),
        (43, true),
        (45, true),
    ];

    #[test]
    fn agrees_with_r_on_two_groups() {
        // R 4.2.2, survival 3.5-3, survdiff(Surv(time, status) ~ x, aml).
        let (a, b) = (steps(&MAINTAINED), steps(&NOT_MAINTAINED));
        let found = log_rank(&[&a, &b]).expect("two groups");
        near(found.chi_square, 3.396_388_698_977_6);
        assert_eq!(found.df, 1);
    }

    #[test]
    fn the_tail_is_that_of_chi_square() {
        // R 4.2.2, pchisq(3.3963886989776, 1, lower.tail = FALSE).
        let (a, b) = (steps(&MAINTAINED), steps(&NOT_MAINTAINED));
        near(log_rank(&[&a, &b]).expect("two groups").p, 0.065_339_322_040_505_1);
        // The same in both: nothing above expectation, whatever the rounding.
        assert!(log_rank(&[&a, &a]).expect("two groups").p > 1.0 - 1e-6);
    }

    #[test]
    fn a_group_that_is_never_at_risk_adds_nothing() {
        let (a, b) = (steps(&MAINTAINED), steps(&NOT_MAINTAINED));
        let empty = [Step::default(); 9];
        // Censored at 1, before anything happens.
        let early = steps(&[(1, false), (1, false)]);
        assert_eq!(log_rank(&[&empty, &a, &early, &b, &[]]), log_rank(&[&a, &b]));
    }

    #[test]
    fn nothing_to_compare_is_undefined() {
        let a = steps(&MAINTAINED);
        assert_eq!(log_rank(&[]), None);
        assert_eq!(log_rank(&[&a]), None);
        assert_eq!(log_rank(&[&a, &[]]), None);
        let censored = steps(&[(3, false), (4, false)]);
        assert_eq!(log_rank(&[&censored, &censored]), None, "no events");
        let at_once = steps(&[(1, true), (1, true)]);
        assert_eq!(log_rank(&[&at_once, &at_once]), None, "everybody at once");
    }

    #[test]
    fn groups_never_at_risk_together_cannot_be_compared() {
        // Not the tables of people who all start at time 1: two pairs that never meet.
        let step = |at_risk, events| Step { at_risk, events, competing: 0 };
        let (first, second) = ([step(5, 2), step(0, 0)], [step(0, 0), step(5, 1)]);
        assert_eq!(log_rank(&[&first, &first, &second, &second]), None);
    }
}
