//! What the counts of `onset` are to each other and to the response table.

use super::joint::{ONSET_AT, RESPONSE_AT, Tables, across_routes_and_levels, pair};
use super::rows::{Rows, Shared};
use crate::privacy::rules::{ColumnRules, Rounding};

/// `onset`.
pub(super) const ONSET: ColumnRules = ColumnRules {
    people: &["n_scored", "n_treated_again", "responders"],
    parts: &[("n_treated_again", "n_scored"), ("responders", "n_scored")],
    rests_on: &[(
        "n_scored",
        &["n_treated_again", "responders", "mean_change", "change_lo", "change_hi"],
    )],
    computed: &[
        ("responders", &["response_rate", "response_lo", "response_hi"]),
        (
            "n_scored",
            &[
                "response_rate",
                "response_lo",
                "response_hi",
                "mean_change",
                "change_lo",
                "change_hi",
            ],
        ),
    ],
    rounding: &[
        ("response_rate", Rounding::Hundredths),
        ("response_lo", Rounding::Hundredths),
        ("response_hi", Rounding::Hundredths),
        ("mean_change", Rounding::Tenths),
        ("change_lo", Rounding::Tenths),
        ("change_hi", Rounding::Tenths),
    ],
};

/// Windows follow each other and share no score. Whoever is scored was treated, and whoever was
/// treated again was treated twice.
pub(super) fn relate(tables: &mut Tables, shared: &Shared) {
    let Shared { labels, responses, .. } = shared;
    let rows = Rows::along(labels, tables.table(ONSET_AT), "hours", &[]);
    for (key, row) in &rows.in_order {
        for (column, infusion) in [("n_scored", 1), ("n_treated_again", 2)] {
            let cells = responses.get(key.response(infusion)).and_then(|treated| {
                pair(tables, (ONSET_AT, *row, column), (RESPONSE_AT, treated, "n_treated"))
            });
            if let Some((part, treated)) = cells {
                tables.part(part, treated);
            }
        }
    }
    across_routes_and_levels(tables, ONSET_AT, &rows, labels, ONSET.people);
}
