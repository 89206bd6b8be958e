//! Versions of events: a newer one says what an older one said, and what is stored stays what it was.

use crate::harness::events::{Event, parse, person};
use crate::harness::tables::Text;
use crate::harness::workspace::{Workspace, assert_same, files};
use afterdose::event::envelope::Event as Typed;
use afterdose::event::key::ContentDigest;
use afterdose::event::vocabulary::Vocabulary;
use afterdose::ingest::record::{Context, read};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Two files of version 1, and the store that the program of that time made of them.
const OLD: [(&str, &str); 2] = [("actual.ndjson", "actual"), ("relative.ndjson", "relative")];

fn stores(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores").join(name)
}

fn old_events(name: &str) -> Vec<Event> {
    parse(&std::fs::read_to_string(stores(name)).expect("events"))
}

fn typed(event: &Event) -> Typed {
    let vocabulary = Vocabulary::shipped().expect("shipped");
    let context = Context { basis: None, vocabulary: &vocabulary, now_us: None };
    let read = read(event.to_string().as_bytes(), &context);
    *read.unwrap_or_else(|bad| panic!("{bad:?}: {event}"))
}

/// The vital signs of version 1 as those of version 2, backwards, because order says nothing.
fn raised_vitals(vitals: &Value) -> Value {
    let named = [
        ("spo2_min", "spo2", "lowest", "%"),
        ("dbp_peak", "dbp", "peak", "mmHg"),
        ("sbp_peak", "sbp", "peak", "mmHg"),
        ("dbp_pre", "dbp", "pre", "mmHg"),
        ("sbp_pre", "sbp", "pre", "mmHg"),
    ];
    let readings = named.iter().filter_map(|(field, sign, moment, unit)| {
        let value = vitals.get(field)?;
        Some(json!({"sign": sign, "moment": moment, "value": value, "unit": unit}))
    });
    readings.collect()
}

/// An event of version 1 as its sender would write it in version 2, where its type has one.
fn raised(event: &Event) -> Event {
    let mut event = event.clone();
    let of_two = ["session.completed", "checkin.submitted", "event.corrected"];
    let Some(thing) = of_two.iter().find(|thing| event.text("/type").contains(*thing)) else {
        return event;
    };
    event.0["type"] = json!(format!("afterdose.{thing}.v2"));
    for pointer in ["/data/vitals", "/data/data/vitals"] {
        if let Some(vitals) = event.0.pointer_mut(pointer) {
            *vitals = raised_vitals(vitals);
        }
    }
    event
}

/// A copy of the old store, with the modes a store has.
fn old_store(workspace: &Workspace) {
    let root = stores("version-1");
    for path in files(&root) {
        let name = path.strip_prefix(&root).expect("inside").to_str().expect("UTF-8");
        workspace.write(&format!("store/{name}"), std::fs::read(&path).expect("a file"));
    }
}

/// Ingests files of `in` by themselves.
fn ingest(workspace: &Workspace, name: &str, basis: &str) -> Value {
    let path = format!("in/{name}");
    let args = ["ingest", "--store", "store", "--time-basis", basis, "--json", &path];
    workspace.expect(0, &args).json()["sources"][0].take()
}

/// Read, accepted, duplicate, rejected, conflicting.
fn counts(account: &Value) -> [u64; 5] {
    ["read", "accepted", "duplicate", "rejected", "conflicting"]
        .map(|name| account[name].as_u64().expect("a count"))
}

#[test]
fn contents_keep_the_digests_they_had_before_there_was_a_second_version() {
    let digests = Text::csv(&std::fs::read(stores("digests.csv")).expect("digests"));
    let events: Vec<Event> = OLD.iter().flat_map(|(name, _)| old_events(name)).collect();
    assert_eq!((events.len(), digests.rows.len()), (26, 26));
    for (event, row) in events.iter().zip(&digests.rows) {
        assert_eq!(event.text("/id"), row[0]);
        let digest = |event: &Event| format!("{:032x}", ContentDigest::of(&typed(event)).0);
        assert_eq!(digest(event), row[1], "{event}");
        assert_eq!(digest(&raised(event)), row[1], "{event} in its latest version");
    }
}

#[test]
fn a_store_of_version_1_reads_as_its_events_do() {
    let fresh = Workspace::new();
    fresh.open_pipeline();
    let old = Workspace::new();
    old.open_pipeline();
    old_store(&old);
    for (name, basis) in OLD {
        fresh.events(name, old_events(name));
        assert_eq!(counts(&ingest(&fresh, name, basis))[2..4], [0, 0], "{name}");
    }
    for workspace in [&old, &fresh] {
        workspace.expect(0, &["curves", "--pipeline", "p.toml"]);
        assert_eq!(workspace.manifest()["events"], 26);
    }
    let want = fresh.estimates();
    assert_same("the old store", &want, &old.estimates());
    let response = Text::csv(&want["tables/response_by_infusion.csv"]);
    let place = [("stratum", "all"), ("route", "all"), ("infusion", "3"), ("instrument", "phq-9")];
    assert_eq!(response.cell(&place, "mean_score"), "8", "corrected from 18");

    // Its events once more, as they were and in their latest version, are nothing new.
    for (name, basis) in OLD {
        let n = old_events(name).len() as u64;
        old.events(&format!("v1-{name}"), old_events(name).iter().rev());
        assert_eq!(counts(&ingest(&old, &format!("v1-{name}"), basis)), [n, 0, n, 0, 0]);
        old.events(&format!("v2-{name}"), old_events(name).iter().map(raised));
        assert_eq!(counts(&ingest(&old, &format!("v2-{name}"), basis)), [n, 0, n, 0, 0]);
    }
}

