//! Who has withdrawn since a version of the log.

use super::columns::cells::text;
use super::data_file::{self, Part};
use super::error::StoreError;
use super::log::EventLog;
use crate::event::ids::Subject;
use crate::event::kind::EventType;
use arrow::array::StringArray;
use std::collections::BTreeSet;

impl EventLog {
    /// The subjects whose withdrawal stands in this version of the log, in a data file that an
    /// earlier version does not have. A withdrawal holds for every report made after it, also for
    /// one about the time before.
    ///
    /// # Errors
    /// [`StoreError`] if a file cannot be read, or holds what is not of the vocabulary.
    pub fn withdrawn_since(&self, past: &Self) -> Result<BTreeSet<Subject>, StoreError> {
        let known = past.table.live_files(&past.snapshot, None)?;
        let known: BTreeSet<_> = known.into_iter().map(|file| file.path).collect();
        let part = Part { columns: &["subject", "type"], shares: None };
        let mut withdrawn = BTreeSet::new();
        for file in self.table.live_files(&self.snapshot, None)? {
            if known.contains(&file.path) {
                continue;
            }
            data_file::read(&file.path, &part, |batch| {
                let corrupt = |column| StoreError::Corrupt { path: file.path.clone(), column };
                let column = |name: &'static str| {
                    let array = batch.column_by_name(name);
                    array
                        .and_then(|array| array.as_any().downcast_ref::<StringArray>())
                        .ok_or_else(|| corrupt(name))
                };
                let (subjects, types) = (column("subject")?, column("type")?);
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
