//! The whole program against other programs, on made-up people.
//!
//! `tests/oracle/<method>/make.py` makes the events and, from the scores behind them, the numbers.

#![allow(clippy::expect_used, reason = "a test stops where it cannot go on")]

use assert_cmd::Command;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const PIPELINE: &str = r#"
name = "oracle"

[store]
path = "store"

[[sources]]
path = "events.ndjson"
time_basis = "actual"

[analysis]
instruments = ["phq-9"]
horizon = 6
compare_at = 4
go_on_by = [4, 6]
onset_hours = [2, 4, 24, 72, 168, 336]

[disclosure]
min_cell = 0

[output]
path = "out"
"#;

/// A row: text by column.
type Row = BTreeMap<String, String>;

/// Rows of a CSV file by the columns that tell them apart.
fn rows(path: &Path, keys: &[&str], counts: impl Fn(&Row) -> bool) -> BTreeMap<Vec<String>, Row> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    let mut rows = BTreeMap::new();
    for row in reader.deserialize() {
        let mut row: Row = row.expect("a row");
        if counts(&row) {
            let key: Vec<String> =
                keys.iter().map(|key| row.remove(*key).expect("a key")).collect();
            assert!(rows.insert(key.clone(), row).is_none(), "{key:?} twice");
        }
    }
    rows
}

/// How far a number may be off: nothing for counts, which are whole in both; more for limits,
/// which are exponentials of exponentials or roots of differences.
fn tolerance(column: &str, expected: &str) -> f64 {
    let is_limit = column.ends_with("lo") || column.ends_with("hi");
    match (expected.contains(['.', 'e']), is_limit) {
        (false, _) => 0.0,
        (true, true) => 1e-8,
        (true, false) => 1e-9,
    }
}

fn agree(column: &str, found: &str, expected: &str) -> bool {
    if expected == "NA" || found == "NA" {
        return found == expected;
    }
    let number = |text: &str| text.parse::<f64>().expect("a number");
    (number(found) - number(expected)).abs() <= tolerance(column, expected)
}

/// The numbers of another program, and a run on the same people.
struct Oracle {
    folder: PathBuf,
    run: TempDir,
}

impl Oracle {
    fn run(method: &str) -> Self {
        Self::of(method, &["phq-9"])
    }

    fn of(method: &str, instruments: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(method);
        let run = tempfile::tempdir().expect("a directory");
        std::fs::copy(folder.join("events.ndjson"), run.path().join("events.ndjson"))
            .expect("the events");
        let pipeline = run.path().join("pipeline.toml");
        let named = PIPELINE.replace("[\"phq-9\"]", &format!("{instruments:?}"));
        std::fs::write(&pipeline, named).expect("a pipeline file");
        Command::new(env!("CARGO_BIN_EXE_afterdose")).arg("run").arg(pipeline).assert().success();
        Self { folder, run }
    }

    /// Compares every expected column of a table; how many rows, and how many cells.
    fn compare(&self, expected: &str, table: &str, keys: &[&str]) -> (usize, usize) {
        let expected = rows(&self.folder.join(expected), keys, |_| true);
        let table = self.run.path().join("out/current/tables").join(table);
        let found = rows(&table, keys, |row| row.get("stratum").is_none_or(|name| name == "all"));
        assert!(expected.keys().eq(found.keys()), "{:?}", found.keys());
        let mut cells = 0;
        for (key, expected) in &expected {
            for (column, expected) in expected {
                let found = found[key].get(column).map_or("no such column", String::as_str);
                assert!(
                    agree(column, found, expected),
                    "{key:?}, {column}: {found}, expected {expected}"
                );
                cells += 1;
            }
        }
        (expected.len(), cells)
    }
}

#[test]
fn response_by_infusion_is_what_other_programs_say() {
    let oracle = Oracle::run("response_by_infusion");
    let keys = ["route", "infusion"];
    let compared = oracle.compare("expected.csv", "response_by_infusion.csv", &keys);
    assert_eq!(compared, (4 * 6, 4 * 6 * 23), "four routes, six infusions, every column");
}

#[test]
fn cumulative_response_is_what_other_programs_say() {
    let oracle = Oracle::run("cumulative_response");
    let keys = ["route", "estimator", "infusion"];
    let table = "cumulative_response.csv";
    let (rows, cells) = oracle.compare(table, table, &keys);
    assert_eq!((rows, cells), (60, 60 * 9), "five routes, two estimators, six infusions");

    let table = "time_to_response.csv";
    let (rows, cells) = oracle.compare(table, table, &["route", "estimator"]);
    assert_eq!((rows, cells), (10, 10 * 8), "five routes, two estimators");

    let table = "comparison.csv";
    let (rows, cells) = oracle.compare(table, table, &["route_a", "route_b"]);
    assert_eq!((rows, cells), (7, 7 * 24), "six pairs of four routes, and all");
}

/// Tables by their own script: rows, and cells compared in each.
const AFTERWARDS: [(&str, &[&str], (usize, usize)); 8] = [
    ("change_by_infusion", &["infusion"], (48, 48 * 26)),
    ("individual_change", &["infusion"], (24, 24 * 21)),
    ("severity_shift", &["band_before", "band_after"], (244, 244 * 3)),
    ("onset", &["hours"], (48, 48 * 10)),
    ("go_on", &["infusion", "group", "by_infusion"], (128, 128 * 13)),
    ("after_adjustment", &["infusion", "group", "by_infusion"], (48, 48 * 13)),
    ("durability", &["start", "clock", "time"], (480, 480 * 8)),
    ("time_on_treatment", &["clock", "time"], (160, 160 * 7)),
];

#[test]
fn what_happens_after_each_dose_is_what_other_programs_say() {
    let oracle = Oracle::of("by_infusion", &["phq-9", "pain-nrs"]);
    for (table, keys, expected) in AFTERWARDS {
        let keys: Vec<&str> = ["instrument", "route"].iter().chain(keys).copied().collect();
        let file = format!("{table}.csv");
        assert_eq!(oracle.compare(&file, &file, &keys), expected, "{table}");
    }
}

#[test]
fn the_tables_of_safety_are_what_other_programs_say() {
    let oracle = Oracle::run("safety");
    for (table, keys, rows, columns) in [
        ("item_9.csv", &["route", "infusion"][..], 5 * 6, 20),
        ("side_effects.csv", &["route", "infusion", "capture", "term"], 15 * 7 * 14, 15),
        ("dissociation.csv", &["instrument", "route", "infusion"], 5 * 6, 6),
        ("blood_pressure.csv", &["route", "infusion"], 5 * 6, 25),
        ("screening.csv", &["decision", "reason"], 3 * 14 + 1, 2),
    ] {
        assert_eq!(oracle.compare(table, table, keys), (rows, rows * columns), "{table}");
    }
}
