//! CSV and Parquet sources: what a mapping makes of rows, and that a sheet is judged as strictly as
//! a file of events.

use crate::harness::workspace::{Ran, Workspace, assert_nowhere};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A mapping for short sheets with the columns `who`, `when` and `phq`.
const SHORT: &str = r#"
name = "short"
layout = "long"
[sheet]
zone = "UTC"
[fields]
source = { value = "/synthetic/short" }
subject = { column = "who" }
time = { column = "when" }
[[events]]
type = "checkin.submitted.v1"
[events.fields]
"data.measures[phq-9].total" = { column = "phq" }
"#;

/// A mapping for sessions: `who`, `when`, `route`, `dose`, `weight`.
const SESSIONS: &str = r#"
name = "sessions"
layout = "long"
[sheet]
zone = "UTC"
[fields]
source = { value = "/synthetic/short" }
subject = { column = "who" }
time = { column = "when" }
[[events]]
type = "session.completed.v1"
[events.fields]
"data.route" = { column = "route", values = "route" }
"data.drug" = { value = "ketamine" }
"data.dose.value" = { column = "dose", unit = "g" }
"data.dose.unit" = { value = "mg" }
"data.weight_kg" = { column = "weight", unit = "lb" }
[values.route]
IV = "intravenous"
"Nasal Spray" = "intranasal"
"#;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/sheets")
}

/// A workspace with a mapping and one sheet.
fn sheet(mapping: &str, name: &str, bytes: impl AsRef<[u8]>) -> Workspace {
    let workspace = Workspace::new();
    workspace.write("m.toml", mapping);
    workspace.write(&format!("in/{name}"), bytes);
    workspace
}

/// What `check --json` says of one sheet: its rejections, and its account.
fn check(workspace: &Workspace, code: i32, name: &str) -> (Vec<(u64, String, String)>, Value) {
    let path = format!("in/{name}");
    let args = ["check", "--json", "--time-basis", "actual", "--mapping", "m.toml", &path];
    let mut said = workspace.expect(code, &args).json_lines();
    let account = said.pop().expect("accounts")["sources"][0].take();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rejections = said
        .iter()
        .map(|one| (one["line"].as_u64().unwrap_or(0), text(&one["reason"]), text(&one["field"])));
    (rejections.collect(), account)
}

fn counts(account: &Value) -> [u64; 4] {
    let counts = ["read", "accepted", "duplicate", "rejected"]
        .map(|name| account[name].as_u64().expect("a count"));
    assert_eq!(counts[0], counts[1] + counts[2] + counts[3], "{account}");
    counts
}

/// Every event of a store, as canonical text. Read through the library, which wrote it.
fn stored(workspace: &Workspace) -> BTreeSet<String> {
    use afterdose::store::log::EventLog;
    let log = EventLog::open(&workspace.path("store")).expect("a store");
    let scan = log.scan(&(0..afterdose::store::share::SHARES)).expect("a readable store");
    let events = scan.in_order().expect("sound rows");
    events.iter().map(|logged| logged.event.to_json()).collect()
}

#[test]
fn sample_sheets_become_exactly_the_events_written_beside_them() {
    let ingest = |sources: &[(&str, Option<&str>)]| {
        let workspace = Workspace::new();
        for (name, mapping) in sources {
            let path = samples().join(name);
            let mut args = vec![
                "ingest",
                "--store",
                "store",
                "--time-basis",
                "actual",
                path.to_str().expect("UTF-8"),
            ];
            if let Some(mapping) = mapping {
                args.extend(["--mapping", mapping]);
            }
            let said = workspace.expect(0, &[&args[..], &["--json"]].concat()).json();
            assert_eq!(counts(&said["sources"][0])[3], 0, "{name}: {said}");
        }
        stored(&workspace)
    };
    for (name, mapping, ending, n) in [
        ("session-log", "session-log", "csv", 13),
        ("questionnaire-export", "questionnaire-export", "csv", 12),
        ("esketamine-monitoring", "esketamine-monitoring", "csv", 5),
        ("esketamine-monitoring", "esketamine-monitoring", "parquet", 5),
    ] {
        let from_sheet = ingest(&[(&format!("{name}.{ending}"), Some(mapping))]);
        let from_lines = ingest(&[(&format!("expected/{name}.ndjson"), None)]);
        assert_eq!(from_lines.len(), n, "{name}");
        assert_eq!(from_sheet, from_lines, "{name}.{ending}");
    }
}

