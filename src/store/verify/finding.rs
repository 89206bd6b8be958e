//! What can be found, and what to do about each.

use crate::store::error::StoreError;
use std::path::{Path, PathBuf};

/// What is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Of which kind.
    pub kind: FindingKind,
    /// Where, inside the store.
    pub path: PathBuf,
    /// More of it: places and counts, never a value.
    pub detail: String,
}

/// Findings as they are made, with their paths inside the store.
pub(super) struct Findings<'a> {
    store: &'a Path,
    pub(super) found: Vec<Finding>,
}

impl<'a> Findings<'a> {
    /// None yet.
    pub(super) const fn of(store: &'a Path) -> Self {
        Self { store, found: Vec::new() }
    }

    pub(super) fn add(&mut self, kind: FindingKind, path: &Path, detail: impl Into<String>) {
        let path = path.strip_prefix(self.store).map_or_else(|_| path.into(), PathBuf::from);
        self.found.push(Finding { kind, path, detail: detail.into() });
    }

    /// Notes why a file cannot be read.
    pub(super) fn add_error(&mut self, kind: FindingKind, path: &Path, error: &StoreError) {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        let column = match error {
            StoreError::Corrupt { column, .. } => Some(format!("column {column}")),
            _ => None,
        };
        let detail = column.or(cause).unwrap_or_default();
        self.add(kind, path, detail.lines().next().unwrap_or_default());
    }
}

/// Declares the kinds: code, what it is, what to do.
macro_rules! kinds {
    ($($name:ident = $code:literal: $what:literal, $advice:literal;)*) => {
        /// Kinds of finding. The code is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum FindingKind {
            $(#[doc = $what] $name,)*
        }

        impl FindingKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code of the kind.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What it is.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $what,)* }
            }

            /// What to do about it.
            #[must_use]
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)* }
            }
        }
    };
}

kinds! {
    LogUnreadable = "log-unreadable": "the commit log cannot be read",
        "restore events/_delta_log from a backup";
    CommitMissing = "commit-missing": "a commit file is missing between others",
        "restore it from a backup; versions before it cannot be opened without";
    CommitUnreadable = "commit-unreadable": "a commit file does not have the shape of one",
        "restore it from a backup";
    FileMissing = "file-missing": "a data file that the log names is not there",
        "restore it from a backup; its name is the BLAKE3 of its bytes";
    FileChanged = "file-changed": "the bytes of a data file are not those it was named after",
        "restore it from a backup; its name is the BLAKE3 of its bytes";
    FileUnreadable = "file-unreadable": "a data file cannot be read as one",
        "restore it from a backup";
    WrongRowCount = "wrong-row-count": "a data file has more or fewer rows than the log says",
        "restore file and log from the same backup";
    WrongColumns = "wrong-columns": "a data file has other columns than the log",
        "another program wrote it: find out which, and restore the store from before";
    NotSorted = "not-sorted": "rows of a data file are out of order",
        "another program wrote it: `compact` sorts it, after you made sure that its events are right";
    WrongShare = "wrong-share": "a row stands in another share than its subject belongs to",
        "another program wrote it: restore the file from a backup";
    WrongContent = "wrong-content": "the digest of a row is not that of its event",
        "the row was changed by another program: restore the file from a backup";
    DuplicateEvent = "duplicate-event": "an event stands in the log more than once",
        "another program added it: restore the store from before, and ingest the files since again";
    ForeignFile = "foreign-file": "a file that is not of the store",
        "find out who put it there; move it elsewhere";
    LeftoverFile = "leftover-file": "a run that broke off has left a file",
        "`vacuum` removes it";
    WrongMode = "wrong-mode": "others than the owner may read or write it",
        "chmod 600 for a file, 700 for a folder";
    KeysStale = "keys-stale": "the index of keys names data files that are gone",
        "nothing: the next ingest makes it anew, which takes a reading of the store";
    KeysDamaged = "keys-damaged": "the index of keys cannot be read, or differs from the data files",
        "delete the folder keys; the next ingest makes it anew";
    AccountUnreadable = "account-unreadable": "the account of a source cannot be read",
        "restore it from a backup, or ingest the source again after deleting it";
    ErasuresUnreadable = "erasures-unreadable": "the record of those who were erased cannot be read",
        "restore erased.json from a backup: without it people who were erased come back";
    ErasureUnfinished = "erasure-unfinished": "an erasure broke off",
        "run `purge`, which finishes it; any ingest or run does as well";
}
