//! The one mapping between events and rows: every column by name, type and meaning.
//!
//! One row an event, typed columns, no text that would have to be parsed again. The columns of all
//! types of event stand side by side; those a type does not have are null in its rows. Parts of an
//! event that may be present and yet empty (`vitals`, `screening`) are struct columns, so that
//! absent and empty stay two things, and so are an absent list and an empty one.
//!
//! Columns are only ever added, and at the end: a table of an earlier version of the program gets
//! them with the next commit, and its rows, which are never rewritten, read as null there.
//!
//! A correction stands in the columns of the data it puts right: all its readings set the same
//! ones, so the columns give back every reading.

pub(super) mod arrays;
pub(super) mod cells;
mod coded;
pub(super) mod decode;
pub(super) mod encode;
mod entries;
pub(super) mod laid_out;
mod layout;
mod lists;
mod parts;
mod sparse;
mod whole;
mod whose;

pub use layout::{ADDED, COLUMNS, Column, SCHEMA};

pub(super) use coded::Bad;
