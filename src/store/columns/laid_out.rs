//! Rows as the fold looks at them, laid out event by event.
//!
//! The fold goes through the events of one person after the other's, and those of a person stand in
//! many batches: to look for each cell of an event in its column then takes longer than to read the
//! columns. So the cells of each event are put behind each other while the columns are at hand, and
//! these are given up.

use super::arrays::Whose;
use super::cells::{content, flag, int, number};
use super::coded::{Bad, Coded, Texts};
use super::decode::Decoder;
use super::lists;
use super::parts::Summary;
use crate::event::code::{EffectsCapture, EndReason, Phase, Route};
use crate::event::ids::{EventIdRef, OpenCode};
use crate::event::key::ContentDigest;
use crate::event::kind::{Dose, Effect, EventType, Kind, MOST_MEASURES};
use crate::event::number::{Int, Num};
use crate::event::questionnaires::Questionnaires;
use crate::event::time::{Moment, TimeBasis};
use crate::event::view::{
    CheckinView, DataView, EffectsView, EventView, KindView, PlanView, SessionView, VitalsView,
};
use crate::event::vitals::Reading;
use std::ops::Range;

/// The rows of a batch, laid out.
pub(in crate::store) struct LaidOut {
    pub(in crate::store) whose: Whose,
    ids: Texts,
    heads: Vec<Head>,
    sessions: Vec<SessionRow>,
    checkins: Vec<CheckinRow>,
    plans: Vec<PlanView>,
    ends: Vec<Option<EndReason>>,
    /// Of which there are few, in full.
    others: Vec<Kind>,
    drugs: Coded<OpenCode>,
    scales: Coded<OpenCode>,
    effects: Vec<Effect>,
    readings: Vec<Reading>,
    measures: Questionnaires,
}

/// Where something is held in a list that a batch has room for: there are many, and they are kept
/// short.
type Place = u32;

/// Places behind each other, from the first to behind the last.
type Places = [Place; 2];

/// What every event has.
struct Head {
    content: ContentDigest,
    when: Moment,
    basis: TimeBasis,
    source: Place,
    said: Said,
}

/// What an event says, by its place among those of its kind.
#[derive(Clone, Copy)]
enum Said {
    Session(Place),
    Missed,
    Checkin(Place),
    Plan(Place),
    End(Place),
    Other(Place),
}

/// What a session says, with the places of what is held elsewhere.
struct SessionRow {
    route: Route,
    drug: Place,
    dose: Option<Dose>,
    weight_kg: Option<Num<20, 400>>,
    phase: Option<Phase>,
    session_number: Option<Int<1, 999>>,
    psychotherapy: Option<bool>,
    summary: Summary,
    readings: Places,
    dissociation: Option<(Place, Num<0, 1000>)>,
    effects: EffectsRow,
}

/// What a check-in says.
struct CheckinRow {
    measures: Places,
    effects: EffectsRow,
}

/// What is said of side effects.
struct EffectsRow {
    told: Option<Places>,
    capture: Option<EffectsCapture>,
}

impl LaidOut {
    /// Lays out the rows of a batch.
    pub(in crate::store) fn of(batch: Decoder) -> Result<Self, Bad> {
        let n_rows = batch.whose.n_rows();
        let mut heads = Vec::with_capacity(n_rows);
        let types = &batch.columns.event_type;
        let mut sessions = Vec::with_capacity(types.n(&EventType::SessionCompleted));
        let mut checkins = Vec::with_capacity(types.n(&EventType::CheckinSubmitted));
        let (mut plans, mut ends, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..n_rows {
            let said = match types.required(row, "type")? {
                EventType::SessionCompleted => {
                    Said::Session(put(&mut sessions, batch.session_row(row)?)?)
                }
                EventType::SessionMissed => {
                    batch.columns.missed_reason.get(row, "reason")?;
                    Said::Missed
                }
                EventType::CheckinSubmitted => {
                    Said::Checkin(put(&mut checkins, batch.checkin_row(row)?)?)
                }
                EventType::PlanAdjusted => Said::Plan(put(&mut plans, batch.plan(row)?)?),
                EventType::CourseEnded => {
                    let reason = batch.columns.end_reason.get(row, "reason")?;
                    Said::End(put(&mut ends, reason)?)
                }
                EventType::CourseStarted
                | EventType::EventCorrected
                | EventType::EventRetracted
                | EventType::SubjectWithdrawn => Said::Other(put(&mut others, batch.kind(row)?)?),
            };
            heads.push(Head {
                content: content(&batch.columns.content, row)?,
                when: batch.when(row)?,
                basis: batch.columns.time_basis.required(row, "time_basis")?,
                source: place(batch.whose.source.place(row))?,
                said,
            });
        }
        Ok(Self {
            whose: batch.whose,
            ids: batch.columns.id,
            heads,
            sessions,
            checkins,
            plans,
            ends,
            others,
            drugs: batch.columns.drug,
            scales: batch.dissociation.instrument,
            effects: batch.effects.into_entries(),
            readings: batch.readings.into_entries(),
            measures: batch.measures,
        })
    }

    /// The event of a row.
    pub(in crate::store) fn view(&self, row: usize) -> Result<EventView<'_>, Bad> {
        let Head { content, when, basis, source, said } = &self.heads[row];
        let kind = match *said {
            Said::Session(at) => {
                DataView::SessionCompleted(self.session(&self.sessions[at as usize])?).into()
            }
            Said::Missed => DataView::SessionMissed.into(),
            Said::Checkin(at) => {
                let CheckinRow { measures, effects } = &self.checkins[at as usize];
                let measures = self.measures.at(from_to(*measures));
                let effects = self.effects(effects)?;
                DataView::CheckinSubmitted(CheckinView { measures, effects }).into()
            }
            Said::Plan(at) => DataView::PlanAdjusted(self.plans[at as usize]).into(),
            Said::End(at) => DataView::CourseEnded(self.ends[at as usize]).into(),
            Said::Other(at) => KindView::of(&self.others[at as usize]),
        };
        Ok(EventView {
            source: self.whose.source.at(*source as usize, "source")?,
            id: self.ids.get(row).and_then(EventIdRef::new).ok_or("id")?,
            when: *when,
            basis: *basis,
            content: *content,
            kind,
        })
    }

