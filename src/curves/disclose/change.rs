//! What the counts of `change_by_infusion` and `individual_change` are to each other and to the
//! response table: breakdowns of those observed after an infusion.

use super::joint::{CHANGE_AT, INDIVIDUAL_AT, RESPONSE_AT, Tables, across_routes_and_levels, pair};
use super::rows::{Rows, Shared};
use crate::privacy::rules::{ColumnRules, Rounding};

/// `change_by_infusion`.
pub(super) const CHANGE: ColumnRules = ColumnRules {
    people: &["n_observed", "partial_responders", "improved", "worse", "early"],
    parts: &[
        ("partial_responders", "n_observed"),
        ("improved", "n_observed"),
        ("worse", "n_observed"),
        ("early", "n_observed"),
    ],
    rests_on: &[(
        "n_observed",
        &[
            "median_score",
            "median_change",
            "mean_percent_change",
            "percent_change_lo",
            "percent_change_hi",
            "effect_size_baseline",
            "effect_size_change",
            "partial_responders",
            "improved",
            "worse",
            "mean_hours",
            "median_hours",
            "early",
        ],
    )],
    computed: &[
        (
            "n_observed",
            &[
                "median_score",
                "median_change",
                "mean_percent_change",
                "percent_change_lo",
                "percent_change_hi",
                "effect_size_baseline",
                "effect_size_change",
                "partial_response_rate",
                "partial_response_lo",
                "partial_response_hi",
                "improved_rate",
                "improved_lo",
                "improved_hi",
                "worse_rate",
                "worse_lo",
                "worse_hi",
                "mean_hours",
                "median_hours",
                "early_rate",
                "early_lo",
                "early_hi",
            ],
        ),
        (
            "partial_responders",
            &["partial_response_rate", "partial_response_lo", "partial_response_hi"],
        ),
        ("improved", &["improved_rate", "improved_lo", "improved_hi"]),
        ("worse", &["worse_rate", "worse_lo", "worse_hi"]),
        ("early", &["early_rate", "early_lo", "early_hi"]),
    ],
    rounding: &[
        ("median_score", Rounding::Tenths),
        ("median_change", Rounding::Tenths),
        ("mean_percent_change", Rounding::Tenths),
        ("percent_change_lo", Rounding::Tenths),
        ("percent_change_hi", Rounding::Tenths),
        ("effect_size_baseline", Rounding::Hundredths),
        ("effect_size_change", Rounding::Hundredths),
        ("partial_response_rate", Rounding::Hundredths),
        ("partial_response_lo", Rounding::Hundredths),
        ("partial_response_hi", Rounding::Hundredths),
        ("improved_rate", Rounding::Hundredths),
        ("improved_lo", Rounding::Hundredths),
        ("improved_hi", Rounding::Hundredths),
        ("worse_rate", Rounding::Hundredths),
        ("worse_lo", Rounding::Hundredths),
        ("worse_hi", Rounding::Hundredths),
        ("mean_hours", Rounding::Tenths),
        ("median_hours", Rounding::Tenths),
        ("early_rate", Rounding::Hundredths),
        ("early_lo", Rounding::Hundredths),
        ("early_hi", Rounding::Hundredths),
    ],
};

/// `individual_change`.
pub(super) const INDIVIDUAL: ColumnRules = ColumnRules {
    people: &["n_observed", "recovered", "improved", "unchanged", "deteriorated"],
    parts: &[
        ("recovered", "n_observed"),
        ("improved", "n_observed"),
        ("unchanged", "n_observed"),
        ("deteriorated", "n_observed"),
    ],
    rests_on: &[("n_observed", &["recovered", "improved", "unchanged", "deteriorated"])],
    computed: &[
        ("recovered", &["recovered_rate", "recovered_lo", "recovered_hi"]),
        ("improved", &["improved_rate", "improved_lo", "improved_hi"]),
        ("unchanged", &["unchanged_rate", "unchanged_lo", "unchanged_hi"]),
        ("deteriorated", &["deteriorated_rate", "deteriorated_lo", "deteriorated_hi"]),
        (
            "n_observed",
            &[
                "recovered_rate",
                "recovered_lo",
                "recovered_hi",
                "improved_rate",
                "improved_lo",
                "improved_hi",
                "unchanged_rate",
                "unchanged_lo",
                "unchanged_hi",
                "deteriorated_rate",
                "deteriorated_lo",
                "deteriorated_hi",
            ],
        ),
    ],
    rounding: &[
        ("recovered_rate", Rounding::Hundredths),
        ("recovered_lo", Rounding::Hundredths),
        ("recovered_hi", Rounding::Hundredths),
        ("improved_rate", Rounding::Hundredths),
        ("improved_lo", Rounding::Hundredths),
        ("improved_hi", Rounding::Hundredths),
        ("unchanged_rate", Rounding::Hundredths),
        ("unchanged_lo", Rounding::Hundredths),
        ("unchanged_hi", Rounding::Hundredths),
        ("deteriorated_rate", Rounding::Hundredths),
        ("deteriorated_lo", Rounding::Hundredths),
        ("deteriorated_hi", Rounding::Hundredths),
        ("baseline_sd", Rounding::Tenths),
        ("points", Rounding::Tenths),
    ],
};

