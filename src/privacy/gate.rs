//! What may enter: the only constructor of [`Deidentified`].
//!
//! A record that passed the typed checks holds no string outside closed lists but its id, source
//! and subject, so those are searched. A record that failed them is searched everywhere, because
//! what made it fail may be an identifier. Neither search returns any part of what it read.

use super::identifier::{Place, find, find_in_field_name, find_number};
use crate::event::envelope::Event;
use crate::event::kind::Kind;
use crate::event::refuse::{Reason, Refusal};
use serde_json::Value;

/// A value that passed the gate: no field of it has the shape of an identifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Deidentified<T>(T);

impl<T> Deidentified<T> {
    /// The value.
    pub const fn get(&self) -> &T {
        &self.0
    }

    /// The value, moved out.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// Admits an event that passed the typed checks.
///
/// # Errors
/// A [`Refusal`] with an `identifier-` reason if its id, source or subject, or the id it speaks
/// about, looks like an identifier.
pub fn admit(event: Event) -> Result<Deidentified<Event>, Refusal> {
    let about = match &event.kind {
        Kind::Corrected(correction) => Some(("data.corrects", correction.corrects.as_str())),
        Kind::Retracted(retraction) => Some(("data.retracts", retraction.retracts.as_str())),
        Kind::Clinical(_) | Kind::Withdrawn => None,
    };
    let texts = [
        ("id", event.id.as_str(), Place::Name),
        ("source", event.source.as_str(), Place::Name),
        ("subject", event.subject.as_str(), Place::Subject),
    ];
    let about = about.map(|(field, text)| (field, text, Place::Name));
    for (field, text, place) in texts.into_iter().chain(about) {
        if let Some(reason) = find(text, place) {
            return Err(Refusal::new(reason, field));
        }
    }
    Ok(Deidentified(event))
}

/// Searches a record that failed the typed checks. `line` may be anything at all.
#[must_use]
pub fn search_refused(line: &[u8]) -> Option<Refusal> {
    if let Ok(value) = serde_json::from_slice::<Value>(line) {
        return search_value(&value, "", Place::Other);
    }
    let text = String::from_utf8_lossy(line);
    // Not JSON: whatever stands between quotes, and the rest, searched as names are, so that the
    // times and numbers of a record cut short are not taken for a person's.
    text.split('"')
        .filter(|piece| crate::event::time::Moment::from_rfc3339(piece).is_err())
        .find_map(|piece| find(piece, Place::Name))
        .map(|reason| Refusal::new(reason, ""))
}

fn search_value(value: &Value, field: &str, place: Place) -> Option<Refusal> {
    let suspicion = |reason| Refusal::new(reason, field);
    match value {
        Value::Null | Value::Bool(_) => None,
        Value::Number(number) => {
            number.as_f64().and_then(find_number).filter(|_| place == Place::Other).map(suspicion)
        }
        Value::String(text) => find(text, place).map(suspicion),
        Value::Array(values) => values.iter().find_map(|value| search_value(value, field, place)),
        Value::Object(fields) => {
            fields.iter().find_map(|(name, value)| search_field(name, value, field))
        }
    }
}

fn search_field(name: &str, value: &Value, parent: &str) -> Option<Refusal> {
    let known = is_field_name(name);
    let field = match (known, parent) {
        (true, "") => name.to_owned(),
        (true, parent) => format!("{parent}.{name}"),
        (false, parent) => parent.to_owned(),
    };
    if !known && !value.is_null() {
        let reason = find_in_field_name(name).or_else(|| find(name, Place::Other));
        if let Some(reason) = reason {
            return Some(Refusal::new(reason, field));
        }
    }
    let place = match name {
        "id" | "source" | "corrects" | "retracts" | "type" | "specversion" => Place::Name,
        "subject" => Place::Subject,
        // A time that reads as one is a time; anything else in its place is searched. A slip in
        // writing a time is no birthday.
        "time" | "studytime" if is_time(value) => return None,
        "time" if value.as_str().is_some_and(is_nearly_time) => Place::Name,
        "dataschema" => return search_dropped(value.as_str()?, "dataschema"),
        _ => Place::Other,
    };
    search_value(value, &field, place)
}

/// Searches an attribute that is allowed and dropped. `dataschema` is a web address by nature.
#[must_use]
pub fn search_dropped(text: &str, field: &'static str) -> Option<Refusal> {
    let is_address = field == "dataschema";
    let after_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
    let searched = if is_address { after_scheme.trim_start_matches("www.") } else { text };
    find(searched, Place::Name)
        .filter(|reason| !(is_address && *reason == Reason::IdentifierUrl))
        .map(|reason| Refusal::new(reason, field))
}

/// Year first, and nothing but what times are written with.
fn is_nearly_time(text: &str) -> bool {
    text.len() >= 10
        && text.bytes().take(4).all(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"-:.,+TtZz ".contains(&byte))
}

fn is_time(value: &Value) -> bool {
    use crate::event::time::Moment;
    value.as_str().is_some_and(|text| {
        Moment::from_rfc3339(text).is_ok() || Moment::from_studytime(text).is_ok()
    })
}

/// Every field name of the contract: the only words of a record that may be repeated.
#[must_use]
pub fn is_field_name(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "specversion",
        "id",
        "source",
        "type",
        "subject",
        "time",
        "studytime",
        "data",
        "datacontenttype",
        "dataschema",
        "indications",
        "age_band",
        "sex",
        "prior_failed_trials",
        "planned_route",
        "planned_infusions",
        "psychotherapy_planned",
        "screening",
        "decision",
        "contraindications",
        "route",
        "drug",
        "dose",
        "value",
        "unit",
        "weight_kg",
        "duration_min",
        "monitoring_min",
        "phase",
        "session_number",
        "psychotherapy",
        "vitals",
        "sbp_pre",
        "dbp_pre",
        "sbp_peak",
        "dbp_peak",
        "spo2_min",
        "sign",
        "moment",
        "at_min",
        "dissociation",
        "instrument",
        "total",
        "effects",
        "term",
        "severity",
        "onset_min",
        "resolved_min",
        "serious",
        "effects_capture",
        "stopped_early",
        "reason",
        "measures",
        "items",
        "mode",
        "global_change",
        "administration",
        "recall_days",
        "change",
        "after_infusion",
        "corrects",
        "retracts",
    ];
    NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_record_is_searched_everywhere() {
        let line = br#"{"specversion":"1.0","id":"a1","data":{"route":"call 555-201-4567"}}"#;
        let found = search_refused(line).expect("a phone number");
        assert_eq!((found.reason, found.field.as_str()), (Reason::IdentifierPhone, "data.route"));
        let found = search_refused(br#"{"data":{"patient_name":"x"}}"#).expect("a name field");
        assert_eq!((found.reason, found.field.as_str()), (Reason::IdentifierText, "data"));
        let found = search_refused(br#"{"data":{"mrn":12345678}}"#).expect("a record number");
        assert_eq!(found.reason, Reason::IdentifierMrn);
        let found = search_refused(br#"{"id":"a1","data":{"x":"jo@example.org"#);
        assert_eq!(found.map(|s| s.reason), Some(Reason::IdentifierEmail));
    }

    #[test]
    fn a_plain_mistake_is_no_identifier() {
        for line in [
            &br#"{"id":"a1","time":"2025-02-02T18:00:00Z","data":{"route":"intravenus"}}"#[..],
            br#"{"id":"a1","time":"2025-02-02T18:00:00Z","data":{"total":99}}"#,
            br#"{"id":"a1","time":"2025-02-30T18:00:00Z","data":{}}"#,
            br#"{"id":"a1","time":"2025-02-02 18:00:00","data":{}}"#,
            br#"{"id":"a1","time":"2025-02-02T18:00:00+0100","data":{}}"#,
            br#"{"id":"a1","dataschema":"https://www.example.org/schema.json","data":{"x":1}}"#,
            br#"{"id":"0194c1d0-5b7e-7000-8000-0000000000a1","time":"2025-02-02T18:0"#,
            br#"{"id":"a1","dataschema":"https://example.org/schema.json","data":{"x":1}}"#,
        ] {
            assert_eq!(search_refused(line), None, "{}", String::from_utf8_lossy(line));
        }
    }
}
