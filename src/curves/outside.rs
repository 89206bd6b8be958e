//! People of whom the account of the data counts other scores or sessions than the estimates do.
//!
//! Never published. `data_quality` counts every usable score and every session that counts, of
//! whatever course; `completeness` counts those of first courses that stand in the figures. A reader
//! may subtract one from the other, and disclosure control must know of how many people the
//! difference is.

use super::cohort::{Cohort, Step};
use super::numbered::Numbered;
use super::progress::Reached;
use crate::course::account::Fate;
use crate::course::fact::{Stay, SubjectFacts};
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

/// Route and number of the source; `None` for all.
type Place = (Option<Route>, Option<u32>);

/// What the account counts of a subject, less what the estimates count: by place, a number of each
/// instrument, in the order of the settings; `None` where there is nothing to count. A person is
/// known in few places.
#[derive(Debug, Default)]
struct Difference {
    n_instruments: usize,
    places: Vec<Place>,
    /// Place by place.
    sums: Vec<Option<i64>>,
}

impl Difference {
    fn none(n_instruments: usize) -> Self {
        Self { n_instruments, ..Self::default() }
    }

    fn clear(&mut self) {
        self.places.clear();
        self.sums.clear();
    }

    fn at(&mut self, place: Place) -> &mut [Option<i64>] {
        let n = self.n_instruments;
        let known = self.places.iter().position(|known| *known == place);
        let number = known.unwrap_or_else(|| {
            self.places.push(place);
            self.sums.resize(self.places.len() * n, None);
            self.places.len() - 1
        });
        &mut self.sums[number * n..(number + 1) * n]
    }

    /// Adds to one instrument.
    fn add(&mut self, place: Place, instrument: usize, n: i64) {
        *self.at(place)[instrument].get_or_insert(0) += n;
    }

    /// Adds to every instrument.
    fn add_to_all(&mut self, place: Place, n: i64) {
        self.at(place).iter_mut().for_each(|sum| *sum.get_or_insert(0) += n);
    }
}

/// People by place whom the two count differently, of each instrument; `None` where neither counts
/// anything.
#[derive(Debug)]
struct People {
    n_instruments: usize,
    places: Numbered<Place>,
    /// Place by place.
    counts: Vec<Option<u64>>,
}

impl People {
    fn nobody(n_instruments: usize) -> Self {
        Self { n_instruments, places: Numbered::default(), counts: Vec::new() }
    }

    fn at(&mut self, place: Place) -> &mut [Option<u64>] {
        let (n, number) = (self.n_instruments, self.places.number(place) as usize);
        if self.counts.len() <= number * n {
            self.counts.resize((number + 1) * n, None);
        }
        &mut self.counts[number * n..(number + 1) * n]
    }

    fn iter(&self) -> impl Iterator<Item = (Place, &[Option<u64>])> {
        let counts = self.counts.chunks(self.n_instruments.max(1));
        self.places.by_number().iter().copied().zip(counts)
    }

    /// Counts a person, of whom the two count so many more or fewer.
    fn count(&mut self, difference: &Difference) {
        let sums = difference.sums.chunks(self.n_instruments.max(1));
        for (place, sums) in difference.places.iter().zip(sums) {
            for (people, sum) in self.at(*place).iter_mut().zip(sums) {
                if let Some(sum) = sum {
                    *people.get_or_insert(0) += u64::from(*sum != 0);
                }
            }
        }
    }
}

/// Everyone.
#[derive(Debug)]
pub struct Counts<'a> {
    sites: Numbered<&'a str>,
    scores: People,
    sessions: People,
    /// Of the subject at hand.
    difference: Difference,
}

impl<'a> Counts<'a> {
    /// Nobody yet.
    #[must_use]
    pub fn none(n_instruments: usize) -> Self {
        Self {
            sites: Numbered::default(),
            scores: People::nobody(n_instruments),
            sessions: People::nobody(n_instruments),
            difference: Difference::none(n_instruments),
        }
    }

    /// Counts a subject.
    pub fn count(&mut self, cohort: &Cohort, facts: &'a SubjectFacts, reached: &[Option<Reached>]) {
        let Self { sites, scores: people, sessions, difference } = self;
        difference.clear();
        scores(difference, sites, cohort, facts, reached);
        people.count(difference);
        difference.clear();
        self::sessions(difference, sites, cohort, facts, reached);
        sessions.count(difference);
    }

    /// Adds what was counted of others.
    pub fn add(&mut self, others: Self) {
        let names = others.sites.by_number().iter();
        let number = names.map(|name| self.sites.number(name));
        let number: Vec<u32> = number.collect();
        for (own, others) in
            [(&mut self.scores, others.scores), (&mut self.sessions, others.sessions)]
        {
            for ((route, site), people) in others.iter() {
                let place = (route, site.map(|site| number[site as usize]));
                for (own, n) in own.at(place).iter_mut().zip(people) {
                    *own = own.map_or(*n, |own| Some(own + n.unwrap_or(0)));
                }
            }
        }
    }
}

/// The table: for each instrument and each place where either counts something, how many people the
/// two count differently.
#[must_use]
pub fn outside(cohort: &Cohort, counts: &Counts) -> Table {
    let names = counts.sites.by_number();
    let mut table = Table::new("outside", &COLUMNS);
    let mut rows = BTreeMap::new();
    for (what, people) in [(SCORES, &counts.scores), (SESSIONS, &counts.sessions)] {
        for ((route, site), of_each) in people.iter() {
            rows.insert((what, route, site.map(|site| names[site as usize])), of_each);
        }
    }
    for (instrument, code) in cohort.analysis.instruments.iter().enumerate() {
        for ((what, route, site), of_each) in &rows {
            let Some(n) = of_each[instrument] else { continue };
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

/// Usable scores, less the baseline and the assessments of `completeness`.
fn scores<'a>(
    difference: &mut Difference,
    sites: &mut Numbered<&'a str>,
    cohort: &Cohort,
    facts: &'a SubjectFacts,
    reached: &[Option<Reached>],
) {
    let mut add = |site: &'a str, instrument: usize, n: i64| {
        let site = sites.number(site);
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
            let horizon = cohort.analysis.horizon;
            let n_after =
                whole(reached.scored().take_while(|position| *position < horizon).count());
            let n_baseline = i64::from(reached.step >= Step::WithBaseline);
            add(course.site.as_str(), instrument, -n_after - n_baseline);
        }
    }
}

/// Sessions that count, less those after which a score is due.
fn sessions<'a>(
    difference: &mut Difference,
    sites: &mut Numbered<&'a str>,
    cohort: &Cohort,
    facts: &'a SubjectFacts,
    reached: &[Option<Reached>],
) {
    for course in &facts.courses {
        for Stay { route, source, infusions } in course.stays() {
            let site = sites.number(source.as_str());
            for place in places(route, site) {
                difference.add_to_all(place, whole(infusions.len()));
            }
        }
    }
    if let Some(course) = facts.courses.first() {
        let n_due = whole(course.infusions.len().min(cohort.analysis.horizon));
        let site = sites.number(course.site.as_str());
        for place in places(course.route, site) {
            for (instrument, reached) in reached.iter().enumerate() {
                if reached.is_some_and(|reached| reached.is_due()) {
                    difference.add(place, instrument, -n_due);
                }
            }
        }
    }
}

/// The whole, the site, the route, and both.
fn places(route: Route, site: u32) -> [Place; 4] {
    [(None, None), (None, Some(site)), (Some(route), None), (Some(route), Some(site))]
}

fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
