//! Columns told of rows, for rows that are written without a table in between.

use super::data::ColumnType;
use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray};
use std::borrow::Cow;
use std::sync::Arc;

/// A column of rows.
pub struct RowColumn<R> {
    /// Its name.
    pub name: &'static str,
    /// What stands there in a row.
    pub of: CellOf<R>,
}

/// What stands in a column of a row, by the type of the column.
pub enum CellOf<R> {
    /// A text.
    Text(for<'r> fn(&'r R) -> Option<Cow<'r, str>>),
    /// A whole number.
    Int(fn(&R) -> Option<i64>),
    /// A number; nothing unless finite.
    Float(fn(&R) -> Option<f64>),
    /// Yes or no.
    Bool(fn(&R) -> Option<bool>),
}

impl<R> RowColumn<R> {
    /// Its type.
    #[must_use]
    pub const fn column_type(&self) -> ColumnType {
        match self.of {
            CellOf::Text(_) => ColumnType::Text,
            CellOf::Int(_) => ColumnType::Int,
            CellOf::Float(_) => ColumnType::Float,
            CellOf::Bool(_) => ColumnType::Bool,
        }
    }

    /// The column of these rows.
    pub(super) fn array(&self, rows: &[R]) -> ArrayRef {
        match self.of {
            CellOf::Text(of) => Arc::new(rows.iter().map(of).collect::<StringArray>()),
            CellOf::Int(of) => Arc::new(rows.iter().map(of).collect::<Int64Array>()),
            CellOf::Float(of) => {
                let finite = |row| of(row).filter(|number| number.is_finite());
                Arc::new(rows.iter().map(finite).collect::<Float64Array>())
            }
            CellOf::Bool(of) => Arc::new(rows.iter().map(of).collect::<BooleanArray>()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::data::{Cell, Table};
    use super::super::parquet::TableWriter;
    use super::*;
    use std::io::Write;

    struct Row(Option<&'static str>, Option<i64>, Option<f64>, Option<bool>);

    #[test]
    fn rows_are_read_as_the_table_of_them() {
        // A twin: a table, filled cell by cell.
        let column = |name, of| RowColumn::<Row> { name, of };
        let columns = [
            column("a", CellOf::Text(|row| row.0.map(Cow::Borrowed))),
            column("b", CellOf::Int(|row| row.1)),
            column("c", CellOf::Float(|row| row.2)),
            column("d", CellOf::Bool(|row| row.3)),
        ];
        let named = columns.each_ref().map(|column| (column.name, column.column_type()));
        let rows = [
            Row(Some("x"), Some(7), Some(0.1), Some(true)),
            Row(None, None, None, None),
            Row(Some(""), Some(0), Some(f64::NAN), Some(false)),
        ];
        let mut table = Table::new("t", &named);
        for Row(a, b, c, d) in &rows {
            let b = b.map_or(Cell::Na, Cell::from);
            table.push(vec![(*a).into(), b, (*c).into(), (*d).into()]);
        }
        let mut file = tempfile::tempfile().expect("a file");
        let mut bytes = Vec::new();
        let mut writer = TableWriter::new(&mut bytes, &named, &["a", "b", "d"]).expect("columns");
        for some in rows.chunks(2) {
            writer.write_rows(&columns, some).expect("in memory");
        }
        writer.finish().expect("in memory");
        file.write_all(&bytes).expect("written");
        assert_eq!(Table::from_parquet("t", file).expect("Parquet"), table);
    }
}
