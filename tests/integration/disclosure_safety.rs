//! The tables of safety in the audit of disclosure control: what adds up there, what a reader could
//! subtract, and that they cost the estimates next to nothing.

use crate::disclosure::{At, FLOW, ITEM_9, Network, RESPONSE, SIDE_EFFECTS, Sum, networks};
use crate::disclosure::{BLOOD_PRESSURE, DISSOCIATION, SCREENING};
use afterdose::curves::disclose::disclose;
use afterdose::quality::check::sums;
use afterdose::table::{Cell, Column, Table};
use std::collections::BTreeMap;

/// Counts of `item_9`, those that are not published last.
const ANSWERS: [&str; 11] = [
    "n_both",
    "n_endorsed_before",
    "reduced",
    "resolved",
    "increased",
    "new",
    "unchanged",
    "eased",
    "as_before",
    "worse",
    "never",
];

/// What each of these is made up of.
const ANSWER_SUMS: [(&str, &[&str]); 6] = [
    ("n_both", &["reduced", "increased", "unchanged"]),
    ("n_both", &["n_endorsed_before", "new", "never"]),
    ("n_endorsed_before", &["resolved", "eased", "as_before", "worse"]),
    ("reduced", &["resolved", "eased"]),
    ("increased", &["new", "worse"]),
    ("unchanged", &["as_before", "never"]),
];

/// Counts of `side_effects`.
const EFFECTS: [&str; 10] = [
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

/// Counts of `blood_pressure`.
const SIGNS: [&str; 5] = ["n_persons", "risen", "high", "n_saturation", "low_saturation"];

/// Counts of `screening`, the one that is not published last.
const SCREENED: [&str; 3] = ["n_subjects", "n_treated", "n_untreated"];

/// Table and counts of what is split by route.
const BY_ROUTE: [(usize, &[&str]); 4] = [
    (ITEM_9, &ANSWERS),
    (SIDE_EFFECTS, &EFFECTS),
    (DISSOCIATION, &["n_persons"]),
    (BLOOD_PRESSURE, &SIGNS),
];

/// Every published count, for the question whether a hidden one follows.
pub(crate) const PUBLISHED: [(usize, &[&str]); 5] = [
    (ITEM_9, ANSWERS.split_at(7).0),
    (SIDE_EFFECTS, &EFFECTS),
    (DISSOCIATION, &["n_persons"]),
    (BLOOD_PRESSURE, &SIGNS),
    (SCREENING, SCREENED.split_at(2).0),
];

/// The columns that tell rows apart, route and infusion last.
const KEYS: [&str; 7] = ["instrument", "stratum", "level", "capture", "term", "route", "infusion"];

/// Rows by what they are about; no infusion is -1.
struct Rows(BTreeMap<[String; 7], usize>);

impl Rows {
    fn of(table: &Table) -> Self {
        let text = |row: usize, name: &str| match table.cell(row, name) {
            Cell::Text(text) => text.into(),
            Cell::Int(number) => number.to_string(),
            _ => String::new(),
        };
        let key = |row| KEYS.map(|name| text(row, name));
        Self((0..table.n_rows()).map(|row| (key(row), row)).collect())
    }

    /// The row that differs from this one in some columns.
    fn beside(&self, key: &[String; 7], changes: &[(usize, &str)]) -> Option<usize> {
        let mut key = key.clone();
        for (place, text) in changes {
            (*text).clone_into(&mut key[*place]);
        }
        self.0.get(&key).copied()
    }
}

const STRATUM: usize = 1;
const LEVEL: usize = 2;
const TERM: usize = 4;
const ROUTE: usize = 5;
const INFUSION: usize = 6;

/// All that adds up in the tables of safety, and where they count the people of other tables.
pub(crate) fn relations(network: &Network, known: &mut Vec<Sum>) {
    let mut totals: BTreeMap<(At, &str), Sum> = BTreeMap::new();
    for (number, columns) in BY_ROUTE {
        let rows = Rows::of(&network.whole[number]);
        for (key, row) in &rows.0 {
            let mut add = |whole: Option<usize>, what: &'static str| {
                let Some(whole) = whole.filter(|whole| whole != row) else { return };
                for column in columns {
                    let total: At = (number, whole, column);
                    let sum = totals.entry((total, what)).or_insert_with(|| vec![(total, -1)]);
                    sum.push(((number, *row, column), 1));
                }
            };
            if key[ROUTE] != "mixed" {
                add(rows.beside(key, &[(ROUTE, "all")]), "routes");
            }
            for stratum in ["drug", "indication", "baseline_severity"] {
                if key[STRATUM] == stratum {
                    add(rows.beside(key, &[(STRATUM, "all"), (LEVEL, "all")]), stratum);
                }
            }
        }
    }
    known.extend(totals.into_values());
    for row in 0..network.whole[ITEM_9].n_rows() {
        for (whole, parts) in ANSWER_SUMS {
            let parts = parts.iter().map(|part| ((ITEM_9, row, *part), 1));
            known.push(parts.chain([((ITEM_9, row, whole), -1)]).collect());
        }
    }
    effects(network, known);
    screened(network, known);
}

