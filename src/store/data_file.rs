//! Data files: sorted rows as Parquet, and reading some of their rows and columns back.

use super::columns::SCHEMA;
use super::columns::encode::encode;
use super::error::StoreError;
use super::row::{Ranked, Row};
use super::share::SHARES;
use arrow::array::{Array, BooleanArray, Int32Array, RecordBatch};
use arrow::datatypes::{DataType, FieldRef, Fields, Schema};
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowFilter,
};
use parquet::arrow::arrow_writer::{
    ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriter, compute_leaves,
};
use parquet::arrow::{ArrowSchemaConverter, ProjectionMask};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, RowGroupMetaData, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::statistics::Statistics;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempPath;

/// Rows of a row group.
pub(super) const ROWS_PER_GROUP: usize = 65_536;

/// Rows of a page: what is skipped or read at once within a row group.
const ROWS_PER_PAGE: usize = 8_192;

/// Rows laid out in columns at once: few enough to stay near the core, since every column is a walk
/// over all of them.
const ROWS_PER_CHUNK: usize = 1_024;

/// Rows decoded at once.
const ROWS_PER_BATCH: usize = 4_096;

/// Columns with a value of its own in nearly every row: a dictionary would only be thrown away again.
const EACH_ONCE: [&str; 5] = ["id", "content", "time", "studytime_us", "line"];

/// Columns that hold most of the bytes and get smaller by compression, with all that is in them. The
/// others are packed as they stand: to unpack them once more would cost every reader time, and memory
/// for each column of each file.
const COMPRESSED: [&str; 6] = ["subject", "id", "type", "line", "effects", "measures"];

/// Position of the column `share` among the columns of a file.
const SHARE: usize = 0;

/// Position of the column `subject` among the columns of a file.
const SUBJECT: i32 = 1;

/// What data files written aside begin with. Names beginning with a dot or an underscore are no data
/// to a reader of Delta tables.
pub(super) const ASIDE: &str = ".part-";

/// A data file that is written but not yet part of the table. It stands under a passing name and
/// is removed when dropped.
#[derive(Debug)]
pub(super) struct WrittenFile {
    pub(super) temporary: TempPath,
    /// The name it takes when it becomes part of the table: the BLAKE3 of its bytes.
    pub(super) name: String,
    pub(super) bytes: u64,
}

/// Sorts rows, writes them into a file of `dir`, and hands each part of them to `seen` on the way.
pub(super) fn write(
    dir: &Path,
    rows: &[Row],
    mut seen: impl FnMut(&RecordBatch) -> Result<(), StoreError>,
) -> Result<WrittenFile, StoreError> {
    let mut ranked: Vec<Ranked> = rows.iter().map(Ranked::new).collect();
    ranked.par_sort_unstable_by(Ranked::file_order);
    let sorted: Vec<&Row> = ranked.into_iter().map(|ranked| ranked.row).collect();
    let failed = || StoreError::data_file(dir);
    let (mut writer, columns) = begin().map_err(failed())?;
    for (at, group) in sorted.chunks(ROWS_PER_GROUP).enumerate() {
        let chunks = group.par_chunks(ROWS_PER_CHUNK).map(encode).collect::<Result<Vec<_>, _>>();
        let chunks = chunks.map_err(StoreError::columns(dir))?;
        chunks.iter().try_for_each(&mut seen)?;
        let columns = columns.create_column_writers(at).map_err(failed())?;
        write_group(&mut writer, columns, &chunks).map_err(failed())?;
    }
    finish(dir, writer)
}

/// Writes rows that are in the order of a data file, at most those of a row group, into a file of
/// `dir`.
pub(super) fn write_sorted(dir: &Path, rows: &RecordBatch) -> Result<WrittenFile, StoreError> {
    let failed = || StoreError::data_file(dir);
    let (mut writer, columns) = begin().map_err(failed())?;
    let columns = columns.create_column_writers(0).map_err(failed())?;
    let chunk = |from: usize| rows.slice(from, ROWS_PER_CHUNK.min(rows.num_rows() - from));
    let chunks: Vec<RecordBatch> =
        (0..rows.num_rows()).step_by(ROWS_PER_CHUNK).map(chunk).collect();
    write_group(&mut writer, columns, &chunks).map_err(failed())?;
    finish(dir, writer)
}

fn begin() -> Result<(SerializedFileWriter<Vec<u8>>, ArrowRowGroupWriterFactory), ParquetError> {
    ArrowWriter::try_new(Vec::new(), Arc::clone(&SCHEMA), Some(properties()?))?
        .into_serialized_writer()
}

