//! What runs that broke off left in a store: files under passing names, which no reader looks at.
//!
//! Data files that no commit names are left to `vacuum`: a rerun of the same sources takes them up
//! again, because the same content has the same name.

use super::delta::LOG_DIR;
use super::disk::{entries, remove, tighten_file};
use super::error::StoreError;
use super::log_files;
use std::path::{Path, PathBuf};

/// Beginnings of names that only a run at work has use for.
const PASSING: [&str; 4] = [".part-", ".run-", ".list-", ".tmp"];

/// Folders of a store in which there may be such names; the store itself, too.
const FOLDERS: [&str; 5] = ["", "events", "keys", "rejections", "facts"];

/// Files and folders under passing names, but for those of the commit log.
///
/// # Errors
/// [`StoreError::Io`] if a folder cannot be read.
pub(super) fn find(store_dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let is_passing = |name: &str| PASSING.iter().any(|prefix| name.starts_with(prefix));
    let mut found = Vec::new();
    for folder in FOLDERS {
        let dir = store_dir.join(folder);
        found.extend(entries(&dir, is_passing).map_err(StoreError::io(&dir))?);
    }
    Ok(found)
}

/// Removes them, and takes the newest commit away from everybody but the owner, should the run that
/// made it have ended before it could. Only for the holder of the lock: to anyone else this may be
/// work in progress.
///
/// # Errors
/// [`StoreError::Io`] if the disk refuses.
pub fn sweep(store_dir: &Path) -> Result<(), StoreError> {
    let mut paths = find(store_dir)?;
    let log_dir = store_dir.join("events").join(LOG_DIR);
    // A commit is first written under its name, a `#` and a number.
    let of_log = entries(&log_dir, |name| name.contains('#'));
    paths.extend(of_log.map_err(StoreError::io(&log_dir))?);
    for path in paths {
        remove(&path).map_err(StoreError::io(&path))?;
    }
    if log_dir.is_dir() {
        let files = log_files::list(&log_dir)?;
        let newest = files.last().map(|file| file.version);
        for file in files.iter().filter(|file| Some(file.version) == newest) {
            tighten_file(&file.path).map_err(StoreError::io(&file.path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn passing_names_go_and_all_others_stay() {
        let store = tempfile::tempdir().expect("a directory");
        let path = |name: &str| store.path().join(name);
        for dir in ["events/_delta_log", "keys", "facts/.tmpAb3", "facts/0123"] {
            fs::create_dir_all(path(dir)).expect("disk");
        }
        let passing = ["events/.part-x", "events/_delta_log/1.json#1", "keys/.run-x", ".tmpx"];
        let lasting = ["events/x.parquet", "events/_delta_log/1.json", "keys/runs.json", ".notes"];
        for name in passing.iter().chain(&lasting).chain(&["facts/.tmpAb3/courses.parquet"]) {
            fs::write(path(name), b"").expect("disk");
        }
        sweep(store.path()).expect("disk");
        assert!(passing.iter().all(|name| !path(name).exists()));
        assert!(!path("facts/.tmpAb3").exists());
        assert!(lasting.iter().chain(&["facts/0123"]).all(|name| path(name).exists()));
        sweep(&path("nowhere")).expect("nothing there");
    }
}
