//! What a record turned out to be, before it is compared with the others.

use crate::event::envelope::Event;
use crate::event::key::{ContentDigest, KeyDigest};
use crate::event::refuse::Refusal;
use crate::privacy::gate::{self, Deidentified};

/// A record that was parsed, validated and searched for identifiers.
#[derive(Debug)]
pub enum Checked {
    /// It may be stored: the event, its key and what it says.
    Good(Box<Deidentified<Event>>, KeyDigest, ContentDigest),
    /// It may not.
    Bad(Refusal),
}

impl Checked {
    /// Passes a valid event through the gate.
    #[must_use]
    pub fn of(event: Event) -> Self {
        let (key, content) = (KeyDigest::of(&event.source, &event.id), ContentDigest::of(&event));
        match gate::admit(event) {
            Ok(event) => Self::Good(Box::new(event), key, content),
            Err(suspicion) => Self::Bad(suspicion),
        }
    }
}
