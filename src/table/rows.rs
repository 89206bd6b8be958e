//! Columns told of rows, for rows that are written without a table in between.

use super::data::ColumnType;
use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray};
use std::borrow::Cow;
use std::sync::Arc;

/// A column of rows.
pub struct RowColumn<R> {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub of: ColumnType,
    /// What stands there in a row; a value of another type than the column's is as good as none.
    pub value: for<'r> fn(&'r R) -> Value<'r>,
}

/// What stands in a column of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'r> {
    /// A text.
    Text(Cow<'r, str>),
    /// A whole number.
    Int(i64),
    /// A number; nothing unless finite.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// Nothing.
    Na,
}

impl<R> RowColumn<R> {
    /// The column of these rows.
    pub(super) fn array(&self, rows: &[R]) -> ArrayRef {
        let values = rows.iter().map(self.value);
        match self.of {
            ColumnType::Text => Arc::new(values.map(Value::text).collect::<StringArray>()),
            ColumnType::Int => Arc::new(values.map(Value::int).collect::<Int64Array>()),
            ColumnType::Float => Arc::new(values.map(Value::float).collect::<Float64Array>()),
            ColumnType::Bool => Arc::new(values.map(Value::bool).collect::<BooleanArray>()),
        }
    }
}

impl<'r> Value<'r> {
    fn text(self) -> Option<Cow<'r, str>> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn int(self) -> Option<i64> {
        if let Self::Int(number) = self { Some(number) } else { None }
    }

    fn float(self) -> Option<f64> {
        if let Self::Float(number) = self { Some(number).filter(|n| n.is_finite()) } else { None }
    }

    fn bool(self) -> Option<bool> {
        if let Self::Bool(is) = self { Some(is) } else { None }
    }
}

impl<'r> From<&'r str> for Value<'r> {
    fn from(text: &'r str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<usize> for Value<'_> {
    fn from(number: usize) -> Self {
        i64::try_from(number).map_or(Self::Na, Self::Int)
    }
}

impl From<f64> for Value<'_> {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(is: bool) -> Self {
        Self::Bool(is)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value<'_> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Na, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::super::data::{Cell, Table};
    use super::super::parquet::TableWriter;
    use super::*;
    use std::io::Write;

    struct Row(Option<&'static str>, Option<usize>, Option<f64>, Option<bool>);

    #[test]
    fn rows_are_read_as_the_table_of_them() {
        // A twin: a table, filled cell by cell.
        let columns = [
            RowColumn::<Row> { name: "a", of: ColumnType::Text, value: |row| row.0.into() },
            RowColumn { name: "b", of: ColumnType::Int, value: |row| row.1.into() },
            RowColumn { name: "c", of: ColumnType::Float, value: |row| row.2.into() },
            RowColumn { name: "d", of: ColumnType::Bool, value: |row| row.3.into() },
            RowColumn { name: "e", of: ColumnType::Bool, value: |row| row.1.into() },
        ];
        let named = columns.each_ref().map(|column| (column.name, column.of));
        let rows = [
            Row(Some("x"), Some(7), Some(0.1), Some(true)),
            Row(None, None, None, None),
            Row(Some(""), Some(0), Some(f64::NAN), Some(false)),
        ];
        let mut table = Table::new("t", &named);
        for Row(a, b, c, d) in &rows {
            let b = b.map_or(Cell::Na, Cell::from);
            table.push(vec![(*a).into(), b, (*c).into(), (*d).into(), Cell::Na]);
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
