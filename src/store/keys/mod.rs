//! Which keys the log holds, and with which content: what tells a new event from a duplicate,
//! without reading the store.
//!
//! ```text
//! <store>/keys/runs.json   which runs there are, and whose keys they hold
//! <store>/keys/*.keys      sorted runs of keys and contents, as digests
//! ```
//!
//! A log-structured merge (O'Neil et al., Acta Informatica 33, 1996): an ingest adds one run, and
//! runs of like size become one. Memory holds a filter of 2 bytes an event and a bounded table of
//! new keys, however much is stored or read; what an ingest costs depends on what it brings.
//!
//! Nothing here is more than a copy of three columns of the data files. What is missing, or was
//! written by a run that broke off, is read from them again.

mod bloom;
mod fresh;
mod list;
mod run;

use super::columns::cells::{content, text, typed};
use super::data_file::{self, Part};
use super::delta::LiveFile;
use super::disk::{make_private_dir, tighten_dir, tighten_file};
use super::error::StoreError;
use super::log::EventLog;
use crate::event::ids::{EventId, Source};
use crate::event::key::{Conflicts, ContentDigest, KeyDigest, KeyError, KnownKeys, Novelty};
use arrow::array::{BinaryArray, RecordBatch, StringArray};
use fresh::{Fresh, is_to_merge};
use list::{List, Listed};
use run::Run;
use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Directory inside a store.
pub const DIR: &str = "keys";

/// Keys and contents of a log, and of what is being added to it.
#[derive(Debug)]
pub struct KeyIndex {
    dir: PathBuf,
    /// Where the index stands that is not to stay.
    _aside: Option<TempDir>,
    list: List,
    /// The runs of the list.
    stored: Vec<Run>,
    conflicts: BTreeSet<u128>,
    /// Of this ingest.
    kept: Fresh,
    /// Of the source being read.
    of_source: Fresh,
    /// Contents of the key asked for last; kept for its room.
    found: Vec<u128>,
}

impl KeyIndex {
    /// The index of a log, to be kept in its store: for whoever holds the lock.
    ///
    /// # Errors
    /// [`StoreError`] if a file cannot be read, or holds what is not of the vocabulary.
    pub fn open(log: &EventLog) -> Result<Self, StoreError> {
        let dir = log.table.dir.with_file_name(DIR);
        make_private_dir(&dir).and_then(|()| tighten_dir(&dir)).map_err(StoreError::io(&dir))?;
        let mut index = Self::in_dir(dir.clone(), None);
        index.load(log, &dir)?;
        Ok(index)
    }

    /// The index of a log, without a change to its store. `None`: of no log.
    ///
    /// # Errors
    /// [`StoreError`] if a file cannot be read, or holds what is not of the vocabulary.
    pub fn aside(log: Option<&EventLog>) -> Result<Self, StoreError> {
        let temporary = std::env::temp_dir();
        let aside = TempDir::new_in(&temporary).map_err(StoreError::io(&temporary))?;
        let mut index = Self::in_dir(aside.path().to_owned(), Some(aside));
        if let Some(log) = log {
            index.load(log, &log.table.dir.with_file_name(DIR))?;
        }
        Ok(index)
    }

    fn in_dir(dir: PathBuf, aside: Option<TempDir>) -> Self {
        Self {
            dir,
            _aside: aside,
            list: List::default(),
            stored: Vec::new(),
            conflicts: BTreeSet::new(),
            kept: Fresh::default(),
            of_source: Fresh::default(),
            found: Vec::new(),
        }
    }

    /// Opens the runs of a directory, and reads the data files whose keys are in none.
    fn load(&mut self, log: &EventLog, dir: &Path) -> Result<(), StoreError> {
        let live = log.table.live_files(&log.snapshot, None)?;
        let list = List::read(dir);
        let names: BTreeSet<String> = live.iter().map(LiveFile::name).collect();
        // A run that holds keys of a file that is gone may hold keys that are gone: all anew.
        if list.covered().is_subset(&names) {
            let runs = list.runs.iter().map(|listed| Run::open(&dir.join(&listed.file)));
            if let Ok(runs) = runs.collect::<io::Result<Vec<_>>>() {
                self.stored = runs;
                self.conflicts = list.conflicts();
                self.list = list;
            }
        }
        let covered = self.list.covered();
        for file in live.iter().filter(|file| !covered.contains(&file.name())) {
            self.read_file(file)?;
        }
        Ok(())
    }

