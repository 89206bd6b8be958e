//! Units a column may be in, and how they become those of the contract.

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantity {
    /// Amount of drug, mg.
    Dose,
    /// Body weight, kg.
    Weight,
    /// Length of time, min.
    Minutes,
    /// Pressure, mmHg.
    Pressure,
}

/// A unit: its name, and how many of the contract's unit it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    quantity: Quantity,
    name: &'static str,
    factor: f64,
}

const fn unit(quantity: Quantity, name: &'static str, factor: f64) -> Unit {
    Unit { quantity, name, factor }
}

/// Every unit. A pound is 0.45359237 kg by definition (international yard and pound, 1959).
const UNITS: [Unit; 13] = [
    unit(Quantity::Dose, "mg", 1.0),
    unit(Quantity::Dose, "g", 1_000.0),
    unit(Quantity::Dose, "ug", 0.001),
    unit(Quantity::Dose, "mcg", 0.001),
    unit(Quantity::Dose, "mg/kg", 1.0),
    unit(Quantity::Dose, "ug/kg", 0.001),
    unit(Quantity::Weight, "kg", 1.0),
    unit(Quantity::Weight, "g", 0.001),
    unit(Quantity::Weight, "lb", 0.453_592_37),
    unit(Quantity::Minutes, "min", 1.0),
    unit(Quantity::Minutes, "h", 60.0),
    unit(Quantity::Minutes, "s", 1.0 / 60.0),
    unit(Quantity::Pressure, "mmHg", 1.0),
];

/// What a field of the contract measures, by the end of its path.
fn quantity(path: &str) -> Option<Quantity> {
    let name = path.rsplit('.').next().unwrap_or(path);
    if path.ends_with("dose.value") {
        Some(Quantity::Dose)
    } else if name.ends_with("_kg") {
        Some(Quantity::Weight)
    } else if name.ends_with("_min") && !name.starts_with("spo2") {
        Some(Quantity::Minutes)
    } else if name.starts_with("sbp") || name.starts_with("dbp") {
        Some(Quantity::Pressure)
    } else {
        None
    }
}

impl Unit {
    /// The unit of a column for a field.
    ///
    /// # Errors
    /// A sentence that names the units which fit.
    pub fn find(name: &str, path: &str) -> Result<Self, String> {
        let Some(quantity) = quantity(path) else {
            return Err(format!("{path} has no unit"));
        };
        let fitting = || UNITS.iter().filter(|unit| unit.quantity == quantity);
        if let Some(unit) = fitting().find(|unit| unit.name == name) {
            return Ok(*unit);
        }
        let names: Vec<&str> = fitting().map(|unit| unit.name).collect();
        Err(format!("unit `{name}` does not fit {path}, which may come in {}", names.join(", ")))
    }

    /// A text without this unit behind its number.
    #[must_use]
    pub fn strip(self, text: &str) -> &str {
        text.strip_suffix(self.name).map_or(text, str::trim_end)
    }

    /// A number in the unit of the contract, rounded to 12 digits: 0.0281 g is 28.1 mg, not
    /// 28.100000000000001.
    #[must_use]
    pub fn convert(self, number: f64) -> f64 {
        if self.factor.to_bits() == 1.0_f64.to_bits() {
            return number;
        }
        let product = number * self.factor;
        format!("{product:.11e}").parse().unwrap_or(product)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(name: &str, path: &str, number: f64) -> f64 {
        Unit::find(name, path).expect(name).convert(number)
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "rounded decimals are exact")]
    fn units_become_those_of_the_contract() {
        assert_eq!(convert("g", "data.dose.value", 0.0281), 28.1);
        assert_eq!(convert("ug/kg", "data.dose.value", 500.0), 0.5);
        // NIST SP 811: 180 lb = 81.646 626 6 kg.
        assert_eq!(convert("lb", "data.weight_kg", 180.0), 81.646_626_6);
        assert_eq!(convert("h", "data.monitoring_min", 2.0), 120.0);
        assert_eq!(convert("s", "data.duration_min", 2_400.0), 40.0);
        assert_eq!(convert("h", "data.effects[nausea].onset_min", 0.7), 42.0);
        assert_eq!(convert("mg", "data.dose.value", 0.1 + 0.2), 0.1 + 0.2);
    }

    #[test]
    fn a_unit_that_does_not_fit_is_refused() {
        let error = Unit::find("lb", "data.dose.value").expect_err("no weight");
        assert_eq!(
            error,
            "unit `lb` does not fit data.dose.value, which may come in mg, g, ug, mcg, mg/kg, ug/kg"
        );
        assert!(Unit::find("min", "data.vitals.spo2_min").is_err());
        assert!(Unit::find("mg", "data.session_number").is_err());
    }

    #[test]
    fn a_unit_may_stand_behind_its_number() {
        let unit = Unit::find("kg", "data.weight_kg").expect("kg");
        assert_eq!(unit.strip("85 kg"), "85");
        assert_eq!(unit.strip("85"), "85");
        assert_eq!(unit.strip("187 lb"), "187 lb");
    }
}
