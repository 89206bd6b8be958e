//! Commits: all or nothing, once, and without a name in the log.

use super::events::{in_order, many, push, scanned};
use crate::store::append::Commit;
use crate::store::error::StoreError;
use crate::store::log::EventLog;
use crate::store::share::SHARES;
use std::path::{Path, PathBuf};

fn files_under(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(files_under(&path));
        }
        files.push(path);
    }
    files
}

#[test]
fn there_must_be_a_store_to_open() {
    let dir = tempfile::tempdir().expect("a directory");
    assert!(matches!(EventLog::open(dir.path()), Err(StoreError::Absent { .. })));
    let place = dir.path().join("of my own/store ü");
    EventLog::open_or_create(&place).expect("a log");
    assert_eq!(EventLog::open(&place).expect("a log").version(), 0);
    assert_eq!(EventLog::open_or_create(&place).expect("a log").version(), 0);
}

#[test]
fn a_dropped_source_leaves_nothing() {
    let events = many(600);
    let dir = tempfile::tempdir().expect("a directory");
    let log = EventLog::open_or_create(dir.path()).expect("a log");
    let mut batch = log.batch().expect("a batch").with_rows_per_file(64);
    for (n, part) in events.chunks(150).enumerate() {
        batch.begin_source();
        push(&mut batch, part);
        match n {
            0 | 2 => batch.keep_source().expect("the disk has room"),
            1 => batch.drop_source(),
            _ => {}
        }
    }
    assert_eq!(batch.commit(&[], "ingest").expect("a commit"), Commit::Done { version: 1 });
    let log = log.refresh().expect("the log");
    let kept = [&events[..150], &events[300..450]].concat();
    assert_eq!(scanned(&log, 0..SHARES).expect("a scan"), in_order(kept));
    let leftovers = files_under(dir.path()).into_iter().filter(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".part-"))
    });
    assert_eq!(leftovers.count(), 0);
}

#[test]
fn a_batch_given_up_leaves_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let log = EventLog::open_or_create(dir.path()).expect("a log");
    let before = files_under(dir.path()).len();
    let mut batch = log.batch().expect("a batch").with_rows_per_file(10);
    batch.begin_source();
    push(&mut batch, &many(100));
    batch.keep_source().expect("the disk has room");
    assert!(files_under(dir.path()).len() > before);
    drop(batch);
    assert_eq!(files_under(dir.path()).len(), before);
}

#[test]
fn a_taken_source_is_known_and_not_taken_twice() {
    let dir = tempfile::tempdir().expect("a directory");
    let log = EventLog::open_or_create(dir.path()).expect("a log");
    let taken: Vec<String> = (0..40).map(|n| format!("digest-{n}")).collect();
    assert!(!log.is_taken(&taken[0]).expect("the log"));
    assert_eq!(log.batch().expect("a batch").commit(&[], "ingest").expect("ok"), Commit::Nothing);

    let mut batch = log.batch().expect("a batch");
    push(&mut batch, &many(10));
    batch.keep_source().expect("the disk has room");
    let twice = [taken.clone(), taken.clone()].concat();
    assert_eq!(batch.commit(&twice, "ingest").expect("ok"), Commit::Done { version: 1 });

    let log = EventLog::open(dir.path()).expect("a log");
    for app_id in &taken {
        assert!(log.is_taken(app_id).expect("the log"));
    }
    assert!(!log.is_taken("digest-40").expect("the log"));
    let nothing = log.batch().expect("a batch").commit(&taken, "ingest").expect("ok");
    assert_eq!(nothing, Commit::Nothing);
    let one_more = log.batch().expect("a batch").commit(&["digest-40".into()], "ingest");
    assert_eq!(one_more.expect("ok"), Commit::Done { version: 2 });
    assert!(log.refresh().expect("the log").is_taken("digest-40").expect("the log"));
}

#[test]
fn losing_the_race_is_a_value() {
    let events = many(200);
    let dir = tempfile::tempdir().expect("a directory");
    let first = EventLog::open_or_create(dir.path()).expect("a log");
    let second = EventLog::open(dir.path()).expect("a log");
    let commit = |log: &EventLog, part| {
        let mut batch = log.batch().expect("a batch");
        push(&mut batch, part);
        batch.keep_source().expect("the disk has room");
        batch.commit(&["a".into()], "ingest").expect("a commit or a lost race")
    };
    assert_eq!(commit(&first, &events[..100]), Commit::Done { version: 1 });
    assert_eq!(commit(&second, &events[100..]), Commit::Conflict { version: 1 });
    let log = second.refresh().expect("the log");
    assert_eq!(scanned(&log, 0..SHARES).expect("a scan"), in_order(events[..100].to_vec()));
    assert_eq!(commit(&log, &events[100..]), Commit::Done { version: 2 });
    let log = log.refresh().expect("the log");
    assert_eq!(scanned(&log, 0..SHARES).expect("a scan"), in_order(events));
}

#[test]
fn the_log_names_no_subject_and_is_the_owners_alone() {
    let events = many(300);
    let dir = tempfile::tempdir().expect("a directory");
    let log = EventLog::open_or_create(dir.path()).expect("a log");
    let mut batch = log.batch().expect("a batch").with_rows_per_file(50);
    push(&mut batch, &events);
    batch.keep_source().expect("the disk has room");
    assert_eq!(
        batch.commit(&["digest".into()], "ingest").expect("ok"),
        Commit::Done { version: 1 }
    );

    for path in files_under(&dir.path().join("events/_delta_log")) {
        let bytes = std::fs::read(&path).expect("a file");
        for stored in &events {
            let subject = stored.event.subject.as_str().as_bytes();
            let named = bytes.windows(subject.len()).any(|window| window == subject);
            assert!(!named, "{} names a subject", path.display());
        }
    }
    #[cfg(unix)]
    for path in files_under(&dir.path().join("events")) {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    }
}

#[test]
fn the_history_says_what_was_done() {
    let dir = tempfile::tempdir().expect("a directory");
    let log = EventLog::open_or_create(dir.path()).expect("a log");
    let mut batch = log.batch().expect("a batch").with_rows_per_file(40);
    push(&mut batch, &many(100));
    batch.keep_source().expect("the disk has room");
    assert_eq!(batch.commit(&[], "ingest").expect("ok"), Commit::Done { version: 1 });
    let history = log.refresh().expect("the log").history().expect("a history");
    assert_eq!(history.len(), 2);
    assert_eq!((history[0].version, history[0].operation.as_str()), (0, "CREATE TABLE"));
    assert_eq!((history[1].version, history[1].operation.as_str()), (1, "ingest"));
    assert_eq!((history[1].n_events, history[1].n_files), (Some(100), 3));
    assert!(history[1].n_bytes > 0 && history[1].time > history[0].time);
    assert_eq!(log.history().expect("a history").len(), 1, "as it was when opened");
}
