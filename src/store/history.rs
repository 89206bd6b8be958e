//! The commits, oldest first: what was done to the log, when, and how much.

use super::brought::by_type;
use super::delta::LOG_DIR;
use super::error::StoreError;
use super::kept_history;
use super::log::EventLog;
use super::log_files;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// One commit of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitRow {
    /// The version it made.
    pub version: u64,
    /// When, in microseconds since the Unix epoch.
    pub time: i64,
    /// What was done: the word given to [`Batch::commit`](super::append::Batch::commit), or the
    /// name the Delta format has for it.
    pub operation: String,
    /// Events added, where the commit says so.
    pub n_events: Option<u64>,
    /// Events added by type, named without `afterdose.`, where the commit says so.
    #[serde(default)]
    pub by_type: Option<BTreeMap<String, u64>>,
    /// BLAKE3 digests of the source files the events were read from, where the commit says so.
    #[serde(default)]
    pub source_files: Option<Vec<String>>,
    /// Data files added.
    pub n_files: u64,
    /// Bytes of the data files added.
    pub n_bytes: u64,
}

/// What is kept of the counts of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    Kept,
    LeftOut,
}

impl EventLog {
    /// Every commit up to this version: from its commit file, or, where that is gone, as it was kept.
    ///
    /// # Errors
    /// [`StoreError::CommitFile`] if one does not have the shape of one; [`StoreError::Io`].
    pub fn history(&self) -> Result<Vec<CommitRow>, StoreError> {
        let mut commits: Vec<CommitRow> = kept_history::read(&self.table.dir)?;
        let kept = commits.last().map(|commit| commit.version);
        for (version, path) in log_files::commits(&self.table.dir.join(LOG_DIR))? {
            if version <= self.version() && Some(version) > kept {
                commits.push(read_commit(version, &path)?);
            }
        }
        commits.retain(|commit| commit.version <= self.version());
        Ok(commits)
    }

    /// Keeps the rows of the versions before `first`, before their commit files go.
    pub(super) fn keep_history(&self, first: u64, counts: Counts) -> Result<(), StoreError> {
        let mut rows = self.history()?;
        rows.retain(|row| row.version < first);
        if counts == Counts::LeftOut {
            for row in &mut rows {
                row.n_events = None;
                row.by_type = None;
            }
        }
        if rows.is_empty() { Ok(()) } else { kept_history::write(&self.table.dir, &rows) }
    }
}

/// The newest version of the log of a store, from the names of its commit files: nothing is
/// opened. `None` if there is no log.
#[must_use]
pub fn newest_version(store_dir: &Path) -> Option<u64> {
    let files = log_files::commits(&store_dir.join("events").join(LOG_DIR)).ok()?;
    files.last().map(|(version, _)| *version)
}

/// One line of a commit file; the actions not named here are passed over.
#[derive(Deserialize)]
struct Action {
    add: Option<Add>,
    #[serde(rename = "commitInfo")]
    info: Option<Info>,
}

#[derive(Deserialize)]
struct Add {
    size: u64,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Info {
    in_commit_timestamp: Option<i64>,
    timestamp: Option<i64>,
    operation: Option<String>,
    user_metadata: Option<String>,
    operation_metrics: Option<HashMap<String, Option<String>>>,
    source_files: Option<Vec<String>>,
}

fn read_commit(version: u64, path: &Path) -> Result<CommitRow, StoreError> {
    let text = std::fs::read_to_string(path).map_err(StoreError::io(path))?;
    let (mut info, mut n_files, mut n_bytes) = (Info::default(), 0, 0);
    for line in text.lines().filter(|line| !line.is_empty()) {
        let action: Action = serde_json::from_str(line)
            .map_err(|source| StoreError::CommitFile { path: path.to_path_buf(), source })?;
        info = action.info.unwrap_or(info);
        if let Some(add) = action.add {
            n_files += 1;
            n_bytes += add.size;
        }
    }
    let millis = info.in_commit_timestamp.or(info.timestamp).unwrap_or_default();
    let metrics = info.operation_metrics.unwrap_or_default();
    let counts = metrics
        .iter()
        .filter_map(|(name, count)| Some((name.as_str(), count.as_deref()?.parse().ok()?)));
    Ok(CommitRow {
        version,
        time: millis.saturating_mul(1_000),
        operation: info.user_metadata.or(info.operation).unwrap_or_default(),
        n_events: metrics.get("events").and_then(|count| count.as_deref()?.parse().ok()),
        by_type: by_type(counts),
        source_files: info.source_files,
        n_files,
        n_bytes,
    })
}
