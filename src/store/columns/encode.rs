//! Events to rows.

use super::layout::{SCHEMA, effect_fields, fields_of, measure_fields, reading_fields};
use super::sparse::Sparse;
use crate::event::code::{Severity, VitalMoment};
use crate::event::ids::OpenCode;
use crate::event::kind::{
    CheckinSubmitted, CourseStarted, Data, Effect, EventCorrected, EventRetracted, Kind, Measure,
    PlanAdjusted, SessionCompleted,
};
use crate::event::number::{Int, Num};
use crate::event::time::{Axis, Moment};
use crate::event::vitals::{At, Reading, SUMMARY, Vitals};
use crate::store::row::Row;
use arrow::array::{ArrayRef, BinaryArray, RecordBatch};
use arrow::datatypes::{Fields, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow::error::ArrowError;
use std::sync::Arc;

/// Lays rows out in columns, in the order given.
///
/// # Errors
/// Only if the columns built here are not those of [`SCHEMA`], which a test shows they are.
pub(in crate::store) fn encode(rows: &[&Row]) -> Result<RecordBatch, ArrowError> {
    let all = Sparse::all(rows.iter().copied());
    let mut built = envelope(&all)?;
    built.extend(course(&all)?);
    built.extend(session(&all)?);
    built.extend(checkin(&all)?);
    built.extend(about(&all)?);
    built.push(("content", contents(rows)));
    let columns = SCHEMA.fields().iter().map(|field| {
        let at = built.iter().position(|(name, _)| name == field.name());
        at.map(|at| built.swap_remove(at).1)
            .ok_or_else(|| ArrowError::SchemaError(format!("no column {}", field.name())))
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(Arc::clone(&SCHEMA), columns)
}

type Built = Result<Vec<(&'static str, ArrayRef)>, ArrowError>;

type Rows<'a> = Sparse<&'a Row>;

fn envelope(rows: &Rows) -> Built {
    // Rows that stand together tend to be of one file.
    let mut last = None;
    let file_digest = |row: &Row| {
        let digest = row.origin.file_digest;
        let (_, text) = last
            .filter(|(of, _)| *of == digest)
            .unwrap_or_else(|| (digest, blake3::Hash::from(digest).to_hex()));
        last = Some((digest, text));
        Some(text)
    };
    Ok(vec![
        ("share", int(rows, |row| Some(row.place.share))),
        ("subject", rows.text(|row| Some(row.event.subject.as_str()))?),
        ("time", time(rows, |row| on(Axis::Calendar, row.event.when))),
        ("studytime_us", long(rows, |row| on(Axis::Study, row.event.when))),
        ("day_only", rows.flag(|row| Some(row.event.when.day_only))),
        ("time_basis", rows.text(|row| Some(row.basis.as_str()))?),
        ("source", rows.text(|row| Some(row.event.source.as_str()))?),
        ("id", rows.text(|row| Some(row.event.id.as_str()))?),
        ("type", rows.text(|row| Some(row.event.kind.event_type().name()))?),
        ("version", int(rows, |row| Some(i32::from(row.event.kind.version())))),
        ("file_digest", rows.text(file_digest)?),
        ("line", long(rows, |row| i64::try_from(row.origin.line).ok())),
    ])
}

fn course(rows: &Rows) -> Built {
    let of = rows.some(started);
    let screened = of.some(|course| course.screening.as_ref());
    let contraindications = screened.list(
        |screening| Some(screening.contraindications.as_ref()?.as_slice()),
        |codes| codes.text(|code| Some(OpenCode::as_str(code))),
    )?;
    let indications = of.list(
        |course| Some(course.indications.as_ref()?.as_slice()),
        |codes| codes.text(|code| Some(code.as_str())),
    )?;
    let decision = screened.text(|screening| Some(screening.decision?.as_str()))?;
    let screening = vec![decision, contraindications];
    Ok(vec![
        ("indications", indications),
        ("age_band", of.text(|course| Some(course.age_band?.as_str()))?),
        ("sex", of.text(|course| Some(course.sex?.as_str()))?),
        ("prior_failed_trials", int(&of, |course| small(course.prior_failed_trials))),
        ("planned_route", of.text(|course| Some(course.planned_route?.as_str()))?),
        ("planned_infusions", int(&of, |course| small(course.planned_infusions))),
        ("psychotherapy_planned", of.flag(|course| course.psychotherapy_planned)),
        ("screening", screened.structure(fields("screening")?, screening)?),
    ])
}

fn session(rows: &Rows) -> Built {
    let of = rows.some(session_of);
    let doses = of.some(|session| session.dose.as_ref());
    let dose = vec![
        float(&doses, |dose| Some(dose.value.get())),
        doses.text(|dose| Some(dose.unit.as_str()))?,
    ];
    let signs = of.some(|session| session.vitals.as_ref());
    let usual = signs.some(|vitals| Some(Vitals::summary(vitals)));
    let vitals = (0..SUMMARY.len()).map(|at| int(&usual, |values| values[at])).collect();
    let scales = of.some(|session| session.dissociation.as_ref());
    let dissociation = vec![
        scales.text(|scale| Some(scale.instrument.as_str()))?,
        float(&scales, |scale| Some(scale.total.get())),
    ];
    Ok(vec![
        ("route", of.text(|session| Some(session.route.as_str()))?),
        ("drug", of.text(|session| Some(session.drug.as_str()))?),
        ("dose", doses.structure(fields("dose")?, dose)?),
        ("weight_kg", float(&of, |session| number(session.weight_kg))),
        ("duration_min", float(&of, |session| number(session.duration_min))),
        ("monitoring_min", float(&of, |session| number(session.monitoring_min))),
        ("phase", of.text(|session| Some(session.phase?.as_str()))?),
        ("session_number", int(&of, |session| small(session.session_number))),
        ("psychotherapy", of.flag(|session| session.psychotherapy)),
        ("vitals", signs.structure(fields("vitals")?, vitals)?),
        ("vital_readings", readings(&signs)?),
        ("dissociation", scales.structure(fields("dissociation")?, dissociation)?),
        ("stopped_early", of.text(|session| Some(session.stopped_early.as_ref()?.as_str()))?),
    ])
}

fn checkin(rows: &Rows) -> Built {
    let of = rows.some(checkin_of);
    let capture = |row| match data(row)? {
        Data::SessionCompleted(session) => session.effects_capture,
        Data::CheckinSubmitted(checkin) => checkin.effects_capture,
        _ => None,
    };
    Ok(vec![
        ("effects", effects(rows)?),
        ("effects_capture", rows.text(|row| Some(capture(row)?.as_str()))?),
        ("measures", measures(&of)?),
        ("mode", of.text(|checkin| Some(checkin.mode?.as_str()))?),
        ("global_change", int(&of, |checkin| small(checkin.global_change))),
        ("administration", of.text(|checkin| Some(checkin.administration?.as_str()))?),
        ("recall_days", int(&of, |checkin| small(checkin.recall_days))),
    ])
}

fn about(rows: &Rows) -> Built {
    let plans = rows.some(plan);
    let corrections = rows.some(corrected);
    let right = corrections.some(|correction| correction.when);
    Ok(vec![
        ("reason", rows.text(reason)?),
        ("change", plans.text(|plan| Some(plan.change?.as_str()))?),
        ("after_infusion", int(&plans, |plan| small(plan.after_infusion))),
        ("corrects", corrections.text(|correction| Some(correction.corrects.as_str()))?),
        ("corrected_time", time(&right, |when| on(Axis::Calendar, when))),
        ("corrected_studytime_us", long(&right, |when| on(Axis::Study, when))),
        ("corrected_day_only", right.flag(|when| Some(when.day_only))),
        ("retracts", rows.some(retracted).text(|retraction| Some(retraction.retracts.as_str()))?),
    ])
}

/// The data of a clinical event, or of a correction. All readings of a correction set the same
/// fields to the same codes, so the first stands for them.
fn data(row: &Row) -> Option<&Data> {
    match &row.event.kind {
        Kind::Clinical(data) => Some(data),
        Kind::Corrected(correction) => correction.readings.first(),
        Kind::Retracted(_) | Kind::Withdrawn => None,
    }
}

fn started(row: &Row) -> Option<&CourseStarted> {
    if let Data::CourseStarted(started) = data(row)? { Some(started) } else { None }
}

fn session_of(row: &Row) -> Option<&SessionCompleted> {
    if let Data::SessionCompleted(session) = data(row)? { Some(session) } else { None }
}

fn checkin_of(row: &Row) -> Option<&CheckinSubmitted> {
    if let Data::CheckinSubmitted(checkin) = data(row)? { Some(checkin) } else { None }
}

fn plan(row: &Row) -> Option<&PlanAdjusted> {
    if let Data::PlanAdjusted(plan) = data(row)? { Some(plan) } else { None }
}

fn corrected(row: &Row) -> Option<&EventCorrected> {
    if let Kind::Corrected(correction) = &row.event.kind { Some(correction) } else { None }
}

fn retracted(row: &Row) -> Option<&EventRetracted> {
    if let Kind::Retracted(retraction) = &row.event.kind { Some(retraction) } else { None }
}

fn reason(row: &Row) -> Option<&str> {
    if let Some(retraction) = retracted(row) {
        return Some(retraction.reason?.as_str());
    }
    match data(row)? {
        Data::SessionMissed(missed) => Some(missed.reason?.as_str()),
        Data::PlanAdjusted(plan) => Some(plan.reason?.as_str()),
        Data::CourseEnded(ended) => Some(ended.reason?.as_str()),
        Data::CourseStarted(_) | Data::SessionCompleted(_) | Data::CheckinSubmitted(_) => None,
    }
}

fn on(axis: Axis, when: Moment) -> Option<i64> {
    (when.axis == axis).then_some(when.micros)
}

fn small<const LO: i64, const HI: i64>(value: Option<Int<LO, HI>>) -> Option<i32> {
    value.and_then(|value| i32::try_from(value.get()).ok())
}

fn number<const LO: i64, const HI: i64>(value: Option<Num<LO, HI>>) -> Option<f64> {
    value.map(Num::get)
}

fn int<T: Copy>(of: &Sparse<T>, get: impl Fn(T) -> Option<i32>) -> ArrayRef {
    Arc::new(of.number::<Int32Type>(get))
}

fn long<T: Copy>(of: &Sparse<T>, get: impl Fn(T) -> Option<i64>) -> ArrayRef {
    Arc::new(of.number::<Int64Type>(get))
}

fn float<T: Copy>(of: &Sparse<T>, get: impl Fn(T) -> Option<f64>) -> ArrayRef {
    Arc::new(of.number::<Float64Type>(get))
}

fn time<T: Copy>(of: &Sparse<T>, get: impl Fn(T) -> Option<i64>) -> ArrayRef {
    Arc::new(of.number::<TimestampMicrosecondType>(get).with_timezone("UTC"))
}

fn contents(rows: &[&Row]) -> ArrayRef {
    let digests = rows.iter().map(|row| row.content.0.to_be_bytes());
    Arc::new(BinaryArray::from_iter_values(digests))
}

/// The fields of a struct column.
fn fields(name: &str) -> Result<Fields, ArrowError> {
    Ok(fields_of(SCHEMA.field_with_name(name)?.data_type()))
}

/// The readings that have no place in `vitals`; null where there are none.
fn readings(of: &Sparse<&Vitals>) -> Result<ArrayRef, ArrowError> {
    let others = |vitals| {
        let mut others = Vitals::others(vitals).peekable();
        others.peek().is_some().then_some(others)
    };
    of.list(others, |readings| {
        let moment = |reading: &Reading| match reading.at() {
            At::Moment(moment) => Some(moment),
            At::Minute(_) => None,
        };
        let minute = |reading: &Reading| match reading.at() {
            At::Moment(_) => None,
            At::Minute(minute) => small(Some(minute)),
        };
        let children = vec![
            readings.text(|reading| Some(reading.sign().as_str()))?,
            readings.text(|reading| moment(reading).map(VitalMoment::as_str))?,
            int(readings, minute),
            float(readings, |reading| Some(reading.value())),
            readings.text(|reading| Some(reading.unit().as_str()))?,
        ];
        readings.structure(reading_fields(), children)
    })
}

fn effects(rows: &Rows) -> Result<ArrayRef, ArrowError> {
    let effects_of = |row| match data(row)? {
        Data::SessionCompleted(session) => session.effects.as_ref(),
        Data::CheckinSubmitted(checkin) => checkin.effects.as_ref(),
        _ => None,
    };
    rows.list(
        |row| Some(effects_of(row)?.as_slice()),
        |effects: &Sparse<&Effect>| {
            let children = vec![
                effects.text(|effect| Some(effect.term.as_str()))?,
                effects.text(|effect| effect.severity.map(Severity::as_str))?,
                float(effects, |effect| number(effect.onset_min)),
                float(effects, |effect| number(effect.resolved_min)),
                effects.flag(|effect| effect.serious),
            ];
            effects.structure(effect_fields(), children)
        },
    )
}

fn measures(of: &Sparse<&CheckinSubmitted>) -> Result<ArrayRef, ArrowError> {
    of.list(
        |checkin| Some(checkin.measures.as_ref()?.as_slice()),
        |measures: &Sparse<&Measure>| {
            let items = measures.list(
                |measure| Some(measure.items.as_ref()?.as_slice()),
                |items| Ok(int(items, |item| small(Some(*item)))),
            )?;
            let children = vec![
                measures.text(|measure| Some(measure.instrument.as_str()))?,
                float(measures, |measure| number(measure.total)),
                items,
            ];
            measures.structure(measure_fields(), children)
        },
    )
}
