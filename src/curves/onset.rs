//! `onset`: response and change in the hours and days after the first dose.
//!
//! The windows follow each other: a score belongs to the first window that has not ended when it is
//! given, and of several scores of a person in a window the last counts. An instrument that asks
//! about a longer time than has passed since the dose speaks of the time before it as well; such
//! windows are undefined (`recall`). Definitions: `docs/methods/onset.md`.

use super::additive::Additive;
use super::cohort::Cohort;
use super::population::{Population, table_of};
use super::row::Row;
use super::view::View;
use crate::course::fact::{Infusion, Later};
use crate::event::instrument::Instrument;
use crate::event::time::HOUR_US;
use crate::stats::mean::Moments;
use crate::table::{Cell, ColumnType as T, Table};

/// Columns before suppression.
pub const COLUMNS: [(&str, T); 16] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route", T::Text),
    ("hours_after", T::Int),
    ("hours", T::Int),
    ("n_scored", T::Int),
    ("n_treated_again", T::Int),
    ("responders", T::Int),
    ("response_rate", T::Float),
    ("response_lo", T::Float),
    ("response_hi", T::Float),
    ("mean_change", T::Float),
    ("change_lo", T::Float),
    ("change_hi", T::Float),
    ("na_reason", T::Text),
];

/// What was seen in one window.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    change: Moments,
    responders: u64,
    treated_again: u64,
}

/// A window: after `from` hours, up to `to`.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: i64,
    to: i64,
}

impl Window {
    fn holds(self, later: &Later) -> bool {
        later.since_first_us > self.from * HOUR_US && later.since_first_us <= self.to * HOUR_US
    }
}

/// The windows of the settings, each beginning where the one before ends.
fn windows(hours: &[i64]) -> Vec<Window> {
    let from = std::iter::once(0).chain(hours.iter().copied());
    from.zip(hours).map(|(from, to)| Window { from, to: *to }).collect()
}

/// A person scored in a window.
struct Scored {
    change: f64,
    responds: bool,
    treated_again: bool,
}

/// The table, one row per instrument, stratum, level, route and window.
#[must_use]
pub fn onset(cohort: &Cohort, populations: &[Population]) -> Table {
    let windows = windows(&cohort.analysis.onset_hours);
    let empty = vec![Seen::default(); windows.len()];
    table_of("onset", &COLUMNS, populations, |population, table| {
        let instrument = population.instrument;
        let look = |view: &View, scored: &mut Vec<Option<Scored>>| {
            scored.extend(windows.iter().map(|window| look(view, *window, instrument)));
        };
        let count = |seen: &mut Seen, scored: &Option<Scored>| {
            scored.as_ref().into_iter().for_each(|scored| seen.count(scored));
        };
        for (head, cells) in population.tally_rows(&empty, look, count) {
            for (window, seen) in windows.iter().zip(&cells) {
                table.push(row(head, *window, seen, instrument));
            }
        }
    })
}

/// Whether the questions reach back beyond the dose, asked at the end of a window.
fn asks_about_before(instrument: &Instrument, window: Window) -> bool {
    i64::from(instrument.recall_days) * 24 > window.to
}

fn look(view: &View, window: Window, instrument: &Instrument) -> Option<Scored> {
    if asks_about_before(instrument, window) {
        return None;
    }
    let last = view.member.scores.later.iter().rev().find(|later| window.holds(later))?;
    let (course, baseline) = (view.member.course, view.member.baseline);
    let is_before = |again: &Infusion| again.start_us - course.first_us() < last.since_first_us;
    Some(Scored {
        change: last.score.minus_value(baseline),
        responds: instrument.is_response(baseline, last.score) == Some(true),
        treated_again: course.infusions.get(1).is_some_and(is_before),
    })
}

impl Additive for Seen {
    fn add(&mut self, others: &Self) {
        self.change.merge(&others.change);
        self.responders += others.responders;
        self.treated_again += others.treated_again;
    }
}

impl Seen {
    fn count(&mut self, scored: &Scored) {
        self.change.push(scored.change);
        self.responders += u64::from(scored.responds);
        self.treated_again += u64::from(scored.treated_again);
    }
}

fn row(head: [&str; 4], window: Window, seen: &Seen, instrument: &Instrument) -> Vec<Cell> {
    let mut row = Row::of(&head);
    let recall = asks_about_before(instrument, window).then_some("recall");
    let n = seen.change.n();
    let nobody = recall.or((n == 0).then_some("nobody"));
    let one = nobody.or((n == 1).then_some("one"));
    let no_rule = recall.or(instrument.response.is_none().then_some("no-rule"));
    row.int("hours_after", window.from.unsigned_abs(), None);
    row.int("hours", window.to.unsigned_abs(), None);
    row.int("n_scored", n, recall);
    row.int("n_treated_again", seen.treated_again, recall);
    row.rate(
        ["responders", "response_rate", "response_lo", "response_hi"],
        seen.responders,
        n,
        no_rule,
    );
    row.float("mean_change", seen.change.mean(), nobody);
    let interval = seen.change.t_interval();
    row.float("change_lo", interval.map(|i| i.lo), one);
    row.float("change_hi", interval.map(|i| i.hi), one);
    row.done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::score::Score;

    #[test]
    fn a_window_ends_with_its_hour_and_begins_after_the_one_before() {
        let windows = windows(&[2, 4, 24]);
        let minutes = |minutes: i64| Later {
            since_first_us: minutes * HOUR_US / 60,
            score: Score::whole(9),
            infusion: None,
            item: None,
        };
        let of = |at: i64| windows.iter().position(|window| window.holds(&minutes(at)));
        assert_eq!(
            [1, 120, 121, 240, 1440, 1441].map(of).map(|w| w.unwrap_or(9)),
            [0, 0, 1, 1, 2, 9]
        );
    }
}
