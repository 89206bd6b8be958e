//! The commits of a store.

use crate::harness::events::person;
use crate::harness::workspace::Workspace;

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
    let times: Vec<&str> = commits.iter().filter_map(|commit| commit["time"].as_str()).collect();
    assert!(times.len() == 3 && times.is_sorted(), "{times:?}");

    let text = workspace.expect(0, &["history", "--store", "store"]).stdout;
    let first: Vec<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(first, ["version", "0", "1", "2"]);
}

#[test]
fn there_is_no_history_without_a_store() {
    let workspace = Workspace::new();
    let ran = workspace.afterdose(&["history", "--store", "nowhere"]);
    assert_ne!(ran.code, 0);
    assert!(ran.stderr.contains("nowhere"), "{ran:?}");
    assert!(!workspace.path("nowhere").exists(), "reading makes no store");
}
