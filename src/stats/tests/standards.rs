//! Classical data sets, and a made-up one in coarse steps, against R.
//!
//! `tests/oracle/survival/make.R` makes the life tables and the numbers; versions beside it.
//! Estimates and errors within 1e-9, limits within 1e-8: R prints fifteen digits, and a limit is
//! an exponential of an exponential of them.

use super::oracle::rows;
use crate::stats::aalen_johansen::aalen_johansen;
use crate::stats::kaplan_meier::kaplan_meier;
use crate::stats::life_table::{Estimate, Step, TimePoint, median};
use crate::stats::log_rank::log_rank;
use crate::stats::restricted_mean::restricted_mean;
use std::collections::BTreeMap;

const STEPS: &str = include_str!("../../../tests/oracle/survival/steps.csv");
const EXPECTED: &str = include_str!("../../../tests/oracle/survival/expected.csv");

/// A life table: times with an event, and the step at each.
#[derive(Default)]
struct Group {
    times: Vec<usize>,
    steps: Vec<Step>,
}

impl Group {
    /// Points at the real times, from estimates at places in the table.
    fn curve(&self, estimates: Vec<Estimate>) -> Vec<TimePoint> {
        let points = self.times.iter().zip(estimates);
        points.map(|(&time, estimate)| TimePoint { time, estimate }).collect()
    }
}

/// Life tables by data set and group.
fn groups() -> BTreeMap<(&'static str, &'static str), Group> {
    let mut groups = BTreeMap::<_, Group>::new();
    for row in rows(STEPS) {
        let count = |at: usize| row[at].parse::<u64>().expect("a count");
        let group = groups.entry((row[0], row[1])).or_default();
        group.times.push(row[2].parse().expect("a time"));
        group.steps.push(Step { at_risk: count(3), events: count(4), competing: count(5) });
    }
    groups
}

/// One line of the numbers of R.
struct Line {
    time: usize,
    value: Option<f64>,
    se: Option<f64>,
    lo: Option<f64>,
    hi: Option<f64>,
}

#[track_caller]
fn near(found: Option<f64>, expected: Option<f64>, tolerance: f64) {
    match (found, expected) {
        (Some(found), Some(expected)) => {
            assert!((found - expected).abs() < tolerance, "{found} is not {expected}");
        }
        (found, expected) => assert_eq!(found, expected),
    }
}

/// Compares every line of one method with what the kernel says of its group; how many lines.
fn compare(method: &str, check: impl Fn(&Group, &Line)) -> usize {
    let groups = groups();
    let lines = rows(EXPECTED).filter(|row| row[2] == method);
    let compared = lines.map(|row| {
        let number = |at: usize| (row[at] != "NA").then(|| row[at].parse().expect("a number"));
        let line = Line {
            time: row[3].parse().expect("a time"),
            value: number(4),
            se: number(5),
            lo: number(6),
            hi: number(7),
        };
        check(&groups[&(row[0], row[1])], &line);
    });
    compared.count()
}

#[track_caller]
fn agree(found: &Estimate, line: &Line) {
    near(Some(found.value), line.value, 1e-9);
    near(found.se, line.se, 1e-9);
    near(found.interval.map(|interval| interval.lo), line.lo, 1e-8);
    near(found.interval.map(|interval| interval.hi), line.hi, 1e-8);
}

#[test]
fn kaplan_meier_agrees_with_survfit() {
    let compared = compare("kaplan-meier", |group, line| {
        let place = group.times.iter().position(|&time| time == line.time).expect("a step");
        agree(&kaplan_meier(&group.steps)[place], line);
    });
    assert!(compared > 500, "{compared}");
}

#[test]
fn aalen_johansen_agrees_with_survfit_and_etm() {
    let compared = compare("aalen-johansen", |group, line| {
        let place = group.times.iter().position(|&time| time == line.time).expect("a step");
        agree(&aalen_johansen(&group.steps)[place].event, line);
    });
    assert!(compared > 250, "{compared}");
}

#[test]
fn the_median_and_its_limits_agree_with_survfit() {
    let compared = compare("median", |group, line| {
        let found = median(&group.curve(kaplan_meier(&group.steps)));
        let whole = |time: Option<f64>| time.map(|time| format!("{time}"));
        let found = [found.time, found.lo, found.hi].map(|time| time.map(|time| time.to_string()));
        assert_eq!(found, [whole(line.value), whole(line.lo), whole(line.hi)]);
    });
    assert_eq!(compared, 14, "groups");
}

#[test]
fn the_restricted_mean_agrees_with_survfit() {
    let compared = compare("restricted-mean", |group, line| {
        let found = restricted_mean(&group.curve(kaplan_meier(&group.steps)), line.time);
        // In days up to 500: relative to that.
        near(found.map(|found| found.value), line.value, 1e-9);
        near(found.and_then(|found| found.se), line.se, 1e-9);
    });
    assert_eq!(compared, 14, "groups");
}

#[test]
fn the_log_rank_test_agrees_with_survdiff() {
    let groups = groups();
    let mut compared = 0;
    for row in rows(EXPECTED).filter(|row| row[2] == "log-rank") {
        let of_set = groups.iter().filter(|((data, _), _)| *data == row[0]);
        // A group's table ends with its last person, so that its places are those of the others.
        let steps: Vec<&[Step]> = of_set.map(|(_, group)| group.steps.as_slice()).collect();
        let found = log_rank(&steps).expect("groups that differ");
        assert_eq!(found.df.to_string(), row[3]);
        near(Some(found.chi_square), row[4].parse().ok(), 1e-9);
        near(Some(found.p), row[6].parse().ok(), 1e-9);
        compared += 1;
    }
    assert_eq!(compared, 4, "data sets of several groups");
}
