//! Parquet: zstd, the same bytes for the same table.

use super::data::{Column, ColumnType, Table};
use arrow::array::{
    ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, RecordBatchReader,
    StringArray,
};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use std::fs::File;
use std::sync::Arc;

impl Table {
    /// The table as Parquet.
    ///
    /// # Errors
    /// Only if the columns have different lengths, which no constructor of a table allows.
    pub fn to_parquet(&self) -> Result<Vec<u8>, ParquetError> {
        let columns = self.names().iter().map(String::as_str).zip(self.columns());
        let schema = schema(columns.map(|(name, column)| (name, column.into(), true)));
        let compression = Compression::ZSTD(ZstdLevel::default());
        let properties = properties().set_compression(compression).build();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, Arc::clone(&schema), Some(properties))?;
        let columns = self.columns().iter().map(to_array).collect();
        writer.write(&RecordBatch::try_new(schema, columns)?)?;
        writer.close()?;
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

/// What every file of the program says of itself, and what it does not.
pub(super) fn properties() -> WriterPropertiesBuilder {
    WriterProperties::builder()
        // Whoever reads a table reads all of it, and a footer is to hold nobody's pseudonym.
        .set_statistics_enabled(EnabledStatistics::None)
        .set_created_by("afterdose".into())
}

/// The schema of some columns, each with whether a row may have nothing there.
pub(super) fn schema<'a>(
    columns: impl Iterator<Item = (&'a str, ColumnType, bool)>,
) -> Arc<Schema> {
    let fields = columns.map(|(name, of, may_lack)| Field::new(name, data_type(of), may_lack));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
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
    use std::io::Write;

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
