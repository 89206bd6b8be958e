//! What the counts of `data_quality` are to each other and to the other tables.
//!
//! It counts scores and sessions, which are hidden with the people behind them. Where hiding takes a
//! choice, its own cells go first: the estimates are what the report is for.

use super::joint::{ACCOUNT_AT, COMPLETENESS_AT, OUTSIDE_AT, Tables};
use super::published::without;
use super::rows::ALL;
use crate::curves::outside::{SCORES, SESSIONS};
use crate::privacy::rules::{ColumnRules, Rounding, Roundings};
use crate::privacy::suppress::CellAt;
use crate::table::Table;
use std::collections::BTreeMap;

/// `data_quality`: events are hidden with their people, and shares with their events.
pub(super) const DATA_QUALITY: ColumnRules = ColumnRules {
    people: &["n_subjects"],
    parts: &[],
    rests_on: &[("n_subjects", &["n"])],
    computed: &[("n_subjects", &["n"]), ("n", &["share"])],
    rounding: ROUNDING,
};

pub(super) const ROUNDING: Roundings = &[("share", Rounding::Hundredths)];

/// Of people whom account and estimates count differently: only looked at, never published.
pub(super) const OUTSIDE: ColumnRules =
    ColumnRules { people: &[], parts: &[], rests_on: &[], computed: &[], rounding: &[] };

/// Which checks add up: a whole and its parts.
pub type Sums<'a> = &'a [(&'a str, Vec<&'a str>)];

/// Instrument, route, site, check.
type Key<'a> = [&'a str; 4];

/// Everything that is known to add up.
pub(super) fn relate(tables: &mut Tables, sums: Sums) {
    let account = tables.table(ACCOUNT_AT);
    let key = |row| ["instrument", "route", "site", "check"].map(|name| account.text(row, name));
    let rows: BTreeMap<Key, usize> = (0..account.n_rows()).map(|row| (key(row), row)).collect();
    over_checks(tables, &rows, sums);
    over_places(tables, &rows);
    let whole = |row: usize| account.text(row, "whole");
    for ([instrument, route, site, _], row) in &rows {
        let whole = rows.get(&[*instrument, *route, *site, whole(*row)]);
        let cells =
            whole.and_then(|whole| n(tables, *whole)).zip(tables.at(ACCOUNT_AT, *row, "share"));
        if let Some((whole, share)) = cells {
            tables.together(whole, share);
        }
    }
    to_completeness(tables, &rows);
}

fn n(tables: &Tables, row: usize) -> Option<CellAt> {
    tables.at(ACCOUNT_AT, row, "n")
}

/// Within a place, parts add up to their whole.
fn over_checks(tables: &mut Tables, rows: &BTreeMap<Key, usize>, sums: Sums) {
    for ([instrument, route, site, check], row) in rows {
        for (_, parts) in sums.iter().filter(|(whole, _)| whole == check) {
            let cell = |part: &&str| n(tables, *rows.get(&[*instrument, *route, *site, *part])?);
            let cells: Vec<CellAt> = parts.iter().filter_map(cell).collect();
            if let Some(whole) = n(tables, *row) {
                tables.sum(whole, cells);
            }
        }
    }
}

/// Sites add up to all sites, routes to all routes.
fn over_places(tables: &mut Tables, rows: &BTreeMap<Key, usize>) {
    let mut sums: BTreeMap<(usize, bool), Vec<usize>> = BTreeMap::new();
    for ([instrument, route, site, check], row) in rows {
        let totals = [
            (*site != ALL).then_some((true, [*instrument, *route, ALL, *check])),
            (*route != ALL).then_some((false, [*instrument, ALL, *site, *check])),
        ];
        for (over_sites, total) in totals.into_iter().flatten() {
            if let Some(total) = rows.get(&total) {
                sums.entry((*total, over_sites)).or_default().push(*row);
            }
        }
    }
    for ((total, _), parts) in sums {
        let cells: Vec<CellAt> = parts.iter().filter_map(|row| n(tables, *row)).collect();
        if let Some(total) = n(tables, total) {
            tables.sum(total, cells);
        }
    }
}

/// A usable score is, but for the courses outside the figures, one that `completeness` counts; and
/// a session that counts one after which a score is due. Where nobody is outside, the counts add up;
/// where few are, the difference is theirs, and the account keeps its count.
fn to_completeness(tables: &mut Tables, rows: &BTreeMap<Key, usize>) {
    let outside = tables.table(OUTSIDE_AT);
    let completeness = tables.table(COMPLETENESS_AT);
    let text = |row: usize, name: &str| completeness.text(row, name);
    // What is counted at every time point of an instrument, route and site, over all months.
    let mut points: BTreeMap<[&str; 3], Vec<usize>> = BTreeMap::new();
    for row in 0..completeness.n_rows() {
        let key = ["instrument", "route", "site"].map(|name| text(row, name));
        // A route of a site has rows by month alone.
        let by_month = key[1] != ALL && key[2] != ALL;
        if (text(row, "month") != ALL) == by_month {
            points.entry(key).or_default().push(row);
        }
    }
    for row in 0..outside.n_rows() {
        let [check, instrument, route, site] =
            ["check", "instrument", "route", "site"].map(|name| outside.text(row, name));
        let (key, column) = match check {
            SCORES => ([instrument, route, site, check], "n_scored"),
            SESSIONS => ([ALL, route, site, check], "n_due"),
            _ => continue,
        };
        let cells = rows.get(&key).and_then(|row| n(tables, *row));
        let Some((count, people)) = cells.zip(tables.at(OUTSIDE_AT, row, "n_subjects")) else {
            continue;
        };
        let empty = Vec::new();
        let same = points.get(&[instrument, route, site]).unwrap_or(&empty);
        let counted = |row: &&usize| check == SCORES || text(**row, "time_point") != "baseline";
        let parts: Vec<CellAt> = same
            .iter()
            .filter(counted)
            .filter_map(|row| tables.at(COMPLETENESS_AT, *row, column))
            .collect();
        if outside.int(row, "n_subjects") == Some(0) {
            tables.sum(count, parts);
        } else {
            tables.tells([(people, 1)], count);
        }
    }
}

/// The table as it is published: without the count of people that decided what is hidden.
pub(super) fn published<const N: usize>(tables: &[&Table; N]) -> Table {
    without(tables[ACCOUNT_AT], &["n_subjects"])
}
