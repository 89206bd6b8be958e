//! What the counts by first response are to each other and to the other tables.
//!
//! Counts are cumulated, so that a step of a curve is the difference of two shown ones, and hiding
//! a count gathers its step into the next. Those who responded and those who stopped are gathered
//! each by themselves: what is hidden of one does not follow from the other.

use super::joint::{
    FIRST_AT, FLOW_AT, RESPONSE_AT, Tables, across_routes_and_levels, end_first, pair,
};
use super::rows::{ALL, RowKey, Shared};
use crate::curves::cohort::Step;
use crate::privacy::rules::ColumnRules;
use crate::privacy::suppress::CellAt;

/// Estimates are hidden with the counts at their infusion. `risk_set` and `risk_set_km` never leave.
pub(super) const FIRST_RESPONSE: ColumnRules = ColumnRules {
    people: &[
        "n",
        "n_scored",
        "responded",
        "stopped",
        "unmeasured",
        "left",
        "censored",
        "at_risk",
        "at_risk_km",
    ],
    parts: &[("responded", "n"), ("stopped", "n")],
    rests_on: &[
        ("n", &["n_scored", "responded", "stopped", "unmeasured", "at_risk", "at_risk_km"]),
        ("n_scored", &["at_risk_km", "km", "km_se", "km_lo", "km_hi"]),
    ],
    computed: &[
        ("responded", &["aj", "aj_se", "aj_lo", "aj_hi", "km", "km_se", "km_lo", "km_hi"]),
        ("n", &["aj", "aj_se", "aj_lo", "aj_hi"]),
        ("stopped", &["stopped_estimate", "unmeasured_estimate"]),
        ("unmeasured", &["unmeasured_estimate"]),
    ],
    rounding: &[],
};

/// The counts that are shown, as sums of steps, and add up over routes and levels.
const ADDING_UP: [&str; 4] = ["responded", "stopped", "at_risk", "at_risk_km"];

/// Everything that is known to add up.
pub(super) fn relate(tables: &mut Tables, shared: &Shared) {
    let Shared { labels, firsts, responses } = shared;
    for (key, _) in firsts.in_order.iter().filter(|(key, _)| key.infusion == 1) {
        let curve = firsts.over_infusions(*key);
        within_curve(tables, &curve);
        to_response(tables, &curve, &responses.over_infusions(*key));
    }
    across_routes_and_levels(tables, FIRST_AT, firsts, labels, &ADDING_UP);
    to_flow(tables, shared);
}

/// The cells of a column along a curve.
fn along(tables: &Tables, curve: &[usize], column: &str) -> Vec<CellAt> {
    let column = tables.column(FIRST_AT, column);
    column.into_iter().flat_map(|column| curve.iter().map(move |row| column.row(*row))).collect()
}

/// What hides what along one curve. Positions are infusions less 1.
fn within_curve(tables: &mut Tables, rows: &[usize]) {
    let [n, responded, stopped, censored, at_risk, at_risk_km, unmeasured, left] =
        ["n", "responded", "stopped", "censored", "at_risk", "at_risk_km", "unmeasured", "left"]
            .map(|column| along(tables, rows, column));
    let last = rows.len() - 1;
    for k in 0..=last {
        // Who is left over after this infusion.
        tables.tells([(n[0], 1), (responded[k], -1), (stopped[k], -1)], stopped[k]);
        // The number at risk, less those gone before, tells who was last seen before.
        if k > 0 {
            tables.together(responded[k - 1], at_risk[k]);
            tables.together(stopped[k - 1], at_risk[k]);
        }
        tables.together(censored[k], at_risk[k]);
        tables.together(n[0], at_risk[k]);
        tables.together(n[0], n[k]);
        // The two numbers at risk differ by those who stop now.
        for telling in [at_risk[k], responded[k], stopped[k]] {
            tables.together(telling, at_risk_km[k]);
        }
        // A small part of those who stopped is a small count of its own.
        tables.together(left[k], unmeasured[k]);
    }
    if let Some(scored) = tables.at(FIRST_AT, rows[0], "n_scored") {
        tables.together(scored, at_risk_km[0]);
    }
    let forward: Vec<usize> = (0..=last).collect();
    for steps in [&responded, &stopped, &unmeasured, &left] {
        tables.chain(steps, &end_first(steps.len()));
    }
    tables.chain(&censored, &forward);
}

/// Whoever responds at k had responded by k, and so has whoever's last score is a response. The
/// first to respond are the responders of infusion 1, whose number is known where it is shown there.
fn to_response(tables: &mut Tables, curve: &[usize], responses: &[usize]) {
    let (Some(first), Some(response)) = (curve.first(), responses.first()) else { return };
    if let Some((n, treated)) =
        pair(tables, (FIRST_AT, *first, "n"), (RESPONSE_AT, *response, "n_treated"))
    {
        tables.same(n, treated);
    }
    let responders = tables.at(RESPONSE_AT, *response, "responders");
    for (first, response) in curve.iter().zip(responses) {
        let by_now = tables.at(FIRST_AT, *first, "responded");
        let observed = tables.at(RESPONSE_AT, *response, "responders_nri");
        let carried = tables.at(RESPONSE_AT, *response, "responders_locf");
        let Some((by_now, observed)) = by_now.zip(observed) else { continue };
        tables.nested(by_now, observed);
        if let Some((carried, responders)) = carried.zip(responders) {
            tables.part(carried, by_now);
            tables.nested(by_now, responders);
            tables.together(responders, by_now);
        }
    }
}

/// Whoever was scored after treatment is the last step of the flow.
fn to_flow(tables: &mut Tables, shared: &Shared) {
    let Shared { labels, firsts, .. } = shared;
    let flow = tables.table(FLOW_AT);
    let last: Vec<(RowKey, usize)> = (0..flow.n_rows())
        .filter(|row| flow.text(*row, "step") == Step::ScoredAfterTreatment.as_str())
        .map(|row| {
            let [instrument, route] = ["instrument", "route"].map(|name| flow.text(row, name));
            (labels.key(1, [instrument, ALL, ALL, route]), row)
        })
        .collect();
    for (key, row) in last {
        let cells = firsts.get(key).and_then(|first| {
            pair(tables, (FLOW_AT, row, "n_subjects"), (FIRST_AT, first, "n_scored"))
        });
        if let Some((a, b)) = cells {
            tables.same(a, b);
        }
        // At risk at infusion 1, less those ever scored, are those who stopped unscored.
        let cells = firsts.get(key).and_then(|first| {
            pair(tables, (FIRST_AT, first, "stopped"), (FIRST_AT, first, "at_risk"))
        });
        if let Some((stopped, at_risk)) = cells {
            tables.together(stopped, at_risk);
        }
    }
}
