//! How far a subject comes with their first course, as each instrument sees them.

use super::cohort::{Asked, Step};
use crate::course::fact::{Assessment, Course};

/// A subject with their first course, as one instrument sees them.
#[derive(Debug, Clone, Copy)]
pub struct Reached<'a> {
    /// The last step.
    pub step: Step,
    /// The assessments of the first course, after each infusion.
    after: &'a [Option<Assessment>],
}

impl<'a> Reached<'a> {
    /// How far a subject comes whose first course is this, or who came to this step without one, as
    /// an instrument sees it.
    #[must_use]
    pub fn of(first: Result<&'a Course, Step>, (code, instrument): Asked) -> Self {
        match first {
            Ok(course) => {
                let scores = course.scores.get(code);
                let step = Step::of_scores(scores, instrument);
                Self { step, after: scores.map_or(&[], |scores| &scores.after) }
            }
            Err(step) => Self { step, after: &[] },
        }
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
