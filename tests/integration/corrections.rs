//! What becomes of a correction, a retraction and a key used twice, wherever they stand and in
//! whatever order they come.

use crate::harness::events::{Event, person};
use crate::harness::tables::Text;
use crate::harness::workspace::{Workspace, assert_same};
use afterdose::course::fold::{FoldContext, fold_subject};
use afterdose::course::settings::FoldSettings;
use afterdose::event::envelope::Logged;
use afterdose::event::ids::Subject;
use afterdose::event::view::EventView;
use afterdose::event::vocabulary::Vocabulary;
use afterdose::store::log::EventLog;
use afterdose::store::share::{SHARES, share_of};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One thing that is said about the events of a person.
struct Case {
    /// What is shown.
    shows: &'static str,
    /// The person, and whoever else the case needs.
    events: Vec<Event>,
    /// Anomalies, with how often each is seen.
    anomalies: &'static [(&'static str, u64)],
    /// PHQ-9 after infusion 1: 12 as written at first, `NA` where nobody was scored, empty where
    /// nobody was treated.
    score: &'static str,
}

/// Writes events about one person, whose score after infusion 1 is `<subject>-c1`.
#[derive(Clone, Copy)]
struct Person(&'static str);

impl Person {
    fn id(self, what: &str) -> String {
        format!("{}-{what}", self.0)
    }

    /// An event of this person on a day of February, after all that was done.
    fn says(self, thing: &str, what: &str, day: u32, data: Value) -> Event {
        let time = format!("2025-02-{day:02}T09:00:00Z");
        Event::new(thing, self.0, &self.id(what), &time, data)
    }

    /// A correction: the PHQ-9 of that check-in was this.
    fn fix(self, what: &str, day: u32, target: &str, phq: u32) -> Event {
        let right = json!({"measures": [{"instrument": "phq-9", "total": phq}]});
        self.says("event.corrected", what, day, json!({"corrects": self.id(target), "data": right}))
    }

    fn retract(self, what: &str, day: u32, target: &str) -> Event {
        self.says("event.retracted", what, day, json!({"retracts": self.id(target)}))
    }
}

/// The case of a person, scored before and after each of two infusions, and of what else is said.
fn case(
    subject: &'static str,
    shows: &'static str,
    more: impl Fn(Person) -> Vec<Event>,
    anomalies: &'static [(&'static str, u64)],
    score: &'static str,
) -> Case {
    let events = [person(subject, [20, 12, 8]), more(Person(subject))].concat();
    Case { shows, events, anomalies, score }
}

fn from(source: &str, event: Event) -> Event {
    event.with("/source", json!(source))
}

fn under(subject: &str, event: Event) -> Event {
    event.with("/subject", json!(subject))
}

