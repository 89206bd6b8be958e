//! The whole program against pandas, scipy and statsmodels, on made-up people.
//!
//! `tests/oracle/response_by_infusion/make.py` makes the events and, from the matrix of scores
//! behind them, the numbers.

#![allow(clippy::expect_used, reason = "a test stops where it cannot go on")]

use assert_cmd::Command;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const KEYS: [&str; 2] = ["route", "infusion"];

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

[disclosure]
min_cell = 0

[output]
path = "out"
"#;

/// A row: text by column.
type Row = BTreeMap<String, String>;

/// Rows of a CSV file by route and infusion.
fn rows(path: &Path, counts: impl Fn(&Row) -> bool) -> BTreeMap<Vec<String>, Row> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    let mut rows = BTreeMap::new();
    for row in reader.deserialize() {
        let mut row: Row = row.expect("a row");
        if counts(&row) {
            let key = KEYS.map(|key| row.remove(key).expect("a key")).to_vec();
            assert!(rows.insert(key.clone(), row).is_none(), "{key:?} twice");
        }
    }
    rows
}

/// How far a number of a column may be off: nothing for counts.
fn tolerance(column: &str) -> f64 {
    let is_limit = column.ends_with("_lo") || column.ends_with("_hi");
    let is_share = column.contains("_rate") || column.starts_with("mean_");
    match (is_limit, is_share || column == "change_sd") {
        (true, _) => 1e-8,
        (false, true) => 1e-9,
        (false, false) => 0.0,
    }
}

fn agree(column: &str, found: &str, expected: &str) -> bool {
    if expected == "NA" || found == "NA" {
        return found == expected;
    }
    let number = |text: &str| text.parse::<f64>().expect("a number");
    (number(found) - number(expected)).abs() <= tolerance(column)
}

#[test]
fn response_by_infusion_is_what_other_programs_say() {
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/response_by_infusion");
    let directory = tempfile::tempdir().expect("a directory");
    let inside = |path: &str| -> PathBuf { directory.path().join(path) };
    std::fs::copy(oracle.join("events.ndjson"), inside("events.ndjson")).expect("the events");
    std::fs::write(inside("pipeline.toml"), PIPELINE).expect("a pipeline file");
    Command::new(env!("CARGO_BIN_EXE_afterdose"))
        .arg("run")
        .arg(inside("pipeline.toml"))
        .assert()
        .success();

    let expected = rows(&oracle.join("expected.csv"), |_| true);
    let found =
        rows(&inside("out/current/tables/response_by_infusion.csv"), |row| row["stratum"] == "all");
    assert!(expected.keys().eq(found.keys()), "{:?}", found.keys());
    let mut compared = 0;
    for (key, expected) in &expected {
        for (column, expected) in expected {
            let found = found[key].get(column).map_or("no such column", String::as_str);
            assert!(
                agree(column, found, expected),
                "{key:?}, {column}: {found}, expected {expected}"
            );
            compared += 1;
        }
    }
    assert_eq!(compared, 4 * 6 * 23, "four routes, six infusions, every column");
}
