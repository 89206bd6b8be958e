//! What the counts of `cohort_flow` are to each other and to the response table.

use super::joint::{FLOW_AT, RESPONSE_AT, Tables, pair};
use super::rows::{ALL, Shared};
use crate::curves::cohort::Step;
use crate::privacy::rules::ColumnRules;
use crate::privacy::suppress::CellAt;
use std::collections::BTreeMap;

/// `cohort_flow`: courses are hidden with their people.
pub(super) const FLOW: ColumnRules = ColumnRules {
    people: &["n_subjects", "n_courses", "lost"],
    parts: &[],
    rests_on: &[("n_subjects", &["n_courses", "lost"])],
    computed: &[("n_subjects", &["n_courses"])],
    rounding: &[],
};

/// Steps of the flow in the order in which they are worth showing: the people of the curves first,
/// then where they came from.
const STEPS_TO_KEEP: [Step; 8] = [
    Step::Scorable,
    Step::Known,
    Step::Treated,
    Step::ScoredAfterTreatment,
    Step::NotScreenedOut,
    Step::FirstCourseInPeriod,
    Step::WithBaseline,
    Step::NotPrevalent,
];

fn step_of(code: &str) -> Option<Step> {
    Step::ALL.into_iter().find(|step| step.as_str() == code)
}

/// Each step loses from the one before; routes add up; steps that no instrument enters are the same
/// for all; and whoever is scorable is whoever was treated first in the response table.
pub(super) fn relate(tables: &mut Tables, shared: &Shared) {
    let Shared { labels, responses, .. } = shared;
    let flow = tables.table(FLOW_AT);
    let text = |row: usize, name: &str| flow.text(row, name).to_owned();
    let key = |row: usize| (text(row, "instrument"), text(row, "route"), text(row, "step"));
    let places: BTreeMap<_, usize> = (0..flow.n_rows()).map(|row| (key(row), row)).collect();
    let first_instrument = text(0, "instrument");
    let mut by_route: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut chains: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for row in 0..flow.n_rows() {
        let (instrument, route, step) = key(row);
        if let Some((courses, subjects)) =
            pair(tables, (FLOW_AT, row, "n_courses"), (FLOW_AT, row, "n_subjects"))
        {
            tables.nested(courses, subjects);
        }
        if row > 0 && flow.int(row, "lost").is_some() {
            let before = tables.at(FLOW_AT, row - 1, "n_subjects");
            let parts = pair(tables, (FLOW_AT, row, "n_subjects"), (FLOW_AT, row, "lost"));
            if let Some((before, (left, lost))) = before.zip(parts) {
                tables.sum(before, [left, lost]);
            }
        }
        if route != ALL
            && let Some(all) = places.get(&(instrument.clone(), ALL.to_owned(), step.clone()))
        {
            by_route.entry(*all).or_default().push(row);
        }
        chains.entry((instrument.clone(), route.clone())).or_default().push(row);
        let shared = step_of(&step) < Some(Step::WithBaseline);
        let twin = places.get(&(first_instrument.clone(), route.clone(), step.clone()));
        if let Some(twin) = twin.filter(|twin| shared && **twin != row) {
            for column in FLOW.people {
                if let Some((a, b)) = pair(tables, (FLOW_AT, *twin, column), (FLOW_AT, row, column))
                {
                    tables.same(a, b);
                }
            }
        }
        // The untreated have no course, and whoever's first course is chosen has one.
        let courses = if step == Step::NotScreenedOut.as_str()
            || (step == Step::Treated.as_str() && route == ALL)
        {
            pair(tables, (FLOW_AT, row - 1, "n_courses"), (FLOW_AT, row, "n_courses"))
        } else if step_of(&step) > Some(Step::Treated) {
            pair(tables, (FLOW_AT, row, "n_subjects"), (FLOW_AT, row, "n_courses"))
        } else {
            None
        };
        if let Some((a, b)) = courses {
            tables.same(a, b);
        }
        if step == Step::Scorable.as_str() {
            let response = labels.key(1, [&instrument, ALL, ALL, &route]);
            if let Some(row_of_response) = responses.get(response) {
                let cells = pair(
                    tables,
                    (FLOW_AT, row, "n_subjects"),
                    (RESPONSE_AT, row_of_response, "n_treated"),
                );
                if let Some((a, b)) = cells {
                    tables.same(a, b);
                }
            }
        }
    }
    for rows in chains.values() {
        let cells: Vec<CellAt> =
            rows.iter().filter_map(|row| tables.at(FLOW_AT, *row, "n_subjects")).collect();
        let place =
            |step: &Step| rows.iter().position(|row| flow.text(*row, "step") == step.as_str());
        let preference: Vec<usize> = STEPS_TO_KEEP.iter().filter_map(place).collect();
        tables.chain(&cells, &preference);
        for (place, larger) in cells.iter().enumerate() {
            cells[place + 1..].iter().for_each(|smaller| tables.difference(*larger, *smaller));
        }
    }
    for (total, parts) in by_route {
        for column in FLOW.people {
            // The first step of a single route has lost nobody yet, so losses do not add up there.
            if *column == "lost" && parts.iter().any(|row| flow.int(*row, column).is_none()) {
                continue;
            }
            let cells: Vec<CellAt> =
                parts.iter().filter_map(|row| tables.at(FLOW_AT, *row, column)).collect();
            if let Some(total) = tables.at(FLOW_AT, total, column) {
                tables.sum(total, cells);
            }
        }
    }
}
