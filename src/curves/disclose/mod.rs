//! What the columns and rows of the estimate tables are to each other, for disclosure control.
//!
//! The rules themselves are in `privacy::suppress`; here stands only which counts are parts of
//! which, what is computed from what, and which rows add up: a file a table. All tables are hidden
//! together, because their counts are of the same people; what is made from several of them is
//! made from what may be shown.

mod adjusted;
mod blood_pressure;
mod change;
mod completeness;
mod data_quality;
mod day_28;
mod dissociation;
mod first_response;
mod flow;
mod follow_up;
mod go_on;
mod item_9;
mod joint;
mod onset;
mod published;
mod response;
mod rows;
mod screening;
mod severity_shift;
mod side_effects;
mod treated;

use super::comparison::{self, comparison, level_comparison};
use super::cumulative::{self, cumulative_response};
use super::durability::{self, durability};
use super::time_on_treatment::time_on_treatment;
use super::time_to_response::{self, time_to_response};
use crate::privacy::disclosed::Disclosed;
use crate::privacy::rules::ColumnRules;
use crate::privacy::suppress::Suppression;
use crate::table::Table;
pub use data_quality::Sums;
use joint::{
    ACCOUNT_AT, ADJUSTED_AT, ADJUSTMENT_AT, ANOMALIES_AT, BLOOD_PRESSURE_AT, CHANGE_AT,
    COMPLETENESS_AT, DAY_28_AT, DISSOCIATION_AT, DURABILITY_AT, FIRST_AT, FLOW_AT, GO_ON_AT,
    INDIVIDUAL_AT, ITEM_9_AT, ONSET_AT, RESPONSE_AT, SCREENING_AT, SHIFT_AT, SIDE_EFFECTS_AT,
    TREATMENT_AT,
};
use rows::{Labels, Rows, Shared};

/// `anomalies`: events are hidden with their people.
const ANOMALIES: ColumnRules = ColumnRules {
    people: &["n_subjects"],
    parts: &[],
    rests_on: &[("n_subjects", &["n_events"])],
    computed: &[("n_subjects", &["n_events"])],
    rounding: &[],
};

/// Where hiding takes a choice, cells of these tables go first: the account of the data, and what is
/// counted of the same people besides their response.
const YIELDING: [usize; 15] = [
    ACCOUNT_AT,
    CHANGE_AT,
    INDIVIDUAL_AT,
    SHIFT_AT,
    ONSET_AT,
    GO_ON_AT,
    ADJUSTMENT_AT,
    DURABILITY_AT,
    TREATMENT_AT,
    ADJUSTED_AT,
    ITEM_9_AT,
    SIDE_EFFECTS_AT,
    DISSOCIATION_AT,
    BLOOD_PRESSURE_AT,
    SCREENING_AT,
];

/// Tables that leave with the columns they have.
const AS_THEY_ARE: [usize; 14] = [
    RESPONSE_AT,
    ADJUSTED_AT,
    CHANGE_AT,
    INDIVIDUAL_AT,
    SHIFT_AT,
    ONSET_AT,
    GO_ON_AT,
    ADJUSTMENT_AT,
    COMPLETENESS_AT,
    FLOW_AT,
    ANOMALIES_AT,
    SIDE_EFFECTS_AT,
    DISSOCIATION_AT,
    BLOOD_PRESSURE_AT,
];

