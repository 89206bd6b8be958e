//! What a completed session looks like on record: dose, vital signs, dissociation, side effects.

use super::draw::{Draw, int, num, real, round};
use super::person::Person;
use super::site::Site;
use super::trajectory::Dosed;
use crate::event::code::{
    DoseUnit, EffectTerm, EffectsCapture, Phase, Route, Severity, VitalMoment, VitalSign, VitalUnit,
};
use crate::event::ids::OpenCode;
use crate::event::kind::{Dissociation, Dose, Effect, SessionCompleted};
use crate::event::list::List;
use crate::event::number::{Amount, Num};
use crate::event::vitals::{At, Reading, Vitals};

/// A session that took place, before anything is written down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given {
    /// Start of dosing, microseconds since the epoch.
    pub(super) at: i64,
    /// Number as the site counts, from 1.
    pub(super) number: i64,
    pub(super) phase: Phase,
    pub(super) route: Route,
    /// In the unit of the route, see [`usual_dose`].
    pub(super) dose: f64,
    /// What relief knows of it.
    pub(super) dosed: Dosed,
}

/// Share of sessions in which the dose is written down.
const DOSE_RECORDED: f64 = 0.97;
/// Systolic pressure from which a rise is a side effect, mmHg.
const RAISED_SYSTOLIC: f64 = 165.0;
/// What is told without being asked, as a share of what a list brings out.
const SPONTANEOUS: f64 = 0.3;

/// First and raised dose of a route, with their unit.
pub(super) const fn usual_dose(route: Route) -> (f64, f64, DoseUnit) {
    match route {
        Route::Intranasal => (56.0, 84.0, DoseUnit::Mg),
        Route::Intramuscular => (0.7, 0.9, DoseUnit::MgPerKg),
        Route::Sublingual => (300.0, 400.0, DoseUnit::Mg),
        _ => (0.5, 0.75, DoseUnit::MgPerKg),
    }
}

/// The record of a session.
pub(super) fn completed(
    draw: &mut Draw,
    site: &Site,
    person: &Person,
    given: &Given,
) -> Option<SessionCompleted> {
    let nasal = given.route == Route::Intranasal;
    let weight = person.weight_kg + draw.normal(0.0, 0.4);
    let vitals = draw.chance(site.vitals).then(|| vitals(draw, person, given.route)).flatten();
    let (effects, severe) = effects(draw, site, person, given, vitals.as_ref());
    let stopped = draw.chance(if severe { 0.06 } else { 0.002 });
    let stop_reason =
        if severe { "side-effects" } else { draw.pick(&STOP_REASONS, "patient-request") };
    let capture = if site.structured_effects {
        EffectsCapture::Structured
    } else {
        EffectsCapture::Spontaneous
    };
    let listed = site.structured_effects || !effects.is_empty();
    Some(SessionCompleted {
        route: given.route,
        drug: OpenCode::new(if nasal { "esketamine" } else { "ketamine" })?,
        dose: draw.chance(DOSE_RECORDED).then(|| dose(site, given, weight)).flatten(),
        weight_kg: draw.chance(0.9).then(|| num(weight)).flatten(),
        duration_min: whole_num(duration(draw, given.route)),
        monitoring_min: whole_num(monitoring(draw, given.route)),
        phase: draw.chance(0.96).then_some(given.phase),
        session_number: number(draw, site, given).and_then(int),
        psychotherapy: draw
            .chance(0.97)
            .then(|| person.psychotherapy && (given.number <= 2 || draw.chance(0.7))),
        vitals,
        dissociation: draw
            .chance(site.dissociation)
            .then(|| dissociation(draw, person, given))
            .flatten(),
        effects: listed.then(|| List::new(effects)).flatten(),
        effects_capture: listed.then_some(capture),
        stopped_early: stopped.then(|| OpenCode::new(stop_reason)).flatten(),
    })
}

/// As the site counts; now and then it counts one too many.
fn number(draw: &mut Draw, site: &Site, given: &Given) -> Option<i64> {
    let miscounted = draw.chance(0.003) && given.number > 1;
    site.numbers_sessions.then_some(given.number + i64::from(miscounted))
}

