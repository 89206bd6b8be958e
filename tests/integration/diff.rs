//! `diff`: what differs between two published runs, against a plain reading of their tables.

use crate::harness::events::{Event, parse, person};
use crate::harness::tables::Text;
use crate::harness::workspace::{OPEN, Workspace, contents, list};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Made-up people in `in/a.ndjson`, some held back for later.
fn workspace(rest: &str) -> (Workspace, Vec<Event>) {
    let workspace = Workspace::new();
    let simulate = ["simulate", "--subjects", "300", "--seed", "11", "--sites", "2", "--out", "-"];
    let mut events = parse(&workspace.expect(0, &simulate).stdout);
    let later = events.split_off(events.len() * 9 / 10);
    workspace.pipeline(&[("*", "refuse-file")], rest);
    workspace.events("a.ndjson", events);
    (workspace, later)
}

/// Runs the pipeline; the folder of the new run.
#[track_caller]
fn publish(workspace: &Workspace) -> String {
    let ran = workspace.expect(0, &["run", "p.toml", "--json"]).json();
    assert_eq!(ran["new"], true);
    ran["run"].as_str().expect("a path").to_owned()
}

fn diff(workspace: &Workspace, before: &str, after: &str) -> Value {
    workspace.expect(0, &["diff", "--json", before, after]).json()
}

fn table<'a>(difference: &'a Value, name: &str) -> &'a Value {
    let found = list(difference, "tables").iter().find(|table| table["table"] == name);
    found.unwrap_or_else(|| panic!("no {name}: {difference}"))
}

/// A table of a run by the cells of its first columns.
fn by_key(workspace: &Workspace, run: &str, n_keys: usize) -> BTreeMap<Vec<String>, Vec<String>> {
    let path = workspace.path(run).join("tables/response_by_infusion.csv");
    let text = Text::csv(&std::fs::read(path).expect("a table"));
    text.rows.into_iter().map(|row| (row[..n_keys].to_vec(), row)).collect()
}

#[test]
fn the_same_run_and_the_same_events_differ_in_nothing() {
    let (workspace, _) = workspace(OPEN);
    let run = publish(&workspace);
    let said = workspace.expect(0, &["diff", &run, &run]);
    assert!(said.stdout.contains("the same: no number differs"), "{said:?}");
    assert!(said.stdout.contains("the same events, settings and program"), "{said:?}");
    let difference = diff(&workspace, &run, "out/current");
    assert_eq!((&difference["same"], &difference["inputs"]["same"]), (&json!(true), &json!(true)));
    assert_eq!(difference["inputs"]["causes"], json!([]));
    // The same events in another store, turned around: another version of the store, no number.
    let other = Workspace::new();
    other.pipeline(&[("*", "refuse-file")], OPEN);
    let text = std::fs::read_to_string(workspace.path("in/a.ndjson")).expect("events");
    let lines: Vec<&str> = text.lines().rev().collect();
    for (n, part) in lines.chunks(lines.len().div_ceil(2)).enumerate() {
        other.events(&format!("{n}.ndjson"), part);
        other.run(0);
    }
    let elsewhere = other.path("out/current").display().to_string();
    let difference = diff(&workspace, &run, &elsewhere);
    assert_eq!(difference["same"], true, "{difference}");
    assert_eq!(difference["inputs"]["same"], true);
    let kinds: Vec<&str> = list(&difference["inputs"], "sources")
        .iter()
        .filter_map(|source| source["change"].as_str())
        .collect();
    assert_eq!(kinds, ["new", "new", "gone"]);
}

