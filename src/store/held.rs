//! Which of some keys the log holds: one walk over two columns, for a few keys.

use super::columns::cells::text;
use super::data_file::{self, Part};
use super::error::StoreError;
use super::log::EventLog;
use crate::event::ids::{EventId, Source};
use crate::event::key::KeyDigest;
use arrow::array::{Array, RecordBatch, StringArray};
use std::collections::HashSet;

impl EventLog {
    /// Those of the keys under which an event stands in the log, of whatever subject. Memory does
    /// not grow with the log; no file is read where no key is asked for.
    ///
    /// # Errors
    /// [`StoreError`] if a file cannot be read, or holds what is not of the vocabulary.
    pub fn held(&self, keys: &HashSet<KeyDigest>) -> Result<HashSet<KeyDigest>, StoreError> {
        let mut held = HashSet::new();
        if keys.is_empty() {
            return Ok(held);
        }
        let part = Part { columns: &["source", "id"], shares: None };
        for file in self.table.live_files(&self.snapshot, None)? {
            data_file::read(&file.path, &part, |batch| {
                let corrupt = |column| StoreError::Corrupt { path: file.path.clone(), column };
                let found = keys_of(batch).map_err(corrupt)?;
                held.extend(found.into_iter().filter(|key| keys.contains(key)));
                Ok(())
            })?;
        }
        Ok(held)
    }
}

fn keys_of(batch: &RecordBatch) -> Result<Vec<KeyDigest>, &'static str> {
    let column = |name: &'static str| {
        let array = batch.column_by_name(name);
        array.and_then(|array| array.as_any().downcast_ref::<StringArray>()).ok_or(name)
    };
    let (sources, ids) = (column("source")?, column("id")?);
    let key = |row| {
        let source = text(sources, row).and_then(Source::new).ok_or("source")?;
        let id = text(ids, row).and_then(EventId::new).ok_or("id")?;
        Ok(KeyDigest::of(&source, &id))
    };
    (0..batch.num_rows()).map(key).collect()
}
