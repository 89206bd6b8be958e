//! `change_by_infusion`: how far scores had come after each infusion, besides response and
//! remission: medians, percent change, effect sizes, lesser improvement, any worsening, and how long
//! after the dose people were asked.
//!
//! Everyone counted was scored after that infusion. Definitions:
//! `docs/methods/change_by_infusion.md`.

use super::additive::Additive;
use super::cohort::Cohort;
use super::hours::Hours;
use super::population::{Population, table_of};
use super::row::Row;
use super::view::View;
use crate::event::instrument::Instrument;
use crate::event::time::whole_days;
use crate::stats::effect_size::{over_baseline, over_change};
use crate::stats::mean::Moments;
use crate::stats::quantile::Distribution;
use crate::table::{Cell, ColumnType as T, Table};

/// Columns before suppression.
pub const COLUMNS: [(&str, T); 32] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route", T::Text),
    ("infusion", T::Int),
    ("n_observed", T::Int),
    ("median_score", T::Float),
    ("median_change", T::Float),
    ("mean_percent_change", T::Float),
    ("percent_change_lo", T::Float),
    ("percent_change_hi", T::Float),
    ("effect_size_baseline", T::Float),
    ("effect_size_change", T::Float),
    ("partial_responders", T::Int),
    ("partial_response_rate", T::Float),
    ("partial_response_lo", T::Float),
    ("partial_response_hi", T::Float),
    ("improved", T::Int),
    ("improved_rate", T::Float),
    ("improved_lo", T::Float),
    ("improved_hi", T::Float),
    ("worse", T::Int),
    ("worse_rate", T::Float),
    ("worse_lo", T::Float),
    ("worse_hi", T::Float),
    ("mean_hours", T::Float),
    ("median_hours", T::Float),
    ("early", T::Int),
    ("early_rate", T::Float),
    ("early_lo", T::Float),
    ("early_hi", T::Float),
    ("na_reason", T::Text),
];

/// A partial response: better by at least this share of the baseline, in percent.
pub const PARTIAL_PERCENT: i64 = 30;

/// Values and counts of one cell.
#[derive(Debug, Clone, Default)]
struct Seen {
    scores: Distribution,
    changes: Distribution,
    baseline: Moments,
    change: Moments,
    percent: Moments,
    since_dose: Moments,
    partial: u64,
    improved: u64,
    worse: u64,
    early: u64,
}

/// A course scored after an infusion.
struct Scored {
    score: f64,
    change: f64,
    hours: f64,
    baseline: f64,
    partial: bool,
    improved: bool,
    worse: bool,
    early: bool,
}

/// The table, one row per instrument, stratum, level, route and infusion number.
#[must_use]
pub fn change_by_infusion(cohort: &Cohort, populations: &[Population]) -> Table {
    let improved_percent = cohort.analysis.improved_percent;
    let empty = vec![Seen::default(); cohort.analysis.horizon];
    table_of("change_by_infusion", &COLUMNS, populations, |population, table| {
        let look = |view: &View, scored: &mut Vec<Option<Scored>>| {
            let at = |position| look(view, position, population.instrument, improved_percent);
            scored.extend((0..cohort.analysis.horizon).map(at));
        };
        let count = |seen: &mut Seen, scored: &Option<Scored>| {
            scored.as_ref().into_iter().for_each(|scored| seen.count(scored));
        };
        let mut hours = Hours::of(population, cohort.analysis.horizon);
        let cells = population.tally_rows(&empty, look, count);
        for ((head, cells), stretches) in cells.zip(population.stretches()) {
            for (position, seen) in cells.iter().enumerate() {
                let median_hours = hours.median(&stretches, position);
                table.push(row(head, position + 1, seen, median_hours));
            }
        }
    })
}

fn look(view: &View, position: usize, instrument: &Instrument, improved: i64) -> Option<Scored> {
    let baseline = view.member.baseline;
    let seen = view.observation(position)?;
    let score = seen.score;
    let improves = |percent| instrument.improves_by_percent(baseline, score, percent);
    let days = whole_days(0, seen.since_dose_us);
    Some(Scored {
        score: score.value(),
        change: score.minus_value(baseline),
        hours: seen.hours(),
        baseline: baseline.value(),
        partial: improves(PARTIAL_PERCENT),
        improved: improves(improved),
        worse: instrument.is_worse(baseline, score),
        early: days < i64::from(instrument.recall_days),
    })
}

impl Additive for Seen {
    fn add(&mut self, others: &Self) {
        self.scores.merge(&others.scores);
        self.changes.merge(&others.changes);
        self.baseline.merge(&others.baseline);
        self.change.merge(&others.change);
        self.percent.merge(&others.percent);
        self.since_dose.merge(&others.since_dose);
        self.partial += others.partial;
        self.improved += others.improved;
        self.worse += others.worse;
        self.early += others.early;
    }
}

impl Seen {
    fn count(&mut self, scored: &Scored) {
        self.scores.push(scored.score);
        self.changes.push(scored.change);
        self.baseline.push(scored.baseline);
        self.change.push(scored.change);
        self.since_dose.push(scored.hours);
        if scored.baseline != 0.0 {
            self.percent.push(100.0 * scored.change / scored.baseline);
        }
        self.partial += u64::from(scored.partial);
        self.improved += u64::from(scored.improved);
        self.worse += u64::from(scored.worse);
        self.early += u64::from(scored.early);
    }
}

fn row(head: [&str; 4], infusion: usize, seen: &Seen, median_hours: Option<f64>) -> Vec<Cell> {
    let mut row = Row::of(&head);
    let n = seen.change.n();
    let nobody = (n == 0).then_some("nobody");
    // From a baseline of 0 there is no percent change; then the mean is of nobody's choosing.
    let no_percent = nobody.or((seen.percent.n() < n).then_some("zero-baseline"));
    let one = no_percent.or((n == 1).then_some("one"));
    row.int("infusion", infusion as u64, None);
    row.int("n_observed", n, None);
    row.float("median_score", seen.scores.median(), nobody);
    row.float("median_change", seen.changes.median(), nobody);
    row.float("mean_percent_change", seen.percent.mean(), no_percent);
    let interval = seen.percent.t_interval();
    row.float("percent_change_lo", interval.map(|i| i.lo), one);
    row.float("percent_change_hi", interval.map(|i| i.hi), one);
    for (name, size) in [
        ("effect_size_baseline", over_baseline(&seen.baseline, &seen.change)),
        ("effect_size_change", over_change(&seen.change)),
    ] {
        let spread = size.is_none().then_some("no-spread");
        row.float(name, size, nobody.or((n < 3).then_some("under-three")).or(spread));
    }
    let rates = [
        (
            [
                "partial_responders",
                "partial_response_rate",
                "partial_response_lo",
                "partial_response_hi",
            ],
            seen.partial,
        ),
        (["improved", "improved_rate", "improved_lo", "improved_hi"], seen.improved),
        (["worse", "worse_rate", "worse_lo", "worse_hi"], seen.worse),
    ];
    for (columns, k) in rates {
        row.rate(columns, k, n, None);
    }
    row.float("mean_hours", seen.since_dose.mean(), nobody);
    row.float("median_hours", median_hours, nobody);
    row.rate(["early", "early_rate", "early_lo", "early_hi"], seen.early, n, None);
    row.done()
}
