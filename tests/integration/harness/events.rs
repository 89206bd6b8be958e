//! Events to say what a test needs, and no more.

use serde_json::{Map, Value, json};

/// One event, or what a test makes of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event(pub(crate) Value);

impl std::fmt::Display for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Event {
    /// Any event of `/synthetic/site-01`; `thing` without `afterdose.` and version.
    pub(crate) fn new(thing: &str, subject: &str, id: &str, time: &str, data: Value) -> Self {
        Self(json!({
            "specversion": "1.0",
            "id": id,
            "source": "/synthetic/site-01",
            "type": format!("afterdose.{thing}.v1"),
            "subject": subject,
            "time": time,
            "data": data,
        }))
    }

    /// A check-in with one score.
    pub(crate) fn score(subject: &str, id: &str, time: &str, phq: u32) -> Self {
        let data = json!({"measures": [{"instrument": "phq-9", "total": phq}]});
        Self::new("checkin.submitted", subject, id, time, data)
    }

    /// A session of intravenous ketamine.
    pub(crate) fn session(subject: &str, id: &str, time: &str) -> Self {
        let data = json!({"route": "intravenous", "drug": "ketamine"});
        Self::new("session.completed", subject, id, time, data)
    }

    /// The event with another value at a JSON pointer; the parent must exist.
    pub(crate) fn with(mut self, pointer: &str, value: Value) -> Self {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        match self.0.pointer_mut(parent) {
            Some(Value::Object(fields)) => {
                fields.insert(name.to_owned(), value);
            }
            Some(Value::Array(entries)) => {
                let index: usize = name.parse().expect("an index");
                entries[index] = value;
            }
            other => panic!("nothing at {parent}: {other:?}"),
        }
        self
    }

    /// The event without a field.
    pub(crate) fn without(mut self, name: &str) -> Self {
        let fields: &mut Map<String, Value> = self.0.as_object_mut().expect("an object");
        fields.remove(name).expect("a field");
        self
    }

    /// A text at a JSON pointer; empty if there is none.
    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.0.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

/// A person treated twice in January 2025, scored before and after each session.
pub(crate) fn person(subject: &str, scores: [u32; 3]) -> Vec<Event> {
    let id = |what: &str| format!("{subject}-{what}");
    let [before, first, second] = scores;
    vec![
        Event::score(subject, &id("c0"), "2025-01-05T18:00:00Z", before),
        Event::session(subject, &id("s1"), "2025-01-06T09:00:00Z"),
        Event::score(subject, &id("c1"), "2025-01-08T18:00:00Z", first),
        Event::session(subject, &id("s2"), "2025-01-09T09:00:00Z"),
        Event::score(subject, &id("c2"), "2025-01-12T18:00:00Z", second),
        Event::new(
            "course.ended",
            subject,
            &id("end"),
            "2025-01-20T09:00:00Z",
            json!({"reason": "completed"}),
        ),
    ]
}

/// Lines as events.
pub(crate) fn parse(text: &str) -> Vec<Event> {
    text.lines().map(|line| Event(serde_json::from_str(line).expect("JSON"))).collect()
}