fn effects(network: &Network, known: &mut Vec<Sum>) {
    let rows = Rows::of(&network.whole[SIDE_EFFECTS]);
    let same = |a: At, b: At| vec![(a, 1), (b, -1)];
    for (key, row) in &rows.0 {
        let at = |column: &'static str| (SIDE_EFFECTS, *row, column);
        known.push(vec![
            (at("persons_with"), -1),
            (at("mild"), 1),
            (at("moderate"), 1),
            (at("severe"), 1),
            (at("severity_unknown"), 1),
        ]);
        let any = rows.beside(key, &[(TERM, "any")]).expect("any side effect");
        for column in ["n_persons", "n_sessions"] {
            known.push(same(at(column), (SIDE_EFFECTS, any, column)));
        }
        if key[INFUSION] == "0" {
            let single = |k: i64| rows.beside(key, &[(INFUSION, &k.to_string())]);
            for column in ["n_sessions", "sessions_with"] {
                let parts = (1..).map_while(single).map(|row| ((SIDE_EFFECTS, row, column), 1));
                known.push(parts.chain([(at(column), -1)]).collect());
            }
        } else {
            known.push(same(at("n_sessions"), at("n_persons")));
            known.push(same(at("sessions_with"), at("persons_with")));
        }
        // Where all of all routes had it, so had all of each.
        let all = rows.beside(key, &[(ROUTE, "all")]).expect("all routes");
        let shown = |column: &str| network.shown[SIDE_EFFECTS].int(all, column);
        if shown("n_persons").is_some() && shown("n_persons") == shown("persons_with") {
            known.push(same(at("n_persons"), at("persons_with")));
        }
    }
}

/// Rows of `screening` by decision and reason.
fn reasons(network: &Network) -> BTreeMap<&str, BTreeMap<&str, usize>> {
    let table = &network.whole[SCREENING];
    let mut decisions: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for row in 0..table.n_rows() {
        let rows = decisions.entry(table.text(row, "decision")).or_default();
        rows.insert(table.text(row, "reason"), row);
    }
    decisions
}

fn screened(network: &Network, known: &mut Vec<Sum>) {
    let step = |step: &str| {
        let flow = &network.whole[FLOW];
        (0..flow.n_rows())
            .find(|row| flow.text(*row, "step") == step && flow.text(*row, "route") == "all")
            .expect("a step of the flow")
    };
    let mut all: [Sum; 3] = [
        vec![((FLOW, step("known"), "n_subjects"), -1)],
        vec![((FLOW, step("treated"), "n_subjects"), -1)],
        vec![((FLOW, step("not-screened-out"), "lost"), -1)],
    ];
    for (decision, rows) in reasons(network) {
        for row in rows.values() {
            let [n, treated, untreated] = SCREENED.map(|column| (SCREENING, *row, column));
            known.push(vec![(n, -1), (treated, 1), (untreated, 1)]);
        }
        let out = ["deferred", "excluded"].contains(&decision);
        for (place, column) in SCREENED.into_iter().enumerate() {
            let of = |reason: &str| rows.get(reason).map(|row| (SCREENING, *row, column));
            let whole = of("all").expect("all of a decision");
            if let Some((any, none)) = of("any").zip(of("none-given")) {
                known.push(vec![(whole, -1), (any, 1), (none, 1)]);
            }
            if place < 2 || out {
                all[place].push((whole, 1));
            }
        }
    }
    known.extend(all);
}

