//! `cohort_flow`: from everyone known to everyone measured, and why people are lost.

use super::additive::Additive;
use super::cohort::{Cohort, Step};
use super::progress::Reached;
use super::route::RouteRow;
use crate::course::fact::SubjectFacts;
use crate::table::{ColumnType as T, Table};
use std::collections::BTreeMap;

/// Columns before suppression.
pub const COLUMNS: [(&str, T); 8] = [
    ("instrument", T::Text),
    ("route", T::Text),
    ("step", T::Text),
    ("n_subjects", T::Int),
    ("n_courses", T::Int),
    ("lost", T::Int),
    ("why", T::Text),
    ("na_reason", T::Text),
];

/// Subjects and their courses who come to a step and no further.
#[derive(Debug, Clone, Copy, Default)]
struct Stayed {
    n_subjects: u64,
    n_courses: u64,
}

impl Additive for Stayed {
    fn add(&mut self, others: &Self) {
        self.n_subjects += others.n_subjects;
        self.n_courses += others.n_courses;
    }
}

/// By route and last step.
type Flow = BTreeMap<RouteRow, [Stayed; Step::ALL.len()]>;

/// Everyone, as each instrument sees them.
#[derive(Debug)]
pub struct Counts(Vec<Flow>);

impl Counts {
    /// Nobody yet.
    #[must_use]
    pub fn none(n_instruments: usize) -> Self {
        Self(vec![Flow::from([(RouteRow::All, Default::default())]); n_instruments])
    }

    /// Counts a subject.
    pub fn count(&mut self, facts: &SubjectFacts, reached: &[Option<Reached>]) {
        let n_courses = u64::try_from(facts.courses.len()).unwrap_or_default();
        let one = Stayed { n_subjects: 1, n_courses };
        for (flow, reached) in self.0.iter_mut().zip(reached) {
            let Some(reached) = reached else { continue };
            for route in routes(facts) {
                flow.entry(route).or_default()[reached.step as usize].add(&one);
            }
        }
    }

    /// Adds what was counted of others.
    pub fn add(&mut self, others: Self) {
        for (flow, others) in self.0.iter_mut().zip(others.0) {
            for (route, stayed) in others {
                flow.entry(route).or_default().add(&stayed);
            }
        }
    }
}

/// The table, one row per instrument, route and step; steps before treatment under `all` alone.
#[must_use]
pub fn cohort_flow(cohort: &Cohort, counts: &Counts) -> Table {
    let mut table = Table::new("cohort_flow", &COLUMNS);
    for (code, flow) in cohort.analysis.instruments.iter().zip(&counts.0) {
        for (route, stayed) in flow {
            push_route(&mut table, code.as_str(), *route, stayed);
        }
    }
    table
}

/// `all`, and the route of session 1 of the first course.
fn routes(facts: &SubjectFacts) -> impl Iterator<Item = RouteRow> {
    let first = facts.courses.first().map(|course| RouteRow::One(course.route));
    std::iter::once(RouteRow::All).chain(first)
}

fn push_route(
    table: &mut Table,
    instrument: &str,
    route: RouteRow,
    stayed: &[Stayed; Step::ALL.len()],
) {
    let mut previous: Option<u64> = None;
    for step in Step::ALL {
        if route != RouteRow::All && step.is_before_treatment() {
            continue;
        }
        let left = &stayed[step as usize..];
        let n_subjects: u64 = left.iter().map(|stayed| stayed.n_subjects).sum();
        // Until a first course is chosen all courses of the person are there.
        let n_courses = if step <= Step::Treated {
            left.iter().map(|stayed| stayed.n_courses).sum()
        } else {
            n_subjects
        };
        let lost = previous.map(|previous| previous - n_subjects);
        let reason = if lost.is_none() { "lost=first-step" } else { "" };
        table.push(vec![
            instrument.into(),
            route.as_str().into(),
            step.as_str().into(),
            n_subjects.into(),
            n_courses.into(),
            lost.into(),
            step.why().into(),
            reason.into(),
        ]);
        previous = Some(n_subjects);
    }
}
