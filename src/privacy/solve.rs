//! Which hidden counts follow from the shown ones: exact elimination over the equations.

use std::collections::{BTreeMap, BTreeSet};

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

/// Splits equations into systems that share no cell, so that each can be solved by itself.
#[must_use]
pub fn systems(equations: Vec<Equation>) -> Vec<Vec<Equation>> {
    let mut of_cell: BTreeMap<CellAt, usize> = BTreeMap::new();
    let mut leader: Vec<usize> = (0..equations.len()).collect();
    let find = |leader: &[usize], mut at: usize| {
        while leader[at] != at {
            at = leader[at];
        }
        at
    };
    for (index, equation) in equations.iter().enumerate() {
        for (cell, _) in equation {
            let other = *of_cell.entry(*cell).or_insert(index);
            let (a, b) = (find(&leader, index), find(&leader, other));
            leader[a.max(b)] = a.min(b);
        }
    }
    let mut systems: BTreeMap<usize, Vec<Equation>> = BTreeMap::new();
    for (index, equation) in equations.into_iter().enumerate() {
        systems.entry(find(&leader, index)).or_default().push(equation);
    }
    systems.into_values().collect()
}

/// A prime near 2^61: arithmetic modulo it is exact, and a system of small whole numbers that has
/// another rank modulo it than over the rationals does not occur.
const PRIME: i128 = (1 << 61) - 1;

/// A cell in the order of elimination: the hidden ones, then the shown ones.
type Place = (bool, CellAt);

/// Coefficients of an equation.
type Row = BTreeMap<Place, i128>;

/// The hidden cells whose value every solution of the equations shares, given the shown cells; each
/// with the shown cells of which any one, hidden too, would keep it from following.
///
/// Only the hidden cells are unknown. A hidden cell is determined exactly if the reduced row echelon
/// form has a row with that hidden cell alone. A shown cell of that row stands in its way unless it
/// follows itself from other shown cells.
#[must_use]
pub fn determined(
    equations: &[Equation],
    hidden: &BTreeSet<CellAt>,
) -> BTreeMap<CellAt, Vec<CellAt>> {
    let mut pivots: BTreeMap<Place, Row> = BTreeMap::new();
    for equation in equations {
        let mut row = Row::new();
        for (at, coefficient) in equation {
            add(&mut row, (!hidden.contains(at), *at), i128::from(*coefficient));
        }
        // Forward: each pivot is the first cell of its row.
        while let Some((first, coefficient)) = row.first_key_value().map(|(at, c)| (*at, *c)) {
            let Some(pivot) = pivots.get(&first) else {
                scale(&mut row, inverse(coefficient));
                pivots.insert(first, row);
                break;
            };
            subtract(&mut row, pivot, coefficient);
        }
    }
    // Rows of shown cells alone say which of those follow from others.
    let among_shown = pivots.split_off(&SHOWN);
    let bound: BTreeSet<CellAt> =
        among_shown.values().flat_map(Row::keys).map(|(_, at)| *at).collect();
    // Backward, from the last pivot to the first: no row holds another row's pivot.
    let order: Vec<Place> = pivots.keys().rev().copied().collect();
    for pivot in &order {
        let Some(mut row) = pivots.remove(pivot) else { continue };
        let others: Vec<Place> = row.range(..SHOWN).skip(1).map(|(at, _)| *at).collect();
        for other in others {
            if let (Some(below), Some(coefficient)) = (pivots.get(&other), row.get(&other).copied())
            {
                subtract(&mut row, below, coefficient);
            }
        }
        pivots.insert(*pivot, row);
    }
    let alone = pivots.into_iter().filter(|(_, row)| row.range(..SHOWN).count() == 1);
    alone
        .map(|((_, at), row)| {
            let shown = row.range(SHOWN..).map(|((_, at), _)| *at);
            (at, shown.filter(|at| !bound.contains(at)).collect())
        })
        .collect()
}

/// Where the shown cells begin.
const SHOWN: Place = (true, CellAt { table: 0, row: 0, column: 0 });

fn add(row: &mut Row, at: Place, coefficient: i128) {
    let sum = (row.get(&at).copied().unwrap_or(0) + coefficient).rem_euclid(PRIME);
    if sum == 0 {
        row.remove(&at);
    } else {
        row.insert(at, sum);
    }
}

fn subtract(row: &mut Row, other: &Row, factor: i128) {
    for (at, coefficient) in other {
        add(row, *at, -(coefficient * factor % PRIME));
    }
}

fn scale(row: &mut Row, factor: i128) {
    for coefficient in row.values_mut() {
        *coefficient = *coefficient * factor % PRIME;
    }
}

/// The inverse modulo the prime, by Fermat's little theorem.
fn inverse(value: i128) -> i128 {
    let (mut base, mut exponent, mut result) = (value, PRIME - 2, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    result
}
