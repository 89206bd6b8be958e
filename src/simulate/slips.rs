//! What goes wrong on the way into the record: typing errors put right later, entries taken back,
//! events sent twice, keys used twice, and consent withdrawn.

use super::calendar::MINUTE_US;
use super::draw::{Draw, num, real, round};
use super::naming::Name;
use super::story::Happening;
use crate::event::code::RetractReason;
use crate::event::envelope::Event;
use crate::event::ids::EventId;
use crate::event::kind::{CheckinSubmitted, Data, EventCorrected, EventRetracted, Kind};
use crate::event::list::List;
use crate::event::time::DAY_US;

/// What happens to one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slip {
    None,
    /// A score was typed wrong and corrected later.
    Score,
    /// The time was a day late and corrected later.
    Time,
    /// Entered twice under two ids; the second was taken back.
    Double,
    /// The same event was sent again.
    Resent,
    /// The same id was sent with another score.
    Conflict,
    /// The same, and a correction says later which is right.
    SettledConflict,
}

const SLIPS: [(Slip, f64); 7] = [
    (Slip::None, 0.977),
    (Slip::Score, 0.008),
    (Slip::Time, 0.002),
    (Slip::Double, 0.004),
    (Slip::Resent, 0.007),
    (Slip::Conflict, 0.001),
    (Slip::SettledConflict, 0.001),
];

/// The events of a person as the clinic's system sends them, in time order; `end` is the moment
/// (microseconds since the epoch) at which the data end.
pub(super) fn send(
    draw: &mut Draw,
    name: &Name,
    mut happenings: Vec<Happening>,
    withdraws: bool,
    end: i64,
) -> Vec<Event> {
    let withdrawn = if withdraws { withdrawal(draw, &happenings) } else { None };
    let withdrawn = withdrawn.filter(|&at| at < end);
    let end = withdrawn.unwrap_or(end);
    happenings.retain(|happening| happening.at < end);
    let mut desk = Desk { draw, name, end, events: Vec::with_capacity(happenings.len() + 2) };
    for happening in happenings {
        desk.enter(happening);
    }
    if let Some(at) = withdrawn {
        desk.push(at, Kind::Withdrawn);
    }
    let mut events = desk.events;
    // Stable: what was sent twice stays behind what was sent first.
    events.sort_by_key(|event| event.when.micros);
    events
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
    events: Vec<Event>,
}

impl Desk<'_> {
    fn push(&mut self, at: i64, kind: Kind) -> Option<EventId> {
        let id = self.name.id(self.draw, at)?;
        self.events.push(self.name.event(id.clone(), at, kind));
        Some(id)
    }

    fn enter(&mut self, happening: Happening) -> Option<()> {
        let Happening { at, data } = happening;
        let slip = self.draw.pick(&SLIPS, Slip::None);
        let later = at + round(self.draw.between(0.2, 9.0) * real(DAY_US)) / MINUTE_US * MINUTE_US;
        let fits = later < self.end;
        match (slip, &data) {
            (Slip::Score, Data::CheckinSubmitted(checkin)) if fits => {
                let wrong = Data::CheckinSubmitted(mistyped(checkin)?);
                let id = self.push(at, Kind::Clinical(wrong))?;
                self.correct(id, data, None, later);
            }
            (Slip::Time, Data::SessionCompleted(_)) if later + DAY_US < self.end => {
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
                let again = self.events.last()?.clone();
                self.events.push(again);
            }
            (Slip::Conflict | Slip::SettledConflict, Data::CheckinSubmitted(checkin)) => {
                let other = Data::CheckinSubmitted(mistyped(checkin)?);
                let id = self.push(at, Kind::Clinical(data.clone()))?;
                self.events.push(self.name.event(id.clone(), at, Kind::Clinical(other)));
                if slip == Slip::SettledConflict && fits {
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
    }
}

/// The check-in with another total on its first questionnaire: a digit lost, or ten too many.
fn mistyped(checkin: &CheckinSubmitted) -> Option<CheckinSubmitted> {
    let mut wrong = checkin.clone();
    let mut measures = wrong.measures.as_ref()?.as_slice().to_vec();
    let measure = measures.first_mut()?;
    let total = match (measure.total, measure.item_values()) {
        (Some(total), _) => round(total.get()),
        (None, items) => items?.iter().sum(),
    };
    let typed = if total >= 10 { total / 10 } else { total + 10 };
    measure.total = num(real(typed));
    measure.items = None;
    wrong.measures = List::new(measures);
    Some(wrong)
}
