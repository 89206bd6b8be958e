//! The last steps of tables on their way out: what is made from them, rounding, labels. The only
//! constructor of [`Disclosed`].
//!
//! Values are rounded half to even, once, and only here. With `min_cell = 0` nothing is rounded and
//! every row says `internal`.

use super::disclosed::Disclosed;
use super::rules::{ColumnRules, Roundings};
use crate::table::{Column, Table};
use rayon::prelude::*;

/// `N` tables whose hidden cells are cleared and named in a column `hidden`; not yet rounded.
///
/// What is read from them may be shown.
pub struct Cleared<const N: usize> {
    min_cell: u32,
    tables: [(Table, &'static ColumnRules); N],
}

impl<const N: usize> Cleared<N> {
    pub(super) const fn new(min_cell: u32, tables: [(Table, &'static ColumnRules); N]) -> Self {
        Self { min_cell, tables }
    }

    /// Tables as they leave, by their places; each leaves once.
    #[must_use]
    pub fn leave<const P: usize>(self, numbers: [usize; P]) -> [Disclosed<Table>; P] {
        let Self { min_cell, mut tables } = self;
        let leaving = tables.par_iter_mut().with_max_len(1).enumerate();
        leaving.filter(|(number, _)| numbers.contains(number)).for_each(|(_, (table, rules))| {
            *table = finished(min_cell, std::mem::take(table), rules.rounding);
        });
        numbers.map(|number| Disclosed::new(std::mem::take(&mut tables[number].0)))
    }

    /// A table made from what may be shown. A function pointer brings nothing else along. The last
    /// columns of what it makes are `hidden` and `na_reason`.
    #[must_use]
    pub fn make(&self, make: fn(&[&Table; N]) -> Table, rounding: Roundings) -> Disclosed<Table> {
        let made = make(&self.tables.each_ref().map(|(table, _)| table));
        Disclosed::new(finished(self.min_cell, made, rounding))
    }
}

/// A table rounded, and with the columns that say what is hidden.
fn finished(min_cell: u32, mut table: Table, rounding: Roundings) -> Table {
    if min_cell > 0 {
        round(&mut table, rounding);
    }
    let [hidden, reasons] = ["hidden", "na_reason"].map(|name| table.take_texts(name));
    let is_hidden = hidden.iter().map(|names| names.as_deref().map(|names| !names.is_empty()));
    let suppressed = Column::Bool(is_hidden.collect());
    let labels = vec![Some(label(min_cell).into()); table.n_rows()];
    table.add_column("suppressed", suppressed);
    table.add_column("hidden", Column::Text(hidden));
    table.add_column("na_reason", Column::Text(reasons));
    table.add_column("disclosure", Column::Text(labels));
    table
}

fn round(table: &mut Table, roundings: Roundings) {
    for (name, rounding) in roundings {
        let position = table.position(name);
        if let Some(Column::Float(cells)) = position.and_then(|at| table.column_mut(at)) {
            for cell in cells.iter_mut().flatten() {
                *cell = rounding.apply(*cell);
            }
        }
    }
}

/// What a table or manifest says of its disclosure control.
#[must_use]
pub fn label(min_cell: u32) -> String {
    match min_cell {
        0 => "internal".into(),
        n => format!("min-cell-{n}"),
    }
}

/// A table read back from a published run, which has left already: every row says that it passed
/// disclosure control with this `min_cell`. None where one does not.
#[must_use]
pub fn published(table: Table, min_cell: u32) -> Option<Disclosed<Table>> {
    let label = label(min_cell);
    let says = |row| table.text(row, "disclosure") == label;
    (0..table.n_rows()).all(says).then(|| Disclosed::new(table))
}

/// A table of records rather than people, such as the rejections: shown as it is.
#[must_use]
pub fn records(table: Table) -> Disclosed<Table> {
    Disclosed::new(table)
}
