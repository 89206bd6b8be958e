//! Events of a subject to course facts: resolve first, then fold. Layer 2.
//!
//! Any order and any batching of arrivals gives the same facts: events are put in the order of
//! (time, source, id), and whatever one event says about another is settled before the fold.
//! Nothing fails here: an odd history is an [`anomaly::Anomaly`].

pub mod account;
pub mod anomaly;
pub mod assess;
pub mod by_instrument;
pub mod dose;
pub mod fact;
pub mod few;
pub mod fold;
pub mod order;
pub mod resolve;
pub mod settings;
pub mod stray;
pub mod table;
pub mod tolerability;

use crate::event::envelope::Logged;
use fact::SubjectFacts;
use fold::{FoldContext, fold_subject};
use rayon::prelude::*;

/// Folds events ordered by subject; the facts come in the same order.
#[must_use]
pub fn fold_subjects(events: &[&Logged], context: &FoldContext) -> Vec<SubjectFacts> {
    let of_one = |a: &&Logged, b: &&Logged| a.event.subject == b.event.subject;
    let subjects: Vec<&[&Logged]> = events.chunk_by(of_one).collect();
    subjects.par_iter().filter_map(|events| fold_subject(events, context)).collect()
}
