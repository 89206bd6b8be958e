//! The commit log: no version missing between others, and every commit file readable.

use super::finding::{FindingKind, Findings};
use crate::store::error::StoreError;
use crate::store::log_files::{self, Kind, LAST_CHECKPOINT, LogFile};
use crate::store::vacuum::{GRACE, is_older};
use std::path::Path;

pub(super) fn verify(
    log_dir: &Path,
    now_us: i64,
    findings: &mut Findings<'_>,
) -> Result<(), StoreError> {
    let files = log_files::list(log_dir)?;
    let commits: Vec<_> = files.iter().filter(|file| file.kind == Kind::Commit).collect();
    for commit in &commits {
        if let Err(error) = log_files::named(&commit.path) {
            findings.add_error(FindingKind::CommitUnreadable, &commit.path, &error);
        }
    }
    let checkpoint = files.iter().rfind(|file| file.kind == Kind::Checkpoint);
    let first = commits.first().map_or(0, |file| file.version);
    if first > 0 && checkpoint.is_none_or(|file| file.version < first) {
        let detail = format!("versions before {first}, and no checkpoint in their place");
        findings.add(FindingKind::CommitMissing, log_dir, detail);
    }
    for pair in commits.windows(2) {
        for version in pair[0].version + 1..pair[1].version {
            let path = log_dir.join(format!("{version:020}.json"));
            findings.add(FindingKind::CommitMissing, &path, format!("version {version}"));
        }
    }
    let last = commits.last().map_or(0, |file| file.version);
    let behind = |file: &&LogFile| file.version > last && file.kind != Kind::Leftover;
    if let Some(file) = files.iter().rfind(behind) {
        let detail = format!("a file of version {} is there", file.version);
        findings.add(FindingKind::CommitMissing, &file.path, detail);
    }
    for file in files.iter().filter(|file| file.kind == Kind::Leftover) {
        if is_older(&file.path, now_us, GRACE)? {
            findings.add(FindingKind::LeftoverFile, &file.path, "");
        }
    }
    for entry in std::fs::read_dir(log_dir).map_err(StoreError::io(log_dir))? {
        let path = entry.map_err(StoreError::io(log_dir))?.path();
        let is_known = files.iter().any(|file| file.path == path)
            || path.file_name().is_some_and(|name| name == LAST_CHECKPOINT);
        if !is_known {
            findings.add(FindingKind::ForeignFile, &path, "");
        }
    }
    Ok(())
}
