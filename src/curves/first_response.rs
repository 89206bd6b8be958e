//! Courses by the infusion at which they first responded, left, or were last seen: the counts from
//! which the cumulative curves are made.
//!
//! Counts are cumulated over infusions, because that is what a reader can add up: a step is the
//! difference of two of them. Definitions: `docs/methods/cumulative_response.md`.

use super::additive::Additive;
use super::cohort::Cohort;
use super::population::{Population, table_of};
use super::row::Row;
use super::view::View;
use crate::stats::aalen_johansen::aalen_johansen;
use crate::stats::kaplan_meier::kaplan_meier;
use crate::stats::life_table::{Step, steps};
use crate::table::{ColumnType as T, Table};

/// Columns. Not published as they are: `cumulative` and `time_to_response` are made from them.
pub const COLUMNS: [(&str, T); 26] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route", T::Text),
    ("infusion", T::Int),
    // All with a baseline; those of them scored after any infusion. The same at every infusion.
    ("n", T::Int),
    ("n_scored", T::Int),
    // By this infusion: first response, left treatment or measurement, of these treated on
    // without a score, of these not.
    ("responded", T::Int),
    ("stopped", T::Int),
    ("unmeasured", T::Int),
    ("left", T::Int),
    // Running courses last scored before this infusion.
    ("censored", T::Int),
    // At risk at this infusion, where leaving competes and where it censors.
    ("at_risk", T::Int),
    ("at_risk_km", T::Int),
    // The same two, for test statistics: never hidden and never published.
    ("risk_set", T::Int),
    ("risk_set_km", T::Int),
    ("aj", T::Float),
    ("aj_se", T::Float),
    ("aj_lo", T::Float),
    ("aj_hi", T::Float),
    ("stopped_estimate", T::Float),
    ("unmeasured_estimate", T::Float),
    ("km", T::Float),
    ("km_se", T::Float),
    ("km_lo", T::Float),
    ("km_hi", T::Float),
];

/// Columns, with the reasons at the end.
fn columns() -> Vec<(&'static str, T)> {
    COLUMNS.into_iter().chain([("na_reason", T::Text)]).collect()
}

/// What became of a course, as the cumulative curves see it. Infusions count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// First response after this infusion.
    Responded(usize),
    /// Over without a response: left at this infusion, the one after the last with a score.
    Stopped {
        /// The infusion at which the course leaves.
        at: usize,
        /// Whether treatment went on beyond the last score.
        unmeasured: bool,
    },
    /// Last seen, without a response, after this infusion; 0 where it was never scored.
    Censored(usize),
}

impl Fate {
    /// The fate of a course up to the horizon, and whether it was ever scored.
    #[must_use]
    pub fn of(view: &View, horizon: usize) -> (Self, bool) {
        let last = view.last_scored();
        let fate = match (0..horizon).find(|position| view.responds(*position) == Some(true)) {
            Some(position) => Self::Responded(position + 1),
            None if view.running || last >= horizon => Self::Censored(last.min(horizon)),
            None => Self::Stopped { at: last + 1, unmeasured: view.n_infusions > last },
        };
        (fate, last > 0)
    }
}

/// Courses of one cell by what became of them. A position is an infusion; position 0 is before the
/// first.
#[derive(Debug, Clone)]
struct Fates {
    n: u64,
    n_scored: u64,
    responded: Vec<u64>,
    stopped: Vec<u64>,
    unmeasured: Vec<u64>,
    censored: Vec<u64>,
}

impl Additive for Fates {
    fn add(&mut self, others: &Self) {
        self.n += others.n;
        self.n_scored += others.n_scored;
        self.responded.add(&others.responded);
        self.stopped.add(&others.stopped);
        self.unmeasured.add(&others.unmeasured);
        self.censored.add(&others.censored);
    }
}