/// Closes a file and puts it aside, under the name of its bytes.
fn finish(dir: &Path, writer: SerializedFileWriter<Vec<u8>>) -> Result<WrittenFile, StoreError> {
    let bytes = writer.into_inner().map_err(StoreError::data_file(dir))?;
    let name = format!("{}.parquet", blake3::hash(&bytes).to_hex());
    let temporary = write_aside(dir, &bytes).map_err(StoreError::io(dir))?;
    Ok(WrittenFile { temporary, name, bytes: bytes.len() as u64 })
}

/// Writes a row group, its columns side by side.
fn write_group(
    writer: &mut SerializedFileWriter<Vec<u8>>,
    columns: Vec<ArrowColumnWriter>,
    chunks: &[RecordBatch],
) -> Result<(), ParquetError> {
    let Some(first) = chunks.first() else { return Ok(()) };
    let mut columns = columns.into_iter();
    let mut fields = Vec::with_capacity(SCHEMA.fields().len());
    for (field, array) in SCHEMA.fields().iter().zip(first.columns()) {
        // A field of several columns is taken apart once for all of them.
        let n_columns = compute_leaves(field, array)?.len();
        fields.push((field, columns.by_ref().take(n_columns).collect::<Vec<_>>()));
    }
    let each = fields.into_par_iter().with_max_len(1).enumerate();
    let written = each.map(|(at, (field, mut columns))| {
        for chunk in chunks {
            let leaves = compute_leaves(field, chunk.column(at))?;
            columns.iter_mut().zip(&leaves).try_for_each(|(column, leaf)| column.write(leaf))?;
        }
        columns.into_iter().map(ArrowColumnWriter::close).collect::<Result<Vec<_>, _>>()
    });
    let written = written.collect::<Result<Vec<_>, ParquetError>>()?;
    let mut group = writer.next_row_group()?;
    for column in written.into_iter().flatten() {
        column.append_to_row_group(&mut group)?;
    }
    group.close().map(drop)
}

/// Readable by the owner alone, and on the disk when this returns.
fn write_aside(dir: &Path, bytes: &[u8]) -> std::io::Result<TempPath> {
    let mut file = tempfile::Builder::new().prefix(ASIDE).tempfile_in(dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file.into_temp_path())
}

fn properties() -> Result<WriterProperties, ParquetError> {
    let sorting = |column_idx| SortingColumn { column_idx, descending: false, nulls_first: false };
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .set_created_by("afterdose".into())
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .set_data_page_row_count_limit(ROWS_PER_PAGE)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_sorting_columns(Some(vec![sorting(0), sorting(SUBJECT)]));
    // What rows are looked for by; statistics of `subject` would put pseudonyms into every footer.
    for name in ["share", "time"] {
        builder =
            builder.set_column_statistics_enabled(ColumnPath::from(name), EnabledStatistics::Page);
    }
    for name in EACH_ONCE {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(name), false);
    }
    for column in ArrowSchemaConverter::new().convert(&SCHEMA)?.columns() {
        let path = column.path();
        if path.parts().first().is_some_and(|name| COMPRESSED.contains(&name.as_str())) {
            let zstd = Compression::ZSTD(ZstdLevel::default());
            builder = builder.set_column_compression(path.clone(), zstd);
        }
    }
    for name in ["time", "studytime_us", "line"] {
        builder =
            builder.set_column_encoding(ColumnPath::from(name), Encoding::DELTA_BINARY_PACKED);
    }
    Ok(builder.build())
}

/// What to read of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Part<'a> {
    /// Columns by name; all of them if none are named.
    pub(super) columns: &'a [&'a str],
    /// Columns that are left out where all are read.
    pub(super) but: &'a [&'a str],
    /// Shares; all of them if none are given.
    pub(super) shares: Option<Range<i32>>,
    /// Whether texts are read as places in a dictionary, but for those that stand there once.
    pub(super) coded: bool,
}

/// Reads part of a file, a batch at a time, passing over row groups and pages without a row asked
/// for.
pub(super) fn read(
    path: &Path,
    part: &Part<'_>,
    mut each: impl FnMut(&RecordBatch) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for batch in open(path, part)? {
        each(&batch?)?;
    }
    Ok(())
}

/// The batches of part of a file, each read when it is asked for.
pub(super) struct Batches {
    path: PathBuf,
    reader: ParquetRecordBatchReader,
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?;
        Some(batch.map_err(|source| StoreError::data_file(&self.path)(source.into())))
    }
}

