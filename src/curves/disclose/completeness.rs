//! What the counts of `completeness` are to each other and to the other tables.

use super::joint::{COMPLETENESS_AT, FLOW_AT, RESPONSE_AT, Tables, pair};
use super::rows::{ALL, Shared};
use crate::curves::cohort::Step;
use crate::curves::settings::Stratum;
use crate::privacy::rules::{ColumnRules, Rounding};
use crate::privacy::suppress::CellAt;
use crate::table::{Column, Table};
use std::collections::BTreeMap;

/// Whoever was scored is among those due; the larger count is hidden where few were not.
pub(super) const COMPLETENESS: ColumnRules = ColumnRules {
    people: &["n_scored", "n_due"],
    parts: &[],
    rests_on: &[("n_due", &["n_scored"])],
    computed: &[("n_scored", &["share", "lo", "hi"]), ("n_due", &["share", "lo", "hi"])],
    rounding: &[
        ("share", Rounding::Hundredths),
        ("lo", Rounding::Hundredths),
        ("hi", Rounding::Hundredths),
    ],
};

const BASELINE: &str = "baseline";

/// What a row is about: instrument, site, route, month.
type Key<'a> = [&'a str; 4];

/// Rows by key, and there by time point: 0 for the baseline, else the infusion.
struct Places<'a>(BTreeMap<Key<'a>, BTreeMap<i64, usize>>);

impl<'a> Places<'a> {
    fn of(table: &'a Table) -> Self {
        let key = ["instrument", "site", "route", "month"].map(|name| table.column(name));
        let time_point = table.column("time_point");
        let text = |column: Option<&'a Column>, row| column.map_or("", |column| column.text(row));
        let mut places: BTreeMap<Key, BTreeMap<i64, usize>> = BTreeMap::new();
        for row in 0..table.n_rows() {
            let key = key.map(|column| text(column, row));
            let time_point = text(time_point, row);
            let infusion = time_point.rsplit('-').next().and_then(|number| number.parse().ok());
            let infusion = if time_point == BASELINE { Some(0) } else { infusion };
            if let Some(infusion) = infusion {
                places.entry(key).or_default().insert(infusion, row);
            }
        }
        Self(places)
    }

    /// The row of another place at the same time point.
    fn get(&self, key: [&str; 4], time_point: i64) -> Option<usize> {
        self.0.get(&key)?.get(&time_point).copied()
    }
}

/// Everything that is known to add up.
pub(super) fn relate(tables: &mut Tables, shared: &Shared) {
    let table = tables.table(COMPLETENESS_AT);
    let places = Places::of(table);
    if let Some([due, scored]) = tables.columns(COMPLETENESS_AT, ["n_due", "n_scored"]) {
        for row in 0..table.n_rows() {
            tables.nested(due.row(row), scored.row(row));
        }
    }
    over_time_points(tables, &places);
    over_places(tables, &places);
    to_response(tables, &places, shared);
    to_flow(tables, &places);
}

/// Over all months, whoever is due after an infusion was due after the one before, and has a
/// baseline. In a single month they are different people.
fn over_time_points(tables: &mut Tables, places: &Places) {
    for (key, rows) in &places.0 {
        if key[3] != ALL {
            continue;
        }
        let Some((first, infusions)) = rows.get(&0).zip(Some(rows.range(1..))) else { continue };
        let at = |row: usize, column: &str| tables.at(COMPLETENESS_AT, row, column);
        let baseline = [at(*first, "n_due"), at(*first, "n_scored")];
        let due = infusions.map(|(_, row)| at(*row, "n_due"));
        let links: Vec<CellAt> = baseline.into_iter().chain(due).flatten().collect();
        let order: Vec<usize> = (2..links.len()).chain([0, 1]).collect();
        tables.chain(&links, &order);
    }
}

/// Sites add up to all sites, routes to all routes, months to all months.
fn over_places(tables: &mut Tables, places: &Places) {
    // Each row by the row it is a part of, and by what is added up.
    let mut sums: Vec<((usize, u8), usize)> = Vec::new();
    for (key, rows) in &places.0 {
        let [instrument, site, route, month] = *key;
        let is_split = [site, route, month].map(|level| level != ALL);
        let totals: &[(u8, [&str; 4])] = match is_split {
            [false, false, false] => &[],
            [true, false, false] => &[(0, [instrument, ALL, ALL, ALL])],
            [false, true, false] => &[(1, [instrument, ALL, ALL, ALL])],
            [false, false, true] => &[(2, [instrument, ALL, ALL, ALL])],
            [true, false, true] => {
                &[(0, [instrument, ALL, ALL, month]), (2, [instrument, site, ALL, ALL])]
            }
            _ => &[(1, [instrument, site, ALL, month]), (3, [instrument, ALL, route, ALL])],
        };
        for (kind, total) in totals {
            let Some(total) = places.0.get(total) else { continue };
            let of_total =
                |(time_point, row): (&_, &_)| Some(((*total.get(time_point)?, *kind), *row));
            sums.extend(rows.iter().filter_map(of_total));
        }
    }
    sums.sort_by_key(|(total, _)| *total);
    let columns = COMPLETENESS.people.iter();
    let columns: Vec<_> = columns.filter_map(|name| tables.column(COMPLETENESS_AT, name)).collect();
    for parts in sums.chunk_by(|a, b| a.0 == b.0) {
        let total = parts[0].0.0;
        for column in &columns {
            tables.sum(column.row(total), parts.iter().map(|(_, row)| column.row(*row)));
        }
    }
}

/// After an infusion the due are the treated of the response table, and the scored its observed.
fn to_response(tables: &mut Tables, places: &Places, shared: &Shared) {
    let Shared { labels, responses, .. } = shared;
    for (key, rows) in &places.0 {
        let [instrument, site, route, month] = *key;
        if month != ALL {
            continue;
        }
        let (stratum, level) =
            if site == ALL { (ALL, ALL) } else { (Stratum::Site.as_str(), site) };
        for (infusion, row) in rows.range(1..) {
            let same = labels.key(*infusion, [instrument, stratum, level, route]);
            let Some(same) = responses.get(same) else { continue };
            for (own, other) in [("n_due", "n_treated"), ("n_scored", "n_observed")] {
                let cells = pair(tables, (COMPLETENESS_AT, *row, own), (RESPONSE_AT, same, other));
                if let Some((a, b)) = cells {
                    tables.same(a, b);
                }
            }
        }
    }
}

/// The due at baseline are those whose first course counts, and the scored those with a baseline.
fn to_flow(tables: &mut Tables, places: &Places) {
    let flow = tables.table(FLOW_AT);
    for row in 0..flow.n_rows() {
        let step = flow.text(row, "step");
        let column = match () {
            () if step == Step::NotPrevalent.as_str() => "n_due",
            () if step == Step::WithBaseline.as_str() => "n_scored",
            () => continue,
        };
        let key = [flow.text(row, "instrument"), ALL, flow.text(row, "route"), ALL];
        let cells = places.get(key, 0).and_then(|same| {
            pair(tables, (FLOW_AT, row, "n_subjects"), (COMPLETENESS_AT, same, column))
        });
        if let Some((a, b)) = cells {
            tables.same(a, b);
        }
    }
}
