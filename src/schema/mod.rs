//! The JSON Schemas of the events, embedded: what producers are promised, version by version.
//!
//! Layer 1. The program itself checks with the types of [`crate::event`] for speed; tests hold the
//! two to the same verdict. A document never changes once it is published: a new version is a new
//! file here and a step in [`upcast`]. What readers of the published tables are promised stands in
//! [`dictionary`].

pub mod dictionary;
pub mod upcast;

use crate::event::kind::EventType;
use crate::event::refuse::Reason;

/// One published schema.
struct Document {
    event_type: EventType,
    version: u16,
    text: &'static str,
}

/// Declares the table of documents, one line per type and version.
macro_rules! documents {
    ($($event_type:ident $name:literal v $version:literal),+ $(,)?) => {
        /// Every published schema, oldest version first within a type.
        const DOCUMENTS: &[Document] = &[$(Document {
            event_type: EventType::$event_type,
            version: $version,
            text: include_str!(concat!("../../schemas/events/", $name, "/v", $version, ".json")),
        }),+];
    };
}

documents! {
    CourseStarted "afterdose.course.started" v 1,
    SessionCompleted "afterdose.session.completed" v 1,
    SessionCompleted "afterdose.session.completed" v 2,
    SessionMissed "afterdose.session.missed" v 1,
    CheckinSubmitted "afterdose.checkin.submitted" v 1,
    CheckinSubmitted "afterdose.checkin.submitted" v 2,
    PlanAdjusted "afterdose.plan.adjusted" v 1,
    CourseEnded "afterdose.course.ended" v 1,
    EventCorrected "afterdose.event.corrected" v 1,
    EventCorrected "afterdose.event.corrected" v 2,
    EventRetracted "afterdose.event.retracted" v 1,
    SubjectWithdrawn "afterdose.subject.withdrawn" v 1,
}

/// The text of a schema; `None` for a version that was never published.
#[must_use]
pub fn document(event_type: EventType, version: u16) -> Option<&'static str> {
    DOCUMENTS
        .iter()
        .find(|document| document.event_type == event_type && document.version == version)
        .map(|document| document.text)
}

/// The texts of every schema ever published, in a stable order.
pub fn all_documents() -> impl Iterator<Item = &'static str> {
    DOCUMENTS.iter().map(|document| document.text)
}

