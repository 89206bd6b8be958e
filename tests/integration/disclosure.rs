//! An audit of disclosure control that shares no code with it: what could a reader work out?
//!
//! Random networks of clinics are put through the estimates and disclosure control. Then a reader
//! who knows every definition writes down all that adds up, and solves it. Nothing small may
//! follow.

#![allow(clippy::expect_used, reason = "a test stops where it cannot go on")]

use crate::disclosure_account as account;
use crate::disclosure_afterwards as afterwards;
use crate::disclosure_safety as safety;
use crate::harness::tables::PEOPLE;
use afterdose::charts::draw::svg;
use afterdose::charts::figure::{Figure, Plot};
use afterdose::charts::frame::Place;
use afterdose::charts::line_chart::LineChart;
use afterdose::charts::marking::Marking;
use afterdose::charts::number::Number;
use afterdose::charts::theme::route_codes;
use afterdose::charts::{mean_change, response_rate};
use afterdose::course::data_cuts::DataCuts;
use afterdose::course::fold::{FoldContext, fold_subject};
use afterdose::course::settings::FoldSettings;
use afterdose::course::subjects::Subjects;
use afterdose::curves::cohort::Cohort;
use afterdose::curves::disclose::{DisclosedTables, FullTables, disclose};
use afterdose::curves::safety::Safety;
use afterdose::curves::settings::{Analysis, Filter, Stratum};
use afterdose::event::envelope::{Logged, Origin};
use afterdose::event::ids::OpenCode;
use afterdose::event::key::{Conflicts, ContentDigest, KeyDigest};
use afterdose::event::time::{DAY_US, TimeBasis};
use afterdose::event::view::EventView;
use afterdose::event::vocabulary::Vocabulary;
use afterdose::pipeline::accounts::SourceAccount;
use afterdose::pipeline::full_tables::full_tables;
use afterdose::pipeline::plan::{Overrides, Plan};
use afterdose::pipeline::progress::Progress;
use afterdose::pipeline::run::{Published, run};
use afterdose::privacy::disclosed::Disclosed;
use afterdose::quality::check::sums;
use afterdose::simulate;
use afterdose::table::{Cell, Column, Table};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

pub(crate) const HORIZON: i64 = 8;
pub(crate) const RESPONSE: usize = 0;
pub(crate) const FLOW: usize = 1;
pub(crate) const FIRST: usize = 3;
pub(crate) const COMPLETENESS: usize = 4;
pub(crate) const ACCOUNT: usize = 5;
pub(crate) const ITEM_9: usize = 6;
pub(crate) const SIDE_EFFECTS: usize = 7;
pub(crate) const DISSOCIATION: usize = 8;
pub(crate) const BLOOD_PRESSURE: usize = 9;
pub(crate) const SCREENING: usize = 10;

/// Counts by first response that a reader may see, as sums of steps.
const STEP_COUNTS: [&str; 4] = ["responded", "stopped", "at_risk", "at_risk_km"];

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
pub(crate) struct Network {
    pub(crate) whole: [Table; 11],
    pub(crate) shown: [Table; 11],
    pub(crate) full: FullTables,
    pub(crate) tables: DisclosedTables,
    pub(crate) outside: account::Outside,
    pub(crate) afterwards: afterwards::Afterwards,
}

/// The events as they stand in a log: each key and content once, in order.
fn log(settings: &simulate::Settings) -> (Vec<Logged>, Conflicts) {
    let mut contents: HashMap<KeyDigest, ContentDigest> = HashMap::new();
    let mut conflicts = Vec::new();
    let mut events = Vec::new();
    for event in simulate::events(settings) {
        let key = KeyDigest::of(&event.source, &event.id);
        let content = ContentDigest::of(&event);
        match contents.insert(key, content) {
            Some(known) if known == content => continue,
            Some(known) => conflicts.extend([known, content]),
            None => {}
        }
        let origin = Origin { file_digest: [0; 32], line: 1 };
        events.push(Logged { event, origin, basis: TimeBasis::Actual, content });
    }
    events.sort_by(Logged::log_order);
    (events, conflicts.into_iter().collect())
}

