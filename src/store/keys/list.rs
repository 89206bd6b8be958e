//! Which runs there are, and the keys of which data files they hold: a small file beside the runs.

use super::super::disk::replace;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{self, BufWriter};
use std::path::Path;

const NAME: &str = "runs.json";

/// Changes when a run is written otherwise; another number is as good as no list.
const FORMAT: u32 = 1;

/// The list.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct List {
    format: u32,
    /// Largest first, as they are merged.
    pub(super) runs: Vec<Listed>,
    /// Keys that stand in the log with different contents, as 32 hexadecimal digits each.
    conflicts: BTreeSet<String>,
}

/// A run of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    /// Name of its file.
    pub(super) file: String,
    /// Names of the data files whose keys it holds. Those of files that were written anew may stand
    /// in several runs; together the runs hold the keys of all they name.
    pub(super) covers: BTreeSet<String>,
}

impl List {
    pub(super) fn new(runs: Vec<Listed>, conflicts: &BTreeSet<u128>) -> Self {
        let conflicts = conflicts.iter().map(|key| format!("{key:032x}")).collect();
        Self { format: FORMAT, runs, conflicts }
    }

    /// The list of a directory; an empty one where there is none that this program can read,
    /// because it can be made anew from the data files.
    pub(super) fn read(dir: &Path) -> Self {
        let bytes = std::fs::read(dir.join(NAME)).unwrap_or_default();
        let list: Option<Self> = serde_json::from_slice(&bytes).ok();
        list.filter(|list| list.format == FORMAT).unwrap_or_default()
    }

    /// Puts the list in place of the one before; on the disk when this returns.
    pub(super) fn write(&self, dir: &Path) -> io::Result<()> {
        replace(&dir.join(NAME), |file| Ok(serde_json::to_writer(BufWriter::new(file), self)?))
    }

    /// Names of all data files whose keys are in the runs.
    pub(super) fn covered(&self) -> BTreeSet<String> {
        self.runs.iter().flat_map(|run| run.covers.iter().cloned()).collect()
    }

    /// Names files that stand in the place of others, if the runs hold the keys of all of those.
    pub(super) fn replace(&mut self, gone: &BTreeSet<String>, fresh: &BTreeSet<String>) -> bool {
        if !gone.is_subset(&self.covered()) {
            return false;
        }
        for run in &mut self.runs {
            run.covers.retain(|name| !gone.contains(name));
        }
        if let Some(largest) = self.runs.first_mut() {
            largest.covers.extend(fresh.iter().cloned());
        }
        true
    }

    /// Keys in conflict.
    pub(super) fn conflicts(&self) -> BTreeSet<u128> {
        self.conflicts.iter().filter_map(|key| u128::from_str_radix(key, 16).ok()).collect()
    }

    /// Removes every file of the directory that is not of the list: what a run that broke off, or
    /// a merge, has left.
    pub(super) fn sweep(&self, dir: &Path) -> io::Result<()> {
        let kept: BTreeSet<&str> =
            self.runs.iter().map(|run| run.file.as_str()).chain([NAME]).collect();
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            if !kept.contains(entry.file_name().to_string_lossy().as_ref()) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}
