//! Which keys the log holds, and with which content: what tells a new event from a duplicate.

use super::columns::cells::{content, text};
use super::data_file::{self, Part};
use super::error::StoreError;
use super::log::EventLog;
use crate::event::ids::{EventId, Source};
use crate::event::key::{ContentDigest, KeyDigest, KnownKeys};
use arrow::array::{BinaryArray, RecordBatch, StringArray};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Keys and contents, by digest: 32 bytes an event, and room for a table to grow.
#[derive(Debug, Default)]
pub struct KeyIndex {
    /// The content of every key.
    first: HashMap<u128, ContentDigest, BuildHasherDefault<DigestHasher>>,
    /// All contents of keys with more than one.
    several: HashMap<u128, Vec<ContentDigest>, BuildHasherDefault<DigestHasher>>,
}

/// A digest is a hash already.
#[derive(Debug, Default)]
struct DigestHasher(u64);

impl Hasher for DigestHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut part = [0; 8];
            part[..chunk.len()].copy_from_slice(chunk);
            self.0 ^= u64::from_ne_bytes(part);
        }
    }
}

impl KnownKeys for KeyIndex {
    fn contents(&self, key: KeyDigest) -> &[ContentDigest] {
        match self.several.get(&key.0) {
            Some(contents) => contents,
            None => self.first.get(&key.0).map_or(&[], std::slice::from_ref),
        }
    }
}

impl KeyIndex {
    /// The keys of every event of a log, read from three columns of its files.
    ///
    /// # Errors
    /// [`StoreError`] if a file cannot be read, or holds what is not of the vocabulary.
    pub fn of(log: &EventLog) -> Result<Self, StoreError> {
        let files = log.table.live_files(&log.snapshot, None)?;
        let rows: u64 = files.iter().map(|file| file.rows).sum();
        let mut index = Self::default();
        index.first.reserve(usize::try_from(rows).unwrap_or_default());
        let part = Part { columns: &["source", "id", "content"], shares: None };
        for file in files {
            data_file::read(&file.path, &part, |batch| {
                index
                    .insert_all(batch)
                    .map_err(|column| StoreError::Corrupt { path: file.path.clone(), column })
            })?;
        }
        Ok(index)
    }

    /// Keys that stand in the log with different contents.
    #[must_use]
    pub fn conflicting(&self) -> std::collections::HashSet<KeyDigest> {
        self.several.keys().map(|key| KeyDigest(*key)).collect()
    }

    /// Makes a content known under a key, beside those it already has.
    pub fn insert(&mut self, key: KeyDigest, content: ContentDigest) {
        let known = *self.first.entry(key.0).or_insert(content);
        if known != content {
            let contents = self.several.entry(key.0).or_insert_with(|| vec![known]);
            if !contents.contains(&content) {
                contents.push(content);
            }
        }
    }

    /// Number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.first.len()
    }

    /// Whether no key is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    fn insert_all(&mut self, batch: &RecordBatch) -> Result<(), &'static str> {
        let sources: &StringArray = column(batch, "source")?;
        let ids: &StringArray = column(batch, "id")?;
        let contents: &BinaryArray = column(batch, "content")?;
        let mut source: Option<Source> = None;
        for row in 0..batch.num_rows() {
            let name = text(sources, row).ok_or("source")?;
            if source.as_ref().is_none_or(|last| last.as_str() != name) {
                source = Source::new(name);
            }
            let source = source.as_ref().ok_or("source")?;
            let id = text(ids, row).and_then(EventId::new).ok_or("id")?;
            self.insert(KeyDigest::of(source, &id), content(contents, row)?);
        }
        Ok(())
    }
}

fn column<'a, T: 'static>(
    batch: &'a RecordBatch,
    name: &'static str,
) -> Result<&'a T, &'static str> {
    batch.column_by_name(name).and_then(|array| array.as_any().downcast_ref()).ok_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_have_several_contents() {
        let mut index = KeyIndex::default();
        let (key, other) = (KeyDigest(7), KeyDigest(8));
        assert!(index.contents(key).is_empty() && index.is_empty());
        for content in [1, 1, 2, 3, 2, 1] {
            index.insert(key, ContentDigest(content));
        }
        index.insert(other, ContentDigest(9));
        assert_eq!(index.contents(key), &[1, 2, 3].map(ContentDigest));
        assert_eq!(index.contents(other), &[ContentDigest(9)]);
        assert_eq!(index.len(), 2);
    }
}
