//! Events to rows.

use super::{SCHEMA, effect_fields, measure_fields};
use crate::event::code::{ScreeningDecision, Severity};
use crate::event::envelope::Event;
use crate::event::ids::OpenCode;
use crate::event::kind::{
    CheckinSubmitted, CourseStarted, Data, Effect, EventCorrected, EventRetracted, Kind, Measure,
    PlanAdjusted, SessionCompleted,
};
use crate::event::number::{Int, Num};
use crate::event::time::{Axis, Moment};
use crate::store::row::Row;
use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, BooleanBuilder, Float64Array, Float64Builder, Int32Array,
    Int32Builder, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder, StructArray,
    StructBuilder, TimestampMicrosecondArray,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use arrow::error::ArrowError;
use std::sync::Arc;

/// Lays rows out in columns, in the order given.
///
/// # Errors
/// Only if the columns built here are not those of [`SCHEMA`], which a test shows they are.
pub(in crate::store) fn encode(rows: &[&Row]) -> Result<RecordBatch, ArrowError> {
    let mut built = envelope(rows);
    built.extend(course(rows)?);
    built.extend(session(rows)?);
    built.extend(checkin(rows)?);
    built.extend(about(rows));
    let columns = SCHEMA.fields().iter().map(|field| {
        let at = built.iter().position(|(name, _)| name == field.name());
        at.map(|at| built.swap_remove(at).1)
            .ok_or_else(|| ArrowError::SchemaError(format!("no column {}", field.name())))
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(Arc::clone(&SCHEMA), columns)
}

type Built = Vec<(&'static str, ArrayRef)>;

fn envelope(rows: &[&Row]) -> Built {
    vec![
        ("share", int(rows, |row| Some(row.share))),
        ("subject", text(rows, |row| Some(event(row).subject.as_str()))),
        ("time", time(rows, |row| on(Axis::Calendar, Some(event(row).when)))),
        ("studytime_us", long(rows, |row| on(Axis::Study, Some(event(row).when)))),
        ("day_only", flag(rows, |row| Some(event(row).when.day_only))),
        ("time_basis", text(rows, |row| Some(row.stored.basis.as_str()))),
        ("source", text(rows, |row| Some(event(row).source.as_str()))),
        ("id", text(rows, |row| Some(event(row).id.as_str()))),
        ("type", text(rows, |row| Some(event(row).kind.event_type().name()))),
        ("version", int(rows, |row| Some(i32::from(event(row).kind.event_type().latest())))),
        ("content", contents(rows)),
        ("file_digest", file_digests(rows)),
        ("line", long(rows, |row| i64::try_from(row.stored.origin.line).ok())),
    ]
}

fn course(rows: &[&Row]) -> Result<Built, ArrowError> {
    let screening = rows.iter().map(|row| started(row).and_then(|c| c.screening.as_ref()));
    let screening: Vec<_> = screening.collect();
    let decision =
        screening.iter().map(|s| s.and_then(|s| s.decision).map(ScreeningDecision::as_str));
    let decision: ArrayRef = Arc::new(decision.collect::<StringArray>());
    let contraindications = texts(screening.iter().map(|s| {
        let codes = s.and_then(|s| s.contraindications.as_ref())?;
        Some(codes.as_slice().iter().map(OpenCode::as_str))
    }));
    let screening = structure(
        "screening",
        vec![decision, contraindications],
        screening.iter().map(Option::is_some),
    )?;
    let indications = texts(rows.iter().map(|row| {
        let codes = started(row)?.indications.as_ref()?;
        Some(codes.as_slice().iter().map(|code| code.as_str()))
    }));
    Ok(vec![
        ("indications", indications),
        ("age_band", text(rows, |row| Some(started(row)?.age_band?.as_str()))),
        ("sex", text(rows, |row| Some(started(row)?.sex?.as_str()))),
        ("prior_failed_trials", int(rows, |row| small(started(row)?.prior_failed_trials))),
        ("planned_route", text(rows, |row| Some(started(row)?.planned_route?.as_str()))),
        ("planned_infusions", int(rows, |row| small(started(row)?.planned_infusions))),
        ("psychotherapy_planned", flag(rows, |row| started(row)?.psychotherapy_planned)),
        ("screening", screening),
    ])
}

fn session(rows: &[&Row]) -> Result<Built, ArrowError> {
    let dose = |row: &'_ &Row| session_of(row).and_then(|s| s.dose);
    let dose = structure(
        "dose",
        vec![
            float(rows, |row| Some(session_of(row)?.dose?.value.get())),
            text(rows, |row| Some(session_of(row)?.dose?.unit.as_str())),
        ],
        rows.iter().map(|row| dose(row).is_some()),
    )?;
    let vital = |row| session_of(row).and_then(|s| s.vitals.as_ref());
    let vitals = structure(
        "vitals",
        vec![
            int(rows, |row| small(vital(row)?.sbp_pre)),
            int(rows, |row| small(vital(row)?.dbp_pre)),
            int(rows, |row| small(vital(row)?.sbp_peak)),
            int(rows, |row| small(vital(row)?.dbp_peak)),
            int(rows, |row| small(vital(row)?.spo2_min)),
        ],
        rows.iter().map(|row| vital(row).is_some()),
    )?;
    let scale = |row| session_of(row).and_then(|s| s.dissociation.as_ref());
    let dissociation = structure(
        "dissociation",
        vec![
            text(rows, |row| Some(scale(row)?.instrument.as_str())),
            float(rows, |row| Some(scale(row)?.total.get())),
        ],
        rows.iter().map(|row| scale(row).is_some()),
    )?;
    Ok(vec![
        ("route", text(rows, |row| Some(session_of(row)?.route.as_str()))),
        ("drug", text(rows, |row| Some(session_of(row)?.drug.as_str()))),
        ("dose", dose),
        ("weight_kg", float(rows, |row| number(session_of(row)?.weight_kg))),
        ("duration_min", float(rows, |row| number(session_of(row)?.duration_min))),
        ("monitoring_min", float(rows, |row| number(session_of(row)?.monitoring_min))),
        ("phase", text(rows, |row| Some(session_of(row)?.phase?.as_str()))),
        ("session_number", int(rows, |row| small(session_of(row)?.session_number))),
        ("psychotherapy", flag(rows, |row| session_of(row)?.psychotherapy)),
        ("vitals", vitals),
        ("dissociation", dissociation),
        (
            "stopped_early",
            text(rows, |row| Some(session_of(row)?.stopped_early.as_ref()?.as_str())),
        ),
    ])
}

fn checkin(rows: &[&Row]) -> Result<Built, ArrowError> {
    let capture = |row| match data(row)? {
        Data::SessionCompleted(session) => session.effects_capture,
        Data::CheckinSubmitted(checkin) => checkin.effects_capture,
        _ => None,
    };
    Ok(vec![
        ("effects", effects(rows)?),
        ("effects_capture", text(rows, |row| Some(capture(row)?.as_str()))),
        ("measures", measures(rows)?),
        ("mode", text(rows, |row| Some(checkin_of(row)?.mode?.as_str()))),
        ("global_change", int(rows, |row| small(checkin_of(row)?.global_change))),
    ])
}

fn about(rows: &[&Row]) -> Built {
    let right = |row| corrected(row).and_then(|correction| correction.when);
    vec![
        ("reason", text(rows, reason)),
        ("change", text(rows, |row| Some(plan(row)?.change?.as_str()))),
        ("after_infusion", int(rows, |row| small(plan(row)?.after_infusion))),
        ("corrects", text(rows, |row| Some(corrected(row)?.corrects.as_str()))),
        ("corrected_time", time(rows, |row| on(Axis::Calendar, right(row)))),
        ("corrected_studytime_us", long(rows, |row| on(Axis::Study, right(row)))),
        ("corrected_day_only", flag(rows, |row| Some(right(row)?.day_only))),
        ("retracts", text(rows, |row| Some(retracted(row)?.retracts.as_str()))),
    ]
}

fn event(row: &Row) -> &Event {
    &row.stored.event
}

/// The data of a clinical event, or of a correction. All readings of a correction set the same
/// fields to the same codes, so the first stands for them.
fn data(row: &Row) -> Option<&Data> {
    match &event(row).kind {
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
    if let Kind::Corrected(correction) = &event(row).kind { Some(correction) } else { None }
}

fn retracted(row: &Row) -> Option<&EventRetracted> {
    if let Kind::Retracted(retraction) = &event(row).kind { Some(retraction) } else { None }
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

fn on(axis: Axis, when: Option<Moment>) -> Option<i64> {
    when.filter(|when| when.axis == axis).map(|when| when.micros)
}

fn small<const LO: i64, const HI: i64>(value: Option<Int<LO, HI>>) -> Option<i32> {
    value.and_then(|value| i32::try_from(value.get()).ok())
}

fn number<const LO: i64, const HI: i64>(value: Option<Num<LO, HI>>) -> Option<f64> {
    value.map(Num::get)
}

fn text<'a>(rows: &[&'a Row], get: impl Fn(&'a Row) -> Option<&'a str>) -> ArrayRef {
    Arc::new(rows.iter().map(|row| get(row)).collect::<StringArray>())
}

fn int<'a>(rows: &[&'a Row], get: impl Fn(&'a Row) -> Option<i32>) -> ArrayRef {
    Arc::new(rows.iter().map(|row| get(row)).collect::<Int32Array>())
}

fn long<'a>(rows: &[&'a Row], get: impl Fn(&'a Row) -> Option<i64>) -> ArrayRef {
    Arc::new(rows.iter().map(|row| get(row)).collect::<Int64Array>())
}

fn float<'a>(rows: &[&'a Row], get: impl Fn(&'a Row) -> Option<f64>) -> ArrayRef {
    Arc::new(rows.iter().map(|row| get(row)).collect::<Float64Array>())
}

fn flag<'a>(rows: &[&'a Row], get: impl Fn(&'a Row) -> Option<bool>) -> ArrayRef {
    Arc::new(rows.iter().map(|row| get(row)).collect::<BooleanArray>())
}

