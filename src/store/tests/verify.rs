//! Verify: what is whole has no finding, and each damage has its own.

use super::events::{many, push};
use crate::event::envelope::Logged;
use crate::store::append::Commit;
use crate::store::keys::KeyIndex;
use crate::store::log::EventLog;
use crate::store::verify::{FindingKind, verify};
use arrow::array::{ArrayRef, Int32Array, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Long after anything a test wrote.
const LATER: i64 = 4_000_000_000_000_000;

fn commit(dir: &Path, events: &[Logged]) {
    let log = EventLog::open_or_create(dir).expect("a log");
    let keys = KeyIndex::open(&log).expect("an index");
    let mut batch = log.batch().expect("a batch").with_rows_per_file(60);
    push(&mut batch, events);
    batch.keep_source().expect("the disk has room");
    let Ok(Commit::Done { version }) = batch.commit(&[], "ingest") else { panic!("no commit") };
    drop(keys);
    let log = log.at_version(version).expect("the log");
    KeyIndex::open(&log).expect("an index").settle(&log).expect("disk");
}

fn store() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("disk");
    for part in many(200).chunks(100) {
        commit(dir.path(), part);
    }
    dir
}

/// Kinds and paths of what is found.
fn found(dir: &Path) -> Vec<(FindingKind, PathBuf)> {
    let verified = verify(dir, LATER).expect("a store");
    verified.findings.into_iter().map(|finding| (finding.kind, finding.path)).collect()
}

fn data_files(dir: &Path) -> Vec<PathBuf> {
    let log = EventLog::open(dir).expect("the log");
    let names = log.data_files().expect("the log").into_iter();
    names.map(|name| Path::new("events").join(name)).collect()
}

#[test]
fn a_whole_store_has_no_finding() {
    let dir = store();
    let verified = verify(dir.path(), LATER).expect("a store");
    assert_eq!(verified.findings, []);
    assert_eq!((verified.version, verified.n_files, verified.n_events), (Some(2), 4, 200));
    // Nor after everything that may be done to it.
    let log = EventLog::open(dir.path()).expect("the log");
    let _ = log.compact().expect("a compaction");
    assert_eq!(found(dir.path()), []);
    let _ = log.vacuum(LATER, std::time::Duration::ZERO).expect("a vacuum");
    assert_eq!(found(dir.path()), []);
    commit(dir.path(), &many(230)[200..]);
    assert_eq!(found(dir.path()), []);
}

#[test]
fn what_becomes_of_a_data_file_is_found() {
    type Damage = fn(&Path);
    let damages: [(Damage, &[FindingKind]); 4] = [
        (
            |path| {
                // Within the values of the first pages, where nothing but the digest need see it.
                let mut bytes = std::fs::read(path).expect("a file");
                bytes[40] ^= 1;
                std::fs::write(path, bytes).expect("disk");
            },
            &[FindingKind::FileChanged],
        ),
        (
            |path| {
                let bytes = std::fs::read(path).expect("a file");
                std::fs::write(path, &bytes[..bytes.len() / 2]).expect("disk");
            },
            &[FindingKind::FileChanged, FindingKind::FileUnreadable],
        ),
        (|path| std::fs::remove_file(path).expect("disk"), &[FindingKind::FileMissing]),
        (
            |path| {
                let other = path.with_file_name("another.parquet");
                std::fs::copy(path, other).expect("disk");
            },
            &[FindingKind::ForeignFile],
        ),
    ];
    for (damage, expected) in damages {
        let dir = store();
        let path = data_files(dir.path()).remove(0);
        damage(&dir.path().join(&path));
        let found = found(dir.path());
        for kind in expected {
            assert!(found.iter().any(|(found, _)| found == kind), "{kind:?} of {found:?}");
        }
        let foreign = Path::new("events/another.parquet");
        assert!(
            found.iter().all(|(_, at)| *at == path || at == foreign || at == Path::new("keys"))
        );
    }
}

#[test]
fn what_becomes_of_the_log_is_found() {
    let log_file = |version: u64, ending: &str| {
        PathBuf::from(format!("events/_delta_log/{version:020}.{ending}"))
    };
    let dir = store();
    std::fs::remove_file(dir.path().join(log_file(1, "json"))).expect("disk");
    let missing = (FindingKind::CommitMissing, log_file(1, "json"));
    assert!(found(dir.path()).contains(&missing), "{:?}", found(dir.path()));

    let dir = store();
    std::fs::write(dir.path().join(log_file(1, "json")), "{\"add\":").expect("disk");
    let damaged = (FindingKind::CommitUnreadable, log_file(1, "json"));
    assert!(found(dir.path()).contains(&damaged), "{:?}", found(dir.path()));

    let dir = store();
    let strange = PathBuf::from("events/_delta_log/notes.txt");
    std::fs::write(dir.path().join(&strange), "").expect("disk");
    assert!(found(dir.path()).contains(&(FindingKind::ForeignFile, strange)));
}

