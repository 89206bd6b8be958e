//! A run: keys and contents, sorted, in a file that never changes.
//!
//! ```text
//! magic                8 bytes
//! number of entries    8 bytes, little-endian
//! bytes of the filter  8 bytes, little-endian
//! entries              key and content, 16 bytes each, big-endian: bytes in the order of numbers
//! fences               the upper half of every 128th key, 8 bytes each, little-endian
//! filter               which keys may be here
//! ```
//!
//! In memory stand the fences and the filter, under 2 bytes an entry; a key that may be here costs
//! one read of 4 KiB.

use super::bloom::Bloom;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// A key and a content, as digests.
pub(super) type Entry = (u128, u128);

const MAGIC: [u8; 8] = *b"adkeys\0\x01";
const HEADER: [u8; 24] = [0; 24];
const HEADER_BYTES: u64 = HEADER.len() as u64;
const ENTRY_BYTES: usize = 32;
/// Entries between two fences.
const ENTRIES_PER_PAGE: usize = 128;
const BUFFER_BYTES: usize = 1 << 18;

/// A run that can be asked.
#[derive(Debug)]
pub(super) struct Run {
    file: File,
    n: usize,
    fences: Vec<u64>,
    bloom: Bloom,
}

/// Writes entries that come in order; those that repeat the one before are left out. `at_most` is
/// how many there may be.
pub(super) fn write(
    file: &mut File,
    at_most: usize,
    entries: impl Iterator<Item = io::Result<Entry>>,
) -> io::Result<()> {
    let mut bloom = Bloom::for_keys(at_most);
    let mut fences = Vec::new();
    let mut n = 0_usize;
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, &mut *file);
    out.write_all(&HEADER)?;
    let mut last = None;
    for entry in entries {
        let entry = entry?;
        if last == Some(entry) {
            continue;
        }
        last = Some(entry);
        let (key, content) = entry;
        if n.is_multiple_of(ENTRIES_PER_PAGE) {
            fences.push(upper(key));
        }
        bloom.add(key);
        out.write_all(&key.to_be_bytes())?;
        out.write_all(&content.to_be_bytes())?;
        n += 1;
    }
    for fence in &fences {
        out.write_all(&fence.to_le_bytes())?;
    }
    bloom.write(&mut out)?;
    // The header comes last: a run that broke off has none.
    out.seek(SeekFrom::Start(0))?;
    out.write_all(&MAGIC)?;
    out.write_all(&(n as u64).to_le_bytes())?;
    out.write_all(&(bloom.n_bytes() as u64).to_le_bytes())?;
    out.flush()
}

impl Run {
    /// Opens a run.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Self::of(File::open(path)?)
    }

    /// A run in an open file.
    pub(super) fn of(mut file: File) -> io::Result<Self> {
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, &mut file);
        reader.seek(SeekFrom::Start(0))?;
        let mut magic = [0; 8];
        reader.read_exact(&mut magic)?;
        let invalid = || io::Error::from(io::ErrorKind::InvalidData);
        let mut number = || -> io::Result<usize> {
            let mut bytes = [0; 8];
            reader.read_exact(&mut bytes)?;
            usize::try_from(u64::from_le_bytes(bytes)).map_err(|_| invalid())
        };
        let (n, bloom_bytes) = (number()?, number()?);
        let n_fences = n.div_ceil(ENTRIES_PER_PAGE);
        let entries = (n as u64).checked_mul(ENTRY_BYTES as u64).ok_or_else(invalid)?;
        let expected = (n_fences as u64 * 8)
            .checked_add(bloom_bytes as u64)
            .and_then(|tail| tail.checked_add(entries))
            .and_then(|bytes| bytes.checked_add(HEADER_BYTES));
        if magic != MAGIC || expected != Some(reader.get_ref().metadata()?.len()) {
            return Err(invalid());
        }
        reader.seek(SeekFrom::Start(HEADER_BYTES + entries))?;
        let mut fences = Vec::with_capacity(n_fences);
        for _ in 0..n_fences {
            let mut bytes = [0; 8];
            reader.read_exact(&mut bytes)?;
            fences.push(u64::from_le_bytes(bytes));
        }
        let bloom = Bloom::read(&mut reader, bloom_bytes)?;
        Ok(Self { file, n, fences, bloom })
    }

    /// Number of entries.
    pub(super) const fn len(&self) -> usize {
        self.n
    }

    /// Adds the contents of a key to `found`.
    pub(super) fn contents(&self, key: u128, found: &mut Vec<u128>) -> io::Result<()> {
        if !self.bloom.may_hold(key) {
            return Ok(());
        }
        // The entries of a key may begin on the page before the first fence that is not below it.
        let first = self.fences.partition_point(|fence| *fence < upper(key)).saturating_sub(1);
        for page in first..self.fences.len() {
            if self.fences[page] > upper(key) {
                break;
            }
            let from = page * ENTRIES_PER_PAGE;
            let mut bytes = [0; ENTRIES_PER_PAGE * ENTRY_BYTES];
            let bytes = &mut bytes[..ENTRIES_PER_PAGE.min(self.n - from) * ENTRY_BYTES];
            let mut file = &self.file;
            file.seek(SeekFrom::Start(HEADER_BYTES + (from * ENTRY_BYTES) as u64))?;
            file.read_exact(bytes)?;
            let (entries, _) = bytes.as_chunks::<ENTRY_BYTES>();
            let begin = entries.partition_point(|bytes| entry(bytes).0 < key);
            let of_key = entries[begin..].iter().map(entry).take_while(|entry| entry.0 == key);
            found.extend(of_key.map(|(_, content)| content));
        }
        Ok(())
    }

    /// Every entry, in order.
    pub(super) fn entries(&self) -> io::Result<impl Iterator<Item = io::Result<Entry>> + use<>> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(HEADER_BYTES))?;
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, file);
        Ok((0..self.n).map(move |_| {
            let mut bytes = [0; ENTRY_BYTES];
            reader.read_exact(&mut bytes)?;
            Ok(entry(&bytes))
        }))
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the upper half fits")]
const fn upper(key: u128) -> u64 {
    (key >> 64) as u64
}

