//! Verify: everything the store says of itself, held against what is there.
//!
//! | file | looks at |
//! |---|---|
//! | `log.rs` | commit files and checkpoints: none missing, all readable |
//! | `files.rs` | data files: present, of the bytes they were named after, no strangers; modes |
//! | `rows.rs` | rows: count, columns, order, shares, contents, duplicates, and the index of keys |
//!
//! Nothing is changed, and no lock is taken, so that a copy on a read-only disk can be verified too.
//! What a run may be writing just now is no finding.

mod files;
mod finding;
mod log;
mod rows;

pub use finding::{Finding, FindingKind};

use finding::Findings;

use super::delta::LOG_DIR;
use super::erase::is_unfinished;
use super::erased::NAME;
use super::error::StoreError;
use super::log::EventLog;
use std::path::Path;

/// What was looked at, and what was found.
#[derive(Debug, Default)]
pub struct Verified {
    /// The newest version; none where the log does not open.
    pub version: Option<u64>,
    /// Data files read.
    pub n_files: usize,
    /// Events read.
    pub n_events: u64,
    /// What is not as it should be, by path.
    pub findings: Vec<Finding>,
}

/// Verifies a store. `now_us` is the time in microseconds since the Unix epoch.
///
/// # Errors
/// [`StoreError::Absent`] if there is no store; [`StoreError::Io`] if its folders cannot be read.
pub fn verify(store: &Path, now_us: i64) -> Result<Verified, StoreError> {
    let store = store.canonicalize().map_err(|_| StoreError::Absent { path: store.into() })?;
    let log_dir = store.join("events").join(LOG_DIR);
    if !log_dir.is_dir() {
        return Err(StoreError::Absent { path: store });
    }
    let mut findings = Findings::of(&store);
    let mut verified = Verified::default();
    log::verify(&log_dir, now_us, &mut findings)?;
    match look(&store, now_us, &mut verified, &mut findings) {
        Ok(()) => {}
        Err(error @ (StoreError::Io { .. } | StoreError::Newer { .. })) => return Err(error),
        // It may open and yet not say what its files are.
        Err(error) => findings.add_error(FindingKind::LogUnreadable, &log_dir, &error),
    }
    files::verify_modes(&store, &mut findings)?;
    match is_unfinished(&store) {
        Ok(false) => {}
        Ok(true) => findings.add(FindingKind::ErasureUnfinished, &store.join(NAME), ""),
        Err(_) => findings.add(FindingKind::ErasuresUnreadable, &store.join(NAME), ""),
    }
    verified.findings = findings.found;
    verified.findings.sort_by(|a, b| (&a.path, a.kind.code()).cmp(&(&b.path, b.kind.code())));
    Ok(verified)
}

/// Looks at what the log names.
fn look(
    store: &Path,
    now_us: i64,
    verified: &mut Verified,
    findings: &mut Findings<'_>,
) -> Result<(), StoreError> {
    let log = EventLog::open(store)?;
    verified.version = Some(log.version());
    files::verify(&log, now_us, findings)?;
    (verified.n_files, verified.n_events) = rows::verify(&log, findings)?;
    Ok(())
}
