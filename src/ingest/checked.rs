//! What a record turned out to be, before it is compared with the others.

use crate::event::envelope::Event;
use crate::event::key::{ContentDigest, KeyDigest};
use crate::event::refuse::Refusal;
use crate::privacy::gate::{Deidentified, Gate, Passed};

/// A record that was parsed, validated and searched for identifiers.
#[derive(Debug)]
pub enum Checked {
    /// It may be stored: the event, its key and what it says.
    Good(Deidentified<Box<Event>>, KeyDigest, ContentDigest),
    /// It may not.
    Bad(Refusal),
}

/// Passes valid events through the gate, one after the other.
#[derive(Debug)]
pub struct Checking<'a> {
    gate: &'a Gate,
    passed: Passed,
    text: Vec<u8>,
}

impl<'a> Checking<'a> {
    /// At a gate.
    #[must_use]
    pub fn at(gate: &'a Gate) -> Self {
        Self { gate, passed: Passed::default(), text: Vec::new() }
    }

    /// The gate.
    #[must_use]
    pub const fn gate(&self) -> &'a Gate {
        self.gate
    }

    /// Passes a valid event through the gate.
    #[must_use]
    pub fn admit(&mut self, event: Box<Event>) -> Checked {
        match self.gate.admit_next(event, &mut self.passed) {
            Ok(event) => {
                // What the event says is what will be stored: under its second pseudonym.
                let said = event.get();
                let key = KeyDigest::of(&said.source, &said.id);
                said.write_json(&mut self.text);
                let content = ContentDigest::of_text(&self.text);
                Checked::Good(event, key, content)
            }
            Err(suspicion) => Checked::Bad(suspicion),
        }
    }
}
