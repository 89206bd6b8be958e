//! Rows of a Parquet file, a batch at a time. Columns that nobody mapped are not decoded.

use super::cell::Cell;
use super::mapping::Dialect;
use super::row::{Binding, Row};
use arrow::array::{Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use std::collections::{BTreeSet, VecDeque};
use std::fs::File;
use std::io;

/// Rows decoded at a time.
const BATCH_ROWS: usize = 1_024;

/// The four bytes that a Parquet file begins with.
pub const MAGIC: &[u8; 4] = b"PAR1";

/// A Parquet file whose header was read.
pub struct ParquetFile {
    builder: ParquetRecordBatchReaderBuilder<File>,
    /// Names of its columns.
    pub headers: Vec<String>,
}

impl ParquetFile {
    /// Opens a file.
    ///
    /// # Errors
    /// If it is no Parquet file.
    pub fn open(file: File) -> io::Result<Self> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(into_io)?;
        let names = builder.schema().fields().iter();
        let headers = names.map(|field| field.name().trim().to_owned()).collect();
        Ok(Self { builder, headers })
    }

    /// The first mapped column that holds more than one value a row, by its place in the mapping.
    #[must_use]
    pub fn nested(&self, binding: &Binding) -> Option<usize> {
        let fields = self.builder.schema().fields();
        let is_nested = |at: &usize| fields[*at].data_type().is_nested();
        binding.positions.iter().position(|at| at.as_ref().is_some_and(is_nested))
    }

    /// Begins to read the mapped columns.
    ///
    /// # Errors
    /// If the file is damaged.
    pub fn rows(self, binding: &Binding, dialect: &Dialect) -> io::Result<ParquetRows> {
        let read: BTreeSet<usize> = binding.positions.iter().flatten().copied().collect();
        let mask = ProjectionMask::roots(self.builder.parquet_schema(), read.iter().copied());
        let reader = self.builder.with_projection(mask).with_batch_size(BATCH_ROWS).build();
        let place = |at: usize| read.iter().position(|known| *known == at);
        Ok(ParquetRows {
            reader: reader.map_err(into_io)?,
            columns: binding.positions.iter().map(|at| at.and_then(place)).collect(),
            dialect: dialect.clone(),
            ready: VecDeque::new(),
            n_rows: 0,
            broke_off: false,
        })
    }
}

/// Rows of a Parquet file.
pub struct ParquetRows {
    reader: ParquetRecordBatchReader,
    /// For each column of the mapping: its position among those that are read.
    columns: Vec<Option<usize>>,
    dialect: Dialect,
    ready: VecDeque<Row>,
    n_rows: u64,
    broke_off: bool,
}

impl ParquetRows {
    /// Whether the file broke off before its end.
    #[must_use]
    pub const fn broke_off(&self) -> bool {
        self.broke_off
    }

    /// The next row, its cells in the order of the mapping's columns.
    pub fn next_row(&mut self) -> Option<Row> {
        while self.ready.is_empty() && !self.broke_off {
            let batch = match self.reader.next() {
                None => return None,
                Some(batch) => batch.and_then(|batch| self.take(&batch)),
            };
            self.broke_off = batch.is_err();
        }
        self.ready.pop_front()
    }

    fn take(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let columns = self.columns.iter().map(|at| match at {
            Some(at) => cells(batch.column(*at), &self.dialect),
            None => Ok(vec![Cell::Missing; batch.num_rows()]),
        });
        let mut columns: Vec<_> =
            columns.map(|cells| cells.map(Vec::into_iter)).collect::<Result<_, _>>()?;
        for _ in 0..batch.num_rows() {
            self.n_rows += 1;
            let cells = columns.iter_mut().map(|cells| cells.next().unwrap_or(Cell::Missing));
            self.ready.push_back(Row { line: self.n_rows, cells: Ok(cells.collect()) });
        }
        Ok(())
    }
}

/// Headers and first rows, every cell of them as text, for a proposal.
///
/// # Errors
/// If it is no Parquet file.
pub fn head(file: File, dialect: &Dialect, n_rows: usize) -> io::Result<Vec<Vec<String>>> {
    let file = ParquetFile::open(file)?;
    let n_columns = file.headers.len();
    let mut found = vec![file.headers.clone()];
    let binding = Binding {
        positions: (0..n_columns).map(Some).collect(),
        n_columns,
        n_unmapped: 0,
        n_suspicious: 0,
        suspicion: None,
    };
    let mut rows = file.rows(&binding, dialect)?;
    while let Some(row) = rows.next_row().filter(|_| found.len() <= n_rows) {
        let text = |cell: &Cell| cell.text().ok().flatten().unwrap_or_default();
        found.push(row.cells.iter().flatten().map(text).collect());
    }
    Ok(found)
}

/// A column as cells. Dates and times are written as ISO 8601 says.
fn cells(array: &dyn Array, dialect: &Dialect) -> Result<Vec<Cell>, ArrowError> {
    // Moments are stored in UTC, whatever zone stands beside them.
    let in_utc = match array.data_type() {
        DataType::Timestamp(unit, Some(_)) => {
            Some(cast(array, &DataType::Timestamp(*unit, Some("+00:00".into())))?)
        }
        _ => None,
    };
    let array = in_utc.as_deref().unwrap_or(array);
    let is_number = array.data_type().is_numeric();
    let options = FormatOptions::new().with_display_error(false);
    let formatter = ArrayFormatter::try_new(array, &options)?;
    let cell = |row: usize| {
        if array.is_null(row) {
            return Ok(Cell::Missing);
        }
        let text = formatter.value(row).try_to_string()?;
        Ok(if is_number { number(&text) } else { dialect.cell(&text) })
    };
    (0..array.len()).map(cell).collect()
}

