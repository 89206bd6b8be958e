//! The Aalen-Johansen estimate of a cumulative incidence where leaving competes with the event.
//!
//! At each time everybody still waiting has the event with probability `a = events / n`, leaves
//! with `b = competing / n`, or stays with `s = 1 - a - b`. With `w` waiting before the time, the
//! incidence grows by `w a`, the share who left by `w b`, and `w s` wait on.
//!
//! Standard error: the Greenwood covariance of the matrix product (as R's `etm`): the covariance
//! so far, carried through the step, plus `w^2` times the multinomial covariance of `(a, b, s)`.
//! Interval: log-log on the incidence.
//!
//! References: Aalen and Johansen 1978, Scandinavian Journal of Statistics 5, 141-150; Andersen,
//! Borgan, Gill and Keiding 1993, section IV.4.1.3, doi 10.1007/978-1-4612-4348-9.
//!
//! At an incidence of 0 or 1 the standard error is 0 and there is no interval. With nobody at risk
//! the last estimate stands.

use super::life_table::{Estimate, Step, log_log};

/// Where everybody is at a time: event, left or waiting. The three add up to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Incidence {
    /// Share who had the event.
    pub event: Estimate,
    /// Share who left by the competing event.
    pub competing: f64,
    /// Share still waiting for either.
    pub waiting: f64,
}

/// Shares at a time, and the covariance of two of them. What left is the rest.
#[derive(Debug, Clone, Copy)]
struct State {
    event: f64,
    competing: f64,
    waiting: f64,
    var_event: f64,
    cov: f64,
    var_waiting: f64,
}

impl State {
    /// Before the first time everybody waits.
    const START: Self = Self {
        event: 0.0,
        competing: 0.0,
        waiting: 1.0,
        var_event: 0.0,
        cov: 0.0,
        var_waiting: 0.0,
    };

    /// The state after a step; the same where the step has nobody at risk.
    #[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
    fn after(self, step: &Step) -> Self {
        let stay = step.at_risk.checked_sub(step.events + step.competing);
        let Some(stay) = stay.filter(|_| step.at_risk > 0) else { return self };
        let n = step.at_risk as f64;
        let (a, s) = (step.events as f64 / n, stay as f64 / n);
        let w = self.waiting;
        Self {
            event: self.event + w * a,
            competing: self.competing + w * step.competing as f64 / n,
            waiting: w * s,
            var_event: self.var_event
                + 2.0 * a * self.cov
                + a * a * self.var_waiting
                + w * w * a * (1.0 - a) / n,
            cov: s * (self.cov + a * self.var_waiting) - w * w * a * s / n,
            var_waiting: s * s * self.var_waiting + w * w * s * (1.0 - s) / n,
        }
    }

    fn incidence(self) -> Incidence {
        // Exact: both are products with a count of 0, never a rounded difference.
        let everybody = self.waiting == 0.0 && self.competing == 0.0;
        let event = if everybody {
            Estimate { value: 1.0, se: Some(0.0), interval: None }
        } else {
            // Rounding may leave a variance of nothing just below 0.
            let se = self.var_event.max(0.0).sqrt();
            Estimate { value: self.event, se: Some(se), interval: log_log(self.event, se) }
        };
        Incidence { event, competing: self.competing, waiting: self.waiting }
    }
}

