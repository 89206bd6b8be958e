//! The JSON Schemas and the typed checks give the same verdict on every event.

#![allow(clippy::expect_used, reason = "a test stops where it cannot go on")]

use crate::harness::generate::{Fullness, event, nearly_event, neighbours, versions};
use afterdose::event::kind::EventType;
use afterdose::event::vocabulary::Vocabulary;
use afterdose::ingest::record::{Context, read};
use afterdose::schema::{document, parse_type};
use jsonschema::Validator;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

/// Full events of a type from which every single change is tried; more where one event cannot show
/// the whole of its type, and fewer where a later version of it shows most.
const fn full_events((event_type, version): (EventType, u16)) -> usize {
    let events = match event_type {
        EventType::EventCorrected => 80,
        EventType::SessionCompleted => 40,
        _ => 8,
    };
    if version < event_type.latest() { events / 4 } else { events }
}

/// The two judges of a record.
struct Judges {
    schemas: BTreeMap<(EventType, u16), Validator>,
    vocabulary: Vocabulary,
}

impl Judges {
    fn new() -> Self {
        let mut schemas = BTreeMap::new();
        for (event_type, version) in versions() {
            let text = document(event_type, version).expect("every version has a schema");
            let schema = serde_json::from_str(text).expect("a schema is JSON");
            let validator = jsonschema::draft202012::options()
                .should_validate_formats(true)
                .build(&schema)
                .expect("a schema is valid");
            schemas.insert((event_type, version), validator);
        }
        Self { schemas, vocabulary: Vocabulary::shipped().expect("the shipped vocabulary reads") }
    }

    /// Whether the schema that the event's own `type` names accepts it.
    fn schema_accepts(&self, line: &str) -> bool {
        let Ok(event) = serde_json::from_str::<Value>(line) else { return false };
        let Ok(key) = parse_type(event["type"].as_str().unwrap_or_default()) else { return false };
        self.schemas.get(&key).is_some_and(|schema| schema.is_valid(&event))
    }

    /// Whether the program does.
    fn types_accept(&self, line: &str) -> bool {
        let context = Context { basis: None, vocabulary: &self.vocabulary, now_us: None };
        read(line.as_bytes(), &context).is_ok()
    }

    /// The verdict both give, or that they differ.
    fn verdict(&self, line: &str) -> Result<bool, String> {
        match (self.schema_accepts(line), self.types_accept(line)) {
            (schema, types) if schema == types => Ok(schema),
            (schema, types) => Err(format!("schema {schema}, types {types}: {line}")),
        }
    }
}

/// The lines of an example file.
fn examples(event_type: EventType, version: u16, kind: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("schemas/examples/{}/v{version}.{kind}.ndjson", event_type.name()));
    let text = std::fs::read_to_string(&path).expect("every version has examples");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn examples_are_what_they_say() {
    let judges = Judges::new();
    for (event_type, version) in versions() {
        for (kind, valid, least) in [("valid", true, 6), ("invalid", false, 12)] {
            let lines = examples(event_type, version, kind);
            assert!(lines.len() >= least, "{event_type:?} v{version}: {kind}");
            for line in lines {
                assert_eq!(judges.verdict(&line), Ok(valid), "{kind}: {line}");
            }
        }
    }
}

/// The same random numbers every time.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

#[test]
fn generated_events_get_one_verdict() {
    let judges = Judges::new();
    let seen = RefCell::new(BTreeMap::<((EventType, u16), bool), usize>::new());
    let outcome = runner(6000).run(&nearly_event(&judges.vocabulary), |event| {
        let accepted = judges.verdict(&event.to_string()).map_err(TestCaseError::fail)?;
        if let Ok(of) = parse_type(event["type"].as_str().unwrap_or_default()) {
            *seen.borrow_mut().entry((of, accepted)).or_default() += 1;
        }
        Ok(())
    });
    assert!(outcome.is_ok(), "{outcome:?}");
    // The comparison says little about a type of which only one verdict was seen.
    for of in versions() {
        for accepted in [true, false] {
            let count = seen.borrow().get(&(of, accepted)).copied().unwrap_or_default();
            assert!(count >= 50, "{of:?}, accepted {accepted}: {count}");
        }
    }
}

/// Full events of one type whose numbers often stand at an edge of their range, and all that is
/// one change away from them.
#[test]
fn every_single_change_gets_one_verdict() {
    let judges = Judges::new();
    let mut runner = runner(0);
    for of in versions() {
        let events = event(of, &judges.vocabulary, Fullness::Full);
        for _ in 0..full_events(of) {
            let event = events.new_tree(&mut runner).expect("an event").current();
            assert_eq!(judges.verdict(&event.to_string()), Ok(true), "{event}");
            for neighbour in neighbours(&event) {
                let verdict = judges.verdict(&neighbour.to_string());
                assert!(verdict.is_ok(), "{verdict:?}");
            }
        }
    }
}

#[test]
fn spelling_does_not_change_the_verdict() {
    let judges = Judges::new();
    let checkin = |measures: &str| {
        format!(
            concat!(
                r#"{{"specversion":"1.0","id":"e-1","source":"/sites/014","subject":"s-7f3a9c","#,
                r#""type":"afterdose.checkin.submitted.v1","studytime":"P1D","data":{}}}"#,
            ),
            measures
        )
    };
    for (total, valid) in [
        ("27", true),
        ("27.0", true),
        ("2.7e1", true),
        ("27E0", true),
        ("-0", true),
        ("-0.0", true),
        ("27.0000000000000001", true),
        ("27.00000000000001", false),
        ("0.1e1", true),
        ("1e-1", false),
        ("1e400", false),
        ("-1e400", false),
        ("123456789012345678901234567890", false),
        ("027", false),
        ("+27", false),
        (".5", false),
        ("5.", false),
        ("NaN", false),
    ] {
        let line =
            checkin(&format!(r#"{{"measures":[{{"instrument":"phq-9","total":{total}}}]}}"#));
        assert_eq!(judges.verdict(&line), Ok(valid), "{total}");
    }
    for (instrument, valid) in
        [(r"\u0070hq-9", true), (r"\ud800", false), (r"phq\u00009", false), (r"phq-9\n", false)]
    {
        let line =
            checkin(&format!(r#"{{"measures":[{{"instrument":"{instrument}","total":1}}]}}"#));
        assert_eq!(judges.verdict(&line), Ok(valid), "{instrument}");
    }
    for (data, valid) in [
        (" {\t} ", true),
        ("{}}", false),
        ("{", false),
        ("[]", false),
        ("{\"measures\":[],}", false),
    ] {
        assert_eq!(judges.verdict(&checkin(data)), Ok(valid), "{data}");
    }
}
