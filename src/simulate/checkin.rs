//! When a person fills in questionnaires, and what they say.

use super::calendar::{MINUTE_US, awake};
use super::draw::{Draw, int, real, round};
use super::person::Person;
use super::site::Site;
use super::trajectory::{GAD_7, PAIN, PCL_5, PHQ_9, Scale, phq_9_with_items};
use crate::event::code::{CheckinMode, EffectTerm, EffectsCapture, Route, Severity};
use crate::event::kind::{CheckinSubmitted, Effect, MOST_EFFECTS};
use crate::event::list::List;
use crate::event::time::{DAY_US, HOUR_US};

/// When and where a check-in is filled in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Occasion {
    /// Microseconds since the epoch.
    pub(super) at: i64,
    pub(super) mode: CheckinMode,
}

/// How the person is on that occasion.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    /// Severity of the course, as a share of the person's first severity.
    pub(super) severity: f64,
    /// Relief since the start of the course, a share of that severity; `None` before treatment.
    pub(super) relief: Option<f64>,
}

/// Which questionnaires are filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Every one of the person's.
    Everything,
    /// The first always, the others now and then left out.
    AsUsual,
    /// Pain alone, which asks about the last day.
    Pain,
}

/// Share of check-ins after the first session in which a scale besides the PHQ-9 is filled in.
pub(super) const SHARE_OF_OTHERS: [(&Scale, f64); 3] =
    [(&GAD_7, 0.95), (&PCL_5, 0.5), (&PAIN, 0.9)];

/// A longer interval between sessions, in days, is maintenance: people answer from home, and some
/// once more before the next session.
const LONG_INTERVAL_DAYS: i64 = 10;

/// The occasion before the first session of a course: in the clinic shortly before it, or at home
/// within ten days, after the intake.
pub(super) fn before(site: &Site, draw: &mut Draw, intake: i64, session: i64) -> Occasion {
    let at_home = session - round(draw.between(0.3, 10.0) * real(DAY_US));
    let at = awake(site, draw, at_home).max(intake + 15 * MINUTE_US);
    if draw.chance(0.2) || at > session - HOUR_US {
        return in_clinic(draw, session);
    }
    Occasion { at, mode: CheckinMode::Remote }
}

/// The occasion after a session and before the next, if any: at home one to five days later, within
/// hours if the next is close, or in the clinic just before it.
pub(super) fn after(site: &Site, draw: &mut Draw, session: i64, next: Option<i64>) -> Occasion {
    let earliest = session + 4 * HOUR_US;
    let latest = session + 5 * DAY_US;
    let latest = next.map_or(latest, |next| latest.min(next - 2 * HOUR_US));
    let from = if latest > session + 2 * DAY_US { session + DAY_US } else { earliest };
    let at_home = from + round(draw.uniform() * real((latest - from).max(0)));
    let at = awake(site, draw, at_home);
    let soon = next.filter(|next| next - session <= LONG_INTERVAL_DAYS * DAY_US);
    match soon {
        Some(next) if draw.chance(0.25) || at > next - HOUR_US => in_clinic(draw, next),
        _ => Occasion { at: at.max(earliest), mode: CheckinMode::Remote },
    }
}

/// The occasion before a maintenance session, long after the one before it; for some.
pub(super) fn before_upkeep(draw: &mut Draw, session: i64, next: Option<i64>) -> Option<Occasion> {
    let next = next.filter(|next| next - session > LONG_INTERVAL_DAYS * DAY_US)?;
    draw.chance(0.25).then(|| in_clinic(draw, next))
}

/// The occasion soon after the first dose, for some: before going home, or on the next day. Those
/// in pain are asked more often, and often about pain alone.
pub(super) fn early(
    site: &Site,
    draw: &mut Draw,
    person: &Person,
    session: i64,
    next: Option<i64>,
) -> Option<(Occasion, Asked)> {
    let in_pain = person.severity.pain.is_some();
    if !draw.chance(if in_pain { 0.6 } else { 0.1 }) {
        return None;
    }
    let occasion = if draw.chance(0.5) {
        let at = session + draw.whole(120, 240) * MINUTE_US;
        Occasion { at, mode: CheckinMode::Clinic }
    } else {
        let next_day = session + draw.whole(18 * 60, 28 * 60) * MINUTE_US;
        Occasion { at: awake(site, draw, next_day), mode: CheckinMode::Remote }
    };
    let asked = if in_pain && draw.chance(0.7) { Asked::Pain } else { Asked::AsUsual };
    next.is_none_or(|next| occasion.at < next - HOUR_US).then_some((occasion, asked))
}

fn in_clinic(draw: &mut Draw, session: i64) -> Occasion {
    let at = session - draw.whole(10, 50) * MINUTE_US;
    Occasion { at, mode: CheckinMode::Clinic }
}

/// What is filled in.
pub(super) fn submitted(
    draw: &mut Draw,
    person: &Person,
    state: State,
    mode: CheckinMode,
    asked: Asked,
) -> Option<CheckinSubmitted> {
    let relief = state.relief.unwrap_or(0.0);
    let before = state.relief.is_none();
    let severity = person.severity;
    let mut measures = Vec::with_capacity(2);
    if asked != Asked::Pain {
        let total = PHQ_9.score(draw, severity.phq_9 * state.severity, relief);
        let items = person.items.then(|| phq_9_with_items(draw, total));
        measures.push(items.unwrap_or_else(|| PHQ_9.measure(total))?);
    }
    let others = [severity.gad_7, severity.pcl_5, severity.pain];
    for ((scale, share), severity) in SHARE_OF_OTHERS.into_iter().zip(others) {
        let Some(severity) = severity else { continue };
        let filled = match asked {
            Asked::Everything => true,
            Asked::AsUsual => draw.chance(share),
            Asked::Pain => *scale == PAIN,
        };
        if filled {
            let total = scale.score(draw, severity * state.severity, relief);
            measures.push(scale.measure(total)?);
        }
    }
    let effects = late_effects(draw, person, before);
    let change = round(4.0 - 3.6 * relief + draw.normal(0.0, 0.7)).clamp(1, 7);
    Some(CheckinSubmitted {
        measures: List::new(measures),
        mode: draw.chance(0.97).then_some(mode),
        effects_capture: effects.is_some().then_some(EffectsCapture::Spontaneous),
        effects,
        global_change: (!before && draw.chance(0.3)).then(|| int(change)).flatten(),
        administration: None,
        recall_days: None,
    })
}

/// Side effects told between sessions, without being asked.
fn late_effects(
    draw: &mut Draw,
    person: &Person,
    before: bool,
) -> Option<List<Effect, MOST_EFFECTS>> {
    if before || !draw.chance((0.05 * person.sensitivity).min(0.5)) {
        return None;
    }
    let bladder = if person.route == Route::Sublingual { 4.0 } else { 1.0 };
    let term = draw.pick(
        &[
            (EffectTerm::Headache, 40.0),
            (EffectTerm::Sedation, 20.0),
            (EffectTerm::Nausea, 20.0),
            (EffectTerm::Anxiety, 12.0),
            (EffectTerm::Cystitis, bladder),
            (EffectTerm::Other, 7.0),
        ],
        EffectTerm::Headache,
    );
    let severity = if draw.chance(0.8) { Severity::Mild } else { Severity::Moderate };
    List::new(vec![Effect {
        term,
        severity: Some(severity),
        onset_min: None,
        resolved_min: None,
        serious: None,
    }])
}
