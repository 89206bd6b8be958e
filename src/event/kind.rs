//! What happened: the nine kinds of event, in the past tense, with typed fields.
//!
//! Absent is `None`; JSON `null` is a wrong type, so that nobody has to guess what it meant.
//! Fields outside the vocabulary are refused, so that nothing identifying can ride along.

use super::code::{
    AdjustReason, Administration, AgeBand, CheckinMode, DoseUnit, EffectTerm, EffectsCapture,
    EndReason, Indication, MissedReason, Phase, PlanChange, RetractReason, Route,
    ScreeningDecision, Severity, Sex,
};
use super::ids::{EventId, OpenCode};
use super::list::{CodeSet, List};
use super::number::{Amount, Int, Num};
use super::object::{data, objects};
use super::text::present;
use super::time::Moment;
use super::vitals::Vitals;
use serde::{Deserialize, Serialize};

objects! {
    CourseStarted, Screening, Dose, Dissociation, Effect, SessionCompleted, SessionMissed,
    Measure, CheckinSubmitted, PlanAdjusted, CourseEnded,
}

data! {
    /// A course of treatment was begun.
    CourseStarted {
        /// Why the person is treated; several together form the level `multiple`.
        indications: CodeSet<Indication>,
        /// Age, banded.
        age_band: AgeBand,
        /// Sex as recorded.
        sex: Sex,
        /// Antidepressant trials that failed before, 0-99.
        prior_failed_trials: Int<0, 99>,
        /// Route intended.
        planned_route: Route,
        /// Sessions intended, 1-200.
        planned_infusions: Int<1, 200>,
        /// Whether psychotherapy was to be paired.
        psychotherapy_planned: bool,
        /// Outcome of screening.
        screening: Screening,
    }
}

data! {
    /// Outcome of screening before treatment.
    Screening {
        /// Eligible, deferred or excluded.
        decision: ScreeningDecision,
        /// Why not; see the vocabulary for the codes.
        contraindications: CodeSet<OpenCode>,
    }
}

/// Most side effects of a session or a check-in.
pub const MOST_EFFECTS: usize = 50;
/// Most questionnaires of a check-in.
pub const MOST_MEASURES: usize = 20;
/// Most items of a questionnaire.
pub const MOST_ITEMS: usize = 100;

/// A dose as given.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Dose {
    /// Above 0, at most 1000.
    pub value: Amount,
    /// mg or mg/kg.
    pub unit: DoseUnit,
}

/// A dissociation scale after a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Dissociation {
    /// Scale, of the instrument table.
    pub instrument: OpenCode,
    /// Total, on that scale's range.
    pub total: Num<0, 1000>,
}

/// A side effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Effect {
    /// What.
    pub term: EffectTerm,
    /// How bad.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Minutes from the start of dosing until it began, at most seven days.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub onset_min: Option<Num<0, 10080>>,
    /// Minutes from the start of dosing until it was gone, at most seven days.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub resolved_min: Option<Num<0, 10080>>,
    /// Whether it was serious in the regulatory sense.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub serious: Option<bool>,
}

/// A session was completed: one infusion of the course.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct SessionCompleted {
    /// Way of giving the drug.
    pub route: Route,
    /// Ketamine, esketamine, or a drug the pipeline file adds.
    pub drug: OpenCode,
    /// Dose as given.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub dose: Option<Dose>,
    /// Body weight, kg.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub weight_kg: Option<Num<20, 400>>,
    /// Length of dosing, minutes.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub duration_min: Option<Num<0, 1440>>,
    /// Length of watching afterwards, minutes.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub monitoring_min: Option<Num<0, 1440>>,
    /// Phase as the clinic declares it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// Number as the site counts.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub session_number: Option<Int<1, 999>>,
    /// Preparation or integration paired with this session.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub psychotherapy: Option<bool>,
    /// Vital signs.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub vitals: Option<Vitals>,
    /// Dissociation scale.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub dissociation: Option<Dissociation>,
    /// Side effects, at most 50.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub effects: Option<List<Effect, MOST_EFFECTS>>,
    /// How side effects were asked for.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub effects_capture: Option<EffectsCapture>,
    /// Why the session was stopped early; see the vocabulary for the codes.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub stopped_early: Option<OpenCode>,
}

data! {
    /// A planned session did not happen.
    SessionMissed {
        /// Why.
        reason: MissedReason,
    }
}

/// Score of one item.
pub type Item = Int<0, 1000>;

/// One filled-in questionnaire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Measure {
    /// Which, of the instrument table.
    pub instrument: OpenCode,
    /// Total as reported, on the table's range.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub total: Option<Num<0, 1000>>,
    /// Every item in order. Where they and the total differ, the items count.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub items: Option<List<Item, MOST_ITEMS>>,
}

impl Measure {
    /// The scores of its items, where they are given.
    #[must_use]
    pub fn items(&self) -> Option<&[Item]> {
        self.items.as_ref().map(List::as_slice)
    }
}

