//! Whether two arms overlap enough to be compared at all.
//!
//! Weighting answers whatever it is given: where hardly anybody of a kind is in one arm, a few
//! people stand for many, and the answer is theirs. So it is refused beyond limits that are set
//! beforehand.
//!
//! References: Austin 2009, doi 10.1002/sim.3697 (a difference of 0.1); Crump, Hotz, Imbens and
//! Mitnik 2009, doi 10.1093/biomet/asn055 (scores near 0 and 1).

use super::weighting::{Size, Weighted};

/// The largest share of people with scores outside 0.05 to 0.95.
pub const MOST_AT_THE_EDGE: f64 = 0.05;
/// The smallest effective size of an arm, as a share of its size.
pub const LEAST_EFFECTIVE: f64 = 0.5;
/// The largest difference that may be left in a covariate, in standard deviations.
pub const MOST_DIFFERENT: f64 = 0.1;

/// Why a weighted comparison is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More than 5 % of scores lie outside 0.05 to 0.95.
    #[error("for more than 5 % of people the arm was all but certain beforehand")]
    Edge,
    /// An arm has an effective size under half of its size.
    #[error("after weighting, fewer than half of the people of an arm count")]
    EffectiveSize,
    /// Weighting leaves a covariate more than 0.1 standard deviations apart.
    #[error("weighting leaves the arms unlike in covariate {column}")]
    Imbalance {
        /// Place of the covariate in the design; 1 is the first.
        column: usize,
    },
}

/// All that speaks against the comparison; empty where nothing does.
///
/// A limit is passed by what lies beyond it, not on it. A difference left that is undefined is
/// beyond every limit.
#[must_use]
pub fn refusals(weighted: &Weighted) -> Vec<Refusal> {
    let mut found = Vec::new();
    if weighted.at_the_edge > MOST_AT_THE_EDGE {
        found.push(Refusal::Edge);
    }
    if [weighted.a, weighted.b].iter().any(counts_for_too_little) {
        found.push(Refusal::EffectiveSize);
    }
    let apart = (1..).zip(&weighted.balance).filter(|(_, balance)| {
        balance.after.is_none_or(|difference| difference.abs() > MOST_DIFFERENT)
    });
    found.extend(apart.map(|(column, _)| Refusal::Imbalance { column }));
    found
}

#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
fn counts_for_too_little(size: &Size) -> bool {
    size.effective < LEAST_EFFECTIVE * size.n as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::contrast::Risks;
    use crate::stats::weighting::Balance;

    fn weighted(at_the_edge: f64, effective: f64, after: [Option<f64>; 2]) -> Weighted {
        Weighted {
            risks: Risks { a: 0.5, b: 0.4 },
            balance: after.map(|after| Balance { before: Some(0.9), after }).to_vec(),
            a: Size { n: 80, effective: 80.0 },
            b: Size { n: 100, effective },
            at_the_edge,
        }
    }

    #[test]
    fn on_the_limit_is_not_beyond_it() {
        let within = [Some(0.1), Some(-0.1)];
        assert_eq!(refusals(&weighted(0.05, 50.0, within)), []);
        assert_eq!(refusals(&weighted(0.051, 50.0, within)), [Refusal::Edge]);
        assert_eq!(refusals(&weighted(0.05, 49.9, within)), [Refusal::EffectiveSize]);
        let apart = refusals(&weighted(0.0, 100.0, [Some(0.1), Some(-0.11)]));
        assert_eq!(apart, [Refusal::Imbalance { column: 2 }]);
    }

    #[test]
    fn everything_that_speaks_against_it_is_said() {
        let found = refusals(&weighted(1.0, 1.0, [None, Some(2.0)]));
        let imbalance = |column| Refusal::Imbalance { column };
        assert_eq!(found, [Refusal::Edge, Refusal::EffectiveSize, imbalance(1), imbalance(2)]);
    }

    #[test]
    fn either_arm_can_be_too_small() {
        let mut sizes = weighted(0.0, 100.0, [Some(0.0); 2]);
        sizes.a.effective = 39.0;
        assert_eq!(refusals(&sizes), [Refusal::EffectiveSize]);
    }
}
