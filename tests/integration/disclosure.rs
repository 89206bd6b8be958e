//! An audit of disclosure control that shares no code with it: what could a reader work out?
//!
//! Random networks of clinics are put through the estimates and disclosure control. Then a reader
//! who knows every definition writes down all that adds up, and solves it. Nothing small may
//! follow.

#![allow(clippy::expect_used, reason = "a test stops where it cannot go on")]

use afterdose::course::fold::FoldContext;
use afterdose::course::fold_subjects;
use afterdose::course::settings::FoldSettings;
use afterdose::curves::cohort::{Cohort, data_cuts};
use afterdose::curves::disclose::{DisclosedTables, disclose};
use afterdose::curves::flow::cohort_flow;
use afterdose::curves::response::response_by_infusion;
use afterdose::curves::settings::{Analysis, Filter, Stratum};
use afterdose::event::envelope::{Logged, Origin};
use afterdose::event::ids::OpenCode;
use afterdose::event::key::{ContentDigest, KeyDigest};
use afterdose::event::time::{DAY_US, TimeBasis};
use afterdose::event::vocabulary::Vocabulary;

use afterdose::quality::anomalies::anomalies;
use afterdose::simulate;
use afterdose::table::{Cell, Table};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

const HORIZON: i64 = 8;
const RESPONSE: usize = 0;
const FLOW: usize = 1;

/// Counts of people of `response_by_infusion`.
const PEOPLE: [&str; 10] = [
    "n_treated",
    "n_observed",
    "responders",
    "remitters",
    "n_above_line",
    "remitters_above_line",
    "n_enrolled",
    "n_not_due",
    "responders_nri",
    "responders_locf",
];

/// Which counts each estimate is made from.
const MADE_FROM: [(&str, &[&str]); 13] = [
    ("mean_score", &["n_observed"]),
    ("mean_change", &["n_observed"]),
    ("change_sd", &["n_observed"]),
    ("change_lo", &["n_observed"]),
    ("change_hi", &["n_observed"]),
    ("response_rate", &["responders", "n_observed"]),
    ("response_lo", &["responders", "n_observed"]),
    ("response_hi", &["responders", "n_observed"]),
    ("remission_rate", &["remitters", "n_observed"]),
    ("remission_lo", &["remitters", "n_observed"]),
    ("remission_hi", &["remitters", "n_observed"]),
    ("response_rate_nri", &["responders_nri", "n_enrolled"]),
    ("response_rate_locf", &["responders_locf", "n_enrolled"]),
];

/// Two counts of one row, the people of the second among those of the first.
const NESTED: [(&str, &str); 10] = [
    ("n_treated", "n_observed"),
    ("n_enrolled", "n_treated"),
    ("n_observed", "responders"),
    ("n_observed", "remitters"),
    ("n_observed", "n_above_line"),
    ("n_above_line", "remitters_above_line"),
    ("remitters", "remitters_above_line"),
    ("n_enrolled", "responders_nri"),
    ("n_enrolled", "responders_locf"),
    ("responders_locf", "responders_nri"),
];

/// A network of clinics: its tables as they are, and as they leave.
struct Network {
    whole: [Table; 3],
    shown: [Table; 3],
    tables: DisclosedTables,
}

/// The events as they stand in a log: each key and content once, in order.
fn log(settings: &simulate::Settings) -> (Vec<Logged>, HashSet<KeyDigest>) {
    let mut contents: HashMap<KeyDigest, ContentDigest> = HashMap::new();
    let mut conflicts = HashSet::new();
    let mut events = Vec::new();
    for event in simulate::events(settings) {
        let key = KeyDigest::of(&event.source, &event.id);
        let content = ContentDigest::of(&event);
        match contents.insert(key, content) {
            Some(known) if known == content => continue,
            Some(_) => drop(conflicts.insert(key)),
            None => {}
        }
        let origin = Origin { file_digest: [0; 32], line: 1 };
        events.push(Logged { event, origin, basis: TimeBasis::Actual, content });
    }
    events.sort_by(Logged::log_order);
    (events, conflicts)
}

