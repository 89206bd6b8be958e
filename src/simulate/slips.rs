//! What goes wrong on the way into the record: typing errors put right later, entries taken back,
//! events sent twice, sent late, keys used twice, and consent withdrawn.

use super::calendar::MINUTE_US;
use super::draw::{Draw, num, real, round};
use super::naming::Name;
use super::settings::Slips;
use super::story::Happening;
use super::trajectory::highest;
use crate::event::code::RetractReason;
use crate::event::envelope::Event;
use crate::event::ids::EventId;
use crate::event::kind::{CheckinSubmitted, Data, EventCorrected, EventRetracted, Kind};
use crate::event::list::List;
use crate::event::time::DAY_US;
use serde::Serialize;

/// How often each thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct SlipCounts {
    /// Events sent a second time, unchanged.
    pub duplicates: u64,
    /// Events that stand behind a later one of the same person.
    pub late: u64,
    /// Correction events, those that settle a conflict included.
    pub corrections: u64,
    /// Retraction events.
    pub retractions: u64,
    /// Keys sent with two contents.
    pub conflicts: u64,
}

impl SlipCounts {
    /// Adds the counts of others.
    pub(super) const fn add(&mut self, other: &Self) {
        self.duplicates += other.duplicates;
        self.late += other.late;
        self.corrections += other.corrections;
        self.retractions += other.retractions;
        self.conflicts += other.conflicts;
    }
}

/// The events of a person in the order in which they are sent.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub(super) events: Vec<Event>,
    pub(super) counts: SlipCounts,
}

/// What happens to one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slip {
    None,
    /// A score, or the time of a session by a day, was written wrong and corrected later.
    Corrected,
    /// Entered twice under two ids; the second was taken back.
    Double,
    /// The same event was sent again.
    Resent,
    /// The same id was sent with another score.
    Conflict,
}

/// Of conflicts: a correction says later which is right.
const SETTLED: f64 = 0.5;

/// The events of a person as the clinic's system sends them: in time order but for those that are
/// late. `end` is the moment (microseconds since the epoch) at which the data end.
pub(super) fn send(
    draw: &mut Draw,
    name: &Name,
    slips: &Slips,
    mut happenings: Vec<Happening>,
    withdraws: bool,
    end: i64,
) -> Sent {
    let withdrawn = if withdraws { withdrawal(draw, &happenings) } else { None };
    let withdrawn = withdrawn.filter(|&at| at < end);
    let end = withdrawn.unwrap_or(end);
    happenings.retain(|happening| happening.at < end);
    let sent = Sent { events: Vec::with_capacity(happenings.len() + 2), ..Sent::default() };
    let mut desk = Desk { draw, name, end, weights: weights(slips), sent };
    for happening in happenings {
        desk.enter(happening);
    }
    if let Some(at) = withdrawn {
        desk.push(at, Kind::Withdrawn);
    }
    let Sent { mut events, mut counts } = desk.sent;
    // Stable: what was sent twice stays behind what was sent first.
    events.sort_by_key(|event| event.when.micros);
    let (mut events, late) = apart(draw, events, slips.late);
    let last = events.last().map_or(i64::MIN, |event| event.when.micros);
    counts.late = late.iter().map(|event| u64::from(event.when.micros < last)).sum();
    events.extend(late);
    Sent { events, counts }
}

/// Events in time, and events that are late.
fn apart(draw: &mut Draw, events: Vec<Event>, share: f64) -> (Vec<Event>, Vec<Event>) {
    events.into_iter().partition(|_| !draw.chance(share))
}

fn weights(slips: &Slips) -> [(Slip, f64); 5] {
    let Slips { duplicates, corrections, retractions, conflicts, .. } = *slips;
    let none = 1.0 - (duplicates + corrections + retractions + conflicts);
    [
        (Slip::None, none.max(0.0)),
        (Slip::Corrected, corrections),
        (Slip::Double, retractions),
        (Slip::Resent, duplicates),
        (Slip::Conflict, conflicts),
    ]
}

/// Some time after the first entry, and at most three weeks after the last.
fn withdrawal(draw: &mut Draw, happenings: &[Happening]) -> Option<i64> {
    let (first, last) = (happenings.first()?.at, happenings.last()?.at + 21 * DAY_US);
    let at = first + round(draw.between(0.2, 1.0) * real(last - first));
    Some(at / MINUTE_US * MINUTE_US)
}

struct Desk<'a> {
    draw: &'a mut Draw,
    name: &'a Name,
    end: i64,
    weights: [(Slip, f64); 5],
    sent: Sent,
}

