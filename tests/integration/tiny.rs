//! The tiny sample against what was worked out by hand from the definitions.

use crate::harness::tables::Text;
use crate::harness::workspace::{Workspace, files};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Largest difference between numbers made of counts by arithmetic, roots and powers: a few units
/// in the last place, taken in another order.
const NUMBER: f64 = 1e-12;
/// Largest difference between the moments of scores and their limits by Student's t: half of the
/// sixth decimal.
const MOMENT: f64 = 5e-7;
/// Parts of the names of columns that hold such numbers. All others hold counts and words.
const INEXACT: [&str; 12] = [
    "mean",
    "sd",
    "se",
    "lo",
    "hi",
    "rate",
    "share",
    "estimate",
    "rmst",
    "chisq",
    "p",
    "difference",
];

/// The expected tables, how many rows each has, and how many columns say which row it is.
const TABLES: [(&str, usize, usize); 7] = [
    ("response_by_infusion", 352, 5),
    ("cumulative_response", 704, 6),
    ("time_to_response", 176, 5),
    ("comparison", 57, 5),
    ("cohort_flow", 64, 3),
    ("completeness", 206, 5),
    ("data_quality", 298, 4),
];

fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn expected(name: &str) -> Text {
    let path = repository("sample_data/tiny/expected").join(name);
    Text::csv(&std::fs::read(path).expect("an expected table"))
}

fn run() -> Workspace {
    let workspace = Workspace::new();
    let pipeline = repository("pipelines/tiny.toml");
    let pipeline = pipeline.to_str().expect("UTF-8");
    workspace.expect(0, &["run", pipeline, "--store", "store", "--out", "out"]);
    workspace
}

/// Whether two cells are the same, given the column they stand in.
fn same(column: &str, want: &str, got: &str) -> bool {
    let mut parts = column.split('_');
    let moment = ["mean_score", "mean_change"].contains(&column) || column.starts_with("change_");
    let tolerance = if moment { MOMENT } else { NUMBER };
    match (want.parse::<f64>(), got.parse::<f64>()) {
        (Ok(want), Ok(got)) if parts.any(|part| INEXACT.contains(&part)) => {
            (want - got).abs() <= tolerance
        }
        _ => want == got,
    }
}

/// Gray's test is not worked out by hand; R has it, see tests/oracle/gray.
fn without_gray(table: &mut Text) {
    let is_gray = |name: &str| name.starts_with("gray_");
    let keep: Vec<bool> = table.names.iter().map(|name| !is_gray(name)).collect();
    let reasons = table.names.iter().position(|name| name == "na_reason");
    for row in &mut table.rows {
        if let Some(reasons) = reasons {
            let kept: Vec<&str> =
                row[reasons].split(';').filter(|reason| !is_gray(reason)).collect();
            row[reasons] = kept.join(";");
        }
        let mut keep = keep.iter();
        row.retain(|_| *keep.next().expect("a column"));
    }
    table.names.retain(|name| !is_gray(name));
}

#[test]
fn tables_are_those_worked_out_by_hand() {
    let workspace = run();
    for (name, n_rows, n_keys) in TABLES {
        let want = expected(&format!("{name}.csv"));
        let mut got = Text::csv(&workspace.output(&format!("tables/{name}.csv")));
        // It repeats people; tests/integration/fixed_cohort.rs has its own witness.
        got.rows.retain(|row| !row.iter().any(|cell| cell == "fixed_cohort"));
        without_gray(&mut got);
        assert_eq!(want.names, got.names, "{name}");
        assert_eq!((want.rows.len(), got.rows.len()), (n_rows, n_rows), "{name}");
        for (want_row, got_row) in want.rows.iter().zip(&got.rows) {
            for (column, (want, got)) in want.names.iter().zip(want_row.iter().zip(got_row)) {
                let place = &want_row[..n_keys];
                assert!(same(column, want, got), "{name} {place:?} {column}: {want}, not {got}");
            }
        }
    }
}

#[test]
fn facts_are_those_worked_out_by_hand() {
    let workspace = run();
    let facts = files(&workspace.path("store/facts"));
    let table = |name: &str| {
        let mut found = facts.iter().filter(|path| path.ends_with(name));
        let path = found.next().unwrap_or_else(|| panic!("no {name}: {facts:?}"));
        assert!(found.next().is_none(), "one settings hash, one {name}");
        Text::parquet(path)
    };
    let scores = table("assessments.parquet");
    let scores: BTreeMap<_, _> = scores
        .maps()
        .map(|row| {
            let key = ["subject", "course", "instrument", "infusion"].map(|name| row[name]);
            (key.map(str::to_owned), row["score"].to_owned())
        })
        .collect();
    // Facts stand by share and pseudonym, what was worked out by hand by pseudonym alone.
    let mut courses = table("courses.parquet");
    courses.rows.sort();
    let want = expected("courses.csv");
    assert_eq!(courses.rows.len(), want.rows.len(), "a row a course");
    let mut n_scores = 0;
    for (want, got) in want.maps().zip(courses.maps()) {
        for (ours, theirs) in [
            ("subject", "subject"),
            ("course", "course_order"),
            ("route", "route"),
            ("drug", "drug"),
            ("switched", "switched"),
            ("prevalent", "prevalent"),
            ("n_infusions", "n_sessions"),
        ] {
            assert_eq!(got[ours], want[theirs], "{} {ours}", want["subject"]);
        }
        let indication = match got["indications"] {
            "" => "unknown",
            several if several.contains(' ') => "multiple",
            one => one,
        };
        assert_eq!(indication, want["indication"], "{}", want["subject"]);
        for instrument in ["phq-9", "gad-7"] {
            for infusion in 0..=4 {
                let column = match infusion {
                    0 => format!("{instrument}_baseline"),
                    k => format!("{instrument}_after_{k}"),
                };
                let key =
                    [want["subject"], want["course_order"], instrument, &infusion.to_string()];
                let got = scores.get(&key.map(str::to_owned)).map_or("NA", String::as_str);
                assert_eq!(got, want[column.as_str()], "{key:?}");
                n_scores += usize::from(got != "NA");
            }
        }
    }
    assert_eq!(n_scores, scores.len(), "no score besides those of the expected table");
}

#[test]
fn row_accounts_are_those_of_its_readme() {
    let workspace = run();
    let manifest = workspace.manifest();
    let counts: Vec<_> = manifest["sources"]
        .as_array()
        .expect("sources")
        .iter()
        .chain([&manifest["total"]])
        .map(|account| ["read", "accepted", "duplicate", "rejected"].map(|n| account[n].as_u64()))
        .collect();
    let want = [[73, 72, 1, 0], [48, 48, 0, 0], [121, 120, 1, 0]].map(|row| row.map(Some));
    assert_eq!(counts, want);
}

#[test]
fn parquet_says_what_csv_says() {
    let workspace = run();
    let tables = TABLES.map(|(name, _, _)| name);
    for name in tables.into_iter().chain(["anomalies", "rejections"]) {
        let csv = Text::csv(&workspace.output(&format!("tables/{name}.csv")));
        let parquet = workspace.path(&format!("out/current/tables/{name}.parquet"));
        assert_eq!(csv, Text::parquet(&parquet), "{name}");
    }
}