/// Every number of people that the tables of safety tell, or that a subtraction would.
pub(crate) fn told(network: &Network) -> Vec<Sum> {
    let mut told = Vec::new();
    for (number, columns) in BY_ROUTE {
        let rows = Rows::of(&network.whole[number]);
        for (key, row) in &rows.0 {
            told.extend(columns.iter().map(|column| vec![((number, *row, *column), 1)]));
            if key[ROUTE] == "mixed" {
                let all = rows.beside(key, &[(ROUTE, "all")]).expect("all routes");
                let rest = |column: &&'static str| {
                    vec![((number, all, *column), 1), ((number, *row, *column), -1)]
                };
                told.extend(columns.iter().map(rest));
            }
        }
    }
    let nested = |number: usize, row: usize, pairs: &[(&'static str, &'static str)]| {
        let of = |(larger, smaller): &(&'static str, &'static str)| {
            vec![((number, row, *larger), 1), ((number, row, *smaller), -1)]
        };
        pairs.iter().map(of).collect::<Vec<Sum>>()
    };
    for row in 0..network.whole[ITEM_9].n_rows() {
        let parts = ["reduced", "resolved", "increased", "new", "unchanged", "n_endorsed_before"];
        told.extend(nested(ITEM_9, row, &parts.map(|part| ("n_both", part))));
        let parts = ["reduced", "resolved", "worse"];
        told.extend(nested(ITEM_9, row, &parts.map(|part| ("n_endorsed_before", part))));
    }
    for row in 0..network.whole[BLOOD_PRESSURE].n_rows() {
        let parts = [("n_persons", "risen"), ("n_persons", "high")];
        told.extend(nested(BLOOD_PRESSURE, row, &parts));
        told.extend(nested(BLOOD_PRESSURE, row, &[("n_saturation", "low_saturation")]));
    }
    told.extend(scored_without_the_item(network));
    told.extend(treated_and_not_asked(network));
    told.extend(of_effects(network));
    told.extend(of_screening(network));
    told
}

/// Who was scored and did not answer the item both times.
fn scored_without_the_item(network: &Network) -> Vec<Sum> {
    let responses = Rows::of(&network.whole[RESPONSE]);
    let rows = Rows::of(&network.whole[ITEM_9]);
    let rest = |(key, row): (&[String; 7], &usize)| {
        let response = responses.0.get(key)?;
        Some(vec![((RESPONSE, *response, "n_observed"), 1), ((ITEM_9, *row, "n_both"), -1)])
    };
    rows.0.iter().filter_map(rest).collect()
}

/// Who was treated, and asked or measured never or not after an infusion.
fn treated_and_not_asked(network: &Network) -> Vec<Sum> {
    let flow = &network.whole[FLOW];
    let mut told = Vec::new();
    for step in (0..flow.n_rows()).filter(|row| flow.text(*row, "step") == "not-prevalent") {
        for (number, columns) in [
            (SIDE_EFFECTS, &["n_persons"][..]),
            (DISSOCIATION, &["n_persons"]),
            (BLOOD_PRESSURE, &["n_persons", "n_saturation"]),
        ] {
            let table = &network.whole[number];
            let same = |row: &usize| table.text(*row, "route") == flow.text(step, "route");
            for row in (0..table.n_rows()).filter(same) {
                let rest =
                    |column| vec![((FLOW, step, "n_subjects"), 1), ((number, row, column), -1)];
                told.extend(columns.iter().copied().map(rest));
            }
        }
    }
    told
}

fn of_effects(network: &Network) -> Vec<Sum> {
    let table = &network.whole[SIDE_EFFECTS];
    let rows = Rows::of(table);
    let growing = ["persons_with", "severe", "serious", "n_resolved", "sessions_with"];
    let mut told: Vec<Sum> = Vec::new();
    // The rows of single terms, by the row of any.
    let mut terms: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (key, row) in &rows.0 {
        let at = |column: &'static str| (SIDE_EFFECTS, *row, column);
        for (larger, smaller) in [
            ("n_persons", "persons_with"),
            ("n_sessions", "sessions_with"),
            ("n_sessions", "n_persons"),
            ("sessions_with", "persons_with"),
            ("persons_with", "mild"),
            ("persons_with", "moderate"),
            ("persons_with", "severe"),
            ("persons_with", "severity_unknown"),
            ("persons_with", "serious"),
            ("persons_with", "n_resolved"),
        ] {
            told.push(vec![(at(larger), 1), (at(smaller), -1)]);
        }
        let all = rows.beside(key, &[(INFUSION, "0")]).expect("any infusion");
        for column in ["n_persons", "persons_with", "severe", "serious", "n_resolved"] {
            told.push(vec![((SIDE_EFFECTS, all, column), 1), (at(column), -1)]);
        }
        let any = rows.beside(key, &[(TERM, "any")]).expect("any side effect");
        if any != *row {
            terms.entry(any).or_default().push(*row);
            for column in growing {
                told.push(vec![((SIDE_EFFECTS, any, column), 1), (at(column), -1)]);
            }
        }
    }
    // Who has several side effects; a term of nobody takes no part.
    for (any, single) in &terms {
        for column in growing {
            let some = single.iter().filter(|row| table.int(**row, column) != Some(0));
            let some = some.map(|row| ((SIDE_EFFECTS, *row, column), 1));
            told.push(some.chain([((SIDE_EFFECTS, *any, column), -1)]).collect());
        }
    }
    told
}

