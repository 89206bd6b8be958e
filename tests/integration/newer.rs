//! A store that a newer program wrote is refused before anything of it is read or written.

use crate::harness::events::person;
use crate::harness::workspace::{Workspace, contents};

#[test]
fn every_command_refuses_it_and_leaves_it_as_it_is() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    workspace.events("a.ndjson", person("s-aaa", [20, 12, 8]));
    workspace.expect(0, &["ingest", "--pipeline", "p.toml"]);
    let stated = std::fs::read_to_string(workspace.path("store/afterdose.format")).expect("text");
    let ours = concat!("afterdose/", env!("CARGO_PKG_VERSION"));
    assert_eq!(stated, format!("{{\"format\":1,\"program\":\"{ours}\"}}\n"));

    let newer = "{\"format\":2,\"program\":\"afterdose/9.8.7\"}\n";
    workspace.write("store/afterdose.format", newer);
    workspace.events("b.ndjson", person("s-bbb", [20, 12, 8]));
    let before = contents(&workspace.path("store"));
    let commands: [&[&str]; 12] = [
        &["run", "p.toml"],
        &["run", "p.toml", "--as-of", "1"],
        &["ingest", "--pipeline", "p.toml"],
        &["curves", "--pipeline", "p.toml"],
        &["curves", "--pipeline", "p.toml", "--as-of", "1"],
        &["check", "--store", "store", "--time-basis", "actual", "in/b.ndjson"],
        &["explain", "--store", "store", "--instrument", "phq-9", "--infusion", "1"],
        &["history", "--store", "store"],
        &["backup", "--store", "store", "--to", "copy"],
        &["compact", "--store", "store"],
        &["vacuum", "--store", "store"],
        &["purge", "--store", "store"],
    ];
    for command in commands {
        let ran = workspace.expect(1, command);
        for word in
            ["afterdose/9.8.7", "format 2", "use that version of afterdose or a newer", ours]
        {
            assert!(ran.stderr.contains(word), "{command:?}: {word}: {ran:?}");
        }
        assert!(ran.stdout.is_empty(), "{ran:?}");
        assert!(before == contents(&workspace.path("store")), "{command:?} wrote");
        assert!(!workspace.path("out").exists() && !workspace.path("copy").exists());
    }
    workspace.write("store/afterdose.format", stated);
    workspace.run(0);
}

#[test]
fn a_store_of_before_gets_its_format_with_the_first_writing() {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    workspace.events("a.ndjson", person("s-aaa", [20, 12, 8]));
    workspace.run(0);
    let path = workspace.path("store/afterdose.format");
    std::fs::remove_file(&path).expect("a file");
    workspace.expect(0, &["history", "--store", "store"]);
    assert!(!path.exists(), "reading says nothing of it");
    workspace.run(0);
    assert!(path.exists());
}
