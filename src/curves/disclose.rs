//! What the columns and rows of the estimate tables are to each other, for disclosure control.
//!
//! The rules themselves are in `privacy::suppress`; here stands only which counts are parts of
//! which, what is computed from what, and which rows add up.

use super::cohort::Step;
use super::settings::Stratum;
use crate::privacy::disclosed::Disclosed;
use crate::privacy::suppress::{CellAt, ColumnRules, Rounding, Suppression};
use crate::table::Table;
use std::collections::BTreeMap;

/// `response_by_infusion`.
///
/// `responders_nri` is the same count as `responders` (whoever responded was observed), and
/// `remitters_above_line` is part of both its wholes, so what hides one hides what gives it back.
const RESPONSE: ColumnRules = ColumnRules {
    people: &[
        "n_observed",
        "n_treated",
        "responders",
        "remitters",
        "n_above_line",
        "remitters_above_line",
        "n_enrolled",
        "n_not_due",
        "responders_nri",
        "responders_locf",
    ],
    parts: &[
        ("responders", "n_observed"),
        ("remitters", "n_observed"),
        ("n_above_line", "n_observed"),
        ("remitters_above_line", "n_above_line"),
        ("remitters_above_line", "remitters"),
        ("responders_nri", "n_enrolled"),
        ("responders_locf", "n_enrolled"),
    ],
    rests_on: &[
        (
            "n_observed",
            &[
                "mean_score",
                "mean_change",
                "change_sd",
                "change_lo",
                "change_hi",
                "responders",
                "remitters",
                "n_above_line",
                "remitters_above_line",
            ],
        ),
        ("n_above_line", &["remitters_above_line"]),
        ("n_enrolled", &["responders_nri", "responders_locf"]),
    ],
    computed: &[
        ("responders", &["response_rate", "response_lo", "response_hi"]),
        ("remitters", &["remission_rate", "remission_lo", "remission_hi"]),
        (
            "n_observed",
            &[
                "mean_score",
                "mean_change",
                "change_sd",
                "change_lo",
                "change_hi",
                "response_rate",
                "response_lo",
                "response_hi",
                "remission_rate",
                "remission_lo",
                "remission_hi",
            ],
        ),
        ("responders_nri", &["response_rate_nri"]),
        ("responders_locf", &["response_rate_locf"]),
        ("n_enrolled", &["response_rate_nri", "response_rate_locf"]),
    ],
    rounding: &[
        ("mean_score", Rounding::Mean),
        ("mean_change", Rounding::Mean),
        ("change_sd", Rounding::Mean),
        ("change_lo", Rounding::Mean),
        ("change_hi", Rounding::Mean),
        ("response_rate", Rounding::Fraction),
        ("response_lo", Rounding::Fraction),
        ("response_hi", Rounding::Fraction),
        ("remission_rate", Rounding::Fraction),
        ("remission_lo", Rounding::Fraction),
        ("remission_hi", Rounding::Fraction),
        ("response_rate_nri", Rounding::Fraction),
        ("response_rate_locf", Rounding::Fraction),
    ],
};

/// `cohort_flow`: courses are hidden with their people.
const FLOW: ColumnRules = ColumnRules {
    people: &["n_subjects", "n_courses", "lost"],
    parts: &[],
    rests_on: &[("n_subjects", &["n_courses", "lost"])],
    computed: &[("n_subjects", &["n_courses"])],
    rounding: &[],
};

/// `anomalies`: events are hidden with their people.
const ANOMALIES: ColumnRules = ColumnRules {
    people: &["n_subjects"],
    parts: &[],
    rests_on: &[("n_subjects", &["n_events"])],
    computed: &[("n_subjects", &["n_events"])],
    rounding: &[],
};

/// The tables of a run, as they may leave.
#[derive(Debug, Clone)]
pub struct DisclosedTables {
    /// `response_by_infusion`.
    pub response: Disclosed<Table>,
    /// `cohort_flow`.
    pub flow: Disclosed<Table>,
    /// `anomalies`.
    pub anomalies: Disclosed<Table>,
}

const RESPONSE_AT: usize = 0;
const FLOW_AT: usize = 1;

