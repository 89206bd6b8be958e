//! What holds of every life table, whatever the numbers.
//!
//! Tolerance 1e-11: about a hundred roundings of 1e-16, and room for a thousand times that.

use super::records::{
    Cause, LAST, Record, as_f64, cohorts, leaving_censored, life_table, redistributed,
};
use crate::stats::aalen_johansen::aalen_johansen;
use crate::stats::kaplan_meier::kaplan_meier;
use crate::stats::life_table::{Estimate, Step, TimePoint, median};
use crate::stats::log_rank::log_rank;
use crate::stats::restricted_mean::{RestrictedMean, restricted_mean};

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-11, "{found} is not {expected}");
}

fn curve(estimates: Vec<Estimate>) -> Vec<TimePoint> {
    (1..).zip(estimates).map(|(time, estimate)| TimePoint { time, estimate }).collect()
}

/// How many had the event by a time.
fn events_by(records: &[Record], now: usize) -> usize {
    records.iter().filter(|r| r.cause == Cause::Event && r.time <= now).count()
}

#[test]
fn kaplan_meier_is_redistribution_to_the_right_of_all_who_leave() {
    for records in cohorts(1, true) {
        let found = kaplan_meier(&life_table(&records));
        for (found, expected) in found.iter().zip(redistributed(&leaving_censored(&records))) {
            near(found.value, expected);
        }
    }
}

#[test]
fn aalen_johansen_is_redistribution_to_the_right_of_the_censored_alone() {
    for records in cohorts(2, true) {
        let found = aalen_johansen(&life_table(&records));
        for (found, expected) in found.iter().zip(redistributed(&records)) {
            near(found.event.value, expected);
        }
    }
}

#[test]
fn the_shares_add_up_and_only_ever_move_one_way() {
    for records in cohorts(3, true) {
        let found = aalen_johansen(&life_table(&records));
        for now in &found {
            near(now.event.value + now.competing + now.waiting, 1.0);
        }
        for pair in found.windows(2) {
            assert!(pair[0].event.value <= pair[1].event.value);
            assert!(pair[0].competing <= pair[1].competing);
            assert!(pair[0].waiting >= pair[1].waiting);
        }
    }
}

#[test]
fn counting_those_who_leave_as_still_to_come_makes_it_more() {
    for records in cohorts(4, true) {
        let steps = life_table(&records);
        for (with, without) in aalen_johansen(&steps).iter().zip(kaplan_meier(&steps)) {
            assert!(with.event.value <= without.value + 1e-11, "{with:?} {without:?}");
        }
    }
}

#[test]
fn without_competing_events_the_two_agree_in_estimate_and_error() {
    for records in cohorts(5, true) {
        let steps = life_table(&leaving_censored(&records));
        for (aalen, kaplan) in aalen_johansen(&steps).iter().zip(kaplan_meier(&steps)) {
            near(aalen.event.value, kaplan.value);
            near(aalen.event.se.expect("an error"), kaplan.se.unwrap_or(0.0));
        }
    }
}

#[test]
fn without_censoring_the_incidence_is_a_share_with_the_error_of_a_share() {
    for records in cohorts(6, false) {
        let found = aalen_johansen(&life_table(&records));
        for (now, found) in (1..).zip(&found) {
            let share = as_f64(events_by(&records, now)) / as_f64(records.len());
            near(found.event.value, share);
            let variance = share * (1.0 - share) / as_f64(records.len());
            near(found.event.se.expect("an error").powi(2), variance);
        }
    }
}

/// The variance of an incidence by the delta method, one sum over all times: Marubini and Valsecchi
/// 1995, formula 10.12. Another road to the same number than the recursion of the kernel.
fn delta_variance(steps: &[Step], incidence: &[f64]) -> f64 {
    let number = |count: u64| as_f64(usize::try_from(count).expect("few people"));
    let last = incidence.last().copied().unwrap_or(0.0);
    let mut waiting = 1.0;
    let mut variance = 0.0;
    for (step, now) in steps.iter().zip(incidence) {
        if step.at_risk == 0 {
            continue;
        }
        let (n, hits) = (number(step.at_risk), number(step.events));
        let gone = hits + number(step.competing);
        let still = last - now;
        if gone < n {
            variance += still * still * gone / (n * (n - gone));
        }
        variance += waiting * waiting * hits * (n - hits) / n.powi(3);
        variance -= 2.0 * still * waiting * hits / (n * n);
        waiting *= (n - gone) / n;
    }
    variance
}

#[test]
fn the_variance_is_that_of_the_delta_method() {
    for records in cohorts(7, true) {
        let steps = life_table(&records);
        let found = aalen_johansen(&steps);
        let incidence: Vec<f64> = found.iter().map(|at| at.event.value).collect();
        for now in 1..=steps.len() {
            let expected = delta_variance(&steps[..now], &incidence[..now]);
            near(found[now - 1].event.se.expect("an error").powi(2), expected);
        }
    }
}

#[test]
fn every_interval_holds_its_estimate() {
    for records in cohorts(8, true) {
        let steps = life_table(&records);
        let aalen = aalen_johansen(&steps).into_iter().map(|at| at.event);
        for estimate in kaplan_meier(&steps).into_iter().chain(aalen) {
            let Some(interval) = estimate.interval else { continue };
            assert!(0.0 <= interval.lo && interval.lo <= estimate.value, "{estimate:?}");
            assert!(estimate.value <= interval.hi && interval.hi <= 1.0, "{estimate:?}");
        }
    }
}

