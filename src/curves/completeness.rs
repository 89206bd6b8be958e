//! `completeness`: who was due to be measured and who was, by site, route, month and time point.
//!
//! Definitions: `docs/methods/completeness.md`.

use super::cohort::{Cohort, Step};
use super::row::Row;
use crate::course::fact::Course;
use crate::event::code::Route;
use crate::event::ids::OpenCode;
use crate::event::time::{DAY_US, year_and_month};
use crate::stats::proportion::{proportion, wilson};
use crate::table::{ColumnType as T, Table};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Columns before suppression.
pub const COLUMNS: [(&str, T); 11] = [
    ("instrument", T::Text),
    ("site", T::Text),
    ("route", T::Text),
    ("month", T::Text),
    ("time_point", T::Text),
    ("n_due", T::Int),
    ("n_scored", T::Int),
    ("share", T::Float),
    ("lo", T::Float),
    ("hi", T::Float),
    ("na_reason", T::Text),
];

/// Level of every column that a row does not split by.
pub const ALL: &str = "all";

/// A month of the calendar in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct CalendarMonth {
    year: i16,
    month: i8,
}

impl CalendarMonth {
    fn of(micros: i64) -> Option<Self> {
        let (year, month) = year_and_month(micros)?;
        Some(Self { year, month })
    }
}

/// The month of a row. The order is that of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Month {
    All,
    Of(CalendarMonth),
    /// The times have no calendar.
    None,
}

impl Month {
    fn text(self) -> String {
        match self {
            Self::All => ALL.into(),
            Self::Of(CalendarMonth { year, month }) => format!("{year:04}-{month:02}"),
            Self::None => "none".into(),
        }
    }
}

/// Site, route and month of a row; `None` for all. The order is that of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place<'a> {
    site: Option<&'a str>,
    route: Option<Route>,
    month: Month,
}

impl<'a> Place<'a> {
    /// The rows a course counts in at every time point: in the whole, by site, by route.
    fn of_any_month(course: &'a Course) -> [Self; 3] {
        let whole = Self { site: None, route: None, month: Month::All };
        let (site, route) = (Some(course.site.as_str()), Some(course.route));
        [whole, Self { site, ..whole }, Self { route, ..whole }]
    }

    /// The rows a course counts in at the time points of a month: of the month, by site, and by site
    /// and route.
    fn of_month(course: &'a Course, month: Month) -> [Self; 3] {
        let whole = Self { site: None, route: None, month };
        let (site, route) = (Some(course.site.as_str()), Some(course.route));
        [whole, Self { site, ..whole }, Self { site, route, ..whole }]
    }
}

/// People due at a time point.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    n_due: u64,
    n_scored: u64,
    /// Whether scores of this month could still come in when the data were cut.
    window_open: bool,
}

impl Counted {
    fn add(&mut self, due: &Due) {
        self.n_due += 1;
        self.n_scored += u64::from(due.is_scored);
    }
}

/// A course that is due to be measured.
struct Due {
    /// 0 for the baseline, else the infusion.
    time_point: usize,
    is_scored: bool,
    month: Month,
    window_open: bool,
}

/// A count of each time point, by place.
type Counts<'a> = BTreeMap<Place<'a>, Vec<Counted>>;

/// The table. Rows without a month's split exist for every time point; those of a month where
/// somebody was due.
#[must_use]
pub fn completeness(cohort: &Cohort) -> Table {
    let codes = &cohort.analysis.instruments;
    let all: Vec<Counts> = codes.par_iter().map(|code| counts(cohort, code)).collect();
    let mut table = Table::new("completeness", &COLUMNS);
    for (code, counts) in codes.iter().zip(&all) {
        for (place, time_points) in counts {
            for (time_point, people) in time_points.iter().enumerate() {
                if place.month == Month::All || people.n_due > 0 {
                    push_row(&mut table, code, *place, time_point, *people);
                }
            }
        }
    }
    table
}

fn counts<'a>(cohort: &Cohort<'a>, code: &OpenCode) -> Counts<'a> {
    let empty = vec![Counted::default(); cohort.analysis.horizon + 1];
    let mut counts = Counts::new();
    for facts in cohort.subjects {
        let step = cohort.last_step(facts, code).filter(|step| *step >= Step::NotPrevalent);
        let (Some(step), Some(course)) = (step, facts.courses.first()) else { continue };
        let due = due(cohort, code, course, step);
        for place in Place::of_any_month(course) {
            let people = counts.entry(place).or_insert_with(|| empty.clone());
            for due in &due {
                people[due.time_point].add(due);
            }
        }
        for due in due.chunk_by(|a, b| a.month == b.month) {
            for place in Place::of_month(course, due[0].month) {
                let people = counts.entry(place).or_insert_with(|| empty.clone());
                for due in due {
                    people[due.time_point].add(due);
                    people[due.time_point].window_open |= due.window_open;
                }
            }
        }
    }
    counts
}

/// When a course is due to be measured, in time order: every counted course has a baseline due, and
/// where that leaves room to respond a score after each infusion up to the horizon.
fn due(cohort: &Cohort, code: &OpenCode, course: &Course, step: Step) -> Vec<Due> {
    let at = |time_point: usize, since_us: i64, is_scored: bool| {
        let (month, window_open) = month(cohort, course, time_point, since_us);
        Due { time_point, is_scored, month, window_open }
    };
    let mut due = vec![at(0, course.first_us(), step >= Step::WithBaseline)];
    if step >= Step::Scorable {
        let scores = course.scores.get(code);
        let infusions = course.infusions.iter().take(cohort.analysis.horizon).enumerate();
        due.extend(infusions.map(|(position, infusion)| {
            let score = scores.and_then(|scores| scores.after.get(position));
            at(position + 1, infusion.start_us, score.is_some_and(Option::is_some))
        }));
    }
    due
}

/// The month of a time point, and whether the latest scores of that month were not due yet at the
/// data cut.
fn month(cohort: &Cohort, course: &Course, time_point: usize, since_us: i64) -> (Month, bool) {
    let own = CalendarMonth::of(since_us).filter(|_| course.basis.has_calendar());
    let Some(own) = own else { return (Month::None, false) };
    let last_due = cohort.cut(course).map(|cut| cut - cohort.fold.followup_days * DAY_US);
    // The month is closed if a session after it could have been followed up.
    let closed = last_due.and_then(CalendarMonth::of).is_none_or(|last_due| last_due > own);
    (Month::Of(own), time_point > 0 && !closed)
}

fn push_row(table: &mut Table, code: &OpenCode, place: Place, time_point: usize, people: Counted) {
    let month = place.month.text();
    let time_point = match time_point {
        0 => "baseline".to_owned(),
        infusion => format!("infusion-{infusion}"),
    };
    let site = place.site.unwrap_or(ALL);
    let route = place.route.map_or(ALL, Route::as_str);
    let mut row = Row::of(&[code.as_str(), site, route, &month, &time_point]);
    row.int("n_due", people.n_due, None);
    row.int("n_scored", people.n_scored, None);
    let nobody = (people.n_due == 0).then_some("nobody");
    let undefined = nobody.or(people.window_open.then_some("window-open"));
    let interval = wilson(people.n_scored, people.n_due);
    row.float("share", proportion(people.n_scored, people.n_due), undefined);
    row.float("lo", interval.map(|i| i.lo), undefined);
    row.float("hi", interval.map(|i| i.hi), undefined);
    table.push(row.done());
}
