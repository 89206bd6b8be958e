//! The files of the commit log, by what they are, and the data files that a commit names.

use super::error::StoreError;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What a file of the commit log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What a version changed: `N.json`.
    Commit,
    /// Sums over a version, with which opening need not read the others: `N.crc`.
    Checksum,
    /// All that a version is, so that earlier files need not be read: `N.checkpoint.parquet`, or
    /// with more between.
    Checkpoint,
    /// What a writer that broke off has left: its last name, and more behind it.
    Leftover,
}

/// A file of the commit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogFile {
    pub(super) version: u64,
    pub(super) kind: Kind,
    pub(super) path: PathBuf,
}

/// Name of the file that says which checkpoint is the newest.
pub(super) const LAST_CHECKPOINT: &str = "_last_checkpoint";

/// Digits of a version in the name of a file.
const DIGITS: usize = 20;

/// The files of a commit log whose names have a version in front, by version.
pub(super) fn list(log: &Path) -> Result<Vec<LogFile>, StoreError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(log).map_err(StoreError::io(log))? {
        let path = entry.map_err(StoreError::io(log))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some((version, kind)) = parse(name) else { continue };
        files.push(LogFile { version, kind, path });
    }
    files.sort_unstable_by(|a, b| (a.version, &a.path).cmp(&(b.version, &b.path)));
    Ok(files)
}

fn parse(name: &str) -> Option<(u64, Kind)> {
    let (version, rest) = name.split_once('.')?;
    let is_version = version.len() == DIGITS && version.bytes().all(|byte| byte.is_ascii_digit());
    let version = version.parse().ok().filter(|_| is_version)?;
    let kind = match rest {
        "json" => Kind::Commit,
        "crc" => Kind::Checksum,
        _ if rest.contains('#') => Kind::Leftover,
        _ if rest.starts_with("checkpoint.") => Kind::Checkpoint,
        _ => return None,
    };
    Some((version, kind))
}

/// Commit files by version.
pub(super) fn commits(log: &Path) -> Result<Vec<(u64, PathBuf)>, StoreError> {
    let files = list(log)?.into_iter().filter(|file| file.kind == Kind::Commit);
    Ok(files.map(|file| (file.version, file.path)).collect())
}

/// The data files that a commit names, as it names them.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) added: Vec<String>,
    pub(super) removed: Vec<String>,
}

#[derive(Deserialize)]
struct Line {
    add: Option<DataFile>,
    remove: Option<DataFile>,
}

#[derive(Deserialize)]
struct DataFile {
    path: String,
}

/// Reads the names of data files out of a commit file.
pub(super) fn named(commit: &Path) -> Result<Named, StoreError> {
    let text = std::fs::read_to_string(commit).map_err(StoreError::io(commit))?;
    let mut named = Named::default();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let line: Line = serde_json::from_str(line)
            .map_err(|source| StoreError::CommitFile { path: commit.to_path_buf(), source })?;
        named.added.extend(line.add.map(|file| file.path));
        named.removed.extend(line.remove.map(|file| file.path));
    }
    Ok(named)
}

/// The program that wrote the newest commit of a log, as it calls itself; `None` if no commit says.
pub(super) fn last_program(log: &Path) -> Option<String> {
    let (_, newest) = commits(log).ok()?.pop()?;
    let text = std::fs::read_to_string(newest).ok()?;
    let mut actions = text.lines().filter_map(|line| serde_json::from_str(line).ok());
    let program = |action: serde_json::Value| {
        action.pointer("/commitInfo/engineInfo")?.as_str().map(str::to_owned)
    };
    actions.find_map(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_names() {
        let of = |rest: &str| parse(&format!("00000000000000000042.{rest}"));
        assert_eq!(of("json"), Some((42, Kind::Commit)));
        assert_eq!(of("crc"), Some((42, Kind::Checksum)));
        assert_eq!(of("checkpoint.parquet"), Some((42, Kind::Checkpoint)));
        assert_eq!(of("checkpoint.5.json"), Some((42, Kind::Checkpoint)));
        assert_eq!(of("json#1"), Some((42, Kind::Leftover)));
        assert_eq!(of("notes"), None);
        assert_eq!(parse("42.json"), None);
        assert_eq!(parse(LAST_CHECKPOINT), None);
    }
}
