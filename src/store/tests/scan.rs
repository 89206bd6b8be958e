//! What is appended is what is read.

use super::events::{in_order, many, push, scanned};
use super::verify::{reversed, write_otherwise};
use crate::event::envelope::Logged;
use crate::event::key::{ContentDigest, KeyDigest, KnownKeys, Novelty};
use crate::store::append::Commit;
use crate::store::error::StoreError;
use crate::store::keys::KeyIndex;
use crate::store::log::EventLog;
use crate::store::share::{SHARES, share_of};
use std::collections::{BTreeSet, HashSet};
use std::path::Path;

/// Commits events in batches of `batch`, each source file of `source` events, a data file every
/// `file` rows.
fn write(dir: &Path, events: &[Logged], batch: usize, source: usize, file: usize) {
    for (n, part) in events.chunks(batch).enumerate() {
        let log = EventLog::open_or_create(dir).expect("a log");
        let mut open = log.batch().expect("a batch").with_rows_per_file(file);
        for events in part.chunks(source) {
            open.begin_source();
            push(&mut open, events);
            open.keep_source().expect("the disk has room");
        }
        assert_eq!(open.n_kept(), part.len());
        let commit = open.commit(&[format!("source-{n}")], "ingest").expect("a commit");
        assert!(matches!(commit, Commit::Done { .. }));
    }
}

#[test]
fn what_is_read_is_what_was_appended_however_it_was_batched() {
    let events = many(2_000);
    let expected = in_order(events.clone());
    for (batch, source, file) in [(2_000, 2_000, 200_000), (700, 90, 100), (2_000, 2_000, 333)] {
        let dir = tempfile::tempdir().expect("a directory");
        write(dir.path(), &events, batch, source, file);
        let log = EventLog::open(dir.path()).expect("a log");
        assert_eq!(log.n_events().expect("statistics"), 2_000);
        assert_eq!(scanned(&log, 0..SHARES).expect("a scan"), expected);
        let again = scanned(&EventLog::open(dir.path()).expect("a log"), 0..SHARES);
        assert_eq!(again.expect("a scan"), expected);
    }
}

#[test]
fn a_share_is_read_without_the_rest() {
    let events = many(1_500);
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), &events, 400, 100, 150);
    let log = EventLog::open(dir.path()).expect("a log");
    let mut seen = 0;
    for shares in [0..10, 10..11, 11..40, 40..SHARES] {
        let part = scanned(&log, shares.clone()).expect("a scan");
        let expected = events.iter().filter(|e| shares.contains(&share_of(&e.event.subject)));
        assert_eq!(part, in_order(expected.cloned().collect()));
        seen += part.len();
    }
    assert_eq!(seen, events.len());
    assert!(scanned(&log, 5..5).expect("a scan").is_empty());
}

#[test]
fn a_log_is_read_once_from_the_first_share_to_the_last() {
    let events = many(1_500);
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), &events, 400, 100, 150);
    let log = EventLog::open(dir.path()).expect("a log");
    // Whether the files stay open or are opened anew each time.
    for most_open in [usize::MAX, 0] {
        let mut reader = log.with_most_open(&(0..SHARES), most_open).expect("a log");
        let mut start = 0;
        for end in [1, 7, 7, 8, 40, SHARES] {
            let read = reader.read_before(end).expect("sound files");
            let read = read.in_order().expect("sound rows");
            assert_eq!(read, scanned(&log, start..end).expect("a scan"), "{start} to {end}");
            start = end;
        }
        let nothing = reader.read_before(SHARES).expect("sound files").in_order();
        assert!(nothing.expect("sound rows").is_empty());
    }
}

#[test]
fn subjects_come_in_one_order_however_many_shares_are_read_at_once() {
    let events = many(1_500);
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), &events, 400, 100, 150);
    let log = EventLog::open(dir.path()).expect("a log");
    let subjects = events.iter().map(|logged| &logged.event.subject);
    let expected: BTreeSet<(i32, &str)> =
        subjects.map(|subject| (share_of(subject), subject.as_str())).collect();
    let expected: Vec<&str> = expected.into_iter().map(|(_, subject)| subject).collect();
    for (at_once, n_takers) in [(1, 1), (5, 3), (64, 1), (64, 16)] {
        let mut reader = log.in_shares(&(0..SHARES)).expect("a log");
        let mut found = Vec::new();
        for start in (0..SHARES).step_by(at_once) {
            let end = SHARES.min(start + i32::try_from(at_once).expect("small"));
            let mut takers = vec![Vec::new(); n_takers];
            let read = reader.read_before(end).expect("sound files");
            let folded = read.fold_subjects(&mut takers, |taker, subject, events| {
                assert!(!events.is_empty());
                taker.push(subject.to_string());
            });
            folded.expect("sound rows");
            found.extend(takers.concat());
        }
        assert_eq!(found, expected, "{at_once} shares, {n_takers} takers");
    }
}

#[test]
fn what_was_read_for_the_fold_gives_no_whole_events() {
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), &many(50), 50, 50, 1_000);
    let log = EventLog::open(dir.path()).expect("a log");
    let mut reader = log.in_shares(&(0..SHARES)).expect("a log");
    let read = reader.read_before(SHARES).expect("sound files").in_order();
    assert!(matches!(read, Err(StoreError::Corrupt { column: "file_digest", .. })), "{read:?}");
}

