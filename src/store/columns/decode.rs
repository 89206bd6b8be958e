//! Rows to events.
//!
//! Only the columns of a row's type are looked at, but for a correction, whose readings are every
//! type that covers the columns set and whose codes read.

use super::cells::{
    Bad, code, codes, content, flag, float_of, id, int, int_of, list, long_of, moment, number,
    open, structs, text,
};
use super::layout::{COLUMNS, SCHEMA};
use super::names::Names;
use crate::event::code::{
    AdjustReason, Administration, AgeBand, CheckinMode, DoseUnit, EffectTerm, EffectsCapture,
    EndReason, Indication, MissedReason, Phase, PlanChange, RetractReason, Route,
    ScreeningDecision, Severity, Sex, VitalMoment, VitalSign, VitalUnit,
};
use crate::event::envelope::Logged;
use crate::event::envelope::{Event, Origin};
use crate::event::kind::{
    CheckinSubmitted, CourseEnded, CourseStarted, Data, Dissociation, Dose, Effect, EventCorrected,
    EventRetracted, EventType, Kind, Measure, PlanAdjusted, Screening, SessionCompleted,
    SessionMissed,
};
use crate::event::list::List;
use crate::event::number::Amount;
use crate::event::time::TimeBasis;
use crate::event::vitals::{At, Reading, Vitals};
use arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Float64Array, Int32Array, Int64Array, ListArray,
    RecordBatch, StringArray, StructArray, TimestampMicrosecondArray, new_null_array,
};

/// Declares typed columns of a batch or of a struct column, found by name.
macro_rules! arrays {
    ($name:ident { $($field:ident: $type:ty = $column:literal),* $(,)? }) => {
        struct $name { $($field: $type),* }

        impl $name {
            fn of<'a>(find: impl Fn(&str) -> Option<&'a ArrayRef>) -> Result<Self, Bad> {
                Ok(Self {
                    $($field: find($column)
                        .and_then(|array| array.as_any().downcast_ref::<$type>())
                        .cloned()
                        .ok_or($column)?),*
                })
            }
        }
    };
}

arrays! { Columns {
    subject: StringArray = "subject",
    time: TimestampMicrosecondArray = "time",
    studytime_us: Int64Array = "studytime_us",
    day_only: BooleanArray = "day_only",
    time_basis: StringArray = "time_basis",
    source: StringArray = "source",
    id: StringArray = "id",
    event_type: StringArray = "type",
    version: Int32Array = "version",
    content: BinaryArray = "content",
    file_digest: StringArray = "file_digest",
    line: Int64Array = "line",
    indications: ListArray = "indications",
    age_band: StringArray = "age_band",
    sex: StringArray = "sex",
    prior_failed_trials: Int32Array = "prior_failed_trials",
    planned_route: StringArray = "planned_route",
    planned_infusions: Int32Array = "planned_infusions",
    psychotherapy_planned: BooleanArray = "psychotherapy_planned",
    screening: StructArray = "screening",
    route: StringArray = "route",
    drug: StringArray = "drug",
    dose: StructArray = "dose",
    weight_kg: Float64Array = "weight_kg",
    duration_min: Float64Array = "duration_min",
    monitoring_min: Float64Array = "monitoring_min",
    phase: StringArray = "phase",
    session_number: Int32Array = "session_number",
    psychotherapy: BooleanArray = "psychotherapy",
    vitals: StructArray = "vitals",
    dissociation: StructArray = "dissociation",
    stopped_early: StringArray = "stopped_early",
    effects: ListArray = "effects",
    effects_capture: StringArray = "effects_capture",
    measures: ListArray = "measures",
    mode: StringArray = "mode",
    global_change: Int32Array = "global_change",
    reason: StringArray = "reason",
    change: StringArray = "change",
    after_infusion: Int32Array = "after_infusion",
    corrects: StringArray = "corrects",
    corrected_time: TimestampMicrosecondArray = "corrected_time",
    corrected_studytime_us: Int64Array = "corrected_studytime_us",
    corrected_day_only: BooleanArray = "corrected_day_only",
    retracts: StringArray = "retracts",
    vital_readings: ListArray = "vital_readings",
    administration: StringArray = "administration",
    recall_days: Int32Array = "recall_days",
} }