/// Corrections.
fn of_corrections() -> Vec<Case> {
    let session = json!({"route": "oral", "drug": "ketamine"});
    let moved = |id: Person| {
        let fix = id.fix("k", 1, "c1", 12);
        fix.with("/data/time", json!("2025-01-10T18:00:00Z"))
    };
    vec![
        case("k-a01", "a correction", |p| vec![p.fix("k", 1, "c1", 17)], &[], "17"),
        case(
            "k-a02",
            "a correction made before its target: when it was made does not matter",
            |p| vec![p.fix("k", 1, "c1", 17).with("/time", json!("2025-01-01T09:00:00Z"))],
            &[],
            "17",
        ),
        case(
            "k-a03",
            "the later of two corrections",
            |p| vec![p.fix("k1", 2, "c1", 14), p.fix("k2", 1, "c1", 17)],
            &[],
            "14",
        ),
        case(
            "k-a04",
            "of two corrections made at once, the one with the greater id",
            |p| vec![p.fix("k2", 1, "c1", 14), p.fix("k1", 1, "c1", 17)],
            &[],
            "14",
        ),
        case(
            "k-a05",
            "a correction sent twice is one",
            |p| vec![p.fix("k", 1, "c1", 17), p.fix("k", 1, "c1", 17)],
            &[],
            "17",
        ),
        case(
            "k-a06",
            "one correction with two contents is none",
            |p| vec![p.fix("k", 1, "c1", 17), p.fix("k", 1, "c1", 14)],
            &[("conflicting-key", 1)],
            "12",
        ),
        case(
            "k-a07",
            "a correction of a correction does nothing",
            |p| vec![p.fix("k1", 1, "c1", 17), p.fix("k2", 2, "k1", 14)],
            &[("correction-of-no-clinical-event", 1)],
            "17",
        ),
        case(
            "k-a08",
            "a correction of itself does nothing",
            |p| vec![p.fix("k", 1, "k", 17)],
            &[("correction-of-no-clinical-event", 1)],
            "12",
        ),
        case(
            "k-a09",
            "a correction of an id that nobody has does nothing",
            |p| vec![p.fix("k", 1, "c9", 17)],
            &[("correction-without-target", 1)],
            "12",
        ),
        case(
            "k-a10",
            "a correction with the data of another type does nothing",
            |p| {
                vec![p.says(
                    "event.corrected",
                    "k",
                    1,
                    json!({"corrects": p.id("c1"), "data": session}),
                )]
            },
            &[("correction-of-other-type", 1)],
            "12",
        ),
        case(
            "k-a11",
            "nor does a later one of another type take the place of a right one",
            |p| {
                vec![
                    p.fix("k1", 1, "c1", 17),
                    p.says(
                        "event.corrected",
                        "k2",
                        2,
                        json!({"corrects": p.id("c1"), "data": session}),
                    ),
                ]
            },
            &[("correction-of-other-type", 1)],
            "17",
        ),
        case(
            "k-a12",
            "a correction of a time: past the second session",
            |p| vec![moved(p)],
            &[],
            "NA",
        ),
        case(
            "k-a13",
            "a correction with a time on another clock than its source's is rejected",
            |p| vec![p.fix("k", 1, "c1", 17).with("/data/studytime", json!("P3D"))],
            &[],
            "12",
        ),
    ]
}

/// Retractions.
fn of_retractions() -> Vec<Case> {
    let out = |id: Person| id.says("subject.withdrawn", "out", 1, json!({}));
    vec![
        case("r-a01", "a retraction", |p| vec![p.retract("r", 1, "c1")], &[], "NA"),
        case(
            "r-a02",
            "a retraction made before its target",
            |p| vec![p.retract("r", 1, "c1").with("/time", json!("2025-01-01T09:00:00Z"))],
            &[],
            "NA",
        ),
        case(
            "r-a03",
            "two retractions of one event are one",
            |p| vec![p.retract("r1", 1, "c1"), p.retract("r2", 2, "c1")],
            &[],
            "NA",
        ),
        case(
            "r-a04",
            "a retraction beats every correction, even a later one",
            |p| vec![p.retract("r", 1, "c1"), p.fix("k", 2, "c1", 17)],
            &[],
            "NA",
        ),
        case(
            "r-a05",
            "a retraction of a correction: the event is what it was",
            |p| vec![p.fix("k", 1, "c1", 17), p.retract("r", 2, "k")],
            &[],
            "12",
        ),
        case(
            "r-a06",
            "a retraction of the later of two corrections: the earlier counts",
            |p| vec![p.fix("k1", 1, "c1", 17), p.fix("k2", 2, "c1", 14), p.retract("r", 3, "k2")],
            &[],
            "17",
        ),
        case(
            "r-a07",
            "a retraction of a retraction does nothing",
            |p| vec![p.retract("r1", 1, "c1"), p.retract("r2", 2, "r1")],
            &[("retraction-of-no-event", 1)],
            "NA",
        ),
        case(
            "r-a08",
            "nor does a correction of a retraction, nor a retraction of itself",
            |p| vec![p.retract("r1", 1, "c1"), p.fix("k", 2, "r1", 17), p.retract("r2", 3, "r2")],
            &[("correction-of-no-clinical-event", 1), ("retraction-of-no-event", 1)],
            "NA",
        ),
        case(
            "r-a09",
            "a retraction of an id that nobody has does nothing",
            |p| vec![p.retract("r", 1, "c9")],
            &[("retraction-without-target", 1)],
            "12",
        ),
        case(
            "r-a10",
            "a withdrawal cannot be taken back or corrected",
            |p| vec![out(p), p.retract("r", 2, "out"), p.fix("k", 3, "out", 17)],
            &[],
            "",
        ),
    ]
}

