//! What the counts of `response_by_infusion` are to each other.

use super::joint::{ALL, RESPONSE_AT, RowKey, Rows, Tables, across_routes_and_levels, links, pair};
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
pub(super) fn relate(tables: &mut Tables, rows: &Rows) {
    within_rows(tables);
    across_infusions(tables, rows);
    fixed_cohort(tables, rows);
    across_routes_and_levels(tables, RESPONSE_AT, rows, RESPONSE.people);
}

fn within_rows(tables: &mut Tables) {
    for row in 0..tables.table(RESPONSE_AT).n_rows() {
        for (larger, smaller) in [
            ("n_treated", "n_observed"),
            ("n_enrolled", "n_treated"),
            ("responders_locf", "responders_nri"),
        ] {
            let cells = pair(tables, (RESPONSE_AT, row, larger), (RESPONSE_AT, row, smaller));
            if let Some((larger, smaller)) = cells {
                tables.nested(larger, smaller);
            }
        }
        // `n_enrolled` follows from the treated at 1 and `n_not_due`.
        let behind =
            pair(tables, (RESPONSE_AT, row, "n_enrolled"), (RESPONSE_AT, row, "n_treated"));
        if let Some((enrolled, treated)) = behind {
            tables.tells([(enrolled, 1), (treated, -1)], treated);
        }
        // The fourth cell of above the line before by in remission after.
        let at = |column| tables.at(RESPONSE_AT, row, column);
        let columns = ["n_observed", "n_above_line", "remitters", "remitters_above_line"];
        let cells = columns.map(at).into_iter().zip([1, -1, -1, 1]);
        let cells: Option<Vec<_>> = cells.map(|(at, sign)| Some((at?, sign))).collect();
        if let Some((cells, both)) = cells.zip(at("remitters_above_line")) {
            tables.tells(cells, both);
        }
        let same =
            pair(tables, (RESPONSE_AT, row, "responders"), (RESPONSE_AT, row, "responders_nri"));
        if let Some((a, b)) = same {
            tables.same(a, b);
        }
    }
}

/// Whoever was treated at k + 1 was treated at k, and is among those not yet due at k + 1 who were
/// not at k. Everyone treated at 1 is at every k either enrolled or not yet due, so that a small
/// `n_enrolled` hides `n_not_due`, a hidden `n_not_due` takes `n_enrolled` with it, and a hidden
/// `n_treated` at 1 takes it at every k. `n_treated` at 1 is hidden where few of those due at any k
/// were not scored, because `n_observed` at k and it would tell how many.
fn across_infusions(tables: &mut Tables, rows: &Rows) {
    for (key, row) in &rows.in_order {
        let not_due = tables.at(RESPONSE_AT, *row, "n_not_due");
        let enrolled = tables.at(RESPONSE_AT, *row, "n_enrolled");
        if let Some((not_due, enrolled)) = not_due.zip(enrolled) {
            tables.together(not_due, enrolled);
        }
        if key.infusion != 1 {
            continue;
        }
        let later = rows.over_infusions(key);
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
        tables.chain(&links(&treated), &forward);
        tables.chain(&links(&not_due), &forward);
    }
}

/// Whoever stands in the fixed cohort was treated at the infusion that admits to it, and everyone who
/// was stands there: at each earlier infusion too they are that many. Later on, who is not yet due
/// is so there, or was not yet due at that infusion.
fn fixed_cohort(tables: &mut Tables, rows: &Rows) {
    for (key, row) in
        rows.in_order.iter().filter(|(key, _)| key.stratum == Stratum::FixedCohort.as_str())
    {
        let Ok(least) = key.level.trim_end_matches('+').parse() else { continue };
        let whole =
            |infusion| rows.get(&RowKey::new(infusion, [&key.instrument, ALL, ALL, &key.route]));
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
