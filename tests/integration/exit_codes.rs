//! Exit codes, and what stands on standard output.

use crate::harness::events::{Event, person};
use crate::harness::workspace::{Workspace, files};
use serde_json::{Value, json};
use std::fs::File;

/// Two people, and a pipeline that reads them.
fn two_people() -> Workspace {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    workspace.events("a.ndjson", person("s-aaa", [20, 12, 8]));
    workspace.events("b.ndjson", person("s-bbb", [18, 12, 10]));
    workspace
}

/// Lines with an identifier, none of them usable.
fn identifier() -> Event {
    Event::score("s-ccc", "x1", "2025-01-05T18:00:00Z", 3).with("/subject", json!("mrn-8675309"))
}

/// A whole line and one that broke off.
fn broken_off(subject: &str) -> String {
    let whole = Event::score(subject, "z1", "2025-01-05T18:00:00Z", 3).to_string();
    format!("{whole}\n{}", &whole[..90])
}

#[test]
fn done_is_0_and_standard_output_is_the_path() {
    let workspace = two_people();
    let first = workspace.run(0);
    let path = first.stdout.strip_suffix('\n').expect("one line");
    assert!(!path.contains('\n') && workspace.path(path).join("report.html").is_file(), "{path}");
    let current = workspace.current();
    assert_eq!(current.as_deref(), path.strip_prefix("out/").map(std::path::Path::new));
    // Nothing new: no new run, the same answer.
    let again = workspace.run(0);
    assert_eq!(workspace.current(), current);
    assert!(again.stdout.trim_end().ends_with(&current.expect("a run").display().to_string()));
    assert!(again.stderr.contains("nothing is new"), "{again:?}");
    assert_eq!(std::fs::read_dir(workspace.path("out/runs")).expect("runs").count(), 1);
    let json = workspace.expect(0, &["run", "p.toml", "--json"]).json();
    assert_eq!(json["new"], false);
    // A setting that decides a number makes a new run; moved paths do not.
    let moved = ["run", "p.toml", "--store", "./store", "--out", "./out", "--json"];
    assert_eq!(workspace.expect(0, &moved).json()["new"], false);
    workspace.pipeline(&[("*", "refuse-file")], "[analysis]\nhorizon = 3\n");
    assert_eq!(workspace.expect(0, &["run", "p.toml", "--json"]).json()["new"], true);
}

#[test]
fn a_source_with_nothing_but_duplicates_makes_no_new_run() {
    let workspace = two_people();
    workspace.run(0);
    let current = workspace.current();
    let events = person("s-aaa", [20, 12, 8]).into_iter().chain(person("s-bbb", [18, 12, 10]));
    workspace.events("c.ndjson", events);
    let ran = workspace.expect(0, &["run", "p.toml", "--json"]).json();
    assert_eq!((&ran["new"], &ran["sources"][0]["duplicate"]), (&json!(false), &json!(12)));
    assert_eq!(workspace.current(), current);
}

#[test]
fn a_glob_that_matches_nothing_is_fine_once_there_are_events() {
    let workspace = two_people();
    workspace.run(0);
    workspace.pipeline(&[("no-such-*.ndjson", "refuse-file")], "");
    workspace.run(0);
    assert_eq!(Workspace::new().afterdose(&["run", "p.toml"]).code, 2, "no pipeline file");
    let empty = Workspace::new();
    empty.pipeline(&[("no-such-*.ndjson", "refuse-file")], "");
    empty.run(4);
    assert!(!empty.path("store").exists() && !empty.path("out").exists());
}

#[test]
fn an_output_that_cannot_be_written_is_1_and_touches_nothing() {
    let workspace = two_people();
    workspace.write("plain", "a file");
    let ran = workspace.expect(1, &["run", "p.toml", "--out", "plain/out"]);
    assert!(ran.stderr.contains("plain/out") && ran.stdout.is_empty(), "{ran:?}");
    assert!(!workspace.path("store").exists());
    workspace.run(0);
    let (current, n_events) = (workspace.current(), workspace.manifest()["events"].clone());
    workspace.events("c.ndjson", person("s-ccc", [20, 12, 8]));
    workspace.expect(1, &["run", "p.toml", "--out", "plain"]);
    assert_eq!(workspace.current(), current);
    assert_eq!(n_events, 12);
}