fn entry(bytes: &[u8; ENTRY_BYTES]) -> Entry {
    let half = |from: usize| {
        let mut half = [0; 16];
        half.copy_from_slice(&bytes[from..from + 16]);
        u128::from_be_bytes(half)
    };
    (half(0), half(16))
}

/// The entries of several runs, and of some that are in memory and in order, all in order.
///
/// Runs are few, so that the smallest of their heads is looked for, not kept in a heap. A file and
/// its clone share their position: nobody may ask the runs meanwhile.
pub(super) fn merged(
    runs: &[Run],
    in_memory: Vec<Entry>,
) -> io::Result<impl Iterator<Item = io::Result<Entry>> + use<>> {
    type Entries = Box<dyn Iterator<Item = io::Result<Entry>>>;
    let of_run = |run: &Run| run.entries().map(|entries| Box::new(entries) as Entries);
    let mut rest = runs.iter().map(of_run).collect::<io::Result<Vec<_>>>()?;
    rest.push(Box::new(in_memory.into_iter().map(Ok)));
    let mut heads: Vec<Option<Entry>> =
        rest.iter_mut().map(|run| run.next().transpose()).collect::<io::Result<_>>()?;
    Ok(std::iter::from_fn(move || {
        let (at, entry) = heads
            .iter()
            .enumerate()
            .filter_map(|(at, head)| head.map(|entry| (at, entry)))
            .min_by_key(|(_, entry)| *entry)?;
        match rest[at].next().transpose() {
            Ok(next) => heads[at] = next,
            Err(error) => return Some(Err(error)),
        }
        Some(Ok(entry))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Spreads numbers as digests are spread, from a few keys so that some have many contents.
    fn some_entries(seed: u64, n: u64) -> BTreeSet<Entry> {
        let digest = |text: String| {
            let mut half = [0; 16];
            half.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..16]);
            u128::from_be_bytes(half)
        };
        (0..n)
            .map(|at| {
                let key = if at % 3 == 0 { at % 7 } else { at };
                (digest(format!("{seed} {key}")), digest(format!("content {at}")))
            })
            .collect()
    }

    fn run_of(entries: &BTreeSet<Entry>) -> Run {
        let mut file = tempfile::tempfile().expect("a file");
        write(&mut file, entries.len(), entries.iter().copied().map(Ok)).expect("disk");
        Run::of(file).expect("a run")
    }

    #[test]
    fn a_run_answers_as_the_set_it_was_made_of() {
        for n in [0, 1, 127, 128, 129, 5_000] {
            let set = some_entries(1, n);
            let run = run_of(&set);
            assert_eq!(run.len(), set.len());
            let read: Vec<Entry> =
                run.entries().expect("disk").collect::<io::Result<_>>().expect("disk");
            assert!(read.iter().eq(&set));
            for key in set.iter().chain(&some_entries(2, 50)).map(|entry| entry.0) {
                let mut found = Vec::new();
                run.contents(key, &mut found).expect("disk");
                let expected: Vec<u128> =
                    set.range((key, 0)..=(key, u128::MAX)).map(|entry| entry.1).collect();
                assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn merged_runs_are_one_sorted_set() {
        let sets = [some_entries(1, 900), some_entries(2, 10), some_entries(1, 300)];
        let runs: Vec<Run> = sets[..2].iter().map(run_of).collect();
        let memory = sets[2].iter().copied().collect();
        let all: BTreeSet<Entry> = sets.into_iter().flatten().collect();
        let mut file = tempfile::tempfile().expect("a file");
        write(&mut file, 1_210, merged(&runs, memory).expect("disk")).expect("disk");
        let run = Run::of(file).expect("a run");
        let read: Vec<Entry> =
            run.entries().expect("disk").collect::<io::Result<_>>().expect("disk");
        assert!(read.iter().eq(&all));
    }

    #[test]
    fn what_is_no_run_is_refused() {
        let mut file = tempfile::tempfile().expect("a file");
        write(&mut file, 9, some_entries(1, 9).into_iter().map(Ok)).expect("disk");
        let length = file.metadata().expect("disk").len();
        file.set_len(length - 1).expect("disk");
        assert!(Run::of(file.try_clone().expect("disk")).is_err());
        file.set_len(0).expect("disk");
        assert!(Run::of(file).is_err());
    }
}
