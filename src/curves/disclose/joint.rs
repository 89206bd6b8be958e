//! The tables that are hidden together, and what holds for every table by stratum, level and route.

use super::rows::{Labels, Rows};
use crate::curves::settings::Stratum;
use crate::privacy::relations::Relations;
use crate::privacy::suppress::CellAt;

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

/// The places of a curve in the order in which they are worth showing: its end, then from its start.
#[must_use]
pub(super) fn end_first(n: usize) -> Vec<usize> {
    n.checked_sub(1).into_iter().chain(0..n.saturating_sub(1)).collect()
}

/// Routes add up to `all`, levels to the whole; `mixed` is part of it, `phase` and `fixed_cohort`
/// repeat it.
pub(super) fn across_routes_and_levels(
    tables: &mut Tables,
    number: usize,
    rows: &Rows,
    labels: &Labels,
    columns: &[&str],
) {
    let repeating = [Stratum::Phase, Stratum::FixedCohort].map(|known| labels.stratum(known));
    let course_order = labels.stratum(Stratum::CourseOrder);
    // Totals with their parts, and wholes with the rows that are part of or repeat them.
    let (mut by_route, mut by_level, mut mixed, mut repeated) = (vec![], vec![], vec![], vec![]);
    for (key, row) in &rows.in_order {
        if key.route != labels.all
            && let Some(all) = rows.get(key.all_routes(labels))
        {
            let parts = if key.route == labels.mixed { &mut mixed } else { &mut by_route };
            parts.push((all, *row));
        }
        if key.stratum != labels.all
            && key.stratum != course_order
            && let Some(whole) = rows.get(key.whole(labels))
        {
            if repeating.contains(&key.stratum) {
                let set = (key.stratum, key.instrument, key.part, key.infusion);
                repeated.push((set, (*row, whole)));
            } else {
                by_level.push((whole, key.stratum, *row));
            }
        }
    }
    by_route.sort_unstable();
    by_level.sort_unstable();
    repeated.sort_by_key(|(set, _)| *set);
    for column in columns {
        let Some(column) = tables.column(number, column) else { continue };
        for parts in by_route.chunk_by(|a, b| a.0 == b.0) {
            tables.sum(column.row(parts[0].0), parts.iter().map(|(_, row)| column.row(*row)));
        }
        for parts in by_level.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            tables.sum(column.row(parts[0].0), parts.iter().map(|(.., row)| column.row(*row)));
        }
        for (whole, row) in &mixed {
            tables.part(column.row(*row), column.row(*whole));
        }
        for rows in repeated.chunk_by(|a, b| a.0 == b.0) {
            let cells =
                |(_, (row, whole)): &(_, (usize, usize))| (column.row(*row), column.row(*whole));
            tables.repeat(&rows.iter().map(cells).collect::<Vec<_>>());
        }
    }
}
