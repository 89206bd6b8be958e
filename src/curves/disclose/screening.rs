//! What the counts of `screening` are to each other and to the flow.

use super::joint::{FLOW_AT, SCREENING_AT, Tables, pair, part_and_rest};
use super::published::without;
use crate::curves::cohort::Step;
use crate::curves::screening::{ALL, ANY, NONE_GIVEN, UNTREATED};
use crate::event::code::ScreeningDecision;
use crate::privacy::rules::ColumnRules;
use crate::privacy::suppress::CellAt;
use crate::table::Table;
use std::collections::BTreeMap;

pub(super) const SCREENING: ColumnRules = ColumnRules {
    people: &["n_subjects", "n_treated", UNTREATED],
    parts: &[],
    rests_on: &[("n_subjects", &["n_treated", UNTREATED])],
    computed: &[],
    rounding: &[],
};

/// Everything that is known to add up.
pub(super) fn relate(tables: &mut Tables) {
    let table = tables.table(SCREENING_AT);
    let mut decisions: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for row in 0..table.n_rows() {
        let rows = decisions.entry(table.text(row, "decision")).or_default();
        rows.insert(table.text(row, "reason"), row);
        let parts = pair(tables, (SCREENING_AT, row, "n_treated"), (SCREENING_AT, row, UNTREATED));
        if let Some((whole, (treated, untreated))) = at(tables, row, "n_subjects").zip(parts) {
            tables.sum(whole, [treated, untreated]);
        }
    }
    for rows in decisions.values() {
        for column in SCREENING.people {
            over_reasons(tables, table, rows, column);
        }
    }
    to_flow(tables, &decisions);
}

fn at(tables: &Tables, row: usize, column: &str) -> Option<CellAt> {
    tables.at(SCREENING_AT, row, column)
}

/// With and without a contraindication add up to all of a decision. A person may have several, so
/// that single ones are parts of any; what they count over and above it tells of those who do.
fn over_reasons(
    tables: &mut Tables,
    table: &Table,
    rows: &BTreeMap<&str, usize>,
    column: &'static str,
) {
    let of = |reason: &str| rows.get(reason).and_then(|row| at(tables, *row, column));
    let (Some(all), Some(any), Some(none)) = (of(ALL), of(ANY), of(NONE_GIVEN)) else { return };
    let single = rows.iter().filter(|(reason, _)| ![ALL, ANY, NONE_GIVEN].contains(reason));
    let single: Vec<usize> =
        single.map(|(_, row)| *row).filter(|row| table.int(*row, column) > Some(0)).collect();
    let cells: Vec<CellAt> = single.iter().filter_map(|row| at(tables, *row, column)).collect();
    tables.sum(all, [any, none]);
    for cell in &cells {
        part_and_rest(tables, *cell, any);
    }
    let fewest = cells.iter().min_by_key(|cell| table.int(cell.row, column));
    if let Some(fewest) = fewest.copied() {
        let sum = cells.iter().map(|cell| (*cell, 1)).chain([(any, -1)]);
        tables.tells(sum, fewest);
    }
}

/// All decisions add up to everyone known, those treated to everyone treated, and those deferred or
/// excluded and not treated to the first loss of the flow.
fn to_flow(tables: &mut Tables, decisions: &BTreeMap<&str, BTreeMap<&str, usize>>) {
    let flow = tables.table(FLOW_AT);
    let step = |step: Step, column: &str| {
        let is_step = |row: &usize| {
            flow.text(*row, "step") == step.as_str() && flow.text(*row, "route") == ALL
        };
        let row = (0..flow.n_rows()).find(is_step)?;
        tables.at(FLOW_AT, row, column)
    };
    let all = |tables: &Tables, column: &str, counts: &dyn Fn(&str) -> bool| -> Vec<CellAt> {
        let rows = decisions.iter().filter(|(decision, _)| counts(decision));
        rows.filter_map(|(_, rows)| at(tables, *rows.get(ALL)?, column)).collect()
    };
    let out =
        [ScreeningDecision::Deferred, ScreeningDecision::Excluded].map(ScreeningDecision::as_str);
    let sums = [
        (step(Step::Known, "n_subjects"), all(tables, "n_subjects", &|_| true)),
        (step(Step::Treated, "n_subjects"), all(tables, "n_treated", &|_| true)),
        (step(Step::NotScreenedOut, "lost"), all(tables, UNTREATED, &|d| out.contains(&d))),
    ];
    for (total, parts) in sums {
        if let Some(total) = total {
            tables.sum(total, parts);
        }
    }
}

/// The table as it is published.
pub(super) fn published<const N: usize>(tables: &[&Table; N]) -> Table {
    without(tables[SCREENING_AT], &[UNTREATED])
}
