//! Rows of data files, read back and written anew: what compaction and erasure share.
//!
//! Rows are moved as they are, column by column; nothing of an event is worked out again. Memory
//! holds the rows of some shares at a time, as the fold does, and the rows of one file on its way
//! out.

use super::append::{self, Commit, ROWS_PER_FILE, Staged};
use super::columns::SCHEMA;
use super::columns::cells::typed;
use super::data_file::{self, Part};
use super::delta::{LiveFile, name_of};
use super::error::StoreError;
use super::log::EventLog;
use super::share::SHARES;
use arrow::array::{
    Array, ArrayRef, BooleanArray, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, new_null_array,
};
use arrow::compute::{
    SortColumn, cast, concat_batches, filter_record_batch, lexsort_to_indices, take_record_batch,
};
use arrow::error::ArrowError;
use delta_kernel::engine::arrow_data::ArrowEngineData;
use delta_kernel::engine_data::FilteredEngineData;
use delta_kernel::transaction::{BoundWriteContext, Transaction, UpdateTableOperation};
use delta_kernel::{EngineData, KernelResult};
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Rows read at once, about; more only where one share has more.
const ROWS_AT_ONCE: u64 = 4 * ROWS_PER_FILE as u64;

/// Number of shares, as a length.
const N_SHARES: usize = SHARES.unsigned_abs() as usize;

/// Rows of a data file by share.
pub(super) type Census = [u64; N_SHARES];

/// What files are written anew for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The same rows, in better files.
    Compact,
    /// Some of the rows are to go.
    Erase,
}

/// Which rows of a batch stay; `None`: all of them.
pub(super) type Keep<'a> = &'a dyn Fn(&RecordBatch) -> Result<Option<BooleanArray>, StoreError>;

/// What became of it.
#[derive(Debug)]
pub(super) struct Rewritten {
    pub(super) commit: Commit,
    /// Names of the files that are no longer part of the table, and of those in their place.
    pub(super) gone: BTreeSet<String>,
    pub(super) fresh: BTreeSet<String>,
}

/// Counts the rows of a file by share. One that does not hold what the log says is an error, before
/// anything is written.
pub(super) fn census(file: &LiveFile) -> Result<Census, StoreError> {
    let mut census = [0; N_SHARES];
    let part = Part { columns: &["share"], ..Part::default() };
    data_file::read(&file.path, &part, |batch| {
        let corrupt = || StoreError::Corrupt { path: file.path.clone(), column: "share" };
        let shares: &Int32Array = typed(batch, "share").ok_or_else(corrupt)?;
        for share in shares {
            let at = share.and_then(|share| usize::try_from(share).ok());
            *at.and_then(|at| census.get_mut(at)).ok_or_else(corrupt)? += 1;
        }
        Ok(())
    })?;
    let found = census.iter().sum();
    if found == file.rows {
        return Ok(census);
    }
    Err(StoreError::Rows { path: file.path.clone(), expected: file.rows, found })
}

/// Writes the rows of some files anew, sorted and clustered by share, and puts the new files in
/// their place in one commit.
pub(super) fn rewrite(
    log: &EventLog,
    files: &[(LiveFile, Census)],
    purpose: Purpose,
    keep: Keep<'_>,
) -> Result<Rewritten, StoreError> {
    let failed = || StoreError::delta(&log.table.dir);
    let state = transaction(log, purpose)?.write_state().map_err(failed())?;
    let context = state.write_context_builder().build().map_err(failed())?;
    let mut writer = Writer { dir: &log.table.dir, context: &context, rest: None, staged: vec![] };
    for shares in ranges(files) {
        let mut batches = Vec::new();
        for (file, census) in files {
            let expected = of_range(census, &shares);
            let found =
                if expected > 0 { read(file, shares.clone(), keep, &mut batches)? } else { 0 };
            if found != expected {
                return Err(StoreError::Rows { path: file.path.clone(), expected, found });
            }
        }
        writer.push(&batches)?;
    }
    let staged = writer.finish()?;
    let before: BTreeSet<String> = files.iter().map(|(file, _)| file.name()).collect();
    let after: BTreeSet<String> = staged.iter().map(|staged| staged.file.name.clone()).collect();
    // The same name is the same content: such a file stays where it is.
    let gone: BTreeSet<String> = before.difference(&after).cloned().collect();
    let fresh: BTreeSet<String> = after.difference(&before).cloned().collect();
    if gone.is_empty() && fresh.is_empty() {
        return Ok(Rewritten { commit: Commit::Nothing, gone, fresh });
    }
    let mut transaction = transaction(log, purpose)?;
    for staged in staged.into_iter().filter(|staged| fresh.contains(&staged.file.name)) {
        transaction.add_files(staged.publish(&log.table, &context)?);
    }
    for removed in removals(log, &gone)? {
        transaction.remove_files(removed);
    }
    let commit = append::commit(&log.table, transaction)?;
    Ok(Rewritten { commit, gone, fresh })
}

