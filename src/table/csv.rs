//! CSV: RFC 4180, a header, `NA` for what is undefined or hidden, LF line ends.

use super::data::{Column, Table};
use std::fmt::{Display, Write};

/// The text of an undefined or hidden cell.
pub const NA: &str = "NA";

/// Bytes of a cell for which there is room from the start.
const CELL: usize = 8;

impl Table {
    /// The table as CSV. Numbers are the shortest text that reads back the same.
    #[must_use]
    pub fn to_csv(&self) -> Vec<u8> {
        let mut text = String::with_capacity(CELL * self.columns().len() * (self.n_rows() + 1));
        let mut begin = 0;
        for name in self.names() {
            push_text(&mut text, name);
            text.push(',');
        }
        begin = end_row(&mut text, begin);
        for row in 0..self.n_rows() {
            for column in self.columns() {
                push_cell(&mut text, column, row);
                text.push(',');
            }
            begin = end_row(&mut text, begin);
        }
        text.into_bytes()
    }
}

/// Ends the row that began there, whose cells are each followed by a comma; says where the next one
/// begins. A row without any text is a text that is empty, and no empty line.
fn end_row(text: &mut String, begin: usize) -> usize {
    if text.len() > begin {
        text.pop();
    }
    if text.len() == begin {
        text.push_str("\"\"");
    }
    text.push('\n');
    text.len()
}

/// Appends a cell. Numbers never need quotes.
fn push_cell(text: &mut String, column: &Column, row: usize) {
    match column {
        Column::Text(cells) => match defined(cells, row) {
            Some(cell) => push_text(text, cell),
            None => text.push_str(NA),
        },
        Column::Int(cells) => push_value(text, defined(cells, row)),
        // -0 and 0 are one number to a reader.
        Column::Float(cells) => push_value(text, defined(cells, row).map(|value| value + 0.0)),
        Column::Bool(cells) => push_value(text, defined(cells, row)),
    }
}

fn push_value(text: &mut String, value: Option<impl Display>) {
    // Writing into a text cannot fail.
    _ = match value {
        Some(value) => write!(text, "{value}"),
        None => text.write_str(NA),
    };
}

/// Appends a text, between quotes where it has to be.
fn push_text(text: &mut String, cell: &str) {
    if cell.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')) {
        text.push('"');
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(cell);
    }
}

fn defined<T>(cells: &[Option<T>], row: usize) -> Option<&T> {
    cells.get(row).and_then(Option::as_ref)
}

#[cfg(test)]
mod tests {
    use super::super::data::{Cell, ColumnType};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn undefined_is_na_and_text_is_quoted() {
        let mut table = Table::new("t", &[("a", ColumnType::Text), ("b", ColumnType::Float)]);
        table.push(vec!["x,y".into(), 0.1.into()]);
        table.push(vec!["".into(), f64::NAN.into()]);
        let text = String::from_utf8(table.to_csv()).expect("UTF-8");
        assert_eq!(text, "a,b\n\"x,y\",0.1\n,NA\n");
    }

    /// The same by the writer of a library, which looks at every cell.
    fn twin(table: &Table) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(table.names()).expect("in memory");
        for row in 0..table.n_rows() {
            for column in table.columns() {
                let text = match column.cell(row) {
                    Cell::Text(text) => text.to_string(),
                    Cell::Int(value) => value.to_string(),
                    Cell::Float(value) => (value + 0.0).to_string(),
                    Cell::Bool(value) => value.to_string(),
                    Cell::Na => NA.to_owned(),
                };
                writer.write_field(text).expect("in memory");
            }
            writer.write_record(None::<&[u8]>).expect("in memory");
        }
        writer.into_inner().expect("in memory")
    }

    fn cells() -> impl Strategy<Value = [Cell; 4]> {
        let text = prop_oneof![Just(Cell::Na), "[a,\"\r\n ]{0,3}".prop_map(Cell::from)];
        let int = proptest::option::of(any::<i64>()).prop_map(Cell::from);
        let float = proptest::option::of(any::<f64>()).prop_map(Cell::from);
        let bool = proptest::option::of(any::<bool>()).prop_map(Cell::from);
        (text, int, float, bool).prop_map(|(text, int, float, bool)| [text, int, float, bool])
    }

    proptest! {
        #[test]
        fn it_is_what_the_writer_of_a_library_makes(
            name in "[a,\"]{0,2}",
            rows in proptest::collection::vec(cells(), 0..9),
            n_columns in 0..=4_usize,
        ) {
            let types = [ColumnType::Text, ColumnType::Int, ColumnType::Float, ColumnType::Bool];
            let names = [name.as_str(), "n", "x", "is"];
            let columns: Vec<_> = names.into_iter().zip(types).take(n_columns).collect();
            let mut table = Table::new("t", &columns);
            for row in &rows {
                table.push(row[..n_columns].to_vec());
            }
            prop_assert_eq!(table.to_csv(), twin(&table));
        }
    }
}
