//! The single writer of runs: everything aside first, then published whole, `current` last.

use super::error::PipelineError;
use crate::privacy::disclosed::Disclosed;
use crate::store::disk::{entries, remove, sync_dir};
use crate::table::Table;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A run being written, out of sight.
pub struct RunFolder {
    aside: TempDir,
    out: PathBuf,
    files: Vec<OutputFile>,
    /// Of these, how many are known to be on the disk.
    n_on_disk: usize,
    /// Dropped after `aside`.
    _made: MadeDirs,
}

/// Directories made for a run; those that are empty when it is over are taken away again.
struct MadeDirs(Vec<PathBuf>);

impl Drop for MadeDirs {
    fn drop(&mut self) {
        for dir in &self.0 {
            let _ = std::fs::remove_dir(dir);
        }
    }
}

/// A file of a run, for the manifest.
#[derive(Debug, Clone, Serialize)]
pub struct OutputFile {
    /// Path inside the run.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// BLAKE3, in hex.
    pub blake3: String,
}

/// As what a table is written.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Csv,
    Parquet,
}

impl Kind {
    /// How the name of such a file ends.
    const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    /// A table as such a file.
    fn bytes(self, table: &Table) -> Result<Vec<u8>, PipelineError> {
        match self {
            Self::Csv => Ok(table.to_csv()),
            Self::Parquet => {
                let what = format!("table {}", table.name);
                table.to_parquet().map_err(PipelineError::make(&what))
            }
        }
    }
}

/// Name of the link to the newest run.
const CURRENT: &str = "current";

/// What becomes of `current` when a run is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Current {
    /// It names the run.
    Flip,
    /// It stays: the run is about the past.
    Leave,
}

/// Beginning of the name of a run being written.
const ASIDE: &str = ".writing-";

/// The same of a run about the past.
const PAST: &str = ".past-";

/// Beginning of the name of the link that takes the place of [`CURRENT`].
const NEXT: &str = ".current-";

impl RunFolder {
    /// Whether runs can be written there, before any work is done.
    ///
    /// # Errors
    /// [`PipelineError::Write`] if the output directory cannot be written to.
    pub fn check(out: &Path) -> Result<(), PipelineError> {
        Self::aside(out, ASIDE).map(drop)
    }

    /// Begins a run, and removes what earlier ones that broke off left behind. Only for the holder
    /// of the lock of the store.
    ///
    /// # Errors
    /// [`PipelineError::Write`] if the output directory cannot be written to.
    pub fn begin(out: &Path) -> Result<Self, PipelineError> {
        for (dir, prefix) in [(&out.join("runs"), ASIDE), (&out.to_owned(), NEXT)] {
            for path in entries(dir, |name| name.starts_with(prefix)).unwrap_or_default() {
                remove(&path).map_err(PipelineError::write(&path))?;
            }
        }
        Self::aside(out, ASIDE)
    }

    /// Begins a run about the past, which holds no lock: nobody takes its folder away, and it takes
    /// away nobody's.
    ///
    /// # Errors
    /// [`PipelineError::Write`] if the output directory cannot be written to.
    pub fn begin_past(out: &Path) -> Result<Self, PipelineError> {
        Self::aside(out, PAST)
    }

    fn aside(out: &Path, prefix: &str) -> Result<Self, PipelineError> {
        let runs = out.join("runs");
        let missing = runs.ancestors().take_while(|dir| !dir.exists());
        let made = MadeDirs(missing.map(Path::to_owned).collect());
        std::fs::create_dir_all(&runs).map_err(PipelineError::write(&runs))?;
        let aside = tempfile::Builder::new().prefix(prefix).tempdir_in(&runs);
        let aside = aside.map_err(PipelineError::write(&runs))?;
        Ok(Self { aside, out: out.into(), files: Vec::new(), n_on_disk: 0, _made: made })
    }