#[test]
fn shares_out_of_order_lose_nothing_in_silence() {
    let events = many(300);
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), &events, 300, 300, 1_000);
    let log = EventLog::open(dir.path()).expect("a log");
    let [file] = &log.table.live_files(&log.snapshot, None).expect("the log")[..] else {
        panic!("one file")
    };
    write_otherwise(&file.path, |batch| reversed(&batch));
    assert_eq!(scanned(&log, 0..SHARES).expect("a scan"), in_order(events));
    let mut reader = log.in_shares(&(0..SHARES)).expect("a log");
    let read = [8, 60, SHARES].map(|end| reader.read_before(end));
    let named = |error: &StoreError| matches!(error, StoreError::Corrupt { path, column: "share" } if *path == file.path);
    assert!(read.iter().any(|read| read.as_ref().is_err_and(named)));
}

#[test]
fn what_is_damaged_is_named() {
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), &many(50), 50, 50, 1_000);
    let log = EventLog::open(dir.path()).expect("a log");
    let events = dir.path().canonicalize().expect("a path").join("events");
    std::fs::write(events.join("stray.parquet"), b"of no commit").expect("disk");
    assert_eq!(scanned(&log, 0..SHARES).expect("a stray file does no harm").len(), 50);
    for file in log.table.live_files(&log.snapshot, None).expect("the log") {
        std::fs::write(&file.path, b"PAR1 and then nothing PAR1").expect("disk");
        let damaged =
            |error| matches!(error, StoreError::DataFile { path, .. } if path == file.path);
        assert!(scanned(&log, 0..SHARES).is_err_and(damaged));
        std::fs::remove_file(&file.path).expect("disk");
        let gone = |error| matches!(error, StoreError::Io { path, .. } if path == file.path);
        assert!(KeyIndex::open(&log).is_err_and(gone));
    }
}

#[test]
fn the_index_knows_every_key_and_its_contents() {
    let events = many(500);
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), &events, 200, 50, 80);
    let log = EventLog::open(dir.path()).expect("a log");
    let keys = |log: &EventLog| KeyIndex::open(log).expect("an index");
    // First read from the data files, then from the runs that were made of them; then, where a run
    // is gone, damaged, or holds keys of a file that is gone, from the data files again.
    let runs = dir.path().join("keys");
    let spoil: [&dyn Fn(); 4] = [
        &|| keys(&log).settle(&log).expect("disk"),
        &|| std::fs::remove_file(runs.join("runs.json")).expect("a list"),
        &|| {
            keys(&log).settle(&log).expect("disk");
            for entry in std::fs::read_dir(&runs).expect("runs") {
                std::fs::write(entry.expect("a run").path(), b"no run").expect("disk");
            }
        },
        &|| {
            keys(&log).settle(&log).expect("disk");
            let list = std::fs::read_to_string(runs.join("runs.json")).expect("a list");
            let list = list.replace(r#""covers":["#, r#""covers":["gone.parquet","#);
            std::fs::write(runs.join("runs.json"), list).expect("disk");
        },
    ];
    for spoil in spoil {
        spoil();
        let mut index = keys(&log);
        assert_eq!(index.len(), 500);
        assert!(index.conflicting().expect("runs").is_empty());
        for stored in &events {
            let key = KeyDigest::of(&stored.event.source, &stored.event.id);
            assert_eq!(index.meet(key, stored.content).expect("disk"), Novelty::Duplicate);
        }
        assert_eq!(index.meet(KeyDigest(1), ContentDigest(1)).expect("disk"), Novelty::New);
    }
}

#[test]
fn the_keys_held_are_those_asked_for_that_are_there() {
    let events = many(500);
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), &events, 200, 50, 80);
    let log = EventLog::open(dir.path()).expect("a log");
    let keys = events.iter().map(|stored| KeyDigest::of(&stored.event.source, &stored.event.id));
    let there: HashSet<KeyDigest> = keys.step_by(7).collect();
    let absent = [KeyDigest(1), KeyDigest(u128::MAX)];
    let mut index = KeyIndex::open(&log).expect("an index");
    assert_eq!(index.held(there.iter().copied().chain(absent)).expect("disk"), there);
}

#[test]
fn an_older_version_reads_as_it_was() {
    let events = many(300);
    let dir = tempfile::tempdir().expect("a directory");
    write(dir.path(), &events, 100, 100, 1_000);
    let log = EventLog::open(dir.path()).expect("a log");
    assert_eq!(log.version(), 3);
    let old = log.at_version(2).expect("version 2");
    assert_eq!(scanned(&old, 0..SHARES).expect("a scan"), in_order(events[..200].to_vec()));
    assert_eq!(log.at_version(0).expect("version 0").n_events().expect("statistics"), 0);
    assert!(log.at_version(4).is_err());
    let history = log.history().expect("a history");
    let times: Vec<i64> = history.iter().map(|commit| commit.time).collect();
    for (commit, time) in history.iter().zip(&times) {
        assert_eq!(log.version_at(*time).expect("the log"), Some(commit.version));
    }
    assert_eq!(log.version_at(times[0] - 1_000).expect("the log"), None);
    assert_eq!(log.version_at(i64::MAX / 2).expect("the log"), Some(3));
}
