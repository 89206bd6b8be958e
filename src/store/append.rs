//! Appending: events of many source files, made visible by one commit or not at all.

use super::brought::Brought;
use super::data_file::{self, WrittenFile};
use super::delta::{ENGINE_INFO, Table};
use super::disk::sync_dir;
use super::error::StoreError;
use super::log::EventLog;
use super::row::{Place, Row};
use crate::event::envelope::{Event, Origin};
use crate::event::ids::Subject;
use crate::event::key::ContentDigest;
use crate::event::time::TimeBasis;
use crate::privacy::gate::Deidentified;
use arrow::array::{Array, ArrayRef, ListArray, RecordBatch, StringArray, StructArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::Field;
use delta_kernel::committer::FileSystemCommitter;
use delta_kernel::engine::arrow_data::ArrowEngineData;
use delta_kernel::schema::{ArrayType, DataType, StructField, StructType};
use delta_kernel::transaction::{
    BoundWriteContext, CommitResult, Transaction, UpdateTableOperation,
};
use delta_kernel::{EngineData, FileMeta, KernelError};
use delta_kernel_default_engine::build_add_file_metadata;
use delta_kernel_default_engine::parquet::DataFileMetadata;
use delta_kernel_default_engine::stats::FileStatsAccumulator;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::UNIX_EPOCH;

/// Rows held in memory before they are written to a data file: one row group.
pub(super) const ROWS_PER_FILE: usize = data_file::ROWS_PER_GROUP;

/// From so many rows on, room is made for those of a whole file.
const MANY_ROWS: usize = 10_000;

/// How often a commit is tried when the disk fails it.
const ATTEMPTS: u32 = 3;

/// What became of a batch.
#[must_use = "losing the race for a version is a value, and somebody has to act on it"]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commit {
    /// All of it is in the log.
    Done {
        /// The version that holds it.
        version: u64,
    },
    /// There was nothing to add and no source file that was not taken before: no version was made.
    Nothing,
    /// Another writer was first. Nothing of the batch is in the log: open the newest version, look
    /// again what is a duplicate, and append anew.
    Conflict {
        /// The version the other writer made.
        version: u64,
    },
}

/// Events on their way into the log, gathered source file by source file.
///
/// Rows pushed since the last [`Batch::keep_source`] belong to a file that may yet be refused:
/// they reach the log only if it is kept. What is not committed leaves nothing behind.
pub struct Batch {
    log: EventLog,
    context: Arc<BoundWriteContext>,
    rows_per_file: usize,
    kept: Gathered,
    pending: Gathered,
    /// The subject of the event pushed last, and where its rows stand.
    last: Option<(Subject, Place)>,
}

/// Rows in memory, and those of before in files that are not yet part of the table.
#[derive(Default)]
struct Gathered {
    rows: Vec<Row>,
    /// Files being written by other threads, so that reading goes on meanwhile.
    writing: Vec<JoinHandle<Result<Staged, StoreError>>>,
    files: Vec<Staged>,
    /// Rows that are not in memory any more.
    written: usize,
    /// What the rows are, for the history.
    brought: Brought,
}

/// A data file on the disk, with what the log will say of it.
pub(super) struct Staged {
    pub(super) file: WrittenFile,
    statistics: StructArray,
}

impl EventLog {
    /// Begins a batch to be committed on top of this version. Other readers see nothing of it.
    ///
    /// # Errors
    /// [`StoreError::Delta`] if the table cannot be written to.
    pub fn batch(&self) -> Result<Batch, StoreError> {
        let failed = || StoreError::delta(&self.table.dir);
        let state = self
            .transaction(UpdateTableOperation::Write, true, false)?
            .write_state()
            .map_err(failed())?;
        let context = state.write_context_builder().build().map_err(failed())?;
        Ok(Batch {
            log: self.clone(),
            context: Arc::new(context),
            rows_per_file: ROWS_PER_FILE,
            kept: Gathered::default(),
            pending: Gathered::default(),
            last: None,
        })
    }

