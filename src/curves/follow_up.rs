//! People followed from a start: by time, how many had the event, how many left by another way, and
//! how many were not seen any longer.
//!
//! Times are whole and begin at 0. Events come before leaving, and both before the end of
//! observation, at the same time. Counts are read off at the times of a grid and cumulated, because
//! that is what a reader can add up: a step is the difference of two of them.

use super::additive::Additive;
use super::row::{Derived, Row};
use crate::stats::aalen_johansen::aalen_johansen;
use crate::stats::interval::Interval;
use crate::stats::kaplan_meier::kaplan_meier;
use crate::stats::life_table::{Estimate, steps};
use crate::table::{ColumnType as T, Table};

/// What ended the following of a person, and when: in whole days, or by the number of infusions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The event.
    Event(u32),
    /// Something after which the event can no longer be told.
    Competing(u32),
    /// Nothing: the last time the person was seen.
    Unseen(u32),
}

/// Whether people can leave by another way than the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// They can: Aalen-Johansen, interval log-log on the share with the event.
    Competes,
    /// They cannot: Kaplan-Meier, interval log-log on the share without it.
    None,
}

/// People followed, by how and when it ended.
#[derive(Debug, Clone)]
pub struct Followed {
    leaving: Leaving,
    events: Vec<u64>,
    competing: Vec<u64>,
    unseen: Vec<u64>,
}

/// Counts and estimate at one time of a grid.
#[derive(Debug, Clone, Copy)]
struct Point {
    time: usize,
    /// At the beginning of the step that ends here.
    at_risk: u64,
    events: u64,
    competing: u64,
    unseen: u64,
    estimate: Option<Estimate>,
}

impl Additive for Followed {
    fn add(&mut self, others: &Self) {
        self.events.add(&others.events);
        self.competing.add(&others.competing);
        self.unseen.add(&others.unseen);
    }
}

impl Followed {
    /// Nobody yet, up to a last time.
    #[must_use]
    pub fn none(leaving: Leaving, last: usize) -> Self {
        let zero = vec![0; last + 1];
        Self { leaving, events: zero.clone(), competing: zero.clone(), unseen: zero }
    }

    /// Counts a person. Whoever is followed beyond the last time is unseen after it.
    pub fn count(&mut self, end: End) {
        let last = self.events.len() - 1;
        let (counts, at) = match end {
            End::Event(at) => (&mut self.events, at),
            End::Competing(at) => (&mut self.competing, at),
            End::Unseen(at) => (&mut self.unseen, at),
        };
        match counts.get_mut(at as usize) {
            Some(count) => *count += 1,
            None => self.unseen[last] += 1,
        }
    }

    /// Everyone.
    #[must_use]
    pub fn n(&self) -> u64 {
        [&self.events, &self.competing, &self.unseen].into_iter().flatten().sum()
    }

    /// The counts at the times of a grid, which ascends; the estimate is of the share without the
    /// event.
    fn points(&self, grid: &[usize]) -> Vec<Point> {
        let n = self.n();
        let steps = steps(n, &self.events, &self.competing, &self.unseen);
        let with: Vec<Estimate> = match self.leaving {
            Leaving::Competes => aalen_johansen(&steps).into_iter().map(|at| at.event).collect(),
            Leaving::None => kaplan_meier(&steps),
        };
        let by = |counts: &[u64], time: usize| counts.iter().take(time + 1).sum();
        let mut at_risk = n;
        let points = grid.iter().filter(|time| **time < steps.len()).map(|&time| {
            let [events, competing, unseen] =
                [&self.events, &self.competing, &self.unseen].map(|counts| by(counts, time));
            let estimate = (n > 0).then(|| without(&with[time]));
            let point = Point { time, at_risk, events, competing, unseen, estimate };
            at_risk = n - events - competing - unseen;
            point
        });
        points.collect()
    }
}

/// The share without the event, from that with it.
fn without(with: &Estimate) -> Estimate {
    Estimate {
        value: 1.0 - with.value,
        se: with.se,
        interval: with.interval.map(|i| Interval { lo: 1.0 - i.hi, hi: 1.0 - i.lo }),
    }
}

/// Columns of the counts behind those that say what a curve is about.
pub const COUNTS: [(&str, T); 11] = [
    ("time", T::Int),
    ("n", T::Int),
    ("events", T::Int),
    ("competing", T::Int),
    ("unseen", T::Int),
    ("at_risk", T::Int),
    ("estimate", T::Float),
    ("se", T::Float),
    ("lo", T::Float),
    ("hi", T::Float),
    ("na_reason", T::Text),
];

/// Appends the counts of one curve. Not published as they are: [`gathered`] makes the rows.
pub fn push_counts(table: &mut Table, head: &[&str], followed: &Followed, grid: &[usize]) {
    for point in followed.points(grid) {
        let mut row = Row::of(head);
        row.int("time", point.time as u64, None);
        row.int("n", followed.n(), None);
        row.int("events", point.events, None);
        row.int("competing", point.competing, None);
        row.int("unseen", point.unseen, None);
        row.int("at_risk", point.at_risk, None);
        row.estimate(["estimate", "se", "lo", "hi"], point.estimate.as_ref());
        table.push(row.done());
    }
}

