//! `curves --tables`: the tables of the whole run, and charts and page when they are wanted.

use crate::harness::events::parse;
use crate::harness::workspace::{Workspace, contents};

#[test]
fn tables_alone_are_those_of_the_whole_run_and_the_rest_can_follow() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    let simulate = ["simulate", "--subjects", "60", "--seed", "4", "--out", "-"];
    workspace.events("a.ndjson", parse(&workspace.expect(0, &simulate).stdout));
    workspace.run(0);
    let current = std::fs::read_link(workspace.path("out/current")).expect("a link");
    let whole = workspace.tables_and_charts("out/current");
    let (tables, charts): (Vec<_>, Vec<_>) =
        whole.into_iter().partition(|(name, _)| name.starts_with("tables/"));
    assert!(!tables.is_empty() && !charts.is_empty());

    let facts = workspace.path("store/facts");
    std::fs::remove_dir_all(&facts).expect("the facts of the whole run");
    let curves = ["curves", "--store", "store", "--out", "out", "--pipeline", "p.toml"];
    let alone = || workspace.expect(0, &[&curves[..], &["--tables", "--json"]].concat()).json();
    let said = alone();
    assert_eq!(said["new"], true);
    let run = said["run"].as_str().expect("a path");
    let mut files = contents(&workspace.path(run));
    assert!(files.remove("manifest.json").is_some() && files.remove("report.json").is_some());
    assert!(files.into_iter().eq(tables), "the tables and nothing else");
    // Whoever follows `current` finds the page still; the same tables are made once.
    assert_eq!(std::fs::read_link(workspace.path("out/current")).expect("a link"), current);
    let again = alone();
    assert_eq!((&again["run"], &again["new"]), (&said["run"], &false.into()));
    assert!(!facts.exists(), "nothing about single people is left behind");
    let same = workspace.expect(0, &[&curves[..], &["--json"]].concat()).json();
    assert_eq!(same["new"], false, "the whole run is as new as it was");
    assert!(facts.exists(), "which writes the facts again");

    workspace.expect(0, &["report", "--from", run, "--out", "later"]);
    let mut later = contents(&workspace.path("later"));
    assert!(later.remove("report.html").is_some() && later.remove("report.json").is_some());
    assert!(later.into_iter().eq(charts), "the charts of the whole run");
}
