//! Two arms weighted to the covariates of both together: inverse probability of treatment.
//!
//! The propensity score `e` of a person is the probability of the first arm given the covariates,
//! by logistic regression. A person of the first arm weighs `1 / e`, one of the second
//! `1 / (1 - e)`, so that each arm stands for all people (the average effect in all, ATE). The share
//! of an arm is the weighted mean of the outcome in it (Hajek). A constant factor of an arm, such
//! as that of "stabilised" weights, falls out of it, so that there is one estimate and not two.
//!
//! Balance: the difference of the means of a covariate over
//! `sqrt((var_a + var_b) / 2)`, variances of the unweighted arms with n in the denominator: for a
//! column of 0 and 1 that is `p (1 - p)`. Effective size of an arm: `(sum w)^2 / sum w^2` (Kish).
//!
//! References: Rosenbaum and Rubin 1983, doi 10.1093/biomet/70.1.41; Lunceford and Davidian 2004,
//! doi 10.1002/sim.1903; Austin 2009, doi 10.1002/sim.3697 (balance); Kish 1965, Survey Sampling.
//!
//! Undefined where the scores have no fit, so with nobody in an arm. A difference of means without
//! any variance is undefined unless it is 0.

use super::contrast::{Arm, Contrast, Risks};
use super::logistic::{self, Failure};

/// Scores below this, or above its complement, are near certainty of one arm.
pub const EDGE: f64 = 0.05;

/// Two arms after weighting.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighted {
    /// Weighted shares with the outcome.
    pub risks: Risks,
    /// How unlike the arms are, one entry a covariate; the intercept is none.
    pub balance: Vec<Balance>,
    /// The first arm.
    pub a: Size,
    /// The second arm.
    pub b: Size,
    /// Share of people of both arms whose score lies outside 0.05 to 0.95.
    pub at_the_edge: f64,
}

/// How unlike two arms are in a covariate, in standard deviations, first minus second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Balance {
    /// As they are.
    pub before: Option<f64>,
    /// Weighted.
    pub after: Option<f64>,
}

/// How many people an arm has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// As counted.
    pub n: u64,
    /// As many as would, weighing the same each, say as much. At most `n`.
    pub effective: f64,
}

/// Weights both arms to all people, for whom `counts` stand, a row each.
///
/// # Errors
/// [`Failure`] of the propensity scores.
pub fn weigh(contrast: &Contrast, counts: &[u64]) -> Result<Weighted, Failure> {
    let scores = scores(contrast, counts)?;
    let weights = weights(contrast, &scores);
    let people: Vec<f64> = counts.iter().map(|&count| as_f64(count)).collect();
    let weighted = times(&weights, counts);
    let size = |of: Arm| {
        let rows = contrast.arms().iter().zip(&weights).zip(counts);
        let own = rows.filter(|((arm, _), _)| **arm == of);
        let (mut n, mut sum, mut squares) = (0, 0.0, 0.0);
        for ((_, weight), count) in own {
            n += count;
            sum += weight * as_f64(*count);
            squares += weight * weight * as_f64(*count);
        }
        Size { n, effective: sum * sum / squares }
    };
    let (a, b) = (size(Arm::A), size(Arm::B));
    let at_the_edge = counts.iter().zip(&scores).filter(|(_, score)| is_at_the_edge(**score));
    let at_the_edge: u64 = at_the_edge.map(|(count, _)| count).sum();
    Ok(Weighted {
        risks: shares(contrast, &weighted)?,
        balance: (1..contrast.design().width())
            .map(|column| balance(contrast, column, &people, &weighted))
            .collect(),
        a,
        b,
        at_the_edge: as_f64(at_the_edge) / as_f64(a.n + b.n),
    })
}

/// The weighted shares alone, as a resample needs them.
///
/// # Errors
/// [`Failure`] of the propensity scores.
pub fn risks(contrast: &Contrast, counts: &[u64]) -> Result<Risks, Failure> {
    let scores = scores(contrast, counts)?;
    shares(contrast, &times(&weights(contrast, &scores), counts))
}

/// The probability of the first arm in each row.
fn scores(contrast: &Contrast, counts: &[u64]) -> Result<Vec<f64>, Failure> {
    let treated: Vec<bool> = contrast.arms().iter().map(|arm| arm.is_a()).collect();
    let model = logistic::fit(contrast.design(), &treated, counts)?;
    Ok(contrast.design().rows().map(|row| model.probability(row)).collect())
}

/// How much one person of each row weighs.
fn weights(contrast: &Contrast, scores: &[f64]) -> Vec<f64> {
    let weight = |(arm, score): (&Arm, &f64)| match arm {
        Arm::A => 1.0 / score,
        Arm::B => 1.0 / (1.0 - score),
    };
    contrast.arms().iter().zip(scores).map(weight).collect()
}

/// How much all people of each row weigh.
fn times(weights: &[f64], counts: &[u64]) -> Vec<f64> {
    weights.iter().zip(counts).map(|(weight, &count)| weight * as_f64(count)).collect()
}

/// Both arms have people, or there were no scores.
fn shares(contrast: &Contrast, weighted: &[f64]) -> Result<Risks, Failure> {
    contrast.shares(weighted).ok_or(Failure::OneOutcome)
}

#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
const fn as_f64(count: u64) -> f64 {
    count as f64
}

fn is_at_the_edge(score: f64) -> bool {
    !(EDGE..=1.0 - EDGE).contains(&score)
}

