//! What keeps a store in order: compaction, vacuum and erasure, each under its lock, and verifying.

use super::accounts;
use super::error::PipelineError;
use super::progress::Progress;
use super::run::{hold, lock};
use super::subject_key::KeySource;
use crate::event::ids::Subject;
use crate::privacy::erased::KEY_BYTES;
use crate::store::compact::Compacted;
use crate::store::erase::{self, Erasure, Who};
use crate::store::log::EventLog;
use crate::store::vacuum::Vacuumed;
use crate::store::verify::{self, Finding, FindingKind, Verified};
use std::path::Path;
use std::time::Duration;

/// Merges the data files of a store.
///
/// # Errors
/// If there is no store, another run holds it, or a file is damaged; nothing was changed then.
pub fn compact(store: &Path, progress: &dyn Progress) -> Result<Compacted, PipelineError> {
    EventLog::open(store)?;
    let _lock = lock(store, Duration::ZERO, progress)?;
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
    let _lock = lock(store, Duration::ZERO, progress)?;
    Ok(EventLog::open(store)?.vacuum(progress.now_us(), retention)?)
}

/// Holds everything the store says of itself against what is there. Takes no lock, changes nothing.
///
/// # Errors
/// If there is no store, or its folders cannot be read.
pub fn verify(store: &Path, progress: &dyn Progress) -> Result<Verified, PipelineError> {
    let mut verified = verify::verify(store, progress.now_us())?;
    for path in accounts::unreadable(store)? {
        let path = path.strip_prefix(store).map_or_else(|_| path.clone(), Path::to_owned);
        let kind = FindingKind::AccountUnreadable;
        verified.findings.push(Finding { kind, path, detail: String::new() });
    }
    Ok(verified)
}

/// Erases one person, named as their site names them, or everyone who withdrew. `key` is random.
///
/// # Errors
/// [`PipelineError::Usage`] if the text is no subject, or the subject key is not that of the store;
/// if there is no store, another run holds it, or the disk refuses.
pub fn purge(
    store: &Path,
    subject: Option<&str>,
    subject_key: &KeySource,
    key: &[u8; KEY_BYTES],
    progress: &dyn Progress,
) -> Result<Erasure, PipelineError> {
    EventLog::open(store)?;
    let _lock = hold(store, Duration::ZERO, progress)?;
    let who = match subject {
        Some(text) => Who::Subject(known_as(store, text, subject_key)?),
        None => Who::Withdrawn,
    };
    progress.stage("purge", "rewriting the store; this cannot be undone");
    Ok(erase::erase(store, &who, key)?)
}

/// The subject as the store knows it.
fn known_as(store: &Path, text: &str, key: &KeySource) -> Result<Subject, PipelineError> {
    let no_subject = || {
        PipelineError::Usage(
            "what was given does not have the shape of a subject; nothing was changed".into(),
        )
    };
    let subject = Subject::new(text.trim()).ok_or_else(no_subject)?;
    // A store that has events is never begun anew here.
    match key.for_store(store, false)? {
        Some(key) => key.pseudonym(&subject).ok_or_else(no_subject),
        None => Ok(subject),
    }
}