/// A number; one too long for a double to tell from its neighbours is kept as text.
fn number(text: &str) -> Cell {
    match text.parse::<f64>() {
        Ok(number) if number.is_nan() => Cell::Missing,
        Ok(number) if number.abs() <= 9_007_199_254_740_992.0 => Cell::Number(number),
        _ => Cell::Text(text.to_owned()),
    }
}

fn into_io(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{
        ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, ListArray,
        StringArray, TimestampMicrosecondArray,
    };
    use arrow::datatypes::Int32Type;
    use parquet::arrow::ArrowWriter;
    use std::sync::Arc;

    fn written(columns: Vec<(&str, ArrayRef)>) -> File {
        let batch = RecordBatch::try_from_iter(columns).expect("a batch");
        let mut file = tempfile::tempfile().expect("a temporary file");
        let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), None).expect("a writer");
        writer.write(&batch).expect("written");
        writer.close().expect("closed");
        file
    }

    #[test]
    fn every_type_becomes_what_a_person_would_have_typed() {
        // 2025-02-03 is day 20122 since 1970 (Python: date(2025, 2, 3).toordinal() - 719163).
        let noon = 20_122 * 86_400_000_000 + 43_200_000_000;
        let moment = |zone: Option<&str>| {
            let array = TimestampMicrosecondArray::from(vec![noon]);
            Arc::new(array.with_timezone_opt(zone.map(str::to_owned))) as ArrayRef
        };
        let decimal = Decimal128Array::from(vec![1250]).with_precision_and_scale(6, 2);
        let columns: Vec<(&str, ArrayRef, Cell)> = vec![
            ("text", Arc::new(StringArray::from(vec![" IV "])), Cell::Text("IV".into())),
            ("missing", Arc::new(StringArray::from(vec!["NA"])), Cell::Text("NA".into())),
            ("null", Arc::new(StringArray::from(vec![None::<&str>])), Cell::Missing),
            ("int", Arc::new(Int64Array::from(vec![19])), Cell::Number(19.0)),
            ("long", Arc::new(Int64Array::from(vec![i64::MAX])), Cell::Text(i64::MAX.to_string())),
            ("float", Arc::new(Float64Array::from(vec![0.1])), Cell::Number(0.1)),
            ("nan", Arc::new(Float64Array::from(vec![f64::NAN])), Cell::Missing),
            ("bool", Arc::new(BooleanArray::from(vec![true])), Cell::Text("true".into())),
            ("decimal", Arc::new(decimal.expect("it fits")), Cell::Number(12.5)),
            ("date", Arc::new(Date32Array::from(vec![20_122])), Cell::Text("2025-02-03".into())),
            ("local", moment(None), Cell::Text("2025-02-03T12:00:00".into())),
            ("utc", moment(Some("UTC")), Cell::Text("2025-02-03T12:00:00Z".into())),
            // A moment is stored in UTC; the zone beside it says where it was, and is not needed.
            ("berlin", moment(Some("Europe/Berlin")), Cell::Text("2025-02-03T12:00:00Z".into())),
        ];
        let file = written(columns.iter().map(|(name, a, _)| (*name, Arc::clone(a))).collect());
        let dialect = Dialect {
            delimiter: b',',
            encoding: super::super::decode::Encoding::Utf8,
            header_row: 1,
            missing: BTreeSet::from([String::new()]),
        };
        let file = ParquetFile::open(file).expect("Parquet");
        let n_columns = columns.len();
        // Every other column, from behind: those between are not decoded.
        let positions: Vec<_> = (0..n_columns).rev().step_by(2).map(Some).collect();
        let binding =
            Binding { positions, n_columns, n_unmapped: 0, n_suspicious: 0, suspicion: None };
        let mut rows = file.rows(&binding, &dialect).expect("rows");
        let row = rows.next_row().expect("a row");
        let want: Vec<Cell> =
            columns.iter().rev().step_by(2).map(|(.., cell)| cell.clone()).collect();
        assert_eq!((row.line, row.cells), (1, Ok(want)));
        assert_eq!(rows.next_row(), None);
        for (name, array, want) in &columns {
            let got = cells(array.as_ref(), &dialect).expect("readable");
            assert_eq!(got, std::slice::from_ref(want), "{name}");
        }
    }

    #[test]
    fn a_column_of_lists_is_told() {
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1)])]);
        let plain: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let file = written(vec![("a", plain), ("b", Arc::new(list))]);
        let file = ParquetFile::open(file).expect("Parquet");
        let binding = |positions| Binding {
            positions,
            n_columns: 2,
            n_unmapped: 0,
            n_suspicious: 0,
            suspicion: None,
        };
        assert_eq!(file.nested(&binding(vec![Some(0), None])), None);
        assert_eq!(file.nested(&binding(vec![Some(0), Some(1)])), Some(1));
    }
}
