//! Response curves by route and infusion number from de-identified ketamine events.
//!
//! Data move one way, and the modules are the rooms they pass:
//!
//! ```text
//! source files > ingest ----------------------------> store > course > curves > charts > report
//!                read, upcast, validate, gate, dedupe  append  fold     quality
//! ```
//!
//! | layer | modules | own |
//! |---|---|---|
//! | 0 | [`event`], [`stats`], [`table`] | the vocabulary; numeric kernels; typed tables |
//! | 1 | [`schema`], [`privacy`], [`simulate`] | JSON Schemas; what may enter and leave; made-up people |
//! | 2 | [`ingest`], [`store`], [`course`] | files to events; the log; events to facts |
//! | 3 | [`curves`], [`quality`] | facts to estimates; odd histories |
//! | 4 | [`charts`] | estimates to figures, then SVG and PNG |
//! | 5 | [`report`] | one HTML file |
//! | 6 | [`pipeline`] | a run, from settings to publishing |
//! | 7 | [`cli`] | arguments, terminal, exit codes |
//!
//! A module imports only lower layers; a test holds the table.

pub mod charts;
pub mod cli;
pub mod course;
pub mod curves;
pub mod event;
pub mod ingest;
pub mod pipeline;
pub mod privacy;
pub mod quality;
pub mod report;
pub mod schema;
pub mod simulate;
pub mod stats;
pub mod store;
pub mod table;
