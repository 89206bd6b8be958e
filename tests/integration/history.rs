//! The commits of a store.

use crate::harness::events::{Event, person};
use crate::harness::workspace::{Workspace, files};
use afterdose::event::time::Moment;
use std::path::Path;

#[test]
fn history_lists_commits_in_order_with_their_counts() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    for (name, subject) in [("a.ndjson", "s-aaa"), ("b.ndjson", "s-bbb")] {
        workspace.events(name, person(subject, [20, 12, 8]));
        workspace.run(0);
    }
    // Nothing new, no commit.
    workspace.run(0);
    let commits = workspace.expect(0, &["history", "--store", "store", "--json"]).json();
    let commits = commits.as_array().expect("a list");
    let versions: Vec<_> = commits.iter().map(|commit| commit["version"].as_u64()).collect();
    assert_eq!(versions, [Some(0), Some(1), Some(2)]);
    let events: Vec<_> = commits.iter().map(|commit| commit["events"].as_u64()).collect();
    assert_eq!(events, [None, Some(6), Some(6)], "a new store is empty");
    for commit in &commits[1..] {
        assert_eq!(commit["operation"], "ingest");
        assert_eq!(commit["files"], 1);
        assert!(commit["bytes"].as_u64() > Some(0));
    }
    let times = commits.iter().filter_map(|commit| commit["time"].as_str());
    let times: Vec<_> = times.map(|time| Moment::from_rfc3339(time).expect("a time")).collect();
    assert!(times.len() == 3 && times.is_sorted(), "{times:?}");

    let text = workspace.expect(0, &["history", "--store", "store"]).stdout;
    let commits = text.lines().filter(|line| !line.starts_with(' '));
    let first: Vec<&str> = commits.filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(first, ["version", "0", "1", "2"]);
}

#[test]
fn a_commit_says_what_it_brought_and_from_which_files() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    let withdrawn = Event::new(
        "subject.withdrawn",
        "s-bbb",
        "w1",
        "2025-03-01T09:00:00Z",
        serde_json::json!({}),
    );
    workspace.events("a.ndjson", person("s-aaa", [20, 12, 8]));
    workspace.events("b.ndjson", person("s-bbb", [20, 12, 8]).into_iter().chain([withdrawn]));
    // One that brings nothing, and one that brings some.
    workspace.events("copy.ndjson", person("s-aaa", [20, 12, 8]).into_iter().rev());
    workspace.write("in/bad.ndjson", format!("not JSON\n{}\n", person("s-ccc", [9, 9, 9])[0]));
    workspace.run(0);
    let history = || workspace.expect(0, &["history", "--store", "store", "--json"]).json();
    let commits = history();
    let wanted = serde_json::json!({
        "checkin.submitted": 7, "course.ended": 2, "session.completed": 4, "subject.withdrawn": 1,
    });
    assert_eq!(commits[1]["by_type"], wanted);
    let sum: u64 = wanted.as_object().into_iter().flatten().filter_map(|(_, n)| n.as_u64()).sum();
    assert_eq!(commits[1]["events"].as_u64(), Some(sum));
    assert!(commits[0]["by_type"].is_null() && commits[0]["source_files"].is_null());
    let mut digests = ["a", "b", "bad"].map(|name| {
        let bytes = std::fs::read(workspace.path(&format!("in/{name}.ndjson"))).expect("a file");
        blake3::hash(&bytes).to_hex().to_string()
    });
    digests.sort();
    assert_eq!(commits[1]["source_files"], serde_json::json!(digests));

    let text = workspace.expect(0, &["history", "--store", "store"]).stdout;
    let said = "checkin.submitted 7, course.ended 2, session.completed 4, subject.withdrawn 1";
    assert!(text.contains(said), "{text}");
    assert!(digests.iter().all(|digest| text.contains(&format!("from {digest}"))), "{text}");
    for secret in ["s-aaa", "s-bbb", "synthetic", "ndjson"] {
        assert!(!text.contains(secret) && !history().to_string().contains(secret), "{secret}");
    }
}

#[test]
fn commits_of_earlier_programs_show_what_they_have() {
    let workspace = Workspace::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores/version-1");
    for path in files(&root) {
        let name = path.strip_prefix(&root).expect("inside").to_str().expect("UTF-8");
        workspace.write(&format!("store/{name}"), std::fs::read(&path).expect("a file"));
    }
    let commits = workspace.expect(0, &["history", "--store", "store", "--json"]).json();
    assert_eq!((commits[1]["events"].as_u64(), commits[2]["events"].as_u64()), (Some(22), Some(4)));
    assert!(commits[1]["by_type"].is_null() && commits[1]["source_files"].is_null());
}

#[test]
fn there_is_no_history_without_a_store() {
    let workspace = Workspace::new();
    let ran = workspace.afterdose(&["history", "--store", "nowhere"]);
    assert_ne!(ran.code, 0);
    assert!(ran.stderr.contains("nowhere"), "{ran:?}");
    assert!(!workspace.path("nowhere").exists(), "reading makes no store");
}
