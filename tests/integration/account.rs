//! The account of the data: what the program counts against a slow reading of the raw lines, and
//! the limits that a pipeline sets.
//!
//! The reading shares no code with the fold. It knows the lines as JSON, settles corrections,
//! retractions and conflicts by looking through all of them again and again, and asks of each score
//! which session it could belong to.

use crate::harness::events::{Event, parse, person};
use crate::harness::tables::Text;
use crate::harness::workspace::{OPEN, Workspace};
use afterdose::event::time::{DAY_US, Moment};
use afterdose::simulate;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const BASELINE_DAYS: i64 = 30;
const FOLLOWUP_DAYS: i64 = 14;
const GAP_DAYS: i64 = 60;
const DAY_28: i64 = 28;

/// A clinical event as it counts.
#[derive(Clone)]
struct Known {
    source: String,
    id: String,
    at: i64,
    thing: String,
    data: Value,
}

/// A count of a place: instrument or `all`, route or `all`, source, check.
type Counts = BTreeMap<[String; 4], i64>;

/// Counts over every source and route come with those of one.
fn count(counts: &mut Counts, instrument: &str, route: &str, source: &str, check: &str) {
    let routes: BTreeSet<&str> = [route, "all"].into();
    for site in [source, "all"] {
        for route in &routes {
            let key = [instrument, route, site, check].map(str::to_owned);
            *counts.entry(key).or_default() += 1;
        }
    }
}

fn micros(event: &Value) -> i64 {
    let text = event["time"].as_str().expect("a time");
    Moment::from_rfc3339(text).expect("RFC 3339").micros
}

fn days(from: i64, to: i64) -> i64 {
    (to - from).div_euclid(DAY_US)
}

fn thing(event: &Event) -> String {
    let name = event.text("/type").trim_start_matches("afterdose.");
    name.rsplit_once('.').expect("a version").0.to_owned()
}

fn instruments(data: &Value) -> Vec<String> {
    let measures = data["measures"].as_array().map_or(&[][..], Vec::as_slice);
    measures.iter().map(|one| one["instrument"].as_str().expect("a code").to_owned()).collect()
}

fn text<'a>(data: &'a Value, name: &str) -> &'a str {
    data[name].as_str().expect("a text")
}

/// Everything the table counts, from the lines of a feed with real dates and no pipeline settings.
fn counts_of(lines: &[Event]) -> Counts {
    let mut subjects: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in lines {
        let events = subjects.entry(event.text("/subject")).or_default();
        // What was sent twice is one event.
        if !events.contains(&event) {
            events.push(event);
        }
    }
    subjects.retain(|_, events| events.iter().all(|event| thing(event) != "subject.withdrawn"));
    let mut counts = Counts::new();
    let known: Vec<Vec<Known>> =
        subjects.values().map(|events| settle(events, &mut counts)).collect();
    let mut cuts: BTreeMap<&str, i64> = BTreeMap::new();
    for event in known.iter().flatten() {
        if ["session.completed", "checkin.submitted"].contains(&event.thing.as_str()) {
            let cut = cuts.entry(&event.source).or_insert(event.at);
            *cut = event.at.max(*cut);
        }
    }
    for events in &known {
        read_person(events, &cuts, &mut counts);
    }
    counts
}

