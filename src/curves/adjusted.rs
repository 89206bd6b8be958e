//! `adjusted_comparison`: two routes as if the same people had been treated by both, beside the
//! difference as it is.
//!
//! The outcome is a response with a missing score as none, after the infusion at which routes are
//! compared and at day 28. The covariates are what clinics choose a route by and the outcome hangs
//! on: severity at baseline, indication, age band, trials that failed before. What else differs
//! between the people of two routes is not adjusted for. Definitions:
//! `docs/methods/adjusted_comparison.md`.

use super::cohort::Cohort;
use super::covariates::{COVARIATES, PerCovariate};
use super::numbered::Numbered;
use super::population::{Population, table_of};
use super::row::Row;
use super::settings::Stratum;
use super::view::View;
use crate::event::code::Route;
use crate::event::instrument::Instrument;
use crate::stats::bootstrap::percentile;
use crate::stats::contrast::{Arm, Contrast};
use crate::stats::design::Design;
use crate::stats::g_computation::standardise;
use crate::stats::interval::Interval;
use crate::stats::overlap::{Refusal, refusals};
use crate::stats::weighting::{Weighted, risks, weigh};
use crate::table::{Cell, ColumnType as T, Table};
use compact_str::CompactString;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::hash::Hash;

/// Columns before suppression.
pub const COLUMNS: [(&str, T); 30] = [
    ("instrument", T::Text),
    ("route_a", T::Text),
    ("route_b", T::Text),
    ("outcome", T::Text),
    ("infusion", T::Int),
    ("n_a", T::Int),
    ("n_b", T::Int),
    ("responders_a", T::Int),
    ("responders_b", T::Int),
    ("crude_difference", T::Float),
    ("weighted_a", T::Float),
    ("weighted_b", T::Float),
    ("weighted_difference", T::Float),
    ("weighted_lo", T::Float),
    ("weighted_hi", T::Float),
    ("standardised_a", T::Float),
    ("standardised_b", T::Float),
    ("standardised_difference", T::Float),
    ("standardised_lo", T::Float),
    ("standardised_hi", T::Float),
    ("effective_n_a", T::Float),
    ("effective_n_b", T::Float),
    ("at_the_edge", T::Float),
    ("unlike_before", T::Float),
    ("unlike_after", T::Float),
    ("most_unlike", T::Text),
    ("refused", T::Text),
    ("resamples", T::Int),
    ("seed", T::Int),
    ("na_reason", T::Text),
];

/// Levels of fewer people than this, both routes together, are one level.
const FEW: u64 = 20;

/// Fewer people than this on either side and no adjustment is tried.
const FEWEST: u64 = 30;

/// The outcomes, in table order.
const OUTCOMES: [&str; 2] = ["nri-at-infusion", "nri-at-day-28"];

/// A person: route, place of their level in each covariate among its levels, whether they respond by
/// each outcome. `None` where they are not in its denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Person {
    route: Route,
    levels: PerCovariate<u32>,
    responds: [Option<bool>; OUTCOMES.len()],
}

/// The people of an instrument: people alike are one, with their number.
type People = Vec<(Person, u64)>;

/// The table: for each instrument with a response rule, each pair of routes and each outcome.
#[must_use]
pub fn adjusted_comparison(cohort: &Cohort, populations: &[Population]) -> Table {
    table_of("adjusted_comparison", &COLUMNS, populations, |population, table| {
        let instrument = population.instrument;
        if instrument.response.is_none() {
            return;
        }
        let people = people(population, cohort);
        let mut routes: Vec<Route> = people.iter().map(|(person, _)| person.route).collect();
        routes.dedup();
        routes.retain(|route| !matches!(route, Route::Other | Route::Unknown));
        let pairs = routes.iter().enumerate().flat_map(|(place, a)| {
            routes[place + 1..].iter().flat_map(move |b| {
                OUTCOMES.iter().enumerate().map(move |(outcome, name)| (*a, *b, outcome, *name))
            })
        });
        let pairs: Vec<_> = pairs.collect();
        // Side by side: with one pair of routes for nearly all, it is the last that is waited for.
        let rows = pairs.into_par_iter().with_max_len(1).map(|(a, b, outcome, name)| {
            let pair = Pair::of(&people, [a, b], outcome);
            pair.row(&[population.code.as_str(), a.as_str(), b.as_str(), name], cohort)
        });
        rows.collect::<Vec<_>>().into_iter().for_each(|row| table.push(row));
    })
}

