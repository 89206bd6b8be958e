//! Reports about the past: what was published at a version or a time comes again, byte by byte.

use crate::harness::events::{Event, parse, person};
use crate::harness::workspace::{OPEN, Workspace, assert_same, contents};
use serde_json::{Value, json};
use std::collections::BTreeMap;

type Files = BTreeMap<String, Vec<u8>>;

/// `p.toml`, and `p2.toml` with one more drug; both read what is in `in`.
fn pipelines(workspace: &Workspace) {
    workspace.open_pipeline();
    let first = std::fs::read_to_string(workspace.path("p.toml")).expect("a pipeline");
    workspace.write("p2.toml", format!("{first}[codes]\ndrugs = [\"arketamine\"]\n"));
}

fn commits(workspace: &Workspace, store: &str) -> Vec<Value> {
    let commits = workspace.expect(0, &["history", "--store", store, "--json"]).json();
    commits.as_array().expect("a list").clone()
}

/// The store but for its audit, which notes that it was read.
fn store(workspace: &Workspace) -> Files {
    let mut files = contents(&workspace.path("store"));
    files.remove("audit.ndjson");
    files
}

/// Runs a command about the past; its folder, and whether it was made now.
#[track_caller]
fn past(workspace: &Workspace, args: &[&str], as_of: &str) -> (String, bool) {
    let said = workspace.expect(0, &[args, &["--json", "--as-of", as_of]].concat()).json();
    (said["run"].as_str().expect("a path").to_owned(), said["new"] == true)
}

fn manifest(workspace: &Workspace, run: &str) -> Value {
    let text = std::fs::read(workspace.path(run).join("manifest.json")).expect("a manifest");
    serde_json::from_slice(&text).expect("JSON")
}

/// What everything in `in` makes of a new store.
fn anew(from: &Workspace, leave_out: &str) -> Files {
    let fresh = Workspace::new();
    fresh.open_pipeline();
    for (name, bytes) in contents(&from.path("in")) {
        if name != leave_out {
            fresh.write(&format!("in/{name}"), bytes);
        }
    }
    fresh.run(0);
    fresh.estimates()
}

#[test]
fn every_report_comes_again_at_its_version_and_its_time() {
    let workspace = Workspace::new();
    pipelines(&workspace);
    let simulate = ["simulate", "--subjects", "90", "--seed", "3", "--sites", "2", "--out", "-"];
    let events = parse(&workspace.expect(0, &simulate).stdout);
    let part = |n: usize| events.chunks(events.len().div_ceil(3)).nth(n).expect("a part").to_vec();
    let scored = |event: &&Event| event.text("/type").contains("checkin.submitted");
    let first_score = part(0).iter().find(scored).expect("a check-in").clone();

    let mut kept: Vec<Files> = Vec::new();
    let mut publish = |workspace: &Workspace| {
        workspace.run(0);
        kept.push(workspace.tables_and_charts("out/current"));
    };
    // A file whose second line is of a drug that only the second pipeline knows.
    let odd = Event::session("s-odd", "odd-1", "2025-02-01T09:00:00Z");
    let odd = odd.with("/data/drug", json!("arketamine"));
    let fine = Event::score("s-odd", "odd-0", "2025-01-30T09:00:00Z", 20);
    workspace.events("odd.ndjson", [fine.to_string(), odd.to_string(), "not JSON".into()]);
    workspace.events("1.ndjson", part(0));
    publish(&workspace);
    // The odd file is read again with every run, and says the same.
    workspace.events("2.ndjson", part(1));
    publish(&workspace);
    let total: u32 = 3;
    let conflict = first_score
        .clone()
        .with("/data/measures", json!([{"instrument": "phq-9", "total": total}]));
    workspace.events("3.ndjson", part(2).into_iter().chain([conflict]));
    publish(&workspace);
    let correction = Event::new(
        "event.corrected",
        first_score.text("/subject"),
        "fix-1",
        "2025-12-31T09:00:00Z",
        json!({
            "corrects": first_score.text("/id"),
            "data": {"measures": [{"instrument": "phq-9", "total": 27}]},
        }),
    );
    workspace.events("4.ndjson", [correction.with("/source", first_score.0["source"].clone())]);
    publish(&workspace);
    // Read again by other rules, the odd file brings one event more and rejects one record less.
    workspace.expect(0, &["ingest", "--pipeline", "p2.toml"]);
    workspace.expect(0, &["curves", "--pipeline", "p.toml"]);
    kept.push(workspace.tables_and_charts("out/current"));
    for (n, pair) in kept.windows(2).enumerate() {
        assert!(pair[0] != pair[1], "report {} is another", n + 2);
    }
    assert!(kept[0]["tables/rejections.csv"] != kept[4]["tables/rejections.csv"]);

    let commits = commits(&workspace, "store");
    assert_eq!(commits.len(), 6);
    let (before, current) = (store(&workspace), workspace.current());
    for (n, files) in kept.iter().enumerate() {
        let version = (n + 1).to_string();
        let (run, is_new) = past(&workspace, &["run", "p.toml"], &version);
        assert!(is_new);
        assert_same(&version, files, &workspace.tables_and_charts(&run));
        let stated = manifest(&workspace, &run);
        let committed_at = commits[n + 1]["time"].as_str().expect("a time");
        assert_eq!(stated["store_version"], n + 1);
        let wanted = json!({"version": n + 1, "committed_at": committed_at, "time": null});
        assert_eq!(stated["as_of"], wanted);
        let page =
            std::fs::read_to_string(workspace.path(&run).join("report.html")).expect("a page");
        let says = format!("as the store was at version {version}, committed at {committed_at}");
        assert_eq!(page.matches(&says).count(), 2, "above the figures and in the lineage");

        // By its time it is a run of its own, with the same figures.
        let curves = ["curves", "--pipeline", "p.toml"];
        let (timed, is_new) = past(&workspace, &curves, committed_at);
        assert!(is_new && timed != run);
        assert_same(committed_at, files, &workspace.tables_and_charts(&timed));
        assert_eq!(manifest(&workspace, &timed)["as_of"]["time"], committed_at);
        // Asked once more it is the same run.
        assert_eq!(past(&workspace, &curves, &version), (run, false));
    }
    assert_eq!(workspace.current(), current, "the newest run is still the newest");
    let after = store(&workspace);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    assert!(before == after, "reading the past writes nothing, facts among it");
    assert_eq!(workspace.manifest()["as_of"], Value::Null);
    workspace.expect(0, &["curves", "--pipeline", "p.toml"]);
    assert_eq!(workspace.current(), current);

    // Into a place of its own, where there never was a newest run.
    past(&workspace, &["curves", "--pipeline", "p.toml", "--out", "elsewhere"], "2");
    assert!(!workspace.path("elsewhere/current").exists());
}

