//! `data_quality`: scores by source and instrument, sessions by source and route; how many were
//! found, how many could be used, and why the others could not.
//!
//! Definitions: `docs/methods/data_quality.md`.

use super::check::{Check, SUMS};
use crate::course::account::{Fate, ScoreAccount, SessionAccount};
use crate::course::data_cuts::DataCuts;
use crate::course::dose_rules::DoseFinding;
use crate::course::fact::{Course, Infusion, Stay, SubjectFacts};
use crate::course::few::find_or_push;
use crate::course::resolve::SetAside;
use crate::event::code::Route;
use crate::event::ids::OpenCode;
use crate::event::time::whole_days;
use crate::table::{ColumnType as T, Table};
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
    pub cuts: &'a DataCuts,
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

/// Instrument or route, and source: where something is counted that is then in wider places too.
type Origin<'a> = (Kind<'a>, &'a str);

impl Kind<'_> {
    /// Whether a wider place counts both.
    fn meets(self, other: Self) -> bool {
        self == other || matches!((self, other), (Self::Sessions(_), Self::Sessions(_)))
    }
}

/// Every place in which something from an origin is counted: of scores the whole and the source, of
/// sessions these, the route, and both.
fn places((kind, site): Origin) -> impl Iterator<Item = Place> {
    let wider = matches!(kind, Kind::Sessions(_)).then_some(Kind::Sessions(None));
    let kinds = std::iter::once(kind).chain(wider);
    kinds.flat_map(move |kind| [(kind, None), (kind, Some(site))])
}

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
        let dose = match infusion.dose {
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

impl Total {
    /// Counts a person of whom this was counted.
    fn count(&mut self, counts: &Counts) {
        self.events.add_all(counts);
        self.people.add_all(&counts.seen());
    }

    fn add(&mut self, others: &Self) {
        self.events.add_all(&others.events);
        self.people.add_all(&others.people);
    }
}

/// What became of the scores and sessions of some subjects, or of all.
///
/// Nearly everyone has all their sessions by one route at one source, and the scores of an instrument
/// from one: so many are counted there alone, and added to the wider places in the end. Who is known
/// at several origins is one person in a place that counts more than one of them, and is counted in
/// each place.
#[derive(Debug)]
pub struct Account<'a> {
    reading: Reading<'a>,
    /// By source.
    at_one_origin: BTreeMap<&'a str, Vec<(Kind<'a>, Total)>>,
    at_several: BTreeMap<Place<'a>, Total>,
    /// Of the subject at hand.
    origins: Vec<(Origin<'a>, Counts)>,
}

impl<'a> Account<'a> {
    /// Nothing yet.
    #[must_use]
    pub fn none(reading: &Reading<'a>) -> Self {
        Self {
            reading: *reading,
            at_one_origin: BTreeMap::new(),
            at_several: BTreeMap::new(),
            origins: Vec::new(),
        }
    }

    /// Counts subjects.
    pub fn visit(&mut self, subjects: impl IntoIterator<Item = &'a SubjectFacts>) {
        for facts in subjects {
            self.note_origins(facts);
            let mut at_several = Vec::new();
            for ((kind, site), counts) in &self.origins {
                let met = self.origins.iter().filter(|((other, _), _)| kind.meets(*other));
                if met.count() == 1 {
                    let kinds = self.at_one_origin.entry(site).or_default();
                    at(kinds, *kind).count(counts);
                } else {
                    for place in places((*kind, site)) {
                        at::<_, Counts>(&mut at_several, place).add_all(counts);
                    }
                }
            }
            for (place, counts) in at_several {
                self.at_several.entry(place).or_default().count(&counts);
            }
        }
    }

    /// What a subject adds, by origin.
    fn note_origins(&mut self, facts: &'a SubjectFacts) {
        let Self { reading, origins, .. } = self;
        origins.clear();
        for account in &facts.account.scores {
            let asked = reading.instruments.iter().position(|code| *code == account.instrument);
            let kind = Kind::Scores(asked.unwrap_or(usize::MAX), account.instrument.as_str());
            at(origins, (kind, account.source.as_str())).scores(account);
        }
        for account in &facts.account.sessions {
            let kind = Kind::Sessions(Some(account.route));
            at(origins, (kind, account.source.as_str())).set_aside(account);
        }
        for (number, course) in facts.courses.iter().enumerate() {
            let is_last = number + 1 == facts.courses.len();
            let mut n_before = 0;
            for Stay { route, source, infusions } in course.stays() {
                let kind = Kind::Sessions(Some(route));
                let counts: &mut Counts = at(origins, (kind, source.as_str()));
                for infusion in infusions {
                    n_before += 1;
                    let has_next = !is_last || n_before < course.infusions.len();
                    counts.session(infusion, has_next || is_over(course, infusion, reading));
                }
            }
        }
        for (_, counts) in origins {
            counts.add_up();
        }
    }

