//! `cohort_flow`: from everyone known to everyone measured, and why people are lost.

use super::cohort::{Cohort, Step};
use super::route::RouteRow;
use crate::course::fact::SubjectFacts;
use crate::event::ids::OpenCode;
use crate::table::{ColumnType as T, Table};
use rayon::prelude::*;
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

/// Subjects and courses left after a step.
#[derive(Debug, Clone, Copy, Default)]
struct Left {
    n_subjects: u64,
    n_courses: u64,
}

/// The table, one row per instrument, route and step; steps before treatment under `all` alone.
#[must_use]
pub fn cohort_flow(cohort: &Cohort) -> Table {
    let codes = &cohort.analysis.instruments;
    let all: Vec<Flow> = codes.par_iter().map(|code| flow(cohort, code)).collect();
    let mut table = Table::new("cohort_flow", &COLUMNS);
    for (code, flow) in codes.iter().zip(&all) {
        for (route, steps) in flow {
            push_route(&mut table, code.as_str(), *route, steps);
        }
    }
    table
}

/// What is left after each step, by route.
type Flow = BTreeMap<RouteRow, [Left; 8]>;

fn flow(cohort: &Cohort, code: &OpenCode) -> Flow {
    let mut flow = Flow::from([(RouteRow::All, Default::default())]);
    for facts in cohort.subjects {
        let Some(last) = cohort.last_step(facts, code) else { continue };
        for route in routes(facts) {
            let steps = flow.entry(route).or_default();
            for step in Step::ALL.into_iter().take_while(|step| *step <= last) {
                // Until a first course is chosen all courses of the person are there.
                let all = step <= Step::Treated;
                let n_courses = if all { facts.courses.len() } else { 1 };
                let left = &mut steps[step as usize];
                left.n_subjects += 1;
                left.n_courses += u64::try_from(n_courses).unwrap_or_default();
            }
        }
    }
    flow
}

/// `all`, and the route of session 1 of the first course.
fn routes(facts: &SubjectFacts) -> impl Iterator<Item = RouteRow> {
    let first = facts.courses.first().map(|course| RouteRow::One(course.route));
    std::iter::once(RouteRow::All).chain(first)
}

fn push_route(table: &mut Table, instrument: &str, route: RouteRow, steps: &[Left; 8]) {
    let mut previous: Option<u64> = None;
    for step in Step::ALL {
        if route != RouteRow::All && step.is_before_treatment() {
            continue;
        }
        let left = steps[step as usize];
        let lost = previous.map(|previous| previous - left.n_subjects);
        let reason = if lost.is_none() { "lost=first-step" } else { "" };
        table.push(vec![
            instrument.into(),
            route.as_str().into(),
            step.as_str().into(),
            left.n_subjects.into(),
            left.n_courses.into(),
            lost.into(),
            step.why().into(),
            reason.into(),
        ]);
        previous = Some(left.n_subjects);
    }
}
