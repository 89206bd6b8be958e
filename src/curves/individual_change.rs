//! `individual_change`: for how many people the change after an infusion is more than the
//! instrument's own error (Jacobson-Truax), and in which direction.
//!
//! The standard deviation is that of all baselines of the run, one an instrument, so that one line
//! holds in every stratum. Definitions: `docs/methods/individual_change.md`.

use super::cohort::Cohort;
use super::population::{Population, table_of};
use super::row::Row;
use super::view::View;
use crate::event::instrument as event;
use crate::stats::interval::Z;
use crate::stats::mean::Moments;
use crate::stats::reliable_change::{Better, Change, Criterion, CutOff};
use crate::table::{Cell, ColumnType as T, Table};

/// Columns before suppression.
pub const COLUMNS: [(&str, T); 27] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route", T::Text),
    ("infusion", T::Int),
    ("n_observed", T::Int),
    ("recovered", T::Int),
    ("recovered_rate", T::Float),
    ("recovered_lo", T::Float),
    ("recovered_hi", T::Float),
    ("improved", T::Int),
    ("improved_rate", T::Float),
    ("improved_lo", T::Float),
    ("improved_hi", T::Float),
    ("unchanged", T::Int),
    ("unchanged_rate", T::Float),
    ("unchanged_lo", T::Float),
    ("unchanged_hi", T::Float),
    ("deteriorated", T::Int),
    ("deteriorated_rate", T::Float),
    ("deteriorated_lo", T::Float),
    ("deteriorated_hi", T::Float),
    ("baseline_sd", T::Float),
    ("reliability", T::Float),
    ("points", T::Float),
    ("z", T::Float),
    ("na_reason", T::Text),
];

/// What makes a change reliable in this run.
struct Line {
    sd: f64,
    r: f64,
    criterion: Criterion,
}

impl Line {
    /// `None` without a reliability, or where the baselines have no spread.
    fn of(population: &Population) -> Option<Self> {
        let instrument = population.instrument;
        let reliability = instrument.reliability.as_ref()?;
        let mut baselines = Moments::default();
        for view in population.first_courses() {
            baselines.push(view.member.baseline.value());
        }
        let (sd, r) = (baselines.sd()?, reliability.r);
        let better = match instrument.better {
            event::Better::Lower => Better::Lower,
            event::Better::Higher => Better::Higher,
        };
        let line = reliability.recovered.or(instrument.remission);
        let criterion = Criterion::of(better, line.map(cut_off), sd, r)?;
        Some(Self { sd, r, criterion })
    }
}

#[allow(clippy::cast_precision_loss, reason = "lines are small whole numbers")]
const fn cut_off(line: event::RemissionLine) -> CutOff {
    match line {
        event::RemissionLine::AtMost(line) => CutOff::AtMost(line as f64),
        event::RemissionLine::Above(line) => CutOff::Above(line as f64),
    }
}

/// The table, one row per instrument, stratum, level, route and infusion number; instruments without
/// a reliability have none.
#[must_use]
pub fn individual_change(cohort: &Cohort, populations: &[Population]) -> Table {
    let empty = vec![[0_u64; 4]; cohort.analysis.horizon];
    table_of("individual_change", &COLUMNS, populations, |population, table| {
        let Some(line) = Line::of(population) else { return };
        let look = |view: &View, verdicts: &mut Vec<Option<usize>>| {
            let at = |position| verdict(view, position, &line);
            verdicts.extend((0..cohort.analysis.horizon).map(at));
        };
        let count = |counts: &mut [u64; 4], verdict: &Option<usize>| {
            if let Some(verdict) = verdict {
                counts[*verdict] += 1;
            }
        };
        for (head, cells) in population.tally_rows(&empty, look, count) {
            for (position, counts) in cells.iter().enumerate() {
                table.push(row(head, position + 1, counts, &line));
            }
        }
    })
}

/// The place of what became of a person, in the order of the columns.
fn verdict(view: &View, position: usize, line: &Line) -> Option<usize> {
    let score = view.score(position)?.value();
    Some(match line.criterion.classify(view.member.baseline.value(), score) {
        Change::Recovered => 0,
        Change::Improved => 1,
        Change::Unchanged => 2,
        Change::Deteriorated => 3,
    })
}

fn row(head: [&str; 4], infusion: usize, counts: &[u64; 4], line: &Line) -> Vec<Cell> {
    let mut row = Row::of(&head);
    let n = counts.iter().sum();
    row.int("infusion", infusion as u64, None);
    row.int("n_observed", n, None);
    for (columns, k) in [
        ["recovered", "recovered_rate", "recovered_lo", "recovered_hi"],
        ["improved", "improved_rate", "improved_lo", "improved_hi"],
        ["unchanged", "unchanged_rate", "unchanged_lo", "unchanged_hi"],
        ["deteriorated", "deteriorated_rate", "deteriorated_lo", "deteriorated_hi"],
    ]
    .into_iter()
    .zip(counts)
    {
        row.rate(columns, *k, n, None);
    }
    row.float("baseline_sd", Some(line.sd), None);
    row.float("reliability", Some(line.r), None);
    row.float("points", Some(line.criterion.threshold()), None);
    row.float("z", Some(Z), None);
    row.done()
}
