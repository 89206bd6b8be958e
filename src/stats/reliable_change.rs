//! Reliable change of one person (Jacobson and Truax): more than the scale's error can explain?
//!
//! `S_diff = sqrt(2) * SD * sqrt(1 - r)` is the standard deviation of the difference of two scores
//! of somebody who has not changed, with `SD` of the scores at baseline and `r` the reliability of
//! the scale. A change is reliable if it exceeds `z * S_diff`, strictly.
//!
//! Reference: Jacobson and Truax 1991, doi 10.1037/0022-006X.59.1.12.
//!
//! Undefined where the standard deviation is not above 0, and for a reliability outside 0 to 1: at
//! 1 there is no error to exceed.

use super::interval::Z;

/// Which way a score gets better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// A fall is an improvement.
    Lower,
    /// A rise is an improvement.
    Higher,
}

/// The cut-off of a scale between the ill and the well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CutOff {
    /// Well is at most this score.
    AtMost(f64),
    /// Well is above this score.
    Above(f64),
}

impl CutOff {
    /// Whether a score is on the side of the well.
    #[must_use]
    pub fn is_well(self, score: f64) -> bool {
        match self {
            Self::AtMost(line) => score <= line,
            Self::Above(line) => score > line,
        }
    }
}

/// What became of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Reliably improved, and over the cut-off from the side of the ill.
    Recovered,
    /// Reliably improved without that: it was not crossed, or the scale has none.
    Improved,
    /// No more than the error of the scale can explain, either way.
    Unchanged,
    /// Reliably worse.
    Deteriorated,
}

/// What a change of one scale is measured against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Criterion {
    better: Better,
    cut_off: Option<CutOff>,
    s_diff: f64,
}

impl Criterion {
    /// For a scale with this standard deviation at baseline, in points, and this reliability,
    /// 0 (included) to 1 (excluded).
    #[must_use]
    pub fn of(better: Better, cut_off: Option<CutOff>, sd: f64, reliability: f64) -> Option<Self> {
        let usable = sd > 0.0 && sd.is_finite() && (0.0..1.0).contains(&reliability);
        let s_diff = std::f64::consts::SQRT_2 * sd * (1.0 - reliability).sqrt();
        usable.then_some(Self { better, cut_off, s_diff })
    }

    /// The standard deviation of a difference that is error alone, in points.
    #[must_use]
    pub const fn s_diff(&self) -> f64 {
        self.s_diff
    }

    /// The change that a reliable one exceeds, in points.
    #[must_use]
    pub fn threshold(&self) -> f64 {
        Z * self.s_diff
    }

    /// What a score says of a person with this baseline.
    #[must_use]
    pub fn classify(&self, baseline: f64, score: f64) -> Change {
        let gain = match self.better {
            Better::Lower => baseline - score,
            Better::Higher => score - baseline,
        };
        let crossed =
            self.cut_off.is_some_and(|line| line.is_well(score) && !line.is_well(baseline));
        if gain > self.threshold() {
            if crossed { Change::Recovered } else { Change::Improved }
        } else if -gain > self.threshold() {
            Change::Deteriorated
        } else {
            Change::Unchanged
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::tests::oracle::{near, number, rows};

    const SCALES: &str = include_str!("../../tests/oracle/reliable_change/scales.csv");
    const EXPECTED: &str = include_str!("../../tests/oracle/reliable_change/expected.csv");

    fn scale(row: &[&str]) -> Criterion {
        let cell = |at: usize| number(row[at]).expect("a number");
        let (better, cut_off) = match row[1] {
            "lower" => (Better::Lower, CutOff::AtMost as fn(f64) -> CutOff),
            _ => (Better::Higher, CutOff::Above as fn(f64) -> CutOff),
        };
        let cut_off = number(row[2]).map(cut_off);
        Criterion::of(better, cut_off, cell(3), cell(4)).expect("a spread and an error")
    }

    #[test]
    fn agrees_with_exact_fractions() {
        // tests/oracle/reliable_change/make.py: squares of whole numbers, no roots.
        let mut compared = 0;
        for row in rows(SCALES) {
            let criterion = scale(&row);
            near(Some(criterion.s_diff()), number(row[5]), 1e-9);
            near(Some(criterion.threshold()), number(row[6]), 1e-9);
            for person in rows(EXPECTED).filter(|person| person[0] == row[0]) {
                let [before, after] = [1, 2].map(|at| number(person[at]).expect("a score"));
                let expected = match person[3] {
                    "recovered" => Change::Recovered,
                    "improved" => Change::Improved,
                    "deteriorated" => Change::Deteriorated,
                    _ => Change::Unchanged,
                };
                assert_eq!(criterion.classify(before, after), expected, "{person:?}");
                compared += 1;
            }
        }
        assert_eq!(compared, rows(EXPECTED).count());
        assert!(compared > 2000, "{compared}");
    }

    #[test]
    fn agrees_with_r_on_a_trial() {
        // R 4.2.2 on a published antidepressant trial (HAM-D17): SD at baseline, reliability 0.8.
        let criterion = Criterion::of(Better::Lower, None, 5.516_650_118_737_98, 0.8);
        near(criterion.map(|c| c.s_diff()), Some(3.489_035_885_890_07), 1e-12);
        near(criterion.map(|c| c.threshold()), Some(6.838_384_677_112_33), 1e-12);
    }

    #[test]
    fn turned_round_it_is_the_same() {
        let line = Some(CutOff::AtMost(4.0));
        let lower = Criterion::of(Better::Lower, line, 4.2, 0.86).expect("usable");
        // The mirror of "at most 4" is "above 22.5" among whole scores of 27 - score.
        let line = Some(CutOff::Above(22.5));
        let higher = Criterion::of(Better::Higher, line, 4.2, 0.86).expect("usable");
        for (before, after) in (0..=27).flat_map(|a| (0..=27).map(move |b| (a, b))) {
            let (before, after) = (f64::from(before), f64::from(after));
            assert_eq!(
                lower.classify(before, after),
                higher.classify(27.0 - before, 27.0 - after),
                "{before} to {after}"
            );
        }
    }

    #[test]
    fn a_change_of_just_the_threshold_is_none_and_the_well_do_not_recover() {
        let criterion =
            Criterion::of(Better::Lower, Some(CutOff::AtMost(4.0)), 4.0, 0.5).expect("usable");
        let threshold = criterion.threshold();
        assert_eq!(criterion.classify(threshold, 0.0), Change::Unchanged);
        assert_eq!(criterion.classify(0.0, threshold), Change::Unchanged);
        assert_eq!(criterion.classify(12.0, 4.0), Change::Recovered);
        assert_eq!(criterion.classify(20.0, 5.0), Change::Improved);
        let narrow =
            Criterion::of(Better::Lower, Some(CutOff::AtMost(4.0)), 0.5, 0.5).expect("usable");
        assert_eq!(narrow.classify(4.0, 1.0), Change::Improved, "well before and after");
        let without = Criterion::of(Better::Lower, None, 0.5, 0.5).expect("usable");
        assert_eq!(without.classify(20.0, 0.0), Change::Improved, "no line to cross");
    }

    #[test]
    fn without_spread_or_error_there_is_no_criterion() {
        let of = |sd, reliability| Criterion::of(Better::Lower, None, sd, reliability);
        for sd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(of(sd, 0.8), None);
        }
        for reliability in [1.0, 1.2, -0.1, f64::NAN] {
            assert_eq!(of(4.0, reliability), None);
        }
        near(of(4.0, 0.0).map(|c| c.s_diff()), Some(32.0_f64.sqrt()), 1e-12);
    }
}