/// What is said about events of other people and other sources.
fn of_others() -> Vec<Case> {
    const OTHER: &str = "/synthetic/site-02";
    vec![
        case(
            "o-a01",
            "a correction under another subject",
            |p| vec![under("o-b01", p.fix("k", 1, "c1", 17))],
            &[("correction-of-other-subject", 1)],
            "12",
        ),
        case(
            "o-a02",
            "a retraction under another subject",
            |p| vec![under("o-b02", p.retract("r", 1, "c1"))],
            &[("retraction-of-other-subject", 1)],
            "12",
        ),
        case(
            "o-a03",
            "a correction from another source",
            |p| vec![from(OTHER, p.fix("k", 1, "c1", 17))],
            &[("correction-of-other-source", 1)],
            "12",
        ),
        case(
            "o-a04",
            "a retraction from another source",
            |p| vec![from(OTHER, p.retract("r", 1, "c1"))],
            &[("retraction-of-other-source", 1)],
            "12",
        ),
        case(
            "o-a05",
            "under another subject and from another source: nobody has that key",
            |p| vec![under("o-b05", from(OTHER, p.fix("k", 1, "c1", 17)))],
            &[("correction-without-target", 1)],
            "12",
        ),
        case(
            "o-a06",
            "the id is the subject's from one source, and another's from the source that speaks",
            |p| {
                vec![
                    from(OTHER, p.fix("k", 1, "c1", 17)),
                    under("o-b06", from(OTHER, p.says("plan.adjusted", "c1", 1, json!({})))),
                ]
            },
            &[("correction-of-other-subject", 1)],
            "12",
        ),
        case(
            "o-a07",
            "two strays of one kind, of which one is another's",
            |p| {
                vec![
                    under("o-b07", p.fix("k1", 1, "c1", 17)),
                    under("o-b07", p.fix("k2", 1, "c9", 17)),
                ]
            },
            &[("correction-of-other-subject", 1), ("correction-without-target", 1)],
            "12",
        ),
        case(
            "o-a08",
            "a stray that is taken back is nothing",
            |p| {
                vec![
                    under("o-b08", p.fix("k", 1, "c1", 17)),
                    under("o-b08", p.retract("r", 2, "k")),
                ]
            },
            &[],
            "12",
        ),
    ]
}

