//! Course facts to estimates by route and infusion number. Layer 3.
//!
//! Facts are read once, in a stable order, into counts and exact sums; every table is made from
//! those. Nothing here knows about disclosure but [`disclose`], which every table passes.

pub mod additive;
pub mod adjusted;
mod adjustment;
pub mod arithmetic;
pub mod blood_pressure;
pub mod change;
pub mod cohort;
pub mod comparison;
pub mod completeness;
pub mod covariates;
pub mod cumulative;
pub mod day_28;
pub mod disclose;
pub mod dissociation;
pub mod durability;
pub mod everyone;
pub mod explain;
pub mod first_response;
#[cfg(test)]
mod fixture;
pub mod flow;
pub mod follow_up;
pub mod given;
pub mod go_on;
mod hours;
pub mod individual_change;
pub mod item_9;
pub mod landmark;
mod lasting;
pub mod level;
pub mod numbered;
pub mod onset;
pub mod outside;
pub mod part;
pub mod population;
pub mod progress;
pub mod response;
pub mod route;
pub mod row;
pub mod safety;
pub mod screening;
pub mod settings;
pub mod severity_shift;
pub mod side_effects;
pub mod standing;
pub mod time_on_treatment;
pub mod time_to_response;
pub mod view;
