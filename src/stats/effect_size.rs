//! Effect sizes of a change within people: how many standard deviations.
//!
//! Two, which differ by what they divide by and are never to be mixed: the standard deviation at
//! baseline, or that of the change (`dz`). Both times Hedges' exact correction for few people,
//! `J = gamma(m / 2) / (sqrt(m / 2) gamma((m - 1) / 2))` with `m = n - 1`.
//!
//! References: Hedges 1981, doi 10.3102/10769986006002107; Becker 1988,
//! doi 10.1111/j.2044-8317.1988.tb00901.x (baseline); Lakens 2013, doi 10.3389/fpsyg.2013.00863
//! (`dz`); numbers as R's `metafor::escalc`, measures SMCR and SMCC.
//!
//! Undefined with fewer than three people, because the correction is 0 for two, and where the
//! standard deviation is 0.

use super::mean::Moments;
use statrs::function::gamma::ln_gamma;

/// From here on the expansion is exact to double precision, while the logarithms of the gamma
/// function lose digits to their size.
const MANY: f64 = 1000.0;

/// The mean change over the standard deviation at baseline of the same people, corrected.
///
/// The sign is that of the change: negative where scores fell.
#[must_use]
pub fn over_baseline(baseline: &Moments, change: &Moments) -> Option<f64> {
    (baseline.n() == change.n()).then(|| corrected(change, baseline.sd()?)).flatten()
}

/// `dz`: the mean change over the standard deviation of the change, corrected.
#[must_use]
pub fn over_change(change: &Moments) -> Option<f64> {
    corrected(change, change.sd()?)
}

#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
fn corrected(change: &Moments, sd: f64) -> Option<f64> {
    let df = change.n().checked_sub(1)? as f64;
    (sd > 0.0).then(|| Some(correction(df)? * change.mean()? / sd)).flatten()
}

/// Hedges' exact correction for so many degrees of freedom: below 1, undefined up to 1.
#[must_use]
pub fn correction(df: f64) -> Option<f64> {
    // Also turns away NaN.
    if !(df > 1.0 && df.is_finite()) {
        return None;
    }
    let logarithm = if df < MANY {
        ln_gamma(df / 2.0) - ln_gamma((df - 1.0) / 2.0) - 0.5 * (df / 2.0).ln()
    } else {
        // Of Stirling's series of both; the next term is 0.15 / df^5.
        -(0.75 + (0.5 + (0.375 + 0.25 / df) / df) / df) / df
    };
    Some(logarithm.exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::tests::oracle::{near, number, rows};

    const SCORES: &str = include_str!("../../tests/oracle/effect_size/scores.csv");
    const EXPECTED: &str = include_str!("../../tests/oracle/effect_size/expected.csv");

    #[test]
    fn agrees_with_metafor() {
        // R 4.2.2, metafor 3.8-1, escalc, in tests/oracle/effect_size/make.R.
        let mut compared = 0;
        for row in rows(EXPECTED) {
            let (mut baseline, mut change) = (Moments::default(), Moments::default());
            for scores in rows(SCORES).filter(|scores| scores[0] == row[0]) {
                let (before, after) = (number(scores[1]), number(scores[2]));
                let (before, after) = (before.expect("a score"), after.expect("a score"));
                baseline.push(before);
                change.push(after - before);
            }
            assert_eq!(change.n().to_string(), row[1]);
            near(over_baseline(&baseline, &change), number(row[2]), 1e-9);
            near(over_change(&change), number(row[3]), 1e-9);
            compared += 1;
        }
        assert_eq!(compared, 9);
    }

    #[test]
    fn agrees_with_r_on_a_trial() {
        // R 4.2.2 on a published antidepressant trial (HAM-D17), 129 people at the last visit.
        near(correction(128.0), Some(0.994_127_240_140_956), 1e-12);
        let dz = 6.728_682_170_542_64 / 6.968_401_827_607_8;
        near(correction(128.0).map(|j| j * dz), Some(0.959_928_316_631_469), 1e-12);
    }

    #[test]
    fn the_two_methods_meet_and_neighbours_multiply_to_a_root() {
        let below = correction(999.999_999).expect("df > 1");
        near(Some(below), correction(1000.0), 1e-11);
        // mpmath 1.3, 60 digits, the gamma form at a million.
        near(correction(1e6), Some(0.999_999_249_999_781_2), 1e-15);
        // J(m) J(m + 1) = (m - 1) / sqrt(m (m + 1)): the gamma functions cancel.
        for df in [1.5, 2.0, 3.0, 17.0, 250.0, 998.0, 999.0, 1000.0, 54_321.0] {
            let pair = correction(df).zip(correction(df + 1.0)).map(|(a, b)| a * b);
            near(pair, Some((df - 1.0) / (df * (df + 1.0)).sqrt()), 1e-11);
        }
    }

    #[test]
    fn few_people_and_no_spread_are_undefined() {
        let one = Moments::of(&[4.0]);
        let two = Moments::of(&[4.0, 5.0]);
        let same = Moments::of(&[-6.0; 5]);
        let spread = Moments::of(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        for few in [Moments::default(), one, two] {
            assert_eq!(over_change(&few), None);
            assert_eq!(over_baseline(&few, &few), None);
        }
        assert_eq!(over_change(&same), None);
        assert_eq!(over_baseline(&same, &spread), None);
        assert!(over_baseline(&spread, &same).is_some());
        assert_eq!(over_baseline(&spread, &Moments::of(&[1.0, 2.0, 3.0])), None, "other people");
        for df in [1.0, 0.0, -3.0, f64::NAN, f64::INFINITY] {
            assert_eq!(correction(df), None);
        }
    }
}
