//! Raising the data of older events to the latest version of their type.
//!
//! An older version is a frozen struct, one file a type: what its schema has, field by field, and a
//! conversion into the version after it. So it is read as what it is, in one pass, and a fault is
//! named by the field that its sender wrote. Where a type has several older versions, each converts
//! into the next, and reading the oldest runs through all of them.

pub mod checkin_submitted;
pub mod session_completed;

use crate::event::kind::{Data, EventType};
use crate::event::refuse::{Reason, refuse};
use serde::de::DeserializeSeed;
use serde::{Deserialize, Deserializer};

/// Reads the data of a clinical type as its version has them, raised to the latest; the latest is
/// read as it stands.
#[derive(Debug, Clone, Copy)]
pub struct DataOf(pub EventType, pub u16);

impl<'de> DeserializeSeed<'de> for DataOf {
    type Value = Data;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Data, D::Error> {
        Ok(match (self.0, self.1) {
            (EventType::CourseStarted, 1) => Data::CourseStarted(Deserialize::deserialize(d)?),
            (EventType::SessionCompleted, 1) => {
                let data: session_completed::V1 = Deserialize::deserialize(d)?;
                Data::SessionCompleted(data.raise().map_err(refuse)?)
            }
            (EventType::SessionCompleted, 2) => {
                Data::SessionCompleted(Deserialize::deserialize(d)?)
            }
            (EventType::SessionMissed, 1) => Data::SessionMissed(Deserialize::deserialize(d)?),
            (EventType::CheckinSubmitted, 1) => {
                let data: checkin_submitted::V1 = Deserialize::deserialize(d)?;
                Data::CheckinSubmitted(data.raise())
            }
            (EventType::CheckinSubmitted, 2) => {
                Data::CheckinSubmitted(Deserialize::deserialize(d)?)
            }
            (EventType::PlanAdjusted, 1) => Data::PlanAdjusted(Deserialize::deserialize(d)?),
            (EventType::CourseEnded, 1) => Data::CourseEnded(Deserialize::deserialize(d)?),
            _ => return Err(refuse(Reason::UnknownVersion)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{checkin_submitted, session_completed};
    use crate::event::kind::Data;
    use serde::de::DeserializeOwned;
    use serde_json::Value;
    use std::path::Path;

    /// Data of the valid examples of version 1.
    fn examples(name: &str) -> Vec<Value> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("schemas/examples/{name}/v1.valid.ndjson"));
        let text = std::fs::read_to_string(path).expect("every version has examples");
        let events = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        events.filter_map(|event| event.get("data").cloned()).collect()
    }

    fn as_number(value: &mut Value) {
        match value {
            Value::Number(number) => *value = Value::from(number.as_f64()),
            Value::Array(entries) => entries.iter_mut().for_each(as_number),
            Value::Object(fields) => fields.values_mut().for_each(as_number),
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }

    /// Raised and written again, nothing is lost: the text is that of version 1, number for number.
    fn nothing_is_lost<V1: DeserializeOwned>(name: &str, raise: impl Fn(V1) -> Data) {
        let examples = examples(name);
        assert!(examples.len() >= 8, "{name}");
        for mut data in examples {
            let raised = raise(serde_json::from_value(data.clone()).expect(name));
            assert_eq!(raised.version(), 1);
            let mut written = serde_json::to_value(&raised).expect("JSON");
            as_number(&mut data);
            as_number(&mut written);
            assert_eq!(written, data, "{name}");
        }
    }

    #[test]
    fn a_raised_event_says_what_it_said_before() {
        nothing_is_lost("afterdose.session.completed", |data: session_completed::V1| {
            Data::SessionCompleted(data.raise().expect("the same ranges"))
        });
        nothing_is_lost("afterdose.checkin.submitted", |data: checkin_submitted::V1| {
            Data::CheckinSubmitted(data.raise())
        });
    }

    #[test]
    fn what_is_newer_is_no_field_of_an_older_version() {
        let read = |json: &str| serde_json::from_str::<checkin_submitted::V1>(json).is_ok();
        assert!(read(r#"{"mode":"clinic"}"#));
        assert!(!read(r#"{"mode":"clinic","recall_days":1}"#));
        assert!(!read(r#"{"mode":"clinic","administration":"proxy"}"#));
        let read = |vitals: &str| {
            let json = format!(r#"{{"route":"oral","drug":"ketamine","vitals":{vitals}}}"#);
            serde_json::from_str::<session_completed::V1>(&json).is_ok()
        };
        assert!(read("{}") && read(r#"{"spo2_min":96}"#));
        assert!(!read("[]") && !read("[120,80,150,90,96]") && !read(r#"{"spo2_min":101}"#));
    }
}