arrays! { ScreeningColumns {
    decision: StringArray = "decision",
    contraindications: ListArray = "contraindications",
} }

arrays! { DoseColumns { value: Float64Array = "value", unit: StringArray = "unit" } }

arrays! { VitalsColumns {
    sbp_pre: Int32Array = "sbp_pre",
    dbp_pre: Int32Array = "dbp_pre",
    sbp_peak: Int32Array = "sbp_peak",
    dbp_peak: Int32Array = "dbp_peak",
    spo2_min: Int32Array = "spo2_min",
} }

arrays! { ReadingColumns {
    sign: StringArray = "sign",
    moment: StringArray = "moment",
    at_min: Int32Array = "at_min",
    value: Float64Array = "value",
    unit: StringArray = "unit",
} }

arrays! { DissociationColumns {
    instrument: StringArray = "instrument",
    total: Float64Array = "total",
} }

arrays! { EffectColumns {
    term: StringArray = "term",
    severity: StringArray = "severity",
    onset_min: Float64Array = "onset_min",
    resolved_min: Float64Array = "resolved_min",
    serious: BooleanArray = "serious",
} }

arrays! { MeasureColumns {
    instrument: StringArray = "instrument",
    total: Float64Array = "total",
    items: ListArray = "items",
} }

/// The columns of one batch, ready to give back its events.
pub(in crate::store) struct Decoder {
    columns: Columns,
    screening: ScreeningColumns,
    dose: DoseColumns,
    vitals: VitalsColumns,
    reading: ReadingColumns,
    dissociation: DissociationColumns,
    effect: EffectColumns,
    measure: MeasureColumns,
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
        let effects = structs(&columns.effects, "effects")?;
        let measures = structs(&columns.measures, "measures")?;
        let readings = structs(&columns.vital_readings, "vital_readings")?;
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
            reading: ReadingColumns::of(|name| readings.column_by_name(name))?,
            dissociation: DissociationColumns::of(|name| {
                columns.dissociation.column_by_name(name)
            })?,
            effect: EffectColumns::of(|name| effects.column_by_name(name))?,
            measure: MeasureColumns::of(|name| measures.column_by_name(name))?,
            columns,
            data,
        })
    }

    /// The event of a row.
    pub(in crate::store) fn event(&self, row: usize, names: &mut Names) -> Result<Logged, Bad> {
        let c = &self.columns;
        let event_type = text(&c.event_type, row).and_then(EventType::parse).ok_or("type")?;
        let subject = text(&c.subject, row).and_then(|s| names.subject(s)).ok_or("subject")?;
        let source = text(&c.source, row).and_then(|s| names.sources.get(s)).ok_or("source")?;
        let when = moment(row, &c.time, &c.studytime_us, &c.day_only).ok_or("time")?;
        let kind = self.kind(event_type, row, names)?;
        if int_of(&c.version, row) != Some(i32::from(kind.version())) {
            return Err("version");
        }
        Ok(Logged {
            event: Event { source, id: id(&c.id, row, "id")?, subject, when, kind },
            origin: self.origin(row, names)?,
            basis: text(&c.time_basis, row).and_then(TimeBasis::parse).ok_or("time_basis")?,
            content: content(&c.content, row)?,
        })
    }

    fn origin(&self, row: usize, names: &mut Names) -> Result<Origin, Bad> {
        let digest = text(&self.columns.file_digest, row).and_then(|text| names.file(text));
        let line = long_of(&self.columns.line, row).and_then(|line| u64::try_from(line).ok());
        Ok(Origin { file_digest: digest.ok_or("file_digest")?, line: line.ok_or("line")? })
    }

    fn kind(&self, event_type: EventType, row: usize, names: &mut Names) -> Result<Kind, Bad> {
        let c = &self.columns;
        Ok(match event_type {
            EventType::SubjectWithdrawn => Kind::Withdrawn,
            EventType::EventRetracted => Kind::Retracted(EventRetracted {
                retracts: id(&c.retracts, row, "retracts")?,
                reason: code(&c.reason, row, RetractReason::parse, "reason")?,
            }),
            EventType::EventCorrected => {
                let (time, study) = (&c.corrected_time, &c.corrected_studytime_us);
                Kind::Corrected(EventCorrected {
                    corrects: id(&c.corrects, row, "corrects")?,
                    readings: self.readings(row, names)?,
                    when: moment(row, time, study, &c.corrected_day_only),
                })
            }
            clinical => Kind::Clinical(self.data(clinical, row, names)?),
        })
    }

    /// Every reading of a correction, in the order of the types.
    fn readings(&self, row: usize, names: &mut Names) -> Result<Vec<Data>, Bad> {
        let corrects = &[EventType::EventCorrected][..];
        let set = self.data.iter().filter(|(array, of)| *of != corrects && array.is_valid(row));
        let set: Vec<&[EventType]> = set.map(|(_, of)| *of).collect();
        let readings: Vec<Data> = EventType::CLINICAL
            .into_iter()
            .filter(|event_type| set.iter().all(|of| of.contains(event_type)))
            .filter_map(|event_type| self.data(event_type, row, names).ok())
            .collect();
        if readings.is_empty() { Err("corrects") } else { Ok(readings) }
    }

    fn data(&self, event_type: EventType, row: usize, names: &mut Names) -> Result<Data, Bad> {
        let c = &self.columns;
        Ok(match event_type {
            EventType::CourseStarted => Data::CourseStarted(self.course_started(row, names)?),
            EventType::SessionCompleted => Data::SessionCompleted(self.session(row, names)?),
            EventType::SessionMissed => Data::SessionMissed(SessionMissed {
                reason: code(&c.reason, row, MissedReason::parse, "reason")?,
            }),
            EventType::CheckinSubmitted => Data::CheckinSubmitted(CheckinSubmitted {
                measures: self.measures(row, names)?,
                mode: code(&c.mode, row, CheckinMode::parse, "mode")?,
                effects: self.effects(row)?,
                effects_capture: self.capture(row)?,
                global_change: int(&c.global_change, row, "global_change")?,
                administration: code(
                    &c.administration,
                    row,
                    Administration::parse,
                    "administration",
                )?,
                recall_days: int(&c.recall_days, row, "recall_days")?,
            }),
            EventType::PlanAdjusted => Data::PlanAdjusted(PlanAdjusted {
                reason: code(&c.reason, row, AdjustReason::parse, "reason")?,
                change: code(&c.change, row, PlanChange::parse, "change")?,
                after_infusion: int(&c.after_infusion, row, "after_infusion")?,
            }),
            EventType::CourseEnded => Data::CourseEnded(CourseEnded {
                reason: code(&c.reason, row, EndReason::parse, "reason")?,
            }),
            EventType::EventCorrected | EventType::EventRetracted | EventType::SubjectWithdrawn => {
                return Err("type");
            }
        })
    }

    fn course_started(&self, row: usize, names: &mut Names) -> Result<CourseStarted, Bad> {
        let c = &self.columns;
        let screening = if c.screening.is_valid(row) {
            let s = &self.screening;
            Some(Screening {
                decision: code(&s.decision, row, ScreeningDecision::parse, "screening")?,
                contraindications: codes(&s.contraindications, row, "screening", |code| {
                    names.codes.get(code)
                })?,
            })
        } else {
            None
        };
        Ok(CourseStarted {
            indications: codes(&c.indications, row, "indications", Indication::parse)?,
            age_band: code(&c.age_band, row, AgeBand::parse, "age_band")?,
            sex: code(&c.sex, row, Sex::parse, "sex")?,
            prior_failed_trials: int(&c.prior_failed_trials, row, "prior_failed_trials")?,
            planned_route: code(&c.planned_route, row, Route::parse, "planned_route")?,
            planned_infusions: int(&c.planned_infusions, row, "planned_infusions")?,
            psychotherapy_planned: flag(&c.psychotherapy_planned, row),
            screening,
        })
    }

    fn session(&self, row: usize, names: &mut Names) -> Result<SessionCompleted, Bad> {
        let c = &self.columns;
        Ok(SessionCompleted {
            route: code(&c.route, row, Route::parse, "route")?.ok_or("route")?,
            drug: open(&c.drug, row, &mut names.codes, "drug")?.ok_or("drug")?,
            dose: if c.dose.is_valid(row) { Some(self.dose(row)?) } else { None },
            weight_kg: number(&c.weight_kg, row, "weight_kg")?,
            duration_min: number(&c.duration_min, row, "duration_min")?,
            monitoring_min: number(&c.monitoring_min, row, "monitoring_min")?,
            phase: code(&c.phase, row, Phase::parse, "phase")?,
            session_number: int(&c.session_number, row, "session_number")?,
            psychotherapy: flag(&c.psychotherapy, row),
            vitals: if c.vitals.is_valid(row) { Some(self.vitals(row)?) } else { None },
            dissociation: if c.dissociation.is_valid(row) {
                Some(self.dissociation(row, names)?)
            } else {
                None
            },
            effects: self.effects(row)?,
            effects_capture: self.capture(row)?,
            stopped_early: open(&c.stopped_early, row, &mut names.codes, "stopped_early")?,
        })
    }

    fn dose(&self, row: usize) -> Result<Dose, Bad> {
        let d = &self.dose;
        Ok(Dose {
            value: float_of(&d.value, row).and_then(Amount::new).ok_or("dose")?,
            unit: code(&d.unit, row, DoseUnit::parse, "dose")?.ok_or("dose")?,
        })
    }

    fn vitals(&self, row: usize) -> Result<Vitals, Bad> {
        const NAME: Bad = "vital_readings";
        let (v, r) = (&self.vitals, &self.reading);
        let usual = [&v.sbp_pre, &v.dbp_pre, &v.sbp_peak, &v.dbp_peak, &v.spo2_min];
        let usual = Vitals::of_summary(usual.map(|array| int_of(array, row).map(i64::from)));
        let usual = usual.map_err(|_| "vitals")?;
        let others: Option<List<Reading, 100>> =
            list(&self.columns.vital_readings, row, NAME, |at| {
                let moment = code(&r.moment, at, VitalMoment::parse, NAME)?;
                let when = match (moment, int(&r.at_min, at, NAME)?) {
                    (Some(moment), None) => At::Moment(moment),
                    (None, Some(minute)) => At::Minute(minute),
                    _ => return Err(NAME),
                };
                let sign = code(&r.sign, at, VitalSign::parse, NAME)?.ok_or(NAME)?;
                let unit = code(&r.unit, at, VitalUnit::parse, NAME)?.ok_or(NAME)?;
                let value = number(&r.value, at, NAME)?.ok_or(NAME)?;
                Reading::new(sign, when, value, unit).map_err(|_| NAME)
            })?;
        let Some(others) = others else { return Ok(usual) };
        Vitals::new([usual.readings(), others.as_slice()].concat()).map_err(|_| NAME)
    }

    fn dissociation(&self, row: usize, names: &mut Names) -> Result<Dissociation, Bad> {
        const NAME: Bad = "dissociation";
        let d = &self.dissociation;
        Ok(Dissociation {
            instrument: open(&d.instrument, row, &mut names.codes, NAME)?.ok_or(NAME)?,
            total: number(&d.total, row, NAME)?.ok_or(NAME)?,
        })
    }

    fn capture(&self, row: usize) -> Result<Option<EffectsCapture>, Bad> {
        code(&self.columns.effects_capture, row, EffectsCapture::parse, "effects_capture")
    }

    fn effects(&self, row: usize) -> Result<Option<List<Effect, 50>>, Bad> {
        const NAME: Bad = "effects";
        let e = &self.effect;
        list(&self.columns.effects, row, NAME, |at| {
            Ok(Effect {
                term: code(&e.term, at, EffectTerm::parse, NAME)?.ok_or(NAME)?,
                severity: code(&e.severity, at, Severity::parse, NAME)?,
                onset_min: number(&e.onset_min, at, NAME)?,
                resolved_min: number(&e.resolved_min, at, NAME)?,
                serious: flag(&e.serious, at),
            })
        })
    }

    fn measures(&self, row: usize, names: &mut Names) -> Result<Option<List<Measure, 20>>, Bad> {
        const NAME: Bad = "measures";
        let m = &self.measure;
        let items = m.items.values().as_any().downcast_ref::<Int32Array>().ok_or(NAME)?;
        list(&self.columns.measures, row, NAME, |at| {
            Ok(Measure {
                instrument: open(&m.instrument, at, &mut names.codes, NAME)?.ok_or(NAME)?,
                total: number(&m.total, at, NAME)?,
                items: list(&m.items, at, NAME, |item| int(items, item, NAME)?.ok_or(NAME))?,
            })
        })
    }
}
