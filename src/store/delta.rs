//! The Delta table beneath the log: made, opened, and asked for its live files.

use super::columns::{ADDED, SCHEMA};
use super::disk::{entries, make_private_dir, tighten_dir, tighten_file};
use super::error::StoreError;
use super::log_files;
use arrow::datatypes::{DataType, Schema};
use delta_kernel::committer::FileSystemCommitter;
use delta_kernel::engine::arrow_conversion::{TryIntoArrow, TryIntoKernel};
use delta_kernel::expressions::Expression;
use delta_kernel::history_manager::{HistoryCommitType, get_earliest_commit};
use delta_kernel::scan::state::ScanFile;
use delta_kernel::schema::{StructField, StructType};
use delta_kernel::snapshot::{IncrementalReplay, SnapshotRef};
use delta_kernel::transaction::CommitResult;
use delta_kernel::transaction::create_table::create_table;
use delta_kernel::{KernelError, Predicate, Snapshot};
use delta_kernel_default_engine::executor::tokio::TokioMultiThreadExecutor;
use delta_kernel_default_engine::{DefaultEngine, DefaultEngineBuilder};
use object_store::local::LocalFileSystem;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use url::Url;

/// Who wrote a commit, as the log says it.
pub(super) const ENGINE_INFO: &str = concat!("afterdose/", env!("CARGO_PKG_VERSION"));

/// Where the commit files stand, inside the table.
pub(super) const LOG_DIR: &str = "_delta_log";

/// In-commit timestamps, so that a copy of the store keeps its history. Statistics of two columns
/// only: those of `subject` would put pseudonyms into every commit file. Transaction ids (taken
/// source files) never expire, and other programs are not to clean up what `history` shows.
const PROPERTIES: [(&str, &str); 3] = [
    ("delta.enableInCommitTimestamps", "true"),
    ("delta.dataSkippingStatsColumns", "share,time"),
    ("delta.enableExpiredLogCleanup", "false"),
];

pub(super) type KernelEngine = DefaultEngine<TokioMultiThreadExecutor>;

/// A Delta table on local disk, with the engine that reads and writes its log.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// Directory of the table, absolute.
    pub(super) dir: PathBuf,
    pub(super) url: Url,
    pub(super) engine: Arc<KernelEngine>,
}

/// A data file of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LiveFile {
    pub(super) path: PathBuf,
    /// Rows, from the statistics of the log.
    pub(super) rows: u64,
}

impl LiveFile {
    /// The name of the file.
    pub(super) fn name(&self) -> String {
        name_of(&self.path)
    }
}

impl Table {
    /// The table in `dir`, which exists.
    fn at(dir: &Path) -> Result<Self, StoreError> {
        let dir = dir.canonicalize().map_err(StoreError::io(dir))?;
        let url =
            Url::from_directory_path(&dir).map_err(|()| StoreError::Place { path: dir.clone() })?;
        // Two workers are plenty for a log of small files.
        let executor = TokioMultiThreadExecutor::new_owned_runtime(Some(2), None)
            .map_err(StoreError::delta(&dir))?;
        let files = Arc::new(LocalFileSystem::new().with_fsync(true));
        let engine =
            DefaultEngineBuilder::new(files).with_task_executor(Arc::new(executor)).build();
        Ok(Self { dir, url, engine: Arc::new(engine) })
    }

    /// Opens the table of a store.
    pub(super) fn open(store_dir: &Path) -> Result<Self, StoreError> {
        let dir = store_dir.join("events");
        if !has_commits(&dir) {
            return Err(StoreError::Absent { path: store_dir.to_path_buf() });
        }
        Self::at(&dir)
    }

    /// Opens the table of a store, making both if they are missing.
    pub(super) fn open_or_create(store_dir: &Path) -> Result<Self, StoreError> {
        let dir = store_dir.join("events");
        for part in [&dir, &dir.join(LOG_DIR)] {
            make_private_dir(part)
                .and_then(|()| tighten_dir(part))
                .map_err(StoreError::io(part))?;
        }
        let table = Self::at(&dir)?;
        if !has_commits(&dir) {
            table.create()?;
        }
        Ok(table)
    }

