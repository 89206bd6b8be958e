//! The append-only log of events: a Delta Lake table, one row an event.
//!
//! Layer 2, may import `event` and `privacy`.
//!
//! ```text
//! <store>/lock                     who is working on the store, if anyone
//! <store>/keys/                    digests of every key, made from the data files ([`keys`])
//! <store>/history.ndjson           history of versions whose commit files are gone (`kept_history.rs`)
//! <store>/erased.json              whom the store has erased, as keyed digests ([`erased`])
//! <store>/subject-key.json         which key the store was begun with, if any (`key_check.rs`)
//! <store>/afterdose.format         which program may read and write the store ([`format`])
//! <store>/audit.ndjson             who did what to the store, and when ([`audit`])
//! <store>/events/<BLAKE3>.parquet  data files, named by their content, never changed; merged by
//!                                  [`compact`], removed by [`vacuum`] and [`erase`]
//! <store>/events/_delta_log/       one commit file a version: which data files are live; beside
//!                                  it a checksum, with which opening need not read the others
//! ```
//!
//! Invariants, each held by one file:
//!
//! - Only [`Deidentified`](crate::privacy::gate::Deidentified) events are appended ([`append`]).
//! - A batch becomes visible whole or not at all: one commit, which also marks the source files it
//!   was read from as taken. Losing the race for a version is a value, not an error.
//! - [`columns`] is the only mapping between events and rows, and loses nothing.
//! - Rows of a data file are sorted by share, subject, time, source and id. A share is a small
//!   number from a hash of the subject ([`share`]), so that a share of the subjects can be read
//!   without the rest ([`scan`]).
//! - The commit log names no subject: statistics are kept of `share` and `time` alone, and a
//!   source file is known by its digest, because its path may carry a name (`delta.rs`).
//! - No value of a file or of the log is trusted: what does not fit the vocabulary is an error
//!   naming the file and the column, never the value.

pub mod append;
pub mod audit;
pub mod backup;
mod brought;
pub mod columns;
pub mod compact;
mod data_file;
mod delta;
pub mod disk;
pub mod erase;
pub mod erased;
pub mod error;
pub mod format;
pub mod history;
mod kept_history;
pub mod key_check;
pub mod keys;
pub mod leftovers;
pub mod lock;
pub mod log;
mod log_files;
mod rewrite;
pub mod row;
pub mod scan;
pub mod share;
pub mod vacuum;
pub mod verify;
mod withdrawn;

#[cfg(test)]
mod tests;
