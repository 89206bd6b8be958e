//! What may leave: small cells hidden, and whatever would give them back.
//!
//! 1. A count of 1 to `min_cell - 1` people is hidden; so is a part whose rest is that small, and
//!    the larger of two nested counts whose difference is. Of a chain of nested counts only those
//!    are shown whose differences are not that small.
//! 2. Whatever is computed from a hidden cell is hidden with it; where a whole is small, so is all
//!    that rests on it, zeros too.
//! 3. Counts that add up are equations. None of them may give a hidden count, or a small difference
//!    of two, back, nor may several together: [`super::complement`].
//!
//! What is left goes on to [`super::outgoing`]. With `min_cell = 0` nothing is hidden.

pub use super::cells::CellAt;
use super::complement::Complement;
use super::counts::Counts;
use super::implied::Implied;
use super::links::Equations;
use super::outgoing::Cleared;
use super::rules::ColumnRules;
use super::small::{Chain, Marked, small_in_rows};
use crate::table::{Column, ColumnType, Table};
use std::collections::BTreeSet;

/// `N` tables on their way out, hidden together because their counts are of the same people.
pub struct Suppression<const N: usize> {
    counts: Counts<N>,
    equations: Equations,
    /// Cells that are hidden for what they, or others with them, tell.
    small: Vec<usize>,
    together: Vec<(usize, usize)>,
    chains: Vec<Chain>,
    repeats: Vec<Vec<(CellAt, CellAt)>>,
    yielding: BTreeSet<usize>,
}

