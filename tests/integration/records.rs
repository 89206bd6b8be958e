//! What happens to a record: one bad line never costs the others.

use crate::harness::events::{Event, person};
use crate::harness::tables::Text;
use crate::harness::workspace::{Workspace, assert_same};
use afterdose::event::refuse::Reason;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;

const TIME: &str = "2025-02-02T18:00:00Z";

fn score() -> Event {
    Event::score("s-bad", "bad", TIME, 7)
}

/// Lines that are refused, with reason and field.
fn bad_lines() -> Vec<(Vec<u8>, &'static str, &'static str)> {
    let data = |data| score().with("/data", data);
    let measures = |measures: Value| data(json!({"measures": measures}));
    let started = |data| Event::new("course.started", "s-bad", "bad", TIME, data);
    let session = || Event::session("s-bad", "bad", TIME);
    let corrected = |data| Event::new("event.corrected", "s-bad", "bad", TIME, data);
    let phq = |total: Value| json!({"instrument": "phq-9", "total": total});
    let events = vec![
        (score().with("/type", json!("afterdose.checkin.sent.v1")), "unknown-type", "type"),
        (score().with("/type", json!("afterdose.checkin.submitted.v9")), "unknown-version", "type"),
        (score().with("/specversion", json!("0.3")), "unknown-specversion", "specversion"),
        (score().with("/traceparent", json!("x")), "unknown-field", ""),
        (data(json!({"colour": "x"})), "unknown-field", "data"),
        (data(json!({"mode": null})), "wrong-type", "data.mode"),
        (score().with("/data", Value::Null), "wrong-type", "data"),
        (score().without("subject"), "missing-field", "subject"),
        (session().without("data"), "missing-field", "data"),
        (session().with("/data", json!({"drug": "ketamine"})), "missing-field", "data.route"),
        (score().with("/id", json!("a b")), "malformed-id", "id"),
        (score().with("/subject", json!("12345")), "malformed-id", "subject"),
        (score().with("/time", json!("2025-02-30T09:00:00Z")), "malformed-time", "time"),
        (score().without("time"), "time-missing", "time"),
        (score().with("/studytime", json!("P1D")), "time-twice", "studytime"),
        (score().without("time").with("/studytime", json!("P1D")), "wrong-time-basis", "studytime"),
        (score().with("/time", json!("2199-01-01T00:00:00Z")), "from-the-future", "time"),
        (
            corrected(json!({"corrects": "e1", "data": {}, "time": "2199-01-01T00:00:00Z"})),
            "from-the-future",
            "data.time",
        ),
        (data(json!({"mode": "telepathy"})), "unknown-code", "data.mode"),
        (session().with("/data/drug", json!("ketamin")), "unknown-code", "data.drug"),
        (session().with("/data/weight_kg", json!(401)), "out-of-range", "data.weight_kg"),
        (started(json!({"indications": vec!["mdd"; 21]})), "too-many-items", "data.indications"),
        (started(json!({"indications": ["mdd", "mdd"]})), "duplicate-item", "data.indications"),
        (
            measures(json!([{"instrument": "phq-8", "total": 1}])),
            "unknown-instrument",
            "data.measures[0].instrument",
        ),
        (
            measures(json!([phq(json!(1)), phq(json!(1))])),
            "duplicate-instrument",
            "data.measures[1].instrument",
        ),
        (measures(json!([{"instrument": "phq-9"}])), "score-missing", "data.measures[0]"),
        (measures(json!([phq(json!(28))])), "score-out-of-range", "data.measures[0]"),
        (
            measures(json!([{"instrument": "phq-9", "items": [4, 0, 0, 0, 0, 0, 0, 0, 0]}])),
            "score-out-of-range",
            "data.measures[0]",
        ),
        (
            corrected(json!({"corrects": "e1", "data": {"colour": "x"}})),
            "correction-of-no-type",
            "data.data",
        ),
    ];
    let mut lines: Vec<_> = events
        .into_iter()
        .map(|(event, reason, field)| (event.to_string().into_bytes(), reason, field))
        .collect();
    let twice = score().to_string().replacen('{', r#"{"id":"bad","#, 1);
    lines.extend([
        (b"this is no event".to_vec(), "not-json", ""),
        (br#"{"specversion":"1.0","id":"#.to_vec(), "not-json", ""),
        (b"[]".to_vec(), "wrong-type", ""),
        (twice.into_bytes(), "duplicate-field", "id"),
        (b"{\"id\":\"\xFF\"}".to_vec(), "not-utf8", ""),
        (vec![b'x'; 40 << 20], "line-too-long", ""),
    ]);
    lines
}

/// A reading by `check --json`: (line, reason, field) of every rejection, and the accounts.
fn check(workspace: &Workspace, code: i32, args: &[&str]) -> (Vec<(u64, String, String)>, Value) {
    let args = [&["check", "--json", "--time-basis", "actual"], args].concat();
    let mut said = workspace.expect(code, &args).json_lines();
    let accounts = said.pop().expect("accounts");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let line = |value: &Value| value["line"].as_u64().unwrap_or_default();
    let rejections =
        said.iter().map(|said| (line(said), text(&said["reason"]), text(&said["field"])));
    (rejections.collect(), accounts)
}

/// Read, accepted, duplicate, rejected of one account, which must add up.
fn counts(account: &Value) -> [u64; 4] {
    let counts = ["read", "accepted", "duplicate", "rejected"]
        .map(|name| account[name].as_u64().expect("a count"));
    assert_eq!(counts[0], counts[1] + counts[2] + counts[3], "{account}");
    counts
}

#[test]
fn every_bad_line_gives_its_reason_and_field_and_costs_itself_alone() {
    let bad = bad_lines();
    let mut file = b"\xEF\xBB\xBF".to_vec();
    let mut want = Vec::new();
    let mut number = 0;
    for (n, (line, reason, field)) in bad.iter().enumerate() {
        // A good line, a blank one, then the bad one; line ends of two kinds.
        let good = Event::score(&format!("s-g{n:02}"), &format!("g{n}"), TIME, 7).to_string();
        let end: &[u8] = if n % 2 == 0 { b"\r\n" } else { b"\n" };
        for line in [good.as_bytes(), b" \t", line] {
            file.extend_from_slice(line);
            file.extend_from_slice(end);
        }
        number += 3;
        want.push((number, (*reason).to_owned(), (*field).to_owned()));
    }
    let workspace = Workspace::new();
    workspace.open_pipeline();
    workspace.write("in/a.ndjson", file);
    let (got, accounts) = check(&workspace, 0, &["in/a.ndjson"]);
    assert_eq!(got, want);
    let n = bad.len() as u64;
    assert_eq!(counts(&accounts["sources"][0]), [2 * n, n, 0, n]);

    // What is kept and published says the same.
    workspace.run(0);
    let manifest = workspace.manifest();
    assert_eq!(counts(&manifest["sources"][0]), [2 * n, n, 0, n]);
    assert_eq!(manifest["events"], n);
    let table = Text::csv(&workspace.output("tables/rejections.csv"));
    let mut total = 0;
    for row in table.maps() {
        let of_reason = bad.iter().filter(|(_, reason, _)| *reason == row["reason"]).count();
        assert_eq!(row["records"], of_reason.to_string(), "{row:?}");
        total += of_reason;
    }
    assert_eq!(total, bad.len());

    // Every reason that one line can give by itself is in the list above; rows are no lines, and it
    // takes an erasure to reject whoever was erased.
    let elsewhere =
        [Reason::SourceTruncated, Reason::FileRefused, Reason::RaggedRow, Reason::SubjectWithdrawn];
    let given: BTreeSet<&str> = bad.iter().map(|(_, reason, _)| *reason).collect();
    for reason in Reason::ALL.iter().filter(|r| !r.is_identifier() && !elsewhere.contains(r)) {
        assert!(given.contains(reason.code()), "{}", reason.code());
    }
}

#[test]
fn a_source_that_broke_off_keeps_its_good_lines() {
    let mut text = String::new();
    for event in person("s-aaa", [20, 12, 8]) {
        text.push_str(&format!("{event}\n"));
    }
    let whole = text.clone();
    text.push_str(&score().to_string()[..100]);
    let workspace = Workspace::new();
    workspace.open_pipeline();
    workspace.write("in/a.ndjson", &text);
    let (got, accounts) = check(&workspace, 3, &["in/a.ndjson"]);
    assert_eq!(got, [(7, "source-truncated".to_owned(), String::new())]);
    assert_eq!(counts(&accounts["sources"][0]), [7, 6, 0, 1]);
    assert_eq!(accounts["sources"][0]["truncated"], true);
    workspace.run(3);
    assert_eq!(workspace.manifest()["events"], 6);
    let spoilt = workspace.estimates();

    // The whole file instead: the same figures, and nothing to complain of.
    workspace.write("in/a.ndjson", &whole);
    workspace.run(0);
    assert_eq!(workspace.manifest()["events"], 6);
    assert_same("whole", &spoilt, &workspace.estimates());
    // A last line without its end is whole all the same.
    workspace.write("in/a.ndjson", whole.trim_end());
    let (got, accounts) = check(&workspace, 0, &["in/a.ndjson"]);
    assert!(got.is_empty());
    assert_eq!(counts(&accounts["sources"][0]), [6, 6, 0, 0]);
}

#[test]
fn a_packed_source_that_broke_off_keeps_its_good_lines() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    let lines: Vec<String> = (0..3000)
        .map(|n| Event::score(&format!("s-{n:04}"), &format!("e{n}"), TIME, n % 28).to_string())
        .collect();
    let text = lines.join("\n");
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).expect("memory");
    let gzip = packer.finish().expect("memory");
    let zstd = zstd::encode_all(text.as_bytes(), 1).expect("memory");
    for (name, packed) in [("a.ndjson.gz", gzip), ("b.ndjson.zst", zstd)] {
        workspace.write(&format!("in/{name}"), &packed);
        let (_, accounts) = check(&workspace, 0, &[&format!("in/{name}")]);
        assert_eq!(counts(&accounts["sources"][0]), [3000, 3000, 0, 0], "{name}");

        workspace.write(&format!("in/{name}"), &packed[..packed.len() - 9]);
        let (got, accounts) = check(&workspace, 3, &[&format!("in/{name}")]);
        let [read, accepted, duplicate, rejected] = counts(&accounts["sources"][0]);
        assert!(duplicate == 0 && rejected <= 1 && read <= 3000, "{name}: {accounts}");
        assert_eq!(got.len() as u64, rejected, "{name}: only the line it broke off in");
        assert!(name.ends_with("zst") || accepted > 0, "{name}: {accounts}");
        assert_eq!(accounts["sources"][0]["truncated"], true);
    }
    // A good file beside it goes on.
    workspace.events("c.ndjson", person("s-aaa", [20, 12, 8]));
    workspace.run(3);
    let manifest = workspace.manifest();
    let total = counts(&manifest["total"]);
    assert_eq!(manifest["events"], total[1]);
    assert_eq!(workspace.afterdose(&["run", "p.toml"]).code, 3);
}

