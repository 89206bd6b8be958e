//! Rows that are written without a table in between: filled column by column, some thousand at a
//! time.

use super::data::ColumnType;
use super::parquet::{properties, schema};
use arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, RecordBatch,
    StringBuilder,
};
use arrow::datatypes::Schema;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnPath;
use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;

/// Rows written at once: few enough that they stay near the core meanwhile.
const ROWS_AT_ONCE: usize = 2_048;

/// Rows of a page and of a row group: as many as are kept in memory until they are written.
const ROWS_PER_PAGE: usize = 4_096;
const ROWS_PER_GROUP: usize = 131_072;

/// What the values of a column are like, which says how they are cheapest to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Few, each in many rows: by their place in a dictionary.
    Few,
    /// Mostly that of the row before, or near it: texts and whole numbers by what they differ in.
    Near,
    /// One of its own in nearly every row: as they are.
    Own,
}

/// A column of rows.
pub struct RowColumn<'a> {
    /// Its name.
    pub name: &'static str,
    /// What its values are like.
    pub values: Values,
    /// Whether a row may have nothing there.
    pub may_lack: bool,
    /// What stands in it.
    pub cells: &'a mut dyn Cells,
}

/// Rows, column by column. `rows!` declares them.
pub trait Rows: Default {
    /// How many there are.
    fn n_rows(&self) -> usize;

    /// Their columns, from the first to the last.
    fn columns(&mut self) -> Vec<RowColumn<'_>>;
}

/// The cells of a column, from the first row to the last.
pub trait Cells {
    /// The type of the column.
    fn column_type(&self) -> ColumnType;

    /// Takes them out, and leaves room for as many.
    fn take(&mut self) -> ArrayRef;
}

/// Declares rows: columns by name, with their type, `or nothing` where a row may have none, and what
/// their values are like.
macro_rules! rows {
    (
        $(#[$doc:meta])*
        $vis:vis $name:ident {
            $($column:ident: $cells:ident $(or $nothing:ident)?, $values:ident;)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Default)]
        $vis struct $name { $($column: $crate::table::rows::$cells),+ }

        impl $crate::table::rows::Rows for $name {
            fn n_rows(&self) -> usize {
                [$(self.$column.len()),+][0]
            }

            fn columns(&mut self) -> Vec<$crate::table::rows::RowColumn<'_>> {
                vec![$($crate::table::rows::RowColumn {
                    name: stringify!($column),
                    values: $crate::table::rows::Values::$values,
                    may_lack: !concat!($(stringify!($nothing))?).is_empty(),
                    cells: &mut self.$column,
                }),+]
            }
        }
    };
}
pub(crate) use rows;

/// Declares the cells of a type.
macro_rules! cells {
    ($($(#[$doc:meta])* $name:ident($builder:ty) with $room:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Default)]
            pub struct $name($builder);

            impl $name {
                /// How many there are.
                #[must_use]
                #[allow(clippy::len_without_is_empty, reason = "a number of rows")]
                pub fn len(&self) -> usize {
                    self.0.len()
                }
            }

            impl Cells for $name {
                fn column_type(&self) -> ColumnType {
                    ColumnType::$name
                }

                fn take(&mut self) -> ArrayRef {
                    let room: fn(&$builder) -> $builder = $room;
                    let room = room(&self.0);
                    Arc::new(std::mem::replace(&mut self.0, room).finish())
                }
            }
        )*
    };
}

cells! {
    /// Texts.
    Text(StringBuilder) with |filled| {
        StringBuilder::with_capacity(filled.len(), filled.values_slice().len())
    };
    /// Whole numbers.
    Int(Int64Builder) with |filled| Int64Builder::with_capacity(filled.len());
    /// Numbers.
    Float(Float64Builder) with |filled| Float64Builder::with_capacity(filled.len());
    /// Yes or no.
    Bool(BooleanBuilder) with |filled| BooleanBuilder::with_capacity(filled.len());
}

impl Text {
    /// Adds a text, or nothing.
    pub fn push<'a>(&mut self, text: impl Into<Option<&'a str>>) {
        self.0.append_option(text.into());
    }

    /// Adds a text several times.
    pub fn repeat(&mut self, text: &str, times: usize) {
        self.0.append_value_n(text, times);
    }

    /// Adds words as one text, with blanks between them.
    pub fn push_words<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        for (place, word) in words.enumerate() {
            let blank = if place == 0 { "" } else { " " };
            // A builder takes whatever is written to it.
            let _ = self.0.write_str(blank).and_then(|()| self.0.write_str(word));
        }
        self.0.append_value("");
    }
}

impl Int {
    /// Adds a whole number, or nothing.
    pub fn push(&mut self, number: impl Into<Option<i64>>) {
        self.0.append_option(number.into());
    }

    /// Adds a count; nothing for one beyond the range of a cell, which no count comes near.
    pub fn push_count(&mut self, count: usize) {
        self.push(i64::try_from(count).ok());
    }

    /// Adds a count several times.
    pub fn repeat_count(&mut self, count: usize, times: usize) {
        match i64::try_from(count) {
            Ok(count) => self.0.append_value_n(count, times),
            Err(_) => self.0.append_nulls(times),
        }
    }
}

impl Float {
    /// Adds a number; nothing unless it is finite.
    pub fn push(&mut self, number: impl Into<Option<f64>>) {
        self.0.append_option(number.into().filter(|number| number.is_finite()));
    }
}

