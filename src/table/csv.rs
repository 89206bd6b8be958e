//! CSV: RFC 4180, a header, `NA` for what is undefined or hidden, LF line ends.

use super::data::{Cell, Table};

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
        for row in 0..self.n_rows() {
            writer
                .write_record(self.columns().iter().map(|column| cell_text(&column.cell(row))))?;
        }
        writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
    }
}

fn cell_text(cell: &Cell) -> String {
    match cell {
        Cell::Text(value) => value.to_string(),
        Cell::Int(value) => value.to_string(),
        // -0 and 0 are one number to a reader.
        Cell::Float(value) => (value + 0.0).to_string(),
        Cell::Bool(value) => value.to_string(),
        Cell::Na => NA.into(),
    }
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
