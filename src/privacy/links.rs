//! Equations by the cells that stand in them, and how many of those are hidden: what there is to
//! look at again when a cell was hidden.

use super::cells::{Lists, short};
use std::collections::{HashSet, VecDeque};

/// Equations between cells: those of each, times their coefficients, add up to zero.
#[derive(Debug, Default)]
pub(super) struct Equations {
    terms: Vec<(u32, i32)>,
    ends: Vec<u32>,
}

impl Equations {
    pub(super) fn push(&mut self, terms: impl IntoIterator<Item = (usize, i32)>) {
        self.terms.extend(terms.into_iter().map(|(cell, sign)| (short(cell), sign)));
        self.ends.push(short(self.terms.len()));
    }

    /// Room for all of others.
    pub(super) fn reserve<'a>(&mut self, others: impl Iterator<Item = &'a Self> + Clone) {
        self.terms.reserve(others.clone().map(|other| other.terms.len()).sum());
        self.ends.reserve(others.map(Self::len).sum());
    }

    /// Other equations after these, whose cells now have other numbers.
    pub(super) fn append(&mut self, other: &Self, number: impl Fn(u32) -> u32) {
        let before = self.terms.len();
        self.terms.extend(other.terms.iter().map(|(cell, sign)| (number(*cell), *sign)));
        self.ends.extend(other.ends.iter().map(|end| short(before + *end as usize)));
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The cells of an equation, each with its coefficient.
    pub(super) fn get(&self, equation: usize) -> impl Iterator<Item = (usize, i32)> + Clone {
        let start = equation.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        let terms = self.terms[start..self.ends[equation] as usize].iter();
        terms.map(|(cell, sign)| (*cell as usize, *sign))
    }
}

/// The equations between cells, while more and more of these are hidden.
#[derive(Debug, Default)]
pub(super) struct Links {
    equations: Equations,
    of_cell: Lists,
    hidden: Vec<bool>,
    /// Hidden cells of each equation.
    n_hidden: Vec<u32>,
    /// Equations that came to have one hidden cell.
    lone: VecDeque<usize>,
    /// Cells hidden since it was last asked for them.
    fresh: Vec<usize>,
}

impl Links {
    /// Equations between so many cells, none of which is hidden.
    pub(super) fn new(equations: Equations, n_cells: usize) -> Self {
        let by_cell = (0..equations.len())
            .flat_map(|equation| equations.get(equation).map(move |(cell, _)| (cell, equation)));
        Self {
            of_cell: Lists::of(n_cells, by_cell),
            hidden: vec![false; n_cells],
            n_hidden: vec![0; equations.len()],
            equations,
            ..Self::default()
        }
    }

    pub(super) fn n_equations(&self) -> usize {
        self.equations.len()
    }

    pub(super) fn n_cells(&self) -> usize {
        self.hidden.len()
    }

    pub(super) fn is_hidden(&self, cell: usize) -> bool {
        self.hidden[cell]
    }

    /// Notes that a cell is hidden; whether it was not before.
    pub(super) fn hide(&mut self, cell: usize) -> bool {
        if std::mem::replace(&mut self.hidden[cell], true) {
            return false;
        }
        let equations = self.of_cell.get(cell);
        if equations.len() > 0 {
            self.fresh.push(cell);
        }
        for equation in equations {
            self.n_hidden[equation] += 1;
            if self.n_hidden[equation] == 1 {
                self.lone.push_back(equation);
            }
        }
        true
    }

    /// Whether each cell is hidden, by number.
    pub(super) fn into_hidden(self) -> Vec<bool> {
        self.hidden
    }

    /// Has the equations of a hidden cell looked at once more.
    pub(super) fn look_again(&mut self, cell: usize) {
        self.fresh.push(cell);
    }

    /// The cells that stand in equations and were hidden, or to be looked at again, since this was
    /// last asked, in order.
    pub(super) fn take_fresh(&mut self) -> Vec<usize> {
        let mut fresh = std::mem::take(&mut self.fresh);
        fresh.sort_unstable();
        fresh.dedup();
        fresh
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

    /// The equations of a cell.
    pub(super) fn of(&self, cell: usize) -> impl ExactSizeIterator<Item = usize> {
        self.of_cell.get(cell)
    }

    /// The cells of an equation, each with its coefficient.
    pub(super) fn equation(&self, equation: usize) -> impl Iterator<Item = (usize, i32)> {
        self.equations.get(equation)
    }

    /// The shown cells of an equation, each with its coefficient.
    pub(super) fn shown(&self, equation: usize) -> impl Iterator<Item = (usize, i32)> {
        self.equation(equation).filter(|(cell, _)| !self.hidden[*cell])
    }

    /// The equations of a cell, then those that share any cell with them, and so on; each ring is
    /// looked for when it is asked for.
    pub(super) fn outwards(&self, cell: usize) -> impl Iterator<Item = Vec<usize>> {
        let mut seen: HashSet<usize> = HashSet::new();
        let mut ring: Option<Vec<usize>> = None;
        std::iter::from_fn(move || {
            let next: Vec<usize> = match &ring {
                None => self.of(cell).collect(),
                Some(ring) => {
                    seen.extend(ring);
                    let cells = ring.iter().flat_map(|equation| self.equation(*equation));
                    let beside = cells.flat_map(|(cell, _)| self.of(cell));
                    beside.filter(|equation| seen.insert(*equation)).collect()
                }
            };
            ring = Some(next.clone());
            (!next.is_empty()).then_some(next)
        })
    }
}
