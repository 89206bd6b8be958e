//! Compaction and vacuum: the same rows in fewer files, and nothing gone that a version needs.

use super::events::{in_order, many, push, scanned};
use crate::event::envelope::Logged;
use crate::event::key::{KeyDigest, KnownKeys, Novelty};
use crate::store::append::Commit;
use crate::store::compact::{COMMITS_PER_CHECKPOINT, Compacted, SMALL_FILES};
use crate::store::error::StoreError;
use crate::store::keys::{DIR, KeyIndex};
use crate::store::log::EventLog;
use crate::store::share::SHARES;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

const NONE: Duration = Duration::ZERO;

/// Long after anything a test wrote.
const LATER: i64 = 4_000_000_000_000_000;

fn commit(dir: &Path, events: &[Logged]) -> EventLog {
    let log = EventLog::open_or_create(dir).expect("a log");
    let mut batch = log.batch().expect("a batch");
    push(&mut batch, events);
    batch.keep_source().expect("the disk has room");
    assert!(matches!(batch.commit(&[], "ingest").expect("a commit"), Commit::Done { .. }));
    log.refresh().expect("the log")
}

/// A commit for every `step` events.
fn commits(dir: &Path, events: &[Logged], step: usize) -> EventLog {
    for part in events.chunks(step) {
        commit(dir, part);
    }
    EventLog::open(dir).expect("the log")
}

fn names(log: &EventLog) -> BTreeSet<String> {
    log.data_files().expect("the log")
}

fn scan(log: &EventLog) -> Vec<Logged> {
    scanned(log, 0..SHARES).expect("a scan")
}

#[test]
fn many_small_commits_become_the_very_file_that_one_ingest_writes() {
    let events = many(700);
    let (small, whole) = (tempfile::tempdir().expect("disk"), tempfile::tempdir().expect("disk"));
    let log = commits(small.path(), &events, 30);
    let whole = names(&commit(whole.path(), &events));
    assert_eq!(names(&log).len(), 24);
    let before = scan(&log);
    let Compacted::Done { n_before, n_after, .. } = log.compact().expect("a compaction") else {
        panic!("nothing was compacted")
    };
    assert_eq!((n_before, n_after), (24, 1));
    let log = log.refresh().expect("the log");
    assert_eq!(scan(&log), before);
    assert_eq!(scan(&log), in_order(events));
    // The name is the digest of the bytes: sorted, clustered and laid out as one ingest does it.
    assert_eq!(names(&log), whole);
    assert_eq!(log.compact().expect("a compaction"), Compacted::Nothing);
    assert_eq!(log.history().expect("a history").last().expect("a row").operation, "compact");
}

#[test]
fn earlier_versions_read_as_they_were_until_a_vacuum() {
    let events = many(300);
    let dir = tempfile::tempdir().expect("disk");
    let log = commits(dir.path(), &events, 60);
    assert!(matches!(log.compact(), Ok(Compacted::Done { version: 6, .. })));
    let log = log.refresh().expect("the log");
    let history = log.history().expect("a history");
    let third = |log: &EventLog| log.at_version(3).map(|old| scan(&old));
    assert_eq!(third(&log).expect("version 3"), in_order(events[..180].to_vec()));

    // Every version was the newest within a month of now.
    let now = history.last().expect("a row").time + 1_000_000;
    let month = Duration::from_hours(30 * 24);
    let kept = log.vacuum(now, month).expect("a vacuum");
    assert_eq!((kept.first_version, kept.n_data_files, kept.n_log_files), (0, 0, 0));
    assert_eq!(third(&log).expect("version 3"), in_order(events[..180].to_vec()));

    // A version is needed while it was the newest within the retention.
    let since = u64::try_from(now - history[4].time).expect("later");
    let kept = log.vacuum(now, Duration::from_micros(since)).expect("a vacuum");
    assert_eq!((kept.first_version, kept.n_data_files), (4, 0), "version 4 needs all four files");
    let log = EventLog::open(dir.path()).expect("the log");
    for (version, n) in [(4, 240), (5, 300), (6, 300)] {
        let old = log.at_version(version).expect("a version");
        assert_eq!(scan(&old), in_order(events[..n].to_vec()));
    }
    assert!(matches!(third(&log), Err(StoreError::NoVersion { version: 3, .. })));

    let gone = log.vacuum(LATER, NONE).expect("a vacuum");
    assert_eq!((gone.first_version, gone.n_data_files), (6, 5));
    let log = EventLog::open(dir.path()).expect("the log");
    assert_eq!(scan(&log), in_order(events));
    assert!(matches!(log.at_version(5), Err(StoreError::NoVersion { .. })));
    assert_eq!(log.history().expect("a history"), history, "the rows stay");
    assert_eq!(log.vacuum(LATER, NONE).expect("a vacuum").n_bytes, 0, "nothing is left to remove");
    // And the log goes on.
    let more = many(340);
    let log = commit(dir.path(), &more[300..]);
    assert_eq!((log.version(), scan(&log)), (7, in_order(more)));
    assert_eq!(log.history().expect("a history").len(), 8);
}

