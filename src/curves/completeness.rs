//! `completeness`: who was due to be measured and who was, by site, route, month and time point.
//!
//! Definitions: `docs/methods/completeness.md`.

use super::cohort::{Cohort, Step};
use super::row::Row;
use crate::course::fact::Course;
use crate::event::code::Route;
use crate::event::ids::OpenCode;
use crate::event::time::{DAY_US, Moment};
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
    year: i32,
    month: u8,
}

impl CalendarMonth {
    fn of(micros: i64) -> Option<Self> {
        let text = Moment::calendar(micros).to_text();
        let mut parts = text.splitn(3, '-');
        Some(Self { year: parts.next()?.parse().ok()?, month: parts.next()?.parse().ok()? })
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
    /// Every row a course counts in, at a time point in a month: by site, by route, by month, by
    /// site and month, by all three, and in the whole.
    fn all_of(course: &'a Course, month: Month) -> [Self; 6] {
        let (site, route) = (Some(course.site.as_str()), Some(course.route));
        let whole = Self { site: None, route: None, month: Month::All };
        [
            whole,
            Self { site, ..whole },
            Self { route, ..whole },
            Self { month, ..whole },
            Self { site, month, ..whole },
            Self { site, route, month },
        ]
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

/// Place, and time point: 0 for the baseline, else the infusion.
type Counts<'a> = BTreeMap<(Place<'a>, usize), Counted>;

/// The table. Rows without a month's split exist for every time point; those of a month where
/// somebody was due.
#[must_use]
pub fn completeness(cohort: &Cohort) -> Table {
    let codes = &cohort.analysis.instruments;
    let all: Vec<Counts> = codes.par_iter().map(|code| counts(cohort, code)).collect();
    let mut table = Table::new("completeness", &COLUMNS);
    for (code, counts) in codes.iter().zip(&all) {
        for ((place, time_point), people) in counts {
            push_row(&mut table, code, *place, *time_point, *people);
        }
    }
    table
}

fn counts<'a>(cohort: &Cohort<'a>, code: &OpenCode) -> Counts<'a> {
    let horizon = cohort.analysis.horizon;
    let mut counts = Counts::new();
    for facts in cohort.subjects {
        let step = cohort.last_step(facts, code).filter(|step| *step >= Step::NotPrevalent);
        let (Some(step), Some(course)) = (step, facts.courses.first()) else { continue };
        let mut at = |time_point: usize, since_us: i64, is_scored: bool| {
            let (month, window_open) = month(cohort, course, time_point, since_us);
            for place in Place::all_of(course, month) {
                // Every counted course has a baseline due.
                if time_point == 0 && place.month == Month::All {
                    for time_point in 0..=horizon {
                        counts.entry((place, time_point)).or_default();
                    }
                }
                let people = counts.entry((place, time_point)).or_default();
                people.n_due += 1;
                people.n_scored += u64::from(is_scored);
                people.window_open |= window_open && place.month != Month::All;
            }
        };
        at(0, course.first_us(), step >= Step::WithBaseline);
        if step < Step::Scorable {
            continue;
        }
        let scores = course.scores.get(code);
        for (position, infusion) in course.infusions.iter().take(horizon).enumerate() {
            let score = scores.and_then(|scores| scores.after.get(position));
            at(position + 1, infusion.start_us, score.is_some_and(Option::is_some));
        }
    }
    counts
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
