//! Parquet: zstd, the same bytes for the same table.

use super::data::{Column, ColumnType, Table};
use super::rows::RowColumn;
use arrow::array::{
    ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, RecordBatchReader,
    StringArray,
};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use std::fs::File;
use std::io::Write;
use std::sync::Arc;

impl Table {
    /// The table as Parquet.
    ///
    /// # Errors
    /// Only if the columns have different lengths, which no constructor of a table allows.
    pub fn to_parquet(&self) -> Result<Vec<u8>, ParquetError> {
        let mut bytes = Vec::new();
        let columns: Vec<(&str, ColumnType)> = self
            .names()
            .iter()
            .zip(self.columns())
            .map(|(name, column)| (name.as_str(), column.into()))
            .collect();
        let mut writer = TableWriter::new(&mut bytes, &columns, &[])?;
        writer.write(self.columns().iter().map(to_array).collect())?;
        writer.finish()?;
        Ok(bytes)
    }

    /// Reads a table back from Parquet.
    ///
    /// # Errors
    /// If it is not Parquet, or has a column of a type that no table has.
    pub fn from_parquet(name: &str, file: File) -> Result<Self, ParquetError> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)?.build()?;
        let fields = reader.schema();
        let columns: Vec<(&str, ColumnType)> = fields
            .fields()
            .iter()
            .map(|field| Ok((field.name().as_str(), column_type(field.data_type())?)))
            .collect::<Result<_, ParquetError>>()?;
        let mut table = Self::new(name, &columns);
        for batch in reader {
            for (position, array) in batch?.columns().iter().enumerate() {
                if let Some(column) = table.column_mut(position) {
                    extend(column, array);
                }
            }
        }
        Ok(table)
    }
}

/// Writes rows into one Parquet file, some at a time, so that memory does not grow with the file.
pub struct TableWriter<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: Arc<Schema>,
}

impl<W: Write + Send> TableWriter<W> {
    /// Begins a file with these columns. Those that in nearly every row have a value of its own, or
    /// that of the row before, are named once more: texts and whole numbers of theirs are written by
    /// what they differ in from the row before, and no dictionary is made for them.
    ///
    /// # Errors
    /// If the columns cannot be written as Parquet.
    pub fn new(
        out: W,
        columns: &[(&str, ColumnType)],
        by_difference: &[&str],
    ) -> Result<Self, ParquetError> {
        let fields = columns.iter().map(|(name, of)| Field::new(*name, data_type(*of), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            // Whoever reads a table reads all of it, and a footer is to hold nobody's pseudonym.
            .set_statistics_enabled(EnabledStatistics::None)
            .set_created_by("afterdose".into());
        for (name, of) in columns.iter().filter(|(name, _)| by_difference.contains(name)) {
            let path = ColumnPath::from(*name);
            properties = properties.set_column_dictionary_enabled(path.clone(), false);
            let encoding = match of {
                ColumnType::Text => Encoding::DELTA_BYTE_ARRAY,
                ColumnType::Int => Encoding::DELTA_BINARY_PACKED,
                ColumnType::Float | ColumnType::Bool => Encoding::PLAIN,
            };
            properties = properties.set_column_encoding(path, encoding);
        }
        let writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties.build()))?;
        Ok(Self { writer, schema })
    }

    /// Appends rows, of which the columns of the file are told.
    ///
    /// # Errors
    /// If the disk refuses, or the columns are not those of the file.
    pub fn write_rows<R>(
        &mut self,
        columns: &[RowColumn<R>],
        rows: &[R],
    ) -> Result<(), ParquetError> {
        self.write(columns.iter().map(|column| column.array(rows)).collect())
    }

    fn write(&mut self, columns: Vec<ArrayRef>) -> Result<(), ParquetError> {
        self.writer.write(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }

    /// Writes the footer and hands the sink back.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn finish(self) -> Result<W, ParquetError> {
        self.writer.into_inner()
    }
}

const fn data_type(of: ColumnType) -> DataType {
    match of {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Int => DataType::Int64,
        ColumnType::Float => DataType::Float64,
        ColumnType::Bool => DataType::Boolean,
    }
}

fn column_type(data_type: &DataType) -> Result<ColumnType, ParquetError> {
    match data_type {
        DataType::Utf8 => Ok(ColumnType::Text),
        DataType::Int64 => Ok(ColumnType::Int),
        DataType::Float64 => Ok(ColumnType::Float),
        DataType::Boolean => Ok(ColumnType::Bool),
        other => Err(ParquetError::General(format!("no table has a column of type {other}"))),
    }
}

/// Appends the cells of an array whose type is that of the column.
fn extend(column: &mut Column, array: &ArrayRef) {
    match column {
        Column::Text(cells) => {
            cells.extend(array.as_string::<i32>().iter().map(|cell| cell.map(Into::into)));
        }
        Column::Int(cells) => cells.extend(array.as_primitive::<Int64Type>()),
        Column::Float(cells) => cells.extend(array.as_primitive::<Float64Type>()),
        Column::Bool(cells) => cells.extend(array.as_boolean()),
    }
}

fn to_array(column: &Column) -> ArrayRef {
    match column {
        Column::Text(cells) => Arc::new(StringArray::from_iter(cells)),
        Column::Int(cells) => Arc::new(Int64Array::from_iter(cells)),
        Column::Float(cells) => Arc::new(Float64Array::from_iter(cells)),
        Column::Bool(cells) => Arc::new(BooleanArray::from_iter(cells)),
    }
}

impl From<&Column> for ColumnType {
    fn from(column: &Column) -> Self {
        match column {
            Column::Text(_) => Self::Text,
            Column::Int(_) => Self::Int,
            Column::Float(_) => Self::Float,
            Column::Bool(_) => Self::Bool,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::data::Cell;
    use super::*;

    #[test]
    fn what_was_written_is_read_cell_by_cell() {
        let types = [ColumnType::Text, ColumnType::Int, ColumnType::Float, ColumnType::Bool];
        let names = ["a", "b", "c", "d"];
        let columns: Vec<(&str, ColumnType)> = names.into_iter().zip(types).collect();
        let mut table = Table::new("t", &columns);
        table.push(vec!["x".into(), 7_i64.into(), 0.1.into(), true.into()]);
        table.push(vec![Cell::Na, Cell::Na, Cell::Na, Cell::Na]);
        table.push(vec!["".into(), (-1_i64).into(), 1e300.into(), false.into()]);
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&table.to_parquet().expect("in memory")).expect("written");
        assert_eq!(Table::from_parquet("t", file).expect("Parquet"), table);
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"a,b\n1,2\n").expect("written");
        assert!(Table::from_parquet("t", file).is_err());
    }
}
