//! Corrections, retractions and conflicting keys, settled before the fold.
//!
//! Everything is decided by the events themselves, never by arrival:
//! a retraction beats every correction; of several corrections the latest by (time, source, id)
//! counts; a key with different contents counts only once a correction says what is right; a
//! withdrawal holds whatever else is said.

use super::anomaly::Anomaly;
use super::stray::{Speech, Stray};
use crate::event::ids::{EventIdRef, Source};
use crate::event::key::{Conflicts, KeyDigest};
use crate::event::kind::{Data, EventCorrected, EventType};
use crate::event::time::{Moment, TimeBasis};
use crate::event::view::{DataView, EventView, KindView};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// A clinical event as it counts: corrected, not retracted, not in conflict.
#[derive(Debug, Clone)]
pub struct Effective<'a> {
    /// When, after corrections.
    pub when: Moment,
    /// What the times of its source are.
    pub basis: TimeBasis,
    /// Site or system.
    pub source: &'a Source,
    /// Id.
    pub id: EventIdRef<'a>,
    /// What, after corrections.
    pub said: Said<'a>,
}

/// What a clinical event says.
#[derive(Debug, Clone)]
pub enum Said<'a> {
    /// As it was sent.
    AsSent(&'a DataView<'a>),
    /// As a correction has it: seldom.
    PutRight(Box<DataView<'a>>),
}

impl<'a> Said<'a> {
    /// What that is.
    #[must_use]
    pub fn data(&self) -> &DataView<'a> {
        match self {
            Self::AsSent(data) => data,
            Self::PutRight(data) => data,
        }
    }

    /// Its type.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        self.data().event_type()
    }
}

impl Effective<'_> {
    /// The order in which events count: time, source, id.
    fn order(&self, other: &Self) -> Ordering {
        let key = |event: &Self| (event.when.micros, event.source, event.id);
        key(self).cmp(&key(other))
    }
}

/// Why a clinical event does not count, in table order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetAside {
    /// It was taken back.
    Retracted,
    /// Its key came with different contents, and no correction says which is right.
    InConflict,
    /// It is on another clock than the first session.
    OtherClock,
    /// It is later than the data cut that was asked for.
    AfterCut,
}

impl SetAside {
    /// Every reason, in order.
    pub const ALL: [Self; 4] =
        [Self::Retracted, Self::InConflict, Self::OtherClock, Self::AfterCut];
}

/// A clinical event that does not count.
#[derive(Debug, Clone)]
pub struct Unused<'a> {
    /// Why.
    pub why: SetAside,
    /// Site or system.
    pub source: &'a Source,
    /// What it says; every content that came under its key.
    pub versions: Vec<Said<'a>>,
}

/// What is left of a subject's log.
#[derive(Debug, Clone, Default)]
pub struct Resolved<'a> {
    /// Clinical events in the order of (time, source, id).
    pub events: Vec<Effective<'a>>,
    /// Clinical events that do not count.
    pub unused: Vec<Unused<'a>>,
    /// What was odd.
    pub anomalies: Vec<Anomaly>,
    /// Of those, corrections and retractions whose target is not among the subject's events; it may
    /// be among another's.
    pub strays: Vec<Stray>,
}

type Key<'a> = (&'a Source, EventIdRef<'a>);

