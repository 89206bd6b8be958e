//! What the counts of `go_on` and `after_adjustment` are to each other and to the other tables.

use super::joint::{
    ADJUSTMENT_AT, CHANGE_AT, FIRST_AT, GO_ON_AT, RESPONSE_AT, Tables, across_routes_and_levels,
    pair,
};
use super::rows::{RowKey, Rows, Shared};
use crate::privacy::rules::{ColumnRules, Rounding};
use crate::privacy::suppress::CellAt;
use crate::table::Table;
use std::collections::BTreeMap;

/// The group of those who have improved without a response.
const IMPROVED: &str = "improved";

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
        ("waiting", "n_went_on"),
    ],
    rests_on: &[
        ("n", &["responders", "stopped", "running", "waiting", "n_went_on"]),
        ("n_went_on", &["responders", "waiting"]),
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
pub(super) fn relate(tables: &mut Tables, shared: &Shared) {
    let labels = &shared.labels;
    let [going_on, adjusted] = [GO_ON_AT, ADJUSTMENT_AT].map(|number| {
        Rows::along(labels, tables.table(number), "infusion", &["by_infusion", "group"])
    });
    let [landmarks, their_landmarks] =
        [(GO_ON_AT, &going_on), (ADJUSTMENT_AT, &adjusted)].map(|(number, rows)| {
            let landmarks = landmarks(tables.table(number), rows);
            within_rows(tables, number, rows);
            to_response(tables, number, &landmarks, &shared.responses);
            over_time(tables, number, rows);
            across_routes_and_levels(tables, number, rows, labels, GO_ON.people);
            landmarks
        });
    let changes = Rows::of(labels, tables.table(CHANGE_AT));
    for (landmark, groups) in &landmarks {
        to_change(tables, *landmark, groups, &changes, &shared.responses);
        to_first_response(tables, *landmark, groups, shared);
    }
    same_people(tables, &landmarks, &their_landmarks);
}

/// A landmark and the infusion to which people are followed from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Landmark {
    key: RowKey,
    by: i64,
}

/// The rows of the groups of each landmark.
type Landmarks = BTreeMap<Landmark, Vec<usize>>;

fn landmarks(table: &Table, rows: &Rows) -> Landmarks {
    let followed_to = table.column("by_infusion");
    let mut landmarks = Landmarks::new();
    for (key, row) in &rows.in_order {
        let by = followed_to.and_then(|column| column.int(*row)).unwrap_or_default();
        let landmark = Landmark { key: key.response(key.infusion), by };
        landmarks.entry(landmark).or_default().push(*row);
    }
    landmarks
}

/// The cells of a column in several rows.
fn cells(tables: &Tables, number: usize, rows: &[usize], column: &str) -> Vec<CellAt> {
    let column = tables.column(number, column);
    column.into_iter().flat_map(|column| rows.iter().map(move |row| column.row(*row))).collect()
}

/// Each person has one fate.
fn within_rows(tables: &mut Tables, number: usize, rows: &Rows) {
    let names = ["n", "n_went_on", "responders", "stopped", "running", "waiting"];
    let Some(columns) = tables.columns(number, names) else { return };
    for (_, row) in &rows.in_order {
        let [all, went_on, responders, stopped, running, waiting] =
            columns.map(|column| column.row(*row));
        let fates = [responders, stopped, running, waiting];
        for part in fates.into_iter().chain([went_on]) {
            tables.difference(all, part);
        }
        // Before the infusion that admits to the fixed cohort everyone there goes on.
        tables.part(went_on, all);
        tables.sum(all, fates);
        // Who went on and was lost before the end.
        tables.keep_back([(went_on, 1), (responders, -1), (waiting, -1)]);
    }
}

/// Whoever was observed after an infusion responded then or stands in one of its groups.
fn to_response(tables: &mut Tables, number: usize, landmarks: &Landmarks, responses: &Rows) {
    for (Landmark { key, .. }, groups) in landmarks {
        let Some(row) = responses.get(*key) else { continue };
        let mut parts = cells(tables, number, groups, "n");
        let observed =
            pair(tables, (RESPONSE_AT, row, "n_observed"), (RESPONSE_AT, row, "responders"));
        if let Some((observed, responders)) = observed {
            for part in &parts {
                tables.part(*part, observed);
                tables.difference(observed, *part);
            }
            parts.push(responders);
            tables.sum(observed, parts);
        }
    }
}

