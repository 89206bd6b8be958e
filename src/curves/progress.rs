//! How far everyone comes, for each instrument: asked once, for all tables that begin with everyone.

use super::cohort::{Cohort, Step};
use crate::course::fact::{Assessment, SubjectFacts};
use rayon::prelude::*;

/// A subject with their first course, as one instrument sees them.
#[derive(Debug, Clone, Copy)]
pub struct Reached<'a> {
    /// The last step.
    pub step: Step,
    /// The assessments of the first course, after each infusion.
    after: &'a [Option<Assessment>],
}

impl Reached<'_> {
    /// Whether there is a score after the infusion at a position that stands in the estimates;
    /// `None` where none is due, because the baseline leaves no room to respond.
    #[must_use]
    pub fn is_scored(&self, position: usize) -> Option<bool> {
        let score = self.after.get(position).is_some_and(Option::is_some);
        (self.step >= Step::Scorable).then_some(score)
    }
}

/// Everyone, in the order of the cohort.
pub struct Progress<'a> {
    subjects: &'a [SubjectFacts],
    n_instruments: usize,
    /// Subject by subject, each instrument in the order of the settings.
    reached: Vec<Option<Reached<'a>>>,
}

impl<'a> Progress<'a> {
    /// Of the subjects of a cohort, for the instruments of its settings.
    #[must_use]
    pub fn of(cohort: &Cohort<'a>) -> Self {
        let codes = &cohort.analysis.instruments;
        let of_subject = |facts: &'a SubjectFacts| {
            let first = facts.courses.first();
            codes.iter().map(move |code| {
                let step = cohort.last_step(facts, code)?;
                let scores = first.and_then(|course| course.scores.get(code));
                Some(Reached { step, after: scores.map_or(&[], |scores| &scores.after) })
            })
        };
        let reached = cohort.subjects.par_iter().flat_map_iter(of_subject).collect();
        Self { subjects: cohort.subjects, n_instruments: codes.len(), reached }
    }

    /// Each subject, and how far they come for each instrument; `None` for those not known.
    pub fn of_each(&self) -> impl Iterator<Item = (&'a SubjectFacts, &[Option<Reached<'a>>])> {
        // Without instruments there is nothing to say of anybody.
        self.subjects.iter().zip(self.reached.chunks(self.n_instruments.max(1)))
    }
}