impl Network {
    fn new(subjects: u32, seed: u64, cut_months: Option<i64>, min_cell: u32) -> Self {
        let sites = u8::try_from(seed % 6 + 1).unwrap_or(1);
        let settings = simulate::Settings { sites, ..simulate::Settings::new(subjects, seed) };
        let (events, conflicts) = log(&settings);
        let vocabulary = Vocabulary::shipped().expect("the shipped vocabulary reads");
        // Data that end amid recruitment have many who have not yet come to an infusion.
        let cut = cut_months.map(|months| settings.start + months * 30 * DAY_US);
        let fold = FoldSettings { data_cut_us: cut, ..FoldSettings::default() };
        let context =
            FoldContext { settings: &fold, vocabulary: &vocabulary, conflicts: &conflicts };
        let subjects = fold_subjects(&events, &context);
        let code = |code| OpenCode::new(code).expect("a code");
        let analysis = Analysis {
            instruments: vec![code("phq-9"), code("gad-7")],
            horizon: usize::try_from(HORIZON).expect("small"),
            compare_at: 6,
            strata: vec![Stratum::Indication, Stratum::BaselineSeverity],
            filter: Filter::default(),
        };
        let cuts = data_cuts(&subjects, cut);
        let cohort = Cohort {
            subjects: &subjects,
            fold: &fold,
            analysis: &analysis,
            vocabulary: &vocabulary,
            cuts: &cuts,
        };
        let whole = [response_by_infusion(&cohort), cohort_flow(&cohort), anomalies(&subjects)];
        let [response, flow, odd] = whole.clone();
        let tables = disclose(response, flow, odd, min_cell);
        let shown =
            [&tables.response, &tables.flow, &tables.anomalies].map(|table| table.get().clone());
        Self { whole, shown, tables }
    }

    fn value(&self, at: &At) -> i64 {
        self.whole[at.0].int(at.1, at.2).unwrap_or_default()
    }

    fn is_hidden(&self, at: &At) -> bool {
        self.shown[at.0].int(at.1, at.2).is_none() && self.whole[at.0].int(at.1, at.2).is_some()
    }

    fn name(&self, at: &At) -> String {
        let table = &self.whole[at.0];
        let keys = ["instrument", "stratum", "level", "route", "step"];
        let keys: Vec<&str> = keys.iter().map(|key| table.text(at.1, key)).collect();
        let infusion = table.int(at.1, "infusion").unwrap_or_default();
        format!("{} {} at {infusion}: {} = {}", table.name, keys.join(" "), at.2, self.value(at))
    }
}

