//! Who is counted: the data cut of each source, which courses run, and the steps from everyone
//! known to everyone measured.

use super::adjustment::Adjustment;
use super::follow_up::End;
use super::lasting::{self, Lasted};
use super::settings::{Analysis, Filter};
use crate::course::assess::DAYS_COMPARED;
use crate::course::data_cuts::DataCuts;
use crate::course::fact::{Course, Infusion, Scores, SubjectFacts};
use crate::course::settings::FoldSettings;
use crate::course::subjects::Subjects;
use crate::event::code::{Route, ScreeningDecision};
use crate::event::ids::OpenCode;
use crate::event::instrument::Instrument;
use crate::event::score::Score;
use crate::event::time::whole_days;
use crate::event::vocabulary::Vocabulary;

/// The code of an instrument that is asked for, and the instrument where the run knows it.
pub type Asked<'a> = (&'a OpenCode, Option<&'a Instrument>);

/// Facts of everyone, and what is needed to read them.
#[derive(Debug, Clone, Copy)]
pub struct Cohort<'a> {
    /// Everyone who did not withdraw, in a stable order.
    pub subjects: &'a Subjects,
    /// Settings of the fold.
    pub fold: &'a FoldSettings,
    /// Settings of the estimates.
    pub analysis: &'a Analysis,
    /// Instruments and drugs.
    pub vocabulary: &'a Vocabulary,
    /// Data cut of each source.
    pub cuts: &'a DataCuts,
}

/// Why a person is not in an estimate, or that they are. The order is that of `cohort_flow`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// At least one clinical event counts.
    Known,
    /// Not deferred or excluded without ever being treated.
    NotScreenedOut,
    /// At least one completed session.
    Treated,
    /// The course began in the period, at one of the sites.
    FirstCourseInPeriod,
    /// The course did not begin before the data.
    NotPrevalent,
    /// There is a baseline of this instrument.
    WithBaseline,
    /// The baseline leaves room to respond.
    Scorable,
    /// At least one score after an infusion.
    ScoredAfterTreatment,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 8] = [
        Self::Known,
        Self::NotScreenedOut,
        Self::Treated,
        Self::FirstCourseInPeriod,
        Self::NotPrevalent,
        Self::WithBaseline,
        Self::Scorable,
        Self::ScoredAfterTreatment,
    ];

    /// The code of tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::NotScreenedOut => "not-screened-out",
            Self::Treated => "treated",
            Self::FirstCourseInPeriod => "first-course-in-period",
            Self::NotPrevalent => "not-prevalent",
            Self::WithBaseline => "with-baseline",
            Self::Scorable => "scorable",
            Self::ScoredAfterTreatment => "scored-after-treatment",
        }
    }

    /// Why people are lost at this step.
    #[must_use]
    pub const fn why(self) -> &'static str {
        match self {
            Self::Known => "-",
            Self::NotScreenedOut => "screened-out",
            Self::Treated => "no-session",
            Self::FirstCourseInPeriod => "outside-period",
            Self::NotPrevalent => "began-before-data",
            Self::WithBaseline => "no-baseline",
            Self::Scorable => "baseline-zero",
            Self::ScoredAfterTreatment => "never-scored",
        }
    }

    /// The last step of a course that estimates may be of, by its scores on an instrument.
    #[must_use]
    pub fn of_scores(scores: Option<&Scores>, instrument: Option<&Instrument>) -> Self {
        let scored = scores.and_then(|scores| Some((scores, scores.baseline?)));
        let Some((scores, baseline)) = scored else { return Self::NotPrevalent };
        match () {
            () if !instrument.is_some_and(|instrument| instrument.can_respond(baseline)) => {
                Self::WithBaseline
            }
            () if scores.later.iter().any(|later| later.infusion.is_some()) => {
                Self::ScoredAfterTreatment
            }
            () => Self::Scorable,
        }
    }

    /// Whether the step comes before treatment, when nobody has a route yet.
    #[must_use]
    pub const fn is_before_treatment(self) -> bool {
        matches!(self, Self::Known | Self::NotScreenedOut)
    }
}

