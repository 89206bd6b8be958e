//! Equations by the cells that stand in them, and how many of those are hidden: what there is to
//! look at again when a cell was hidden.

use super::solve::{CellAt, Equation};
use std::collections::{BTreeSet, HashMap, VecDeque};

/// The equations between cells, while more and more of these are hidden.
#[derive(Debug, Default)]
pub(super) struct Links {
    equations: Vec<Equation>,
    of_cell: HashMap<CellAt, Vec<usize>>,
    n_hidden: Vec<usize>,
    /// Equations that came to have one hidden cell.
    lone: VecDeque<usize>,
    /// Cells hidden since the equations were last solved.
    fresh: Vec<CellAt>,
}

impl Links {
    /// Equations of which these cells are hidden.
    #[must_use]
    pub(super) fn new(equations: Vec<Equation>, hidden: &BTreeSet<CellAt>) -> Self {
        let mut of_cell: HashMap<CellAt, Vec<usize>> = HashMap::new();
        for (number, equation) in equations.iter().enumerate() {
            for (at, _) in equation {
                of_cell.entry(*at).or_default().push(number);
            }
        }
        let n_hidden = vec![0; equations.len()];
        let mut links = Self { equations, of_cell, n_hidden, ..Self::default() };
        for at in hidden {
            links.hide(*at);
        }
        links
    }

    /// Notes that a cell is hidden.
    pub(super) fn hide(&mut self, at: CellAt) {
        let Some(numbers) = self.of_cell.get(&at) else { return };
        for number in numbers {
            self.n_hidden[*number] += 1;
            if self.n_hidden[*number] == 1 {
                self.lone.push_back(*number);
            }
        }
        self.fresh.push(at);
    }

    /// Has the equations of a hidden cell solved once more.
    pub(super) fn look_again(&mut self, at: CellAt) {
        self.fresh.push(at);
    }

    /// The next equation with a lone hidden cell.
    pub(super) fn next_lone(&mut self) -> Option<&Equation> {
        while let Some(number) = self.lone.pop_front() {
            if self.n_hidden[number] == 1 {
                return self.equations.get(number);
            }
        }
        None
    }

    /// The equations that hang together by hidden cells, group by group, of those groups in which a
    /// cell was hidden since this was last asked.
    #[must_use]
    pub(super) fn unsettled(&mut self, hidden: &BTreeSet<CellAt>) -> Vec<Vec<usize>> {
        let mut seen = vec![false; self.equations.len()];
        let fresh: BTreeSet<CellAt> = std::mem::take(&mut self.fresh).into_iter().collect();
        let mut groups = Vec::new();
        for at in fresh {
            let mut group = Vec::new();
            let mut next = vec![at];
            while let Some(at) = next.pop() {
                for number in self.of(at) {
                    if !std::mem::replace(&mut seen[*number], true) {
                        group.push(*number);
                        let cells = self.equations[*number].iter().map(|(at, _)| *at);
                        next.extend(cells.filter(|at| hidden.contains(at)));
                    }
                }
            }
            if !group.is_empty() {
                group.sort_unstable();
                groups.push(group);
            }
        }
        groups
    }

    /// The equations of a cell.
    #[must_use]
    pub(super) fn of(&self, at: CellAt) -> &[usize] {
        self.of_cell.get(&at).map_or(&[], Vec::as_slice)
    }

    /// An equation by its number.
    #[must_use]
    pub(super) fn equation(&self, number: usize) -> &Equation {
        &self.equations[number]
    }

    /// Every equation that hangs together with one of these by any cell.
    #[must_use]
    pub(super) fn around(&self, group: &[usize]) -> Vec<usize> {
        let mut seen = vec![false; self.equations.len()];
        let (mut all, mut next) = (Vec::new(), group.to_vec());
        while let Some(number) = next.pop() {
            if !std::mem::replace(&mut seen[number], true) {
                all.push(number);
                next.extend(self.equations[number].iter().flat_map(|(at, _)| self.of(*at)));
            }
        }
        all.sort_unstable();
        all
    }
}
