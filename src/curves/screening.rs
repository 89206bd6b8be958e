//! `screening`: who was found eligible, deferred or excluded, on what grounds, and how many of them
//! were treated all the same.
//!
//! Everyone known is counted once, by their latest decision. Definitions:
//! `docs/methods/screening.md`.

use super::cohort::Cohort;
use super::row::Row;
use crate::course::fact::SubjectFacts;
use crate::event::code::ScreeningDecision;
use crate::table::{ColumnType as T, Table};
use std::collections::BTreeMap;

/// Columns before suppression. [`UNTREATED`] is not published.
pub const COLUMNS: [(&str, T); 6] = [
    ("decision", T::Text),
    ("reason", T::Text),
    ("n_subjects", T::Int),
    ("n_treated", T::Int),
    (UNTREATED, T::Int),
    ("na_reason", T::Text),
];

/// Those of `n_subjects` who were not treated.
pub const UNTREATED: &str = "n_untreated";

/// Decision of those without one.
pub const UNKNOWN: &str = "unknown";
/// Everyone of a decision.
pub const ALL: &str = "all";
/// Those with any contraindication.
pub const ANY: &str = "any";
/// Those without.
pub const NONE_GIVEN: &str = "none-given";

/// What a row is about; the order is that of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grounds<'a> {
    All,
    Any,
    NoneGiven,
    One(&'a str),
}

impl<'a> Grounds<'a> {
    const fn as_str(self) -> &'a str {
        match self {
            Self::All => ALL,
            Self::Any => ANY,
            Self::NoneGiven => NONE_GIVEN,
            Self::One(code) => code,
        }
    }

    /// Every row a person stands in.
    fn of(facts: &'a SubjectFacts) -> impl Iterator<Item = Self> {
        let codes = &facts.contraindications;
        let any = if codes.is_empty() { Self::NoneGiven } else { Self::Any };
        [Self::All, any].into_iter().chain(codes.iter().map(|code| Self::One(code.as_str())))
    }
}

/// People of a row.
#[derive(Debug, Clone, Copy, Default)]
struct People {
    n: u64,
    treated: u64,
}

/// The table, one row per decision and reason. Every decision has a row for each contraindication of
/// the vocabulary; `unknown` has `all` alone, because reasons come with a decision.
#[must_use]
pub fn screening(cohort: &Cohort) -> Table {
    let mut people: BTreeMap<(usize, Grounds), People> = BTreeMap::new();
    let codes = &cohort.vocabulary.contraindications;
    for place in 0..ScreeningDecision::ALL.len() {
        let grounds = [Grounds::All, Grounds::Any, Grounds::NoneGiven];
        let codes = codes.iter().map(|code| Grounds::One(code));
        people.extend(
            grounds.into_iter().chain(codes).map(|grounds| ((place, grounds), People::default())),
        );
    }
    let unknown = ScreeningDecision::ALL.len();
    people.insert((unknown, Grounds::All), People::default());
    for facts in cohort.subjects.iter().filter(|facts| facts.known) {
        let is_treated = u64::from(!facts.courses.is_empty());
        let place = facts.screening.map_or(unknown, |decision| decision as usize);
        let grounds =
            Grounds::of(facts).filter(|grounds| place < unknown || *grounds == Grounds::All);
        for grounds in grounds {
            let people = people.entry((place, grounds)).or_default();
            people.n += 1;
            people.treated += is_treated;
        }
    }
    let mut table = Table::new("screening", &COLUMNS);
    for ((place, grounds), People { n, treated }) in people {
        let decision = ScreeningDecision::ALL.get(place).map_or(UNKNOWN, |d| d.as_str());
        let mut row = Row::of(&[decision, grounds.as_str()]);
        row.int("n_subjects", n, None);
        row.int("n_treated", treated, None);
        row.int(UNTREATED, n - treated, None);
        table.push(row.done());
    }
    table
}