fn transaction(log: &EventLog, purpose: Purpose) -> Result<Transaction, StoreError> {
    let dir = &log.table.dir;
    let (operation, changes_data, word) = match purpose {
        Purpose::Compact => (UpdateTableOperation::Optimize, false, "compact"),
        Purpose::Erase => (UpdateTableOperation::Delete, true, "purge"),
    };
    let transaction = log.transaction(operation, changes_data, false)?;
    let (note, schema) = append::note(word, &[]).map_err(StoreError::columns(dir))?;
    Ok(transaction.with_commit_info(note, schema))
}

/// Ranges of shares that hold about as many rows as are read at once.
fn ranges(files: &[(LiveFile, Census)]) -> Vec<Range<i32>> {
    let mut ranges: Vec<Range<i32>> = Vec::new();
    let mut n_rows = 0;
    for share in 0..SHARES {
        let of_share = |(_, census): &(LiveFile, Census)| of_range(census, &(share..share + 1));
        let of_share: u64 = files.iter().map(of_share).sum();
        n_rows += of_share;
        match ranges.last_mut() {
            Some(range) if n_rows <= ROWS_AT_ONCE => range.end = share + 1,
            _ => {
                ranges.push(share..share + 1);
                n_rows = of_share;
            }
        }
    }
    ranges
}

fn of_range(census: &Census, shares: &Range<i32>) -> u64 {
    let at = |share: i32| usize::try_from(share).unwrap_or_default();
    census[at(shares.start)..at(shares.end)].iter().sum()
}

/// Adds the rows of some shares of a file that stay; returns the number of all.
fn read(
    file: &LiveFile,
    shares: Range<i32>,
    keep: Keep<'_>,
    batches: &mut Vec<RecordBatch>,
) -> Result<u64, StoreError> {
    let part = Part { shares: Some(shares), ..Part::default() };
    let mut n_rows = 0;
    data_file::read(&file.path, &part, |batch| {
        n_rows += batch.num_rows() as u64;
        let batch = aligned(batch).map_err(StoreError::columns(&file.path))?;
        batches.push(match keep(&batch)? {
            None => batch,
            Some(stays) => {
                filter_record_batch(&batch, &stays).map_err(StoreError::columns(&file.path))?
            }
        });
        Ok(())
    })?;
    Ok(n_rows)
}

/// The columns of the log, in their order; those a file was written without are null.
fn aligned(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let column = |field: &arrow::datatypes::FieldRef| match batch.column_by_name(field.name()) {
        Some(array) if array.data_type() == field.data_type() => Ok(Arc::clone(array)),
        Some(array) => cast(array, field.data_type()),
        None => Ok(new_null_array(field.data_type(), batch.num_rows())),
    };
    let columns = SCHEMA.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(Arc::clone(&SCHEMA), columns)
}

/// Rows that come share after share, into files as large as they get.
struct Writer<'a> {
    dir: &'a Path,
    context: &'a BoundWriteContext,
    /// Sorted rows that do not fill a file yet.
    rest: Option<RecordBatch>,
    staged: Vec<Staged>,
}

