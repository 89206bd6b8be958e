//! What the counts of `item_9` are to each other and to the response table.
//!
//! Those who answered twice fall into six groups that add up: some are columns, and the others
//! follow from the columns, so that they stand beside them until the table is published.

use super::joint::{ITEM_9_AT, RESPONSE_AT, Tables, across_routes_and_levels, pair, part_and_rest};
use super::published::without;
use super::rows::{Rows, Shared};
use crate::curves::item_9::CELLS;
use crate::privacy::rules::{ColumnRules, Rounding, Roundings};
use crate::privacy::suppress::CellAt;
use crate::table::Table;

pub(super) const ITEM_9: ColumnRules = ColumnRules {
    people: &[
        "n_both",
        "n_endorsed_before",
        "reduced",
        "resolved",
        "increased",
        "new",
        "unchanged",
        "eased",
        "as_before",
        "worse",
        "never",
    ],
    parts: &[],
    rests_on: &[
        (
            "n_both",
            &[
                "n_endorsed_before",
                "reduced",
                "resolved",
                "increased",
                "new",
                "unchanged",
                "eased",
                "as_before",
                "worse",
                "never",
            ],
        ),
        ("n_endorsed_before", &["reduced", "resolved", "eased", "as_before", "worse"]),
    ],
    computed: &[
        ("reduced", &["reduced_share", "reduced_lo", "reduced_hi"]),
        ("resolved", &["resolved_share", "resolved_lo", "resolved_hi"]),
        ("increased", &["increased_share", "increased_lo", "increased_hi"]),
        ("new", &["new_share", "new_lo", "new_hi"]),
        (
            "n_both",
            &[
                "reduced_share",
                "reduced_lo",
                "reduced_hi",
                "resolved_share",
                "resolved_lo",
                "resolved_hi",
                "increased_share",
                "increased_lo",
                "increased_hi",
                "new_share",
                "new_lo",
                "new_hi",
            ],
        ),
    ],
    rounding: ROUNDING,
};

pub(super) const ROUNDING: Roundings = &[
    ("reduced_share", Rounding::Hundredths),
    ("reduced_lo", Rounding::Hundredths),
    ("reduced_hi", Rounding::Hundredths),
    ("resolved_share", Rounding::Hundredths),
    ("resolved_lo", Rounding::Hundredths),
    ("resolved_hi", Rounding::Hundredths),
    ("increased_share", Rounding::Hundredths),
    ("increased_lo", Rounding::Hundredths),
    ("increased_hi", Rounding::Hundredths),
    ("new_share", Rounding::Hundredths),
    ("new_lo", Rounding::Hundredths),
    ("new_hi", Rounding::Hundredths),
];

/// Which counts of a row add up to which.
const SUMS: [(&str, &[&str]); 5] = [
    ("n_both", &["n_endorsed_before", "new", "never"]),
    ("n_endorsed_before", &["reduced", "as_before", "worse"]),
    ("reduced", &["resolved", "eased"]),
    ("increased", &["new", "worse"]),
    ("unchanged", &["as_before", "never"]),
];

/// Counts that are part of another. What is left of the whole is several groups together.
const PARTS: [(&str, &str); 11] = [
    ("n_endorsed_before", "n_both"),
    ("reduced", "n_both"),
    ("resolved", "n_both"),
    ("increased", "n_both"),
    ("new", "n_both"),
    ("unchanged", "n_both"),
    ("reduced", "n_endorsed_before"),
    ("resolved", "n_endorsed_before"),
    ("eased", "n_endorsed_before"),
    ("as_before", "n_endorsed_before"),
    ("worse", "n_endorsed_before"),
];

/// Everything that is known to add up.
pub(super) fn relate(tables: &mut Tables, shared: &Shared) {
    let Shared { labels, responses, .. } = shared;
    let rows = Rows::of(labels, tables.table(ITEM_9_AT));
    for (key, row) in &rows.in_order {
        let at = |tables: &Tables, column: &str| tables.at(ITEM_9_AT, *row, column);
        for (whole, parts) in SUMS {
            let parts: Vec<CellAt> = parts.iter().filter_map(|part| at(tables, part)).collect();
            if let Some(whole) = at(tables, whole) {
                tables.sum(whole, parts);
            }
        }
        for (part, whole) in PARTS {
            if let Some((part, whole)) = at(tables, part).zip(at(tables, whole)) {
                part_and_rest(tables, part, whole);
            }
        }
        // Whoever answered the item after an infusion was scored after it.
        let observed = responses.get(*key).and_then(|response| {
            pair(tables, (ITEM_9_AT, *row, "n_both"), (RESPONSE_AT, response, "n_observed"))
        });
        if let Some((both, observed)) = observed {
            tables.part(both, observed);
        }
    }
    across_routes_and_levels(tables, ITEM_9_AT, &rows, labels, ITEM_9.people);
}

/// The table as it is published.
pub(super) fn published<const N: usize>(tables: &[&Table; N]) -> Table {
    without(tables[ITEM_9_AT], &CELLS)
}
