//! `cumulative_response`: the share who had responded by each infusion, by Aalen-Johansen and by
//! Kaplan-Meier, made from what may be shown of the counts by first response.
//!
//! Where the count of an infusion is hidden its step is gathered into the next shown one: that row
//! carries the sum since the row shown before it, and the number at risk when that began. Those who
//! responded and those who stopped are gathered each by themselves.

use super::row::Derived;
use crate::privacy::rules::{Rounding, Roundings};
use crate::table::{ColumnType as T, Table};

/// Columns before the label.
pub const COLUMNS: [(&str, T); 17] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route", T::Text),
    ("estimator", T::Text),
    ("infusion", T::Int),
    ("n_at_risk", T::Int),
    ("events", T::Int),
    ("stopped", T::Int),
    ("estimate", T::Float),
    ("se", T::Float),
    ("lo", T::Float),
    ("hi", T::Float),
    ("stopped_estimate", T::Float),
    ("unmeasured_estimate", T::Float),
    ("hidden", T::Text),
    ("na_reason", T::Text),
];

/// How it is rounded.
pub const ROUNDING: Roundings = &[
    ("estimate", Rounding::Hundredths),
    ("se", Rounding::Hundredths),
    ("lo", Rounding::Hundredths),
    ("hi", Rounding::Hundredths),
    ("stopped_estimate", Rounding::Hundredths),
    ("unmeasured_estimate", Rounding::Hundredths),
];

/// The first columns of a row.
pub const HEAD: [&str; 4] = ["instrument", "stratum", "level", "route"];

/// An estimator of the cumulative share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estimator {
    /// Stopping treatment competes with responding.
    AalenJohansen,
    /// Whoever stops is taken to be like those who stay.
    KaplanMeier,
}

impl Estimator {
    /// Both, in table order.
    pub const ALL: [Self; 2] = [Self::AalenJohansen, Self::KaplanMeier];

    /// The code of tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AalenJohansen => "aalen-johansen",
            Self::KaplanMeier => "kaplan-meier",
        }
    }

    /// Columns of `first_response`: number at risk, estimate, standard error, limits.
    #[must_use]
    pub const fn columns(self) -> [&'static str; 5] {
        match self {
            Self::AalenJohansen => ["at_risk", "aj", "aj_se", "aj_lo", "aj_hi"],
            Self::KaplanMeier => ["at_risk_km", "km", "km_se", "km_lo", "km_hi"],
        }
    }
}

/// The rows of `first_response` that belong to one curve, in order of infusions.
#[must_use]
pub fn curves(counts: &Table) -> Vec<Vec<usize>> {
    let mut curves: Vec<Vec<usize>> = Vec::new();
    for row in 0..counts.n_rows() {
        match curves.last_mut() {
            Some(curve) if counts.int(row, "infusion") != Some(1) => curve.push(row),
            _ => curves.push(vec![row]),
        }
    }
    curves
}

/// The published table, from the counts by first response with what must be hidden cleared.
#[must_use]
pub fn cumulative_response(counts: &Table) -> Table {
    let mut table = Table::new("cumulative_response", &COLUMNS);
    for curve in curves(counts) {
        for estimator in Estimator::ALL {
            push_curve(&mut table, counts, &curve, estimator);
        }
    }
    table
}

fn push_curve(table: &mut Table, counts: &Table, curve: &[usize], estimator: Estimator) {
    let [at_risk, columns @ ..] = estimator.columns();
    let competes = estimator == Estimator::AalenJohansen;
    // Where the sums of a row begin: the row after the last shown one, and the counts until then.
    let mut begin = curve.first().copied().unwrap_or_default();
    let (mut responded, mut stopped) = (0, 0);
    for row in curve {
        let mut out = Derived::of(&HEAD.map(|name| counts.text(*row, name)));
        out.text(estimator.as_str());
        out.shown("infusion", counts.int(*row, "infusion"));
        let by_now = counts.int(*row, "responded");
        let left = counts.int(*row, "stopped");
        out.shown("n_at_risk", by_now.and_then(|_| counts.int(begin, at_risk)));
        out.shown("events", by_now.map(|by_now| by_now - responded));
        if competes {
            out.shown("stopped", left.map(|left| left - stopped));
        } else {
            out.undefined("stopped", "censored");
        }
        for (name, column) in ["estimate", "se", "lo", "hi"].into_iter().zip(columns) {
            out.copy(name, counts, *row, column);
        }
        for name in ["stopped_estimate", "unmeasured_estimate"] {
            if competes {
                out.copy(name, counts, *row, name);
            } else {
                out.undefined(name, "censored");
            }
        }
        table.push(out.done());
        if let Some(by_now) = by_now {
            responded = by_now;
            begin = row + 1;
        }
        stopped = left.unwrap_or(stopped);
    }
}
