//! `data_quality`: scores by source and instrument, sessions by source and route; how many were
//! found, how many could be used, and why the others could not.
//!
//! Definitions: `docs/methods/data_quality.md`.

use super::check::{Check, SUMS};
use super::dose::{DoseFinding, dose_finding};
use crate::course::account::{Fate, ScoreAccount, SessionAccount};
use crate::course::fact::{Course, Infusion, SubjectFacts};
use crate::course::few::find_or_push;
use crate::course::resolve::SetAside;
use crate::event::code::Route;
use crate::event::ids::{OpenCode, Source};
use crate::event::time::whole_days;
use crate::table::{ColumnType as T, Table};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Columns before suppression. `n_subjects` decides what is hidden, and is not published.
pub const COLUMNS: [(&str, T); 10] = [
    ("instrument", T::Text),
    ("route", T::Text),
    ("site", T::Text),
    ("check", T::Text),
    ("meaning", T::Text),
    ("n", T::Int),
    ("whole", T::Text),
    ("share", T::Float),
    ("n_subjects", T::Int),
    ("na_reason", T::Text),
];

/// What a row does not split by.
pub const ALL: &str = "all";

/// What is needed to read the facts.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// Latest score, in whole days after a session, that counts for it.
    pub followup_days: i64,
    /// Data cut of each source with a calendar, in microseconds.
    pub cuts: &'a BTreeMap<Source, i64>,
    /// Instruments in the order of the rows; others found follow in code order.
    pub instruments: &'a [OpenCode],
}

/// What the rows of a place are about, in table order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind<'a> {
    /// Scores of an instrument, behind its place among the instruments asked for.
    Scores(usize, &'a str),
    /// Sessions of a route; `None` for all.
    Sessions(Option<Route>),
}

/// Kind, and source; `None` for all.
type Place<'a> = (Kind<'a>, Option<&'a str>);

/// A count of each check.
#[derive(Debug, Clone, Copy)]
struct Counts([u64; Check::ALL.len()]);

/// Counts of events, and of the people behind them.
#[derive(Debug, Clone, Copy, Default)]
struct Total {
    events: Counts,
    people: Counts,
}

impl Default for Counts {
    fn default() -> Self {
        Self([0; Check::ALL.len()])
    }
}

impl Counts {
    const fn n(&self, check: Check) -> u64 {
        self.0[check as usize]
    }

    fn add(&mut self, check: Check, n: u64) {
        self.0[check as usize] += n;
    }

    fn scores(&mut self, account: &ScoreAccount) {
        for fate in Fate::ALL {
            self.add(fate.into(), account.n(fate).into());
        }
        self.add(Check::TotalsDiffer, account.n_totals_differ.into());
    }

    fn set_aside(&mut self, account: &SessionAccount) {
        for why in SetAside::ALL {
            self.add(why.into(), account.n(why).into());
        }
    }

    fn session(&mut self, infusion: &Infusion, is_due: bool) {
        let checkin = match (is_due, infusion.checked_in) {
            (false, _) => Check::SessionWindowOpen,
            (true, true) => Check::SessionCheckedIn,
            (true, false) => Check::SessionWithoutCheckin,
        };
        let dose = match dose_finding(infusion.drug.as_str(), infusion.route, infusion.dose) {
            DoseFinding::Missing => Check::DoseMissing,
            DoseFinding::Unchecked => Check::DoseUnchecked,
            DoseFinding::Plausible => Check::DosePlausible,
            DoseFinding::NotAStep => Check::DoseNotAStep,
            DoseFinding::Low => Check::DoseLow,
            DoseFinding::High => Check::DoseHigh,
        };
        self.add(checkin, 1);
        self.add(dose, 1);
        self.add(Check::PressuresReversed, infusion.pressures_reversed.into());
    }

    fn add_all(&mut self, others: &Self) {
        self.0.iter_mut().zip(others.0).for_each(|(own, others)| *own += others);
    }

    /// Once, of each check that was seen at all.
    fn seen(&self) -> Self {
        Self(self.0.map(|n| n.min(1)))
    }

    /// Fills in the wholes: every sum stands behind those it is a part of.
    fn add_up(&mut self) {
        for (whole, parts) in SUMS.iter().rev() {
            self.0[*whole as usize] = parts.iter().map(|part| self.n(*part)).sum();
        }
    }
}

/// By place.
type Totals<'a> = BTreeMap<Place<'a>, Total>;

/// Subjects counted in one go; the sums are the same however many.
const SUBJECTS_AT_ONCE: usize = 4_096;

