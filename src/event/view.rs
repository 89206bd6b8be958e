//! Events as the fold looks at them, wherever their parts are held: in whole events, or still in the
//! columns they were read from.
//!
//! A view costs nothing to make: it holds what is small and points at what is not. What the fold
//! never asks for is not in it.

use super::code::{EffectsCapture, EndReason, Phase, PlanChange, Route};
use super::envelope::{Event, Logged};
use super::ids::{EventIdRef, OpenCode, Source};
use super::key::ContentDigest;
use super::kind::{
    CheckinSubmitted, CourseStarted, Data, Dose, Effect, EventCorrected, EventRetracted, EventType,
    Kind, MOST_EFFECTS, PlanAdjusted, SessionCompleted,
};
use super::list::List;
use super::number::{Int, Num};
use super::questionnaires::MeasuresView;
use super::time::{Moment, TimeBasis};
use super::vitals::{Reading, SUMMARY};
use std::cmp::Ordering;

/// An event of a known subject: all but where it was read.
#[derive(Debug, Clone, Copy)]
pub struct EventView<'a> {
    /// Site or system.
    pub source: &'a Source,
    /// Unique within the source.
    pub id: EventIdRef<'a>,
    /// When it happened.
    pub when: Moment,
    /// What the times of its source are.
    pub basis: TimeBasis,
    /// Digest of its canonical text.
    pub content: ContentDigest,
    /// What happened.
    pub kind: KindView<'a>,
}

/// What happened.
#[derive(Debug, Clone, Copy)]
pub enum KindView<'a> {
    /// Something clinical.
    Clinical(DataView<'a>),
    /// An earlier event was put right.
    Corrected(&'a EventCorrected),
    /// An earlier event was taken back.
    Retracted(&'a EventRetracted),
    /// Consent was withdrawn.
    Withdrawn,
}

/// What a clinical event says.
#[derive(Debug, Clone, Copy)]
pub enum DataView<'a> {
    /// A course of treatment was begun.
    CourseStarted(&'a CourseStarted),
    /// A session was completed.
    SessionCompleted(SessionView<'a>),
    /// A planned session did not happen.
    SessionMissed,
    /// A check-in was filled in.
    CheckinSubmitted(CheckinView<'a>),
    /// The plan was changed.
    PlanAdjusted(PlanView),
    /// The course was ended: why, where that is said.
    CourseEnded(Option<EndReason>),
}

/// What a session says.
#[derive(Debug, Clone, Copy)]
pub struct SessionView<'a> {
    /// Way of giving the drug.
    pub route: Route,
    /// Drug.
    pub drug: &'a OpenCode,
    /// Dose as given.
    pub dose: Option<Dose>,
    /// Body weight, kg.
    pub weight_kg: Option<Num<20, 400>>,
    /// Phase as the clinic declares it.
    pub phase: Option<Phase>,
    /// Number as the site counts.
    pub session_number: Option<Int<1, 999>>,
    /// Preparation or integration paired with this session.
    pub psychotherapy: Option<bool>,
    /// Vital signs; none read where nothing is said of them.
    pub vitals: VitalsView<'a>,
    /// Dissociation scale, and its total.
    pub dissociation: Option<(&'a OpenCode, Num<0, 1000>)>,
    /// Side effects.
    pub effects: EffectsView<'a>,
}

/// What a check-in says.
#[derive(Debug, Clone, Copy)]
pub struct CheckinView<'a> {
    /// Questionnaires.
    pub measures: MeasuresView<'a>,
    /// Side effects.
    pub effects: EffectsView<'a>,
}

/// What a change of the plan says.
#[derive(Debug, Clone, Copy)]
pub struct PlanView {
    /// What was changed.
    pub change: Option<PlanChange>,
    /// After which infusion.
    pub after_infusion: Option<Int<1, 999>>,
}

/// What a session or a check-in says of side effects.
#[derive(Debug, Clone, Copy)]
pub struct EffectsView<'a> {
    /// What was told.
    pub told: Option<&'a [Effect]>,
    /// How they were asked for.
    pub capture: Option<EffectsCapture>,
}

/// Readings of one session, in two parts that together hold each once.
#[derive(Debug, Clone, Copy, Default)]
pub struct VitalsView<'a> {
    /// Those that have a column of their own, in the order of [`SUMMARY`].
    pub summary: [Option<i32>; SUMMARY.len()],
    /// Any others, in the order of sign, moment, unit and value.
    pub others: &'a [Reading],
}

impl<'a> EventView<'a> {
    /// An event of the log.
    #[must_use]
    pub fn of(Logged { event, basis, content, .. }: &'a Logged) -> Self {
        let Event { source, id, when, kind, .. } = event;
        let kind = KindView::of(kind);
        Self { source, id: id.into(), when: *when, basis: *basis, content: *content, kind }
    }

    /// [`log_order`](super::envelope::log_order) of two events of the same subject.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        let key = |view: &Self| (view.when.micros, view.source, view.id, view.content);
        key(self).cmp(&key(other))
    }
}

