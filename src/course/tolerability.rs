//! How an infusion was borne: side effects by the way they were asked for, dissociation, blood
//! pressure.

use crate::event::code::{EffectsCapture, VitalMoment, VitalSign, VitalUnit};
use crate::event::ids::OpenCode;
use crate::event::kind::Effect;
use crate::event::number::Num;
use crate::event::view::{EffectsView, SessionView, VitalsView};
use crate::event::vitals::{At, Reading};

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
    /// What a session or a check-in says; `None` where it says nothing of side effects. Who says how
    /// was asked and lists nothing, was told of nothing.
    fn of(EffectsView { told, capture }: EffectsView) -> Option<Self> {
        let is_said = told.is_some() || capture.is_some();
        is_said.then(|| Self { capture, effects: told.unwrap_or_default().into() })
    }
}

impl Tolerability {
    /// That of a session and of the check-ins in its time.
    pub(super) fn of<'a>(
        session: &SessionView<'a>,
        checkins: impl Iterator<Item = EffectsView<'a>>,
    ) -> Self {
        let told = std::iter::once(session.effects).chain(checkins);
        Self {
            reports: told.filter_map(EffectReport::of).collect(),
            dissociation: session.dissociation.map(|(scale, total)| (scale.clone(), total.get())),
            signs: Signs::of(&session.vitals),
        }
    }
}

/// Millimetres of mercury in a kilopascal: the conventional value (ISO 80000-4: 133.322 Pa).
const MMHG_IN_KPA: f64 = 1000.0 / 133.322;

impl Signs {
    fn of(vitals: &VitalsView) -> Self {
        let [sbp_pre, dbp_pre, sbp_peak, dbp_peak, spo2_min] =
            vitals.summary.map(|value| value.map(f64::from));
        let mut signs = Self {
            systolic_before: sbp_pre,
            systolic_highest: sbp_peak,
            diastolic_before: dbp_pre,
            diastolic_highest: dbp_peak,
            saturation_lowest: spo2_min,
        };
        vitals.others.iter().for_each(|reading| signs.take_in(reading));
        signs
    }

    /// Of several readings before dosing the first counts.
    fn take_in(&mut self, reading: &Reading) {
        let (value, before) = (in_mmhg(reading), is_before(reading));
        match reading.sign() {
            VitalSign::Systolic if before => {
                self.systolic_before = self.systolic_before.or(Some(value))
            }
            VitalSign::Systolic => self.systolic_highest = highest(self.systolic_highest, value),
            VitalSign::Diastolic if before => {
                self.diastolic_before = self.diastolic_before.or(Some(value))
            }
            VitalSign::Diastolic => self.diastolic_highest = highest(self.diastolic_highest, value),
            VitalSign::Saturation => self.saturation_lowest = lowest(self.saturation_lowest, value),
            VitalSign::HeartRate => {}
        }
    }
}

fn highest(known: Option<f64>, value: f64) -> Option<f64> {
    Some(known.map_or(value, |known| known.max(value)))
}

fn lowest(known: Option<f64>, value: f64) -> Option<f64> {
    Some(known.map_or(value, |known| known.min(value)))
}

/// Whether a diastolic pressure is not below the systolic one of the same moment and unit.
pub(super) fn are_reversed(vitals: &VitalsView) -> bool {
    let [sbp_pre, dbp_pre, sbp_peak, dbp_peak, _] = vitals.summary;
    let is_reversed = |high: Option<i32>, low| high.zip(low).is_some_and(|(high, low)| low >= high);
    // No other reading is of the moment and unit of one of these.
    if is_reversed(sbp_pre, dbp_pre) || is_reversed(sbp_peak, dbp_peak) {
        return true;
    }
    let of = |sign| vitals.others.iter().filter(move |reading| reading.sign() == sign);
    of(VitalSign::Systolic).any(|high| {
        of(VitalSign::Diastolic)
            .filter(|low| (low.at(), low.unit()) == (high.at(), high.unit()))
            .any(|low| low.value() >= high.value())
    })
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
    use crate::event::kind::SessionCompleted;
    use crate::event::vitals::Vitals;
    use proptest::prelude::*;
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
        let report = |more: Value| EffectReport::of(SessionView::of(&session(&more)).effects);
        assert!(report(json!({})).is_none());
        let asked = report(json!({"effects_capture": "structured"})).expect("asked");
        assert_eq!((asked.capture, asked.effects.len()), (Some(EffectsCapture::Structured), 0));
        let told = report(json!({"effects": [{"term": "nausea"}]})).expect("told");
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
        let signs = Signs::of(&VitalsView { summary: [None; 5], others: vitals.readings() });
        assert_eq!((signs.systolic_before, signs.diastolic_before), (Some(150.0), Some(80.0)));
        // By hand: 18.7 kPa are 140.262 mmHg.
        assert!((signs.systolic_highest.expect("read") - 140.262).abs() < 1e-3);
        assert_eq!((signs.diastolic_highest, signs.saturation_lowest), (None, Some(94.0)));
    }

    /// Readings that may be one of the usual five or not, few of each sign.
    fn readings() -> impl Strategy<Value = Vec<Value>> {
        let of_sign = |sign: &'static str, unit: &'static str, values: std::ops::Range<u32>| {
            let moment = prop_oneof!["pre", "peak", "lowest", "end"]
                .prop_map(|name| json!({"moment": name}));
            let at = prop_oneof![moment, (0..3_u32).prop_map(|minute| json!({"at_min": minute}))];
            (at, values).prop_map(move |(mut reading, value)| {
                reading["sign"] = sign.into();
                reading["unit"] = unit.into();
                reading["value"] = value.into();
                reading
            })
        };
        let any = prop_oneof![
            of_sign("sbp", "mmHg", 90..96),
            of_sign("sbp", "kPa", 12..16),
            of_sign("dbp", "mmHg", 90..96),
            of_sign("dbp", "kPa", 12..16),
            of_sign("spo2", "%", 90..96),
            of_sign("heart-rate", "/min", 90..96),
        ];
        proptest::collection::vec(any, 0..9)
    }

    proptest! {
        #[test]
        fn the_usual_readings_say_the_same_apart_as_among_the_others(readings in readings()) {
            let vitals: Result<Vitals, _> = serde_json::from_value(Value::from(readings));
            prop_assume!(vitals.is_ok());
            let vitals = vitals.expect("vital signs");
            let others: Vec<Reading> = vitals.others().copied().collect();
            let apart = VitalsView { summary: vitals.summary(), others: &others };
            let together = VitalsView { summary: [None; 5], others: vitals.readings() };
            prop_assert_eq!(Signs::of(&apart), Signs::of(&together));
            prop_assert_eq!(are_reversed(&apart), are_reversed(&together));
        }
    }
}
