//! `time_on_treatment`: the share still in treatment, by infusions given and by days since session 1.
//!
//! A course that is over ended with its last session, be it that an end was recorded or that no
//! session followed within the gap that ends a course. A running one was in treatment when last
//! seen: after its last session by infusions, at its source's data cut by days. Definitions:
//! `docs/methods/time_on_treatment.md`.

use super::cohort::Cohort;
use super::follow_up::{COUNTS, End, Followed, Leaving, StepNames, gathered, push_counts};
use super::lasting::{days, infusions};
use super::population::{Population, table_of};
use super::view::View;
use crate::table::{ColumnType as T, Table};

/// What a curve is about.
pub const HEAD: [(&str, T); 5] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route", T::Text),
    ("clock", T::Text),
];

/// Days between the points of the grid, and how many there are after day 0: a year.
const DAYS: (usize, usize) = (28, 13);

/// The counts, one row per instrument, stratum, level, route, clock and time.
#[must_use]
pub fn time_on_treatment_counts(cohort: &Cohort, populations: &[Population]) -> Table {
    let columns: Vec<_> = HEAD.into_iter().chain(COUNTS).collect();
    let infusions: Vec<usize> = (1..=cohort.analysis.horizon).collect();
    let days: Vec<usize> = (0..=DAYS.1).map(|month| DAYS.0 * month).collect();
    let empty = [
        Followed::none(Leaving::None, cohort.analysis.horizon),
        Followed::none(Leaving::None, DAYS.0 * DAYS.1),
    ];
    table_of("time_on_treatment_counts", &columns, populations, |population, table| {
        let followed = population.tally(&empty, ends, |cells, ends| {
            cells.iter_mut().zip(ends).for_each(|(followed, end)| followed.count(*end));
        });
        for ([instrument, stratum, level, route], cells) in followed {
            for ((clock, followed), grid) in
                ["infusions", "days"].iter().zip(&cells).zip([&infusions, &days])
            {
                let head = [instrument, stratum, level, route, clock];
                push_counts(table, &head, followed, grid);
            }
        }
    })
}

/// The published table, from the counts with what must be hidden cleared.
#[must_use]
pub fn time_on_treatment(counts: &Table) -> Table {
    let names = StepNames { events: "ended", competing: None };
    gathered("time_on_treatment", counts, &HEAD, names)
}

/// When treatment ended, by infusions given and by whole days since session 1.
fn ends(view: &View) -> [End; 2] {
    let given = infusions(view.n_infusions);
    let days = |since_us| days(0, since_us);
    if view.running {
        let seen_us = view.member.cut_us.max(view.last_us);
        return [End::Unseen(given), End::Unseen(days(seen_us))];
    }
    [End::Event(given), End::Event(days(view.last_us))]
}
