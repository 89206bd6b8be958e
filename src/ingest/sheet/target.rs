//! Where a cell may go: the paths of an event, read from its JSON Schema.
//!
//! ```text
//! subject                          an attribute of the envelope
//! data.dose.value                  a field of the data
//! data.indications                 a list of codes
//! data.measures[phq-9].total       a field of one entry of a list, named by its code
//! data.effects[nausea]             whether a list has that entry
//! ```
//!
//! The schemas are the one place that knows the fields, so that a new version of an event can be
//! mapped as soon as it is published.

use crate::event::kind::EventType;
use crate::event::toml_file::nearest;
use crate::schema;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a path holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A code or a name.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Bool,
    /// `time`.
    Time,
    /// `studytime`.
    StudyTime,
    /// A list of codes.
    Texts,
    /// A list of numbers.
    Numbers,
    /// A list of entries, each given by its code alone.
    Entries,
    /// One entry of such a list: yes, it is there, or no.
    Entry,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Field name.
    pub name: String,
    /// Which entry, if the field is a list: the field that names an entry, and its code.
    pub entry: Option<(String, String)>,
}

/// A path, with what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Steps from the outside in; never empty.
    pub steps: Vec<Step>,
    /// What it holds.
    pub kind: Kind,
    /// For [`Kind::Entries`]: the field that names an entry.
    pub entry_field: Option<String>,
}

/// Every path of one version of one event type; `[]` stands for the code of an entry.
pub struct Targets {
    kinds: BTreeMap<String, Kind>,
    entry_fields: BTreeMap<String, String>,
}

/// Attributes of the envelope that a sheet may give.
const ENVELOPE: [(&str, Kind); 5] = [
    ("id", Kind::Text),
    ("source", Kind::Text),
    ("subject", Kind::Text),
    ("time", Kind::Time),
    ("studytime", Kind::StudyTime),
];

impl Targets {
    /// The paths of a published version; `None` if there is none.
    #[must_use]
    pub fn of(event_type: EventType, version: u16) -> Option<Self> {
        let document: Value = serde_json::from_str(schema::document(event_type, version)?).ok()?;
        let mut targets = Self { kinds: BTreeMap::new(), entry_fields: BTreeMap::new() };
        targets.kinds.extend(ENVELOPE.map(|(path, kind)| (path.to_owned(), kind)));
        targets.walk(&document, &document["properties"]["data"], "data");
        Some(targets)
    }

