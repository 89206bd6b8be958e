//! What the counts of `adjusted_comparison` are to the other tables: the same counts, hidden where
//! those are, with everything that is estimated from them.

use super::joint::{ADJUSTED_AT, DAY_28_AT, RESPONSE_AT, Tables, pair};
use super::rows::{ALL, Rows, Shared};
use crate::privacy::rules::{ColumnRules, Rounding};

/// Everything but the counts.
const ESTIMATED: &[&str] = &[
    "crude_difference",
    "weighted_a",
    "weighted_b",
    "weighted_difference",
    "weighted_lo",
    "weighted_hi",
    "standardised_a",
    "standardised_b",
    "standardised_difference",
    "standardised_lo",
    "standardised_hi",
    "effective_n_a",
    "effective_n_b",
    "at_the_edge",
    "unlike_before",
    "unlike_after",
];

/// `adjusted_comparison`.
pub(super) const ADJUSTED: ColumnRules = ColumnRules {
    people: &["n_a", "n_b", "responders_a", "responders_b"],
    parts: &[("responders_a", "n_a"), ("responders_b", "n_b")],
    rests_on: &[("n_a", &["responders_a"]), ("n_b", &["responders_b"])],
    computed: &[
        ("n_a", ESTIMATED),
        ("n_b", ESTIMATED),
        ("responders_a", ESTIMATED),
        ("responders_b", ESTIMATED),
    ],
    rounding: &[
        ("crude_difference", Rounding::Hundredths),
        ("weighted_a", Rounding::Hundredths),
        ("weighted_b", Rounding::Hundredths),
        ("weighted_difference", Rounding::Hundredths),
        ("weighted_lo", Rounding::Hundredths),
        ("weighted_hi", Rounding::Hundredths),
        ("standardised_a", Rounding::Hundredths),
        ("standardised_b", Rounding::Hundredths),
        ("standardised_difference", Rounding::Hundredths),
        ("standardised_lo", Rounding::Hundredths),
        ("standardised_hi", Rounding::Hundredths),
        ("effective_n_a", Rounding::Tenths),
        ("effective_n_b", Rounding::Tenths),
        ("at_the_edge", Rounding::Hundredths),
        ("unlike_before", Rounding::Hundredths),
        ("unlike_after", Rounding::Hundredths),
    ],
};

/// Each count is one of another table.
pub(super) fn relate(tables: &mut Tables, shared: &Shared) {
    let Shared { labels, responses, .. } = shared;
    let days = Rows::of(labels, tables.table(DAY_28_AT));
    for row in 0..tables.table(ADJUSTED_AT).n_rows() {
        let table = tables.table(ADJUSTED_AT);
        let text = |name: &str| table.text(row, name).to_owned();
        let (instrument, outcome) = (text("instrument"), text("outcome"));
        let infusion = table.int(row, "infusion").unwrap_or_default();
        let sides = [("route_a", "n_a", "responders_a"), ("route_b", "n_b", "responders_b")]
            .map(|(route, n, responders)| (text(route), n, responders));
        for (route, n, responders) in sides {
            let key = labels.key(infusion, [&instrument, ALL, ALL, &route]);
            let (number, place, theirs) = if outcome == "nri-at-day-28" {
                (DAY_28_AT, days.get(key), ["n_day28", "responders_day28"])
            } else {
                (RESPONSE_AT, responses.get(key), ["n_enrolled", "responders_nri"])
            };
            let Some(place) = place else { continue };
            for (their, own) in theirs.into_iter().zip([n, responders]) {
                if let Some((their, own)) =
                    pair(tables, (number, place, their), (ADJUSTED_AT, row, own))
                {
                    tables.together(their, own);
                }
            }
        }
    }
}
