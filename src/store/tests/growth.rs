//! A table written before the newest columns were added.

use super::events::{FIELDS, clinical, data_json, in_order, push, scanned, stored};
use crate::event::envelope::Logged;
use crate::event::kind::EventType;
use crate::event::time::Moment;
use crate::store::append::Commit;
use crate::store::columns::ADDED;
use crate::store::compact::Compacted;
use crate::store::erase::{Who, erase};
use crate::store::error::StoreError;
use crate::store::log::EventLog;
use crate::store::share::SHARES;
use crate::store::verify::{FindingKind, verify};
use std::path::{Path, PathBuf};

/// The store in `tests/stores` that was written by an earlier version of the program: 26 events in
/// two commits.
fn old_store(to: &Path) {
    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).expect("a directory");
        for entry in std::fs::read_dir(from).expect("a directory") {
            let path = entry.expect("an entry").path();
            let place = to.join(path.file_name().expect("a name"));
            if path.is_dir() {
                copy(&path, &place);
            } else {
                std::fs::copy(&path, &place).expect("a copy");
            }
        }
    }
    copy(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/stores/version-1"), to);
}

/// A session and a check-in with every field, the newest included.
fn full() -> Vec<Logged> {
    let of_type = |wanted| FIELDS.into_iter().find(|(of, _)| *of == wanted).expect("a type");
    let kinds = [EventType::SessionCompleted, EventType::CheckinSubmitted].map(|event_type| {
        let fields = of_type(event_type).1.iter();
        let last = fields.map(|(name, values)| (*name, values[values.len() - 1]));
        clinical(event_type, &data_json(event_type, &last.collect::<Vec<_>>()))
    });
    let kinds = kinds.into_iter().enumerate();
    kinds.map(|(n, kind)| stored(n, Moment::calendar(1_700_000_000_000_000), kind)).collect()
}

#[test]
fn it_grows_with_the_first_commit_and_its_past_stays() {
    let dir = tempfile::tempdir().expect("a directory");
    old_store(dir.path());
    let log = EventLog::open(dir.path()).expect("a log");
    let old = scanned(&log, 0..SHARES).expect("a scan");
    assert_eq!((log.version(), old.len()), (2, 26));
    assert!(old.iter().all(|stored| stored.event.kind.version() == 1));
    assert_eq!(log.table.lacking(&log.snapshot).expect("columns").len(), ADDED.len());

    let events = full();
    assert!(events.iter().all(|stored| stored.event.kind.version() == 2));
    for (n, part) in events.chunks(1).enumerate() {
        let log = EventLog::open_or_create(dir.path()).expect("a log");
        let mut batch = log.batch().expect("a batch");
        push(&mut batch, part);
        batch.keep_source().expect("the disk has room");
        let commit = batch.commit(&[format!("digest-{n}")], "ingest").expect("a commit");
        assert_eq!(commit, Commit::Done { version: 3 + n as u64 });
    }
    let log = log.refresh().expect("the log");
    assert!(log.table.lacking(&log.snapshot).expect("columns").is_empty());
    let all = [old.clone(), events].concat();
    assert_eq!(scanned(&log, 0..SHARES).expect("a scan"), in_order(all));
    assert_eq!(scanned(&log.at_version(2).expect("version 2"), 0..SHARES).expect("a scan"), old);
}

#[test]
fn it_grows_too_where_a_source_brought_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    old_store(dir.path());
    let log = EventLog::open_or_create(dir.path()).expect("a log");
    let commit = log.batch().expect("a batch").commit(&["digest".into()], "ingest");
    assert_eq!(commit.expect("a commit"), Commit::Done { version: 3 });
    let log = log.refresh().expect("the log");
    assert!(log.table.lacking(&log.snapshot).expect("columns").is_empty());
    assert_eq!(scanned(&log, 0..SHARES).expect("a scan").len(), 26);
}