data! {
    /// A check-in was filled in.
    CheckinSubmitted {
        /// Questionnaires, at most 20, each instrument once.
        measures: List<Measure, MOST_MEASURES>,
        /// Where.
        mode: CheckinMode,
        /// Side effects, at most 50.
        effects: List<Effect, MOST_EFFECTS>,
        /// How side effects were asked for.
        effects_capture: EffectsCapture,
        /// Patient Global Impression of Change: 1 very much improved to 7 very much worse.
        global_change: Int<1, 7>,
        /// Who answered, and how. Since version 2.
        administration: Administration,
        /// Days the questions asked about where that was not the instrument's own period, 0-365;
        /// 0 is now. Since version 2.
        recall_days: Int<0, 365>,
    }
}

data! {
    /// The plan of a course was changed.
    PlanAdjusted {
        /// Why.
        reason: AdjustReason,
        /// What.
        change: PlanChange,
        /// After which infusion, 1-999.
        after_infusion: Int<1, 999>,
    }
}

data! {
    /// A course was ended.
    CourseEnded {
        /// Why.
        reason: EndReason,
    }
}

/// An earlier event was put right.
///
/// Which type its target has is known only to the fold, so every reading that the data allow is
/// kept: `{"reason":"side-effects"}` may correct a course's end or a plan's adjustment.
#[derive(Debug, Clone, PartialEq)]
pub struct EventCorrected {
    /// Id of the event put right, of the same source.
    pub corrects: EventId,
    /// The whole right data, once for each type of event they are valid for; never empty.
    pub readings: Vec<Data>,
    /// The right time, where the time was wrong.
    pub when: Option<Moment>,
}

/// An earlier event was taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRetracted {
    /// Id of the event taken back, of the same source.
    pub retracts: EventId,
    /// Why, where it is said.
    pub reason: Option<RetractReason>,
}

/// Data of an event that a correction may put right.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Data {
    /// A course of treatment was begun.
    CourseStarted(CourseStarted),
    /// A session was completed.
    SessionCompleted(SessionCompleted),
    /// A planned session did not happen.
    SessionMissed(SessionMissed),
    /// A check-in was filled in.
    CheckinSubmitted(CheckinSubmitted),
    /// The plan was changed.
    PlanAdjusted(PlanAdjusted),
    /// The course was ended.
    CourseEnded(CourseEnded),
}

/// What happened. Closed: a new kind is a new version of this program.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Something clinical.
    Clinical(Data),
    /// An earlier event was put right.
    Corrected(EventCorrected),
    /// An earlier event was taken back.
    Retracted(EventRetracted),
    /// Consent was withdrawn: the subject is out of every figure.
    Withdrawn,
}

/// The nine types of the contract, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventType {
    /// `afterdose.course.started`
    CourseStarted,
    /// `afterdose.session.completed`
    SessionCompleted,
    /// `afterdose.session.missed`
    SessionMissed,
    /// `afterdose.checkin.submitted`
    CheckinSubmitted,
    /// `afterdose.plan.adjusted`
    PlanAdjusted,
    /// `afterdose.course.ended`
    CourseEnded,
    /// `afterdose.event.corrected`
    EventCorrected,
    /// `afterdose.event.retracted`
    EventRetracted,
    /// `afterdose.subject.withdrawn`
    SubjectWithdrawn,
}

impl EventType {
    /// Every type, in the order of the contract.
    pub const ALL: [Self; 9] = [
        Self::CourseStarted,
        Self::SessionCompleted,
        Self::SessionMissed,
        Self::CheckinSubmitted,
        Self::PlanAdjusted,
        Self::CourseEnded,
        Self::EventCorrected,
        Self::EventRetracted,
        Self::SubjectWithdrawn,
    ];

    /// The types whose data a correction may put right.
    pub const CLINICAL: [Self; 6] = [
        Self::CourseStarted,
        Self::SessionCompleted,
        Self::SessionMissed,
        Self::CheckinSubmitted,
        Self::PlanAdjusted,
        Self::CourseEnded,
    ];

    /// The name without its version.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CourseStarted => "afterdose.course.started",
            Self::SessionCompleted => "afterdose.session.completed",
            Self::SessionMissed => "afterdose.session.missed",
            Self::CheckinSubmitted => "afterdose.checkin.submitted",
            Self::PlanAdjusted => "afterdose.plan.adjusted",
            Self::CourseEnded => "afterdose.course.ended",
            Self::EventCorrected => "afterdose.event.corrected",
            Self::EventRetracted => "afterdose.event.retracted",
            Self::SubjectWithdrawn => "afterdose.subject.withdrawn",
        }
    }

    /// Reads a name without its version.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event_type| event_type.name() == name)
    }
}

impl Data {
    /// The type these are the data of.
    #[must_use]
    pub const fn event_type(&self) -> EventType {
        match self {
            Self::CourseStarted(_) => EventType::CourseStarted,
            Self::SessionCompleted(_) => EventType::SessionCompleted,
            Self::SessionMissed(_) => EventType::SessionMissed,
            Self::CheckinSubmitted(_) => EventType::CheckinSubmitted,
            Self::PlanAdjusted(_) => EventType::PlanAdjusted,
            Self::CourseEnded(_) => EventType::CourseEnded,
        }
    }
}

impl Kind {
    /// The type of the event.
    #[must_use]
    pub const fn event_type(&self) -> EventType {
        match self {
            Self::Clinical(data) => data.event_type(),
            Self::Corrected(_) => EventType::EventCorrected,
            Self::Retracted(_) => EventType::EventRetracted,
            Self::Withdrawn => EventType::SubjectWithdrawn,
        }
    }
}
