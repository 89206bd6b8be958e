//! How far a subject comes with their first course, as each instrument sees them.

use super::cohort::{Asked, Step};
use crate::course::fact::{Course, Later};

/// A subject with their first course, as one instrument sees them.
#[derive(Debug, Clone, Copy)]
pub struct Reached<'a> {
    /// The last step.
    pub step: Step,
    /// The scores of the first course after session 1.
    later: &'a [Later],
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
                Self { step, later: scores.map_or(&[], |scores| &scores.later) }
            }
            Err(step) => Self { step, later: &[] },
        }
    }

    /// Whether a score is due after an infusion: not where the baseline leaves no room to respond.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.step >= Step::Scorable
    }

    /// The positions of the infusions with a score that stands in the estimates, in order.
    pub fn scored(&self) -> impl Iterator<Item = usize> {
        self.later.iter().filter(|_| self.is_due()).filter_map(Later::position)
    }
}