fn time<'a>(rows: &[&'a Row], get: impl Fn(&'a Row) -> Option<i64>) -> ArrayRef {
    let times = rows.iter().map(|row| get(row)).collect::<TimestampMicrosecondArray>();
    Arc::new(times.with_timezone("UTC"))
}

fn contents(rows: &[&Row]) -> ArrayRef {
    let digests = rows.iter().map(|row| row.stored.content.0.to_be_bytes());
    Arc::new(BinaryArray::from_iter_values(digests))
}

fn file_digests(rows: &[&Row]) -> ArrayRef {
    let digests = rows.iter().map(|row| blake3::Hash::from(row.stored.origin.file_digest).to_hex());
    Arc::new(StringArray::from_iter_values(digests))
}

/// A list of texts a row.
fn texts<'a, L>(lists: impl Iterator<Item = Option<L>>) -> ArrayRef
where
    L: Iterator<Item = &'a str>,
{
    let element = Field::new("element", DataType::Utf8, true);
    let mut builder = ListBuilder::new(StringBuilder::new()).with_field(element);
    for list in lists {
        let present = list.is_some();
        list.into_iter().flatten().for_each(|text| builder.values().append_value(text));
        builder.append(present);
    }
    Arc::new(builder.finish())
}

/// A struct column, null where it is not present.
fn structure(
    name: &str,
    children: Vec<ArrayRef>,
    present: impl Iterator<Item = bool>,
) -> Result<ArrayRef, ArrowError> {
    let fields = super::fields_of(SCHEMA.field_with_name(name)?.data_type());
    let nulls = present.collect::<NullBuffer>();
    Ok(Arc::new(StructArray::try_new(fields, children, Some(nulls))?))
}

