//! The courses of some subjects in the estimates of an instrument, in the order of the cohort, each
//! with its kind: what a population is put together from.

use super::cohort::{Cohort, Member};
use super::covariates::{PerCovariate, covariates};
use super::level::{Level, level_of};
use super::numbered::Numbered;
use super::settings::Stratum;
use super::standing::{Kind, strata};
use super::view::Observation;
use crate::course::fact::{Assessment, SubjectFacts};
use crate::event::ids::OpenCode;
use crate::event::instrument::Instrument;

/// Infusions of a course for which there is room from the start.
const INFUSIONS: usize = 8;

/// Courses of some subjects. Whatever lies far away in the facts is fetched here, once.
pub struct Part<'a> {
    pub(super) code: &'a OpenCode,
    pub(super) instrument: &'a Instrument,
    pub(super) members: Vec<Member<'a>>,
    /// Numbers of the levels of each member.
    pub(super) covariates: Vec<PerCovariate<u32>>,
    /// Number of the kind of each member.
    pub(super) kind_of: Vec<u32>,
    /// What was seen after each infusion, one member behind the other.
    pub(super) after: Vec<Option<Observation>>,
    /// Where that of each member begins, and where the last end.
    pub(super) begin: Vec<usize>,
    pub(super) strata: Vec<Stratum>,
    levels: [Numbered<Level<'a>>; Stratum::COUNT],
    covariate_levels: PerCovariate<Numbered<Level<'a>>>,
    kinds: Numbered<Kind<u32>>,
}

impl<'a> Part<'a> {
    /// Nobody yet, with room for the courses of so many subjects; `None` for an instrument the run
    /// does not know.
    #[must_use]
    pub fn nobody(cohort: &Cohort<'a>, code: &'a OpenCode, n_subjects: usize) -> Option<Self> {
        let mut begin = Vec::with_capacity(n_subjects + 1);
        begin.push(0);
        Some(Self {
            code,
            instrument: cohort.vocabulary.instrument(code.as_str())?,
            members: Vec::with_capacity(n_subjects),
            covariates: Vec::with_capacity(n_subjects),
            kind_of: Vec::with_capacity(n_subjects),
            after: Vec::with_capacity(n_subjects * INFUSIONS),
            begin,
            strata: strata(cohort),
            levels: Default::default(),
            covariate_levels: Default::default(),
            kinds: Numbered::default(),
        })
    }

    /// Takes in the courses of a subject.
    pub fn take_in(&mut self, cohort: &Cohort<'a>, facts: &'a SubjectFacts) {
        for course in &facts.courses {
            if let Some(member) = cohort.member(course, self.code, self.instrument) {
                self.push(cohort, member);
            }
        }
    }

    fn push(&mut self, cohort: &Cohort<'a>, member: Member<'a>) {
        let (course, instrument) = (member.course, self.instrument);
        let mut numbers = [None; Stratum::COUNT];
        for ((number, levels), stratum) in
            numbers.iter_mut().zip(&mut self.levels).zip(&self.strata)
        {
            if (member.order > 1) == (*stratum == Stratum::CourseOrder) {
                let level = level_of(*stratum, course, member.baseline, instrument, cohort);
                *number = level.map(|level| levels.number(level));
            }
        }
        self.kind_of.push(self.kinds.number(Kind::of(&member, numbers)));
        let of_each = covariates(&member, instrument, cohort);
        let mut numbers = [0; _];
        for ((number, levels), level) in
            numbers.iter_mut().zip(&mut self.covariate_levels).zip(of_each)
        {
            *number = levels.number(level);
        }
        self.covariates.push(numbers);
        let first_us = course.first_us();
        let after = course.infusions.iter().zip(&member.scores.after);
        self.after.extend(after.map(|(infusion, assessment)| {
            assessment.map(|Assessment { score, since_dose_us, item }| Observation {
                score,
                since_dose_us,
                since_first_us: infusion.start_us - first_us + since_dose_us,
                item,
                responds: instrument.is_response(member.baseline, score),
            })
        }));
        self.begin.push(self.after.len());
        self.members.push(member);
    }

    /// The kinds, by number.
    pub(super) fn kinds(&self) -> Vec<Kind<Level<'a>>> {
        let levels = self.levels.each_ref().map(Numbered::by_number);
        let named = |kind: Kind<u32>| {
            let level = |stratum: usize| Some(levels[stratum][kind.levels[stratum]? as usize]);
            kind.with_levels(std::array::from_fn(level))
        };
        self.kinds.by_number().into_iter().map(named).collect()
    }

    /// The levels of each covariate, by number.
    pub(super) fn covariate_levels(&self) -> PerCovariate<Vec<Level<'a>>> {
        self.covariate_levels.each_ref().map(Numbered::by_number)
    }
}
