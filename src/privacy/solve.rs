//! What follows from equations between hidden and shown counts: exact elimination.
//!
//! Only the hidden cells are unknown. Two solutions differ by one of the equations with every shown
//! cell 0, and a hidden cell follows exactly if it is 0 in all of those; it then is in one of them
//! taken at random, and any other is 0 there with a probability of one in 2^61.

use super::cells::short;
use super::prime::{at_random, inverse, minus, plus, times};

/// Cells by number, each with its coefficient; the values of the cells, times these, add up to 0.
pub(super) type Row = Vec<(usize, u64)>;

/// An equation that follows from others and holds one hidden cell, whose coefficient is 1, or none.
#[derive(Debug, Clone)]
pub(super) struct Derived {
    pub(super) hidden: Option<usize>,
    pub(super) shown: Row,
}

impl Derived {
    /// All its cells.
    pub(super) fn into_row(self) -> Row {
        let mut row = self.shown;
        row.extend(self.hidden.map(|cell| (cell, 1)));
        row
    }
}

/// Equations from which every one can be put together that follows from the given ones and holds not
/// more than one hidden cell. Each cell that follows stands in exactly one of them, and no other
/// hidden cell stands in any.
pub(super) fn derive(mut rows: Vec<Row>, is_hidden: impl Fn(usize) -> bool) -> Vec<Derived> {
    // Every term by its cell, so that each cell is met once.
    let cells = rows.iter().flatten().map(|(cell, _)| short(*cell));
    let mut terms: Vec<(u32, u32)> = cells.zip(0..).collect();
    terms.sort_unstable_by_key(|(cell, _)| *cell);
    let of_cells = || terms.chunk_by(|a, b| a.0 == b.0);
    let (hidden, shown): (Vec<usize>, Vec<usize>) =
        of_cells().map(|terms| terms[0].0 as usize).partition(|cell| is_hidden(*cell));
    let n = hidden.len();
    // From here on cells are called by place: the unknowns, then the shown ones.
    let mut places = vec![0; terms.len()];
    let (mut next_hidden, mut next_shown) = (0, n);
    for terms in of_cells() {
        let next = if is_hidden(terms[0].0 as usize) { &mut next_hidden } else { &mut next_shown };
        for (_, term) in terms {
            places[*term as usize] = *next;
        }
        *next += 1;
    }
    for ((cell, _), place) in rows.iter_mut().flatten().zip(places) {
        *cell = place;
    }
    let order = Order::of(n, &rows);
    for (place, _) in rows.iter_mut().flatten().filter(|(place, _)| *place < n) {
        *place = order.places[*place];
    }
    let mut cells = vec![0; n];
    for (cell, place) in hidden.into_iter().zip(&order.places) {
        cells[*place] = cell;
    }
    let mut echelon = Echelon::new(n, n + shown.len());
    for (place, row) in order.single.iter().enumerate() {
        echelon.set(place, std::mem::take(&mut rows[*row]));
    }
    // Short rows first: they make the others longer the least.
    rows.retain(|row| !row.is_empty());
    rows.sort_by_key(Vec::len);
    let by_cell = |row: Row| -> Row { row.into_iter().map(|(at, k)| (shown[at - n], k)).collect() };
    let among_shown: Vec<Row> = rows.iter().filter_map(|row| echelon.take_in(row)).collect();
    let mut derived: Vec<Derived> =
        among_shown.into_iter().map(|row| Derived { hidden: None, shown: by_cell(row) }).collect();
    let solution = echelon.any_solution();
    // From the last: an earlier one is then found with what is known of the later ones.
    for place in (0..n).rev().filter(|place| solution[*place] == 0) {
        if let Some(row) = echelon.alone(place) {
            derived.push(Derived { hidden: Some(cells[place]), shown: by_cell(row) });
        }
    }
    derived
}

/// An order of the unknowns in which rows meet each other little: again and again one that stands in
/// a single row is taken, and that row with it, for it says what the unknown is and nothing else. Of
/// those that are left, the ones in the fewest rows come first.
struct Order {
    /// The place of each unknown.
    places: Vec<usize>,
    /// The rows of the first unknowns, which stand in no later row.
    single: Vec<usize>,
}

impl Order {
    fn of(n: usize, rows: &[Row]) -> Self {
        let unknowns = |row: usize| rows[row].iter().map(|(at, _)| *at).filter(|at| *at < n);
        // Of each unknown how many rows it stands in, and the sum of their numbers: where it is one
        // row, the sum is its number.
        let mut of_unknown = vec![(0_usize, 0_usize); n];
        for row in 0..rows.len() {
            for at in unknowns(row) {
                of_unknown[at] = (of_unknown[at].0 + 1, of_unknown[at].1 + row);
            }
        }
        let mut next: Vec<usize> = (0..n).filter(|at| of_unknown[*at].0 == 1).collect();
        let (mut places, mut single) = (vec![usize::MAX; n], Vec::new());
        while let Some(at) = next.pop() {
            let (1, row) = of_unknown[at] else { continue };
            places[at] = single.len();
            single.push(row);
            for other in unknowns(row) {
                let (rows, sum) = of_unknown[other];
                of_unknown[other] = (rows - 1, sum - row);
                if rows == 2 {
                    next.push(other);
                }
            }
        }
        let mut left: Vec<usize> = (0..n).filter(|at| places[*at] == usize::MAX).collect();
        // What stands in no other row is free: nothing is to be eliminated there.
        left.sort_by_key(|at| (of_unknown[*at].0 == 0, of_unknown[*at].0));
        for (place, at) in (single.len()..).zip(left) {
            places[at] = place;
        }
        Self { places, single }
    }
}

