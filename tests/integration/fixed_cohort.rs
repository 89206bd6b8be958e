//! The fixed cohort: an identity. What it says is what a run over its people alone says of everyone.

use crate::harness::tables::Text;
use crate::harness::workspace::{OPEN, Workspace};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The infusion that admits.
const LEAST: usize = 4;

/// Lines of the shipped sample of a network.
fn lines() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/clinic");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the sample")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "ndjson"))
        .collect();
    files.sort();
    let texts = files.iter().map(|path| std::fs::read_to_string(path).expect("a file"));
    texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn run(lines: &[String]) -> Workspace {
    let workspace = Workspace::new();
    workspace.events("events.ndjson", lines);
    // One cut for both: the latest event of whoever was left out would move it.
    let analysis = format!(
        "[analysis]\ninstruments = [\"phq-9\"]\nstrata = []\ncompare_at = {LEAST}\n\
         resamples = 0\ndata_cut = 2026-01-01\n"
    );
    workspace.pipeline(&[("*", "refuse-file")], &format!("{analysis}{OPEN}"));
    workspace.run(0);
    workspace
}

/// People whose first course has at least so many infusions, from the facts of the store.
fn members(workspace: &Workspace) -> BTreeSet<String> {
    let facts = std::fs::read_dir(workspace.path("store/facts")).expect("facts");
    let folder = facts.map(|entry| entry.expect("an entry").path()).next().expect("one folder");
    let courses = Text::parquet(&folder.join("courses.parquet"));
    let is_member = |row: &BTreeMap<&str, &str>| {
        row["course"] == "1" && row["n_infusions"].parse::<usize>().expect("a count") >= LEAST
    };
    courses.maps().filter(is_member).map(|row| row["subject"].to_owned()).collect()
}

/// Rows of a stratum by everything but stratum and level.
fn rows(workspace: &Workspace, table: &str, stratum: &str) -> Vec<Vec<String>> {
    let table = Text::csv(&workspace.output(&format!("tables/{table}.csv")));
    let of_stratum = table.names.iter().position(|name| name == "stratum").expect("a stratum");
    let rows = table.rows.into_iter().filter(|row| row[of_stratum] == stratum);
    let without = |mut row: Vec<String>| {
        row.drain(of_stratum..of_stratum + 2);
        row
    };
    rows.map(without).collect()
}

#[test]
fn the_fixed_cohort_is_what_its_people_alone_would_be() {
    let all = lines();
    let whole = run(&all);
    let members = members(&whole);
    let subject = |line: &String| {
        let event: Value = serde_json::from_str(line).expect("an event");
        event["subject"].as_str().expect("a subject").to_owned()
    };
    let chosen: Vec<String> =
        all.iter().filter(|line| members.contains(&subject(line))).cloned().collect();
    assert!(members.len() > 100 && chosen.len() < all.len());
    let alone = run(&chosen);
    for table in [
        "response_by_infusion",
        "cumulative_response",
        "change_by_infusion",
        "go_on",
        "durability",
        "time_on_treatment",
        "onset",
    ] {
        let repeated = rows(&whole, table, "fixed_cohort");
        assert!(repeated.len() > 8, "{table}");
        assert_eq!(repeated, rows(&alone, table, "all"), "{table}");
    }
}
