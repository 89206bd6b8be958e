//! What may enter: the only constructor of [`Deidentified`].
//!
//! A record that passed the typed checks holds no string outside closed lists but its id, source
//! and subject, so those are searched. A record that failed them is searched everywhere, because
//! what made it fail may be an identifier. Neither search returns any part of what it read.
//!
//! Where a store has a key, the subject of an event that passed becomes a second pseudonym here,
//! so that the first never stands beyond the gate.

use super::age;
use super::erased::Erased;
use super::identifier::{Place, find, find_in_field_name, find_number, reads_as_name};
use super::json::Json;
use super::pseudonym::SubjectKey;
use crate::event::envelope::Event;
use crate::event::ids::{Source, Subject};
use crate::event::kind::{EventCorrected, EventRetracted, Kind};
use crate::event::refuse::{Reason, Refusal};
use std::sync::Arc;

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

/// What two words as a pseudonym are taken for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WordSubjects {
    /// A person's name, and refused.
    #[default]
    Names,
    /// Random words: the pipeline file says that its pseudonyms are made of such.
    Random,
}

/// The source and the subject that passed last, with its pseudonym beyond the gate: those of an
/// event tend to be those of the one before.
#[derive(Debug, Default)]
pub struct Passed {
    source: Option<Source>,
    subject: Option<(Subject, Subject)>,
    /// Whether that person was erased from the store.
    is_erased: bool,
}

/// The gate as a store and a pipeline file set it.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    /// Key of the second pseudonym; `None`: subjects stay as they came.
    pub key: Option<SubjectKey>,
    /// What two words as a pseudonym are.
    pub words: WordSubjects,
    /// People erased from the store; `None`: nobody.
    pub erased: Option<Arc<Erased>>,
}

impl Gate {
    /// Admits an event that passed the typed checks.
    ///
    /// # Errors
    /// A [`Refusal`] with an `identifier-` reason if its id, source or subject, or the id it speaks
    /// about, looks like an identifier; with `subject-withdrawn` if the person was erased.
    pub fn admit(&self, mut event: Event) -> Result<Deidentified<Event>, Refusal> {
        self.pass(&mut event, &mut Passed::default())?;
        Ok(Deidentified(event))
    }

    /// Admits the next event of a feed, as [`Gate::admit`] does.
    ///
    /// # Errors
    /// As [`Gate::admit`].
    pub fn admit_next(
        &self,
        mut event: Box<Event>,
        passed: &mut Passed,
    ) -> Result<Deidentified<Box<Event>>, Refusal> {
        self.pass(&mut event, passed)?;
        Ok(Deidentified(event))
    }

    fn pass(&self, event: &mut Event, passed: &mut Passed) -> Result<(), Refusal> {
        let search = |field: &str, text: &str, place| match self.find(text, place) {
            Some(reason) => Err(Refusal::new(reason, field)),
            None => Ok(()),
        };
        search("id", event.id.as_str(), Place::Name)?;
        if passed.source.as_ref() != Some(&event.source) {
            search("source", event.source.as_str(), Place::Name)?;
            passed.source = Some(event.source.clone());
        }
        if passed.subject.as_ref().is_none_or(|(first, _)| *first != event.subject) {
            search("subject", event.subject.as_str(), Place::Subject)?;
            let beyond = self.beyond(&event.subject)?;
            passed.is_erased = self.erased.as_ref().is_some_and(|erased| erased.holds(&beyond));
            passed.subject = Some((event.subject.clone(), beyond));
        }
        match &event.kind {
            Kind::Corrected(EventCorrected { corrects, .. }) => {
                search("data.corrects", corrects.as_str(), Place::Name)?;
            }
            Kind::Retracted(EventRetracted { retracts, .. }) => {
                search("data.retracts", retracts.as_str(), Place::Name)?;
            }
            Kind::Clinical(_) | Kind::Withdrawn => {}
        }
        if passed.is_erased {
            return Err(Refusal::new(Reason::SubjectWithdrawn, "subject"));
        }
        if let Some((_, beyond)) = &passed.subject {
            event.subject.clone_from(beyond);
        }
        Ok(())
    }

    /// The pseudonym of a subject beyond the gate.
    fn beyond(&self, subject: &Subject) -> Result<Subject, Refusal> {
        let Some(key) = &self.key else { return Ok(subject.clone()) };
        key.pseudonym(subject).ok_or_else(|| Refusal::new(Reason::MalformedId, "subject"))
    }

    /// Searches a record that failed the typed checks. `line` may be anything at all.
    #[must_use]
    pub fn search_refused(&self, line: &[u8]) -> Option<Refusal> {
        if let Ok(value) = serde_json::from_slice::<Json>(line) {
            return self.search_value(&value, "", Place::Other);
        }
        let text = String::from_utf8_lossy(line);
        // Not JSON: whatever stands between quotes, and the rest, searched as names are, so that
        // the times and numbers of a record cut short are not taken for a person's.
        text.split('"')
            .filter(|piece| crate::event::time::Moment::from_rfc3339(piece).is_err())
            .find_map(|piece| find(piece, Place::Name))
            .map(|reason| Refusal::new(reason, ""))
    }

    fn find(&self, text: &str, place: Place) -> Option<Reason> {
        let is_name =
            || place == Place::Subject && self.words == WordSubjects::Names && reads_as_name(text);
        find(text, place).or_else(|| is_name().then_some(Reason::IdentifierText))
    }

