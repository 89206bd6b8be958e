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
use rayon::prelude::*;
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

/// By place: what the account counts of a subject, less what the estimates count. A person is known
/// in few places.
#[derive(Default)]
struct Difference<'a>(Vec<(Place<'a>, i64)>);

impl<'a> Difference<'a> {
    fn add(&mut self, place: Place<'a>, n: i64) {
        match self.0.iter_mut().find(|(known, _)| *known == place) {
            Some((_, sum)) => *sum += n,
            None => self.0.push((place, n)),
        }
    }
}

/// People by check and place.
type People<'a> = BTreeMap<(&'static str, Place<'a>), u64>;

/// The table: for each instrument and each place where either counts something, how many people the
/// two count differently.
#[must_use]
pub fn outside(cohort: &Cohort) -> Table {
    let codes = &cohort.analysis.instruments;
    let people: Vec<People> = codes.par_iter().map(|code| people(cohort, code)).collect();
    let mut table = Table::new("outside", &COLUMNS);
    for (code, people) in codes.iter().zip(people) {
        for ((what, (route, site)), n) in people {
            table.push(vec![
                what.into(),
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

fn people<'a>(cohort: &Cohort<'a>, code: &OpenCode) -> People<'a> {
    let mut people = People::new();
    for facts in cohort.subjects {
        let step = cohort.last_step(facts, code);
        for (what, differences) in
            [(SCORES, scores(cohort, facts, code, step)), (SESSIONS, sessions(cohort, facts, step))]
        {
            for (place, difference) in differences.0 {
                *people.entry((what, place)).or_default() += u64::from(difference != 0);
            }
        }
    }
    people
}

/// Usable scores, less the baseline and the assessments of `completeness`.
fn scores<'a>(
    cohort: &Cohort,
    facts: &'a SubjectFacts,
    code: &OpenCode,
    step: Option<Step>,
) -> Difference<'a> {
    let mut difference = Difference::default();
    let mut add = |site: &'a str, n: i64| {
        for place in [(None, None), (None, Some(site))] {
            difference.add(place, n);
        }
    };
    for account in facts.account.scores.iter().filter(|account| account.instrument == *code) {
        add(account.source.as_str(), account.n(Fate::Usable).into());
    }
    if let (Some(step), Some(course)) = (step, facts.courses.first()) {
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
fn sessions<'a>(cohort: &Cohort, facts: &'a SubjectFacts, step: Option<Step>) -> Difference<'a> {
    let mut difference = Difference::default();
    let mut add = |route: Route, site: &'a str, n: i64| {
        for route in [None, Some(route)] {
            for site in [None, Some(site)] {
                difference.add((route, site), n);
            }
        }
    };
    let given = facts.courses.iter().flat_map(|course| &course.infusions);
    let given: Vec<_> = given.map(|infusion| (infusion.route, infusion.source.as_str())).collect();
    for those in given.chunk_by(|a, b| a == b) {
        add(those[0].0, those[0].1, whole(those.len()));
    }
    let step = step.filter(|step| *step >= Step::Scorable);
    if let (Some(_), Some(course)) = (step, facts.courses.first()) {
        let n_due = course.infusions.len().min(cohort.analysis.horizon);
        add(course.route, course.site.as_str(), -whole(n_due));
    }
    difference
}

fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
