//! Response at day 28, by route: routes with different schedules on one clock.
//!
//! Of everyone enrolled at least 28 days before the data cut, those whose last score after
//! session 1, taken by day 28 and not too old by then, is a response. A missing score is no
//! response. Definitions: `docs/methods/comparison.md`.

use super::cohort::Cohort;
use super::population::{Population, table_of};
use super::row::Row;
use super::view::View;
use crate::table::{ColumnType as T, Table};

/// Columns. Not published as they are: `comparison` is made from them.
const COLUMNS: [(&str, T); 8] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route", T::Text),
    ("infusion", T::Int),
    ("n_day28", T::Int),
    ("responders_day28", T::Int),
    ("na_reason", T::Text),
];

/// The counts, one row per instrument, stratum, level and route. Column `infusion` is the one at
/// which routes are compared. Instruments without a response rule have no rows.
#[must_use]
pub fn day_28(cohort: &Cohort, populations: &[Population]) -> Table {
    table_of("day_28", &COLUMNS, populations, |population, table| {
        let instrument = population.instrument;
        if instrument.response.is_none() {
            return;
        }
        let look = |view: &View| {
            let member = view.member;
            let responds = |score| instrument.is_response(member.baseline, score) == Some(true);
            member.reached_day_28.then(|| member.day_28.is_some_and(responds))
        };
        let count = |(n, responders): &mut (u64, u64), responds: &Option<bool>| {
            *n += u64::from(responds.is_some());
            *responders += u64::from(*responds == Some(true));
        };
        for (head, (n, responders)) in population.tally(&(0, 0), look, count) {
            let mut row = Row::of(&head);
            row.int("infusion", cohort.analysis.compare_at as u64, None);
            row.int("n_day28", n, None);
            row.int("responders_day28", responders, None);
            table.push(row.done());
        }
    })
}
