//! Names of events, sites and people, each with the shape the contract fixes.
//!
//! The shapes are the first half of the privacy gate: an e-mail address, a telephone number with
//! spaces or a full name does not fit them. Most of these texts are short, and stand in the event
//! itself.

use super::canonical;
use super::refuse::Reason;
use super::text::read_text;
use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Declares a checked text type.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(CompactString);

        impl $name {
            /// `None` if the text does not have the shape.
            #[must_use]
            pub fn new(text: &str) -> Option<Self> {
                $check(text).then(|| Self(text.into()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                canonical::write_plain(&self.0, s)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                read_text(d, |text| Self::new(text).ok_or(Reason::MalformedId))
            }
        }
    };
}

checked_text! {
    /// Id of an event, unique within its source: `[A-Za-z0-9._:-]{1,128}`.
    EventId, is_event_id
}

checked_text! {
    /// Site or system an event comes from: a path (`/sites/014`) or a URN (`urn:clinic:014`) whose
    /// parts have the shape of an id. At most 256 bytes.
    Source, is_source
}

checked_text! {
    /// Random pseudonym of the person treated: `[A-Za-z0-9][A-Za-z0-9._-]{2,63}`, not digits alone.
    Subject, is_subject
}

/// An [`EventId`] that is held elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventIdRef<'a>(&'a str);

impl<'a> EventIdRef<'a> {
    /// `None` if the text does not have the shape.
    #[must_use]
    pub fn new(text: &'a str) -> Option<Self> {
        is_event_id(text).then_some(Self(text))
    }

    /// The text.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// The id itself.
    #[must_use]
    pub fn to_id(self) -> EventId {
        EventId(self.0.into())
    }
}

impl<'a> From<&'a EventId> for EventIdRef<'a> {
    fn from(id: &'a EventId) -> Self {
        Self(&id.0)
    }
}

fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'-')
}

fn is_event_id(text: &str) -> bool {
    // Every byte is looked at, so that many can be at once.
    (1..=128).contains(&text.len()) && text.bytes().fold(true, |all, byte| all & is_id_byte(byte))
}

fn is_source(text: &str) -> bool {
    if text.len() > 256 {
        return false;
    }
    if let Some(path) = text.strip_prefix('/') {
        return path.split('/').all(|part| !part.is_empty() && part.bytes().all(is_id_byte));
    }
    let Some(rest) = text.strip_prefix("urn:") else { return false };
    let mut parts = rest.split(':');
    parts.clone().count() >= 2
        && parts.all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        })
}

fn is_subject(text: &str) -> bool {
    (3..=64).contains(&text.len())
        && text.as_bytes()[0].is_ascii_alphanumeric()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        && !text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The source under which every simulated event stands, so that a figure made of made-up people
/// can say so for as long as the events exist.
pub const SYNTHETIC_PREFIX: &str = "/synthetic/";

impl Source {
    /// Whether the events of this source are made up.
    #[must_use]
    pub fn is_synthetic(&self) -> bool {
        self.0.starts_with(SYNTHETIC_PREFIX)
    }
}

checked_text! {
    /// A code from a list that a pipeline file may extend: `[a-z][a-z0-9-]{0,39}`.
    OpenCode, is_open_code
}

fn is_open_code(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.as_bytes()[0].is_ascii_lowercase()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_the_contract() {
        assert!(EventId::new("0194c1d0-5b7e-7000-8000-0000000000a1").is_some());
        assert!(EventId::new("a b").is_none());
        assert!(Source::new("/sites/014").is_some());
        assert!(Source::new("urn:clinic:014").is_some());
        assert!(Source::new("sites/014").is_none());
        assert!(Source::new("/sites//014").is_none());
        assert!(Source::new("https://example.org/a").is_none());
        assert!(Subject::new("s-7f3a9c").is_some());
        assert!(Subject::new("1234567").is_none());
        assert!(Subject::new("ab").is_none());
        assert!(Subject::new("-abc").is_none());
    }
}
