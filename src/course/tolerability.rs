//! How an infusion was borne: side effects by the way they were asked for, dissociation, blood
//! pressure.

use crate::event::code::{EffectsCapture, VitalMoment, VitalSign, VitalUnit};
use crate::event::ids::OpenCode;
use crate::event::kind::{CheckinSubmitted, Effect, SessionCompleted};
use crate::event::list::List;
use crate::event::number::Num;
use crate::event::vitals::{At, Reading, Vitals};

/// What was recorded of one infusion, in the session and in the check-ins of its time.
#[derive(Debug, Clone, Default)]
pub struct Tolerability {
    /// Reports of side effects: that of the session, then those of the check-ins, in their order.
    pub reports: Box<[EffectReport]>,
    /// Scale of dissociation after the session, and its total.
    pub dissociation: Option<(OpenCode, f64)>,
    /// Blood pressure and oxygen around the session.
    pub signs: Signs,
}

/// Side effects that were asked for or told at one time. None told is a report too.
#[derive(Debug, Clone)]
pub struct EffectReport {
    /// How they were asked for; `None` where that is not said.
    pub capture: Option<EffectsCapture>,
    /// What was told.
    pub effects: Box<[Effect]>,
}

/// Vital signs of one session; pressures in mmHg, saturation in percent.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Signs {
    /// Systolic pressure before dosing.
    pub systolic_before: Option<f64>,
    /// The highest systolic pressure read after that.
    pub systolic_highest: Option<f64>,
    /// Diastolic pressure before dosing.
    pub diastolic_before: Option<f64>,
    /// The highest diastolic pressure read after that.
    pub diastolic_highest: Option<f64>,
    /// The lowest oxygen saturation read.
    pub saturation_lowest: Option<f64>,
}

impl EffectReport {
    /// What a session says; `None` where it says nothing of side effects.
    pub(super) fn of_session(session: &SessionCompleted) -> Option<Self> {
        Self::of(session.effects.as_ref(), session.effects_capture)
    }

    /// The same of a check-in.
    pub(super) fn of_checkin(checkin: &CheckinSubmitted) -> Option<Self> {
        Self::of(checkin.effects.as_ref(), checkin.effects_capture)
    }

    /// Who says how was asked and lists nothing, was told of nothing.
    fn of(effects: Option<&List<Effect, 50>>, capture: Option<EffectsCapture>) -> Option<Self> {
        (effects.is_some() || capture.is_some()).then(|| Self {
            capture,
            effects: effects.map_or_else(Box::default, |list| list.as_slice().into()),
        })
    }
}

impl Tolerability {
    /// That of a session and of the check-ins in its time.
    pub(super) fn of<'a>(
        session: &SessionCompleted,
        checkins: impl Iterator<Item = &'a CheckinSubmitted>,
    ) -> Self {
        let own = EffectReport::of_session(session).into_iter();
        Self {
            reports: own.chain(checkins.filter_map(EffectReport::of_checkin)).collect(),
            dissociation: session
                .dissociation
                .as_ref()
                .map(|scale| (scale.instrument.clone(), scale.total.get())),
            signs: session.vitals.as_ref().map_or_else(Signs::default, Signs::of),
        }
    }
}

/// Millimetres of mercury in a kilopascal: the conventional value (ISO 80000-4: 133.322 Pa).
const MMHG_IN_KPA: f64 = 1000.0 / 133.322;

impl Signs {
    fn of(vitals: &Vitals) -> Self {
        let of = |sign| vitals.readings().iter().filter(move |reading| reading.sign() == sign);
        let before = |sign| of(sign).find(|reading| is_before(reading)).map(in_mmhg);
        let highest = |sign| {
            of(sign).filter(|reading| !is_before(reading)).map(in_mmhg).max_by(f64::total_cmp)
        };
        Self {
            systolic_before: before(VitalSign::Systolic),
            systolic_highest: highest(VitalSign::Systolic),
            diastolic_before: before(VitalSign::Diastolic),
            diastolic_highest: highest(VitalSign::Diastolic),
            saturation_lowest: of(VitalSign::Saturation).map(Reading::value).min_by(f64::total_cmp),
        }
    }
}

/// Before dosing: named so, or at its start.
fn is_before(reading: &Reading) -> bool {
    match reading.at() {
        At::Moment(moment) => moment == VitalMoment::Pre,
        At::Minute(minute) => minute.get() == 0,
    }
}

fn in_mmhg(reading: &Reading) -> f64 {
    match reading.unit() {
        VitalUnit::KPa => reading.value() * MMHG_IN_KPA,
        _ => reading.value(),
    }
}

/// Minutes from the start of dosing until an effect was gone, where that is told.
#[must_use]
pub fn minutes_to_resolution(effect: &Effect) -> Option<f64> {
    effect.resolved_min.map(Num::get)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn session(more: &Value) -> SessionCompleted {
        let mut session = json!({"route": "intravenous", "drug": "ketamine"});
        for (name, value) in more.as_object().expect("fields") {
            session[name] = value.clone();
        }
        serde_json::from_value(session).expect("a session")
    }

    #[test]
    fn nothing_told_is_told_apart_from_nobody_asked() {
        assert!(EffectReport::of_session(&session(&json!({}))).is_none());
        let asked = EffectReport::of_session(&session(&json!({"effects_capture": "structured"})));
        let asked = asked.expect("asked");
        assert_eq!((asked.capture, asked.effects.len()), (Some(EffectsCapture::Structured), 0));
        let told = EffectReport::of_session(&session(&json!({"effects": [{"term": "nausea"}]})));
        let told = told.expect("told");
        assert_eq!((told.capture, told.effects.len()), (None, 1));
    }

    #[test]
    fn pressures_are_in_one_unit_and_before_is_not_highest() {
        let reading = |sign, at: Value, value: f64, unit| {
            let mut reading = json!({"sign": sign, "value": value, "unit": unit});
            for (name, value) in at.as_object().expect("a time") {
                reading[name] = value.clone();
            }
            reading
        };
        let vitals = json!([
            reading("sbp", json!({"moment": "pre"}), 150.0, "mmHg"),
            reading("sbp", json!({"at_min": 40}), 18.7, "kPa"),
            reading("sbp", json!({"moment": "end"}), 130.0, "mmHg"),
            reading("dbp", json!({"at_min": 0}), 80.0, "mmHg"),
            reading("spo2", json!({"at_min": 10}), 97.0, "%"),
            reading("spo2", json!({"at_min": 20}), 94.0, "%"),
        ]);
        let vitals: Vitals = serde_json::from_value(vitals).expect("vital signs");
        let signs = Signs::of(&vitals);
        assert_eq!((signs.systolic_before, signs.diastolic_before), (Some(150.0), Some(80.0)));
        // By hand: 18.7 kPa are 140.262 mmHg.
        assert!((signs.systolic_highest.expect("read") - 140.262).abs() < 1e-3);
        assert_eq!((signs.diastolic_highest, signs.saturation_lowest), (None, Some(94.0)));
    }
}
