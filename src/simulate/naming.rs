//! Names and clocks: pseudonyms, event ids, and times on the basis that was asked for.

use super::draw::Draw;
use super::story::Happening;
use crate::event::envelope::Event;
use crate::event::ids::{EventId, Source, Subject};
use crate::event::kind::{Data, Kind};
use crate::event::time::{Axis, DAY_US, Moment, TimeBasis};

/// Everything a person's events have in common.
pub(super) struct Name {
    pub(super) source: Source,
    pub(super) subject: Subject,
    pub(super) basis: TimeBasis,
    /// Taken from every time: the secret shift, or the index date; microseconds.
    pub(super) origin: i64,
}

/// Secret shift of a person in microseconds: whole days into the past, within a year.
pub(super) fn secret_shift(draw: &mut Draw) -> i64 {
    draw.whole(1, 364) * DAY_US
}

/// Index date of a study clock: the start of the UTC day of the first session, or of the first
/// happening of those never treated; microseconds since the epoch.
pub(super) fn index_date(happenings: &[Happening]) -> i64 {
    let session = |happening: &&Happening| matches!(happening.data, Data::SessionCompleted(_));
    let index = happenings.iter().find(session).or_else(|| happenings.first());
    index.map_or(0, |happening| happening.at.div_euclid(DAY_US) * DAY_US)
}

impl Name {
    /// A moment on the clock of the basis.
    pub(super) const fn moment(&self, at: i64) -> Moment {
        let micros = at - self.origin;
        match self.basis.axis() {
            Axis::Calendar => Moment::calendar(micros),
            Axis::Study => Moment { axis: Axis::Study, micros, day_only: false },
        }
    }

    /// An id. With calendar times a UUID of version 7 made from the time shown; on a study clock
    /// one of version 4, since an id must not tell the date that the times withhold.
    pub(super) fn id(&self, draw: &mut Draw, at: i64) -> Option<EventId> {
        let bytes = draw.bytes();
        let uuid = match self.basis.axis() {
            Axis::Calendar => {
                let [kept @ .., _, _, _, _, _, _] = bytes;
                let millis = u64::try_from((at - self.origin).div_euclid(1000)).unwrap_or(0);
                uuid::Builder::from_unix_timestamp_millis(millis, &kept)
            }
            Axis::Study => uuid::Builder::from_random_bytes(bytes),
        };
        EventId::new(&uuid.into_uuid().hyphenated().to_string())
    }

    /// An event of this person under a given id.
    pub(super) fn event(&self, id: EventId, at: i64, kind: Kind) -> Event {
        Event {
            source: self.source.clone(),
            id,
            subject: self.subject.clone(),
            when: self.moment(at),
            kind,
        }
    }
}

/// Width of the mixed part of a pseudonym.
const MIXED_BITS: u32 = 44;
const MIXED: u64 = (1 << MIXED_BITS) - 1;

/// The pseudonym of person `index` under `seed`: `s-` and twelve hexadecimal digits, the first of
/// them a letter. No two people of a seed share one, since the index is mixed by steps that can
/// each be undone.
pub(super) fn pseudonym(seed: u64, index: u32) -> Option<Subject> {
    let salt = scramble(seed);
    let mut mixed = (u64::from(index) ^ salt) & MIXED;
    for factor in [0x9e37_79b9_7f4a_7c15_u64, 0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb] {
        mixed = mixed.wrapping_mul(factor) & MIXED;
        mixed ^= mixed >> (MIXED_BITS / 2);
    }
    let letter = ['a', 'b', 'c', 'd', 'e', 'f'][(scramble(mixed ^ salt) % 6) as usize];
    Subject::new(&format!("s-{letter}{mixed:011x}"))
}

/// The finaliser of `SplitMix64`.
const fn scramble(value: u64) -> u64 {
    let mut mixed = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn pseudonyms_are_distinct_and_never_digits_alone() {
        let names: BTreeSet<_> =
            (0..50_000).map(|index| pseudonym(7, index).expect("shape")).collect();
        assert_eq!(names.len(), 50_000);
        assert!(names.iter().all(|name| name.as_str().len() == 14));
        assert_ne!(pseudonym(7, 0), pseudonym(8, 0));
    }
}