/// A course that stands in the estimates of one instrument. Every table goes through all of them, so
/// that what it asks of a course stands here, in little room, and not far away in the facts.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The course.
    pub course: &'a Course,
    /// Whether it is the subject's first course.
    pub is_first: bool,
    /// Route of session 1.
    pub route: Route,
    /// Its baseline, which leaves room to respond.
    pub baseline: Score,
    /// The item about death or self-harm at the baseline.
    pub baseline_item: Option<u8>,
    /// The last score by day 28 that is not too old then.
    pub day_28: Option<Score>,
    /// Its scores.
    pub scores: &'a Scores,
    /// What was changed in its plan by infusion 2.
    pub adjustment: Adjustment,
    /// How many infusions it has.
    pub n_infusions: u32,
    /// How many of them, from the first, are induction.
    pub n_induction: u32,
    /// Microseconds from the start of session 1 to that of the last session.
    pub last_us: i64,
    /// The same to the last session of induction; 0 where there is none.
    pub last_of_induction_us: i64,
    /// The same to the data cut of its source; without a calendar 0.
    pub cut_us: i64,
    /// Whether the course runs: no end recorded, and the last session within the gap of its
    /// source's data cut. A source without a calendar has no cut, and nothing runs there.
    pub running: bool,
    /// Whether it runs and its induction may go on.
    pub in_induction: bool,
    /// Whether day 28 has come: session 1 at least 28 whole days before the data cut. Always, where
    /// there is no calendar.
    pub reached_day_28: bool,
    /// What ended the first response to an infusion within the horizon.
    pub on_treatment: Option<Lasted>,
    /// The same as far as induction goes.
    pub on_induction: Option<Lasted>,
    /// What ended a response after the last infusion of induction, where that is over.
    pub after_induction: Option<End>,
}

/// A course that estimates may be of, with what every instrument sees of it as a [`Member`] has it.
#[derive(Debug, Clone, Copy)]
pub struct Eligible<'a> {
    /// The course.
    pub course: &'a Course,
    /// The data cut of its source, in microseconds; `None` without a calendar.
    pub cut_us: Option<i64>,
    last_us: i64,
    last_of_induction_us: i64,
    running: bool,
    in_induction: bool,
    reached_day_28: bool,
    horizon: usize,
}

impl<'a> Eligible<'a> {
    /// Whether induction is all there is of the course, so that every stratum sees the same of it.
    #[must_use]
    pub fn is_induction(&self) -> bool {
        self.course.n_induction == self.course.infusions.len() && self.in_induction == self.running
    }

    /// The course as it stands in the estimates of an instrument; `None` if it does not.
    #[must_use]
    pub fn member(&self, code: &OpenCode, instrument: &Instrument) -> Option<Member<'a>> {
        let course = self.course;
        let scores = course.scores.get(code)?;
        let baseline = scores.baseline.filter(|baseline| instrument.can_respond(*baseline))?;
        let responds = |score| instrument.is_response(baseline, score) == Some(true);
        let is_over = !self.in_induction;
        let lasted = |n_infusions| {
            lasting::on_treatment(course, scores, n_infusions, self.horizon, responds)
        };
        let n_infusions = course.infusions.len();
        let on_treatment = lasted(n_infusions);
        let is_all_induction = course.n_induction == n_infusions;
        let on_induction = if is_all_induction { on_treatment } else { lasted(course.n_induction) };
        let after_induction = || lasting::after_induction(course, scores, responds);
        Some(Member {
            course,
            is_first: course.order == 1,
            route: course.route,
            baseline,
            baseline_item: scores.baseline_item,
            day_28: scores.day_28,
            scores,
            adjustment: Adjustment::of(&course.plans),
            n_infusions: lasting::infusions(n_infusions),
            n_induction: lasting::infusions(course.n_induction),
            last_us: self.last_us,
            last_of_induction_us: self.last_of_induction_us,
            cut_us: self.cut_us.map_or(0, |cut_us| cut_us - course.first_us()),
            running: self.running,
            in_induction: self.in_induction,
            reached_day_28: self.reached_day_28,
            on_treatment,
            on_induction,
            after_induction: is_over.then(after_induction).flatten(),
        })
    }
}