#[test]
fn a_table_that_lacks_an_older_column_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    old_store(dir.path());
    let commit = dir.path().join("events/_delta_log/00000000000000000000.json");
    let text = std::fs::read_to_string(&commit).expect("a commit");
    std::fs::write(&commit, text.replace("weight_kg", "weight_lb")).expect("disk");
    for version in [1, 2] {
        let checksum = format!("events/_delta_log/{version:020}.crc");
        std::fs::remove_file(dir.path().join(checksum)).expect("a checksum");
    }
    let refused = EventLog::open(dir.path());
    let names = |error| matches!(error, StoreError::Schema { column, .. } if column == "weight_kg");
    assert!(refused.is_err_and(names));
}

/// The old store with its first commit written otherwise, opened.
fn opened(from: &str, to: &str) -> Result<EventLog, StoreError> {
    let dir = tempfile::tempdir().expect("a directory");
    old_store(dir.path());
    let log = dir.path().join("events/_delta_log");
    let commit = log.join("00000000000000000000.json");
    let text = std::fs::read_to_string(&commit).expect("a commit");
    assert!(text.contains(from), "{from}");
    std::fs::write(&commit, text.replacen(from, to, 1)).expect("disk");
    for version in [1, 2] {
        std::fs::remove_file(log.join(format!("{version:020}.crc"))).expect("a checksum");
    }
    EventLog::open(dir.path())
}

#[test]
fn a_table_of_a_newer_program_is_refused_by_what_is_not_known() {
    let column = r#"{\"name\":\"mood\",\"type\":\"string\",\"nullable\":true,\"metadata\":{}},"#;
    let fields = r#"\"fields\":["#;
    let cases = [
        (fields, format!("{fields}{column}"), "the column `mood`"),
        (
            r#""configuration":{"#,
            r#""configuration":{"afterdose.shape":"2","#.to_owned(),
            "the table property `afterdose.shape`",
        ),
        (
            r#""readerFeatures":[],"writerFeatures":["#,
            r#""readerFeatures":["minds"],"writerFeatures":["minds","#.to_owned(),
            "a feature of Delta tables",
        ),
        (r#""minReaderVersion":3"#, r#""minReaderVersion":9"#.to_owned(), "a feature"),
    ];
    for (from, to, what) in cases {
        let error = opened(from, &to).expect_err("newer");
        assert!(matches!(error, StoreError::Newer { .. }), "{what}: {error:?}");
        let said = error.to_string();
        assert!(said.contains(what) && said.contains("by afterdose/0.1.0"), "{said}");
    }
    let comment = "Random pseudonym of the person treated";
    assert!(opened(comment, "A word").is_ok(), "comments are free");
}

#[test]
fn an_older_table_is_compacted_and_purged_with_the_columns_it_lacks() {
    for compacts_first in [true, false] {
        let dir = tempfile::tempdir().expect("a directory");
        old_store(dir.path());
        let log = EventLog::open(dir.path()).expect("a log");
        let mut events = scanned(&log, 0..SHARES).expect("a scan");
        if compacts_first {
            assert!(matches!(log.compact(), Ok(Compacted::Done { n_before: 2, n_after: 1, .. })));
            let log = log.refresh().expect("the log");
            assert_eq!(scanned(&log, 0..SHARES).expect("a scan"), events);
            assert_eq!(log.table.lacking(&log.snapshot).expect("columns").len(), 0);
        }
        let person = events[0].event.subject.clone();
        erase(dir.path(), &Who::Subject(person.clone()), &[9; 32]).expect("disk");
        events.retain(|logged| logged.event.subject != person);
        let log = EventLog::open(dir.path()).expect("a log");
        assert_eq!(scanned(&log, 0..SHARES).expect("a scan"), events);
        // What the repository keeps has other modes than a store.
        let found = verify(dir.path(), 4_000_000_000_000_000).expect("a store").findings;
        let others = found.iter().filter(|finding| finding.kind != FindingKind::WrongMode);
        assert_eq!(others.count(), 0, "{found:?}");
    }
}
