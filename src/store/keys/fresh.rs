//! Keys met in this ingest: in memory up to a bound, then in runs on the disk.
//!
//! The youngest stand in a small table that stays near the core; a full one is sealed: sorted, and
//! its keys added to a filter. So nearly every new key is told from those before by two looks at
//! memory that is at hand, however many there are.

use super::bloom::Bloom;
use super::run::{self, Entry, Run};
use rayon::slice::ParallelSliceMut;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::io;
use std::path::Path;

/// Keys held in memory, of 32 bytes each with their contents.
const MOST_IN_MEMORY: usize = 2_500_000;

/// Keys of the table that is not sealed yet, which takes 2 MB.
const MOST_UNSEALED: usize = 50_000;

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
    /// The first content of a key, of those not sealed.
    first: HashMap<u128, u128, BuildHasherDefault<DigestHasher>>,
    /// Further ones; few.
    further: Vec<Entry>,
    /// Sealed tables, each in order.
    sealed: Vec<Vec<Entry>>,
    /// Which keys may be in a sealed table.
    seen: Option<Bloom>,
    /// What memory had no room for.
    pub(super) runs: Vec<Run>,
    /// Keys met with a content that differs from what was known, stored or fresh.
    pub(super) conflicts: Vec<u128>,
}

impl Fresh {
    /// Number of entries.
    pub(super) fn len(&self) -> usize {
        self.n_in_memory() + self.runs.iter().map(Run::len).sum::<usize>()
    }

    fn n_in_memory(&self) -> usize {
        self.first.len() + self.further.len() + self.sealed.iter().map(Vec::len).sum::<usize>()
    }

    /// Adds the contents of a key to `found`.
    pub(super) fn contents(&self, key: u128, found: &mut Vec<u128>) -> io::Result<()> {
        if let Some(first) = self.first.get(&key) {
            found.push(*first);
        }
        found.extend(self.further.iter().filter(|entry| entry.0 == key).map(|entry| entry.1));
        if self.seen.as_ref().is_some_and(|seen| seen.may_hold(key)) {
            for table in &self.sealed {
                let begin = table.partition_point(|entry| entry.0 < key);
                let of_key = table[begin..].iter().take_while(|entry| entry.0 == key);
                found.extend(of_key.map(|entry| entry.1));
            }
        }
        self.runs.iter().try_for_each(|run| run.contents(key, found))
    }

    /// Adds an entry; what memory has no room for becomes a run in `dir`.
    pub(super) fn insert(&mut self, (key, content): Entry, dir: &Path) -> io::Result<()> {
        // Which content of a key comes first makes no difference.
        if *self.first.entry(key).or_insert(content) != content {
            self.further.push((key, content));
        }
        if self.first.len() < MOST_UNSEALED {
            return Ok(());
        }
        let mut table: Vec<Entry> = self.first.drain().collect();
        table.append(&mut self.further);
        table.par_sort_unstable();
        self.seal(table);
        self.make_room(dir)
    }

    /// Takes in a sorted table.
    fn seal(&mut self, table: Vec<Entry>) {
        let seen = self.seen.get_or_insert_with(|| Bloom::for_keys(MOST_IN_MEMORY));
        for entry in &table {
            seen.add(entry.0);
        }
        self.sealed.push(table);
    }

    /// Takes in everything of another.
    pub(super) fn absorb(&mut self, mut other: Self, dir: &Path) -> io::Result<()> {
        if self.len() == 0 && self.conflicts.is_empty() {
            *self = other;
            return Ok(());
        }
        other.sealed.drain(..).for_each(|table| self.seal(table));
        self.runs.append(&mut other.runs);
        self.conflicts.append(&mut other.conflicts);
        self.make_room(dir)?;
        other.first.into_iter().chain(other.further).try_for_each(|entry| self.insert(entry, dir))
    }

    fn make_room(&mut self, dir: &Path) -> io::Result<()> {
        if self.n_in_memory() < MOST_IN_MEMORY {
            return Ok(());
        }
        self.spill(dir)?;
        merge_small(&mut self.runs, dir)
    }

    /// Takes what is in memory, in order.
    pub(super) fn take_sorted(&mut self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::with_capacity(self.n_in_memory());
        entries.extend(self.first.drain());
        entries.append(&mut self.further);
        self.sealed.drain(..).for_each(|table| entries.extend(table));
        self.seen = None;
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