/// The events of a person that count; the others are counted as what they are.
fn settle(events: &[&Event], counts: &mut Counts) -> Vec<Known> {
    let same = |a: &Event, b: &Event| {
        a.text("/source") == b.text("/source") && a.text("/id") == b.text("/id")
    };
    let versions = |event: &Event| events.iter().filter(|other| same(event, other)).count();
    let named = |event: &Event, kind: &str, pointer: &str, source: &str, id: &str| {
        thing(event) == kind && event.text("/source") == source && event.text(pointer) == id
    };
    let mut known: Vec<Known> = Vec::new();
    for (place, event) in events.iter().enumerate() {
        let kind = thing(event);
        let earlier = events[..place].iter().any(|other| same(event, other));
        if ["event.corrected", "event.retracted"].contains(&kind.as_str()) || earlier {
            continue;
        }
        let (source, id) = (event.text("/source"), event.text("/id"));
        let is_retracted = events.iter().any(|other| {
            named(other, "event.retracted", "/data/retracts", source, id) && versions(other) == 1
        });
        let mut corrections: Vec<&&Event> = events
            .iter()
            .filter(|other| named(other, "event.corrected", "/data/corrects", source, id))
            .collect();
        corrections.sort_by_key(|other| (micros(&other.0), other.text("/id").to_owned()));
        let reason = match () {
            () if is_retracted => "retracted",
            () if versions(event) > 1 && corrections.is_empty() => "in-conflict",
            () => {
                let correction = corrections.last().map(|correction| &correction.0["data"]);
                let data = correction.map_or(&event.0["data"], |correction| &correction["data"]);
                let timed = correction.filter(|correction| correction["time"].is_string());
                known.push(Known {
                    source: source.to_owned(),
                    id: id.to_owned(),
                    at: micros(timed.unwrap_or(&event.0)),
                    thing: kind,
                    data: data.clone(),
                });
                continue;
            }
        };
        let all: Vec<&Value> = events
            .iter()
            .filter(|other| same(event, other))
            .map(|other| &other.0["data"])
            .collect();
        if kind == "checkin.submitted" {
            let asked: BTreeSet<String> = all.into_iter().flat_map(instruments).collect();
            for instrument in asked {
                count(counts, &instrument, "all", source, "scores-found");
                count(counts, &instrument, "all", source, &format!("score-{reason}"));
            }
        } else if kind == "session.completed" {
            let route = text(all[0], "route");
            count(counts, "all", route, source, "sessions-found");
            count(counts, "all", route, source, &format!("session-{reason}"));
        }
    }
    known.sort_by(|a, b| (a.at, &a.source, &a.id).cmp(&(b.at, &b.source, &b.id)));
    known
}

fn read_person(events: &[Known], cuts: &BTreeMap<&str, i64>, counts: &mut Counts) {
    // Courses, as lists of places among the events.
    let mut courses: Vec<Vec<usize>> = Vec::new();
    let mut is_ended = true;
    for (place, event) in events.iter().enumerate() {
        if event.thing == "course.ended" {
            is_ended = true;
        } else if event.thing == "session.completed" {
            let last = courses.last().and_then(|course| course.last());
            let is_far = last.is_none_or(|last| days(events[*last].at, event.at) > GAP_DAYS);
            if is_ended || is_far {
                courses.push(Vec::new());
            }
            is_ended = false;
            courses.last_mut().expect("a course").push(place);
        }
    }
    let sessions: Vec<usize> = courses.iter().flatten().copied().collect();
    for (number, place) in sessions.iter().enumerate() {
        let next = sessions.get(number + 1).map(|next| events[*next].at);
        let course = courses.iter().find(|course| course.contains(place)).expect("a course");
        read_session(events, *place, next, cuts[events[course[0]].source.as_str()], counts);
    }
    for event in events.iter().filter(|event| event.thing == "checkin.submitted") {
        for measure in event.data["measures"].as_array().into_iter().flatten() {
            let instrument = text(measure, "instrument");
            let fate = fate(events, &courses, event, instrument);
            count(counts, instrument, "all", &event.source, "scores-found");
            count(counts, instrument, "all", &event.source, fate);
            let total = measure["total"].as_f64();
            let items = measure["items"].as_array().filter(|_| instrument == "phq-9");
            let sum = items.map(|items| items.iter().filter_map(Value::as_f64).sum::<f64>());
            if total.zip(sum).is_some_and(|(total, sum)| (total - sum).abs() > 0.0) {
                count(counts, instrument, "all", &event.source, "totals-differ");
            }
        }
    }
}

