//! What the counts of people followed over time are to each other.
//!
//! Counts are cumulated, so that a step of a curve is the difference of two shown ones, and hiding a
//! count gathers its step into the next. Those who had the event and those who left by another way
//! are gathered each by themselves.

use super::joint::{
    DURABILITY_AT, FIRST_AT, RESPONSE_AT, RowKey, Rows, TREATMENT_AT, Tables,
    across_routes_and_levels, links, pair,
};
use crate::privacy::rules::ColumnRules;
use crate::privacy::suppress::CellAt;
use std::collections::BTreeMap;

/// Counts of either table. Estimates are hidden with the counts at their time.
pub(super) const FOLLOW_UP: ColumnRules = ColumnRules {
    people: &["n", "events", "competing", "unseen", "at_risk"],
    parts: &[("events", "n"), ("competing", "n")],
    rests_on: &[("n", &["events", "competing", "unseen", "at_risk"])],
    computed: &[
        ("events", &["estimate", "se", "lo", "hi"]),
        ("n", &["estimate", "se", "lo", "hi"]),
    ],
    rounding: &[],
};

/// The counts that are shown, as sums of steps, and add up over routes and levels.
const ADDING_UP: [&str; 3] = ["events", "competing", "at_risk"];

/// Everything that is known to add up.
pub(super) fn relate(tables: &mut Tables, firsts: &Rows, responses: &Rows) {
    for (number, parts) in [(DURABILITY_AT, &["start", "clock"][..]), (TREATMENT_AT, &["clock"])] {
        let rows = Rows::along(tables.table(number), "time", parts);
        let mut curves: BTreeMap<RowKey, Vec<usize>> = BTreeMap::new();
        for (key, row) in &rows.in_order {
            curves.entry(RowKey { infusion: 0, ..key.clone() }).or_default().push(*row);
        }
        for (key, mut rows) in curves {
            // The rows of a curve stand in the order of its times.
            rows.sort_unstable();
            within_curve(tables, number, &rows);
            everyone(tables, number, &key, &rows, firsts, responses);
        }
        across_routes_and_levels(tables, number, &rows, &ADDING_UP);
    }
}

fn along(tables: &Tables, number: usize, curve: &[usize], column: &str) -> Vec<CellAt> {
    curve.iter().filter_map(|row| tables.at(number, *row, column)).collect()
}

/// What hides what along one curve.
fn within_curve(tables: &mut Tables, number: usize, rows: &[usize]) {
    let [n, events, competing, unseen, at_risk] = ["n", "events", "competing", "unseen", "at_risk"]
        .map(|column| along(tables, number, rows, column));
    tables.same(n[0], at_risk[0]);
    for k in 0..rows.len() {
        // Who is left over after this time, seen or not.
        tables.tells([(n[0], 1), (events[k], -1), (competing[k], -1)], events[k]);
        if k > 0 {
            // The number at risk, less those gone before, tells who was last seen before.
            for before in [events[k - 1], competing[k - 1], unseen[k - 1]] {
                tables.together(before, at_risk[k]);
            }
        }
        tables.together(n[0], at_risk[k]);
        tables.together(n[0], n[k]);
    }
    let last = rows.len() - 1;
    let end_first: Vec<usize> = std::iter::once(last).chain(0..last).collect();
    for steps in [&events, &competing, &unseen] {
        tables.chain(&links(steps), &end_first);
    }
}

/// Everyone followed from the first response has responded by the horizon; everyone followed from
/// session 1 was treated then.
fn everyone(
    tables: &mut Tables,
    number: usize,
    key: &RowKey,
    rows: &[usize],
    firsts: &Rows,
    responses: &Rows,
) {
    let place = if number == TREATMENT_AT {
        responses.get(&key.response(1)).map(|row| (RESPONSE_AT, row, "n_treated"))
    } else if key.part.starts_with("first-response") {
        let curve = firsts.over_infusions(&key.response(1));
        curve.last().map(|row| (FIRST_AT, *row, "responded"))
    } else {
        None
    };
    let cells = place
        .zip(rows.first())
        .and_then(|(place, first)| pair(tables, (number, *first, "n"), place));
    if let Some((here, there)) = cells {
        tables.together(here, there);
        tables.together(there, here);
    }
    if number == TREATMENT_AT && key.part == "infusions" {
        given(tables, rows, &responses.over_infusions(&key.response(1)));
    }
}

/// By infusions, those at risk of ending were treated then, and those not seen any longer are not
/// yet due at the next.
fn given(tables: &mut Tables, rows: &[usize], responses: &[usize]) {
    let [n, events, unseen, at_risk] = ["n", "events", "unseen", "at_risk"]
        .map(|column| along(tables, TREATMENT_AT, rows, column));
    for (k, response) in responses.iter().enumerate().take(rows.len()) {
        if let Some(treated) = tables.at(RESPONSE_AT, *response, "n_treated") {
            tables.same(at_risk[k], treated);
        }
        let Some(before) = k.checked_sub(1) else { continue };
        if let Some(not_due) = tables.at(RESPONSE_AT, *response, "n_not_due") {
            tables.same(unseen[before], not_due);
        }
        tables.sum(n[0], [at_risk[k], events[before], unseen[before]]);
    }
}
