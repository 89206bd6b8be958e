//! One person from first to last: who they are, what happened, and the events that were sent.
//!
//! A person depends on the seed and the person's index alone, so that people can be made in any
//! order and in parallel.

use super::draw::Draw;
use super::dropout::Law;
use super::naming::{Name, index_date, pseudonym, secret_shift};
use super::person::Person;
use super::settings::Settings;
use super::site::{self, Site};
use super::slips::{self, Sent};
use super::story::{self, Happening, Terms};
use crate::event::time::TimeBasis;

/// A person and all that truly happened to them.
pub(super) struct Life {
    /// Position of their clinic, from 0.
    pub(super) position: u8,
    pub(super) person: Person,
    /// In time order.
    pub(super) happenings: Vec<Happening>,
}

impl Life {
    /// Draws a life under these terms.
    pub(super) fn draw(draw: &mut Draw, settings: &Settings, index: u32, terms: Terms) -> Self {
        let position = Site::draw(draw, settings.sites.max(1));
        let site = Site::at(position);
        let person = Person::draw(draw, site, index, settings.dropout);
        let happenings = story::tell(draw, site, &person, terms);
        Self { position, person, happenings }
    }
}

/// What is sent about the person at an index.
pub(super) fn sent(settings: &Settings, index: u32) -> Sent {
    make(settings, index).unwrap_or_default()
}

/// `None` only if a name did not have the shape of the vocabulary; a test shows that all have.
fn make(settings: &Settings, index: u32) -> Option<Sent> {
    let mut draw = Draw::of_person(settings.seed, index);
    // Drawn whatever the basis, so that every basis tells of the same people.
    let shift = secret_shift(&mut draw);
    let terms = Terms {
        start: settings.start,
        end: settings.end(),
        recruitment_days: settings.recruitment_days(),
        law: Law::of(settings.dropout),
        complete_checkins: settings.complete_checkins,
    };
    let Life { position, person, happenings } = Life::draw(&mut draw, settings, index, terms);
    let origin = match settings.basis {
        TimeBasis::Actual => 0,
        TimeBasis::Shifted => shift,
        TimeBasis::Relative => index_date(&happenings),
    };
    let name = Name {
        source: site::source(position)?,
        subject: pseudonym(settings.seed, index)?,
        basis: settings.basis,
        origin,
    };
    let slips = &settings.slips;
    Some(slips::send(&mut draw, &name, slips, happenings, person.withdraws, terms.end))
}