/// The people of a population, alike together, in the order of [`Person`]. Levels of a covariate are
/// numbered in the order of their labels.
fn people(population: &Population, cohort: &Cohort) -> People {
    let places = population.covariate_levels.each_ref().map(|levels| {
        let labels: Vec<CompactString> = levels.iter().map(|level| level.label()).collect();
        let order: BTreeSet<&CompactString> = labels.iter().collect();
        let place = |label: &CompactString| {
            (0..).zip(&order).find(|(_, known)| **known == label).map_or(0, |(place, _)| place)
        };
        labels.iter().map(place).collect::<Vec<u32>>()
    });
    let person = |view: View| Person::of(&view, population.instrument, cohort, &places);
    added_up(population.first_courses().map(|view| (person(view), 1)))
}

/// What is alike once, with the sum of its counts, in order.
fn added_up<T: Ord + Hash + Copy>(counted: impl Iterator<Item = (T, u64)>) -> Vec<(T, u64)> {
    let (mut numbered, mut counts) = (Numbered::default(), Vec::new());
    for (one, n) in counted {
        let number = numbered.number(one) as usize;
        counts.resize(counts.len().max(number + 1), 0);
        counts[number] += n;
    }
    let mut all: Vec<(T, u64)> = numbered.by_number().iter().copied().zip(counts).collect();
    all.sort_unstable();
    all
}

impl Person {
    /// `places` are those of the levels of each covariate, by their numbers.
    fn of(
        view: &View,
        instrument: &Instrument,
        cohort: &Cohort,
        places: &PerCovariate<Vec<u32>>,
    ) -> Self {
        let member = view.member;
        let at = cohort.analysis.compare_at - 1;
        let due = !(view.running && at >= view.n_infusions);
        let responds = |score| instrument.is_response(member.baseline, score) == Some(true);
        let by_day_28 = member.day_28.is_some_and(responds);
        Self {
            route: member.route,
            levels: std::array::from_fn(|place| places[place][view.covariates[place] as usize]),
            responds: [
                due.then(|| view.responds(at) == Some(true)),
                member.reached_day_28.then_some(by_day_28),
            ],
        }
    }
}

/// Two routes and one outcome.
struct Pair {
    n: [u64; 2],
    responders: [u64; 2],
    /// Covariate of each column of the design.
    covariates: Vec<Stratum>,
    /// People alike are one row; `None` where there is nobody.
    contrast: Option<(Contrast, Vec<u64>)>,
}

/// Estimates of one pair: weighted a, b and difference, standardised the same.
type Estimates = [f64; 6];

impl Pair {
    fn of(people: &People, routes: [Route; 2], outcome: usize) -> Self {
        let (mut n, mut responders) = ([0; 2], [0; 2]);
        let mut alike = Vec::new();
        for (person, count) in people {
            let Some(arm) = routes.iter().position(|route| *route == person.route) else {
                continue;
            };
            let Some(responds) = person.responds[outcome] else { continue };
            n[arm] += count;
            responders[arm] += if responds { *count } else { 0 };
            alike.push(((arm, responds, person.levels), *count));
        }
        let columns = columns(alike.iter().map(|((.., levels), n)| (levels, *n)));
        let covariates = columns.iter().zip(COVARIATES);
        let covariates =
            covariates.flat_map(|(columns, covariate)| vec![covariate; columns.n]).collect();
        // Rows alike once small levels are one.
        let rows = added_up(alike.into_iter().map(|((arm, responds, levels), count)| {
            let column = |covariate: usize| columns[covariate].of[levels[covariate] as usize];
            ((arm, responds, std::array::from_fn(column)), count)
        }));
        let cells: Vec<Vec<f64>> =
            rows.iter().map(|((.., in_columns), _)| cells(in_columns, &columns)).collect();
        let arms = rows.iter().map(|((arm, ..), _)| if *arm == 0 { Arm::A } else { Arm::B });
        let outcomes = rows.iter().map(|((_, responds, _), _)| *responds).collect();
        let contrast = Design::with_intercept(&cells)
            .and_then(|design| Contrast::of(design, arms.collect(), outcomes))
            .map(|contrast| (contrast, rows.iter().map(|(_, count)| *count).collect()));
        Self { n, responders, covariates, contrast }
    }

