//! Rows: count, columns, order, shares, contents, duplicates; and the index of keys against them.

use super::finding::{FindingKind, Findings};
use crate::event::envelope::Logged;
use crate::event::key::{ContentDigest, KeyDigest, KnownKeys, Novelty};
use crate::store::columns::SCHEMA;
use crate::store::columns::cells::typed;
use crate::store::columns::decode::Decoder;
use crate::store::data_file::{self, Part};
use crate::store::delta::{LiveFile, same_type};
use crate::store::error::StoreError;
use crate::store::keys::{self, Kept, KeyIndex};
use crate::store::log::EventLog;
use crate::store::share::share_of;
use arrow::array::{Int32Array, RecordBatch};
use std::collections::{BTreeMap, BTreeSet};

/// Reads every row of the newest version; returns the numbers of files and events.
pub(super) fn verify(
    log: &EventLog,
    findings: &mut Findings<'_>,
) -> Result<(usize, u64), StoreError> {
    let keys_dir = log.table.dir.with_file_name(keys::DIR);
    let mut index = match keys::kept(log)? {
        Kept::Whole(index, covered) => Some((index, covered)),
        Kept::Stale => {
            findings.add(FindingKind::KeysStale, &keys_dir, "");
            None
        }
        Kept::Damaged => {
            findings.add(FindingKind::KeysDamaged, &keys_dir, "");
            None
        }
    };
    let mut reading = Reading { seen: KeyIndex::aside(None)?, n_events: 0, n_indexed: 0 };
    let files = log.table.live_files(&log.snapshot, None)?;
    for file in files.iter().filter(|file| file.path.is_file()) {
        let covering = index.as_mut().filter(|(_, covered)| covered.contains(&file.name()));
        reading.verify_file(file, covering.map(|(index, _)| &mut **index), findings)?;
    }
    // Every key of the files was found in the index; as many as are there means none besides.
    if let Some((index, covered)) = &index
        && files.iter().all(|file| file.path.is_file() || !covered.contains(&file.name()))
        && index.len() != reading.n_indexed
    {
        let detail = format!("{} keys, the data files have {}", index.len(), reading.n_indexed);
        findings.add(FindingKind::KeysDamaged, &keys_dir, detail);
    }
    Ok((files.len(), reading.n_events))
}

struct Reading {
    /// Keys and contents met so far, in bounded memory.
    seen: KeyIndex,
    n_events: u64,
    /// Of them, those that the index of the store must hold.
    n_indexed: usize,
}

/// Rows of a file that are not as they should be: how many of a kind, and the first of them.
type Wrong = BTreeMap<FindingKind, (u64, u64)>;

impl Reading {
    fn verify_file(
        &mut self,
        file: &LiveFile,
        mut index: Option<&mut KeyIndex>,
        findings: &mut Findings<'_>,
    ) -> Result<(), StoreError> {
        let mut wrong = Wrong::new();
        let mut columns = BTreeSet::new();
        let mut subject = None;
        let mut last: Option<(i32, Logged)> = None;
        let (mut n_rows, mut disk) = (0, Ok(()));
        let read = data_file::read(&file.path, &Part::default(), |batch| {
            columns.extend(unlike(batch));
            let corrupt = |column| StoreError::Corrupt { path: file.path.clone(), column };
            let decoder = Decoder::new(batch).map_err(corrupt)?;
            let shares: &Int32Array = typed(batch, "share").ok_or_else(|| corrupt("share"))?;
            for row in 0..batch.num_rows() {
                n_rows += 1;
                let mut note = |kind| wrong.entry(kind).or_insert((0, n_rows)).0 += 1;
                let logged = decoder.event(row, &mut subject).map_err(corrupt)?;
                let share = shares.value(row);
                if share != share_of(&logged.event.subject) {
                    note(FindingKind::WrongShare);
                }
                if logged.content != ContentDigest::of(&logged.event) {
                    note(FindingKind::WrongContent);
                }
                let key = KeyDigest::of(&logged.event.source, &logged.event.id);
                match self.seen.meet(key, logged.content) {
                    Ok(Novelty::Duplicate) => note(FindingKind::DuplicateEvent),
                    Ok(Novelty::New | Novelty::Conflicting) => {
                        self.n_indexed += usize::from(index.is_some());
                    }
                    Err(_) => disk = Err(StoreError::io(&file.path)(std::io::Error::other("keys"))),
                }
                if let Some(index) = index.as_mut()
                    && !index.holds(key, logged.content)?
                {
                    note(FindingKind::KeysDamaged);
                }
                let is_behind = last.as_ref().is_none_or(|(last_share, last)| {
                    last_share.cmp(&share).then_with(|| last.log_order(&logged)).is_le()
                });
                if !is_behind {
                    note(FindingKind::NotSorted);
                }
                last = Some((share, logged));
            }
            Ok(())
        });
        disk?;
        self.n_events += n_rows;
        for (kind, (count, first)) in wrong {
            findings.add(kind, &file.path, format!("{count} rows, the first is row {first}"));
        }
        if !columns.is_empty() {
            let names: Vec<String> = columns.into_iter().collect();
            findings.add(FindingKind::WrongColumns, &file.path, names.join(", "));
        }
        match read {
            Err(error) => findings.add_error(FindingKind::FileUnreadable, &file.path, &error),
            Ok(()) if n_rows != file.rows => {
                let detail = format!("{n_rows} rows where the log says {}", file.rows);
                findings.add(FindingKind::WrongRowCount, &file.path, detail);
            }
            Ok(()) => {}
        }
        Ok(())
    }
}

/// Columns of a file that the log does not have, or has with another type.
fn unlike(batch: &RecordBatch) -> impl Iterator<Item = String> + use<> {
    let schema = batch.schema();
    let unlike: Vec<String> = schema
        .fields()
        .iter()
        .filter(|theirs| {
            SCHEMA
                .field_with_name(theirs.name())
                .map_or(true, |ours| !same_type(ours.data_type(), theirs.data_type()))
        })
        .map(|field| field.name().clone())
        .collect();
    unlike.into_iter()
}