#[test]
fn a_file_with_rejections_is_read_again_and_its_account_stays_right() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    let mut lines = person("s-aaa", [20, 12, 8]);
    lines.push(lines[0].clone());
    lines.push(score().with("/type", json!("afterdose.checkin.sent.v1")));
    workspace.events("a.ndjson", &lines);
    workspace.events("b.ndjson", person("s-bbb", [20, 12, 8]));
    workspace.run(0);
    let (current, sources) = (workspace.current(), workspace.manifest()["sources"].clone());
    assert_eq!(counts(&sources[0]), [8, 6, 1, 1]);
    for _ in 0..2 {
        let said = workspace.expect(0, &["run", "p.toml", "--json"]).json();
        assert_eq!(said["new"], false);
        let read = said["sources"].as_array().expect("sources");
        assert_eq!(read.len(), 1, "the clean file was taken before");
        assert_eq!(counts(&read[0]), [8, 6, 1, 1]);
        assert_eq!(workspace.current(), current);
    }
    // Put right under the same name, it is another file; the old account stays, for its events do.
    lines.pop();
    lines.push(Event::score("s-aaa", "late", TIME, 3));
    workspace.events("a.ndjson", &lines);
    workspace.run(0);
    let manifest = workspace.manifest();
    assert_eq!(manifest["events"], 13);
    assert_eq!(counts(&manifest["total"])[1], 13, "the accepted of all accounts are the log");
}

