//! The usual record, read in one pass: plain JSON, every attribute once, `type` before `data`,
//! clinical data and nothing that would be dropped. Whatever else a record is, valid or not, is for the reader of
//! [`super::record`], which knows the type before it reads the data and can say what is wrong.

use super::plain;
use crate::event::envelope::Event;
use crate::event::ids::{EventId, Source, Subject};
use crate::event::kind::{EventType, Kind};
use crate::event::refuse::{Reason, refuse};
use crate::event::text::read_text;
use crate::event::time::{CalendarTime, StudyTime};
use crate::schema;
use crate::schema::upcast::DataOf;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// Reads a usual record; `None` for any other.
pub(super) fn read(text: &str) -> Option<Box<Event>> {
    plain::read(text, |reader| reader.deserialize_map(Usual)).ok()
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Attribute {
    Specversion,
    Id,
    Source,
    Type,
    Subject,
    Time,
    Studytime,
    Data,
}

struct SpecVersion;

impl<'de> Deserialize<'de> for SpecVersion {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        read_text(d, |text| (text == "1.0").then_some(Self).ok_or(Reason::UnknownSpecversion))
    }
}

struct TypeAndVersion(EventType, u16);

impl<'de> Deserialize<'de> for TypeAndVersion {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        read_text(d, |text| schema::parse_type(text).map(|(of, version)| Self(of, version)))
    }
}

struct Usual;

impl<'de> Visitor<'de> for Usual {
    type Value = Box<Event>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a usual record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Box<Event>, A::Error> {
        let (mut version, mut of_type, mut data) = (None, None, None);
        let (mut id, mut source, mut subject, mut when) = (None, None, None, None);
        while let Some(attribute) = map.next_key()? {
            match attribute {
                Attribute::Specversion => once(&mut version, map.next_value::<SpecVersion>()?)?,
                Attribute::Id => once::<EventId, _>(&mut id, map.next_value()?)?,
                Attribute::Source => once::<Source, _>(&mut source, map.next_value()?)?,
                Attribute::Type => once::<TypeAndVersion, _>(&mut of_type, map.next_value()?)?,
                Attribute::Subject => once::<Subject, _>(&mut subject, map.next_value()?)?,
                Attribute::Time => once(&mut when, map.next_value::<CalendarTime>()?.0)?,
                Attribute::Studytime => once(&mut when, map.next_value::<StudyTime>()?.0)?,
                Attribute::Data => {
                    let &TypeAndVersion(event_type, version) = given(of_type.as_ref())?;
                    once(&mut data, map.next_value_seed(DataOf(event_type, version))?)?;
                }
            }
        }
        given(version)?;
        Ok(Box::new(Event {
            source: given(source)?,
            id: given(id)?,
            subject: given(subject)?,
            when: given(when)?,
            kind: Kind::Clinical(given(data)?),
        }))
    }
}

fn once<T, E: Error>(place: &mut Option<T>, value: T) -> Result<(), E> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(refuse(Reason::DuplicateField)),
    }
}

fn given<T, E: Error>(value: Option<T>) -> Result<T, E> {
    value.ok_or_else(|| refuse(Reason::MissingField))
}
