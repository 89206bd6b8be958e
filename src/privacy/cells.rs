//! The cells of several tables, numbered through in their order: what is known of a cell can then
//! stand in a list, and lists are what millions of cells are quick in.

/// A cell of one of the tables, in the order they were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellAt {
    /// Table, by its place.
    pub table: usize,
    /// Row.
    pub row: usize,
    /// Column.
    pub column: usize,
}

/// A column of one of the tables, in the order they were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ColumnAt {
    pub(super) table: usize,
    pub(super) column: usize,
}

impl ColumnAt {
    /// The cell of a row.
    #[must_use]
    pub const fn row(self, row: usize) -> CellAt {
        CellAt { table: self.table, row, column: self.column }
    }
}

/// Which number a cell has. The last table has one column and as many rows as it comes to need.
#[derive(Debug, Clone)]
pub(super) struct Numbering {
    /// The number of the first cell of each table, and its columns.
    tables: Vec<(usize, usize)>,
}

impl Numbering {
    /// Of tables with so many rows and columns, and one more of one column.
    pub(super) fn of(sizes: impl Iterator<Item = (usize, usize)>) -> Self {
        let mut first = 0;
        let mut tables = Vec::new();
        for (rows, columns) in sizes {
            tables.push((first, columns));
            first += rows * columns;
        }
        tables.push((first, 1));
        Self { tables }
    }

    /// The number of a cell.
    pub(super) fn number(&self, at: CellAt) -> usize {
        let (first, columns) = self.tables[at.table];
        first + at.row * columns + at.column
    }

    /// The cell of a number.
    pub(super) fn cell(&self, number: usize) -> CellAt {
        let table = self.tables.partition_point(|(first, _)| *first <= number) - 1;
        let (first, columns) = self.tables[table];
        let place = number - first;
        CellAt { table, row: place / columns, column: place % columns }
    }

    /// The number of the first cell of the last table.
    pub(super) fn end(&self) -> usize {
        self.tables.last().map_or(0, |(first, _)| *first)
    }
}

/// A number as it is kept in long lists: half as long, so that half as much is moved.
///
/// # Panics
/// From four billion on, which would take more memory than there is: two cells must never have one
/// number.
pub(super) fn short(number: usize) -> u32 {
    let Ok(number) = u32::try_from(number) else { unreachable!("more counts than memory holds") };
    number
}

/// Lists of numbers, one for each number below a bound.
#[derive(Debug, Default)]
pub(super) struct Lists {
    items: Vec<u32>,
    /// Where each list ends; it begins where the one before ends.
    ends: Vec<u32>,
}

impl Lists {
    /// The second of each pair in the list of the first, in the order in which they come.
    pub(super) fn of(n: usize, pairs: impl Iterator<Item = (usize, usize)> + Clone) -> Self {
        let mut next = vec![0_u32; n];
        for (list, _) in pairs.clone() {
            next[list] += 1;
        }
        let mut before = 0;
        for place in &mut next {
            before += std::mem::replace(place, before);
        }
        let mut items = vec![0; before as usize];
        for (list, item) in pairs {
            items[next[list] as usize] = short(item);
            next[list] += 1;
        }
        Self { items, ends: next }
    }

    /// A list; empty where there is none of this number.
    pub(super) fn get(&self, list: usize) -> impl ExactSizeIterator<Item = usize> {
        let end = self.ends.get(list).map_or(0, |end| *end as usize);
        let start = list.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = start.map_or(0, |start| *start as usize).min(end);
        self.items[start..end].iter().map(|item| *item as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_the_order_of_cells_and_lead_back() {
        let numbering = Numbering::of([(2, 3), (0, 4), (3, 1)].into_iter());
        let at = |table, row, column| CellAt { table, row, column };
        let mut cells: Vec<CellAt> = (0..6).map(|n| at(0, n / 3, n % 3)).collect();
        cells.extend((0..3).map(|row| at(2, row, 0)).chain((0..2).map(|row| at(3, row, 0))));
        for (number, cell) in cells.into_iter().enumerate() {
            assert_eq!((numbering.number(cell), numbering.cell(number)), (number, cell));
        }
        assert_eq!(numbering.end(), 9);
    }

    #[test]
    fn lists_keep_the_order_in_which_things_come() {
        let lists = Lists::of(4, [(2, 7), (0, 5), (2, 1), (2, 7)].into_iter());
        let all: Vec<Vec<usize>> = (0..6).map(|list| lists.get(list).collect()).collect();
        assert_eq!(all, [&[5][..], &[], &[7, 1, 7], &[], &[], &[]]);
        assert_eq!(Lists::default().get(0).len(), 0);
    }
}
