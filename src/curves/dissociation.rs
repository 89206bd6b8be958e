//! `dissociation`: totals of the scale of dissociation after a session, by route and infusion.
//!
//! The highest total is not there: a maximum is one person's. Definitions:
//! `docs/methods/dissociation.md`.

use super::additive::Additive;
use super::given::Given;
use super::route::RouteRow;
use super::row::Row;
use crate::course::fact::Course;
use crate::course::few::find_or_push;
use crate::course::tolerability::Borne;
use crate::event::ids::OpenCode;
use crate::stats::mean::Moments;
use crate::stats::quantile::quantile;
use crate::table::{Cell, ColumnType as T, Table};
use std::collections::BTreeMap;

/// Columns before suppression.
pub const COLUMNS: [(&str, T); 10] = [
    ("instrument", T::Text),
    ("route", T::Text),
    ("infusion", T::Int),
    ("n_persons", T::Int),
    ("mean_total", T::Float),
    ("total_sd", T::Float),
    ("total_lo", T::Float),
    ("total_hi", T::Float),
    ("median_total", T::Float),
    ("na_reason", T::Text),
];

/// Totals of one scale, route and infusion.
type Totals = Vec<f64>;

/// Totals after one infusion by scale, of which there are few.
#[derive(Debug, Clone, Default)]
struct ByScale(Vec<(OpenCode, Totals)>);

impl ByScale {
    fn of(&mut self, scale: &OpenCode) -> &mut Totals {
        let is_it = |(known, _): &(OpenCode, Totals)| known == scale;
        &mut find_or_push(&mut self.0, is_it, || (scale.clone(), Totals::new())).1
    }
}

impl Additive for ByScale {
    fn add(&mut self, others: &Self) {
        for (scale, totals) in &others.0 {
            self.of(scale).extend_from_slice(totals);
        }
    }
}

/// Every infusion up to the horizon, that of infusion k at k - 1.
#[derive(Debug, Default)]
pub struct Counts(Given<Vec<ByScale>>);

impl Counts {
    /// Counts a course and what was measured around its sessions.
    pub fn count(&mut self, course: &Course, sessions: &[Borne], horizon: usize) {
        let measured = self.0.of(course, || vec![ByScale::default(); horizon]);
        for (by_scale, session) in measured.iter_mut().zip(sessions) {
            if let Some((scale, total)) = session.dissociation {
                by_scale.of(scale).push(total);
            }
        }
    }

    /// Adds what was counted of others.
    pub fn add(&mut self, others: Self) {
        self.0.add(others.0);
    }
}

/// The table, one row per scale, route and infusion number; a route has rows where anybody was
/// measured there with that scale.
#[must_use]
pub fn dissociation(counts: Counts) -> Table {
    let mut by_scale: BTreeMap<(OpenCode, RouteRow), Vec<Totals>> = BTreeMap::new();
    for (route, cells) in counts.0.rows() {
        let horizon = cells.len();
        for (position, totals) in cells.into_iter().enumerate() {
            for (scale, totals) in totals.0 {
                let rows = by_scale.entry((scale, route));
                rows.or_insert_with(|| vec![Totals::new(); horizon])[position] = totals;
            }
        }
    }
    let mut table = Table::new("dissociation", &COLUMNS);
    for ((scale, route), rows) in by_scale {
        for (position, totals) in rows.into_iter().enumerate() {
            table.push(row([scale.as_str(), route.as_str()], position + 1, totals));
        }
    }
    table
}

fn row(head: [&str; 2], infusion: usize, mut totals: Totals) -> Vec<Cell> {
    // In one order, whichever way they came.
    totals.sort_unstable_by(f64::total_cmp);
    let moments = Moments::of(&totals);
    let nobody = totals.is_empty().then_some("nobody");
    let one = nobody.or((totals.len() == 1).then_some("one"));
    let interval = moments.t_interval();
    let mut row = Row::of(&head);
    row.int("infusion", infusion as u64, None);
    row.int("n_persons", moments.n(), None);
    row.float("mean_total", moments.mean(), nobody);
    row.float("total_sd", moments.sd(), one);
    row.float("total_lo", interval.map(|i| i.lo), one);
    row.float("total_hi", interval.map(|i| i.hi), one);
    row.float("median_total", quantile(&totals, 0.5), nobody);
    row.done()
}
