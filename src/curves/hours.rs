//! How long after a dose people were asked: the middle of the hours, cell by cell.
//!
//! The middle needs all values of a cell at once, and a course stands in many cells. So the hours
//! stand here once, infusion by infusion, in the order of the population: those of a cell are a few
//! stretches of them.

use super::population::{Population, Stretch};
use super::standing::Sight;
use super::view::Observation;
use crate::stats::quantile::median;

/// The hours from each infusion to its score.
pub(super) struct Hours {
    /// By what is seen of a course, infusion by infusion, course by course; `None` unscored.
    seen: [Vec<Vec<Option<f64>>>; Sight::ALL.len()],
    /// Those of the cell at hand.
    of_cell: Vec<f64>,
}

impl Hours {
    /// Those of a population, up to the horizon.
    pub(super) fn of(population: &Population, horizon: usize) -> Self {
        let seen = Sight::ALL.map(|sight| {
            let mut by_infusion = vec![Vec::with_capacity(population.n_members()); horizon];
            for view in population.views(0..population.n_members(), sight) {
                for (position, hours) in by_infusion.iter_mut().enumerate() {
                    hours.push(view.observation(position).map(Observation::hours));
                }
            }
            by_infusion
        });
        Self { seen, of_cell: Vec::new() }
    }

    /// The middle of those of a cell, after infusion `position + 1`; `None` where nobody was scored.
    pub(super) fn median(&mut self, cell: &[Stretch], position: usize) -> Option<f64> {
        let Self { seen, of_cell } = self;
        of_cell.clear();
        for Stretch { members, sight } in cell {
            let hours = &seen[*sight as usize][position][members.clone()];
            of_cell.extend(hours.iter().flatten());
        }
        median(of_cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curves::additive::Additive;
    use crate::curves::fixture::Network;
    use crate::curves::view::View;

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
