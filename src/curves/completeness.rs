//! `completeness`: who was due to be measured and who was, by site, route, month and time point.
//!
//! Definitions: `docs/methods/completeness.md`.

use super::cohort::{Cohort, Step};
use super::progress::{Progress, Reached};
use super::row::Row;
use crate::course::fact::Course;
use crate::event::code::Route;
use crate::event::ids::OpenCode;
use crate::event::time::{DAY_US, year_and_month};
use crate::stats::proportion::{proportion, wilson};
use crate::table::{ColumnType as T, Table};
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
    /// Whether scores of these months could still come in when the data were cut; said of a single
    /// month alone.
    window_open: bool,
}

/// A time at which a first course may be due to be measured.
struct TimePoint {
    month: Month,
    window_open: bool,
}

/// Instrument by instrument, a count of each time point: the baseline, then every infusion.
type Counts<'a> = BTreeMap<Place<'a>, Vec<Vec<Counted>>>;

/// The table. Rows without a month's split exist for every time point; those of a month where
/// somebody was due.
#[must_use]
pub fn completeness(cohort: &Cohort, progress: &Progress) -> Table {
    let counts = counts(cohort, progress);
    let mut table = Table::new("completeness", &COLUMNS);
    for (instrument, code) in cohort.analysis.instruments.iter().enumerate() {
        for (place, of_instrument) in &counts {
            for (time_point, people) in of_instrument[instrument].iter().enumerate() {
                if place.month == Month::All || people.n_due > 0 {
                    push_row(&mut table, code, *place, time_point, *people);
                }
            }
        }
    }
    table
}

fn counts<'a>(cohort: &Cohort, progress: &Progress<'a>) -> Counts<'a> {
    let empty = vec![Counted::default(); cohort.analysis.horizon + 1];
    let empty = vec![empty; cohort.analysis.instruments.len()];
    let mut counts = Counts::new();
    for (facts, reached) in progress.of_each() {
        // Up to here a course comes for every instrument or for none.
        let is_counted = |reached: &Reached| reached.step >= Step::NotPrevalent;
        let reached: Vec<&Reached> = reached.iter().flatten().filter(|r| is_counted(r)).collect();
        let Some(course) = facts.courses.first().filter(|_| !reached.is_empty()) else { continue };
        let time_points = time_points(cohort, course);
        for place in Place::of_any_month(course) {
            let people = counts.entry(place).or_insert_with(|| empty.clone());
            count(people, &reached, 0, &time_points);
        }
        let mut first = 0;
        for of_month in time_points.chunk_by(|a, b| a.month == b.month) {
            for place in Place::of_month(course, of_month[0].month) {
                let people = counts.entry(place).or_insert_with(|| empty.clone());
                count(people, &reached, first, of_month);
            }
            first += of_month.len();
        }
    }
    counts
}

/// Counts a person at some time points, from the one numbered `first` on, where one is due.
fn count(people: &mut [Vec<Counted>], reached: &[&Reached], first: usize, at: &[TimePoint]) {
    for (people, reached) in people.iter_mut().zip(reached) {
        for (number, at) in (first..).zip(at) {
            // Every counted course has a baseline due; a score after an infusion, where that leaves
            // room to respond.
            let is_scored = match number.checked_sub(1) {
                None => Some(reached.step >= Step::WithBaseline),
                Some(position) => reached.is_scored(position),
            };
            let Some(is_scored) = is_scored else { continue };
            let counted = &mut people[number];
            counted.n_due += 1;
            counted.n_scored += u64::from(is_scored);
            counted.window_open |= at.window_open;
        }
    }
}

/// When a course may be due to be measured, in time order: at its baseline, and after each infusion
/// up to the horizon.
fn time_points(cohort: &Cohort, course: &Course) -> Vec<TimePoint> {
    let last_due = cohort.cut(course).map(|cut| cut - cohort.fold.followup_days * DAY_US);
    let last_due = last_due.and_then(CalendarMonth::of);
    let at = |since_us: i64, is_infusion: bool| {
        let own = CalendarMonth::of(since_us).filter(|_| course.basis.has_calendar());
        let Some(own) = own else { return TimePoint { month: Month::None, window_open: false } };
        // The month is closed if a session after it could have been followed up.
        let closed = last_due.is_none_or(|last_due| last_due > own);
        TimePoint { month: Month::Of(own), window_open: is_infusion && !closed }
    };
    let infusions = course.infusions.iter().take(cohort.analysis.horizon);
    let infusions = infusions.map(|infusion| at(infusion.start_us, true));
    std::iter::once(at(course.first_us(), false)).chain(infusions).collect()
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
    let window_open = people.window_open && place.month != Month::All;
    let undefined = nobody.or(window_open.then_some("window-open"));
    let interval = wilson(people.n_scored, people.n_due);
    row.float("share", proportion(people.n_scored, people.n_due), undefined);
    row.float("lo", interval.map(|i| i.lo), undefined);
    row.float("hi", interval.map(|i| i.hi), undefined);
    table.push(row.done());
}
