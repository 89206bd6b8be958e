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
    let mut last = estimate(survival, greenwood);
    let estimates = steps.iter().map(|step| {
        let left = step.at_risk.saturating_sub(step.events);
        // Without an event nothing changes, and most days have none.
        let hazard = proportion(step.events, step.at_risk).filter(|_| step.events > 0);
        if let Some(hazard) = hazard {
            survival *= left as f64 / step.at_risk as f64;
            greenwood += if left > 0 { hazard / left as f64 } else { 0.0 };
            last = estimate(survival, greenwood);
        }
        last
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::life_table::{Median, TimePoint, median};

    /// At risk, events; `S`, its standard error and its log-log limits by R. No number: undefined.
    type Row = (u64, u64, f64, Option<f64>, Option<(f64, f64)>);

    fn steps(rows: &[Row]) -> Vec<Step> {
        let step = |row: &Row| Step { at_risk: row.0, events: row.1, competing: 0 };
        rows.iter().map(step).collect()
    }

    fn near(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() < tolerance, "{found} is not {expected}");
    }

    /// Compares each row, and then the median and its limits.
    fn check(rows: &[Row], expected: Median) {
        let found = kaplan_meier(&steps(rows));
        for (found, (_, _, survival, se, limits)) in found.iter().zip(rows) {
            near(found.value, 1.0 - survival, 1e-9);
            assert_eq!(found.se.is_some(), se.is_some(), "{found:?}");
            assert_eq!(found.interval.is_some(), limits.is_some(), "{found:?}");
            if let (Some(found), Some(se)) = (found.se, se) {
                near(found, *se, 1e-9);
            }
            if let (Some(found), Some((lo, hi))) = (found.interval, limits) {
                near(found.lo, 1.0 - hi, 1e-8);
                near(found.hi, 1.0 - lo, 1e-8);
            }
        }
        let curve: Vec<_> =
            (1..).zip(found).map(|(time, estimate)| TimePoint { time, estimate }).collect();
        assert_eq!(median(&curve), expected);
    }

    // Below: R 4.2.2, survival 3.5-3, survfit(Surv(time, event) ~ 1, conf.type = "log-log").

    #[test]
    fn half_is_reached_where_it_is_exactly_half() {
        let rows = [
            (
                8,
                2,
                0.75,
                Some(0.153_093_108_923_949),
                Some((0.314_807_113_705_519, 0.930_898_317_090_628)),
            ),
            (
                6,
                2,
                0.5,
                Some(0.176_776_695_296_637),
                Some((0.152_035_890_299_024, 0.774_865_012_066_889)),
            ),
            (
                4,
                2,
                0.25,
                Some(0.153_093_108_923_949),
                Some((0.037_066_881_631_829_9, 0.558_084_191_280_668)),
            ),
            (2, 2, 0.0, None, None),
        ];
        // R says 2.5, the middle of the flat part.
        check(&rows, Median { time: Some(2), lo: Some(1), hi: None });
    }

    #[test]
    fn events_come_before_censorings() {
        // Times 1 1+ 1+ 2 2+ 3.
        let rows = [
            (
                6,
                1,
                0.833_333_333_333_333,
                Some(0.152_145_154_862_546),
                Some((0.273_122_849_928_356, 0.974_712_426_690_894)),
            ),
            (
                3,
                1,
                0.555_555_555_555_556,
                Some(0.248_451_997_499_977),
                Some((0.073_441_650_112_733_7, 0.876_070_439_990_75)),
            ),
            (1, 1, 0.0, None, None),
        ];
        check(&rows, Median { time: Some(3), lo: Some(1), hi: None });
    }

    #[test]
    fn while_nobody_responds_nothing_is_known_but_the_zero() {
        // Times 2+ 3+ 3+ 4+.
        let none = |at_risk| (at_risk, 0, 1.0, Some(0.0), None);
        check(&[none(4), none(4), none(3), none(1)], Median::default());
    }

    #[test]
    fn once_everybody_has_responded_there_is_no_error() {
        let first = Median { time: Some(1), lo: None, hi: None };
        check(&[(4, 4, 0.0, None, None)], first);
        check(&[(1, 1, 0.0, None, None)], first);
    }

    #[test]
    fn who_is_never_scored_is_never_at_risk() {
        // Times 0+ 0+ 1 2 2+: three of five at risk at time 1.
        let rows = [
            (
                3,
                1,
                0.666_666_666_666_667,
                Some(0.272_165_526_975_909),
                Some((0.054_073_426_786_516_8, 0.945_206_387_272_047)),
            ),
            (
                2,
                1,
                0.333_333_333_333_333,
                Some(0.272_165_526_975_909),
                Some((0.008_961_628_330_979_08, 0.774_148_650_360_833)),
            ),
        ];
        check(&rows, Median { time: Some(2), lo: Some(1), hi: None });
    }

    #[test]
    fn agrees_on_a_trial() {
        // A published antidepressant trial (HAM-D17, 172 people, 4 visits).
        let rows = [
            (
                172,
                12,
                1.0 - 0.069_767_441_860_465_1,
                Some(0.019_424_862_083_361_8),
                Some((1.0 - 0.119_584_267_299_564, 1.0 - 0.040_234_735_297_776_8)),
            ),
            (
                147,
                26,
                1.0 - 0.234_298_370_510_995,
                Some(0.033_356_728_190_582_5),
                Some((1.0 - 0.307_591_961_132_46, 1.0 - 0.176_249_311_020_957)),
            ),
            (
                114,
                19,
                1.0 - 0.361_915_308_759_163,
                Some(0.038_561_513_149_737_2),
                Some((1.0 - 0.442_789_421_402_632, 1.0 - 0.291_896_122_694_423)),
            ),
            (
                81,
                14,
                1.0 - 0.472_201_551_689_678,
                Some(0.041_665_561_904_901_4),
                Some((1.0 - 0.556_963_545_235_38, 1.0 - 0.394_453_117_506_254)),
            ),
        ];
        check(&rows, Median { time: None, lo: Some(4), hi: None });
    }

    #[test]
    fn with_nobody_at_risk_the_last_estimate_stands() {
        let seen = Step { at_risk: 4, events: 1, competing: 0 };
        let found = kaplan_meier(&[Step::default(), seen, Step::default()]);
        assert_eq!(found[0], Estimate { value: 0.0, se: Some(0.0), interval: None });
        assert_eq!(found[1], found[2]);
        assert!(kaplan_meier(&[]).is_empty());
    }
}
