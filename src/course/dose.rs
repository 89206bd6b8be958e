//! A dose in the units that can be told from what was recorded.

use crate::event::code::DoseUnit;
use crate::event::view::SessionView;

/// A dose, in mg and in mg/kg as far as the record tells; neither where none was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GivenDose {
    /// Milligrams: as recorded, or from mg/kg and weight.
    pub mg: Option<f64>,
    /// Milligrams per kilogram: as recorded, or from mg and weight.
    pub mg_per_kg: Option<f64>,
}

impl GivenDose {
    /// The dose of a session.
    #[must_use]
    pub fn of(session: &SessionView) -> Self {
        let Some(dose) = session.dose else { return Self::default() };
        let value = dose.value.get();
        let weight_kg = session.weight_kg.map(crate::event::number::Num::get);
        match dose.unit {
            DoseUnit::Mg => {
                Self { mg: Some(value), mg_per_kg: weight_kg.map(|weight| value / weight) }
            }
            DoseUnit::MgPerKg => {
                Self { mg: weight_kg.map(|weight| value * weight), mg_per_kg: Some(value) }
            }
        }
    }

    /// Whether no dose was recorded.
    #[must_use]
    pub const fn is_missing(self) -> bool {
        self.mg.is_none() && self.mg_per_kg.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::kind::SessionCompleted;
    use serde_json::json;

    fn given(dose: &serde_json::Value) -> [Option<f64>; 2] {
        let mut session = json!({"route": "intravenous", "drug": "ketamine"});
        for (name, value) in dose.as_object().expect("fields") {
            session[name] = value.clone();
        }
        let session: SessionCompleted = serde_json::from_value(session).expect("a session");
        let GivenDose { mg, mg_per_kg } = GivenDose::of(&SessionView::of(&session));
        [mg, mg_per_kg]
    }

    #[test]
    fn weight_turns_one_unit_into_the_other() {
        let dose = |value: f64, unit: &str| json!({"value": value, "unit": unit});
        assert_eq!(given(&json!({"dose": dose(40.0, "mg")})), [Some(40.0), None]);
        let with_weight = json!({"dose": dose(40.0, "mg"), "weight_kg": 80});
        assert_eq!(given(&with_weight), [Some(40.0), Some(0.5)]);
        let with_weight = json!({"dose": dose(0.5, "mg/kg"), "weight_kg": 80});
        assert_eq!(given(&with_weight), [Some(40.0), Some(0.5)]);
        assert_eq!(given(&json!({"weight_kg": 80})), [None, None]);
    }
}