/// Reads a `type` attribute, such as `afterdose.session.completed.v1`.
///
/// # Errors
/// [`Reason::UnknownType`] for a name outside the vocabulary or without a `v<N>` behind it,
/// [`Reason::UnknownVersion`] for a version that was never published.
pub fn parse_type(text: &str) -> Result<(EventType, u16), Reason> {
    for event_type in EventType::ALL {
        if let Some((_, version)) = event_type.texts().iter().zip(1..).find(|(of, _)| **of == text)
        {
            return Ok((event_type, version));
        }
    }
    let (name, suffix) = text.rsplit_once('.').ok_or(Reason::UnknownType)?;
    let digits = suffix.strip_prefix('v').ok_or(Reason::UnknownType)?;
    let is_version = !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'));
    let is_known = is_version && EventType::parse(name).is_some();
    Err(if is_known { Reason::UnknownVersion } else { Reason::UnknownType })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::code;
    use crate::event::vocabulary::{CONTRAINDICATIONS, DRUGS, STOP_REASONS, Vocabulary};
    use serde_json::Value;
    use std::collections::BTreeMap;

    fn parsed() -> Vec<(&'static Document, Value)> {
        let read = |document: &'static Document| {
            (document, serde_json::from_str(document.text).expect("a schema is JSON"))
        };
        DOCUMENTS.iter().map(read).collect()
    }

    /// Every schema inside a schema, with where it stands.
    fn walk<'a>(path: &str, schema: &'a Value, visit: &mut dyn FnMut(&str, &'a Value)) {
        visit(path, schema);
        match schema {
            Value::Object(map) => {
                map.iter().for_each(|(key, value)| walk(&format!("{path}/{key}"), value, visit));
            }
            Value::Array(list) => list.iter().for_each(|value| walk(path, value, visit)),
            _ => {}
        }
    }

    #[test]
    fn every_version_of_every_type_has_a_document() {
        for event_type in EventType::ALL {
            for version in 1..=event_type.latest() {
                assert!(document(event_type, version).is_some(), "{event_type:?} v{version}");
            }
            assert!(document(event_type, 0).is_none());
            assert!(document(event_type, event_type.latest() + 1).is_none());
        }
    }

    #[test]
    fn documents_are_valid_and_name_themselves() {
        for (document, schema) in parsed() {
            let (name, version) = (document.event_type.name(), document.version);
            assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
            assert_eq!(
                schema["$id"],
                format!("https://afterdose.invalid/schemas/events/{name}/v{version}.json")
            );
            let type_text = format!("{name}.v{version}");
            assert_eq!(schema["title"], *type_text);
            assert_eq!(schema["properties"]["type"]["const"], *type_text);
            assert!(jsonschema::meta::validate(&schema).is_ok(), "{type_text}");
            assert!(document.text.ends_with("}\n"), "{type_text}");
        }
    }

    #[test]
    fn every_object_is_closed_and_every_field_described() {
        for (document, schema) in parsed() {
            let name = document.event_type.name();
            walk("", &schema, &mut |path, part| {
                // Rules laid over an object ("if", "contains") have no type of their own.
                if part["type"] != "object" {
                    return;
                }
                assert_eq!(part["additionalProperties"], false, "{name}{path}");
                for (field, property) in part["properties"].as_object().expect(name) {
                    let description = property["description"].as_str().unwrap_or_default();
                    assert!(description.ends_with('.'), "{name}{path}: {field}");
                }
            });
        }
    }

    #[test]
    fn definitions_of_one_name_are_the_same_in_the_latest_documents() {
        let mut seen: BTreeMap<String, Value> = BTreeMap::new();
        for (document, schema) in parsed() {
            if document.version != document.event_type.latest() {
                continue;
            }
            let name = document.event_type.name().trim_start_matches("afterdose.");
            let data = (name.replace('.', "_"), schema["properties"]["data"].clone());
            let definitions = schema["$defs"].as_object().cloned().unwrap_or_default();
            for (name, definition) in definitions.into_iter().chain([data]) {
                let first = seen.entry(name.clone()).or_insert_with(|| definition.clone());
                assert_eq!(*first, definition, "{name}");
            }
        }
    }

    #[test]
    fn a_correction_carries_the_data_it_says_it_carries() {
        let schemas = parsed();
        let data_of = |event_type, version| {
            let found = schemas
                .iter()
                .find(|(d, _)| (d.event_type, d.version) == (event_type, version))
                .map(|(_, schema)| &schema["properties"]["data"]);
            found.expect("a published version")
        };
        for version in 1..=EventType::EventCorrected.latest() {
            let text = document(EventType::EventCorrected, version).expect("a published version");
            let correction: Value = serde_json::from_str(text).expect("a schema is JSON");
            for event_type in EventType::CLINICAL {
                let name = event_type.name().trim_start_matches("afterdose.").replace('.', "_");
                let carried = data_of(event_type, event_type.carried_by(version));
                assert_eq!(&correction["$defs"][&name], carried, "v{version}: {name}");
            }
        }
    }

    #[test]
    fn code_lists_are_those_of_the_types() {
        fn list<T: std::fmt::Display>(codes: &[T]) -> Vec<String> {
            codes.iter().map(ToString::to_string).collect()
        }
        let instruments = Vocabulary::shipped().expect("shipped").instruments;
        let mut instruments: Vec<String> = instruments.into_keys().collect();
        instruments.sort();
        let known: BTreeMap<&str, Vec<Vec<String>>> = BTreeMap::from([
            ("administration", vec![list(code::Administration::ALL)]),
            ("age_band", vec![list(code::AgeBand::ALL)]),
            ("change", vec![list(code::PlanChange::ALL)]),
            ("contraindications", vec![list(&CONTRAINDICATIONS)]),
            ("decision", vec![list(code::ScreeningDecision::ALL)]),
            ("drug", vec![list(&DRUGS)]),
            ("effects_capture", vec![list(code::EffectsCapture::ALL)]),
            ("indications", vec![list(code::Indication::ALL)]),
            ("instrument", vec![instruments]),
            ("mode", vec![list(code::CheckinMode::ALL)]),
            ("moment", vec![list(code::VitalMoment::ALL)]),
            ("phase", vec![list(code::Phase::ALL)]),
            (
                "reason",
                vec![
                    list(code::MissedReason::ALL),
                    list(code::AdjustReason::ALL),
                    list(code::EndReason::ALL),
                    list(code::RetractReason::ALL),
                ],
            ),
            ("route", vec![list(code::Route::ALL)]),
            ("severity", vec![list(code::Severity::ALL)]),
            ("sex", vec![list(code::Sex::ALL)]),
            ("sign", vec![list(code::VitalSign::ALL)]),
            ("stopped_early", vec![list(&STOP_REASONS)]),
            ("term", vec![list(code::EffectTerm::ALL)]),
            ("unit", vec![list(code::DoseUnit::ALL), list(code::VitalUnit::ALL)]),
        ]);
        let mut found: BTreeMap<&str, Vec<Vec<String>>> = BTreeMap::new();
        let schemas = parsed();
        for (document, schema) in &schemas {
            if document.version != document.event_type.latest() {
                continue;
            }
            walk("", schema, &mut |path, part| {
                let Some(codes) = part.get("enum").and_then(Value::as_array) else { return };
                let path = path.trim_end_matches("/items").to_owned();
                let field = path.rsplit('/').next().unwrap_or_default();
                let (&field, _) = known.get_key_value(field).expect("an enum of a known field");
                let mut codes: Vec<String> =
                    codes.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                if field == "instrument" {
                    codes.sort();
                }
                let lists = found.entry(field).or_default();
                if !lists.contains(&codes) {
                    lists.push(codes);
                }
            });
        }
        assert_eq!(found, known);
    }

    #[test]
    fn types_read_back_with_their_version() {
        for event_type in EventType::ALL {
            let text = format!("{}.v1", event_type.name());
            assert_eq!(parse_type(&text), Ok((event_type, 1)));
        }
        for bad in [
            "",
            "v1",
            "afterdose.session.completed",
            "afterdose.session.completed.1",
            "afterdose.session.completed.v",
            "afterdose.session.completed.v01",
            "afterdose.session.completed.v00",
            "afterdose.session.completed.v+1",
            "afterdose.session.completed.V1",
            "afterdose.session.completed.v1 ",
            "afterdose.session.begun.v1",
            "Afterdose.session.completed.v1",
        ] {
            assert_eq!(parse_type(bad), Err(Reason::UnknownType), "{bad}");
        }
        for version in ["0", "3", "65536", "99999999999999999999"] {
            let text = format!("afterdose.session.completed.v{version}");
            assert_eq!(parse_type(&text), Err(Reason::UnknownVersion), "{text}");
        }
    }
}
