//! Marked identifiers planted in every field of every type of event, at every defect and in the
//! names of files and folders: they stand in nothing that the program says or writes.
//!
//! The search itself is tested too: marks that a valid record may carry are found where they
//! belong, in columns of Parquet that are packed as well as in texts.

use crate::harness::events::{Event, person};
use crate::harness::marks::{Everything, Found};
use crate::harness::workspace::{Ran, Workspace};
use serde_json::{Map, Value, json};

const TIME: &str = "2025-02-02T18:00:00Z";

/// Identifiers, each of another kind. `QUAGGA` and the numbers occur nowhere else.
const MARKS: [&str; 10] = [
    "quagga7@example.org",
    "202-555-0167",
    "219-09-8765",
    "mrn-7351946",
    "https://quagga.example/p",
    "10.77.66.55",
    "02:77:5e:66:00:0f",
    "5ZZNA7KM5RT004217",
    "aged 97 in Quaggaville",
    "Quagga Okapi",
];

/// Every type of event with every field the vocabulary has.
fn full_events() -> Vec<Event> {
    let effects = json!([{
        "term": "nausea", "severity": "mild", "onset_min": 10, "resolved_min": 40, "serious": false
    }]);
    let of = |thing: &str, data: Value| {
        let id = format!("full-{}", thing.replace('.', "-"));
        Event::new(thing, "s-0full", &id, TIME, data)
            .with("/datacontenttype", json!("application/json"))
            .with("/dataschema", json!("/schemas/v1"))
    };
    vec![
        of(
            "course.started",
            json!({
                "indications": ["mdd"], "age_band": "25-34", "sex": "female",
                "prior_failed_trials": 2, "planned_route": "intravenous", "planned_infusions": 6,
                "psychotherapy_planned": false,
                "screening": {"decision": "deferred", "contraindications": ["pregnancy"]},
            }),
        ),
        of(
            "session.completed",
            json!({
                "route": "intravenous", "drug": "ketamine", "dose": {"value": 0.5, "unit": "mg/kg"},
                "weight_kg": 70, "duration_min": 40, "monitoring_min": 60, "phase": "induction",
                "session_number": 1, "psychotherapy": true,
                "vitals": {
                    "sbp_pre": 120, "dbp_pre": 80, "sbp_peak": 140, "dbp_peak": 90, "spo2_min": 96
                },
                "dissociation": {"instrument": "cadss", "total": 12}, "effects": effects,
                "effects_capture": "structured", "stopped_early": "other",
            }),
        ),
        of("session.missed", json!({"reason": "no-show"})),
        of(
            "checkin.submitted",
            json!({
                "measures": [{
                    "instrument": "phq-9", "total": 9, "items": [1, 1, 1, 1, 1, 1, 1, 1, 1]
                }],
                "mode": "remote", "effects": effects, "effects_capture": "spontaneous",
                "global_change": 3,
            }),
        ),
        of(
            "plan.adjusted",
            json!({"reason": "preference", "change": "slower", "after_infusion": 1}),
        ),
        of("course.ended", json!({"reason": "completed"})),
        of(
            "event.corrected",
            json!({
                "corrects": "full-checkin-submitted", "time": TIME,
                "data": {"mode": "clinic", "measures": [{"instrument": "phq-9", "total": 8}]},
            }),
        ),
        of(
            "event.retracted",
            json!({"retracts": "full-course-ended", "reason": "entered-in-error"}),
        ),
        of("subject.withdrawn", json!({})),
    ]
}

/// JSON pointers of every value of an event, objects and lists included.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(list) => {
            list.iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    for (name, value) in inner {
        let at = format!("{at}/{name}");
        found.push(at.clone());
        places(value, &at, found);
    }
}

/// Lines with a mark in every place of every event, and as a field nobody asked for, as the name
/// of one, and beside the value of a field that is given twice.
fn marked_lines() -> Vec<Vec<u8>> {
    let mut marks = MARKS.iter().cycle();
    let mut mark = || *marks.next().expect("a cycle has no end");
    let mut lines = Vec::new();
    for event in full_events() {
        let mut found = Vec::new();
        places(&event.0, "", &mut found);
        for place in &found {
            lines.push(event.clone().with(place, json!(mark())).to_string().into_bytes());
            let inside = json!({"x": [mark()]});
            lines.push(event.clone().with(place, inside).to_string().into_bytes());
        }
        let objects = found.iter().filter(|at| event.0.pointer(at).is_some_and(Value::is_object));
        for place in std::iter::once(String::new()).chain(objects.cloned()) {
            let rider = event.clone().with(&format!("{place}/rider"), json!(mark()));
            lines.push(rider.to_string().into_bytes());
            let mut named = event.clone();
            let object: &mut Map<String, Value> =
                named.0.pointer_mut(&place).and_then(Value::as_object_mut).expect("an object");
            object.insert(mark().to_owned(), json!(1));
            lines.push(named.to_string().into_bytes());
        }
        // Twice, the mark first and the mark last.
        let text = event.to_string();
        for name in ["id", "subject", "type", "time", "datacontenttype"] {
            let rider = format!("{{\"{name}\":{},", json!(mark()));
            lines.push(text.replacen('{', &rider, 1).into_bytes());
            let rest = &text[..text.len() - 1];
            lines.push(format!("{rest},\"{name}\":{}}}", json!(mark())).into_bytes());
        }
    }
    lines
}

