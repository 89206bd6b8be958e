//! `durability`: how long a response lasts, from two starts.
//!
//! `first-response`: on treatment, from the first response; the event is the first later score after
//! an infusion that is no response. `end-of-induction`: of those in response after the last infusion
//! of induction, without further treatment; the event is the first later score of any time that is
//! no response, and a further session before it competes. Both clocks start at the score that shows
//! the response. Measured now and then, a loss is found late: sparse measurement looks durable.
//! Definitions: `docs/methods/durability.md`.

use super::cohort::Cohort;
use super::follow_up::{COUNTS, End, Followed, Leaving, StepNames, gathered, push_counts};
use super::population::{Population, table_of};
use super::view::View;
use crate::course::fact::{Course, Infusion, Scores};
use crate::event::score::Score;
use crate::event::time::DAY_US;
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
            let (infusions, days) = on_treatment(view, horizon).unzip();
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

/// What ended the response after the first one within the horizon, by infusions and by whole days
/// since it; `None` without a response.
fn on_treatment(view: &View, horizon: usize) -> Option<(End, End)> {
    let scored = (0..view.n_infusions).filter_map(|position| {
        let seen = view.observation(position)?;
        Some((position, seen.since_first_us, seen.responds == Some(true)))
    });
    let mut scored = scored.skip_while(|(.., responds)| !responds);
    let (first, first_us, _) = scored.next().filter(|(position, ..)| *position < horizon)?;
    let since = |position: usize, at_us: i64| (position - first, days(first_us, at_us));
    let mut last = (0, 0);
    for (position, at_us, responds) in scored {
        last = since(position, at_us);
        if !responds {
            return Some((End::Event(last.0), End::Event(last.1)));
        }
    }
    Some((End::Unseen(last.0), End::Unseen(last.1)))
}

/// What ended the response after the last infusion of an induction that is over, in whole days
/// since the score after it; `None` if that is none, or no response. It is asked of a course while
/// its scores are at hand.
#[must_use]
pub fn after_induction(
    course: &Course,
    scores: &Scores,
    responds: impl Fn(Score) -> bool,
) -> Option<End> {
    let position = course.n_induction.checked_sub(1)?;
    let since_first = |infusion: &Infusion| infusion.start_us - course.first_us();
    let shown = (*scores.after.get(position)?).filter(|shown| responds(shown.score))?;
    let start_us = since_first(course.infusions.get(position)?) + shown.since_dose_us;
    let again_us = course.infusions.get(position + 1).map(since_first);
    let mut last_us = start_us;
    let later = &scores.later;
    for later in &later[later.partition_point(|later| later.since_first_us <= start_us)..] {
        if again_us.is_some_and(|again| again < later.since_first_us) {
            break;
        }
        last_us = later.since_first_us;
        if !responds(later.score) {
            return Some(End::Event(days(start_us, last_us)));
        }
    }
    Some(match again_us {
        Some(again_us) => End::Competing(days(start_us, again_us.max(start_us))),
        None => End::Unseen(days(start_us, last_us)),
    })
}

/// Whole days: the floor of the difference over 24 hours.
fn days(from_us: i64, to_us: i64) -> usize {
    usize::try_from((to_us - from_us).div_euclid(DAY_US)).unwrap_or_default()
}
