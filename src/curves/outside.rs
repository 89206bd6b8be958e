//! People of whom the account of the data counts other scores or sessions than the estimates do.
//!
//! Never published. `data_quality` counts every usable score and every session that counts, of
//! whatever course; `completeness` counts those of first courses that stand in the figures. A reader
//! may subtract one from the other, and disclosure control must know of how many people the
//! difference is.

use super::cohort::{Cohort, Step};
use super::progress::{Progress, Reached};
use crate::course::account::Fate;
use crate::course::fact::{Infusion, SubjectFacts};
use crate::course::few::find_or_push;
use crate::event::code::Route;
use crate::event::ids::OpenCode;
use crate::table::{ColumnType as T, Table};
use std::collections::BTreeMap;

/// Columns.
pub const COLUMNS: [(&str, T); 6] = [
    ("check", T::Text),
    ("instrument", T::Text),
    ("route", T::Text),
    ("site", T::Text),
    ("n_subjects", T::Int),
    ("na_reason", T::Text),
];

/// The check of `data_quality` that counts usable scores.
pub const SCORES: &str = "scores-usable";
/// The one that counts sessions.
pub const SESSIONS: &str = "sessions-counted";

const ALL: &str = "all";

/// Route and source; `None` for all.
type Place<'a> = (Option<Route>, Option<&'a str>);

/// A number of each instrument, in the order of the settings; `None` where there is nothing to count.
type OfEach<T> = Vec<Option<T>>;

/// By place: what the account counts of a subject, less what the estimates count. A person is known
/// in few places.
struct Difference<'a> {
    n_instruments: usize,
    places: Vec<(Place<'a>, OfEach<i64>)>,
}

impl<'a> Difference<'a> {
    const fn none(n_instruments: usize) -> Self {
        Self { n_instruments, places: Vec::new() }
    }

    fn at(&mut self, place: Place<'a>) -> &mut [Option<i64>] {
        let is_it = |(known, _): &(Place, _)| *known == place;
        let n_instruments = self.n_instruments;
        &mut find_or_push(&mut self.places, is_it, || (place, vec![None; n_instruments])).1
    }

    /// Adds to one instrument.
    fn add(&mut self, place: Place<'a>, instrument: usize, n: i64) {
        *self.at(place)[instrument].get_or_insert(0) += n;
    }

    /// Adds to every instrument.
    fn add_to_all(&mut self, place: Place<'a>, n: i64) {
        self.at(place).iter_mut().for_each(|sum| *sum.get_or_insert(0) += n);
    }
}

/// People by check and place.
type People<'a> = BTreeMap<(&'static str, Place<'a>), OfEach<u64>>;

/// The table: for each instrument and each place where either counts something, how many people the
/// two count differently.
#[must_use]
pub fn outside(cohort: &Cohort, progress: &Progress) -> Table {
    let codes = &cohort.analysis.instruments;
    let people = people(cohort, progress);
    let mut table = Table::new("outside", &COLUMNS);
    for (instrument, code) in codes.iter().enumerate() {
        for ((what, (route, site)), of_instrument) in &people {
            let Some(n) = of_instrument[instrument] else { continue };
            table.push(vec![
                (*what).into(),
                code.as_str().into(),
                route.map_or(ALL, Route::as_str).into(),
                site.unwrap_or(ALL).into(),
                n.into(),
                "".into(),
            ]);
        }
    }
    table
}

fn people<'a>(cohort: &Cohort, progress: &Progress<'a>) -> People<'a> {
    let mut people = People::new();
    for (facts, reached) in progress.of_each() {
        for (what, difference) in
            [(SCORES, scores(cohort, facts, reached)), (SESSIONS, sessions(cohort, facts, reached))]
        {
            for (place, differences) in difference.places {
                let people =
                    people.entry((what, place)).or_insert_with(|| vec![None; reached.len()]);
                for (n, difference) in people.iter_mut().zip(differences) {
                    if let Some(difference) = difference {
                        *n.get_or_insert(0) += u64::from(difference != 0);
                    }
                }
            }
        }
    }
    people
}

/// Usable scores, less the baseline and the assessments of `completeness`.
fn scores<'a>(
    cohort: &Cohort,
    facts: &'a SubjectFacts,
    reached: &[Option<Reached>],
) -> Difference<'a> {
    let mut difference = Difference::none(reached.len());
    let mut add = |site: &'a str, instrument: usize, n: i64| {
        for place in [(None, None), (None, Some(site))] {
            difference.add(place, instrument, n);
        }
    };
    for account in &facts.account.scores {
        let of_account = |code: &OpenCode| *code == account.instrument;
        if let Some(instrument) = cohort.analysis.instruments.iter().position(of_account) {
            add(account.source.as_str(), instrument, account.n(Fate::Usable).into());
        }
    }
    if let Some(course) = facts.courses.first() {
        for (instrument, reached) in reached.iter().enumerate() {
            let Some(reached) = reached else { continue };
            let is_scored = |position: &usize| reached.is_scored(*position) == Some(true);
            let n_after = whole((0..cohort.analysis.horizon).filter(is_scored).count());
            let n_baseline = i64::from(reached.step >= Step::WithBaseline);
            add(course.site.as_str(), instrument, -n_after - n_baseline);
        }
    }
    difference
}

/// Sessions that count, less those after which a score is due.
fn sessions<'a>(
    cohort: &Cohort,
    facts: &'a SubjectFacts,
    reached: &[Option<Reached>],
) -> Difference<'a> {
    let mut difference = Difference::none(reached.len());
    for course in &facts.courses {
        let is_alike = |a: &Infusion, b: &Infusion| a.route == b.route && a.source == b.source;
        for given in course.infusions.chunk_by(is_alike) {
            for place in places(given[0].route, given[0].source.as_str()) {
                difference.add_to_all(place, whole(given.len()));
            }
        }
    }
    if let Some(course) = facts.courses.first() {
        let n_due = whole(course.infusions.len().min(cohort.analysis.horizon));
        for place in places(course.route, course.site.as_str()) {
            for (instrument, reached) in reached.iter().enumerate() {
                if reached.is_some_and(|reached| reached.step >= Step::Scorable) {
                    difference.add(place, instrument, -n_due);
                }
            }
        }
    }
    difference
}

/// The whole, the site, the route, and both.
fn places(route: Route, site: &str) -> [Place<'_>; 4] {
    [(None, None), (None, Some(site)), (Some(route), None), (Some(route), Some(site))]
}

fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
