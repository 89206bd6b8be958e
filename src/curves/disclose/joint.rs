//! The tables that are hidden together, the places of their rows, and what holds for every table by
//! stratum, level, route and infusion.

use crate::curves::settings::Stratum;
use crate::privacy::suppress::{CellAt, Suppression};
use crate::table::Table;
use std::collections::BTreeMap;

/// `response_by_infusion`.
pub(super) const RESPONSE_AT: usize = 0;
/// `cohort_flow`.
pub(super) const FLOW_AT: usize = 1;
/// `anomalies`.
pub(super) const ANOMALIES_AT: usize = 2;
/// Counts by first response, from which the cumulative tables are made.
pub(super) const FIRST_AT: usize = 3;
/// Counts of day 28, from which the comparison is made.
pub(super) const DAY_28_AT: usize = 4;
/// `completeness`.
pub(super) const COMPLETENESS_AT: usize = 5;

/// `data_quality`.
pub(super) const ACCOUNT_AT: usize = 6;
/// Of how many people `data_quality` counts otherwise than `completeness`.
pub(super) const OUTSIDE_AT: usize = 7;

/// All tables of a run.
pub(super) type Tables = Suppression<8>;

/// Rows of a table by what they are.
pub(super) struct Rows(pub(super) BTreeMap<RowKey, usize>);

/// What a row is about. Tables without infusions have 0 there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the columns of the tables")]
pub(super) struct RowKey {
    pub(super) instrument: String,
    pub(super) infusion: i64,
    pub(super) stratum: String,
    pub(super) level: String,
    pub(super) route: String,
}

impl RowKey {
    fn with(&self, stratum: &str, level: &str, route: &str) -> Self {
        let [stratum, level, route] = [stratum, level, route].map(str::to_owned);
        Self { instrument: self.instrument.clone(), infusion: self.infusion, stratum, level, route }
    }
}

impl Rows {
    /// The rows of a table.
    #[must_use]
    pub(super) fn of(table: &Table) -> Self {
        let key = |row| RowKey {
            instrument: table.text(row, "instrument").to_owned(),
            infusion: table.int(row, "infusion").unwrap_or_default(),
            stratum: table.text(row, "stratum").to_owned(),
            level: table.text(row, "level").to_owned(),
            route: table.text(row, "route").to_owned(),
        };
        Self((0..table.n_rows()).map(|row| (key(row), row)).collect())
    }

    /// The row of a key.
    #[must_use]
    pub(super) fn get(&self, key: &RowKey) -> Option<usize> {
        self.0.get(key).copied()
    }

    /// The row of the same instrument, stratum, level and route at every infusion from 1.
    #[must_use]
    pub(super) fn over_infusions(&self, key: &RowKey) -> Vec<usize> {
        let later = (1..).map_while(|infusion| self.get(&RowKey { infusion, ..key.clone() }));
        later.collect()
    }
}

/// Cells of one column in two rows, or of two columns in one row, where both exist.
#[must_use]
pub(super) fn pair(
    tables: &Tables,
    first: (usize, usize, &str),
    second: (usize, usize, &str),
) -> Option<(CellAt, CellAt)> {
    tables.at(first.0, first.1, first.2).zip(tables.at(second.0, second.1, second.2))
}

/// A chain of single counts.
#[must_use]
pub(super) fn links(cells: &[CellAt]) -> Vec<Vec<CellAt>> {
    cells.iter().map(|at| vec![*at]).collect()
}

/// Level or route of rows that are not split.
pub(super) const ALL: &str = "all";
const MIXED: &str = "mixed";

/// Routes add up to `all`, levels to the whole; `mixed` is part of it, `phase` repeats it.
pub(super) fn across_routes_and_levels(
    tables: &mut Tables,
    number: usize,
    rows: &Rows,
    columns: &[&str],
) {
    let mut by_route: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut by_level: BTreeMap<(usize, &str), Vec<usize>> = BTreeMap::new();
    let mut mixed = Vec::new();
    let mut phase: BTreeMap<(&str, i64), Vec<(usize, usize)>> = BTreeMap::new();
    for (key, row) in &rows.0 {
        let all_routes = rows.get(&key.with(&key.stratum, &key.level, ALL));
        match (key.route.as_str(), all_routes) {
            (ALL, _) | (_, None) => {}
            (MIXED, Some(all)) => mixed.push((*row, all)),
            (_, Some(all)) => by_route.entry(all).or_default().push(*row),
        }
        let whole = rows.get(&key.with(ALL, ALL, &key.route));
        match (key.stratum.as_str(), whole) {
            (ALL, _) | (_, None) => {}
            (name, Some(whole)) if name == Stratum::Phase.as_str() => {
                phase.entry((&key.instrument, key.infusion)).or_default().push((*row, whole));
            }
            (name, Some(whole)) if name != Stratum::CourseOrder.as_str() => {
                by_level.entry((whole, name)).or_default().push(*row);
            }
            _ => {}
        }
    }
    for column in columns {
        let at = |tables: &Tables, row| tables.at(number, row, column);
        let sets = by_route.iter().map(|(total, parts)| (*total, parts));
        for (total, parts) in sets.chain(by_level.iter().map(|((total, _), parts)| (*total, parts)))
        {
            let mut parts = parts.clone();
            parts.sort_unstable();
            let parts: Vec<CellAt> = parts.into_iter().filter_map(|row| at(tables, row)).collect();
            if let Some(total) = at(tables, total) {
                tables.sum(total, parts);
            }
        }
        for (row, whole) in &mixed {
            if let Some((part, whole)) = at(tables, *row).zip(at(tables, *whole)) {
                tables.part(part, whole);
            }
        }
        for rows in phase.values() {
            let pairs =
                rows.iter().filter_map(|(row, whole)| at(tables, *row).zip(at(tables, *whole)));
            let pairs = pairs.collect();
            tables.repeat(pairs);
        }
    }
}
