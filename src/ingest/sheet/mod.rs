//! Sheets: CSV and Parquet files to records, by a mapping.
//!
//! | step | file | outcome |
//! |---|---|---|
//! | a mapping, as written and as used | [`spec`], [`mapping`], [`field`] | columns, paths, words and units that exist and fit |
//! | bytes to rows | [`decode`], [`csv`], [`parquet`] | a row of the mapped cells, or `ragged-row`, `line-too-long` |
//! | which columns | [`row`] | a file that fits the mapping, or none at all |
//! | a cell to a value | [`cell`], [`unit`](mod@unit), [`clock`] | a value of the field's own kind, or why not |
//! | a row to records | [`make`] | the JSON of each event, checked |
//! | all of it | [`reader`] | blocks of records |
//!
//! From there a record goes the way of a line of NDJSON: the same checks, the same gate, the same
//! account. A record of a sheet is an event that the mapping makes of a row, so a row of a wide
//! sheet may be several. Columns that nobody mapped are never read into anything.
//!
//! [`propose`] writes a first mapping for a file from what [`sniff`], [`recognise`] and [`visits`]
//! find in its first rows; [`survey`] says what a mapping makes of a file. [`shipped`] are the
//! mappings that come with the program.

pub mod cell;
pub mod clock;
pub mod csv;
pub mod decode;
pub mod field;
pub mod make;
pub mod mapping;
pub mod parquet;
pub mod propose;
pub mod reader;
pub mod recognise;
pub mod row;
pub mod shipped;
pub mod sniff;
pub mod spec;
pub mod survey;
pub mod target;
pub mod unit;
pub mod visits;