/// The table. A place has rows, one a check, where at least one score or session was found.
#[must_use]
pub fn data_quality(subjects: &[SubjectFacts], reading: &Reading) -> Table {
    let parts = subjects.par_chunks(SUBJECTS_AT_ONCE).map(|subjects| totals(subjects, reading));
    let mut totals = Totals::new();
    for (place, part) in parts.collect::<Vec<_>>().into_iter().flatten() {
        let total = totals.entry(place).or_default();
        total.events.add_all(&part.events);
        total.people.add_all(&part.people);
    }
    let mut table = Table::new("data_quality", &COLUMNS);
    for (place, total) in &totals {
        push_place(&mut table, *place, total);
    }
    table
}

fn totals<'a>(subjects: &'a [SubjectFacts], reading: &Reading) -> Totals<'a> {
    let mut totals = Totals::new();
    for facts in subjects {
        for (place, mut counts) in of_subject(facts, reading).0 {
            counts.add_up();
            let total = totals.entry(place).or_default();
            total.events.add_all(&counts);
            total.people.add_all(&counts.seen());
        }
    }
    totals
}

/// What one subject adds, by place. A person is known in few places.
#[derive(Default)]
struct OfSubject<'a>(Vec<(Place<'a>, Counts)>);

impl<'a> OfSubject<'a> {
    fn at(&mut self, place: Place<'a>) -> &mut Counts {
        let is_it = |(known, _): &(Place, Counts)| *known == place;
        &mut find_or_push(&mut self.0, is_it, || (place, Counts::default())).1
    }
}

fn of_subject<'a>(facts: &'a SubjectFacts, reading: &Reading) -> OfSubject<'a> {
    let mut places = OfSubject::default();
    for account in &facts.account.scores {
        let asked = reading.instruments.iter().position(|code| *code == account.instrument);
        let kind = Kind::Scores(asked.unwrap_or(usize::MAX), account.instrument.as_str());
        for site in [None, Some(account.source.as_str())] {
            places.at((kind, site)).scores(account);
        }
    }
    for account in &facts.account.sessions {
        for place in session_places(account.route, &account.source) {
            places.at(place).set_aside(account);
        }
    }
    for (number, course) in facts.courses.iter().enumerate() {
        let is_last = number + 1 == facts.courses.len();
        let is_due = |infusion: &Infusion, has_next| has_next || is_over(course, infusion, reading);
        let is_alike = |a: &Infusion, b: &Infusion| a.route == b.route && a.source == b.source;
        let mut n_before = 0;
        for alike in course.infusions.chunk_by(is_alike) {
            let mut counts = Counts::default();
            for infusion in alike {
                n_before += 1;
                let has_next = !is_last || n_before < course.infusions.len();
                counts.session(infusion, is_due(infusion, has_next));
            }
            for place in session_places(alike[0].route, &alike[0].source) {
                places.at(place).add_all(&counts);
            }
        }
    }
    places
}

/// The whole, the route, the source, and both.
fn session_places(route: Route, source: &Source) -> [Place<'_>; 4] {
    let [whole, one] = [None, Some(route)].map(Kind::Sessions);
    let site = Some(source.as_str());
    [(whole, None), (one, None), (whole, site), (one, site)]
}

/// Whether the time in which a check-in could follow the last session was over at the data cut.
/// Without a calendar there is no cut, and nothing is waited for.
fn is_over(course: &Course, infusion: &Infusion, reading: &Reading) -> bool {
    let cut = reading.cuts.get(&course.site).filter(|_| course.basis.has_calendar());
    cut.is_none_or(|cut| whole_days(infusion.start_us, *cut) > reading.followup_days)
}

fn push_place(table: &mut Table, (kind, site): Place, total: &Total) {
    let (instrument, route) = match kind {
        Kind::Scores(_, instrument) => (instrument, ALL),
        Kind::Sessions(route) => (ALL, route.map_or(ALL, Route::as_str)),
    };
    let of_scores = matches!(kind, Kind::Scores(..));
    for check in Check::ALL.iter().filter(|check| check.is_of_scores() == of_scores) {
        let n = total.events.n(*check);
        let share = share(n, total.events.n(check.whole()));
        let reason = if share.is_none() { "share=nobody" } else { "" };
        table.push(vec![
            instrument.into(),
            route.into(),
            site.unwrap_or(ALL).into(),
            check.code().into(),
            check.meaning().into(),
            n.into(),
            check.whole().code().into(),
            share.into(),
            total.people.n(*check).into(),
            reason.into(),
        ]);
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts of events")]
fn share(n: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| n as f64 / whole as f64)
}
