//! What the counts of `side_effects` are to each other and to the flow.
//!
//! Who was asked is the same for every term of a route, infusion and way of asking: the row of any
//! side effect speaks for them all. After a single infusion a person has one session, so that
//! sessions are people there; over all infusions they are a sum.

use super::joint::{SIDE_EFFECTS_AT, Tables, across_routes_and_levels, part_and_rest};
use super::rows::{Labels, Rows};
use super::treated::among_treated;
use crate::curves::side_effects::{ANY_INFUSION, ANY_TERM};
use crate::privacy::rules::{ColumnRules, Rounding};
use crate::privacy::suppress::CellAt;
use crate::table::Table;
use std::collections::BTreeMap;

/// Counts of people; each rests on `n_persons`, and those from `sessions_with` on are of the people
/// of `persons_with`.
const PEOPLE: &[&str] = &[
    "n_persons",
    "n_sessions",
    "persons_with",
    "sessions_with",
    "mild",
    "moderate",
    "severe",
    "severity_unknown",
    "serious",
    "n_resolved",
];

pub(super) const SIDE_EFFECTS: ColumnRules = ColumnRules {
    people: PEOPLE,
    parts: &[],
    rests_on: &[("n_persons", PEOPLE.split_at(1).1), ("persons_with", PEOPLE.split_at(3).1)],
    computed: &[
        ("n_persons", &["share", "lo", "hi", "upper_if_none"]),
        ("persons_with", &["share", "lo", "hi", "upper_if_none"]),
        ("n_resolved", &["median_minutes"]),
    ],
    rounding: &[
        ("share", Rounding::Hundredths),
        ("lo", Rounding::Hundredths),
        ("hi", Rounding::Hundredths),
        ("upper_if_none", Rounding::Hundredths),
        ("median_minutes", Rounding::Tenths),
    ],
};

/// By severity, those with a side effect add up.
const SEVERITIES: [&str; 4] = ["mild", "moderate", "severe", "severity_unknown"];

/// Counts of people with a side effect that add up over routes.
const PERSONS: [&str; 7] =
    ["persons_with", "mild", "moderate", "severe", "severity_unknown", "serious", "n_resolved"];

/// Of those, the counts that no other infusion or term can make smaller.
const GROWING: [&str; 4] = ["persons_with", "severe", "serious", "n_resolved"];

/// Rows of one route, way of asking and infusion, by term.
type Terms<'a> = BTreeMap<&'a str, usize>;

/// Everything that is known to add up.
pub(super) fn relate(tables: &mut Tables, labels: &Labels) {
    let table = tables.table(SIDE_EFFECTS_AT);
    across_routes(tables, table, labels);
    let infusion = |row| table.int(row, "infusion").and_then(|k| usize::try_from(k).ok());
    let mut places: BTreeMap<(&str, &str, usize), Terms> = BTreeMap::new();
    for row in 0..table.n_rows() {
        let place = (table.text(row, "route"), table.text(row, "capture"));
        let terms = places.entry((place.0, place.1, infusion(row).unwrap_or_default()));
        terms.or_default().insert(table.text(row, "term"), row);
    }
    for ((route, capture, infusion), terms) in &places {
        over_terms(tables, table, terms);
        let is_any_infusion = *infusion == ANY_INFUSION;
        for row in terms.values() {
            within_row(tables, *row, is_any_infusion);
        }
        if is_any_infusion {
            let single = (1..).map_while(|k| places.get(&(*route, *capture, k)));
            over_infusions(tables, terms, &single.collect::<Vec<_>>());
        }
    }
}

fn across_routes(tables: &mut Tables, table: &Table, labels: &Labels) {
    let is_any_term = |row: usize| table.text(row, "term") == ANY_TERM;
    let any_infusion = i64::try_from(ANY_INFUSION).ok();
    let is_any_infusion = |row: usize| table.int(row, "infusion") == any_infusion;
    let rows =
        |keep: &dyn Fn(usize) -> bool| Rows::by_route(labels, table, &["capture", "term"], keep);
    let asked = rows(&is_any_term);
    for (rows, columns) in [
        (&rows(&|_| true), &PERSONS[..]),
        (&asked, &["n_persons"]),
        (&rows(&is_any_infusion), &["sessions_with"]),
        (&rows(&|row| is_any_term(row) && is_any_infusion(row)), &["n_sessions"]),
    ] {
        across_routes_and_levels(tables, SIDE_EFFECTS_AT, rows, labels, columns);
    }
    among_treated(tables, SIDE_EFFECTS_AT, &asked, labels, &["n_persons"]);
}

