//! Any bytes at all: the readers never panic, and every line is accounted for.
//!
//! A few seconds each; longer with `AFTERDOSE_FUZZ_SECONDS`, from other random numbers with
//! `AFTERDOSE_FUZZ_SEED`.

use crate::harness::generate::{Fullness, event, versions};
use afterdose::event::envelope::Event;
use afterdose::event::key::ContentDigest;
use afterdose::event::refuse::{Reason, Refusal};
use afterdose::event::time::TimeBasis;
use afterdose::event::vocabulary::Vocabulary;
use afterdose::ingest::record::{Context, read, read_in_steps};
use afterdose::ingest::reject::Rejection;
use afterdose::ingest::source::{Input, OnIdentifier, SourceFile};
use afterdose::ingest::{Accepted, Records, Sink, SinkError, read_source};
use afterdose::privacy::gate::{Gate, is_field_name};
use afterdose::store::keys::KeyIndex;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::Union;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Seconds of each test, unless the environment says otherwise.
const SECONDS: u64 = 2;

/// Cases between two looks at the clock.
const CASES: u32 = 64;

fn asked(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is no whole number: {text}")))
}

/// Runs a test on random values until its time is over; says how many cases that were.
#[allow(clippy::disallowed_methods, reason = "the time that the test may take")]
fn for_a_while<S: Strategy>(
    values: &S,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) -> u32 {
    let ends =
        Instant::now() + Duration::from_secs(asked("AFTERDOSE_FUZZ_SECONDS").unwrap_or(SECONDS));
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&asked("AFTERDOSE_FUZZ_SEED").unwrap_or_default().to_le_bytes());
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let mut cases = 0;
    while cases == 0 || Instant::now() < ends {
        let outcome = runner.run(values, &test);
        assert!(outcome.is_ok(), "{outcome:?}");
        cases += CASES;
    }
    cases
}

fn vocabulary() -> Vocabulary {
    Vocabulary::shipped().expect("the shipped vocabulary reads")
}

/// Reads a line in both ways there are, which say the same of every line.
fn read_line(line: &[u8], vocabulary: &Vocabulary) -> Result<Event, Refusal> {
    let context = Context { basis: None, vocabulary, now_us: None };
    let event = read(line, &context).map(|event| *event);
    assert_eq!(event, read_in_steps(line, &context), "{}", String::from_utf8_lossy(line));
    event
}

/// Lines of valid events, every type and version.
fn valid(vocabulary: &Vocabulary) -> BoxedStrategy<Vec<u8>> {
    let of = versions().map(|of| event(of, vocabulary, Fullness::Sparse)).collect::<Vec<_>>();
    Union::new(of).prop_map(|event| event.to_string().into_bytes()).boxed()
}

/// What a faulty wire, disk or program does to bytes.
#[derive(Debug, Clone)]
enum Damage {
    Byte(Index, u8),
    Insert(Index, Vec<u8>),
    Cut(Index),
    Drop(Index, usize),
    Repeat(Index, usize),
}

impl Damage {
    fn done_to(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let at = |index: &Index, bytes: &[u8]| index.index(bytes.len() + 1);
        match self {
            Self::Byte(index, byte) => {
                let at = at(index, &bytes);
                if let Some(old) = bytes.get_mut(at) {
                    *old = *byte;
                }
            }
            Self::Insert(index, more) => {
                let at = at(index, &bytes);
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Cut(index) => bytes.truncate(at(index, &bytes)),
            Self::Drop(index, n) => {
                let at = at(index, &bytes);
                bytes.drain(at..bytes.len().min(at + n));
            }
            Self::Repeat(index, n) => {
                let at = at(index, &bytes);
                let part = bytes[at..bytes.len().min(at + n)].to_vec();
                bytes.splice(at..at, part);
            }
        }
        bytes
    }
}

/// Pieces of JSON and of our own words, which find more than random bytes do.
const PIECES: [&str; 20] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    ",",
    ":",
    "null",
    "true",
    "1e999",
    "-0",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    "\"data\":",
    "\"vitals\":[]",
    "\"time\":\"P1D\"",
    ".v2",
    ".v3",
    "\r\n",
];

