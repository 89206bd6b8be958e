//! `time_to_response`: the infusion by which half had responded, and the mean number of infusions
//! without a response, made from what may be shown of the counts by first response.
//!
//! Both are read off the curve as it is shown: where steps were gathered it stands still between
//! its points. A curve whose end is hidden has no restricted mean, and no median beyond that.

use super::cumulative::{Estimator, HEAD, curves};
use super::row::{Derived, reason};
use crate::privacy::rules::{Rounding, Roundings};
use crate::stats::interval::Interval;
use crate::stats::life_table::{Estimate, TimePoint, median};
use crate::stats::restricted_mean::restricted_mean;
use crate::table::{ColumnType as T, Table};

/// Columns before the label.
pub const COLUMNS: [(&str, T); 15] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route", T::Text),
    ("estimator", T::Text),
    ("n", T::Int),
    ("responders", T::Int),
    ("median", T::Int),
    ("median_lo", T::Int),
    ("median_hi", T::Int),
    ("rmst", T::Float),
    ("rmst_se", T::Float),
    ("horizon", T::Int),
    ("hidden", T::Text),
    ("na_reason", T::Text),
];

/// How it is rounded.
pub const ROUNDING: Roundings = &[("rmst", Rounding::Tenths), ("rmst_se", Rounding::Tenths)];

/// The published table, from the counts by first response with what must be hidden cleared.
#[must_use]
pub fn time_to_response(counts: &Table) -> Table {
    let mut table = Table::new("time_to_response", &COLUMNS);
    for curve in curves(counts) {
        for estimator in Estimator::ALL {
            push_row(&mut table, counts, &curve, estimator);
        }
    }
    table
}

const RMST: [&str; 2] = ["rmst", "rmst_se"];

fn push_row(table: &mut Table, counts: &Table, curve: &[usize], estimator: Estimator) {
    let (Some(first), Some(last)) = (curve.first().copied(), curve.last().copied()) else { return };
    let mut out = Derived::of(&HEAD.map(|name| counts.text(first, name)));
    out.text(estimator.as_str());
    out.copy("n", counts, first, "n");
    out.copy("responders", counts, last, "responded");
    let [_, estimate, ..] = estimator.columns();
    let nobody = reason(counts, first, estimate);
    let points = points(counts, curve, estimator);
    let ends = counts.float(last, estimate).is_some();
    let middle = median(&points);
    for (name, time) in
        [("median", middle.time), ("median_lo", middle.lo), ("median_hi", middle.hi)]
    {
        match (nobody, time) {
            (Some(nobody), _) => out.undefined(name, nobody),
            (None, None) if ends => out.undefined(name, "not-reached"),
            (None, time) => out.shown(name, time),
        }
    }
    let mean = restricted_mean(&points, curve.len()).filter(|_| ends);
    match (estimator, nobody) {
        (Estimator::AalenJohansen, _) => out.undefine(&RMST, "competing"),
        (Estimator::KaplanMeier, Some(nobody)) => out.undefine(&RMST, nobody),
        (Estimator::KaplanMeier, None) => {
            out.shown("rmst", mean.map(|mean| mean.value));
            match mean {
                Some(mean) if mean.se.is_none() => out.undefined("rmst_se", "no-interval"),
                mean => out.shown("rmst_se", mean.and_then(|mean| mean.se)),
            }
        }
    }
    out.shown("horizon", counts.int(last, "infusion"));
    table.push(out.done());
}

/// The shown points of a curve.
fn points(counts: &Table, curve: &[usize], estimator: Estimator) -> Vec<TimePoint> {
    let [_, estimate, se, lo, hi] = estimator.columns();
    let point = |(position, row): (usize, &usize)| {
        let limits = counts.float(*row, lo).zip(counts.float(*row, hi));
        let estimate = Estimate {
            value: counts.float(*row, estimate)?,
            se: counts.float(*row, se),
            interval: limits.map(|(lo, hi)| Interval { lo, hi }),
        };
        Some(TimePoint { time: position + 1, estimate })
    };
    curve.iter().enumerate().filter_map(point).collect()
}
