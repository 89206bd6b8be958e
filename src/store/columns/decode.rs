//! Rows to events.
//!
//! Only the columns of a row's type are looked at, but for a correction, whose readings are every
//! type that covers the columns set and whose codes read.

use super::cells::{
    CodedList, Typed, content, flag, float_of, id, int, int_of, long_of, moment, number, structs,
};
use super::coded::{Bad, Coded, FileDigest, Texts};
use super::layout::{COLUMNS, SCHEMA};
use super::lists::{Lists, places};
use crate::event::code::{
    AdjustReason, Administration, AgeBand, CheckinMode, DoseUnit, EffectTerm, EffectsCapture,
    EndReason, Indication, MissedReason, Phase, PlanChange, RetractReason, Route,
    ScreeningDecision, Severity, Sex, VitalMoment, VitalSign, VitalUnit,
};
use crate::event::envelope::{Event, Logged, Origin};
use crate::event::ids::{EventIdRef, OpenCode, Source, Subject};
use crate::event::kind::{
    CheckinSubmitted, CourseEnded, CourseStarted, Data, Dissociation, Dose, Effect, EventCorrected,
    EventRetracted, EventType, Kind, Measure, PlanAdjusted, Screening, SessionCompleted,
    SessionMissed,
};
use crate::event::list::List;
use crate::event::number::{Amount, Num};
use crate::event::questionnaires::{MeasureView, Questionnaires};
use crate::event::time::TimeBasis;
use crate::event::view::{
    CheckinView, DataView, EffectsView, EventView, KindView, SessionView, VitalsView,
};
use crate::event::vitals::{At, Reading, Vitals};
use arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Float64Array, Int32Array, Int64Array, ListArray,
    RecordBatch, StructArray, TimestampMicrosecondArray, new_null_array,
};
use std::collections::BTreeSet;
use std::ops::Range;

/// Declares typed columns of a batch or of a struct column, found by name.
macro_rules! arrays {
    ($name:ident { $($field:ident: $type:ty = $column:literal),* $(,)? }) => {
        struct $name { $($field: $type),* }

        impl $name {
            fn of<'a>(find: impl Fn(&str) -> Option<&'a ArrayRef>) -> Result<Self, Bad> {
                Ok(Self {
                    $($field: find($column).and_then(Typed::typed).ok_or($column)?),*
                })
            }
        }
    };
}

arrays! { Columns {
    share: Int32Array = "share",
    subject: Texts = "subject",
    time: TimestampMicrosecondArray = "time",
    studytime_us: Int64Array = "studytime_us",
    day_only: BooleanArray = "day_only",
    time_basis: Coded<TimeBasis> = "time_basis",
    source: Coded<Source> = "source",
    id: Texts = "id",
    event_type: Coded<EventType> = "type",
    version: Int32Array = "version",
    content: BinaryArray = "content",
    file_digest: Coded<FileDigest> = "file_digest",
    line: Int64Array = "line",
    indications: CodedList<Indication> = "indications",
    age_band: Coded<AgeBand> = "age_band",
    sex: Coded<Sex> = "sex",
    prior_failed_trials: Int32Array = "prior_failed_trials",
    planned_route: Coded<Route> = "planned_route",
    planned_infusions: Int32Array = "planned_infusions",
    psychotherapy_planned: BooleanArray = "psychotherapy_planned",
    screening: StructArray = "screening",
    route: Coded<Route> = "route",
    drug: Coded<OpenCode> = "drug",
    dose: StructArray = "dose",
    weight_kg: Float64Array = "weight_kg",
    duration_min: Float64Array = "duration_min",
    monitoring_min: Float64Array = "monitoring_min",
    phase: Coded<Phase> = "phase",
    session_number: Int32Array = "session_number",
    psychotherapy: BooleanArray = "psychotherapy",
    vitals: StructArray = "vitals",
    dissociation: StructArray = "dissociation",
    stopped_early: Coded<OpenCode> = "stopped_early",
    effects: ListArray = "effects",
    effects_capture: Coded<EffectsCapture> = "effects_capture",
    measures: ListArray = "measures",
    mode: Coded<CheckinMode> = "mode",
    global_change: Int32Array = "global_change",
    missed_reason: Coded<MissedReason> = "reason",
    adjust_reason: Coded<AdjustReason> = "reason",
    end_reason: Coded<EndReason> = "reason",
    retract_reason: Coded<RetractReason> = "reason",
    change: Coded<PlanChange> = "change",
    after_infusion: Int32Array = "after_infusion",
    corrects: Texts = "corrects",
    corrected_time: TimestampMicrosecondArray = "corrected_time",
    corrected_studytime_us: Int64Array = "corrected_studytime_us",
    corrected_day_only: BooleanArray = "corrected_day_only",
    retracts: Texts = "retracts",
    vital_readings: ListArray = "vital_readings",
    administration: Coded<Administration> = "administration",
    recall_days: Int32Array = "recall_days",
} }

