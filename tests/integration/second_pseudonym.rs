//! A second pseudonym over the first: where the key comes from, that it is never kept, and that
//! events, corrections and withdrawals still find each other.

use crate::harness::events::{Event, person};
use crate::harness::marks::Everything;
use crate::harness::tables::Text;
use crate::harness::workspace::{OPEN, Ran, Workspace, assert_same, files};
use serde_json::json;

const KEY: &str = "6b1f0c2d9e8a7b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c";
const OTHER: &str = "7b1f0c2d9e8a7b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c";
const VARIABLE: &str = "AFTERDOSE_SUBJECT_KEY";

/// Two people, and ids that do not repeat their pseudonyms.
fn people() -> Vec<Event> {
    let renamed = |(n, event): (usize, Event)| event.with("/id", json!(format!("e{n}")));
    let both = person("s-first7f3a", [20, 14, 6]).into_iter();
    both.chain(person("s-second9c0d", [18, 12, 10])).enumerate().map(renamed).collect()
}

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.events("a.ndjson", people());
    workspace.open_pipeline();
    workspace
}

fn with_key(workspace: &Workspace, code: i32, key: &str, args: &[&str]) -> Ran {
    let ran = workspace.afterdose_with(&[(VARIABLE, key)], args);
    assert_eq!(ran.code, code, "{args:?}: {ran:?}");
    ran
}

/// A pipeline whose key stands in a file of this mode.
fn key_file(workspace: &Workspace, bytes: impl AsRef<[u8]>, mode: u32) {
    let path = workspace.write("secret.key", bytes);
    set_mode(&path, mode);
    let rest = format!("{OPEN}[privacy]\nsubject_key_file = \"secret.key\"\n");
    workspace.pipeline(&[("*", "refuse-file")], &rest);
}

#[cfg(unix)]
fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(path, mode).expect("permissions");
}

#[cfg(not(unix))]
fn set_mode(_path: &std::path::Path, _mode: u32) {}

/// Subjects of every event of the store.
fn subjects(workspace: &Workspace) -> Vec<String> {
    let is_data = |path: &std::path::PathBuf| {
        path.extension().is_some_and(|ending| ending == "parquet")
            && !path.display().to_string().contains("_delta_log")
    };
    let parts = files(&workspace.path("store/events")).into_iter().filter(is_data);
    let column = |part: Text| part.maps().map(|row| row["subject"].to_owned()).collect::<Vec<_>>();
    parts.flat_map(|path| column(Text::parquet(&path))).collect()
}

