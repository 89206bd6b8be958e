//! Rows as the fold looks at them: most of them in their columns, the few others in full.

use super::cells::{flag, float_of, int, int_of, number};
use super::coded::Bad;
use super::decode::Decoder;
use super::lists::places;
use crate::event::code::EffectsCapture;
use crate::event::ids::OpenCode;
use crate::event::kind::{Dose, EventType, Kind, MOST_MEASURES};
use crate::event::number::{Amount, Num};
use crate::event::view::{
    CheckinView, DataView, EffectsView, EventView, KindView, PlanView, SessionView, VitalsView,
};
use crate::event::vitals::Vitals;
use arrow::array::Array;

impl Decoder {
    /// What happened in a row, unless [`Decoder::view`] can look at it in the columns.
    pub(in crate::store) fn rare(&self, row: usize) -> Result<Option<Kind>, Bad> {
        match self.columns.event_type.required(row, "type")? {
            EventType::CourseStarted
            | EventType::EventCorrected
            | EventType::EventRetracted
            | EventType::SubjectWithdrawn => self.kind(row).map(Some),
            EventType::SessionCompleted
            | EventType::SessionMissed
            | EventType::CheckinSubmitted
            | EventType::PlanAdjusted
            | EventType::CourseEnded => Ok(None),
        }
    }

    /// The event of a row as the fold looks at it. `rare` has what [`Decoder::rare`] found, row by row.
    pub(in crate::store) fn view<'a>(
        &'a self,
        row: usize,
        rare: &mut impl Iterator<Item = &'a Kind>,
    ) -> Result<EventView<'a>, Bad> {
        let kind = match self.columns.event_type.required(row, "type")? {
            EventType::SessionCompleted => {
                DataView::SessionCompleted(self.session_view(row)?).into()
            }
            EventType::CheckinSubmitted => {
                DataView::CheckinSubmitted(self.checkin_view(row)?).into()
            }
            EventType::SessionMissed => {
                self.columns.missed_reason.get(row, "reason")?;
                DataView::SessionMissed.into()
            }
            EventType::PlanAdjusted => DataView::PlanAdjusted(self.plan_view(row)?).into(),
            EventType::CourseEnded => {
                DataView::CourseEnded(self.columns.end_reason.get(row, "reason")?).into()
            }
            EventType::CourseStarted
            | EventType::EventCorrected
            | EventType::EventRetracted
            | EventType::SubjectWithdrawn => KindView::of(rare.next().ok_or("type")?),
        };
        self.with_kind(row, kind)
    }

    fn session_view(&self, row: usize) -> Result<SessionView<'_>, Bad> {
        let c = &self.columns;
        Ok(SessionView {
            route: c.route.required(row, "route")?,
            drug: c.drug.required_ref(row, "drug")?,
            dose: self.dose(row)?,
            weight_kg: number(&c.weight_kg, row, "weight_kg")?,
            phase: c.phase.get(row, "phase")?,
            session_number: int(&c.session_number, row, "session_number")?,
            psychotherapy: flag(&c.psychotherapy, row),
            vitals: self.vitals_view(row)?.unwrap_or_default(),
            dissociation: self.dissociation(row)?,
            effects: self.effects_view(row)?,
        })
    }

    fn checkin_view(&self, row: usize) -> Result<CheckinView<'_>, Bad> {
        let measures = places::<MOST_MEASURES>(&self.columns.measures, row, "measures")?;
        Ok(CheckinView {
            measures: self.measures.at(measures.unwrap_or_default()),
            effects: self.effects_view(row)?,
        })
    }

    fn plan_view(&self, row: usize) -> Result<PlanView, Bad> {
        let c = &self.columns;
        c.adjust_reason.get(row, "reason")?;
        Ok(PlanView {
            change: c.change.get(row, "change")?,
            after_infusion: int(&c.after_infusion, row, "after_infusion")?,
        })
    }

    fn effects_view(&self, row: usize) -> Result<EffectsView<'_>, Bad> {
        Ok(EffectsView { told: self.effects.get(row)?, capture: self.capture(row)? })
    }

    pub(super) fn vitals_view(&self, row: usize) -> Result<Option<VitalsView<'_>>, Bad> {
        if !self.columns.vitals.is_valid(row) {
            return Ok(None);
        }
        let v = &self.vitals;
        let summary = [&v.sbp_pre, &v.dbp_pre, &v.sbp_peak, &v.dbp_peak, &v.spo2_min];
        let summary = summary.map(|array| int_of(array, row));
        let values = summary.map(|value| value.map(i64::from));
        Vitals::check_summary(values).map_err(|_| "vitals")?;
        Ok(Some(VitalsView { summary, others: self.readings.get(row)?.unwrap_or_default() }))
    }

    pub(super) fn dose(&self, row: usize) -> Result<Option<Dose>, Bad> {
        let d = &self.dose;
        if !self.columns.dose.is_valid(row) {
            return Ok(None);
        }
        let value = float_of(&d.value, row).and_then(Amount::new).ok_or("dose")?;
        Ok(Some(Dose { value, unit: d.unit.required(row, "dose")? }))
    }

    pub(super) fn dissociation(
        &self,
        row: usize,
    ) -> Result<Option<(&OpenCode, Num<0, 1000>)>, Bad> {
        const NAME: Bad = "dissociation";
        let d = &self.dissociation;
        if !self.columns.dissociation.is_valid(row) {
            return Ok(None);
        }
        let total = number(&d.total, row, NAME)?.ok_or(NAME)?;
        Ok(Some((d.instrument.required_ref(row, NAME)?, total)))
    }

    pub(super) fn capture(&self, row: usize) -> Result<Option<EffectsCapture>, Bad> {
        self.columns.effects_capture.get(row, "effects_capture")
    }
}
