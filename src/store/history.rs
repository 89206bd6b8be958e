//! The commits, oldest first: what was done to the log, when, and how much.

use super::brought::by_type;
use super::commit_file::commit_files;
use super::delta::LOG_DIR;
use super::error::StoreError;
use super::log::EventLog;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// One commit of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub by_type: Option<BTreeMap<String, u64>>,
    /// BLAKE3 digests of the source files the events were read from, where the commit says so.
    pub source_files: Option<Vec<String>>,
    /// Data files added.
    pub n_files: u64,
    /// Bytes of the data files added.
    pub n_bytes: u64,
}

impl EventLog {
    /// Every commit up to this version whose commit file is still there.
    ///
    /// # Errors
    /// [`StoreError::CommitFile`] if one does not have the shape of one; [`StoreError::Io`].
    pub fn history(&self) -> Result<Vec<CommitRow>, StoreError> {
        let mut commits = Vec::new();
        for (version, path) in commit_files(&self.table.dir.join(LOG_DIR))? {
            if version <= self.version() {
                commits.push(read_commit(version, &path)?);
            }
        }
        Ok(commits)
    }
}

/// The newest version of the log of a store, from the names of its commit files: nothing is
/// opened. `None` if there is no log.
#[must_use]
pub fn newest_version(store_dir: &Path) -> Option<u64> {
    let files = commit_files(&store_dir.join("events").join(LOG_DIR)).ok()?;
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
