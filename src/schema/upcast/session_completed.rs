//! Sessions of version 1: vital signs in five fields whose names say sign and moment, and whose
//! unit goes without saying.

use crate::event::code::{EffectsCapture, Phase, Route};
use crate::event::ids::OpenCode;
use crate::event::kind::{Dissociation, Dose, Effect, SessionCompleted};
use crate::event::list::List;
use crate::event::number::{Int, Num};
use crate::event::object::{data, objects};
use crate::event::refuse::Reason;
use crate::event::text::present;
use crate::event::vitals::Vitals;
use serde::{Deserialize, Serialize};

/// Data of `afterdose.session.completed.v1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct V1 {
    /// Way of giving the drug.
    pub route: Route,
    /// Drug given.
    pub drug: OpenCode,
    /// Dose as given.
    #[serde(default, deserialize_with = "present")]
    pub dose: Option<Dose>,
    /// Body weight, kg.
    #[serde(default, deserialize_with = "present")]
    pub weight_kg: Option<Num<20, 400>>,
    /// Length of dosing, minutes.
    #[serde(default, deserialize_with = "present")]
    pub duration_min: Option<Num<0, 1440>>,
    /// Length of watching afterwards, minutes.
    #[serde(default, deserialize_with = "present")]
    pub monitoring_min: Option<Num<0, 1440>>,
    /// Phase as the clinic declares it.
    #[serde(default, deserialize_with = "present")]
    pub phase: Option<Phase>,
    /// Number as the site counts.
    #[serde(default, deserialize_with = "present")]
    pub session_number: Option<Int<1, 999>>,
    /// Preparation or integration paired with this session.
    #[serde(default, deserialize_with = "present")]
    pub psychotherapy: Option<bool>,
    /// Vital signs.
    #[serde(default, deserialize_with = "present")]
    pub vitals: Option<VitalsV1>,
    /// Dissociation scale.
    #[serde(default, deserialize_with = "present")]
    pub dissociation: Option<Dissociation>,
    /// Side effects, at most 50.
    #[serde(default, deserialize_with = "present")]
    pub effects: Option<List<Effect, 50>>,
    /// How side effects were asked for.
    #[serde(default, deserialize_with = "present")]
    pub effects_capture: Option<EffectsCapture>,
    /// Why the session was stopped early.
    #[serde(default, deserialize_with = "present")]
    pub stopped_early: Option<OpenCode>,
}

data! {
    /// Vital signs of version 1.
    VitalsV1 {
        /// Systolic pressure before, mmHg.
        sbp_pre: Int<30, 300>,
        /// Diastolic pressure before, mmHg.
        dbp_pre: Int<10, 200>,
        /// Highest systolic pressure, mmHg.
        sbp_peak: Int<30, 300>,
        /// Highest diastolic pressure, mmHg.
        dbp_peak: Int<10, 200>,
        /// Lowest oxygen saturation, percent.
        spo2_min: Int<0, 100>,
    }
}

objects! { V1, VitalsV1 }

impl VitalsV1 {
    fn raise(self) -> Result<Vitals, Reason> {
        let Self { sbp_pre, dbp_pre, sbp_peak, dbp_peak, spo2_min } = self;
        Vitals::of_summary([
            sbp_pre.map(Int::get),
            dbp_pre.map(Int::get),
            sbp_peak.map(Int::get),
            dbp_peak.map(Int::get),
            spo2_min.map(Int::get),
        ])
    }
}

impl V1 {
    /// The same session in version 2: its vital signs as readings with moment and unit.
    ///
    /// # Errors
    /// A vital sign out of range; there is none, as version 1 has the same ranges.
    pub fn raise(self) -> Result<SessionCompleted, Reason> {
        let data = self;
        Ok(SessionCompleted {
            route: data.route,
            drug: data.drug,
            dose: data.dose,
            weight_kg: data.weight_kg,
            duration_min: data.duration_min,
            monitoring_min: data.monitoring_min,
            phase: data.phase,
            session_number: data.session_number,
            psychotherapy: data.psychotherapy,
            vitals: data.vitals.map(VitalsV1::raise).transpose()?,
            dissociation: data.dissociation,
            effects: data.effects,
            effects_capture: data.effects_capture,
            stopped_early: data.stopped_early,
        })
    }
}