/// Children of a struct builder in the order of its fields; a wrong type is a fault of this file.
fn child<T: arrow::array::ArrayBuilder>(
    builder: &mut StructBuilder,
    at: usize,
) -> Result<&mut T, ArrowError> {
    builder
        .field_builder::<T>(at)
        .ok_or_else(|| ArrowError::SchemaError(format!("field {at} is of another type")))
}

fn list_of_structs(fields: &Fields, rows: usize) -> ListBuilder<StructBuilder> {
    let element = Field::new("element", DataType::Struct(fields.clone()), true);
    ListBuilder::with_capacity(StructBuilder::from_fields(fields.clone(), 0), rows)
        .with_field(element)
}

fn effects(rows: &[&Row]) -> Result<ArrayRef, ArrowError> {
    let mut builder = list_of_structs(&effect_fields(), rows.len());
    for row in rows {
        let list = match data(row) {
            Some(Data::SessionCompleted(session)) => session.effects.as_ref(),
            Some(Data::CheckinSubmitted(checkin)) => checkin.effects.as_ref(),
            _ => None,
        };
        for effect in list.map_or(&[][..], |list| list.as_slice()) {
            let Effect { term, severity, onset_min, resolved_min, serious } = effect;
            let values = builder.values();
            child::<StringBuilder>(values, 0)?.append_value(term.as_str());
            child::<StringBuilder>(values, 1)?.append_option(severity.map(Severity::as_str));
            child::<Float64Builder>(values, 2)?.append_option(number(*onset_min));
            child::<Float64Builder>(values, 3)?.append_option(number(*resolved_min));
            child::<BooleanBuilder>(values, 4)?.append_option(*serious);
            values.append(true);
        }
        builder.append(list.is_some());
    }
    Ok(Arc::new(builder.finish()))
}

fn measures(rows: &[&Row]) -> Result<ArrayRef, ArrowError> {
    let mut builder = list_of_structs(&measure_fields(), rows.len());
    for row in rows {
        let list = checkin_of(row).and_then(|checkin| checkin.measures.as_ref());
        for measure in list.map_or(&[][..], |list| list.as_slice()) {
            let Measure { instrument, total, items } = measure;
            let values = builder.values();
            child::<StringBuilder>(values, 0)?.append_value(instrument.as_str());
            child::<Float64Builder>(values, 1)?.append_option(number(*total));
            let of_items = child::<ListBuilder<Box<dyn arrow::array::ArrayBuilder>>>(values, 2)?;
            let scores = of_items
                .values()
                .as_any_mut()
                .downcast_mut::<Int32Builder>()
                .ok_or_else(|| ArrowError::SchemaError("items are of another type".into()))?;
            for item in items.as_ref().map_or(&[][..], |items| items.as_slice()) {
                scores.append_option(small(Some(*item)));
            }
            of_items.append(items.is_some());
            values.append(true);
        }
        builder.append(list.is_some());
    }
    Ok(Arc::new(builder.finish()))
}