impl<const N: usize> Suppression<N> {
    /// Nothing to hide yet. `min_cell` is the smallest count that may be shown; 0 shows all. The
    /// last column of each table is `na_reason`.
    #[must_use]
    pub fn new(min_cell: u32, tables: [(Table, &'static ColumnRules); N]) -> Self {
        Self {
            counts: Counts::new(min_cell, tables),
            equations: Equations::default(),
            small: Vec::new(),
            together: Vec::new(),
            chains: Vec::new(),
            repeats: Vec::new(),
            yielding: BTreeSet::new(),
        }
    }

    /// A table, by its place in the array.
    #[must_use]
    pub const fn table(&self, number: usize) -> &Table {
        &self.counts.tables[number].0
    }

    /// A cell, if its table has that column.
    #[must_use]
    pub fn at(&self, table: usize, row: usize, name: &str) -> Option<CellAt> {
        self.counts.at(table, row, name)
    }

    /// The first cell is the sum of the others, which may be none of them hidden alone.
    pub fn sum(&mut self, total: CellAt, parts: impl IntoIterator<Item = CellAt>) {
        let parts = parts.into_iter().map(|part| (part, 1));
        self.equation(std::iter::once((total, -1)).chain(parts));
    }

    /// The same people are added up in two ways.
    pub fn sums(
        &mut self,
        one: impl IntoIterator<Item = CellAt>,
        other: impl IntoIterator<Item = CellAt>,
    ) {
        let other = other.into_iter().map(|part| (part, -1));
        self.equation(one.into_iter().map(|part| (part, 1)).chain(other));
    }

    /// As [`Self::sum`], where the counts are such a sum.
    pub fn sum_if_so<const P: usize>(&mut self, total: CellAt, parts: [CellAt; P]) {
        let sum: Option<i64> = parts.iter().map(|part| self.counts.value(*part)).sum();
        if sum.is_some() && sum == self.counts.value(total) {
            self.sum(total, parts);
        }
    }

    /// Two cells hold the same count.
    pub fn same(&mut self, a: CellAt, b: CellAt) {
        self.equation([(a, -1), (b, 1)]);
    }

    /// Cells that, times their coefficients, add up to zero.
    fn equation(&mut self, terms: impl IntoIterator<Item = (CellAt, i64)>) {
        let numbering = &self.counts.numbering;
        self.equations.push(terms.into_iter().map(|(at, sign)| (numbering.number(at), sign)));
    }

    /// Wherever the first cell is hidden the second is too.
    pub fn together(&mut self, first: CellAt, second: CellAt) {
        let numbering = &self.counts.numbering;
        self.together.push((numbering.number(first), numbering.number(second)));
    }

    /// The people of the second cell are among those of the first; where the difference is small
    /// the first, larger one is hidden.
    pub fn nested(&mut self, larger: CellAt, smaller: CellAt) {
        if self.counts.difference_is_small(larger, smaller) {
            self.small.push(self.counts.numbering.number(larger));
        }
    }

    /// The people of the second cell are among those of the first; where the difference is small it
    /// is a hidden count itself, which may not follow even where both cells are hidden.
    pub fn difference(&mut self, larger: CellAt, smaller: CellAt) {
        self.keep_back([(larger, 1), (smaller, -1)]);
    }

    /// Cells that, times their coefficients, add up to a count of people; where it is small it is a
    /// hidden count itself, which may not follow whatever of the cells is hidden.
    pub fn keep_back<const P: usize>(&mut self, sum: [(CellAt, i64); P]) {
        if let Some(count) = self.counts.sum(sum).filter(|count| self.counts.is_small(*count)) {
            let difference = self.counts.add_difference(count);
            let numbering = &self.counts.numbering;
            let terms = sum.map(|(at, sign)| (numbering.number(at), sign));
            self.equations.push(terms.into_iter().chain([(difference, -1)]));
        }
    }

    /// Cells that, times their coefficients, add up to a count of people; where it is small the
    /// given cell is hidden.
    pub fn tells(&mut self, sum: impl IntoIterator<Item = (CellAt, i64)>, hide: CellAt) {
        if self.counts.sum(sum).is_some_and(|count| self.counts.is_small(count)) {
            self.small.push(self.counts.numbering.number(hide));
        }
    }

    /// The people of the first cell are part of the second's; where the rest is small the first,
    /// smaller one is hidden. Where there is no rest, the two are the same count.
    pub fn part(&mut self, part: CellAt, whole: CellAt) {
        if self.counts.difference_is_small(whole, part) {
            self.small.push(self.counts.numbering.number(part));
        }
        if self.is_same(part, whole) {
            self.same(part, whole);
        }
    }

    /// Links of counts in which people only come in, or only go out, from one to the next. Shown are
    /// only links whose every count differs from that of every other shown one by nobody or by
    /// enough people. `preference` says in which order places of the chain are tried.
    pub fn chain(&mut self, links: &[Vec<CellAt>], preference: &[usize]) {
        let ordered =
            preference.iter().filter_map(|place| Some((*place, links.get(*place)?.clone())));
        self.chains.push(ordered.collect());
    }

    /// A set of cells that repeats others with nearly the same people: each pair is a cell and the
    /// one it repeats. Where any pair differs by few people the whole set is hidden, so that the
    /// cells it repeats need not be; where a pair is equal the two are the same count.
    pub fn repeat(&mut self, pairs: Vec<(CellAt, CellAt)>) {
        self.repeats.push(pairs);
    }

    /// Where one of several cells must be hidden, one of such a table goes before one of any other.
    pub fn yields(&mut self, table: usize) {
        self.yielding.insert(table);
    }

    /// Hides what must be hidden.
    #[must_use]
    pub fn finish(mut self) -> Cleared<N> {
        let hidden = if self.counts.min_cell > 0 {
            self.hidden()
        } else {
            vec![false; self.counts.n_cells()]
        };
        let Counts { min_cell, tables, numbering, .. } = self.counts;
        let mut number = 0;
        let tables = tables.map(|(table, rules)| {
            let first = numbering.number(CellAt { table: number, row: 0, column: 0 });
            number += 1;
            (cleared(table, &hidden[first..]), rules)
        });
        Cleared::new(min_cell, tables)
    }

    /// Whether each cell is hidden, by number.
    fn hidden(&mut self) -> Vec<bool> {
        self.look_at_repeats();
        for table in 0..N {
            small_in_rows(&self.counts, table, &mut self.small);
        }
        let implied = Implied::new(&self.counts, &std::mem::take(&mut self.together));
        let mut marked = Marked::new(&self.counts, &implied);
        for cell in std::mem::take(&mut self.small) {
            marked.mark(cell);
        }
        for chain in std::mem::take(&mut self.chains) {
            marked.mark_in_chain(chain);
        }
        let hidden = marked.finish();
        let equations = std::mem::take(&mut self.equations);
        Complement::new(&self.counts, &implied, &self.yielding, equations, &hidden).hide()
    }

    /// A set that repeats others with nearly the same people is small; equal counts are the same.
    fn look_at_repeats(&mut self) {
        for pairs in std::mem::take(&mut self.repeats) {
            let counts = &self.counts;
            let is_near = |(a, b): &(CellAt, CellAt)| {
                counts.difference_is_small(*a, *b) || counts.difference_is_small(*b, *a)
            };
            if pairs.iter().any(is_near) {
                self.small.extend(pairs.iter().map(|(cell, _)| counts.numbering.number(*cell)));
                continue;
            }
            for (cell, repeated) in pairs {
                if self.is_same(cell, repeated) {
                    self.same(cell, repeated);
                }
            }
        }
    }

    /// Whether two cells hold the same number.
    fn is_same(&self, a: CellAt, b: CellAt) -> bool {
        let value = self.counts.value(a);
        value.is_some() && value == self.counts.value(b)
    }
}

/// A table with hidden cells cleared and named; whether they are hidden stands row by row.
fn cleared(mut table: Table, is_hidden: &[bool]) -> Table {
    let names = table.names().to_vec();
    let width = names.len();
    let mut hidden = Column::empty(ColumnType::Text);
    let mut reasons = Column::empty(ColumnType::Text);
    for row in 0..table.n_rows() {
        let is_hidden = &is_hidden[row * width..(row + 1) * width];
        let columns = || (0..width).filter(|column| is_hidden[*column]);
        for column in columns() {
            if let Some(column) = table.column_mut(column) {
                column.clear(row);
            }
        }
        // A reason beside a hidden cell would say what it holds.
        let is_kept = |reason: &&str| {
            let name = reason.split_once('=').map(|(name, _)| name);
            !columns().any(|column| name == Some(names[column].as_str()))
        };
        let kept: Vec<&str> = table.text(row, "na_reason").split(';').filter(is_kept).collect();
        let kept = kept.join(";");
        let named: Vec<&str> = columns().map(|column| names[column].as_str()).collect();
        hidden.push(named.join(";").into());
        reasons.push(kept.into());
    }
    table.remove_column("na_reason");
    table.add_column("hidden", hidden);
    table.add_column("na_reason", reasons);
    table
}
