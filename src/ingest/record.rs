//! One line of a source to one typed event: parse, upcast, validate.
//!
//! A usual record is read in one pass, borrowed and typed (`usual.rs`). Any other is read once
//! more: envelope first, then the data; and if that fails, again, to find out which field is to
//! blame.

use super::usual;
use crate::event::envelope::Event;
use crate::event::ids::{EventId, Source, Subject};
use crate::event::kind::{Data, EventCorrected, EventRetracted, EventType, Kind};
use crate::event::refuse::{Reason, Refusal, reason_of};
use crate::event::text::present;
use crate::event::time::{CalendarTime, Moment, StudyTime, TimeBasis};
use crate::event::vocabulary::Vocabulary;
use crate::privacy::gate::{is_field_name, search_dropped};
use crate::schema;
use crate::schema::upcast::DataOf;
use serde::Deserialize;
use serde::de::DeserializeSeed;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt::Write;
use std::marker::PhantomData;

/// What the checks of a record need to know besides the record.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Time basis of the source; `None`: either time attribute is taken as it comes.
    pub basis: Option<TimeBasis>,
    /// Instruments, drugs and open code lists.
    pub vocabulary: &'a Vocabulary,
    /// Microseconds since 1970 at which the source is read; later events of an `actual` source are
    /// from the future. `None`: not checked.
    pub now_us: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    #[serde(borrow)]
    specversion: Cow<'a, str>,
    id: EventId,
    source: Source,
    #[serde(borrow, rename = "type")]
    type_text: Cow<'a, str>,
    subject: Subject,
    #[serde(default, deserialize_with = "present")]
    time: Option<CalendarTime>,
    #[serde(default, deserialize_with = "present")]
    studytime: Option<StudyTime>,
    #[serde(default, borrow, deserialize_with = "present")]
    data: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    datacontenttype: Option<Cow<'a, str>>,
    #[serde(default, borrow, deserialize_with = "present")]
    dataschema: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CorrectedData<'a> {
    corrects: EventId,
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(default, deserialize_with = "present")]
    time: Option<CalendarTime>,
    #[serde(default, deserialize_with = "present")]
    studytime: Option<StudyTime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetractedData {
    retracts: EventId,
    #[serde(default, deserialize_with = "present")]
    reason: Option<crate::event::code::RetractReason>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoData {}

/// Reads one line. An event is large and goes through many hands, so it is put in a box at once.
///
/// # Errors
/// A [`Refusal`] naming the first field at fault.
pub fn read(line: &[u8], context: &Context) -> Result<Box<Event>, Refusal> {
    let Some(mut event) = std::str::from_utf8(line).ok().and_then(usual::read) else {
        return read_in_steps(line, context).map(Box::new);
    };
    check_time(event.when, context, "")?;
    context.vocabulary.check(&mut event.kind)?;
    Ok(event)
}

/// Reads one line as [`read`] does, with the same outcome for every line there is: the envelope
/// first, then the data as its type has them.
///
/// # Errors
/// A [`Refusal`] naming the first field at fault.
pub fn read_in_steps(line: &[u8], context: &Context) -> Result<Event, Refusal> {
    let text = std::str::from_utf8(line).map_err(|_| Refusal::new(Reason::NotUtf8, ""))?;
    let envelope: Envelope = parse(text, Some(""))?;
    if envelope.specversion != "1.0" {
        return Err(Refusal::new(Reason::UnknownSpecversion, "specversion"));
    }
    for (field, dropped) in
        [("datacontenttype", &envelope.datacontenttype), ("dataschema", &envelope.dataschema)]
    {
        if let Some(suspicion) = dropped.as_ref().and_then(|text| search_dropped(text, field)) {
            return Err(suspicion);
        }
    }
    let when = moment(envelope.time, envelope.studytime, "")?
        .ok_or_else(|| Refusal::new(Reason::TimeMissing, "time"))?;
    check_time(when, context, "")?;
    let (event_type, version) =
        schema::parse_type(&envelope.type_text).map_err(|reason| Refusal::new(reason, "type"))?;
    let mut kind = kind_of(event_type, version, envelope.data, context)?;
    context.vocabulary.check(&mut kind)?;
    Ok(Event { source: envelope.source, id: envelope.id, subject: envelope.subject, when, kind })
}

fn kind_of(
    event_type: EventType,
    version: u16,
    data: Option<&RawValue>,
    context: &Context,
) -> Result<Kind, Refusal> {
    let required = matches!(
        event_type,
        EventType::SessionCompleted | EventType::EventCorrected | EventType::EventRetracted
    );
    if required && data.is_none() {
        return Err(Refusal::new(Reason::MissingField, "data"));
    }
    let text = data.map_or("{}", RawValue::get);
    Ok(match event_type {
        EventType::EventCorrected => Kind::Corrected(corrected(version, text, context)?),
        EventType::EventRetracted => {
            let data: RetractedData = parse(text, Some("data"))?;
            Kind::Retracted(EventRetracted { retracts: data.retracts, reason: data.reason })
        }
        EventType::SubjectWithdrawn => {
            let NoData {} = parse(text, Some("data"))?;
            Kind::Withdrawn
        }
        clinical => Kind::Clinical(parse_as(DataOf(clinical, version), text, Some("data"))?),
    })
}

/// The corrected data are read as every type they are valid for; which it is, the fold will know.
fn corrected(version: u16, text: &str, context: &Context) -> Result<EventCorrected, Refusal> {
    let data: CorrectedData = parse(text, Some("data"))?;
    let when = moment(data.time, data.studytime, "data.")?;
    if let Some(when) = when {
        check_time(when, context, "data.")?;
    }
    let readings: Vec<Data> = EventType::CLINICAL
        .into_iter()
        .filter_map(|event_type| {
            let seed = DataOf(event_type, event_type.carried_by(version));
            parse_as(seed, data.data.get(), None).ok()
        })
        .collect();
    if readings.is_empty() {
        return Err(Refusal::new(Reason::CorrectionOfNoType, "data.data"));
    }
    Ok(EventCorrected { corrects: data.corrects, readings, when })
}

fn moment(
    time: Option<CalendarTime>,
    studytime: Option<StudyTime>,
    at: &str,
) -> Result<Option<Moment>, Refusal> {
    match (time, studytime) {
        (Some(_), Some(_)) => Err(Refusal::new(Reason::TimeTwice, format!("{at}studytime"))),
        (Some(CalendarTime(when)), None) | (None, Some(StudyTime(when))) => Ok(Some(when)),
        (None, None) => Ok(None),
    }
}

fn check_time(when: Moment, context: &Context, at: &str) -> Result<(), Refusal> {
    let Some(basis) = context.basis else { return Ok(()) };
    let field = match when.axis {
        crate::event::time::Axis::Calendar => "time",
        crate::event::time::Axis::Study => "studytime",
    };
    if when.axis != basis.axis() {
        return Err(Refusal::new(Reason::WrongTimeBasis, format!("{at}{field}")));
    }
    if basis == TimeBasis::Actual && context.now_us.is_some_and(|now| when.micros > now) {
        return Err(Refusal::new(Reason::FromTheFuture, format!("{at}{field}")));
    }
    Ok(())
}

/// Reads a JSON object typed; on failure reads it again to name the field. A list of the values of
/// its fields is no object, though serde's derive would take it for one.
///
/// `at` is where the text stands. Without it nobody asks what is wrong: a correction is tried as
/// every type of event, and is none of them but one.
fn parse<'a, T: Deserialize<'a>>(text: &'a str, at: Option<&str>) -> Result<T, Refusal> {
    parse_as(PhantomData::<T>, text, at)
}

fn parse_as<'a, S>(seed: S, text: &'a str, at: Option<&str>) -> Result<S::Value, Refusal>
where
    S: DeserializeSeed<'a> + Copy,
{
    if text.trim_start().starts_with('[') {
        return Err(Refusal::new(Reason::WrongType, at.unwrap_or_default()));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = seed.deserialize(&mut deserializer);
    read.and_then(|value| deserializer.end().map(|()| value)).map_err(|_| match at {
        Some(at) => explain(seed, text, at),
        None => Refusal::new(Reason::WrongType, ""),
    })
}

fn explain<'a>(seed: impl DeserializeSeed<'a>, text: &'a str, at: &str) -> Refusal {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let Err(inner) = seed.deserialize(tracked) else {
        // The value was read; something stands behind it.
        return Refusal::new(Reason::NotJson, at);
    };
    // The reader calls a number cut short a wrong one.
    let number_cut = inner.column() >= text.len() && text.ends_with(['.', '-', '+', 'e', 'E']);
    if inner.is_eof() || (inner.is_syntax() && number_cut) {
        return Refusal::new(Reason::SourceTruncated, at);
    }
    if inner.is_syntax() {
        return Refusal::new(Reason::NotJson, at);
    }
    let message = inner.to_string();
    let reason = reason_of(&message);
    let mut field = at.to_owned();
    let path = track.path();
    for segment in &path {
        use serde_path_to_error::Segment;
        match segment {
            Segment::Map { key } if is_field_name(key) => join(&mut field, key),
            Segment::Seq { index } => {
                let _ = write!(field, "[{index}]");
            }
            Segment::Map { .. } | Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    if matches!(reason, Reason::MissingField | Reason::DuplicateField) {
        // The only words of a message that are ours: the name between backticks.
        let name = message.split('`').nth(1).filter(|name| is_field_name(name));
        if let Some(name) = name.filter(|name| !field.ends_with(name)) {
            join(&mut field, name);
        }
    }
    Refusal::new(reason, field)
}

fn join(field: &mut String, name: &str) {
    if !field.is_empty() {
        field.push('.');
    }
    field.push_str(name);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> (Reason, String) {
        let vocabulary = Vocabulary::shipped().expect("shipped");
        let context = Context {
            basis: Some(TimeBasis::Actual),
            vocabulary: &vocabulary,
            now_us: Some(1_800_000_000_000_000),
        };
        let refusal = read(line.as_bytes(), &context).expect_err(line);
        (refusal.reason, refusal.field)
    }

    fn session(data: &str) -> String {
        format!(
            r#"{{"specversion":"1.0","id":"a","source":"/s/1","type":"afterdose.session.completed.v1","subject":"s-1","time":"2025-02-03T09:00:00Z","data":{data}}}"#
        )
    }

    #[test]
    fn the_first_fault_is_named_by_field() {
        let cases = [
            (r#"{"route":"intravenous"}"#, Reason::MissingField, "data.drug"),
            (r#"{"route":"iv","drug":"ketamine"}"#, Reason::UnknownCode, "data.route"),
            (r#"{"route":"oral","drug":"aspirin"}"#, Reason::UnknownCode, "data.drug"),
            (r#"{"route":"oral","drug":"ketamine","x":1}"#, Reason::UnknownField, "data"),
            (r#"{"route":"oral","drug":"ketamine","phase":null}"#, Reason::WrongType, "data.phase"),
            (
                r#"{"route":"oral","drug":"ketamine","dose":{"value":0,"unit":"mg"}}"#,
                Reason::OutOfRange,
                "data.dose.value",
            ),
            (
                r#"{"route":"oral","drug":"ketamine","effects":[{"term":"nausea"},{"term":"joy"}]}"#,
                Reason::UnknownCode,
                "data.effects[1].term",
            ),
        ];
        for (data, reason, field) in cases {
            assert_eq!(refused(&session(data)), (reason, field.to_owned()), "{data}");
        }
    }

    #[test]
    fn envelopes_are_checked_too() {
        let good = session(r#"{"route":"oral","drug":"ketamine"}"#);
        let cases = [
            ("\"1.0\"", "\"0.3\"", Reason::UnknownSpecversion, "specversion"),
            ("\"s-1\"", "\"12345\"", Reason::MalformedId, "subject"),
            ("2025-02-03", "2025-02-30", Reason::MalformedTime, "time"),
            ("2025-02-03", "2199-02-03", Reason::FromTheFuture, "time"),
            ("completed.v1", "completed.v9", Reason::UnknownVersion, "type"),
            ("session.completed", "session.began", Reason::UnknownType, "type"),
            (
                "\"time\":\"2025-02-03T09:00:00Z\"",
                "\"studytime\":\"P1D\"",
                Reason::WrongTimeBasis,
                "studytime",
            ),
            ("\"time\":\"2025-02-03T09:00:00Z\",", "", Reason::TimeMissing, "time"),
            ("}}", "}", Reason::SourceTruncated, ""),
            ("}}", "}}x", Reason::NotJson, ""),
        ];
        for (from, to, reason, field) in cases {
            assert_eq!(refused(&good.replace(from, to)), (reason, field.to_owned()), "{to}");
        }
    }

    #[test]
    fn a_correction_keeps_every_reading_its_data_allow() {
        let vocabulary = Vocabulary::shipped().expect("shipped");
        let context = Context { basis: None, vocabulary: &vocabulary, now_us: None };
        let line = r#"{"specversion":"1.0","id":"a","source":"/s/1","type":"afterdose.event.corrected.v1","subject":"s-1","time":"2025-02-03T09:00:00Z","data":{"corrects":"b","data":{"reason":"side-effects"}}}"#;
        let event = read(line.as_bytes(), &context).expect("valid");
        let Kind::Corrected(correction) = event.kind else { panic!("a correction") };
        let types: Vec<_> = correction.readings.iter().map(Data::event_type).collect();
        assert_eq!(types, [EventType::PlanAdjusted, EventType::CourseEnded]);
    }
}