    /// The columns of the table, as a new one has them.
    fn schema(&self) -> Result<StructType, StoreError> {
        SCHEMA.as_ref().try_into_kernel().map_err(StoreError::columns(&self.dir))
    }

    /// The columns that a table written by an earlier version of the program lacks.
    pub(super) fn lacking(&self, snapshot: &SnapshotRef) -> Result<Vec<StructField>, StoreError> {
        let (ours, theirs) = (self.schema()?, snapshot.schema());
        let lacking = ADDED.iter().filter(|name| theirs.field(name).is_none());
        Ok(lacking.filter_map(|name| ours.field(name).cloned()).collect())
    }

    fn create(&self) -> Result<(), StoreError> {
        let schema = self.schema()?;
        let transaction = create_table(self.url.as_str(), Arc::new(schema), ENGINE_INFO, false)
            .with_table_properties(PROPERTIES)
            .build(&*self.engine, Box::new(FileSystemCommitter::new()));
        let result = transaction.and_then(|transaction| transaction.commit(&*self.engine));
        match result {
            Ok(CommitResult::Committed(committed)) => {
                self.tighten_commit(committed.commit_version())
            }
            Ok(CommitResult::Retryable(retry)) => Err(StoreError::delta(&self.dir)(retry.error)),
            // Another process made the table meanwhile.
            Ok(CommitResult::Conflicted(_)) => Ok(()),
            Err(_) if has_commits(&self.dir) => Ok(()),
            Err(source) => Err(StoreError::delta(&self.dir)(source)),
        }
    }

    /// The table at its newest version, or at an older one.
    pub(super) fn snapshot(&self, version: Option<u64>) -> Result<SnapshotRef, StoreError> {
        let mut builder = Snapshot::builder_for(self.url.as_str())
            .with_incremental_crc_replay(IncrementalReplay::Unlimited);
        if let Some(version) = version {
            builder = builder.at_version(version);
        }
        let snapshot = builder.build(&*self.engine).map_err(|error| self.not_opened(error))?;
        if let Some(property) = unknown_property(&snapshot) {
            return Err(self.newer(format!("the table property `{property}`")));
        }
        let schema: Schema =
            snapshot.schema().as_ref().try_into_arrow().map_err(StoreError::columns(&self.dir))?;
        match first_difference(&schema) {
            None => Ok(snapshot),
            Some(Difference::Unknown(column)) => Err(self.newer(format!("the column `{column}`"))),
            Some(Difference::Changed(column)) => {
                Err(StoreError::Schema { path: self.dir.clone(), column })
            }
        }
    }

    /// A table that asks more of its readers than the kernel can was written by a newer program.
    fn not_opened(&self, error: KernelError) -> StoreError {
        match error {
            KernelError::Unsupported(_) | KernelError::InvalidProtocol(_) => {
                self.newer("a feature of Delta tables".to_owned())
            }
            error => StoreError::delta(&self.dir)(error),
        }
    }

    fn newer(&self, what: String) -> StoreError {
        let program = log_files::last_program(&self.dir.join(LOG_DIR));
        StoreError::Newer { path: self.dir.clone(), program, what }
    }

    /// The oldest version that can still be read.
    pub(super) fn first_version(&self) -> Result<u64, StoreError> {
        let failed = |()| StoreError::Place { path: self.dir.clone() };
        let log = Url::from_directory_path(self.dir.join(LOG_DIR)).map_err(failed)?;
        get_earliest_commit(&*self.engine, &log, None, HistoryCommitType::Recreatable)
            .map_err(StoreError::delta(&self.dir))
    }