fn of_screening(network: &Network) -> Vec<Sum> {
    let mut told = Vec::new();
    for rows in reasons(network).values() {
        for column in SCREENED {
            told.extend(rows.values().map(|row| vec![((SCREENING, *row, column), 1)]));
            let Some(any) = rows.get("any") else { continue };
            let codes =
                rows.iter().filter(|(code, _)| !["all", "any", "none-given"].contains(code));
            let codes: Vec<(At, i64)> =
                codes.map(|(_, row)| ((SCREENING, *row, column), 1)).collect();
            let any: At = (SCREENING, *any, column);
            told.extend(codes.iter().map(|(code, _)| vec![(any, 1), (*code, -1)]));
            told.push(codes.into_iter().chain([(any, -1)]).collect());
        }
    }
    told
}

/// Numbers shown in all tables but those of safety.
fn n_shown(tables: &afterdose::curves::disclose::DisclosedTables) -> usize {
    const SAFETY: [&str; 5] =
        ["item_9", "side_effects", "dissociation", "blood_pressure", "screening"];
    let others = tables.all().into_iter().map(afterdose::privacy::disclosed::Disclosed::get);
    let others = others.filter(|table| !SAFETY.contains(&table.name.as_str()));
    let counted = others.flat_map(Table::columns).map(|column| match column {
        Column::Int(cells) => cells.iter().flatten().count(),
        Column::Float(cells) => cells.iter().flatten().count(),
        Column::Text(_) | Column::Bool(_) => 0,
    });
    counted.sum()
}

#[test]
fn the_tables_of_safety_cost_the_estimates_next_to_nothing() {
    let (mut with, mut without) = (0, 0);
    for network in networks(11) {
        let mut full = network.full.clone();
        for table in [
            &mut full.item_9,
            &mut full.side_effects,
            &mut full.dissociation,
            &mut full.blood_pressure,
            &mut full.screening,
        ] {
            *table = Table::new("none", &[]);
        }
        without += n_shown(&disclose(full, &sums(), 11));
        with += n_shown(&network.tables);
    }
    assert!(with + without / 200 >= without, "{with} of {without}");
}

/// Which counts each estimate of the tables of safety is made from.
const MADE_FROM: [(usize, &str, &[&str]); 12] = [
    (ITEM_9, "reduced_share", &["reduced", "n_both"]),
    (ITEM_9, "resolved_lo", &["resolved", "n_both"]),
    (ITEM_9, "increased_hi", &["increased", "n_both"]),
    (ITEM_9, "new_share", &["new", "n_both"]),
    (SIDE_EFFECTS, "share", &["persons_with", "n_persons"]),
    (SIDE_EFFECTS, "upper_if_none", &["persons_with", "n_persons"]),
    (SIDE_EFFECTS, "median_minutes", &["n_resolved"]),
    (DISSOCIATION, "mean_total", &["n_persons"]),
    (DISSOCIATION, "median_total", &["n_persons"]),
    (BLOOD_PRESSURE, "mean_systolic_rise", &["n_persons"]),
    (BLOOD_PRESSURE, "high_share", &["high", "n_persons"]),
    (BLOOD_PRESSURE, "mean_saturation_lowest", &["n_saturation"]),
];

/// Of those, what a network of some 600 people ought to be able to show of its whole.
const OFTEN: [&str; 6] = [
    "reduced_share",
    "share",
    "upper_if_none",
    "mean_total",
    "mean_systolic_rise",
    "mean_saturation_lowest",
];

#[test]
fn no_estimate_is_shown_without_its_counts_and_much_of_a_large_network_is_shown() {
    let mut shown: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for network in networks(11) {
        let is_large = network.whole[FLOW].int(0, "n_subjects") > Some(600);
        for (number, estimate, counts) in MADE_FROM {
            let table = &network.shown[number];
            for row in 0..table.n_rows() {
                let is_shown = table.cell(row, estimate) != Cell::Na;
                let all = counts.iter().all(|count| table.int(row, count).is_some());
                assert!(!is_shown || all, "{estimate} is shown without its count");
                let is = |name: &str, values: &[&str]| values.contains(&table.text(row, name));
                let is_whole = is("route", &["all"])
                    && is("level", &["", "all"])
                    && is("capture", &["", "structured"])
                    && is("term", &["", "any", "nausea", "cystitis"]);
                let exists = network.whole[number].cell(row, estimate) != Cell::Na;
                if is_large && is_whole && exists && OFTEN.contains(&estimate) {
                    let [n, of] = shown.entry(estimate).or_default();
                    *n += usize::from(is_shown);
                    *of += 1;
                }
            }
        }
    }
    assert_eq!(shown.len(), OFTEN.len());
    for (estimate, [shown, of]) in shown {
        assert!(3 * shown >= of, "{estimate}: {shown} of {of}");
    }
}
