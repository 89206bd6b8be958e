//! Tables read back: CSV, and Parquet by its row reader, not by the code that wrote it.

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

/// A table as text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    /// Column names.
    pub(crate) names: Vec<String>,
    /// Cells.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Text {
    /// Reads CSV.
    pub(crate) fn csv(bytes: &[u8]) -> Self {
        let mut reader = csv::Reader::from_reader(bytes);
        let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let names = cells(reader.headers().expect("a header"));
        let rows = reader.records().map(|row| cells(&row.expect("a full row"))).collect();
        Self { names, rows }
    }

    /// Reads Parquet; null is `NA`.
    pub(crate) fn parquet(path: &Path) -> Self {
        let reader = SerializedFileReader::new(File::open(path).expect("a readable file"))
            .expect("a Parquet file");
        let schema = reader.metadata().file_metadata().schema().get_fields().to_vec();
        let names = schema.iter().map(|field| field.name().to_owned()).collect();
        let rows = reader.get_row_iter(None).expect("rows");
        let rows = rows.map(|row| {
            row.expect("a row").into_columns().into_iter().map(|(_, field)| text(field)).collect()
        });
        Self { names, rows: rows.collect() }
    }

    /// Rows as maps from column to cell.
    pub(crate) fn maps(&self) -> impl Iterator<Item = BTreeMap<&str, &str>> {
        self.rows.iter().map(|row| {
            self.names.iter().map(String::as_str).zip(row.iter().map(String::as_str)).collect()
        })
    }

    /// The cell of a column in the one row where other columns have these values.
    #[track_caller]
    pub(crate) fn cell(&self, keys: &[(&str, &str)], column: &str) -> &str {
        let fits = |row: &BTreeMap<&str, &str>| keys.iter().all(|(name, want)| row[name] == *want);
        let mut found = self.maps().filter(fits);
        let row = found.next().unwrap_or_else(|| panic!("no row {keys:?}"));
        assert!(found.next().is_none(), "several rows {keys:?}");
        row[column]
    }
}

fn text(field: Field) -> String {
    match field {
        Field::Null => "NA".to_owned(),
        Field::Str(text) => text,
        // The shortest text that reads back the same, as in CSV.
        Field::Double(number) => number.to_string(),
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        other => other.to_string(),
    }
}

/// Counts of people of `response_by_infusion`.
pub(crate) const PEOPLE: [&str; 10] = [
    "n_treated",
    "n_observed",
    "responders",
    "remitters",
    "n_above_line",
    "remitters_above_line",
    "n_enrolled",
    "n_not_due",
    "responders_nri",
    "responders_locf",
];