fn at(tables: &Tables, row: usize, column: &str) -> Option<CellAt> {
    tables.at(SIDE_EFFECTS_AT, row, column)
}

/// A cell of one row is part of the same cell of another, or of another cell.
fn part(tables: &mut Tables, part: (usize, &str), whole: (usize, &str)) {
    if let Some((part, whole)) = at(tables, part.0, part.1).zip(at(tables, whole.0, whole.1)) {
        tables.part(part, whole);
    }
}

/// Severities add up. Sessions after one infusion are people; those of several contain the people.
fn within_row(tables: &mut Tables, row: usize, is_any_infusion: bool) {
    let severities = SEVERITIES.map(|column| at(tables, row, column));
    if let Some(persons) = at(tables, row, "persons_with") {
        tables.sum(persons, severities.into_iter().flatten());
        severities.into_iter().flatten().for_each(|part| part_and_rest(tables, part, persons));
    }
    for column in ["serious", "n_resolved"] {
        part(tables, (row, column), (row, "persons_with"));
    }
    for (sessions, persons) in [("n_sessions", "n_persons"), ("sessions_with", "persons_with")] {
        let cells = at(tables, row, sessions).zip(at(tables, row, persons));
        let Some((sessions, persons)) = cells else { continue };
        if is_any_infusion {
            tables.nested(sessions, persons);
        } else {
            tables.together(persons, sessions);
            tables.together(sessions, persons);
        }
    }
}

/// Whoever has one side effect has any; what the single ones count over and above any tells of
/// those who have several.
fn over_terms(tables: &mut Tables, table: &Table, terms: &Terms) {
    let Some(any) = terms.get(ANY_TERM).copied() else { return };
    for row in terms.values().copied() {
        part(tables, (row, "persons_with"), (any, "n_persons"));
        part(tables, (row, "sessions_with"), (any, "n_sessions"));
        if row == any {
            continue;
        }
        for column in ["n_persons", "n_sessions"] {
            if let Some((any, one)) = at(tables, any, column).zip(at(tables, row, column)) {
                tables.together(any, one);
            }
        }
        for column in GROWING.into_iter().chain(["sessions_with"]) {
            part(tables, (row, column), (any, column));
        }
    }
    for column in GROWING.into_iter().chain(["sessions_with"]) {
        let single = terms.values().copied().filter(|row| *row != any);
        let single: Vec<usize> = single.filter(|row| table.int(*row, column) > Some(0)).collect();
        let fewest = single.iter().min_by_key(|row| table.int(**row, column));
        let cells = fewest.and_then(|row| at(tables, *row, column)).zip(at(tables, any, column));
        if let Some((fewest, any)) = cells {
            let single = single.iter().filter_map(|row| Some((at(tables, *row, column)?, 1)));
            let sum: Vec<_> = single.chain([(any, -1)]).collect();
            tables.tells(sum, fewest);
        }
    }
}

/// Whoever stands in one infusion stands in all of them; sessions of all of them add up.
fn over_infusions(tables: &mut Tables, all: &Terms, single: &[&Terms]) {
    for (term, row) in all {
        let rows: Vec<usize> = single.iter().filter_map(|terms| terms.get(term).copied()).collect();
        let asked = (*term == ANY_TERM).then_some(("n_sessions", "n_persons"));
        for (sessions, persons) in asked.into_iter().chain([("sessions_with", "persons_with")]) {
            let parts: Vec<CellAt> =
                rows.iter().filter_map(|row| at(tables, *row, persons)).collect();
            if let Some(sessions) = at(tables, *row, sessions) {
                tables.sum(sessions, parts);
            }
            for one in &rows {
                part(tables, (*one, persons), (*row, persons));
            }
        }
        for column in GROWING.into_iter().filter(|column| *column != "persons_with") {
            for one in &rows {
                part(tables, (*one, column), (*row, column));
            }
        }
    }
}
