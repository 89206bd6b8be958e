//! How long after a dose people were asked: the middle of the hours, cell by cell.
//!
//! The middle needs all values of a cell at once, and a course stands in many cells. So the hours
//! stand here once, infusion by infusion, in the order of the population: those of a cell are a few
//! stretches of them.

use super::population::{Population, Stretch};
use super::standing::Sight;
use super::view::hours;
use crate::stats::quantile::{middles, quantile};
use std::ops::Range;

/// The time from each infusion to its score, in microseconds: whole numbers are sooner compared.
pub(super) struct Hours {
    /// Infusion by infusion.
    after: Vec<Times>,
    /// Of each course, how many infusions are induction.
    n_induction: Vec<usize>,
    /// Those of the cell at hand.
    of_cell: Vec<i64>,
}

/// Those after the infusions of one number, course by course.
struct Times {
    seen: Vec<i64>,
    /// Where that of each course would stand, and where the last end: a course without a score has
    /// none.
    begin: Vec<u32>,
}

impl Times {
    fn with_room_for(n_members: usize) -> Self {
        let mut begin = Vec::with_capacity(n_members + 1);
        begin.push(0);
        Self { seen: Vec::with_capacity(n_members), begin }
    }

    fn push(&mut self, time: Option<i64>) {
        self.seen.extend(time);
        self.begin.push(u32::try_from(self.seen.len()).unwrap_or(u32::MAX));
    }

    /// Those of courses that stand behind each other.
    fn of(&self, members: Range<usize>) -> &[i64] {
        &self.seen[self.begin[members.start] as usize..self.begin[members.end] as usize]
    }
}

impl Hours {
    /// Those of a population, up to the horizon.
    pub(super) fn of(population: &Population, horizon: usize) -> Self {
        let n_members = population.n_members();
        let mut after: Vec<Times> = (0..horizon).map(|_| Times::with_room_for(n_members)).collect();
        for view in population.views(0..n_members, Sight::Whole) {
            for (position, times) in after.iter_mut().enumerate() {
                times.push(view.observation(position).map(|seen| seen.since_dose_us));
            }
        }
        let induction = population.views(0..n_members, Sight::Induction);
        let n_induction = induction.map(|view| view.n_infusions).collect();
        Self { after, n_induction, of_cell: Vec::new() }
    }

    /// The middle of those of a cell, after infusion `position + 1`; `None` where nobody was scored.
    pub(super) fn median(&mut self, cell: &[Stretch], position: usize) -> Option<f64> {
        let Self { after, n_induction, of_cell } = self;
        let times = &after[position];
        of_cell.clear();
        for Stretch { members, sight } in cell {
            match sight {
                Sight::Whole => of_cell.extend_from_slice(times.of(members.clone())),
                Sight::Induction => {
                    for member in members.clone().filter(|member| position < n_induction[*member]) {
                        of_cell.extend_from_slice(times.of(member..member + 1));
                    }
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
