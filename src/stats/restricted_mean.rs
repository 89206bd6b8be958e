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
