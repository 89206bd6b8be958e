//! What is asked of everyone: each subject once for all tables, while their facts are at hand.
//!
//! The facts of a person lie far apart, and to fetch them takes longer than to count them. So the
//! tables that begin with everyone known or treated do not each walk through all of them, and the
//! courses of every instrument are noted on the same walk.

use super::cohort::Cohort;
use super::part::Part;
use super::population::Population;
use super::progress::Reached;
use super::{completeness, flow, outside};
use crate::course::fact::SubjectFacts;
use rayon::prelude::*;

/// The counts of each table, of some subjects or of all.
pub struct Everyone<'a> {
    /// Of `cohort_flow`.
    pub flow: flow::Counts,
    /// Of `completeness`.
    pub completeness: completeness::Counts<'a>,
    /// Of `outside`.
    pub outside: outside::Counts<'a>,
    /// The courses in the estimates of each instrument, part by part in the order of the cohort.
    parts: Vec<Vec<Part<'a>>>,
}

/// Subjects counted in one go; the sums are the same however many.
const SUBJECTS_AT_ONCE: usize = 4_096;

impl<'a> Everyone<'a> {
    /// Everyone in a cohort.
    #[must_use]
    pub fn of(cohort: &Cohort<'a>) -> Self {
        let parts = cohort.subjects.par_chunks(SUBJECTS_AT_ONCE);
        let parts: Vec<Self> = parts.map(|subjects| Self::of_some(cohort, subjects)).collect();
        let mut all = Self::nobody(cohort);
        for part in parts {
            all.add(part);
        }
        all
    }

    /// Takes the courses out: the populations of the instruments, in table order.
    #[must_use]
    pub fn populations(&mut self) -> Vec<Population<'a>> {
        let parts = std::mem::take(&mut self.parts);
        parts.into_par_iter().filter_map(|parts| Population::of_parts(&parts)).collect()
    }

    fn nobody(cohort: &Cohort) -> Self {
        let n_instruments = cohort.analysis.instruments.len();
        Self {
            flow: flow::Counts::none(n_instruments),
            completeness: completeness::Counts::default(),
            outside: outside::Counts::none(n_instruments),
            parts: Vec::new(),
        }
    }

    fn of_some(cohort: &Cohort<'a>, subjects: &'a [SubjectFacts]) -> Self {
        let mut some = Self::nobody(cohort);
        let codes = cohort.analysis.instruments.iter();
        let nobody = |code| Part::nobody(cohort, code, subjects.len());
        let mut parts: Vec<Part> = codes.filter_map(nobody).collect();
        let mut reached = Vec::new();
        for facts in subjects {
            reached.clear();
            reached.extend(Reached::of(facts, cohort));
            some.flow.count(facts, &reached);
            some.completeness.count(cohort, facts, &reached);
            some.outside.count(cohort, facts, &reached);
            for part in &mut parts {
                part.take_in(cohort, facts);
            }
        }
        some.parts = parts.into_iter().map(|part| vec![part]).collect();
        some
    }

    fn add(&mut self, others: Self) {
        self.flow.add(others.flow);
        self.completeness.add(others.completeness);
        self.outside.add(others.outside);
        self.parts.resize_with(others.parts.len(), Vec::new);
        self.parts.iter_mut().zip(others.parts).for_each(|(own, others)| own.extend(others));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curves::fixture::Network;
    use crate::table::Table;

    fn tables(cohort: &Cohort, everyone: Everyone) -> [Table; 3] {
        [
            flow::cohort_flow(cohort, &everyone.flow),
            completeness::completeness(cohort, &everyone.completeness),
            outside::outside(cohort, &everyone.outside),
        ]
    }

    #[test]
    fn what_is_counted_in_parts_adds_up_to_everyone() {
        // The twin counts all in one go.
        let network = Network::made_up(500);
        let cohort = network.cohort();
        let mut in_parts = Everyone::nobody(&cohort);
        for subjects in cohort.subjects.chunks(60) {
            in_parts.add(Everyone::of_some(&cohort, subjects));
        }
        assert!(in_parts.parts.iter().all(|parts| parts.len() == 500_usize.div_ceil(60)));
        let in_parts = tables(&cohort, in_parts);
        let at_once = tables(&cohort, Everyone::of_some(&cohort, cohort.subjects));
        for (in_parts, at_once) in in_parts.into_iter().zip(at_once) {
            assert!(at_once.n_rows() > 0, "{}", at_once.name);
            assert_eq!(in_parts, at_once);
        }
    }
}