impl Bool {
    /// Adds yes or no, or nothing.
    pub fn push(&mut self, answer: impl Into<Option<bool>>) {
        self.0.append_option(answer.into());
    }
}

/// Writes rows into one Parquet file, some at a time, so that memory does not grow with the file.
///
/// Nothing is compressed: encodings that fit the values take away most of what is said twice, and what
/// is left is mostly ids.
pub struct RowWriter<R, W: Write + Send> {
    rows: R,
    schema: Arc<Schema>,
    writer: ArrowWriter<W>,
}

impl<R: Rows, W: Write + Send> RowWriter<R, W> {
    /// Begins a file.
    ///
    /// # Errors
    /// If the columns cannot be written as Parquet.
    pub fn new(out: W) -> Result<Self, ParquetError> {
        let mut rows = R::default();
        let columns = rows.columns();
        let schema = schema(columns.iter().map(|column| {
            let RowColumn { name, may_lack, cells, .. } = column;
            (*name, cells.column_type(), *may_lack)
        }));
        let mut properties = properties()
            .set_compression(Compression::UNCOMPRESSED)
            .set_data_page_row_count_limit(ROWS_PER_PAGE)
            .set_max_row_group_row_count(Some(ROWS_PER_GROUP));
        for RowColumn { name, values, cells, .. } in columns {
            let path = ColumnPath::from(name);
            properties =
                properties.set_column_dictionary_enabled(path.clone(), values == Values::Few);
            let encoding = match (values, cells.column_type()) {
                (Values::Near, ColumnType::Text) => Encoding::DELTA_BYTE_ARRAY,
                (Values::Own, ColumnType::Text) => Encoding::DELTA_LENGTH_BYTE_ARRAY,
                (Values::Near, ColumnType::Int) => Encoding::DELTA_BINARY_PACKED,
                _ => Encoding::PLAIN,
            };
            properties = properties.set_column_encoding(path, encoding);
        }
        let writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties.build()))?;
        Ok(Self { rows, schema, writer })
    }

    /// Lets rows be added to those that are not written yet.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn add(&mut self, fill: impl FnOnce(&mut R)) -> Result<(), ParquetError> {
        fill(&mut self.rows);
        if self.rows.n_rows() < ROWS_AT_ONCE { Ok(()) } else { self.write() }
    }

    fn write(&mut self) -> Result<(), ParquetError> {
        let columns = self.rows.columns().into_iter().map(|column| column.cells.take());
        self.writer.write(&RecordBatch::try_new(Arc::clone(&self.schema), columns.collect())?)
    }

    /// The sink, and how many bytes it was given.
    pub fn written(&self) -> (&W, usize) {
        (self.writer.inner(), self.writer.bytes_written())
    }

    /// Writes the rows left and the footer, and hands the sink back.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn finish(mut self) -> Result<W, ParquetError> {
        self.write()?;
        self.writer.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::super::data::{Cell, Table};
    use super::*;

    rows! {
        /// Cells of every type.
        Cells9 {
            text: Text or nothing, Few;
            near: Text, Near;
            words: Text, Own;
            own: Text, Own;
            times: Int, Few;
            int: Int or nothing, Few;
            count: Int, Near;
            float: Float or nothing, Own;
            bool: Bool or nothing, Few;
        }
    }

    #[test]
    fn rows_are_read_as_the_table_of_them() {
        // A twin: a table, filled cell by cell.
        let mut rows = Cells9::default();
        let of = |column: RowColumn<'_>| (column.name, column.cells.column_type());
        let columns: Vec<_> = rows.columns().into_iter().map(of).collect();
        let mut table = Table::new("t", &columns);
        let mut writer = RowWriter::<Cells9, _>::new(Vec::new()).expect("columns");
        let na = |cell: Option<Cell>| cell.unwrap_or(Cell::Na);
        for three in (0..ROWS_PER_GROUP + ROWS_AT_ONCE / 2).step_by(3) {
            let add = |rows: &mut Cells9| {
                rows.own.repeat("own", 3);
                rows.times.repeat_count(three, 3);
                for n in three..three + 3 {
                    let text = ["x", "", "yy"].get(n % 4).copied();
                    let near = format!("person {}", n / 9);
                    let words = [[].as_slice(), &["a"], &["a", "bc", ""]][n % 3];
                    let int = (n % 5 > 0).then_some(-7);
                    let float = [Some(0.1), None, Some(f64::NAN), Some(-0.0)][n % 4];
                    let bool = [Some(true), None, Some(false)][n % 3];
                    rows.text.push(text);
                    rows.near.push(near.as_str());
                    rows.words.push_words(words.iter().copied());
                    rows.int.push(int);
                    rows.count.push_count(n);
                    rows.float.push(float);
                    rows.bool.push(bool);
                    table.push(vec![
                        na(text.map(Cell::from)),
                        near.into(),
                        words.join(" ").into(),
                        "own".into(),
                        three.into(),
                        na(int.map(Cell::from)),
                        n.into(),
                        na(float.filter(|float| !float.is_nan()).map(Cell::from)),
                        na(bool.map(Cell::from)),
                    ]);
                }
            };
            writer.add(add).expect("in memory");
        }
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&writer.finish().expect("in memory")).expect("written");
        assert_eq!(Table::from_parquet("t", file).expect("Parquet"), table);
        let nobody = RowWriter::<Cells9, _>::new(Vec::new()).expect("columns").finish();
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&nobody.expect("in memory")).expect("written");
        assert_eq!(Table::from_parquet("t", file).expect("Parquet"), Table::new("t", &columns));
    }
}