/// Three people whose events need version 2.
fn new_events() -> Vec<Event> {
    let vitals = json!([
        {"sign": "sbp", "moment": "pre", "value": 126, "unit": "mmHg"},
        {"sign": "sbp", "at_min": 40, "value": 19.5, "unit": "kPa"},
        {"sign": "heart-rate", "moment": "end", "value": 71, "unit": "/min"},
    ]);
    let mut events = Vec::new();
    for (subject, score) in [("v2-p01", 9), ("v2-p02", 12), ("v2-p03", 5)] {
        let mut of_one: Vec<Event> = person(subject, [20, score, 8]).iter().map(raised).collect();
        of_one[1] = of_one[1].clone().with("/data/vitals", vitals.clone());
        of_one[2] = of_one[2].clone().with("/data/administration", json!("interview"));
        of_one[4] = of_one[4].clone().with("/data/recall_days", json!(1));
        events.extend(of_one);
    }
    let right = events[2].0["data"].clone();
    events.push(
        Event::new("event.corrected", "v2-p01", "v2-p01-fix", "2025-02-01T09:00:00Z", json!({}))
            .with("/type", json!("afterdose.event.corrected.v2"))
            .with("/data", json!({"corrects": "v2-p01-c1", "data": right}))
            .with("/data/data/measures/0/total", json!(10)),
    );
    events
}

#[test]
fn a_store_of_version_1_takes_events_of_version_2() {
    let fresh = Workspace::new();
    fresh.open_pipeline();
    let old = Workspace::new();
    old.open_pipeline();
    old_store(&old);
    for (name, basis) in OLD {
        fresh.events(name, old_events(name));
        ingest(&fresh, name, basis);
    }
    for workspace in [&old, &fresh] {
        workspace.events("new.ndjson", new_events());
        assert_eq!(counts(&ingest(workspace, "new.ndjson", "actual")), [19, 19, 0, 0, 0]);
        workspace.expect(0, &["curves", "--pipeline", "p.toml"]);
        assert_eq!(workspace.manifest()["events"], 45);
    }
    assert_same("the old store", &fresh.estimates(), &old.estimates());

    // One commit brought the columns and the events; the older files stay as they were.
    let history = old.expect(0, &["history", "--store", "store", "--json"]).json();
    let operations: Vec<&str> = history
        .as_array()
        .expect("commits")
        .iter()
        .filter_map(|c| c["operation"].as_str())
        .collect();
    assert_eq!(operations[..4], ["CREATE TABLE", "ingest", "ingest", "ingest"]);
    let was = |path: &PathBuf| path.strip_prefix(old.path("store")).expect("inside").to_owned();
    let parts: Vec<PathBuf> = files(&old.path("store/events"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "parquet"))
        .collect();
    let (kept, added): (Vec<_>, Vec<_>) =
        parts.iter().partition(|path| stores("version-1").join(was(path)).exists());
    assert_eq!((kept.len(), added.len()), (2, 1));
    for path in kept {
        let before = std::fs::read(stores("version-1").join(was(path))).expect("a file");
        assert_eq!(std::fs::read(path).expect("a file"), before);
    }
    let table = Text::parquet(added[0]);
    let versions: Vec<&str> = table.maps().map(|row| row["version"]).collect();
    assert!(versions.contains(&"1") && versions.contains(&"2"), "the lowest that can say it");
    let monitored = table.maps().filter(|row| row["vital_readings"] != "NA");
    assert_eq!(monitored.count(), 3);
}

#[test]
fn one_event_in_two_versions_is_one_event() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    let events: Vec<Event> = old_events("actual.ndjson");
    let twins: Vec<Event> = events.iter().map(raised).collect();
    let n = events.len() as u64;
    workspace.events("a.ndjson", events.iter().zip(&twins).flat_map(|(old, new)| [new, old]));
    assert_eq!(counts(&ingest(&workspace, "a.ndjson", "actual")), [2 * n, n, n, 0, 1]);
    // What only version 2 can say is another content.
    let checkin = events.iter().find(|event| event.text("/id") == "p01-c0").expect("a check-in");
    let asked = raised(checkin).with("/data/administration", json!("proxy"));
    workspace.events("b.ndjson", [checkin, &asked]);
    assert_eq!(counts(&ingest(&workspace, "b.ndjson", "actual")), [2, 1, 1, 0, 1]);
}

#[test]
fn a_correction_of_either_version_puts_right_an_event_of_either() {
    let plain = Workspace::new();
    plain.open_pipeline();
    plain.events("a.ndjson", person("s-aaa", [20, 12, 8]));
    plain.run(0);
    for (event_version, correction_version) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
        let mut events = person("s-aaa", [20, 12, 8]);
        let session = events[1].clone().with("/data/vitals", json!({"sbp_pre": 131}));
        let data = json!({"corrects": "s-aaa-s1", "data": session.0["data"]});
        let fix = Event::new("event.corrected", "s-aaa", "fix", "2025-02-01T09:00:00Z", data);
        events[1] = session.with("/data/route", json!("oral"));
        if event_version == 2 {
            events = events.iter().map(raised).collect();
        }
        events.push(if correction_version == 2 { raised(&fix) } else { fix });
        let workspace = Workspace::new();
        workspace.open_pipeline();
        workspace.events("a.ndjson", &events);
        workspace.run(0);
        let what = format!("{event_version} put right by {correction_version}");
        assert_same(&what, &plain.estimates(), &workspace.estimates());
    }
}
