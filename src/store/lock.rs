//! One run at a time: an advisory lock on a file of the store.

use super::disk::{make_private_dir, tighten_file};
use super::error::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::Path;

/// Name of the lock file inside a store.
const NAME: &str = "lock";

/// The right to write to a store, held until dropped. The system frees it when the process ends,
/// however it ends, so a crash leaves no lock behind.
#[derive(Debug)]
pub struct StoreLock {
    /// Holds the lock for as long as it is open.
    _file: File,
}

impl StoreLock {
    /// Takes the lock, making the directory of the store if it is missing. `holder` is written
    /// into the lock file for whoever comes next: who holds it, and since when.
    ///
    /// Returns `None` if another holds it; [`StoreLock::holder`] says who.
    ///
    /// # Errors
    /// [`StoreError::Io`] if the file cannot be made or locked at all.
    pub fn acquire(store_dir: &Path, holder: &str) -> Result<Option<Self>, StoreError> {
        make_private_dir(store_dir).map_err(StoreError::io(store_dir))?;
        let path = store_dir.join(NAME);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(StoreError::io(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(source)) => return Err(StoreError::Io { path, source }),
        }
        tighten_file(&path)
            .and_then(|()| file.set_len(0))
            .and_then(|()| file.write_all(holder.as_bytes()))
            .and_then(|()| file.flush())
            .map_err(StoreError::io(&path))?;
        Ok(Some(Self { _file: file }))
    }

    /// Removes the lock file of a store that is not to be; to be called by its holder.
    pub fn remove_file(store_dir: &Path) {
        let _ = std::fs::remove_file(store_dir.join(NAME));
    }

    /// What the last holder wrote into the lock file; `None` if there is none to read.
    #[must_use]
    pub fn holder(store_dir: &Path) -> Option<String> {
        std::fs::read_to_string(store_dir.join(NAME)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_waits_for_the_first_to_go() {
        let dir = tempfile::tempdir().expect("a directory");
        let first = StoreLock::acquire(dir.path(), "pid 1 since noon").expect("disk");
        assert!(first.is_some());
        assert!(StoreLock::acquire(dir.path(), "pid 2").expect("disk").is_none());
        assert_eq!(StoreLock::holder(dir.path()).as_deref(), Some("pid 1 since noon"));
        drop(first);
        assert!(StoreLock::acquire(dir.path(), "pid 3").expect("disk").is_some());
        assert_eq!(StoreLock::holder(dir.path()).as_deref(), Some("pid 3"));
    }
}
