//! A run: settings as written, plan as resolved, stages, manifest, publishing. Layer 6.
//!
//! ```text
//! spec > plan > intake > facts > estimates > charts, report > outputs
//! ```

pub mod accounts;
mod analysis;
pub mod as_of;
pub mod backup;
pub mod calendar;
pub mod counted;
pub mod describe;
pub mod diff;
pub mod error;
pub mod estimates;
pub mod explain;
mod fact_files;
pub mod facts;
pub mod figures;
pub mod full_tables;
pub mod intake;
pub mod manifest;
pub mod mappings;
pub mod mark;
pub mod outputs;
pub mod place;
pub mod plan;
pub mod progress;
pub mod render;
pub mod run;
pub mod spec;
pub mod subject_key;
pub mod upkeep;
pub mod waiting;
