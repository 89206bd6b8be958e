//! A backup: the store at its newest version, copied while runs go on.

use super::accounts;
use super::error::PipelineError;
use crate::event::time::Moment;
use crate::store::backup::{self, Copied};
use crate::store::disk::{sync_dir, tighten_dir};
use crate::store::log::EventLog;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// How often a copy is begun anew because files went away beneath it.
const ATTEMPTS: usize = 5;

/// How often, and after how long, it is looked again for the accounts of the newest commit, which
/// follow it within moments. Those of an ingest that broke off in between never come.
const LOOKS: u32 = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// What was copied.
#[derive(Debug, Clone)]
pub struct Backup {
    /// The version of the copy.
    pub version: u64,
    /// When it was committed, RFC 3339.
    pub committed_at: String,
    /// Its events.
    pub events: u64,
    /// Files and bytes.
    pub copied: Copied,
}

/// Copies a store into a directory that does not exist yet, or is empty. It appears there whole or
/// not at all.
///
/// # Errors
/// [`PipelineError::Usage`] if there is something in the directory, or it lies in the store;
/// [`PipelineError::Busy`] if the store was cleaned up beneath every attempt; [`PipelineError`].
pub fn backup(store: &Path, to: &Path) -> Result<Backup, PipelineError> {
    EventLog::open(store)?;
    check_target(store, to)?;
    let parent = match to.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(parent).map_err(PipelineError::write(parent))?;
    for _ in 0..ATTEMPTS {
        let aside = tempfile::Builder::new().prefix(".afterdose-backup-").tempdir_in(parent);
        let aside = aside.map_err(PipelineError::write(parent))?;
        tighten_dir(aside.path()).map_err(PipelineError::write(aside.path()))?;
        let log = EventLog::open(store)?;
        if let Some(copied) = log.copy_to(aside.path())? {
            return finish(store, to, &log, copied, aside);
        }
    }
    Err(PipelineError::Busy { holder: "files are being cleaned away".into() })
}

fn finish(
    store: &Path,
    to: &Path,
    log: &EventLog,
    copied: Copied,
    aside: TempDir,
) -> Result<Backup, PipelineError> {
    let version = log.version();
    let newest = log.history()?.pop().and_then(|commit| commit.source_files).unwrap_or_default();
    for _ in 0..LOOKS {
        if accounts::are_made(store, &newest, version)? {
            break;
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
    accounts::copy(store, aside.path(), version)?;
    backup::check(aside.path(), version)?;
    // An empty directory gives way; nothing else does.
    std::fs::rename(aside.path(), to).map_err(PipelineError::write(to))?;
    let _ = aside.keep();
    let parent = to.canonicalize().ok().and_then(|to| to.parent().map(Path::to_owned));
    if let Some(parent) = parent {
        sync_dir(&parent).map_err(PipelineError::write(&parent))?;
    }
    Ok(Backup {
        version,
        committed_at: Moment::calendar(log.committed_us()?).to_text(),
        events: log.n_events()?,
        copied,
    })
}

fn check_target(store: &Path, to: &Path) -> Result<(), PipelineError> {
    let refuse = |problem: &str| {
        Err(PipelineError::Usage(format!("--to {}: {problem}; nothing was copied", to.display())))
    };
    let is_taken = match std::fs::read_dir(to) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    };
    if is_taken {
        return refuse("is no empty directory: name one that does not exist yet");
    }
    let place = |path: &Path| {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let known = absolute.ancestors().find_map(|dir| dir.canonicalize().ok().map(|c| (dir, c)));
        known.map_or(absolute.clone(), |(dir, canonical)| {
            canonical.join(absolute.strip_prefix(dir).unwrap_or(&absolute))
        })
    };
    let (store, to): (PathBuf, PathBuf) = (place(store), place(to));
    if to.starts_with(&store) {
        return refuse("lies in the store");
    }
    Ok(())
}
