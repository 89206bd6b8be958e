//! Doses that are plausible for their drug and route: a table, and what a dose is against it.
//!
//! The ranges are wide on purpose: they are to find slips of the pen (a decimal point, mg written
//! for mg/kg) and treatments of another kind, not to judge a prescription.

use super::dose::GivenDose;
use crate::event::code::Route;

/// What is plausible for a drug by a route.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DoseRule {
    /// Drug.
    pub drug: &'static str,
    /// Route of the session.
    pub route: Route,
    /// Which doses.
    pub doses: Doses,
    /// Where they come from; "convention" marks limits that are ours.
    pub source: &'static str,
}

/// Plausible doses, limits included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Doses {
    /// The steps of a device, in mg.
    StepsMg(&'static [f64]),
    /// From the first to the second value; what cannot be told is not checked.
    Range {
        /// In mg, where such limits are known.
        mg: Option<[f64; 2]>,
        /// In mg/kg.
        mg_per_kg: [f64; 2],
    },
}

/// The table. Any other drug and route has no range, and its doses are not checked.
pub const DOSE_RULES: [DoseRule; 7] = [
    DoseRule {
        drug: "esketamine",
        route: Route::Intranasal,
        doses: Doses::StepsMg(&[28.0, 56.0, 84.0]),
        source: "label: spravatohcp.com/trd/dosing-and-administration; 28 mg from 65 years on in \
                 some countries",
    },
    DoseRule {
        drug: "ketamine",
        route: Route::Intravenous,
        doses: Doses::Range { mg: Some([0.0, 100.0]), mg_per_kg: [0.1, 2.0] },
        source: "0.1 to 1 mg/kg studied: doi 10.1038/s41380-018-0256-5; 1 to 4.5, on average 2 mg/kg \
                 is anaesthesia: label of ketamine hydrochloride injection; 100 mg: convention",
    },
    DoseRule {
        drug: "ketamine",
        route: Route::Intranasal,
        doses: Doses::Range { mg: Some([10.0, 150.0]), mg_per_kg: [0.1, 2.0] },
        source: "convention",
    },
    DoseRule {
        drug: "ketamine",
        route: Route::Intramuscular,
        doses: Doses::Range { mg: None, mg_per_kg: [0.1, 2.0] },
        source: "convention; 6.5 to 13 mg/kg is anaesthesia: label of ketamine hydrochloride \
                 injection",
    },
    DoseRule {
        drug: "ketamine",
        route: Route::Subcutaneous,
        doses: Doses::Range { mg: None, mg_per_kg: [0.1, 2.0] },
        source: "convention around 0.5 to 0.9 mg/kg (doi 10.1192/bjp.2023.79) and 1 mg/kg (doi \
                 10.1177/0269881118762073)",
    },
    DoseRule {
        drug: "ketamine",
        route: Route::Sublingual,
        doses: Doses::Range { mg: Some([25.0, 600.0]), mg_per_kg: [0.25, 10.0] },
        source: "convention around 300 to 450 mg, at first about 5 mg/kg (doi \
                 10.1016/j.jad.2022.07.004)",
    },
    DoseRule {
        drug: "ketamine",
        route: Route::Oral,
        doses: Doses::Range { mg: Some([25.0, 500.0]), mg_per_kg: [0.25, 7.0] },
        source: "0.25 to 7 mg/kg: Andrade 2019, Oral Ketamine for Depression 2, J Clin Psychiatry; the \
                 limits in mg are a convention",
    },
];

/// What a dose is against the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoseFinding {
    /// Not recorded.
    Missing,
    /// The table has no such drug and route.
    Unchecked,
    /// Nothing that can be told speaks against it.
    Plausible,
    /// No step of the device.
    NotAStep,
    /// Below the range.
    Low,
    /// Above the range, in mg or mg/kg.
    High,
}

/// Relative difference up to which two doses are the same: 0.1 mg/kg of 70 kg is 7 mg, although
/// not in doubles.
const SAME: f64 = 1e-9;

/// Compares a dose with the table.
#[must_use]
pub fn dose_finding(drug: &str, route: Route, dose: GivenDose) -> DoseFinding {
    if dose.is_missing() {
        return DoseFinding::Missing;
    }
    let rule = DOSE_RULES.iter().find(|rule| rule.route == route && rule.drug == drug);
    match rule.map(|rule| rule.doses) {
        None => DoseFinding::Unchecked,
        Some(Doses::StepsMg(steps)) => match dose.mg {
            // A device gives milligrams: a dose by weight alone is none of its steps.
            Some(mg) if steps.iter().any(|step| (mg - step).abs() <= SAME * step) => {
                DoseFinding::Plausible
            }
            Some(_) | None => DoseFinding::NotAStep,
        },
        Some(Doses::Range { mg, mg_per_kg }) => {
            let limits = [dose.mg.zip(mg), dose.mg_per_kg.map(|dose| (dose, mg_per_kg))];
            let any = |is_outside: fn(f64, [f64; 2]) -> bool| {
                limits.into_iter().flatten().any(|(dose, range)| is_outside(dose, range))
            };
            if any(|dose, [_, highest]| dose > highest * (1.0 + SAME)) {
                DoseFinding::High
            } else if any(|dose, [lowest, _]| dose < lowest * (1.0 - SAME)) {
                DoseFinding::Low
            } else {
                DoseFinding::Plausible
            }
        }
    }
}

