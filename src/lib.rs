//! Response curves by route and infusion number from de-identified ketamine events.

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
