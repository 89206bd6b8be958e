//! `side_effects`: who told of what, by route, infusion and the way of asking.
//!
//! Asking from a list finds several times what people tell unasked, so the ways of asking are never
//! counted together. Counted are people with the first course of theirs that counts, whether or not
//! they have a baseline. Definitions: `docs/methods/side_effects.md`.

use super::additive::Additive;
use super::given::Given;
use super::row::Row;
use crate::course::fact::Course;
use crate::course::few::find_or_push;
use crate::course::tolerability::minutes_to_resolution;
use crate::event::code::{EffectTerm, EffectsCapture, Severity};
use crate::event::kind::Effect;
use crate::event::view::EffectsView;
use crate::stats::exact_bound::upper_for_none;
use crate::stats::quantile::median;
use crate::table::{Cell, ColumnType as T, Table};

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
    /// Every one.
    const ALL: [Self; EffectsCapture::ALL.len() + 1] = [
        Self::Said(EffectsCapture::Structured),
        Self::Said(EffectsCapture::Spontaneous),
        Self::Unstated,
    ];

    const fn of(report: &EffectsView) -> Self {
        match report.capture {
            Some(capture) => Self::Said(capture),
            None => Self::Unstated,
        }
    }

    /// Its place among all.
    const fn place(self) -> usize {
        match self {
            Self::Said(capture) => capture as usize,
            Self::Unstated => EffectsCapture::ALL.len(),
        }
    }

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

/// One of each way of asking, by [`Capture::place`].
type PerCapture<T> = [T; Capture::ALL.len()];

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
    /// What is told at one time.
    fn of(effect: &Effect) -> Self {
        Self {
            n_sessions: 1,
            worst: effect.severity,
            serious: effect.serious == Some(true),
            minutes: minutes_to_resolution(effect),
        }
    }

    /// Takes in one report of the same session.
    fn add(&mut self, other: &Self) {
        let n_sessions = self.n_sessions.max(other.n_sessions);
        self.merge(other);
        self.n_sessions = n_sessions;
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
    match (a, b) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (one, none) => one.or(none),
    }
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
    fn add(&mut self, effects: &[Effect]) {
        self.n_sessions = 1;
        for effect in effects {
            let told = Told::of(effect);
            for term in [Term::Any, Term::One(effect.term)] {
                self.of(term).add(&told);
            }
        }
    }

    /// Nobody was asked.
    fn clear(&mut self) {
        self.n_sessions = 0;
        self.told.clear();
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

impl Additive for With {
    fn add(&mut self, others: &Self) {
        self.n_persons += others.n_persons;
        self.n_sessions += others.n_sessions;
        self.severities.add(&others.severities);
        self.serious += others.serious;
        self.minutes.extend_from_slice(&others.minutes);
    }
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

impl Additive for Asked {
    fn add(&mut self, others: &Self) {
        self.n_persons += others.n_persons;
        self.n_sessions += others.n_sessions;
        self.with.add(&others.with);
    }
}

/// People asked in one way: of any infusion, then of each up to the horizon; empty where nobody was.
#[derive(Debug, Clone, Default)]
struct Cells(Vec<Asked>);

impl Cells {
    fn at(&mut self, infusion: usize, horizon: usize) -> &mut Asked {
        self.0.resize_with(horizon + 1, Asked::default);
        &mut self.0[infusion]
    }
}

impl Additive for Cells {
    fn add(&mut self, others: &Self) {
        self.0.resize_with(self.0.len().max(others.0.len()), Asked::default);
        self.0.iter_mut().zip(&others.0).for_each(|(own, others)| own.add(others));
    }
}

/// Everyone treated, by route and way of asking.
#[derive(Debug, Default)]
pub struct Counts {
    asked: Given<PerCapture<Cells>>,
    /// Of the person at hand: what they answer about the infusion at hand, and about all so far.
    about_one: PerCapture<Answer>,
    about_all: PerCapture<Answer>,
}

impl Counts {
    /// Counts a course: what was answered about each infusion up to the horizon, in the session and
    /// in the check-ins of its time. Each report comes with the position of its infusion.
    pub fn count(&mut self, course: &Course, reports: &[(usize, EffectsView)], horizon: usize) {
        let Self { asked, about_one, about_all } = self;
        let asked = asked.of(course, Default::default);
        about_all.iter_mut().for_each(Answer::clear);
        for of_infusion in reports.chunk_by(|a, b| a.0 == b.0) {
            let number = of_infusion[0].0 + 1;
            if number > horizon {
                break;
            }
            for (_, report) in of_infusion {
                about_one[Capture::of(report).place()].add(report.told.unwrap_or_default());
            }
            let answers = about_one.iter_mut().zip(&mut *about_all).zip(&mut *asked);
            for ((answer, all), cells) in answers.filter(|((answer, _), _)| answer.n_sessions > 0) {
                cells.at(number, horizon).count(answer);
                all.merge(answer);
                answer.clear();
            }
        }
        for (answer, cells) in about_all.iter().zip(asked) {
            if answer.n_sessions > 0 {
                cells.at(ANY_INFUSION, horizon).count(answer);
            }
        }
    }

    /// Adds what was counted of others.
    pub fn add(&mut self, others: Self) {
        self.asked.add(others.asked);
    }
}

/// The table. A route and a way of asking have rows where anybody was asked so, and then for every
/// infusion and term.
#[must_use]
pub fn side_effects(counts: Counts) -> Table {
    let mut table = Table::new("side_effects", &COLUMNS);
    for (route, by_capture) in counts.asked.rows() {
        for (capture, cells) in Capture::ALL.into_iter().zip(by_capture) {
            for (infusion, mut asked) in cells.0.into_iter().enumerate() {
                for term in Term::all() {
                    let with = std::mem::take(&mut asked.with[term.place()]);
                    let head = [route.as_str(), capture.as_str(), term.as_str()];
                    table.push(row(head, infusion, &asked, with));
                }
            }
        }
    }
    table
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