arrays! { ScreeningColumns {
    decision: Coded<ScreeningDecision> = "decision",
    contraindications: CodedList<OpenCode> = "contraindications",
} }

arrays! { DoseColumns { value: Float64Array = "value", unit: Coded<DoseUnit> = "unit" } }

arrays! { VitalsColumns {
    sbp_pre: Int32Array = "sbp_pre",
    dbp_pre: Int32Array = "dbp_pre",
    sbp_peak: Int32Array = "sbp_peak",
    dbp_peak: Int32Array = "dbp_peak",
    spo2_min: Int32Array = "spo2_min",
} }

arrays! { ReadingColumns {
    sign: Coded<VitalSign> = "sign",
    moment: Coded<VitalMoment> = "moment",
    at_min: Int32Array = "at_min",
    value: Float64Array = "value",
    unit: Coded<VitalUnit> = "unit",
} }

arrays! { DissociationColumns {
    instrument: Coded<OpenCode> = "instrument",
    total: Float64Array = "total",
} }

arrays! { EffectColumns {
    term: Coded<EffectTerm> = "term",
    severity: Coded<Severity> = "severity",
    onset_min: Float64Array = "onset_min",
    resolved_min: Float64Array = "resolved_min",
    serious: BooleanArray = "serious",
} }

arrays! { MeasureColumns {
    instrument: Coded<OpenCode> = "instrument",
    total: Float64Array = "total",
    items: ListArray = "items",
} }

/// Most side effects of an event, questionnaires of a check-in, items of a questionnaire, and readings
/// of a session besides the usual ones.
const MOST_EFFECTS: usize = 50;
const MOST_MEASURES: usize = 20;
const MOST_ITEMS: usize = 100;
const MOST_READINGS: usize = 100;

/// The columns of one batch, ready to give back its events.
pub(in crate::store) struct Decoder {
    columns: Columns,
    screening: ScreeningColumns,
    dose: DoseColumns,
    vitals: VitalsColumns,
    dissociation: DissociationColumns,
    effects: Lists<Effect, MOST_EFFECTS>,
    readings: Lists<Reading, MOST_READINGS>,
    measures: Questionnaires,
    /// Columns of data that hold anything at all, with the types that have them.
    data: Vec<(ArrayRef, &'static [EventType])>,
}

impl Decoder {
    /// Finds the columns by name. A column the batch does not have is null throughout: a file
    /// written before the column was added to the table.
    pub(in crate::store) fn new(batch: &RecordBatch) -> Result<Self, Bad> {
        let aligned: Vec<(&str, ArrayRef)> = SCHEMA
            .fields()
            .iter()
            .map(|field| {
                let array = batch.column_by_name(field.name()).cloned();
                let array =
                    array.unwrap_or_else(|| new_null_array(field.data_type(), batch.num_rows()));
                (field.name().as_str(), array)
            })
            .collect();
        let find = |name: &str| aligned.iter().find(|(n, _)| *n == name).map(|(_, array)| array);
        let columns = Columns::of(find)?;
        let entries = structs(&columns.effects, "effects")?;
        let effects = EffectColumns::of(|name| entries.column_by_name(name))?;
        let entries = structs(&columns.vital_readings, "vital_readings")?;
        let readings = ReadingColumns::of(|name| entries.column_by_name(name))?;
        let entries = structs(&columns.measures, "measures")?;
        let measures = MeasureColumns::of(|name| entries.column_by_name(name))?;
        let data = COLUMNS
            .iter()
            .zip(&aligned)
            .filter(|(column, (_, array))| {
                !column.of.is_empty() && array.null_count() < array.len()
            })
            .map(|(column, (_, array))| (array.clone(), column.of))
            .collect();
        Ok(Self {
            screening: ScreeningColumns::of(|name| columns.screening.column_by_name(name))?,
            dose: DoseColumns::of(|name| columns.dose.column_by_name(name))?,
            vitals: VitalsColumns::of(|name| columns.vitals.column_by_name(name))?,
            dissociation: DissociationColumns::of(|name| {
                columns.dissociation.column_by_name(name)
            })?,
            effects: Lists::read(&columns.effects, "effects", |at| effect(&effects, at))?,
            readings: Lists::read(&columns.vital_readings, "vital_readings", |at| {
                reading(&readings, at)
            })?,
            measures: questionnaires(&measures)?,
            columns,
            data,
        })
    }