impl Writer<'_> {
    fn push(&mut self, batches: &[RecordBatch]) -> Result<(), StoreError> {
        let failed = || StoreError::columns(self.dir);
        let rows = concat_batches(&SCHEMA, batches).and_then(|rows| sorted(&rows));
        let rows = rows.map_err(failed())?;
        let rest = self.rest.take();
        let mut rows = match rest {
            Some(rest) => concat_batches(&SCHEMA, [&rest, &rows]).map_err(failed())?,
            None => rows,
        };
        while rows.num_rows() >= ROWS_PER_FILE {
            let file = Staged::write_sorted(self.dir, &rows.slice(0, ROWS_PER_FILE), self.context)?;
            self.staged.push(file);
            rows = rows.slice(ROWS_PER_FILE, rows.num_rows() - ROWS_PER_FILE);
        }
        self.rest = Some(rows).filter(|rows| rows.num_rows() > 0);
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<Staged>, StoreError> {
        if let Some(rows) = self.rest.take() {
            self.staged.push(Staged::write_sorted(self.dir, &rows, self.context)?);
        }
        Ok(self.staged)
    }
}

/// Rows in the order of a data file: share, subject, time, source, id, content.
fn sorted(rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let keys = sort_keys(rows)?;
    let columns: Vec<SortColumn> =
        keys.into_iter().map(|values| SortColumn { values, options: None }).collect();
    take_record_batch(rows, &lexsort_to_indices(&columns, None)?)
}

/// What the order of rows follows from, the first first.
pub(super) fn sort_keys(rows: &RecordBatch) -> Result<[ArrayRef; 6], ArrowError> {
    let column = |name: &str| {
        let missing = || ArrowError::SchemaError(format!("no column {name}"));
        rows.column_by_name(name).cloned().ok_or_else(missing)
    };
    let unlike = || ArrowError::SchemaError("times of another type".into());
    let time: &TimestampMicrosecondArray = typed(rows, "time").ok_or_else(unlike)?;
    let study: &Int64Array = typed(rows, "studytime_us").ok_or_else(unlike)?;
    let micros: Int64Array = time.iter().zip(study).map(|(time, study)| time.or(study)).collect();
    Ok([
        column("share")?,
        column("subject")?,
        Arc::new(micros),
        column("source")?,
        column("id")?,
        column("content")?,
    ])
}

/// The files of the log with these names, to be removed. What the log says of their rows is left
/// out: after an erasure it would tell, by subtraction, how much went.
fn removals(
    log: &EventLog,
    names: &BTreeSet<String>,
) -> Result<Vec<FilteredEngineData>, StoreError> {
    let removals = || -> KernelResult<Vec<FilteredEngineData>> {
        let scan = Arc::clone(&log.snapshot).scan_builder().build()?;
        scan.scan_metadata(&*log.table.engine)?
            .map(|metadata| {
                let (data, selected) = metadata?.scan_files.into_parts();
                let batch = ArrowEngineData::try_from_engine_data(data)?.record_batch().clone();
                let paths: Option<&StringArray> = typed(&batch, "path");
                let is_named = |at: usize| {
                    let path =
                        paths.filter(|paths| paths.is_valid(at)).map(|paths| paths.value(at));
                    path.and_then(|path| log.table.path_of(path))
                        .is_some_and(|path| names.contains(&name_of(&path)))
                };
                let selection = (0..batch.num_rows())
                    .map(|at| selected.get(at).copied().unwrap_or(true) && is_named(at))
                    .collect();
                let data: Box<dyn EngineData> =
                    Box::new(ArrowEngineData::new(without(&batch, "stats")?));
                FilteredEngineData::try_new(data, selection)
            })
            .collect()
    };
    removals().map_err(StoreError::delta(&log.table.dir))
}

fn without(batch: &RecordBatch, column: &str) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, array)| {
        let is_it = field.name() == column;
        if is_it { new_null_array(field.data_type(), array.len()) } else { Arc::clone(array) }
    });
    let columns = columns.collect();
    RecordBatch::try_new(schema, columns)
}

/// The live files of a log, each with its rows by share.
pub(super) fn with_census(files: Vec<LiveFile>) -> Result<Vec<(LiveFile, Census)>, StoreError> {
    files.into_iter().map(|file| census(&file).map(|census| (file, census))).collect()
}
