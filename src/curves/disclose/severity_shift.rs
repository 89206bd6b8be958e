//! What the counts of `severity_shift` are to each other and to the response table: a table of two
//! ways, whose sums are counts of others.

use super::joint::{RESPONSE_AT, SHIFT_AT, Tables, across_routes_and_levels, pair};
use super::rows::{ALL, RowKey, Rows, Shared};
use crate::curves::settings::Stratum;
use crate::privacy::rules::{ColumnRules, Rounding};
use crate::privacy::suppress::CellAt;
use std::collections::BTreeMap;

/// `severity_shift`.
pub(super) const SHIFT: ColumnRules = ColumnRules {
    people: &["n"],
    parts: &[],
    rests_on: &[("n", &["share"])],
    computed: &[("n", &["share"])],
    rounding: &[("share", Rounding::Hundredths)],
};

/// The rows of one table of two ways by the bands before and after.
type Shift<'a> = BTreeMap<(&'a str, &'a str), usize>;

/// Whether the band before and the band after belong to a sum.
type IsPart<'a> = &'a dyn Fn(&str, &str) -> bool;

/// Everything that is known to add up.
pub(super) fn relate(tables: &mut Tables, shared: &Shared) {
    let Shared { labels, responses, .. } = shared;
    let table = tables.table(SHIFT_AT);
    let rows = Rows::along(labels, table, "infusion", &["band_before", "band_after"]);
    // By the response row with the same people.
    let mut shifts: BTreeMap<RowKey, Shift> = BTreeMap::new();
    for (key, row) in &rows.in_order {
        let [before, after] = ["band_before", "band_after"].map(|name| table.text(*row, name));
        shifts.entry(key.response(key.infusion)).or_default().insert((before, after), *row);
    }
    for (key, shift) in &shifts {
        within(tables, shift);
        if let Some(response) = responses.get(*key) {
            to_response(tables, shift, response);
        }
        by_baseline(tables, *key, shift, shared);
    }
    across_routes_and_levels(tables, SHIFT_AT, &rows, labels, SHIFT.people);
}

fn n(tables: &Tables, row: usize) -> Option<CellAt> {
    tables.at(SHIFT_AT, row, "n")
}

/// Bands add up to their sums; a share is of everyone in its band before, and its count is hidden
/// where few of them are left for the other bands.
fn within(tables: &mut Tables, shift: &Shift) {
    for ((before, after), row) in shift {
        let Some(cell) = n(tables, *row) else { continue };
        let whole = shift.get(&(before, ALL));
        let share = tables.at(SHIFT_AT, *row, "share");
        if let Some((whole, share)) = whole.and_then(|row| n(tables, *row)).zip(share) {
            tables.together(whole, share);
            if *after != ALL {
                tables.part(cell, whole);
            }
        }
        let parts = |is_part: IsPart| -> Vec<CellAt> {
            let rows = shift.iter().filter(|((before, after), _)| is_part(before, after));
            rows.filter_map(|(_, row)| n(tables, *row)).collect()
        };
        let over_before = (*before == ALL).then(|| parts(&|b, a| b != ALL && a == *after));
        let over_after = (*after == ALL).then(|| parts(&|b, a| b == *before && a != ALL));
        for parts in [over_before, over_after].into_iter().flatten() {
            tables.sum(cell, parts);
        }
    }
}

/// Everyone in the table was observed; where no band is cut by the line of remission, sums of bands
/// are those in remission, those above the line before, and both.
fn to_response(tables: &mut Tables, shift: &Shift, response: usize) {
    let table = tables.table(SHIFT_AT);
    let remits: BTreeMap<&str, bool> = shift
        .iter()
        .filter_map(|((_, after), row)| match table.cell(*row, "in_remission") {
            crate::table::Cell::Bool(remits) => Some((*after, remits)),
            _ => None,
        })
        .collect();
    let n_bands = shift.keys().filter(|(before, after)| *before == ALL && *after != ALL).count();
    let is_whole = remits.len() == n_bands;
    let in_remission = |band: &str| remits.get(band) == Some(&true);
    let sums: [(&str, IsPart); 4] = [
        ("n_observed", &|before, after| before == ALL && after == ALL),
        ("remitters", &|before, after| before == ALL && after != ALL && in_remission(after)),
        ("n_above_line", &|before, after| before != ALL && after == ALL && !in_remission(before)),
        ("remitters_above_line", &|before, after| {
            before != ALL && after != ALL && !in_remission(before) && in_remission(after)
        }),
    ];
    let n_sums = if is_whole { sums.len() } else { 1 };
    let mut equations = Vec::new();
    for (column, is_part) in &sums[..n_sums] {
        let rows = shift.iter().filter(|((before, after), _)| is_part(before, after));
        let parts: Vec<CellAt> = rows.filter_map(|(_, row)| n(tables, *row)).collect();
        equations.extend(tables.at(RESPONSE_AT, response, column).map(|whole| (whole, parts)));
    }
    for (whole, parts) in equations {
        tables.sum(whole, parts);
    }
}

/// A band before is a level of the stratum `baseline_severity`.
fn by_baseline(tables: &mut Tables, key: RowKey, shift: &Shift, shared: &Shared) {
    let Shared { labels, responses, .. } = shared;
    if key.stratum != labels.all {
        return;
    }
    let stratum = labels.stratum(Stratum::BaselineSeverity);
    for ((before, _), row) in shift.iter().filter(|((_, after), _)| *after == ALL) {
        let level = RowKey { stratum, level: labels.label(before), ..key };
        let cells = responses.get(level).and_then(|same| {
            pair(tables, (SHIFT_AT, *row, "n"), (RESPONSE_AT, same, "n_observed"))
        });
        if let Some((a, b)) = cells {
            tables.same(a, b);
        }
    }
}
