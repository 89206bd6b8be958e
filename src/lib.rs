//! Response curves by route and infusion number from de-identified ketamine events.

pub mod course;
pub mod curves;
pub mod event;
pub mod ingest;
pub mod privacy;
pub mod schema;
pub mod stats;
pub mod table;