#[test]
fn a_copy_of_a_file_is_counted_once() {
    for extra in [None, Some("not an event")] {
        let workspace = Workspace::new();
        workspace.open_pipeline();
        let lines: Vec<String> = person("s-aaa", [20, 12, 8])
            .iter()
            .map(ToString::to_string)
            .chain(extra.map(str::to_owned))
            .collect();
        workspace.events("a.ndjson", &lines);
        workspace.events("b.ndjson", &lines);
        for _ in 0..2 {
            let said = workspace.expect(0, &["ingest", "--pipeline", "p.toml", "--json"]).json();
            let accepted: u64 =
                said["sources"].as_array().into_iter().flatten().map(|a| counts(a)[1]).sum();
            assert!(accepted <= 6, "{said}");
        }
        workspace.run(0);
        let total = counts(&workspace.manifest()["total"]);
        assert_eq!(total[1..3], [6, 0]);
        assert_eq!(workspace.manifest()["events"], 6);
    }
}

/// The PHQ-9 score after infusion 1, one person, and how many keys are in conflict.
fn score_and_conflicts(workspace: &Workspace) -> (String, String) {
    let response = Text::csv(&workspace.output("tables/response_by_infusion.csv"));
    let place = [("stratum", "all"), ("route", "all"), ("infusion", "1")];
    let anomalies = Text::csv(&workspace.output("tables/anomalies.csv"));
    let conflicts = anomalies.cell(&[("anomaly", "conflicting-key")], "n_events");
    (response.cell(&place, "mean_score").to_owned(), conflicts.to_owned())
}

