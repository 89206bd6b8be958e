//! The tables that are hidden together, the places of their rows, and what holds for every table by
//! stratum, level, route and infusion.

use crate::curves::settings::Stratum;
use crate::privacy::relations::Relations;
use crate::privacy::suppress::CellAt;
use crate::table::Table;
use compact_str::CompactString;
use std::collections::{BTreeMap, HashMap};

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
/// `item_9`.
pub(super) const ITEM_9_AT: usize = 17;
/// `side_effects`.
pub(super) const SIDE_EFFECTS_AT: usize = 18;
/// `dissociation`.
pub(super) const DISSOCIATION_AT: usize = 19;
/// `blood_pressure`.
pub(super) const BLOOD_PRESSURE_AT: usize = 20;
/// `screening`.
pub(super) const SCREENING_AT: usize = 21;

/// `change_by_infusion`.
pub(super) const CHANGE_AT: usize = 8;
/// `individual_change`.
pub(super) const INDIVIDUAL_AT: usize = 9;
/// `severity_shift`.
pub(super) const SHIFT_AT: usize = 10;
/// `onset`.
pub(super) const ONSET_AT: usize = 11;
/// `go_on`.
pub(super) const GO_ON_AT: usize = 12;
/// `after_adjustment`.
pub(super) const ADJUSTMENT_AT: usize = 13;
/// Counts from which `durability` is made.
pub(super) const DURABILITY_AT: usize = 14;
/// Counts from which `time_on_treatment` is made.
pub(super) const TREATMENT_AT: usize = 15;

/// `adjusted_comparison`.
pub(super) const ADJUSTED_AT: usize = 16;

/// How many tables there are.
pub(super) const N_TABLES: usize = 22;

/// All tables of a run, and what is said of them.
pub(super) type Tables<'a> = Relations<'a, N_TABLES>;

/// Rows of a table by what they are.
pub(super) struct Rows {
    pub(super) in_order: BTreeMap<RowKey, usize>,
    /// The same, for the many times that one is looked up.
    places: HashMap<RowKey, usize>,
}

/// What a row is about. Tables without infusions have 0 there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the columns of the tables")]
pub(super) struct RowKey {
    pub(super) instrument: CompactString,
    /// What else a row is one of: a group, a band, a start.
    pub(super) part: CompactString,
    pub(super) infusion: i64,
    pub(super) stratum: CompactString,
    pub(super) level: CompactString,
    pub(super) route: CompactString,
}

impl RowKey {
    /// That of a row which is one of nothing else.
    pub(super) fn new(infusion: i64, of: [&str; 4]) -> Self {
        let [instrument, stratum, level, route] = of.map(CompactString::from);
        Self { instrument, part: CompactString::default(), infusion, stratum, level, route }
    }

    /// The row of the response table with the same instrument, stratum, level and route.
    pub(super) fn response(&self, infusion: i64) -> Self {
        Self { part: CompactString::default(), infusion, ..self.clone() }
    }

    fn with(&self, stratum: &str, level: &str, route: &str) -> Self {
        let [stratum, level, route] = [stratum, level, route].map(CompactString::from);
        Self { stratum, level, route, ..self.clone() }
    }
}

impl Rows {
    /// The rows of a table.
    #[must_use]
    pub(super) fn of(table: &Table) -> Self {
        Self::along(table, "infusion", &[])
    }

    /// The rows of a table whose numbers stand in a column of another name, and which are one of
    /// what these columns say besides.
    #[must_use]
    pub(super) fn along(table: &Table, number: &str, parts: &[&str]) -> Self {
        let part = |row: usize| {
            let text = |name: &&str| match table.int(row, name) {
                Some(number) => number.to_string(),
                None => table.text(row, name).to_owned(),
            };
            CompactString::from(parts.iter().map(text).collect::<Vec<_>>().join(";"))
        };
        let key = |row| RowKey {
            instrument: table.text(row, "instrument").into(),
            part: part(row),
            infusion: table.int(row, number).unwrap_or_default(),
            stratum: table.text(row, "stratum").into(),
            level: table.text(row, "level").into(),
            route: table.text(row, "route").into(),
        };
        Self::by_key((0..table.n_rows()).map(|row| (key(row), row)))
    }

