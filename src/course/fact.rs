//! What the fold knows of a subject and of each course; a line of documentation a field.

use super::account::Account;
use super::anomaly::Anomaly;
use super::by_instrument::ByInstrument;
use super::dose_rules::DoseFinding;
use super::event_ids::EventIds;
use super::stray::Stray;
use crate::event::code::{
    AgeBand, EndReason, Indication, PlanChange, Route, ScreeningDecision, Sex,
};
use crate::event::ids::{OpenCode, Source, Subject};
use crate::event::kind::CourseStarted;
use crate::event::number::Int;
use crate::event::score::Score;
use crate::event::time::TimeBasis;
use std::num::NonZeroU32;

/// Everything known of one subject who did not withdraw.
#[derive(Debug, Clone)]
pub struct SubjectFacts {
    /// Pseudonym.
    pub subject: Subject,
    /// Whether any clinical event of theirs counts.
    pub known: bool,
    /// Courses in time order.
    pub courses: Vec<Course>,
    /// The latest screening decision, if any.
    pub screening: Option<ScreeningDecision>,
    /// The contraindications named with it, in code order.
    pub contraindications: Vec<OpenCode>,
    /// What was odd.
    pub anomalies: Vec<Anomaly>,
    /// What became of every score, and of every session that stands in no course.
    pub account: Account,
    /// Of those, corrections and retractions whose target is not among their own events.
    pub strays: Vec<Stray>,
}

/// One course of treatment.
#[derive(Debug, Clone)]
pub struct Course {
    /// 1 for the subject's first course in the store.
    pub order: usize,
    /// Source of session 1: the site.
    pub site: Source,
    /// What the times of that source are.
    pub basis: TimeBasis,
    /// Route of session 1.
    pub route: Route,
    /// Drug of session 1.
    pub drug: OpenCode,
    /// Whether any later session has another route.
    pub switched: bool,
    /// The first stored session is declared maintenance or has a number above 1: the course began
    /// before the data.
    pub prevalent: bool,
    /// Why the course ended; `None` where no end is recorded.
    pub ended: Option<Ending>,
    /// Completed sessions in time order; infusion number is the position plus 1.
    pub infusions: Vec<Infusion>,
    /// Ids of their events, by position.
    pub ids: EventIds,
    /// How many of them, from the first, are induction.
    pub n_induction: usize,
    /// What was recorded at the start.
    pub profile: Profile,
    /// Whether psychotherapy was paired with an induction session; `None` if never said.
    pub psychotherapy: Option<bool>,
    /// Dose band of the first session.
    pub dose_band: DoseBand,
    /// Changes of the plan, in time order.
    pub plans: Vec<Plan>,
    /// Scores by instrument; instruments never scored are absent.
    pub scores: ByInstrument<Scores>,
}

/// A recorded end of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// Why, where it is said.
    pub reason: Option<EndReason>,
}

/// A change of the plan of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How many infusions of the course had been given by then.
    pub after: usize,
    /// What was changed, where it is said.
    pub change: Option<PlanChange>,
}

/// A completed session.
#[derive(Debug, Clone)]
pub struct Infusion {
    /// Start of dosing, in microseconds on the course's clock.
    pub start_us: i64,
    /// Route.
    pub route: Route,
    /// Drug, where it is another than the course's: hardly ever, and there are many infusions.
    pub other_drug: Option<Box<OpenCode>>,
    /// Source of the session event, where it is another than the course's.
    pub other_source: Option<Box<Source>>,
    /// What the dose is against those that are plausible.
    pub dose: DoseFinding,
    /// Whether a diastolic pressure was recorded that is not below its systolic one.
    pub pressures_reversed: bool,
    /// Whether a check-in followed in its time: after its start, at or before the next session, and
    /// not too late to count for it.
    pub checked_in: bool,
}

/// Infusions one after the other that are of one route and source.
#[derive(Debug, Clone, Copy)]
pub struct Stay<'a> {
    /// Route.
    pub route: Route,
    /// Source.
    pub source: &'a Source,
    /// The infusions; at least one.
    pub infusions: &'a [Infusion],
}

/// What was recorded when the course was started; all unknown where nothing was.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// Indications in code order; several form the level `multiple`, none `unknown`.
    pub indications: Vec<Indication>,
    /// Age band.
    pub age_band: Option<AgeBand>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Antidepressant trials that failed before.
    pub prior_failed_trials: Option<i64>,
}

/// Dose of the first session in bands: mg/kg for ketamine, the device's steps for esketamine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DoseBand {
    /// Below 0.4 mg/kg.
    Under04,
    /// 0.4 to below 0.6 mg/kg.
    From04,
    /// 0.6 to below 0.8 mg/kg.
    From06,
    /// 0.8 mg/kg and above.
    From08,
    /// 28 mg of esketamine.
    Mg28,
    /// 56 mg of esketamine.
    Mg56,
    /// 84 mg of esketamine.
    Mg84,
    /// Another dose of esketamine.
    OtherMg,
    /// No dose, or a dose in mg without a weight.
    Unknown,
}

