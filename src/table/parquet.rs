//! Parquet: zstd, the same bytes for the same table.

use super::data::{Column, ColumnType, Table};
use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use std::io::Write;
use std::sync::Arc;

impl Table {
    /// The table as Parquet.
    ///
    /// # Errors
    /// Only if the columns have different lengths, which no constructor of a table allows.
    pub fn to_parquet(&self) -> Result<Vec<u8>, ParquetError> {
        let mut bytes = Vec::new();
        let mut writer = TableWriter::new(&mut bytes, self)?;
        writer.write(self)?;
        writer.finish()?;
        Ok(bytes)
    }

    fn to_batch(&self, schema: &Arc<Schema>) -> Result<RecordBatch, ParquetError> {
        let arrays = self.columns().iter().map(to_array).collect();
        Ok(RecordBatch::try_new(Arc::clone(schema), arrays)?)
    }
}

/// Writes tables with the same columns into one Parquet file, a part at a time, so that memory
/// does not grow with the file.
pub struct TableWriter<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: Arc<Schema>,
}

impl<W: Write + Send> TableWriter<W> {
    /// Begins a file with the columns of `table`.
    ///
    /// # Errors
    /// If the columns cannot be written as Parquet.
    pub fn new(out: W, table: &Table) -> Result<Self, ParquetError> {
        let fields: Vec<Field> = table
            .names()
            .iter()
            .zip(table.columns())
            .map(|(name, column)| Field::new(name, data_type(column), true))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by("afterdose".into())
            .build();
        let writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties))?;
        Ok(Self { writer, schema })
    }

    /// Appends rows.
    ///
    /// # Errors
    /// If the disk refuses, or the columns are not those of the file.
    pub fn write(&mut self, table: &Table) -> Result<(), ParquetError> {
        self.writer.write(&table.to_batch(&self.schema)?)
    }

    /// Writes the footer and hands the sink back.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn finish(self) -> Result<W, ParquetError> {
        self.writer.into_inner()
    }
}

fn data_type(column: &Column) -> DataType {
    match column {
        Column::Text(_) => DataType::Utf8,
        Column::Int(_) => DataType::Int64,
        Column::Float(_) => DataType::Float64,
        Column::Bool(_) => DataType::Boolean,
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
