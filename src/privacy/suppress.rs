//! What may leave: small cells hidden, and whatever would give them back.
//!
//! 1. A count of 1 to `min_cell - 1` people is hidden; so is a part whose rest is that small, and
//!    the larger of two nested counts whose difference is. Of a chain of nested counts only those
//!    are shown whose differences are not that small.
//! 2. Whatever is computed from a hidden cell is hidden with it; where a whole is small, so is all
//!    that rests on it, zeros too.
//! 3. Counts that add up are equations. None of them may give a hidden count, or a small difference
//!    of two, back, nor may several together: `complement.rs`.
//!
//! What is left goes on to [`super::outgoing`]. With `min_cell = 0` nothing is hidden.

pub use super::cells::{CellAt, ColumnAt};
use super::complement::Complement;
use super::counts::Counts;
use super::follow::Follow;
use super::implied::Implied;
use super::links::Links;
use super::outgoing::Cleared;
use super::relations::{Relations, Said};
use super::rules::ColumnRules;
use super::small::{Marked, small_in_rows};
use crate::table::{Column, Table};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// `N` tables on their way out, hidden together because their counts are of the same people.
pub struct Suppression<const N: usize> {
    counts: Counts<N>,
    said: Said,
    yielding: BTreeSet<usize>,
}

/// Says what counts are to each other.
pub type Relate<'a, const N: usize> = &'a (dyn Fn(&mut Relations<N>) + Sync);

impl<const N: usize> Suppression<N> {
    /// Nothing to hide yet. `min_cell` is the smallest count that may be shown; 0 shows all. The
    /// last column of each table is `na_reason`.
    #[must_use]
    pub fn new(min_cell: u32, tables: [(Table, &'static ColumnRules); N]) -> Self {
        let counts = Counts::new(min_cell, tables);
        Self { counts, said: Said::default(), yielding: BTreeSet::new() }
    }

    /// A table, by its place in the array.
    #[must_use]
    pub const fn table(&self, number: usize) -> &Table {
        &self.counts.tables[number].0
    }

    /// All tables.
    #[must_use]
    pub fn tables(&self) -> [&Table; N] {
        self.counts.tables.each_ref().map(|(table, _)| table)
    }

    /// What each of these says holds. They are asked at the same time, and heard in their order.
    pub fn relate(&mut self, each: &[Relate<N>]) {
        let said = each.par_iter().with_max_len(1).map(|relate| {
            let mut relations = Relations::new(&self.counts);
            relate(&mut relations);
            relations.into_said()
        });
        let said: Vec<Said> = said.collect();
        self.said.append(said, self.counts.numbering.end());
    }

    /// Where one of several cells must be hidden, one of such a table goes before one of any other.
    pub fn yields(&mut self, table: usize) {
        self.yielding.insert(table);
    }

    /// Hides what must be hidden.
    #[must_use]
    pub fn finish(mut self) -> Cleared<N> {
        if self.counts.min_cell == 0 {
            return self.cleared(&[]);
        }
        let hidden = self.hidden();
        self.cleared(&hidden)
    }

    /// Whether each cell is hidden, by number.
    fn hidden(&mut self) -> Vec<bool> {
        let Said { differences, equations, small, together, chains, .. } =
            std::mem::take(&mut self.said);
        self.counts.differences = differences;
        let n_cells = self.counts.n_cells();
        // What adds up is put in order while the first cells are hidden.
        let ((links, follow), (implied, hidden)) = rayon::join(
            || {
                let links = Links::new(equations, n_cells);
                let follow = Follow::new(&links);
                (links, follow)
            },
            || {
                let tables = (0..N).into_par_iter().with_max_len(1);
                let in_rows = tables.map(|table| small_in_rows(&self.counts, table));
                let in_rows: Vec<Vec<usize>> = in_rows.collect();
                let implied = Implied::new(&self.counts, &together);
                let mut marked = Marked::new(&self.counts, &implied);
                for cell in small.into_iter().chain(in_rows.into_iter().flatten()) {
                    marked.mark(cell);
                }
                for chain in chains {
                    marked.mark_in_chain(&chain);
                }
                let hidden = marked.finish();
                (implied, hidden)
            },
        );
        Complement::new(&self.counts, &implied, &self.yielding, links, &hidden).hide(follow)
    }

    /// The tables with these cells cleared; none where the list is empty.
    fn cleared(self, hidden: &[bool]) -> Cleared<N> {
        let Counts { min_cell, mut tables, numbering, .. } = self.counts;
        tables.par_iter_mut().with_max_len(1).enumerate().for_each(|(number, (table, _))| {
            let first = numbering.number(CellAt { table: number, row: 0, column: 0 });
            let hidden = hidden.get(first..).unwrap_or_default();
            *table = cleared(std::mem::take(table), hidden);
        });
        Cleared::new(min_cell, tables)
    }
}

/// A table with hidden cells cleared and named; whether they are hidden stands row by row, or
/// nowhere where none is.
fn cleared(mut table: Table, is_hidden: &[bool]) -> Table {
    let names = table.names().to_vec();
    let mut reasons = table.take_texts("na_reason");
    let mut hidden = vec![Some("".into()); table.n_rows()];
    let rows = is_hidden.chunks_exact(names.len().max(1)).zip(reasons.iter_mut().zip(&mut hidden));
    for (row, (is_hidden, (reason, hidden))) in rows.enumerate() {
        if !is_hidden.contains(&true) {
            continue;
        }
        let columns = || (0..is_hidden.len()).filter(|column| is_hidden[*column]);
        for column in columns() {
            if let Some(column) = table.column_mut(column) {
                column.clear(row);
            }
        }
        // A reason beside a hidden cell would say what it holds.
        let is_kept = |reason: &&str| {
            let name = reason.split_once('=').map(|(name, _)| name);
            !columns().any(|column| name == Some(names[column].as_str()))
        };
        let reasons = reason.as_deref().unwrap_or_default();
        let kept: Vec<&str> = reasons.split(';').filter(is_kept).collect();
        *reason = Some(kept.join(";").into());
        let named: Vec<&str> = columns().map(|column| names[column].as_str()).collect();
        *hidden = Some(named.join(";").into());
    }
    table.add_column("hidden", Column::Text(hidden));
    table.add_column("na_reason", Column::Text(reasons));
    table
}
