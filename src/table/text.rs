//! A published table read back as text: names and cells as they stand in the CSV.
//!
//! Nothing is made into numbers, so that two runs can be compared by what they show.

use std::io;

/// A table as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextTable {
    /// Names of the columns, in order.
    pub names: Vec<String>,
    /// Rows; each has as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
}

impl TextTable {
    /// Reads CSV with a header.
    ///
    /// # Errors
    /// If it is not CSV in UTF-8, or a row is not as long as the header.
    pub fn read(bytes: impl io::Read) -> Result<Self, csv::Error> {
        let mut reader = csv::Reader::from_reader(bytes);
        let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let names = texts(reader.headers()?);
        let rows = reader.records().map(|row| row.map(|row| texts(&row)));
        Ok(Self { names, rows: rows.collect::<Result<_, _>>()? })
    }

    /// Position of a column.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::data::{ColumnType, Table};
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let mut table = Table::new("t", &[("a", ColumnType::Text), ("b", ColumnType::Float)]);
        table.push(vec!["x,\"y\"".into(), 0.1.into()]);
        table.push(vec!["".into(), f64::NAN.into()]);
        let text = TextTable::read(&*table.to_csv()).expect("CSV");
        assert_eq!(text.names, ["a", "b"]);
        assert_eq!(text.rows, [["x,\"y\"", "0.1"], ["", "NA"]]);
        assert_eq!((text.position("b"), text.position("c")), (Some(1), None));
    }

    #[test]
    fn a_ragged_row_is_no_table() {
        assert!(TextTable::read(&b"a,b\n1\n"[..]).is_err());
    }
}