/// Settles a subject's events; `None` if the subject withdrew.
///
/// Events come sorted by [`EventView::order`]. `conflicts` is of all the log: the same key under two
/// subjects is a conflict that neither could see alone.
#[must_use]
pub fn resolve<'a>(events: &'a [EventView<'a>], conflicts: &Conflicts) -> Option<Resolved<'a>> {
    if events.iter().any(|event| matches!(event.kind, KindView::Withdrawn)) {
        return None;
    }
    Some(undisputed(events, conflicts).unwrap_or_else(|| key_by_key(events, conflicts)))
}

fn key_by_key<'a>(events: &'a [EventView<'a>], conflicts: &Conflicts) -> Resolved<'a> {
    let mut anomalies = Vec::new();
    let mut versions: BTreeMap<Key, Vec<&'a EventView<'a>>> = BTreeMap::new();
    for event in events {
        versions.entry((event.source, event.id)).or_default().push(event);
    }
    let in_conflict: BTreeSet<Key> = versions
        .iter()
        .filter(|(_, found)| {
            found.len() > 1 || found.iter().any(|event| conflicts.contains(event.content))
        })
        .map(|(key, _)| *key)
        .collect();
    let mut strays = Vec::new();
    let retracted = retractions(&versions, &in_conflict, &mut anomalies, &mut strays);
    let corrections = corrections(&versions, &in_conflict, &retracted, &mut anomalies, &mut strays);
    anomalies.extend(strays.iter().map(Stray::anomaly));

    let mut effective = Vec::new();
    let mut unused = Vec::new();
    for (key, found) in &versions {
        let conflicting = in_conflict.contains(key);
        let clinical: Vec<&EventView> =
            found.iter().filter(|event| event.kind.data().is_some()).copied().collect();
        if retracted.contains(key) {
            unused.extend(set_aside(SetAside::Retracted, key.0, &clinical));
            continue;
        }
        let correction = corrections.get(key);
        match settle(
            &clinical,
            correction.map_or(&[][..], Vec::as_slice),
            conflicting,
            &mut anomalies,
        ) {
            Some(event) => effective.push(event),
            None if conflicting => {
                anomalies.push(Anomaly::ConflictingKey);
                unused.extend(set_aside(SetAside::InConflict, key.0, &clinical));
            }
            None => {}
        }
    }
    effective.sort_by(Effective::order);
    anomalies.sort_unstable();
    Resolved { events: effective, unused, anomalies, strays }
}

/// Events of which none speaks of another and whose keys are in no conflict: each counts as it is.
/// `None` for any others. The same as going through them key by key, and most people's.
fn undisputed<'a>(events: &'a [EventView<'a>], conflicts: &Conflicts) -> Option<Resolved<'a>> {
    // A key that stands here with different contents is among the conflicts; with the same one twice,
    // which no log should have, it stands twice in a row.
    let is_twice = |two: &[EventView]| {
        two[0].content == two[1].content && (two[0].source, two[0].id) == (two[1].source, two[1].id)
    };
    if events.windows(2).any(is_twice) {
        return None;
    }
    let mut effective = Vec::with_capacity(events.len());
    for event in events {
        if conflicts.contains(event.content) {
            return None;
        }
        effective.push(as_it_is(event)?);
    }
    Some(Resolved { events: effective, ..Resolved::default() })
}

/// A clinical event of which nothing else speaks.
fn as_it_is<'a>(event: &'a EventView<'a>) -> Option<Effective<'a>> {
    let EventView { source, id, when, basis, kind, .. } = event;
    let said = Said::AsSent(kind.data()?);
    Some(Effective { when: *when, basis: *basis, source, id: *id, said })
}

/// The event of these versions, which does not count; none where no version is clinical.
fn set_aside<'a>(
    why: SetAside,
    source: &'a Source,
    versions: &[&'a EventView<'a>],
) -> Option<Unused<'a>> {
    let versions = versions.iter().filter_map(|event| event.kind.data()).map(Said::AsSent);
    let versions: Vec<Said> = versions.collect();
    (!versions.is_empty()).then_some(Unused { why, source, versions })
}

/// Keys that are taken back. A retraction that is itself in conflict does not count.
fn retractions<'a>(
    versions: &BTreeMap<Key<'a>, Vec<&'a EventView<'a>>>,
    in_conflict: &BTreeSet<Key<'a>>,
    anomalies: &mut Vec<Anomaly>,
    strays: &mut Vec<Stray>,
) -> BTreeSet<Key<'a>> {
    let mut retracted = BTreeSet::new();
    for (key, found) in versions {
        let (KindView::Retracted(retraction), false) = (found[0].kind, in_conflict.contains(key))
        else {
            continue;
        };
        let target = (key.0, EventIdRef::from(&retraction.retracts));
        match versions.get(&target) {
            None => strays.push(stray(Speech::Retraction, target, versions)),
            Some(found)
                if found.iter().all(|event| matches!(event.kind, KindView::Retracted(_))) =>
            {
                anomalies.push(Anomaly::RetractionOfNoEvent);
            }
            Some(_) => {
                retracted.insert(target);
            }
        }
    }
    retracted
}

fn stray(speech: Speech, target: Key, versions: &BTreeMap<Key, Vec<&EventView>>) -> Stray {
    let in_other_source = versions.keys().any(|(_, id)| *id == target.1);
    Stray { speech, target: KeyDigest::of(target.0, target.1), in_other_source }
}

/// Corrections that count, by the key they speak about, latest first.
fn corrections<'a>(
    versions: &BTreeMap<Key<'a>, Vec<&'a EventView<'a>>>,
    in_conflict: &BTreeSet<Key<'a>>,
    retracted: &BTreeSet<Key<'a>>,
    anomalies: &mut Vec<Anomaly>,
    strays: &mut Vec<Stray>,
) -> BTreeMap<Key<'a>, Vec<&'a EventView<'a>>> {
    let mut by_target: BTreeMap<Key, Vec<&EventView>> = BTreeMap::new();
    for (key, found) in versions {
        let KindView::Corrected(correction) = found[0].kind else { continue };
        if in_conflict.contains(key) || retracted.contains(key) {
            continue;
        }
        let target = (key.0, EventIdRef::from(&correction.corrects));
        match versions.get(&target) {
            None => strays.push(stray(Speech::Correction, target, versions)),
            Some(found) if found.iter().all(|event| event.kind.data().is_none()) => {
                anomalies.push(Anomaly::CorrectionOfNoEvent);
            }
            Some(_) => by_target.entry(target).or_default().push(found[0]),
        }
    }
    for corrections in by_target.values_mut() {
        corrections
            .sort_by(|a, b| (b.when.micros, b.source, b.id).cmp(&(a.when.micros, a.source, a.id)));
    }
    by_target
}

