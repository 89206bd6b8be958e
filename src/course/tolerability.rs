//! How infusions were borne: side effects by the way they were asked for, dissociation, blood
//! pressure.
//!
//! It is told while the events are at hand and points into them: most of what is recorded is of this
//! kind, and nothing asks for it twice.

use crate::event::code::{VitalMoment, VitalSign, VitalUnit};
use crate::event::ids::OpenCode;
use crate::event::kind::Effect;
use crate::event::number::Num;
use crate::event::view::{EffectsView, SessionView, VitalsView};
use crate::event::vitals::{At, Reading};

/// What was recorded of the infusions of a course, in the sessions and in the check-ins of their time.
#[derive(Debug, Clone, Default)]
pub struct Tolerability<'a> {
    /// Reports of side effects with the position of their infusion, in order: of each infusion that of
    /// the session, then those of the check-ins. None told is a report too.
    pub reports: Vec<(usize, EffectsView<'a>)>,
    /// Each session, by position.
    pub sessions: Vec<Borne<'a>>,
}

/// What was measured around one session.
#[derive(Debug, Clone, Copy, Default)]
pub struct Borne<'a> {
    /// Scale of dissociation after the session, and its total.
    pub dissociation: Option<(&'a OpenCode, f64)>,
    /// Blood pressure and oxygen.
    pub signs: Signs,
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

impl<'a> Tolerability<'a> {
    /// With room for so many sessions.
    pub(super) fn of_sessions(n_sessions: usize) -> Self {
        Self {
            reports: Vec::with_capacity(2 * n_sessions),
            sessions: Vec::with_capacity(n_sessions),
        }
    }

    /// Takes in the next session and the check-ins in its time.
    pub(super) fn push(
        &mut self,
        session: &SessionView<'a>,
        checkins: impl Iterator<Item = EffectsView<'a>>,
    ) {
        let position = self.sessions.len();
        let told = std::iter::once(session.effects).chain(checkins).filter(is_report);
        self.reports.extend(told.map(|report| (position, report)));
        self.sessions.push(Borne {
            dissociation: session.dissociation.map(|(scale, total)| (scale, total.get())),
            signs: Signs::of(&session.vitals),
        });
    }
}

/// Whether anything is said of side effects. Who says how was asked and lists nothing, was told of
/// nothing.
fn is_report(said: &EffectsView) -> bool {
    said.told.is_some() || said.capture.is_some()
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
        let value = in_mmhg(reading);
        match (reading.sign(), is_before(reading)) {
            (VitalSign::Systolic, true) => keep(&mut self.systolic_before, value, |first, _| first),
            (VitalSign::Systolic, false) => keep(&mut self.systolic_highest, value, f64::max),
            (VitalSign::Diastolic, true) => {
                keep(&mut self.diastolic_before, value, |first, _| first);
            }
            (VitalSign::Diastolic, false) => keep(&mut self.diastolic_highest, value, f64::max),
            (VitalSign::Saturation, _) => keep(&mut self.saturation_lowest, value, f64::min),
            (VitalSign::HeartRate, _) => {}
        }
    }
}

/// Keeps one of what is known and what was read.
fn keep(known: &mut Option<f64>, read: f64, one: impl FnOnce(f64, f64) -> f64) {
    *known = Some(known.map_or(read, |known| one(known, read)));
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
    use crate::event::code::EffectTerm;
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
        let is_report = |more: Value| is_report(&SessionView::of(&session(&more)).effects);
        assert!(!is_report(json!({})));
        assert!(is_report(json!({"effects_capture": "structured"})), "asked");
        assert!(
            is_report(json!({"effects": []}))
                && is_report(json!({"effects": [{"term": "nausea"}]}))
        );
    }

    #[test]
    fn reports_stand_behind_each_other_by_infusion() {
        let asked = session(&json!({"effects_capture": "structured"}));
        let silent = session(&json!({"dissociation": {"instrument": "cadss", "total": 3}}));
        let told = [Effect {
            term: EffectTerm::Nausea,
            severity: None,
            onset_min: None,
            resolved_min: None,
            serious: None,
        }];
        let later = |told| EffectsView { told, capture: None };
        let mut borne = Tolerability::of_sessions(2);
        borne.push(&SessionView::of(&asked), [later(None), later(Some(&told))].into_iter());
        borne.push(&SessionView::of(&silent), [later(Some(&told))].into_iter());
        let reports = borne.reports.iter();
        let reports: Vec<_> =
            reports.map(|(at, said)| (*at, said.told.map(<[Effect]>::len))).collect();
        assert_eq!(reports, [(0, None), (0, Some(1)), (1, Some(1))]);
        let totals =
            borne.sessions.iter().map(|session| session.dissociation.map(|(_, total)| total));
        assert_eq!(totals.collect::<Vec<_>>(), [None, Some(3.0)]);
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
