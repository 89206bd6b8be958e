//! The Kaplan-Meier estimate of a cumulative incidence: `1 - S`, `S(k) = prod (1 - d/n)`.
//!
//! Whoever leaves is censored: `competing` is not looked at. Standard error of `S` by Greenwood:
//! `S sqrt(sum d / (n (n - d)))`. Interval log-log on `S`, its bounds swapped.
//!
//! References: Kaplan and Meier 1958, doi 10.1080/01621459.1958.10501452; Greenwood 1926, Reports
//! on Public Health and Medical Subjects 33, appendix 1.
//!
//! While nobody had the event the standard error is 0 and there is no interval; once everybody had
//! it (`S = 0`) there is neither. With nobody at risk the last estimate stands.

use super::interval::Interval;
use super::life_table::{Estimate, Step, log_log};
use super::proportion::proportion;

/// The estimate at each time 1, 2, ..., as many as there are steps.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
pub fn kaplan_meier(steps: &[Step]) -> Vec<Estimate> {
    let mut survival = 1.0;
    let mut greenwood = 0.0;
    let estimates = steps.iter().map(|step| {
        let left = step.at_risk.saturating_sub(step.events);
        if let Some(hazard) = proportion(step.events, step.at_risk) {
            survival *= left as f64 / step.at_risk as f64;
            greenwood += if left > 0 { hazard / left as f64 } else { 0.0 };
        }
        estimate(survival, greenwood)
    });
    estimates.collect()
}

fn estimate(survival: f64, greenwood: f64) -> Estimate {
    let se = (survival > 0.0).then(|| survival * greenwood.sqrt());
    let interval = se.and_then(|se| log_log(survival, se));
    Estimate {
        value: 1.0 - survival,
        se,
        interval: interval.map(|s| Interval { lo: 1.0 - s.hi, hi: 1.0 - s.lo }),
    }
}
