//! Two writers on one store with nothing between them but the commit: every event exactly once.

use afterdose::event::envelope::Logged;
use afterdose::event::time::TimeBasis;
use afterdose::pipeline::accounts::SourceAccount;
use afterdose::pipeline::intake::{Intake, ingest};
use afterdose::pipeline::plan::{Overrides, Plan};
use afterdose::pipeline::progress::Progress;
use afterdose::privacy::gate::Gate;
use afterdose::simulate;
use afterdose::store::log::EventLog;
use afterdose::store::share::SHARES;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

/// Races, as many as show a mistake that is seen once in thirty.
const RACES: u64 = 100;

/// Counts how often a writer had to begin again.
#[derive(Default)]
struct Counting {
    again: AtomicU32,
}

impl Progress for Counting {
    fn stage(&self, _name: &str, detail: &str) {
        if detail.starts_with("again") {
            self.again.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn source(&self, _account: &SourceAccount) {}

    fn now_us(&self) -> i64 {
        NOW_US
    }
}

/// 2030: after every simulated event.
const NOW_US: i64 = 1_900_000_000_000_000;

fn plan(store: &Path, sources: &[&PathBuf]) -> Plan {
    let overrides = Overrides {
        store: Some(store.to_owned()),
        sources: sources.iter().map(|path| (*path).clone()).collect(),
        time_basis: Some(TimeBasis::Actual),
        ..Overrides::default()
    };
    Plan::resolve(&overrides).expect("a plan")
}

fn take_in(plan: &Plan, progress: &Counting) -> Intake {
    let log = EventLog::open_or_create(&plan.store).expect("a store");
    ingest(plan, &log, &Gate::default(), NOW_US, progress).expect("an ingest")
}

/// Every event of a store, but for the file and line it was read at: of an event that two files
/// hold, the race decides which of them brought it.
fn events(store: &Path) -> Vec<Logged> {
    let log = EventLog::open(store).expect("a store");
    let scan = log.scan(&(0..SHARES)).expect("readable");
    let mut events = scan.in_order().expect("sound rows");
    for logged in &mut events {
        logged.origin.file_digest = [0; 32];
        logged.origin.line = 0;
    }
    events
}

#[test]
fn of_two_writers_the_loser_reads_again_and_every_event_is_there_once() {
    let dir = tempfile::tempdir().expect("a directory");
    let counting = Counting::default();
    let (mut both, mut seen) = (0_u64, BTreeSet::new());
    for race in 0..RACES {
        let dir = dir.path().join(race.to_string());
        std::fs::create_dir(&dir).expect("a directory");
        let feed = |name: &str, seed: u64| {
            let path = dir.join(name);
            let mut bytes = Vec::new();
            simulate::write(&simulate::Settings::new(4, seed), &mut bytes).expect("memory");
            std::fs::write(&path, bytes).expect("disk");
            path
        };
        let [a, b, shared] = [("a", 3 * race), ("b", 3 * race + 1), ("shared", 3 * race + 2)]
            .map(|(name, seed)| feed(&format!("{name}.ndjson"), seed));
        let store = dir.join("store");
        let plans = [plan(&store, &[&a, &shared]), plan(&store, &[&shared, &b])];
        let start = Barrier::new(plans.len());
        let intakes = thread::scope(|scope| {
            let writers = plans.each_ref().map(|plan| {
                scope.spawn(|| {
                    start.wait();
                    take_in(plan, &counting)
                })
            });
            writers.map(|writer| writer.join().expect("a writer"))
        });

        let alone = dir.join("alone");
        let quiet = take_in(&plan(&alone, &[&a, &b, &shared]), &Counting::default());
        assert_eq!(events(&store), events(&alone), "race {race}");
        // What the two brought is what one would have: nothing doubled, nothing lost.
        assert_eq!(intakes.iter().map(|intake| intake.n_new).sum::<u64>(), quiet.n_new);
        both += u64::from(intakes.iter().all(|intake| intake.n_new > 0));
        seen.extend(events(&store).into_iter().map(|logged| logged.event.subject));
    }
    assert!(both > 0, "the two never met");
    assert!(seen.len() > 1_000, "{}", seen.len());
    let again = counting.again.load(Ordering::Relaxed);
    assert!(again > 0, "no writer ever lost a race, so nothing was shown");
}
