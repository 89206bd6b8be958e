//! A table as it is published: without the counts that only decided what is hidden.

use crate::table::{Column, ColumnType, Table};

/// The table without some of its columns, which are not named as hidden either.
pub(super) fn without(table: &Table, columns: &[&str]) -> Table {
    let mut table = table.clone();
    let mut hidden = Column::empty(ColumnType::Text);
    for row in 0..table.n_rows() {
        let names = table.text(row, "hidden").split(';').filter(|name| !columns.contains(name));
        hidden.push(names.collect::<Vec<_>>().join(";").into());
    }
    for name in columns.iter().chain(&["hidden"]) {
        table.remove_column(name);
    }
    table.add_column("hidden", hidden);
    table
}
