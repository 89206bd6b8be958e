//! Identifiers planted everywhere: what they cost, and that nothing of them is kept or repeated.

use crate::harness::events::{Event, person};
use crate::harness::tables::Text;
use crate::harness::workspace::{OPEN, Ran, Workspace, assert_nowhere};
use afterdose::event::time::TimeBasis;
use afterdose::event::vocabulary::Vocabulary;
use afterdose::ingest::record::{Context, read};
use afterdose::privacy::gate::Gate;
use afterdose::simulate::{Settings, write};
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A planted line: the text that must not come back, the line, the reason and field it gives.
struct Planted {
    marker: &'static str,
    line: Vec<u8>,
    reason: &'static str,
    field: &'static str,
}

const TIME: &str = "2025-02-02T18:00:00Z";

fn score() -> Event {
    Event::score("s-planted", "planted", TIME, 7)
}

fn plant() -> Vec<Planted> {
    let event = |marker, event: Event, reason, field| Planted {
        marker,
        line: event.to_string().into_bytes(),
        reason,
        field,
    };
    let data = |data| score().with("/data", data);
    let session = || Event::session("s-planted", "planted", TIME);
    let started = |data| Event::new("course.started", "s-planted", "planted", TIME, data);
    let raw =
        |marker, line: &[u8], reason| Planted { marker, line: line.into(), reason, field: "" };
    let mut long = br#"{"id":"a1","x":"quagga3@example.org ","y":""#.to_vec();
    long.resize(3 << 20, b'x');
    let mut not_text = br#"{"id":"a1","x":"quagga4@example.org"}"#.to_vec();
    not_text.push(0xFF);
    vec![
        event("555-201-4567", score().with("/id", json!("555-201-4567")), "phone", "id"),
        event("quagga1@", score().with("/id", json!("quagga1@example.org")), "email", "id"),
        event("8675309", score().with("/subject", json!("mrn-8675309")), "mrn", "subject"),
        event("1961-07-23", score().with("/subject", json!("1961-07-23-kq")), "date", "subject"),
        event("2124567890", score().with("/subject", json!("2124567890")), "phone", "subject"),
        event("Okapi", score().with("/subject", json!("Okapi Quagga")), "text", "subject"),
        event("nyala", score().with("/subject", json!("nyala-serval")), "text", "subject"),
        event(
            "5ZZNA7KM",
            score().with("/subject", json!("5ZZNA7KM5RT004217")),
            "licence",
            "subject",
        ),
        event("97yo", score().with("/subject", json!("f-97yo")), "age", "subject"),
        event("5e:10:00:0f", score().with("/id", json!("02:00:5e:10:00:0f")), "device", "id"),
        event(
            "passport-no",
            score().with("/source", json!("/sites/passport-no-048213")),
            "licence",
            "source",
        ),
        event("\"age\":94", data(json!({"age": 94})), "age", "data"),
        event("96-98", started(json!({"age_band": "96-98"})), "age", "data.age_band"),
        event("Kudutown", data(json!({"zip": "Kudutown"})), "postcode", "data"),
        event("62704-0042", data(json!({"mode": "62704-0042"})), "postcode", "data.mode"),
        event("ZE3 9XQ", data(json!({"mode": "ZE3 9XQ"})), "postcode", "data.mode"),
        event("004999012345673", data(json!({"mode": "004999012345673"})), "device", "data.mode"),
        event("kudu-2", data(json!({"serial_number": "kudu-2"})), "device", "data"),
        event("14 Mar 1961", data(json!({"mode": "14 Mar 1961"})), "date", "data.mode"),
        event("219-09-9999", score().with("/source", json!("/sites/219-09-9999")), "ssn", "source"),
        event(
            "Wilhelmina",
            score().with("/data/mode", json!("Wilhelmina Quagga")),
            "text",
            "data.mode",
        ),
        event("stayed", data(json!({"colour": "she stayed at home"})), "text", "data"),
        event("Kudu", data(json!({"patient_name": "Kudu"})), "text", "data"),
        event("Gemsbok", score().with("/name", json!("Gemsbok")), "text", ""),
        event("eland9@", data(json!({"eland9@example.org": 1})), "email", "data"),
        event("2025550143", data(json!({"2025550143": {}})), "phone", "data"),
        event(
            "bongo.example",
            data(json!({"mode": "https://bongo.example/x"})),
            "url",
            "data.mode",
        ),
        event("98765432", data(json!({"mode": "98765432"})), "mrn", "data.mode"),
        event(
            "4155550199",
            data(json!({"global_change": 4_155_550_199_u64})),
            "phone",
            "data.global_change",
        ),
        event(
            "nyala2@",
            started(json!({"indications": ["mdd", "nyala2@example.org"]})),
            "email",
            "data.indications",
        ),
        event("10.11.12.13", session().with("/data/drug", json!("10.11.12.13")), "ip", "data.drug"),
        event("23/07/1961", score().with("/time", json!("23/07/1961")), "date", "time"),
        event(
            "dikdik5",
            score().with("/dataschema", json!("mailto:dikdik5@example.org")),
            "email",
            "dataschema",
        ),
        event(
            "10.9.8.7",
            score().with("/dataschema", json!("https://10.9.8.7/schema")),
            "ip",
            "dataschema",
        ),
        event(
            "617-555-0166",
            score().with("/datacontenttype", json!("617-555-0166")),
            "phone",
            "datacontenttype",
        ),
        event(
            "503-555-0177",
            Event::new(
                "event.retracted",
                "s-planted",
                "planted",
                TIME,
                json!({"retracts": "503-555-0177"}),
            ),
            "phone",
            "data.retracts",
        ),
        event(
            "503-555-0188",
            Event::new(
                "event.corrected",
                "s-planted",
                "planted",
                TIME,
                json!({"corrects": "503-555-0188", "data": {"mode": "clinic"}}),
            ),
            "phone",
            "data.corrects",
        ),
        raw("quagga2@", br#"{"id":"a1","data":{"x":"quagga2@example.org"#, "email"),
        raw("quagga3@", &long, "email"),
        raw("quagga4@", &not_text, "email"),
        raw("quagga5@", b"\"quagga5@example.org\"", "email"),
        raw("quagga6@", b"[{\"a\":[\"quagga6@example.org\"]}]", "email"),
    ]
}

/// A file name that says who is in it.
const TELLING_NAME: &str = "zebu8@example.org.ndjson";

/// A pipeline over a file of two people, one with a telling name, and a file for every planted
/// line, which stands between the events of a person.
fn planted_workspace(planted: &[Planted], on_identifier: &str) -> Workspace {
    let workspace = Workspace::new();
    workspace.pipeline(&[("*", on_identifier)], "[disclosure]\nmin_cell = 0\n");
    for (n, Planted { line, .. }) in planted.iter().enumerate() {
        let mut bytes = Vec::new();
        for (k, event) in person(&format!("s-p{n:02}"), [20, 12, 8]).iter().enumerate() {
            if k == 3 {
                bytes.extend_from_slice(line);
                bytes.push(b'\n');
            }
            bytes.extend_from_slice(event.to_string().as_bytes());
            bytes.push(b'\n');
        }
        workspace.write(&format!("in/planted-{n:02}.ndjson"), bytes);
    }
    workspace.events("good.ndjson", person("s-good", [20, 12, 8]));
    workspace.events(TELLING_NAME, person("s-named", [18, 12, 8]));
    workspace
}

/// Asserts that no planted text stands in what was said or written.
fn assert_no_trace(workspace: &Workspace, planted: &[Planted], said: &[&Ran]) {
    let markers: Vec<&str> = planted.iter().map(|p| p.marker).chain(["zebu8"]).collect();
    let n_files = assert_nowhere(workspace, &markers, said);
    assert!(n_files > 20, "{n_files} files were searched");
}

/// Accounts of a run by file name: read, accepted, duplicate, rejected.
fn accounts(json: &Value) -> BTreeMap<String, [u64; 4]> {
    let list = json["sources"].as_array().expect("sources");
    let count = |account: &Value, name: &str| account[name].as_u64().expect("a count");
    list.iter()
        .map(|account| {
            let counts = ["read", "accepted", "duplicate", "rejected"].map(|n| count(account, n));
            assert_eq!(counts[0], counts[1] + counts[2] + counts[3], "{account}");
            (account["file"].as_str().expect("a name").to_owned(), counts)
        })
        .collect()
}

/// Where each planted line stands in its file.
const PLANTED_LINE: u64 = 4;

/// Runs `check --json` and looks at the reason and field of every planted line.
fn assert_reasons(workspace: &Workspace, planted: &[Planted]) -> Ran {
    let ran = workspace.expect(5, &["check", "--json", "--pipeline", "p.toml", "in/*"]);
    let lines = ran.json_lines();
    for (n, Planted { reason, field, marker, .. }) in planted.iter().enumerate() {
        let file = format!("planted-{n:02}.ndjson");
        let own = |line: &&Value| line["file"] == *file && line["line"] == PLANTED_LINE;
        let found = lines.iter().find(own).unwrap_or_else(|| panic!("{marker} passed"));
        let got = (found["reason"].as_str(), found["field"].as_str());
        assert_eq!(got, (Some(&*format!("identifier-{reason}")), Some(*field)), "{marker}");
    }
    ran
}

#[test]
fn a_file_with_an_identifier_is_refused_whole_and_leaves_no_trace() {
    let planted = plant();
    let workspace = planted_workspace(&planted, "refuse-file");
    let checked = assert_reasons(&workspace, &planted);
    let ran = workspace.expect(5, &["run", "p.toml", "--json"]);
    let accounts = accounts(&ran.json());
    assert_eq!(accounts.len(), planted.len() + 2);
    for (file, counts) in &accounts {
        let want = if file.starts_with("planted") { [7, 0, 0, 7] } else { [6, 6, 0, 0] };
        assert_eq!(counts, &want, "{file}");
    }
    assert!(accounts.keys().any(|file| file.starts_with("file-")), "{accounts:?}");
    assert_eq!(workspace.manifest()["events"], 12);
    // What the refused files held besides may come again by a clean file.
    workspace.events("planted-00.ndjson", person("s-p00", [20, 12, 8]));
    let again = workspace.expect(5, &["run", "p.toml", "--json"]);
    assert_eq!(workspace.manifest()["events"], 18);
    assert_no_trace(&workspace, &planted, &[&checked, &ran, &again]);
}

#[test]
fn a_rejected_record_costs_itself_alone() {
    let planted = plant();
    let workspace = planted_workspace(&planted, "reject-record");
    let checked = assert_reasons(&workspace, &planted);
    let ran = workspace.expect(5, &["run", "p.toml"]);
    let manifest = workspace.manifest();
    for (file, counts) in &accounts(&manifest) {
        let want = if file.starts_with("planted") { [7, 6, 0, 1] } else { [6, 6, 0, 0] };
        assert_eq!(counts, &want, "{file}");
    }
    let n = planted.len() as u64;
    assert_eq!(manifest["events"], 6 * (n + 2));
    let table = Text::csv(&workspace.output("tables/rejections.csv"));
    assert_eq!(table.rows.len() as u64, n, "a row a source and reason");
    assert_no_trace(&workspace, &planted, &[&checked, &ran]);
}

#[test]
fn two_words_as_a_subject_are_a_name_unless_the_pipeline_says_they_are_random() {
    let workspace = Workspace::new();
    workspace.events("a.ndjson", person("brave-otter", [20, 12, 8]));
    workspace.events("b.ndjson", person("s-bbb", [20, 12, 8]));
    workspace.open_pipeline();
    let refused = workspace.expect(5, &["run", "p.toml", "--json"]).json();
    assert_eq!(refused["sources"][0]["reasons"]["identifier-text"], 6);
    let words = format!("{OPEN}[privacy]\nword_subjects = true\n");
    workspace.pipeline(&[("*", "refuse-file")], &words);
    let taken = workspace.expect(0, &["run", "p.toml", "--json"]).json();
    assert_eq!(taken["sources"][0]["accepted"], 6);
    assert_eq!(workspace.manifest()["settings"]["word_subjects"], true);
    // Without the statement, what was let in by it is not taken for granted.
    workspace.open_pipeline();
    workspace.expect(5, &["run", "p.toml"]);
}

#[test]
fn a_telling_name_is_withheld_even_where_there_is_no_such_file() {
    let workspace = Workspace::new();
    let ran = workspace.expect(4, &["check", "--time-basis", "actual", TELLING_NAME]);
    assert!(!ran.stderr.contains("zebu8") && ran.stderr.contains("withheld"), "{ran:?}");
}

#[test]
fn random_names_are_no_identifiers() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut hex = |n: usize| -> String {
        (0..n).map(|_| char::from(*b"0123456789abcdef".choose(&mut rng).expect("digits"))).collect()
    };
    let mut lines = Vec::new();
    for n in 0..1500 {
        let uuid = [8, 4, 4, 4, 12].map(&mut hex).join("-");
        let id = if n % 2 == 0 { uuid } else { hex(32) };
        let subject = match n % 3 {
            0 => [8, 4, 4, 4, 12].map(&mut hex).join("-"),
            1 => format!("s-{}", hex(12)),
            _ => format!("s-{}", hex(40)),
        };
        lines.push(Event::score(&subject, &id, TIME, 7));
    }
    // In a record that is refused for something else, too.
    let uuid = [8, 4, 4, 4, 12].map(&mut hex).join("-");
    lines.push(Event::score("s-aaa", &uuid, TIME, 99));
    let workspace = Workspace::new();
    workspace.events("a.ndjson", &lines);
    let args = ["check", "--json", "--time-basis", "actual", "in/a.ndjson"];
    let said = workspace.expect(0, &args).json_lines();
    assert_eq!(said[0]["reason"], "score-out-of-range");
    assert_eq!(said[1]["new_events"], 1500);
}

