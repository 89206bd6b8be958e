//! Erasure: nothing of a person is left in the store, nobody else changes, and they stay out.

use crate::harness::events::{Event, person};
use crate::harness::marks::Everything;
use crate::harness::workspace::{OPEN, Workspace, assert_same, files};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const PERSON: &str = "s-7f3a9c";

fn withdrawal(subject: &str) -> Event {
    let time = "2025-03-01T09:00:00Z";
    Event::new("subject.withdrawn", subject, &format!("{subject}-w"), time, json!({}))
        .without("data")
}

/// Three nights: some people, then the person among others, then another; all merged once.
fn store_with(person_too: bool) -> Workspace {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    for (night, subjects) in
        [vec!["s-one1", "s-two2"], vec!["s-three3", PERSON, "s-four4"], vec!["s-five5"]]
            .into_iter()
            .enumerate()
    {
        let subjects = subjects.into_iter().filter(|subject| person_too || *subject != PERSON);
        let events: Vec<Event> =
            subjects.flat_map(|subject| person(subject, [20, 12, 8])).collect();
        workspace.events(&format!("night-{night}.ndjson"), events);
        workspace.run(0);
    }
    workspace.expect(0, &["compact", "--store", "store"]);
    workspace
}

fn purge(workspace: &Workspace, more: &[&str]) -> Value {
    let args = [&["purge", "--store", "store", "--json"], more].concat();
    workspace.expect(0, &args).json()
}

fn facts(workspace: &Workspace) -> BTreeMap<PathBuf, Vec<u8>> {
    let root = workspace.path("store/facts");
    let read = |path: PathBuf| {
        let inside = path.strip_prefix(&root).expect("inside").to_owned();
        (inside, std::fs::read(path).expect("a file"))
    };
    files(&root).into_iter().map(read).collect()
}

fn history(workspace: &Workspace) -> Vec<Value> {
    let history = workspace.expect(0, &["history", "--store", "store", "--json"]).json();
    history.as_array().expect("a list").clone()
}

#[test]
fn nothing_of_a_person_is_left_and_nobody_else_changes() {
    let workspace = store_with(true);
    let stands = |what: &str| Everything::of(&workspace, &["store"], &[]).find(what);
    let control = stands(PERSON);
    for place in ["store/events/", "store/facts/"] {
        assert!(control.iter().any(|found| found.place.starts_with(place)), "{control:?}");
    }
    workspace.write("who", format!("{PERSON}\n"));
    let said = purge(&workspace, &["--subject-file", "who"]);
    assert_eq!((&said["people"], &said["version"]), (&json!(1), &json!(5)));
    for what in [PERSON, "7f3a9c"] {
        assert_eq!(stands(what).len(), 0, "{:?}", stands(what));
    }
    workspace.expect(0, &["verify", "--store", "store"]);

    // Everyone else as in a store that never knew the person.
    let never = store_with(false);
    workspace.run(0);
    never.run(0);
    assert_same("without the person", &workspace.estimates(), &never.estimates());
    assert!(facts(&workspace).len() >= 3 && facts(&workspace) == facts(&never), "facts differ");
    assert_eq!(stands(PERSON).len(), 0, "the files were taken, and are passed over");
}

