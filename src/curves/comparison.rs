//! `comparison`: routes against each other, made from what may be shown of the other counts.
//!
//! Routes are not randomised: a difference says what happened to different people, not what a
//! route does. Definitions: `docs/methods/comparison.md`.

use super::cumulative::curves;
use super::row::Derived;
use crate::event::code::Route;
use crate::privacy::rules::{Rounding, Roundings};
use crate::stats::holm::holm;
use crate::stats::life_table::Step;
use crate::stats::log_rank::{Test, log_rank};
use crate::stats::newcombe::{Difference, newcombe};
use crate::table::{ColumnType as T, Table};
use std::collections::BTreeMap;

/// Columns before the label.
pub const COLUMNS: [(&str, T); 28] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route_a", T::Text),
    ("route_b", T::Text),
    ("infusion", T::Int),
    ("n_a", T::Int),
    ("n_b", T::Int),
    ("logrank_chisq", T::Float),
    ("logrank_df", T::Int),
    ("logrank_p", T::Float),
    ("logrank_p_holm", T::Float),
    ("n_tests", T::Int),
    ("difference", T::Float),
    ("difference_lo", T::Float),
    ("difference_hi", T::Float),
    ("n_a_nri", T::Int),
    ("n_b_nri", T::Int),
    ("difference_nri", T::Float),
    ("difference_nri_lo", T::Float),
    ("difference_nri_hi", T::Float),
    ("n_a_day28", T::Int),
    ("n_b_day28", T::Int),
    ("difference_day28", T::Float),
    ("difference_day28_lo", T::Float),
    ("difference_day28_hi", T::Float),
    ("hidden", T::Text),
    ("na_reason", T::Text),
];

/// How it is rounded.
pub const ROUNDING: Roundings = &[
    ("logrank_chisq", Rounding::Hundredths),
    ("logrank_p", Rounding::TwoDigits),
    ("logrank_p_holm", Rounding::TwoDigits),
    ("difference", Rounding::Hundredths),
    ("difference_lo", Rounding::Hundredths),
    ("difference_hi", Rounding::Hundredths),
    ("difference_nri", Rounding::Hundredths),
    ("difference_nri_lo", Rounding::Hundredths),
    ("difference_nri_hi", Rounding::Hundredths),
    ("difference_day28", Rounding::Hundredths),
    ("difference_day28_lo", Rounding::Hundredths),
    ("difference_day28_hi", Rounding::Hundredths),
];

/// Fewer people than this on either side and no difference is given.
pub const FEW: u64 = 5;

/// Three differences of the same kind: counts on either side, estimate, limits; and where the
/// counts come from.
const DIFFERENCES: [(&[&str; 5], [&str; 2]); 3] = [
    (&["n_a", "n_b", "difference", "difference_lo", "difference_hi"], ["responders", "n_observed"]),
    (
        &["n_a_nri", "n_b_nri", "difference_nri", "difference_nri_lo", "difference_nri_hi"],
        ["responders_nri", "n_enrolled"],
    ),
    (
        &[
            "n_a_day28",
            "n_b_day28",
            "difference_day28",
            "difference_day28_lo",
            "difference_day28_hi",
        ],
        ["responders_day28", "n_day28"],
    ),
];

/// What is known of one route in one level.
struct Side {
    route: Route,
    /// Row of the response table at the infusion of comparison; `None` beyond the horizon.
    response: Option<usize>,
    day_28: usize,
    curve: Vec<usize>,
}

/// The published table, from the response table, the counts by first response and those of day 28,
/// all with what must be hidden cleared.
#[must_use]
pub fn comparison(response: &Table, counts: &Table, day_28: &Table) -> Table {
    let sources = Sources { response, counts, day_28 };
    let mut table = Table::new("comparison", &COLUMNS);
    for (head, sides) in sources.levels() {
        if sides.len() > 1 {
            sources.push_level(&mut table, &head, &sides);
        }
    }
    table
}

struct Sources<'a> {
    response: &'a Table,
    counts: &'a Table,
    day_28: &'a Table,
}

/// Instrument, stratum, level.
type Head = [String; 3];