fn damage() -> BoxedStrategy<Damage> {
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..4),
        select(&PIECES[..]).prop_map(|piece| piece.as_bytes().to_vec()),
        Just(vec![b'['; 300]),
        Just(b"{\"data\":".repeat(150)),
    ];
    prop_oneof![
        3 => any::<(Index, u8)>().prop_map(|(index, byte)| Damage::Byte(index, byte)),
        3 => (any::<Index>(), bytes).prop_map(|(index, bytes)| Damage::Insert(index, bytes)),
        1 => any::<Index>().prop_map(Damage::Cut),
        2 => (any::<Index>(), 1..40_usize).prop_map(|(index, n)| Damage::Drop(index, n)),
        2 => (any::<Index>(), 1..40_usize).prop_map(|(index, n)| Damage::Repeat(index, n)),
    ]
    .boxed()
}

fn damaged(lines: BoxedStrategy<Vec<u8>>) -> BoxedStrategy<Vec<u8>> {
    (lines, prop::collection::vec(damage(), 1..5))
        .prop_map(|(line, damage)| damage.iter().fold(line, |line, damage| damage.done_to(line)))
        .boxed()
}

/// A refusal names a reason and a place in our own words, whatever it was about.
fn is_in_our_words(refusal: &Refusal) -> bool {
    let is_step = |step: &str| {
        let name = step.split('[').next().unwrap_or_default();
        name.is_empty() || is_field_name(name)
    };
    refusal.field.split('.').all(is_step) && Reason::ALL.contains(&refusal.reason)
}

#[test]
fn one_line_is_an_event_or_a_refusal() {
    let vocabulary = vocabulary();
    let lines = prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..300),
        2 => valid(&vocabulary),
        9 => damaged(valid(&vocabulary)),
    ];
    let cases = for_a_while(&lines, |line| {
        match read_line(&line, &vocabulary) {
            Ok(event) => {
                // What was read can be written, and reads back as itself.
                let text = event.to_json();
                let again = read_line(text.as_bytes(), &vocabulary);
                prop_assert_eq!(again.as_ref(), Ok(&event), "{}", text);
                prop_assert_eq!(event.to_json(), text);
            }
            Err(refusal) => prop_assert!(is_in_our_words(&refusal), "{:?}", refusal),
        }
        Ok(())
    });
    assert!(cases >= CASES);
}

/// Vital signs of version 1 as version 2 has them.
fn raise_vitals(data: &mut Value) {
    let Some(Value::Object(fields)) = data.get("vitals") else { return };
    let reading = |(field, value): (&String, &Value)| {
        let (sign, moment) = field.split_once('_').expect("a field of version 1");
        let (moment, unit) = if sign == "spo2" { ("lowest", "%") } else { (moment, "mmHg") };
        serde_json::json!({"sign": sign, "moment": moment, "value": value, "unit": unit})
    };
    data["vitals"] = fields.iter().map(reading).collect();
}

#[test]
fn a_raised_event_is_the_event_written_in_the_latest_version() {
    let vocabulary = vocabulary();
    let older = versions().filter(|(event_type, version)| *version < event_type.latest());
    let older = older.map(|of| event(of, &vocabulary, Fullness::Sparse)).collect::<Vec<_>>();
    assert_eq!(older.len(), 3);
    for_a_while(&Union::new(older), |old| {
        let name = old["type"].as_str().unwrap_or_default().trim_end_matches(".v1").to_owned();
        let mut new = old.clone();
        new["type"] = format!("{name}.v2").into();
        for pointer in ["/data", "/data/data"] {
            if let Some(data) = new.pointer_mut(pointer) {
                raise_vitals(data);
            }
        }
        let read = |event: &Value| read_line(event.to_string().as_bytes(), &vocabulary);
        let (old, new) = (read(&old), read(&new));
        prop_assert!(old.is_ok(), "{:?}", old);
        prop_assert_eq!(&old, &new);
        let digests = [old, new].map(|event| event.ok().map(|event| ContentDigest::of(&event)));
        prop_assert_eq!(digests[0], digests[1]);
        Ok(())
    });
}

