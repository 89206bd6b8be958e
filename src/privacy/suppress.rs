//! What may leave: small cells hidden, and whatever would give them back.
//!
//! 1. A count of 1 to `min_cell - 1` people is hidden; so is a part whose rest is that small, and
//!    the larger of two nested counts whose difference is. Of a chain of nested counts only those
//!    are shown whose differences are not that small.
//! 2. Whatever is computed from a hidden cell is hidden with it; where a whole is small, so is all
//!    that rests on it, zeros too.
//! 3. Counts that add up are equations. A lone hidden cell of an equation takes the smallest
//!    non-zero one with it, ties in code order. When none is alone any more, the equations are
//!    solved together, and as long as any hidden cell, or a small difference of two, follows from
//!    the shown ones, another is hidden.
//!
//! What is left goes on to [`super::outgoing`]. With `min_cell = 0` nothing is hidden.

use super::links::Links;
use super::outgoing::Cleared;
use super::rules::ColumnRules;
pub use super::solve::CellAt;
use super::solve::Equation;
use crate::table::{Column, ColumnType, Table};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// `N` tables on their way out, hidden together because their counts are of the same people.
pub struct Suppression<const N: usize> {
    min_cell: u32,
    tables: [(Table, &'static ColumnRules); N],
    equations: Vec<Equation>,
    tells: Vec<(Vec<(CellAt, i64)>, CellAt)>,
    differences: Vec<i64>,
    together: BTreeMap<CellAt, Vec<CellAt>>,
    parts: Vec<(CellAt, CellAt)>,
    chains: Vec<Vec<(usize, Vec<CellAt>)>>,
    repeats: Vec<Vec<(CellAt, CellAt)>>,
    yielding: BTreeSet<usize>,
    hidden: BTreeSet<CellAt>,
    links: Links,
}

impl<const N: usize> Suppression<N> {
    /// Nothing to hide yet. `min_cell` is the smallest count that may be shown; 0 shows all. The
    /// last column of each table is `na_reason`.
    #[must_use]
    pub fn new(min_cell: u32, tables: [(Table, &'static ColumnRules); N]) -> Self {
        Self {
            min_cell,
            tables,
            equations: Vec::new(),
            tells: Vec::new(),
            differences: Vec::new(),
            together: BTreeMap::new(),
            parts: Vec::new(),
            chains: Vec::new(),
            repeats: Vec::new(),
            yielding: BTreeSet::new(),
            hidden: BTreeSet::new(),
            links: Links::default(),
        }
    }

    /// A table, by its place in the array.
    #[must_use]
    pub const fn table(&self, number: usize) -> &Table {
        &self.tables[number].0
    }

    /// A cell, if its table has that column.
    #[must_use]
    pub fn at(&self, table: usize, row: usize, name: &str) -> Option<CellAt> {
        let column = self.tables.get(table)?.0.position(name)?;
        Some(CellAt { table, row, column })
    }

    /// The first cell is the sum of the others, which may be none of them hidden alone.
    pub fn sum(&mut self, total: CellAt, parts: impl IntoIterator<Item = CellAt>) {
        let parts = parts.into_iter().map(|part| (part, 1));
        self.equations.push(std::iter::once((total, -1)).chain(parts).collect());
    }

    /// The same people are added up in two ways.
    pub fn sums(
        &mut self,
        one: impl IntoIterator<Item = CellAt>,
        other: impl IntoIterator<Item = CellAt>,
    ) {
        let other = other.into_iter().map(|part| (part, -1));
        self.equations.push(one.into_iter().map(|part| (part, 1)).chain(other).collect());
    }

    /// As [`Self::sum`], where the counts are such a sum.
    pub fn sum_if_so<const P: usize>(&mut self, total: CellAt, parts: [CellAt; P]) {
        let sum: Option<i64> = parts.iter().map(|part| self.value(*part)).sum();
        if sum.is_some() && sum == self.value(total) {
            self.sum(total, parts);
        }
    }

    /// Two cells hold the same count.
    pub fn same(&mut self, a: CellAt, b: CellAt) {
        self.equations.push(vec![(a, -1), (b, 1)]);
    }

    /// Wherever the first cell is hidden the second is too.
    pub fn together(&mut self, first: CellAt, second: CellAt) {
        self.together.entry(first).or_default().push(second);
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
    pub fn keep_back(&mut self, sum: impl IntoIterator<Item = (CellAt, i64)>) {
        let mut sum: Equation = sum.into_iter().collect();
        if let Some(count) = self.count(&sum).filter(|count| self.is_small(*count)) {
            // A cell of no table.
            let at = CellAt { table: N, row: self.differences.len(), column: 0 };
            self.differences.push(count);
            self.hidden.insert(at);
            sum.push((at, -1));
            self.equations.push(sum);
        }
    }

    /// Cells that, times their coefficients, add up to a count of people; where it is small the
    /// given cell is hidden.
    pub fn tells(&mut self, sum: impl IntoIterator<Item = (CellAt, i64)>, hide: CellAt) {
        self.tells.push((sum.into_iter().collect(), hide));
    }

    /// The people of the first cell are part of the second's; where the rest is small the first,
    /// smaller one is hidden. Where there is no rest, the two are the same count.
    pub fn part(&mut self, part: CellAt, whole: CellAt) {
        self.parts.push((part, whole));
        if self.value(part).is_some() && self.value(part) == self.value(whole) {
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
        if self.min_cell > 0 {
            self.hide_small();
            self.hide_what_gives_back();
        }
        let tables = std::array::from_fn(|number| (self.cleared(number), self.tables[number].1));
        Cleared::new(self.min_cell, tables)
    }

    fn value(&self, at: CellAt) -> Option<i64> {
        if at.table == N {
            return self.differences.get(at.row).copied();
        }
        match self.tables.get(at.table)?.0.columns().get(at.column)? {
            Column::Int(cells) => cells.get(at.row).copied().flatten(),
            _ => None,
        }
    }

    /// What cells, times their coefficients, add up to; `None` where one is undefined.
    fn count(&self, sum: &[(CellAt, i64)]) -> Option<i64> {
        sum.iter().map(|(at, coefficient)| Some(self.value(*at)? * coefficient)).sum()
    }

    fn is_small(&self, n: i64) -> bool {
        n > 0 && n < i64::from(self.min_cell)
    }

    fn hide_small(&mut self) {
        for number in 0..self.tables.len() {
            let rules = self.tables[number].1;
            for row in 0..self.tables[number].0.n_rows() {
                self.hide_small_in_row(number, row, rules);
            }
        }
        for (part, whole) in std::mem::take(&mut self.parts) {
            if self.difference_is_small(whole, part) {
                self.hide(part);
            }
        }
        for (sum, hide) in std::mem::take(&mut self.tells) {
            if self.count(&sum).is_some_and(|count| self.is_small(count)) {
                self.hide(hide);
            }
        }
        self.hide_repeats();
        self.hide_in_chains();
    }

    fn hide_repeats(&mut self) {
        for pairs in std::mem::take(&mut self.repeats) {
            let tells = |(a, b): &(CellAt, CellAt)| {
                self.difference_is_small(*a, *b) || self.difference_is_small(*b, *a)
            };
            if pairs.iter().any(tells) {
                for (cell, _) in pairs {
                    self.hide(cell);
                }
                continue;
            }
            for (cell, repeated) in pairs {
                if self.value(cell).is_some() && self.value(cell) == self.value(repeated) {
                    self.same(cell, repeated);
                }
            }
        }
    }

    fn hide_in_chains(&mut self) {
        for chain in std::mem::take(&mut self.chains) {
            let mut shown: BTreeMap<usize, Vec<CellAt>> = BTreeMap::new();
            for (place, link) in chain {
                if link.iter().any(|at| self.hidden.contains(at) || self.value(*at).is_none()) {
                    continue;
                }
                let before = shown.range(..place).next_back();
                let after = shown.range(place..).next();
                let is_near = |other: &Vec<CellAt>| {
                    other.iter().zip(&link).any(|(a, b)| {
                        self.difference_is_small(*a, *b) || self.difference_is_small(*b, *a)
                    })
                };
                if [before, after].into_iter().flatten().any(|(_, other)| is_near(other)) {
                    for at in link {
                        self.hide(at);
                    }
                } else {
                    shown.insert(place, link);
                }
            }
        }
    }

    fn hide_small_in_row(&mut self, table: usize, row: usize, rules: &ColumnRules) {
        for name in rules.people {
            let Some(at) = self.at(table, row, name) else { continue };
            if self.value(at).is_some_and(|n| self.is_small(n)) {
                self.hide(at);
                let resting = rules.rests_on.iter().filter(|(whole, _)| whole == name);
                for column in resting.flat_map(|(_, columns)| *columns) {
                    if let Some(at) = self.at(table, row, column) {
                        self.hide(at);
                    }
                }
            }
        }
        for (part, whole) in rules.parts {
            let cells = self.at(table, row, part).zip(self.at(table, row, whole));
            if let Some((part, whole)) = cells
                && self.difference_is_small(whole, part)
            {
                self.hide(part);
            }
        }
    }

    fn difference_is_small(&self, larger: CellAt, smaller: CellAt) -> bool {
        let values = self.value(larger).zip(self.value(smaller));
        values.is_some_and(|(larger, smaller)| self.is_small(larger - smaller))
    }

    /// Hides a cell and all that is computed from it.
    fn hide(&mut self, at: CellAt) {
        if !self.hidden.insert(at) {
            return;
        }
        self.links.hide(at);
        let (table, rules) = &self.tables[at.table];
        let name = table.names()[at.column].as_str();
        let computed = rules.computed.iter().filter(|(input, _)| *input == name);
        let next: Vec<CellAt> = computed
            .flat_map(|(_, columns)| *columns)
            .filter_map(|column| self.at(at.table, at.row, column))
            .collect();
        let with = self.together.get(&at).cloned().unwrap_or_default();
        for at in next.into_iter().chain(with) {
            self.hide(at);
        }
    }

    /// Until nothing changes: no hidden cell is alone in an equation, and none follows from several.
    fn hide_what_gives_back(&mut self) {
        self.links = Links::new(std::mem::take(&mut self.equations), &self.hidden);
        loop {
            self.hide_lone();
            let groups = self.links.unsettled();
            if groups.is_empty() {
                return;
            }
            let known: Vec<BTreeMap<CellAt, Vec<CellAt>>> =
                groups.par_iter().map(|group| self.links.determined(group)).collect();
            for known in known {
                self.hide_savers(&known);
            }
        }
    }

    /// A lone hidden cell of an equation takes the smallest non-zero one with it.
    fn hide_lone(&mut self) {
        while let Some(equation) = self.links.next_lone() {
            if let Some(next) = self.smallest_shown(equation) {
                self.hide(next);
            }
        }
    }

    /// The smallest non-zero shown cell of an equation; of equals a part before the total, then in
    /// code order.
    fn smallest_shown(&self, equation: usize) -> Option<CellAt> {
        let shown = self.links.shown(equation);
        shown
            .filter_map(|(at, sign)| Some((self.value(at).filter(|n| *n != 0)?, -sign, at)))
            .min_by_key(|(value, sign, at)| (self.is_kept(*at), *value, *sign, *at))
            .map(|(_, _, at)| at)
    }

    /// Whether the cell may not be hidden before one of a yielding table.
    fn is_kept(&self, at: CellAt) -> bool {
        !self.yielding.contains(&at.table)
    }

    /// Hides more where a hidden cell follows: for each such cell the smallest shown one that keeps
    /// it from following, unless one of those was just hidden; where no cell has any, the smallest
    /// that adds up with it or is nearest to that, unless one that does was just hidden.
    fn hide_savers(&mut self, known: &BTreeMap<CellAt, Vec<CellAt>>) {
        let before = self.hidden.len();
        for saving in known.values() {
            if !saving.iter().any(|at| self.hidden.contains(at))
                && let Some(next) = self.smallest(saving)
            {
                self.hide(next);
            }
        }
        if self.hidden.len() > before {
            return;
        }
        let mut helped: BTreeSet<usize> = BTreeSet::new();
        for at in known.keys() {
            let own = self.links.of(*at);
            if own.iter().any(|number| helped.contains(number)) {
                continue;
            }
            let own = own.to_vec();
            if let Some(next) = self.smallest_beside(*at) {
                helped.extend(own);
                self.hide(next);
                // What was hidden may stand far away.
                self.links.look_again(*at);
            }
        }
    }

    /// The smallest non-zero cell; of equals the first.
    fn smallest<'a>(&self, cells: impl IntoIterator<Item = &'a CellAt>) -> Option<CellAt> {
        let values = cells.into_iter().filter_map(|at| Some((self.value(*at)?, *at)));
        let values = values.filter(|(value, _)| *value != 0);
        values.min_by_key(|(value, at)| (self.is_kept(*at), *value, *at)).map(|(_, at)| at)
    }

    /// The smallest non-zero shown cell of the equations of a hidden one; where there is none, of
    /// those that share a cell with them, and so on outwards. A hidden count of nobody needs none:
    /// where it follows, all is nobody.
    fn smallest_beside(&self, at: CellAt) -> Option<CellAt> {
        self.value(at).filter(|n| *n != 0)?;
        self.links.outwards(at).find_map(|equations| {
            let shown: Vec<CellAt> = equations
                .into_iter()
                .filter_map(|equation| self.smallest_shown(equation))
                .collect();
            self.smallest(&shown)
        })
    }

    /// The table with hidden cells cleared and named.
    fn cleared(&self, number: usize) -> Table {
        let mut table = self.tables[number].0.clone();
        let mut hidden = Column::empty(ColumnType::Text);
        let mut reasons = Column::empty(ColumnType::Text);
        for row in 0..table.n_rows() {
            let first = CellAt { table: number, row, column: 0 };
            let last = CellAt { table: number, row, column: usize::MAX };
            let columns: Vec<usize> = self.hidden.range(first..=last).map(|at| at.column).collect();
            let names: Vec<String> = columns.iter().map(|at| table.names()[*at].clone()).collect();
            for column in columns {
                if let Some(column) = table.column_mut(column) {
                    column.clear(row);
                }
            }
            // A reason beside a hidden cell would say what it holds.
            let kept: Vec<&str> = table
                .text(row, "na_reason")
                .split(';')
                .filter(|reason| !names.iter().any(|name| reason.starts_with(&format!("{name}="))))
                .collect();
            hidden.push(names.join(";").into());
            reasons.push(kept.join(";").into());
        }
        table.remove_column("na_reason");
        table.add_column("hidden", hidden);
        table.add_column("na_reason", reasons);
        table
    }
}
