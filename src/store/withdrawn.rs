//! Who has withdrawn.

use super::columns::cells::{text, typed};
use super::data_file::{self, Part};
use super::delta::LiveFile;
use super::error::StoreError;
use super::log::EventLog;
use crate::event::ids::Subject;
use crate::event::kind::EventType;
use arrow::array::StringArray;
use std::collections::BTreeSet;

impl EventLog {
    /// The subjects whose withdrawal stands in this version of the log.
    ///
    /// # Errors
    /// [`StoreError`] if a file cannot be read, or holds what is not of the vocabulary.
    pub fn withdrawn(&self) -> Result<BTreeSet<Subject>, StoreError> {
        self.withdrawn_in(|_| true)
    }

    /// Those of them whose withdrawal stands in a data file that an earlier version does not have. A
    /// withdrawal holds for every report made after it, also for one about the time before.
    ///
    /// # Errors
    /// As [`EventLog::withdrawn`].
    pub fn withdrawn_since(&self, past: &Self) -> Result<BTreeSet<Subject>, StoreError> {
        let known = past.data_files()?;
        self.withdrawn_in(|file| !known.contains(&file.name()))
    }

    fn withdrawn_in(
        &self,
        is_wanted: impl Fn(&LiveFile) -> bool,
    ) -> Result<BTreeSet<Subject>, StoreError> {
        let part = Part { columns: &["subject", "type"], ..Part::default() };
        let mut withdrawn = BTreeSet::new();
        for file in self.table.live_files(&self.snapshot, None)?.iter().filter(|f| is_wanted(f)) {
            data_file::read(&file.path, &part, |batch| {
                let corrupt = |column| StoreError::Corrupt { path: file.path.clone(), column };
                let column = |name: &'static str| typed(batch, name).ok_or_else(|| corrupt(name));
                let (subjects, types): (&StringArray, &StringArray) =
                    (column("subject")?, column("type")?);
                for row in 0..batch.num_rows() {
                    if text(types, row) == Some(EventType::SubjectWithdrawn.name()) {
                        let subject = text(subjects, row).and_then(Subject::new);
                        withdrawn.insert(subject.ok_or_else(|| corrupt("subject"))?);
                    }
                }
                Ok(())
            })?;
        }
        Ok(withdrawn)
    }
}
