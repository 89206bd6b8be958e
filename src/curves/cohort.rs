//! Who is counted: the data cut of each source, which courses run, and the steps from everyone
//! known to everyone measured.

use super::settings::{Analysis, Filter};
use crate::course::assess::DAYS_COMPARED;
use crate::course::fact::{Course, Scores, SubjectFacts};
use crate::course::settings::FoldSettings;
use crate::event::code::ScreeningDecision;
use crate::event::ids::{OpenCode, Source};
use crate::event::instrument::Instrument;
use crate::event::score::Score;
use crate::event::time::whole_days;
use crate::event::vocabulary::Vocabulary;
use std::collections::BTreeMap;

/// Facts of everyone, and what is needed to read them.
#[derive(Debug, Clone, Copy)]
pub struct Cohort<'a> {
    /// Everyone who did not withdraw, in a stable order.
    pub subjects: &'a [SubjectFacts],
    /// Settings of the fold.
    pub fold: &'a FoldSettings,
    /// Settings of the estimates.
    pub analysis: &'a Analysis,
    /// Instruments and drugs.
    pub vocabulary: &'a Vocabulary,
    /// Data cut of each source with a calendar, in microseconds.
    pub cuts: &'a BTreeMap<Source, i64>,
}

/// The data cut of each source: its latest session or check-in, before any period or site filter;
/// or the setting, for every source.
#[must_use]
pub fn data_cuts(subjects: &[SubjectFacts], setting: Option<i64>) -> BTreeMap<Source, i64> {
    let mut cuts = BTreeMap::new();
    for (source, latest) in subjects.iter().flat_map(|facts| &facts.latest_us) {
        match cuts.get_mut(source) {
            Some(cut) => *cut = (*latest).max(*cut),
            None => drop(cuts.insert(source.clone(), *latest)),
        }
    }
    if let Some(setting) = setting {
        for cut in cuts.values_mut() {
            *cut = setting;
        }
    }
    cuts
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

    /// Whether the step comes before treatment, when nobody has a route yet.
    #[must_use]
    pub const fn is_before_treatment(self) -> bool {
        matches!(self, Self::Known | Self::NotScreenedOut)
    }
}

/// A course that stands in the estimates of one instrument.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The course.
    pub course: &'a Course,
    /// Its baseline, which leaves room to respond.
    pub baseline: Score,
    /// Its scores.
    pub scores: &'a Scores,
    /// How many infusions it has.
    pub n_infusions: usize,
    /// How many of them, from the first, are induction.
    pub n_induction: usize,
    /// Whether the course runs: no end recorded, and the last session within the gap of its
    /// source's data cut. A source without a calendar has no cut, and nothing runs there.
    pub running: bool,
    /// Whether it runs and its induction may go on.
    pub in_induction: bool,
    /// Whether day 28 has come: session 1 at least 28 whole days before the data cut. Always, where
    /// there is no calendar.
    pub reached_day_28: bool,
}

impl<'a> Cohort<'a> {
    /// The last step a subject reaches with their first course, for one instrument.
    #[must_use]
    pub fn last_step(&self, facts: &SubjectFacts, code: &OpenCode) -> Option<Step> {
        if !facts.known {
            return None;
        }
        let Some(course) = facts.courses.first() else {
            let out = matches!(
                facts.screening,
                Some(ScreeningDecision::Excluded | ScreeningDecision::Deferred)
            );
            return Some(if out { Step::Known } else { Step::NotScreenedOut });
        };
        Some(self.last_step_of(course, code))
    }

    fn last_step_of(&self, course: &Course, code: &OpenCode) -> Step {
        if !is_in_period(course, &self.analysis.filter) {
            return Step::Treated;
        }
        if course.prevalent {
            return Step::FirstCourseInPeriod;
        }
        let scores = course.scores.get(code);
        let Some(baseline) = scores.and_then(|scores| scores.baseline) else {
            return Step::NotPrevalent;
        };
        let instrument = self.vocabulary.instrument(code.as_str());
        if !instrument.is_some_and(|instrument| instrument.can_respond(baseline)) {
            return Step::WithBaseline;
        }
        if scores.is_some_and(|scores| scores.after.iter().any(Option::is_some)) {
            Step::ScoredAfterTreatment
        } else {
            Step::Scorable
        }
    }

    /// Every course that stands in the estimates of an instrument, first courses and later ones.
    pub fn members(
        &self,
        code: &'a OpenCode,
        instrument: &'a Instrument,
    ) -> impl Iterator<Item = Member<'a>> {
        let cohort = *self;
        let courses = self.subjects.iter().flat_map(|facts| &facts.courses);
        courses.filter_map(move |course| {
            if !is_in_period(course, &cohort.analysis.filter) || course.prevalent {
                return None;
            }
            let scores = course.scores.get(code)?;
            let baseline = scores.baseline.filter(|baseline| instrument.can_respond(*baseline))?;
            let cut = cohort.cut(course);
            let (running, in_induction) = cohort.running(course, cut);
            let days = cut.map(|cut| whole_days(course.first_us(), cut));
            let reached_day_28 = days.is_none_or(|days| days >= DAYS_COMPARED);
            Some(Member {
                course,
                baseline,
                scores,
                n_infusions: course.infusions.len(),
                n_induction: course.n_induction,
                running,
                in_induction,
                reached_day_28,
            })
        })
    }

    /// The first course of everyone treated in the period that did not begin before the data,
    /// whatever was measured: of all who reach [`Step::NotPrevalent`].
    pub fn treated(&self) -> impl Iterator<Item = &'a Course> {
        let filter = &self.analysis.filter;
        let known = self.subjects.iter().filter(|facts| facts.known);
        let first = known.filter_map(|facts| facts.courses.first());
        first.filter(move |course| is_in_period(course, filter) && !course.prevalent)
    }

    /// The data cut that holds for a course; `None` without a calendar.
    #[must_use]
    pub fn cut(&self, course: &Course) -> Option<i64> {
        self.cuts.get(&course.site).copied().filter(|_| course.basis.has_calendar())
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
