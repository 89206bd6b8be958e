//! What the counts of `dissociation` are to each other and to the flow.

use super::joint::{DISSOCIATION_AT, Tables, across_routes_and_levels};
use super::rows::{Labels, Rows};
use super::treated::among_treated;
use crate::privacy::rules::{ColumnRules, Rounding};

pub(super) const DISSOCIATION: ColumnRules = ColumnRules {
    people: &["n_persons"],
    parts: &[],
    rests_on: &[],
    computed: &[("n_persons", &["mean_total", "total_sd", "total_lo", "total_hi", "median_total"])],
    rounding: &[
        ("mean_total", Rounding::Tenths),
        ("total_sd", Rounding::Tenths),
        ("total_lo", Rounding::Tenths),
        ("total_hi", Rounding::Tenths),
        ("median_total", Rounding::Tenths),
    ],
};

/// Everything that is known to add up.
pub(super) fn relate(tables: &mut Tables, labels: &Labels) {
    let rows = Rows::by_route(labels, tables.table(DISSOCIATION_AT), &["instrument"], |_| true);
    across_routes_and_levels(tables, DISSOCIATION_AT, &rows, labels, DISSOCIATION.people);
    among_treated(tables, DISSOCIATION_AT, &rows, labels, DISSOCIATION.people);
}