    /// Begins what makes the next version; columns that the table lacks come with it. `only_adds`:
    /// it adds data files, and none of those that are there matters to it.
    pub(super) fn transaction(
        &self,
        operation: UpdateTableOperation,
        changes_data: bool,
        only_adds: bool,
    ) -> Result<Transaction, StoreError> {
        let snapshot = Arc::clone(&self.snapshot);
        let mut builder = snapshot.update_table(operation, ENGINE_INFO, changes_data);
        let lacking = self.table.lacking(&self.snapshot)?;
        if only_adds && lacking.is_empty() {
            builder = builder.with_blind_append();
        }
        for column in lacking {
            builder = builder.add_column(column);
        }
        builder
            .build(&*self.table.engine, Box::new(FileSystemCommitter::new()))
            .map_err(StoreError::delta(&self.table.dir))
    }
}

impl Batch {
    /// Writes a data file whenever this many rows are gathered, for tests and small machines.
    #[must_use]
    pub fn with_rows_per_file(mut self, rows: usize) -> Self {
        self.rows_per_file = rows.max(1);
        self
    }

    /// Begins a source file. One that was begun and not kept is dropped.
    pub fn begin_source(&mut self) {
        self.drop_source();
    }

    /// Adds an event of the source file begun last.
    ///
    /// # Errors
    /// [`StoreError`] if a data file had to be written and could not.
    pub fn push(
        &mut self,
        event: Deidentified<Box<Event>>,
        origin: Origin,
        basis: TimeBasis,
        content: ContentDigest,
    ) -> Result<(), StoreError> {
        let event = event.into_inner();
        // The events of a person tend to stand together.
        let place = match &self.last {
            Some((subject, place)) if *subject == event.subject => *place,
            _ => Place::of(&event.subject),
        };
        self.last = Some((event.subject.clone(), place));
        if self.pending.rows.len() == MANY_ROWS {
            self.pending.rows.reserve_exact(self.rows_per_file.saturating_sub(MANY_ROWS));
        }
        self.pending.brought.count(event.kind.event_type(), origin.file_digest);
        self.pending.rows.push(Row { place, event, origin, basis, content });
        self.make_room()
    }

    /// Keeps the source file begun last: its events are part of the batch.
    ///
    /// # Errors
    /// [`StoreError`] if a data file had to be written and could not.
    pub fn keep_source(&mut self) -> Result<(), StoreError> {
        let pending = &mut self.pending;
        if self.kept.rows.is_empty() {
            std::mem::swap(&mut self.kept.rows, &mut pending.rows);
        }
        self.kept.rows.append(&mut pending.rows);
        self.kept.writing.append(&mut pending.writing);
        self.kept.files.append(&mut pending.files);
        self.kept.written += std::mem::take(&mut pending.written);
        self.kept.brought.absorb(std::mem::take(&mut pending.brought));
        self.make_room()
    }

    /// Drops the source file begun last, with all its events.
    pub fn drop_source(&mut self) {
        self.pending = Gathered::default();
    }

    /// Number of events kept so far.
    #[must_use]
    pub fn n_kept(&self) -> usize {
        self.kept.len()
    }

    /// Writes what was kept to data files, which are not yet part of the log; returns their names.
    /// A source file begun and not kept is dropped.
    ///
    /// # Errors
    /// [`StoreError`] if the disk refuses.
    pub fn write_out(&mut self) -> Result<Vec<String>, StoreError> {
        self.drop_source();
        self.kept.flush(&self.log.table, &self.context)?;
        self.kept.wait()?;
        Ok(self.kept.files.iter().map(|staged| staged.file.name.clone()).collect())
    }