impl Network {
    pub(crate) fn new(subjects: u32, seed: u64, cut_months: Option<i64>, min_cell: u32) -> Self {
        let sites = u8::try_from(seed % 6 + 1).unwrap_or(1);
        let settings = simulate::Settings { sites, ..simulate::Settings::new(subjects, seed) };
        let (events, conflicts) = log(&settings);
        let vocabulary = Vocabulary::shipped().expect("the shipped vocabulary reads");
        // Data that end amid recruitment have many who have not yet come to an infusion.
        let cut = cut_months.map(|months| settings.start + months * 30 * DAY_US);
        let fold = FoldSettings { data_cut_us: cut, ..FoldSettings::default() };
        let context =
            FoldContext { settings: &fold, vocabulary: &vocabulary, conflicts: &conflicts };
        let code = |code| OpenCode::new(code).expect("a code");
        let analysis = Analysis {
            instruments: vec![code("phq-9"), code("gad-7")],
            horizon: usize::try_from(HORIZON).expect("small"),
            compare_at: 6,
            improved_percent: 20,
            go_on_by: vec![6, 8],
            // These instruments ask about two weeks.
            onset_hours: vec![72, 336, 672],
            resamples: 0,
            seed: 1,
            strata: vec![Stratum::Indication, Stratum::BaselineSeverity],
            filter: Filter::default(),
        };
        let (mut subjects, mut safety) = (Vec::new(), Safety::default());
        let mut cuts = DataCuts::default();
        for events in events.chunk_by(|a, b| a.event.subject == b.event.subject) {
            let views: Vec<EventView> = events.iter().map(EventView::of).collect();
            if let Some(folded) = fold_subject(&events[0].event.subject, &views, &context) {
                safety.count(&folded, &analysis);
                cuts.take_in(&folded.latest_us);
                subjects.push(folded.facts);
            }
        }
        let cuts = cuts.or_at(cut);
        let subjects: Subjects = subjects.into_iter().collect();
        let cohort = Cohort {
            subjects: &subjects,
            fold: &fold,
            analysis: &analysis,
            vocabulary: &vocabulary,
            cuts: &cuts,
        };
        let full = full_tables(&cohort, safety);
        let outside = account::outside(&subjects, &analysis.instruments);
        let tables = disclose(full.clone(), &sums(), min_cell);
        let first_shown = steps_shown(
            &full.first_response,
            tables.cumulative.get(),
            tables.time_to_response.get(),
        );
        let whole = [
            &full.response,
            &full.flow,
            &full.anomalies,
            &full.first_response,
            &full.completeness,
            &full.data_quality,
            &full.item_9,
            &full.side_effects,
            &full.dissociation,
            &full.blood_pressure,
            &full.screening,
        ];
        let whole = whole.map(Table::clone);
        let of = |table: &Disclosed<Table>| table.get().clone();
        let shown = [
            of(&tables.response),
            of(&tables.flow),
            of(&tables.anomalies),
            first_shown,
            of(&tables.completeness),
            of(&tables.data_quality),
            of(&tables.item_9),
            of(&tables.side_effects),
            of(&tables.dissociation),
            of(&tables.blood_pressure),
            of(&tables.screening),
        ];
        let afterwards = afterwards::Afterwards::of(&full, &tables);
        Self { whole, shown, full, tables, outside, afterwards }
    }

    fn value(&self, at: &At) -> i64 {
        self.whole(at.0).int(at.1, at.2).unwrap_or_default()
    }

    pub(crate) fn whole(&self, number: usize) -> &Table {
        number
            .checked_sub(afterwards::BEGIN)
            .map_or_else(|| &self.whole[number], |number| &self.afterwards.whole[number])
    }

    pub(crate) fn shown(&self, number: usize) -> &Table {
        number
            .checked_sub(afterwards::BEGIN)
            .map_or_else(|| &self.shown[number], |number| &self.afterwards.shown[number])
    }

    pub(crate) fn is_hidden(&self, at: &At) -> bool {
        self.shown(at.0).int(at.1, at.2).is_none() && self.whole(at.0).int(at.1, at.2).is_some()
    }

    fn name(&self, at: &At) -> String {
        let table = self.whole(at.0);
        let keys = ["instrument", "stratum", "level", "route", "site", "step", "check"];
        let parts = ["start", "clock", "group", "band_before", "band_after", "outcome"];
        let told = ["capture", "term", "decision", "reason"];
        let keys = keys.iter().chain(&parts).chain(&told);
        let keys: Vec<&str> = keys.map(|key| table.text(at.1, key)).collect();
        let place = ["infusion", "time", "hours", "by_infusion"].map(|key| table.int(at.1, key));
        let place: Vec<String> = place.iter().flatten().map(i64::to_string).collect();
        let (name, keys, place) = (&table.name, keys.join(" "), place.join(" to "));
        format!("{name} {keys} at {place}: {} = {}", at.2, self.value(at))
    }
}

/// What a reader knows of the counts by first response from `cumulative_response`: a sum of steps is
/// a difference of two counts, and a number at risk is that at the beginning of its steps.
fn steps_shown(whole: &Table, published: &Table, times: &Table) -> Table {
    let mut shown = whole.clone();
    for column in
        ["responded", "stopped", "at_risk", "at_risk_km", "unmeasured", "left", "censored", "n"]
    {
        let at = shown.position(column).expect("a column");
        for row in 0..whole.n_rows() {
            shown.column_mut(at).expect("a column").clear(row);
        }
    }
    let mut copy = |row: usize, column: &str| {
        let at = whole.position(column).expect("a column");
        let Some(Column::Int(cells)) = shown.column_mut(at) else { panic!("counts") };
        cells[row] = whole.int(row, column);
    };
    let horizon = usize::try_from(HORIZON).expect("small");
    // Two curves of the published table stand for each curve of the counts.
    for (curve, first) in (0..published.n_rows()).step_by(horizon).enumerate() {
        let start = curve / 2 * horizon;
        if let Some(n) = times.int(curve, "n") {
            assert_eq!(Some(n), whole.int(start, "n"), "all with a baseline");
            copy(start, "n");
        }
        let mut begin = start;
        let (mut responded, mut stopped) = (0, 0);
        for (row, line) in (start..start + horizon).zip(first..first + horizon) {
            assert_eq!(whole.text(row, "route"), published.text(line, "route"));
            let at_risk = if curve % 2 == 0 { "at_risk" } else { "at_risk_km" };
            if let Some(n) = published.int(line, "n_at_risk") {
                assert_eq!(Some(n), whole.int(begin, at_risk), "at risk when the steps began");
                copy(begin, at_risk);
            }
            if let Some(events) = published.int(line, "events") {
                responded += events;
                assert_eq!(Some(responded), whole.int(row, "responded"), "the sum of the steps");
                copy(row, "responded");
                begin = row + 1;
            } else {
                assert_eq!(
                    published.float(line, "estimate"),
                    None,
                    "no estimate without its count"
                );
            }
            if let Some(left) = published.int(line, "stopped") {
                stopped += left;
                assert_eq!(Some(stopped), whole.int(row, "stopped"), "the sum of the steps");
                copy(row, "stopped");
            } else {
                assert_eq!(published.float(line, "stopped_estimate"), None, "nor here");
            }
        }
    }
    shown
}