#[test]
fn a_failed_publish_leaves_current_and_names_the_path() {
    let workspace = two_people();
    workspace.run(0);
    let current = workspace.current();
    workspace.events("c.ndjson", person("s-ccc", [20, 12, 8]));
    // The facts cannot be written.
    let facts = workspace.path("store/facts");
    std::fs::remove_dir_all(&facts).expect("facts");
    std::fs::write(&facts, "in the way").expect("a file");
    let ran = workspace.run(1);
    assert!(ran.stderr.contains("store/facts"), "{ran:?}");
    assert_eq!(workspace.current(), current);
    let runs = || std::fs::read_dir(workspace.path("out/runs")).expect("runs").count();
    assert_eq!(runs(), 1, "nothing half written stays");
    std::fs::remove_file(&facts).expect("the file");

    // The link cannot be flipped.
    let link = workspace.path("out/current");
    std::fs::remove_file(&link).expect("the link");
    workspace.write("out/current/keep", "mine");
    let ran = workspace.run(1);
    assert!(ran.stderr.contains("out/current") && ran.stdout.is_empty(), "{ran:?}");
    assert_eq!(std::fs::read(workspace.path("out/current/keep")).expect("kept"), b"mine");
    assert_eq!(runs(), 1, "a run that was not published is not there");
    assert_eq!(std::fs::read_dir(workspace.path("out")).expect("out").count(), 2);

    // Once the way is free, what was taken in meanwhile is published.
    std::fs::remove_dir_all(&link).expect("the directory");
    workspace.run(0);
    assert_eq!(workspace.manifest()["events"], 18);
}

#[test]
fn a_wrong_pipeline_is_2_and_says_what_is_meant() {
    let workspace = two_people();
    let cases = [
        ("[analysis]\nhorizn = 3\n", vec!["horizn", "did you mean `horizon`", "p.toml"]),
        ("[analysis]\ninstruments = [\"phq-8\"]\n", vec!["phq-8", "did you mean `phq-9`"]),
        ("[analysis]\nstrata = [\"indications\"]\n", vec!["did you mean `indication`"]),
        ("[analysis]\nhorizon = 0\n", vec!["horizon"]),
        ("[[sources]]\npath = \"x.ndjson\"\n", vec!["time_basis"]),
        ("[disclosure\n", vec!["p.toml"]),
    ];
    for (text, wanted) in cases {
        workspace.pipeline(&[("*", "refuse-file")], text);
        let ran = workspace.run(2);
        for want in wanted {
            assert!(ran.stderr.contains(want), "{want}: {ran:?}");
        }
        assert!(!workspace.path("store").exists() && !workspace.path("out").exists());
    }
    let ran = workspace.expect(2, &["check", "in/a.ndjson"]);
    assert!(ran.stderr.contains("--time-basis"), "{ran:?}");
    let ran = workspace.expect(2, &["ingest", "--store", "store", "in/a.ndjson"]);
    assert!(ran.stderr.contains("--time-basis"), "{ran:?}");
    workspace.expect(2, &["ingest", "--time-basis", "actual", "in/a.ndjson"]);
    workspace.expect(2, &["no-such-command"]);
    workspace.expect(2, &["schema", "no.such.type"]);
    workspace.expect(2, &["schema", "checkin.submitted.v3"]);
    assert!(!workspace.path("store").exists());
}

#[test]
fn a_pipeline_file_says_what_the_times_are() {
    let workspace = two_people();
    workspace.expect(0, &["check", "in/a.ndjson", "--pipeline", "p.toml"]);
    workspace.write(
        "two.toml",
        "name = \"two\"\n[[sources]]\npath = \"in/a.ndjson\"\ntime_basis = \"actual\"\n\
         [[sources]]\npath = \"in/b.ndjson\"\ntime_basis = \"shifted\"\n",
    );
    workspace.expect(2, &["check", "in/a.ndjson", "--pipeline", "two.toml"]);
}

