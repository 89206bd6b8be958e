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
/// Only the hidden cells are unknown. Two solutions differ by one of the equations with every shown
/// cell 0, and a hidden cell is determined exactly if it is 0 in all of those; it then is in one of
/// them taken at random, and any other is 0 there with a probability of one in 2^61. Such a cell
/// is a combination of the equations that holds no other hidden cell. A shown cell of that
/// combination stands in its way unless it follows itself from other shown cells.
#[must_use]
pub fn determined<C: Copy + Ord>(
    equations: &[&[(C, i64)]],
    is_hidden: impl Fn(C) -> bool,
) -> BTreeMap<C, Vec<C>> {
    let places = Places::of(equations, is_hidden);
    let n_hidden = places.n_hidden;
    // Mostly nothing follows, and that can be seen from the hidden cells alone.
    let rows = equations.iter().map(|equation| places.row(equation, n_hidden));
    let solution = Echelon::of(n_hidden, rows).any_solution();
    let follow: Vec<usize> = (0..n_hidden).filter(|at| solution[*at] == 0).collect();
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

/// The cells of some equations in the order of elimination: the hidden ones, then the shown ones.
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
        let counted = all.chunk_by(|a, b| a == b).map(|same| (same.len(), same[0]));
        let (hidden, mut shown): (Vec<_>, Vec<_>) = counted.partition(|(_, at)| is_hidden(*at));
        let hidden: Vec<C> = hidden.into_iter().map(|(_, at)| at).collect();
        // Those first that stand in the fewest equations.
        shown.sort_unstable();
        let unknown = |equation: &&[(C, i64)]| -> Vec<usize> {
            equation.iter().filter_map(|(at, _)| hidden.binary_search(at).ok()).collect()
        };
        let rows: Vec<Vec<usize>> = equations.iter().map(unknown).collect();
        let order = elimination_order(hidden.len(), &rows);
        let shown = shown.into_iter().map(|(_, at)| at);
        let cells: Vec<C> = order.into_iter().map(|at| hidden[at]).chain(shown).collect();
        let mut by_cell: Vec<(C, usize)> =
            cells.iter().enumerate().map(|(place, at)| (*at, place)).collect();
        by_cell.sort_unstable();
        Self { cells, n_hidden: hidden.len(), by_cell }
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

/// An order of so many unknowns in which rows meet each other little: again and again one that stands
/// in a single row is taken, and that row with it, for it says what the unknown is and nothing else.
/// Of those that are left, the ones in the fewest rows come first.
fn elimination_order(n: usize, rows: &[Vec<usize>]) -> Vec<usize> {
    let mut of_unknown = vec![Vec::new(); n];
    for (row, unknowns) in rows.iter().enumerate() {
        for at in unknowns {
            of_unknown[*at].push(row);
        }
    }
    let mut n_rows: Vec<usize> = of_unknown.iter().map(Vec::len).collect();
    let mut is_taken = vec![false; rows.len()];
    let mut order = Vec::with_capacity(n);
    let mut single: Vec<usize> = (0..n).rev().filter(|at| n_rows[*at] == 1).collect();
    while let Some(at) = single.pop() {
        let Some(row) = of_unknown[at].iter().find(|row| !is_taken[**row]) else { continue };
        is_taken[*row] = true;
        order.push(at);
        for other in &rows[*row] {
            n_rows[*other] -= 1;
            if n_rows[*other] == 1 {
                single.push(*other);
            }
        }
    }
    let mut is_placed = vec![false; n];
    for at in &order {
        is_placed[*at] = true;
    }
    let mut left: Vec<usize> = (0..n).filter(|at| !is_placed[*at]).collect();
    // What stands in no other row is free: nothing is to be eliminated there.
    left.sort_by_key(|at| (n_rows[*at] == 0, n_rows[*at]));
    order.extend(left);
    order
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

    /// A solution of the rows equal to 0: the places without a row of their own at random, always the
    /// same, and the others as they follow.
    fn any_solution(&self) -> Vec<u64> {
        let mut solution = vec![0; self.pivots.len()];
        for (at, pivot) in self.pivots.iter().enumerate().rev() {
            solution[at] = match pivot {
                Some(row) => {
                    let rest = row[1..].iter().map(|(at, value)| times(*value, solution[*at]));
                    (PRIME - rest.fold(0, |sum, value| (sum + value) % PRIME)) % PRIME
                }
                None => at_random(at),
            };
        }
        solution
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

/// A number from 1 to the prime less 1 that looks random: `SplitMix64` (Steele, Lea and Flood 2014, doi
/// 10.1145/2714064.2660195).
const fn at_random(seed: usize) -> u64 {
    let mut mixed = (seed as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    1 + (mixed ^ (mixed >> 31)) % (PRIME - 1)
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
