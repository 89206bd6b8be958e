//! A copy of a store at one version, taken while others go on adding to it.
//!
//! Nothing of a version ever changes, so a copy needs no lock: the version is fixed first, then
//! everything it rests on is copied. What a cleaning up removes meanwhile shows as a missing file,
//! and the copy is begun anew.
//!
//! Copied are the commit files and checkpoints up to the version, every data file they name that
//! is still there (so that the copy can go back in time as far as the store can), and the files
//! that stand directly in the store. Left out are the lock, the hint where the newest checkpoint is
//! (it may be of a later version by now), and what is made again from the events: the keys and the
//! facts. Rejections are the caller's: their accounts are of versions, too.

use super::delta::{LOG_DIR, Table};
use super::disk::{make_private_dir, sync_dir, tighten_file};
use super::error::StoreError;
use super::log::EventLog;
use super::log_files::{self, Kind};
use delta_kernel::KernelError;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

/// What was copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// How many bytes are copied at a time.
const CHUNK: usize = 1 << 20;

impl EventLog {
    /// Copies this version of the log, with the files that stand directly in the store, into a
    /// directory that is empty. `None` if a file went away meanwhile: begin anew, with another
    /// directory and the newest version.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if a data file is not what its name says; [`StoreError`] if the
    /// disk refuses.
    pub fn copy_to(&self, to: &Path) -> Result<Option<Copied>, StoreError> {
        let mut copied = Copied::default();
        match self.copy(to, &mut copied) {
            Ok(()) => Ok(Some(copied)),
            Err(error) if is_of_missing_file(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn copy(&self, to: &Path, copied: &mut Copied) -> Result<(), StoreError> {
        let store = self.table.dir.parent().unwrap_or(&self.table.dir);
        let events = to.join("events");
        for dir in [&events, &events.join(LOG_DIR)] {
            make_private_dir(dir).map_err(StoreError::io(dir))?;
        }
        let live = self.table.live_files(&self.snapshot, None)?;
        let live: BTreeSet<_> = live.into_iter().map(|file| file.path).collect();
        for name in self.named()? {
            let path = self.table.dir.join(&name);
            // What no version needs any more may be gone.
            if !live.contains(&path) && path.exists() {
                copy_data_file(&path, &events, copied)?;
            }
        }
        for path in &live {
            copy_data_file(path, &events, copied)?;
        }
        let log = self.table.dir.join(LOG_DIR);
        let past = log_files::list(&log)?
            .into_iter()
            .filter(|file| file.version <= self.version() && file.kind != Kind::Leftover);
        for file in past {
            copy_file(&file.path, &events.join(LOG_DIR), copied)?;
        }
        let is_kept = |path: &Path| {
            let name = path.file_name().and_then(OsStr::to_str).unwrap_or(".");
            name != "lock" && !name.starts_with('.')
        };
        copy_files(store, to, is_kept, copied)?;
        for dir in [&events.join(LOG_DIR), &events, to] {
            sync_dir(dir).map_err(StoreError::io(dir))?;
        }
        Ok(())
    }

    /// Names of the data files that the commits up to this version added or took away: what a
    /// version of the past may rest on.
    fn named(&self) -> Result<BTreeSet<String>, StoreError> {
        let mut named = BTreeSet::new();
        for (version, path) in log_files::commits(&self.table.dir.join(LOG_DIR))? {
            if version <= self.version() {
                let of_commit = log_files::named(&path)?;
                named.extend(of_commit.added.into_iter().chain(of_commit.removed));
            }
        }
        Ok(named)
    }
}

fn is_of_missing_file(error: &StoreError) -> bool {
    match error {
        StoreError::Io { source, .. } => source.kind() == ErrorKind::NotFound,
        StoreError::Delta { source, .. } => matches!(**source, KernelError::FileNotFound(_)),
        _ => false,
    }
}

/// Whether a copy is whole: it opens at the version, and every data file of it is there.
///
/// # Errors
/// [`StoreError`] if it is not.
pub fn check(copy: &Path, version: u64) -> Result<(), StoreError> {
    let table = Table::open(copy)?;
    let snapshot = table.snapshot(None)?;
    if snapshot.version() != version {
        return Err(StoreError::NoVersion { path: copy.to_path_buf(), version });
    }
    for file in table.live_files(&snapshot, None)? {
        std::fs::metadata(&file.path).map_err(StoreError::io(&file.path))?;
    }
    Ok(())
}

/// Copies the files of a directory that are wanted; not what stands in directories below.
fn copy_files(
    from: &Path,
    to: &Path,
    is_wanted: impl Fn(&Path) -> bool,
    copied: &mut Copied,
) -> Result<(), StoreError> {
    for entry in std::fs::read_dir(from).map_err(StoreError::io(from))? {
        let path = entry.map_err(StoreError::io(from))?.path();
        if path.is_file() && is_wanted(&path) {
            copy_file(&path, to, copied)?;
        }
    }
    Ok(())
}

fn copy_data_file(path: &Path, to: &Path, copied: &mut Copied) -> Result<(), StoreError> {
    let digest = copy_file(path, to, copied)?.to_hex();
    let stem = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    // A file of another program is not named after its content.
    let is_digest = stem.len() == digest.len() && stem.bytes().all(|b| b.is_ascii_hexdigit());
    if is_digest && stem != digest.as_str() {
        return Err(StoreError::Damaged { path: path.to_path_buf() });
    }
    Ok(())
}

/// Copies a file, readable by its owner alone, and on the disk when this returns. The digest is of
/// the bytes that were read and written.
fn copy_file(path: &Path, to: &Path, copied: &mut Copied) -> Result<blake3::Hash, StoreError> {
    let place = to.join(path.file_name().unwrap_or_default());
    let mut from = File::open(path).map_err(StoreError::io(path))?;
    let mut written = || -> io::Result<blake3::Hash> {
        let mut file = File::create_new(&place)?;
        tighten_file(&place)?;
        let mut hasher = blake3::Hasher::new();
        let mut buffer = vec![0; CHUNK];
        loop {
            let n = from.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            hasher.update(&buffer[..n]);
            file.write_all(&buffer[..n])?;
            copied.bytes += n as u64;
        }
        file.sync_all()?;
        copied.files += 1;
        Ok(hasher.finalize())
    };
    written().map_err(StoreError::io(&place))
}
