//! Published runs that counted people who are erased now, so that someone can decide about them.
//!
//! A run counted a person if it knew a source file with events of theirs, and none with their
//! withdrawal. Its manifest names the files it knew.

use super::error::PipelineError;
use crate::store::erased::Traces;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A published run that counted someone who is erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedRun {
    /// Its folder.
    pub path: PathBuf,
    /// Version of the store it was made from.
    pub store_version: u64,
}

#[derive(Deserialize)]
struct Manifest {
    store_version: u64,
    sources: Vec<Source>,
}

#[derive(Deserialize)]
struct Source {
    blake3: String,
}

/// The runs of an output directory that counted any of these people, oldest first.
///
/// # Errors
/// [`PipelineError::Usage`] if the directory has no runs; [`PipelineError::Make`] if the manifest of
/// one cannot be read, because it may be one of them.
pub fn runs(out: &Path, people: &[Traces]) -> Result<Vec<CountedRun>, PipelineError> {
    let dir = out.join("runs");
    let entries = std::fs::read_dir(&dir).map_err(|error| {
        PipelineError::Usage(format!("--out: no runs in {}: {error}", out.display()))
    })?;
    let mut counted = Vec::new();
    for entry in entries {
        let path = entry.map_err(PipelineError::write(&dir))?.path();
        // A run that is being written, or broke off, was not published.
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || !path.is_dir() {
            continue;
        }
        let what = format!("a list of the runs: the manifest of {}", path.display());
        let bytes = std::fs::read(path.join("manifest.json"));
        let bytes = bytes.map_err(PipelineError::make(&what))?;
        let manifest: Manifest =
            serde_json::from_slice(&bytes).map_err(PipelineError::make(&what))?;
        let known: BTreeSet<String> =
            manifest.sources.into_iter().map(|source| source.blake3).collect();
        if people.iter().any(|person| is_counted(person, &known)) {
            counted.push(CountedRun { path, store_version: manifest.store_version });
        }
    }
    counted.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(counted)
}

fn is_counted(person: &Traces, known: &BTreeSet<String>) -> bool {
    !person.counted_from.is_disjoint(known) && person.withdrawn_in.is_disjoint(known)
}
