//! What keeps a store in order, each under its lock: compaction and vacuum.

use super::error::PipelineError;
use super::progress::Progress;
use super::run::lock;
use crate::store::compact::Compacted;
use crate::store::log::EventLog;
use crate::store::vacuum::Vacuumed;
use std::path::Path;
use std::time::Duration;

/// Merges the data files of a store.
///
/// # Errors
/// If there is no store, another run holds it, or a file is damaged; nothing was changed then.
pub fn compact(store: &Path, progress: &dyn Progress) -> Result<Compacted, PipelineError> {
    EventLog::open(store)?;
    let _lock = lock(store, progress)?;
    match EventLog::open(store)?.compact()? {
        Compacted::Conflict => Err(PipelineError::Busy { holder: "another host".into() }),
        compacted => Ok(compacted),
    }
}

/// Removes what no version within the retention needs.
///
/// # Errors
/// If there is no store, another run holds it, or the disk refuses.
pub fn vacuum(
    store: &Path,
    retention: Duration,
    progress: &dyn Progress,
) -> Result<Vacuumed, PipelineError> {
    EventLog::open(store)?;
    let _lock = lock(store, progress)?;
    Ok(EventLog::open(store)?.vacuum(progress.now_us(), retention)?)
}