fn read_session(events: &[Known], place: usize, next: Option<i64>, cut: i64, counts: &mut Counts) {
    let session = &events[place];
    let (route, drug) = (text(&session.data, "route"), text(&session.data, "drug"));
    let mut add = |check: &str| count(counts, "all", route, &session.source, check);
    add("sessions-found");
    add("sessions-counted");
    let followed = events.iter().any(|event| {
        event.thing == "checkin.submitted"
            && event.at > session.at
            && next.is_none_or(|next| event.at <= next)
            && days(session.at, event.at) <= FOLLOWUP_DAYS
    });
    add(match next.is_some() || days(session.at, cut) > FOLLOWUP_DAYS {
        false => "session-window-open",
        true if followed => "session-checked-in",
        true => "session-without-checkin",
    });
    let weight = session.data["weight_kg"].as_f64();
    let value = session.data["dose"]["value"].as_f64();
    let (mg, per_kg) = match session.data["dose"]["unit"].as_str() {
        None => (None, None),
        Some("mg") => (value, value.zip(weight).map(|(mg, kg)| mg / kg)),
        Some(_) => (value.zip(weight).map(|(per_kg, kg)| per_kg * kg), value),
    };
    let outside = |mg_range: [f64; 2], range: [f64; 2]| {
        let is = |value: Option<f64>, at: fn(f64) -> bool| value.is_some_and(at);
        let above = mg.is_some_and(|mg| mg > mg_range[1] + 1e-6)
            || per_kg.is_some_and(|dose| dose > range[1] + 1e-6);
        let below = mg.is_some_and(|mg| mg < mg_range[0] - 1e-6)
            || per_kg.is_some_and(|dose| dose < range[0] - 1e-6);
        assert!(!is(mg, f64::is_nan));
        match (above, below) {
            (true, _) => "dose-high",
            (_, true) => "dose-low",
            _ => "dose-plausible",
        }
    };
    let any = [0.0, f64::INFINITY];
    add(match (drug, route) {
        _ if value.is_none() => "dose-missing",
        ("esketamine", "intranasal") => {
            let is_step = mg.is_some_and(|mg| [28.0, 56.0, 84.0].contains(&mg));
            if is_step { "dose-plausible" } else { "dose-not-a-step" }
        }
        ("ketamine", "intravenous") => outside([0.0, 100.0], [0.1, 2.0]),
        ("ketamine", "intranasal") => outside([10.0, 150.0], [0.1, 2.0]),
        ("ketamine", "intramuscular" | "subcutaneous") => outside(any, [0.1, 2.0]),
        ("ketamine", "sublingual") => outside([25.0, 600.0], [0.25, 10.0]),
        ("ketamine", "oral") => outside([25.0, 500.0], [0.25, 7.0]),
        _ => "dose-unchecked",
    });
    let vitals = &session.data["vitals"];
    let reversed = |high: &str, low: &str| {
        let pair = vitals[high].as_f64().zip(vitals[low].as_f64());
        pair.is_some_and(|(high, low)| low >= high)
    };
    if reversed("sbp_pre", "dbp_pre") || reversed("sbp_peak", "dbp_peak") {
        add("pressures-reversed");
    }
}

/// What became of a score of a check-in that counts.
fn fate(
    events: &[Known],
    courses: &[Vec<usize>],
    checkin: &Known,
    instrument: &str,
) -> &'static str {
    let asked = |event: &&Known| {
        event.thing == "checkin.submitted"
            && instruments(&event.data).iter().any(|code| code == instrument)
    };
    let scores: Vec<&Known> = events.iter().filter(asked).collect();
    // Whether this is the last score at a time that fits.
    let is_last = |fits: &dyn Fn(i64) -> bool| {
        let last = scores.iter().rev().find(|score| fits(score.at));
        last.is_some_and(|last| last.id == checkin.id && last.source == checkin.source)
    };
    let starts: Vec<i64> = courses.iter().flatten().map(|place| events[*place].at).collect();
    let mut is_near = false;
    for (number, course) in courses.iter().enumerate() {
        let first = events[course[0]].at;
        let next_course = courses.get(number + 1).map_or(i64::MAX, |next| events[next[0]].at);
        let is_before = |at: i64| at <= first && days(at, first) <= BASELINE_DAYS;
        let day_28 = first + DAY_28 * DAY_US;
        let by_day_28 = |at: i64| at > first && at <= day_28.min(next_course);
        let is_of_day_28 = is_last(&by_day_28) && days(checkin.at, day_28) <= FOLLOWUP_DAYS;
        if is_before(checkin.at) && is_last(&|at| at <= first) || is_of_day_28 {
            return "scores-usable";
        }
        // A score before an earlier session belongs to that one; only its own time makes it late.
        let previous = starts.iter().filter(|start| **start < checkin.at).max();
        let is_next = starts.iter().filter(|start| **start >= checkin.at).min() == Some(&first);
        is_near |= is_before(checkin.at) && is_next;
        is_near |= previous.is_some_and(|start| days(*start, checkin.at) <= FOLLOWUP_DAYS);
    }
    for (number, start) in starts.iter().enumerate() {
        let next = starts.get(number + 1).copied().unwrap_or(i64::MAX);
        let fits = |at: i64| at > *start && at <= next && days(*start, at) <= FOLLOWUP_DAYS;
        if is_last(&fits) {
            return "scores-usable";
        }
    }
    match () {
        () if is_near => "score-replaced",
        () if starts.is_empty() => "score-of-untreated",
        () if starts.iter().all(|start| *start >= checkin.at) => "score-too-early",
        () => "score-too-late",
    }
}

