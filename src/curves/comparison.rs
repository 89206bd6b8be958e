//! `comparison` and `level_comparison`: routes, and levels of a stratum, against each other, made
//! from what may be shown of the other counts.
//!
//! Neither is randomised: a difference says what happened to different people, not what a route
//! does. Definitions: `docs/methods/comparison.md`.

use super::cumulative::curves;
use super::row::Derived;
use super::settings::Stratum;
use crate::event::code::Route;
use crate::privacy::rules::{Rounding, Roundings};
use crate::stats::gray::gray;
use crate::stats::holm::holm;
use crate::stats::life_table::Step;
use crate::stats::log_rank::{Test, log_rank};
use crate::stats::newcombe::{Difference, newcombe};
use crate::table::{ColumnType as T, Table};
use std::collections::BTreeMap;

/// What a row of `comparison` is about.
pub const OF_ROUTES: [(&str, T); 5] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route_a", T::Text),
    ("route_b", T::Text),
];

/// What a row of `level_comparison` is about.
pub const OF_LEVELS: [(&str, T); 5] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("route", T::Text),
    ("level_a", T::Text),
    ("level_b", T::Text),
];

/// Columns of both behind that, before the label.
pub const COLUMNS: [(&str, T); 26] = [
    ("infusion", T::Int),
    ("n_a", T::Int),
    ("n_b", T::Int),
    ("logrank_chisq", T::Float),
    ("logrank_df", T::Int),
    ("logrank_p", T::Float),
    ("logrank_p_holm", T::Float),
    ("n_tests", T::Int),
    ("gray_chisq", T::Float),
    ("gray_df", T::Int),
    ("gray_p", T::Float),
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
    ("gray_chisq", Rounding::Hundredths),
    ("gray_p", Rounding::TwoDigits),
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

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    /// Routes, within each level.
    Routes,
    /// Levels of a stratum, within each route.
    Levels,
}

impl Between {
    /// Columns of the counts: what stays the same, and what is compared.
    const fn columns(self) -> ([&'static str; 3], &'static str) {
        match self {
            Self::Routes => (["instrument", "stratum", "level"], "route"),
            Self::Levels => (["instrument", "stratum", "route"], "level"),
        }
    }

    /// Whether a row of the counts is a side of a comparison. What is not known is none.
    fn admits(self, counts: &Table, row: usize) -> bool {
        match self {
            Self::Routes => Route::parse(counts.text(row, "route"))
                .is_some_and(|route| !matches!(route, Route::Other | Route::Unknown)),
            Self::Levels => {
                let stratum = counts.text(row, "stratum");
                counts.text(row, "level") != "unknown"
                    && Stratum::of(stratum).is_some_and(Stratum::adds_up)
            }
        }
    }
}

/// What is known of one side: a route in one level, or a level by one route.
struct Side {
    label: String,
    /// Row of the response table at the infusion of comparison; `None` beyond the horizon.
    response: Option<usize>,
    day_28: usize,
    curve: Vec<usize>,
}

/// `comparison`, from the response table, the counts by first response and those of day 28, all
/// with what must be hidden cleared.
#[must_use]
pub fn comparison(response: &Table, counts: &Table, day_28: &Table) -> Table {
    compare("comparison", &OF_ROUTES, Between::Routes, &Sources { response, counts, day_28 })
}

/// `level_comparison`, from the same.
#[must_use]
pub fn level_comparison(response: &Table, counts: &Table, day_28: &Table) -> Table {
    compare("level_comparison", &OF_LEVELS, Between::Levels, &Sources { response, counts, day_28 })
}

fn compare(name: &str, of: &[(&str, T)], between: Between, sources: &Sources) -> Table {
    let columns: Vec<_> = of.iter().chain(&COLUMNS).copied().collect();
    let mut table = Table::new(name, &columns);
    for (head, sides) in sources.sides(between) {
        if sides.len() > 1 {
            sources.push_all(&mut table, &head, &sides);
        }
    }
    table
}

struct Sources<'a> {
    response: &'a Table,
    counts: &'a Table,
    day_28: &'a Table,
}

