//! What the columns and rows of the estimate tables are to each other, for disclosure control.
//!
//! The rules themselves are in `privacy::suppress`; here stands only which counts are parts of
//! which, what is computed from what, and which rows add up: a file a table. All tables are hidden
//! together, because their counts are of the same people; what is made from several of them is
//! made from what may be shown.

mod completeness;
mod data_quality;
mod day_28;
mod first_response;
mod flow;
mod joint;
mod response;

use super::comparison::{self, comparison};
use super::cumulative::{self, cumulative_response};
use super::time_to_response::{self, time_to_response};
use crate::privacy::disclosed::Disclosed;
use crate::privacy::rules::ColumnRules;
use crate::privacy::suppress::Suppression;
use crate::table::Table;
pub use data_quality::Sums;
use joint::{ANOMALIES_AT, COMPLETENESS_AT, DAY_28_AT, FIRST_AT, FLOW_AT, RESPONSE_AT, Rows};

/// `anomalies`: events are hidden with their people.
const ANOMALIES: ColumnRules = ColumnRules {
    people: &["n_subjects"],
    parts: &[],
    rests_on: &[("n_subjects", &["n_events"])],
    computed: &[("n_subjects", &["n_events"])],
    rounding: &[],
};

/// The counts and estimates of a run, complete.
#[derive(Debug, Clone)]
pub struct FullTables {
    /// `response_by_infusion`.
    pub response: Table,
    /// `cohort_flow`.
    pub flow: Table,
    /// `anomalies`.
    pub anomalies: Table,
    /// Counts by first response.
    pub first_response: Table,
    /// Counts of day 28.
    pub day_28: Table,
    /// `completeness`.
    pub completeness: Table,
    /// `data_quality`.
    pub data_quality: Table,
    /// People whom `data_quality` and `completeness` count differently.
    pub outside: Table,
}

/// The tables of a run, as they may leave.
#[derive(Debug, Clone)]
pub struct DisclosedTables {
    /// `response_by_infusion`.
    pub response: Disclosed<Table>,
    /// `cumulative_response`.
    pub cumulative: Disclosed<Table>,
    /// `time_to_response`.
    pub time_to_response: Disclosed<Table>,
    /// `comparison`.
    pub comparison: Disclosed<Table>,
    /// `completeness`.
    pub completeness: Disclosed<Table>,
    /// `cohort_flow`.
    pub flow: Disclosed<Table>,
    /// `anomalies`.
    pub anomalies: Disclosed<Table>,
    /// `data_quality`.
    pub data_quality: Disclosed<Table>,
}

impl DisclosedTables {
    /// Every table, in the order in which they are written.
    #[must_use]
    pub const fn all(&self) -> [&Disclosed<Table>; 8] {
        [
            &self.response,
            &self.cumulative,
            &self.time_to_response,
            &self.comparison,
            &self.completeness,
            &self.flow,
            &self.anomalies,
            &self.data_quality,
        ]
    }
}

/// Hides what must be hidden in all tables together. `sums` says which checks of `data_quality` add
/// up.
#[must_use]
pub fn disclose(full: FullTables, sums: Sums, min_cell: u32) -> DisclosedTables {
    // In the order of the places in `joint`.
    let tables = [
        (full.response, &response::RESPONSE),
        (full.flow, &flow::FLOW),
        (full.anomalies, &ANOMALIES),
        (full.first_response, &first_response::FIRST_RESPONSE),
        (full.day_28, &day_28::DAY_28),
        (full.completeness, &completeness::COMPLETENESS),
        (full.data_quality, &data_quality::DATA_QUALITY),
        (full.outside, &data_quality::OUTSIDE),
    ];
    let mut suppression = Suppression::new(min_cell, tables);
    if min_cell > 0 {
        let responses = Rows::of(suppression.table(RESPONSE_AT));
        let firsts = Rows::of(suppression.table(FIRST_AT));
        response::relate(&mut suppression, &responses);
        flow::relate(&mut suppression, &responses);
        first_response::relate(&mut suppression, &firsts, &responses);
        day_28::relate(&mut suppression, &firsts);
        completeness::relate(&mut suppression, &responses);
        data_quality::relate(&mut suppression, sums);
    }
    let cleared = suppression.finish();
    DisclosedTables {
        response: cleared.leave(RESPONSE_AT),
        cumulative: cleared
            .make(|tables| cumulative_response(tables[FIRST_AT]), cumulative::ROUNDING),
        time_to_response: cleared
            .make(|tables| time_to_response(tables[FIRST_AT]), time_to_response::ROUNDING),
        comparison: cleared.make(
            |tables| comparison(tables[RESPONSE_AT], tables[FIRST_AT], tables[DAY_28_AT]),
            comparison::ROUNDING,
        ),
        completeness: cleared.leave(COMPLETENESS_AT),
        flow: cleared.leave(FLOW_AT),
        anomalies: cleared.leave(ANOMALIES_AT),
        data_quality: cleared.make(data_quality::published, data_quality::ROUNDING),
    }
}
