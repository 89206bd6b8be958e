//! How those treated bore it: counted while their events are at hand.
//!
//! What single reports say is most of what is recorded, and no other table asks for it. So it is
//! counted as each person is folded, and not kept with the facts.

use super::cohort::first_course;
use super::settings::Analysis;
use super::{blood_pressure, dissociation, side_effects};
use crate::course::fold::FoldedSubject;

/// The counts of each table, of some subjects or of all.
#[derive(Debug, Default)]
pub struct Safety {
    /// Of `side_effects`.
    pub side_effects: side_effects::Counts,
    /// Of `dissociation`.
    pub dissociation: dissociation::Counts,
    /// Of `blood_pressure`.
    pub blood_pressure: blood_pressure::Counts,
}

impl Safety {
    /// Counts a subject's first course, if estimates may be of it.
    pub fn count(&mut self, folded: &FoldedSubject, analysis: &Analysis) {
        let first = first_course(&folded.facts, &analysis.filter).and_then(Result::ok);
        let Some((course, borne)) = first.zip(folded.tolerability.first()) else { return };
        self.side_effects.count(course, &borne.reports, analysis.horizon);
        self.dissociation.count(course, &borne.sessions, analysis.horizon);
        self.blood_pressure.count(course, &borne.sessions, analysis.horizon);
    }

    /// Adds what was counted of others.
    pub fn add(&mut self, others: Self) {
        self.side_effects.add(others.side_effects);
        self.dissociation.add(others.dissociation);
        self.blood_pressure.add(others.blood_pressure);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curves::fixture::{analysis, fold_people};
    use crate::table::Table;
    use std::ops::Range;

    fn counted(people: Range<u32>) -> Safety {
        let (analysis, mut safety) = (analysis(), Safety::default());
        fold_people(people, |folded| safety.count(&folded, &analysis));
        safety
    }

    fn tables(safety: Safety) -> [Table; 3] {
        [
            side_effects::side_effects(safety.side_effects),
            dissociation::dissociation(safety.dissociation),
            blood_pressure::blood_pressure(safety.blood_pressure),
        ]
    }

    #[test]
    fn what_is_counted_in_parts_adds_up_to_everyone() {
        // The twin counts all in one go.
        let mut in_parts = Safety::default();
        for first in (0..500).step_by(60) {
            in_parts.add(counted(first..500.min(first + 60)));
        }
        for (in_parts, at_once) in tables(in_parts).into_iter().zip(tables(counted(0..500))) {
            assert!(at_once.n_rows() > 0, "{}", at_once.name);
            assert_eq!(in_parts, at_once);
        }
    }
}
