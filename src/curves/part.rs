//! The courses of some subjects in the estimates of each instrument, in the order of the cohort, each
//! with its kind: what populations are put together from.

use super::cohort::{Asked, Cohort, Eligible, Member};
use super::covariates::{COVARIATES, PerCovariate, fifth};
use super::level::{Level, level_of, severity};
use super::numbered::Numbered;
use super::settings::Stratum;
use super::standing::{Kind, strata};
use super::view::Observation;
use crate::course::fact::Assessment;
use crate::event::ids::OpenCode;
use crate::event::instrument::Instrument;

/// Infusions of a course for which there is room from the start.
const INFUSIONS: usize = 8;

/// The courses of some subjects in the estimates of an instrument.
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
    /// The kinds, by number.
    pub(super) kinds: Vec<Kind<Level<'a>>>,
    /// The levels of each covariate, by number.
    pub(super) covariate_levels: PerCovariate<Vec<Level<'a>>>,
}

/// Those of every instrument, while more and more courses are taken in. Whatever lies far away in the
/// facts is fetched here, once; and what is the same for every instrument is worked out once.
pub struct Parts<'a> {
    of_courses: OfCourses<'a>,
    of_each: Vec<OfInstrument<'a>>,
}

impl<'a> Parts<'a> {
    /// Nobody yet, with room for the courses of so many subjects. An instrument that the run does not
    /// know has no part.
    #[must_use]
    pub fn nobody(cohort: &Cohort, instruments: &[Asked<'a>], n_subjects: usize) -> Self {
        let of_courses = OfCourses::none(cohort);
        let of_each = instruments.iter().filter_map(|(code, instrument)| {
            Some(OfInstrument::nobody(code, (*instrument)?, &of_courses.strata, n_subjects))
        });
        Self { of_each: of_each.collect(), of_courses }
    }

    /// Takes in a course.
    pub fn take_in(&mut self, cohort: &Cohort, eligible: &Eligible<'a>) {
        let Self { of_courses, of_each } = self;
        let mut standing = None;
        for part in of_each {
            if let Some(member) = eligible.member(part.part.code, part.part.instrument) {
                let standing =
                    standing.get_or_insert_with(|| of_courses.standing(cohort, eligible));
                part.push(member, standing);
            }
        }
    }

    /// The parts, in the order of the instruments.
    #[must_use]
    pub fn done(self) -> Vec<Part<'a>> {
        let of_courses = self.of_courses.named();
        self.of_each.into_iter().map(|part| part.done(&of_courses)).collect()
    }
}

/// The one stratum, and covariate, whose level hangs on the instrument.
const OF_INSTRUMENT: Stratum = Stratum::BaselineSeverity;

/// Where a course stands whatever the instrument.
struct CourseStanding {
    /// Number of its kind, without the level of [`OF_INSTRUMENT`].
    kind: u32,
    /// Numbers of its levels, those of [`OF_INSTRUMENT`] aside.
    covariates: PerCovariate<u32>,
}

/// What courses are like whatever the instrument, numbered.
struct OfCourses<'a> {
    strata: Vec<Stratum>,
    levels: [Numbered<Level<'a>>; Stratum::COUNT],
    kinds: Numbered<Kind<u32>>,
    covariate_levels: PerCovariate<Numbered<Level<'a>>>,
}

impl<'a> OfCourses<'a> {
    fn none(cohort: &Cohort) -> Self {
        Self {
            strata: strata(cohort),
            levels: Default::default(),
            kinds: Numbered::default(),
            covariate_levels: Default::default(),
        }
    }

    fn standing(&mut self, cohort: &Cohort, eligible: &Eligible<'a>) -> CourseStanding {
        let course = eligible.course;
        let mut numbers = [None; Stratum::COUNT];
        for ((number, levels), stratum) in
            numbers.iter_mut().zip(&mut self.levels).zip(&self.strata)
        {
            if is_split_by(course.order, *stratum) {
                let level = level_of(*stratum, course, cohort);
                *number = level.map(|level| levels.number(level));
            }
        }
        let mut covariates = [0; _];
        for ((number, levels), covariate) in
            covariates.iter_mut().zip(&mut self.covariate_levels).zip(COVARIATES)
        {
            if let Some(level) = level_of(covariate, course, cohort) {
                *number = levels.number(level);
            }
        }
        CourseStanding { kind: self.kinds.number(Kind::of(eligible, numbers)), covariates }
    }

