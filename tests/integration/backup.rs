//! Copies of a store: taken while others add to it, refused where they would do harm, moved about.

use crate::harness::events::person;
use crate::harness::workspace::{Workspace, assert_same, contents, files};
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Files that are ingested one after the other.
const BATCHES: usize = 12;

fn batch(n: usize) -> String {
    format!("in/{n}.ndjson")
}

/// Ingests a batch, waiting for whoever holds the store.
fn ingest(workspace: &Workspace, store: &str, n: usize) {
    let args = ["ingest", "--store", store, "--time-basis", "actual", &batch(n)];
    let ran = workspace.afterdose(&args);
    assert_eq!(ran.code, 0, "{ran:?}");
}

fn newest(workspace: &Workspace, store: &str) -> (u64, String) {
    let commits = workspace.expect(0, &["history", "--store", store, "--json"]).json();
    let last = commits.as_array().and_then(|commits| commits.last()).expect("a commit").clone();
    let time = last["time"].as_str().expect("a time").to_owned();
    (last["version"].as_u64().expect("a version"), time)
}

/// A workspace with the batches, the first of them ingested; each has a rejected line, too.
fn begun() -> Workspace {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    for n in 0..BATCHES {
        let people = (0..5).flat_map(|k| person(&format!("s-{n}x{k}"), [20, 12, 8]));
        let lines: Vec<String> = people.map(|event| event.to_string()).collect();
        workspace.write(&batch(n), format!("{}\nnot JSON\n", lines.join("\n")));
    }
    ingest(&workspace, "store", 0);
    workspace
}

#[test]
fn a_copy_taken_while_others_ingest_is_the_store_at_some_version() {
    let workspace = begun();
    let is_over = AtomicBool::new(false);
    let mut copies = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            (1..BATCHES).for_each(|n| ingest(&workspace, "store", n));
            is_over.store(true, Ordering::Release);
        });
        while !is_over.load(Ordering::Acquire) {
            let name = format!("copies/{}", copies.len());
            let args = ["backup", "--store", "store", "--to", &name, "--json"];
            copies.push((name.clone(), workspace.expect(0, &args).json()));
        }
    });
    assert!(copies.len() >= 3, "{} copies", copies.len());
    let versions: Vec<u64> =
        copies.iter().map(|(_, said)| said["version"].as_u64().expect("a version")).collect();
    assert!(versions.is_sorted() && versions.first() < versions.last(), "{versions:?}");
    for (n, (name, said)) in copies.iter().enumerate() {
        let version = said["version"].as_u64().expect("a version");
        assert_eq!(newest(&workspace, name).0, version);
        assert_eq!(said["events"].as_u64(), Some(30 * version), "{said}");
        let [of_copy, of_past] = ["copy", "past"].map(|what| format!("{what}-{n}"));
        let curves = ["curves", "--pipeline", "p.toml", "--json", "--store"];
        let run = |args: &[&str]| {
            let said = workspace.expect(0, &[&curves[..], args].concat()).json();
            workspace.tables_and_charts(said["run"].as_str().expect("a path"))
        };
        let copy = run(&[name, "--out", &of_copy]);
        let past = run(&["store", "--as-of", &version.to_string(), "--out", &of_past]);
        assert_same(name, &past, &copy);
    }
    // Restored, the first copy takes what it lacks, and comes to the same as the store.
    let (first, _) = &copies[0];
    for n in 0..BATCHES {
        ingest(&workspace, first, n);
    }
    let run = |store: &str, out: &str| {
        workspace.expect(0, &["curves", "--pipeline", "p.toml", "--store", store, "--out", out]);
        workspace.tables_and_charts(&format!("{out}/current"))
    };
    assert_same("restored", &run("store", "of-store"), &run(first, "of-first"));
}

#[test]
fn a_copy_is_private_whole_and_can_go_back_in_time() {
    let workspace = begun();
    workspace.run(0);
    let at_2 = workspace.tables_and_charts("out/current");
    let (version, time) = newest(&workspace, "store");
    assert_eq!(version, 2, "the others in one commit");
    workspace.events("more.ndjson", person("s-more", [20, 12, 8]));
    workspace.run(0);
    let said = workspace.expect(0, &["backup", "--store", "store", "--to", "deep/copy", "--json"]);
    let (said, copied) = (said.json(), contents(&workspace.path("deep/copy")));
    let bytes: usize = copied
        .iter()
        .filter(|(name, _)| !name.starts_with("rejections"))
        .map(|(_, bytes)| bytes.len())
        .sum();
    assert_eq!(said["bytes"].as_u64(), Some(bytes as u64));
    for (name, bytes) in contents(&workspace.path("store")) {
        let made_again = ["lock", "keys/", "facts/", "audit."].iter().any(|m| name.starts_with(m));
        assert!(made_again || copied.get(&name) == Some(&bytes), "{name}");
    }
    assert!(!copied.contains_key("lock"));
    assert_private(&workspace.path("deep/copy"));
    let curves = ["curves", "--pipeline", "p.toml", "--store", "deep/copy", "--json", "--as-of"];
    for as_of in ["2", &time] {
        let run = workspace.expect(0, &[&curves[..], &[as_of]].concat()).json();
        let run = run["run"].as_str().expect("a path").to_owned();
        assert_same(as_of, &at_2, &workspace.tables_and_charts(&run));
    }
    let beside = std::fs::read_dir(workspace.path("deep")).expect("a directory").count();
    assert_eq!(beside, 1, "nothing half copied stays");
}

