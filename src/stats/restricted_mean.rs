//! The mean time to the event, cut at a horizon: the area under `S = 1 - incidence` from 0 to `K`.
//!
//! In discrete time `sum of S(0..K-1)`. Standard error: each hazard moves the whole area after it,
//! so its Greenwood term `d / (n (n - d))` counts with the square of that area:
//! `sqrt(sum_k (sum_{j=k}^{K-1} S(j))^2 d_k / (n_k (n_k - d_k)))`.
//!
//! Both follow from the points of a Kaplan-Meier curve alone: the Greenwood terms between two
//! points are the growth of `(se / S)^2`. So it also holds for a curve known at some times only,
//! taken as constant between them.
//!
//! Reference: Klein and Moeschberger 2003, section 4.5, doi 10.1007/b97377; Royston and Parmar
//! 2013, doi 10.1186/1471-2288-13-152.
//!
//! Undefined for a curve without points. The standard error is undefined where a point with `S > 0`
//! has none.

use super::life_table::TimePoint;

/// A mean time, cut at the horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestrictedMean {
    /// In steps of time, 0 to the horizon.
    pub value: f64,
    /// Its standard error.
    pub se: Option<f64>,
}

/// The restricted mean of a Kaplan-Meier curve. After the last point the curve stays as it is.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "times, far below 2^53")]
pub fn restricted_mean(curve: &[TimePoint], horizon: usize) -> Option<RestrictedMean> {
    let first = curve.first()?;
    let survival = |at: &TimePoint| 1.0 - at.estimate.value;
    let mut area = 0.0;
    let mut variance = Some(0.0);
    // Backwards: the area after a point is known when its hazard is weighed.
    for (position, at) in curve.iter().enumerate().rev() {
        let next = curve.get(position + 1).map_or(horizon, |next| next.time.min(horizon));
        area += survival(at) * next.saturating_sub(at.time) as f64;
        if area > 0.0 {
            let before = position.checked_sub(1).and_then(|before| curve.get(before));
            let before = before.map_or(Some(0.0), greenwood);
            let growth = greenwood(at).zip(before).map(|(here, before)| here - before);
            variance = variance.zip(growth).map(|(sum, growth)| sum + area * area * growth);
        }
    }
    area += first.time.min(horizon) as f64;
    // Rounding may leave a variance of nothing just below 0.
    Some(RestrictedMean { value: area, se: variance.map(|variance| variance.max(0.0).sqrt()) })
}

/// The sum of Greenwood's terms up to a point. With `S = 0` there is none.
fn greenwood(at: &TimePoint) -> Option<f64> {
    let survival = 1.0 - at.estimate.value;
    let se = at.estimate.se.filter(|_| survival > 0.0)?;
    Some((se / survival).powi(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::kaplan_meier::kaplan_meier;
    use crate::stats::life_table::Step;

    fn curve(rows: &[(u64, u64)]) -> Vec<TimePoint> {
        let step = |&(at_risk, events)| Step { at_risk, events, competing: 0 };
        let steps: Vec<_> = rows.iter().map(step).collect();
        let points = (1..).zip(kaplan_meier(&steps));
        points.map(|(time, estimate)| TimePoint { time, estimate }).collect()
    }

    fn near(found: Option<RestrictedMean>, value: f64, se: f64) {
        let found = found.expect("a curve");
        assert!((found.value - value).abs() < 1e-9, "{found:?} is not {value}");
        assert!((found.se.expect("an error") - se).abs() < 1e-9, "{found:?} is not {se}");
    }

    /// At risk and responses at the four visits of a published antidepressant trial (HAM-D17).
    const TRIAL: [(u64, u64); 4] = [(172, 12), (147, 26), (114, 19), (81, 14)];

    #[test]
    fn agrees_with_r_on_a_trial() {
        // R 4.2.2, survival 3.5-3, print(survfit(Surv(time, event) ~ 1), rmean = tau): to the last
        // visit, and of the duration of response, to the third.
        near(restricted_mean(&curve(&TRIAL), 4), 3.334_018_878_869_38, 0.077_267_456_119_923);
        let lost = [(54, 10), (26, 5), (6, 1)];
        near(restricted_mean(&curve(&lost), 3), 2.472_934_472_934_47, 0.114_443_687_326_97);
    }

    #[test]
    fn what_happens_at_the_horizon_or_later_adds_nothing() {
        let whole = curve(&TRIAL);
        assert_eq!(restricted_mean(&whole, 4), restricted_mean(&whole[..3], 4));
        assert_eq!(restricted_mean(&whole, 2), restricted_mean(&whole[..1], 2));
    }

    #[test]
    fn a_curve_that_stops_early_stays_as_it_is() {
        // By hand: 1 before time 1, then 3/4 for the nine that follow; one term, 1 / (4 * 3).
        near(restricted_mean(&curve(&[(4, 1)]), 10), 7.75, 6.75 * (1.0_f64 / 12.0).sqrt());
    }

    #[test]
    fn between_the_points_of_a_gathered_curve_nothing_changes() {
        // By hand: 2 of 4 by time 3, known there alone; S is 1 until then and 1/2 for two more.
        let gathered = &curve(&[(4, 1), (3, 0), (3, 1)])[2..];
        let greenwood: f64 = 1.0 / 12.0 + 1.0 / 6.0;
        near(restricted_mean(gathered, 5), 4.0, greenwood.sqrt());
    }

    #[test]
    fn with_everybody_done_there_is_nothing_left_to_be_unsure_of() {
        near(restricted_mean(&curve(&[(4, 4)]), 6), 1.0, 0.0);
        // By hand: S is 1, 1/2, 0. The second hazard moves no area.
        near(restricted_mean(&curve(&[(4, 2), (2, 2)]), 6), 1.5, 0.5 * 0.25_f64.sqrt());
    }

    #[test]
    fn no_curve_has_no_mean() {
        assert_eq!(restricted_mean(&[], 8), None);
    }
}