    /// The rows of a table without strata, of those to keep. In place of the instrument stand the
    /// columns by which its rows are told apart besides route and infusion.
    #[must_use]
    pub(super) fn by_route(table: &Table, names: &[&str], keep: impl Fn(usize) -> bool) -> Self {
        let key = |row| RowKey {
            instrument: names
                .iter()
                .map(|name| table.text(row, name))
                .collect::<Vec<_>>()
                .join(" ")
                .into(),
            part: CompactString::default(),
            infusion: table.int(row, "infusion").unwrap_or_default(),
            stratum: ALL.into(),
            level: ALL.into(),
            route: table.text(row, "route").into(),
        };
        Self::by_key((0..table.n_rows()).filter(|row| keep(*row)).map(|row| (key(row), row)))
    }

    fn by_key(rows: impl Iterator<Item = (RowKey, usize)>) -> Self {
        let in_order: BTreeMap<RowKey, usize> = rows.collect();
        let places = in_order.iter().map(|(key, row)| (key.clone(), *row)).collect();
        Self { in_order, places }
    }

    /// The row of a key.
    #[must_use]
    pub(super) fn get(&self, key: &RowKey) -> Option<usize> {
        self.places.get(key).copied()
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

/// The people of the first cell are part of the second's, and where few are left of the whole, they
/// are a count that may not follow either, not even where both cells are hidden. For counts that
/// stand in the same sums, by way of which it could.
pub(super) fn part_and_rest(tables: &mut Tables, part: CellAt, whole: CellAt) {
    tables.part(part, whole);
    tables.difference(whole, part);
}

/// A chain of single counts.
#[must_use]
pub(super) fn links(cells: &[CellAt]) -> Vec<Vec<CellAt>> {
    cells.iter().map(|at| vec![*at]).collect()
}

/// Level or route of rows that are not split.
pub(super) const ALL: &str = "all";
const MIXED: &str = "mixed";

/// A set of rows that repeat others: stratum, instrument, part, infusion.
type Repeated<'a> = (&'a str, &'a str, &'a str, i64);

/// Whether the one level of a stratum repeats people of the whole.
fn repeats(stratum: &str) -> bool {
    [Stratum::Phase, Stratum::FixedCohort].iter().any(|known| known.as_str() == stratum)
}

/// Routes add up to `all`, levels to the whole; `mixed` is part of it, `phase` and `fixed_cohort`
/// repeat it.
pub(super) fn across_routes_and_levels(
    tables: &mut Tables,
    number: usize,
    rows: &Rows,
    columns: &[&str],
) {
    let mut by_route: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut by_level: BTreeMap<(usize, &str), Vec<usize>> = BTreeMap::new();
    let mut mixed = Vec::new();
    let mut repeated: BTreeMap<Repeated, Vec<(usize, usize)>> = BTreeMap::new();
    for (key, row) in &rows.in_order {
        let all_routes = rows.get(&key.with(&key.stratum, &key.level, ALL));
        match (key.route.as_str(), all_routes) {
            (ALL, _) | (_, None) => {}
            (MIXED, Some(all)) => mixed.push((*row, all)),
            (_, Some(all)) => by_route.entry(all).or_default().push(*row),
        }
        let whole = rows.get(&key.with(ALL, ALL, &key.route));
        match (key.stratum.as_str(), whole) {
            (ALL, _) | (_, None) => {}
            (name, Some(whole)) if repeats(name) => {
                let set = (name, key.instrument.as_str(), key.part.as_str(), key.infusion);
                repeated.entry(set).or_default().push((*row, whole));
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
        for rows in repeated.values() {
            let pairs =
                rows.iter().filter_map(|(row, whole)| at(tables, *row).zip(at(tables, *whole)));
            let pairs = pairs.collect();
            tables.repeat(pairs);
        }
    }
}
