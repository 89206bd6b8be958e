//! Events of a subject to course facts: resolve first, then fold. Layer 2.
//!
//! Any order and any batching of arrivals gives the same facts: events are put in the order of
//! (time, source, id), and whatever one event says about another is settled before the fold.
//! Nothing fails here: an odd history is an [`anomaly::Anomaly`].

pub mod account;
pub mod anomaly;
pub mod assess;
pub mod by_instrument;
pub mod data_cuts;
pub mod dose;
pub mod dose_rules;
pub mod event_ids;
pub mod fact;
pub mod few;
#[cfg(test)]
pub(crate) mod fixture;
pub mod fold;
pub mod order;
pub mod resolve;
pub mod settings;
pub mod stray;
pub mod subjects;
pub mod table;
pub mod tolerability;
