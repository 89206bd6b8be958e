//! `durability`: how long a response lasts, from two starts.
//!
//! `first-response`: on treatment, from the first response; the event is the first later score after
//! an infusion that is no response. `end-of-induction`: of those in response after the last infusion
//! of induction, without further treatment; the event is the first later score of any time that is
//! no response, and a further session before it competes. Both clocks start at the score that shows
//! the response. Measured now and then, a loss is found late: sparse measurement looks durable.
//! Definitions: `docs/methods/durability.md`.

use super::cohort::Cohort;
use super::follow_up::{COUNTS, Followed, Leaving, StepNames, gathered, push_counts};
use super::lasting::Lasted;
use super::population::{Population, table_of};
use super::view::View;
use crate::privacy::rules::{Rounding, Roundings};
use crate::table::{ColumnType as T, Table};

/// What a curve is about.
pub const HEAD: [(&str, T); 6] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route", T::Text),
    ("start", T::Text),
    ("clock", T::Text),
];

/// How the published table is rounded.
pub const ROUNDING: Roundings = &[
    ("estimate", Rounding::Hundredths),
    ("se", Rounding::Hundredths),
    ("lo", Rounding::Hundredths),
    ("hi", Rounding::Hundredths),
];

/// The grid of days since the start: 26 weeks.
const WEEKS: usize = 26;

/// The curves of a cell, in table order.
const CURVES: [(&str, &str); 3] =
    [("first-response", "infusions"), ("first-response", "days"), ("end-of-induction", "days")];

/// The counts, one row per instrument, stratum, level, route, start, clock and time.
#[must_use]
pub fn durability_counts(cohort: &Cohort, populations: &[Population]) -> Table {
    let columns: Vec<_> = HEAD.into_iter().chain(COUNTS).collect();
    let horizon = cohort.analysis.horizon;
    let infusions: Vec<usize> = (0..horizon).collect();
    let days: Vec<usize> = (0..=WEEKS).map(|week| 7 * week).collect();
    let empty = [
        Followed::none(Leaving::None, horizon - 1),
        Followed::none(Leaving::None, 7 * WEEKS),
        Followed::none(Leaving::Competes, 7 * WEEKS),
    ];
    table_of("durability_counts", &columns, populations, |population, table| {
        if population.instrument.response.is_none() {
            return;
        }
        let look = |view: &View| {
            let on_treatment = view.on_treatment().map(Lasted::ends);
            let [infusions, days] = on_treatment.map_or([None; 2], |ends| ends.map(Some));
            [infusions, days, view.member.after_induction]
        };
        let followed = population.tally(&empty, look, |cells, ends| {
            for (followed, end) in cells.iter_mut().zip(ends) {
                if let Some(end) = end {
                    followed.count(*end);
                }
            }
        });
        for ([instrument, stratum, level, route], cells) in followed {
            for (((start, clock), followed), grid) in
                CURVES.iter().zip(&cells).zip([&infusions, &days, &days])
            {
                let head = [instrument, stratum, level, route, start, clock];
                push_counts(table, &head, followed, grid);
            }
        }
    })
}

/// The published table, from the counts with what must be hidden cleared.
#[must_use]
pub fn durability(counts: &Table) -> Table {
    let names = StepNames { events: "losses", competing: Some("treated_again") };
    gathered("durability", counts, &HEAD, names)
}
