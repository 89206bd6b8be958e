//! What stops a run, each with what to do about it, and the exit code it means.

use crate::event::toml_file::nearest;
use std::path::PathBuf;

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The pipeline file or the arguments are wrong. Exit 2.
    #[error("{0}")]
    Usage(String),
    /// A named source cannot be opened, or nothing at all is usable. Exit 4.
    #[error("{0}")]
    NoInput(String),
    /// Nothing is usable because of identifiers. Exit 5.
    #[error("{0}")]
    OnlyIdentifiers(String),
    /// Another run holds the store. Exit 75.
    #[error("the store is held by another run ({holder}); try again later")]
    Busy {
        /// Who holds it and since when.
        holder: String,
    },
    /// A file or directory cannot be written. Exit 1.
    #[error("cannot write {path}: {error}; nothing was published")]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The store failed. Exit 1; 2 for a version that does not exist.
    #[error(transparent)]
    Store(#[from] crate::store::error::StoreError),
    /// Reading a source failed. Exit 4 if it cannot be read or does not fit its mapping, else 1.
    #[error(transparent)]
    Ingest(#[from] crate::ingest::error::IngestError),
    /// A table, chart or report could not be made. Exit 1.
    #[error("cannot make {what}: {error}")]
    Make {
        /// What.
        what: String,
        /// Why.
        error: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl PipelineError {
    /// The exit code of the contract.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        use crate::ingest::error::IngestError as I;
        use crate::store::error::StoreError as S;
        match self {
            Self::Usage(_) | Self::Store(S::Erased { .. } | S::NoVersion { .. }) => 2,
            Self::NoInput(_) | Self::Ingest(I::Unreadable { .. } | I::DoesNotFit { .. }) => 4,
            Self::OnlyIdentifiers(_) => 5,
            Self::Busy { .. } => 75,
            Self::Write { .. } | Self::Store(_) | Self::Ingest(_) | Self::Make { .. } => 1,
        }
    }

    /// Wraps an error of writing with its path.
    pub fn write(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |error| Self::Write { path, error }
    }

    /// Wraps an error of making something.
    pub fn make<E>(what: &str) -> impl FnOnce(E) -> Self + use<E>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let what = what.to_owned();
        move |error| Self::Make { what, error: error.into() }
    }
}

/// That a name is not known, with the nearest one that is.
pub(super) fn unknown<'a>(key: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    match nearest(name, known) {
        Some(known) => format!("{key}: `{name}` is not known; did you mean `{known}`?"),
        None => format!("{key}: `{name}` is not known"),
    }
}