/// Rows by their first place, whose coefficient is 1; unknowns come before all other places.
struct Echelon {
    pivots: Vec<Option<Row>>,
    work: Work,
    /// The row at hand, while it is not known how long it becomes.
    row: Row,
}

impl Echelon {
    fn new(n_unknown: usize, width: usize) -> Self {
        Self { pivots: vec![None; n_unknown], work: Work::new(width), row: Row::new() }
    }

    /// Takes a row whose first place no other row holds or will hold.
    fn set(&mut self, first: usize, mut row: Row) {
        let Some(at) = row.iter().position(|(place, _)| *place == first) else { return };
        row.swap(0, at);
        let factor = inverse(row[0].1);
        for (_, coefficient) in &mut row {
            *coefficient = times(*coefficient, factor);
        }
        self.pivots[first] = Some(row);
    }

    /// Takes a row in, less what the earlier ones say; gives it back where no unknown is left.
    fn take_in(&mut self, row: &Row) -> Option<Row> {
        let Self { pivots, work, row: whole } = self;
        work.load(row);
        while let Some((first, coefficient)) = work.next() {
            if let Some(Some(pivot)) = pivots.get(first) {
                work.subtract(pivot, coefficient);
                continue;
            }
            let is_unknown = first < pivots.len();
            let factor = if is_unknown { inverse(coefficient) } else { 1 };
            whole.clear();
            let mut next = Some((first, coefficient));
            while let Some((at, value)) = next {
                whole.push((at, times(value, factor)));
                next = work.next();
            }
            if !is_unknown {
                return Some(whole.clone());
            }
            pivots[first] = Some(whole.clone());
        }
        None
    }

    /// A solution of the rows with every shown cell 0: the unknowns without a row of their own at
    /// random, always the same, and the others as they follow.
    fn any_solution(&self) -> Vec<u64> {
        let mut solution = vec![0; self.pivots.len()];
        for (at, pivot) in self.pivots.iter().enumerate().rev() {
            solution[at] = match pivot {
                Some(row) => {
                    let unknown = row[1..].iter().filter(|(at, _)| *at < solution.len());
                    let rest = unknown.map(|(at, value)| times(*value, solution[*at]));
                    minus(rest.fold(0, plus))
                }
                None => at_random(at),
            };
        }
        solution
    }

    /// The combination of rows that begins at an unknown and holds no other, if there is one; without
    /// its first place.
    fn alone(&mut self, at: usize) -> Option<Row> {
        let Self { pivots, work, .. } = self;
        work.load(&pivots[at].as_ref()?[1..]);
        let mut row = vec![(at, 1)];
        while let Some((next, coefficient)) = work.next() {
            match pivots.get(next) {
                None => row.push((next, coefficient)),
                Some(Some(pivot)) => work.subtract(pivot, coefficient),
                Some(None) => {
                    // No later row holds this unknown: it stays.
                    work.clear();
                    return None;
                }
            }
        }
        pivots[at] = Some(row.clone());
        row.remove(0);
        Some(row)
    }
}

/// A row under work: every place at hand, those that may not be 0 in order.
struct Work {
    values: Vec<u64>,
    /// A bit for each place that waits.
    waits: Vec<u64>,
    /// A bit for each of these words that is not 0.
    words: Vec<u64>,
}

impl Work {
    fn new(width: usize) -> Self {
        let n_words = width.div_ceil(64);
        Self {
            values: vec![0; width],
            waits: vec![0; n_words],
            words: vec![0; n_words.div_ceil(64)],
        }
    }

    fn load(&mut self, row: &[(usize, u64)]) {
        for (at, value) in row {
            self.add(*at, *value);
        }
    }

    fn add(&mut self, at: usize, value: u64) {
        self.values[at] = plus(self.values[at], value);
        let word = at / 64;
        self.waits[word] |= 1 << (at % 64);
        self.words[word / 64] |= 1 << (word % 64);
    }

    /// The first place that is not 0, which is taken out.
    fn next(&mut self) -> Option<(usize, u64)> {
        loop {
            let many = self.words.iter().position(|words| *words != 0)?;
            let word = 64 * many + self.words[many].trailing_zeros() as usize;
            let at = 64 * word + self.waits[word].trailing_zeros() as usize;
            // The lowest bit goes.
            self.waits[word] &= self.waits[word] - 1;
            if self.waits[word] == 0 {
                self.words[many] &= self.words[many] - 1;
            }
            let value = std::mem::take(&mut self.values[at]);
            if value != 0 {
                return Some((at, value));
            }
        }
    }

    /// Takes so many times a row away, whose first place was taken out.
    fn subtract(&mut self, row: &[(usize, u64)], factor: u64) {
        let factor = minus(factor);
        for (at, coefficient) in &row[1..] {
            self.add(*at, times(*coefficient, factor));
        }
    }

    fn clear(&mut self) {
        while self.next().is_some() {}
    }
}
