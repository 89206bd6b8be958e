//! Whom a store has erased, and whether that is done: a small file beside the log.
//!
//! ```text
//! <store>/erased.json    a random key, keyed digests of the erased subjects, the version of the
//!                        last erasure; what an erasure that is not done yet has still to say
//! ```

use super::disk::replace;
use super::error::StoreError;
use crate::privacy::erased::{Erased, KEY_BYTES};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// Name of the file inside a store.
pub(super) const NAME: &str = "erased.json";

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    key: String,
    subjects: BTreeSet<String>,
    /// The version that the last erasure made or found; earlier ones cannot be opened.
    pub(super) erased_at: Option<u64>,
    /// What is not done yet.
    pub(super) unfinished: Option<Vec<Traces>>,
}

/// Which source files a person's events came from, as BLAKE3 of their bytes in hex.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traces {
    /// Files with events that figures may count.
    pub counted_from: BTreeSet<String>,
    /// Files with a withdrawal: a run that knew one of them left the person out.
    pub withdrawn_in: BTreeSet<String>,
}

impl Record {
    /// The record of a store that has erased nobody. `key` is random.
    pub(super) fn new(key: &[u8; KEY_BYTES]) -> Self {
        let key = blake3::Hash::from_bytes(*key).to_hex().to_string();
        Self { key, subjects: BTreeSet::new(), erased_at: None, unfinished: None }
    }

    /// The record of a store; `None` if it has erased nobody.
    pub(super) fn read(store: &Path) -> Result<Option<Self>, StoreError> {
        let path = store.join(NAME);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StoreError::Io { path, source }),
        };
        let record: Option<Self> = serde_json::from_slice(&bytes).ok();
        let record = record.filter(|record| blake3::Hash::from_hex(&record.key).is_ok());
        // Read as nobody, it would let everybody in again.
        record.map(Some).ok_or(StoreError::Erasures { path })
    }

    /// Puts the record in place of the one before; on the disk when this returns.
    pub(super) fn write(&self, store: &Path) -> Result<(), StoreError> {
        let path = store.join(NAME);
        let written = replace(&path, |file| {
            serde_json::to_writer(&mut *file, self)?;
            file.write_all(b"\n")
        });
        written.map_err(StoreError::io(&path))
    }

    /// The erased subjects.
    pub(super) fn erased(&self) -> Erased {
        let key = blake3::Hash::from_hex(&self.key).map_or([0; KEY_BYTES], |key| *key.as_bytes());
        Erased::new(&key, self.subjects.clone())
    }

    /// The record when the erasure is done, at a version.
    pub(super) fn finished(&self, version: u64) -> Self {
        Self { erased_at: Some(version), unfinished: None, ..self.clone() }
    }

    /// Takes over the digests of subjects.
    pub(super) fn keep(&mut self, erased: &Erased) {
        self.subjects.clone_from(erased.digests());
    }
}

/// Whom a store has erased, for its gate; `None`: nobody.
///
/// # Errors
/// [`StoreError`] if the record cannot be read.
pub fn erased(store: &Path) -> Result<Option<Arc<Erased>>, StoreError> {
    Ok(Record::read(store)?.map(|record| Arc::new(record.erased())))
}

/// The version of the last erasure, before which none can be opened; `None` before the first.
///
/// # Errors
/// [`StoreError`] if the record cannot be read.
pub fn erased_at(store: &Path) -> Result<Option<u64>, StoreError> {
    Ok(Record::read(store)?.and_then(|record| record.erased_at))
}