    fn session(&self, row: &SessionRow) -> Result<SessionView<'_>, Bad> {
        let scale = |(scale, total)| {
            let scale = self.scales.at(scale as usize, "dissociation")?;
            Ok::<_, Bad>((scale, total))
        };
        let others = self.readings.get(from_to(row.readings)).ok_or("vital_readings")?;
        Ok(SessionView {
            route: row.route,
            drug: self.drugs.at(row.drug as usize, "drug")?,
            dose: row.dose,
            weight_kg: row.weight_kg,
            phase: row.phase,
            session_number: row.session_number,
            psychotherapy: row.psychotherapy,
            vitals: VitalsView { summary: row.summary, others },
            dissociation: row.dissociation.map(scale).transpose()?,
            effects: self.effects(&row.effects)?,
        })
    }

    fn effects(&self, row: &EffectsRow) -> Result<EffectsView<'_>, Bad> {
        let told = |places| self.effects.get(from_to(places)).ok_or("effects");
        Ok(EffectsView { told: row.told.map(told).transpose()?, capture: row.capture })
    }
}

/// Adds an entry to a list. Returns its place.
fn put<T>(list: &mut Vec<T>, entry: T) -> Result<Place, Bad> {
    list.push(entry);
    place(list.len() - 1)
}

fn place(at: usize) -> Result<Place, Bad> {
    Place::try_from(at).map_err(|_| "type")
}

fn places(of: Range<usize>) -> Result<Places, Bad> {
    Ok([place(of.start)?, place(of.end)?])
}

fn from_to([from, to]: Places) -> Range<usize> {
    from as usize..to as usize
}

impl Decoder {
    fn session_row(&self, row: usize) -> Result<SessionRow, Bad> {
        let c = &self.columns;
        let summary = self.summary(row)?;
        // Readings belong to vital signs, which may be there without a reading.
        let readings = if summary.is_some() { self.readings.places(row)? } else { None };
        let dissociation = self.dissociation(row)?;
        Ok(SessionRow {
            route: c.route.required(row, "route")?,
            drug: place(c.drug.place(row))?,
            dose: self.dose(row)?,
            weight_kg: number(&c.weight_kg, row, "weight_kg")?,
            phase: c.phase.get(row, "phase")?,
            session_number: int(&c.session_number, row, "session_number")?,
            psychotherapy: flag(&c.psychotherapy, row),
            summary: summary.unwrap_or_default(),
            readings: places(readings.unwrap_or_default())?,
            dissociation: dissociation
                .map(|(scale, total)| Ok::<_, Bad>((place(scale)?, total)))
                .transpose()?,
            effects: self.effects_row(row)?,
        })
    }

    fn checkin_row(&self, row: usize) -> Result<CheckinRow, Bad> {
        let measures = lists::places::<MOST_MEASURES>(&self.columns.measures, row, "measures")?;
        Ok(CheckinRow {
            measures: places(measures.unwrap_or_default())?,
            effects: self.effects_row(row)?,
        })
    }

    fn plan(&self, row: usize) -> Result<PlanView, Bad> {
        let c = &self.columns;
        c.adjust_reason.get(row, "reason")?;
        Ok(PlanView {
            change: c.change.get(row, "change")?,
            after_infusion: int(&c.after_infusion, row, "after_infusion")?,
        })
    }

    fn effects_row(&self, row: usize) -> Result<EffectsRow, Bad> {
        let told = self.effects.places(row)?.map(places).transpose()?;
        Ok(EffectsRow { told, capture: self.capture(row)? })
    }
}
