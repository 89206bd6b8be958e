//! `side_effects`: who told of what, by route, infusion and the way of asking.
//!
//! Asking from a list finds several times what people tell unasked, so the ways of asking are never
//! counted together. Counted are people with the first course of theirs that counts, whether or not
//! they have a baseline. Definitions: `docs/methods/side_effects.md`.

use super::cohort::Cohort;
use super::route::RouteRow;
use super::row::Row;
use crate::course::fact::Course;
use crate::course::few::find_or_push;
use crate::course::tolerability::{EffectReport, minutes_to_resolution};
use crate::event::code::{EffectTerm, EffectsCapture, Severity};
use crate::event::kind::Effect;
use crate::stats::exact_bound::upper_for_none;
use crate::stats::quantile::median;
use crate::table::{Cell, ColumnType as T, Table};
use std::collections::BTreeMap;

/// Columns before suppression.
pub const COLUMNS: [(&str, T); 20] = [
    ("route", T::Text),
    ("infusion", T::Int),
    ("capture", T::Text),
    ("term", T::Text),
    ("n_persons", T::Int),
    ("n_sessions", T::Int),
    ("persons_with", T::Int),
    ("sessions_with", T::Int),
    ("share", T::Float),
    ("lo", T::Float),
    ("hi", T::Float),
    ("upper_if_none", T::Float),
    ("mild", T::Int),
    ("moderate", T::Int),
    ("severe", T::Int),
    ("severity_unknown", T::Int),
    ("serious", T::Int),
    ("n_resolved", T::Int),
    ("median_minutes", T::Float),
    ("na_reason", T::Text),
];

/// Of the column `infusion`: any infusion from 1 to the horizon.
pub const ANY_INFUSION: usize = 0;
/// Of the column `term`: any side effect.
pub const ANY_TERM: &str = "any";

/// How side effects were asked for; the order is that of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Capture {
    Said(EffectsCapture),
    Unstated,
}

impl Capture {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Said(capture) => capture.as_str(),
            Self::Unstated => "unstated",
        }
    }
}

/// A side effect, or any; the order is that of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Term {
    Any,
    One(EffectTerm),
}

impl Term {
    fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Any).chain(EffectTerm::ALL.iter().copied().map(Self::One))
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Any => ANY_TERM,
            Self::One(term) => term.as_str(),
        }
    }

    /// Its place among the terms.
    const fn place(self) -> usize {
        match self {
            Self::Any => 0,
            Self::One(term) => 1 + term as usize,
        }
    }
}

/// One of each term, by [`Term::place`].
type PerTerm<T> = [T; 1 + EffectTerm::ALL.len()];

/// What one person told of one term, in one infusion or in several.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    /// Sessions it was told of.
    n_sessions: u64,
    /// The worst severity, of those given.
    worst: Option<Severity>,
    /// Whether it was ever serious.
    serious: bool,
    /// The longest time until it was gone, of those given, in minutes from the start of dosing.
    minutes: Option<f64>,
}

impl Told {
    /// Takes in one report of the same session.
    fn add(&mut self, effect: &Effect) {
        self.n_sessions = 1;
        self.worst = self.worst.max(effect.severity);
        self.serious |= effect.serious == Some(true);
        self.minutes = longest(self.minutes, minutes_to_resolution(effect));
    }

    /// Takes in another session.
    fn merge(&mut self, other: &Self) {
        self.n_sessions += other.n_sessions;
        self.worst = self.worst.max(other.worst);
        self.serious |= other.serious;
        self.minutes = longest(self.minutes, other.minutes);
    }
}

fn longest(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    [a, b].into_iter().flatten().max_by(f64::total_cmp)
}

/// One person, asked in one way, of one infusion or of several.
#[derive(Debug, Clone, Default)]
struct Answer {
    /// Sessions that were asked about.
    n_sessions: u64,
    /// The terms that were told of: few of them all.
    told: Vec<(Term, Told)>,
}

impl Answer {
    fn of(&mut self, term: Term) -> &mut Told {
        let is_it = |(known, _): &(Term, Told)| *known == term;
        &mut find_or_push(&mut self.told, is_it, || (term, Told::default())).1
    }

    /// Takes in one report of a session.
    fn add(&mut self, report: &EffectReport) {
        self.n_sessions = 1;
        for effect in &report.effects {
            for term in [Term::Any, Term::One(effect.term)] {
                self.of(term).add(effect);
            }
        }
    }