/// Keys with two contents.
fn of_conflicts() -> Vec<Case> {
    let wrong = |id: Person| {
        let time = "2025-01-08T18:00:00Z";
        Event::score(id.0, &id.id("c1"), time, 17)
    };
    let later = |id: Person| wrong(id).with("/time", json!("2025-01-08T20:00:00Z"));
    vec![
        case(
            "x-a01",
            "two contents: neither counts",
            |p| vec![wrong(p)],
            &[("conflicting-key", 1)],
            "NA",
        ),
        case(
            "x-a02",
            "a correction says which is right",
            |p| vec![wrong(p), p.fix("k", 1, "c1", 14)],
            &[],
            "14",
        ),
        case(
            "x-a03",
            "where the contents differ in time, a correction that names none does not say it",
            |p| vec![later(p), p.fix("k", 1, "c1", 14)],
            &[("conflicting-key", 1), ("correction-without-time", 1)],
            "NA",
        ),
        case(
            "x-a08",
            "one that does names it",
            |p| {
                vec![
                    later(p),
                    p.fix("k", 1, "c1", 14).with("/data/time", json!("2025-01-08T20:00:00Z")),
                ]
            },
            &[],
            "14",
        ),
        case(
            "x-a04",
            "a retraction takes all contents",
            |p| vec![wrong(p), p.retract("r", 1, "c1")],
            &[],
            "NA",
        ),
        case(
            "x-a05",
            "one retraction with two contents is none",
            |p| vec![p.retract("r", 1, "c1"), p.retract("r", 1, "c2")],
            &[("conflicting-key", 1)],
            "12",
        ),
        case(
            "x-a06",
            "one key under two subjects is in conflict for both",
            |p| vec![under("x-b06", wrong(p))],
            &[("conflicting-key", 2)],
            "NA",
        ),
        case(
            "x-a07",
            "until the one takes it back and the other puts it right",
            |p| {
                vec![
                    under("x-b07", wrong(p)),
                    under("x-b07", p.retract("r", 1, "c1")),
                    p.fix("k", 1, "c1", 14),
                ]
            },
            &[],
            "14",
        ),
    ]
}

fn cases() -> Vec<Case> {
    [of_corrections(), of_retractions(), of_others(), of_conflicts()]
        .into_iter()
        .flatten()
        .collect()
}

/// The anomalies of the newest run, those never seen left out.
fn anomalies(workspace: &Workspace) -> BTreeMap<String, u64> {
    let table = Text::csv(&workspace.output("tables/anomalies.csv"));
    let count = |row: &BTreeMap<&str, &str>| row["n_events"].parse::<u64>().expect("a count");
    table
        .maps()
        .filter(|row| count(row) > 0)
        .map(|row| (row["anomaly"].to_owned(), count(&row)))
        .collect()
}

/// The mean PHQ-9 after infusion 1; empty where nobody was treated.
fn score(workspace: &Workspace) -> String {
    let table = Text::csv(&workspace.output("tables/response_by_infusion.csv"));
    let found = table
        .maps()
        .find(|row| row["stratum"] == "all" && row["route"] == "all" && row["infusion"] == "1");
    found.map_or_else(String::new, |row| row["mean_score"].to_owned())
}

#[test]
fn each_case_has_its_outcome() {
    cases().par_iter().for_each(|case| {
        let workspace = Workspace::new();
        workspace.open_pipeline();
        workspace.events("a.ndjson", &case.events);
        workspace.run(0);
        let want: BTreeMap<String, u64> =
            case.anomalies.iter().map(|(code, n)| ((*code).to_owned(), *n)).collect();
        assert_eq!(
            (anomalies(&workspace), score(&workspace).as_str()),
            (want, case.score),
            "{}",
            case.shows
        );
    });
}

/// The events of all cases, in an order that a seed decides.
fn shuffled(seed: u64) -> Vec<Event> {
    let mut events: Vec<Event> = cases().into_iter().flat_map(|case| case.events).collect();
    events.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    events
}

/// All cases in one store: an outcome that depended on arrival would move a figure or a count.
#[test]
fn the_way_they_arrive_changes_no_byte() {
    let in_order: Vec<Event> = cases().into_iter().flat_map(|case| case.events).collect();
    let plain = Workspace::new();
    plain.open_pipeline();
    plain.events("a.ndjson", &in_order);
    plain.run(0);
    let want = plain.estimates();
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    for (code, n) in cases().iter().flat_map(|case| case.anomalies) {
        *counted.entry((*code).to_owned()).or_default() += n;
    }
    assert_eq!(anomalies(&plain), counted);

    let backwards = Workspace::new();
    backwards.open_pipeline();
    backwards.events("a.ndjson", in_order.iter().rev());
    backwards.run(0);
    assert_same("backwards", &want, &backwards.estimates());

    (1..4).into_par_iter().for_each(|seed| {
        let events = shuffled(seed);
        let at_once = Workspace::new();
        at_once.open_pipeline();
        for (n, part) in events.chunks(events.len().div_ceil(6)).enumerate() {
            at_once.events(&format!("{n}.ndjson"), part);
        }
        at_once.run(0);
        assert_same("in files", &want, &at_once.estimates());

        let piecemeal = Workspace::new();
        piecemeal.open_pipeline();
        for (n, part) in events.chunks(events.len().div_ceil(8)).enumerate() {
            piecemeal.events(&format!("{n}.ndjson"), part);
            let path = format!("in/{n}.ndjson");
            piecemeal.expect(0, &["ingest", "--store", "store", "--time-basis", "actual", &path]);
        }
        piecemeal.run(0);
        assert_same("in ingests", &want, &piecemeal.estimates());
    });
}