/// The table as the program made it.
fn table_of(workspace: &Workspace) -> Text {
    Text::csv(&workspace.output("tables/data_quality.csv"))
}

fn number(row: &BTreeMap<&str, &str>, column: &str) -> i64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column}: {row:?}"))
}

/// The counts of a table with nothing hidden.
fn published(table: &Text) -> Counts {
    let key = |row: &BTreeMap<&str, &str>| {
        ["instrument", "route", "site", "check"].map(|name| row[name].to_owned())
    };
    table.maps().map(|row| (key(&row), number(&row, "n"))).collect()
}

/// What adds up, as the documentation says it.
pub(crate) const SUMS: [(&str, &[&str]); 9] = [
    ("scores-found", &["scores-usable", "scores-unusable"]),
    (
        "scores-unusable",
        &[
            "score-replaced",
            "score-too-early",
            "score-too-late",
            "score-of-untreated",
            "score-retracted",
            "score-in-conflict",
            "score-on-other-clock",
            "score-after-cut",
            "score-not-in-vocabulary",
        ],
    ),
    ("sessions-found", &["sessions-counted", "sessions-set-aside"]),
    (
        "sessions-set-aside",
        &[
            "session-retracted",
            "session-in-conflict",
            "session-on-other-clock",
            "session-after-cut",
        ],
    ),
    ("sessions-counted", &["sessions-due", "session-window-open"]),
    ("sessions-due", &["session-checked-in", "session-without-checkin"]),
    ("sessions-counted", &["doses-checked", "dose-missing", "dose-unchecked"]),
    ("doses-checked", &["dose-plausible", "doses-implausible"]),
    ("doses-implausible", &["dose-not-a-step", "dose-low", "dose-high"]),
];

/// Asserts that checks, sources and routes add up and that shares are of their wholes; says how many
/// places there were.
fn assert_adds_up(table: &Text) -> usize {
    let counts = published(table);
    let places: BTreeSet<[&str; 3]> =
        counts.keys().map(|[instrument, route, site, _]| [&**instrument, route, site]).collect();
    let n = |[instrument, route, site]: [&str; 3], check: &str| {
        counts.get(&[instrument, route, site, check].map(str::to_owned)).copied()
    };
    for place in &places {
        for (whole, parts) in SUMS {
            let sum: Option<i64> = parts.iter().map(|part| n(*place, part)).sum();
            assert_eq!(n(*place, whole), sum, "{place:?} {whole}");
        }
    }
    for ([instrument, route, site, check], total) in &counts {
        let parts = |is_part: &dyn Fn(&[String; 4]) -> bool| -> i64 {
            counts.iter().filter(|(key, _)| is_part(key)).map(|(_, n)| n).sum()
        };
        let same = |key: &[String; 4]| key[0] == *instrument && key[3] == *check;
        if site == "all" {
            let sites = parts(&|key| same(key) && key[1] == *route && key[2] != "all");
            assert_eq!(*total, sites, "sources of {instrument} {route} {check}");
        }
        if route == "all" && instrument == "all" {
            let routes = parts(&|key| same(key) && key[1] != "all" && key[2] == *site);
            assert_eq!(*total, routes, "routes of {site} {check}");
        }
    }
    for row in table.maps() {
        let whole = n([row["instrument"], row["route"], row["site"]], row["whole"]);
        let share = row["share"].parse::<f64>();
        match whole.expect("the whole has a row") {
            0 => assert!(share.is_err(), "{row:?}"),
            whole => {
                let product =
                    share.expect("a share") * f64::from(i32::try_from(whole).expect("small"));
                let n = f64::from(i32::try_from(number(&row, "n")).expect("small"));
                assert!((product - n).abs() < 1e-9, "{row:?}");
            }
        }
    }
    places.len()
}

