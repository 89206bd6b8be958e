//! `adjusted_comparison`: two routes as if the same people had been treated by both, beside the
//! difference as it is.
//!
//! The outcome is a response with a missing score as none, after the infusion at which routes are
//! compared and at day 28. The covariates are what clinics choose a route by and the outcome hangs
//! on: severity at baseline, indication, age band, trials that failed before. What else differs
//! between the people of two routes is not adjusted for. Definitions:
//! `docs/methods/adjusted_comparison.md`.

use super::cohort::{Cohort, Member};
use super::level::level_of;
use super::population::{Population, View, table_of};
use super::row::Row;
use super::settings::Stratum;
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
use compact_str::{CompactString, format_compact};
use std::collections::{BTreeMap, BTreeSet};

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

/// What is adjusted for, in the order of the design.
const COVARIATES: [Stratum; 4] =
    [Stratum::BaselineSeverity, Stratum::Indication, Stratum::AgeBand, Stratum::PriorFailedTrials];

/// Levels of fewer people than this, both routes together, are one level.
const FEW: u64 = 20;

/// Fewer people than this on either side and no adjustment is tried.
const FEWEST: u64 = 30;

/// The outcomes, in table order.
const OUTCOMES: [&str; 2] = ["nri-at-infusion", "nri-at-day-28"];

/// A level of each covariate.
type Levels = [CompactString; COVARIATES.len()];

/// A person, or several alike: route, levels of the covariates, whether they respond by each outcome.
/// `None` where they are not in its denominator.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Person {
    route: Route,
    levels: Levels,
    responds: [Option<bool>; OUTCOMES.len()],
}

/// People alike are one, with their number.
type People = BTreeMap<Person, u64>;

/// The table: for each instrument with a response rule, each pair of routes and each outcome.
#[must_use]
pub fn adjusted_comparison(cohort: &Cohort, populations: &[Population]) -> Table {
    table_of("adjusted_comparison", &COLUMNS, populations, |population, table| {
        let instrument = population.instrument;
        if instrument.response.is_none() {
            return;
        }
        let mut people = People::new();
        for view in population.first_courses() {
            *people.entry(Person::of(&view, instrument, cohort)).or_default() += 1;
        }
        let routes: BTreeSet<Route> = people.keys().map(|person| person.route).collect();
        let routes: Vec<Route> = routes
            .into_iter()
            .filter(|route| !matches!(route, Route::Other | Route::Unknown))
            .collect();
        for (place, a) in routes.iter().enumerate() {
            for b in &routes[place + 1..] {
                for (outcome, name) in OUTCOMES.iter().enumerate() {
                    let pair = Pair::of(&people, [*a, *b], outcome);
                    let head = [population.code.as_str(), a.as_str(), b.as_str(), *name];
                    table.push(pair.row(&head, cohort));
                }
            }
        }
    })
}

impl Person {
    fn of(view: &View, instrument: &Instrument, cohort: &Cohort) -> Self {
        let member = view.member;
        let (course, baseline) = (member.course, member.baseline);
        let label = |stratum| {
            level_of(stratum, course, baseline, instrument, cohort)
                .map_or_else(|| band(member, instrument), |level| level.label)
        };
        let responds = |score| instrument.is_response(baseline, score) == Some(true);
        let at = cohort.analysis.compare_at - 1;
        let due = !(view.running && at >= view.n_infusions);
        Self {
            route: course.route,
            levels: COVARIATES.map(label),
            responds: [
                due.then(|| view.score(at).is_some_and(responds)),
                member.reached_day_28.then(|| member.scores.day_28.is_some_and(responds)),
            ],
        }
    }
}

/// Where an instrument has no severity bands: fifths of its range.
fn band(member: &Member, instrument: &Instrument) -> CompactString {
    let [lowest, highest] = instrument.range;
    #[allow(clippy::cast_precision_loss, reason = "ranges are small whole numbers")]
    let (lowest, width) = (lowest as f64, (highest - lowest) as f64);
    let fifth = (5.0 * (member.baseline.value() - lowest) / width).floor().clamp(0.0, 4.0);
    format_compact!("fifth {}", fifth + 1.0)
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
        let mut alike: BTreeMap<(usize, bool, &Levels), u64> = BTreeMap::new();
        for (person, count) in people {
            let Some(arm) = routes.iter().position(|route| *route == person.route) else {
                continue;
            };
            let Some(responds) = person.responds[outcome] else { continue };
            n[arm] += count;
            responders[arm] += if responds { *count } else { 0 };
            *alike.entry((arm, responds, &person.levels)).or_default() += count;
        }
        let levels = levels(alike.iter().map(|((_, _, levels), n)| (*levels, *n)));
        let covariates = levels.iter().flat_map(|(covariate, levels)| {
            std::iter::repeat_n(COVARIATES[*covariate], levels.len())
        });
        let covariates = covariates.collect();
        // Rows alike once small levels are one.
        let mut rows: BTreeMap<(usize, bool, Vec<bool>), u64> = BTreeMap::new();
        for ((arm, responds, of), count) in alike {
            let columns = levels.iter().flat_map(|(covariate, levels)| {
                levels.iter().map(move |level| level.holds(&of[*covariate]))
            });
            *rows.entry((arm, responds, columns.collect())).or_default() += count;
        }
        let cells: Vec<Vec<f64>> = rows
            .keys()
            .map(|(.., columns)| columns.iter().map(|in_it| f64::from(u8::from(*in_it))).collect())
            .collect();
        let arms = rows.keys().map(|(arm, ..)| if *arm == 0 { Arm::A } else { Arm::B }).collect();
        let outcomes = rows.keys().map(|(_, responds, _)| *responds).collect();
        let contrast = Design::with_intercept(&cells)
            .and_then(|design| Contrast::of(design, arms, outcomes))
            .map(|contrast| (contrast, rows.into_values().collect()));
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

/// A column of the design: one level, or all the small ones.
enum Column {
    One(String),
    Small(BTreeSet<String>),
}

impl Column {
    fn holds(&self, level: &str) -> bool {
        match self {
            Self::One(own) => own == level,
            Self::Small(own) => own.contains(level),
        }
    }
}

/// The columns of each covariate: every level but the commonest, small ones together.
fn levels<'a>(people: impl Iterator<Item = (&'a Levels, u64)>) -> Vec<(usize, Vec<Column>)> {
    let mut counts: [BTreeMap<&str, u64>; COVARIATES.len()] = Default::default();
    for (levels, n) in people {
        for (counts, level) in counts.iter_mut().zip(levels) {
            *counts.entry(level).or_default() += n;
        }
    }
    let columns = counts.into_iter().map(|counts| {
        let commonest = counts.iter().max_by_key(|(_, n)| **n).map(|(level, _)| *level);
        let (small, large): (Vec<_>, Vec<_>) = counts
            .into_iter()
            .filter(|(level, _)| Some(*level) != commonest)
            .partition(|(_, n)| *n < FEW);
        let mut columns: Vec<Column> =
            large.into_iter().map(|(level, _)| Column::One(level.to_owned())).collect();
        // Together they may still be few; then they stand with the commonest.
        if small.iter().map(|(_, n)| n).sum::<u64>() >= FEW {
            columns.push(Column::Small(small.into_iter().map(|(l, _)| l.to_owned()).collect()));
        }
        columns
    });
    columns.enumerate().collect()
}
