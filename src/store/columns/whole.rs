//! Rows in full.
//!
//! Only the columns of a row's type are looked at, but for a correction, whose readings are every
//! type that covers the columns set and whose codes read.

use super::cells::{flag, id, int, int_of, moment, number};
use super::coded::Bad;
use super::decode::Decoder;
use super::lists::places;
use crate::event::kind::{
    CheckinSubmitted, CourseEnded, CourseStarted, Data, Dissociation, Effect, EventCorrected,
    EventRetracted, EventType, Kind, MOST_EFFECTS, MOST_MEASURES, Measure, PlanAdjusted, Screening,
    SessionCompleted, SessionMissed,
};
use crate::event::list::List;
use crate::event::questionnaires::MeasureView;
use crate::event::vitals::Vitals;
use arrow::array::Array;
use arrow::buffer::NullBuffer;

impl Decoder {
    /// What happened in a row, in full.
    pub(super) fn kind(&self, row: usize) -> Result<Kind, Bad> {
        let c = &self.columns;
        let kind = match c.event_type.required(row, "type")? {
            EventType::SubjectWithdrawn => Kind::Withdrawn,
            EventType::EventRetracted => Kind::Retracted(EventRetracted {
                retracts: id(&c.retracts, row, "retracts")?,
                reason: c.retract_reason.get(row, "reason")?,
            }),
            EventType::EventCorrected => {
                let (time, study) = (&c.corrected_time, &c.corrected_studytime_us);
                Kind::Corrected(EventCorrected {
                    corrects: id(&c.corrects, row, "corrects")?,
                    readings: self.readings_of_correction(row)?,
                    when: moment(row, time, study, &c.corrected_day_only),
                })
            }
            clinical => Kind::Clinical(self.data(clinical, row)?),
        };
        let is_of_version = int_of(&c.version, row) == Some(i32::from(kind.version()));
        if is_of_version { Ok(kind) } else { Err("version") }
    }

    /// Every reading of a correction, in the order of the types.
    fn readings_of_correction(&self, row: usize) -> Result<Vec<Data>, Bad> {
        let corrects = &[EventType::EventCorrected][..];
        let is_set =
            |nulls: &Option<NullBuffer>| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
        let set = self.data.iter().filter(|(nulls, of)| *of != corrects && is_set(nulls));
        let set: Vec<&[EventType]> = set.map(|(_, of)| *of).collect();
        let readings: Vec<Data> = EventType::CLINICAL
            .into_iter()
            .filter(|event_type| set.iter().all(|of| of.contains(event_type)))
            .filter_map(|event_type| self.data(event_type, row).ok())
            .collect();
        if readings.is_empty() { Err("corrects") } else { Ok(readings) }
    }

    fn data(&self, event_type: EventType, row: usize) -> Result<Data, Bad> {
        let c = &self.columns;
        Ok(match event_type {
            EventType::CourseStarted => Data::CourseStarted(self.course_started(row)?),
            EventType::SessionCompleted => Data::SessionCompleted(self.session(row)?),
            EventType::SessionMissed => {
                Data::SessionMissed(SessionMissed { reason: c.missed_reason.get(row, "reason")? })
            }
            EventType::CheckinSubmitted => Data::CheckinSubmitted(CheckinSubmitted {
                measures: self.measures(row)?,
                mode: c.mode.get(row, "mode")?,
                effects: self.effects(row)?,
                effects_capture: self.capture(row)?,
                global_change: int(&c.global_change, row, "global_change")?,
                administration: c.administration.get(row, "administration")?,
                recall_days: int(&c.recall_days, row, "recall_days")?,
            }),
            EventType::PlanAdjusted => Data::PlanAdjusted(PlanAdjusted {
                reason: c.adjust_reason.get(row, "reason")?,
                change: c.change.get(row, "change")?,
                after_infusion: int(&c.after_infusion, row, "after_infusion")?,
            }),
            EventType::CourseEnded => {
                Data::CourseEnded(CourseEnded { reason: c.end_reason.get(row, "reason")? })
            }
            EventType::EventCorrected | EventType::EventRetracted | EventType::SubjectWithdrawn => {
                return Err("type");
            }
        })
    }

    fn course_started(&self, row: usize) -> Result<CourseStarted, Bad> {
        let c = &self.columns;
        let screening = if c.screening.is_valid(row) {
            let s = &self.screening;
            Some(Screening {
                decision: s.decision.get(row, "screening")?,
                contraindications: s.contraindications.get(row, "screening")?,
            })
        } else {
            None
        };
        Ok(CourseStarted {
            indications: c.indications.get(row, "indications")?,
            age_band: c.age_band.get(row, "age_band")?,
            sex: c.sex.get(row, "sex")?,
            prior_failed_trials: int(&c.prior_failed_trials, row, "prior_failed_trials")?,
            planned_route: c.planned_route.get(row, "planned_route")?,
            planned_infusions: int(&c.planned_infusions, row, "planned_infusions")?,
            psychotherapy_planned: flag(&c.psychotherapy_planned, row),
            screening,
        })
    }

    fn session(&self, row: usize) -> Result<SessionCompleted, Bad> {
        let c = &self.columns;
        let scale = |(scale, total)| {
            let instrument = self.dissociation.instrument.at(scale, "dissociation")?.clone();
            Ok::<_, Bad>(Dissociation { instrument, total })
        };
        Ok(SessionCompleted {
            route: c.route.required(row, "route")?,
            drug: c.drug.required(row, "drug")?,
            dose: self.dose(row)?,
            weight_kg: number(&c.weight_kg, row, "weight_kg")?,
            duration_min: number(&c.duration_min, row, "duration_min")?,
            monitoring_min: number(&c.monitoring_min, row, "monitoring_min")?,
            phase: c.phase.get(row, "phase")?,
            session_number: int(&c.session_number, row, "session_number")?,
            psychotherapy: flag(&c.psychotherapy, row),
            vitals: self.vitals(row)?,
            dissociation: self.dissociation(row)?.map(scale).transpose()?,
            effects: self.effects(row)?,
            effects_capture: self.capture(row)?,
            stopped_early: c.stopped_early.get(row, "stopped_early")?,
        })
    }

    fn vitals(&self, row: usize) -> Result<Option<Vitals>, Bad> {
        let Some(summary) = self.summary(row)? else { return Ok(None) };
        let others = self.readings.get(row)?.unwrap_or_default();
        let usual =
            Vitals::of_summary(summary.map(|value| value.map(i64::from))).map_err(|_| "vitals")?;
        if others.is_empty() {
            return Ok(Some(usual));
        }
        let all = Vitals::new([usual.readings(), others].concat());
        all.map(Some).map_err(|_| "vital_readings")
    }

    fn effects(&self, row: usize) -> Result<Option<List<Effect, MOST_EFFECTS>>, Bad> {
        let effects = self.effects.get(row)?.map(<[Effect]>::to_vec);
        effects.map(|effects| List::new(effects).ok_or("effects")).transpose()
    }

    fn measures(&self, row: usize) -> Result<Option<List<Measure, MOST_MEASURES>>, Bad> {
        const NAME: Bad = "measures";
        let Some(places) = places::<MOST_MEASURES>(&self.columns.measures, row, NAME)? else {
            return Ok(None);
        };
        let mut measures = Vec::with_capacity(places.len());
        for MeasureView { instrument, total, items } in self.measures.at(places).iter() {
            let items = items.map(|items| List::new(items.to_vec()).ok_or(NAME)).transpose()?;
            measures.push(Measure { instrument: instrument.clone(), total, items });
        }
        List::new(measures).map(Some).ok_or(NAME)
    }
}
