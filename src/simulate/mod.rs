//! Made-up people: synthetic sessions and check-ins of a clinic network, for demonstrations, tests
//! and measurements of speed.
//!
//! Layer 1, imports the vocabulary only. Nobody here exists: every source begins with
//! [`SYNTHETIC_PREFIX`], so that the events say so for ever.
//! Outcomes lie in the range of published cohorts, chosen for plausibility; they are evidence of
//! nothing. Each person depends on the seed and the person's index alone: the first hundred of six
//! hundred are the same hundred, and memory does not grow with their number.

mod calendar;
mod checkin;
mod course;
mod draw;
mod naming;
mod person;
mod session;
mod site;
mod slips;
mod story;
mod trajectory;

#[cfg(test)]
mod tests;

use crate::event::envelope::Event;
use crate::event::ids::{SYNTHETIC_PREFIX, Source};
use crate::event::time::{DAY_US, TimeBasis};
use draw::Draw;
use naming::{Name, index_date, pseudonym, secret_shift};
use person::Person;
use site::Site;
use std::io;
use story::Period;

/// 2025-01-06T00:00:00Z, a Monday, in microseconds since the epoch.
pub const DEFAULT_START: i64 = 1_736_121_600_000_000;

/// Mean length of a month: a twelfth of 365.25 days.
const MONTH_US: i64 = 1461 * DAY_US / 48;
/// Months for which people are followed after recruitment has ended.
const FOLLOW_UP_MONTHS: i64 = 2;

/// What to make up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// People, treated or not.
    pub subjects: u32,
    /// The same seed makes the same bytes.
    pub seed: u64,
    /// Sites, 1-255 (0 counts as 1); default 5.
    pub sites: u8,
    /// First possible moment, microseconds since 1970-01-01T00:00:00Z; default [`DEFAULT_START`].
    pub start: i64,
    /// Months of recruitment, each a twelfth of a year; default 12. The data end two months later.
    pub months: u8,
    /// What the times are; default `actual`. The people are the same on every basis.
    pub basis: TimeBasis,
}

impl Settings {
    /// So many people under this seed, all else at its default.
    #[must_use]
    pub const fn new(subjects: u32, seed: u64) -> Self {
        Self {
            subjects,
            seed,
            sites: 5,
            start: DEFAULT_START,
            months: 12,
            basis: TimeBasis::Actual,
        }
    }

    /// The moment at which the data end, microseconds since the epoch; every event is earlier.
    #[must_use]
    pub const fn end(&self) -> i64 {
        self.start.saturating_add((self.months as i64 + FOLLOW_UP_MONTHS) * MONTH_US)
    }

    fn period(&self) -> Period {
        Period {
            start: self.start,
            end: self.end(),
            recruitment_days: (i64::from(self.months) * MONTH_US / DAY_US).max(1),
        }
    }
}

impl Default for Settings {
    /// Six hundred people under seed 7.
    fn default() -> Self {
        Self::new(600, 7)
    }
}

/// The events of all people, one person after the other, each person's in time order.
///
/// Nothing is kept from one person to the next.
pub fn events(settings: &Settings) -> impl Iterator<Item = Event> + use<> {
    let settings = *settings;
    (0..settings.subjects).flat_map(move |index| subject_events(&settings, index))
}

/// The events of the person at an index, from 0, in time order. People can be made in any order,
/// and in parallel.
#[must_use]
pub fn subject_events(settings: &Settings, index: u32) -> Vec<Event> {
    make(settings, index).unwrap_or_default()
}

/// `None` only if a name did not have the shape of the vocabulary; a test shows that all have.
fn make(settings: &Settings, index: u32) -> Option<Vec<Event>> {
    let mut draw = Draw::new(settings.seed, index);
    // Drawn whatever the basis, so that every basis tells of the same people.
    let shift = secret_shift(&mut draw);
    let position = Site::draw(&mut draw, settings.sites.max(1));
    let site = Site::at(position);
    let person = Person::draw(&mut draw, site, index);
    let period = settings.period();
    let happenings = story::tell(&mut draw, site, &person, period);
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
    Some(slips::send(&mut draw, &name, happenings, person.withdraws, period.end))
}

/// The name of an event's site without the synthetic prefix, such as `site-01`: what to call its
/// file when a feed is split by site.
#[must_use]
pub fn site_of(event: &Event) -> &str {
    let source: &Source = &event.source;
    source.as_str().strip_prefix(SYNTHETIC_PREFIX).unwrap_or_else(|| source.as_str())
}

/// How much was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Lines, each one event.
    pub events: u64,
    /// Bytes, line ends included.
    pub bytes: u64,
}

/// Writes all events as NDJSON, one a line. The caller buffers.
///
/// # Errors
/// Whatever the writer says.
pub fn write<W: io::Write>(settings: &Settings, out: &mut W) -> io::Result<Written> {
    let mut written = Written::default();
    for event in events(settings) {
        let mut line = event.to_json();
        line.push('\n');
        out.write_all(line.as_bytes())?;
        written.events += 1;
        written.bytes += line.len() as u64;
    }
    Ok(written)
}
