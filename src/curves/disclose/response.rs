//! What the counts of `response_by_infusion` are to each other.

use super::joint::{RESPONSE_AT, Tables, across_routes_and_levels};
use super::rows::{RowKey, Shared};
use crate::curves::settings::Stratum;
use crate::privacy::rules::{ColumnRules, Rounding};
use crate::privacy::suppress::CellAt;

/// `response_by_infusion`.
///
/// `responders_nri` is the same count as `responders` (whoever responded was observed), and
/// `remitters_above_line` is part of both its wholes, so what hides one hides what gives it back.
pub(super) const RESPONSE: ColumnRules = ColumnRules {
    people: &[
        "n_observed",
        "n_treated",
        "responders",
        "remitters",
        "n_above_line",
        "remitters_above_line",
        "n_enrolled",
        "n_not_due",
        "responders_nri",
        "responders_locf",
    ],
    parts: &[
        ("responders", "n_observed"),
        ("remitters", "n_observed"),
        ("n_above_line", "n_observed"),
        ("remitters_above_line", "n_above_line"),
        ("remitters_above_line", "remitters"),
        ("responders_nri", "n_enrolled"),
        ("responders_locf", "n_enrolled"),
    ],
    rests_on: &[
        (
            "n_observed",
            &[
                "mean_score",
                "mean_change",
                "change_sd",
                "change_lo",
                "change_hi",
                "responders",
                "remitters",
                "n_above_line",
                "remitters_above_line",
            ],
        ),
        ("n_above_line", &["remitters_above_line"]),
        ("n_enrolled", &["responders_nri", "responders_locf"]),
    ],
    computed: &[
        ("responders", &["response_rate", "response_lo", "response_hi"]),
        ("remitters", &["remission_rate", "remission_lo", "remission_hi"]),
        (
            "n_observed",
            &[
                "mean_score",
                "mean_change",
                "change_sd",
                "change_lo",
                "change_hi",
                "response_rate",
                "response_lo",
                "response_hi",
                "remission_rate",
                "remission_lo",
                "remission_hi",
            ],
        ),
        ("responders_nri", &["response_rate_nri"]),
        ("responders_locf", &["response_rate_locf"]),
        ("n_enrolled", &["response_rate_nri", "response_rate_locf"]),
    ],
    rounding: &[
        ("mean_score", Rounding::Tenths),
        ("mean_change", Rounding::Tenths),
        ("change_sd", Rounding::Tenths),
        ("change_lo", Rounding::Tenths),
        ("change_hi", Rounding::Tenths),
        ("response_rate", Rounding::Hundredths),
        ("response_lo", Rounding::Hundredths),
        ("response_hi", Rounding::Hundredths),
        ("remission_rate", Rounding::Hundredths),
        ("remission_lo", Rounding::Hundredths),
        ("remission_hi", Rounding::Hundredths),
        ("response_rate_nri", Rounding::Hundredths),
        ("response_rate_locf", Rounding::Hundredths),
    ],
};

/// Everything that is known to add up.
pub(super) fn relate(tables: &mut Tables, shared: &Shared) {
    within_rows(tables);
    across_infusions(tables, shared);
    fixed_cohort(tables, shared);
    let Shared { labels, responses, .. } = shared;
    across_routes_and_levels(tables, RESPONSE_AT, responses, labels, RESPONSE.people);
}

fn within_rows(tables: &mut Tables) {
    let names = [
        "n_enrolled",
        "n_treated",
        "n_observed",
        "n_above_line",
        "remitters",
        "remitters_above_line",
        "responders",
        "responders_nri",
        "responders_locf",
    ];
    let Some(columns) = tables.columns(RESPONSE_AT, names) else { return };
    for row in 0..tables.table(RESPONSE_AT).n_rows() {
        let [enrolled, treated, observed, above, remitters, both, responders, nri, locf] =
            columns.map(|column| column.row(row));
        for (larger, smaller) in [(treated, observed), (enrolled, treated), (locf, nri)] {
            tables.nested(larger, smaller);
        }
        // `n_enrolled` follows from the treated at 1 and `n_not_due`.
        tables.tells([(enrolled, 1), (treated, -1)], treated);
        // The fourth cell of above the line before by in remission after.
        tables.tells([(observed, 1), (above, -1), (remitters, -1), (both, 1)], both);
        tables.same(responders, nri);
    }
}

/// Whoever was treated at k + 1 was treated at k, and is among those not yet due at k + 1 who were
/// not at k. Everyone treated at 1 is at every k either enrolled or not yet due, so that a small
/// `n_enrolled` hides `n_not_due`, a hidden `n_not_due` takes `n_enrolled` with it, and a hidden
/// `n_treated` at 1 takes it at every k. `n_treated` at 1 is hidden where few of those due at any k
/// were not scored, because `n_observed` at k and it would tell how many.
fn across_infusions(tables: &mut Tables, shared: &Shared) {
    let rows = &shared.responses;
    for (key, row) in &rows.in_order {
        let not_due = tables.at(RESPONSE_AT, *row, "n_not_due");
        let enrolled = tables.at(RESPONSE_AT, *row, "n_enrolled");
        if let Some((not_due, enrolled)) = not_due.zip(enrolled) {
            tables.together(not_due, enrolled);
        }
        if key.infusion != 1 {
            continue;
        }
        let later = rows.over_infusions(*key);
        let cells = |column: &str| -> Vec<CellAt> {
            later.iter().filter_map(|row| tables.at(RESPONSE_AT, *row, column)).collect()
        };
        let treated = cells("n_treated");
        let observed = cells("n_observed");
        let [enrolled, mut not_due] = [cells("n_enrolled"), cells("n_not_due")];
        let forward: Vec<usize> = (0..later.len()).collect();
        if let Some(everyone) = treated.first() {
            for ((enrolled, not_due), observed) in enrolled.iter().zip(&not_due).zip(&observed) {
                tables.together(*everyone, *enrolled);
                tables.part(*not_due, *everyone);
                // Whoever was due and not scored, whether treated at k or not.
                tables.tells([(*everyone, 1), (*not_due, -1), (*observed, -1)], *everyone);
            }
        }
        not_due.reverse();
        tables.chain(&treated, &forward);
        tables.chain(&not_due, &forward);
    }
}

/// Whoever stands in the fixed cohort was treated at the infusion that admits to it, and everyone who
/// was stands there: at each earlier infusion too they are that many. Later on, who is not yet due
/// is so there, or was not yet due at that infusion.
fn fixed_cohort(tables: &mut Tables, shared: &Shared) {
    let Shared { labels, responses: rows, .. } = shared;
    let stratum = labels.stratum(Stratum::FixedCohort);
    for (key, row) in rows.in_order.iter().filter(|(key, _)| key.stratum == stratum) {
        let Ok(least) = labels.text(key.level).trim_end_matches('+').parse() else { continue };
        let whole = |infusion| rows.get(RowKey { infusion, ..key.whole(labels) });
        let Some(admitted) = whole(least) else { continue };
        if key.infusion <= least {
            let treated = [*row, admitted].map(|row| tables.at(RESPONSE_AT, row, "n_treated"));
            if let [Some(here), Some(there)] = treated {
                tables.same(here, there);
            }
            continue;
        }
        let rows = [whole(key.infusion), Some(*row), Some(admitted)];
        let not_due = rows.map(|row| tables.at(RESPONSE_AT, row?, "n_not_due"));
        if let [Some(whole), Some(here), Some(before)] = not_due {
            tables.sum(whole, [here, before]);
        }
    }
}
