//! What stands in the list columns of a batch, each entry read once.

use super::arrays::{EffectColumns, MeasureColumns, ReadingColumns};
use super::cells::{flag, int, number};
use super::coded::Bad;
use super::lists::places;
use crate::event::ids::OpenCode;
use crate::event::kind::{Effect, MOST_ITEMS};
use crate::event::questionnaires::Questionnaires;
use crate::event::vitals::{At, Reading};
use arrow::array::{Array, Int32Array};

/// A side effect.
pub(super) fn effect(columns: &EffectColumns, at: usize) -> Result<Effect, Bad> {
    const NAME: Bad = "effects";
    Ok(Effect {
        term: columns.term.required(at, NAME)?,
        severity: columns.severity.get(at, NAME)?,
        onset_min: number(&columns.onset_min, at, NAME)?,
        resolved_min: number(&columns.resolved_min, at, NAME)?,
        serious: flag(&columns.serious, at),
    })
}

/// A reading of a vital sign.
pub(super) fn reading(columns: &ReadingColumns, at: usize) -> Result<Reading, Bad> {
    const NAME: Bad = "vital_readings";
    let moment = columns.moment.get(at, NAME)?;
    let when = match (moment, int(&columns.at_min, at, NAME)?) {
        (Some(moment), None) => At::Moment(moment),
        (None, Some(minute)) => At::Minute(minute),
        _ => return Err(NAME),
    };
    let sign = columns.sign.required(at, NAME)?;
    let unit = columns.unit.required(at, NAME)?;
    let value = number(&columns.value, at, NAME)?.ok_or(NAME)?;
    Reading::new(sign, when, value, unit).map_err(|_| NAME)
}

/// Every questionnaire.
pub(super) fn questionnaires(columns: &MeasureColumns) -> Result<Questionnaires, Bad> {
    const NAME: Bad = "measures";
    let items: &Int32Array = columns.items.values().as_any().downcast_ref().ok_or(NAME)?;
    let mut all = Questionnaires::with_room_for(columns.items.len());
    // Each text of the column stands in one place, which tells it from the others.
    let mut known: Vec<&OpenCode> = Vec::new();
    for at in 0..columns.items.len() {
        let code = columns.instrument.required_ref(at, NAME)?;
        let place = known.iter().position(|known| std::ptr::eq(*known, code));
        let instrument = place.unwrap_or_else(|| {
            known.push(code);
            all.instrument(code)
        });
        let total = number(&columns.total, at, NAME)?;
        let places = places::<MOST_ITEMS>(&columns.items, at, NAME)?;
        let item = |at| int(items, at, NAME)?.ok_or(NAME);
        all.push(instrument, total, places.map(|places| places.map(item)))?;
    }
    Ok(all)
}