impl Fates {
    fn none(horizon: usize) -> Self {
        let zero = vec![0; horizon + 1];
        Self {
            n: 0,
            n_scored: 0,
            responded: zero.clone(),
            stopped: zero.clone(),
            unmeasured: zero.clone(),
            censored: zero,
        }
    }

    fn count(&mut self, (fate, is_scored): (Fate, bool)) {
        self.n += 1;
        self.n_scored += u64::from(is_scored);
        match fate {
            Fate::Responded(at) => self.responded[at] += 1,
            Fate::Censored(at) => self.censored[at] += 1,
            Fate::Stopped { at, unmeasured } => {
                self.stopped[at] += 1;
                self.unmeasured[at] += u64::from(unmeasured);
            }
        }
    }

    /// Where leaving competes: at risk at k are all whose response or leaving is at k or later.
    fn competing(&self) -> Vec<Step> {
        let at_risk = self.n - self.censored[0];
        steps(at_risk, &self.responded[1..], &self.stopped[1..], &self.censored[1..])
    }

    /// Where leaving censors: whoever stops at k was last seen at k - 1.
    fn censoring(&self) -> Vec<Step> {
        let steps = self.competing().into_iter();
        steps.map(|step| Step { at_risk: step.at_risk - step.competing, ..step }).collect()
    }
}

/// The table, one row per instrument, stratum, level, route and infusion number; instruments
/// without a response rule have none.
#[must_use]
pub fn first_response(cohort: &Cohort, populations: &[Population]) -> Table {
    let horizon = cohort.analysis.horizon;
    let none = Fates::none(horizon);
    table_of("first_response", &columns(), populations, |population, table| {
        if population.instrument.response.is_none() {
            return;
        }
        let look = |view: &View| Fate::of(view, horizon);
        for (head, fates) in population.tally(&none, look, |fates, fate| fates.count(*fate)) {
            push_rows(table, head, &fates);
        }
    })
}

fn push_rows(table: &mut Table, head: [&str; 4], fates: &Fates) {
    let (competing, censoring) = (fates.competing(), fates.censoring());
    let (johansen, meier) = (aalen_johansen(&competing), kaplan_meier(&censoring));
    let [mut responded, mut stopped, mut unmeasured] = [0; 3];
    let mut censored = 0;
    let mut unmeasured_estimate = 0.0;
    let mut waiting = 1.0;
    for (position, (step, km_step)) in competing.iter().zip(&censoring).enumerate() {
        let k = position + 1;
        responded += step.events;
        stopped += step.competing;
        unmeasured += fates.unmeasured[k];
        censored += fates.censored[position];
        unmeasured_estimate += waiting * share(fates.unmeasured[k], step.at_risk);
        let incidence = &johansen[position];
        waiting = incidence.waiting;
        let mut row = Row::of(&head);
        row.int("infusion", k as u64, None);
        row.int("n", fates.n, None);
        row.int("n_scored", fates.n_scored, None);
        row.int("responded", responded, None);
        row.int("stopped", stopped, None);
        row.int("unmeasured", unmeasured, None);
        row.int("left", stopped - unmeasured, None);
        row.int("censored", censored, None);
        row.int("at_risk", step.at_risk, None);
        row.int("at_risk_km", km_step.at_risk, None);
        row.int("risk_set", step.at_risk, None);
        row.int("risk_set_km", km_step.at_risk, None);
        let nobody = (competing[0].at_risk == 0).then_some("nobody");
        let event = Some(&incidence.event).filter(|_| nobody.is_none());
        row.estimate(["aj", "aj_se", "aj_lo", "aj_hi"], event);
        row.float("stopped_estimate", Some(incidence.competing), nobody);
        row.float("unmeasured_estimate", Some(unmeasured_estimate), nobody);
        let share = Some(&meier[position]).filter(|_| censoring[0].at_risk > 0);
        row.estimate(["km", "km_se", "km_lo", "km_hi"], share);
        table.push(row.done());
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
