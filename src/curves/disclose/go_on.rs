//! What the counts of `go_on` and `after_adjustment` are to each other and to the response table.

use super::joint::{
    ADJUSTMENT_AT, GO_ON_AT, RESPONSE_AT, RowKey, Rows, Tables, across_routes_and_levels, pair,
};
use crate::privacy::rules::{ColumnRules, Rounding};
use crate::privacy::suppress::CellAt;
use std::collections::BTreeMap;

/// Both tables.
pub(super) const GO_ON: ColumnRules = ColumnRules {
    people: &["n", "responders", "stopped", "running", "waiting", "n_went_on"],
    parts: &[
        ("responders", "n"),
        ("stopped", "n"),
        ("running", "n"),
        ("waiting", "n"),
        ("n_went_on", "n"),
        ("responders", "n_went_on"),
    ],
    rests_on: &[
        ("n", &["responders", "stopped", "running", "waiting", "n_went_on"]),
        ("n_went_on", &["responders"]),
    ],
    computed: &[
        ("responders", &["estimate", "se", "lo", "hi", "went_on_rate", "went_on_lo", "went_on_hi"]),
        ("n_went_on", &["went_on_rate", "went_on_lo", "went_on_hi"]),
        ("n", &["estimate", "se", "lo", "hi"]),
    ],
    rounding: &[
        ("estimate", Rounding::Hundredths),
        ("se", Rounding::Hundredths),
        ("lo", Rounding::Hundredths),
        ("hi", Rounding::Hundredths),
        ("went_on_rate", Rounding::Hundredths),
        ("went_on_lo", Rounding::Hundredths),
        ("went_on_hi", Rounding::Hundredths),
    ],
};

/// Everything that is known to add up.
pub(super) fn relate(tables: &mut Tables, responses: &Rows) {
    for number in [GO_ON_AT, ADJUSTMENT_AT] {
        let rows = Rows::along(tables.table(number), "infusion", &["group", "by_infusion"]);
        within_rows(tables, number, &rows);
        to_response(tables, number, &rows, responses);
        over_time(tables, number, &rows);
        across_routes_and_levels(tables, number, &rows, GO_ON.people);
    }
}

/// Each person has one fate.
fn within_rows(tables: &mut Tables, number: usize, rows: &Rows) {
    for row in rows.0.values() {
        let fates = ["responders", "stopped", "running", "waiting"];
        let fates: Vec<CellAt> =
            fates.iter().filter_map(|name| tables.at(number, *row, name)).collect();
        if let Some(all) = tables.at(number, *row, "n") {
            tables.sum(all, fates);
        }
    }
}

/// Whoever was observed after an infusion responded then or stands in one of its groups.
fn to_response(tables: &mut Tables, number: usize, rows: &Rows, responses: &Rows) {
    let mut groups: BTreeMap<(RowKey, i64), Vec<CellAt>> = BTreeMap::new();
    for (key, row) in &rows.0 {
        let by = tables.table(number).int(*row, "by_infusion").unwrap_or_default();
        let cell = tables.at(number, *row, "n");
        groups.entry((key.response(key.infusion), by)).or_default().extend(cell);
    }
    for ((key, _), mut parts) in groups {
        let Some(row) = responses.get(&key) else { continue };
        let cells =
            pair(tables, (RESPONSE_AT, row, "n_observed"), (RESPONSE_AT, row, "responders"));
        if let Some((observed, responders)) = cells {
            parts.push(responders);
            tables.sum(observed, parts);
        }
    }
}

/// Followed further, the same people went on, and those who responded or stopped did so before.
fn over_time(tables: &mut Tables, number: usize, rows: &Rows) {
    let table = tables.table(number);
    let mut followed: BTreeMap<(RowKey, &str), BTreeMap<i64, usize>> = BTreeMap::new();
    for (key, row) in &rows.0 {
        let by = table.int(*row, "by_infusion").unwrap_or_default();
        let group = (key.response(key.infusion), table.text(*row, "group"));
        followed.entry(group).or_default().insert(by, *row);
    }
    let followed: Vec<Vec<usize>> =
        followed.into_values().map(|rows| rows.into_values().collect()).collect();
    for rows in followed {
        for two in rows.windows(2) {
            let [earlier, later] = [two[0], two[1]];
            for column in ["n", "n_went_on"] {
                let cells = pair(tables, (number, earlier, column), (number, later, column));
                if let Some((a, b)) = cells {
                    tables.same(a, b);
                }
            }
            for column in ["responders", "stopped"] {
                let cells = pair(tables, (number, later, column), (number, earlier, column));
                if let Some((later, earlier)) = cells {
                    tables.nested(later, earlier);
                }
            }
        }
    }
}
