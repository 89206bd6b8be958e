//! The format of a store: which program may read it and write to it.
//!
//! ```text
//! <store>/afterdose.format    {"format":1,"program":"afterdose/0.1.0"}
//! ```
//!
//! A program that writes what an older one could misread (a column, a code, a file beside the log)
//! counts [`FORMAT`] up, and says so here the first time it opens a store to write. An older one
//! then refuses the store before it reads or writes anything else of it. A store without the file
//! was written before there was one, and has format 1.

use super::delta::ENGINE_INFO;
use super::disk::replace;
use super::error::StoreError;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::Path;

/// What this program writes, and the highest it can read.
pub const FORMAT: u32 = 1;

/// Name of the file inside a store.
const NAME: &str = "afterdose.format";

#[derive(Debug, Serialize, Deserialize)]
struct Stated {
    format: u32,
    /// Who counted it up, as the commits name a program.
    program: String,
}

/// Whether this program may read and write a store, as far as the file says; a store that is not
/// there has no format.
///
/// # Errors
/// [`StoreError::Newer`] if a newer program wrote it; [`StoreError::Format`] if the file is none.
pub fn check(store_dir: &Path) -> Result<(), StoreError> {
    match read(store_dir)? {
        Some(Stated { format, program }) if format > FORMAT => Err(StoreError::Newer {
            path: store_dir.to_path_buf(),
            program: Some(program),
            what: format!("format {format} of the store"),
        }),
        _ => Ok(()),
    }
}

/// Says which format a store has from now on, where it does not say so yet.
pub(super) fn state(store_dir: &Path) -> Result<(), StoreError> {
    if read(store_dir)?.is_some_and(|stated| stated.format >= FORMAT) {
        return Ok(());
    }
    let path = store_dir.join(NAME);
    let stated = Stated { format: FORMAT, program: ENGINE_INFO.to_owned() };
    let written = replace(&path, |file| {
        serde_json::to_writer(&mut *file, &stated)?;
        file.write_all(b"\n")
    });
    written.map_err(StoreError::io(&path))
}

/// Removes what was said of a store that is not to be.
pub fn remove_file(store_dir: &Path) {
    let _ = std::fs::remove_file(store_dir.join(NAME));
}

fn read(store_dir: &Path) -> Result<Option<Stated>, StoreError> {
    let path = store_dir.join(NAME);
    match std::fs::read(&path) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).map(Some).map_err(|_| StoreError::Format { path })
        }
        // Also where the store itself is no directory; whoever opens it says so better.
        Err(error) if is_absent(&error) => Ok(None),
        Err(source) => Err(StoreError::Io { path, source }),
    }
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_says_its_format_and_a_higher_one_is_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join(NAME);
        assert!(check(dir.path()).is_ok(), "of before");
        state(dir.path()).expect("disk");
        let text = std::fs::read_to_string(&path).expect("a file");
        assert_eq!(text, format!("{{\"format\":{FORMAT},\"program\":\"{ENGINE_INFO}\"}}\n"));
        assert!(check(dir.path()).is_ok());

        let newer = "{\"format\":99,\"program\":\"afterdose/9.0.0\",\"more\":true}\n";
        std::fs::write(&path, newer).expect("disk");
        let said = check(dir.path()).expect_err("newer").to_string();
        assert!(said.contains("afterdose/9.0.0") && said.contains(ENGINE_INFO), "{said}");
        state(dir.path()).expect("disk");
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), newer, "never counted down");

        std::fs::write(&path, "{\"format\":0,\"program\":\"afterdose/0.0.1\"}").expect("disk");
        state(dir.path()).expect("disk");
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), text, "counted up");
        std::fs::write(&path, "format 1").expect("disk");
        assert!(matches!(check(dir.path()), Err(StoreError::Format { .. })));
    }
}