#[cfg(unix)]
fn assert_private(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(dir), 0o700);
    for path in files(dir) {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        assert_eq!(mode(path.parent().expect("a parent")), 0o700, "{}", path.display());
    }
}

#[cfg(not(unix))]
fn assert_private(_dir: &Path) {}

#[test]
fn a_moved_store_works_and_keeps_its_times() {
    let workspace = begun();
    workspace.run(0);
    let at_2 = workspace.tables_and_charts("out/current");
    let (_, time) = newest(&workspace, "store");
    workspace.events("more.ndjson", person("s-more", [20, 12, 8]));
    workspace.run(0);
    // Every file is written anew, with another time of its own, on another disk.
    for (name, bytes) in contents(&workspace.path("store")) {
        workspace.write(&format!("other disk/the store/{name}"), bytes);
    }
    std::fs::remove_dir_all(workspace.path("store")).expect("gone");
    let store = workspace.path("other disk/the store");
    let url = url::Url::from_directory_path(&store).expect("a URL").to_string();
    let curves = ["curves", "--pipeline", "p.toml", "--json", "--as-of", &time, "--store", &url];
    let run: Value = workspace.expect(0, &curves).json();
    let run = run["run"].as_str().expect("a path").to_owned();
    assert_same("as of the time", &at_2, &workspace.tables_and_charts(&run));
    workspace.events("most.ndjson", person("s-most", [20, 12, 8]));
    workspace.expect(0, &["run", "p.toml", "--store", &url]);
    assert_eq!(newest(&workspace, &url).0, 4);
    assert!(!workspace.path("store").exists() && !workspace.path("file:").exists());
    workspace.write("url.toml", format!("name = \"x\"\nstore.path = \"{url}\"\n"));
    workspace.expect(0, &["curves", "--pipeline", "url.toml", "--out", "url"]);
}

#[test]
fn other_places_than_directories_are_refused() {
    let workspace = begun();
    for url in ["s3://bucket/store", "az://x/y", "https://example.org/store"] {
        let ran = workspace.expect(2, &["history", "--store", url]);
        assert!(ran.stderr.contains("object stores"), "{ran:?}");
        workspace.write("url.toml", format!("name = \"x\"\nstore.path = \"{url}\"\n"));
        let ran = workspace.expect(2, &["curves", "--pipeline", "url.toml", "--out", "out"]);
        assert!(ran.stderr.contains("object stores") && ran.stderr.contains("url.toml"), "{ran:?}");
    }
    assert!(!workspace.path("s3:").exists());
}

#[test]
fn a_copy_over_something_or_of_something_damaged_is_refused() {
    let workspace = begun();
    workspace.write("taken/mine.txt", "years of work");
    for (to, says) in [
        ("taken", "no empty directory"),
        ("taken/mine.txt", "no empty directory"),
        ("store", "no empty directory"),
        ("store/copy", "lies in the store"),
        ("store/../store/a/b", "lies in the store"),
    ] {
        let ran = workspace.expect(2, &["backup", "--store", "store", "--to", to]);
        assert!(ran.stderr.contains(says), "{to}: {ran:?}");
    }
    assert_eq!(files(&workspace.path("taken")).len(), 1);
    assert!(!workspace.path("store/copy").exists() && !workspace.path("store/a").exists());
    workspace.expect(1, &["backup", "--store", "nowhere", "--to", "copy"]);
    workspace.expect(2, &["backup", "--store", "store"]);

    std::fs::create_dir(workspace.path("empty")).expect("a directory");
    workspace.expect(0, &["backup", "--store", "store", "--to", "empty"]);
    assert_eq!(newest(&workspace, "empty").0, 1);

    let data = files(&workspace.path("store/events"));
    let data = data.iter().find(|path| path.extension().is_some_and(|e| e == "parquet"));
    let data = data.expect("a data file");
    let mut bytes = std::fs::read(data).expect("bytes");
    bytes[100] ^= 1;
    std::fs::write(data, bytes).expect("disk");
    let ran = workspace.expect(1, &["backup", "--store", "store", "--to", "copy"]);
    assert!(ran.stderr.contains("verify") && ran.stderr.contains(".parquet"), "{ran:?}");
    assert!(!workspace.path("copy").exists());
    let left = std::fs::read_dir(workspace.path("")).expect("a directory").flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{left:?}");
}
