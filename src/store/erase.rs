//! Erasure: a person leaves the disk, not only the figures.
//!
//! | step | what it does |
//! |---|---|
//! | begin | notes digests of those who are to go in `erased.json`, as not done |
//! | rewrite | data files that hold them are written anew without them, in one commit |
//! | history | keeps the rows of earlier versions, without any count |
//! | checkpoint | writes all that the new version is into one file |
//! | files | removes every data file that is not of that version, what runs that broke off have left, and every file of the log before it |
//! | keys | makes the index of keys anew |
//! | facts | removes the row-level facts of every settings; the next run writes its own |
//! | done | notes the version, before which none can be opened any more |
//!
//! Each step can be done twice, so that an erasure that broke off is done again from the first one:
//! by whoever takes the lock next. Rejections hold a file, a line, a reason and a field of ours,
//! never a subject; nothing of them has to go.

use super::append::Commit;
use super::columns::cells::typed;
use super::data_file::{self, Part};
use super::delta::{LOG_DIR, LiveFile, name_of};
use super::disk::sync_dir;
use super::erased::{Record, Traces};
use super::error::StoreError;
use super::history::Counts;
use super::keys::{self, KeyIndex};
use super::log::EventLog;
use super::log_files;
use super::rewrite::{Census, Purpose, census, rewrite};
use super::vacuum::{candidates, remove};
use crate::event::ids::Subject;
use crate::event::kind::EventType;
use crate::privacy::erased::{Erased, KEY_BYTES};
use arrow::array::{Array, BooleanArray, RecordBatch, StringArray};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Directory of the facts inside a store.
const FACTS: &str = "facts";

/// How often the data files are looked through, should another host go on adding to them.
const ATTEMPTS: u32 = 5;

/// Who is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Everyone who withdrew.
    Withdrawn,
    /// One person, by the subject the store knows them by.
    Subject(Subject),
}

/// What an erasure did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erasure {
    /// People who stood in the store and are gone.
    pub n_people: usize,
    /// The version from which on the store can be opened; `None` if nothing had to be removed.
    pub version: Option<u64>,
    /// Where the events of those who are gone came from, a person each.
    pub traces: Vec<Traces>,
}

/// Erases people, and finishes what an erasure before may have left undone. `key` is random, for a
/// store that has erased nobody yet. For whoever holds the lock.
///
/// # Errors
/// [`StoreError`] if a file cannot be read or written. Once begun, the erasure is finished by the
/// next who takes the lock.
pub fn erase(store: &Path, who: &Who, key: &[u8; KEY_BYTES]) -> Result<Erasure, StoreError> {
    let before = finish(store)?;
    begin(store, who, key)?;
    let now = finish(store)?;
    Ok(Erasure {
        n_people: before.n_people + now.n_people,
        version: now.version.or(before.version),
        traces: [before.traces, now.traces].concat(),
    })
}

/// Finishes an erasure that broke off; nothing if there is none. For whoever holds the lock.
///
/// # Errors
/// As [`erase`].
pub fn finish(store: &Path) -> Result<Erasure, StoreError> {
    let Some(record) = Record::read(store)? else { return Ok(Erasure::default()) };
    let Some(traces) = record.unfinished.clone() else { return Ok(Erasure::default()) };
    let version = run(store, &record, &STEPS)?;
    Ok(Erasure { n_people: traces.len(), version: Some(version), traces })
}

/// Whether an erasure broke off and is not done yet.
///
/// # Errors
/// [`StoreError`] if the record cannot be read.
pub fn is_unfinished(store: &Path) -> Result<bool, StoreError> {
    Ok(Record::read(store)?.is_some_and(|record| record.unfinished.is_some()))
}

/// Notes who is to go. No erasure is unfinished.
fn begin(store: &Path, who: &Who, key: &[u8; KEY_BYTES]) -> Result<(), StoreError> {
    let log = EventLog::open(store)?;
    let before = Record::read(store)?;
    let mut record = before.unwrap_or_else(|| Record::new(key));
    let mut erased = record.erased();
    let people = match who {
        Who::Withdrawn => log.withdrawn()?,
        Who::Subject(subject) => BTreeSet::from([subject.clone()]),
    };
    let mut is_new = false;
    for subject in &people {
        is_new |= erased.add(subject);
    }
    let traces = traces(&log, &erased)?;
    if !is_new && traces.is_empty() {
        return Ok(());
    }
    record.keep(&erased);
    if !traces.is_empty() {
        record.unfinished = Some(traces);
    }
    record.write(store)
}

/// Where the events of erased people that still stand in the log came from, a person each.
fn traces(log: &EventLog, erased: &Erased) -> Result<Vec<Traces>, StoreError> {
    let mut traces: BTreeMap<String, Traces> = BTreeMap::new();
    let mut known = Known::new(erased);
    each(log, &["subject", "type", "file_digest"], |columns| {
        let [subject, event_type, file] = columns else { return };
        if known.is_erased(subject) {
            let of_person = traces.entry((*subject).to_owned()).or_default();
            let files = if is_withdrawal(event_type) {
                &mut of_person.withdrawn_in
            } else {
                &mut of_person.counted_from
            };
            if !files.contains(*file) {
                files.insert((*file).to_owned());
            }
        }
    })?;
    Ok(traces.into_values().collect())
}

fn is_withdrawal(event_type: &str) -> bool {
    EventType::parse(event_type) == Some(EventType::SubjectWithdrawn)
}

