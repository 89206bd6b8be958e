//! What the counts of people followed over time are to each other.
//!
//! Counts are cumulated, so that a step of a curve is the difference of two shown ones, and hiding a
//! count gathers its step into the next. Those who had the event and those who left by another way
//! are gathered each by themselves.

use super::joint::{
    DURABILITY_AT, FIRST_AT, RESPONSE_AT, TREATMENT_AT, Tables, across_routes_and_levels, end_first,
};
use super::rows::{RowKey, Rows, Shared};
use crate::privacy::rules::ColumnRules;
use crate::privacy::suppress::CellAt;

/// The counts of a row.
const COUNTS: [&str; 5] = ["n", "events", "competing", "unseen", "at_risk"];

/// Counts of either table. Estimates are hidden with the counts at their time.
pub(super) const FOLLOW_UP: ColumnRules = ColumnRules {
    people: &COUNTS,
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

/// Everything that is known to add up, of `durability`.
pub(super) fn relate_durability(tables: &mut Tables, shared: &Shared) {
    relate(tables, DURABILITY_AT, &["start", "clock"], shared);
}

/// Everything that is known to add up, of `time_on_treatment`.
pub(super) fn relate_treatment(tables: &mut Tables, shared: &Shared) {
    relate(tables, TREATMENT_AT, &["clock"], shared);
}

fn relate(tables: &mut Tables, number: usize, parts: &[&str], shared: &Shared) {
    let rows = Rows::along(&shared.labels, tables.table(number), "time", parts);
    let curve = |key: RowKey| RowKey { infusion: 0, ..key };
    // The rows of a curve stand in the order of its times.
    let mut curves: Vec<(RowKey, usize)> =
        rows.in_order.iter().map(|(key, row)| (curve(*key), *row)).collect();
    curves.sort_unstable();
    if let Some(columns) = tables.columns(number, COUNTS) {
        for rows in curves.chunk_by(|a, b| a.0 == b.0) {
            let curve =
                columns.map(|column| rows.iter().map(|(_, row)| column.row(*row)).collect());
            within_curve(tables, &curve);
            everyone(tables, number, rows[0], &curve, shared);
        }
    }
    across_routes_and_levels(tables, number, &rows, &shared.labels, &ADDING_UP);
}

/// The cells of a curve, of each of [`COUNTS`].
type Curve = [Vec<CellAt>; 5];

/// What hides what along one curve.
fn within_curve(tables: &mut Tables, [n, events, competing, unseen, at_risk]: &Curve) {
    tables.same(n[0], at_risk[0]);
    for k in 0..n.len() {
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
    let end_first = end_first(n.len());
    for steps in [events, competing, unseen] {
        tables.chain(steps, &end_first);
    }
}

/// Everyone followed from the first response has responded by the horizon; everyone followed from
/// session 1 was treated then.
fn everyone(
    tables: &mut Tables,
    number: usize,
    (key, row): (RowKey, usize),
    curve: &Curve,
    shared: &Shared,
) {
    let Shared { responses, firsts, .. } = shared;
    let text = |name: &str| tables.table(number).text(row, name);
    let by_infusion = number == TREATMENT_AT && text("clock") == "infusions";
    let there = if number == TREATMENT_AT {
        let first = responses.get(key.response(1));
        first.and_then(|row| tables.at(RESPONSE_AT, row, "n_treated"))
    } else if text("start").starts_with("first-response") {
        let last = firsts.over_infusions(key.response(1)).pop();
        last.and_then(|row| tables.at(FIRST_AT, row, "responded"))
    } else {
        None
    };
    if let Some(there) = there {
        let [n, ..] = curve;
        tables.together(n[0], there);
        tables.together(there, n[0]);
    }
    if by_infusion {
        given(tables, curve, &responses.over_infusions(key.response(1)));
    }
}

/// By infusions, those at risk of ending were treated then, and those not seen any longer are not
/// yet due at the next.
fn given(tables: &mut Tables, [n, events, _, unseen, at_risk]: &Curve, responses: &[usize]) {
    for (k, response) in responses.iter().enumerate().take(n.len()) {
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