#[test]
fn the_same_files_bring_nobody_back() {
    let workspace = store_with(true);
    purge(&workspace, &["--subject", PERSON]);
    // A third of the file would be too much, were it a fault of the data.
    let rest = format!("{OPEN}[quality]\nmax_rejected_share = 0.1\n");
    workspace.pipeline(&[("*", "refuse-file")], &rest);
    // Other bytes: the file is no longer known as taken.
    let night = workspace.path("in/night-1.ndjson");
    let text = std::fs::read_to_string(&night).expect("a file");
    std::fs::write(&night, format!("{text}\n")).expect("disk");
    let ran = workspace.expect(0, &["run", "p.toml", "--json"]);
    let source = &ran.json()["sources"][0];
    let counts = ["read", "accepted", "duplicate", "rejected"].map(|name| source[name].as_u64());
    assert_eq!(counts, [Some(18), Some(0), Some(12), Some(6)]);
    assert_eq!(source["reasons"], json!({"subject-withdrawn": 6}));
    assert_eq!(Everything::of(&workspace, &["store"], &[&ran]).find(PERSON).len(), 0);
    // Nothing would be otherwise the next night: the file is not read again.
    let again = workspace.expect(0, &["run", "p.toml", "--json"]).json();
    assert_eq!((&again["sources"], &again["new"]), (&json!([]), &json!(false)));
    // `check` says the same.
    let check =
        ["check", "in/night-1.ndjson", "--time-basis", "actual", "--store", "store", "--json"];
    let lines = workspace.expect(0, &check).json_lines();
    let withdrawn = lines.iter().filter(|line| line["reason"] == "subject-withdrawn");
    assert_eq!(withdrawn.count(), 6);
}

#[test]
fn a_withdrawal_is_enough_and_changes_no_figure_any_more() {
    let workspace = store_with(true);
    workspace.events("withdrawn.ndjson", [withdrawal(PERSON)]);
    workspace.run(0);
    let before = (workspace.estimates(), facts(&workspace));
    let said = purge(&workspace, &[]);
    assert_eq!(said["people"], 1);
    assert_eq!(Everything::of(&workspace, &["store"], &[]).find(PERSON).len(), 0);
    workspace.run(0);
    assert_same("after the erasure", &before.0, &workspace.estimates());
    assert!(before.1 == facts(&workspace), "facts differ");
    let nobody = workspace.expect(0, &["purge", "--store", "store"]);
    assert!(nobody.stderr.contains("nobody"), "{nobody:?}");
}

#[test]
fn whoever_withdrew_first_stays_out() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    workspace.events("others.ndjson", person("s-one1", [20, 12, 8]));
    workspace.events("withdrawn.ndjson", [withdrawal(PERSON)]);
    workspace.run(0);
    assert_eq!(purge(&workspace, &[])["people"], 1);
    workspace.expect(0, &["purge", "--store", "store", "--subject", "s-later8"]);
    let late = person(PERSON, [20, 12, 8]).into_iter().chain(person("s-later8", [20, 12, 8]));
    workspace.events("late.ndjson", late);
    let ran = workspace.expect(0, &["run", "p.toml", "--json"]).json();
    let source = &ran["sources"][0];
    assert_eq!((&source["read"], &source["rejected"]), (&json!(12), &json!(12)));
    assert_eq!(Everything::of(&workspace, &["store"], &[]).find(PERSON).len(), 0);
}

#[test]
fn the_history_keeps_its_rows_and_no_count() {
    let workspace = store_with(true);
    let before = history(&workspace);
    purge(&workspace, &["--subject", PERSON]);
    let after = history(&workspace);
    assert_eq!(after.len(), before.len() + 1);
    for (before, after) in before.iter().zip(&after) {
        for field in ["version", "time", "operation"] {
            assert_eq!(before[field], after[field]);
        }
        assert_eq!(after["events"], Value::Null);
    }
    assert_eq!(after.last().expect("a row")["operation"], "purge");
    let log = afterdose::store::log::EventLog::open(&workspace.path("store")).expect("the log");
    let gone = log.at_version(2).expect_err("removed").to_string();
    assert!(gone.contains("erased at version 5"), "{gone}");
}

