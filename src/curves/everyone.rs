//! What is asked of everyone: each subject once for all tables, while their facts are at hand.
//!
//! The facts of a person lie far apart, and to fetch them takes longer than to count them. So the
//! tables that begin with everyone known or treated do not each walk past all of them, and the
//! courses of every instrument are noted on the same walk.

use super::cohort::{Asked, Cohort, first_course};
use super::part::{Part, Parts};
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
    /// The courses in the estimates of each instrument, part by part.
    parts: Vec<Vec<Part<'a>>>,
}

impl<'a> Everyone<'a> {
    /// Nobody yet.
    #[must_use]
    pub fn nobody(cohort: &Cohort) -> Self {
        let n_instruments = cohort.analysis.instruments.len();
        Self {
            flow: flow::Counts::none(n_instruments),
            completeness: completeness::Counts::default(),
            outside: outside::Counts::none(n_instruments),
            parts: Vec::new(),
        }
    }

    /// Adds what was counted of others.
    pub fn add(&mut self, others: Self) {
        self.flow.add(others.flow);
        self.completeness.add(others.completeness);
        self.outside.add(others.outside);
        self.parts.resize_with(others.parts.len(), Vec::new);
        self.parts.iter_mut().zip(others.parts).for_each(|(own, others)| own.extend(others));
    }

    /// Takes the courses out: the populations of the instruments, in table order.
    #[must_use]
    pub fn populations(&mut self, cohort: &Cohort) -> Vec<Population<'a>> {
        let parts = std::mem::take(&mut self.parts);
        let each = parts.into_par_iter().with_max_len(1);
        each.filter_map(|parts| Population::of_parts(cohort, &parts)).collect()
    }
}

/// A walk past some subjects, one after the other.
pub struct Walk<'a> {
    cohort: Cohort<'a>,
    instruments: Vec<Asked<'a>>,
    counts: Everyone<'a>,
    parts: Parts<'a>,
    /// How far the subject at hand comes, as each instrument sees it.
    reached: Vec<Option<Reached<'a>>>,
}

impl<'a> Walk<'a> {
    /// One past about so many.
    #[must_use]
    pub fn begin(cohort: &Cohort<'a>, n_subjects: usize) -> Self {
        let instruments = cohort.instruments();
        Self {
            counts: Everyone::nobody(cohort),
            parts: Parts::nobody(cohort, &instruments, n_subjects),
            cohort: *cohort,
            instruments,
            reached: Vec::new(),
        }
    }

    /// Counts subjects.
    pub fn visit(&mut self, subjects: impl IntoIterator<Item = &'a SubjectFacts>) {
        for facts in subjects {
            self.visit_one(facts);
        }
    }

    fn visit_one(&mut self, facts: &'a SubjectFacts) {
        let Self { cohort, instruments, counts, parts, reached } = self;
        let first = first_course(facts, &cohort.analysis.filter);
        reached.clear();
        reached.extend(instruments.iter().map(|asked| Some(Reached::of(first?, *asked))));
        counts.flow.count(facts, reached);
        counts.outside.count(cohort, facts, reached);
        let first = first.and_then(Result::ok);
        for eligible in facts.courses.iter().filter_map(|course| cohort.eligible(course)) {
            parts.take_in(cohort, &eligible);
            if first.is_some_and(|first| std::ptr::eq(first, eligible.course)) {
                counts.completeness.count(cohort, &eligible, reached);
            }
        }
    }

    /// What was counted.
    #[must_use]
    pub fn done(self) -> Everyone<'a> {
        let parts = self.parts.done().into_iter().map(|part| vec![part]).collect();
        Everyone { parts, ..self.counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curves::fixture::Network;
    use crate::table::Table;

    fn tables(cohort: &Cohort, everyone: &Everyone) -> [Table; 3] {
        [
            flow::cohort_flow(cohort, &everyone.flow),
            completeness::completeness(cohort, &everyone.completeness),
            outside::outside(cohort, &everyone.outside),
        ]
    }

    fn walk_past<'a>(cohort: &Cohort<'a>, subjects: &[&'a SubjectFacts]) -> Everyone<'a> {
        let mut walk = Walk::begin(cohort, 0);
        walk.visit(subjects.iter().copied());
        walk.done()
    }

    #[test]
    fn what_is_counted_in_parts_adds_up_to_everyone() {
        // The twin counts all in one go.
        let network = Network::made_up(500);
        let cohort = network.cohort();
        let mut in_parts = Everyone::nobody(&cohort);
        let everyone: Vec<_> = cohort.subjects.iter().collect();
        for subjects in everyone.chunks(60) {
            in_parts.add(walk_past(&cohort, subjects));
        }
        assert!(in_parts.parts.iter().all(|parts| parts.len() == 500_usize.div_ceil(60)));
        let in_parts = tables(&cohort, &in_parts);
        let at_once = tables(&cohort, &walk_past(&cohort, &everyone));
        for (in_parts, at_once) in in_parts.into_iter().zip(at_once) {
            assert!(at_once.n_rows() > 0, "{}", at_once.name);
            assert_eq!(in_parts, at_once);
        }
    }
}
