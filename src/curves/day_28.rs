//! Response at day 28, by route: routes with different schedules on one clock.
//!
//! Of everyone enrolled at least 28 days before the data cut, those whose last score after
//! session 1, taken by day 28 and not too old by then, is a response. A missing score is no
//! response. Definitions: `docs/methods/comparison.md`.

use super::cohort::Cohort;
use super::row::Row;
use super::tally::tally;
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
pub fn day_28(cohort: &Cohort) -> Table {
    let mut table = Table::new("day_28", &COLUMNS);
    for code in &cohort.analysis.instruments {
        let instrument = cohort.vocabulary.instrument(code.as_str());
        let Some(instrument) = instrument.filter(|instrument| instrument.response.is_some()) else {
            continue;
        };
        let counts = tally(cohort, code, instrument, &(0_u64, 0_u64), |(n, responders), view| {
            let member = view.member;
            let responds = |score| instrument.is_response(member.baseline, score) == Some(true);
            *n += u64::from(member.reached_day_28);
            let is_response = member.scores.day_28.is_some_and(responds);
            *responders += u64::from(member.reached_day_28 && is_response);
        });
        for (standing, (n, responders)) in &counts {
            let mut row = Row::of(&standing.head(code));
            row.int("infusion", cohort.analysis.compare_at as u64, None);
            row.int("n_day28", *n, None);
            row.int("responders_day28", *responders, None);
            table.push(row.done());
        }
    }
    table
}
