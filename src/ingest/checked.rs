//! What a record turned out to be, before it is compared with the others.

use crate::event::envelope::Event;
use crate::event::key::{ContentDigest, KeyDigest};
use crate::event::refuse::Refusal;
use crate::privacy::gate::{Deidentified, Gate};

/// A record that was parsed, validated and searched for identifiers.
#[derive(Debug)]
pub enum Checked {
    /// It may be stored: the event, its key and what it says.
    Good(Deidentified<Box<Event>>, KeyDigest, ContentDigest),
    /// It may not.
    Bad(Refusal),
}

impl Checked {
    /// Passes a valid event through the gate.
    #[must_use]
    pub fn of(event: Event, gate: &Gate) -> Self {
        match gate.admit(event) {
            Ok(event) => {
                // What the event says is what will be stored: under its second pseudonym.
                let said = event.get();
                let key = KeyDigest::of(&said.source, &said.id);
                let content = ContentDigest::of(said);
                Self::Good(event.boxed(), key, content)
            }
            Err(suspicion) => Self::Bad(suspicion),
        }
    }
}