    /// Makes the kept events visible, all at once, and marks source files as taken. `taken` holds
    /// their digests, never their paths, which may carry names; those taken before are passed
    /// over. `operation` says in a word what was done, for the history. A source file begun and
    /// not kept is dropped.
    ///
    /// # Errors
    /// [`StoreError`] if the disk refuses. Losing the race for a version is no error, see
    /// [`Commit`].
    pub fn commit(mut self, taken: &[String], operation: &str) -> Result<Commit, StoreError> {
        self.write_out()?;
        let mut fresh = Vec::new();
        for app_id in taken.iter().collect::<BTreeSet<_>>() {
            if !self.log.is_taken(app_id)? {
                fresh.push(app_id.clone());
            }
        }
        if self.kept.files.is_empty() && fresh.is_empty() {
            return Ok(Commit::Nothing);
        }
        let metrics = [("events", self.kept.len()), ("sources", fresh.len())]
            .map(|(name, count)| (name.to_owned(), Some(count.to_string())))
            .into_iter()
            .chain(self.kept.brought.metrics().map(|(name, n)| (name, Some(n.to_string()))));
        let only_adds = !self.kept.files.is_empty();
        let transaction = self.log.transaction(UpdateTableOperation::Write, true, only_adds)?;
        let mut transaction = transaction.with_operation_metrics(metrics);
        let (note, schema) = note(operation, &self.kept.brought.source_files())
            .map_err(StoreError::columns(&self.log.table.dir))?;
        transaction = transaction.with_commit_info(note, schema);
        for app_id in fresh {
            transaction = transaction.with_transaction_id(app_id, 1);
        }
        for staged in std::mem::take(&mut self.kept.files) {
            let add = staged.publish(&self.log.table, &self.context)?;
            transaction.add_files(add);
        }
        commit(&self.log.table, transaction)
    }

    /// Writes rows to files until those in memory are within bounds again.
    fn make_room(&mut self) -> Result<(), StoreError> {
        if self.kept.rows.len() + self.pending.rows.len() < self.rows_per_file {
            return Ok(());
        }
        let pending_is_larger = self.pending.rows.len() > self.kept.rows.len();
        let larger = if pending_is_larger { &mut self.pending } else { &mut self.kept };
        larger.flush(&self.log.table, &self.context)
    }
}

impl Gathered {
    fn len(&self) -> usize {
        self.rows.len() + self.written
    }

    /// Begins to write the rows in memory to a file. One file at a time is written for a batch, so
    /// that memory holds no more than twice the rows of one.
    fn flush(&mut self, table: &Table, context: &Arc<BoundWriteContext>) -> Result<(), StoreError> {
        self.wait()?;
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        self.written += rows.len();
        let (dir, context) = (table.dir.clone(), Arc::clone(context));
        let writer = std::thread::Builder::new().name("data-file".into());
        let writer = writer.spawn(move || Staged::write(&dir, &rows, &context));
        self.writing.push(writer.map_err(StoreError::io(&table.dir))?);
        Ok(())
    }