/// A twin: whole events, folded. To tell what a correction corrects the fold needs every field that it
/// sets, so each field of a session is set alone as well.
#[test]
fn what_is_not_read_for_the_fold_decides_nothing() {
    let more = [
        json!({}),
        json!({"duration_min": 40}),
        json!({"monitoring_min": 120}),
        json!({"stopped_early": "patient-request"}),
        json!({"phase": "maintenance"}),
        json!({"session_number": 3}),
        json!({"weight_kg": 70}),
    ];
    let corrected = more.iter().enumerate().flat_map(|(n, more)| {
        let subject = ["p-0", "p-1", "p-2", "p-3", "p-4", "p-5", "p-6"][n];
        let mut session = json!({"route": "oral", "drug": "ketamine"});
        for (name, value) in more.as_object().expect("fields") {
            session[name] = value.clone();
        }
        let id = Person(subject);
        let fix = json!({"corrects": id.id("s1"), "data": session});
        [person(subject, [20, 12, 8]), vec![id.says("event.corrected", "k", 1, fix)]].concat()
    });
    let corrected: Vec<Event> = corrected.collect();
    let workspace = Workspace::new();
    workspace.events("a.ndjson", corrected.iter().chain(&shuffled(1)));
    workspace.expect(0, &["ingest", "--store", "store", "--time-basis", "actual", "in/a.ndjson"]);

    let log = EventLog::open(&workspace.path("store")).expect("a log");
    let vocabulary = Vocabulary::shipped().expect("shipped");
    let context = FoldContext {
        settings: &FoldSettings::default(),
        vocabulary: &vocabulary,
        conflicts: &std::iter::empty().collect(),
    };
    let fold = |subject: &Subject, events: &[EventView]| {
        format!("{:?}", fold_subject(subject, events, &context))
    };
    let for_fold = log.in_shares(&(0..SHARES)).and_then(|mut reader| reader.read_before(SHARES));
    let mut parts = [Vec::new(), Vec::new(), Vec::new()];
    let read = for_fold.expect("a scan").fold_subjects(&mut parts, |some, subject, events| {
        some.push(fold(subject, events));
    });
    read.expect("sound rows");
    let events = log.scan(&(0..SHARES)).and_then(|scan| scan.in_order()).expect("sound rows");
    let of_one = events.chunk_by(|a, b| a.event.subject == b.event.subject);
    let mut subjects: Vec<&[Logged]> = of_one.collect();
    subjects.sort_by_key(|events| (share_of(&events[0].event.subject), &events[0].event.subject));
    let whole = subjects.into_iter().map(|events| {
        let views: Vec<EventView> = events.iter().map(EventView::of).collect();
        fold(&events[0].event.subject, &views)
    });
    let whole: Vec<String> = whole.collect();
    assert_eq!(parts.concat(), whole);
    let oral = whole.iter().filter(|facts| facts.contains("route: Oral"));
    assert!(oral.count() >= more.len(), "the corrections count");
}

