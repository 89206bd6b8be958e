//! Course facts to estimates by route and infusion number. Layer 3.
//!
//! Facts are read once, in a stable order, into counts and exact sums; every table is made from
//! those. Nothing here knows about disclosure but [`disclose`], which every table passes.

pub mod cohort;
pub mod comparison;
pub mod completeness;
pub mod cumulative;
pub mod day_28;
pub mod disclose;
pub mod first_response;
pub mod flow;
pub mod level;
pub mod outside;
pub mod response;
pub mod route;
pub mod row;
pub mod settings;
pub mod tally;
pub mod time_to_response;
