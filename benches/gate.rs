//! What the gate costs a valid event: ids of several kinds, with and without a second pseudonym.
//!
//! ```sh
//! cargo bench --bench gate
//! ```
//!
//! Prints nanoseconds an event, the fastest of nine rounds, on one core.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    clippy::needless_pass_by_value,
    reason = "a bench measures, prints, and stops where it cannot go on"
)]

use afterdose::event::code::CheckinMode;
use afterdose::event::envelope::Event;
use afterdose::event::ids::{EventId, Source, Subject};
use afterdose::event::kind::{CheckinSubmitted, Data, Kind};
use afterdose::event::time::Moment;
use afterdose::privacy::gate::Gate;
use afterdose::privacy::pseudonym::SubjectKey;
use std::hint::black_box;
use std::time::Instant;

/// Events a round.
const EVENTS: u32 = 100_000;
const ROUNDS: u32 = 9;

fn main() {
    let random = |n: u32| u64::from(n).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let uuid = |n: u32| {
        let bits = u128::from(random(n)) << 64 | u128::from(random(n ^ 0xFFFF));
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().hyphenated().to_string()
    };
    let hex = |n: u32| format!("s-{:012x}", random(n) >> 16);
    let counter = |n: u32| format!("evt-2025-02-02-{n:06}");
    let decimal = |n: u32| format!("P{:07}", random(n) % 10_000_000);
    let key = SubjectKey::from_bytes(b"made up for a bench, protects nothing").expect("a key");
    let keyed = Gate { key: Some(key), ..Gate::default() };
    let plain = Gate::default();
    let kinds: [(&str, &Gate, Vec<Event>); 4] = [
        ("UUID ids, hexadecimal subjects", &plain, events(uuid, hex)),
        ("the same with a second pseudonym", &keyed, events(uuid, hex)),
        ("UUID ids and subjects", &plain, events(uuid, uuid)),
        ("dates and counters, decimal subjects", &plain, events(counter, decimal)),
    ];
    for (what, gate, events) in kinds {
        let fastest = (0..ROUNDS).map(|_| round(gate, &events)).min().expect("rounds");
        println!("{:6.0} ns  {what}", fastest as f64 / f64::from(EVENTS));
    }
}

/// Nanoseconds for all events, the copies they are made from aside.
fn round(gate: &Gate, events: &[Event]) -> u128 {
    let copies = events.to_vec();
    let began = Instant::now();
    for event in copies {
        let admitted = gate.admit(event).expect("nothing identifying");
        black_box(&admitted);
    }
    began.elapsed().as_nanos()
}

fn events(id: impl Fn(u32) -> String, subject: impl Fn(u32) -> String) -> Vec<Event> {
    let source = Source::new("/synthetic/site-014").expect("a source");
    let checkin =
        CheckinSubmitted { mode: Some(CheckinMode::Remote), ..CheckinSubmitted::default() };
    let event = |n: u32| Event {
        source: source.clone(),
        id: EventId::new(&id(n)).expect("an id"),
        subject: Subject::new(&subject(n / 20)).expect("a subject"),
        when: Moment::calendar(1_738_519_200_000_000 + i64::from(n)),
        kind: Kind::Clinical(Data::CheckinSubmitted(checkin.clone())),
    };
    (0..EVENTS).map(event).collect()
}
