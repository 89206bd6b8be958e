//! `response_by_infusion`: what was seen after each infusion, by route and stratum.
//!
//! Three denominators side by side: `observed` (scored after infusion k), `nri` (everyone
//! enrolled, missing is no response) and `locf` (the last assessment after an infusion j <= k).
//! Definitions: `docs/methods/response_by_infusion.md`.

use super::additive::Additive;
use super::cohort::Cohort;
use super::population::{Population, table_of};
use super::row::Row;
use super::view::{Observation, View};
use crate::event::instrument::Instrument;
use crate::stats::mean::Moments;
use crate::stats::proportion::proportion;
use crate::table::{Cell, ColumnType as T, Table};

/// Columns before suppression; `suppressed`, `hidden` and `disclosure` come with it.
pub const COLUMNS: [(&str, T); 29] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route", T::Text),
    ("infusion", T::Int),
    ("n_treated", T::Int),
    ("n_observed", T::Int),
    ("mean_score", T::Float),
    ("mean_change", T::Float),
    ("change_sd", T::Float),
    ("change_lo", T::Float),
    ("change_hi", T::Float),
    ("responders", T::Int),
    ("response_rate", T::Float),
    ("response_lo", T::Float),
    ("response_hi", T::Float),
    ("remitters", T::Int),
    ("remission_rate", T::Float),
    ("remission_lo", T::Float),
    ("remission_hi", T::Float),
    ("n_above_line", T::Int),
    ("remitters_above_line", T::Int),
    ("n_enrolled", T::Int),
    ("n_not_due", T::Int),
    ("responders_nri", T::Int),
    ("response_rate_nri", T::Float),
    ("responders_locf", T::Int),
    ("response_rate_locf", T::Float),
    ("na_reason", T::Text),
];

/// Counts and sums of one cell: one instrument, stratum, level, route and infusion.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    n_treated: u64,
    n_enrolled: u64,
    n_not_due: u64,
    score: Moments,
    change: Moments,
    responders: u64,
    remitters: u64,
    n_above_line: u64,
    remitters_above_line: u64,
    responders_locf: u64,
}

/// What there is to count of a course at one infusion.
struct Seen {
    treated: bool,
    /// Not yet due: the course runs and has not come to the infusion.
    not_due: bool,
    responds_locf: bool,
    observed: Option<Observed>,
}

/// A course scored after an infusion.
struct Observed {
    score: f64,
    change: f64,
    responds: bool,
    remits: bool,
    above: bool,
}

/// The table, one row per instrument, stratum, level, route and infusion number.
#[must_use]
pub fn response_by_infusion(cohort: &Cohort, populations: &[Population]) -> Table {
    let empty = vec![Tally::default(); cohort.analysis.horizon];
    table_of("response_by_infusion", &COLUMNS, populations, |population, table| {
        let instrument = population.instrument;
        let look = |view: &View, seen: &mut Vec<Seen>| {
            look(view, instrument, cohort.analysis.horizon, seen);
        };
        for (head, cells) in population.tally_rows(&empty, look, Tally::count) {
            for (position, tally) in cells.iter().enumerate() {
                table.push(row(head, position + 1, tally, instrument));
            }
        }
    })
}

/// What a course shows at each infusion up to the horizon.
fn look(view: &View, instrument: &Instrument, horizon: usize, seen: &mut Vec<Seen>) {
    let baseline = view.member.baseline;
    let above = instrument.is_remission(baseline) == Some(false);
    let observed = |seen: &Observation| {
        let score = seen.score;
        Observed {
            score: score.value(),
            change: score.minus_value(baseline),
            responds: seen.responds == Some(true),
            remits: instrument.is_remission(score) == Some(true),
            above,
        }
    };
    let mut responds_locf = false;
    let at = |position| {
        let treated = position < view.n_infusions;
        let observed = view.observation(position).map(observed);
        responds_locf = observed.as_ref().map_or(responds_locf, |observed| observed.responds);
        Seen { treated, not_due: view.running && !treated, responds_locf, observed }
    };
    seen.extend((0..horizon).map(at));
}

impl Additive for Tally {
    fn add(&mut self, others: &Self) {
        self.n_treated += others.n_treated;
        self.n_enrolled += others.n_enrolled;
        self.n_not_due += others.n_not_due;
        self.score.merge(&others.score);
        self.change.merge(&others.change);
        self.responders += others.responders;
        self.remitters += others.remitters;
        self.n_above_line += others.n_above_line;
        self.remitters_above_line += others.remitters_above_line;
        self.responders_locf += others.responders_locf;
    }
}

impl Tally {
    fn count(&mut self, seen: &Seen) {
        self.n_treated += u64::from(seen.treated);
        if seen.not_due {
            self.n_not_due += 1;
            return;
        }
        self.n_enrolled += 1;
        self.responders_locf += u64::from(seen.responds_locf);
        let Some(observed) = &seen.observed else { return };
        self.score.push(observed.score);
        self.change.push(observed.change);
        self.responders += u64::from(observed.responds);
        self.remitters += u64::from(observed.remits);
        self.n_above_line += u64::from(observed.above);
        self.remitters_above_line += u64::from(observed.above && observed.remits);
    }
}

/// Writes a row; every undefined cell is `NA` with its reason.
fn row(head: [&str; 4], infusion: usize, tally: &Tally, instrument: &Instrument) -> Vec<Cell> {
    let mut row = Row::of(&head);
    let n = tally.score.n();
    let nobody = (n == 0).then_some("nobody");
    let one = nobody.or((n == 1).then_some("one"));
    let no_rule = instrument.response.is_none().then_some("no-rule");
    let no_line = instrument.remission.is_none().then_some("no-line");
    row.int("infusion", u64::try_from(infusion).unwrap_or_default(), None);
    row.int("n_treated", tally.n_treated, None);
    row.int("n_observed", n, None);
    row.float("mean_score", tally.score.mean(), nobody);
    row.float("mean_change", tally.change.mean(), nobody);
    row.float("change_sd", tally.change.sd(), one);
    let interval = tally.change.t_interval();
    row.float("change_lo", interval.map(|i| i.lo), one);
    row.float("change_hi", interval.map(|i| i.hi), one);
    row.rate(
        ["responders", "response_rate", "response_lo", "response_hi"],
        tally.responders,
        n,
        no_rule,
    );
    row.rate(
        ["remitters", "remission_rate", "remission_lo", "remission_hi"],
        tally.remitters,
        n,
        no_line,
    );
    row.int("n_above_line", tally.n_above_line, no_line);
    row.int("remitters_above_line", tally.remitters_above_line, no_line);
    row.int("n_enrolled", tally.n_enrolled, None);
    row.int("n_not_due", tally.n_not_due, None);
    // Whoever responded was observed and so was due: the responders of `nri` are those observed.
    for (columns, k) in [
        (["responders_nri", "response_rate_nri"], tally.responders),
        (["responders_locf", "response_rate_locf"], tally.responders_locf),
    ] {
        let none_due = (tally.n_enrolled == 0).then_some("nobody");
        row.int(columns[0], k, no_rule);
        row.float(columns[1], proportion(k, tally.n_enrolled), no_rule.or(none_due));
    }
    row.done()
}