/// Calls with the texts of some columns, row by row.
fn each(
    log: &EventLog,
    columns: &[&'static str],
    mut with: impl FnMut(&[&str]),
) -> Result<(), StoreError> {
    for file in log.table.live_files(&log.snapshot, None)? {
        data_file::read(&file.path, &Part { columns, ..Part::default() }, |batch| {
            let arrays = columns.iter().map(|column| texts(batch, column, &file.path));
            let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
            for row in 0..batch.num_rows() {
                let texts: Vec<&str> = arrays.iter().map(|array| array.value(row)).collect();
                with(&texts);
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn texts<'a>(
    batch: &'a RecordBatch,
    column: &'static str,
    path: &Path,
) -> Result<&'a StringArray, StoreError> {
    let array: Option<&StringArray> = typed(batch, column);
    let array = array.filter(|array| array.null_count() == 0);
    array.ok_or_else(|| StoreError::Corrupt { path: path.into(), column })
}

/// Whether subjects are erased; the rows of one stand together.
struct Known<'a> {
    erased: &'a Erased,
    last: Option<(String, bool)>,
}

impl<'a> Known<'a> {
    const fn new(erased: &'a Erased) -> Self {
        Self { erased, last: None }
    }

    fn is_erased(&mut self, subject: &str) -> bool {
        if let Some((last, is_erased)) = &self.last
            && last == subject
        {
            return *is_erased;
        }
        let is_erased = self.erased.holds_text(subject);
        self.last = Some((subject.to_owned(), is_erased));
        is_erased
    }
}

type Step = fn(&Path, &Record) -> Result<(), StoreError>;

/// What is done to the store, in this order.
const STEPS: [Step; 7] =
    [rewrite_files, keep_history, write_checkpoint, remove_files, remake_keys, remove_facts, done];

fn run(store: &Path, record: &Record, steps: &[Step]) -> Result<u64, StoreError> {
    for step in steps {
        step(store, record)?;
    }
    Ok(EventLog::open(store)?.version())
}

fn rewrite_files(store: &Path, record: &Record) -> Result<(), StoreError> {
    let erased = record.erased();
    for _ in 0..ATTEMPTS {
        let log = EventLog::open(store)?;
        let files = holding(&log, &erased)?;
        if files.is_empty() {
            return Ok(());
        }
        let keep = |batch: &RecordBatch| {
            let subjects = texts(batch, "subject", &log.table.dir)?;
            let mut known = Known::new(&erased);
            let stays = subjects.iter().flatten().map(|subject| Some(!known.is_erased(subject)));
            Ok(Some(stays.collect::<BooleanArray>()))
        };
        match rewrite(&log, &files, Purpose::Erase, &keep)?.commit {
            Commit::Done { .. } | Commit::Nothing => return Ok(()),
            Commit::Conflict { .. } => {}
        }
    }
    let source = std::io::Error::other("another host goes on adding to the store");
    Err(StoreError::Io { path: store.into(), source })
}

/// The data files with events of erased people.
fn holding(log: &EventLog, erased: &Erased) -> Result<Vec<(LiveFile, Census)>, StoreError> {
    let mut holding = Vec::new();
    for file in log.table.live_files(&log.snapshot, None)? {
        let mut known = Known::new(erased);
        let mut is_held = false;
        data_file::read(&file.path, &Part { columns: &["subject"], ..Part::default() }, |batch| {
            let subjects = texts(batch, "subject", &file.path)?;
            is_held |= subjects.iter().flatten().any(|subject| known.is_erased(subject));
            Ok(())
        })?;
        if is_held {
            let census = census(&file)?;
            holding.push((file, census));
        }
    }
    Ok(holding)
}

/// A count of before, less the same count of now, would be the number of the person's events.
fn keep_history(store: &Path, _record: &Record) -> Result<(), StoreError> {
    let log = EventLog::open(store)?;
    log.keep_history(log.version(), Counts::LeftOut)
}

fn write_checkpoint(store: &Path, _record: &Record) -> Result<(), StoreError> {
    EventLog::open(store)?.checkpoint()
}

fn remove_files(store: &Path, _record: &Record) -> Result<(), StoreError> {
    let log = EventLog::open(store)?;
    let (dir, log_dir) = (&log.table.dir, log.table.dir.join(LOG_DIR));
    let live = log.data_files()?;
    let superseded = log.superseded(&log_dir, &live)?;
    for path in candidates(dir, &superseded)? {
        if !live.contains(&name_of(&path)) {
            remove(&path)?;
        }
    }
    sync_dir(dir).map_err(StoreError::io(dir))?;
    for file in log_files::list(&log_dir)? {
        if file.version < log.version() || file.kind == log_files::Kind::Leftover {
            remove(&file.path)?;
        }
    }
    sync_dir(&log_dir).map_err(StoreError::io(&log_dir))
}

fn remake_keys(store: &Path, _record: &Record) -> Result<(), StoreError> {
    let dir = store.join(keys::DIR);
    if dir.exists() {
        std::fs::remove_dir_all(&dir).map_err(StoreError::io(&dir))?;
    }
    let log = EventLog::open(store)?;
    KeyIndex::open(&log)?.settle(&log)
}

fn remove_facts(store: &Path, _record: &Record) -> Result<(), StoreError> {
    let dir = store.join(FACTS);
    if dir.exists() {
        std::fs::remove_dir_all(&dir).map_err(StoreError::io(&dir))?;
    }
    Ok(())
}

fn done(store: &Path, record: &Record) -> Result<(), StoreError> {
    record.finished(EventLog::open(store)?.version()).write(store)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Begins an erasure and breaks off after some of its steps, as a crash does.
    pub(crate) fn break_off(store: &Path, who: &Who, n_steps: usize) {
        begin(store, who, &[9; KEY_BYTES]).expect("disk");
        let record = Record::read(store).expect("a record").expect("a record");
        run(store, &record, &STEPS[..n_steps]).expect("disk");
    }

    /// Number of steps.
    pub(crate) const N_STEPS: usize = STEPS.len();
}