/// The first course of a subject, if estimates may be of it, whatever was measured; else the last
/// step they reach. `None` for one who is not known.
#[must_use]
pub fn first_course<'a>(
    facts: &'a SubjectFacts,
    filter: &Filter,
) -> Option<Result<&'a Course, Step>> {
    if !facts.known {
        return None;
    }
    let Some(course) = facts.courses.first() else {
        let out = matches!(
            facts.screening,
            Some(ScreeningDecision::Excluded | ScreeningDecision::Deferred)
        );
        return Some(Err(if out { Step::Known } else { Step::NotScreenedOut }));
    };
    Some(match () {
        () if !is_in_period(course, filter) => Err(Step::Treated),
        () if course.prevalent => Err(Step::FirstCourseInPeriod),
        () => Ok(course),
    })
}

impl<'a> Cohort<'a> {
    /// The last step a subject reaches with their first course, for one instrument; `None` for one
    /// who is not known.
    #[must_use]
    pub fn last_step(&self, facts: &SubjectFacts, code: &OpenCode) -> Option<Step> {
        let instrument = self.vocabulary.instrument(code.as_str());
        Some(match first_course(facts, &self.analysis.filter)? {
            Ok(course) => Step::of_scores(course.scores.get(code), instrument),
            Err(step) => step,
        })
    }

    /// The instruments in the order of the settings; `None` for one that the run does not know.
    #[must_use]
    pub fn instruments(&self) -> Vec<Asked<'a>> {
        let asked = |code: &'a OpenCode| (code, self.vocabulary.instrument(code.as_str()));
        self.analysis.instruments.iter().map(asked).collect()
    }

    /// Every course that stands in the estimates of an instrument, first courses and later ones.
    pub fn members(
        &self,
        code: &'a OpenCode,
        instrument: &'a Instrument,
    ) -> impl Iterator<Item = Member<'a>> {
        let cohort = *self;
        let courses = self.subjects.iter().flat_map(|facts| &facts.courses);
        courses.filter_map(move |course| cohort.eligible(course)?.member(code, instrument))
    }

    /// A course that estimates may be of, whatever was measured: it began in the period, and not
    /// before the data.
    #[must_use]
    pub fn eligible(&self, course: &'a Course) -> Option<Eligible<'a>> {
        if !is_in_period(course, &self.analysis.filter) || course.prevalent {
            return None;
        }
        let cut = self.cut(course);
        let (running, in_induction) = self.running(course, cut);
        let first_us = course.first_us();
        let days = cut.map(|cut| whole_days(first_us, cut));
        let since_first = |infusion: &Infusion| infusion.start_us - first_us;
        let of_induction = &course.infusions[..course.n_induction.min(course.infusions.len())];
        Some(Eligible {
            course,
            cut_us: cut,
            last_us: course.infusions.last().map_or(0, since_first),
            last_of_induction_us: of_induction.last().map_or(0, since_first),
            running,
            in_induction,
            reached_day_28: days.is_none_or(|days| days >= DAYS_COMPARED),
            horizon: self.analysis.horizon,
        })
    }

    /// The data cut that holds for a course; `None` without a calendar.
    fn cut(&self, course: &Course) -> Option<i64> {
        self.cuts.of(&course.site).filter(|_| course.basis.has_calendar())
    }

    /// Whether a course runs at its data cut, and whether its induction may go on.
    fn running(&self, course: &Course, cut: Option<i64>) -> (bool, bool) {
        let Some(cut) = cut.filter(|_| course.ended.is_none()) else { return (false, false) };
        let last = course.last_us();
        let running = whole_days(last, cut) <= self.fold.gap_days(course.route);
        let n = course.infusions.len();
        let rule = self.fold.induction(course.route);
        let open = course.n_induction == n && !rule.is_closed(n, course.first_us(), last, cut);
        (running, running && open)
    }
}

/// A period needs a calendar: without one a course is in no period.
fn is_in_period(course: &Course, filter: &Filter) -> bool {
    let has_period = filter.from_us.is_some() || filter.before_us.is_some();
    let dated = !has_period || course.basis.has_calendar();
    dated
        && filter.from_us.is_none_or(|from| course.first_us() >= from)
        && filter.before_us.is_none_or(|before| course.first_us() < before)
        && (filter.sites.is_empty() || filter.sites.contains(course.site.as_str()))
}
