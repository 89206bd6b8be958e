//! `completeness`: who was due to be measured and who was, by site, route, month and time point.
//!
//! Definitions: `docs/methods/completeness.md`.

use super::additive::Additive;
use super::cohort::{Cohort, Eligible, Step};
use super::progress::Reached;
use super::row::Row;
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

/// The months of days that were lately asked for, each day in a place of its own for years.
#[derive(Debug)]
struct Calendar(Vec<Option<(i64, CalendarMonth)>>);

impl Default for Calendar {
    fn default() -> Self {
        Self(vec![None; 2_048])
    }
}

impl Calendar {
    /// The month of a time.
    fn month(&mut self, micros: i64) -> Option<CalendarMonth> {
        let day = micros.div_euclid(DAY_US);
        let place = usize::try_from(day.unsigned_abs()).unwrap_or_default() % self.0.len();
        match self.0[place] {
            Some((known, month)) if known == day => Some(month),
            _ => {
                let month = CalendarMonth::of(micros)?;
                self.0[place] = Some((day, month));
                Some(month)
            }
        }
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
    /// The rows of the people of a site and route, at the time points of a month: in the whole, by
    /// site and by route of any month, and of that month in the whole, by site, and by both.
    fn all_of(site: &'a str, route: Route, month: Month) -> [Self; 6] {
        let of = |site, route, month| Self { site, route, month };
        let (site, route) = (Some(site), Some(route));
        [
            of(None, None, Month::All),
            of(site, None, Month::All),
            of(None, route, Month::All),
            of(None, None, month),
            of(site, None, month),
            of(site, route, month),
        ]
    }
}

/// People due at a time point.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    n_due: u32,
    n_scored: u32,
    /// Whether scores of these months could still come in when the data were cut; said of a single
    /// month alone.
    window_open: bool,
}

impl Additive for Counted {
    fn add(&mut self, others: &Self) {
        self.n_due += others.n_due;
        self.n_scored += others.n_scored;
        self.window_open |= others.window_open;
    }
}

/// A time at which a first course may be due to be measured.
#[derive(Debug)]
struct TimePoint {
    month: Month,
    window_open: bool,
}

/// Instrument by instrument, a count of each time point: the baseline, then every infusion. There are
/// many, and they stand behind each other.
type Cells = Vec<Counted>;

/// Everyone whose first course counts.
#[derive(Debug, Default)]
pub struct Counts<'a> {
    /// By site and route, and by month.
    places: BTreeMap<(&'a str, Route), BTreeMap<Month, Cells>>,
    calendar: Calendar,
    /// Of the subject at hand.
    time_points: Vec<TimePoint>,
}

impl<'a> Counts<'a> {
    /// Counts a subject by their first course, which counts.
    pub fn count(&mut self, cohort: &Cohort, first: &Eligible<'a>, reached: &[Option<Reached>]) {
        let Self { places, calendar, time_points } = self;
        let course = first.course;
        let n_time_points = cohort.analysis.horizon + 1;
        let of_none = || vec![Counted::default(); n_time_points * reached.len()];
        let months = places.entry((course.site.as_str(), course.route)).or_default();
        time_points.clear();
        time_points.extend(self::time_points(cohort, first, calendar));
        let mut number = 0;
        for of_month in time_points.chunk_by(|a, b| a.month == b.month) {
            let cells = months.entry(of_month[0].month).or_insert_with(of_none);
            for (cells, reached) in cells.chunks_mut(n_time_points).zip(reached.iter().flatten()) {
                count(cells, reached, number, of_month);
            }
            number += of_month.len();
        }
    }

    /// Adds what was counted of others.
    pub fn add(&mut self, others: Self) {
        for (place, months) in others.places {
            let own = self.places.entry(place).or_default();
            for (month, cells) in months {
                add(own, month, &cells);
            }
        }
    }

    /// The counts of every row: each person stands in several.
    fn rows(&self) -> BTreeMap<Place<'a>, Cells> {
        let mut rows = BTreeMap::new();
        for ((site, route), months) in &self.places {
            for (month, cells) in months {
                for place in Place::all_of(site, *route, *month) {
                    add(&mut rows, place, cells);
                }
            }
        }
        rows
    }
}