    /// Adds what was counted of others.
    pub fn add(&mut self, others: Self) {
        for (site, kinds) in others.at_one_origin {
            let own = self.at_one_origin.entry(site).or_default();
            for (kind, total) in &kinds {
                at::<_, Total>(own, *kind).add(total);
            }
        }
        for (place, total) in others.at_several {
            self.at_several.entry(place).or_default().add(&total);
        }
    }

    /// The totals of every place, in table order.
    fn totals(&self) -> BTreeMap<Place<'a>, Total> {
        let mut totals = self.at_several.clone();
        for (site, kinds) in &self.at_one_origin {
            for (kind, total) in kinds {
                for place in places((*kind, site)) {
                    totals.entry(place).or_default().add(total);
                }
            }
        }
        totals
    }
}

/// What is counted somewhere, in a list of few places; nothing at first.
fn at<K: PartialEq + Copy, T: Default>(list: &mut Vec<(K, T)>, place: K) -> &mut T {
    &mut find_or_push(list, |(known, _)| *known == place, || (place, T::default())).1
}

/// The table. A place has rows, one a check, where at least one score or session was found.
#[must_use]
pub fn data_quality(account: &Account) -> Table {
    let mut table = Table::new("data_quality", &COLUMNS);
    for (place, total) in account.totals() {
        push_place(&mut table, place, &total);
    }
    table
}

/// Whether the time in which a check-in could follow the last session was over at the data cut.
/// Without a calendar there is no cut, and nothing is waited for.
fn is_over(course: &Course, infusion: &Infusion, reading: &Reading) -> bool {
    let cut = reading.cuts.of(&course.site).filter(|_| course.basis.has_calendar());
    cut.is_none_or(|cut| whole_days(infusion.start_us, cut) > reading.followup_days)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::fixture::fold_person;
    use crate::course::fold::FoldContext;
    use crate::course::settings::FoldSettings;
    use crate::event::ids::Source;
    use crate::event::key::Conflicts;
    use crate::event::vocabulary::Vocabulary;
    use crate::simulate::{Settings, subject_events};

    /// Made-up people, of whom every third was also treated at another site.
    fn made_up(people: u32) -> Vec<SubjectFacts> {
        let (settings, conflicts) = (FoldSettings::default(), Conflicts::default());
        let vocabulary = Vocabulary::shipped().expect("the shipped tables");
        let context =
            FoldContext { settings: &settings, vocabulary: &vocabulary, conflicts: &conflicts };
        let elsewhere = Source::new("/synthetic/elsewhere").expect("a source");
        let mut subjects = Vec::new();
        for person in 0..people {
            let mut events = subject_events(&Settings::new(people, 5), person);
            let moved = events.len() / 2;
            for event in events.iter_mut().skip(moved).filter(|_| person % 3 == 0) {
                event.source = elsewhere.clone();
            }
            fold_person(events, &context, |folded| subjects.push(folded.facts));
        }
        subjects
    }

    #[test]
    fn a_person_is_counted_once_in_each_place_wherever_they_were_treated() {
        // The twin counts everyone in each place, and all in one go.
        let subjects = made_up(120);
        let cuts = DataCuts::default();
        let instruments = [OpenCode::new("gad-7").expect("a code")];
        let reading = Reading { followup_days: 14, cuts: &cuts, instruments: &instruments };
        let mut account = Account::none(&reading);
        let everyone: Vec<&SubjectFacts> = subjects.iter().collect();
        for subjects in everyone.chunks(7) {
            let mut some = Account::none(&reading);
            some.visit(subjects.iter().copied());
            account.add(some);
        }
        assert!(!account.at_one_origin.is_empty() && !account.at_several.is_empty());
        let mut expected: BTreeMap<Place, Total> = BTreeMap::new();
        let mut twin = Account::none(&reading);
        for facts in &subjects {
            twin.note_origins(facts);
            let mut counted: BTreeMap<Place, Counts> = BTreeMap::new();
            for (origin, counts) in &twin.origins {
                for place in places(*origin) {
                    counted.entry(place).or_default().add_all(counts);
                }
            }
            for (place, counts) in counted {
                expected.entry(place).or_default().count(&counts);
            }
        }
        let numbers = |totals: BTreeMap<Place, Total>| -> Vec<_> {
            let pair = |total: Total| (total.events.0, total.people.0);
            totals.into_iter().map(|(place, total)| (format!("{place:?}"), pair(total))).collect()
        };
        assert_eq!(numbers(account.totals()), numbers(expected));
    }
}
