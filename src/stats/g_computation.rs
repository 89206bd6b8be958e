//! Two arms compared as if everybody had been in each: standardisation by an outcome model.
//!
//! The outcome is fitted by logistic regression on the covariates and the arm, without products of
//! them; the share of an arm is then the mean, over all people, of the probability a person would
//! have in that arm.
//!
//! References: Robins 1986, doi 10.1016/0270-0255(86)90088-6; Snowden, Rose and Mortimer 2011,
//! doi 10.1093/aje/kwq472.
//!
//! Undefined where the outcome has no fit, so with nobody in an arm.

use super::contrast::{Arm, Contrast, Risks};
use super::logistic::{self, Failure};

/// The shares with the outcome if all people, for whom `counts` stand, were in one arm and in the
/// other.
///
/// # Errors
/// [`Failure`] of the outcome model. The column after the last covariate is the arm.
#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
pub fn standardise(contrast: &Contrast, counts: &[u64]) -> Result<Risks, Failure> {
    let as_is = contrast.arms().iter().map(|arm| column(*arm));
    let design = contrast.design().with_column(as_is);
    let model = logistic::fit(&design, contrast.outcomes(), counts)?;
    let mean = |arm: Arm| {
        let (mut sum, mut all) = (0.0, 0.0);
        let everybody = contrast.design().with_column(std::iter::repeat(column(arm)));
        for (row, &count) in everybody.rows().zip(counts) {
            sum += count as f64 * model.probability(row);
            all += count as f64;
        }
        sum / all
    };
    Ok(Risks { a: mean(Arm::A), b: mean(Arm::B) })
}

const fn column(arm: Arm) -> f64 {
    if arm.is_a() { 1.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::design::Design;
    use crate::stats::tests::adjusted::{expected, people};
    use crate::stats::tests::oracle::near;

    #[test]
    fn agrees_with_statsmodels() {
        let (contrast, counts) = people();
        let found = standardise(&contrast, &counts).expect("a fit");
        near(Some(found.a), expected("standardised/a"), 1e-9);
        near(Some(found.b), expected("standardised/b"), 1e-9);
        near(Some(found.difference()), expected("standardised/difference"), 1e-9);
    }

    #[test]
    fn without_covariates_it_is_the_crude_comparison() {
        let (contrast, counts) = people();
        let bare = Design::with_intercept(&vec![[0.0; 0]; counts.len()]).expect("rows");
        let bare = Contrast::of(bare, contrast.arms().to_vec(), contrast.outcomes().to_vec());
        let bare = bare.expect("as many");
        let (found, crude) = (standardise(&bare, &counts).expect("a fit"), bare.crude(&counts));
        near(Some(found.a), crude.map(|risks| risks.a), 1e-12);
        near(Some(found.b), crude.map(|risks| risks.b), 1e-12);
    }

    #[test]
    fn the_arms_change_places() {
        let (contrast, counts) = people();
        let other = |arm: &Arm| if arm.is_a() { Arm::B } else { Arm::A };
        let swapped = Contrast::of(
            contrast.design().clone(),
            contrast.arms().iter().map(other).collect(),
            contrast.outcomes().to_vec(),
        );
        let found = standardise(&contrast, &counts).expect("a fit");
        let swapped = standardise(&swapped.expect("as many"), &counts).expect("a fit");
        near(Some(found.a), Some(swapped.b), 1e-10);
        near(Some(found.b), Some(swapped.a), 1e-10);
    }

    #[test]
    fn nobody_in_an_arm_is_refused_by_its_column() {
        let (contrast, counts) = people();
        let rows = contrast.arms().iter().zip(&counts);
        let counts: Vec<u64> =
            rows.map(|(arm, count)| if arm.is_a() { *count } else { 0 }).collect();
        let arm = contrast.design().width();
        let refused = standardise(&contrast, &counts);
        assert_eq!(refused, Err(Failure::Dependent { column: arm }));
        assert_eq!(standardise(&contrast, &counts[1..]), Err(Failure::Shape));
    }
}