/// Marks in lines that are no records at all.
fn broken_lines() -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    for mark in MARKS {
        let line = Event::score("s-0broken", "b1", TIME, 7).with("/data/mode", json!(mark));
        let text = line.to_string();
        let at = text.find(mark).expect("planted");
        // Cut behind the mark, cut in the middle of it, with a byte that is no text, too long, bare.
        lines.push(text.as_bytes()[..at + mark.len()].to_vec());
        lines.push(text.as_bytes()[..at + mark.len() - 2].to_vec());
        lines.push([&text.as_bytes()[..at + mark.len()], b"\xFF\"}}"].concat());
        let blanks = vec![b' '; 2 << 20];
        lines.push([&text.as_bytes()[..text.len() - 1], &blanks, b"}"].concat());
        lines.push(format!("\"{mark}\"").into_bytes());
        lines.push(mark.as_bytes().to_vec());
        lines.push(format!("[{}]", json!({ mark: mark })).into_bytes());
        // With a code that is wrong beside it, and with an offset that is.
        lines.push(text.replace("afterdose.checkin", "afterdose.check").into_bytes());
        lines.push(text.replace("18:00:00Z", "18:00:00").into_bytes());
    }
    lines
}

/// Marks that show in the names of files and folders.
const FOLDER: &str = "Quagga Okapi 202-555-0167";
const FILE: &str = "quagga7@example.org.ndjson";

/// Files with marked lines between good ones, as many marked lines in one as are said; and one in
/// a telling folder, one with a telling name, one that cannot be read to its end.
fn plant(workspace: &Workspace, lines: &[Vec<u8>], per_file: usize) -> usize {
    let mut n_files = 0;
    for lines in lines.chunks(per_file) {
        let mut bytes = Vec::new();
        for event in person(&format!("s-m{n_files:04}"), [20, 12, 8]) {
            bytes.extend_from_slice(format!("{event}\n").as_bytes());
        }
        for line in lines {
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
        }
        workspace.write(&format!("in/m{n_files:04}.ndjson"), bytes);
        n_files += 1;
    }
    let lines = |subject| {
        let events = person(subject, [18, 12, 8]);
        events.iter().map(Event::to_string).collect::<Vec<_>>().join("\n")
    };
    workspace.write(&format!("{FOLDER}/plain.ndjson"), lines("s-0folder"));
    workspace.write(&format!("{FOLDER}/{FILE}"), lines("s-0named"));
    workspace.write(&format!("{FOLDER}/broken-{FILE}.gz"), b"\x1F\x8B\x08\0\0\0\0\0\0\0words");
    n_files + 3
}

fn write_pipeline(workspace: &Workspace, on_identifier: &str) {
    let source = |path: &str| {
        format!(
            "[[sources]]\npath = '{path}'\ntime_basis = \"actual\"\n\
             on_identifier = \"{on_identifier}\"\n"
        )
    };
    let text = format!(
        "name = \"marks\"\nstore.path = \"store\"\noutput.path = \"out\"\n\
         [disclosure]\nmin_cell = 0\n{}{}",
        source("in/*"),
        source(&format!("{FOLDER}/*"))
    );
    workspace.write("p.toml", text);
}

/// Parts of the marks that say as much as the whole.
const TRACES: [&str; 10] = [
    "quagga", "okapi", "202-555", "555-0167", "219-09", "7351946", "10.77.66", "02:77:5e",
    "5ZZNA7KM", "aged 97",
];

fn assert_no_trace(workspace: &Workspace, said: &[&Ran]) -> Everything {
    let everything = Everything::of(workspace, &["store", "out"], said);
    for trace in TRACES {
        let found: Vec<Found> = everything.find(trace);
        assert!(found.is_empty(), "{trace} stands in {found:?}");
    }
    everything
}

