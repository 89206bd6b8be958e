//! Compaction: the data files of many small commits merged into few, clustered by share and
//! sorted. The rows stay what they are.
//!
//! What is read of a share is then one file or two, not one for every commit. The files merged are
//! superseded, not deleted: earlier versions of the log still need them, until
//! [`vacuum`](super::vacuum) says otherwise.

use super::append::{Commit, ROWS_PER_FILE};
use super::delta::{LOG_DIR, LiveFile};
use super::disk::tighten_file;
use super::error::StoreError;
use super::keys;
use super::log::EventLog;
use super::log_files::{self, Kind, LAST_CHECKPOINT};
use super::rewrite::{Census, Purpose, rewrite, with_census};

/// A file of fewer rows is small: half of a full one.
const SMALL: u64 = ROWS_PER_FILE as u64 / 2;

/// From so many small files on, an ingest merges them when it is done.
pub const SMALL_FILES: usize = 64;

/// From so many commits after a checkpoint on, an ingest writes another.
pub const COMMITS_PER_CHECKPOINT: u64 = 100;

/// What a compaction did.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compacted {
    /// The files are as they should be.
    Nothing,
    /// Files were merged.
    Done {
        /// The version with the new files.
        version: u64,
        /// Files that were merged.
        n_before: usize,
        /// Files in their place.
        n_after: usize,
    },
    /// Another writer was first; nothing was changed.
    Conflict,
}

/// Which files are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    Small,
}

impl EventLog {
    /// Merges all data files of the newest version, unless they are clustered by share and full.
    /// For whoever holds the lock.
    ///
    /// # Errors
    /// [`StoreError`] if a file cannot be read or written, or does not hold what the log says;
    /// nothing was changed then.
    pub fn compact(&self) -> Result<Compacted, StoreError> {
        let log = self.refresh()?;
        let files = log.table.live_files(&log.snapshot, None)?;
        let compacted = log.merge(files, Which::All)?;
        log.refresh()?.checkpoint()?;
        Ok(compacted)
    }

    /// What an ingest does when it is done: merges the small files where there are many, and writes
    /// a checkpoint where the last is long ago. For whoever holds the lock.
    ///
    /// # Errors
    /// As [`EventLog::compact`].
    pub fn keep_up(&self) -> Result<Compacted, StoreError> {
        let small = self.table.live_files(&self.snapshot, None)?;
        let small: Vec<LiveFile> = small.into_iter().filter(|file| file.rows < SMALL).collect();
        let compacted = if small.len() > SMALL_FILES {
            self.merge(small, Which::Small)?
        } else {
            Compacted::Nothing
        };
        let log = if compacted == Compacted::Nothing { self.clone() } else { self.refresh()? };
        if log.version() >= log.last_checkpoint()? + COMMITS_PER_CHECKPOINT {
            log.checkpoint()?;
        }
        Ok(compacted)
    }

    fn merge(&self, files: Vec<LiveFile>, which: Which) -> Result<Compacted, StoreError> {
        let files = with_census(files)?;
        if which == Which::All && is_in_shape(&files) {
            return Ok(Compacted::Nothing);
        }
        let rewritten = rewrite(self, &files, Purpose::Compact, &|_| Ok(None))?;
        match rewritten.commit {
            Commit::Nothing => Ok(Compacted::Nothing),
            Commit::Conflict { .. } => Ok(Compacted::Conflict),
            Commit::Done { version } => {
                // A crash before this costs reading the keys from the data files again.
                keys::follow(self, &rewritten.gone, &rewritten.fresh)?;
                let (n_before, n_after) = (rewritten.gone.len(), rewritten.fresh.len());
                Ok(Compacted::Done { version, n_before, n_after })
            }
        }
    }

    /// Writes all that this version is into one file, so that it opens without a look at earlier
    /// commits.
    ///
    /// # Errors
    /// [`StoreError`] if the disk refuses.
    pub(super) fn checkpoint(&self) -> Result<(), StoreError> {
        let written = self.snapshot.checkpoint(&*self.table.engine, None);
        written.map_err(StoreError::delta(&self.table.dir))?;
        let log = self.table.dir.join(LOG_DIR);
        // The commit too: whoever made it may have broken off before.
        let files = log_files::list(&log)?.into_iter();
        let files = files.filter(|file| file.version == self.version()).map(|file| file.path);
        for path in files.chain([log.join(LAST_CHECKPOINT)]) {
            if path.exists() {
                tighten_file(&path).map_err(StoreError::io(&path))?;
            }
        }
        Ok(())
    }

    /// The version of the newest checkpoint; 0 before the first.
    pub(super) fn last_checkpoint(&self) -> Result<u64, StoreError> {
        let files = log_files::list(&self.table.dir.join(LOG_DIR))?;
        let checkpoints = files.iter().filter(|file| file.kind == Kind::Checkpoint);
        Ok(checkpoints.map(|file| file.version).max().unwrap_or_default())
    }
}

/// Whether files are clustered by share, and no two of them would fit into one: sorted by their
/// first share they do not overlap but where one ends and the next begins, and all but the last are
/// full.
fn is_in_shape(files: &[(LiveFile, Census)]) -> bool {
    let span = |census: &Census| {
        let holds = |rows: &u64| *rows > 0;
        (census.iter().position(holds), census.iter().rposition(holds))
    };
    let mut spans: Vec<_> = files.iter().map(|(file, census)| (span(census), file.rows)).collect();
    spans.sort_unstable_by_key(|((first, last), rows)| (*first, *last, std::cmp::Reverse(*rows)));
    spans.windows(2).all(|pair| {
        let [((_, last), rows), ((next, _), _)] = pair else { return true };
        last <= next && *rows == ROWS_PER_FILE as u64
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// A file with this many rows in each of some shares.
    fn file(shares: std::ops::Range<usize>, rows: u64) -> (LiveFile, Census) {
        let mut census = [0; 64];
        let n = u64::try_from(shares.len()).expect("few");
        for share in shares.clone() {
            census[share] = rows / n;
        }
        census[shares.start] += rows % n;
        (LiveFile { path: PathBuf::from("f"), rows }, census)
    }

    #[test]
    fn files_in_shape_are_full_and_follow_each_other() {
        let full = ROWS_PER_FILE as u64;
        assert!(is_in_shape(&[]));
        assert!(is_in_shape(&[file(0..64, 10)]));
        assert!(is_in_shape(&[file(30..64, 10), file(0..31, full)]));
        assert!(is_in_shape(&[file(5..6, full), file(5..6, full), file(5..9, 3)]));
        assert!(!is_in_shape(&[file(0..30, 10), file(30..64, full)]), "the first is not full");
        assert!(!is_in_shape(&[file(0..64, full), file(0..64, full)]), "they overlap");
    }
}