impl Doses {
    /// The doses in words: `28, 56 or 84 mg`, `0.1 to 2 mg/kg, at most 100 mg`.
    #[must_use]
    pub fn in_words(self) -> String {
        match self {
            Self::StepsMg(steps) => {
                let texts: Vec<String> = steps.iter().map(f64::to_string).collect();
                match texts.split_last() {
                    Some((last, [])) => format!("{last} mg"),
                    Some((last, others)) => format!("{} or {last} mg", others.join(", ")),
                    None => "none".into(),
                }
            }
            Self::Range { mg, mg_per_kg: [lowest, highest] } => {
                let per_kg = format!("{lowest} to {highest} mg/kg");
                match mg {
                    None => per_kg,
                    Some([0.0, most]) => format!("{per_kg}, at most {most} mg"),
                    Some([least, most]) => format!("{per_kg}, {least} to {most} mg"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(drug: &str, route: Route, mg: Option<f64>, mg_per_kg: Option<f64>) -> DoseFinding {
        dose_finding(drug, route, GivenDose { mg, mg_per_kg })
    }

    #[test]
    fn nasal_esketamine_comes_in_steps() {
        let nasal = |mg| finding("esketamine", Route::Intranasal, Some(mg), None);
        for mg in [28.0, 56.0, 84.0] {
            assert_eq!(nasal(mg), DoseFinding::Plausible);
        }
        for mg in [27.9, 42.0, 112.0] {
            assert_eq!(nasal(mg), DoseFinding::NotAStep);
        }
        let by_weight = finding("esketamine", Route::Intranasal, None, Some(0.5));
        assert_eq!(by_weight, DoseFinding::NotAStep);
    }

    #[test]
    fn ketamine_by_vein_is_held_to_both_limits() {
        let vein = |mg, mg_per_kg| finding("ketamine", Route::Intravenous, mg, mg_per_kg);
        for (mg, mg_per_kg, expected) in [
            (None, Some(0.5), DoseFinding::Plausible),
            (None, Some(0.1), DoseFinding::Plausible),
            (None, Some(0.099), DoseFinding::Low),
            (None, Some(2.0), DoseFinding::Plausible),
            (None, Some(2.1), DoseFinding::High),
            (Some(100.0), None, DoseFinding::Plausible),
            (Some(101.0), None, DoseFinding::High),
            // 1 mg/kg of 110 kg.
            (Some(110.0), Some(1.0), DoseFinding::High),
            // Too little to tell without a weight.
            (Some(1.0), None, DoseFinding::Plausible),
            (Some(7.0), Some(7.0 / 70.0), DoseFinding::Plausible),
            (None, None, DoseFinding::Missing),
        ] {
            assert_eq!(vein(mg, mg_per_kg), expected, "{mg:?} mg, {mg_per_kg:?} mg/kg");
        }
    }

    #[test]
    fn what_is_not_in_the_table_is_not_checked() {
        assert_eq!(finding("ketamine", Route::Other, Some(900.0), None), DoseFinding::Unchecked);
        assert_eq!(
            finding("esketamine", Route::Intravenous, None, Some(0.4)),
            DoseFinding::Unchecked
        );
        assert_eq!(finding("ketamine", Route::Sublingual, Some(1000.0), None), DoseFinding::High);
        assert_eq!(finding("ketamine", Route::Oral, Some(10.0), None), DoseFinding::Low);
    }

    #[test]
    fn ranges_ascend_and_are_said_in_words() {
        for rule in DOSE_RULES {
            match rule.doses {
                Doses::StepsMg(steps) => assert!(steps.is_sorted()),
                Doses::Range { mg, mg_per_kg } => {
                    assert!(mg_per_kg.is_sorted() && mg.is_none_or(|mg| mg.is_sorted()));
                }
            }
        }
        let words: Vec<String> = DOSE_RULES.iter().map(|rule| rule.doses.in_words()).collect();
        assert_eq!(words[0], "28, 56 or 84 mg");
        assert_eq!(words[1], "0.1 to 2 mg/kg, at most 100 mg");
        assert_eq!(words[3], "0.1 to 2 mg/kg");
        assert_eq!(words[5], "0.25 to 10 mg/kg, 25 to 600 mg");
    }
}