#[test]
fn who_has_withdrawn_since_is_in_no_report_about_the_past() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    workspace.events("a.ndjson", person("s-aaa", [20, 12, 8]));
    workspace.events("b.ndjson", person("s-bbb", [18, 12, 10]));
    workspace.events("c.ndjson", person("s-ccc", [16, 12, 10]));
    let withdraws = |subject: &str, id: &str| {
        Event::new("subject.withdrawn", subject, id, "2025-03-01T09:00:00Z", json!({}))
    };
    // One has withdrawn before the first report.
    workspace.events("d.ndjson", [withdraws("s-ccc", "w0")]);
    workspace.run(0);
    let all = workspace.estimates();
    let (with_all, _) = past(&workspace, &["run", "p.toml"], "1");
    assert_same("nobody since", &all, &{
        let mut files = workspace.tables_and_charts(&with_all);
        files.retain(|name, _| !name.contains("rejections"));
        files
    });
    let without = anew(&workspace, "a.ndjson");
    assert!(all != without);

    workspace.events("e.ndjson", [withdraws("s-aaa", "w1")]);
    workspace.run(0);
    let (run, is_new) = past(&workspace, &["run", "p.toml"], "1");
    assert!(is_new && run != with_all, "what was true then may not be shown any more");
    let mut files = workspace.tables_and_charts(&run);
    files.retain(|name, _| !name.contains("rejections"));
    assert_same("without the one who has withdrawn", &without, &files);
}

#[test]
fn a_source_that_brought_nothing_is_known_from_the_time_it_was_read() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    workspace.events("a.ndjson", person("s-aaa", [20, 12, 8]));
    workspace.run(0);
    let before = workspace.tables_and_charts("out/current");
    let time = commits(&workspace, "store")[1]["time"].as_str().expect("a time").to_owned();
    workspace.write("in/bad.ndjson", "not JSON\n");
    workspace.run(0);
    let after = workspace.tables_and_charts("out/current");
    assert_eq!(commits(&workspace, "store").len(), 2, "no event, no commit");
    assert!(before != after);
    let of =
        |as_of: &str| workspace.tables_and_charts(&past(&workspace, &["run", "p.toml"], as_of).0);
    assert_same("the version, with all that was known at it", &after, &of("1"));
    assert_same("the time, with what was known by then", &before, &of(&time));
}

#[test]
fn what_was_not_there_is_2_and_names_what_was() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    let run = |as_of: &str| workspace.afterdose(&["run", "p.toml", "--as-of", as_of]);
    assert_eq!(run("1").code, 1, "no store");
    workspace.events("a.ndjson", person("s-aaa", [20, 12, 8]));
    workspace.run(0);
    let current = workspace.current();
    let times: Vec<String> = commits(&workspace, "store")
        .iter()
        .map(|commit| commit["time"].as_str().expect("a time").to_owned())
        .collect();
    let range = format!("versions 0 ({}) to 1 ({})", times[0], times[1]);
    for as_of in ["2", "99999999999", "1999-01-01", "2024-01-01T00:00:00+02:00", "2150-01-01"] {
        let ran = run(as_of);
        assert_eq!(ran.code, 2, "{as_of}: {ran:?}");
        assert!(ran.stderr.contains(&range) && ran.stdout.is_empty(), "{as_of}: {ran:?}");
    }
    for as_of in ["yesterday", "-1", "2025-01-01T00:00:00", "2025-1-1", ""] {
        assert_eq!(run(as_of).code, 2, "{as_of}");
    }
    let ran = run("0");
    assert!(ran.code == 4 && ran.stderr.contains("no events at version 0"), "{ran:?}");
    assert_eq!(workspace.current(), current);
    assert_eq!(std::fs::read_dir(workspace.path("out/runs")).expect("runs").count(), 1);
}

#[test]
fn a_period_is_held_against_the_sources_of_then() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    workspace.events("a.ndjson", person("s-aaa", [20, 12, 8]));
    workspace.run(0);
    let relative = person("s-bbb", [20, 12, 8])
        .into_iter()
        .map(|event| event.without("time").with("/studytime", json!("P1D")));
    let lines: Vec<String> = relative.map(|event| event.to_string()).collect();
    workspace.write("later.ndjson", lines.join("\n"));
    let args = ["ingest", "--store", "store", "--time-basis", "relative", "later.ndjson"];
    workspace.expect(0, &args);
    workspace
        .pipeline(&[("*", "refuse-file")], &format!("[analysis]\nstart_from = 2025-01-01\n{OPEN}"));
    workspace.expect(2, &["curves", "--pipeline", "p.toml"]);
    past(&workspace, &["curves", "--pipeline", "p.toml"], "1");
}
