//! What stops the store: a disk, a file or a table that is not as it must be.
//!
//! Every error names the path and says what to do. None carries a value of an event.

use arrow::error::ArrowError;
use delta_kernel::KernelError;
use parquet::errors::ParquetError;
use std::path::{Path, PathBuf};

/// What stops the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no store here.
    #[error("{}: no store here; check the path, or ingest a source to begin one", path.display())]
    Absent {
        /// Directory of the store.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{}: cannot be read or written; check that the disk has room and that you may write there", path.display())]
    Io {
        /// What was read or written.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The path cannot be written as a URL, as a Delta table needs.
    #[error("{}: cannot be the place of a store; choose an absolute path of valid UTF-8", path.display())]
    Place {
        /// Directory of the store.
        path: PathBuf,
    },
    /// The Delta log cannot be read or written.
    #[error("{}: the Delta table cannot be read or written; if the disk is sound, run `verify`", path.display())]
    Delta {
        /// Directory of the table.
        path: PathBuf,
        /// What the Delta kernel says.
        source: Box<KernelError>,
    },
    /// The commit could not be written, several times over, though nobody else wrote one.
    #[error("{}: the commit could not be written after {attempts} attempts; check the disk and run again", path.display())]
    CommitFailed {
        /// Directory of the table.
        path: PathBuf,
        /// How often it was tried.
        attempts: u32,
        /// Why the last attempt failed.
        source: Box<KernelError>,
    },
    /// A data file cannot be read or written.
    #[error("{}: the data file cannot be read or written; run `verify` to find what is damaged", path.display())]
    DataFile {
        /// The file.
        path: PathBuf,
        /// What the Parquet library says.
        source: Box<ParquetError>,
    },
    /// Columns could not be built.
    #[error("{}: rows could not be laid out in columns; this is a fault of the program, please report it", path.display())]
    Columns {
        /// The file concerned.
        path: PathBuf,
        /// What the Arrow library says.
        source: Box<ArrowError>,
    },
    /// The table has other columns than this program writes.
    #[error("{}: column `{column}` is not as this program writes it; use the version of afterdose that wrote the store", path.display())]
    Schema {
        /// The table or file.
        path: PathBuf,
        /// Name of the first column that differs.
        column: String,
    },
    /// A newer version of the program wrote the store.
    #[error(
        "{}: written by {}, with {what} that this version does not know; use that version of \
         afterdose or a newer one, this one is afterdose/{}; the events were left as they are",
        path.display(),
        program.as_deref().unwrap_or("a newer version of afterdose"),
        env!("CARGO_PKG_VERSION")
    )]
    Newer {
        /// Directory of the store or its table.
        path: PathBuf,
        /// The program, as it calls itself.
        program: Option<String>,
        /// What is not known.
        what: String,
    },
    /// What a store says of its format is damaged.
    #[error("{}: does not say the format of a store; restore the file from a backup", path.display())]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// A data file is not what its name says.
    #[error("{}: the content is not the one the file was named after; run `verify`, and restore the file from a backup", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// A row does not hold an event.
    #[error("{}: a value of column `{column}` is not of the vocabulary; the file was changed by another program, restore it from a backup", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Name of the column.
        column: &'static str,
    },
    /// A data file does not hold as many rows as the log says.
    #[error("{}: {found} rows where the log says {expected}; no file was replaced, run `verify` to find what is damaged", path.display())]
    Rows {
        /// The file.
        path: PathBuf,
        /// Rows by the log.
        expected: u64,
        /// Rows that are there.
        found: u64,
    },
    /// A commit file does not have the shape of one.
    #[error("{}: not a Delta commit file; restore it from a backup", path.display())]
    CommitFile {
        /// The file.
        path: PathBuf,
        /// Where it ceases to be one.
        source: serde_json::Error,
    },
    /// Another program deleted rows in a way this one does not write.
    #[error("{}: carries a deletion vector, which another program wrote; rewrite the table without deletion vectors", path.display())]
    DeletionVector {
        /// The data file.
        path: PathBuf,
    },
    /// What a store keeps to know its subject key again is damaged.
    #[error("{}: not the check value of a subject key; restore the file from a backup", path.display())]
    KeyCheck {
        /// The file.
        path: PathBuf,
    },
    /// What a store keeps of those it erased is damaged.
    #[error("{}: not the record of erasures; restore the file from a backup, or people who were erased come back", path.display())]
    Erasures {
        /// The file.
        path: PathBuf,
    },
    /// The version was removed so that people could be erased.
    #[error("{}: version {version} cannot be opened: people were erased at version {erased_at}, and nothing from before it is left", path.display())]
    Erased {
        /// Directory of the table.
        path: PathBuf,
        /// Version asked for.
        version: u64,
        /// Version of the last erasure.
        erased_at: u64,
    },
    /// There is no such version.
    #[error("{}: version {version} cannot be read: it does not exist, or was removed for good; see `history`", path.display())]
    NoVersion {
        /// Directory of the table.
        path: PathBuf,
        /// Version asked for.
        version: u64,
    },
}

impl StoreError {
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::Io { path, source }
    }

    pub(super) fn delta(path: &Path) -> impl FnOnce(KernelError) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::Delta { path, source: Box::new(source) }
    }

    pub(super) fn data_file(path: &Path) -> impl FnOnce(ParquetError) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::DataFile { path, source: Box::new(source) }
    }

    pub(super) fn columns(path: &Path) -> impl FnOnce(ArrowError) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::Columns { path, source: Box::new(source) }
    }
}
