//! Which subject key a store was begun with, known by a value that does not give the key away.
//!
//! ```text
//! <store>/subject-key.json    a random salt, and the keyed hash of it; absent: subjects as sent
//! ```
//!
//! With another key the same person would be another subject, and every event known already would
//! be new or in conflict. So the key of a store is chosen once, before its first event.

use super::disk::replace;
use super::error::StoreError;
use crate::privacy::pseudonym::SubjectKey;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Name of the file inside a store.
const NAME: &str = "subject-key.json";

/// What a key, or none, is to a store.
#[must_use = "with the wrong key nothing may be read or written"]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMatch {
    /// As the store was begun: with this key, or without any.
    Same,
    /// The store was begun with another key.
    Other,
    /// The store was begun with a key, and none is given.
    Missing,
    /// The store was begun without a key, and one is given.
    Unexpected,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    /// A hash of random bytes.
    salt: String,
    /// [`SubjectKey::check_value`] of them.
    check: String,
}

/// Compares a key with that of a store which has events.
///
/// # Errors
/// [`StoreError`] if what the store keeps of its key cannot be read.
pub fn compare(store_dir: &Path, key: Option<&SubjectKey>) -> Result<KeyMatch, StoreError> {
    Ok(match (read(store_dir)?, key) {
        (None, None) => KeyMatch::Same,
        (None, Some(_)) => KeyMatch::Unexpected,
        (Some(_), None) => KeyMatch::Missing,
        (Some(kept), Some(key)) if key.check_value(kept.salt.as_bytes()) == kept.check => {
            KeyMatch::Same
        }
        (Some(_), Some(_)) => KeyMatch::Other,
    })
}

/// Begins a store that has no events with a key. `salt` is random.
///
/// # Errors
/// [`StoreError::Io`] if the disk refuses.
pub fn begin(store_dir: &Path, key: &SubjectKey, salt: &[u8]) -> Result<(), StoreError> {
    let path = path_in(store_dir);
    let salt = blake3::hash(salt).to_hex().to_string();
    let check = key.check_value(salt.as_bytes());
    let written = replace(&path, |file| {
        serde_json::to_writer(&mut *file, &Kept { salt, check })?;
        file.write_all(b"\n")
    });
    written.map_err(StoreError::io(&path))
}

/// Whether the subjects of a store are second pseudonyms.
#[must_use]
pub fn is_keyed(store_dir: &Path) -> bool {
    path_in(store_dir).exists()
}

/// Removes what was kept of the key of a store that is not to be.
pub fn remove_file(store_dir: &Path) {
    let _ = std::fs::remove_file(path_in(store_dir));
}

fn path_in(store_dir: &Path) -> PathBuf {
    store_dir.join(NAME)
}

fn read(store_dir: &Path) -> Result<Option<Kept>, StoreError> {
    let path = path_in(store_dir);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StoreError::Io { path, source }),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|_| StoreError::KeyCheck { path })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> SubjectKey {
        SubjectKey::from_bytes(text.as_bytes()).expect("a key")
    }

    #[test]
    fn a_store_knows_its_key_again_and_no_other() {
        let dir = tempfile::tempdir().expect("a directory");
        let (own, other) =
            (key("the key of this store, made up here"), key("another key, made up here as well"));
        let compare = |key| compare(dir.path(), key).expect("readable");
        assert_eq!(compare(None), KeyMatch::Same);
        assert_eq!(compare(Some(&own)), KeyMatch::Unexpected);
        begin(dir.path(), &own, &[7; 16]).expect("disk");
        assert!(is_keyed(dir.path()));
        assert_eq!(compare(Some(&own)), KeyMatch::Same);
        assert_eq!(compare(Some(&other)), KeyMatch::Other);
        assert_eq!(compare(None), KeyMatch::Missing);
        let first = std::fs::read(path_in(dir.path())).expect("readable");
        begin(dir.path(), &own, &[8; 16]).expect("disk");
        assert_ne!(std::fs::read(path_in(dir.path())).expect("readable"), first, "salted");
        std::fs::write(path_in(dir.path()), "{}").expect("disk");
        assert!(super::compare(dir.path(), None).is_err());
    }
}