#[test]
fn no_mark_is_said_or_written_whatever_a_find_costs() {
    let lines: Vec<Vec<u8>> = [marked_lines(), broken_lines()].concat();
    assert!(lines.len() > 400, "{} lines", lines.len());
    for (on_identifier, per_file) in [("refuse-file", 25), ("reject-record", 60)] {
        let workspace = Workspace::new();
        let n_files = plant(&workspace, &lines, per_file);
        write_pipeline(&workspace, on_identifier);
        let telling = format!("{FOLDER}/*");
        let check = ["check", "--pipeline", "p.toml", "in/*", &telling];
        let said = [
            workspace.expect(5, &check),
            workspace.expect(5, &[&check[..], &["--json"]].concat()),
            workspace.expect(5, &["ingest", "--pipeline", "p.toml"]),
            workspace.expect(5, &["ingest", "--pipeline", "p.toml", "--json"]),
            workspace.expect(5, &["run", "p.toml", "--json"]),
            workspace.expect(0, &["curves", "--pipeline", "p.toml"]),
            workspace.expect(0, &["history", "--store", "store"]),
        ];
        let said: Vec<&Ran> = said.iter().collect();
        let everything = assert_no_trace(&workspace, &said);
        assert!(everything.n_files() > 20 && everything.n_cells() > 1000, "{everything:?}");

        // What was planted was read, and nearly all of it found. The rest is a name where names
        // cannot be told, a number cut short, or a web address in `dataschema`.
        let manifest = workspace.manifest();
        let accounts = manifest["sources"].as_array().expect("sources");
        assert_eq!(accounts.len(), n_files);
        let n_good = 6 * (n_files - 1);
        assert_eq!(manifest["total"]["read"], lines.len() + n_good);
        let n_found: u64 = accounts
            .iter()
            .flat_map(|account| account["reasons"].as_object().expect("reasons"))
            .filter(|(reason, _)| reason.starts_with("identifier-"))
            .map(|(_, n)| n.as_u64().expect("a count"))
            .sum();
        assert!(n_found * 10 > lines.len() as u64 * 8, "{n_found} of {}", lines.len());
        let is_telling = |account: &&Value| {
            account["file"].as_str().is_some_and(|file| file.starts_with("file-"))
        };
        assert_eq!(accounts.iter().filter(is_telling).count(), 2);
    }
}

#[test]
fn a_mark_that_a_record_may_carry_is_found_where_it_belongs() {
    let workspace = Workspace::new();
    let mark = "s-4e7a11c0ffee";
    let events = person(mark, [20, 12, 8])
        .into_iter()
        .map(|event| event.with("/source", json!("/synthetic/site-quagga")));
    workspace.events("okapi.ndjson", events);
    workspace.open_pipeline();
    let said = workspace.expect(0, &["run", "p.toml", "--json"]);
    let everything = Everything::of(&workspace, &["store", "out"], &[&said]);
    let places = |text: &str| -> Vec<String> {
        everything.find(text).into_iter().map(|found| found.place).collect()
    };
    let has = |places: &[String], part: &str| places.iter().any(|place| place.contains(part));

    let subject = places(mark);
    assert!(has(&subject, "store/events") && has(&subject, "facts"), "{subject:?}");
    assert!(!has(&subject, "out/") && !has(&subject, "_delta_log"), "{subject:?}");
    let id = places("4e7a11c0ffee-s1");
    assert!(has(&id, "store/events") && has(&id, "infusions.parquet"), "{id:?}");
    let site = places("site-quagga");
    for part in ["completeness.csv", "completeness.parquet", "report.html", ".svg", "store/events"]
    {
        assert!(has(&site, part), "{part}: {site:?}");
    }
    let file = places("okapi.ndjson");
    for part in ["manifest.json", "report.html", "rejections", "standard output"] {
        assert!(has(&file, part), "{part}: {file:?}");
    }
}

#[test]
fn messages_about_files_that_cannot_be_opened_do_not_name_who_is_in_them() {
    let workspace = Workspace::new();
    let missing = format!("{FOLDER}/{FILE}");
    let by_name = "Quagga_Okapi.ndjson";
    let folder = format!("{FOLDER}/nobody.txt");
    workspace.write(&folder, "not events");
    write_pipeline(&workspace, "refuse-file");
    for args in [
        vec!["check", "--time-basis", "actual", &missing],
        vec!["check", "--time-basis", "actual", by_name],
        vec!["check", "--time-basis", "actual", &folder],
        vec!["check", "--time-basis", "actual", FOLDER],
        vec!["ingest", "--store", "store", "--time-basis", "actual", &missing],
        vec!["run", "p.toml"],
    ] {
        let ran = workspace.expect(4, &args);
        assert_no_trace(&workspace, &[&ran]);
    }
}