    fn read_file(&mut self, file: &LiveFile) -> Result<(), StoreError> {
        let part = Part { columns: &["source", "id", "content"], ..Part::default() };
        let failed = StoreError::io(&self.dir);
        let mut disk = Ok(());
        data_file::read(&file.path, &part, |batch| {
            let corrupt = |column| StoreError::Corrupt { path: file.path.clone(), column };
            for entry in entries(batch).map_err(corrupt)? {
                if disk.is_ok() {
                    disk = self.meet_digests(entry).map(|_| ());
                }
            }
            Ok(())
        })?;
        disk.map_err(failed)?;
        self.absorb_source()
    }

    /// The contents of the keys that stand in the log with different ones.
    ///
    /// # Errors
    /// [`StoreError`] if a run cannot be read.
    pub fn conflicting(&mut self) -> Result<Conflicts, StoreError> {
        let mut keys = self.conflicts.clone();
        keys.extend(&self.kept.conflicts);
        let mut contents = Vec::new();
        for key in keys {
            let failed = StoreError::io(&self.dir);
            let found = self.contents(key).map_err(failed)?.iter();
            contents.extend(found.map(|content| ContentDigest(*content)));
        }
        Ok(contents.into_iter().collect())
    }

    /// Those of some keys under which an event stands in the log, of whatever subject.
    ///
    /// # Errors
    /// [`StoreError`] if a run cannot be read.
    pub fn held(
        &mut self,
        keys: impl Iterator<Item = KeyDigest>,
    ) -> Result<HashSet<KeyDigest>, StoreError> {
        let mut held = HashSet::new();
        for key in keys {
            let failed = StoreError::io(&self.dir);
            if !self.contents(key.0).map_err(failed)?.is_empty() {
                held.insert(key);
            }
        }
        Ok(held)
    }

    /// Number of keys and contents.
    #[must_use]
    pub fn len(&self) -> usize {
        self.stored.iter().map(Run::len).sum::<usize>() + self.kept.len()
    }

    /// Whether no key is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes what was kept into the store, as the keys of those data files of the log that no run
    /// holds yet; they must be the very keys that were met.
    ///
    /// Where the lock does not keep two writers apart, the other may sweep a file away before it has
    /// its name. That is no failure: whatever of the two is left, the next to open the index finds it
    /// whole or makes it anew.
    ///
    /// # Errors
    /// [`StoreError`] if the disk refuses. The log is whole without.
    pub fn settle(mut self, log: &EventLog) -> Result<(), StoreError> {
        let live = log.table.live_files(&log.snapshot, None)?;
        let covered = self.list.covered();
        let covers: BTreeSet<String> =
            live.iter().map(LiveFile::name).filter(|name| !covered.contains(name)).collect();
        if covers.is_empty() {
            return Ok(());
        }
        match self.write_runs(covers) {
            Err(swept) if swept.kind() == io::ErrorKind::NotFound => Ok(()),
            written => written.map_err(StoreError::io(&self.dir)),
        }
    }

    fn write_runs(&mut self, mut covers: BTreeSet<String>) -> io::Result<()> {
        let in_memory = self.kept.take_sorted();
        let mut fresh = std::mem::take(&mut self.kept.runs);
        let mut listed = self.list.runs.clone();
        let mut sizes: Vec<usize> = self.stored.iter().map(Run::len).collect();
        // The runs of the store that the new ones are to be merged with.
        sizes.push(in_memory.len() + fresh.iter().map(Run::len).sum::<usize>());
        while is_to_merge(&sizes) {
            let (Some(run), Some(before)) = (self.stored.pop(), listed.pop()) else { break };
            fresh.push(run);
            covers.extend(before.covers);
            let last = sizes.pop().unwrap_or_default();
            if let Some(size) = sizes.last_mut() {
                *size += last;
            }
        }
        let mut file = tempfile::Builder::new().prefix(".run-").tempfile_in(&self.dir)?;
        let at_most = in_memory.len() + fresh.iter().map(Run::len).sum::<usize>();
        run::write(file.as_file_mut(), at_most, run::merged(&fresh, in_memory)?)?;
        file.as_file().sync_all()?;
        tighten_file(file.path())?;
        let name = file_name(&covers);
        file.persist(self.dir.join(&name)).map_err(|error| error.error)?;
        listed.push(Listed { file: name, covers });
        self.conflicts.extend(self.kept.conflicts.drain(..));
        let list = List::new(listed, &self.conflicts);
        list.write(&self.dir)?;
        list.sweep(&self.dir)
    }

    /// The contents known under a key.
    fn contents(&mut self, key: u128) -> io::Result<&[u128]> {
        let found = &mut self.found;
        found.clear();
        self.stored.iter().try_for_each(|run| run.contents(key, found))?;
        self.kept.contents(key, found)?;
        self.of_source.contents(key, found)?;
        Ok(found)
    }

