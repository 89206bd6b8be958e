//! Equations by the cells that stand in them, and how many of those are hidden: what there is to
//! look at again when a cell was hidden.
//!
//! Cells are numbered here, because there are many and they are looked up all the time.

use super::solve::{CellAt, Equation, determined};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// The equations between cells, while more and more of these are hidden.
#[derive(Debug, Default)]
pub(super) struct Links {
    cells: Vec<CellAt>,
    numbers: HashMap<CellAt, usize>,
    equations: Vec<Vec<(usize, i64)>>,
    of_cell: Vec<Vec<usize>>,
    hidden: Vec<bool>,
    /// Hidden cells of each equation.
    n_hidden: Vec<usize>,
    /// Equations that came to have one hidden cell.
    lone: VecDeque<usize>,
    /// Cells hidden since the equations were last solved.
    fresh: BTreeSet<usize>,
    /// When each equation was last met in a walk, and how many walks there were.
    met: Vec<u32>,
    walks: u32,
}

impl Links {
    /// Equations of which these cells are hidden.
    #[must_use]
    pub(super) fn new(equations: Vec<Equation>, hidden: &BTreeSet<CellAt>) -> Self {
        let all: BTreeSet<CellAt> = equations.iter().flatten().map(|(at, _)| *at).collect();
        let cells: Vec<CellAt> = all.into_iter().collect();
        let numbers: HashMap<CellAt, usize> =
            cells.iter().enumerate().map(|(number, at)| (*at, number)).collect();
        let mut of_cell = vec![Vec::new(); cells.len()];
        let numbered = equations.into_iter().enumerate().map(|(equation, terms)| {
            let terms = terms.into_iter().map(|(at, coefficient)| (numbers[&at], coefficient));
            let terms: Vec<(usize, i64)> = terms.collect();
            for (cell, _) in &terms {
                of_cell[*cell].push(equation);
            }
            terms
        });
        let equations: Vec<Vec<(usize, i64)>> = numbered.collect();
        let mut links = Self {
            hidden: vec![false; cells.len()],
            n_hidden: vec![0; equations.len()],
            met: vec![0; equations.len()],
            cells,
            numbers,
            equations,
            of_cell,
            ..Self::default()
        };
        for at in hidden {
            links.hide(*at);
        }
        links
    }

    /// Notes that a cell is hidden.
    pub(super) fn hide(&mut self, at: CellAt) {
        let Some(cell) = self.numbers.get(&at).copied() else { return };
        if std::mem::replace(&mut self.hidden[cell], true) {
            return;
        }
        for equation in &self.of_cell[cell] {
            self.n_hidden[*equation] += 1;
            if self.n_hidden[*equation] == 1 {
                self.lone.push_back(*equation);
            }
        }
        self.fresh.insert(cell);
    }

    /// Has the equations of a hidden cell solved once more.
    pub(super) fn look_again(&mut self, at: CellAt) {
        self.fresh.extend(self.numbers.get(&at));
    }

    /// The next equation with a lone hidden cell.
    pub(super) fn next_lone(&mut self) -> Option<usize> {
        while let Some(equation) = self.lone.pop_front() {
            if self.n_hidden[equation] == 1 {
                return Some(equation);
            }
        }
        None
    }

    /// The equations that hang together by hidden cells, group by group, of those groups in which a
    /// cell was hidden since this was last asked.
    #[must_use]
    pub(super) fn unsettled(&mut self) -> Vec<Vec<usize>> {
        self.walks += 1;
        let fresh = std::mem::take(&mut self.fresh);
        let groups = fresh.into_iter().map(|cell| self.walk(cell));
        groups.filter(|group| !group.is_empty()).collect()
    }

    /// The equations that are met from a cell on, going on by hidden cells.
    fn walk(&mut self, cell: usize) -> Vec<usize> {
        let (mut found, mut next) = (Vec::new(), vec![cell]);
        while let Some(cell) = next.pop() {
            for equation in &self.of_cell[cell] {
                if std::mem::replace(&mut self.met[*equation], self.walks) != self.walks {
                    found.push(*equation);
                    let cells = self.equations[*equation].iter().map(|(cell, _)| *cell);
                    next.extend(cells.filter(|cell| self.hidden[*cell]));
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// The equations of a cell.
    #[must_use]
    pub(super) fn of(&self, at: CellAt) -> &[usize] {
        self.numbers.get(&at).map_or(&[], |cell| &self.of_cell[*cell])
    }

    /// The shown cells of an equation, each with its coefficient.
    pub(super) fn shown(&self, equation: usize) -> impl Iterator<Item = (CellAt, i64)> {
        let terms = self.equations[equation].iter().filter(|(cell, _)| !self.hidden[*cell]);
        terms.map(|(cell, coefficient)| (self.cells[*cell], *coefficient))
    }

    /// The hidden cells that follow from these equations, each with the shown ones of which any one,
    /// hidden too, would keep it from following.
    #[must_use]
    pub(super) fn determined(&self, group: &[usize]) -> BTreeMap<CellAt, Vec<CellAt>> {
        let equations: Vec<&[(usize, i64)]> =
            group.iter().map(|equation| self.equations[*equation].as_slice()).collect();
        let at = |cell: usize| self.cells[cell];
        determined(&equations, |cell| self.hidden[cell])
            .into_iter()
            .map(|(cell, saving)| (at(cell), saving.into_iter().map(at).collect()))
            .collect()
    }

    /// The equations of a cell, then those that share any cell with them, and so on.
    pub(super) fn outwards(&self, at: CellAt) -> impl Iterator<Item = Vec<usize>> {
        let own: BTreeSet<usize> = self.of(at).iter().copied().collect();
        let (mut seen, mut next) = (own.clone(), own);
        std::iter::from_fn(move || {
            let ring = std::mem::take(&mut next);
            let cells = ring.iter().flat_map(|equation| &self.equations[*equation]);
            let beside = cells.flat_map(|(cell, _)| &self.of_cell[*cell]);
            next = beside.copied().filter(|equation| !seen.contains(equation)).collect();
            seen.extend(&next);
            (!ring.is_empty()).then(|| ring.into_iter().collect())
        })
    }
}