#[test]
fn published_runs_that_counted_the_person_are_listed() {
    let workspace = store_with(true);
    let runs = |workspace: &Workspace| {
        let mut runs: Vec<String> = std::fs::read_dir(workspace.path("out/runs"))
            .expect("runs")
            .map(|entry| entry.expect("a run").file_name().to_string_lossy().into_owned())
            .collect();
        runs.sort_by_key(|run| {
            let manifest = workspace.path(&format!("out/runs/{run}/manifest.json"));
            let manifest: Value =
                serde_json::from_slice(&std::fs::read(manifest).expect("a file")).expect("JSON");
            manifest["store_version"].as_u64()
        });
        runs
    };
    workspace.events("withdrawn.ndjson", [withdrawal(PERSON)]);
    workspace.run(0);
    // Before the person came, with them twice, after they withdrew.
    let all = runs(&workspace);
    assert_eq!(all.len(), 4);
    let said = purge(&workspace, &["--out", "out"]);
    let listed: Vec<String> = said["runs"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|run| Path::new(run["path"].as_str()?).file_name()?.to_str().map(str::to_owned))
        .collect();
    let mut expected = all[1..3].to_vec();
    expected.sort();
    assert_eq!(listed, expected);
    let nowhere = workspace.afterdose(&["purge", "--store", "store", "--out", "nowhere"]);
    assert_eq!(nowhere.code, 2, "{nowhere:?}");
}

#[test]
fn a_store_with_a_key_knows_the_person_by_it() {
    const KEY: &str = "6b1f0c2d9e8a7b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c";
    let workspace = Workspace::new();
    workspace.open_pipeline();
    workspace.events("a.ndjson", person(PERSON, [20, 12, 8]));
    workspace.events("b.ndjson", person("s-one1", [20, 12, 8]));
    let with_key = |args: &[&str]| {
        let ran = workspace.afterdose_with(&[("AFTERDOSE_SUBJECT_KEY", KEY)], args);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran
    };
    with_key(&["run", "p.toml"]);
    let args = ["purge", "--store", "store", "--subject", PERSON, "--json"];
    workspace.expect(2, &args);
    assert_eq!(with_key(&args).json()["people"], 1);
    let found = Everything::of(&workspace, &["store"], &[]);
    // Ids repeat the first pseudonym here, so that it can be looked for.
    assert_eq!(found.find(PERSON).len(), 0);
    assert!(!found.find("s-one1").is_empty());
}

#[test]
fn what_is_no_subject_is_refused_and_not_repeated() {
    let workspace = store_with(true);
    let ran = workspace.expect(2, &["purge", "--store", "store", "--subject", "Jane Q. Doe"]);
    assert!(!format!("{ran:?}").contains("Jane"), "{ran:?}");
    assert!(!workspace.path("store/erased.json").exists());
}

/// Begins to purge the person.
fn spawn_purge(workspace: &Workspace) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_afterdose"))
        .current_dir(workspace.path(""))
        .args(["purge", "--store", "store", "--subject", PERSON])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts")
}

#[test]
#[allow(clippy::disallowed_methods, reason = "how long a purge takes here decides when to kill it")]
fn a_purge_that_was_killed_is_finished_by_the_next() {
    const KILLS: u32 = 8;
    let never = store_with(false);
    never.run(0);
    let undisturbed = store_with(true);
    let begun = Instant::now();
    assert!(spawn_purge(&undisturbed).wait().expect("it ends").success());
    let whole = begun.elapsed();
    let mut n_unfinished = 0;
    for kill in 0..KILLS {
        let workspace = store_with(true);
        let mut child = spawn_purge(&workspace);
        std::thread::sleep(whole * kill / KILLS);
        child.kill().expect("a child of ours");
        child.wait().expect("it ends");
        let noted = std::fs::read_to_string(workspace.path("store/erased.json"));
        let is_unfinished = noted.unwrap_or_default().contains("\"unfinished\":[");
        n_unfinished += u32::from(is_unfinished);
        // Whoever comes next finishes it; a run does as well as a purge.
        if !is_unfinished {
            purge(&workspace, &["--subject", PERSON]);
        }
        workspace.run(0);
        assert_eq!(Everything::of(&workspace, &["store"], &[]).find(PERSON).len(), 0);
        assert_same("killed and finished", &workspace.estimates(), &never.estimates());
        assert!(facts(&workspace) == facts(&never), "facts differ after kill {kill}");
        workspace.expect(0, &["verify", "--store", "store"]);
    }
    assert!(n_unfinished > 0, "no kill came in between");
}
