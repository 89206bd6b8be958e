//! The history of versions whose commit files are gone: a small file beside the log.
//!
//! ```text
//! <store>/history.ndjson    a commit a line, oldest first
//! ```

use super::disk::replace;
use super::error::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Name of the file inside a store.
const NAME: &str = "history.ndjson";

/// The rows kept; none before the first commit file went. `table` is the directory of the log.
pub(super) fn read<Row: DeserializeOwned>(table: &Path) -> Result<Vec<Row>, StoreError> {
    let path = table.with_file_name(NAME);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(StoreError::Io { path, source }),
    };
    let parse = |line| {
        serde_json::from_str(line)
            .map_err(|source| StoreError::CommitFile { path: path.clone(), source })
    };
    text.lines().map(parse).collect()
}

/// Puts rows in place of those kept before. On the disk when this returns.
pub(super) fn write<Row: Serialize>(table: &Path, rows: &[Row]) -> Result<(), StoreError> {
    let path = table.with_file_name(NAME);
    let written = replace(&path, |file| {
        let mut out = BufWriter::new(file);
        for row in rows {
            serde_json::to_writer(&mut out, row)?;
            out.write_all(b"\n")?;
        }
        out.flush()
    });
    written.map_err(StoreError::io(&path))
}