#[test]
fn a_source_that_broke_off_is_3_every_time() {
    let workspace = two_people();
    workspace.write("in/c.ndjson", broken_off("s-ccc"));
    workspace.run(3);
    assert_eq!(workspace.manifest()["events"], 13, "its good line stays");
    let current = workspace.current();
    workspace.run(3);
    assert_eq!(workspace.current(), current);
    workspace.expect(3, &["check", "--time-basis", "actual", "in/c.ndjson"]);
}

#[test]
fn nothing_to_read_is_4_and_nothing_is_written() {
    let workspace = two_people();
    workspace.pipeline(&[("a.ndjson", "refuse-file"), ("gone.ndjson", "refuse-file")], "");
    let ran = workspace.run(4);
    assert!(ran.stderr.contains("gone.ndjson"), "{ran:?}");
    workspace.expect(4, &["check", "--time-basis", "actual", "in/gone.ndjson"]);
    assert!(!workspace.path("store").exists() && !workspace.path("out").exists());

    let workspace = Workspace::new();
    workspace.open_pipeline();
    workspace.write("in/a.ndjson", "not an event\n\n[]\n");
    workspace.run(4);
    workspace.expect(4, &["ingest", "--store", "store", "--time-basis", "actual", "in/a.ndjson"]);
    workspace.expect(4, &["check", "--time-basis", "actual", "in/a.ndjson"]);
    assert!(!workspace.path("store").exists() && !workspace.path("out").exists());
}

#[test]
fn what_is_not_ours_survives_a_store_that_came_to_nothing() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    workspace.write("in/a.ndjson", "not an event\n");
    workspace.write("store/thesis.txt", "years of work");
    workspace.run(4);
    assert!(workspace.path("store/thesis.txt").is_file());
    assert!(!workspace.path("store/events").exists());
    assert!(!workspace.path("store/rejections").exists());
}

#[test]
fn what_a_store_holds_is_usable_whatever_a_source_brings() {
    let workspace = two_people();
    workspace.run(0);
    workspace.write("bad.ndjson", "not an event\n");
    workspace.expect(0, &["ingest", "--store", "store", "--time-basis", "actual", "bad.ndjson"]);
    let check = ["check", "--store", "store", "--time-basis", "actual", "bad.ndjson"];
    workspace.expect(0, &check);
}

#[test]
fn an_identifier_is_5_and_beats_3_and_4() {
    let workspace = two_people();
    workspace.events("c.ndjson", [identifier()]);
    workspace.run(5);
    assert_eq!(workspace.manifest()["events"], 12, "the other files went on");
    workspace.write("in/d.ndjson", broken_off("s-ddd"));
    workspace.run(5);
    workspace.run(5);
    workspace.expect(5, &["check", "--time-basis", "actual", "in/c.ndjson", "in/d.ndjson"]);

    let workspace = Workspace::new();
    workspace.open_pipeline();
    workspace.events("c.ndjson", [identifier()]);
    workspace.run(5);
    workspace.expect(5, &["check", "--time-basis", "actual", "in/c.ndjson"]);
    workspace.expect(5, &["ingest", "--store", "store", "--time-basis", "actual", "in/c.ndjson"]);
    assert!(!workspace.path("store").exists() && !workspace.path("out").exists());
}

#[test]
fn a_store_held_by_another_is_75_and_is_left_alone() {
    let workspace = two_people();
    let ingest = ["ingest", "--store", "store", "--time-basis", "actual", "in/a.ndjson"];
    // Another run is just making the store: no events yet.
    workspace.write("store/lock", "process 1 since noon");
    workspace.write("store/rejections/begun", "");
    let held = File::open(workspace.path("store/lock")).expect("the lock file");
    held.try_lock().expect("nobody else holds it");
    let ran = workspace.run(75);
    assert!(ran.stderr.contains("process 1 since noon"), "{ran:?}");
    workspace.expect(75, &ingest);
    workspace.expect(75, &["curves", "--store", "store", "--out", "out"]);
    assert_eq!(files(&workspace.path("store")).len(), 2, "what the other made is still there");
    assert!(!workspace.path("out").exists());
    held.unlock().expect("it was held");
    workspace.run(0);

    let held = File::open(workspace.path("store/lock")).expect("the lock file");
    held.try_lock().expect("a run that ended holds nothing");
    let current = workspace.current();
    workspace.events("c.ndjson", person("s-ccc", [20, 12, 8]));
    workspace.run(75);
    assert_eq!(workspace.current(), current);
    // Reading needs no lock.
    workspace.expect(0, &["history", "--store", "store"]);
    workspace.expect(0, &["check", "--store", "store", "--time-basis", "actual", "in/c.ndjson"]);
}

