//! What the counts of `blood_pressure` are to each other and to the flow.

use super::joint::{BLOOD_PRESSURE_AT, Tables, across_routes_and_levels, pair};
use super::rows::{Labels, Rows};
use super::treated::among_treated;
use crate::privacy::rules::{ColumnRules, Rounding};

pub(super) const BLOOD_PRESSURE: ColumnRules = ColumnRules {
    people: &["n_persons", "risen", "high", "n_saturation", "low_saturation"],
    parts: &[],
    rests_on: &[("n_persons", &["risen", "high"]), ("n_saturation", &["low_saturation"])],
    computed: &[
        (
            "n_persons",
            &[
                "mean_systolic_before",
                "mean_systolic_highest",
                "mean_systolic_rise",
                "systolic_rise_lo",
                "systolic_rise_hi",
                "mean_diastolic_before",
                "mean_diastolic_highest",
                "mean_diastolic_rise",
                "diastolic_rise_lo",
                "diastolic_rise_hi",
                "risen_share",
                "risen_lo",
                "risen_hi",
                "high_share",
                "high_lo",
                "high_hi",
            ],
        ),
        ("risen", &["risen_share", "risen_lo", "risen_hi"]),
        ("high", &["high_share", "high_lo", "high_hi"]),
        (
            "n_saturation",
            &[
                "mean_saturation_lowest",
                "low_saturation_share",
                "low_saturation_lo",
                "low_saturation_hi",
            ],
        ),
        ("low_saturation", &["low_saturation_share", "low_saturation_lo", "low_saturation_hi"]),
    ],
    rounding: &[
        ("mean_systolic_before", Rounding::Tenths),
        ("mean_systolic_highest", Rounding::Tenths),
        ("mean_systolic_rise", Rounding::Tenths),
        ("systolic_rise_lo", Rounding::Tenths),
        ("systolic_rise_hi", Rounding::Tenths),
        ("mean_diastolic_before", Rounding::Tenths),
        ("mean_diastolic_highest", Rounding::Tenths),
        ("mean_diastolic_rise", Rounding::Tenths),
        ("diastolic_rise_lo", Rounding::Tenths),
        ("diastolic_rise_hi", Rounding::Tenths),
        ("risen_share", Rounding::Hundredths),
        ("risen_lo", Rounding::Hundredths),
        ("risen_hi", Rounding::Hundredths),
        ("high_share", Rounding::Hundredths),
        ("high_lo", Rounding::Hundredths),
        ("high_hi", Rounding::Hundredths),
        ("mean_saturation_lowest", Rounding::Tenths),
        ("low_saturation_share", Rounding::Hundredths),
        ("low_saturation_lo", Rounding::Hundredths),
        ("low_saturation_hi", Rounding::Hundredths),
    ],
};

/// Counts that are part of another.
const PARTS: [(&str, &str); 3] =
    [("risen", "n_persons"), ("high", "n_persons"), ("low_saturation", "n_saturation")];

/// Everything that is known to add up.
pub(super) fn relate(tables: &mut Tables, labels: &Labels) {
    let rows = Rows::by_route(labels, tables.table(BLOOD_PRESSURE_AT), &[], |_| true);
    across_routes_and_levels(tables, BLOOD_PRESSURE_AT, &rows, labels, BLOOD_PRESSURE.people);
    among_treated(tables, BLOOD_PRESSURE_AT, &rows, labels, &["n_persons", "n_saturation"]);
    for row in 0..tables.table(BLOOD_PRESSURE_AT).n_rows() {
        for (part, whole) in PARTS {
            let [part, whole] = [part, whole].map(|column| (BLOOD_PRESSURE_AT, row, column));
            if let Some((part, whole)) = pair(tables, part, whole) {
                tables.part(part, whole);
            }
        }
    }
}