/// Table, row, column.
pub(crate) type At = (usize, usize, &'static str);

/// A weighted sum of counts.
pub(crate) type Sum = Vec<(At, i64)>;

/// Every row of `response_by_infusion` and of `cohort_flow` by what it is about.
struct Places {
    response: BTreeMap<[String; 4], BTreeMap<i64, usize>>,
    first: BTreeMap<[String; 4], BTreeMap<i64, usize>>,
    flow: BTreeMap<[String; 3], usize>,
}

impl Places {
    fn of(network: &Network) -> Self {
        let [response, first] = [RESPONSE, FIRST].map(|number| {
            let mut curves: BTreeMap<[String; 4], BTreeMap<i64, usize>> = BTreeMap::new();
            let table = &network.whole[number];
            for row in 0..table.n_rows() {
                let key =
                    ["instrument", "stratum", "level", "route"].map(|name| table.text(row, name));
                let infusion = table.int(row, "infusion").expect("every row has an infusion");
                curves.entry(key.map(str::to_owned)).or_default().insert(infusion, row);
            }
            curves
        });
        let table = &network.whole[FLOW];
        let key =
            |row| ["instrument", "route", "step"].map(|name| table.text(row, name).to_owned());
        let flow = (0..table.n_rows()).map(|row| (key(row), row)).collect();
        Self { response, first, flow }
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
    step_relations(network, places, &mut known);
    completeness_relations(network, places, &mut known);
    account::relations(network, &mut known);
    safety::relations(network, &mut known);
    afterwards::relations(network, &mut known);
    known
}

/// The same person leaves the risk set once: by a response, by stopping, or unseen.
fn step_relations(network: &Network, places: &Places, known: &mut Vec<Sum>) {
    let mut totals: BTreeMap<(At, String), Sum> = BTreeMap::new();
    for ([instrument, stratum, level, route], rows) in &places.first {
        for (infusion, row) in rows {
            let at = |column: &'static str| (FIRST, *row, column);
            let mut add = |whole: Option<usize>, what: &str| {
                let Some(whole) = whole else { return };
                for column in STEP_COUNTS {
                    let total = (FIRST, whole, column);
                    let sum = totals.entry((total, what.to_owned()));
                    sum.or_insert_with(|| vec![(total, -1)]).push((at(column), 1));
                }
            };
            let find =
                |key: [&str; 4]| places.first.get(&key.map(str::to_owned))?.get(infusion).copied();
            if route != "all" && route != "mixed" {
                add(find([instrument, stratum, level, "all"]), "routes");
            }
            if ["drug", "indication", "baseline_severity"].contains(&stratum.as_str()) {
                add(find([instrument, "all", "all", route]), stratum);
            }
            let mut whole = vec![(at("n"), -1), (at("at_risk"), 1), (at("censored"), 1)];
            let mut differ = vec![(at("at_risk"), 1), (at("at_risk_km"), -1), (at("stopped"), -1)];
            if let Some(before) = rows.get(&(infusion - 1)) {
                whole
                    .extend([((FIRST, *before, "responded"), 1), ((FIRST, *before, "stopped"), 1)]);
                differ.push(((FIRST, *before, "stopped"), 1));
            }
            known.extend([whole, differ]);
            known.push(vec![(at("n"), 1), ((FIRST, rows[&1], "n"), -1)]);
        }
        let key = [instrument, stratum, level, route].map(String::as_str);
        let response = places.at(key, 1).expect("the same levels in both tables");
        let at = |column: &'static str| (FIRST, rows[&1], column);
        known.push(vec![(at("n"), 1), ((RESPONSE, response, "n_treated"), -1)]);
        known.push(vec![(at("responded"), 1), ((RESPONSE, response, "responders"), -1)]);
        if stratum == "all" {
            let last = [instrument, route, &"scored-after-treatment".to_owned()].map(String::clone);
            if let Some(last) = places.flow.get(&last) {
                known.push(vec![(at("at_risk_km"), 1), ((FLOW, *last, "n_subjects"), -1)]);
            }
        }
    }
    assert!(network.whole[FIRST].n_rows() == 0 || !totals.is_empty());
    known.extend(totals.into_values());
}

/// Sites, routes and months add up to all of them, and all of them are the people of the curves.
fn completeness_relations(network: &Network, places: &Places, known: &mut Vec<Sum>) {
    let table = &network.whole[COMPLETENESS];
    let text = |row: usize, name: &str| table.text(row, name).to_owned();
    let names = ["instrument", "site", "route", "month", "time_point"];
    let rows: BTreeMap<[String; 5], usize> =
        (0..table.n_rows()).map(|row| (names.map(|name| text(row, name)), row)).collect();
    // A total, how many names its parts are split by, what is added up over, and the column.
    let mut totals: BTreeMap<(usize, usize, usize, &str), Sum> = BTreeMap::new();
    // Adding up over one of site, route and month, or over several at once.
    let ways: [&[usize]; 6] = [&[1], &[2], &[3], &[1, 3], &[2, 3], &[1, 2, 3]];
    for (key, row) in &rows {
        let split: Vec<usize> = (1..4).filter(|place| key[*place] != "all").collect();
        for (way, over) in ways.iter().enumerate() {
            if !over.iter().all(|place| split.contains(place)) {
                continue;
            }
            let mut total = key.clone();
            for place in *over {
                "all".clone_into(&mut total[*place]);
            }
            let Some(total) = rows.get(&total) else { continue };
            for column in ["n_due", "n_scored"] {
                let sum = totals.entry((*total, split.len(), way, column));
                let sum = sum.or_insert_with(|| vec![((COMPLETENESS, *total, column), -1)]);
                sum.push(((COMPLETENESS, *row, column), 1));
            }
        }
        let infusion = key[4].strip_prefix("infusion-").and_then(|k| k.parse::<i64>().ok());
        if key[1] == "all" && key[3] == "all" {
            let at = |column: &'static str| (COMPLETENESS, *row, column);
            if let Some(same) =
                infusion.and_then(|k| places.at([&key[0], "all", "all", &key[2]], k))
            {
                known.push(vec![(at("n_due"), 1), ((RESPONSE, same, "n_treated"), -1)]);
                known.push(vec![(at("n_scored"), 1), ((RESPONSE, same, "n_observed"), -1)]);
            }
            for (step, column) in [("not-prevalent", "n_due"), ("with-baseline", "n_scored")] {
                let same = [&key[0], &key[2], &step.to_owned()].map(String::clone);
                if let Some(same) = places.flow.get(&same).filter(|_| infusion.is_none()) {
                    known.push(vec![(at(column), 1), ((FLOW, *same, "n_subjects"), -1)]);
                }
            }
        }
    }
    known.extend(totals.into_values());
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
fn told(network: &Network, places: &Places) -> Vec<Sum> {
    let mut told: Vec<Sum> = Vec::new();
    let minus = |a: At, b: At| vec![(a, 1), (b, -1)];
    for row in 0..network.whole[COMPLETENESS].n_rows() {
        let at = |column: &'static str| (COMPLETENESS, row, column);
        told.extend([vec![(at("n_due"), 1)], vec![(at("n_scored"), 1)]]);
        told.push(minus(at("n_due"), at("n_scored")));
    }
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
            // Who was due and not scored.
            if let Some(first) = rows.get(&1) {
                told.push(vec![
                    ((RESPONSE, *first, "n_treated"), 1),
                    (at("n_not_due"), -1),
                    (at("n_observed"), -1),
                ]);
            }
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
    for (key, rows) in &places.first {
        let response = &places.response[key];
        for (infusion, row) in rows {
            let at = |column: &'static str| (FIRST, *row, column);
            told.extend(STEP_COUNTS.map(|column| vec![(at(column), 1)]));
            told.push(vec![(at("censored"), 1)]);
            told.push(minus(at("n"), at("responded")));
            told.push(minus(at("n"), at("stopped")));
            told.push(vec![(at("n"), 1), (at("responded"), -1), (at("stopped"), -1)]);
            for (_, later) in rows.range(infusion + 1..) {
                for column in ["responded", "stopped", "censored"] {
                    told.push(minus((FIRST, *later, column), at(column)));
                }
            }
            for column in ["responders", "responders_locf"] {
                told.push(minus(at("responded"), (RESPONSE, response[infusion], column)));
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
    told.extend(safety::told(network));
    told.extend(afterwards::told(network));
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
                for value in row.values_mut() {
                    *value = *value * inverse % PRIME;
                }
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
pub(crate) fn leaks(network: &Network, min_cell: i64) -> Vec<String> {
    let places = Places::of(network);
    let known = known(network, &places);
    for sum in &known {
        let total: i64 = sum.iter().map(|(at, sign)| sign * network.value(at)).sum();
        let names: Vec<String> = sum.iter().map(|(at, _)| network.name(at)).collect();
        assert_eq!(total, 0, "the reader believes what is not so: {}", names.join(" / "));
    }
    let solved = Solved::of(network, &known);
    let mut leaks = Vec::new();
    for sum in told(network, &places) {
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
    for (sum, people) in account::told(network) {
        if (1..min_cell).contains(&people) && solved.tells(network, &sum) {
            let names: Vec<String> = sum.iter().map(|(at, _)| network.name(at)).collect();
            leaks.push(format!("of {people} people: {}", names.join(" ")));
        }
    }
    // A hidden count that is nobody's can be seen from a total of nobody; `n_enrolled` follows from
    // `n_not_due` where neither is small.
    let estimates: [(usize, &[&str]); 3] =
        [(RESPONSE, &PEOPLE), (FLOW, &["n_subjects", "n_courses", "lost"]), (ACCOUNT, &["n"])];
    for (number, columns) in estimates.into_iter().chain(safety::PUBLISHED) {
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

/// Networks of every size, half of them with data that end amid recruitment.
pub(crate) fn networks(min_cell: u32) -> impl Iterator<Item = Network> {
    const SIZES: [u32; 12] = [30, 45, 60, 90, 130, 180, 250, 350, 450, 550, 650, 800];
    (1..).zip(SIZES).map(move |(seed, subjects)| {
        let cut = (seed % 2 == 0).then_some(5);
        Network::new(subjects, seed, cut, min_cell)
    })
}

#[test]
fn nothing_small_follows_from_what_is_shown() {
    for min_cell in [11, 5] {
        for network in networks(min_cell) {
            let leaks = leaks(&network, i64::from(min_cell));
            assert!(leaks.is_empty(), "min_cell {min_cell}:\n{}", leaks.join("\n"));
        }
    }
}

#[test]
fn the_audit_sees_what_is_not_hidden() {
    let mut network = Network::new(180, 5, None, 11);
    assert!(leaks(&network, 11).is_empty());
    let shown = std::mem::replace(&mut network.shown, network.whole.clone());
    let found = leaks(&network, 11).len();
    assert!(found > 1000, "{found}");
    // One cell given back that was hidden only to protect another is enough.
    network.shown = shown;
    let rows: Vec<usize> =
        Places::of(&network).response.values().flat_map(BTreeMap::values).copied().collect();
    let column = network.shown[RESPONSE].position("n_observed").expect("a column");
    let mut tells = |row: &usize| {
        let at = (RESPONSE, *row, "n_observed");
        let value = network.value(&at);
        if !network.is_hidden(&at) || value < 11 {
            return false;
        }
        if let Some(Column::Int(cells)) = network.shown[RESPONSE].column_mut(column) {
            cells[*row] = Some(value);
        }
        let found = !leaks(&network, 11).is_empty();
        network.shown[RESPONSE].column_mut(column).expect("a column").clear(*row);
        found
    };
    assert!(rows.iter().any(&mut tells));
}

#[test]
fn a_shown_cell_is_the_true_one_rounded_and_a_hidden_one_is_named() {
    for min_cell in [11, 5] {
        for network in networks(min_cell) {
            // What stands behind the cumulative table is not published as it is.
            let published = network.whole.iter().zip(&network.shown).enumerate();
            for (_, (whole, shown)) in published.filter(|(number, _)| *number != FIRST) {
                for row in 0..whole.n_rows() {
                    check_row(whole, shown, row, min_cell);
                }
            }
        }
    }
}

pub(crate) fn check_row(whole: &Table, shown: &Table, row: usize, min_cell: u32) {
    let mut missing = Vec::new();
    // Some counts only decide what is hidden, and are not published.
    let kept = |name: &&String| {
        !["na_reason", "z"].contains(&name.as_str()) && shown.position(name).is_some()
    };
    for name in whole.names().iter().filter(kept) {
        match (whole.cell(row, name), shown.cell(row, name)) {
            (Cell::Float(whole), Cell::Float(shown)) => {
                let tenths = [
                    "mean",
                    "change",
                    "median",
                    "points",
                    "baseline_sd",
                    "effective",
                    "total_",
                    "rise_",
                ];
                let is_share =
                    ["effect_size", "unchanged"].iter().any(|part| name.starts_with(part));
                let is_tenths = !is_share && tenths.iter().any(|part| name.contains(part));
                let decimals = if is_tenths { 1 } else { 2 };
                let text = shown.to_string();
                let after = text.split_once('.').map_or(0, |(_, after)| after.len());
                let far = (whole - shown).abs() * 10_f64.powi(decimals);
                assert!(far <= 0.5 + 1e-9, "{name}: {whole} {shown}");
                assert!(after <= usize::try_from(decimals).expect("small"), "{name}: {shown}");
            }
            (Cell::Na, shown) => assert_eq!(shown, Cell::Na),
            (_, Cell::Na) => missing.push(name.as_str()),
            (whole, shown) => assert_eq!(whole, shown, "{name}"),
        }
    }
    let hidden: Vec<&str> =
        shown.text(row, "hidden").split(';').filter(|name| !name.is_empty()).collect();
    assert!(missing.iter().all(|name| hidden.contains(name)), "{missing:?} {hidden:?}");
    let places: Vec<Option<usize>> = hidden.iter().map(|name| whole.position(name)).collect();
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{hidden:?}");
    assert!(hidden.iter().all(|name| shown.cell(row, name) == Cell::Na), "{hidden:?}");
    assert_eq!(shown.cell(row, "suppressed"), Cell::Bool(!hidden.is_empty()));
    assert_eq!(shown.text(row, "disclosure"), format!("min-cell-{min_cell}"));
    let reasons = shown.text(row, "na_reason").split(';').filter(|reason| !reason.is_empty());
    for reason in reasons {
        let (column, _) = reason.split_once('=').expect("column and code");
        assert!(!hidden.contains(&column) && whole.cell(row, column) == Cell::Na, "{reason}");
    }
    for (estimate, counts) in MADE_FROM {
        if whole.name == "response_by_infusion" && shown.cell(row, estimate) != Cell::Na {
            let all = counts.iter().all(|count| shown.int(row, count).is_some());
            assert!(all, "{estimate} is shown without its count");
        }
    }
}

#[test]
fn most_of_a_large_network_is_shown() {
    for (seed, subjects) in [(10, 800), (20, 800), (30, 800)] {
        let network = Network::new(subjects, seed, None, 11);
        let places = Places::of(&network);
        for instrument in ["phq-9", "gad-7"] {
            let rate = |k: &i64| {
                let row = places.at([instrument, "all", "all", "all"], *k)?;
                network.shown[RESPONSE].float(row, "response_rate")
            };
            let shown = (1..=HORIZON).filter_map(|k| rate(&k)).count();
            assert!(shown > 4, "{instrument}: {shown} of {HORIZON}");
        }
    }
}

/// A share as pictures and pages print it.
fn percent(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

/// Numbers in a text that are not part of a word, such as `PHQ-9`.
fn numbers(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || "();:".contains(c));
    let words =
        words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).replace(',', ""));
    let is_number = |word: &String| word.chars().all(|c| c.is_ascii_digit() || c == '.');
    words.filter(|word| !word.is_empty() && is_number(word)).collect()
}

/// What a chart draws of `response_by_infusion`.
struct Drawn {
    /// The estimate and its limits.
    columns: [&'static str; 3],
    /// An estimate as its words print it.
    print: fn(f64) -> String,
}

const RATES: Drawn =
    Drawn { columns: ["response_rate", "response_lo", "response_hi"], print: percent };
const CHANGES: Drawn = Drawn {
    columns: ["mean_change", "change_lo", "change_hi"],
    // Words print how far a mean fell or rose.
    print: |change| format!("{:.1}", change.abs()),
};

/// Numbers that a picture of an instrument may hold: its shown counts and estimates, and those
/// that are the same in every picture.
fn allowed(network: &Table, figure: &Figure, drawn: &Drawn) -> BTreeSet<String> {
    // The interval, the definition of a response, the axis, and the infusions.
    let mut allowed: BTreeSet<String> = ["50", "95"].map(str::to_owned).into();
    let ticks = lines(figure).y.ticks.iter();
    allowed.extend(ticks.flat_map(|tick| numbers(&tick.text)));
    allowed.extend((1..=HORIZON).map(|k| k.to_string()));
    for row in 0..network.n_rows() {
        let is_whole = network.text(row, "stratum") == "all";
        if network.text(row, "instrument") == figure.instrument && is_whole {
            allowed.extend(network.int(row, "n_observed").map(|n| n.to_string()));
            let shown = drawn.columns.iter().filter_map(|name| network.float(row, name));
            allowed.extend(shown.map(drawn.print));
        }
    }
    allowed
}

fn lines(figure: &Figure) -> &LineChart {
    let Plot::Lines(chart) = &figure.plot else { panic!("{} is a line chart", figure.name) };
    chart
}

fn check_figure(figure: &Figure, network: &Network, drawn: &Drawn) {
    let table = &network.shown[RESPONSE];
    let allowed = allowed(table, figure, drawn);
    let pictures = [Place::File, Place::Page].map(|place| svg(figure, place));
    let tag = regex::Regex::new("<style.*?</style>|<[^>]*>").expect("a pattern");
    let texts = pictures.iter().map(|picture| tag.replace_all(picture, " ").into_owned());
    let words = [&figure.title, &figure.finding, &figure.alt];
    let texts = texts.chain(words.map(String::clone)).chain([figure.notes.join(" ")]);
    let texts = texts.chain(lines(figure).series.iter().flat_map(|series| series.readouts.clone()));
    for text in texts {
        for number in numbers(&text) {
            assert!(allowed.contains(&number), "{number} in: {text}");
        }
    }
    let chart = lines(figure);
    let mut series = chart.series.iter();
    let places = Places::of(network);
    let [estimate, lower, _] = drawn.columns;
    let routes = [
        "intravenous",
        "intranasal",
        "intramuscular",
        "subcutaneous",
        "sublingual",
        "oral",
        "other",
        "unknown",
    ];
    for route in routes {
        let key = [figure.instrument.as_str(), "all", "all", route];
        if places.at(key, 1).is_none() {
            continue;
        }
        let series = series.next().expect("a curve per route");
        for ((k, point), number) in chart.x_ticks.iter().zip(&series.points).zip(&series.numbers) {
            let k = k.parse().expect("an infusion number");
            let row = places.at(key, k).expect("a row per infusion");
            assert_eq!(point.map(|point| point.y), table.float(row, estimate));
            let limits = point.and_then(|point| point.interval);
            assert_eq!(limits.map(|limits| limits.0), table.float(row, lower));
            match table.int(row, "n_observed") {
                Some(count) => assert_eq!(*number, Number::Count(count)),
                None => assert_eq!(*number, Number::Hidden),
            }
        }
    }
    assert!(series.next().is_none());
}

#[test]
fn pictures_and_their_words_hold_no_hidden_number() {
    let instruments = Vocabulary::shipped().expect("the shipped vocabulary reads").instruments;
    for network in networks(11) {
        let table = &network.tables.response;
        let rates = response_rate::figures(table, &instruments, Marking::default());
        let changes = mean_change::figures(table, &instruments, Marking::default());
        assert_eq!((rates.len(), changes.len()), (2, 2));
        for figure in &rates {
            check_figure(figure, &network, &RATES);
        }
        for figure in &changes {
            check_figure(figure, &network, &CHANGES);
        }
    }
}

/// Says nothing; its clock stands still.
struct Silent;

impl Progress for Silent {
    fn stage(&self, _name: &str, _detail: &str) {}
    fn source(&self, _account: &SourceAccount) {}
    fn now_us(&self) -> i64 {
        1_800_000_000_000_000
    }
}

/// The columns of the report's main table, as it prints them.
const PRINTED: [&str; 8] = [
    "n_treated",
    "n_observed",
    "response_rate",
    "remission_rate",
    "mean_change",
    "n_enrolled",
    "response_rate_nri",
    "response_rate_locf",
];

#[test]
fn a_published_run_holds_no_hidden_number() {
    let dir = tempfile::tempdir().expect("a directory");
    let settings = simulate::Settings::new(250, 6);
    let mut events = Vec::new();
    simulate::write(&settings, &mut events).expect("written");
    let source = dir.path().join("feed.ndjson");
    std::fs::write(&source, events).expect("written");
    let overrides = Overrides {
        store: Some(dir.path().join("store")),
        out: Some(dir.path().join("out")),
        sources: vec![source],
        time_basis: Some(TimeBasis::Actual),
        ..Overrides::default()
    };
    let plan = Plan::resolve(&overrides).expect("a plan");
    let outcome = run(&plan, &Silent).expect("a run");
    let Published::New(folder) = outcome.published else { panic!("a new run") };
    check_manifest(&folder);
    let page = std::fs::read_to_string(folder.join("report.html")).expect("a page");
    let response = read_csv(&folder.join("tables/response_by_infusion.csv"));
    let flow = read_csv(&folder.join("tables/cohort_flow.csv"));
    let others: Vec<(Csv, &[&str])> = COUNTS
        .iter()
        .map(|(name, columns)| (read_csv(&folder.join(format!("tables/{name}.csv"))), *columns))
        .collect();
    check_page(&page, &response, &flow, &others);
}

type Csv = Vec<BTreeMap<String, String>>;

/// Tables whose counts stand in the sentences of the page, and the columns of those.
const COUNTS: &[(&str, &[&str])] = &[
    ("time_to_response", &["n", "responders"]),
    ("cumulative_response", &["n_at_risk", "events", "stopped"]),
    ("completeness", &["n_due", "n_scored"]),
    ("change_by_infusion", &["n_observed"]),
    ("individual_change", &["n_observed"]),
    ("severity_shift", &["n"]),
    ("onset", &["n_scored"]),
    ("go_on", &["n", "n_went_on"]),
    ("durability", &["n", "n_at_risk"]),
    ("time_on_treatment", &["n", "n_at_risk"]),
    ("item_9", &["n_both"]),
    ("side_effects", &["n_persons", "persons_with"]),
    ("dissociation", &["n_persons"]),
    ("blood_pressure", &["n_persons"]),
    ("comparison", &["n_a", "n_b", "n_a_nri", "n_b_nri"]),
];

fn read_csv(path: &Path) -> Csv {
    let mut reader = csv::Reader::from_path(path).expect("opened");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

/// The manifest speaks of records, settings and files, never of people.
fn check_manifest(folder: &Path) {
    let text = std::fs::read(folder.join("manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let keys: Vec<&str> =
        manifest.as_object().expect("an object").keys().map(String::as_str).collect();
    let mut known = [
        "run",
        "pipeline",
        "identity",
        "made_at",
        "program",
        "pseudonyms",
        "store_version",
        "as_of",
        "events",
        "synthetic",
        "disclosure",
        "settings_hash",
        "settings",
        "sources",
        "total",
        "stages_ms",
        "outputs",
        "limits_passed",
    ];
    known.sort_unstable();
    let mut sorted = keys;
    sorted.sort_unstable();
    assert_eq!(sorted, known);
    for source in manifest["sources"].as_array().expect("a list") {
        let sum = ["accepted", "duplicate", "rejected"].map(|key| source[key].as_u64());
        assert_eq!(source["read"].as_u64(), sum.into_iter().sum(), "records, not people");
    }
}

fn check_page(page: &str, response: &Csv, flow: &Csv, others: &[(Csv, &[&str])]) {
    // The tables of a section, by the published table that they are taken from.
    let section = |id: &str| {
        let (_, rest) = page.split_once(&format!("<section id=\"{id}\"")).expect("a section");
        rest.split("</section>").next().expect("its end").to_owned()
    };
    let inside = section("response") + &section("cohort");
    // Where a page is full, the tables of the last instruments stand in files alone.
    let is_on_page = |id: &str, instrument: &str, table: &str| {
        let article = format!("<article id=\"{id}-{instrument}\"");
        inside.split_once(&article).is_some_and(|(_, rest)| {
            let article = rest.split("</article>").next().unwrap_or_default();
            article.contains(&format!("data-file=\"{table}\""))
        })
    };
    let table = regex::Regex::new(r#"(?s)data-file="(\w+)"[^>]*>.*?<table[^>]*>(.*?)</table>"#)
        .expect("a pattern");
    let line = regex::Regex::new(r"(?s)<tr>(.*?)</tr>").expect("a pattern");
    let cell = regex::Regex::new(r"(?s)<td[^>]*>(.*?)</td>").expect("a pattern");
    let tag = regex::Regex::new("<[^>]*>").expect("a pattern");
    let span = regex::Regex::new(r"<th[^>]*>(\d+) to (\d+)</th>").expect("a pattern");
    let whole_group = regex::Regex::new(r"<th[^>]*>Every line</th>").expect("a pattern");
    let mut printed = Vec::new();
    for table in table.captures_iter(&inside) {
        for line in line.captures_iter(&table[2]) {
            let cells: Vec<String> = cell
                .captures_iter(&line[1])
                .map(|cell| tag.replace_all(&cell[1], "").into_owned())
                .collect();
            // A line may stand for several that have the same nothing to show: "6 to 8".
            let spans = span.captures(&line[1]);
            let n = spans.map_or(1, |ends| {
                let [first, last] = [1, 2].map(|at| ends[at].parse::<usize>().expect("a number"));
                last - first + 1
            });
            if !cells.is_empty() {
                let is_whole = whole_group.is_match(&line[1]);
                printed.extend(vec![(table[1].to_owned(), cells, is_whole); n]);
            }
        }
    }
    let shown =
        |row: &BTreeMap<String, String>, column: &str, printed: &str| match row[column].as_str() {
            "NA" => assert!(matches!(printed, "hidden" | "–" | ""), "{column}: {printed}"),
            value => assert!(
                printed.starts_with(value) || column.contains('_') && !column.starts_with("n_"),
                "{column}: {value} {printed}"
            ),
        };
    let of = |table: &'static str| {
        let of_table = printed.iter().filter(move |(file, ..)| file == table);
        of_table.map(|(_, cells, is_whole)| (cells, *is_whole))
    };
    let mut lines = of("response_by_infusion");
    // Instruments and routes in the order of the page: all routes first.
    let article = |section: &str, row: &BTreeMap<String, String>| {
        inside.find(&format!("<article id=\"{section}-{}\"", row["instrument"]))
    };
    let order = |row: &&BTreeMap<String, String>| {
        let instrument = article("response", row);
        let route = route_codes().position(|code| code == row["route"]);
        (instrument, route.filter(|_| row["route"] != "all"))
    };
    let is_whole = |row: &&BTreeMap<String, String>| row["stratum"] == "all";
    let is_shown = |row: &&BTreeMap<String, String>| {
        is_on_page("response", &row["instrument"], "response_by_infusion")
    };
    let mut rows: Vec<_> = response.iter().filter(is_whole).filter(is_shown).collect();
    assert!(!rows.is_empty());
    rows.sort_by_key(order);
    let mut rows = rows.into_iter().peekable();
    while let Some(row) = rows.next() {
        let (cells, is_whole) = lines.next().expect("a line");
        if cells.len() == 1 {
            // Nothing is shown in the whole line, or in every line of the route, and it says so once.
            let mut alike = vec![row];
            if is_whole {
                let is_of_route = |other: &&BTreeMap<String, String>| {
                    ["instrument", "route"].iter().all(|column| other[*column] == row[*column])
                };
                alike.extend(std::iter::from_fn(|| rows.next_if(is_of_route)));
            }
            for row in alike {
                assert!(PRINTED.iter().all(|column| row[*column] == "NA"), "{row:?} {cells:?}");
            }
            continue;
        }
        assert_eq!(cells.len(), PRINTED.len());
        PRINTED.iter().zip(cells).for_each(|(column, printed)| shown(row, column, printed));
    }
    assert_eq!(lines.next(), None);
    let mut lines = of("cohort_flow");
    let is_shown = |row: &&BTreeMap<String, String>| {
        row["route"] == "all" && is_on_page("cohort", &row["instrument"], "cohort_flow")
    };
    let mut rows: Vec<_> = flow.iter().filter(is_shown).collect();
    rows.sort_by_key(|row| article("cohort", row));
    for row in rows {
        let (cells, _) = lines.next().expect("a line");
        shown(row, "n_subjects", &cells[0]);
        shown(row, "lost", &cells[1]);
    }
    // What stands below a rate of a stratum, and in sentences.
    let people = regex::Regex::new(
        "class=.below.>of ([0-9,]+)<|of the ([0-9,]+) (?:people|on)|[Oo]f ([0-9,]+) people|people, ([0-9,]+) come",
    );
    let observed = response.iter().map(|row| row["n_observed"].as_str());
    let mut counts: BTreeSet<&str> =
        observed.chain(flow.iter().map(|row| row["n_subjects"].as_str())).collect();
    for (table, columns) in others {
        for row in table {
            counts.extend(columns.iter().map(|column| row[*column].as_str()));
        }
    }
    let mut found = 0;
    for sentence in people.expect("a pattern").captures_iter(page) {
        let number = sentence.iter().skip(1).flatten().next().expect("a number");
        assert!(counts.contains(number.as_str().replace(',', "").as_str()), "{}", &sentence[0]);
        found += 1;
    }
    assert!(found > 10, "{found}");
}