#[test]
fn a_setting_is_named_and_every_cell_it_moved_is_found() {
    let (workspace, _) = workspace(OPEN);
    let before = publish(&workspace);
    let settings = format!("{OPEN}[analysis]\nfollowup_days = 7\nhorizon = 6\n");
    workspace.pipeline(&[("*", "refuse-file")], &settings);
    let after = publish(&workspace);
    let difference = diff(&workspace, &before, &after);
    let inputs = &difference["inputs"];
    assert_eq!(inputs["causes"], json!(["settings"]));
    let settings: Vec<Value> = list(inputs, "settings")
        .iter()
        .map(|change| json!([change["key"], change["before"], change["after"]]))
        .collect();
    // Whoever is followed to the horizon is followed to another.
    let expected = [
        json!(["analysis.go_on_by", [6, 8], [6]]),
        json!(["analysis.horizon", 8, 6]),
        json!(["fold.followup_days", 14, 7]),
    ];
    assert_eq!(settings, expected);
    assert!(list(inputs, "sources").is_empty() && list(inputs, "facts").is_empty(), "{inputs}");

    // The witness: both tables as maps by their first five columns, compared cell by cell.
    let (old, new) = (by_key(&workspace, &before, 5), by_key(&workspace, &after, 5));
    let response = table(&difference, "response_by_infusion");
    assert_eq!(response["key"], json!(["instrument", "stratum", "level", "route", "infusion"]));
    let n_gone = old.keys().filter(|key| !new.contains_key(*key)).count();
    assert!(n_gone > 0);
    assert_eq!((list(response, "gone_rows").len(), list(response, "new_rows").len()), (n_gone, 0));
    let n_tail = 4;
    let mut n_moved = 0;
    let mut sum = 0.0;
    for (key, after) in &new {
        let before = &old[key];
        let values = 5..after.len() - n_tail;
        for (then, now) in before[values.clone()].iter().zip(&after[values]) {
            n_moved += usize::from(then != now);
            let numbers = then.parse::<f64>().ok().zip(now.parse::<f64>().ok());
            sum += numbers.map_or(0.0, |(then, now)| now - then);
        }
    }
    let moved = list(response, "moved");
    // An undefined cell may be so for another reason, which the witness does not read.
    let n_reasons = moved.iter().filter(|moved| {
        ["before", "after"]
            .iter()
            .all(|side| moved[side].as_str().is_some_and(|t| t.starts_with("NA")))
    });
    assert_eq!(moved.len() - n_reasons.count(), n_moved);
    assert!(n_moved > 100, "{n_moved}");
    let told: f64 = moved
        .iter()
        .filter_map(|moved| moved["difference"].as_str())
        .map(|text| text.parse::<f64>().expect("a number"))
        .sum();
    assert!((told - sum).abs() < 1e-6, "{told} {sum}");

    let text = workspace.expect(0, &["diff", &before, &after]).stdout;
    for said in ["setting fold.followup_days", "Nothing else differs", "--all lists every one"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let all = workspace.expect(0, &["diff", "--all", &before, &after]).stdout;
    assert!(all.lines().count() > text.lines().count() && all.contains("gone row: phq-9"));
    assert!(!all.contains("--all"), "nothing is left to list");
}

#[test]
fn new_events_are_counted_by_source() {
    let (workspace, later) = workspace(OPEN);
    let before = publish(&workspace);
    let n_later = later.len();
    workspace.events("b.ndjson", later);
    let after = publish(&workspace);
    let difference = diff(&workspace, &before, &after);
    let inputs = &difference["inputs"];
    assert_eq!(inputs["causes"], json!(["events"]));
    let sources = list(inputs, "sources");
    assert_eq!((sources.len(), &sources[0]["change"]), (1, &json!("new")));
    assert_eq!(sources[0]["file"], "b.ndjson");
    assert_eq!(sources[0]["after"]["read"], json!(n_later));
    let facts: BTreeMap<&str, i64> = list(inputs, "facts")
        .iter()
        .map(|change| {
            let number = |side: &str| change[side].as_i64().expect("a number");
            (change["key"].as_str().expect("a key"), number("after") - number("before"))
        })
        .collect();
    let accepted = sources[0]["after"]["accepted"].as_i64().expect("a count");
    assert_eq!(facts, BTreeMap::from([("events", accepted), ("store_version", 1)]));
    let total = |side: usize| inputs["total"][side]["accepted"].as_i64().expect("a count");
    assert_eq!(total(1) - total(0), accepted);

    // The file grew and a setting changed: both are said, and neither is blamed alone.
    let grown = std::fs::read_to_string(workspace.path("in/b.ndjson")).expect("events");
    let more = person("s-extra1", [20, 12, 8]);
    let more: Vec<String> = more.iter().map(ToString::to_string).collect();
    workspace.events("b.ndjson", grown.lines().map(str::to_owned).chain(more));
    let settings = format!("{OPEN}[analysis]\nhorizon = 7\n");
    workspace.pipeline(&[("*", "refuse-file")], &settings);
    let last = publish(&workspace);
    let difference = diff(&workspace, &after, &last);
    assert_eq!(difference["inputs"]["causes"], json!(["events", "settings"]));
    let sources = list(&difference["inputs"], "sources");
    assert_eq!((sources.len(), &sources[0]["change"]), (1, &json!("other-bytes")));
    let text = workspace.expect(0, &["diff", &after, &last]).stdout;
    assert!(text.contains("cannot say which of these moved what"), "{text}");
}

#[test]
fn a_rejection_alone_is_a_difference_and_moves_no_estimate() {
    let (workspace, _) = workspace(OPEN);
    let before = publish(&workspace);
    workspace.write("in/bad.ndjson", "not JSON\n");
    let after = publish(&workspace);
    let difference = diff(&workspace, &before, &after);
    assert_eq!(difference["inputs"]["causes"], json!(["events"]));
    assert_eq!(table(&difference, "rejections")["new_rows"].as_array().map(Vec::len), Some(1));
    for table in list(&difference, "tables").iter().filter(|t| t["table"] != "rejections") {
        assert_eq!(table["moved"], json!([]), "{table}");
    }
}

#[test]
fn nothing_is_worked_out_of_a_hidden_cell() {
    let (workspace, later) = workspace("");
    let before = publish(&workspace);
    workspace.events("b.ndjson", later);
    let after = publish(&workspace);
    let difference = diff(&workspace, &before, &after);
    let response = table(&difference, "response_by_infusion");
    assert!(response["hidden_in_both"].as_u64() > Some(100), "{}", response["hidden_in_both"]);
    let mut n_with_hidden = 0;
    for moved in list(&difference, "tables").iter().flat_map(|table| list(table, "moved")) {
        let sides = ["before", "after"].map(|side| moved[side].as_str().expect("a text"));
        assert_ne!(sides[0], sides[1], "{moved}");
        let are_numbers = sides.iter().all(|text| text.parse::<f64>().is_ok());
        assert_eq!(are_numbers, moved["difference"].is_string(), "{moved}");
        n_with_hidden += usize::from(sides.contains(&"hidden"));
    }
    assert!(n_with_hidden > 0, "some were hidden before or are now");
    // What is told stands in one of the two runs: every shown value is a cell of its table.
    let (old, new) = (by_key(&workspace, &before, 5), by_key(&workspace, &after, 5));
    for moved in list(response, "moved") {
        let key: Vec<String> = list(moved, "row")
            .iter()
            .map(|value| value.as_str().expect("a text").to_owned())
            .collect();
        for (side, rows) in [("before", &old), ("after", &new)] {
            let text = moved[side].as_str().expect("a text");
            let is_word = text == "hidden" || text.starts_with("NA");
            assert!(is_word || rows[&key].iter().any(|cell| cell == text), "{moved}");
        }
    }
}

#[test]
fn two_folders_are_enough_and_are_left_as_they_are() {
    let (workspace, later) = workspace(OPEN);
    let before = publish(&workspace);
    workspace.events("b.ndjson", later);
    let after = publish(&workspace);
    let alone = Workspace::new();
    for (name, run) in [("before", &before), ("after", &after)] {
        for (path, bytes) in contents(&workspace.path(run)) {
            alone.write(&format!("{name}/{path}"), bytes);
        }
    }
    let kept = contents(&alone.path(""));
    let difference = diff(&alone, "before", "after");
    assert_eq!(difference, diff(&workspace, &before, &after));
    assert_eq!(difference, diff(&alone, "before", "after"), "asked twice");
    assert!(kept == contents(&alone.path("")), "nothing is written");

    // There and back: what is new is gone, and every difference has its sign turned.
    let back = diff(&alone, "after", "before");
    for (there, back) in list(&difference, "tables").iter().zip(list(&back, "tables")) {
        assert_eq!(there["new_rows"], back["gone_rows"]);
        assert_eq!(there["moved"].as_array().map(Vec::len), back["moved"].as_array().map(Vec::len));
        assert_eq!(there["cells_in_both"], back["cells_in_both"]);
    }

    let one = alone.expect(0, &["diff", "--json", "before", "after", "--table", "cohort_flow"]);
    assert_eq!(list(&one.json(), "tables"), [table(&difference, "cohort_flow").clone()]);
    // A table that someone changed is compared as it is, and named.
    let flow = std::fs::read_to_string(alone.path("after/tables/cohort_flow.csv")).expect("CSV");
    alone.write(
        "after/tables/cohort_flow.csv",
        flow.replace("phq-9,all,known,", "phq-9,all,known,1"),
    );
    let said = alone.expect(0, &["diff", "before", "after"]).stdout;
    assert!(said.contains("was published: cohort_flow"), "{said}");
}

#[test]
fn what_is_no_run_is_2() {
    let (workspace, _) = workspace(OPEN);
    let run = publish(&workspace);
    workspace.write("text/manifest.json", "not JSON");
    workspace.write("other/manifest.json", "{\"run\": \"x\"}");
    for path in ["nowhere", "out", "in", "text", "other", "p.toml"] {
        for args in [["diff", path, &run], ["diff", &run, path]] {
            let ran = workspace.expect(2, &args);
            let said = format!("{path} is no run");
            assert!(ran.stderr.contains(&said) && ran.stdout.is_empty(), "{ran:?}");
        }
    }
    let ran = workspace.expect(2, &["diff", &run, &run, "--table", "cohort_flw"]);
    assert!(ran.stderr.contains("did you mean `cohort_flow`"), "{ran:?}");
    workspace.expect(2, &["diff", &run]);
}
