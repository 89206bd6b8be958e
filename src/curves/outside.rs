//! People of whom the account of the data counts other scores or sessions than the estimates do.
//!
//! Never published. `data_quality` counts every usable score and every session that counts, of
//! whatever course; `completeness` counts those of first courses that stand in the figures. A reader
//! may subtract one from the other, and disclosure control must know of how many people the
//! difference is.

use super::cohort::{Cohort, Step};
use crate::course::account::Fate;
use crate::course::fact::SubjectFacts;
use crate::event::code::Route;
use crate::event::ids::OpenCode;
use crate::table::{ColumnType as T, Table};
use std::collections::{BTreeMap, BTreeSet};

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

/// By place: what the account counts of a subject, less what the estimates count.
type Difference<'a> = BTreeMap<Place<'a>, i64>;

/// The table: for each instrument and each place where either counts something, how many people the
/// two count differently.
#[must_use]
pub fn outside(cohort: &Cohort) -> Table {
    let mut table = Table::new("outside", &COLUMNS);
    for code in &cohort.analysis.instruments {
        let mut people: BTreeMap<(&str, Place), BTreeSet<usize>> = BTreeMap::new();
        for (number, facts) in cohort.subjects.iter().enumerate() {
            let of_what =
                [(SCORES, scores(cohort, facts, code)), (SESSIONS, sessions(cohort, facts, code))];
            for (what, differences) in of_what {
                for (place, difference) in differences {
                    let those = people.entry((what, place)).or_default();
                    if difference != 0 {
                        those.insert(number);
                    }
                }
            }
        }
        for ((what, (route, site)), those) in people {
            table.push(vec![
                what.into(),
                code.as_str().into(),
                route.map_or(ALL, Route::as_str).into(),
                site.unwrap_or(ALL).into(),
                those.len().into(),
                "".into(),
            ]);
        }
    }
    table
}

/// Usable scores, less the baseline and the assessments of `completeness`.
fn scores<'a>(cohort: &Cohort, facts: &'a SubjectFacts, code: &OpenCode) -> Difference<'a> {
    let mut difference = Difference::new();
    let mut add = |site: &'a str, n: i64| {
        for place in [(None, None), (None, Some(site))] {
            *difference.entry(place).or_default() += n;
        }
    };
    for account in facts.account.scores.iter().filter(|account| account.instrument == *code) {
        add(account.source.as_str(), account.n(Fate::Usable).into());
    }
    if let (Some(step), Some(course)) = (cohort.last_step(facts, code), facts.courses.first()) {
        let scores = course.scores.get(code);
        let after = scores.map_or(&[][..], |scores| &scores.after);
        let within = after.iter().take(cohort.analysis.horizon).filter(|score| score.is_some());
        let n_after = if step >= Step::Scorable { whole(within.count()) } else { 0 };
        let n_baseline = i64::from(step >= Step::WithBaseline);
        add(course.site.as_str(), -n_after - n_baseline);
    }
    difference
}

/// Sessions that count, less those after which a score is due.
fn sessions<'a>(cohort: &Cohort, facts: &'a SubjectFacts, code: &OpenCode) -> Difference<'a> {
    let mut difference = Difference::new();
    let mut add = |route: Route, site: &'a str, n: i64| {
        for route in [None, Some(route)] {
            for site in [None, Some(site)] {
                *difference.entry((route, site)).or_default() += n;
            }
        }
    };
    for infusion in facts.courses.iter().flat_map(|course| &course.infusions) {
        add(infusion.route, infusion.source.as_str(), 1);
    }
    let step = cohort.last_step(facts, code).filter(|step| *step >= Step::Scorable);
    if let (Some(_), Some(course)) = (step, facts.courses.first()) {
        let n_due = course.infusions.len().min(cohort.analysis.horizon);
        add(course.route, course.site.as_str(), -whole(n_due));
    }
    difference
}

fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