impl<'a> KindView<'a> {
    /// That of a whole event.
    #[must_use]
    pub fn of(kind: &'a Kind) -> Self {
        match kind {
            Kind::Clinical(data) => Self::Clinical(DataView::of(data)),
            Kind::Corrected(correction) => Self::Corrected(correction),
            Kind::Retracted(retraction) => Self::Retracted(retraction),
            Kind::Withdrawn => Self::Withdrawn,
        }
    }

    /// What it says, if this is a clinical event.
    #[must_use]
    pub const fn data(&self) -> Option<&DataView<'a>> {
        if let Self::Clinical(data) = self { Some(data) } else { None }
    }
}

impl<'a> From<DataView<'a>> for KindView<'a> {
    fn from(data: DataView<'a>) -> Self {
        Self::Clinical(data)
    }
}

impl<'a> DataView<'a> {
    /// Those of a whole event.
    #[must_use]
    pub fn of(data: &'a Data) -> Self {
        match data {
            Data::CourseStarted(started) => Self::CourseStarted(started),
            Data::SessionCompleted(session) => Self::SessionCompleted(SessionView::of(session)),
            Data::SessionMissed(_) => Self::SessionMissed,
            Data::CheckinSubmitted(checkin) => Self::CheckinSubmitted(CheckinView::of(checkin)),
            Data::PlanAdjusted(plan) => Self::PlanAdjusted(PlanView::of(plan)),
            Data::CourseEnded(end) => Self::CourseEnded(end.reason),
        }
    }

    /// The type these are the data of.
    #[must_use]
    pub const fn event_type(&self) -> EventType {
        match self {
            Self::CourseStarted(_) => EventType::CourseStarted,
            Self::SessionCompleted(_) => EventType::SessionCompleted,
            Self::SessionMissed => EventType::SessionMissed,
            Self::CheckinSubmitted(_) => EventType::CheckinSubmitted,
            Self::PlanAdjusted(_) => EventType::PlanAdjusted,
            Self::CourseEnded(_) => EventType::CourseEnded,
        }
    }
}

impl<'a> SessionView<'a> {
    /// That of a whole session.
    #[must_use]
    pub fn of(session: &'a SessionCompleted) -> Self {
        let others = session.vitals.as_ref().map_or(&[][..], |vitals| vitals.readings());
        let dissociation = session.dissociation.as_ref();
        Self {
            route: session.route,
            drug: &session.drug,
            dose: session.dose,
            weight_kg: session.weight_kg,
            phase: session.phase,
            session_number: session.session_number,
            psychotherapy: session.psychotherapy,
            vitals: VitalsView { summary: [None; _], others },
            dissociation: dissociation.map(|scale| (&scale.instrument, scale.total)),
            effects: EffectsView::of(session.effects.as_ref(), session.effects_capture),
        }
    }
}

impl<'a> CheckinView<'a> {
    /// That of a whole check-in.
    #[must_use]
    pub fn of(checkin: &'a CheckinSubmitted) -> Self {
        let measures = checkin.measures.as_ref().map_or(&[][..], |list| list.as_slice());
        Self {
            measures: MeasuresView::Listed(measures),
            effects: EffectsView::of(checkin.effects.as_ref(), checkin.effects_capture),
        }
    }
}

impl PlanView {
    const fn of(plan: &PlanAdjusted) -> Self {
        Self { change: plan.change, after_infusion: plan.after_infusion }
    }
}

impl<'a> EffectsView<'a> {
    fn of(
        effects: Option<&'a List<Effect, MOST_EFFECTS>>,
        capture: Option<EffectsCapture>,
    ) -> Self {
        Self { told: effects.map(List::as_slice), capture }
    }
}