impl Desk<'_> {
    fn push(&mut self, at: i64, kind: Kind) -> Option<EventId> {
        let id = self.name.id(self.draw, at)?;
        self.sent.events.push(self.name.event(id.clone(), at, kind));
        Some(id)
    }

    fn enter(&mut self, happening: Happening) -> Option<()> {
        let Happening { at, data } = happening;
        let slip = self.draw.pick(&self.weights, Slip::None);
        let later = at + round(self.draw.between(0.2, 9.0) * real(DAY_US)) / MINUTE_US * MINUTE_US;
        let fits = later < self.end;
        match (slip, &data) {
            (Slip::Corrected, Data::CheckinSubmitted(checkin)) if fits => {
                let wrong = Data::CheckinSubmitted(mistyped(checkin)?);
                let id = self.push(at, Kind::Clinical(wrong))?;
                self.correct(id, data, None, later);
            }
            (Slip::Corrected, Data::SessionCompleted(_)) if later + DAY_US < self.end => {
                let id = self.push(at + DAY_US, Kind::Clinical(data.clone()))?;
                self.correct(id, data, Some(at), later + DAY_US);
            }
            (Slip::Double, Data::CheckinSubmitted(_) | Data::SessionCompleted(_)) if fits => {
                self.push(at, Kind::Clinical(data.clone()))?;
                let again = at + self.draw.whole(1, 9) * MINUTE_US;
                let id = self.push(again, Kind::Clinical(data))?;
                self.retract(id, later);
            }
            (Slip::Resent, _) => {
                self.push(at, Kind::Clinical(data))?;
                let again = self.sent.events.last()?.clone();
                self.sent.events.push(again);
                self.sent.counts.duplicates += 1;
            }
            (Slip::Conflict, Data::CheckinSubmitted(checkin)) => {
                let other = Data::CheckinSubmitted(mistyped(checkin)?);
                let id = self.push(at, Kind::Clinical(data.clone()))?;
                self.sent.events.push(self.name.event(id.clone(), at, Kind::Clinical(other)));
                self.sent.counts.conflicts += 1;
                if self.draw.chance(SETTLED) && fits {
                    self.correct(id, data, None, later);
                }
            }
            _ => {
                self.push(at, Kind::Clinical(data))?;
            }
        }
        Some(())
    }

    /// The right data of an earlier event, and its right time if that was wrong.
    fn correct(&mut self, corrects: EventId, data: Data, right_time: Option<i64>, at: i64) {
        let when = right_time.map(|right| self.name.moment(right));
        let correction = EventCorrected { corrects, readings: vec![data], when };
        self.push(at, Kind::Corrected(correction));
        self.sent.counts.corrections += 1;
    }

    fn retract(&mut self, retracts: EventId, at: i64) {
        let reason = self.draw.pick(
            &[
                (RetractReason::DuplicateEntry, 8.0),
                (RetractReason::EnteredInError, 1.0),
                (RetractReason::WrongSubject, 1.0),
            ],
            RetractReason::DuplicateEntry,
        );
        let reason = self.draw.chance(0.95).then_some(reason);
        self.push(at, Kind::Retracted(EventRetracted { retracts, reason }));
        self.sent.counts.retractions += 1;
    }
}

/// The check-in with another total on its first questionnaire: a digit lost, ten too many, or one
/// point off where ten more would leave the scale.
fn mistyped(checkin: &CheckinSubmitted) -> Option<CheckinSubmitted> {
    let mut wrong = checkin.clone();
    let mut measures = wrong.measures.as_ref()?.as_slice().to_vec();
    let measure = measures.first_mut()?;
    let total = match (measure.total, measure.items()) {
        (Some(total), _) => round(total.get()),
        (None, items) => items?.iter().map(|item| item.get()).sum(),
    };
    let highest = highest(measure.instrument.as_str());
    let typed = match total {
        10.. => total / 10,
        _ if total + 10 <= highest => total + 10,
        0 => 1,
        _ => total - 1,
    };
    measure.total = num(real(typed));
    measure.items = None;
    wrong.measures = List::new(measures);
    Some(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::trajectory::SCALES;

    #[test]
    fn a_wrong_total_is_another_and_on_the_scale() {
        for scale in SCALES {
            for total in 0..=highest(scale.code) {
                let measures = List::new(scale.measure(total).into_iter().collect());
                let checkin = CheckinSubmitted { measures, ..CheckinSubmitted::default() };
                let wrong = mistyped(&checkin).and_then(|wrong| wrong.measures);
                let wrong = wrong.and_then(|wrong| wrong.as_slice()[0].total);
                let wrong = round(wrong.expect("a total").get());
                assert_ne!(wrong, total, "{}", scale.code);
                assert!((0..=highest(scale.code)).contains(&wrong), "{}: {wrong}", scale.code);
            }
        }
    }
}