#[test]
fn a_conflict_counts_for_nothing_until_a_correction_settles_it() {
    let right = person("s-aaa", [20, 12, 8]);
    let wrong = right[2].clone().with("/data/measures/0/total", json!(17));
    let fix = Event::new(
        "event.corrected",
        "s-aaa",
        "s-aaa-fix",
        "2025-02-01T09:00:00Z",
        json!({"corrects": "s-aaa-c1", "data": right[2].0["data"]}),
    );
    let plain = Workspace::new();
    plain.open_pipeline();
    plain.events("a.ndjson", &right);
    plain.run(0);
    assert_eq!(score_and_conflicts(&plain), ("12".into(), "0".into()));
    for way in ["inside a file", "across files", "against the store"] {
        let workspace = Workspace::new();
        workspace.open_pipeline();
        let both = right.iter().chain([&wrong]);
        match way {
            "inside a file" => workspace.events("a.ndjson", both),
            "across files" => {
                workspace.events("a.ndjson", &right);
                workspace.events("b.ndjson", [&wrong]);
            }
            _ => {
                workspace.events("b.ndjson", [&wrong]);
                workspace.run(0);
                workspace.events("a.ndjson", &right);
            }
        }
        workspace.run(0);
        assert_eq!(score_and_conflicts(&workspace), ("NA".into(), "1".into()), "{way}");
        let manifest = workspace.manifest();
        let conflicting = manifest["sources"].as_array().into_iter().flatten();
        let conflicting: u64 = conflicting.filter_map(|a| a["conflicting"].as_u64()).sum();
        assert_eq!((conflicting, &manifest["events"]), (1, &json!(7)), "{way}");
        assert_eq!(counts(&manifest["total"]), [7, 7, 0, 0], "{way}: both are kept");

        workspace.events("fix.ndjson", [&fix]);
        workspace.run(0);
        assert_same(way, &plain.estimates(), &workspace.estimates());
    }
}

#[test]
fn check_sees_duplicates_and_conflicts_against_a_store_it_is_given() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    let events = person("s-aaa", [20, 12, 8]);
    workspace.events("a.ndjson", &events);
    workspace.run(0);
    let wrong = events[2].clone().with("/data/measures/0/total", json!(17));
    workspace.events("b.ndjson", [&wrong, &events[0], &score()]);
    let (_, blind) = check(&workspace, 0, &["in/b.ndjson"]);
    assert_eq!(counts(&blind["sources"][0]), [3, 3, 0, 0]);
    let (_, told) = check(&workspace, 0, &["in/b.ndjson", "--store", "store"]);
    assert_eq!(counts(&told["sources"][0]), [3, 2, 1, 0]);
    assert_eq!(told["sources"][0]["conflicting"], 1);
    assert_eq!(
        workspace.expect(0, &["ingest", "--pipeline", "p.toml", "--json"]).json()["sources"][0]["accepted"],
        2
    );
}

#[test]
fn standard_input_is_a_source() {
    let workspace = Workspace::new();
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_afterdose"));
    let lines: Vec<String> = person("s-aaa", [20, 12, 8]).iter().map(Event::to_string).collect();
    let text = lines.join("\n");
    let args = ["ingest", "--store", "store", "--time-basis", "actual", "--json", "-"];
    let ran = command.current_dir(workspace.path("")).args(args).write_stdin(text).assert();
    let said: Value = serde_json::from_slice(&ran.success().get_output().stdout).expect("accounts");
    assert_eq!(said["sources"][0]["file"], "stdin");
    assert_eq!(counts(&said["sources"][0]), [6, 6, 0, 0]);
}