const STOP_REASONS: [(&str, f64); 3] =
    [("patient-request", 6.0), ("equipment", 3.0), ("other", 1.0)];

fn whole_num<const LO: i64, const HI: i64>(value: i64) -> Option<Num<LO, HI>> {
    num(real(value))
}

/// As the site writes it; intravenous doses of some sites in mg.
fn dose(site: &Site, given: &Given, weight_kg: f64) -> Option<Dose> {
    let (_, _, unit) = usual_dose(given.route);
    if unit == DoseUnit::MgPerKg && site.doses_in_mg {
        let value = Amount::new(real(round(given.dose * weight_kg)))?;
        return Some(Dose { value, unit: DoseUnit::Mg });
    }
    Some(Dose { value: Amount::new(given.dose)?, unit })
}

fn duration(draw: &mut Draw, route: Route) -> i64 {
    match route {
        Route::Intravenous => 40 + 5 * draw.pick(&[(0, 80.0), (1, 10.0), (2, 7.0), (4, 3.0)], 0),
        Route::Intranasal => draw.pick(&[(5, 30.0), (10, 60.0), (15, 10.0)], 10),
        Route::Intramuscular => 1,
        _ => draw.whole(10, 20),
    }
}

/// Two hours at least after nasal esketamine; less elsewhere.
fn monitoring(draw: &mut Draw, route: Route) -> i64 {
    let minutes = match route {
        Route::Intranasal => draw.normal(125.0, 7.0).max(120.0),
        Route::Intravenous => draw.normal(60.0, 15.0).max(30.0),
        Route::Intramuscular => draw.normal(90.0, 20.0).max(45.0),
        _ => draw.normal(60.0, 20.0).max(0.0),
    };
    5 * round(minutes / 5.0)
}

/// When pressure is also taken after nasal esketamine, in minutes or on leaving, and the share of
/// the rise that is there then: it peaks at about 40 minutes.
const NASAL_READINGS: [(Option<i64>, f64); 2] = [(Some(40), 0.9), (None, 0.25)];

fn vitals(draw: &mut Draw, person: &Person, route: Route) -> Option<Vitals> {
    let rise = match route {
        Route::Intravenous => 18.0,
        Route::Intramuscular => 16.0,
        _ => 11.0,
    };
    let systolic = person.systolic + draw.normal(0.0, 7.0);
    let diastolic = 0.52 * systolic + draw.normal(14.0, 6.0);
    let share = (draw.normal(1.0, 0.6)).max(0.0);
    let usual = [
        round(systolic).clamp(30, 300),
        round(diastolic).clamp(10, 200),
        round(systolic + rise * share).clamp(30, 300),
        round(diastolic + 0.6 * rise * share).clamp(10, 200),
        round(draw.normal(96.5, 1.4)).clamp(86, 100),
    ];
    let usual = Vitals::of_summary(usual.map(Some)).ok()?;
    if route != Route::Intranasal {
        return Some(usual);
    }
    let mut readings = usual.readings().to_vec();
    for (minute, left) in NASAL_READINGS {
        let at = match minute {
            Some(minute) => At::Minute(int(minute)?),
            None => At::Moment(VitalMoment::End),
        };
        let rest = rise * share * left;
        for (sign, value) in
            [(VitalSign::Systolic, systolic + rest), (VitalSign::Diastolic, diastolic + 0.6 * rest)]
        {
            let value = whole_num(round(value))?;
            readings.push(Reading::new(sign, at, value, VitalUnit::MmHg).ok()?);
        }
    }
    Vitals::new(readings).ok()
}

fn dissociation(draw: &mut Draw, person: &Person, given: &Given) -> Option<Dissociation> {
    let strength = person.sensitivity * habituation(given);
    let total = draw.log_normal(16.0 * strength, 0.6) - 2.0;
    Some(Dissociation {
        instrument: OpenCode::new("cadss")?,
        total: whole_num(round(total).clamp(0, 92))?,
    })
}

/// Acute effects are strongest the first time.
fn habituation(given: &Given) -> f64 {
    0.65 + 0.35 * (-(given.dosed.infusions - 1.0) / 2.0).exp()
}

