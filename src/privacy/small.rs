//! Which cells are hidden for what they say by themselves, and with which others they go.

use super::cells::CellAt;
use super::counts::Counts;
use super::implied::Implied;
use super::rules::ColumnRules;
use std::collections::BTreeMap;

/// Nested counts in the order in which they are worth showing, each with its place and what it is
/// told by.
pub(super) type Chain = Vec<(usize, Vec<CellAt>)>;

/// The small cells of a table: counts, parts with a small rest, and all that rests on a small whole.
pub(super) fn small_in_rows<const N: usize>(
    counts: &Counts<N>,
    table: usize,
    small: &mut Vec<usize>,
) {
    let rules: &ColumnRules = counts.tables[table].1;
    for row in 0..counts.tables[table].0.n_rows() {
        let at = |name: &str| counts.at(table, row, name);
        let number = |at: CellAt| counts.number(at);
        for name in rules.people {
            let Some(cell) = at(name) else { continue };
            if counts.value(cell).is_some_and(|n| counts.is_small(n)) {
                small.push(number(cell));
                let resting = rules.rests_on.iter().filter(|(whole, _)| whole == name);
                let columns = resting.flat_map(|(_, columns)| *columns);
                small.extend(columns.filter_map(|column| at(column)).map(number));
            }
        }
        for (part, whole) in rules.parts {
            if let Some((part, whole)) = at(part).zip(at(whole))
                && counts.difference_is_small(whole, part)
            {
                small.push(number(part));
            }
        }
    }
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
    pub(super) fn mark_in_chain(&mut self, chain: Chain) {
        let counts = self.counts;
        let number = |at: &CellAt| counts.number(*at);
        let mut shown: BTreeMap<usize, Vec<CellAt>> = BTreeMap::new();
        for (place, link) in chain {
            let is_gone = |at: &CellAt| self.hidden[number(at)] || counts.value(*at).is_none();
            if link.iter().any(is_gone) {
                continue;
            }
            let before = shown.range(..place).next_back();
            let after = shown.range(place..).next();
            let is_near = |other: &Vec<CellAt>| {
                other.iter().zip(&link).any(|(a, b)| {
                    counts.difference_is_small(*a, *b) || counts.difference_is_small(*b, *a)
                })
            };
            if [before, after].into_iter().flatten().any(|(_, other)| is_near(other)) {
                for at in &link {
                    self.mark(number(at));
                }
            } else {
                shown.insert(place, link);
            }
        }
    }

    /// Whether each cell is hidden, by number.
    pub(super) fn finish(self) -> Vec<bool> {
        self.hidden
    }
}
