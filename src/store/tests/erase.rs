//! Erasure: nothing of a person is left, nothing of anyone else is lost, wherever it breaks off.

use super::events::{in_order, many, push, scanned};
use crate::event::envelope::Logged;
use crate::event::ids::Subject;
use crate::event::key::{KeyDigest, KnownKeys, Novelty};
use crate::event::kind::Kind;
use crate::store::append::Commit;
use crate::store::erase::tests::{N_STEPS, break_off};
use crate::store::erase::{Erasure, Who, erase, finish, is_unfinished};
use crate::store::erased::{erased, erased_at};
use crate::store::error::StoreError;
use crate::store::keys::KeyIndex;
use crate::store::log::EventLog;
use crate::store::share::SHARES;
use arrow::util::display::array_value_to_string;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use std::path::{Path, PathBuf};

const KEY: [u8; 32] = [9; 32];

fn store(events: &[Logged]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("disk");
    for part in events.chunks(100) {
        let log = EventLog::open_or_create(dir.path()).expect("a log");
        let mut batch = log.batch().expect("a batch").with_rows_per_file(40);
        push(&mut batch, part);
        batch.keep_source().expect("the disk has room");
        let commit = batch.commit(&[format!("source-{}", log.version())], "ingest");
        let Ok(Commit::Done { version }) = commit else { panic!("no commit") };
        let log = log.at_version(version).expect("the log");
        KeyIndex::open(&log).expect("an index").settle(&log).expect("disk");
    }
    // Superseded files hold the person too.
    let _ = EventLog::open(dir.path()).expect("the log").compact().expect("a compaction");
    dir
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).expect("a directory");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Where a text stands: in any byte of any file, footers, page indexes and log entries among them,
/// or in a decoded value of a Parquet file, checkpoints among them.
fn places(dir: &Path, text: &str) -> Vec<PathBuf> {
    let holds = |path: &PathBuf| {
        let bytes = std::fs::read(path).expect("a file");
        if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
            return true;
        }
        if path.extension().is_none_or(|ending| ending != "parquet") {
            return false;
        }
        let file = File::open(path).expect("a file");
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
        let groups = reader.metadata().row_groups().iter();
        for column in groups.flat_map(parquet::file::metadata::RowGroupMetaData::columns) {
            assert_eq!(column.bloom_filter_offset(), None, "what could be asked for a value");
        }
        reader.build().expect("Parquet").any(|batch| {
            let batch = batch.expect("rows");
            batch.columns().iter().any(|column| {
                (0..batch.num_rows())
                    .any(|row| array_value_to_string(column, row).expect("a value").contains(text))
            })
        })
    };
    files(dir).into_iter().filter(holds).collect()
}

fn without(events: &[Logged], subject: &Subject) -> Vec<Logged> {
    let others = events.iter().filter(|logged| logged.event.subject != *subject);
    in_order(others.cloned().collect())
}

fn assert_gone(dir: &Path, events: &[Logged], subject: &Subject) {
    assert_eq!(places(dir, subject.as_str()), [] as [PathBuf; 0]);
    let log = EventLog::open(dir).expect("the log");
    assert_eq!(scanned(&log, 0..SHARES).expect("a scan"), without(events, subject));
    let of_person = events.iter().filter(|logged| logged.event.subject == *subject);
    let mut keys = KeyIndex::open(&log).expect("an index");
    for logged in of_person {
        let key = KeyDigest::of(&logged.event.source, &logged.event.id);
        assert_eq!(keys.meet(key, logged.content).expect("disk"), Novelty::New);
        let digest = format!("{:032x}", key.0);
        assert_eq!(places(dir, &digest), [] as [PathBuf; 0]);
    }
    let gone = log.at_version(1);
    assert!(matches!(gone, Err(StoreError::Erased { version: 1, erased_at: 5, .. })), "{gone:?}");
    assert_eq!(erased_at(dir).expect("a record"), Some(5));
    assert!(!is_unfinished(dir).expect("a record"));
    assert!(erased(dir).expect("a record").expect("somebody").holds(subject));
    let history = log.history().expect("a history");
    let operations: Vec<&str> = history.iter().map(|row| row.operation.as_str()).collect();
    assert_eq!(operations, ["CREATE TABLE", "ingest", "ingest", "ingest", "compact", "purge"]);
    assert!(history.iter().all(|row| row.n_events.is_none()), "{history:?}");
    // No count of before is left in the log either.
    let names = files(&dir.join("events/_delta_log"));
    assert_eq!(names.len(), 4, "commit, checksum, checkpoint, hint: {names:?}");
    assert!(log.is_taken("source-0").expect("the log"), "what was taken stays taken");
}

fn person() -> Subject {
    Subject::new("s-a005").expect("a subject")
}