#[test]
fn whoever_waits_gets_the_store_when_it_is_free() {
    let workspace = two_people();
    workspace.write("store/lock", "process 1 since noon");
    let held = File::open(workspace.path("store/lock")).expect("the lock file");
    held.try_lock().expect("nobody else holds it");
    let ran = workspace.expect(75, &["run", "p.toml", "--wait", "1s"]);
    assert!(ran.stderr.contains("wait") && ran.stderr.contains("process 1 since noon"), "{ran:?}");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| workspace.expect(0, &["run", "p.toml", "--wait", "2m"]));
        std::thread::sleep(std::time::Duration::from_millis(700));
        assert!(!waiting.is_finished(), "the store is held");
        held.unlock().expect("it was held");
    });
    for wrong in ["ten minutes", "-1s", "5"] {
        workspace.expect(2, &["run", "p.toml", "--wait", wrong]);
    }
}

#[test]
fn json_is_json_on_every_command() {
    let workspace = two_people();
    workspace.write("in/bad.ndjson", "not an event\n");
    let run = workspace.expect(0, &["run", "p.toml", "--json"]).json();
    assert!(run["run"].is_string() && run["new"] == true);
    assert_eq!(run["sources"].as_array().map(Vec::len), Some(3));
    let ingest = ["ingest", "--pipeline", "p.toml", "--json"];
    assert_eq!(workspace.expect(0, &ingest).json()["taken_before"], 2);
    assert_eq!(
        workspace.expect(0, &["curves", "--pipeline", "p.toml", "--json"]).json()["new"],
        false
    );
    let lines = workspace.expect(0, &["check", "--json", "--pipeline", "p.toml", "in/*"]);
    let _: Vec<Value> = lines.json_lines();
    assert!(workspace.expect(0, &["history", "--store", "store", "--json"]).json().is_array());
    assert_eq!(workspace.expect(0, &["schema", "--json"]).json().as_array().map(Vec::len), Some(9));
    let schema = workspace.expect(0, &["schema", "checkin.submitted", "--json"]).json();
    assert_eq!(schema["title"], "afterdose.checkin.submitted.v2", "the latest");
    for name in ["afterdose.checkin.submitted.v1", "checkin.submitted.v1"] {
        let schema = workspace.expect(0, &["schema", name]).json();
        assert_eq!(schema["title"], "afterdose.checkin.submitted.v1");
    }
    let simulate = ["simulate", "--json", "--subjects", "5", "--out", "five.ndjson"];
    let said = workspace.expect(0, &simulate).json();
    let lines = std::fs::read_to_string(workspace.path("five.ndjson")).expect("events");
    assert_eq!(said["events"].as_u64(), Some(lines.lines().count() as u64));
    let simulate = ["simulate", "--json", "--subjects", "5", "--out", "-"];
    assert_eq!(workspace.expect(0, &simulate).stdout, lines, "the same seed, the same bytes");
}

#[test]
fn help_lists_every_command() {
    let workspace = Workspace::new();
    let help = workspace.expect(0, &["--help"]).stdout;
    for command in [
        "run", "check", "ingest", "curves", "report", "explain", "diff", "history", "backup",
        "schema", "simulate", "map",
    ] {
        let listed = help.lines().any(|line| line.trim_start().split(' ').next() == Some(command));
        assert!(listed, "{command}");
        assert!(workspace.expect(0, &[command, "--help"]).stdout.contains(command));
    }
    assert!(workspace.expect(0, &["--version"]).stdout.starts_with("afterdose "));
}
