//! Every file of `sample_data/broken` becomes what its catalogue says, alone and together.

use crate::harness::tables::Text;
use crate::harness::workspace::{Ran, Workspace, assert_nowhere, files};
use afterdose::course::anomaly::Anomaly;
use afterdose::event::refuse::Reason;
use flate2::read::MultiGzDecoder;
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    file: Vec<Entry>,
    together: Together,
}

/// One file of the folder, read alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    shows: String,
    #[serde(default = "actual")]
    time_basis: String,
    account: Account,
    #[serde(default)]
    rejections: Vec<Rejection>,
    #[serde(default)]
    anomalies: BTreeMap<String, u64>,
    #[serde(default)]
    truncated: bool,
    #[serde(default)]
    exit: i32,
    #[serde(default)]
    withheld: Vec<String>,
    /// Mapping, if it is a sheet.
    mapping: Option<String>,
    /// Ids that the good rows of a sheet make.
    #[serde(default)]
    keys: Vec<String>,
}

/// All of them in one run.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Together {
    anomalies: BTreeMap<String, u64>,
    exit: i32,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    read: u64,
    accepted: u64,
    duplicate: u64,
    rejected: u64,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rejection {
    line: Option<u64>,
    reason: String,
    #[serde(default)]
    field: String,
    #[serde(default = "one")]
    records: u64,
}

fn actual() -> String {
    "actual".to_owned()
}

const fn one() -> u64 {
    1
}

impl Account {
    /// The account of one source, which must add up.
    fn of(json: &Value) -> Self {
        let count = |name: &str| json[name].as_u64().expect("a count");
        let account = Self {
            read: count("read"),
            accepted: count("accepted"),
            duplicate: count("duplicate"),
            rejected: count("rejected"),
        };
        account.adds_up();
        account
    }

    fn adds_up(self) {
        assert_eq!(self.read, self.accepted + self.duplicate + self.rejected, "{self:?}");
    }
}

impl Rejection {
    fn of(json: &Value) -> Self {
        let text = |name: &str| json[name].as_str().expect("a text").to_owned();
        let records = json["records"].as_u64().expect("a count");
        Self { line: json["line"].as_u64(), reason: text("reason"), field: text("field"), records }
    }
}

impl Entry {
    fn path(&self) -> PathBuf {
        folder().join(&self.name)
    }

    /// What the file is called in every output.
    fn label(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// The code the file is named after, if it is one.
    fn stem(&self) -> &str {
        self.label().split('.').next().unwrap_or_default()
    }

    fn is_refused(&self) -> bool {
        self.rejections.iter().any(|rejection| rejection.line.is_none())
    }

    /// Source and id of every record that must be in the store afterwards. Read by serde alone, or
    /// written in the catalogue.
    fn good_keys(&self) -> BTreeSet<[String; 2]> {
        if self.mapping.is_some() {
            let source = format!("/synthetic/broken/{}", self.stem());
            return self.keys.iter().map(|id| [source.clone(), id.clone()]).collect();
        }
        let bad: BTreeSet<u64> = self.rejections.iter().filter_map(|r| r.line).collect();
        let lines = unpack(&self.path());
        let lines = (1..).zip(lines.split(|byte| *byte == b'\n'));
        lines
            .filter(|(number, line)| !bad.contains(number) && !line.trim_ascii().is_empty())
            .filter(|_| !self.is_refused())
            .map(|(_, line)| {
                let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
                let event: Value = serde_json::from_slice(line).expect("a good line is JSON");
                ["source", "id"].map(|name| event[name].as_str().expect("a text").to_owned())
            })
            .collect()
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/broken")
}

fn catalogue() -> Catalogue {
    let text = std::fs::read_to_string(folder().join("catalogue.toml")).expect("the catalogue");
    toml::from_str(&text).unwrap_or_else(|error| panic!("catalogue.toml: {error}"))
}

/// The bytes of a file, unpacked as far as they go.
fn unpack(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).expect("a readable file");
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return bytes;
    }
    let mut unpacked = Vec::new();
    // A file that breaks off is one of the defects: what came before the end is kept.
    let _ = MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked);
    unpacked
}

/// Source and id of every event of the store.
fn stored_keys(workspace: &Workspace) -> BTreeSet<[String; 2]> {
    let is_data = |path: &PathBuf| {
        path.extension().is_some_and(|ending| ending == "parquet")
            && !path.components().any(|part| part.as_os_str() == "_delta_log")
    };
    let parts = files(&workspace.path("store/events")).into_iter().filter(is_data);
    let rows = parts.map(|path| Text::parquet(&path)).flat_map(|part| {
        part.maps().map(|row| ["source", "id"].map(|name| row[name].to_owned())).collect::<Vec<_>>()
    });
    rows.collect()
}