impl Sources<'_> {
    /// The routes of every level, in table order.
    fn levels(&self) -> Vec<(Head, Vec<Side>)> {
        let key = |table: &Table, row: usize| {
            ["instrument", "stratum", "level", "route"].map(|name| table.text(row, name).to_owned())
        };
        let compare_at = self.day_28.int(0, "infusion");
        let response: BTreeMap<_, usize> = (0..self.response.n_rows())
            .filter(|row| self.response.int(*row, "infusion") == compare_at)
            .map(|row| (key(self.response, row), row))
            .collect();
        let curves = curves(self.counts).into_iter();
        let mut curves: BTreeMap<_, Vec<usize>> =
            curves.filter_map(|curve| Some((key(self.counts, *curve.first()?), curve))).collect();
        let mut levels: Vec<(Head, Vec<Side>)> = Vec::new();
        for row in 0..self.day_28.n_rows() {
            let key = key(self.day_28, row);
            let side = Route::parse(&key[3])
                .filter(|route| !matches!(route, Route::Other | Route::Unknown))
                .zip(curves.remove(&key))
                .map(|(route, curve)| Side {
                    route,
                    response: response.get(&key).copied(),
                    day_28: row,
                    curve,
                });
            let [instrument, stratum, level, _] = key;
            let head = [instrument, stratum, level];
            match levels.last_mut().filter(|(known, _)| *known == head) {
                Some((_, sides)) => sides.extend(side),
                None => levels.push((head, side.into_iter().collect())),
            }
        }
        levels
    }

    fn push_level(&self, table: &mut Table, head: &Head, sides: &[Side]) {
        let pairs: Vec<(&Side, &Side)> = sides
            .iter()
            .enumerate()
            .flat_map(|(place, a)| sides[place + 1..].iter().map(move |b| (a, b)))
            .collect();
        let tests: Vec<Outcome> = pairs.iter().map(|(a, b)| self.test(&[a, b])).collect();
        let p: Vec<f64> = tests.iter().filter_map(Outcome::p).collect();
        let mut adjusted = holm(&p).into_iter();
        let known: Vec<&Side> = sides.iter().filter(|side| self.is_whole(side)).collect();
        let n_tests = p.len();
        for ((a, b), test) in pairs.into_iter().zip(tests) {
            let mut row = self.begin(head, a.route.as_str(), b.route.as_str());
            self.count(&mut row, "n_a", a, 0);
            self.count(&mut row, "n_b", b, 0);
            test.write(&mut row);
            match test {
                Outcome::Test(_) => row.shown("logrank_p_holm", adjusted.next()),
                Outcome::NoEvents => row.undefined("logrank_p_holm", "no-events"),
                Outcome::Hidden => row.hide(&["logrank_p_holm"]),
            }
            row.shown("n_tests", Some(n_tests));
            self.difference(&mut row, a, b, 0);
            for kind in 1..DIFFERENCES.len() {
                let [n_a, n_b, ..] = DIFFERENCES[kind].0;
                self.count(&mut row, n_a, a, kind);
                self.count(&mut row, n_b, b, kind);
                self.difference(&mut row, a, b, kind);
            }
            table.push(row.done());
        }
        let mut row = self.begin(head, "all", "all");
        row.undefine(&["n_a", "n_b"], "k-sample");
        let test = if known.len() > 1 { self.test(&known) } else { Outcome::Hidden };
        test.write(&mut row);
        row.undefined("logrank_p_holm", "k-sample");
        row.shown("n_tests", Some(1_i64));
        for (names, _) in DIFFERENCES {
            let pair_alone = if names[0] == "n_a" { &names[2..] } else { &names[..] };
            row.undefine(pair_alone, "k-sample");
        }
        table.push(row.done());
    }

    fn begin(&self, head: &Head, route_a: &str, route_b: &str) -> Derived {
        let [instrument, stratum, level] = head;
        let mut row = Derived::of(&[instrument, stratum, level, route_a, route_b]);
        row.shown("infusion", self.day_28.int(0, "infusion"));
        row
    }

    /// Table and row of a side's counts for a kind of difference.
    fn place(&self, side: &Side, kind: usize) -> Option<(&Table, usize)> {
        match kind {
            2 => Some((self.day_28, side.day_28)),
            _ => side.response.map(|row| (self.response, row)),
        }
    }

    fn count(&self, row: &mut Derived, name: &'static str, side: &Side, kind: usize) {
        let [_, n] = DIFFERENCES[kind].1;
        match self.place(side, kind) {
            Some((table, at)) => row.copy(name, table, at, n),
            None => row.undefined(name, "nobody"),
        }
    }

    fn difference(&self, row: &mut Derived, a: &Side, b: &Side, kind: usize) {
        let ([.., name, lo, hi], [responders, n]) = (DIFFERENCES[kind].0, DIFFERENCES[kind].1);
        let names = [*name, *lo, *hi];
        let people = |side: &Side, column: &str| {
            let place = self.place(side, kind);
            let count = place.map_or(Some(0), |(table, at)| table.int(at, column));
            count.map(i64::unsigned_abs)
        };
        let counts = |side| people(side, responders).zip(people(side, n));
        match (people(a, n), people(b, n)) {
            (Some(n_a), Some(n_b)) if n_a.min(n_b) < FEW => row.undefine(&names, "few-reach"),
            _ => match counts(a).zip(counts(b)).and_then(|(a, b)| newcombe(a, b)) {
                Some(Difference { value, interval }) => {
                    row.shown(name, Some(value));
                    row.shown(lo, Some(interval.lo));
                    row.shown(hi, Some(interval.hi));
                }
                None => row.hide(&names),
            },
        }
    }

    /// Whether a side's curve is shown to its end.
    fn is_whole(&self, side: &Side) -> bool {
        side.curve.last().is_some_and(|row| self.counts.int(*row, "responded").is_some())
    }

    /// The log-rank test, at the infusions at which every curve is shown. A step gathered in one
    /// curve is gathered in all, and at risk are those at its beginning.
    fn test(&self, sides: &[&Side]) -> Outcome {
        if !sides.iter().all(|side| self.is_whole(side)) {
            return Outcome::Hidden;
        }
        let horizon = sides.iter().map(|side| side.curve.len()).min().unwrap_or(0);
        let responded =
            |side: &Side, position: usize| self.counts.int(*side.curve.get(position)?, "responded");
        let shown: Vec<usize> = (0..horizon)
            .filter(|position| sides.iter().all(|side| responded(side, *position).is_some()))
            .collect();
        let groups: Vec<Vec<Step>> = sides
            .iter()
            .map(|side| {
                let (mut begin, mut before) = (0, 0);
                let mut steps = Vec::with_capacity(shown.len());
                for position in &shown {
                    let by_now = responded(side, *position).unwrap_or(before);
                    let at_risk = self.counts.int(side.curve[begin], "risk_set").unwrap_or(0);
                    steps.push(Step {
                        at_risk: at_risk.unsigned_abs(),
                        events: (by_now - before).unsigned_abs(),
                        competing: 0,
                    });
                    (begin, before) = (position + 1, by_now);
                }
                steps
            })
            .collect();
        let groups: Vec<&[Step]> = groups.iter().map(Vec::as_slice).collect();
        log_rank(&groups).map_or(Outcome::NoEvents, Outcome::Test)
    }
}

const LOG_RANK: [&str; 3] = ["logrank_chisq", "logrank_df", "logrank_p"];

/// A log-rank test, or why there is none.
enum Outcome {
    Test(Test),
    NoEvents,
    Hidden,
}

impl Outcome {
    const fn p(&self) -> Option<f64> {
        match self {
            Self::Test(test) => Some(test.p),
            Self::NoEvents | Self::Hidden => None,
        }
    }

    fn write(&self, row: &mut Derived) {
        match self {
            Self::Test(test) => {
                row.shown("logrank_chisq", Some(test.chi_square));
                row.shown("logrank_df", Some(test.df));
                row.shown("logrank_p", Some(test.p));
            }
            Self::NoEvents => row.undefine(&LOG_RANK, "no-events"),
            Self::Hidden => row.hide(&LOG_RANK),
        }
    }
}
