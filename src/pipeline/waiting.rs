//! Accounts between the reading of their sources and the commit that brings the events: on the
//! disk before it, in place after it, so that neither stays without the other.
//!
//! ```text
//! <store>/rejections/.waiting-*/<account>.ndjson
//! <store>/rejections/.waiting-*/commit.json       what the commit will hold
//! ```
//!
//! A run that breaks off leaves such a folder behind. Whoever works on the store next looks
//! whether the log holds the commit: if so the accounts are put in place, else they go.

use super::accounts::{AccountWriter, DIR, dir_of};
use super::error::PipelineError;
use crate::store::disk::{entries, sync_dir};
use crate::store::error::StoreError;
use crate::store::log::EventLog;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const PREFIX: &str = ".waiting-";
const COMMIT: &str = "commit.json";

/// Accounts of sources being read. Dropped, they go.
pub struct Waiting {
    dir: TempDir,
    store: PathBuf,
}

/// Accounts that wait for a commit, which may be made whatever is heard of it. Dropped, they stay.
#[must_use = "they wait until they are put in place or dismissed"]
pub struct Announced {
    dir: PathBuf,
    store: PathBuf,
}

/// What tells a commit from every other.
#[derive(Serialize, Deserialize)]
struct Awaited {
    /// Names of its data files.
    files: Vec<String>,
    /// Sources it marks as taken.
    taken: Vec<String>,
}

impl Awaited {
    /// Whether the log holds it. One that brings nothing at all is never made.
    fn is_in(&self, log: &EventLog) -> Result<bool, PipelineError> {
        if !self.files.is_empty() {
            let live = log.data_files()?;
            return Ok(self.files.iter().any(|name| live.contains(name)));
        }
        for app_id in &self.taken {
            if log.is_taken(app_id)? {
                return Ok(true);
            }
        }
        Ok(self.taken.is_empty())
    }
}

impl Waiting {
    /// Begins the accounts of one commit.
    ///
    /// # Errors
    /// [`PipelineError::Write`] if the store cannot be written to.
    pub fn begin(store: &Path) -> Result<Self, PipelineError> {
        let place = dir_of(store)?;
        let dir = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&place);
        let dir = dir.map_err(PipelineError::write(&place))?;
        Ok(Self { dir, store: store.to_owned() })
    }

    /// Begins the account of a source.
    ///
    /// # Errors
    /// [`PipelineError::Write`] if it cannot be written.
    pub fn account(
        &self,
        file: &str,
        blake3: &str,
        mapping: Option<&str>,
    ) -> Result<AccountWriter, PipelineError> {
        AccountWriter::begin(self.dir.path(), &self.store, file, blake3, mapping)
    }

    /// Says for which commit they wait. The accounts are on the disk when this returns.
    ///
    /// # Errors
    /// [`PipelineError::Write`] if the disk refuses.
    pub fn announce(
        self,
        files: Vec<String>,
        taken: &[String],
    ) -> Result<Announced, PipelineError> {
        let path = self.dir.path().join(COMMIT);
        let json = serde_json::to_vec(&Awaited { files, taken: taken.to_vec() });
        let written = json.map_err(std::io::Error::from).and_then(|json| {
            let mut file = std::fs::File::create(&path)?;
            file.write_all(&json)?;
            file.sync_all()?;
            sync_dir(self.dir.path())
        });
        written.map_err(PipelineError::write(&path))?;
        Ok(Announced { dir: self.dir.keep(), store: self.store })
    }
}

impl Announced {
    /// Puts them in place of earlier ones, after the commit.
    ///
    /// # Errors
    /// [`PipelineError::Write`] if the disk refuses; what is not in place goes on waiting.
    pub fn put_in_place(self) -> Result<(), PipelineError> {
        put_in_place(&self.dir, &self.store)?;
        self.dismiss()
    }

    /// Takes them away: the commit was not made.
    ///
    /// # Errors
    /// [`PipelineError::Write`] if the disk refuses.
    pub fn dismiss(self) -> Result<(), PipelineError> {
        std::fs::remove_dir_all(&self.dir).map_err(PipelineError::write(&self.dir))
    }
}

/// Settles the accounts that runs which broke off left waiting. Only for the holder of the lock.
///
/// # Errors
/// [`PipelineError`] if the store cannot be read or written.
pub fn settle(store: &Path) -> Result<(), PipelineError> {
    let place = store.join(DIR);
    let waiting = entries(&place, |name| name.starts_with(PREFIX));
    let waiting = waiting.map_err(PipelineError::write(&place))?;
    if waiting.is_empty() {
        return Ok(());
    }
    let log = match EventLog::open(store) {
        Err(StoreError::Absent { .. }) => return Ok(()),
        log => log?,
    };
    for dir in waiting {
        // Without it the commit was not yet begun.
        let awaited = std::fs::read(dir.join(COMMIT)).ok();
        let awaited = awaited.and_then(|json| serde_json::from_slice::<Awaited>(&json).ok());
        if let Some(awaited) = awaited
            && awaited.is_in(&log)?
        {
            put_in_place(&dir, store)?;
        }
        std::fs::remove_dir_all(&dir).map_err(PipelineError::write(&dir))?;
    }
    Ok(())
}

fn put_in_place(dir: &Path, store: &Path) -> Result<(), PipelineError> {
    let place = store.join(DIR);
    for from in entries(dir, |name| name != COMMIT).map_err(PipelineError::write(dir))? {
        let to = place.join(from.file_name().unwrap_or_default());
        std::fs::rename(&from, &to).map_err(PipelineError::write(&to))?;
    }
    sync_dir(&place).map_err(PipelineError::write(&place))
}
