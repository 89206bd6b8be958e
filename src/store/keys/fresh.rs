//! Keys met in this ingest: in memory up to a bound, then in runs on the disk.

use super::run::{self, Entry, Run};
use rayon::slice::ParallelSliceMut;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::io;
use std::path::Path;

/// Keys held in memory; a table of so many takes 70 MB.
const MOST_IN_MEMORY: usize = 1_800_000;

/// From so many keys on the table is made as large as it gets, instead of growing there.
const MANY: usize = 50_000;

/// A digest is a hash already.
#[derive(Debug, Default)]
pub(super) struct DigestHasher(u64);

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

    #[allow(clippy::cast_possible_truncation, reason = "the lower half is enough")]
    fn write_u128(&mut self, digest: u128) {
        self.0 = digest as u64;
    }
}

/// Keys with their contents, none of them settled yet.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    /// The first content of a key.
    first: HashMap<u128, u128, BuildHasherDefault<DigestHasher>>,
    /// Further ones; few.
    further: Vec<Entry>,
    /// Full tables of before.
    pub(super) runs: Vec<Run>,
    /// Keys met with a content that differs from what was known, stored or fresh.
    pub(super) conflicts: Vec<u128>,
}

impl Fresh {
    /// Number of entries.
    pub(super) fn len(&self) -> usize {
        self.first.len() + self.further.len() + self.runs.iter().map(Run::len).sum::<usize>()
    }

    /// Adds the contents of a key to `found`.
    pub(super) fn contents(&self, key: u128, found: &mut Vec<u128>) -> io::Result<()> {
        if let Some(first) = self.first.get(&key) {
            found.push(*first);
        }
        found.extend(self.further.iter().filter(|entry| entry.0 == key).map(|entry| entry.1));
        self.runs.iter().try_for_each(|run| run.contents(key, found))
    }

    /// Adds an entry; a full table becomes a run in `dir`.
    pub(super) fn insert(&mut self, (key, content): Entry, dir: &Path) -> io::Result<()> {
        if self.first.len() == MANY {
            self.first.reserve(MOST_IN_MEMORY - MANY);
        }
        self.add((key, content));
        self.make_room(dir)
    }

    /// Which content of a key comes first makes no difference.
    fn add(&mut self, (key, content): Entry) {
        if *self.first.entry(key).or_insert(content) != content {
            self.further.push((key, content));
        }
    }

    /// Takes in everything of another.
    pub(super) fn absorb(&mut self, mut other: Self, dir: &Path) -> io::Result<()> {
        if self.first.is_empty() {
            std::mem::swap(&mut self.first, &mut other.first);
        }
        other.first.drain().chain(other.further.drain(..)).for_each(|entry| self.add(entry));
        self.runs.append(&mut other.runs);
        self.conflicts.append(&mut other.conflicts);
        self.make_room(dir)
    }

    fn make_room(&mut self, dir: &Path) -> io::Result<()> {
        if self.first.len() < MOST_IN_MEMORY {
            return Ok(());
        }
        self.spill(dir)?;
        merge_small(&mut self.runs, dir)
    }

    /// Takes what is in memory, in order.
    pub(super) fn take_sorted(&mut self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self.first.drain().collect();
        entries.append(&mut self.further);
        entries.par_sort_unstable();
        entries
    }

    /// Makes a run of what is in memory.
    fn spill(&mut self, dir: &Path) -> io::Result<()> {
        let entries = self.take_sorted();
        let mut file = tempfile::tempfile_in(dir)?;
        run::write(&mut file, entries.len(), entries.into_iter().map(Ok))?;
        self.runs.push(Run::of(file)?);
        Ok(())
    }
}

/// A run is merged into the one before it unless that is this many times as large: there are few
/// runs to ask, and each entry is copied few times.
const LARGER: usize = 4;

/// Whether the last of some runs, by size, is to be merged into the one before it.
pub(super) fn is_to_merge(sizes: &[usize]) -> bool {
    matches!(sizes, [.., before, last] if *before < LARGER * last)
}

fn merge_small(runs: &mut Vec<Run>, dir: &Path) -> io::Result<()> {
    while is_to_merge(&runs.iter().map(Run::len).collect::<Vec<_>>()) {
        let pair = runs.split_off(runs.len() - 2);
        let mut file = tempfile::tempfile_in(dir)?;
        let at_most = pair.iter().map(Run::len).sum();
        run::write(&mut file, at_most, run::merged(&pair, Vec::new())?)?;
        runs.push(Run::of(file)?);
    }
    Ok(())
}
