//! `go_on` and `after_adjustment`: what became of those who stood at a landmark.
//!
//! `go_on`: after each infusion, of those who had improved without a response and of those who had
//! not improved, how many responded by a later infusion. `after_adjustment`: of those without a
//! response after infusion 2, the same by what was changed in the plan after infusion 1 or 2. People
//! whose dose was raised differ from those whose was not; neither table says what a change does.
//! Definitions: `docs/methods/go_on.md`.

use super::adjustment::{ADJUSTED_BY, Adjustment};
use super::cohort::Cohort;
use super::landmark::{Fate, Followed, Shown};
use super::population::{Population, table_of};
use super::row::Row;
use super::view::View;
use crate::event::instrument::Instrument;
use crate::table::{Cell, ColumnType as T, Table};

/// Columns of both before suppression.
pub const COLUMNS: [(&str, T); 21] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route", T::Text),
    ("infusion", T::Int),
    ("group", T::Text),
    ("by_infusion", T::Int),
    ("n", T::Int),
    ("responders", T::Int),
    ("stopped", T::Int),
    ("running", T::Int),
    ("waiting", T::Int),
    ("estimate", T::Float),
    ("se", T::Float),
    ("lo", T::Float),
    ("hi", T::Float),
    ("n_went_on", T::Int),
    ("went_on_rate", T::Float),
    ("went_on_lo", T::Float),
    ("went_on_hi", T::Float),
    ("na_reason", T::Text),
];

/// How people stand after the infusion of a landmark; whoever responds then stands in none.
const STANDINGS: [&str; 2] = ["not-improved", "improved"];

/// `go_on`: one row per instrument, stratum, level, route, landmark, group and later infusion.
#[must_use]
pub fn go_on(cohort: &Cohort, populations: &[Population]) -> Table {
    let last = cohort.analysis.horizon.saturating_sub(1);
    let percent = cohort.analysis.improved_percent;
    let group = |view: &View, instrument: &Instrument, landmark: usize| {
        let (baseline, score) = (view.member.baseline, view.score(landmark - 1)?);
        Some(usize::from(instrument.improves_by_percent(baseline, score, percent)))
    };
    let landmarks = 1..=last;
    table(cohort, populations, &Kind { name: "go_on", groups: &STANDINGS }, landmarks, group)
}

/// `after_adjustment`: the same at the landmark of infusion 2, by change of the plan.
#[must_use]
pub fn after_adjustment(cohort: &Cohort, populations: &[Population]) -> Table {
    let group = |view: &View, _: &Instrument, _| Some(view.member.adjustment as usize);
    let groups = Adjustment::ALL.map(Adjustment::as_str);
    let kind = Kind { name: "after_adjustment", groups: &groups };
    table(cohort, populations, &kind, ADJUSTED_BY..=ADJUSTED_BY, group)
}

/// Name and groups of a table.
struct Kind<'a> {
    name: &'static str,
    groups: &'a [&'static str],
}

/// A table of landmarks. `group` says in which group a person stands who was scored after an infusion
/// and does not respond.
fn table(
    cohort: &Cohort,
    populations: &[Population],
    kind: &Kind,
    landmarks: impl Iterator<Item = usize>,
    group: impl Fn(&View, &Instrument, usize) -> Option<usize> + Sync,
) -> Table {
    let analysis = cohort.analysis;
    let ends: Vec<(usize, usize)> = landmarks
        .flat_map(|landmark| analysis.go_on_by.iter().map(move |by| (landmark, *by)))
        .filter(|(landmark, by)| by > landmark)
        .collect();
    let none =
        |(landmark, by): &(usize, usize)| vec![Followed::none(*landmark, *by); kind.groups.len()];
    let empty: Vec<Vec<Followed>> = ends.iter().map(none).collect();
    table_of(kind.name, &COLUMNS, populations, |population, table| {
        let instrument = population.instrument;
        if instrument.response.is_none() {
            return;
        }
        let look = |view: &View, fates: &mut Vec<_>| {
            let shown = Shown::of(view);
            fates.extend(ends.iter().map(|(landmark, by)| {
                let waits = shown.responds(*landmark) == Some(false);
                let place = waits.then(|| group(view, instrument, *landmark)).flatten()?;
                Some((place, Fate::of(&shown, *landmark, *by), view.n_infusions))
            }));
        };
        let followed = population.tally_rows(&empty, look, |groups: &mut Vec<Followed>, fate| {
            if let Some((place, fate, n_infusions)) = fate {
                groups[*place].count(*fate, *n_infusions);
            }
        });
        for (head, cells) in followed {
            for ((landmark, by), groups) in ends.iter().zip(&cells) {
                for (group, followed) in kind.groups.iter().zip(groups) {
                    table.push(row(head, *landmark, *by, group, followed));
                }
            }
        }
    })
}

fn row(head: [&str; 4], landmark: usize, by: usize, group: &str, of: &Followed) -> Vec<Cell> {
    let mut row = Row::of(&head);
    row.int("infusion", landmark as u64, None);
    row.text(group);
    row.int("by_infusion", by as u64, None);
    row.int("n", of.n(), None);
    row.int("responders", of.responders(), None);
    row.int("stopped", of.stopped(), None);
    row.int("running", of.censored(), None);
    row.int("waiting", of.waiting(), None);
    row.estimate(["estimate", "se", "lo", "hi"], of.estimate().as_ref());
    row.int("n_went_on", of.went_on, None);
    let share = ["went_on_rate", "went_on_lo", "went_on_hi"];
    row.share(share, of.responders(), of.went_on, None);
    row.done()
}