/// The counts and estimates of a run, complete.
#[derive(Debug, Clone, Default)]
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
    /// `change_by_infusion`.
    pub change: Table,
    /// `individual_change`.
    pub individual_change: Table,
    /// `severity_shift`.
    pub severity_shift: Table,
    /// `onset`.
    pub onset: Table,
    /// `go_on`.
    pub go_on: Table,
    /// `after_adjustment`.
    pub after_adjustment: Table,
    /// Counts from which `durability` is made.
    pub durability: Table,
    /// Counts from which `time_on_treatment` is made.
    pub time_on_treatment: Table,
    /// `adjusted_comparison`.
    pub adjusted: Table,
    /// `item_9`.
    pub item_9: Table,
    /// `side_effects`.
    pub side_effects: Table,
    /// `dissociation`.
    pub dissociation: Table,
    /// `blood_pressure`.
    pub blood_pressure: Table,
    /// `screening`.
    pub screening: Table,
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
    /// `level_comparison`.
    pub level_comparison: Disclosed<Table>,
    /// `adjusted_comparison`.
    pub adjusted: Disclosed<Table>,
    /// `change_by_infusion`.
    pub change: Disclosed<Table>,
    /// `individual_change`.
    pub individual_change: Disclosed<Table>,
    /// `severity_shift`.
    pub severity_shift: Disclosed<Table>,
    /// `onset`.
    pub onset: Disclosed<Table>,
    /// `go_on`.
    pub go_on: Disclosed<Table>,
    /// `after_adjustment`.
    pub after_adjustment: Disclosed<Table>,
    /// `durability`.
    pub durability: Disclosed<Table>,
    /// `time_on_treatment`.
    pub time_on_treatment: Disclosed<Table>,
    /// `completeness`.
    pub completeness: Disclosed<Table>,
    /// `cohort_flow`.
    pub flow: Disclosed<Table>,
    /// `anomalies`.
    pub anomalies: Disclosed<Table>,
    /// `data_quality`.
    pub data_quality: Disclosed<Table>,
    /// `item_9`.
    pub item_9: Disclosed<Table>,
    /// `side_effects`.
    pub side_effects: Disclosed<Table>,
    /// `dissociation`.
    pub dissociation: Disclosed<Table>,
    /// `blood_pressure`.
    pub blood_pressure: Disclosed<Table>,
    /// `screening`.
    pub screening: Disclosed<Table>,
}

impl DisclosedTables {
    /// The tables of a published run; `read` finds each by its name.
    ///
    /// # Errors
    /// The first error of `read`.
    pub fn read<E>(mut read: impl FnMut(&str) -> Result<Disclosed<Table>, E>) -> Result<Self, E> {
        Ok(Self {
            response: read("response_by_infusion")?,
            cumulative: read("cumulative_response")?,
            time_to_response: read("time_to_response")?,
            comparison: read("comparison")?,
            level_comparison: read("level_comparison")?,
            adjusted: read("adjusted_comparison")?,
            change: read("change_by_infusion")?,
            individual_change: read("individual_change")?,
            severity_shift: read("severity_shift")?,
            onset: read("onset")?,
            go_on: read("go_on")?,
            after_adjustment: read("after_adjustment")?,
            durability: read("durability")?,
            time_on_treatment: read("time_on_treatment")?,
            completeness: read("completeness")?,
            flow: read("cohort_flow")?,
            anomalies: read("anomalies")?,
            data_quality: read("data_quality")?,
            item_9: read("item_9")?,
            side_effects: read("side_effects")?,
            dissociation: read("dissociation")?,
            blood_pressure: read("blood_pressure")?,
            screening: read("screening")?,
        })
    }