impl DoseBand {
    /// The label of tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Under04 => "<0.4 mg/kg",
            Self::From04 => "0.4-0.6 mg/kg",
            Self::From06 => "0.6-0.8 mg/kg",
            Self::From08 => "0.8+ mg/kg",
            Self::Mg28 => "28 mg",
            Self::Mg56 => "56 mg",
            Self::Mg84 => "84 mg",
            Self::OtherMg => "other mg",
            Self::Unknown => "unknown",
        }
    }
}

/// Scores of one instrument in one course.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    /// The last score at or before session 1 and not too old.
    pub baseline: Option<Score>,
    /// The item about death or self-harm at the baseline, where the instrument has one and it was
    /// sent.
    pub baseline_item: Option<u8>,
    /// The last score after session 1, not later than day 28 and not too old on that day.
    pub day_28: Option<Score>,
    /// Every score after session 1, up to the start of the next course, in time order.
    pub later: Vec<Later>,
}

/// A score after session 1.
#[derive(Debug, Clone, Copy)]
pub struct Later {
    /// Microseconds since the start of session 1; above 0.
    pub since_first_us: i64,
    /// The score.
    pub score: Score,
    /// The number of the infusion it counts for; `None` where a later one of the same time does, or
    /// where it comes too late. No infusion has two.
    pub infusion: Option<NonZeroU32>,
    /// The item about death or self-harm, as at the baseline.
    pub item: Option<u8>,
}

/// The score that counts for an infusion.
#[derive(Debug, Clone, Copy)]
pub struct Assessment<'a> {
    /// Position of the infusion.
    pub position: usize,
    /// Microseconds since the start of that infusion.
    pub since_dose_us: i64,
    /// The score.
    pub scored: &'a Later,
}

impl Course {
    /// Start of session 1, in microseconds.
    #[must_use]
    pub fn first_us(&self) -> i64 {
        self.infusions.first().map_or(0, |infusion| infusion.start_us)
    }

    /// Drug of an infusion.
    #[must_use]
    pub fn drug_of<'a>(&'a self, infusion: &'a Infusion) -> &'a OpenCode {
        infusion.other_drug.as_deref().unwrap_or(&self.drug)
    }

    /// Source of an infusion: in a course treated at several sites not always the course's.
    #[must_use]
    pub fn source_of<'a>(&'a self, infusion: &'a Infusion) -> &'a Source {
        infusion.other_source.as_deref().unwrap_or(&self.site)
    }

    /// The infusions, by stays of one route and source.
    pub fn stays(&self) -> impl Iterator<Item = Stay<'_>> {
        let is_alike =
            |a: &Infusion, b: &Infusion| a.route == b.route && a.other_source == b.other_source;
        self.infusions.chunk_by(is_alike).map(|infusions| Stay {
            route: infusions[0].route,
            source: self.source_of(&infusions[0]),
            infusions,
        })
    }

    /// The scores of an instrument that count for an infusion, in the order of these.
    pub fn assessments<'a>(&'a self, scores: &'a Scores) -> impl Iterator<Item = Assessment<'a>> {
        let first_us = self.first_us();
        scores.later.iter().filter_map(move |scored| {
            let position = scored.position()?;
            let start_us = self.infusions.get(position)?.start_us;
            let since_dose_us = first_us + scored.since_first_us - start_us;
            Some(Assessment { position, since_dose_us, scored })
        })
    }

    /// The one of them that counts for the infusion at a position.
    #[must_use]
    pub fn assessment<'a>(&'a self, scores: &'a Scores, position: usize) -> Option<Assessment<'a>> {
        self.assessments(scores).find(|assessment| assessment.position == position)
    }

    /// Start of the last session, in microseconds.
    #[must_use]
    pub fn last_us(&self) -> i64 {
        self.infusions.last().map_or(0, |infusion| infusion.start_us)
    }
}

impl Profile {
    pub(super) fn of(started: &CourseStarted) -> Self {
        let indications = started.indications.as_ref();
        Self {
            indications: indications.map_or_else(Vec::new, |codes| codes.as_slice().to_vec()),
            age_band: started.age_band,
            sex: started.sex,
            prior_failed_trials: started.prior_failed_trials.map(Int::get),
        }
    }
}

impl Later {
    /// Position of the infusion it counts for.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        self.infusion.and_then(|number| usize::try_from(number.get() - 1).ok())
    }
}

impl Assessment<'_> {
    /// Hours since the start of that infusion.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a window of days in microseconds")]
    pub fn hours(&self) -> f64 {
        self.since_dose_us as f64 / crate::event::time::HOUR_US as f64
    }
}
