//! What opening a store costs, after many commits and after few.
//!
//! ```sh
//! cargo bench --bench open -- 5000
//! ```
//!
//! Makes a store of ten commits and one of as many as given (5,000), each commit a night of three
//! events, kept up as an ingest does; then compacts the second and removes what no version needs.
//! Prints the median milliseconds of opening each and listing its files, in turn, with the least and
//! the most; and the same before the vacuum.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures, prints, and stops where it cannot go on"
)]

use afterdose::event::envelope::{Event, Origin};
use afterdose::event::ids::{EventId, Source, Subject};
use afterdose::event::key::ContentDigest;
use afterdose::event::kind::Kind;
use afterdose::event::time::{Moment, TimeBasis};
use afterdose::privacy::gate::{Gate, Passed};
use afterdose::store::log::EventLog;
use std::path::Path;
use std::time::{Duration, Instant};

const FEW: u32 = 10;
const MANY: u32 = 5_000;
const EVENTS_PER_COMMIT: u32 = 3;
const ROUNDS: usize = 41;

fn main() {
    let given = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let n_commits = given.unwrap_or(MANY);
    let (few, many) = (tempfile::tempdir().expect("disk"), tempfile::tempdir().expect("disk"));
    commit(few.path(), FEW);
    commit(many.path(), n_commits);
    print(few.path(), many.path(), n_commits, "kept up by its ingests");
    let log = EventLog::open(many.path()).expect("a log");
    let compacted = log.compact().expect("a compaction");
    let later = 4_000_000_000_000_000;
    let vacuumed = log.vacuum(later, Duration::ZERO).expect("a vacuum");
    println!("{compacted:?}, {vacuumed:?}");
    print(few.path(), many.path(), n_commits, "compacted and cleaned");
}

/// Nights of a few events each.
fn commit(store: &Path, n_commits: u32) {
    let mut log = EventLog::open_or_create(store).expect("a log");
    let mut passed = Passed::default();
    for night in 0..n_commits {
        let mut batch = log.batch().expect("a batch");
        for n in 0..EVENTS_PER_COMMIT {
            let event = Event {
                source: Source::new("/synthetic/site-01").expect("a source"),
                id: EventId::new(&format!("e-{night}-{n}")).expect("an id"),
                subject: Subject::new(&format!("s-{night:05}")).expect("a subject"),
                when: Moment::calendar(1_735_689_600_000_000 + i64::from(night)),
                kind: Kind::Withdrawn,
            };
            let content = ContentDigest::of(&event);
            let origin = Origin { file_digest: [7; 32], line: u64::from(n) + 1 };
            let gated = Gate::default().admit_next(Box::new(event), &mut passed).expect("gated");
            batch.push(gated, origin, TimeBasis::Actual, content).expect("disk");
        }
        batch.keep_source().expect("disk");
        let _ = batch.commit(&[format!("source-{night}")], "ingest").expect("a commit");
        log = log.refresh().expect("the log");
        let _ = log.keep_up().expect("upkeep");
        log = log.refresh().expect("the log");
    }
}

fn print(few: &Path, many: &Path, n_commits: u32, state: &str) {
    let mut rounds = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (times, store) in rounds.iter_mut().zip([few, many]) {
            times.push(open(store));
        }
    }
    println!("{state}:");
    for (mut times, n) in rounds.into_iter().zip([FEW, n_commits]) {
        times.sort_unstable();
        let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
        let (least, median, most) = (times[0], times[ROUNDS / 2], times[ROUNDS - 1]);
        println!(
            "    {n} commits: {:.1} ms ({:.1} to {:.1})",
            millis(median),
            millis(least),
            millis(most)
        );
    }
}

/// Opens a store as a run does: its newest version, and which files hold it.
fn open(store: &Path) -> Duration {
    let begun = Instant::now();
    let log = EventLog::open(store).expect("a log");
    assert!(log.n_events().expect("statistics") > 0);
    begun.elapsed()
}
