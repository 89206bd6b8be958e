//! What stops the reading of a source; a bad record never does.

use std::io;

/// A source that cannot be read, or a sink that cannot take what was read.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The file cannot be opened, or not read to its end to be recognised.
    #[error("source {label} cannot be read: {error}")]
    Unreadable {
        /// What the source is called.
        label: String,
        /// Why.
        error: io::Error,
    },
    /// The header of a sheet is not that of its mapping.
    #[error("source {label} does not fit the mapping {mapping}: {problem}")]
    DoesNotFit {
        /// What the source is called.
        label: String,
        /// What the mapping is called.
        mapping: String,
        /// What is missing; no header that the mapping does not name.
        problem: String,
    },
    /// The rows of a source do not add up: a defect of this program.
    #[error(
        "source {label}: {read} records read, but {accepted} accepted, {duplicate} duplicate and {rejected} rejected"
    )]
    DoesNotAddUp {
        /// What the source is called.
        label: String,
        /// Records read.
        read: u64,
        /// Of them accepted.
        accepted: u64,
        /// Of them duplicate.
        duplicate: u64,
        /// Of them rejected.
        rejected: u64,
    },
    /// Whoever takes the events failed.
    #[error(transparent)]
    Sink(#[from] Box<dyn std::error::Error + Send + Sync>),
}