/// Names of the published columns of a step: events, and those who left by another way, where there
/// is one.
#[derive(Debug, Clone, Copy)]
pub struct StepNames {
    /// Those who had the event.
    pub events: &'static str,
    /// Those who left by another way.
    pub competing: Option<&'static str>,
}

/// The rows of the curves in `counts`, whose hidden cells are cleared. Where the count of a time is
/// hidden its step is gathered into the next shown one: that row carries the sum since the row shown
/// before it, and the number at risk when that began. The columns of `head` say what a curve is
/// about; a new one begins wherever the time does not ascend.
#[must_use]
pub fn gathered(name: &str, counts: &Table, head: &[(&str, T)], names: StepNames) -> Table {
    let mut columns = [head, &[("time", T::Int), ("n", T::Int), ("n_at_risk", T::Int)]].concat();
    columns.push((names.events, T::Int));
    columns.extend(names.competing.map(|name| (name, T::Int)));
    columns.extend(["estimate", "se", "lo", "hi"].map(|name| (name, T::Float)));
    columns.extend(["hidden", "na_reason"].map(|name| (name, T::Text)));
    let mut table = Table::new(name, &columns);
    let mut begin = 0;
    let (mut events, mut competing) = (0, 0);
    for row in 0..counts.n_rows() {
        if row > 0 && counts.int(row, "time") <= counts.int(row - 1, "time") {
            begin = row;
            (events, competing) = (0, 0);
        }
        let texts: Vec<&str> = head.iter().map(|(name, _)| counts.text(row, name)).collect();
        let mut out = Derived::of(&texts);
        let by_now = counts.int(row, "events");
        let left = counts.int(row, "competing");
        out.shown("time", counts.int(row, "time"));
        out.copy("n", counts, row, "n");
        out.shown("n_at_risk", by_now.and_then(|_| counts.int(begin, "at_risk")));
        out.shown(names.events, by_now.map(|by_now| by_now - events));
        if let Some(name) = names.competing {
            out.shown(name, left.map(|left| left - competing));
        }
        for name in ["estimate", "se", "lo", "hi"] {
            out.copy(name, counts, row, name);
        }
        table.push(out.done());
        if let Some(by_now) = by_now {
            events = by_now;
            begin = row + 1;
        }
        competing = left.unwrap_or(competing);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(leaving: Leaving, ends: &[(End, usize)], last: usize) -> Followed {
        let mut followed = Followed::none(leaving, last);
        for (end, times) in ends {
            (0..*times).for_each(|_| followed.count(*end));
        }
        followed
    }

    #[test]
    fn both_estimators_agree_where_nobody_leaves_by_another_way() {
        // An identity, on times of which some have no event and some have no end.
        let ends = [
            (End::Event(1), 3),
            (End::Unseen(1), 2),
            (End::Event(4), 2),
            (End::Unseen(6), 4),
            (End::Event(9), 1),
        ];
        let points = |leaving| followed(leaving, &ends, 6).points(&[0, 2, 4, 6]);
        let (points, johansen) = (points(Leaving::None), points(Leaving::Competes));
        for (meier, johansen) in points.iter().zip(&johansen) {
            let [meier, johansen] = [meier, johansen].map(|point| point.estimate.expect("people"));
            assert!((meier.value - johansen.value).abs() < 1e-12);
        }
        // By hand: 3 of 12 at 1, 2 of 7 at 4.
        let last = points[3].estimate.expect("people").value;
        assert!((last - 0.75 * 5.0 / 7.0).abs() < 1e-12, "{last}");
        let counts: Vec<_> =
            points.iter().map(|p| (p.time, p.at_risk, p.events, p.unseen)).collect();
        // By hand: nobody leaves by time 0; the event at 9 lies beyond the end.
        assert_eq!(counts, [(0, 12, 0, 0), (2, 12, 3, 2), (4, 7, 5, 2), (6, 5, 5, 7)]);
    }

    #[test]
    fn who_leaves_by_another_way_keeps_the_share_up() {
        // By hand: 4 of 10 lose at 1, 4 leave at 1, of 2 one loses at 2: 1 - (0.4 + 0.2 / 2).
        let ends =
            [(End::Event(1), 4), (End::Competing(1), 4), (End::Event(2), 1), (End::Unseen(2), 1)];
        let points = followed(Leaving::Competes, &ends, 2).points(&[1, 2]);
        let last = points[1].estimate.expect("people").value;
        assert!((last - 0.5).abs() < 1e-12, "{last}");
        assert_eq!((points[1].at_risk, points[1].competing), (2, 4));
    }

    #[test]
    fn nobody_has_no_estimate() {
        assert!(
            Followed::none(Leaving::None, 3)
                .points(&[0, 3])
                .iter()
                .all(|point| point.estimate.is_none())
        );
    }
}