/// What is kept beside the log of one source, by its label.
fn kept_rejections(workspace: &Workspace) -> BTreeMap<String, Vec<Rejection>> {
    let mut kept = BTreeMap::new();
    for path in files(&workspace.path("store/rejections")) {
        let text = std::fs::read_to_string(path).expect("rejections are text");
        let mut lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let account = lines.pop().expect("the account stands last");
        let label = account["account"]["file"].as_str().expect("a name").to_owned();
        kept.insert(label, lines.iter().map(Rejection::of).collect());
    }
    kept
}

/// The anomalies of the newest run, those never seen left out. In this folder each stands in the
/// history of one person.
fn anomalies(workspace: &Workspace) -> BTreeMap<String, u64> {
    let table = Text::csv(&workspace.output("tables/anomalies.csv"));
    assert_eq!(table.rows.len(), Anomaly::ALL.len());
    let seen = table.maps().filter(|row| row["n_events"] != "0").map(|row| {
        assert_eq!(row["n_events"], row["n_subjects"], "{row:?}");
        (row["anomaly"].to_owned(), row["n_events"].parse().expect("a count"))
    });
    seen.collect()
}

/// The published table `rejections`: records by source and reason.
fn published_rejections(workspace: &Workspace) -> BTreeMap<(String, String), u64> {
    let table = Text::csv(&workspace.output("tables/rejections.csv"));
    let row = |row: BTreeMap<&str, &str>| {
        let key = (row["source"].to_owned(), row["reason"].to_owned());
        (key, row["records"].parse().expect("a count"))
    };
    table.maps().map(row).collect()
}

fn by_source_and_reason<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
) -> BTreeMap<(String, String), u64> {
    let mut counts = BTreeMap::new();
    for entry in entries {
        for rejection in &entry.rejections {
            let key = (entry.label().to_owned(), rejection.reason.clone());
            *counts.entry(key).or_default() += rejection.records;
        }
    }
    counts
}

fn withheld<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<&'a str> {
    entries.into_iter().flat_map(|entry| &entry.withheld).map(String::as_str).collect()
}

#[test]
fn the_catalogue_is_of_the_folder_and_its_accounts_add_up() {
    let catalogue = catalogue();
    let named: Vec<PathBuf> = catalogue.file.iter().map(Entry::path).collect();
    let there: BTreeSet<PathBuf> = files(&folder())
        .into_iter()
        .filter(|path| !["README.md", "catalogue.toml"].iter().any(|other| path.ends_with(other)))
        .collect();
    assert_eq!(named.iter().cloned().collect::<BTreeSet<_>>(), there);
    assert_eq!(named.len(), there.len(), "a file is named once");
    for entry in &catalogue.file {
        let name = &entry.name;
        entry.account.adds_up();
        let rejected: u64 = entry.rejections.iter().map(|rejection| rejection.records).sum();
        assert_eq!(rejected, entry.account.rejected, "{name}");
        assert!(entry.shows.ends_with('.'), "{name} says what it shows in a sentence");
        for text in &entry.withheld {
            let bytes = unpack(&entry.path());
            let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(found, "{name}: {text} is not in the file");
        }
        for line in unpack(&entry.path()).split(|byte| *byte == b'\n') {
            if let Ok(event) = serde_json::from_slice::<Value>(line) {
                let source = event["source"].as_str().unwrap_or_default();
                assert!(source.starts_with("/synthetic/broken/"), "{name}: {source}");
            }
        }
    }
}

#[test]
fn every_reason_and_every_anomaly_has_a_file_of_its_name() {
    let catalogue = catalogue();
    let entry = |code: &str| {
        let found = catalogue.file.iter().find(|entry| entry.stem() == code);
        found.unwrap_or_else(|| panic!("no file shows {code}"))
    };
    // It takes a store that erased somebody: `erasure.rs` shows it.
    let shown_elsewhere = |reason: &&Reason| **reason == Reason::SubjectWithdrawn;
    for reason in Reason::ALL.iter().filter(|reason| !shown_elsewhere(reason)) {
        let code = reason.code();
        let shown = entry(code).rejections.iter().any(|rejection| rejection.reason == code);
        assert!(shown, "{code}");
    }
    for anomaly in Anomaly::ALL {
        let code = anomaly.code();
        let alone = entry(code).anomalies.contains_key(code);
        assert!(alone || catalogue.together.anomalies.contains_key(code), "{code}");
    }
}