#[test]
fn rows_that_came_by_another_way_are_found() {
    // Nothing but an ingest asks whether an event is known.
    let dir = store();
    commit(dir.path(), &many(10));
    let duplicates: Vec<_> = found(dir.path())
        .into_iter()
        .filter(|(kind, _)| *kind == FindingKind::DuplicateEvent)
        .collect();
    assert!(!duplicates.is_empty());

    // A digest that is not of what the event says.
    let dir = tempfile::tempdir().expect("disk");
    let mut events = many(10);
    events[3].content.0 ^= 1;
    commit(dir.path(), &events);
    let kinds: Vec<_> = found(dir.path()).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [FindingKind::WrongContent]);
}

/// Writes the rows of a file anew as another program may: with other rows, or other columns.
pub(super) fn write_otherwise(path: &Path, change: impl FnOnce(RecordBatch) -> RecordBatch) {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).expect("a file"));
    let mut reader = reader.expect("Parquet").with_batch_size(1_000).build().expect("Parquet");
    let batch = change(reader.next().expect("rows").expect("rows"));
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("memory");
    writer.write(&batch).expect("memory");
    std::fs::write(path, writer.into_inner().expect("memory")).expect("disk");
}

/// What another program did to rows.
type Change<'a> = &'a dyn Fn(RecordBatch) -> RecordBatch;

/// Rows in the opposite order.
pub(super) fn reversed(batch: &RecordBatch) -> RecordBatch {
    let n = u32::try_from(batch.num_rows()).expect("few");
    let backwards = UInt32Array::from_iter_values((0..n).rev());
    take_record_batch(batch, &backwards).expect("rows")
}

#[test]
fn what_another_program_made_of_rows_is_found() {
    let with_column = |batch: &RecordBatch, name: &str, array: ArrayRef| {
        let schema = batch.schema();
        let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
            let array = if field.name() == name { &array } else { column };
            (field.name().clone(), Arc::clone(array), true)
        });
        RecordBatch::try_from_iter_with_nullable(columns).expect("columns")
    };
    let moved = |batch: RecordBatch| {
        let shares: Int32Array = (0..batch.num_rows()).map(|_| Some(64)).collect();
        with_column(&batch, "share", Arc::new(shares))
    };
    let retyped = |batch: RecordBatch| {
        let numbers: Int32Array = (0..batch.num_rows()).map(|_| Some(1)).collect();
        with_column(&batch, "mode", Arc::new(numbers))
    };
    let fewer = |batch: RecordBatch| batch.slice(0, batch.num_rows() - 1);
    let cases: [(Change<'_>, FindingKind); 4] = [
        (&|batch| reversed(&batch), FindingKind::NotSorted),
        (&moved, FindingKind::WrongShare),
        (&retyped, FindingKind::WrongColumns),
        (&fewer, FindingKind::WrongRowCount),
    ];
    for (change, expected) in cases {
        let dir = store();
        let path = data_files(dir.path()).remove(0);
        write_otherwise(&dir.path().join(&path), change);
        let found = found(dir.path());
        assert!(found.contains(&(expected, path.clone())), "{expected:?} of {found:?}");
        assert!(found.contains(&(FindingKind::FileChanged, path)));
    }
}

#[test]
fn what_becomes_of_the_keys_is_found() {
    let list = |dir: &Path| dir.join("keys/runs.json");
    let dir = store();
    let text = std::fs::read_to_string(list(dir.path())).expect("a list");
    let gone = text.replacen(r#""covers":["#, r#""covers":["gone.parquet","#, 1);
    std::fs::write(list(dir.path()), gone).expect("disk");
    let kinds = |dir: &Path| found(dir).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
    assert_eq!(kinds(dir.path()), [FindingKind::KeysStale]);

    // A run that says it holds keys which it does not.
    let dir = store();
    let all: Vec<String> = data_files(dir.path())
        .iter()
        .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    let other = tempfile::tempdir().expect("disk");
    commit(other.path(), &many(100));
    let text = std::fs::read_to_string(list(other.path())).expect("a list");
    let mut lies: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for run in lies["runs"].as_array_mut().expect("runs") {
        run["covers"] = serde_json::json!(all);
    }
    let keys = dir.path().join("keys");
    std::fs::remove_dir_all(&keys).expect("disk");
    std::fs::rename(other.path().join("keys"), &keys).expect("disk");
    std::fs::write(list(dir.path()), lies.to_string()).expect("disk");
    assert!(kinds(dir.path()).contains(&FindingKind::KeysDamaged));
}

#[test]
fn leftovers_and_modes_are_found() {
    let dir = store();
    let left = PathBuf::from("events/.part-left");
    std::fs::write(dir.path().join(&left), "").expect("disk");
    assert!(found(dir.path()).contains(&(FindingKind::LeftoverFile, left)));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let dir = store();
        let path = data_files(dir.path()).remove(0);
        let mode = std::fs::Permissions::from_mode(0o640);
        std::fs::set_permissions(dir.path().join(&path), mode).expect("disk");
        assert_eq!(found(dir.path()), [(FindingKind::WrongMode, path)]);
    }
}
