//! A published run read back: its manifest and its tables, and nothing else. No store is needed.

use crate::event::toml_file::nearest;
use crate::pipeline::accounts::SourceAccount;
use crate::pipeline::error::PipelineError;
use crate::pipeline::mark::Mark;
use crate::table::text::TextTable;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A run as it was published.
#[derive(Debug)]
pub(super) struct PublishedRun {
    pub(super) manifest: Manifest,
    /// Tables by name.
    pub(super) tables: BTreeMap<String, TextTable>,
    /// Tables that are not the bytes of the manifest: someone changed them since.
    pub(super) altered: Vec<String>,
}

/// What of a manifest is compared. Keys of other versions of the program are passed over, and those
/// that an earlier one did not write are absent.
#[derive(Debug, Deserialize)]
pub(super) struct Manifest {
    pub(super) run: String,
    pub(super) identity: String,
    pub(super) program: String,
    #[serde(default)]
    pub(super) pipeline: Value,
    pub(super) store_version: u64,
    #[serde(default)]
    pub(super) as_of: Value,
    pub(super) events: u64,
    #[serde(default)]
    pub(super) synthetic: Value,
    #[serde(default)]
    pub(super) pseudonyms: Value,
    #[serde(default)]
    pub(super) limits_passed: Vec<Mark>,
    pub(super) settings: Value,
    pub(super) sources: Vec<SourceAccount>,
    outputs: Vec<Output>,
}

#[derive(Debug, Deserialize)]
struct Output {
    path: String,
    blake3: String,
}

impl PublishedRun {
    /// Reads the folder of a run, or a link to it. Of the tables only the one that is wanted, if one
    /// is.
    ///
    /// # Errors
    /// [`PipelineError::Usage`] if this is no run; [`PipelineError::Make`] if a table is damaged.
    pub(super) fn read(path: &Path, wanted: Option<&str>) -> Result<Self, PipelineError> {
        let manifest = manifest(path)?;
        let mut run = Self { manifest, tables: BTreeMap::new(), altered: Vec::new() };
        for (name, path, blake3) in tables(path, &run.manifest.outputs) {
            if wanted.is_some_and(|wanted| wanted != name) {
                continue;
            }
            let what = format!("a comparison with {}", path.display());
            let bytes = std::fs::read(&path).map_err(PipelineError::make(&what))?;
            if blake3::hash(&bytes).to_hex().as_str() != blake3 {
                run.altered.push(name.clone());
            }
            let table = TextTable::read(&*bytes).map_err(PipelineError::make(&what))?;
            run.tables.insert(name, table);
        }
        Ok(run)
    }
}

fn manifest(path: &Path) -> Result<Manifest, PipelineError> {
    let no_run = |why: String| PipelineError::Usage(format!("{} is no run: {why}", path.display()));
    let bytes = std::fs::read(path.join("manifest.json")).map_err(|error| {
        no_run(format!("its manifest.json cannot be read ({error}); name a folder below runs/"))
    })?;
    serde_json::from_slice(&bytes)
        .map_err(|error| no_run(format!("its manifest.json is not that of a run ({error})")))
}

/// Name, file and digest of every table that a manifest names as CSV, in order of names.
fn tables<'a>(run: &Path, outputs: &'a [Output]) -> Vec<(String, PathBuf, &'a str)> {
    let mut found: Vec<_> = outputs
        .iter()
        .filter_map(|output| {
            let name = output.path.strip_prefix("tables/")?.strip_suffix(".csv")?;
            // A manifest is a file like any other: no name leads out of the folder.
            let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            is_name.then(|| (name.to_owned(), run.join(&output.path), output.blake3.as_str()))
        })
        .collect();
    found.sort();
    found
}

/// Makes sure that one of two runs has a table.
///
/// # Errors
/// [`PipelineError::Usage`] with the nearest name there is.
pub(super) fn check_table(wanted: &str, runs: [&Path; 2]) -> Result<(), PipelineError> {
    let mut names = Vec::new();
    for run in runs {
        names.extend(tables(run, &manifest(run)?.outputs).into_iter().map(|(name, ..)| name));
    }
    if names.iter().any(|name| name == wanted) {
        return Ok(());
    }
    let near = nearest(wanted, names.iter().map(String::as_str));
    let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Err(PipelineError::Usage(format!("--table: neither run has a table `{wanted}`{near}")))
}
