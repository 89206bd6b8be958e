//! Which cells are hidden for what they say by themselves, and with which others they go.

use super::cells::ColumnAt;
use super::counts::Counts;
use super::implied::Implied;
use super::rules::ColumnRules;

/// Nested counts in the order in which they are worth showing: the place of each, the number of its
/// cell, and the count.
pub(super) type Chain = Vec<(usize, usize, i64)>;

/// The small cells of a table: counts, parts with a small rest, and all that rests on a small whole.
pub(super) fn small_in_rows<const N: usize>(counts: &Counts<N>, table: usize) -> Vec<usize> {
    let mut small = Vec::new();
    let rules: &ColumnRules = counts.tables[table].1;
    let column = |name: &&str| counts.column(table, name);
    // Each count of people with what rests on it, and each part with its whole.
    let people = rules.people.iter().filter_map(|name| {
        let resting = rules.rests_on.iter().filter(|(whole, _)| whole == name);
        let resting = resting.flat_map(|(_, columns)| *columns).filter_map(column);
        Some((column(name)?, resting.collect::<Vec<_>>()))
    });
    let people: Vec<_> = people.collect();
    let parts = rules.parts.iter().filter_map(|(part, whole)| column(part).zip(column(whole)));
    let parts: Vec<_> = parts.collect();
    for row in 0..counts.tables[table].0.n_rows() {
        let number = |column: &ColumnAt| counts.number(column.row(row));
        for (count, resting) in &people {
            if counts.value(count.row(row)).is_some_and(|n| counts.is_small(n)) {
                small.push(number(count));
                small.extend(resting.iter().map(number));
            }
        }
        for (part, whole) in &parts {
            if counts.difference_is_small(whole.row(row), part.row(row)) {
                small.push(number(part));
            }
        }
    }
    small
}

/// Cells that are hidden, with all that goes with them.
pub(super) struct Marked<'a, const N: usize> {
    counts: &'a Counts<N>,
    implied: &'a Implied,
    hidden: Vec<bool>,
}

impl<'a, const N: usize> Marked<'a, N> {
    /// The small differences alone.
    pub(super) fn new(counts: &'a Counts<N>, implied: &'a Implied) -> Self {
        let mut hidden = vec![false; counts.n_cells()];
        hidden[counts.numbering.end()..].fill(true);
        Self { counts, implied, hidden }
    }

    /// Marks a cell and all that goes with it.
    pub(super) fn mark(&mut self, cell: usize) {
        if !std::mem::replace(&mut self.hidden[cell], true) {
            for next in self.implied.by(cell) {
                self.mark(next);
            }
        }
    }

    /// Of a chain only those are left whose counts do not differ by few people.
    pub(super) fn mark_in_chain(&mut self, chain: &Chain) {
        // Places and counts, by place.
        let mut shown: Vec<(usize, i64)> = Vec::new();
        for (place, cell, count) in chain {
            if self.hidden[*cell] {
                continue;
            }
            let here = shown.partition_point(|(other, _)| other < place);
            let beside = &shown[here.saturating_sub(1)..shown.len().min(here + 1)];
            if beside.iter().any(|(_, other)| self.counts.is_small((other - count).abs())) {
                self.mark(*cell);
            } else {
                shown.insert(here, (*place, *count));
            }
        }
    }

    /// Whether each cell is hidden, by number.
    pub(super) fn finish(self) -> Vec<bool> {
        self.hidden
    }
}
