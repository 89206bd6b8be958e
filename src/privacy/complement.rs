//! Complementary hiding: more cells, until nothing gives a hidden one back.
//!
//! A lone hidden cell of an equation takes the smallest non-zero one with it, ties in code order.
//! When none is alone any more, the equations are solved together, and as long as any hidden cell
//! follows from the shown ones, another is hidden.

use super::cells::CellAt;
use super::counts::Counts;
use super::follow::{Follow, Known};
use super::implied::Implied;
use super::links::Links;
use std::collections::BTreeSet;

/// What complementary hiding goes by.
pub(super) struct Complement<'a, const N: usize> {
    counts: &'a Counts<N>,
    implied: &'a Implied,
    /// Tables of which a cell goes before one of any other.
    yielding: &'a BTreeSet<usize>,
    links: Links,
    /// How many cells are hidden.
    n_hidden: usize,
}

impl<'a, const N: usize> Complement<'a, N> {
    /// Counts that add up, some of them hidden.
    pub(super) fn new(
        counts: &'a Counts<N>,
        implied: &'a Implied,
        yielding: &'a BTreeSet<usize>,
        links: Links,
        hidden: &[bool],
    ) -> Self {
        let mut complement = Self { counts, implied, yielding, links, n_hidden: 0 };
        for (cell, _) in hidden.iter().enumerate().filter(|(_, is_hidden)| **is_hidden) {
            complement.n_hidden += usize::from(complement.links.hide(cell));
        }
        complement
    }

    /// Until nothing changes: no hidden cell is alone in an equation, and none follows from several.
    /// Whether each cell is hidden then, by number. Nothing may be known of the links yet.
    pub(super) fn hide(mut self, mut follow: Follow) -> Vec<bool> {
        loop {
            self.hide_lone();
            let fresh = self.links.take_fresh();
            if fresh.is_empty() {
                return self.links.into_hidden();
            }
            for known in follow.after(&self.links, &fresh) {
                self.hide_savers(&known);
            }
        }
    }

    /// Hides a cell and all that goes with it.
    fn hide_cell(&mut self, cell: usize) {
        if self.links.hide(cell) {
            self.n_hidden += 1;
            let implied = self.implied;
            for next in implied.by(cell) {
                self.hide_cell(next);
            }
        }
    }

    /// A lone hidden cell of an equation takes the smallest non-zero one with it.
    fn hide_lone(&mut self) {
        while let Some(equation) = self.links.next_lone() {
            if let Some(next) = self.smallest_shown(equation) {
                self.hide_cell(next);
            }
        }
    }

    /// A cell by number, and its count, where that is defined and not 0.
    fn count(&self, cell: usize) -> Option<(CellAt, i64)> {
        let at = self.counts.numbering.cell(cell);
        Some((at, self.counts.value(at).filter(|n| *n != 0)?))
    }

    /// Whether the cell may not be hidden before one of a yielding table.
    fn is_kept(&self, at: CellAt) -> bool {
        !self.yielding.contains(&at.table)
    }

    /// The smallest non-zero shown cell of an equation; of equals a part before the total, then in
    /// code order.
    fn smallest_shown(&self, equation: usize) -> Option<usize> {
        let ranked = self.links.shown(equation).filter_map(|(cell, sign)| {
            let (at, count) = self.count(cell)?;
            Some((self.is_kept(at), count, -sign, cell))
        });
        ranked.min().map(|(_, _, _, cell)| cell)
    }

    /// The smallest non-zero cell; of equals the first.
    fn smallest(&self, cells: impl IntoIterator<Item = usize>) -> Option<usize> {
        let ranked = cells.into_iter().filter_map(|cell| {
            let (at, count) = self.count(cell)?;
            Some((self.is_kept(at), count, cell))
        });
        ranked.min().map(|(_, _, cell)| cell)
    }

    /// Hides more where a hidden cell follows: for each such cell the smallest shown one that keeps
    /// it from following, unless one of those was just hidden; where no cell has any, the smallest
    /// that adds up with it or is nearest to that, unless one that does was just hidden.
    fn hide_savers(&mut self, known: &Known) {
        let before = self.n_hidden;
        for (_, savers) in known {
            if !savers.iter().any(|cell| self.links.is_hidden(*cell))
                && let Some(next) = self.smallest(savers.iter().copied())
            {
                self.hide_cell(next);
            }
        }
        if self.n_hidden > before {
            return;
        }
        let mut helped: BTreeSet<usize> = BTreeSet::new();
        for (cell, _) in known {
            if self.links.of(*cell).any(|equation| helped.contains(&equation)) {
                continue;
            }
            if let Some(next) = self.smallest_beside(*cell) {
                helped.extend(self.links.of(*cell));
                self.hide_cell(next);
                // What was hidden may stand far away.
                self.links.look_again(*cell);
            }
        }
    }

    /// The smallest non-zero shown cell of the equations of a hidden one; where there is none, of
    /// those that share a cell with them, and so on outwards. A hidden count of nobody needs none:
    /// where it follows, all is nobody.
    fn smallest_beside(&self, cell: usize) -> Option<usize> {
        self.count(cell)?;
        self.links.outwards(cell).find_map(|equations| {
            let shown = equations.into_iter().filter_map(|equation| self.smallest_shown(equation));
            self.smallest(shown)
        })
    }
}
