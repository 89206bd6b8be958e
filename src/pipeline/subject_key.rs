//! The key of the second pseudonym: where it comes from, and whether it is that of the store.

use super::error::PipelineError;
use crate::privacy::erased::Erased;
use crate::privacy::gate::{Gate, WordSubjects};
use crate::privacy::pseudonym::SubjectKey;
use crate::store::key_check::{self, KeyMatch};
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Name of the environment variable that may hold the key.
pub const VARIABLE: &str = "AFTERDOSE_SUBJECT_KEY";

/// A longer file is no key but something else named by mistake.
const LONGEST_FILE: u64 = 1 << 16;

/// Where the key is, before anyone needs it. A variable beats the file of a pipeline.
#[derive(Clone, Default)]
pub struct KeySource {
    /// What the environment holds: 64 hexadecimal digits.
    pub variable: Option<String>,
    /// The file that the pipeline file names.
    pub file: Option<PathBuf>,
    /// Random bytes, for a store that is begun now.
    pub salt: [u8; 16],
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variable = self.variable.as_ref().map(|_| "..");
        let mut shown = f.debug_struct("KeySource");
        shown.field("variable", &variable).field("file", &self.file).finish_non_exhaustive()
    }
}

impl KeySource {
    /// The key; `None` where none is asked for.
    ///
    /// # Errors
    /// [`PipelineError::Usage`] if what should be a key is none, or may be read by others.
    pub fn load(&self) -> Result<Option<SubjectKey>, PipelineError> {
        if let Some(text) = &self.variable {
            let key = SubjectKey::from_hex(text).ok_or_else(|| {
                PipelineError::Usage(format!(
                    "{VARIABLE} is not a key: it must be 64 hexadecimal digits, not all the same"
                ))
            })?;
            return Ok(Some(key));
        }
        let Some(path) = &self.file else { return Ok(None) };
        let failed = |problem: String| {
            PipelineError::Usage(format!(
                "[privacy] subject_key_file: {} {problem}",
                path.display()
            ))
        };
        let file = File::open(path).map_err(|error| failed(format!("cannot be read: {error}")))?;
        if !is_private(&file).map_err(|error| failed(format!("cannot be read: {error}")))? {
            return Err(failed("may be read by others; make it private: chmod 600".into()));
        }
        let mut bytes = Vec::new();
        let read = file.take(LONGEST_FILE + 1).read_to_end(&mut bytes);
        read.map_err(|error| failed(format!("cannot be read: {error}")))?;
        let key = SubjectKey::from_bytes(&bytes).filter(|_| bytes.len() as u64 <= LONGEST_FILE);
        key.map(Some).ok_or_else(|| {
            failed(
                "is not a key: it must hold 64 hexadecimal digits, or 32 random bytes or more"
                    .into(),
            )
        })
    }

    /// The key, after making sure that it is the store's; a store without events is begun with it.
    ///
    /// # Errors
    /// [`PipelineError::Usage`] if the key is wrong, missing, or not expected.
    pub fn for_store(
        &self,
        store: &Path,
        is_empty: bool,
    ) -> Result<Option<SubjectKey>, PipelineError> {
        let key = self.load()?;
        match (key_check::compare(store, key.as_ref())?, &key) {
            (KeyMatch::Unexpected, Some(key)) if is_empty => {
                key_check::begin(store, key, &self.salt)?;
            }
            (found, _) => accept(found)?,
        }
        Ok(key)
    }
}

/// # Errors
/// [`PipelineError::Usage`] unless the key, or none, is as the store was begun.
pub fn accept(found: KeyMatch) -> Result<(), PipelineError> {
    let problem = match found {
        KeyMatch::Same => return Ok(()),
        KeyMatch::Other => {
            "the subject key is not the one this store was begun with: find the right one; a store \
             cannot change its key"
        }
        KeyMatch::Missing => {
            "this store was begun with a subject key, and none is given: name it as \
             [privacy] subject_key_file, or set AFTERDOSE_SUBJECT_KEY"
        }
        KeyMatch::Unexpected => {
            "this store was begun without a subject key, and one is given: leave it out, or begin \
             a new store"
        }
    };
    Err(PipelineError::Usage(format!("{problem}; nothing was written")))
}

/// The gate as a pipeline file, a key, and those whom the store erased make it.
#[must_use]
pub fn gate(word_subjects: bool, key: Option<SubjectKey>, erased: Option<Arc<Erased>>) -> Gate {
    let words = if word_subjects { WordSubjects::Random } else { WordSubjects::Names };
    Gate { key, words, erased }
}

#[cfg(unix)]
fn is_private(file: &File) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    const OTHERS: u32 = 0o077;
    Ok(file.metadata()?.permissions().mode() & OTHERS == 0)
}

#[cfg(not(unix))]
fn is_private(_file: &File) -> std::io::Result<bool> {
    Ok(true)
}