/// Counts what it is given.
#[derive(Debug, Default)]
struct Counter {
    accepted: u64,
    /// Records rejected, each by its line, but for those of a file that was refused whole.
    rejected: u64,
    lines: Vec<u64>,
}

impl Sink for Counter {
    fn accept(&mut self, accepted: Accepted) -> Result<(), SinkError> {
        self.accepted += 1;
        self.lines.push(accepted.origin.line);
        Ok(())
    }

    fn reject(&mut self, rejection: Rejection) -> Result<(), SinkError> {
        self.rejected += rejection.n_records;
        self.lines.extend(rejection.line);
        Ok(())
    }

    fn drop_accepted(&mut self) -> Result<(), SinkError> {
        self.accepted = 0;
        Ok(())
    }
}

/// Numbers of the lines that are not blank: the obvious way, with all of the file in memory.
fn lines_of(file: &[u8]) -> Vec<u64> {
    let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    let lines = (1..).zip(file.split(|byte| *byte == b'\n'));
    let is_blank = |line: &[u8]| line.trim_ascii().is_empty();
    lines.filter(|(_, line)| !is_blank(line)).map(|(number, _)| number).collect()
}

#[test]
fn every_line_of_a_file_is_accounted_for() {
    let vocabulary = vocabulary();
    let line = prop_oneof![
        5 => valid(&vocabulary),
        3 => damaged(valid(&vocabulary)),
        1 => prop::collection::vec(any::<u8>(), 0..60),
        1 => Just(b" \t".to_vec()),
    ];
    let end = select(vec![&b"\n"[..], b"\r\n", b"\n\n", b"\r", b""]);
    let mark = select(vec![&b""[..], b"", b"\xEF\xBB\xBF"]);
    let files = (mark, prop::collection::vec((line, end), 0..12), any::<bool>());
    for_a_while(&files, |(mark, lines, reject_record)| {
        let mut file = mark.to_vec();
        for (line, end) in &lines {
            file.extend_from_slice(line);
            file.extend_from_slice(end);
        }
        let source = SourceFile {
            input: Input::Stdin,
            label: "a.ndjson".to_owned(),
            basis: TimeBasis::Actual,
            mapping: None,
            on_identifier: if reject_record {
                OnIdentifier::RejectRecord
            } else {
                OnIdentifier::RefuseFile
            },
        };
        let context = Context { basis: None, vocabulary: &vocabulary, now_us: None };
        let mut counter = Counter::default();
        let reader = Box::new(std::io::Cursor::new(file.clone()));
        let account = read_source(
            &source,
            [0; 32],
            Records::of_lines(reader),
            &context,
            &Gate::default(),
            &mut KeyIndex::aside(None).expect("a temporary directory"),
            &mut counter,
        )
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
        let want = lines_of(&file);
        let n_rejected: u64 = account.rejected.values().sum();
        prop_assert_eq!(account.read, want.len() as u64);
        prop_assert_eq!(account.read, account.accepted + account.duplicate + n_rejected);
        prop_assert_eq!((counter.accepted, counter.rejected), (account.accepted, n_rejected));
        // Each line that is neither a duplicate nor blank is named once, in order.
        prop_assert!(counter.lines.is_sorted_by(|a, b| a < b), "{:?}", counter.lines);
        prop_assert!(counter.lines.iter().all(|line| want.contains(line)), "{:?}", counter.lines);
        if !account.refused {
            prop_assert_eq!(counter.lines.len() as u64, account.accepted + n_rejected);
        }
        Ok(())
    });
}
