//! Commit files: which there are, and which program wrote one.

use super::error::StoreError;
use std::path::{Path, PathBuf};

/// Commit files of the directory of a log by version: twenty digits, `.json`.
pub(super) fn commit_files(log: &Path) -> Result<Vec<(u64, PathBuf)>, StoreError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(log).map_err(StoreError::io(log))? {
        let path = entry.map_err(StoreError::io(log))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.extend(version_of(&path).map(|version| (version, path)));
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// The version a file of the log belongs to, from its name: twenty digits, then an ending.
pub(super) fn version_of(path: &Path) -> Option<u64> {
    let (digits, _) = path.file_name()?.to_str()?.split_once('.')?;
    let is_version = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_version)
}

/// The program that wrote the newest commit of a log, as it calls itself; `None` if no commit says.
pub(super) fn last_program(log: &Path) -> Option<String> {
    let (_, newest) = commit_files(log).ok()?.pop()?;
    let text = std::fs::read_to_string(newest).ok()?;
    let mut actions = text.lines().filter_map(|line| serde_json::from_str(line).ok());
    let program = |action: serde_json::Value| {
        action.pointer("/commitInfo/engineInfo")?.as_str().map(str::to_owned)
    };
    actions.find_map(program)
}