/// Hides what must be hidden in all tables together: their counts are of the same people.
#[must_use]
pub fn disclose(response: Table, flow: Table, anomalies: Table, min_cell: u32) -> DisclosedTables {
    let tables = [(response, &RESPONSE), (flow, &FLOW), (anomalies, &ANOMALIES)];
    let mut suppression = Suppression::new(min_cell, tables);
    if min_cell > 0 {
        let rows = Rows::of(suppression.table(RESPONSE_AT));
        within_rows(&mut suppression);
        across_infusions(&mut suppression, &rows);
        across_routes_and_levels(&mut suppression, &rows);
        flow_relations(&mut suppression, &rows);
    }
    let [response, flow, anomalies] = suppression.finish();
    DisclosedTables { response, flow, anomalies }
}

type Tables = Suppression<3>;

/// Rows of `response_by_infusion` by what they are.
struct Rows(BTreeMap<RowKey, usize>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct RowKey {
    instrument: String,
    infusion: i64,
    stratum: String,
    level: String,
    route: String,
}

impl RowKey {
    fn with(&self, stratum: &str, level: &str, route: &str) -> Self {
        let [stratum, level, route] = [stratum, level, route].map(str::to_owned);
        Self { instrument: self.instrument.clone(), infusion: self.infusion, stratum, level, route }
    }
}

impl Rows {
    fn of(table: &Table) -> Self {
        let key = |row| RowKey {
            instrument: table.text(row, "instrument").to_owned(),
            infusion: table.int(row, "infusion").unwrap_or_default(),
            stratum: table.text(row, "stratum").to_owned(),
            level: table.text(row, "level").to_owned(),
            route: table.text(row, "route").to_owned(),
        };
        Self((0..table.n_rows()).map(|row| (key(row), row)).collect())
    }

    fn get(&self, key: &RowKey) -> Option<usize> {
        self.0.get(key).copied()
    }
}

/// Cells of one column in two rows, or of two columns in one row, where both exist.
fn pair(
    tables: &Tables,
    first: (usize, usize, &str),
    second: (usize, usize, &str),
) -> Option<(CellAt, CellAt)> {
    tables.at(first.0, first.1, first.2).zip(tables.at(second.0, second.1, second.2))
}

fn within_rows(tables: &mut Tables) {
    for row in 0..tables.table(RESPONSE_AT).n_rows() {
        for (larger, smaller) in [
            ("n_treated", "n_observed"),
            ("n_enrolled", "n_treated"),
            ("responders_locf", "responders_nri"),
        ] {
            let cells = pair(tables, (RESPONSE_AT, row, larger), (RESPONSE_AT, row, smaller));
            if let Some((larger, smaller)) = cells {
                tables.nested(larger, smaller);
            }
        }
        // `n_enrolled` follows from the treated at 1 and `n_not_due`.
        let behind =
            pair(tables, (RESPONSE_AT, row, "n_enrolled"), (RESPONSE_AT, row, "n_treated"));
        if let Some((enrolled, treated)) = behind {
            tables.tells([(enrolled, 1), (treated, -1)], treated);
        }
        // The fourth cell of above the line before by in remission after.
        let at = |column| tables.at(RESPONSE_AT, row, column);
        let columns = ["n_observed", "n_above_line", "remitters", "remitters_above_line"];
        let cells = columns.map(at).into_iter().zip([1, -1, -1, 1]);
        let cells: Option<Vec<_>> = cells.map(|(at, sign)| Some((at?, sign))).collect();
        if let Some((cells, both)) = cells.zip(at("remitters_above_line")) {
            tables.tells(cells, both);
        }
        let same =
            pair(tables, (RESPONSE_AT, row, "responders"), (RESPONSE_AT, row, "responders_nri"));
        if let Some((a, b)) = same {
            tables.same(a, b);
        }
    }
}

/// Whoever was treated at k + 1 was treated at k, and is among those not yet due at k + 1 who were
/// not at k. Everyone treated at 1 is at every k either enrolled or not yet due, so that a small
/// `n_enrolled` hides `n_not_due`, a hidden `n_not_due` takes `n_enrolled` with it, and a hidden
/// `n_treated` at 1 takes it at every k. `n_treated` at 1 is hidden where few of those due at any k
/// were not scored, because `n_observed` at k and it would tell how many.
fn across_infusions(tables: &mut Tables, rows: &Rows) {
    for (key, row) in &rows.0 {
        let not_due = tables.at(RESPONSE_AT, *row, "n_not_due");
        let enrolled = tables.at(RESPONSE_AT, *row, "n_enrolled");
        if let Some((not_due, enrolled)) = not_due.zip(enrolled) {
            tables.together(not_due, enrolled);
        }
        if key.infusion != 1 {
            continue;
        }
        let later = (1..).map_while(|infusion| rows.get(&RowKey { infusion, ..key.clone() }));
        let later: Vec<usize> = later.collect();
        let cells = |column: &str| -> Vec<CellAt> {
            later.iter().filter_map(|row| tables.at(RESPONSE_AT, *row, column)).collect()
        };
        let treated = cells("n_treated");
        let observed = cells("n_observed");
        let [enrolled, mut not_due] = [cells("n_enrolled"), cells("n_not_due")];
        let forward: Vec<usize> = (0..later.len()).collect();
        if let Some(everyone) = treated.first() {
            for ((enrolled, not_due), observed) in enrolled.iter().zip(&not_due).zip(&observed) {
                tables.together(*everyone, *enrolled);
                tables.part(*not_due, *everyone);
                // Whoever was due and not scored, whether treated at k or not.
                tables.tells([(*everyone, 1), (*not_due, -1), (*observed, -1)], *everyone);
            }
        }
        not_due.reverse();
        tables.chain(&treated, &forward);
        tables.chain(&not_due, &forward);
    }
}

const ALL: &str = "all";
const MIXED: &str = "mixed";

/// Routes add up to `all`, levels to the whole; `mixed` is part of it, `phase` repeats it.
fn across_routes_and_levels(tables: &mut Tables, rows: &Rows) {
    let mut by_route: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut by_level: BTreeMap<(usize, &str), Vec<usize>> = BTreeMap::new();
    let mut mixed = Vec::new();
    let mut phase: BTreeMap<(&str, i64), Vec<(usize, usize)>> = BTreeMap::new();
    for (key, row) in &rows.0 {
        let all_routes = rows.get(&key.with(&key.stratum, &key.level, ALL));
        match (key.route.as_str(), all_routes) {
            (ALL, _) | (_, None) => {}
            (MIXED, Some(all)) => mixed.push((*row, all)),
            (_, Some(all)) => by_route.entry(all).or_default().push(*row),
        }
        let whole = rows.get(&key.with(ALL, ALL, &key.route));
        match (key.stratum.as_str(), whole) {
            (ALL, _) | (_, None) => {}
            (name, Some(whole)) if name == Stratum::Phase.as_str() => {
                phase.entry((&key.instrument, key.infusion)).or_default().push((*row, whole));
            }
            (name, Some(whole)) if name != Stratum::CourseOrder.as_str() => {
                by_level.entry((whole, name)).or_default().push(*row);
            }
            _ => {}
        }
    }
    for column in RESPONSE.people {
        let at = |tables: &Tables, row| tables.at(RESPONSE_AT, row, column);
        let sets = by_route.iter().map(|(total, parts)| (*total, parts));
        for (total, parts) in sets.chain(by_level.iter().map(|((total, _), parts)| (*total, parts)))
        {
            let mut parts = parts.clone();
            parts.sort_unstable();
            let parts: Vec<CellAt> = parts.into_iter().filter_map(|row| at(tables, row)).collect();
            if let Some(total) = at(tables, total) {
                tables.sum(total, parts);
            }
        }
        for (row, whole) in &mixed {
            if let Some((part, whole)) = at(tables, *row).zip(at(tables, *whole)) {
                tables.part(part, whole);
            }
        }
        for rows in phase.values() {
            let pairs =
                rows.iter().filter_map(|(row, whole)| at(tables, *row).zip(at(tables, *whole)));
            let pairs = pairs.collect();
            tables.repeat(pairs);
        }
    }
}

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

/// Each step loses from the one before; routes add up; steps that no instrument enters are the
/// same for all; and whoever is scorable is whoever was treated first in the response table.
fn flow_relations(tables: &mut Tables, rows: &Rows) {
    let flow = tables.table(FLOW_AT).clone();
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
            let [all, first] = [ALL.to_owned(), ALL.to_owned()];
            let response = RowKey { instrument, infusion: 1, stratum: all, level: first, route };
            if let Some(row_of_response) = rows.get(&response) {
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
