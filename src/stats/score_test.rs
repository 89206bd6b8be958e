//! A test of k groups by their scores: how far each is from what it expects if none differs.
//!
//! With `U` the scores and `V` their covariances, `U' V^-1 U` over all groups but one is chi-square
//! with `k - 1` degrees of freedom: the scores add up to 0, so that any one may be left out. Which
//! scores is the matter of `log_rank` and `gray`.
//!
//! A group of variance 0 adds nothing and is dropped, and the degrees of freedom with it. Undefined
//! with fewer than two groups left.

use super::cholesky::{Factor, dot};
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
#[derive(Debug)]
pub(super) struct Score {
    pub(super) excess: Vec<f64>,
    pub(super) covariance: Vec<Vec<f64>>,
}

impl Score {
    /// Nothing observed yet of so many groups.
    pub(super) fn of(groups: usize) -> Self {
        Self { excess: vec![0.0; groups], covariance: vec![vec![0.0; groups]; groups] }
    }

    /// The test of all groups that have a variance.
    #[allow(clippy::cast_precision_loss, reason = "a handful of groups")]
    pub(super) fn test(&self) -> Option<Test> {
        let informative = (0..self.excess.len()).filter(|&j| self.covariance[j][j] > 0.0);
        let mut kept: Vec<usize> = informative.collect();
        // What all groups have together is fixed, so one of them is left out.
        kept.pop()?;
        let df = kept.len();
        if df == 0 {
            return None;
        }
        let row = |&j: &usize| kept.iter().map(|&l| self.covariance[j][l]).collect();
        let covariance: Vec<Vec<f64>> = kept.iter().map(row).collect();
        let excess: Vec<f64> = kept.iter().map(|&j| self.excess[j]).collect();
        // With V = L L' and L y = U the quadratic form is the sum of y^2.
        let solved = Factor::of(&covariance).ok()?.forward(&excess);
        let chi_square = dot(&solved, &solved);
        if !chi_square.is_finite() {
            return None;
        }
        let p = if chi_square > 0.0 {
            checked_gamma_ur(df as f64 / 2.0, chi_square / 2.0).ok()?
        } else {
            1.0
        };
        Some(Test { chi_square, df, p })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_groups_are_the_square_over_the_variance() {
        let score =
            Score { excess: vec![3.0, -3.0], covariance: vec![vec![2.0, -2.0], vec![-2.0, 2.0]] };
        let found = score.test().expect("two groups");
        assert!((found.chi_square - 4.5).abs() < 1e-12);
        assert_eq!(found.df, 1);
        // R 4.2.2, pchisq(4.5, 1, lower.tail = FALSE).
        assert!((found.p - 0.033_894_853_524_689_3).abs() < 1e-12, "{}", found.p);
    }

    #[test]
    fn without_two_groups_of_a_variance_there_is_no_test() {
        assert_eq!(Score::of(0).test(), None);
        assert_eq!(Score::of(3).test(), None);
        let one = Score { excess: vec![1.0, 0.0], covariance: vec![vec![1.0, 0.0], vec![0.0; 2]] };
        assert_eq!(one.test(), None);
        let excess = vec![f64::INFINITY, f64::NEG_INFINITY];
        let no_number = Score { excess, covariance: vec![vec![1.0, -1.0], vec![-1.0, 1.0]] };
        assert_eq!(no_number.test(), None);
    }
}