/// The estimate at each time 1, 2, ..., as many as there are steps.
#[must_use]
pub fn aalen_johansen(steps: &[Step]) -> Vec<Incidence> {
    let mut state = State::START;
    let mut last = state.incidence();
    let incidences = steps.iter().map(|step| {
        // Where nobody goes nothing changes, and most days are such.
        if step.events + step.competing > 0 {
            state = state.after(step);
            last = state.incidence();
        }
        last
    });
    incidences.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::life_table::{TimePoint, median};
    use crate::stats::proportion::proportion;

    /// The table of people none of whom is censored: events and leavers at each time, of `n`.
    fn uncensored(n: u64, rows: &[(u64, u64)]) -> Vec<Step> {
        let mut at_risk = n;
        let steps = rows.iter().map(|&(events, competing)| {
            let step = Step { at_risk, events, competing };
            at_risk -= events + competing;
            step
        });
        steps.collect()
    }

    fn near(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() < tolerance, "{found} is not {expected}");
    }

    /// Responses and leavers at the four visits of a published antidepressant trial (HAM-D17).
    const TRIAL: [(u64, u64); 4] = [(12, 0), (26, 13), (19, 7), (14, 14)];

    #[test]
    fn agrees_with_r_on_a_trial() {
        // R 4.2.2, survival 3.5-3, survfit(Surv(time, factor(cause)) ~ 1) and etm: incidence,
        // standard error, log-log limits; incidence and standard error of leaving.
        let expected = [
            (
                0.069_767_441_860_465_1,
                0.019_424_862_083_361_8,
                0.038_073_682_086_776_3,
                0.114_271_614_548_509,
                0.0,
                0.0,
            ),
            (
                0.220_930_232_558_14,
                0.031_633_811_843_403_7,
                0.162_298_377_808_491,
                0.285_415_787_687_183,
                0.075_581_395_348_837_2,
                0.020_154_757_073_928_4,
            ),
            (
                0.331_395_348_837_209,
                0.035_891_670_958_908,
                0.262_241_850_300_488,
                0.401_992_095_597_288,
                0.116_279_069_767_442,
                0.024_442_415_442_891_6,
            ),
            (
                0.412_790_697_674_419,
                0.037_540_252_627_964_9,
                0.338_821_766_720_229,
                0.485_111_426_818_947,
                0.197_674_418_604_651,
                0.030_365_912_157_017_5,
            ),
        ];
        let found = aalen_johansen(&uncensored(172, &TRIAL));
        let swapped = TRIAL.map(|(events, competing)| (competing, events));
        let leaving = aalen_johansen(&uncensored(172, &swapped));
        for ((found, leaving), expected) in found.iter().zip(&leaving).zip(expected) {
            let (value, se, lo, hi, left, left_se) = expected;
            near(found.event.value, value, 1e-9);
            near(found.event.se.expect("an error"), se, 1e-9);
            near(found.event.interval.expect("an interval").lo, lo, 1e-8);
            near(found.event.interval.expect("an interval").hi, hi, 1e-8);
            near(found.competing, left, 1e-9);
            near(leaving.event.value, left, 1e-9);
            near(leaving.event.se.expect("an error"), left_se, 1e-9);
        }
    }

    /// People, responses at each time, and the variance by R 4.2.2, etm. Nobody is censored, so
    /// the incidence is a share and who leaves when does not matter.
    const ETM: [(u64, &[u64], &[f64]); 4] = [
        (
            172,
            &[12, 26, 19, 14],
            &[
                0.000_377_325_266_957_626,
                0.001_000_698_051_743_87,
                0.001_288_212_044_222_52,
                0.001_409_270_567_371_43,
            ],
        ),
        (100, &[25, 13, 6, 4], &[0.001_875, 0.002_356, 0.002_464, 0.002_496]),
        (
            41,
            &[0, 0, 2, 4, 1, 4, 1, 5, 5, 2, 4, 5],
            &[
                0.0,
                0.0,
                0.001_131_730_532_058_44,
                0.003_046_966_817_080_43,
                0.003_453_229_059_357_82,
                0.004_788_090_712_554_95,
                0.005_049_259_296_876_13,
                0.005_919_821_244_613_4,
                0.006_064_914_902_569_61,
                0.005_919_821_244_613_4,
                0.005_281_409_149_606_07,
                0.003_830_472_570_043_96,
            ],
        ),
        (
            557,
            &[129, 79, 86, 59, 31, 24, 22, 12, 11, 10, 3, 8],
            &[
                0.000_319_497_816_003_967,
                0.000_420_071_460_178_221,
                0.000_447_442_768_402_86,
                0.000_416_715_147_541_796,
                0.000_384_425_105_281_017,
                0.000_351_787_858_264_746,
                0.000_316_014_194_957_195,
                0.000_294_140_295_361_183,
                0.000_272_625_174_012_513,
                0.000_251_850_756_142_227,
                0.000_245_392_747_690_071,
                0.000_227_662_158_176_267,
            ],
        ),
    ];

    #[test]
    fn the_variance_is_that_of_etm_whoever_leaves() {
        for (n, events, variances) in ETM {
            let all: u64 = events.iter().sum();
            let leaving = (n - all) / events.len() as u64;
            for leavers in [0, leaving] {
                let rows: Vec<_> = events.iter().map(|&events| (events, leavers)).collect();
                let found = aalen_johansen(&uncensored(n, &rows));
                let mut so_far = 0;
                for ((found, events), variance) in found.iter().zip(events).zip(variances) {
                    so_far += events;
                    near(found.event.value, proportion(so_far, n).expect("people"), 1e-12);
                    near(found.event.se.expect("an error").powi(2), *variance, 1e-12);
                }
            }
        }
    }

    #[test]
    fn at_the_ends_there_is_no_interval() {
        let found = aalen_johansen(&uncensored(3, &[(0, 0), (2, 0), (1, 0)]));
        let end = |value| Estimate { value, se: Some(0.0), interval: None };
        assert_eq!(found[0].event, end(0.0));
        assert!(found[1].event.interval.is_some());
        assert_eq!(found[2].event, end(1.0));
    }

    #[test]
    fn with_nobody_at_risk_the_last_estimate_stands() {
        let mut steps = uncensored(5, &[(1, 1), (1, 0)]);
        steps.extend([Step::default(); 2]);
        let found = aalen_johansen(&steps);
        assert_eq!(found[1], found[3]);
        assert!(aalen_johansen(&[]).is_empty());
        let none = aalen_johansen(&[Step::default()]);
        assert_eq!((none[0].event.value, none[0].waiting), (0.0, 1.0));
    }

    #[test]
    fn the_median_counts_everybody() {
        // By hand: 2 of 8 have the event at time 1 and 2 more at time 3; 4 of 8 is one half.
        let found = aalen_johansen(&uncensored(8, &[(2, 1), (0, 0), (2, 3)]));
        let curve: Vec<_> =
            (1..).zip(&found).map(|(time, at)| TimePoint { time, estimate: at.event }).collect();
        assert_eq!(median(&curve).time, Some(3));
    }
}