    /// Takes in another session.
    fn merge(&mut self, other: &Self) {
        self.n_sessions += other.n_sessions;
        for (term, told) in &other.told {
            self.of(*term).merge(told);
        }
    }
}

/// People of a cell who told of one term.
#[derive(Debug, Clone, Default)]
struct With {
    n_persons: u64,
    n_sessions: u64,
    /// By severity, those without one last.
    severities: [u64; 4],
    serious: u64,
    /// Times until it was gone, one a person.
    minutes: Vec<f64>,
}

/// People of a cell who were asked.
#[derive(Debug, Clone, Default)]
struct Asked {
    n_persons: u64,
    n_sessions: u64,
    with: PerTerm<With>,
}

impl Asked {
    fn count(&mut self, answer: &Answer) {
        self.n_persons += 1;
        self.n_sessions += answer.n_sessions;
        for (term, told) in &answer.told {
            let with = &mut self.with[term.place()];
            with.n_persons += 1;
            with.n_sessions += told.n_sessions;
            let place = told.worst.map_or(Severity::ALL.len(), |severity| severity as usize);
            with.severities[place] += 1;
            with.serious += u64::from(told.serious);
            with.minutes.extend(told.minutes);
        }
    }
}

/// By route and way of asking, a cell of each infusion behind that of any.
type ByRoute = BTreeMap<(RouteRow, Capture), Vec<Asked>>;

/// The table. A route and a way of asking have rows where anybody was asked so, and then for every
/// infusion and term.
#[must_use]
pub fn side_effects(cohort: &Cohort) -> Table {
    let horizon = cohort.analysis.horizon;
    let mut asked = ByRoute::new();
    for course in cohort.treated() {
        for (capture, answers) in answers(course, horizon) {
            for route in RouteRow::of(course) {
                let cells = asked.entry((route, capture));
                let cells = cells.or_insert_with(|| vec![Asked::default(); horizon + 1]);
                for (cell, answer) in cells.iter_mut().zip(&answers) {
                    if let Some(answer) = answer {
                        cell.count(answer);
                    }
                }
            }
        }
    }
    let mut table = Table::new("side_effects", &COLUMNS);
    for ((route, capture), cells) in &mut asked {
        for (infusion, asked) in cells.iter_mut().enumerate() {
            for term in Term::all() {
                let with = std::mem::take(&mut asked.with[term.place()]);
                let head = [route.as_str(), capture.as_str(), term.as_str()];
                table.push(row(head, infusion, asked, with));
            }
        }
    }
    table
}

/// What a person answered, by the way of asking: to any infusion up to the horizon, then to each, in
/// the session and in the check-ins of its time.
fn answers(course: &Course, horizon: usize) -> BTreeMap<Capture, Vec<Option<Answer>>> {
    let mut answers: BTreeMap<Capture, Vec<Option<Answer>>> = BTreeMap::new();
    for (number, infusion) in (1..=horizon).zip(&course.infusions) {
        for report in &infusion.tolerability.reports {
            let capture = report.capture.map_or(Capture::Unstated, Capture::Said);
            let own = answers.entry(capture).or_insert_with(|| vec![None; horizon + 1]);
            own[number].get_or_insert_default().add(report);
        }
    }
    for own in answers.values_mut() {
        let mut any = Answer::default();
        own.iter().flatten().for_each(|answer| any.merge(answer));
        own[ANY_INFUSION] = Some(any);
    }
    answers
}

fn row(head: [&str; 3], infusion: usize, asked: &Asked, mut with: With) -> Vec<Cell> {
    let [route, capture, term] = head;
    let n = asked.n_persons;
    let mut row = Row::of(&[route]);
    row.int("infusion", infusion as u64, None);
    row.text(capture);
    row.text(term);
    row.int("n_persons", n, None);
    row.int("n_sessions", asked.n_sessions, None);
    row.int("persons_with", with.n_persons, None);
    row.int("sessions_with", with.n_sessions, None);
    row.share(["share", "lo", "hi"], with.n_persons, n, None);
    let nobody = (n == 0).then_some("nobody");
    let bound = nobody.or((with.n_persons > 0).then_some("seen"));
    row.float("upper_if_none", upper_for_none(n), bound);
    for (column, n) in
        ["mild", "moderate", "severe", "severity_unknown"].into_iter().zip(with.severities)
    {
        row.int(column, n, None);
    }
    row.int("serious", with.serious, None);
    row.int("n_resolved", with.minutes.len() as u64, None);
    let nobody = with.minutes.is_empty().then_some("nobody");
    row.float("median_minutes", median(&mut with.minutes), nobody);
    row.done()
}