/// What a stray is depends on what is in the log, so it changes when its target arrives.
#[test]
fn a_stray_is_told_anew_as_events_arrive() {
    let a = Person("s-a01");
    let workspace = Workspace::new();
    workspace.open_pipeline();
    let codes = |workspace: &Workspace| anomalies(workspace).into_keys().collect::<Vec<_>>();
    workspace.events("a.ndjson", person("s-b01", [20, 12, 8]));
    workspace.events("b.ndjson", [under("s-b01", a.fix("k", 1, "c1", 17))]);
    workspace.run(0);
    assert_eq!(codes(&workspace), ["correction-without-target"]);
    let own = Event::score("s-a01", &a.id("c1"), "2025-01-08T18:00:00Z", 12);
    workspace.events("c.ndjson", [from("/synthetic/site-02", under("s-b01", own.clone()))]);
    workspace.run(0);
    assert_eq!(codes(&workspace), ["correction-of-other-source"]);
    workspace.events("d.ndjson", [&own]);
    workspace.run(0);
    assert_eq!(codes(&workspace), ["correction-of-other-subject"]);
}

/// Read, accepted, duplicate, rejected, conflicting: what one file brought.
fn counts(account: &Value) -> [u64; 5] {
    ["read", "accepted", "duplicate", "rejected", "conflicting"]
        .map(|name| account[name].as_u64().expect("a count"))
}

#[test]
fn a_key_used_again_is_a_duplicate_or_in_conflict_wherever_it_was_used_before() {
    let first = Event::score("s-aaa", "e1", "2025-01-08T18:00:00Z", 12);
    let spelt = first.to_string().replace("Z\"", ".000+00:00\"").replace(":12", ":12.0");
    let other = first.clone().with("/data/measures/0/total", json!(17));
    let cases: [(&str, String, [u64; 5]); 6] = [
        ("the same", first.to_string(), [1, 0, 1, 0, 0]),
        ("otherwise spelt", spelt, [1, 0, 1, 0, 0]),
        ("another content", other.to_string(), [1, 1, 0, 0, 1]),
        (
            "another time",
            first.clone().with("/time", json!("2025-01-08T18:00:01Z")).to_string(),
            [1, 1, 0, 0, 1],
        ),
        ("another subject", under("s-bbb", first.clone()).to_string(), [1, 1, 0, 0, 1]),
        ("another source", from("/synthetic/site-02", first.clone()).to_string(), [1, 1, 0, 0, 0]),
    ];
    cases.par_iter().for_each(|(what, again, want)| {
        let [read, accepted, duplicate, rejected, conflicting] = *want;
        let ingest = |workspace: &Workspace| {
            let args = ["ingest", "--pipeline", "p.toml", "--json"];
            workspace.expect(0, &args).json()["sources"].take()
        };
        // Inside a file.
        let workspace = Workspace::new();
        workspace.open_pipeline();
        workspace.events("a.ndjson", [&first.to_string(), again]);
        let whole = [read + 1, accepted + 1, duplicate, rejected, conflicting];
        assert_eq!(counts(&ingest(&workspace)[0]), whole, "{what}, inside a file");
        // Across the files of one reading.
        let workspace = Workspace::new();
        workspace.open_pipeline();
        workspace.events("a.ndjson", [&first]);
        workspace.events("b.ndjson", [again, again]);
        let said = ingest(&workspace);
        let twice = [2, accepted, 2 - accepted, 0, conflicting];
        assert_eq!(counts(&said[0]), [1, 1, 0, 0, 0], "{what}");
        assert_eq!(counts(&said[1]), twice, "{what}, across files");
        // Against the store, and then known there.
        let workspace = Workspace::new();
        workspace.open_pipeline();
        workspace.events("a.ndjson", [&first]);
        ingest(&workspace);
        // A blank line is no record; without it the file might be a copy, and be passed over.
        workspace.events("b.ndjson", ["", again]);
        assert_eq!(counts(&ingest(&workspace)[0]), *want, "{what}, against the store");
        workspace.events("c.ndjson", [again, &first.to_string()]);
        assert_eq!(counts(&ingest(&workspace)[0]), [2, 0, 2, 0, 0], "{what}, once more");
    });
}