    /// Every path, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.kinds.keys().map(String::as_str)
    }

    /// Reads a path.
    ///
    /// # Errors
    /// A sentence that names the nearest known path.
    pub fn find(&self, path: &str) -> Result<Target, String> {
        let mut steps = Vec::new();
        let mut pattern = String::new();
        for part in path.split('.') {
            let (name, code) = match part.strip_suffix(']').and_then(|part| part.split_once('[')) {
                Some((name, code)) => (name, Some(code)),
                None => (part, None),
            };
            if !pattern.is_empty() {
                pattern.push('.');
            }
            pattern.push_str(name);
            let entry = code.and_then(|code| {
                let field = self.entry_fields.get(&pattern)?;
                (!code.is_empty()).then(|| (field.clone(), code.to_owned()))
            });
            if code.is_some() {
                pattern.push_str("[]");
            }
            // A code in brackets belongs behind a list, and nowhere else.
            if code.is_some() != entry.is_some() {
                return Err(self.unknown(path, &pattern));
            }
            steps.push(Step { name: name.to_owned(), entry });
        }
        match self.kinds.get(&pattern) {
            Some(&kind) => {
                Ok(Target { steps, kind, entry_field: self.entry_fields.get(path).cloned() })
            }
            None => Err(self.unknown(path, &pattern)),
        }
    }

    fn unknown(&self, path: &str, pattern: &str) -> String {
        match nearest(pattern, self.paths()) {
            Some(known) => format!("no field `{path}`; did you mean `{known}`?"),
            None => format!("no field `{path}`"),
        }
    }

    fn walk(&mut self, document: &Value, schema: &Value, path: &str) {
        let schema = resolve(document, schema);
        let kind = match schema["type"].as_str() {
            Some("object") => {
                for (name, field) in schema["properties"].as_object().into_iter().flatten() {
                    self.walk(document, field, &format!("{path}.{name}"));
                }
                return;
            }
            Some("array") => return self.walk_list(document, &schema["items"], path),
            Some("number" | "integer") => Kind::Number,
            Some("boolean") => Kind::Bool,
            _ => Kind::Text,
        };
        if !schema.is_null() {
            self.kinds.insert(path.to_owned(), kind);
        }
    }

    fn walk_list(&mut self, document: &Value, items: &Value, path: &str) {
        let items = resolve(document, items);
        let kind = match items["type"].as_str() {
            Some("number" | "integer") => Kind::Numbers,
            Some("object") => {
                // The first field that an entry must have is the one that names it.
                let Some(name) = items["required"][0].as_str() else { return };
                self.entry_fields.insert(path.to_owned(), name.to_owned());
                self.kinds.insert(format!("{path}[]"), Kind::Entry);
                for (field, schema) in items["properties"].as_object().into_iter().flatten() {
                    if field != name {
                        self.walk(document, schema, &format!("{path}[].{field}"));
                    }
                }
                Kind::Entries
            }
            _ => Kind::Texts,
        };
        self.kinds.insert(path.to_owned(), kind);
    }
}

/// Follows `$ref` inside the document.
fn resolve<'a>(document: &'a Value, mut schema: &'a Value) -> &'a Value {
    while let Some(target) = schema["$ref"].as_str().and_then(|text| text.strip_prefix('#')) {
        match document.pointer(target) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(event_type: EventType) -> Targets {
        Targets::of(event_type, 1).expect("published")
    }

    #[test]
    fn paths_hold_what_the_schema_says() {
        let session = targets(EventType::SessionCompleted);
        for (path, kind) in [
            ("subject", Kind::Text),
            ("time", Kind::Time),
            ("data.route", Kind::Text),
            ("data.dose.value", Kind::Number),
            ("data.vitals.sbp_pre", Kind::Number),
            ("data.psychotherapy", Kind::Bool),
            ("data.effects", Kind::Entries),
            ("data.effects[sedation]", Kind::Entry),
            ("data.effects[sedation].severity", Kind::Text),
            ("data.effects[sedation].onset_min", Kind::Number),
        ] {
            assert_eq!(session.find(path).map(|target| target.kind), Ok(kind), "{path}");
        }
        let checkin = targets(EventType::CheckinSubmitted);
        let total = checkin.find("data.measures[phq-9].total").expect("a path");
        assert_eq!(total.steps[1].entry, Some(("instrument".into(), "phq-9".into())));
        assert_eq!(checkin.find("data.measures[x].items").map(|t| t.kind), Ok(Kind::Numbers));
        let started = targets(EventType::CourseStarted);
        assert_eq!(started.find("data.indications").map(|t| t.kind), Ok(Kind::Texts));
        assert_eq!(
            started.find("data.screening.contraindications").map(|t| t.kind),
            Ok(Kind::Texts)
        );
    }

    #[test]
    fn an_unknown_path_names_the_nearest() {
        let session = targets(EventType::SessionCompleted);
        for (path, known) in [
            ("data.dose.amount", "data.dose.unit"),
            ("data.rout", "data.route"),
            ("data.route[x]", "data.route"),
            ("data.effects.severity", "data.effects[].severity"),
            ("data.effects[].severity", "data.effects[].severity"),
            ("data.effects[nausea].term", "data.effects[]"),
            ("specversion", ""),
            ("", ""),
        ] {
            let error = session.find(path).expect_err(path);
            assert!(error.contains(known), "{path}: {error}");
        }
    }
}