    /// Writes a file of the run; [`Self::publish`] makes sure that it is on the disk.
    ///
    /// # Errors
    /// [`PipelineError::Write`] naming the path.
    pub fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), PipelineError> {
        let file = self.put(path.into(), bytes)?;
        self.files.push(file);
        Ok(())
    }

    /// Writes tables as CSV and Parquet, side by side. The files are listed in the order of the
    /// tables.
    ///
    /// # Errors
    /// [`PipelineError`] if one cannot be made or written.
    pub fn write_tables(&mut self, tables: &[&Disclosed<Table>]) -> Result<(), PipelineError> {
        let kinds = tables
            .iter()
            .flat_map(|table| [Kind::Csv, Kind::Parquet].map(|kind| (table.get(), kind)));
        let kinds: Vec<(&Table, Kind)> = kinds.collect();
        // One at a time, for they are of very different lengths.
        let written = kinds.into_par_iter().with_max_len(1).map(|(table, kind)| {
            let path = format!("tables/{}.{}", table.name, kind.ending());
            self.put(path, &kind.bytes(table)?)
        });
        // Collected twice, so that of several errors the first is said, whoever met it first.
        let written: Vec<Result<OutputFile, PipelineError>> = written.collect();
        for file in written {
            self.files.push(file?);
        }
        Ok(())
    }

    /// Writes a file aside, and says what it is.
    fn put(&self, path: String, bytes: &[u8]) -> Result<OutputFile, PipelineError> {
        let full = self.aside.path().join(&path);
        let dir = full.parent().unwrap_or(self.aside.path());
        std::fs::create_dir_all(dir).map_err(PipelineError::write(dir))?;
        std::fs::write(&full, bytes).map_err(PipelineError::write(&full))?;
        let blake3 = blake3::hash(bytes).to_hex().to_string();
        Ok(OutputFile { path, bytes: bytes.len() as u64, blake3 })
    }

    /// Files written so far.
    #[must_use]
    pub fn files(&self) -> &[OutputFile] {
        &self.files
    }

    /// Makes the run visible under its id, then flips `current` to it, or leaves it. Returns its
    /// directory.
    ///
    /// # Errors
    /// [`PipelineError::Write`]; `current` is then as it was.
    pub fn publish(mut self, run_id: &str, then: Current) -> Result<PathBuf, PipelineError> {
        let runs = self.out.join("runs");
        let place = runs.join(run_id);
        let name = |out: &Path| match then {
            Current::Flip => flip(out, run_id),
            Current::Leave => Ok(()),
        };
        if place.exists() {
            // The same run, made a second time within a second: it only has to be named again.
            name(&self.out)?;
            sync_dir(&self.out).map_err(PipelineError::write(&self.out))?;
            return Ok(place);
        }
        make_readable(self.aside.path()).map_err(PipelineError::write(&place))?;
        self.bring_to_disk()?;
        self.bring_names_to_disk()?;
        let aside = self.aside.keep();
        std::fs::rename(&aside, &place).map_err(|error| {
            // Nothing of a run that was not published stays behind.
            let _ = std::fs::remove_dir_all(&aside);
            PipelineError::write(&place)(error)
        })?;
        let named =
            sync_dir(&runs).map_err(PipelineError::write(&runs)).and_then(|()| name(&self.out));
        if named.is_err() {
            // A run that `current` never named was not published.
            let _ = std::fs::remove_dir_all(&place);
        }
        named?;
        sync_dir(&self.out).map_err(PipelineError::write(&self.out))?;
        Ok(place)
    }

    /// Every file of the run written so far is on the disk when this returns. Waited for together,
    /// hundreds of files take little longer than one.
    ///
    /// # Errors
    /// [`PipelineError::Write`] if the disk refuses.
    pub fn bring_to_disk(&mut self) -> Result<(), PipelineError> {
        let sync = |file: &OutputFile| {
            let path = self.aside.path().join(&file.path);
            File::open(&path).and_then(|file| file.sync_all()).map_err(PipelineError::write(&path))
        };
        self.files[self.n_on_disk..].par_iter().try_for_each(sync)?;
        self.n_on_disk = self.files.len();
        Ok(())
    }

    fn bring_names_to_disk(&self) -> Result<(), PipelineError> {
        let dirs = self.files.iter().filter_map(|file| Path::new(&file.path).parent());
        for dir in dirs.collect::<BTreeSet<_>>() {
            let dir = self.aside.path().join(dir);
            sync_dir(&dir).map_err(PipelineError::write(&dir))?;
        }
        Ok(())
    }
}

/// The newest published run; `None` before the first.
#[must_use]
pub fn current(out: &Path) -> Option<PathBuf> {
    let target = std::fs::read_link(out.join(CURRENT)).ok()?;
    Some(out.join(target)).filter(|run| run.is_dir())
}

/// The published runs whose id ends with these digits, in the order of their ids.
#[must_use]
pub fn runs_named(out: &Path, digits: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(out.join("runs")).into_iter().flatten().flatten();
    let is_named = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.rsplit_once('-').is_some_and(|(_, last)| last == digits)
    };
    let mut runs: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_named).collect();
    runs.sort();
    runs
}

/// Replaces the link in one step: a reader sees the old run or the new one.
fn flip(out: &Path, run_id: &str) -> Result<(), PipelineError> {
    let link = out.join(CURRENT);
    let next = out.join(format!("{NEXT}{run_id}"));
    let target = Path::new("runs").join(run_id);
    let _ = std::fs::remove_file(&next);
    let linked = std::os::unix::fs::symlink(target, &next);
    linked.map_err(PipelineError::write(&next))?;
    std::fs::rename(&next, &link).map_err(|error| {
        let _ = std::fs::remove_file(&next);
        PipelineError::write(&link)(error)
    })
}

/// A temporary directory is private; a published run is for readers.
fn make_readable(dir: &Path) -> std::io::Result<()> {
    std::fs::set_permissions(dir, std::os::unix::fs::PermissionsExt::from_mode(0o755))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::ColumnType;

    /// A slow twin: one table after another, as they are listed.
    #[test]
    fn tables_written_side_by_side_are_listed_and_read_as_one_after_another() {
        let tables: Vec<Disclosed<Table>> = [900, 3, 0, 40]
            .into_iter()
            .map(|n_rows: i64| {
                let mut table = Table::new(&format!("t{n_rows}"), &[("n", ColumnType::Int)]);
                (0..n_rows).for_each(|n| table.push(vec![n.into()]));
                Disclosed::for_tests(table)
            })
            .collect();
        let out = tempfile::tempdir().expect("a directory");
        let begin = || RunFolder::begin_past(out.path()).expect("a folder");
        let (mut together, mut single) = (begin(), begin());
        together.write_tables(&tables.iter().collect::<Vec<_>>()).expect("written");
        for table in &tables {
            let table = table.get();
            let csv = format!("tables/{}.csv", table.name);
            single.write(&csv, &table.to_csv()).expect("written");
            let parquet = format!("tables/{}.parquet", table.name);
            single.write(&parquet, &table.to_parquet().expect("Parquet")).expect("written");
        }
        let listed = |folder: &RunFolder| serde_json::to_string(folder.files()).expect("JSON");
        assert_eq!(listed(&together), listed(&single));
        for file in together.files() {
            let bytes = std::fs::read(together.aside.path().join(&file.path)).expect("read");
            assert_eq!(blake3::hash(&bytes).to_hex().as_str(), file.blake3);
        }
    }
}
