//! What the counts of `onset` are to each other.

use super::joint::{ONSET_AT, Rows, Tables, across_routes_and_levels};
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

/// Windows follow each other and share no score.
pub(super) fn relate(tables: &mut Tables) {
    let rows = Rows::along(tables.table(ONSET_AT), "hours", &[]);
    across_routes_and_levels(tables, ONSET_AT, &rows, ONSET.people);
}