/// What stays the same in one comparison.
type Head = [String; 3];

impl Sources<'_> {
    /// The sides of every comparison, in table order.
    fn sides(&self, between: Between) -> Vec<(Head, Vec<Side>)> {
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
        let (same, compared) = between.columns();
        let mut places: BTreeMap<Head, usize> = BTreeMap::new();
        let mut all: Vec<(Head, Vec<Side>)> = Vec::new();
        for row in (0..self.day_28.n_rows()).filter(|row| between.admits(self.day_28, *row)) {
            let key = key(self.day_28, row);
            let Some(curve) = curves.remove(&key) else { continue };
            let label = self.day_28.text(row, compared).to_owned();
            let side = Side { label, response: response.get(&key).copied(), day_28: row, curve };
            let head = same.map(|name| self.day_28.text(row, name).to_owned());
            let place = *places.entry(head.clone()).or_insert_with(|| {
                all.push((head, Vec::new()));
                all.len() - 1
            });
            all[place].1.push(side);
        }
        all
    }

    fn push_all(&self, table: &mut Table, head: &Head, sides: &[Side]) {
        let pairs: Vec<(&Side, &Side)> = sides
            .iter()
            .enumerate()
            .flat_map(|(place, a)| sides[place + 1..].iter().map(move |b| (a, b)))
            .collect();
        let tests: Vec<Outcome> =
            pairs.iter().map(|(a, b)| self.test(&LOG_RANK, &[a, b])).collect();
        let p: Vec<f64> = tests.iter().filter_map(Outcome::p).collect();
        let mut adjusted = holm(&p).into_iter();
        let n_tests = p.len();
        for ((a, b), test) in pairs.into_iter().zip(tests) {
            let mut row = self.begin(head, &a.label, &b.label);
            self.count(&mut row, "n_a", a, 0);
            self.count(&mut row, "n_b", b, 0);
            test.write(&LOG_RANK, &mut row);
            match test {
                Outcome::Test(_) => row.shown("logrank_p_holm", adjusted.next()),
                Outcome::Undefined(reason) => row.undefined("logrank_p_holm", reason),
                Outcome::Hidden => row.hide(&["logrank_p_holm"]),
            }
            row.shown("n_tests", Some(n_tests));
            self.test(&GRAY, &[a, b]).write(&GRAY, &mut row);
            self.difference(&mut row, a, b, 0);
            for (kind, ([n_a, n_b, ..], _)) in DIFFERENCES.iter().enumerate().skip(1) {
                self.count(&mut row, n_a, a, kind);
                self.count(&mut row, n_b, b, kind);
                self.difference(&mut row, a, b, kind);
            }
            table.push(row.done());
        }
        let mut row = self.begin(head, "all", "all");
        row.undefine(&["n_a", "n_b"], "k-sample");
        let test = |kind: &Kind| {
            let known: Vec<&Side> = sides.iter().filter(|side| self.is_whole(kind, side)).collect();
            if known.len() > 1 { self.test(kind, &known) } else { Outcome::Hidden }
        };
        test(&LOG_RANK).write(&LOG_RANK, &mut row);
        row.undefined("logrank_p_holm", "k-sample");
        row.shown("n_tests", Some(1_i64));
        test(&GRAY).write(&GRAY, &mut row);
        for (names, _) in DIFFERENCES {
            let pair_alone = if names[0] == "n_a" { &names[2..] } else { &names[..] };
            row.undefine(pair_alone, "k-sample");
        }
        table.push(row.done());
    }

    fn begin(&self, head: &Head, a: &str, b: &str) -> Derived {
        let [instrument, stratum, within] = head;
        let mut row = Derived::of(&[instrument, stratum, within, a, b]);
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

    /// Whether what a test counts is shown to the end of a side's curve.
    fn is_whole(&self, kind: &Kind, side: &Side) -> bool {
        let is_shown = |row, column| self.counts.int(row, column).is_some();
        side.curve.last().is_some_and(|row| {
            is_shown(*row, "responded") && (!kind.competes || is_shown(*row, "stopped"))
        })
    }

    /// A test, at the infusions at which all it counts is shown in every curve. A step gathered in
    /// one curve is gathered in all, and at risk are those at its beginning.
    fn test(&self, kind: &Kind, sides: &[&Side]) -> Outcome {
        if !sides.iter().all(|side| self.is_whole(kind, side)) {
            return Outcome::Hidden;
        }
        let horizon = sides.iter().map(|side| side.curve.len()).min().unwrap_or(0);
        let count = |side: &Side, position: usize, column: &str| {
            self.counts.int(*side.curve.get(position)?, column).map(i64::unsigned_abs)
        };
        let is_shown = |side: &Side, position: usize| {
            count(side, position, "responded").is_some()
                && (!kind.competes || count(side, position, "stopped").is_some())
        };
        let shown: Vec<usize> = (0..horizon)
            .filter(|position| sides.iter().all(|side| is_shown(side, *position)))
            .collect();
        let groups: Vec<Vec<Step>> = sides
            .iter()
            .map(|side| {
                let (mut begin, mut before) = (0, (0, 0));
                let mut steps = Vec::with_capacity(shown.len());
                for position in &shown {
                    let responded = count(side, *position, "responded").unwrap_or(before.0);
                    let stopped = count(side, *position, "stopped").filter(|_| kind.competes);
                    let stopped = stopped.unwrap_or(before.1);
                    let at_risk = count(side, begin, kind.risk_set).unwrap_or(0);
                    let (events, competing) = (responded - before.0, stopped - before.1);
                    steps.push(Step { at_risk, events, competing });
                    (begin, before) = (position + 1, (responded, stopped));
                }
                steps
            })
            .collect();
        let groups: Vec<&[Step]> = groups.iter().map(Vec::as_slice).collect();
        (kind.of)(&groups).map_or_else(|| Outcome::Undefined(without_test(&groups)), Outcome::Test)
    }
}