fn balance(contrast: &Contrast, column: usize, people: &[f64], weighted: &[f64]) -> Balance {
    // The mean of an arm, of some function of the covariate.
    let mean = |of: Arm, weights: &[f64], value: &dyn Fn(f64) -> f64| {
        let (mut sum, mut all) = (0.0, 0.0);
        for ((row, arm), weight) in contrast.design().rows().zip(contrast.arms()).zip(weights) {
            if *arm == of {
                sum += weight * value(row[column]);
                all += weight;
            }
        }
        sum / all
    };
    let means = |weights: &[f64]| [Arm::A, Arm::B].map(|arm| mean(arm, weights, &|x| x));
    let [a, b] = means(people);
    let of_a = mean(Arm::A, people, &|x| (x - a) * (x - a));
    let of_b = mean(Arm::B, people, &|x| (x - b) * (x - b));
    let spread = f64::midpoint(of_a, of_b).sqrt();
    let standardised = |[a, b]: [f64; 2]| match a - b {
        0.0 => Some(0.0),
        difference => (spread > 0.0).then(|| difference / spread),
    };
    Balance { before: standardised([a, b]), after: standardised(means(weighted)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::design::Design;
    use crate::stats::tests::adjusted::{expected, people};
    use crate::stats::tests::oracle::near;

    #[test]
    fn agrees_with_numpy_on_the_single_people() {
        let (contrast, counts) = people();
        let found = weigh(&contrast, &counts).expect("scores");
        let said = |name: &str, found: f64| near(Some(found), expected(name), 1e-9);
        said("weighted/a", found.risks.a);
        said("weighted/b", found.risks.b);
        said("weighted/difference", found.risks.difference());
        assert_eq!(risks(&contrast, &counts), Ok(found.risks));
        said("n/a", as_f64(found.a.n));
        said("n/b", as_f64(found.b.n));
        said("edge", found.at_the_edge);
        // Of about a thousand people: relative to that.
        near(Some(found.a.effective), expected("effective/a"), 1e-8);
        near(Some(found.b.effective), expected("effective/b"), 1e-8);
        assert_eq!(found.balance.len(), 6);
        for (column, balance) in (1..).zip(&found.balance) {
            near(balance.before, expected(&format!("before/{column}")), 1e-9);
            near(balance.after, expected(&format!("after/{column}")), 1e-9);
        }
        let crude = contrast.crude(&counts).expect("people in both");
        said("crude/a", crude.a);
        said("crude/b", crude.b);
    }

    #[test]
    fn one_covariate_of_two_values_is_standardised_by_hand() {
        // Stratum 0: 10 of 40 in a, 18 of 60 in b. Stratum 1: 60 of 80 in a, 14 of 20 in b.
        let rows = [[0.0], [0.0], [0.0], [0.0], [1.0], [1.0], [1.0], [1.0]];
        let (a, b) = (Arm::A, Arm::B);
        let contrast = Contrast::of(
            Design::with_intercept(&rows).expect("rows"),
            vec![a, a, b, b, a, a, b, b],
            vec![true, false, true, false, true, false, true, false],
        );
        let contrast = contrast.expect("eight of each");
        let found = weigh(&contrast, &[10, 30, 18, 42, 60, 20, 14, 6]).expect("scores");
        // Half of all people are in each stratum.
        near(Some(found.risks.a), Some(f64::midpoint(0.25, 0.75)), 1e-12);
        near(Some(found.risks.b), Some(f64::midpoint(0.3, 0.7)), 1e-12);
        // Scores 0.4 and 0.8: weights 2.5 and 1.25 in a.
        near(
            Some(found.a.effective),
            Some(200.0_f64.powi(2) / (40.0 * 6.25 + 80.0 * 1.5625)),
            1e-9,
        );
        near(found.balance[0].after, Some(0.0), 1e-12);
        let spread = f64::midpoint(2.0 / 9.0, 3.0 / 16.0).sqrt();
        near(found.balance[0].before, Some((2.0 / 3.0 - 0.25) / spread), 1e-12);
        assert_eq!(found.at_the_edge.to_bits(), 0, "nobody, and not minus nobody");
    }

    #[test]
    fn without_covariates_it_is_the_crude_comparison() {
        let (contrast, counts) = people();
        let bare = Design::with_intercept(&vec![[0.0; 0]; counts.len()]).expect("rows");
        let bare = Contrast::of(bare, contrast.arms().to_vec(), contrast.outcomes().to_vec());
        let bare = bare.expect("as many");
        let (found, crude) = (weigh(&bare, &counts).expect("scores"), bare.crude(&counts));
        near(Some(found.risks.a), crude.map(|risks| risks.a), 1e-12);
        near(Some(found.risks.b), crude.map(|risks| risks.b), 1e-12);
        near(Some(found.a.effective), Some(as_f64(found.a.n)), 1e-8);
        assert!(found.balance.is_empty());
    }

    #[test]
    fn nobody_in_an_arm_has_no_scores() {
        let (contrast, counts) = people();
        let only = |of: Arm| -> Vec<u64> {
            let rows = contrast.arms().iter().zip(&counts);
            rows.map(|(arm, count)| if *arm == of { *count } else { 0 }).collect()
        };
        for arm in [Arm::A, Arm::B] {
            assert_eq!(weigh(&contrast, &only(arm)), Err(Failure::OneOutcome));
        }
        assert_eq!(weigh(&contrast, &counts[1..]), Err(Failure::Shape));
        assert_eq!(risks(&contrast, &counts[1..]), Err(Failure::Shape));
    }

    #[test]
    fn the_edge_itself_is_inside() {
        assert!(!is_at_the_edge(0.05) && !is_at_the_edge(0.95));
        assert!(is_at_the_edge(0.049_999) && is_at_the_edge(0.950_001));
    }
}