    fn meet_digests(&mut self, (key, content): (u128, u128)) -> io::Result<Novelty> {
        let novelty = match self.contents(key)? {
            [] => Novelty::New,
            known if known.contains(&content) => Novelty::Duplicate,
            _ => Novelty::Conflicting,
        };
        if novelty != Novelty::Duplicate {
            self.of_source.insert((key, content), &self.dir)?;
        }
        if novelty == Novelty::Conflicting {
            self.of_source.conflicts.push(key);
        }
        Ok(novelty)
    }

    fn absorb_source(&mut self) -> Result<(), StoreError> {
        let of_source = std::mem::take(&mut self.of_source);
        self.kept.absorb(of_source, &self.dir).map_err(StoreError::io(&self.dir))
    }
}

impl KnownKeys for KeyIndex {
    fn meet(&mut self, key: KeyDigest, content: ContentDigest) -> Result<Novelty, KeyError> {
        let met = self.meet_digests((key.0, content.0));
        Ok(met.map_err(StoreError::io(&self.dir))?)
    }

    fn keep_source(&mut self) -> Result<(), KeyError> {
        Ok(self.absorb_source()?)
    }

    fn drop_source(&mut self) {
        self.of_source = Fresh::default();
    }
}

/// What the index kept in a store is to the data files of its log.
#[derive(Debug)]
pub(super) enum Kept {
    /// Its runs hold the keys of these data files, all of them live.
    Whole(Box<KeyIndex>, BTreeSet<String>),
    /// It names data files that are gone; it is made anew when next needed.
    Stale,
    /// A run is gone or damaged; the index is made anew when next needed.
    Damaged,
}

/// Looks at the index kept in a store, and changes nothing.
///
/// # Errors
/// [`StoreError`] if the log cannot be read.
pub(super) fn kept(log: &EventLog) -> Result<Kept, StoreError> {
    let dir = log.table.dir.with_file_name(DIR);
    let list = List::read(&dir);
    let live = log.table.live_files(&log.snapshot, None)?;
    let covered = list.covered();
    if !covered.is_subset(&live.iter().map(LiveFile::name).collect()) {
        return Ok(Kept::Stale);
    }
    let runs = list.runs.iter().map(|listed| Run::open(&dir.join(&listed.file)));
    let Ok(runs) = runs.collect::<io::Result<Vec<_>>>() else { return Ok(Kept::Damaged) };
    let mut index = KeyIndex::in_dir(dir, None);
    index.stored = runs;
    Ok(Kept::Whole(Box::new(index), covered))
}

impl KeyIndex {
    /// Whether a key is known with this content.
    ///
    /// # Errors
    /// [`StoreError::Io`] if a run cannot be read.
    pub(super) fn holds(
        &mut self,
        key: KeyDigest,
        content: ContentDigest,
    ) -> Result<bool, StoreError> {
        let failed = StoreError::io(&self.dir);
        Ok(self.contents(key.0).map_err(failed)?.contains(&content.0))
    }
}

/// Follows data files that were written anew without a change to their keys: `fresh` stand in the
/// place of `gone`. Nothing where some of these are in no run; they are read when next asked for.
///
/// # Errors
/// [`StoreError::Io`] if the disk refuses.
pub(super) fn follow(
    log: &EventLog,
    gone: &BTreeSet<String>,
    fresh: &BTreeSet<String>,
) -> Result<(), StoreError> {
    let dir = log.table.dir.with_file_name(DIR);
    let mut list = List::read(&dir);
    if list.replace(gone, fresh) {
        list.write(&dir).map_err(StoreError::io(&dir))?;
    }
    Ok(())
}

/// A run is named after what it holds, so that a rerun after a crash writes the same name.
fn file_name(covers: &BTreeSet<String>) -> String {
    let mut hasher = blake3::Hasher::new();
    for name in covers {
        hasher.update(name.as_bytes());
        hasher.update(b"\n");
    }
    format!("{}.keys", &hasher.finalize().to_hex()[..32])
}

/// Keys and contents of a part of a data file.
fn entries(batch: &RecordBatch) -> Result<Vec<(u128, u128)>, &'static str> {
    let sources: &StringArray = column(batch, "source")?;
    let ids: &StringArray = column(batch, "id")?;
    let contents: &BinaryArray = column(batch, "content")?;
    let mut source: Option<Source> = None;
    let mut entries = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let name = text(sources, row).ok_or("source")?;
        if source.as_ref().is_none_or(|last| last.as_str() != name) {
            source = Source::new(name);
        }
        let source = source.as_ref().ok_or("source")?;
        let id = text(ids, row).and_then(EventId::new).ok_or("id")?;
        entries.push((KeyDigest::of(source, &id).0, content(contents, row)?.0));
    }
    Ok(entries)
}

fn column<'a, T: 'static>(
    batch: &'a RecordBatch,
    name: &'static str,
) -> Result<&'a T, &'static str> {
    typed(batch, name).ok_or(name)
}