#[test]
fn a_person_leaves_every_byte_and_nobody_else_does() {
    let events = many(300);
    let dir = store(&events);
    std::fs::create_dir_all(dir.path().join("facts/0123")).expect("disk");
    std::fs::write(dir.path().join("facts/0123/courses.parquet"), person().as_str()).expect("disk");
    std::fs::write(dir.path().join(".tmpspool"), person().as_str()).expect("disk");
    std::fs::write(dir.path().join("events/.part-left"), person().as_str()).expect("disk");
    let control = places(&dir.path().join("events"), person().as_str());
    assert!(control.len() >= 3, "live, superseded and left over: {control:?}");
    let erasure = erase(dir.path(), &Who::Subject(person()), &KEY);
    let Ok(Erasure { n_people: 1, version: Some(5), traces }) = erasure else {
        panic!("{erasure:?}")
    };
    assert_eq!(traces[0].counted_from.len(), 1);
    assert_gone(dir.path(), &events, &person());
    // Once is enough.
    let again = erase(dir.path(), &Who::Subject(person()), &KEY).expect("disk");
    assert_eq!(again, Erasure::default());
    assert_eq!(finish(dir.path()).expect("disk"), Erasure::default());
}

#[test]
fn an_erasure_that_broke_off_anywhere_is_finished() {
    let events = many(300);
    for n_steps in 0..=N_STEPS {
        let dir = store(&events);
        break_off(dir.path(), &Who::Subject(person()), n_steps);
        assert_eq!(is_unfinished(dir.path()).expect("a record"), n_steps < N_STEPS);
        let finished = finish(dir.path()).expect("disk");
        let expected = (n_steps < N_STEPS).then_some(5);
        assert_eq!(finished.version, expected, "after {n_steps} steps");
        assert_gone(dir.path(), &events, &person());
    }
}

#[test]
fn everyone_who_withdrew_goes() {
    let events = many(300);
    let withdrew = |logged: &&Logged| logged.event.kind == Kind::Withdrawn;
    let people: std::collections::BTreeSet<&Subject> =
        events.iter().filter(withdrew).map(|logged| &logged.event.subject).collect();
    assert!(people.len() > 5 && people.len() < 40);
    let dir = store(&events);
    let erasure = erase(dir.path(), &Who::Withdrawn, &KEY).expect("disk");
    assert_eq!(erasure.n_people, people.len());
    assert!(erasure.traces.iter().all(|traces| !traces.withdrawn_in.is_empty()));
    let others = events.iter().filter(|logged| !people.contains(&logged.event.subject));
    let log = EventLog::open(dir.path()).expect("the log");
    assert_eq!(scanned(&log, 0..SHARES).expect("a scan"), in_order(others.cloned().collect()));
    for person in people {
        assert_eq!(places(dir.path(), person.as_str()), [] as [PathBuf; 0]);
    }
    assert_eq!(erase(dir.path(), &Who::Withdrawn, &KEY).expect("disk"), Erasure::default());
}

#[test]
fn whoever_is_not_there_yet_is_noted_and_nothing_else_changes() {
    let dir = store(&many(100));
    let before = files(dir.path());
    let stranger = Subject::new("s-stranger1").expect("a subject");
    let erasure = erase(dir.path(), &Who::Subject(stranger.clone()), &KEY).expect("disk");
    assert_eq!(erasure, Erasure::default());
    assert!(erased(dir.path()).expect("a record").expect("somebody").holds(&stranger));
    assert_eq!(files(dir.path()).len(), before.len() + 1);
    assert!(EventLog::open(dir.path()).expect("the log").at_version(0).is_ok());
}

#[test]
fn a_backup_from_before_is_put_right_by_the_record_of_after() {
    let events = many(300);
    let (dir, backup) = (store(&events), store(&events));
    erase(dir.path(), &Who::Subject(person()), &KEY).expect("disk");
    let record = |dir: &tempfile::TempDir| dir.path().join("erased.json");
    std::fs::copy(record(&dir), record(&backup)).expect("disk");
    let stranger = Subject::new("s-stranger1").expect("a subject");
    let erasure = erase(backup.path(), &Who::Subject(stranger), &[1; 32]).expect("disk");
    assert_eq!((erasure.n_people, erasure.version), (1, Some(5)));
    assert_gone(backup.path(), &events, &person());
}

#[test]
fn a_store_can_lose_everyone() {
    let events: Vec<Logged> = many(7);
    let dir = store(&events);
    let subject = events[0].event.subject.clone();
    assert!(events.iter().all(|logged| logged.event.subject == subject));
    let erasure = erase(dir.path(), &Who::Subject(subject.clone()), &KEY).expect("disk");
    assert_eq!(erasure.n_people, 1);
    assert_eq!(places(dir.path(), subject.as_str()), [] as [PathBuf; 0]);
    assert_eq!(EventLog::open(dir.path()).expect("the log").n_events().expect("the log"), 0);
}

#[test]
fn a_record_that_cannot_be_read_lets_nobody_in() {
    let dir = store(&many(20));
    std::fs::write(dir.path().join("erased.json"), "{}").expect("disk");
    assert!(matches!(erased(dir.path()), Err(StoreError::Erasures { .. })));
    assert!(matches!(finish(dir.path()), Err(StoreError::Erasures { .. })));
}
