//! Where people are treated: routes offered, opening hours, and habits of writing things down.

use super::draw::Draw;
use crate::event::code::Route;
use crate::event::envelope::Event;
use crate::event::ids::{SYNTHETIC_PREFIX, Source};

/// What sets one simulated clinic apart from another.
pub(super) struct Site {
    /// Share of the network's people, relative to the other sites.
    pub(super) size: f64,
    /// Routes offered, with their shares.
    pub(super) routes: [(Route, f64); 4],
    /// Local time minus UTC, hours; no daylight saving.
    pub(super) utc_offset_hours: i64,
    /// Whether it opens on Saturdays.
    pub(super) saturdays: bool,
    /// Share of people with psychotherapy paired to their sessions.
    pub(super) psychotherapy: f64,
    /// Whether it numbers its sessions.
    pub(super) numbers_sessions: bool,
    /// Whether side effects are asked for from a list.
    pub(super) structured_effects: bool,
    /// Share of sessions with vital signs.
    pub(super) vitals: f64,
    /// Share of sessions with a dissociation scale.
    pub(super) dissociation: f64,
    /// Whether intravenous doses are written in mg rather than mg/kg.
    pub(super) doses_in_mg: bool,
    /// Share of people whose PHQ-9 comes with its items.
    pub(super) items: f64,
    /// Added to everyone's probability of filling in a check-in.
    pub(super) diligence: f64,
}

const fn mix(iv: f64, nasal: f64, im: f64, sl: f64) -> [(Route, f64); 4] {
    [
        (Route::Intravenous, iv),
        (Route::Intranasal, nasal),
        (Route::Intramuscular, im),
        (Route::Sublingual, sl),
    ]
}

/// Five kinds of clinic; a larger network repeats them.
const KINDS: [Site; 5] = [
    Site {
        size: 28.0,
        routes: mix(0.70, 0.22, 0.08, 0.0),
        utc_offset_hours: -5,
        saturdays: false,
        psychotherapy: 0.15,
        numbers_sessions: true,
        structured_effects: true,
        vitals: 0.9,
        dissociation: 0.5,
        doses_in_mg: false,
        items: 0.6,
        diligence: 0.05,
    },
    Site {
        size: 24.0,
        routes: mix(0.45, 0.45, 0.05, 0.05),
        utc_offset_hours: -6,
        saturdays: false,
        psychotherapy: 0.0,
        numbers_sessions: true,
        structured_effects: false,
        vitals: 0.6,
        dissociation: 0.0,
        doses_in_mg: false,
        items: 0.0,
        diligence: 0.0,
    },
    Site {
        size: 20.0,
        routes: mix(0.57, 0.15, 0.22, 0.06),
        utc_offset_hours: -8,
        saturdays: true,
        psychotherapy: 0.6,
        numbers_sessions: false,
        structured_effects: false,
        vitals: 0.3,
        dissociation: 0.1,
        doses_in_mg: true,
        items: 0.5,
        diligence: 0.03,
    },
    Site {
        size: 16.0,
        routes: mix(0.20, 0.48, 0.06, 0.26),
        utc_offset_hours: -5,
        saturdays: false,
        psychotherapy: 0.0,
        numbers_sessions: true,
        structured_effects: false,
        vitals: 0.0,
        dissociation: 0.0,
        doses_in_mg: false,
        items: 0.1,
        diligence: -0.12,
    },
    Site {
        size: 12.0,
        routes: mix(0.45, 0.23, 0.20, 0.12),
        utc_offset_hours: -7,
        saturdays: true,
        psychotherapy: 0.4,
        numbers_sessions: true,
        structured_effects: true,
        vitals: 0.8,
        dissociation: 0.7,
        doses_in_mg: false,
        items: 0.3,
        diligence: 0.0,
    },
];

impl Site {
    /// The clinic at a position, from 0.
    pub(super) const fn at(position: u8) -> &'static Self {
        &KINDS[position as usize % KINDS.len()]
    }

    /// Draws the position of a person's clinic among `sites`, by size.
    pub(super) fn draw(draw: &mut Draw, sites: u8) -> u8 {
        let weights: Vec<_> =
            (0..sites).map(|position| (position, Self::at(position).size)).collect();
        draw.pick(&weights, 0)
    }
}

/// The source of the clinic at a position, from 0: `/synthetic/site-01` and so on.
pub(super) fn source(position: u8) -> Option<Source> {
    Source::new(&format!("{SYNTHETIC_PREFIX}site-{:02}", u16::from(position) + 1))
}

/// The name of an event's site without the synthetic prefix, such as `site-01`: what to call its
/// file when a feed is split by site.
#[must_use]
pub fn site_of(event: &Event) -> &str {
    let source = event.source.as_str();
    source.strip_prefix(SYNTHETIC_PREFIX).unwrap_or(source)
}