    /// Number of rows.
    pub(in crate::store) fn n_rows(&self) -> usize {
        self.columns.share.len()
    }

    /// The share of a row's subject.
    pub(in crate::store) fn share(&self, row: usize) -> Result<i32, Bad> {
        int_of(&self.columns.share, row).ok_or("share")
    }

    /// The subject of the first of some rows, and where the rows of that subject end.
    pub(in crate::store) fn same_subject(&self, rows: Range<usize>) -> Result<(&str, usize), Bad> {
        let texts = &self.columns.subject;
        let subject = texts.get(rows.start).ok_or("subject")?;
        let same =
            |row: &usize| texts.same_place(rows.start, *row) || texts.get(*row) == Some(subject);
        let n_same = rows.clone().take_while(same).count();
        Ok((subject, rows.start + n_same))
    }

    /// The sources of some rows.
    pub(in crate::store) fn sources(&self, rows: Range<usize>) -> Result<BTreeSet<&Source>, Bad> {
        self.columns.source.among(rows).ok_or("source")
    }

    /// The event of a row. Rows come sorted by subject, whose name is shared with the row before if
    /// it is the same.
    pub(in crate::store) fn event(
        &self,
        row: usize,
        last: &mut Option<Subject>,
    ) -> Result<Logged, Bad> {
        let subject = self.columns.subject.get(row).ok_or("subject")?;
        if last.as_ref().is_none_or(|last| last.as_str() != subject) {
            *last = Subject::new(subject);
        }
        let subject = last.clone().ok_or("subject")?;
        let kind = self.kind(row)?;
        let EventView { source, id, when, basis, content, .. } =
            self.with_kind(row, KindView::of(&kind))?;
        let (source, id) = (source.clone(), id.to_id());
        let event = Event { source, id, subject, when, kind };
        Ok(Logged { event, origin: self.origin(row)?, basis, content })
    }

    /// What happened in a row, unless [`Decoder::view`] can look at it in the columns.
    pub(in crate::store) fn rare(&self, row: usize) -> Result<Option<Kind>, Bad> {
        if self.is_frequent(row)? { Ok(None) } else { self.kind(row).map(Some) }
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
            _ => KindView::of(rare.next().ok_or("type")?),
        };
        self.with_kind(row, kind)
    }

    /// Whether a row is of the types that nearly all are of.
    fn is_frequent(&self, row: usize) -> Result<bool, Bad> {
        let event_type = self.columns.event_type.required(row, "type")?;
        Ok(matches!(event_type, EventType::SessionCompleted | EventType::CheckinSubmitted))
    }

    fn with_kind<'a>(&'a self, row: usize, kind: KindView<'a>) -> Result<EventView<'a>, Bad> {
        let c = &self.columns;
        Ok(EventView {
            source: c.source.required_ref(row, "source")?,
            id: c.id.get(row).and_then(EventIdRef::new).ok_or("id")?,
            when: moment(row, &c.time, &c.studytime_us, &c.day_only).ok_or("time")?,
            basis: c.time_basis.required(row, "time_basis")?,
            content: content(&c.content, row)?,
            kind,
        })
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

    fn effects_view(&self, row: usize) -> Result<EffectsView<'_>, Bad> {
        Ok(EffectsView { told: self.effects.get(row)?, capture: self.capture(row)? })
    }