/// Table, row, column.
type At = (usize, usize, &'static str);

/// A weighted sum of counts.
type Sum = Vec<(At, i64)>;

/// Every row of `response_by_infusion` and of `cohort_flow` by what it is about.
struct Places {
    response: BTreeMap<[String; 4], BTreeMap<i64, usize>>,
    flow: BTreeMap<[String; 3], usize>,
}

impl Places {
    fn of(network: &Network) -> Self {
        let mut response: BTreeMap<[String; 4], BTreeMap<i64, usize>> = BTreeMap::new();
        let table = &network.whole[RESPONSE];
        for row in 0..table.n_rows() {
            let key = ["instrument", "stratum", "level", "route"].map(|name| table.text(row, name));
            let infusion = table.int(row, "infusion").expect("every row has an infusion");
            response.entry(key.map(str::to_owned)).or_default().insert(infusion, row);
        }
        let table = &network.whole[FLOW];
        let key =
            |row| ["instrument", "route", "step"].map(|name| table.text(row, name).to_owned());
        let flow = (0..table.n_rows()).map(|row| (key(row), row)).collect();
        Self { response, flow }
    }

    fn at(&self, key: [&str; 4], infusion: i64) -> Option<usize> {
        self.response.get(&key.map(str::to_owned))?.get(&infusion).copied()
    }
}

/// All that a reader knows to add up to zero. Rows that do not exist are counts of nobody.
fn known(network: &Network, places: &Places) -> Vec<Sum> {
    let mut known = Vec::new();
    // Routes to `all`, levels to the whole.
    let mut totals: BTreeMap<(At, String), Sum> = BTreeMap::new();
    for ([instrument, stratum, level, route], rows) in &places.response {
        for (infusion, row) in rows {
            let mut add = |whole: Option<usize>, what: &str| {
                let Some(whole) = whole else { return };
                for column in PEOPLE {
                    let total = (RESPONSE, whole, column);
                    let sum = totals.entry((total, what.to_owned()));
                    sum.or_insert_with(|| vec![(total, -1)]).push(((RESPONSE, *row, column), 1));
                }
            };
            if route != "all" && route != "mixed" {
                add(places.at([instrument, stratum, level, "all"], *infusion), "routes");
            }
            if ["drug", "indication", "baseline_severity"].contains(&stratum.as_str()) {
                add(places.at([instrument, "all", "all", route], *infusion), stratum);
            }
        }
    }
    known.extend(totals.into_values());
    for ([_, stratum, _, _], rows) in &places.response {
        let first = (RESPONSE, rows[&1], "n_treated");
        for row in rows.values() {
            let at = |column: &'static str| (RESPONSE, *row, column);
            known.push(vec![(at("responders"), 1), (at("responders_nri"), -1)]);
            known.push(vec![(first, 1), (at("n_enrolled"), -1), (at("n_not_due"), -1)]);
        }
        // The first infusion of every course belongs to its induction.
        let whole = places.response.iter().filter(|(key, _)| stratum == "phase" && key[1] == "all");
        for (key, whole) in whole {
            if places.at([&key[0], "phase", "induction", &key[3]], 1) == Some(rows[&1]) {
                known.push(vec![(first, 1), ((RESPONSE, whole[&1], "n_treated"), -1)]);
            }
        }
    }
    flow_relations(network, places, &mut known);
    known
}

const STEPS: [&str; 8] = [
    "known",
    "not-screened-out",
    "treated",
    "first-course-in-period",
    "not-prevalent",
    "with-baseline",
    "scorable",
    "scored-after-treatment",
];

/// Steps that no instrument enters.
const SHARED: usize = 5;

fn flow_relations(network: &Network, places: &Places, known: &mut Vec<Sum>) {
    let mut totals: BTreeMap<At, Sum> = BTreeMap::new();
    for ([instrument, route, step], row) in &places.flow {
        let place = STEPS.iter().position(|known| known == step).expect("a step");
        let at = |column: &'static str| (FLOW, *row, column);
        let find = |instrument: &str, route: &str, step: &str| {
            places.flow.get(&[instrument, route, step].map(str::to_owned)).copied()
        };
        let before = place.checked_sub(1).and_then(|before| find(instrument, route, STEPS[before]));
        if let Some(before) = before {
            let left = (FLOW, before, "n_subjects");
            known.push(vec![(left, -1), (at("n_subjects"), 1), (at("lost"), 1)]);
        }
        if route != "all"
            && let Some(all) = find(instrument, "all", step)
        {
            for column in ["n_subjects", "n_courses", "lost"] {
                // Single routes begin at the treated: nobody is lost on the way there.
                if column != "lost" || before.is_some() {
                    let total = (FLOW, all, column);
                    let sum = totals.entry(total).or_insert_with(|| vec![(total, -1)]);
                    sum.push((at(column), 1));
                }
            }
        }
        for ([_, of_route, of_step], other) in &places.flow {
            if place < SHARED && of_route == route && of_step == step && other != row {
                for column in ["n_subjects", "n_courses"] {
                    known.push(vec![(at(column), 1), ((FLOW, *other, column), -1)]);
                }
                if before.is_some() {
                    known.push(vec![(at("lost"), 1), ((FLOW, *other, "lost"), -1)]);
                }
            }
        }
        // Before a first course is chosen all courses count, and the untreated have none; from
        // there on a person has one.
        match (place, before) {
            (1 | 2, Some(before)) => {
                known.push(vec![(at("n_courses"), 1), ((FLOW, before, "n_courses"), -1)]);
            }
            (3.., _) => known.push(vec![(at("n_courses"), 1), (at("n_subjects"), -1)]),
            _ => {}
        }
        if step == "scorable" {
            let first = places.at([instrument, "all", "all", route], 1);
            match first {
                Some(first) => {
                    known.push(vec![(at("n_subjects"), 1), ((RESPONSE, first, "n_treated"), -1)]);
                }
                None => assert_eq!(network.value(&at("n_subjects")), 0),
            }
        }
    }
    known.extend(totals.into_values());
}

/// Every number of people that a table tells, or that a subtraction would.
fn told(places: &Places) -> Vec<Sum> {
    let mut told: Vec<Sum> = Vec::new();
    let minus = |a: At, b: At| vec![(a, 1), (b, -1)];
    for ([instrument, stratum, level, route], rows) in &places.response {
        for (infusion, row) in rows {
            let at = |column: &'static str| (RESPONSE, *row, column);
            told.extend(PEOPLE.map(|column| vec![(at(column), 1)]));
            told.extend(NESTED.map(|(larger, smaller)| minus(at(larger), at(smaller))));
            // Who came this far, was not above the line before, and is above it now.
            told.push(vec![
                (at("n_observed"), 1),
                (at("n_above_line"), -1),
                (at("remitters"), -1),
                (at("remitters_above_line"), 1),
            ]);
            for (_, later) in rows.range(infusion + 1..) {
                told.push(minus(at("n_treated"), (RESPONSE, *later, "n_treated")));
                told.push(minus((RESPONSE, *later, "n_not_due"), at("n_not_due")));
            }
            let all = places.at([instrument, stratum, level, "all"], *infusion);
            if let Some(all) = all.filter(|_| route == "mixed") {
                told.extend(PEOPLE.map(|column| minus((RESPONSE, all, column), at(column))));
            }
            if stratum == "phase" {
                let induction = |k| places.at([instrument, "phase", "induction", route], k);
                let whole = places.at([instrument, "all", "all", route], *infusion);
                for k in *infusion..=HORIZON {
                    if let Some((whole, later)) = whole.zip(induction(k)) {
                        let of = |row| (RESPONSE, row, "n_treated");
                        told.push(minus(of(whole), of(later)));
                    }
                }
            }
        }
    }
    for ([instrument, route, step], row) in &places.flow {
        let at = |column: &'static str| (FLOW, *row, column);
        told.extend(["n_subjects", "lost"].map(|column| vec![(at(column), 1)]));
        told.push(minus(at("n_courses"), at("n_subjects")));
        let place = STEPS.iter().position(|known| known == step).unwrap_or_default();
        for later in &STEPS[place + 1..] {
            let later = places.flow.get(&[instrument.clone(), route.clone(), (*later).to_owned()]);
            if let Some(later) = later {
                told.push(minus(at("n_subjects"), (FLOW, *later, "n_subjects")));
            }
        }
    }
    told
}

/// What the reader has worked out: equations of hidden cells, in echelon form modulo a prime.
#[derive(Default)]
struct Solved {
    rows: BTreeMap<At, BTreeMap<At, u64>>,
}

const PRIME: u64 = 2_147_483_629;

impl Solved {
    fn of(network: &Network, known: &[Sum]) -> Self {
        let mut solved = Self::default();
        for sum in known {
            let mut row = solved.reduced(network, sum);
            if let Some((first, coefficient)) = row.first_key_value().map(|(at, c)| (*at, *c)) {
                let inverse = power(coefficient, PRIME - 2);
                row.values_mut().for_each(|value| *value = *value * inverse % PRIME);
                solved.rows.insert(first, row);
            }
        }
        solved
    }

    /// Whether a sum follows from the shown cells.
    fn tells(&self, network: &Network, sum: &Sum) -> bool {
        self.reduced(network, sum).is_empty()
    }

    fn reduced(&self, network: &Network, sum: &Sum) -> BTreeMap<At, u64> {
        let mut row: BTreeMap<At, u64> = BTreeMap::new();
        for (at, coefficient) in sum.iter().filter(|(at, _)| network.is_hidden(at)) {
            let coefficient = coefficient.rem_euclid(PRIME.cast_signed()).cast_unsigned();
            add(&mut row, *at, coefficient);
        }
        let mut from = row.first_key_value().map(|(at, _)| *at);
        while let Some(at) = from {
            if let Some(pivot) = self.rows.get(&at) {
                let factor = PRIME - row[&at];
                for (member, coefficient) in pivot {
                    add(&mut row, *member, coefficient * factor % PRIME);
                }
                from = row.range(at..).next().map(|(at, _)| *at);
            } else {
                from = row
                    .range((std::ops::Bound::Excluded(at), std::ops::Bound::Unbounded))
                    .next()
                    .map(|(at, _)| *at);
            }
        }
        row
    }
}

fn add(row: &mut BTreeMap<At, u64>, at: At, coefficient: u64) {
    let sum = (row.get(&at).copied().unwrap_or(0) + coefficient) % PRIME;
    if sum == 0 {
        row.remove(&at)
    } else {
        row.insert(at, sum)
    };
}

fn power(base: u64, exponent: u64) -> u64 {
    let half = if exponent > 1 { power(base * base % PRIME, exponent / 2) } else { 1 };
    if exponent % 2 == 1 { half * base % PRIME } else { half }
}

/// Everything small that a reader could work out, in words.
fn leaks(network: &Network, min_cell: i64) -> Vec<String> {
    let places = Places::of(network);
    let known = known(network, &places);
    for sum in &known {
        let total: i64 = sum.iter().map(|(at, sign)| sign * network.value(at)).sum();
        let names: Vec<String> = sum.iter().map(|(at, _)| network.name(at)).collect();
        assert_eq!(total, 0, "the reader believes what is not so: {}", names.join(" / "));
    }
    let solved = Solved::of(network, &known);
    let mut leaks = Vec::new();
    for sum in told(&places) {
        let value: i64 = sum.iter().map(|(at, sign)| sign * network.value(at)).sum();
        if (1..min_cell).contains(&value) && solved.tells(network, &sum) {
            let names: Vec<String> = sum
                .iter()
                .map(|(at, sign)| {
                    format!(
                        "{}{}{}",
                        if *sign > 0 { "+" } else { "-" },
                        network.name(at),
                        if network.is_hidden(at) { " (hidden)" } else { "" }
                    )
                })
                .collect();
            leaks.push(format!("{value}: {}", names.join(" ")));
        }
    }
    // A hidden count that is nobody's can be seen from a total of nobody; `n_enrolled` follows from
    // `n_not_due` where neither is small.
    for (number, columns) in [(RESPONSE, &PEOPLE[..]), (FLOW, &["n_subjects", "n_courses", "lost"])]
    {
        for row in 0..network.whole[number].n_rows() {
            for column in columns.iter().filter(|column| **column != "n_enrolled") {
                let at = (number, row, *column);
                if network.is_hidden(&at)
                    && network.value(&at) != 0
                    && solved.tells(network, &vec![(at, 1)])
                {
                    leaks.push(format!("hidden, but follows: {}", network.name(&at)));
                }
            }
        }
    }
    leaks
}

#[test]
fn nothing_small_follows_from_what_is_shown() {
    let mut found = BTreeMap::<String, usize>::new();
    for (seed, subjects) in [
        (1, 30),
        (2, 60),
        (3, 90),
        (4, 130),
        (5, 180),
        (6, 250),
        (7, 350),
        (8, 500),
        (9, 650),
        (10, 800),
    ] {
        for min_cell in [11, 5] {
            let cut = (seed % 2 == 0).then_some(5);
            let t = std::time::Instant::now();
            let network = Network::new(subjects, seed, cut, min_cell);
            println!("made {:?}", t.elapsed());
            let ll = leaks(&network, i64::from(min_cell));
            println!(
                "audited {:?} {subjects} {seed} {min_cell} rates {}",
                t.elapsed(),
                shown_rates(&network)
            );
            for leak in ll {
                println!("seed {seed}, {subjects} people, min_cell {min_cell}: {leak}");
                *found.entry(leak.split(": ").nth(0).unwrap_or("").to_owned()).or_default() += 1;
            }
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

fn shown_rates(n: &Network) -> usize {
    (0..n.shown[0].n_rows()).filter(|r| n.shown[0].float(*r, "response_rate").is_some()).count()
}