    /// The data files that hold events of these shares, or all, in the order of their names, so
    /// that the order of commits makes no difference.
    pub(super) fn live_files(
        &self,
        snapshot: &SnapshotRef,
        shares: Option<&Range<i32>>,
    ) -> Result<Vec<LiveFile>, StoreError> {
        let failed = || StoreError::delta(&self.dir);
        let share = || Expression::column(["share"]);
        let predicate = shares.map(|shares| {
            Arc::new(Predicate::and(
                share().ge(Expression::literal(shares.start)),
                share().lt(Expression::literal(shares.end)),
            ))
        });
        let scan = Arc::clone(snapshot).scan_builder().with_predicate(predicate).build();
        let scan = scan.map_err(failed())?;
        let mut found: Vec<ScanFile> = Vec::new();
        for metadata in scan.scan_metadata(&*self.engine).map_err(failed())? {
            let metadata = metadata.map_err(failed())?;
            found = metadata.visit_scan_files(found, Vec::push).map_err(failed())?;
        }
        let mut files =
            found.iter().map(|file| self.live_file(file)).collect::<Result<Vec<_>, _>>()?;
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// Where a data file stands that the log names.
    pub(super) fn path_of(&self, named: &str) -> Option<PathBuf> {
        self.url.join(named).ok().and_then(|url| url.to_file_path().ok())
    }

    fn live_file(&self, file: &ScanFile) -> Result<LiveFile, StoreError> {
        let path = self.path_of(&file.path);
        let path = path.ok_or_else(|| StoreError::Place { path: self.dir.join(&file.path) })?;
        if file.dv_info.has_vector() {
            return Err(StoreError::DeletionVector { path });
        }
        let rows = match &file.stats {
            Some(stats) => stats.num_records,
            None => super::data_file::count_rows(&path)?,
        };
        Ok(LiveFile { path, rows })
    }

    /// Takes the files of a commit away from everybody but the owner: the kernel writes them with
    /// the modes of the process.
    pub(super) fn tighten_commit(&self, version: u64) -> Result<(), StoreError> {
        for ending in ["json", "crc"] {
            let path = self.dir.join(LOG_DIR).join(format!("{version:020}.{ending}"));
            if path.exists() {
                tighten_file(&path).map_err(StoreError::io(&path))?;
            }
        }
        Ok(())
    }
}

/// The name of a file, without its directory.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether a table has begun: its log has a file.
fn has_commits(dir: &Path) -> bool {
    // A commit being written has a `#` behind its name.
    entries(&dir.join(LOG_DIR), |name| !name.contains('#')).is_ok_and(|found| !found.is_empty())
}

/// A table property of this program's own that it does not know: it has none.
fn unknown_property(snapshot: &SnapshotRef) -> Option<String> {
    let unknown = snapshot.table_properties().unknown_properties.keys();
    unknown.filter(|name| name.starts_with("afterdose.")).min().cloned()
}

/// How the columns of a table differ from those this program writes.
enum Difference {
    /// A column of ours that has another type, or is lacking though every version wrote it.
    Changed(String),
    /// A column we lack.
    Unknown(String),
}

fn first_difference(schema: &Schema) -> Option<Difference> {
    let differs = SCHEMA.fields().iter().find(|ours| {
        schema
            .field_with_name(ours.name())
            .map_or(!ADDED.contains(&ours.name().as_str()), |theirs| {
                !same_type(ours.data_type(), theirs.data_type())
            })
    });
    if let Some(field) = differs {
        return Some(Difference::Changed(field.name().clone()));
    }
    let unknown = schema.fields().iter().find(|f| SCHEMA.field_with_name(f.name()).is_err());
    unknown.map(|field| Difference::Unknown(field.name().clone()))
}

/// Whether two types are the same, comments aside.
pub(super) fn same_type(ours: &DataType, theirs: &DataType) -> bool {
    match (ours, theirs) {
        (DataType::List(ours), DataType::List(theirs)) => {
            same_type(ours.data_type(), theirs.data_type())
        }
        (DataType::Struct(ours), DataType::Struct(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().zip(theirs).all(|(ours, theirs)| {
                    ours.name() == theirs.name() && same_type(ours.data_type(), theirs.data_type())
                })
        }
        _ => ours == theirs,
    }
}
