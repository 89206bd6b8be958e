//! `compact`, `vacuum` and `verify`, as a user sees them.

use crate::harness::events::person;
use crate::harness::workspace::{Workspace, assert_same, files};
use afterdose::store::verify::FindingKind;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A store of some nightly runs, a person each.
fn nightly(n: usize) -> Workspace {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    for night in 0..n {
        workspace
            .events(&format!("{night}.ndjson"), person(&format!("s-night{night}"), [20, 12, 8]));
        workspace.run(0);
    }
    workspace
}

fn verify(workspace: &Workspace, code: i32) -> Vec<Value> {
    let said = workspace.expect(code, &["verify", "--store", "store", "--json"]).json();
    said["findings"].as_array().expect("a list").clone()
}

fn data_files(workspace: &Workspace) -> Vec<PathBuf> {
    let is_data = |path: &PathBuf| {
        let is_parquet = path.extension().is_some_and(|ending| ending == "parquet");
        is_parquet && !path.display().to_string().contains("_delta_log")
    };
    files(&workspace.path("store/events")).into_iter().filter(is_data).collect()
}

#[test]
fn a_compacted_store_says_the_same() {
    let workspace = nightly(5);
    let (estimates, current) = (workspace.estimates(), workspace.current());
    assert_eq!(data_files(&workspace).len(), 5);
    let compacted = workspace.expect(0, &["compact", "--store", "store", "--json"]).json();
    assert_eq!(compacted, json!({"version": 6, "files_before": 5, "files_after": 1}));
    let said = workspace.expect(0, &["compact", "--store", "store"]).stdout;
    assert!(said.contains("nothing was changed"), "{said}");
    assert_eq!(data_files(&workspace).len(), 6, "earlier versions need the others");
    let kept = workspace.expect(0, &["vacuum", "--store", "store", "--json"]).json();
    assert_eq!((&kept["data_files"], &kept["log_files"]), (&json!(0), &json!(0)));
    let gone = ["vacuum", "--store", "store", "--retention", "0s", "--json"];
    let gone = workspace.expect(0, &gone).json();
    assert_eq!((&gone["first_version"], &gone["data_files"]), (&json!(6), &json!(5)));
    assert_eq!(data_files(&workspace).len(), 1);
    assert_eq!(verify(&workspace, 0), [] as [Value; 0]);
    // The same events: not even a new run.
    workspace.run(0);
    assert_eq!(workspace.current(), current);
    assert_same("compacted", &estimates, &workspace.estimates());
    let history = workspace.expect(0, &["history", "--store", "store", "--json"]).json();
    let operations: Vec<&str> = history
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|row| row["operation"].as_str())
        .collect();
    assert_eq!(operations[0], "CREATE TABLE");
    assert_eq!(operations[1..], ["ingest", "ingest", "ingest", "ingest", "ingest", "compact"]);
    // And it goes on.
    workspace.events("new.ndjson", person("s-new", [18, 12, 10]));
    workspace.run(0);
    assert_ne!(workspace.current(), current);
    assert_eq!(verify(&workspace, 0), [] as [Value; 0]);
}

#[test]
fn each_damage_is_found_and_says_what_to_do() {
    type Damage = fn(&Workspace) -> PathBuf;
    let damages: [(&str, Damage); 6] = [
        ("file-changed", |workspace| {
            let path = data_files(workspace).remove(1);
            let mut bytes = std::fs::read(&path).expect("a file");
            let middle = bytes.len() / 2;
            bytes[middle] ^= 4;
            std::fs::write(&path, bytes).expect("disk");
            path
        }),
        ("file-missing", |workspace| {
            let path = data_files(workspace).remove(1);
            std::fs::remove_file(&path).expect("disk");
            path
        }),
        ("file-unreadable", |workspace| {
            let path = data_files(workspace).remove(1);
            let bytes = std::fs::read(&path).expect("a file");
            std::fs::write(&path, &bytes[..bytes.len() - 100]).expect("disk");
            path
        }),
        ("foreign-file", |workspace| workspace.write("store/events/notes.txt", "of someone")),
        ("wrong-mode", |workspace| {
            use std::os::unix::fs::PermissionsExt;
            let path = data_files(workspace).remove(1);
            let mode = std::fs::Permissions::from_mode(0o644);
            std::fs::set_permissions(&path, mode).expect("disk");
            path
        }),
        ("account-unreadable", |workspace| {
            let path = files(&workspace.path("store/rejections")).remove(0);
            std::fs::write(&path, "").expect("disk");
            path
        }),
    ];
    for (kind, damage) in damages {
        let workspace = nightly(2);
        assert_eq!(verify(&workspace, 0), [] as [Value; 0]);
        let path = damage(&workspace);
        let found = verify(&workspace, 3);
        let found = found.iter().find(|finding| finding["finding"] == kind);
        let found = found.unwrap_or_else(|| panic!("no {kind}"));
        let inside = path.strip_prefix(workspace.path("store")).expect("inside").display();
        assert_eq!(found["path"], inside.to_string());
        assert!(found["advice"].as_str().is_some_and(|advice| !advice.is_empty()), "{found}");
        let said = workspace.expect(3, &["verify", "--store", "store"]).stdout;
        assert!(said.contains(kind) && said.contains(&inside.to_string()), "{said}");
    }
}

#[test]
fn every_finding_is_documented_with_its_advice() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/store.md");
    let page = std::fs::read_to_string(path).expect("a page");
    let documented = page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let documented: Vec<&str> = documented.map(|(code, _)| code).collect();
    for kind in FindingKind::ALL {
        assert!(documented.contains(&kind.code()), "{}", kind.code());
        assert!(!kind.meaning().is_empty() && !kind.advice().is_empty());
    }
}

#[test]
fn without_a_store_there_is_nothing_to_keep_in_order() {
    let workspace = Workspace::new();
    for command in ["compact", "vacuum", "verify", "purge"] {
        let ran = workspace.afterdose(&[command, "--store", "nowhere"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.stderr.contains("no store here"), "{ran:?}");
        assert!(!workspace.path("nowhere").exists(), "{command} makes no store");
    }
    let ran = workspace.expect(2, &["vacuum", "--store", "nowhere", "--retention", "month"]);
    assert!(ran.stderr.contains("30d"), "{ran:?}");
}

#[test]
fn nobody_puts_a_store_in_order_while_another_holds_it() {
    let workspace = nightly(1);
    let held = std::fs::File::open(workspace.path("store/lock")).expect("a lock");
    held.lock().expect("the lock");
    for command in ["compact", "vacuum", "purge"] {
        workspace.expect(75, &[command, "--store", "store"]);
    }
    assert_eq!(verify(&workspace, 0), [] as [Value; 0], "reading needs no lock");
}