/// A run over a simulated feed, and its lines.
fn simulated(subjects: u32, seed: u64) -> (Workspace, Vec<Event>) {
    let workspace = Workspace::new();
    let mut bytes = Vec::new();
    simulate::write(&simulate::Settings::new(subjects, seed), &mut bytes).expect("written");
    workspace.write("in/feed.ndjson", &bytes);
    workspace.open_pipeline();
    workspace.run(0);
    (workspace, parse(std::str::from_utf8(&bytes).expect("UTF-8")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn counts_are_those_of_a_slow_reading(seed in 0_u64..10_000, subjects in 20_u32..90) {
        let (workspace, lines) = simulated(subjects, seed);
        let table = table_of(&workspace);
        let counts = published(&table);
        let want = counts_of(&lines);
        for (key, n) in &want {
            prop_assert_eq!(counts.get(key), Some(n), "{:?}", key);
        }
        // What the reading never met is nothing, and the wholes are sums.
        let wholes: BTreeSet<&str> = SUMS.iter().map(|(whole, _)| *whole).collect();
        for (key, n) in &counts {
            let is_whole = wholes.contains(key[3].as_str());
            prop_assert!(*n == 0 || is_whole || want.contains_key(key), "{:?}: {}", key, n);
        }
        prop_assert!(assert_adds_up(&table) > 8);
    }
}

#[test]
fn a_feed_with_every_slip_meets_most_fates() {
    let (workspace, _) = simulated(500, 3);
    let table = table_of(&workspace);
    assert_adds_up(&table);
    for check in [
        "score-replaced",
        "score-too-late",
        "score-retracted",
        "score-in-conflict",
        "session-retracted",
        "session-without-checkin",
        "dose-missing",
    ] {
        let keys = [("check", check), ("site", "all"), ("route", "all")];
        let of = if check.starts_with("score") { "phq-9" } else { "all" };
        let n = table.cell(&[&keys[..], &[("instrument", of)]].concat(), "n");
        assert_ne!(n, "0", "{check}");
    }
}

/// A session with more on record than route and drug.
fn session(subject: &str, id: &str, time: &str, data: Value) -> Event {
    Event::new("session.completed", subject, id, time, data)
}

/// One person for each way in which a score or a session goes astray, by hand.
fn astray() -> Vec<Event> {
    let at = |day: &str| format!("2025-{day}T09:00:00Z");
    let dose = |route: &str, drug: &str, value: f64, unit: &str| json!({"route": route, "drug": drug, "dose": {"value": value, "unit": unit}});
    let mut events = vec![
        // Two scores before the first session, one of them too old; two after it, one too late.
        Event::score("s-aaa", "a-1", &at("01-01"), 20),
        Event::score("s-aaa", "a-2", &at("02-10"), 19),
        Event::score("s-aaa", "a-3", &at("02-11"), 18),
        session("s-aaa", "a-4", &at("02-12"), dose("intravenous", "ketamine", 101.0, "mg")),
        Event::score("s-aaa", "a-5", &at("03-13"), 9),
        // Never treated; a total that its items do not make.
        Event::new(
            "checkin.submitted",
            "s-bbb",
            "b-1",
            &at("02-01"),
            json!({"measures": [
                {"instrument": "phq-9", "total": 9, "items": [1, 1, 1, 1, 1, 1, 1, 1, 2]}
            ]}),
        ),
        // A check-in and a session taken back, a check-in and a session with two contents.
        Event::score("s-ccc", "c-1", &at("02-01"), 20),
        session("s-ccc", "c-2", &at("02-02"), dose("intravenous", "ketamine", 0.05, "mg/kg")),
        Event::score("s-ccc", "c-3", &at("02-03"), 12),
        session("s-ccc", "c-4", &at("02-04"), dose("other", "ketamine", 50.0, "mg")),
        Event::score("s-ccc", "c-5", &at("02-05"), 12),
        Event::score("s-ccc", "c-5", &at("02-05"), 13),
        session("s-ccc", "c-6", &at("02-06"), dose("intramuscular", "ketamine", 50.0, "mg")),
        session("s-ccc", "c-6", &at("02-06"), dose("sublingual", "ketamine", 50.0, "mg")),
        session("s-ccc", "c-7", &at("02-07"), dose("intranasal", "esketamine", 48.0, "mg")),
        session(
            "s-ccc",
            "c-8",
            &at("02-08"),
            json!({"route": "oral", "drug": "ketamine", "vitals": {"sbp_pre": 80, "dbp_pre": 80}}),
        ),
        // Later than the data cut.
        Event::score("s-ddd", "d-1", &at("05-01"), 20),
        session("s-ddd", "d-2", &at("05-02"), dose("intravenous", "ketamine", 0.5, "mg/kg")),
    ];
    for (id, target) in [("c-9", "c-3"), ("c-10", "c-4")] {
        events.push(Event::new(
            "event.retracted",
            "s-ccc",
            id,
            &at("02-09"),
            json!({"retracts": target}),
        ));
    }
    events
}

/// The same person without dates, on the clock that does not count; a scale that is known at first.
fn without_dates() -> Vec<Event> {
    let bare = |event: Event| event.without("time").with("/studytime", json!("P1DT2H"));
    let mood = json!({"measures": [{"instrument": "mood-10", "total": 3}]});
    vec![
        bare(Event::score("s-aaa", "x-1", "", 7)),
        bare(Event::session("s-aaa", "x-2", "")),
        bare(Event::new("checkin.submitted", "s-eee", "x-3", "", mood)),
    ]
}

const MOOD: &str = "[instruments.mood-10]\nname = \"Mood\"\nmeasures = \"mood\"\nrange = [0, 10]\n\
                    whole = true\nbetter = \"higher\"\nrecall_days = 1\nsource = \"a test\"\n";

fn published_count(table: &Text, instrument: &str, route: &str, check: &str) -> i64 {
    let keys = [("instrument", instrument), ("route", route), ("site", "all"), ("check", check)];
    table.cell(&keys, "n").parse().expect("a count")
}

#[test]
fn what_lies_beyond_the_data_cut_is_counted() {
    let workspace = Workspace::new();
    workspace.events("dated.ndjson", astray());
    let pipeline = "name = \"cut\"\nstore.path = \"store\"\noutput.path = \"out\"\n\
                    disclosure.min_cell = 0\nanalysis.data_cut = 2025-04-01\n\
                    [[sources]]\npath = \"in/dated.ndjson\"\ntime_basis = \"actual\"\n";
    workspace.write("p.toml", pipeline);
    workspace.run(0);
    let table = table_of(&workspace);
    assert_adds_up(&table);
    assert_eq!(published_count(&table, "phq-9", "all", "score-after-cut"), 1);
    assert_eq!(published_count(&table, "all", "all", "session-after-cut"), 1);
}

#[test]
fn every_check_is_met_where_something_went_astray() {
    let workspace = Workspace::new();
    let in_time = astray().into_iter().filter(|event| event.text("/subject") != "s-ddd");
    workspace.events("dated.ndjson", in_time);
    workspace.events("bare.ndjson", without_dates());
    let pipeline = |rest: &str| {
        format!(
            "name = \"astray\"\nstore.path = \"store\"\noutput.path = \"out\"\n\
             disclosure.min_cell = 0\n\
             [[sources]]\npath = \"in/dated.ndjson\"\ntime_basis = \"actual\"\n\
             [[sources]]\npath = \"in/bare.ndjson\"\ntime_basis = \"relative\"\n{rest}"
        )
    };
    workspace.write("p.toml", pipeline(MOOD));
    workspace.run(0);
    // Read with the scale, counted without it.
    workspace.write("q.toml", pipeline(""));
    workspace.expect(0, &["curves", "--pipeline", "q.toml"]);
    let table = table_of(&workspace);
    assert_adds_up(&table);
    let n = |instrument: &str, route: &str, check: &str| {
        published_count(&table, instrument, route, check)
    };
    for (check, expected) in [
        ("scores-found", 9),
        ("scores-usable", 2),
        ("score-replaced", 1),
        ("score-too-early", 1),
        ("score-too-late", 1),
        ("score-of-untreated", 1),
        ("score-retracted", 1),
        ("score-in-conflict", 1),
        ("score-on-other-clock", 1),
        ("totals-differ", 1),
    ] {
        assert_eq!(n("phq-9", "all", check), expected, "{check}");
    }
    assert_eq!(n("mood-10", "all", "score-not-in-vocabulary"), 1);
    for (check, expected) in [
        ("sessions-found", 7),
        ("sessions-counted", 4),
        ("session-retracted", 1),
        ("session-in-conflict", 1),
        ("session-on-other-clock", 1),
        ("sessions-due", 4),
        ("session-checked-in", 0),
        ("dose-high", 1),
        ("dose-low", 1),
        ("dose-not-a-step", 1),
        ("dose-missing", 1),
        ("dose-unchecked", 0),
        ("pressures-reversed", 1),
    ] {
        assert_eq!(n("all", "all", check), expected, "{check}");
    }
    assert_eq!(n("all", "unknown", "session-in-conflict"), 1, "the contents name two routes");
}

/// Two people: 4 sessions without a dose, and 6 usable scores of 6; one line of 13 is no event.
fn two_people() -> Workspace {
    let workspace = Workspace::new();
    let people = [person("s-aaa", [20, 12, 8]), person("s-bbb", [18, 12, 10])].concat();
    let lines = people.iter().map(ToString::to_string).chain(["not an event".to_owned()]);
    workspace.events("a.ndjson", lines);
    workspace
}

fn limited(workspace: &Workspace, limits: &str, rest: &str) {
    workspace.pipeline(&[("*", "reject-record")], &format!("[quality]\n{limits}\n{rest}"));
}

#[test]
fn a_limit_that_is_passed_marks_the_run_and_ends_it_with_3_every_night() {
    let workspace = two_people();
    limited(&workspace, "max_missing_dose_share = 0.9\nmax_rejected_share = 0.05", OPEN);
    let ran = workspace.run(3);
    assert_eq!(ran.stderr.matches("a data-quality limit was passed").count(), 2, "{ran:?}");
    let marks = json!([
        {"limit": "max_rejected_share", "most": 0.05, "instrument": null, "share": 1.0 / 13.0},
        {"limit": "max_missing_dose_share", "most": 0.9, "instrument": null, "share": 1.0},
    ]);
    assert_eq!(workspace.manifest()["limits_passed"], marks);
    let page = String::from_utf8(workspace.output("report.html")).expect("UTF-8");
    assert!(page.contains("The data passed a limit that their pipeline sets."));
    assert!(page.contains("of those that count: 100\u{a0}%; the limit is 90\u{a0}%."));
    let current = workspace.current();

    let again = workspace.expect(3, &["run", "p.toml", "--json"]).json();
    assert_eq!((&again["new"], &again["limits_passed"]), (&json!(false), &marks));
    assert_eq!(
        workspace.expect(3, &["curves", "--pipeline", "p.toml", "--json"]).json()["new"],
        false
    );
    assert_eq!(workspace.current(), current);

    // At the limit it is not passed.
    limited(&workspace, "max_missing_dose_share = 1.0\nmax_unusable_share = 0.0", OPEN);
    workspace.run(0);
    assert_eq!(workspace.manifest()["limits_passed"], json!([]));
    let page = String::from_utf8(workspace.output("report.html")).expect("UTF-8");
    assert!(!page.contains("The data passed a limit"));
}

#[test]
fn a_mark_does_not_tell_what_is_hidden() {
    let workspace = two_people();
    limited(&workspace, "max_missing_dose_share = 0.9", "");
    let ran = workspace.run(3);
    let marks = json!([
        {"limit": "max_missing_dose_share", "most": 0.9, "instrument": null, "share": null},
    ]);
    assert_eq!(workspace.manifest()["limits_passed"], marks);
    assert!(ran.stderr.contains("of those that count: more; the limit is 90\u{a0}%."), "{ran:?}");
    let table = table_of(&workspace);
    let rows: Vec<_> = table.maps().filter(|row| row["n"] != "NA" && row["n"] != "0").collect();
    assert!(rows.is_empty(), "two people stand behind every count: {rows:?}");
}

#[test]
fn an_identifier_beats_a_limit() {
    let workspace = two_people();
    let told = person("s-ccc", [20, 12, 8]).remove(0).with("/data/mode", json!("a@b.example"));
    workspace.events("b.ndjson", [told]);
    limited(&workspace, "max_missing_dose_share = 0.9", OPEN);
    workspace.run(5);
    assert_eq!(workspace.manifest()["limits_passed"].as_array().map(Vec::len), Some(1));
}

#[test]
fn limits_are_shares_and_their_keys_are_known() {
    let workspace = two_people();
    limited(&workspace, "max_rejected_share = 2", OPEN);
    let ran = workspace.run(2);
    assert!(ran.stderr.contains("[quality] max_rejected_share must be 0 to 1"), "{ran:?}");
    limited(&workspace, "max_rejectd_share = 0.1", OPEN);
    let ran = workspace.run(2);
    assert!(ran.stderr.contains("did you mean `max_rejected_share`?"), "{ran:?}");
}
