//! The parts of an ingest, one by one, on made-up events. `benches/README.md` says what each does.

#![allow(clippy::expect_used, missing_docs, reason = "a bench stops where it cannot go on")]

use afterdose::event::envelope::{Event, Origin};
use afterdose::event::key::{ContentDigest, KeyDigest};
use afterdose::event::time::TimeBasis;
use afterdose::event::vocabulary::Vocabulary;
use afterdose::ingest::lines::{Block, Lines};
use afterdose::ingest::record::{Context, read};
use afterdose::privacy::gate::{Gate, Passed};
use afterdose::simulate::{Settings, events};
use afterdose::store::log::EventLog;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};

const LINES: usize = 20_000;

fn main() {
    divan::main();
}

fn some_events() -> Vec<Event> {
    events(&Settings::new(2_000, 1)).take(LINES).collect()
}

fn text() -> Vec<u8> {
    some_events().iter().flat_map(|event| (event.to_json() + "\n").into_bytes()).collect()
}

#[divan::bench]
fn lines(bencher: Bencher) {
    let text = text();
    bencher.counter(ItemsCount::new(LINES)).bench(|| {
        let (mut lines, mut block) = (Lines::new(text.as_slice()), Block::default());
        let mut n = 0;
        loop {
            lines.fill(&mut block);
            if block.is_empty() {
                return n;
            }
            n += block.len();
        }
    });
}

#[divan::bench]
fn parse(bencher: Bencher) {
    let text: Vec<String> = some_events().iter().map(Event::to_json).collect();
    let vocabulary = Vocabulary::shipped().expect("the shipped tables");
    let context =
        Context { basis: Some(TimeBasis::Actual), vocabulary: &vocabulary, now_us: Some(i64::MAX) };
    bencher.counter(ItemsCount::new(LINES)).bench(|| {
        for line in &text {
            black_box(read(line.as_bytes(), &context).expect("a valid event"));
        }
    });
}

#[divan::bench]
fn gate(bencher: Bencher) {
    let gate = Gate::default();
    bencher.counter(ItemsCount::new(LINES)).with_inputs(some_events).bench_values(|events| {
        for event in events {
            black_box(gate.admit(event).expect("no identifier"));
        }
    });
}

#[divan::bench]
fn digest(bencher: Bencher) {
    let events = some_events();
    bencher.counter(ItemsCount::new(LINES)).bench(|| {
        for event in &events {
            black_box((KeyDigest::of(&event.source, &event.id), ContentDigest::of(event)));
        }
    });
}

#[divan::bench]
fn append(bencher: Bencher) {
    let origin = Origin { file_digest: [0; 32], line: 1 };
    let gate = Gate::default();
    let gated = || {
        let mut passed = Passed::default();
        let gated = some_events().into_iter().map(|event| {
            let content = ContentDigest::of(&event);
            (gate.admit_next(Box::new(event), &mut passed).expect("no identifier"), content)
        });
        (tempfile::tempdir().expect("a directory"), gated.collect::<Vec<_>>())
    };
    bencher.counter(ItemsCount::new(LINES)).with_inputs(gated).bench_values(|(dir, events)| {
        let log = EventLog::open_or_create(dir.path()).expect("a store");
        let mut batch = log.batch().expect("a batch");
        batch.begin_source();
        for (event, content) in events {
            batch.push(event, origin, TimeBasis::Actual, content).expect("disk");
        }
        batch.keep_source().expect("disk");
        (black_box(batch.commit(&[], "bench").expect("disk")), dir)
    });
}
