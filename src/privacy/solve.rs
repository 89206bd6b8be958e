//! Which hidden counts follow from the shown ones: exact elimination over the equations.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

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

/// Cells whose values, times their coefficients, add up to zero.
pub type Equation = Vec<(CellAt, i64)>;

/// The hidden cells whose value every solution of the equations shares, given the shown cells; each
/// with the shown cells of which any one, hidden too, would keep it from following.
///
/// Only the hidden cells are unknown. A hidden cell is determined exactly if some combination of the
/// equations holds that hidden cell alone. A shown cell of that combination stands in its way unless
/// it follows itself from other shown cells.
#[must_use]
pub fn determined<C: Copy + Ord>(
    equations: &[&[(C, i64)]],
    is_hidden: impl Fn(C) -> bool,
) -> BTreeMap<C, Vec<C>> {
    let places = Places::of(equations, is_hidden);
    let n_hidden = places.n_hidden;
    // Mostly nothing follows, and that can be seen from the hidden cells alone.
    let rows = equations.iter().map(|equation| places.row(equation, n_hidden));
    let mut unknown = Echelon::of(n_hidden, rows);
    let follow: Vec<usize> =
        (0..n_hidden).filter(|at| unknown.alone(*at, n_hidden).is_some()).collect();
    if follow.is_empty() {
        return BTreeMap::new();
    }
    let n_all = places.cells.len();
    let rows = equations.iter().map(|equation| places.row(equation, n_all));
    let mut whole = Echelon::of(n_all, rows);
    // Rows of shown cells alone say which of those follow from others.
    let among_shown = whole.pivots[n_hidden..].iter().flatten().flatten();
    let bound: BTreeSet<usize> = among_shown.map(|(at, _)| *at).collect();
    let with_savers = follow.into_iter().filter_map(|at| {
        let shown = whole.alone(at, n_hidden)?.into_iter().map(|(at, _)| at);
        let savers = shown.filter(|at| *at >= n_hidden && !bound.contains(at));
        let mut savers: Vec<C> = savers.map(|at| places.cells[at]).collect();
        savers.sort_unstable();
        Some((places.cells[at], savers))
    });
    with_savers.collect()
}

/// The cells of some equations in the order of elimination: the hidden ones, then the shown ones, of
/// either those first that stand in the fewest equations. Whoever stands in one alone stands in
/// nobody's way.
struct Places<C> {
    cells: Vec<C>,
    n_hidden: usize,
    /// Each cell with its place, in the order of cells.
    by_cell: Vec<(C, usize)>,
}

impl<C: Copy + Ord> Places<C> {
    fn of(equations: &[&[(C, i64)]], is_hidden: impl Fn(C) -> bool) -> Self {
        let mut all: Vec<C> =
            equations.iter().flat_map(|equation| equation.iter().map(|(at, _)| *at)).collect();
        all.sort_unstable();
        let mut cells: Vec<(bool, usize, C)> = all
            .chunk_by(|a, b| a == b)
            .map(|same| (!is_hidden(same[0]), same.len(), same[0]))
            .collect();
        cells.sort_unstable();
        let n_hidden = cells.partition_point(|(is_shown, ..)| !is_shown);
        let cells: Vec<C> = cells.into_iter().map(|(.., at)| at).collect();
        let mut by_cell: Vec<(C, usize)> =
            cells.iter().enumerate().map(|(place, at)| (*at, place)).collect();
        by_cell.sort_unstable();
        Self { cells, n_hidden, by_cell }
    }

    fn place(&self, at: C) -> Option<usize> {
        let found = self.by_cell.binary_search_by(|(cell, _)| cell.cmp(&at)).ok()?;
        Some(self.by_cell[found].1)
    }

    /// The part of an equation that stands before a place.
    fn row(&self, equation: &[(C, i64)], end: usize) -> Row {
        let mut row: Row = equation
            .iter()
            .filter_map(|(at, coefficient)| Some((self.place(*at)?, modulo(*coefficient))))
            .filter(|(place, _)| *place < end)
            .collect();
        row.sort_unstable();
        row
    }
}