/// Adds cells to those of a place.
fn add<K: Ord>(to: &mut BTreeMap<K, Cells>, place: K, cells: &Cells) {
    match to.get_mut(&place) {
        Some(own) => own.add(cells),
        None => drop(to.insert(place, cells.clone())),
    }
}

/// The table. Rows without a month's split exist for every time point; those of a month where
/// somebody was due.
#[must_use]
pub fn completeness(cohort: &Cohort, counts: &Counts) -> Table {
    let rows = counts.rows();
    let n_time_points = cohort.analysis.horizon + 1;
    let mut table = Table::new("completeness", &COLUMNS);
    for (instrument, code) in cohort.analysis.instruments.iter().enumerate() {
        for (place, cells) in &rows {
            let of_instrument = &cells[instrument * n_time_points..][..n_time_points];
            for (time_point, people) in of_instrument.iter().enumerate() {
                if place.month == Month::All || people.n_due > 0 {
                    push_row(&mut table, code, *place, time_point, *people);
                }
            }
        }
    }
    table
}

/// Counts a person at some time points, from the one numbered `first` on, where one is due.
fn count(cells: &mut [Counted], reached: &Reached, first: usize, at: &[TimePoint]) {
    // Every counted course has a baseline due; a score after an infusion, where that leaves room to
    // respond.
    let is_due = |number: usize| number == 0 || reached.is_due();
    for (number, at) in (first..).zip(at).filter(|(number, _)| is_due(*number)) {
        cells[number].n_due += 1;
        cells[number].window_open |= at.window_open;
    }
    let baseline = (reached.step >= Step::WithBaseline).then_some(0);
    let scored = baseline.into_iter().chain(reached.scored().map(|position| position + 1));
    for number in scored.filter(|number| (first..first + at.len()).contains(number)) {
        cells[number].n_scored += 1;
    }
}

/// When a course may be due to be measured, in time order: at its baseline, and after each infusion
/// up to the horizon.
fn time_points(
    cohort: &Cohort,
    first: &Eligible,
    calendar: &mut Calendar,
) -> impl Iterator<Item = TimePoint> {
    let course = first.course;
    let last_due = first.cut_us.map(|cut| cut - cohort.fold.followup_days * DAY_US);
    let last_due = last_due.and_then(|last_due| calendar.month(last_due));
    let has_calendar = course.basis.has_calendar();
    let at = move |(since_us, is_infusion): (i64, bool)| {
        let own = has_calendar.then(|| calendar.month(since_us)).flatten();
        let Some(own) = own else { return TimePoint { month: Month::None, window_open: false } };
        // The month is closed if a session after it could have been followed up.
        let closed = last_due.is_none_or(|last_due| last_due > own);
        TimePoint { month: Month::Of(own), window_open: is_infusion && !closed }
    };
    let infusions = course.infusions.iter().take(cohort.analysis.horizon);
    let infusions = infusions.map(|infusion| (infusion.start_us, true));
    std::iter::once((course.first_us(), false)).chain(infusions).map(at)
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
    let [n_due, n_scored] = [people.n_due, people.n_scored].map(u64::from);
    row.int("n_due", n_due, None);
    row.int("n_scored", n_scored, None);
    let nobody = (people.n_due == 0).then_some("nobody");
    let window_open = people.window_open && place.month != Month::All;
    let undefined = nobody.or(window_open.then_some("window-open"));
    let interval = wilson(n_scored, n_due);
    row.float("share", proportion(n_scored, n_due), undefined);
    row.float("lo", interval.map(|i| i.lo), undefined);
    row.float("hi", interval.map(|i| i.hi), undefined);
    table.push(row.done());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_asked_for_again_has_its_month() {
        // The twin asks every time. Days that share a place, before 1970 too.
        let mut calendar = Calendar::default();
        let days = [-2_048, 0, 2_048, 20_000, 20_030, 20_031, -1, 2_047, 20_000, 0];
        for day in days.into_iter().chain(19_000..21_100).chain(days) {
            for micros in [day * DAY_US, (day + 1) * DAY_US - 1] {
                assert_eq!(calendar.month(micros), CalendarMonth::of(micros), "day {day}");
            }
        }
        assert_eq!(calendar.month(i64::MAX), None);
    }
}