/// Why there is no test: nobody responded, fewer than two sides have anyone at risk, or all still
/// at risk responded at once.
fn without_test(groups: &[&[Step]]) -> &'static str {
    let n_at_risk = groups.iter().filter(|steps| steps.iter().any(|step| step.at_risk > 0)).count();
    match groups.iter().flat_map(|steps| steps.iter()).all(|step| step.events == 0) {
        true => "no-events",
        false if n_at_risk < 2 => "nobody",
        false => "no-variance",
    }
}

/// A test over several curves: its columns, what it counts, and how.
struct Kind {
    names: [&'static str; 3],
    /// Whether leaving competes with response; otherwise whoever leaves is censored.
    competes: bool,
    risk_set: &'static str,
    of: fn(&[&[Step]]) -> Option<Test>,
}

const LOG_RANK: Kind = Kind {
    names: ["logrank_chisq", "logrank_df", "logrank_p"],
    competes: false,
    risk_set: "risk_set_km",
    of: log_rank,
};

const GRAY: Kind = Kind {
    names: ["gray_chisq", "gray_df", "gray_p"],
    competes: true,
    risk_set: "risk_set",
    of: gray,
};

/// A test, or why there is none.
enum Outcome {
    Test(Test),
    Undefined(&'static str),
    Hidden,
}

impl Outcome {
    const fn p(&self) -> Option<f64> {
        match self {
            Self::Test(test) => Some(test.p),
            Self::Undefined(_) | Self::Hidden => None,
        }
    }

    fn write(&self, kind: &Kind, row: &mut Derived) {
        let [chi_square, df, p] = kind.names;
        match self {
            Self::Test(test) => {
                row.shown(chi_square, Some(test.chi_square));
                row.shown(df, Some(test.df));
                row.shown(p, Some(test.p));
            }
            Self::Undefined(reason) => row.undefine(&kind.names, reason),
            Self::Hidden => row.hide(&kind.names),
        }
    }
}