/// How a side effect behaves when asked for from a list.
struct Habit {
    term: EffectTerm,
    /// Probability by vein, nose, muscle, and mouth.
    share: [f64; 4],
    /// Median minutes from the start of dosing until it begins, and until it is gone.
    minutes: [f64; 2],
}

const fn habit(term: EffectTerm, share: [f64; 4], minutes: [f64; 2]) -> Habit {
    Habit { term, share, minutes }
}

const HABITS: [Habit; 12] = [
    habit(EffectTerm::Nausea, [0.13, 0.20, 0.16, 0.14], [35.0, 100.0]),
    habit(EffectTerm::Vomiting, [0.03, 0.06, 0.05, 0.04], [60.0, 110.0]),
    habit(EffectTerm::Dizziness, [0.30, 0.33, 0.28, 0.20], [15.0, 75.0]),
    habit(EffectTerm::Dissociation, [0.38, 0.38, 0.42, 0.22], [10.0, 60.0]),
    habit(EffectTerm::Sedation, [0.36, 0.28, 0.34, 0.26], [20.0, 90.0]),
    habit(EffectTerm::Headache, [0.10, 0.18, 0.10, 0.09], [70.0, 240.0]),
    habit(EffectTerm::Anxiety, [0.07, 0.08, 0.08, 0.05], [12.0, 50.0]),
    habit(EffectTerm::BloodPressureIncreased, [0.18, 0.09, 0.14, 0.04], [30.0, 80.0]),
    habit(EffectTerm::Dysgeusia, [0.01, 0.23, 0.01, 0.15], [3.0, 60.0]),
    habit(EffectTerm::Vertigo, [0.04, 0.18, 0.04, 0.04], [15.0, 70.0]),
    habit(EffectTerm::BlurredVision, [0.08, 0.12, 0.07, 0.05], [12.0, 55.0]),
    habit(EffectTerm::Other, [0.03, 0.04, 0.03, 0.03], [25.0, 90.0]),
];

/// Side effects of a session, and whether any was severe.
fn effects(
    draw: &mut Draw,
    site: &Site,
    person: &Person,
    given: &Given,
    vitals: Option<&Vitals>,
) -> (Vec<Effect>, bool) {
    let way = match given.route {
        Route::Intranasal => 1,
        Route::Intramuscular => 2,
        Route::Sublingual => 3,
        _ => 0,
    };
    let asked = if site.structured_effects { 1.0 } else { SPONTANEOUS };
    let strength = asked * person.sensitivity * habituation(given);
    let peak = vitals.and_then(|vitals| vitals.at(VitalSign::Systolic, VitalMoment::Peak));
    let mut effects = Vec::new();
    let mut severe = false;
    for habit in &HABITS {
        let happens = draw.chance((habit.share[way] * strength).min(0.9));
        let happens = match (habit.term, peak) {
            (EffectTerm::BloodPressureIncreased, Some(peak)) => peak.value() >= RAISED_SYSTOLIC,
            _ => happens,
        };
        if !happens {
            continue;
        }
        let effect = effect(draw, habit);
        severe |= effect.severity == Some(Severity::Severe);
        effects.push(effect);
    }
    (effects, severe)
}

fn effect(draw: &mut Draw, habit: &Habit) -> Effect {
    let severity = draw.pick(
        &[(Severity::Mild, 68.0), (Severity::Moderate, 27.0), (Severity::Severe, 5.0)],
        Severity::Mild,
    );
    let onset = round(draw.log_normal(habit.minutes[0], 0.5)).max(1);
    let lasts = round(draw.log_normal(habit.minutes[1] - habit.minutes[0], 0.5)).max(1);
    let serious = severity == Severity::Severe && draw.chance(0.01);
    Effect {
        term: habit.term,
        severity: draw.chance(0.95).then_some(severity),
        onset_min: draw.chance(0.7).then(|| whole_num(onset)).flatten(),
        resolved_min: draw.chance(0.85).then(|| whole_num(onset + lasts)).flatten(),
        serious: serious.then_some(true),
    }
}