#[test]
fn without_censoring_the_median_is_where_half_have_had_the_event() {
    for records in cohorts(9, false) {
        let found =
            curve(aalen_johansen(&life_table(&records)).into_iter().map(|at| at.event).collect());
        let half = (1..=LAST).find(|&now| 2 * events_by(&records, now) >= records.len());
        assert_eq!(median(&found).time, half, "{records:?}");
    }
}

#[test]
fn without_censoring_the_restricted_mean_is_a_mean() {
    for records in cohorts(10, false) {
        let everybody: Vec<Record> =
            records.iter().map(|r| Record { cause: Cause::Event, ..*r }).collect();
        let whole = curve(kaplan_meier(&life_table(&everybody)));
        for horizon in 1..=LAST + 2 {
            let times = everybody.iter().map(|r| as_f64(r.time.min(horizon)));
            let n = as_f64(everybody.len());
            let mean = times.clone().sum::<f64>() / n;
            let variance = times.map(|time| (time - mean).powi(2)).sum::<f64>() / (n * n);
            let found = restricted_mean(&whole, horizon).expect("a curve");
            near(found.value, mean);
            near(found.se.expect("an error").powi(2), variance);
        }
    }
}

fn same(one: Option<RestrictedMean>, other: Option<RestrictedMean>) {
    let (one, other) = (one.expect("a curve"), other.expect("a curve"));
    near(one.value, other.value);
    near(one.se.expect("an error"), other.se.expect("an error"));
}

#[test]
fn points_where_nothing_happens_change_no_restricted_mean() {
    for records in cohorts(11, true) {
        let steps = life_table(&records);
        let whole = curve(kaplan_meier(&steps));
        let mut moves = whole.clone();
        moves.retain(|at| steps[at.time - 1].events > 0);
        if !moves.is_empty() {
            same(restricted_mean(&whole, LAST), restricted_mean(&moves, LAST));
        }
    }
}

#[test]
fn a_gathered_curve_is_the_curve_of_people_whose_events_come_together() {
    for records in cohorts(12, false) {
        // Every event waits for the next third time.
        let late = |r: &Record| Record { time: r.time.next_multiple_of(3), cause: Cause::Event };
        let together: Vec<Record> = records.iter().map(late).collect();
        let gathered = |records: &[Record]| {
            let mut curve = curve(kaplan_meier(&life_table(records)));
            curve.retain(|at| at.time % 3 == 0);
            curve
        };
        let all: Vec<Record> =
            records.iter().map(|r| Record { cause: Cause::Event, ..*r }).collect();
        same(restricted_mean(&gathered(&all), LAST), restricted_mean(&gathered(&together), LAST));
    }
}

/// Cohorts by threes, as tables.
fn groups(seed: u64) -> Vec<[Vec<Step>; 3]> {
    let cohorts: Vec<_> = cohorts(seed, true).map(|records| life_table(&records)).collect();
    cohorts.chunks_exact(3).map(|three| [0, 1, 2].map(|i| three[i].clone())).collect()
}

/// The first chapter of any book: `(O - E)^2 / V` of one of two groups.
fn textbook(one: &[Step], other: &[Step]) -> Option<f64> {
    let number = |count: u64| as_f64(usize::try_from(count).expect("few people"));
    let (mut excess, mut variance) = (0.0, 0.0);
    for (one, other) in one.iter().zip(other) {
        let n = number(one.at_risk + other.at_risk);
        let d = number(one.events + other.events);
        if n > 1.0 {
            let share = number(one.at_risk) / n;
            excess += number(one.events) - d * share;
            variance += d * (n - d) / (n - 1.0) * share * (1.0 - share);
        } else if n > 0.0 {
            excess += number(one.events) - d * number(one.at_risk) / n;
        }
    }
    (variance > 0.0).then(|| excess * excess / variance)
}

#[test]
fn the_log_rank_test_of_two_groups_is_that_of_the_textbook() {
    for [one, other, _] in groups(13) {
        let found = log_rank(&[&one, &other]);
        assert_eq!(found.is_some(), textbook(&one, &other).is_some());
        if let Some((found, expected)) = found.zip(textbook(&one, &other)) {
            near(found.chi_square, expected);
            assert_eq!(found.df, 1);
        }
    }
}

#[test]
fn the_order_of_groups_does_not_matter() {
    for [a, b, c] in groups(14) {
        let orders = [[&a, &b, &c], [&c, &a, &b], [&b, &a, &c]];
        let [one, two, three] =
            orders.map(|groups| log_rank(&groups.map(Vec::as_slice)).expect("three groups"));
        for other in [two, three] {
            assert_eq!(one.df, other.df);
            // Another group is left out of the matrix: its condition costs two digits.
            assert!((one.chi_square - other.chi_square).abs() < 1e-9 * (1.0 + one.chi_square));
            assert!((one.p - other.p).abs() < 1e-9);
        }
    }
}

#[test]
fn a_group_does_not_differ_from_itself() {
    for [group, ..] in groups(15) {
        // Undefined for the few where everybody has the event at once.
        let Some(found) = log_rank(&[&group, &group]) else { continue };
        near(found.chi_square, 0.0);
        assert_eq!(found.df, 1);
    }
}