    /// What is estimated, and how far it can be trusted; or why nothing is.
    fn estimates(&self) -> Result<(Estimates, Weighted), &'static str> {
        if self.n.iter().any(|n| *n < FEWEST) {
            return Err("few-compared");
        }
        let (contrast, counts) = self.contrast.as_ref().ok_or("few-compared")?;
        let weighted = weigh(contrast, counts).map_err(|_| "no-fit")?;
        let standard = standardise(contrast, counts).map_err(|_| "no-fit")?;
        let w = weighted.risks;
        let estimates = [w.a, w.b, w.difference(), standard.a, standard.b, standard.difference()];
        Ok((estimates, weighted))
    }

    fn row(&self, head: &[&str], cohort: &Cohort) -> Vec<Cell> {
        let mut row = Row::of(head);
        row.int("infusion", cohort.analysis.compare_at as u64, None);
        let [[n_a, n_b], [responders_a, responders_b]] = [self.n, self.responders];
        row.int("n_a", n_a, None);
        row.int("n_b", n_b, None);
        row.int("responders_a", responders_a, None);
        row.int("responders_b", responders_b, None);
        let crude = self.contrast.as_ref().and_then(|(contrast, counts)| contrast.crude(counts));
        let nobody = crude.is_none().then_some("nobody");
        row.float("crude_difference", crude.map(|risks| risks.difference()), nobody);
        let found = self.estimates();
        let why = found.as_ref().err().copied();
        let weighted = found.as_ref().ok().map(|(_, weighted)| weighted);
        let against = weighted.map(refusals).unwrap_or_default();
        let refused = why.or((!against.is_empty()).then_some("refused"));
        let estimates = found.as_ref().ok().map(|(estimates, _)| *estimates);
        let (resamples, seed) = (cohort.analysis.resamples, cohort.analysis.seed);
        let intervals = refused.is_none().then(|| self.intervals(resamples, seed)).flatten();
        let no_interval = refused.or(intervals.is_none().then_some("no-interval"));
        for (names, at) in [
            (["weighted_a", "weighted_b", "weighted_difference", "weighted_lo", "weighted_hi"], 0),
            (
                [
                    "standardised_a",
                    "standardised_b",
                    "standardised_difference",
                    "standardised_lo",
                    "standardised_hi",
                ],
                1,
            ),
        ] {
            let [a, b, difference, lo, hi] = names;
            for (name, place) in [(a, 0), (b, 1), (difference, 2)] {
                row.float(name, estimates.map(|found| found[3 * at + place]), refused);
            }
            row.float(lo, intervals.map(|found| found[at].lo), no_interval);
            row.float(hi, intervals.map(|found| found[at].hi), no_interval);
        }
        row.float("effective_n_a", weighted.map(|weighted| weighted.a.effective), why);
        row.float("effective_n_b", weighted.map(|weighted| weighted.b.effective), why);
        row.float("at_the_edge", weighted.map(|weighted| weighted.at_the_edge), why);
        let [before, after] = self.unlike(weighted);
        row.float("unlike_before", before.map(|(size, _)| size), why.or(none(before)));
        row.float("unlike_after", after.map(|(size, _)| size), why.or(none(after)));
        row.text(after.map_or("none", |(_, covariate)| covariate.as_str()));
        row.text(&reasons(&against));
        row.int("resamples", u64::from(resamples), None);
        row.int("seed", seed, None);
        row.done()
    }

    /// 95 % percentile intervals of the two differences, over people.
    fn intervals(&self, resamples: u32, seed: u64) -> Option<[Interval; 2]> {
        let (contrast, counts) = self.contrast.as_ref()?;
        let differences = |counts: &[u64]| {
            let weighted = risks(contrast, counts).ok()?.difference();
            Some([weighted, standardise(contrast, counts).ok()?.difference()])
        };
        percentile(counts, resamples, seed, differences).map(|found| found.intervals)
    }

    /// The largest standardised difference of any covariate, before and after weighting, and whose
    /// it is.
    fn unlike(&self, weighted: Option<&Weighted>) -> [Option<(f64, Stratum)>; 2] {
        let largest = |of: fn(&crate::stats::weighting::Balance) -> Option<f64>| {
            let balance = weighted.into_iter().flat_map(|weighted| &weighted.balance);
            let sizes = balance.zip(&self.covariates);
            let sizes =
                sizes.filter_map(|(balance, covariate)| Some((of(balance)?.abs(), *covariate)));
            sizes.max_by(|a, b| a.0.total_cmp(&b.0))
        };
        [largest(|balance| balance.before), largest(|balance| balance.after)]
    }
}

fn none(size: Option<(f64, Stratum)>) -> Option<&'static str> {
    size.is_none().then_some("no-covariates")
}

