//! The counts of several tables on their way out, by cell.

use super::cells::{CellAt, ColumnAt, Numbering};
use super::rules::ColumnRules;
use crate::table::Table;

/// Tables that are hidden together, and small differences of their counts, which are hidden counts
/// themselves: the cells of one more table of one column.
pub(super) struct Counts<const N: usize> {
    pub(super) min_cell: u32,
    pub(super) tables: [(Table, &'static ColumnRules); N],
    pub(super) numbering: Numbering,
    pub(super) differences: Vec<i64>,
}

impl<const N: usize> Counts<N> {
    pub(super) fn new(min_cell: u32, tables: [(Table, &'static ColumnRules); N]) -> Self {
        let sizes = tables.iter().map(|(table, _)| (table.n_rows(), table.names().len()));
        Self { min_cell, numbering: Numbering::of(sizes), tables, differences: Vec::new() }
    }

    /// How many cells there are.
    pub(super) fn n_cells(&self) -> usize {
        self.numbering.end() + self.differences.len()
    }

    /// The number of a cell.
    pub(super) fn number(&self, at: CellAt) -> usize {
        self.numbering.number(at)
    }

    /// A column, if its table has it.
    pub(super) fn column(&self, table: usize, name: &str) -> Option<ColumnAt> {
        let column = self.tables.get(table)?.0.position(name)?;
        Some(ColumnAt { table, column })
    }

    /// The count of a cell, where it is defined.
    pub(super) fn value(&self, at: CellAt) -> Option<i64> {
        if at.table == N {
            return self.differences.get(at.row).copied();
        }
        self.tables.get(at.table)?.0.columns().get(at.column)?.int(at.row)
    }

    /// What cells, times their coefficients, add up to; `None` where one is undefined.
    pub(super) fn sum(&self, cells: impl IntoIterator<Item = (CellAt, i64)>) -> Option<i64> {
        let terms = cells.into_iter();
        terms.map(|(at, coefficient)| Some(self.value(at)? * coefficient)).sum()
    }

    pub(super) fn is_small(&self, n: i64) -> bool {
        n > 0 && n < i64::from(self.min_cell)
    }

    /// Whether the second cell falls short of the first by a small count.
    pub(super) fn difference_is_small(&self, larger: CellAt, smaller: CellAt) -> bool {
        let values = self.value(larger).zip(self.value(smaller));
        values.is_some_and(|(larger, smaller)| self.is_small(larger - smaller))
    }

    /// Whether two cells hold the same count.
    pub(super) fn are_equal(&self, a: CellAt, b: CellAt) -> bool {
        let value = self.value(a);
        value.is_some() && value == self.value(b)
    }
}