#[test]
fn a_feed_of_twenty_thousand_people_holds_no_identifier() {
    let vocabulary = Vocabulary::shipped().expect("shipped");
    let gate = Gate::default();
    let mut n_events = 0;
    let bases =
        [(TimeBasis::Actual, 20_000), (TimeBasis::Shifted, 2_000), (TimeBasis::Relative, 2_000)];
    for (basis, n_people) in bases {
        let mut feed = Vec::new();
        let settings = Settings { basis, ..Settings::new(n_people, 11) };
        write(&settings, &mut feed).expect("memory");
        let context = Context { basis: Some(basis), vocabulary: &vocabulary, now_us: None };
        for line in feed.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let event = read(line, &context).expect("a valid event");
            let admitted = gate.admit(*event);
            assert!(admitted.is_ok(), "{admitted:?}: {}", String::from_utf8_lossy(line));
            n_events += 1;
        }
    }
    assert!(n_events > 400_000, "{n_events}");
}

#[test]
fn a_record_cut_short_is_no_identifier() {
    let id = "0194c1d0-5b7e-7000-8000-4155550132a1";
    let whole = Event::session("s-7f3a9c", id, TIME)
        .with("/data/dose", json!({"value": 0.5, "unit": "mg/kg"}));
    let whole = whole.to_string();
    let workspace = Workspace::new();
    let names: Vec<String> = (1..whole.len()).map(|end| format!("in/{end:03}.ndjson")).collect();
    for (end, name) in (1..whole.len()).zip(&names) {
        workspace.write(name, &whole[..end]);
    }
    let mut args = vec!["check", "--json", "--time-basis", "actual"];
    args.extend(names.iter().map(String::as_str));
    let said = workspace.expect(4, &args).json_lines();
    let (accounts, rejections) = said.split_last().expect("accounts");
    assert_eq!(rejections.len(), whole.len() - 1);
    for rejection in rejections {
        assert_eq!(rejection["reason"], "source-truncated", "{rejection}");
    }
    assert_eq!(accounts["sources"].as_array().map(Vec::len), Some(whole.len() - 1));
}
