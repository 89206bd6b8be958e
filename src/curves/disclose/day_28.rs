//! What the counts of day 28 are to each other and to everyone with a baseline.

use super::joint::{DAY_28_AT, FIRST_AT, Tables, across_routes_and_levels, pair};
use super::rows::{Rows, Shared};
use crate::privacy::rules::ColumnRules;

/// Differences are made from what is left of these.
pub(super) const DAY_28: ColumnRules = ColumnRules {
    people: &["n_day28", "responders_day28"],
    parts: &[("responders_day28", "n_day28")],
    rests_on: &[("n_day28", &["responders_day28"])],
    computed: &[],
    rounding: &[],
};

/// Everything that is known to add up.
pub(super) fn relate(tables: &mut Tables, shared: &Shared) {
    let Shared { labels, firsts, .. } = shared;
    let rows = Rows::of(labels, tables.table(DAY_28_AT));
    for (key, row) in &rows.in_order {
        let cells = firsts
            .get(key.response(1))
            .and_then(|first| pair(tables, (DAY_28_AT, *row, "n_day28"), (FIRST_AT, first, "n")));
        if let Some((reached, everyone)) = cells {
            tables.part(reached, everyone);
        }
    }
    across_routes_and_levels(tables, DAY_28_AT, &rows, labels, DAY_28.people);
}
