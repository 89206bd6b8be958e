//! How long after a dose people were asked: the middle of the hours, cell by cell.
//!
//! The middle needs all values of a cell at once, and a course stands in many cells. So the hours
//! stand here once, infusion by infusion, in the order of the population: those of a cell are a few
//! stretches of them.

use super::population::{Population, Stretch};
use super::standing::Sight;
use super::view::hours;
use crate::stats::quantile::{middles, quantile};

/// What stands in the place of a time that is not there.
const UNSEEN: i64 = i64::MIN;

/// The time from each infusion to its score, in microseconds: whole numbers are sooner compared.
pub(super) struct Hours {
    /// Infusion by infusion, course by course; [`UNSEEN`] where it is not scored.
    seen: Vec<Vec<i64>>,
    /// Of each course, how many infusions are induction.
    n_induction: Vec<usize>,
    /// Those of the cell at hand.
    of_cell: Vec<i64>,
}

impl Hours {
    /// Those of a population, up to the horizon.
    pub(super) fn of(population: &Population, horizon: usize) -> Self {
        let n_members = population.n_members();
        let mut seen: Vec<Vec<i64>> = (0..horizon).map(|_| Vec::with_capacity(n_members)).collect();
        for view in population.views(0..n_members, Sight::Whole) {
            for (position, times) in seen.iter_mut().enumerate() {
                times.push(view.observation(position).map_or(UNSEEN, |seen| seen.since_dose_us));
            }
        }
        let induction = population.views(0..n_members, Sight::Induction);
        let n_induction = induction.map(|view| view.n_infusions).collect();
        Self { seen, n_induction, of_cell: Vec::new() }
    }

    /// The middle of those of a cell, after infusion `position + 1`; `None` where nobody was scored.
    pub(super) fn median(&mut self, cell: &[Stretch], position: usize) -> Option<f64> {
        let Self { seen, n_induction, of_cell } = self;
        of_cell.clear();
        for Stretch { members, sight } in cell {
            let times = seen[position][members.clone()].iter().copied();
            match sight {
                Sight::Whole => of_cell.extend(times.filter(|time| *time != UNSEEN)),
                Sight::Induction => {
                    let n_seen = &n_induction[members.clone()];
                    let times = times.zip(n_seen).filter(|(_, n_seen)| position < **n_seen);
                    of_cell.extend(times.map(|(time, _)| time).filter(|time| *time != UNSEEN));
                }
            }
        }
        quantile(&middles(of_cell, i64::cmp)?.map(hours), 0.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curves::additive::Additive;
    use crate::curves::fixture::Network;
    use crate::curves::view::{Observation, View};
    use crate::stats::quantile::median;

    #[derive(Clone)]
    struct All(Vec<f64>);

    impl Additive for All {
        fn add(&mut self, others: &Self) {
            self.0.extend_from_slice(&others.0);
        }
    }

    #[test]
    fn the_middle_is_that_of_all_hours_of_a_cell() {
        // The twin collects them in every cell.
        let network = Network::made_up(400);
        let cohort = network.cohort();
        let horizon = cohort.analysis.horizon;
        for population in Population::all(&cohort) {
            let mut hours = Hours::of(&population, horizon);
            let look = |view: &View, seen: &mut Vec<_>| {
                seen.extend((0..horizon).map(|at| view.observation(at).map(Observation::hours)));
            };
            let count = |all: &mut All, hours: &Option<f64>| all.0.extend(hours);
            let mut n_scored = 0;
            let empty = vec![All(Vec::new()); horizon];
            let cells = population.tally_rows(&empty, look, count);
            for ((_, row), stretches) in cells.zip(population.stretches()) {
                for (position, mut all) in row.into_iter().enumerate() {
                    let found = hours.median(&stretches, position);
                    assert_eq!(found, median(&mut all.0));
                    n_scored += usize::from(found.is_some());
                }
            }
            assert!(n_scored > 100);
        }
    }
}