#[test]
fn the_first_pseudonym_and_the_key_stand_nowhere_and_the_figures_are_the_same() {
    let plain = workspace();
    plain.run(0);
    let keyed = workspace();
    let ran = with_key(&keyed, 0, KEY, &["run", "p.toml", "--json"]);
    assert_same("with a second pseudonym", &plain.estimates(), &keyed.estimates());
    let stored = subjects(&keyed);
    assert_eq!(stored.len(), 12);
    let is_second = |subject: &String| {
        subject.len() == 34
            && subject
                .strip_prefix("k-")
                .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    assert!(stored.iter().all(is_second), "{stored:?}");
    let everything = Everything::of(&keyed, &["store", "out"], &[&ran]);
    for text in ["first7f3a", "second9c0d", KEY, &KEY[..16]] {
        assert!(everything.find(text).is_empty(), "{:?}", everything.find(text));
    }
    // The same search finds what must be there.
    assert!(!everything.find(&stored[0]).is_empty());
    let without = Everything::of(&plain, &["store", "out"], &[]);
    assert!(!without.find("first7f3a").is_empty());

    assert_eq!(plain.manifest()["pseudonyms"], "as-sent");
    assert_eq!(keyed.manifest()["pseudonyms"], "second");
    let report = String::from_utf8(keyed.output("report.html")).expect("text");
    assert!(report.contains("a second pseudonym"));
    // Curves alone needs no key, and is the same run.
    let args = ["curves", "--pipeline", "p.toml", "--json"];
    assert_eq!(keyed.expect(0, &args).json()["new"], false);
    // The same events once more are duplicates.
    keyed.events("b.ndjson", people().iter().rev());
    let again = with_key(&keyed, 0, KEY, &["run", "p.toml", "--json"]).json();
    assert_eq!((&again["new"], &again["sources"][0]["duplicate"]), (&json!(false), &json!(12)));
}

#[test]
fn corrections_conflicts_and_withdrawals_find_their_subjects() {
    let people = people();
    let fix = Event::new(
        "event.corrected",
        "s-first7f3a",
        "fix",
        "2025-02-01T09:00:00Z",
        json!({"corrects": "e2", "data": {"measures": [{"instrument": "phq-9", "total": 4}]}}),
    );
    let wrong = people[4].clone().with("/data/measures/0/total", json!(17));
    let gone =
        Event::new("subject.withdrawn", "s-second9c0d", "gone", "2025-02-01T09:00:00Z", json!({}));
    let run = |key: &str| {
        let workspace = workspace();
        for (file, event) in [("b.ndjson", &fix), ("c.ndjson", &wrong), ("d.ndjson", &gone)] {
            // Each by itself, so that each is compared with the store.
            match key {
                "" => workspace.run(0),
                key => with_key(&workspace, 0, key, &["run", "p.toml"]),
            };
            workspace.events(file, [event]);
        }
        match key {
            "" => workspace.run(0),
            key => with_key(&workspace, 0, key, &["run", "p.toml"]),
        };
        workspace
    };
    let (plain, keyed) = (run(""), run(KEY));
    assert_same("with a second pseudonym", &plain.estimates(), &keyed.estimates());
    let flow = Text::csv(&keyed.output("tables/cohort_flow.csv"));
    let known = [("instrument", "phq-9"), ("route", "all"), ("step", "known")];
    assert_eq!(flow.cell(&known, "n_subjects"), "1", "the other withdrew");
}

#[test]
fn a_wrong_missing_or_unexpected_key_stops_before_anything_is_written() {
    let keyed = workspace();
    with_key(&keyed, 0, KEY, &["run", "p.toml"]);
    let plain = workspace();
    plain.run(0);
    let state = |workspace: &Workspace| {
        let all = ["store", "out"].map(|dir| files(&workspace.path(dir)));
        let bytes = |path| (std::fs::read(&path).expect("readable"), path);
        // Who holds the lock, and who tried what, is written all the same.
        let is_data =
            |path: &std::path::PathBuf| !path.ends_with("lock") && !path.ends_with("audit.ndjson");
        all.into_iter().flatten().filter(is_data).map(bytes).collect::<Vec<_>>()
    };
    let before = [state(&keyed), state(&plain)];
    for workspace in [&keyed, &plain] {
        workspace.events("b.ndjson", person("s-third", [20, 14, 6]));
    }
    for args in [&["run", "p.toml"][..], &["ingest", "--pipeline", "p.toml"]] {
        let wrong = with_key(&keyed, 2, OTHER, args).stderr;
        assert!(wrong.contains("not the one this store was begun with"), "{wrong}");
        let missing = keyed.expect(2, args).stderr;
        assert!(missing.contains("none is given") && missing.contains(VARIABLE), "{missing}");
        let unexpected = with_key(&plain, 2, KEY, args).stderr;
        assert!(unexpected.contains("begun without a subject key"), "{unexpected}");
        let malformed = with_key(&keyed, 2, &KEY[1..], args).stderr;
        assert!(malformed.contains("64 hexadecimal digits"), "{malformed}");
        for said in [wrong, missing, unexpected, malformed] {
            assert!(![KEY, OTHER, &KEY[1..]].iter().any(|key| said.contains(key)), "{said}");
        }
    }
    assert!(before == [state(&keyed), state(&plain)], "something was written");
    with_key(&keyed, 0, KEY, &["run", "p.toml"]);
}

#[test]
fn a_key_comes_from_a_private_file_and_the_environment_beats_it() {
    // 64 digits in a file are the key of the same digits in the environment.
    let by_file = workspace();
    key_file(&by_file, format!("{KEY}\n"), 0o600);
    by_file.run(0);
    let by_variable = workspace();
    with_key(&by_variable, 0, KEY, &["run", "p.toml"]);
    let sorted = |workspace| {
        let mut subjects = subjects(workspace);
        subjects.sort();
        subjects
    };
    assert_eq!(sorted(&by_file), sorted(&by_variable));
    let beaten = with_key(&by_file, 2, OTHER, &["run", "p.toml"]).stderr;
    assert!(beaten.contains("not the one"), "{beaten}");

    let bytes: Vec<u8> = (0..48).map(|n| n * 5).collect();
    let by_bytes = workspace();
    key_file(&by_bytes, &bytes, 0o400);
    by_bytes.run(0);
    assert_ne!(sorted(&by_bytes), sorted(&by_file));

    for (bytes, mode, says) in [
        (&bytes[..], 0o640, "may be read by others"),
        (&bytes[..], 0o604, "may be read by others"),
        (&bytes[..31], 0o600, "is not a key"),
        (&[7; 40][..], 0o600, "is not a key"),
    ] {
        let workspace = workspace();
        key_file(&workspace, bytes, mode);
        let said = workspace.run(2).stderr;
        assert!(said.contains(says) && said.contains("secret.key"), "{said}");
        assert!(!workspace.path("store/events").exists(), "nothing is begun");
    }
    let workspace = workspace();
    key_file(&workspace, &bytes, 0o600);
    std::fs::remove_file(workspace.path("secret.key")).expect("removed");
    let said = workspace.run(2).stderr;
    assert!(said.contains("cannot be read") && !workspace.path("store").exists(), "{said}");
}

#[test]
fn check_works_without_the_key_and_says_what_it_cannot_see() {
    let workspace = workspace();
    key_file(&workspace, KEY, 0o600);
    workspace.run(0);
    let args = ["check", "--pipeline", "p.toml", "--store", "store", "in/a.ndjson"];
    let with = workspace.expect(0, &[&args[..], &["--json"]].concat());
    assert_eq!(with.json()["sources"][0]["duplicate"], 12);
    std::fs::remove_file(workspace.path("secret.key")).expect("removed");
    let without = workspace.expect(0, &args);
    for says in ["cannot be read", "checked without the subject key", "are not seen"] {
        assert!(without.stderr.contains(says), "{says}: {without:?}");
    }
    let account: Vec<&str> = without.stdout.split_whitespace().rev().take(4).collect();
    assert_eq!(account, ["0", "0", "12", "12"], "none is known: {without:?}");
    with_key(&workspace, 2, OTHER, &args);
}

#[test]
fn a_store_that_is_not_to_be_keeps_nothing_of_the_key() {
    let workspace = Workspace::new();
    workspace.events("a.ndjson", [Event::score("mrn-8675309", "x", "2025-01-05T18:00:00Z", 3)]);
    workspace.open_pipeline();
    with_key(&workspace, 5, KEY, &["run", "p.toml"]);
    assert!(!workspace.path("store").exists());
    // Begun once more, without: nothing stands in the way.
    workspace.events("a.ndjson", people());
    workspace.run(0);
}