    fn vitals_view(&self, row: usize) -> Result<Option<VitalsView<'_>>, Bad> {
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

    /// What happened in a row, in full.
    fn kind(&self, row: usize) -> Result<Kind, Bad> {
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

    fn origin(&self, row: usize) -> Result<Origin, Bad> {
        let FileDigest(file_digest) = self.columns.file_digest.required(row, "file_digest")?;
        let line = long_of(&self.columns.line, row).and_then(|line| u64::try_from(line).ok());
        Ok(Origin { file_digest, line: line.ok_or("line")? })
    }

    /// Every reading of a correction, in the order of the types.
    fn readings_of_correction(&self, row: usize) -> Result<Vec<Data>, Bad> {
        let corrects = &[EventType::EventCorrected][..];
        let set = self.data.iter().filter(|(array, of)| *of != corrects && array.is_valid(row));
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
            dissociation: self
                .dissociation(row)?
                .map(|(instrument, total)| Dissociation { instrument: instrument.clone(), total }),
            effects: self.effects(row)?,
            effects_capture: self.capture(row)?,
            stopped_early: c.stopped_early.get(row, "stopped_early")?,
        })
    }

    fn dose(&self, row: usize) -> Result<Option<Dose>, Bad> {
        let d = &self.dose;
        if !self.columns.dose.is_valid(row) {
            return Ok(None);
        }
        let value = float_of(&d.value, row).and_then(Amount::new).ok_or("dose")?;
        Ok(Some(Dose { value, unit: d.unit.required(row, "dose")? }))
    }

    fn vitals(&self, row: usize) -> Result<Option<Vitals>, Bad> {
        let Some(VitalsView { summary, others }) = self.vitals_view(row)? else { return Ok(None) };
        let usual =
            Vitals::of_summary(summary.map(|value| value.map(i64::from))).map_err(|_| "vitals")?;
        if others.is_empty() {
            return Ok(Some(usual));
        }
        let all = Vitals::new([usual.readings(), others].concat());
        all.map(Some).map_err(|_| "vital_readings")
    }

    fn dissociation(&self, row: usize) -> Result<Option<(&OpenCode, Num<0, 1000>)>, Bad> {
        const NAME: Bad = "dissociation";
        let d = &self.dissociation;
        if !self.columns.dissociation.is_valid(row) {
            return Ok(None);
        }
        let total = number(&d.total, row, NAME)?.ok_or(NAME)?;
        Ok(Some((d.instrument.required_ref(row, NAME)?, total)))
    }

    fn capture(&self, row: usize) -> Result<Option<EffectsCapture>, Bad> {
        self.columns.effects_capture.get(row, "effects_capture")
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

fn effect(columns: &EffectColumns, at: usize) -> Result<Effect, Bad> {
    const NAME: Bad = "effects";
    Ok(Effect {
        term: columns.term.required(at, NAME)?,
        severity: columns.severity.get(at, NAME)?,
        onset_min: number(&columns.onset_min, at, NAME)?,
        resolved_min: number(&columns.resolved_min, at, NAME)?,
        serious: flag(&columns.serious, at),
    })
}

fn reading(columns: &ReadingColumns, at: usize) -> Result<Reading, Bad> {
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

fn questionnaires(columns: &MeasureColumns) -> Result<Questionnaires, Bad> {
    const NAME: Bad = "measures";
    let items: &Int32Array = columns.items.values().as_any().downcast_ref().ok_or(NAME)?;
    let mut all = Questionnaires::default();
    for at in 0..columns.items.len() {
        let instrument = columns.instrument.required(at, NAME)?.clone();
        let total = number(&columns.total, at, NAME)?;
        let places = places::<MOST_ITEMS>(&columns.items, at, NAME)?;
        let item = |at| int(items, at, NAME)?.ok_or(NAME);
        all.push(instrument, total, places.map(|places| places.map(item)))?;
    }
    Ok(all)
}
