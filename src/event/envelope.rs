//! An event: who, when, where from, what; its key, its order, and its canonical text.

use super::canonical;
use super::ids::{EventId, Source, Subject};
use super::key::ContentDigest;
use super::kind::{Data, Kind};
use super::time::{Axis, Moment};
use serde::Serialize;
use serde::ser::SerializeStruct;
use std::cmp::Ordering;

/// One event of the log, at the latest version of its type.
///
/// Its key is (`source`, `id`). Events of a subject are ordered by ([`Moment::micros`], `source`,
/// `id`), never by arrival, so that late files change nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Site or system.
    pub source: Source,
    /// Unique within the source.
    pub id: EventId,
    /// Whom it is about.
    pub subject: Subject,
    /// When it happened.
    pub when: Moment,
    /// What happened.
    pub kind: Kind,
}

/// Where an accepted event was read, so that it can be found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// BLAKE3 of the source file's bytes.
    pub file_digest: [u8; 32],
    /// Line, from 1.
    pub line: u64,
}

/// An event as it stands in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// The event.
    pub event: Event,
    /// Where it was read.
    pub origin: Origin,
    /// What the times of its source are.
    pub basis: super::time::TimeBasis,
    /// Digest of its canonical text.
    pub content: ContentDigest,
}

impl Logged {
    /// [`log_order`] of two stored events.
    #[must_use]
    pub fn log_order(&self, other: &Self) -> Ordering {
        log_order((&self.event, self.content), (&other.event, other.content))
    }
}

/// The order of the log: subject, time, source, id; then content, so that the versions of a
/// conflicting key also have one order, whichever arrived first.
#[must_use]
pub fn log_order(
    (a, a_content): (&Event, ContentDigest),
    (b, b_content): (&Event, ContentDigest),
) -> Ordering {
    a.subject
        .cmp(&b.subject)
        .then_with(|| a.when.micros.cmp(&b.when.micros))
        .then_with(|| a.source.cmp(&b.source))
        .then_with(|| a.id.cmp(&b.id))
        .then_with(|| a_content.cmp(&b_content))
}

impl ContentDigest {
    /// The digest of what an event says, taken from its canonical text.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        Self::of_text(event.to_json().as_bytes())
    }
}

impl Event {
    /// The event as the contract writes it: one JSON object, fields in the contract's order, in the
    /// lowest version of its type that can say it. Two events with the same content have the same
    /// text, however and in whatever version they were written at first; and the text of an event
    /// stays what it is when its type gets a new version.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = Vec::new();
        self.write_json(&mut text);
        String::from_utf8(text).unwrap_or_default()
    }

    /// Writes [`Event::to_json`] in place of what `text` holds.
    pub fn write_json(&self, text: &mut Vec<u8>) {
        canonical::write(self, text);
    }

    /// Name and version, as in the `type` attribute of its text.
    #[must_use]
    pub fn type_text(&self) -> &'static str {
        self.kind.event_type().text(self.kind.version()).unwrap_or_default()
    }
}

impl Serialize for Event {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut fields = s.serialize_struct("Event", 7)?;
        fields.serialize_field("specversion", "1.0")?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("source", &self.source)?;
        fields.serialize_field("type", self.type_text())?;
        fields.serialize_field("subject", &self.subject)?;
        fields.serialize_field(time_attribute(self.when.axis), &self.when.to_text())?;
        match &self.kind {
            Kind::Clinical(data) => fields.serialize_field("data", data)?,
            Kind::Corrected(correction) => {
                fields.serialize_field("data", &Corrected(correction))?;
            }
            Kind::Retracted(retraction) => {
                fields.serialize_field("data", &Retracted(retraction))?;
            }
            Kind::Withdrawn => {}
        }
        fields.end()
    }
}

const fn time_attribute(axis: Axis) -> &'static str {
    match axis {
        Axis::Calendar => "time",
        Axis::Study => "studytime",
    }
}

struct Corrected<'a>(&'a super::kind::EventCorrected);

impl Serialize for Corrected<'_> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut fields = s.serialize_struct("EventCorrected", 3)?;
        fields.serialize_field("corrects", &self.0.corrects)?;
        if let Some(when) = self.0.when {
            fields.serialize_field(time_attribute(when.axis), &when.to_text())?;
        }
        // Every reading has the same fields, so the first is the text.
        fields.serialize_field("data", &self.0.readings.first())?;
        fields.end()
    }
}

struct Retracted<'a>(&'a super::kind::EventRetracted);

impl Serialize for Retracted<'_> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut fields = s.serialize_struct("EventRetracted", 2)?;
        fields.serialize_field("retracts", &self.0.retracts)?;
        if let Some(reason) = self.0.reason {
            fields.serialize_field("reason", &reason)?;
        }
        fields.end()
    }
}

impl Kind {
    /// Clinical data, if this is a clinical event.
    #[must_use]
    pub const fn data(&self) -> Option<&Data> {
        match self {
            Self::Clinical(data) => Some(data),
            _ => None,
        }
    }
}
