//! A life table in discrete time, and what is read off the curve it makes.
//!
//! Times are 1, 2, ... Who has the event or leaves at a time is at risk at that time: events come
//! before censorings. `kaplan_meier` and `aalen_johansen` turn the table into a curve; `median`
//! and `restricted_mean` read the curve.
//!
//! Reference of the median and its limits: Brookmeyer and Crowley 1982, doi 10.2307/2530286; of
//! the log-log interval: Kalbfleisch and Prentice 1980, section 1.4.

use super::interval::{Interval, Z};

/// How far below one half counts as one half: the square root of the machine epsilon, as in R's
/// `survfit`. Products of fractions round: 6/8 times 4/6 need not be exactly 1/2.
const HALF_TOLERANCE: f64 = 1.0 / 67_108_864.0;

/// Who was at risk at one of the times 1, 2, ..., and what befell them.
///
/// `events + competing <= at_risk`. A step that breaks this is no data, and the curve passes over
/// it as over one with nobody at risk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Step {
    /// Neither had the event nor left before this time.
    pub at_risk: u64,
    /// Had the event at this time.
    pub events: u64,
    /// Left at this time by the competing event, without the event.
    pub competing: u64,
}

/// The steps of so many people, of whom at each time so many had the event, so many left by the
/// competing event, and so many were last seen without either.
#[must_use]
pub fn steps(n: u64, events: &[u64], competing: &[u64], last_seen: &[u64]) -> Vec<Step> {
    let mut at_risk = n;
    let times = events.iter().zip(competing).zip(last_seen);
    let steps = times.map(|((&events, &competing), last_seen)| {
        let step = Step { at_risk, events, competing };
        at_risk -= events + competing + last_seen;
        step
    });
    steps.collect()
}

/// A cumulative incidence (the share who had the event by a time), its standard error, its 95 %
/// interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The share, 0 to 1.
    pub value: f64,
    /// Its standard error. `None` where the estimator has none.
    pub se: Option<f64>,
    /// Its log-log interval. `None` at 0 and at 1, where the logarithm has nothing to say.
    pub interval: Option<Interval>,
}

/// A point of a curve that is a step function: constant from here to the next point; 0 before the
/// first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimePoint {
    /// The time, 1 or later; points of a curve are in the order of time.
    pub time: usize,
    /// The cumulative incidence from this time on.
    pub estimate: Estimate,
}

/// The median time to the event and its 95 % limits. `None`: not reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Median {
    /// The first time at which half or more have had the event.
    pub time: Option<usize>,
    /// Lower limit: the first time at which the upper limit of the curve reaches one half.
    pub lo: Option<usize>,
    /// Upper limit: the first time at which the lower limit of the curve reaches one half.
    pub hi: Option<usize>,
}

/// The median of a curve. Where the curve stays at exactly one half, the first such time (R takes
/// the middle of the flat part).
#[must_use]
pub fn median(curve: &[TimePoint]) -> Median {
    let first = |share: fn(&Estimate) -> Option<f64>| {
        let reaches =
            |at: &&TimePoint| share(&at.estimate).is_some_and(|p| p >= 0.5 - HALF_TOLERANCE);
        curve.iter().find(reaches).map(|at| at.time)
    };
    Median {
        time: first(|estimate| Some(estimate.value)),
        lo: first(|estimate| estimate.interval.map(|interval| interval.hi)),
        hi: first(|estimate| estimate.interval.map(|interval| interval.lo)),
    }
}

/// The 95 % interval of a probability `p` with standard error `se`, symmetric for `ln(-ln p)`:
/// `p^exp(+-z se / (p ln p))`. Undefined unless `0 < p < 1`.
pub(super) fn log_log(p: f64, se: f64) -> Option<Interval> {
    (p > 0.0 && p < 1.0).then(|| {
        let reach = Z * se / (p * p.ln()).abs();
        Interval { lo: p.powf(reach.exp()), hi: p.powf((-reach).exp()) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(time: usize, value: f64, interval: Option<(f64, f64)>) -> TimePoint {
        let interval = interval.map(|(lo, hi)| Interval { lo, hi });
        TimePoint { time, estimate: Estimate { value, se: None, interval } }
    }

    #[test]
    fn the_median_is_the_first_time_that_half_have_responded() {
        let curve = [
            point(1, 0.2, Some((0.05, 0.4))),
            point(2, 0.4, Some((0.2, 0.6))),
            point(4, 0.6, Some((0.4, 0.8))),
            point(5, 0.8, Some((0.6, 0.9))),
        ];
        assert_eq!(median(&curve), Median { time: Some(4), lo: Some(2), hi: Some(5) });
        assert_eq!(median(&curve[..2]), Median { time: None, lo: Some(2), hi: None });
    }

    #[test]
    fn one_half_is_one_half_despite_rounding() {
        let below = 0.5 - f64::EPSILON;
        assert_eq!(median(&[point(3, below, None)]).time, Some(3));
        assert_eq!(median(&[point(3, 0.499_999, None)]).time, None);
    }

    #[test]
    fn no_curve_has_no_median() {
        assert_eq!(median(&[]), Median::default());
    }

    #[test]
    fn no_log_log_interval_at_the_ends() {
        assert_eq!((log_log(0.0, 0.0), log_log(1.0, 0.0)), (None, None));
        // By hand: p = 1/e, ln p = -1, se / (p ln p) = -1/z, so the exponents are e and 1/e.
        let p = (-1.0_f64).exp();
        let interval = log_log(p, p / Z).expect("between the ends");
        assert!((interval.lo - (-std::f64::consts::E).exp()).abs() < 1e-15);
        assert!((interval.hi - (-p).exp()).abs() < 1e-15);
    }
}
