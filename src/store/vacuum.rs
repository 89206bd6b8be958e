//! Vacuum: what no version that is kept needs leaves the disk.
//!
//! A version is kept if it was the newest at some time within the retention, so that any report of
//! that time can be made again. What goes: data files that only earlier versions name, the log
//! files of those versions, and what runs that broke off have left. What is not ours stays.

use super::delta::{LOG_DIR, name_of};
use super::disk::{self, entries, sync_dir};
use super::error::StoreError;
use super::history::Counts;
use super::leftovers;
use super::log::EventLog;
use super::log_files::{self, Kind, LAST_CHECKPOINT, LogFile};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// A file that no version names and that may yet be written is left alone for so long: a writer on
/// another host may be about to commit it.
pub const GRACE: Duration = Duration::from_hours(24);

/// What a vacuum removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Vacuumed {
    /// The oldest version that can still be opened.
    pub first_version: u64,
    /// Data files removed, leftovers among them.
    pub n_data_files: usize,
    /// Files of the commit log removed.
    pub n_log_files: usize,
    /// Bytes of both.
    pub n_bytes: u64,
}

impl EventLog {
    /// Removes what no version needs that was the newest at some time within `retention` before
    /// `now_us`, in microseconds since the Unix epoch. The rows of the history stay. For whoever
    /// holds the lock.
    ///
    /// # Errors
    /// [`StoreError`] if the disk refuses; the log is whole then, and the next vacuum goes on.
    pub fn vacuum(&self, now_us: i64, retention: Duration) -> Result<Vacuumed, StoreError> {
        let log = self.refresh()?;
        let dir = &log.table.dir;
        let span = i64::try_from(retention.as_micros()).unwrap_or(i64::MAX);
        let first = log.table.first_version()?;
        let horizon = log.version_at(now_us.saturating_sub(span))?.unwrap_or(first);
        let first_version = horizon.max(first);
        let log_dir = dir.join(LOG_DIR);
        let stale = log.make_openable(first_version, &log_dir, now_us)?;
        let needed = log.needed(first_version, &log_dir)?;
        let superseded = log.superseded(&log_dir, &needed)?;
        let mut vacuumed = Vacuumed { first_version, ..Vacuumed::default() };
        for path in candidates(dir, &superseded)? {
            let name = name_of(&path);
            let is_stale = || is_older(&path, now_us, GRACE);
            if !needed.contains(&name) && (superseded.contains(&name) || is_stale()?) {
                vacuumed.n_data_files += 1;
                vacuumed.n_bytes += remove(&path)?;
            }
        }
        // The log goes last: while it names a file, a vacuum that broke off can be done again.
        log.keep_history(first_version, Counts::Kept)?;
        for file in stale {
            vacuumed.n_log_files += 1;
            vacuumed.n_bytes += remove(&file.path)?;
        }
        sync_dir(&log_dir).map_err(StoreError::io(&log_dir))?;
        Ok(vacuumed)
    }

    /// Makes sure that a version, and all after it, can be opened without the log files returned.
    fn make_openable(
        &self,
        version: u64,
        log_dir: &Path,
        now_us: i64,
    ) -> Result<Vec<LogFile>, StoreError> {
        let first = log_files::commits(log_dir)?.first().map_or(0, |(version, _)| *version);
        if version > first {
            // The hint goes on naming a newer checkpoint, if there is one.
            let path = log_dir.join(LAST_CHECKPOINT);
            let hint =
                if self.last_checkpoint()? > version { std::fs::read(&path).ok() } else { None };
            self.at_version(version)?.checkpoint()?;
            if let Some(hint) = hint {
                std::fs::write(&path, hint).map_err(StoreError::io(&path))?;
            }
        }
        let files = log_files::list(log_dir)?;
        let is_base = |file: &&LogFile| file.kind == Kind::Checkpoint && file.version <= version;
        let base = files.iter().rfind(is_base).map(|file| file.version);
        // The commit of the checkpoint's version stays: it holds the time of that version.
        let is_stale = |file: &LogFile| base.is_some_and(|base| file.version < base);
        let mut stale: Vec<LogFile> = Vec::new();
        for file in files {
            let is_left = file.kind == Kind::Leftover && is_older(&file.path, now_us, GRACE)?;
            if is_stale(&file) || is_left {
                stale.push(file);
            }
        }
        Ok(stale)
    }

    /// Names of the data files of a version and of all after it.
    pub(super) fn needed(
        &self,
        version: u64,
        log_dir: &Path,
    ) -> Result<BTreeSet<String>, StoreError> {
        let mut needed = self.at_version(version)?.data_files()?;
        for (at, path) in log_files::commits(log_dir)? {
            if at > version {
                let added = log_files::named(&path)?.added;
                needed.extend(added.iter().filter_map(|named| self.name_of(named)));
            }
        }
        Ok(needed)
    }

    /// Names of the data files that commits on the disk name and no kept version needs.
    pub(super) fn superseded(
        &self,
        log_dir: &Path,
        needed: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, StoreError> {
        let mut superseded = BTreeSet::new();
        for (_, path) in log_files::commits(log_dir)? {
            let named = log_files::named(&path)?;
            let names = named.added.iter().chain(&named.removed);
            superseded.extend(names.filter_map(|named| self.name_of(named)));
        }
        superseded.retain(|name| !needed.contains(name));
        Ok(superseded)
    }

    fn name_of(&self, named: &str) -> Option<String> {
        self.table.path_of(named).map(|path| name_of(&path))
    }
}

/// What may have to go from a table: files of ours by their names, those of other programs that
/// commits name, and what runs that broke off have left.
pub(super) fn candidates(
    dir: &Path,
    superseded: &BTreeSet<String>,
) -> Result<Vec<PathBuf>, StoreError> {
    let named = superseded.iter().map(|name| dir.join(name)).filter(|path| path.exists());
    let mut paths: Vec<PathBuf> = data_files(dir)?.into_iter().chain(named).collect();
    paths.extend(leftovers::find(dir.parent().unwrap_or(dir))?);
    paths.sort_unstable();
    paths.dedup();
    Ok(paths)
}

/// Data files of a table, by their names: live, superseded, or of a run that broke off.
fn data_files(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    entries(dir, is_data_file_name).map_err(StoreError::io(dir))
}

/// Whether a name is the BLAKE3 of a data file.
pub(super) fn is_data_file_name(name: &str) -> bool {
    let digest = name.strip_suffix(".parquet").unwrap_or_default();
    digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a file was last written longer ago than `age`.
pub(super) fn is_older(path: &Path, now_us: i64, age: Duration) -> Result<bool, StoreError> {
    let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified());
    let modified = modified.map_err(StoreError::io(path))?;
    let now = Duration::from_micros(u64::try_from(now_us).unwrap_or_default());
    let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(now.saturating_sub(since) > age)
}

/// Removes a file or a folder; returns the bytes of a file.
pub(super) fn remove(path: &Path) -> Result<u64, StoreError> {
    let metadata = std::fs::symlink_metadata(path).map_err(StoreError::io(path))?;
    disk::remove(path).map_err(StoreError::io(path))?;
    Ok(if metadata.is_dir() { 0 } else { metadata.len() })
}