/// Everything that is known to add up.
pub(super) fn relate(tables: &mut Tables, shared: &Shared) {
    let Shared { labels, responses, .. } = shared;
    let changes = Rows::of(labels, tables.table(CHANGE_AT));
    for (key, row) in &changes.in_order {
        let Some(response) = responses.get(*key) else { continue };
        same_people(tables, (CHANGE_AT, *row), (RESPONSE_AT, response));
        // The groups of a landmark are, together, those without a response.
        let without = pair(
            tables,
            (RESPONSE_AT, response, "n_observed"),
            (RESPONSE_AT, response, "responders"),
        );
        if let Some((observed, responders)) = without {
            tables.difference(observed, responders);
        }
        for ((larger, of), (smaller, of_other)) in [
            (("improved", (CHANGE_AT, *row)), ("partial_responders", (CHANGE_AT, *row))),
            (("partial_responders", (CHANGE_AT, *row)), ("responders", (RESPONSE_AT, response))),
        ] {
            let cells = pair(tables, (of.0, of.1, larger), (of_other.0, of_other.1, smaller));
            if let Some((larger, smaller)) = cells {
                tables.nested(larger, smaller);
            }
        }
        let cells =
            ["n_observed", "improved", "worse"].map(|name| tables.at(CHANGE_AT, *row, name));
        if let [Some(all), Some(improved), Some(worse)] = cells {
            // Neither improved nor worse.
            tables.keep_back([(all, 1), (improved, -1), (worse, -1)]);
        }
    }
    across_routes_and_levels(tables, CHANGE_AT, &changes, labels, &CHANGE.people[1..]);

    let verdicts = Rows::of(labels, tables.table(INDIVIDUAL_AT));
    for (key, row) in &verdicts.in_order {
        let Some(response) = responses.get(*key) else { continue };
        same_people(tables, (INDIVIDUAL_AT, *row), (RESPONSE_AT, response));
        let parts = INDIVIDUAL.people[1..].iter();
        let parts: Vec<_> = parts.filter_map(|name| tables.at(INDIVIDUAL_AT, *row, name)).collect();
        if let Some(all) = tables.at(INDIVIDUAL_AT, *row, "n_observed") {
            for part in &parts {
                tables.difference(all, *part);
            }
            tables.sum(all, parts);
        }
        let worse = changes.get(*key).and_then(|change| {
            pair(tables, (CHANGE_AT, change, "worse"), (INDIVIDUAL_AT, *row, "deteriorated"))
        });
        if let Some((worse, deteriorated)) = worse {
            tables.nested(worse, deteriorated);
        }
        // Whoever recovered crossed the line.
        let recovered = pair(
            tables,
            (INDIVIDUAL_AT, *row, "recovered"),
            (RESPONSE_AT, response, "remitters_above_line"),
        );
        if let Some((recovered, remitters)) = recovered {
            tables.part(recovered, remitters);
        }
        // The line itself comes from the baselines of everyone.
        let everyone = responses.get(key.response(1).whole(labels).all_routes(labels));
        for estimate in ["baseline_sd", "points"] {
            let cells = everyone.and_then(|everyone| {
                let n = (RESPONSE_AT, everyone, "n_treated");
                pair(tables, n, (INDIVIDUAL_AT, *row, estimate))
            });
            if let Some((n, estimate)) = cells {
                tables.tells([(n, 1)], estimate);
            }
        }
    }
    across_routes_and_levels(tables, INDIVIDUAL_AT, &verdicts, labels, &INDIVIDUAL.people[1..]);
}

/// `n_observed` of two rows is one count: hidden in one, it is hidden in the other.
fn same_people(tables: &mut Tables, a: (usize, usize), b: (usize, usize)) {
    if let Some((a, b)) = pair(tables, (a.0, a.1, "n_observed"), (b.0, b.1, "n_observed")) {
        tables.together(a, b);
        tables.together(b, a);
        tables.same(a, b);
    }
}
