//! Data files: present, of the bytes they were named after, and nothing beside them. And modes.

use super::finding::{FindingKind, Findings};
use crate::store::data_file::ASIDE;
use crate::store::delta::{LOG_DIR, name_of};
use crate::store::error::StoreError;
use crate::store::leftovers;
use crate::store::log::EventLog;
use crate::store::vacuum::{self, GRACE};
use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::Path;

/// Looks at every file of the table.
pub(super) fn verify(
    log: &EventLog,
    now_us: i64,
    findings: &mut Findings<'_>,
) -> Result<(), StoreError> {
    let dir = &log.table.dir;
    let log_dir = dir.join(LOG_DIR);
    // Where a version in between cannot be opened, its files cannot be told from strangers; the
    // log has its own findings then.
    let first = log.table.first_version()?;
    let needed = log.needed(first, &log_dir).or_else(|_| log.data_files())?;
    for name in &needed {
        let path = dir.join(name);
        if !path.is_file() {
            findings.add(FindingKind::FileMissing, &path, "");
        } else if vacuum::is_data_file_name(name) {
            match digest(&path) {
                Ok(digest) if name.starts_with(digest.as_str()) => {}
                Ok(_) => findings.add(FindingKind::FileChanged, &path, size_of(&path)),
                Err(error) => {
                    findings.add(FindingKind::FileUnreadable, &path, error.to_string());
                }
            }
        }
    }
    let superseded = log.superseded(&log_dir, &needed).unwrap_or_default();
    for entry in std::fs::read_dir(dir).map_err(StoreError::io(dir))? {
        let path = entry.map_err(StoreError::io(dir))?.path();
        note_stranger(&path, now_us, [&needed, &superseded], findings)?;
    }
    for path in leftovers::find(dir.parent().unwrap_or(dir))? {
        if vacuum::is_older(&path, now_us, GRACE)? {
            findings.add(FindingKind::LeftoverFile, &path, "");
        }
    }
    Ok(())
}

fn note_stranger(
    path: &Path,
    now_us: i64,
    known: [&BTreeSet<String>; 2],
    findings: &mut Findings<'_>,
) -> Result<(), StoreError> {
    let name = name_of(path);
    let is_known = known.iter().any(|names| names.contains(&name));
    // Passing names are looked for in every folder of the store.
    if name == LOG_DIR || is_known || name.starts_with(ASIDE) {
        return Ok(());
    }
    if vacuum::is_data_file_name(&name) {
        if vacuum::is_older(path, now_us, GRACE)? {
            findings.add(FindingKind::LeftoverFile, path, "");
        }
    } else {
        findings.add(FindingKind::ForeignFile, path, "");
    }
    Ok(())
}

fn digest(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hasher.finalize().to_hex().to_string())
}

fn size_of(path: &Path) -> String {
    std::fs::metadata(path).map_or_else(|_| String::new(), |file| format!("{} bytes", file.len()))
}

/// Everything below the store is its owner's alone. The store's own folder may have been there
/// before, with the mode its owner gave it.
pub(super) fn verify_modes(store: &Path, findings: &mut Findings<'_>) -> Result<(), StoreError> {
    let mut todo = vec![store.to_path_buf()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(&dir).map_err(StoreError::io(&dir))? {
            let path = entry.map_err(StoreError::io(&dir))?.path();
            // A file of a run that works just now may be gone already.
            let Ok(metadata) = std::fs::symlink_metadata(&path) else { continue };
            if let Some(mode) = open_to_others(&metadata) {
                findings.add(FindingKind::WrongMode, &path, format!("mode {mode:03o}"));
            }
            if metadata.is_dir() {
                todo.push(path);
            }
        }
    }
    Ok(())
}

#[cfg(unix)]
fn open_to_others(metadata: &std::fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn open_to_others(_metadata: &std::fs::Metadata) -> Option<u32> {
    None
}
