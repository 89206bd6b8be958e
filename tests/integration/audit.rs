//! The audit of a store: every command that opens it leaves its lines.

use crate::harness::events::{Event, person};
use crate::harness::workspace::Workspace;
use afterdose::event::time::Moment;
use serde_json::{Value, json};
use std::fs::File;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What is typed, the exit code, sources, options, the versions before and after.
type Step<'a> = (&'a [&'a str], u8, Value, Value, [Option<u64>; 2]);

fn lines(workspace: &Workspace) -> Vec<Value> {
    let text = std::fs::read_to_string(workspace.path("store/audit.ndjson")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// A workspace whose files and folders have names that are nobody's business.
fn workspace() -> Workspace {
    let workspace = Workspace::new();
    workspace.open_pipeline();
    std::fs::rename(workspace.path("p.toml"), workspace.path("jane-doe.toml")).expect("a name");
    workspace.events("jane-doe-1.ndjson", person("s-aaa", [20, 12, 8]));
    workspace
}

#[test]
fn every_command_that_opens_a_store_leaves_a_beginning_and_an_end() {
    let workspace = workspace();
    let who = [("LOGNAME", "operator-7")];
    let pipeline = "jane-doe.toml";
    let more = "in/jane-doe-2.ndjson";
    let ingest = ["ingest", "--store", "store", "--time-basis", "actual", more];
    let check = ["check", "--store", "store", "--time-basis=actual", more, more];
    let curves = ["curves", "--json", "--pipeline", pipeline, "--as-of", "1"];
    let steps: [Step; 8] = [
        (&["run", pipeline], 0, json!(1), json!([]), [None, Some(1)]),
        (&ingest, 0, json!(1), json!(["--store", "--time-basis=actual"]), [Some(1), Some(2)]),
        (&check, 0, json!(2), json!(["--store", "--time-basis=actual"]), [Some(2), Some(2)]),
        (&curves, 0, json!(null), json!(["--json", "--pipeline", "--as-of=1"]), [Some(2); 2]),
        (&["curves", "--pipeline", pipeline], 0, json!(null), json!(["--pipeline"]), [Some(2); 2]),
        (&["-q", "history", "--store=store"], 0, json!(null), json!(["--store"]), [Some(2); 2]),
        (
            &["backup", "--store", "store", "--to", "jane-doe"],
            0,
            json!(null),
            json!(["--store", "--to"]),
            [Some(2); 2],
        ),
        (&["run", pipeline, "--as-of", "77"], 2, json!(null), json!(["--as-of=77"]), [Some(2); 2]),
    ];
    let mut n_known = 0;
    for (n, (args, code, sources, options, [before, after])) in steps.into_iter().enumerate() {
        if n == 1 {
            workspace.events("jane-doe-2.ndjson", person("s-bbb", [20, 12, 8]));
        }
        let ran = workspace.afterdose_with(&who, args);
        assert_eq!(ran.code, i32::from(code), "{args:?}: {ran:?}");
        let all = lines(&workspace);
        let new = &all[n_known..];
        n_known = all.len();
        let steps: Vec<&str> = new.iter().filter_map(|line| line["step"].as_str()).collect();
        // A store that is made by the command has nowhere to note its beginning.
        assert_eq!(steps, if n == 0 { &["end"][..] } else { &["begin", "end"] }, "{args:?}");
        let command = args.iter().find(|arg| !arg.starts_with('-')).expect("a command");
        for line in new {
            assert_eq!(line["command"], *command);
            assert_eq!(line["sources"], sources, "{args:?}");
            assert_eq!(line["options"], options, "{args:?}");
            assert_eq!(line["version_before"], json!(before), "{args:?}");
            assert_eq!(line["user"], "operator-7");
            assert!(line["uid"].is_u64() && line["process"].is_u64(), "{line}");
            assert_eq!(line["program"], concat!("afterdose ", env!("CARGO_PKG_VERSION")));
            assert_eq!(line["command_id"], new[0]["command_id"]);
        }
        let (first, last) = (&new[0], new.last().expect("a line"));
        assert_eq!((&last["exit"], &last["version_after"]), (&json!(code), &json!(after)));
        let [began, ended] = ["began", "ended"]
            .map(|key| Moment::from_rfc3339(last[key].as_str().expect("a text")).expect("a time"));
        assert!(began <= ended, "{last}");
        assert!(first.get("exit").is_none() || n == 0, "{first}");
    }
    let text = std::fs::read_to_string(workspace.path("store/audit.ndjson")).expect("text");
    for secret in ["jane", "doe", "s-aaa", "synthetic", workspace.path("").to_str().expect("UTF-8")]
    {
        assert!(!text.contains(secret), "{secret}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let audit = std::fs::metadata(workspace.path("store/audit.ndjson")).expect("the audit");
        assert_eq!(audit.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn failures_are_noted_and_stores_that_are_none_are_not_begun() {
    let workspace = workspace();
    workspace.expect(1, &["history", "--store", "store"]);
    workspace.expect(0, &["check", "--time-basis", "actual", "in/jane-doe-1.ndjson"]);
    assert!(!workspace.path("store").exists());
    workspace.expect(0, &["run", "jane-doe.toml"]);
    let bad = Event::score("s-ccc", "x1", "2025-01-05T18:00:00Z", 3)
        .with("/subject", json!("mrn-8675309"));
    workspace.events("bad.ndjson", [bad]);
    workspace.expect(5, &["run", "jane-doe.toml"]);
    assert_eq!(lines(&workspace).last().expect("a line")["exit"], 5);
    let held = File::open(workspace.path("store/lock")).expect("the lock file");
    held.try_lock().expect("nobody else holds it");
    workspace.expect(75, &["run", "jane-doe.toml"]);
    assert_eq!(lines(&workspace).last().expect("a line")["exit"], 75);
}

#[test]
fn a_command_that_was_killed_has_a_beginning_and_no_end() {
    let workspace = workspace();
    workspace.expect(0, &["run", "jane-doe.toml"]);
    let n_known = lines(&workspace).len();
    let mut waiting = Command::new(env!("CARGO_BIN_EXE_afterdose"))
        .args(["ingest", "--store", "store", "--time-basis", "actual", "-"])
        .current_dir(workspace.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    for _ in 0..600 {
        if lines(&workspace).len() > n_known {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    waiting.kill().expect("it runs");
    waiting.wait().expect("it ends");
    let all = lines(&workspace);
    assert_eq!((all.len(), &all[n_known]["step"]), (n_known + 1, &json!("begin")));
    workspace.expect(0, &["history", "--store", "store"]);
    assert_eq!(lines(&workspace).len(), n_known + 3);
}

#[test]
fn an_audit_that_cannot_be_written_is_a_warning() {
    let workspace = workspace();
    workspace.expect(0, &["run", "jane-doe.toml"]);
    let audit = workspace.path("store/audit.ndjson");
    std::fs::remove_file(&audit).expect("the audit");
    std::fs::create_dir(&audit).expect("in the way");
    let ran = workspace.expect(0, &["history", "--quiet", "--store", "store"]);
    assert!(ran.stderr.contains("warning") && ran.stderr.contains("audit"), "{ran:?}");
    assert!(!ran.stdout.is_empty());
}