/// Coefficients by place, in order, none of them 0.
type Row = Vec<(usize, u64)>;

/// Rows by their first place, whose coefficient is 1.
struct Echelon {
    pivots: Vec<Option<Row>>,
    work: Work,
}

impl Echelon {
    fn of(width: usize, rows: impl Iterator<Item = Row>) -> Self {
        let mut echelon = Self { pivots: vec![None; width], work: Work::new(width) };
        // Short rows first: they make the others longer the least.
        let mut rows: Vec<Row> = rows.collect();
        rows.sort_by_key(Row::len);
        for row in rows {
            echelon.take_in(&row);
        }
        echelon
    }

    fn take_in(&mut self, row: &Row) {
        let Self { pivots, work } = self;
        work.load(row);
        while let Some((first, coefficient)) = work.next() {
            if let Some(pivot) = &pivots[first] {
                work.subtract(pivot, coefficient);
                continue;
            }
            let factor = inverse(coefficient);
            let rest = std::iter::from_fn(|| work.next());
            let row = rest.map(|(at, value)| (at, times(value, factor)));
            pivots[first] = Some(std::iter::once((first, 1)).chain(row).collect());
        }
    }

    /// The combination of rows that begins at a place and holds no other below `end`, if there is
    /// one; without its first place.
    fn alone(&mut self, at: usize, end: usize) -> Option<Row> {
        let Self { pivots, work } = self;
        work.load(&pivots[at].as_ref()?[1..]);
        let mut rest = Row::new();
        while let Some((next, coefficient)) = work.next() {
            if next >= end {
                rest.push((next, coefficient));
            } else if let Some(pivot) = &pivots[next] {
                work.subtract(pivot, coefficient);
            } else {
                // No later row holds this place: it stays.
                work.clear();
                return None;
            }
        }
        Some(rest)
    }
}

/// A row under work: every place at hand, those that are not 0 in order.
struct Work {
    values: Vec<u64>,
    waits: Vec<bool>,
    next: BinaryHeap<Reverse<usize>>,
}

impl Work {
    fn new(width: usize) -> Self {
        Self { values: vec![0; width], waits: vec![false; width], next: BinaryHeap::new() }
    }

    fn load(&mut self, row: &[(usize, u64)]) {
        for (at, value) in row {
            self.add(*at, *value);
        }
    }

    fn add(&mut self, at: usize, value: u64) {
        self.values[at] = (self.values[at] + value) % PRIME;
        if !std::mem::replace(&mut self.waits[at], true) {
            self.next.push(Reverse(at));
        }
    }

    /// The first place that is not 0, which is taken out.
    fn next(&mut self) -> Option<(usize, u64)> {
        while let Some(Reverse(at)) = self.next.pop() {
            self.waits[at] = false;
            let value = std::mem::take(&mut self.values[at]);
            if value != 0 {
                return Some((at, value));
            }
        }
        None
    }

    /// Takes so many times a row away, whose first place was taken out.
    fn subtract(&mut self, row: &[(usize, u64)], factor: u64) {
        let factor = PRIME - factor;
        for (at, coefficient) in &row[1..] {
            self.add(*at, times(*coefficient, factor));
        }
    }

    fn clear(&mut self) {
        while self.next().is_some() {}
    }
}

/// A prime near 2^61: arithmetic modulo it is exact, and a system of small whole numbers that has
/// another rank modulo it than over the rationals does not occur.
const PRIME: u64 = (1 << 61) - 1;

const fn modulo(value: i64) -> u64 {
    let rest = value.unsigned_abs() % PRIME;
    if value < 0 && rest > 0 { PRIME - rest } else { rest }
}

/// The product: 2^61 leaves 1, so that the upper bits are added to the lower ones.
#[allow(clippy::cast_possible_truncation, reason = "61 bits each")]
const fn times(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    ((product & PRIME as u128) as u64 + (product >> 61) as u64) % PRIME
}

/// The inverse modulo the prime, by Fermat's little theorem.
fn inverse(value: u64) -> u64 {
    let (mut base, mut exponent, mut result) = (value, PRIME - 2, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    result
}