/// Codes of what speaks against the comparison, `;` between.
fn reasons(against: &[Refusal]) -> String {
    let code = |refusal: &Refusal| match refusal {
        Refusal::Edge => "edge",
        Refusal::EffectiveSize => "effective-size",
        Refusal::Imbalance { .. } => "imbalance",
    };
    let codes: BTreeSet<&str> = against.iter().map(code).collect();
    codes.into_iter().collect::<Vec<_>>().join(";")
}

/// The columns of a covariate in the design, and which of them each of its levels is in.
struct Columns {
    n: usize,
    /// By place of the level; `None` in no column.
    of: Vec<Option<Reverse<usize>>>,
}

/// The columns of each covariate: every level but the commonest, small ones together.
///
/// A column is written backwards, so that rows in the order of their columns are in the order of
/// their cells: that of no column first, and the one with its cell in the last column next.
fn columns<'a>(
    people: impl Iterator<Item = (&'a PerCovariate<u32>, u64)>,
) -> PerCovariate<Columns> {
    let mut counts: PerCovariate<Vec<u64>> = Default::default();
    for (levels, n) in people {
        for (counts, level) in counts.iter_mut().zip(levels) {
            let level = *level as usize;
            counts.resize(counts.len().max(level + 1), 0);
            counts[level] += n;
        }
    }
    counts.map(|counts| {
        let commonest = (0..counts.len()).max_by_key(|level| counts[*level]);
        let is_other = |level: &usize| counts[*level] > 0 && Some(*level) != commonest;
        let (small, large): (Vec<usize>, Vec<usize>) =
            (0..counts.len()).filter(is_other).partition(|level| counts[*level] < FEW);
        let mut of = vec![None; counts.len()];
        for (column, level) in large.iter().enumerate() {
            of[*level] = Some(Reverse(column));
        }
        // Together they may still be few; then they stand with the commonest.
        let is_column = small.iter().map(|level| counts[*level]).sum::<u64>() >= FEW;
        for level in small.iter().filter(|_| is_column) {
            of[*level] = Some(Reverse(large.len()));
        }
        Columns { n: large.len() + usize::from(is_column), of }
    })
}

/// The cells of a row in the columns of all covariates: 1 where it is in a column, else 0.
fn cells(
    in_columns: &PerCovariate<Option<Reverse<usize>>>,
    columns: &PerCovariate<Columns>,
) -> Vec<f64> {
    let mut cells = vec![0.0; columns.iter().map(|columns| columns.n).sum()];
    let mut first = 0;
    for (own, columns) in in_columns.iter().zip(columns) {
        if let Some(Reverse(column)) = own {
            cells[first + column] = 1.0;
        }
        first += columns.n;
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_the_order_of_their_columns_are_in_the_order_of_their_cells() {
        // Four levels of a covariate, of which 2 is the commonest; 0 and 1 of another.
        let people: Vec<([u32; 4], u64)> = (0..4)
            .flat_map(|a| {
                [(0, 30), (1, 31)].map(|(b, n)| ([a, b, 0, 0], if a == 2 { 90 } else { n }))
            })
            .collect();
        let columns = columns(people.iter().map(|(levels, n)| (levels, *n)));
        assert_eq!(columns.each_ref().map(|columns| columns.n), [3, 1, 0, 0]);
        let mut rows: Vec<[Option<Reverse<usize>>; 4]> = people
            .iter()
            .map(|(levels, _)| std::array::from_fn(|at| columns[at].of[levels[at] as usize]))
            .collect();
        rows.sort_unstable();
        let cells: Vec<Vec<f64>> = rows.iter().map(|row| cells(row, &columns)).collect();
        assert!(cells.is_sorted_by(|a, b| a.partial_cmp(b).is_some_and(std::cmp::Ordering::is_lt)));
        assert!(cells.iter().all(|cells| cells.len() == 4));
    }

    #[test]
    fn small_levels_are_one_column_if_they_are_many_together() {
        let of = |counts: [u64; 4]| {
            let people: Vec<_> = (0..).map(|level| [level, 0, 0, 0]).zip(counts).collect();
            let [columns, ..] = columns(people.iter().map(|(levels, n)| (levels, *n)));
            (columns.n, columns.of)
        };
        let column = |column| Some(Reverse(column));
        assert_eq!(of([50, 19, 40, 19]), (2, vec![None, column(1), column(0), column(1)]));
        assert_eq!(of([50, 9, 40, 10]), (1, vec![None, None, column(0), None]));
        // Of two that are as common the last is left out, and nobody is no level.
        assert_eq!(of([50, 50, 0, 20]), (2, vec![column(0), None, None, column(1)]));
    }
}