#[test]
fn the_pipeline_of_the_sample_sheets_runs_and_counts_every_event_once() {
    let workspace = Workspace::new();
    let pipeline = samples().join("../../pipelines/sheets.toml");
    let pipeline = pipeline.to_str().expect("UTF-8");
    let args = ["run", pipeline, "--store", "store", "--out", "out", "--json"];
    let said = workspace.expect(0, &args).json();
    let account = |file: &str| {
        let sources = said["sources"].as_array().expect("sources");
        let found = sources.iter().find(|source| source["file"] == file).expect(file);
        (counts(found), found["mapping"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(account("session-log.csv"), ([15, 13, 2, 0], "session-log".into()));
    assert_eq!(account("questionnaire-export.csv").0, [12, 12, 0, 0]);
    assert_eq!(account("esketamine-monitoring.csv").0, [5, 5, 0, 0]);
    assert_eq!(account("esketamine-monitoring.parquet").0, [5, 0, 5, 0]);
    assert_eq!(workspace.manifest()["events"], 30);
    assert_eq!(workspace.manifest()["synthetic"], "all");
    let again = workspace.expect(0, &args).json();
    assert_eq!(
        (&again["new"], again["sources"].as_array().map(Vec::len)),
        (&json!(false), Some(0))
    );
}

#[test]
fn every_dialect_says_the_same() {
    let plain = "who,when,phq\ns-one,2025-02-03T09:00,19\n\"s-two\",2025-02-04T09:00,12\n";
    let dialect = |keys: &str| SHORT.replace("[sheet]\n", &format!("[sheet]\n{keys}\n"));
    let utf_16: Vec<u8> =
        std::iter::once(0xFEFF).chain(plain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let packed = {
        use std::io::Write;
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(plain.as_bytes()).expect("in memory");
        out.finish().expect("in memory")
    };
    let cases: Vec<(&str, String, &str, Vec<u8>)> = vec![
        ("plain", SHORT.into(), "a.csv", plain.into()),
        ("a mark", SHORT.into(), "a.csv", format!("\u{FEFF}{plain}").into()),
        ("CRLF", SHORT.into(), "a.csv", plain.replace('\n', "\r\n").into()),
        ("no last line end", SHORT.into(), "a.csv", plain.trim_end().into()),
        ("blank lines", SHORT.into(), "a.csv", plain.replace('\n', "\n\n").into()),
        ("blank rows", SHORT.into(), "a.csv", format!("{plain},,\n , ,\n").into()),
        ("semicolons", dialect("delimiter = \";\""), "a.csv", plain.replace(',', ";").into()),
        ("tabs", dialect("delimiter = \"\\t\""), "a.tsv", plain.replace(',', "\t").into()),
        ("UTF-16", dialect("encoding = \"utf-16\""), "a.csv", utf_16),
        ("Latin-1", dialect("encoding = \"latin-1\""), "a.csv", plain.into()),
        ("a title above", dialect("header_row = 2"), "a.csv", format!("Export 3\n{plain}").into()),
        ("packed", SHORT.into(), "a.csv.gz", packed),
        ("other columns first", SHORT.into(), "a.csv", {
            let mut text = String::new();
            for line in plain.lines() {
                text.push_str(&format!("x,{line},y\n"));
            }
            text.replacen("x,who", "Chair,who", 1).replacen("phq,y", "phq,Room", 1).into()
        }),
    ];
    let mut first = None;
    for (what, mapping, name, bytes) in cases {
        let workspace = sheet(&mapping, name, bytes);
        let path = format!("in/{name}");
        let args = ["--store", "store", "--time-basis", "actual", "--mapping", "m.toml", "--json"];
        let args = [&["ingest", path.as_str()], &args[..]].concat();
        let said = workspace.expect(0, &args).json();
        assert_eq!(counts(&said["sources"][0]), [2, 2, 0, 0], "{what}");
        let events = stored(&workspace);
        assert_eq!(&events, first.get_or_insert(events.clone()), "{what}");
    }
}

#[test]
fn rows_that_are_wrong_are_refused_by_line_and_column() {
    let text = "who,when,route,dose,weight\n\
        s-one,2025-02-03T09:00,IV,0.04,180\n\
        s-one,2025-02-30T09:00,IV,0.04,180\n\
        s-one,03/04/2025,IV,0.04,180\n\
        s-one,,IV,0.04,180\n\
        s-one,2025-02-04T09:00,by drone,0.04,180\n\
        s-one,2025-02-05T09:00,,0.04,180\n\
        s-one,2025-02-06T09:00,IV,40 mg,180\n\
        s-one,2025-02-07T09:00,IV,40,180\n\
        s-one,2025-02-08T09:00,IV,0.04,82 kg\n\
        s-one,2025-02-09T09:00,IV,\"0,04\",180\n\
        s-one,2025-02-10T09:00,IV,0.04\n\
        s-one,2025-02-11T09:00,IV,0.04,180,x\n\
        \"\nx\",2025-02-12T09:00,IV,0.04,180\n\
        12345,2025-02-13T09:00,IV,0.04,180\n\
        s-one,2199-02-13T09:00,IV,0.04,180\n\
        s-one,2025-02-14T09:00,nasal spray,,\n";
    let workspace = sheet(SESSIONS, "a.csv", text);
    let (rejections, account) = check(&workspace, 0, "a.csv");
    let want = [
        (3, "malformed-time", "when"),
        (4, "malformed-time", "when"),
        (5, "time-missing", "when"),
        (6, "unknown-code", "route"),
        (7, "missing-field", "route"),
        (8, "wrong-type", "dose"),
        (9, "out-of-range", "dose"),
        (10, "wrong-type", "weight"),
        (11, "wrong-type", "dose"),
        (12, "ragged-row", ""),
        (13, "ragged-row", ""),
        (14, "malformed-id", "who"),
        (16, "malformed-id", "who"),
        (17, "from-the-future", "when"),
    ];
    let want: Vec<_> = want.map(|(line, r, f)| (line, r.to_owned(), f.to_owned())).into();
    assert_eq!(rejections, want);
    assert_eq!(counts(&account), [16, 2, 0, 14]);
}

#[test]
fn a_row_that_comes_again_is_a_duplicate_wherever_it_stands() {
    let head = "who,when,phq\n";
    let rows = ["s-one,2025-02-03T09:00,19\n", "s-two,2025-02-03T09:00,12\n"];
    let first = format!("{head}{}{}", rows[0], rows[1]);
    // Another order, another column, another way of writing the same.
    let second =
        "Chair,phq,when,who\n2,12.0,2025-02-03 09:00:00Z,s-two\n,19, 2025-02-03T09:00 ,s-one\n";
    let workspace = sheet(SHORT, "a.csv", &first);
    workspace.write("in/b.csv", second);
    workspace.write("in/c.csv", format!("{head}{}", "s-one,2025-02-03T09:00,18\n"));
    let ingest = |name: &str| {
        let path = format!("in/{name}");
        let args = ["--store", "store", "--time-basis", "actual", "--mapping", "m.toml", "--json"];
        let said = workspace.expect(0, &[&["ingest", path.as_str()], &args[..]].concat()).json();
        counts(&said["sources"][0])
    };
    assert_eq!(ingest("a.csv"), [2, 2, 0, 0]);
    assert_eq!(ingest("b.csv"), [2, 0, 2, 0]);
    assert_eq!(ingest("c.csv"), [1, 1, 0, 0], "another score is another event");
    let twice = sheet(SHORT, "a.csv", format!("{head}{}{}", rows[0], rows[0]));
    assert_eq!(counts(&check(&twice, 0, "a.csv").1), [2, 1, 1, 0]);
    // With an id of its own, a row that says something else is a conflict, not a second event.
    let with_id = SHORT.replace(
        "[events.fields]",
        "[events.fields]\nid = { column = \"when\", values = \"day\" }",
    ) + "[values.day]\n\"2025-02-03T09:00\" = \"v1\"\n";
    let changed = sheet(&with_id, "a.csv", format!("{head}{}s-one,2025-02-03T09:00,18\n", rows[0]));
    assert_eq!(check(&changed, 0, "a.csv").1["conflicting"], 1);
}

#[test]
fn a_wide_row_makes_an_event_for_each_visit_that_took_place() {
    let mapping = r#"
name = "wide"
layout = "wide"
[sheet]
zone = "UTC"
[fields]
source = { value = "/synthetic/wide" }
subject = { column = "who" }
[[events]]
type = "checkin.submitted.v1"
repeat = ["0", "7", "14"]
[events.fields]
studytime = { value = "P{}D" }
"data.measures[phq-9].total" = { column = "phq_{}" }
"data.measures[phq-9].items" = { columns = ["q1_{}","q2_{}","q3_{}","q4_{}","q5_{}","q6_{}","q7_{}","q8_{}","q9_{}"], optional = true }
[[events]]
type = "subject.withdrawn.v1"
[events.fields]
studytime = { column = "withdrawn", count = "days", first = 1 }
"#;
    let text = "who,phq_0,q1_0,q2_0,q3_0,q4_0,q5_0,q6_0,q7_0,q8_0,q9_0,phq_7,phq_14,withdrawn\n\
        s-one,19,3,2,2,2,2,2,2,2,2,14,NA,\n\
        s-two,,1,1,1,1,1,1,1,1,1,40,12,\n\
        s-three,,1,1,1,,1,1,1,1,1,,,\n\
        s-four,9,1,1,1,,1,1,1,1,1,,,8\n\
        s-five,,,,,,,,,,,,,\n";
    let workspace = sheet(mapping, "a.csv", text);
    let args = ["check", "in/a.csv", "--json", "--time-basis", "relative", "--mapping", "m.toml"];
    let mut said = workspace.expect(0, &args).json_lines();
    let account = said.pop().expect("accounts")["sources"][0].take();
    let places: Vec<_> = said
        .iter()
        .map(|one| (one["line"].as_u64(), one["reason"].clone(), one["field"].clone()))
        .collect();
    assert_eq!(
        places,
        [
            (Some(3), json!("score-out-of-range"), json!("phq_7")),
            (Some(4), json!("score-missing"), json!("q4_0")),
        ]
    );
    // Two visits, three, one, one and a withdrawal, none.
    assert_eq!(counts(&account), [8, 6, 0, 2]);
    let ingest = [
        "ingest",
        "in/a.csv",
        "--store",
        "store",
        "--time-basis",
        "relative",
        "--mapping",
        "m.toml",
    ];
    workspace.expect(0, &ingest);
    let events = stored(&workspace);
    let has = |subject: &str, text: &str| {
        events.iter().any(|event| event.contains(subject) && event.contains(text))
    };
    assert!(
        has(
            "s-one",
            r#""studytime":"P0D","data":{"measures":[{"instrument":"phq-9","total":19,"items":[3,2,2,2,2,2,2,2,2]}]}"#
        ),
        "{events:#?}"
    );
    assert!(has("s-two", r#""items":[1,1,1,1,1,1,1,1,1]"#));
    assert!(has("s-four", r#"{"instrument":"phq-9","total":9}"#), "items with a hole are left out");
    assert!(has(
        "s-four",
        r#""type":"afterdose.subject.withdrawn.v1","subject":"s-four","studytime":"P7D""#
    ));
}

#[test]
fn a_sheet_that_does_not_fit_its_mapping_is_4_and_nothing_is_written() {
    let workspace = sheet(SHORT, "a.csv", "who,Jane Doe,phq\ns-one,x,3\n");
    workspace.write("in/b.csv", "who,when,phq,when\ns-one,x,3,y\n");
    workspace.write("in/c.parquet", "PAR1 but not more");
    workspace.write("in/good.csv", "who,when,phq\ns-one,2025-02-03T09:00,19\n");
    for (name, wanted) in [
        ("a.csv", "source a.csv does not fit the mapping short: it has no column `when`"),
        ("b.csv", "its column `when` stands twice"),
        ("c.parquet", "source c.parquet cannot be read"),
    ] {
        let path = format!("in/{name}");
        let args = [
            "ingest",
            "in/good.csv",
            &path,
            "--store",
            "store",
            "--time-basis",
            "actual",
            "--mapping",
            "m.toml",
        ];
        let ran = workspace.expect(4, &args);
        assert!(ran.stderr.contains(wanted), "{ran:?}");
        assert!(!ran.stderr.contains("Jane"), "{ran:?}");
        assert!(!workspace.path("store/events").exists());
    }
    let empty = sheet(SHORT, "a.csv", "");
    assert_eq!(counts(&check(&empty, 4, "a.csv").1), [0, 0, 0, 0]);
    let header = sheet(SHORT, "a.csv", "who,when,phq\n");
    assert_eq!(counts(&check(&header, 4, "a.csv").1), [0, 0, 0, 0]);
}

#[test]
fn a_file_that_breaks_off_is_3_and_its_good_rows_stay() {
    let cut = sheet(SHORT, "a.csv", "who,when,phq\ns-one,2025-02-03T09:00,19\ns-two,2025-02");
    let (rejections, account) = check(&cut, 3, "a.csv");
    assert_eq!(rejections, [(3, "source-truncated".into(), String::new())]);
    assert_eq!((counts(&account), &account["truncated"]), ([2, 1, 0, 1], &json!(true)));
    // A quote that is never closed would make the rest of the file one cell.
    let open = format!("who,when,phq\ns-one,2025-02-03T09:00,19\n\"s-two{}", "x\n".repeat(1 << 20));
    let (rejections, account) = check(&sheet(SHORT, "a.csv", open), 3, "a.csv");
    assert_eq!(rejections, [(3, "line-too-long".into(), String::new())]);
    assert_eq!(counts(&account), [2, 1, 0, 1]);
}

#[test]
fn a_wrong_mapping_is_2_and_says_what_is_meant() {
    let workspace = Workspace::new();
    workspace.write("in/a.csv", "who,when,phq\ns-one,2025-02-03T09:00,19\n");
    let cases = [
        ("layout = \"long\"", "layout = \"lang\"", "did you mean `long`"),
        ("zone = \"UTC\"", "zoen = \"UTC\"", "line 5: unknown key `zoen`; did you mean `zone`?"),
        ("zone = \"UTC\"", "zone = \"Europe/Berlin\"", "CET-1CEST"),
        ("zone = \"UTC\"", "", "`zone` is missing"),
        ("zone = \"UTC\"", "zone = \"UTC\"\nformat = \"%d/%m/%Y\"", "no time of day"),
        ("zone = \"UTC\"", "zone = \"UTC\"\nformat = \"%Q\"", "no pattern"),
        ("\"when\" }", "\"\" }", "is empty; fill it in"),
        ("subject =", "subjekt =", "did you mean `subject`"),
        ("subject = { column = \"who\" }", "", "`subject` is not mapped"),
        ("time = { column = \"when\" }", "", "neither `time` nor `studytime`"),
        ("checkin.submitted.v1", "checkin.sent.v1", "did you mean `checkin.submitted.v2`"),
        ("checkin.submitted.v1", "event.corrected.v1", "send them as NDJSON"),
        ("measures[phq-9]", "measures[phq-8]", "did you mean `phq-9`"),
        ("measures[phq-9].total", "measures[phq-9].totl", "did you mean `data.measures[].total`"),
        ("\"phq\" }", "\"phq\", unit = \"mg\" }", "has no unit"),
        ("\"phq\" }", "\"phq\", values = \"x\" }", "no list [values.x]"),
        ("\"phq\" }", "\"phq\", format = \"%Y\" }", "only for `time`"),
        ("\"phq\" }", "\"phq\", value = 3 }", "one of `column`, `columns` and `value`"),
        ("/synthetic/short", "synthetic short", "write a path"),
        ("[sheet]", "ignore = [\"phq\"]\n[sheet]", "which is mapped"),
    ];
    for (from, to, wanted) in cases {
        assert!(SHORT.contains(from), "{from}");
        workspace.write("m.toml", SHORT.replacen(from, to, 1));
        let args = ["check", "in/a.csv", "--time-basis", "actual", "--mapping", "m.toml"];
        let ran = workspace.expect(2, &args);
        assert!(ran.stderr.contains(wanted) && ran.stderr.contains("m.toml"), "{to}: {ran:?}");
    }
    let wrong_unit = SESSIONS.replace("unit = \"g\"", "unit = \"lb\"");
    workspace.write("m.toml", wrong_unit);
    let args = ["check", "in/a.csv", "--time-basis", "actual", "--mapping"];
    let ran = workspace.expect(2, &[&args[..], &["m.toml"]].concat());
    assert!(ran.stderr.contains("unit `lb` does not fit data.dose.value"), "{ran:?}");
    let ran = workspace.expect(2, &[&args[..], &["sesion-log"]].concat());
    assert!(ran.stderr.contains("did you mean `session-log`"), "{ran:?}");
    let ran = workspace.expect(2, &["check", "in/a.csv", "--time-basis", "actual"]);
    assert!(ran.stderr.contains("a.csv is a sheet and needs a mapping"), "{ran:?}");
}

/// A pipeline that reads `in/a.csv` by `m.toml`.
fn pipeline(workspace: &Workspace, on_identifier: &str) {
    workspace.pipeline(
        &[("a.csv", on_identifier)],
        "mapping = \"m.toml\"\n[disclosure]\nmin_cell = 0\n",
    );
}

#[test]
fn identifiers_in_cells_and_headers_cost_the_file_or_the_record() {
    let good = "s-one,2025-02-03T09:00,19";
    let plain = |row: &str| format!("who,when,phq\n{good}\n{row}\n");
    let cases = [
        (
            "a mail address",
            plain("jo@example.org,2025-02-03T09:00,19"),
            "jo@example.org",
            3,
            "identifier-email",
            "who",
        ),
        (
            "a name",
            plain("s-two,2025-02-03T09:00,Jane Doe"),
            "Jane Doe",
            3,
            "identifier-text",
            "phq",
        ),
        (
            "a telephone number",
            plain("s-two,555-201-4567,19"),
            "555-201-4567",
            3,
            "identifier-phone",
            "when",
        ),
        (
            "a record number",
            plain("s-two,2025-02-03T09:00,00123456"),
            "00123456",
            3,
            "identifier-mrn",
            "phq",
        ),
        (
            "a birthday",
            plain("s-1980-02-03,2025-02-03T09:00,19"),
            "1980-02-03",
            3,
            "identifier-date",
            "who",
        ),
        (
            "a column of names",
            format!("who,when,phq,Patient name\n{good},Doe\ns-two,2025-02-03T09:00,12,Roe\n"),
            "Patient name",
            1,
            "identifier-text",
            "",
        ),
        (
            "a header that is one",
            format!("who,when,phq,jo@example.org\n{good},x\n"),
            "jo@example.org",
            1,
            "identifier-email",
            "",
        ),
    ];
    for (what, text, marker, line, reason, field) in cases {
        let workspace = sheet(SHORT, "a.csv", &text);
        let (rejections, account) = check(&workspace, 5, "a.csv");
        assert_eq!(rejections[0], (line, reason.to_owned(), field.to_owned()), "{what}");
        assert_eq!((counts(&account)[1], &account["refused"]), (0, &json!(true)), "{what}");

        pipeline(&workspace, "reject-record");
        let ran = workspace.run(5);
        let mapped: Ran = workspace.expect(5, &["map", "check", "--mapping", "m.toml", "in/a.csv"]);
        let again =
            workspace.expect(5, &["map", "check", "--json", "--mapping", "m.toml", "in/a.csv"]);
        let init = workspace.afterdose(&["map", "init", "in/a.csv"]);
        assert!(workspace.manifest()["events"].as_u64() > Some(0), "{what}: the good rows stay");
        assert_nowhere(&workspace, &[marker], &[&ran, &mapped, &again, &init]);
    }
}

#[test]
fn a_column_that_is_ignored_may_be_called_anything_and_is_not_read() {
    let mapping = SHORT.replace("[sheet]", "ignore = [\"Patient name\"]\n[sheet]");
    let text = "who,when,phq,Patient name\ns-one,2025-02-03T09:00,19,Jane Doe\n";
    let workspace = sheet(&mapping, "a.csv", text);
    let (rejections, account) = check(&workspace, 0, "a.csv");
    assert_eq!((rejections.len(), counts(&account)), (0, [1, 1, 0, 0]));
    pipeline(&workspace, "refuse-file");
    let ran = workspace.run(0);
    assert_nowhere(&workspace, &["Jane", "Patient name"], &[&ran]);
}

#[test]
fn words_of_the_mapping_are_no_names() {
    let text = "who,when,route,dose,weight\n\
        s-one,2025-02-03T09:00,Nasal Spray,4,180\n\
        s-two,2025-02-03T09:00,Nasal Pump,0.04,180\n";
    let workspace = sheet(SESSIONS, "a.csv", text);
    let (rejections, _) = check(&workspace, 5, "a.csv");
    assert_eq!(rejections[0], (2, "out-of-range".into(), "dose".into()));
    assert_eq!(rejections[1], (3, "identifier-text".into(), "route".into()));
}

#[test]
fn map_check_says_what_becomes_of_every_column() {
    let mut text = String::from("who,when,route,dose,weight,Chair\n");
    for day in 1..=4 {
        text.push_str(&format!("s-one,2025-02-0{day}T09:00,NS,0.04,180,2\n"));
    }
    text.push_str("s-one,2025-02-05T09:00,IV,0.04,180,2\ns-one,2025-02-06T09:00,Rita,0.04,,\n");
    let workspace = sheet(SESSIONS, "a.csv", &text);
    let args = ["map", "check", "--mapping", "m.toml", "in/a.csv"];
    let said = workspace.expect(0, &[&args[..], &["--json"]].concat()).json();
    let survey = &said["survey"];
    assert_eq!((&survey["rows"], &survey["n_rejections"]), (&json!(6), &json!(5)));
    let events = &survey["events"][0];
    assert_eq!((&events["read"], &events["accepted"]), (&json!(6), &json!(1)));
    let words = &survey["unknown_words"][0];
    assert_eq!(words["column"], "route");
    assert_eq!((&words["words"], &words["rows"]), (&json!(2), &json!(5)));
    assert_eq!(words["shown"], json!({"NS": 4}), "a word of one row is not shown");
    let columns = survey["columns"].as_array().expect("columns");
    assert_eq!(columns[4]["fields"], json!(["data.weight_kg"]));
    assert_eq!((&columns[4]["filled"], &columns[5]["becomes"]), (&json!(5), &json!("not mapped")));
    let text = workspace.expect(0, &args).stdout;
    for wanted in ["line 2: route unknown-code", "NS (4)", "data.dose.value", "Chair"] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(!text.contains("Rita"), "{text}");
}

#[test]
fn map_init_proposes_a_mapping_that_works_once_it_is_filled_in() {
    let text = "Visit ID;Patient code;Session date;Route;Drug;Dose (mg);Weight (lbs);PHQ-9;Notes\n\
        1;17;13.02.2025 09:00;IV;Ketamine;40;180,5;19;\n\
        2;17;14.02.2025 09:30;nasal;Spravato;56;180;12;\n";
    let workspace = sheet("", "Clinic log.csv", text);
    let args = ["map", "init", "in/Clinic log.csv", "--out", "m.toml"];
    std::fs::remove_file(workspace.path("m.toml")).expect("a file");
    let ran = workspace.expect(0, &args);
    assert!(ran.stderr.contains("8 of 9 columns recognised"), "{ran:?}");
    workspace.expect(1, &args);
    let proposed = std::fs::read_to_string(workspace.path("m.toml")).expect("a mapping");
    assert!(!proposed.contains("Notes") && proposed.contains("column 9"), "{proposed}");
    let check = ["map", "check", "--mapping", "m.toml", "in/Clinic log.csv"];
    let refused = workspace.expect(2, &check);
    assert!(refused.stderr.contains("fill it in"), "what is empty must be filled in: {refused:?}");
    let filled = proposed
        .replace("zone = \"\"", "zone = \"+01:00\"")
        .replace("source = { value = \"\" }", "source = { value = \"/synthetic/log\" }")
        .replacen("[sheet]", "ignore = [\"Notes\"]\n[sheet]", 1);
    workspace.write("m.toml", &filled);
    let said = workspace.expect(0, &[&check[..], &["--json"]].concat()).json();
    let events = said["survey"]["events"].as_array().expect("events");
    let accepted: Vec<_> = events.iter().map(|event| event["accepted"].as_u64()).collect();
    assert_eq!(accepted, [Some(2), Some(2)], "{said}\n{filled}");
    let ingest = [
        "ingest",
        "in/Clinic log.csv",
        "--store",
        "store",
        "--time-basis",
        "actual",
        "--mapping",
        "m.toml",
    ];
    workspace.expect(0, &ingest);
    let events = stored(&workspace);
    let wanted = r#""subject":"s-17","time":"2025-02-14T08:30:00Z","data":{"route":"intranasal","drug":"esketamine","dose":{"value":56,"unit":"mg"},"weight_kg":81.6466266}"#;
    assert!(events.iter().any(|event| event.contains(wanted)), "{events:#?}\n{filled}");
}

#[test]
fn map_init_leaves_open_what_the_rows_do_not_tell() {
    let text = "subject,date,phq9_baseline,phq9_v1,gad7_baseline,gad7_v1,date_baseline,date_v1\n\
        s-one,,19,12,14,9,03/04/2025,05/06/2025\n";
    let workspace = sheet("", "wide.csv", text);
    let said = workspace.expect(0, &["map", "init", "in/wide.csv", "--json"]).json();
    let mapping = said["mapping"].as_str().expect("a mapping");
    for wanted in [
        "layout = \"wide\"",
        "repeat = [\"baseline\", \"v1\"]",
        "\"data.measures[phq-9].total\" = { column = \"phq9_{}\" }",
        "\"data.measures[gad-7].total\" = { column = \"gad7_{}\" }",
        "%d/%m/%Y or %m/%d/%Y",
    ] {
        assert!(mapping.contains(wanted), "{wanted}: {mapping}");
    }
    let open = said["to_fill_in"].as_array().expect("a list");
    assert!(open.contains(&json!("format of time")), "{open:?}");
    let headless = sheet("", "a.csv", "s-one,2025-02-03,19\n");
    let ran = headless.expect(4, &["map", "init", "in/a.csv"]);
    assert!(ran.stderr.contains("no header"), "{ran:?}");
    let proposal = |name: &str| {
        let path = samples().join(name);
        headless.expect(0, &["map", "init", path.to_str().expect("UTF-8")]).stdout
    };
    assert!(proposal("questionnaire-export.csv").contains("encoding = \"windows-1252\""));
    assert!(proposal("esketamine-monitoring.parquet").contains("data.dose.value"));
}

#[test]
fn shipped_mappings_are_listed_and_printed() {
    let workspace = Workspace::new();
    let names = workspace.expect(0, &["map", "show", "--json"]).json();
    for name in names.as_array().expect("names").iter().filter_map(Value::as_str) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("data/mappings/{name}.toml"));
        let text = std::fs::read_to_string(file).expect("a mapping");
        assert_eq!(workspace.expect(0, &["map", "show", name]).stdout, text);
    }
    workspace.expect(2, &["map", "show", "no-such"]);
}

#[test]
fn standard_input_may_be_a_sheet() {
    let workspace = sheet(SHORT, "unused.csv", "");
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_afterdose"));
    let args = ["check", "-", "--json", "--time-basis", "actual", "--mapping", "m.toml"];
    let text = "who,when,phq\ns-one,2025-02-03T09:00,19\n";
    let ran = command.current_dir(workspace.path("")).args(args).write_stdin(text).assert();
    let said: Value = serde_json::from_slice(&ran.success().get_output().stdout).expect("accounts");
    assert_eq!(counts(&said["sources"][0]), [1, 1, 0, 0]);
}