    /// Every table, in the order in which they are written.
    #[must_use]
    pub const fn all(&self) -> [&Disclosed<Table>; 23] {
        [
            &self.response,
            &self.cumulative,
            &self.time_to_response,
            &self.comparison,
            &self.level_comparison,
            &self.adjusted,
            &self.change,
            &self.individual_change,
            &self.severity_shift,
            &self.onset,
            &self.go_on,
            &self.after_adjustment,
            &self.durability,
            &self.time_on_treatment,
            &self.completeness,
            &self.flow,
            &self.anomalies,
            &self.data_quality,
            &self.item_9,
            &self.side_effects,
            &self.dissociation,
            &self.blood_pressure,
            &self.screening,
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
        (full.change, &change::CHANGE),
        (full.individual_change, &change::INDIVIDUAL),
        (full.severity_shift, &severity_shift::SHIFT),
        (full.onset, &onset::ONSET),
        (full.go_on, &go_on::GO_ON),
        (full.after_adjustment, &go_on::GO_ON),
        (full.durability, &follow_up::FOLLOW_UP),
        (full.time_on_treatment, &follow_up::FOLLOW_UP),
        (full.adjusted, &adjusted::ADJUSTED),
        (full.item_9, &item_9::ITEM_9),
        (full.side_effects, &side_effects::SIDE_EFFECTS),
        (full.dissociation, &dissociation::DISSOCIATION),
        (full.blood_pressure, &blood_pressure::BLOOD_PRESSURE),
        (full.screening, &screening::SCREENING),
    ];
    let mut suppression = Suppression::new(min_cell, tables);
    if min_cell > 0 {
        let labels = Labels::of(&suppression.tables());
        let [responses, firsts] =
            [RESPONSE_AT, FIRST_AT].map(|number| Rows::of(&labels, suppression.table(number)));
        let shared = Shared { labels, responses, firsts };
        suppression.relate(&[
            &|tables| response::relate(tables, &shared),
            &|tables| flow::relate(tables, &shared),
            &|tables| first_response::relate(tables, &shared),
            &|tables| day_28::relate(tables, &shared),
            &|tables| completeness::relate(tables, &shared),
            &|tables| data_quality::relate(tables, sums),
            &|tables| change::relate(tables, &shared),
            &|tables| severity_shift::relate(tables, &shared),
            &|tables| onset::relate(tables, &shared),
            &|tables| go_on::relate(tables, &shared),
            &|tables| follow_up::relate_durability(tables, &shared),
            &|tables| follow_up::relate_treatment(tables, &shared),
            &|tables| adjusted::relate(tables, &shared),
            &|tables| item_9::relate(tables, &shared),
            &|tables| side_effects::relate(tables, &shared.labels),
            &|tables| dissociation::relate(tables, &shared.labels),
            &|tables| blood_pressure::relate(tables, &shared.labels),
            &|tables| screening::relate(tables),
        ]);
        // What happens after each dose is hidden rather than the curves.
        for table in CHANGE_AT..=TREATMENT_AT {
            suppression.yields(table);
        }
        for table in YIELDING {
            suppression.yields(table);
        }
    }
    let cleared = suppression.finish();
    let over_time = || {
        [
            cleared.make(|tables| durability(tables[DURABILITY_AT]), durability::ROUNDING),
            cleared.make(|tables| time_on_treatment(tables[TREATMENT_AT]), durability::ROUNDING),
        ]
    };
    let from_firsts = || {
        [
            cleared.make(|tables| cumulative_response(tables[FIRST_AT]), cumulative::ROUNDING),
            cleared.make(|tables| time_to_response(tables[FIRST_AT]), time_to_response::ROUNDING),
            cleared.make(
                |tables| comparison(tables[RESPONSE_AT], tables[FIRST_AT], tables[DAY_28_AT]),
                comparison::ROUNDING,
            ),
            cleared.make(
                |tables| level_comparison(tables[RESPONSE_AT], tables[FIRST_AT], tables[DAY_28_AT]),
                comparison::ROUNDING,
            ),
        ]
    };
    let others = || {
        [
            cleared.make(data_quality::published, data_quality::ROUNDING),
            cleared.make(item_9::published, item_9::ROUNDING),
            cleared.make(screening::published, &[]),
        ]
    };
    // Side by side, the longest first.
    let (durations, (firsts, others)) = rayon::join(over_time, || rayon::join(from_firsts, others));
    let left = cleared.leave(AS_THEY_ARE);
    let [durability, time_on_treatment] = durations;
    let [data_quality, item_9, screening] = others;
    let [cumulative, time_to_response, comparison, level_comparison] = firsts;
    let [
        response,
        adjusted,
        change,
        individual_change,
        severity_shift,
        onset,
        go_on,
        after_adjustment,
        completeness,
        flow,
        anomalies,
        side_effects,
        dissociation,
        blood_pressure,
    ] = left;
    DisclosedTables {
        response,
        cumulative,
        time_to_response,
        comparison,
        level_comparison,
        adjusted,
        change,
        individual_change,
        severity_shift,
        onset,
        go_on,
        after_adjustment,
        durability,
        time_on_treatment,
        completeness,
        flow,
        anomalies,
        data_quality,
        item_9,
        side_effects,
        dissociation,
        blood_pressure,
        screening,
    }
}
