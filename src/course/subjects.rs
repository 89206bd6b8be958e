//! The facts of many subjects, held in parts as they were folded.

use super::fact::SubjectFacts;
use std::sync::Arc;

/// The facts of many subjects, some to a part. A part stays where it was made, so that others may look
/// at it while more come in.
#[derive(Debug, Clone, Default)]
pub struct Subjects(Vec<Arc<Vec<SubjectFacts>>>);

impl FromIterator<SubjectFacts> for Subjects {
    fn from_iter<I: IntoIterator<Item = SubjectFacts>>(facts: I) -> Self {
        Self(vec![Arc::new(facts.into_iter().collect())])
    }
}

impl Subjects {
    /// Adds a part behind the others.
    pub fn push(&mut self, part: Arc<Vec<SubjectFacts>>) {
        self.0.push(part);
    }

    /// Everyone, in order.
    pub fn iter(&self) -> impl Iterator<Item = &SubjectFacts> + Clone {
        self.0.iter().flat_map(|part| part.iter())
    }

    /// The parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[Arc<Vec<SubjectFacts>>] {
        &self.0
    }
}
