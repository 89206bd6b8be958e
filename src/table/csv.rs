//! CSV: RFC 4180, a header, `NA` for what is undefined or hidden, LF line ends.

use super::data::{Column, Table};
use compact_str::CompactString;
use std::fmt::{Display, Write};

/// The text of an undefined or hidden cell.
pub const NA: &str = "NA";

impl Table {
    /// The table as CSV. Numbers are the shortest text that reads back the same.
    ///
    /// # Errors
    /// Never for a table in memory; the writer's error type is kept for honesty.
    pub fn to_csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        writer.write_record(self.names())?;
        let mut number = String::new();
        for row in 0..self.n_rows() {
            for column in self.columns() {
                writer.write_field(cell_text(column, row, &mut number))?;
            }
            // The end of the row.
            writer.write_record(None::<&[u8]>)?;
        }
        writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
    }
}

/// The text of a cell; that of a number is written into `number`.
fn cell_text<'a>(column: &'a Column, row: usize, number: &'a mut String) -> &'a str {
    match column {
        Column::Text(cells) => defined(cells, row).map_or(NA, CompactString::as_str),
        Column::Int(cells) => defined(cells, row).map_or(NA, |value| written(*value, number)),
        Column::Float(cells) => {
            // -0 and 0 are one number to a reader.
            defined(cells, row).map_or(NA, |value| written(value + 0.0, number))
        }
        Column::Bool(cells) => defined(cells, row).map_or(NA, |value| written(*value, number)),
    }
}

/// A value in place of what a text held.
fn written(value: impl Display, text: &mut String) -> &str {
    text.clear();
    // Writing into a text cannot fail.
    _ = write!(text, "{value}");
    text
}

fn defined<T>(cells: &[Option<T>], row: usize) -> Option<&T> {
    cells.get(row).and_then(Option::as_ref)
}

#[cfg(test)]
mod tests {
    use super::super::data::ColumnType;
    use super::*;

    #[test]
    fn undefined_is_na_and_text_is_quoted() {
        let mut table = Table::new("t", &[("a", ColumnType::Text), ("b", ColumnType::Float)]);
        table.push(vec!["x,y".into(), 0.1.into()]);
        table.push(vec!["".into(), f64::NAN.into()]);
        let text = String::from_utf8(table.to_csv().expect("in memory")).expect("UTF-8");
        assert_eq!(text, "a,b\n\"x,y\",0.1\n,NA\n");
    }
}
