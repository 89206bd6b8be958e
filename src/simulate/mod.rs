//! Made-up people: synthetic sessions and check-ins of a clinic network, for demonstrations, tests
//! and measurements of speed.
//!
//! Layer 1, imports the vocabulary only. Nobody here exists: every source begins with
//! `/synthetic/`, so that the events say so for ever.
//! Outcomes lie in the range of published cohorts, chosen for plausibility; they are evidence of
//! nothing. What they were made from is told by [`truth()`]. Each person depends on the seed and the
//! person's index alone: the first hundred of six hundred are the same hundred, and memory does not
//! grow with their number.
//!
//! | file | what it draws |
//! |---|---|
//! | `settings` | nothing: what is asked for |
//! | `site`, `person`, `trajectory` | where, who, and how relief comes and goes |
//! | `course`, `dropout` | sessions, and who goes on to the next |
//! | `session`, `checkin`, `story` | what is seen at each, and the whole of a life |
//! | `slips`, `defects` | what goes wrong on the way into the record |
//! | `life`, `write` | one person, and everyone as lines |
//! | `truth` | the parameters, and what everyone would have shown |

mod calendar;
mod checkin;
mod course;
mod defects;
mod draw;
mod dropout;
mod life;
mod naming;
mod person;
mod session;
mod settings;
mod site;
mod slips;
mod story;
mod trajectory;
mod truth;
mod write;

#[cfg(test)]
mod tests;

pub use settings::{DEFAULT_START, Dropout, Settings, Slips};
pub use site::site_of;
pub use slips::SlipCounts;
pub use truth::{HORIZON, TrueResponse, Truth, truth};
pub use write::{Written, write, write_by_site};

use crate::event::envelope::Event;

/// The events of all people, one person after the other.
///
/// Nothing is kept from one person to the next. Broken records are no events and not among them.
pub fn events(settings: &Settings) -> impl Iterator<Item = Event> + use<> {
    let settings = *settings;
    (0..settings.subjects).flat_map(move |index| subject_events(&settings, index))
}

/// The events of the person at an index, from 0, in the order in which they are sent: that of time,
/// but for those that are late. People can be made in any order, and in parallel.
#[must_use]
pub fn subject_events(settings: &Settings, index: u32) -> Vec<Event> {
    life::sent(settings, index).events
}