    fn search_value(&self, value: &Json, field: &str, place: Place) -> Option<Refusal> {
        let suspicion = |reason| Refusal::new(reason, field);
        match value {
            Json::Word => None,
            Json::Number(number) => {
                find_number(*number).filter(|_| place == Place::Other).map(suspicion)
            }
            Json::Text(text) => self.find(text, place).map(suspicion),
            Json::List(values) => {
                values.iter().find_map(|value| self.search_value(value, field, place))
            }
            Json::Object(fields) => {
                fields.iter().find_map(|(name, value)| self.search_field(name, value, field))
            }
        }
    }

    fn search_field(&self, name: &str, value: &Json, parent: &str) -> Option<Refusal> {
        let known = is_field_name(name);
        let field = match (known, parent) {
            (true, "") => name.to_owned(),
            (true, parent) => format!("{parent}.{name}"),
            (false, parent) => parent.to_owned(),
        };
        if age::is_age_field(name) && tells_over_89(value) {
            return Some(Refusal::new(Reason::IdentifierAge, field));
        }
        if !known && !matches!(value, Json::Word) {
            let reason = find_in_field_name(name).or_else(|| find(name, Place::Other));
            if let Some(reason) = reason {
                return Some(Refusal::new(reason, field));
            }
        }
        let text = match value {
            Json::Text(text) => text.as_str(),
            _ => "",
        };
        let place = match name {
            "id" | "source" | "corrects" | "retracts" | "type" | "specversion" => Place::Name,
            "subject" => Place::Subject,
            // A time that reads as one is a time; anything else in its place is searched. A slip in
            // writing a time is no birthday.
            "time" | "studytime" if is_time(text) => return None,
            "time" if is_nearly_time(text) => Place::Name,
            "studytime" if is_nearly_studytime(text) => Place::Name,
            "dataschema" if !text.is_empty() => return search_dropped(text, "dataschema"),
            _ => Place::Other,
        };
        self.search_value(value, &field, place)
    }
}

fn tells_over_89(value: &Json) -> bool {
    match value {
        Json::Number(age) => age::is_over_89(*age),
        Json::Text(age) => age::tells_over_89(age),
        Json::Word | Json::Object(_) => false,
        Json::List(ages) => ages.iter().any(tells_over_89),
    }
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

/// Nothing but what durations are written with, and a P.
fn is_nearly_studytime(text: &str) -> bool {
    text.contains(['P', 'p'])
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"-+.PpTtWwDdHhMmSsYy".contains(&byte))
}

fn is_time(text: &str) -> bool {
    use crate::event::time::Moment;
    Moment::from_rfc3339(text).is_ok() || Moment::from_studytime(text).is_ok()
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
        let found = Gate::default().search_refused(line).expect("a phone number");
        assert_eq!((found.reason, found.field.as_str()), (Reason::IdentifierPhone, "data.route"));
        let found = Gate::default()
            .search_refused(br#"{"data":{"patient_name":"x"}}"#)
            .expect("a name field");
        assert_eq!((found.reason, found.field.as_str()), (Reason::IdentifierText, "data"));
        let found = Gate::default()
            .search_refused(br#"{"data":{"mrn":12345678}}"#)
            .expect("a record number");
        assert_eq!(found.reason, Reason::IdentifierMrn);
        let found = Gate::default().search_refused(br#"{"id":"a1","data":{"x":"jo@example.org"#);
        assert_eq!(found.map(|s| s.reason), Some(Reason::IdentifierEmail));
    }

    #[test]
    fn of_a_field_given_twice_both_values_are_searched() {
        for line in [
            &br#"{"id":"a1","x":"jo@example.org","x":1}"#[..],
            br#"{"id":"a1","x":1,"x":"jo@example.org"}"#,
            br#"{"id":"jo@example.org","id":"a1"}"#,
        ] {
            let found = Gate::default().search_refused(line).map(|found| found.reason);
            assert_eq!(found, Some(Reason::IdentifierEmail), "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn ages_above_89_are_found_in_their_fields_and_the_class_passes() {
        let search = |data: &str| {
            let line = format!(r#"{{"id":"a1","data":{data}}}"#);
            Gate::default().search_refused(line.as_bytes()).map(|found| (found.reason, found.field))
        };
        let age = |field: &str| Some((Reason::IdentifierAge, field.to_owned()));
        assert_eq!(search(r#"{"age_band":"92"}"#), age("data.age_band"));
        assert_eq!(search(r#"{"age_band":"85-94"}"#), age("data.age_band"));
        assert_eq!(search(r#"{"age":92}"#), age("data"));
        assert_eq!(search(r#"{"patientAge":["45",93]}"#), age("data"));
        for data in
            [r#"{"age_band":"90+"}"#, r#"{"age":45}"#, r#"{"dosage":92}"#, r#"{"weight_kg":92}"#]
        {
            assert_eq!(search(data), None, "{data}");
        }
    }

    #[test]
    fn a_pipeline_may_say_that_its_pseudonyms_are_words() {
        let line = br#"{"id":"a1","subject":"brave-otter","data":{"x":1}}"#;
        let names = Gate::default().search_refused(line).map(|found| found.reason);
        assert_eq!(names, Some(Reason::IdentifierText));
        let random = Gate { words: WordSubjects::Random, ..Gate::default() };
        assert_eq!(random.search_refused(line), None);
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
            br#"{"id":"a1","studytime":"P1Y2M13D","data":{}}"#,
            br#"{"id":"a1","studytime":"P1T2H3","data":{}}"#,
        ] {
            assert_eq!(
                Gate::default().search_refused(line),
                None,
                "{}",
                String::from_utf8_lossy(line)
            );
        }
    }
}