#[test]
fn leftovers_go_when_nobody_can_be_writing_them() {
    let dir = tempfile::tempdir().expect("disk");
    let log = commits(dir.path(), &many(100), 50);
    let events = dir.path().join("events");
    let unnamed = format!("{}.parquet", "0".repeat(64));
    for name in [".part-left", unnamed.as_str(), "foreign.parquet"] {
        std::fs::write(events.join(name), "left").expect("disk");
    }
    std::fs::write(dir.path().join(".tmpspool"), "left").expect("disk");
    let now = std::time::UNIX_EPOCH.elapsed().expect("a clock");
    let now = i64::try_from(now.as_micros()).expect("in range");
    assert_eq!(log.vacuum(now, NONE).expect("a vacuum").n_data_files, 0, "within the grace");
    let day = 86_400_000_000;
    assert_eq!(log.vacuum(now + 2 * day, NONE).expect("a vacuum").n_data_files, 3);
    assert!(events.join("foreign.parquet").exists(), "what is not ours stays");
    assert!(!events.join(&unnamed).exists() && !dir.path().join(".tmpspool").exists());
    assert_eq!(scan(&log.refresh().expect("the log")).len(), 100);
}

#[test]
fn the_keys_follow_without_a_reading_of_the_data() {
    let events = many(300);
    let dir = tempfile::tempdir().expect("disk");
    for part in events.chunks(100) {
        let log = commit(dir.path(), part);
        KeyIndex::open(&log).expect("an index").settle(&log).expect("disk");
    }
    let log = EventLog::open(dir.path()).expect("the log");
    assert!(matches!(log.compact(), Ok(Compacted::Done { .. })));
    let log = log.refresh().expect("the log");
    // Were a data file read, this would fail.
    for file in log.table.live_files(&log.snapshot, None).expect("the log") {
        std::fs::remove_file(file.path).expect("disk");
    }
    let mut index = KeyIndex::open(&log).expect("an index");
    assert_eq!(index.len(), 300);
    for logged in &events {
        let key = KeyDigest::of(&logged.event.source, &logged.event.id);
        assert_eq!(index.meet(key, logged.content).expect("disk"), Novelty::Duplicate);
    }
}

#[test]
fn two_that_write_the_keys_at_once_leave_an_index_or_none() {
    let dir = tempfile::tempdir().expect("disk");
    let log = commit(dir.path(), &many(100));
    let list = dir.path().join(DIR).join("runs.json");
    for _ in 0..300 {
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let index = KeyIndex::open(&log).expect("an index");
                    assert_eq!(index.len(), 100);
                    index.settle(&log).expect("what the other swept away is no failure");
                });
            }
        });
        assert_eq!(KeyIndex::open(&log).expect("an index").len(), 100);
        // The next two have no index to go by. It may be that these left none.
        let _ = std::fs::remove_file(&list);
    }
}

#[test]
fn an_ingest_keeps_up() {
    let events = many(3_000);
    let dir = tempfile::tempdir().expect("disk");
    let few = SMALL_FILES * 10;
    let log = commits(dir.path(), &events[..few], 10);
    assert_eq!(log.keep_up().expect("upkeep"), Compacted::Nothing);
    let log = commit(dir.path(), &events[few..few + 10]);
    let kept_up = log.keep_up().expect("upkeep");
    let (n_before, version) = (SMALL_FILES + 1, log.version() + 1);
    assert_eq!(kept_up, Compacted::Done { version, n_before, n_after: 1 });
    let checkpoints = || {
        let files = std::fs::read_dir(dir.path().join("events/_delta_log")).expect("a log");
        let name = |file: std::io::Result<std::fs::DirEntry>| file.expect("an entry").file_name();
        files.map(name).filter(|name| name.to_string_lossy().contains(".checkpoint.")).count()
    };
    assert_eq!(checkpoints(), 0);
    let mut log = log.refresh().expect("the log");
    while log.version() < COMMITS_PER_CHECKPOINT {
        let from = few + 10 + usize::try_from(log.version()).expect("small");
        log = commit(dir.path(), &events[from..=from]);
        let _ = log.keep_up().expect("upkeep");
    }
    assert_eq!(checkpoints(), 1);
    let opened = EventLog::open(dir.path()).expect("the log");
    assert_eq!(
        opened.n_events().expect("the log"),
        u64::try_from(scan(&opened).len()).expect("few")
    );
}

#[test]
fn a_damaged_file_stops_a_compaction_before_anything_changes() {
    let dir = tempfile::tempdir().expect("disk");
    let log = commits(dir.path(), &many(100), 50);
    let other = tempfile::tempdir().expect("disk");
    let other = commit(other.path(), &many(10));
    let files = |log: &EventLog| log.table.live_files(&log.snapshot, None).expect("the log");
    std::fs::copy(&files(&other)[0].path, &files(&log)[0].path).expect("disk");
    assert!(matches!(log.compact(), Err(StoreError::Rows { expected: 50, found: 10, .. })));
    assert_eq!(log.refresh().expect("the log").version(), 2);
}
