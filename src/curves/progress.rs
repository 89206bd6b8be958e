//! How far a subject comes with their first course, as each instrument sees them.

use super::cohort::{Cohort, Step};
use crate::course::fact::{Assessment, SubjectFacts};

/// A subject with their first course, as one instrument sees them.
#[derive(Debug, Clone, Copy)]
pub struct Reached<'a> {
    /// The last step.
    pub step: Step,
    /// The assessments of the first course, after each infusion.
    after: &'a [Option<Assessment>],
}

impl<'a> Reached<'a> {
    /// For each instrument in the order of the settings, how far a subject comes; `None` for one who
    /// is not known.
    pub fn of(facts: &'a SubjectFacts, cohort: &Cohort<'a>) -> impl Iterator<Item = Option<Self>> {
        let first = facts.courses.first();
        cohort.analysis.instruments.iter().map(move |code| {
            let step = cohort.last_step(facts, code)?;
            let scores = first.and_then(|course| course.scores.get(code));
            Some(Self { step, after: scores.map_or(&[], |scores| &scores.after) })
        })
    }

    /// Whether there is a score after the infusion at a position that stands in the estimates;
    /// `None` where none is due, because the baseline leaves no room to respond.
    #[must_use]
    pub fn is_scored(&self, position: usize) -> Option<bool> {
        let score = self.after.get(position).is_some_and(Option::is_some);
        (self.step >= Step::Scorable).then_some(score)
    }

    /// How many scores after one of the first infusions stand in the estimates.
    #[must_use]
    pub fn n_scored(&self, horizon: usize) -> usize {
        let after = self.after.iter().take(horizon).filter(|_| self.step >= Step::Scorable);
        after.flatten().count()
    }
}
