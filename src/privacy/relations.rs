//! What the counts of tables are to each other: which add up, which contain which, and which go
//! together. What a small difference hides is told from the counts at once.

use super::cells::{CellAt, ColumnAt, short};
use super::counts::Counts;
use super::links::Equations;
use super::small::Chain;
use crate::table::Table;

/// `N` tables, and what is said of them.
pub struct Relations<'a, const N: usize> {
    counts: &'a Counts<N>,
    said: Said,
}

/// What is said of some tables, by the numbers of their cells.
#[derive(Default)]
pub(super) struct Said {
    /// Small differences, which are hidden counts themselves: cells after those of all tables.
    pub(super) differences: Vec<i64>,
    pub(super) equations: Equations,
    /// Cells that are hidden for what they, or others with them, tell.
    pub(super) small: Vec<usize>,
    /// A cell and one that is hidden with it.
    pub(super) together: Vec<(u32, u32)>,
    pub(super) chains: Vec<Chain>,
    /// Cells that repeat others: they come after all that is said at the same time.
    repeats: Equations,
}

impl Said {
    /// Room for what others say, so that none of it is moved again when they are appended.
    fn reserve(&mut self, others: &[Self]) {
        self.equations.reserve(others.iter().flat_map(|said| [&said.equations, &said.repeats]));
        self.small.reserve(others.iter().map(|said| said.small.len()).sum());
        self.together.reserve(others.iter().map(|said| said.together.len()).sum());
    }

    /// Says what others say after it. Differences have the numbers from `end`.
    pub(super) fn append(&mut self, others: Vec<Self>, end: usize) {
        self.reserve(&others);
        let mut repeats = Vec::with_capacity(others.len());
        for other in others {
            let [n_before, end] = [self.differences.len(), end].map(short);
            let moved = |cell: u32| if cell < end { cell } else { cell + n_before };
            self.differences.extend(other.differences);
            self.equations.append(&other.equations, moved);
            self.small.extend(other.small);
            self.together.extend(other.together);
            self.chains.extend(other.chains);
            repeats.push(other.repeats);
        }
        for repeats in repeats {
            self.equations.append(&repeats, |cell| cell);
        }
    }
}

impl<'a, const N: usize> Relations<'a, N> {
    /// Nothing is said yet.
    pub(super) fn new(counts: &'a Counts<N>) -> Self {
        Self { counts, said: Said::default() }
    }

    pub(super) fn into_said(self) -> Said {
        self.said
    }

    /// A table, by its place in the array.
    #[must_use]
    pub const fn table(&self, number: usize) -> &'a Table {
        &self.counts.tables[number].0
    }

    /// A column, if its table has it.
    #[must_use]
    pub fn column(&self, table: usize, name: &str) -> Option<ColumnAt> {
        self.counts.column(table, name)
    }

    /// Columns, if their table has them all.
    #[must_use]
    pub fn columns<const P: usize>(&self, table: usize, names: [&str; P]) -> Option<[ColumnAt; P]> {
        let mut columns = [ColumnAt::default(); P];
        for (column, name) in columns.iter_mut().zip(names) {
            *column = self.column(table, name)?;
        }
        Some(columns)
    }

    /// A cell, if its table has that column.
    #[must_use]
    pub fn at(&self, table: usize, row: usize, name: &str) -> Option<CellAt> {
        self.column(table, name).map(|column| column.row(row))
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
        let sum = self.counts.sum(parts.map(|part| (part, 1)));
        if sum.is_some() && sum == self.counts.value(total) {
            self.sum(total, parts);
        }
    }

    /// Two cells hold the same count.
    pub fn same(&mut self, a: CellAt, b: CellAt) {
        self.equation([(a, -1), (b, 1)]);
    }

    /// Cells that, times their coefficients, add up to zero.
    fn equation(&mut self, terms: impl IntoIterator<Item = (CellAt, i32)>) {
        let terms = terms.into_iter().map(|(at, sign)| (self.counts.number(at), sign));
        self.said.equations.push(terms);
    }

    /// Wherever the first cell is hidden the second is too.
    pub fn together(&mut self, first: CellAt, second: CellAt) {
        let [first, second] = [first, second].map(|cell| short(self.counts.number(cell)));
        self.said.together.push((first, second));
    }

    /// The people of the second cell are among those of the first; where the difference is small
    /// the first, larger one is hidden.
    pub fn nested(&mut self, larger: CellAt, smaller: CellAt) {
        self.tells([(larger, 1), (smaller, -1)], larger);
    }

    /// The people of the second cell are among those of the first; where the difference is small it
    /// is a hidden count itself, which may not follow even where both cells are hidden.
    pub fn difference(&mut self, larger: CellAt, smaller: CellAt) {
        self.keep_back([(larger, 1), (smaller, -1)]);
    }

    /// Cells that, times their coefficients, add up to a count of people; where it is small it is a
    /// hidden count itself, which may not follow whatever of the cells is hidden.
    pub fn keep_back<const P: usize>(&mut self, sum: [(CellAt, i32); P]) {
        let wide = sum.map(|(at, sign)| (at, i64::from(sign)));
        if let Some(count) = self.counts.sum(wide).filter(|count| self.counts.is_small(*count)) {
            let difference = self.counts.numbering.end() + self.said.differences.len();
            self.said.differences.push(count);
            let terms = sum.map(|(at, sign)| (self.counts.number(at), sign));
            self.said.equations.push(terms.into_iter().chain([(difference, -1)]));
        }
    }

    /// Cells that, times their coefficients, add up to a count of people; where it is small the
    /// given cell is hidden.
    pub fn tells(&mut self, sum: impl IntoIterator<Item = (CellAt, i64)>, hide: CellAt) {
        if self.counts.sum(sum).is_some_and(|count| self.counts.is_small(count)) {
            self.said.small.push(self.counts.number(hide));
        }
    }

    /// The people of the first cell are part of the second's; where the rest is small the first,
    /// smaller one is hidden. Where there is no rest, the two are the same count.
    pub fn part(&mut self, part: CellAt, whole: CellAt) {
        self.tells([(whole, 1), (part, -1)], part);
        if self.counts.are_equal(part, whole) {
            self.same(part, whole);
        }
    }

    /// Counts in which people only come in, or only go out, from one to the next. Shown are only
    /// those that differ from every other shown one by nobody or by enough people. `preference` says
    /// in which order places of the chain are tried.
    pub fn chain(&mut self, links: &[CellAt], preference: &[usize]) {
        let counted = |place: &usize| {
            let at = *links.get(*place)?;
            Some((*place, self.counts.number(at), self.counts.value(at)?))
        };
        self.said.chains.push(preference.iter().filter_map(counted).collect());
    }

    /// A set of cells that repeats others with nearly the same people: each pair is a cell and the
    /// one it repeats. Where any pair differs by few people the whole set is hidden, so that the
    /// cells it repeats need not be; where a pair is equal the two are the same count.
    pub fn repeat(&mut self, pairs: &[(CellAt, CellAt)]) {
        let counts = self.counts;
        let is_near = |(a, b): &(CellAt, CellAt)| {
            counts.difference_is_small(*a, *b) || counts.difference_is_small(*b, *a)
        };
        if pairs.iter().any(is_near) {
            self.said.small.extend(pairs.iter().map(|(cell, _)| counts.number(*cell)));
            return;
        }
        for (cell, repeated) in pairs {
            if counts.are_equal(*cell, *repeated) {
                let [cell, repeated] = [*cell, *repeated].map(|at| counts.number(at));
                self.said.repeats.push([(cell, -1), (repeated, 1)]);
            }
        }
    }
}
