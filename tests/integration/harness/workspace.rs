//! A directory of its own for a test, and the program run in it.

use crate::harness::tables::Text;
use assert_cmd::Command;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Settings under which every count is shown.
pub(crate) const OPEN: &str = "[disclosure]\nmin_cell = 0\n";

/// A temporary directory with event files below `in`, a store and an output directory.
pub(crate) struct Workspace {
    dir: TempDir,
}

/// What the program said.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Workspace {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        std::fs::create_dir(dir.path().join("in")).expect("a directory");
        Self { dir }
    }

    /// A path inside.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file, and the directories above it.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(&path, bytes).expect("a writable file");
        path
    }

    /// Writes lines as an event file.
    pub(crate) fn events<T: ToString>(&self, name: &str, lines: impl IntoIterator<Item = T>) {
        let mut text = String::new();
        for line in lines {
            text.push_str(&line.to_string());
            text.push('\n');
        }
        self.write(&format!("in/{name}"), text);
    }

    /// Writes `p.toml`: the sources given as (glob below `in`, what an identifier costs), the
    /// rest as TOML.
    pub(crate) fn pipeline(&self, sources: &[(&str, &str)], rest: &str) {
        let mut text =
            String::from("name = \"test\"\nstore.path = \"store\"\noutput.path = \"out\"\n");
        for (glob, on_identifier) in sources {
            text.push_str("[[sources]]\ntime_basis = \"actual\"\n");
            text.push_str(&format!("path = \"in/{glob}\"\non_identifier = \"{on_identifier}\"\n"));
        }
        text.push_str(rest);
        self.write("p.toml", text);
    }

    /// Writes `p.toml` for every file below `in`, nothing hidden.
    pub(crate) fn open_pipeline(&self) {
        self.pipeline(&[("*", "refuse-file")], OPEN);
    }

    /// Runs the program here.
    pub(crate) fn afterdose(&self, args: &[&str]) -> Ran {
        self.afterdose_with(&[], args)
    }

    /// Runs the program here with variables of the environment.
    pub(crate) fn afterdose_with(&self, variables: &[(&str, &str)], args: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_afterdose"));
        for name in
            ["AFTERDOSE_STORE", "AFTERDOSE_OUT", "AFTERDOSE_TIME_BASIS", "AFTERDOSE_SUBJECT_KEY"]
        {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied());
        let output = command.current_dir(self.dir.path()).args(args).output().expect("it starts");
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        Ran {
            code: output.status.code().expect("it ends by itself"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Runs the program and expects an exit code.
    #[track_caller]
    pub(crate) fn expect(&self, code: i32, args: &[&str]) -> Ran {
        let ran = self.afterdose(args);
        assert_eq!(ran.code, code, "{args:?}: {ran:?}");
        ran
    }

    /// `run p.toml`, with an exit code to expect.
    #[track_caller]
    pub(crate) fn run(&self, code: i32) -> Ran {
        self.expect(code, &["run", "p.toml"])
    }

    /// What `current` points at.
    pub(crate) fn current(&self) -> Option<PathBuf> {
        std::fs::read_link(self.path("out/current")).ok()
    }

    /// A file of the newest run.
    pub(crate) fn output(&self, name: &str) -> Vec<u8> {
        let path = self.path("out/current").join(name);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The manifest of the newest run.
    pub(crate) fn manifest(&self) -> Value {
        serde_json::from_slice(&self.output("manifest.json")).expect("the manifest is JSON")
    }

    /// Every estimate table and chart of the newest run, by path. The table of rejections names
    /// source files and is left out.
    pub(crate) fn estimates(&self) -> BTreeMap<String, Vec<u8>> {
        let mut found = self.tables_and_charts("out/current");
        found.retain(|name, _| !name.contains("rejections"));
        found
    }

    /// Every table and chart of a run, by path.
    pub(crate) fn tables_and_charts(&self, run: &str) -> BTreeMap<String, Vec<u8>> {
        let root = std::fs::canonicalize(self.path(run)).expect("a published run");
        let mut found = BTreeMap::new();
        for part in ["tables", "charts"] {
            found.extend(
                contents(&root.join(part))
                    .into_iter()
                    .map(|(name, bytes)| (format!("{part}/{name}"), bytes)),
            );
        }
        for ending in [".csv", ".parquet", ".svg", ".png"] {
            assert!(found.keys().any(|name| name.ends_with(ending)), "no {ending}");
        }
        found
    }
}

impl Ran {
    /// Standard output as one JSON value.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Standard output as a JSON value a line.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        self.stdout.lines().map(parse).collect()
    }
}

/// The entries of a list in an object; none where there is no such list.
pub(crate) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// Asserts that two runs say the same, byte by byte.
#[track_caller]
pub(crate) fn assert_same(
    what: &str,
    left: &BTreeMap<String, Vec<u8>>,
    right: &BTreeMap<String, Vec<u8>>,
) {
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(left), names(right), "{what}");
    for (name, bytes) in left {
        assert!(bytes == &right[name], "{what}: {name} differs");
    }
}

/// Asserts that no text stands in what was said, or in any file of store and output directory;
/// says how many files were searched.
#[track_caller]
pub(crate) fn assert_nowhere(workspace: &Workspace, texts: &[&str], said: &[&Ran]) -> usize {
    let check = |place: &str, bytes: &[u8]| {
        for text in texts {
            let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!found, "{text} stands in {place}");
        }
    };
    for ran in said {
        check("standard output", ran.stdout.as_bytes());
        check("standard error", ran.stderr.as_bytes());
    }
    let mut n_files = 0;
    for path in ["store", "out"].iter().flat_map(|dir| files(&workspace.path(dir))) {
        let name = path.display().to_string();
        check("a file name", name.as_bytes());
        check(&name, &std::fs::read(&path).expect("a readable file"));
        if path.extension().is_some_and(|ending| ending == "parquet") {
            check(&name, Text::parquet(&path).rows.concat().join("\n").as_bytes());
        }
        n_files += 1;
    }
    n_files
}

/// Every file below a directory by its path inside it, with what is in it.
pub(crate) fn contents(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let read = |path: PathBuf| {
        let name = path.strip_prefix(dir).expect("inside").display().to_string();
        (name, std::fs::read(&path).expect("a readable file"))
    };
    files(dir).into_iter().map(read).collect()
}

/// Every file below a directory.
pub(crate) fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten() {
        let path = entry.expect("a readable directory").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