#[test]
fn every_file_alone_becomes_what_the_catalogue_says() {
    catalogue().file.par_iter().for_each(|entry| {
        let name = entry.name.as_str();
        let path = entry.path();
        let path = path.to_str().expect("UTF-8");
        let workspace = Workspace::new();
        let mapping = entry.mapping.as_ref().map(|name| format!("mapping = \"{name}\""));
        workspace.write(
            "p.toml",
            format!(
                "name = \"broken\"\nstore.path = \"store\"\noutput.path = \"out\"\n\
                 disclosure.min_cell = 0\n\
                 [[sources]]\npath = '{path}'\ntime_basis = \"{}\"\n{}",
                entry.time_basis,
                mapping.unwrap_or_default()
            ),
        );
        let mut args = vec!["check", "--json", "--time-basis", &entry.time_basis, path];
        args.extend(entry.mapping.iter().flat_map(|name| ["--mapping", name]));
        let checked = workspace.expect(entry.exit, &args);
        let mut said = checked.json_lines();
        let account = said.pop().expect("accounts")["sources"][0].take();
        assert_eq!(said.iter().map(Rejection::of).collect::<Vec<_>>(), entry.rejections, "{name}");
        assert!(said.iter().all(|said| said["file"] == entry.label()), "{name}");
        assert_eq!(Account::of(&account), entry.account, "{name}");
        assert_eq!(account["truncated"], entry.truncated, "{name}");
        assert_eq!(account["refused"], entry.is_refused(), "{name}");

        let ran = workspace.expect(entry.exit, &["run", "p.toml", "--json"]);
        assert_nowhere(&workspace, &withheld([entry]), &[&checked, &ran]);
        if entry.account.accepted == 0 {
            let nothing = !workspace.path("store").exists() && !workspace.path("out").exists();
            assert!(nothing, "{name}: nothing was usable, so nothing is written");
            return;
        }
        assert_eq!(Account::of(&ran.json()["sources"][0]), entry.account, "{name}");
        assert_eq!(stored_keys(&workspace), entry.good_keys(), "{name}");
        assert_eq!(workspace.manifest()["events"], entry.account.accepted, "{name}");
        assert_eq!(kept_rejections(&workspace)[entry.label()], entry.rejections, "{name}");
        assert_eq!(published_rejections(&workspace), by_source_and_reason([entry]), "{name}");
        assert_eq!(anomalies(&workspace), entry.anomalies, "{name}");
    });
}

#[test]
fn all_files_together_add_up_and_every_good_record_counts() {
    let Catalogue { file: entries, together } = catalogue();
    let workspace = Workspace::new();
    let pipeline = folder().join("../../pipelines/broken.toml");
    let pipeline = pipeline.to_str().expect("UTF-8");
    let args = ["run", pipeline, "--store", "store", "--out", "out", "--json"];
    let ran = workspace.expect(together.exit, &args);

    let said: BTreeMap<String, Account> = ran.json()["sources"]
        .as_array()
        .expect("sources")
        .iter()
        .map(|source| (source["file"].as_str().expect("a name").to_owned(), Account::of(source)))
        .collect();
    let want: BTreeMap<String, Account> =
        entries.iter().map(|entry| (entry.label().to_owned(), entry.account)).collect();
    assert_eq!(said, want);
    let sum = |count: fn(&Account) -> u64| entries.iter().map(|entry| count(&entry.account)).sum();
    let total = Account {
        read: sum(|account| account.read),
        accepted: sum(|account| account.accepted),
        duplicate: sum(|account| account.duplicate),
        rejected: sum(|account| account.rejected),
    };
    let manifest = workspace.manifest();
    assert_eq!(Account::of(&manifest["total"]), total);
    assert_eq!(manifest["events"], total.accepted);
    assert_eq!(manifest["synthetic"], "all");

    let good: BTreeSet<_> = entries.iter().flat_map(Entry::good_keys).collect();
    assert_eq!(stored_keys(&workspace), good);
    assert_eq!(published_rejections(&workspace), by_source_and_reason(&entries));
    let kept = kept_rejections(&workspace);
    for entry in &entries {
        assert_eq!(kept[entry.label()], entry.rejections, "{}", entry.name);
    }
    let mut want = together.anomalies;
    for (code, n) in entries.iter().flat_map(|entry| &entry.anomalies) {
        *want.entry(code.clone()).or_default() += n;
    }
    assert_eq!(anomalies(&workspace), want);

    let again: Ran = workspace.expect(together.exit, &args);
    assert_eq!(again.json()["new"], false, "the same sources make no new run");
    let searched = assert_nowhere(&workspace, &withheld(&entries), &[&ran, &again]);
    assert!(searched > 20, "{searched} files were searched");
}