/// Opens part of a file.
pub(super) fn open(path: &Path, part: &Part<'_>) -> Result<Batches, StoreError> {
    let failed = || StoreError::data_file(path);
    let file = File::open(path).map_err(StoreError::io(path))?;
    let mut metadata = metadata_of(&file).map_err(failed())?;
    if part.coded {
        metadata = with_dictionaries(&metadata).map_err(failed())?;
    }
    let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone())
        .with_batch_size(ROWS_PER_BATCH);
    let columns = metadata.parquet_schema();
    if !part.columns.is_empty() {
        let mask = ProjectionMask::columns(columns, part.columns.iter().copied());
        builder = builder.with_projection(mask);
    } else if !part.but.is_empty() {
        let kept = metadata.schema().fields().iter().map(|field| field.name().as_str());
        let kept = kept.filter(|name| !part.but.contains(name));
        builder = builder.with_projection(ProjectionMask::columns(columns, kept));
    }
    if let Some(shares) = part.shares.clone() {
        let groups = metadata.metadata().row_groups().iter().enumerate();
        let groups = groups.filter(|(_, group)| may_hold(group, &shares)).map(|(at, _)| at);
        builder = builder.with_row_groups(groups.collect());
        let only_share = ProjectionMask::columns(columns, ["share"]);
        let filter = ArrowPredicateFn::new(only_share, move |batch| is_in(&batch, &shares));
        builder = builder.with_row_filter(RowFilter::new(vec![Box::new(filter)]));
    }
    let reader = builder.build().map_err(failed())?;
    Ok(Batches { path: path.to_path_buf(), reader })
}

/// From the first share of a file to behind its last, as far as its statistics tell.
pub(super) fn shares_of(path: &Path) -> Result<Range<i32>, StoreError> {
    let file = File::open(path).map_err(StoreError::io(path))?;
    let metadata = footer_of(&file).map_err(StoreError::data_file(path))?;
    let groups = metadata.metadata().row_groups().iter().map(shares_of_group);
    let union = |a: Range<i32>, b: Range<i32>| a.start.min(b.start)..a.end.max(b.end);
    Ok(groups.reduce(union).unwrap_or(0..0))
}

/// Rows of a file, from its footer.
pub(super) fn count_rows(path: &Path) -> Result<u64, StoreError> {
    let file = File::open(path).map_err(StoreError::io(path))?;
    let metadata = footer_of(&file).map_err(StoreError::data_file(path))?;
    let rows = metadata.metadata().file_metadata().num_rows();
    Ok(u64::try_from(rows).unwrap_or_default())
}

fn metadata_of(file: &File) -> Result<ArrowReaderMetadata, ParquetError> {
    ArrowReaderMetadata::load(file, options())
}

/// The same without what is known of single pages.
fn footer_of(file: &File) -> Result<ArrowReaderMetadata, ParquetError> {
    ArrowReaderMetadata::load(file, options().with_page_index_policy(PageIndexPolicy::Skip))
}

fn options() -> ArrowReaderOptions {
    // The types follow from the Parquet types alone, whichever program wrote the file.
    ArrowReaderOptions::new()
        .with_skip_arrow_metadata(true)
        .with_page_index_policy(PageIndexPolicy::Optional)
}

/// The same, with a dictionary for every column of texts of which few differ.
fn with_dictionaries(metadata: &ArrowReaderMetadata) -> Result<ArrowReaderMetadata, ParquetError> {
    let fields = metadata.schema().fields().iter().map(|field| {
        if EACH_ONCE.contains(&field.name().as_str()) { Arc::clone(field) } else { coded(field) }
    });
    let schema = Arc::new(Schema::new(fields.collect::<Fields>()));
    ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options().with_schema(schema))
}

fn coded(field: &FieldRef) -> FieldRef {
    let data_type = match field.data_type() {
        DataType::Utf8 => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        DataType::List(entry) => DataType::List(coded(entry)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(coded).collect()),
        _ => return Arc::clone(field),
    };
    Arc::new(field.as_ref().clone().with_data_type(data_type))
}

/// From the first share of a row group to behind its last; all of them without statistics.
fn shares_of_group(group: &RowGroupMetaData) -> Range<i32> {
    let column = group.columns().iter().find(|c| c.column_path().string() == "share");
    let Some(Statistics::Int32(statistics)) = column.and_then(|c| c.statistics()) else {
        return 0..SHARES;
    };
    match (statistics.min_opt(), statistics.max_opt()) {
        (Some(min), Some(max)) => *min..max.saturating_add(1),
        _ => 0..SHARES,
    }
}

/// Whether the statistics of a row group leave room for these shares.
fn may_hold(group: &RowGroupMetaData, shares: &Range<i32>) -> bool {
    let own = shares_of_group(group);
    own.start < shares.end && own.end > shares.start
}

fn is_in(batch: &RecordBatch, shares: &Range<i32>) -> Result<BooleanArray, ArrowError> {
    let column = batch.columns().get(SHARE).and_then(|c| c.as_any().downcast_ref::<Int32Array>());
    let column = column.ok_or_else(|| ArrowError::SchemaError("share is no integer".into()))?;
    Ok(column.iter().map(|share| share.map(|share| shares.contains(&share))).collect())
}