    /// Waits until every file is on the disk.
    fn wait(&mut self) -> Result<(), StoreError> {
        for writer in self.writing.drain(..) {
            match writer.join() {
                Ok(staged) => self.files.push(staged?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(())
    }
}

impl Drop for Gathered {
    /// A file still being written is removed as well.
    fn drop(&mut self) {
        for writer in self.writing.drain(..) {
            drop(writer.join());
        }
    }
}

impl Staged {
    fn write(dir: &Path, rows: &[Row], context: &BoundWriteContext) -> Result<Self, StoreError> {
        let mut statistics =
            FileStatsAccumulator::new(context.stats_columns(), context.physical_data_schema());
        let file = data_file::write(dir, rows, |batch| {
            statistics.merge(batch).map_err(StoreError::delta(dir))
        })?;
        Self::new(dir, file, statistics)
    }

    /// Writes rows that are in the order of a data file.
    pub(super) fn write_sorted(
        dir: &Path,
        rows: &RecordBatch,
        context: &BoundWriteContext,
    ) -> Result<Self, StoreError> {
        let mut statistics =
            FileStatsAccumulator::new(context.stats_columns(), context.physical_data_schema());
        statistics.merge(rows).map_err(StoreError::delta(dir))?;
        Self::new(dir, data_file::write_sorted(dir, rows)?, statistics)
    }

    fn new(
        dir: &Path,
        file: WrittenFile,
        statistics: FileStatsAccumulator,
    ) -> Result<Self, StoreError> {
        let none = || KernelError::generic("a data file without rows");
        let statistics = statistics.finish().and_then(|found| found.ok_or_else(none));
        Ok(Self { file, statistics: statistics.map_err(StoreError::delta(dir))? })
    }

    /// Gives the file its lasting name; says what the commit will say of it.
    pub(super) fn publish(
        self,
        table: &Table,
        context: &BoundWriteContext,
    ) -> Result<Box<dyn EngineData>, StoreError> {
        let path = table.dir.join(&self.file.name);
        // The same name is the same content: a run that broke off left it here.
        self.file.temporary.persist(&path).map_err(|error| StoreError::io(&path)(error.error))?;
        let modified = std::fs::metadata(&path).and_then(|metadata| metadata.modified());
        let modified = modified.map_err(StoreError::io(&path))?;
        let millis = modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let url = table.url.join(&self.file.name);
        let url = url.map_err(|_| StoreError::Place { path })?;
        let meta = FileMeta::new(url, i64::try_from(millis).unwrap_or_default(), self.file.bytes);
        build_add_file_metadata(DataFileMetadata::new(meta, self.statistics), context)
            .map_err(StoreError::delta(&table.dir))
    }
}

/// Makes a transaction the next version, its data files on the disk before it.
pub(super) fn commit(table: &Table, mut transaction: Transaction) -> Result<Commit, StoreError> {
    sync_dir(&table.dir).map_err(StoreError::io(&table.dir))?;
    let mut attempts = 1;
    loop {
        let result = transaction.commit(&*table.engine).map_err(StoreError::delta(&table.dir))?;
        match result {
            CommitResult::Committed(committed) => {
                let version = committed.commit_version();
                if let Some(snapshot) = committed.post_commit_snapshot() {
                    // Speeds up the next opening and `is_taken`; the log is whole without.
                    let _ = snapshot.write_checksum(&*table.engine);
                }
                table.tighten_commit(version)?;
                return Ok(Commit::Done { version });
            }
            CommitResult::Conflicted(conflicted) => {
                return Ok(Commit::Conflict { version: conflicted.conflict_version() });
            }
            CommitResult::Retryable(retry) if attempts == ATTEMPTS => {
                let (path, source) = (table.dir.clone(), Box::new(retry.error));
                return Err(StoreError::CommitFailed { path, attempts, source });
            }
            CommitResult::Retryable(retry) => {
                attempts += 1;
                transaction = retry.transaction;
            }
        }
    }
}

/// What the commit info says beside what the kernel writes there: `userMetadata` is where readers
/// of Delta tables look for a word of the writer's own; `sourceFiles` are digests.
pub(super) fn note(
    operation: &str,
    source_files: &[String],
) -> Result<(Box<dyn EngineData>, Arc<StructType>), arrow::error::ArrowError> {
    let text: ArrayRef = Arc::new(StringArray::from(vec![operation]));
    let digests = StringArray::from_iter_values(source_files);
    let element = Arc::new(Field::new("element", digests.data_type().clone(), false));
    let offsets = OffsetBuffer::from_lengths([source_files.len()]);
    let digests: ArrayRef =
        Arc::new(ListArray::try_new(element, offsets, Arc::new(digests), None)?);
    let columns = [("userMetadata", text, true), ("sourceFiles", digests, true)];
    let batch = RecordBatch::try_from_iter_with_nullable(columns)?;
    let schema = Arc::new(StructType::new_unchecked([
        StructField::nullable("userMetadata", DataType::STRING),
        StructField::nullable("sourceFiles", ArrayType::new(DataType::STRING, false)),
    ]));
    Ok((Box::new(ArrowEngineData::new(batch)), schema))
}