/// The event as it counts: the latest correction that fits, else the only version.
fn settle<'a>(
    versions: &[&'a EventView<'a>],
    corrections: &[&'a EventView<'a>],
    conflicting: bool,
    anomalies: &mut Vec<Anomaly>,
) -> Option<Effective<'a>> {
    let first = versions.first()?;
    let mut chosen = None;
    for correction in corrections {
        let KindView::Corrected(correction) = correction.kind else { continue };
        match corrected(versions, correction) {
            Ok(_) if chosen.is_some() => {}
            Ok(right) => chosen = Some(right),
            Err(anomaly) => anomalies.push(anomaly),
        }
    }
    match chosen {
        Some((when, said)) => {
            let EventView { source, id, basis, .. } = first;
            Some(Effective { when, basis: *basis, source, id: *id, said })
        }
        None if conflicting => None,
        None => as_it_is(first),
    }
}

/// What a correction says of an event. Nothing if its data fit no version's type, if its time is on
/// another clock, or if the versions disagree on the time and it does not say which is right.
fn corrected<'a>(
    versions: &[&EventView],
    correction: &'a EventCorrected,
) -> Result<(Moment, Said<'a>), Anomaly> {
    let fits = |data: &Data| {
        versions.iter().any(|event| {
            event.kind.data().is_some_and(|known| known.event_type() == data.event_type())
        })
    };
    let other_type = Anomaly::CorrectionOfOtherType;
    let data = correction.readings.iter().find(|data| fits(data)).ok_or(other_type)?;
    let first = versions.first().ok_or(other_type)?.when;
    let when = match correction.when {
        Some(when) if when.axis == first.axis => when,
        Some(_) => return Err(other_type),
        None if versions.iter().all(|event| event.when == first) => first,
        None => return Err(Anomaly::CorrectionWithoutTime),
    };
    Ok((when, Said::PutRight(Box::new(DataView::of(data)))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::envelope::{Event, Logged, Origin};
    use crate::event::ids::{EventId, Subject};
    use crate::event::key::ContentDigest;
    use crate::event::kind::{EventRetracted, Kind, SessionMissed};

    fn logged(id: usize, day: i64, kind: Kind) -> Logged {
        let event = Event {
            source: Source::new(&format!("/synthetic/site-0{}", 1 + id % 2)).expect("a source"),
            id: EventId::new(&format!("e-{id}")).expect("an id"),
            subject: Subject::new("s-abc").expect("a subject"),
            when: Moment::calendar(day * crate::event::time::DAY_US),
            kind,
        };
        let origin = Origin { file_digest: [0; 32], line: 1 };
        Logged { event, origin, basis: TimeBasis::Actual, content: ContentDigest(id as u128) }
    }

    fn missed() -> Kind {
        Kind::Clinical(Data::SessionMissed(SessionMissed { reason: None }))
    }

    #[test]
    fn undisputed_events_are_those_found_key_by_key() {
        // A twin: the short way and the long one, with several events at one time.
        let mut events: Vec<Logged> = [3, 1, 1, 2, 1, 9, 0]
            .iter()
            .enumerate()
            .map(|(id, day)| logged(id, *day, missed()))
            .collect();
        events.sort_by(Logged::log_order);
        let all: Vec<EventView> = events.iter().map(EventView::of).collect();
        let short = undisputed(&all, &Conflicts::default()).expect("nothing is disputed");
        let long = key_by_key(&all, &Conflicts::default());
        assert_eq!(format!("{short:?}"), format!("{long:?}"));
    }

    #[test]
    fn whoever_speaks_of_another_or_shares_a_key_is_disputed() {
        let retraction =
            EventRetracted { retracts: EventId::new("e-1").expect("an id"), reason: None };
        let spoken = [logged(1, 1, missed()), logged(3, 2, Kind::Retracted(retraction))];
        assert!(undisputed(&spoken.each_ref().map(EventView::of), &Conflicts::default()).is_none());
        // The same twice, and different contents, here or under another subject.
        let lone = [logged(1, 1, missed())];
        let twice = [lone[0].clone(), lone[0].clone()];
        assert!(undisputed(&twice.each_ref().map(EventView::of), &Conflicts::default()).is_none());
        let conflicts = Conflicts::from_iter([lone[0].content]);
        assert!(undisputed(&lone.each_ref().map(EventView::of), &conflicts).is_none());
    }
}