/// Where every response is an improvement, whoever has improved responded or stands in the group of
/// the improved, and all others stand in the other one.
fn to_change(
    tables: &mut Tables,
    Landmark { key, .. }: Landmark,
    groups: &[usize],
    changes: &Rows,
    responses: &Rows,
) {
    let Some((change, response)) = changes.get(key).zip(responses.get(key)) else { return };
    let improved =
        groups.iter().find(|row| tables.table(GO_ON_AT).text(**row, "group") == IMPROVED);
    let group = improved.and_then(|row| tables.at(GO_ON_AT, *row, "n"));
    let improved = tables.at(CHANGE_AT, change, "improved");
    let responders = tables.at(RESPONSE_AT, response, "responders");
    if let (Some(improved), Some(group), Some(responders)) = (improved, group, responders) {
        tables.sum_if_so(improved, [group, responders]);
    }
}

/// Whoever responds after the landmark's infusion, or later from one of its groups, has responded by
/// then; the others were not scored at the landmark, or had responded before it. Whoever went on was
/// treated again. Of the first infusion, whoever stopped from one of its groups has stopped by then.
fn to_first_response(
    tables: &mut Tables,
    Landmark { key, by }: Landmark,
    groups: &[usize],
    shared: &Shared,
) {
    let Shared { firsts, responses, .. } = shared;
    let of = |tables: &Tables, column: &str| cells(tables, GO_ON_AT, groups, column);
    let first =
        |tables: &Tables, column| tables.at(FIRST_AT, firsts.get(key.response(by))?, column);
    let response = |tables: &Tables, infusion, column| {
        tables.at(RESPONSE_AT, responses.get(key.response(infusion))?, column)
    };
    let responders = response(tables, key.infusion, "responders");
    let mut rests = vec![
        (response(tables, key.infusion + 1, "n_treated"), of(tables, "n_went_on")),
        (first(tables, "responded"), {
            let mut parts = of(tables, "responders");
            parts.extend(responders);
            parts
        }),
    ];
    if key.infusion == 1 {
        rests.push((first(tables, "stopped"), of(tables, "stopped")));
    }
    for (whole, parts) in rests {
        if let (Some(whole), Some(hide)) = (whole, parts.first().copied()) {
            let parts = parts.into_iter().map(|part| (part, -1));
            tables.tells(parts.chain([(whole, 1)]), hide);
        }
    }
}

/// Both tables follow the same people from the same landmark, in other groups.
fn same_people(tables: &mut Tables, landmarks: &Landmarks, adjusted: &Landmarks) {
    for (landmark, theirs) in adjusted {
        let Some(ours) = landmarks.get(landmark) else { continue };
        for column in GO_ON.people {
            let ours = cells(tables, GO_ON_AT, ours, column);
            tables.sums(ours, cells(tables, ADJUSTMENT_AT, theirs, column));
        }
    }
}

/// Followed further, the same people went on, and those who responded, stopped or were last seen did
/// so before; fewer still wait.
fn over_time(tables: &mut Tables, number: usize, rows: &Rows) {
    let table = tables.table(number);
    let (followed_to, group) = (table.column("by_infusion"), table.column("group"));
    let mut followed: BTreeMap<(RowKey, &str), BTreeMap<i64, usize>> = BTreeMap::new();
    for (key, row) in &rows.in_order {
        let by = followed_to.and_then(|column| column.int(*row)).unwrap_or_default();
        let group = group.map_or("", |column| column.text(*row));
        followed.entry((key.response(key.infusion), group)).or_default().insert(by, *row);
    }
    let names = ["n", "n_went_on", "responders", "stopped", "running", "waiting"];
    let Some(columns) = tables.columns(number, names) else { return };
    let [n, went_on, responders, stopped, running, waiting] = columns;
    for rows in followed.into_values() {
        let rows: Vec<usize> = rows.into_values().collect();
        for two in rows.windows(2) {
            let [earlier, later] = [two[0], two[1]];
            for column in [n, went_on] {
                tables.same(column.row(earlier), column.row(later));
            }
            for (column, [larger, smaller]) in [
                (responders, [later, earlier]),
                (stopped, [later, earlier]),
                (running, [later, earlier]),
                (waiting, [earlier, later]),
            ] {
                tables.nested(column.row(larger), column.row(smaller));
            }
        }
    }
}
