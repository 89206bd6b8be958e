//! The log of events, opened at one version.

use super::delta::{LiveFile, Table};
use super::erased::erased_at;
use super::error::StoreError;
use super::format;
use delta_kernel::KernelError;
use delta_kernel::history_manager::error::LogHistoryError;
use delta_kernel::history_manager::{HistoryCommitType, latest_version_as_of};
use delta_kernel::snapshot::SnapshotRef;
use std::collections::BTreeSet;
use std::path::Path;

/// The log of events of a store, as it was at one version. Later commits, its own among them, do
/// not change it; [`EventLog::refresh`] looks again. Cheap to clone.
#[derive(Debug, Clone)]
pub struct EventLog {
    pub(super) table: Table,
    pub(super) snapshot: SnapshotRef,
}

impl EventLog {
    /// Opens the log of a store at its newest version, making both if they are missing.
    ///
    /// # Errors
    /// [`StoreError`] if the disk refuses, or if what is there is not a log of this program.
    pub fn open_or_create(store_dir: &Path) -> Result<Self, StoreError> {
        format::check(store_dir)?;
        let table = Table::open_or_create(store_dir)?;
        format::state(store_dir)?;
        let snapshot = table.snapshot(None)?;
        Ok(Self { table, snapshot })
    }

    /// Opens the log of a store at its newest version.
    ///
    /// # Errors
    /// [`StoreError::Absent`] if there is none; [`StoreError`] if it cannot be read.
    pub fn open(store_dir: &Path) -> Result<Self, StoreError> {
        format::check(store_dir)?;
        let table = Table::open(store_dir)?;
        let snapshot = table.snapshot(None)?;
        Ok(Self { table, snapshot })
    }

    /// The same log as it was at another version.
    ///
    /// # Errors
    /// [`StoreError::Erased`] if that version was removed so that people could be erased;
    /// [`StoreError::NoVersion`] if it does not exist or was removed by a vacuum.
    pub fn at_version(&self, version: u64) -> Result<Self, StoreError> {
        let newest = self.table.snapshot(None)?.version();
        if version > newest || version < self.table.first_version()? {
            let path = self.table.dir.clone();
            let erased_at = erased_at(self.table.dir.parent().unwrap_or(&path))?;
            if let Some(erased_at) = erased_at.filter(|erased_at| version < *erased_at) {
                return Err(StoreError::Erased { path, version, erased_at });
            }
            return Err(StoreError::NoVersion { path: self.table.dir.clone(), version });
        }
        let snapshot = self.table.snapshot(Some(version))?;
        Ok(Self { table: self.table.clone(), snapshot })
    }

    /// The newest version committed at or before a time in microseconds since the Unix epoch;
    /// `None` if the log did not yet exist, or if what it was is removed for good.
    ///
    /// # Errors
    /// [`StoreError::Delta`] if the log cannot be read.
    pub fn version_at(&self, micros: i64) -> Result<Option<u64>, StoreError> {
        let millis = micros.div_euclid(1_000);
        let kind = HistoryCommitType::Recreatable;
        match latest_version_as_of(&self.snapshot, &*self.table.engine, millis, kind) {
            Ok(commit) => Ok(Some(commit.version)),
            Err(KernelError::LogHistory(error))
                if matches!(*error, LogHistoryError::TimestampOutOfRange { .. }) =>
            {
                Ok(None)
            }
            Err(source) => Err(StoreError::delta(&self.table.dir)(source)),
        }
    }

    /// The same log at its newest version.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read.
    pub fn refresh(&self) -> Result<Self, StoreError> {
        let snapshot = self.table.snapshot(None)?;
        Ok(Self { table: self.table.clone(), snapshot })
    }

    /// The version this log is open at. A new store is at version 0 and empty.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.snapshot.version()
    }

    /// The oldest version that can still be read.
    ///
    /// # Errors
    /// [`StoreError::Delta`] if the log cannot be read.
    pub fn first_version(&self) -> Result<u64, StoreError> {
        self.table.first_version()
    }

    /// When this version was committed, in microseconds since the Unix epoch; a copy of the store
    /// says the same.
    ///
    /// # Errors
    /// [`StoreError::Delta`] if the log cannot be read.
    pub fn committed_us(&self) -> Result<i64, StoreError> {
        let millis = self.snapshot.get_timestamp(&*self.table.engine);
        millis.map(|ms| ms.saturating_mul(1_000)).map_err(StoreError::delta(&self.table.dir))
    }

    /// Number of events, from the statistics of the log: no data file is read.
    ///
    /// # Errors
    /// [`StoreError`] if the log cannot be read.
    pub fn n_events(&self) -> Result<u64, StoreError> {
        let files = self.table.live_files(&self.snapshot, None)?;
        Ok(files.iter().map(|file| file.rows).sum())
    }

    /// Names of the data files that hold the events.
    ///
    /// # Errors
    /// [`StoreError`] if the log cannot be read.
    pub fn data_files(&self) -> Result<BTreeSet<String>, StoreError> {
        let files = self.table.live_files(&self.snapshot, None)?;
        Ok(files.iter().map(LiveFile::name).collect())
    }

    /// Whether a source file was taken before. `app_id` is what its batch was committed with: a
    /// digest, never a path.
    ///
    /// # Errors
    /// [`StoreError::Delta`] if the log cannot be read.
    pub fn is_taken(&self, app_id: &str) -> Result<bool, StoreError> {
        let version = self.snapshot.get_app_id_version(app_id, &*self.table.engine);
        version.map(|version| version.is_some()).map_err(StoreError::delta(&self.table.dir))
    }
}