    /// The same by the names of the levels.
    fn named(&self) -> Named<'a> {
        let levels = self.levels.each_ref().map(Numbered::by_number);
        let named = |kind: Kind<u32>| {
            let level = |stratum: usize| Some(levels[stratum][kind.levels[stratum]? as usize]);
            kind.with_levels(std::array::from_fn(level))
        };
        Named {
            kinds: self.kinds.by_number().iter().copied().map(named).collect(),
            covariate_levels: self
                .covariate_levels
                .each_ref()
                .map(|levels| levels.by_number().to_vec()),
        }
    }
}

/// Kinds and covariates of courses, by number.
struct Named<'a> {
    kinds: Vec<Kind<Level<'a>>>,
    covariate_levels: PerCovariate<Vec<Level<'a>>>,
}

/// Whether courses of this order are split by a stratum: later ones stand in `course_order` alone.
fn is_split_by(order: usize, stratum: Stratum) -> bool {
    (order > 1) == (stratum == Stratum::CourseOrder)
}

/// The part of an instrument under way.
struct OfInstrument<'a> {
    part: Part<'a>,
    /// Where [`OF_INSTRUMENT`] stands among the strata, if it does.
    stratum: Option<usize>,
    severities: Numbered<Level<'a>>,
    /// By number of the kind of the course, and of the severity where it is split by that.
    kinds: Numbered<(u32, Option<u32>)>,
}

impl<'a> OfInstrument<'a> {
    fn nobody(
        code: &'a OpenCode,
        instrument: &'a Instrument,
        strata: &[Stratum],
        n_subjects: usize,
    ) -> Self {
        let mut begin = Vec::with_capacity(n_subjects + 1);
        begin.push(0);
        let part = Part {
            code,
            instrument,
            members: Vec::with_capacity(n_subjects),
            covariates: Vec::with_capacity(n_subjects),
            kind_of: Vec::with_capacity(n_subjects),
            after: Vec::with_capacity(n_subjects * INFUSIONS),
            begin,
            kinds: Vec::new(),
            covariate_levels: Default::default(),
        };
        let stratum = strata.iter().position(|stratum| *stratum == OF_INSTRUMENT);
        Self { part, stratum, severities: Numbered::default(), kinds: Numbered::default() }
    }

    fn push(&mut self, member: Member<'a>, standing: &CourseStanding) {
        let Self { part, stratum, severities, kinds } = self;
        let (course, instrument) = (member.course, part.instrument);
        let is_split = stratum.is_some() && is_split_by(course.order, OF_INSTRUMENT);
        let band = severity(member.baseline, instrument);
        let number = severities.number(band.unwrap_or_else(|| fifth(member.baseline, instrument)));
        let own = Some(number).filter(|_| is_split && band.is_some());
        part.kind_of.push(kinds.number((standing.kind, own)));
        part.covariates.push(std::array::from_fn(|at| match COVARIATES[at] {
            OF_INSTRUMENT => number,
            _ => standing.covariates[at],
        }));
        let begin = part.after.len();
        part.after.resize(begin + course.infusions.len(), None);
        for Assessment { position, since_dose_us, scored } in course.assessments(member.scores) {
            part.after[begin + position] = Some(Observation {
                score: scored.score,
                since_dose_us,
                item: scored.item,
                responds: instrument.is_response(member.baseline, scored.score),
            });
        }
        part.begin.push(part.after.len());
        part.members.push(member);
    }

    /// The part, its kinds and covariates by the names of their levels.
    fn done(self, of_courses: &Named<'a>) -> Part<'a> {
        let Self { mut part, stratum, severities, kinds } = self;
        let severities = severities.by_number();
        let named = |(kind, own): (u32, Option<u32>)| {
            let mut kind = of_courses.kinds[kind as usize];
            if let Some((stratum, own)) = stratum.zip(own) {
                kind.levels[stratum] = Some(severities[own as usize]);
            }
            kind
        };
        part.kinds = kinds.by_number().iter().copied().map(named).collect();
        part.covariate_levels = std::array::from_fn(|at| match COVARIATES[at] {
            OF_INSTRUMENT => severities.to_vec(),
            _ => of_courses.covariate_levels[at].clone(),
        });
        part
    }
}
