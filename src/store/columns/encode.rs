//! Events to rows.

use super::layout::{SCHEMA, effect_fields, measure_fields, reading_fields};
use crate::event::code::{Severity, VitalMoment};
use crate::event::envelope::Event;
use crate::event::ids::OpenCode;
use crate::event::kind::{
    CheckinSubmitted, CourseStarted, Data, Effect, EventCorrected, EventRetracted, Kind, Measure,
    PlanAdjusted, SessionCompleted,
};
use crate::event::number::{Int, Num};
use crate::event::time::{Axis, Moment};
use crate::event::vitals::{At, SUMMARY, Vitals};
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
        ("share", int(rows, |row| Some(row.place.share))),
        ("subject", text(rows, |row| Some(event(row).subject.as_str()))),
        ("time", time(rows, |row| on(Axis::Calendar, Some(event(row).when)))),
        ("studytime_us", long(rows, |row| on(Axis::Study, Some(event(row).when)))),
        ("day_only", flag(rows, |row| Some(event(row).when.day_only))),
        ("time_basis", text(rows, |row| Some(row.basis.as_str()))),
        ("source", text(rows, |row| Some(event(row).source.as_str()))),
        ("id", text(rows, |row| Some(event(row).id.as_str()))),
        ("type", text(rows, |row| Some(event(row).kind.event_type().name()))),
        ("version", int(rows, |row| Some(i32::from(event(row).kind.version())))),
        ("content", contents(rows)),
        ("file_digest", file_digests(rows)),
        ("line", long(rows, |row| i64::try_from(row.origin.line).ok())),
    ]
}

fn course(rows: &[&Row]) -> Result<Built, ArrowError> {
    let of: Vec<_> = rows.iter().map(|row| started(row)).collect();
    let screened: Vec<_> = of.iter().map(|c| c.and_then(|c| c.screening.as_ref())).collect();
    let contraindications = texts(screened.iter().map(|screening| {
        let codes = screening.and_then(|screening| screening.contraindications.as_ref())?;
        Some(codes.as_slice().iter().map(OpenCode::as_str))
    }));
    let indications = texts(of.iter().map(|course| {
        let codes = course.and_then(|course| course.indications.as_ref())?;
        Some(codes.as_slice().iter().map(|code| code.as_str()))
    }));
    let decision = text(&screened, |s| Some(s?.decision?.as_str()));
    Ok(vec![
        ("indications", indications),
        ("age_band", text(&of, |c| Some(c?.age_band?.as_str()))),
        ("sex", text(&of, |c| Some(c?.sex?.as_str()))),
        ("prior_failed_trials", int(&of, |c| small(c?.prior_failed_trials))),
        ("planned_route", text(&of, |c| Some(c?.planned_route?.as_str()))),
        ("planned_infusions", int(&of, |c| small(c?.planned_infusions))),
        ("psychotherapy_planned", flag(&of, |c| c?.psychotherapy_planned)),
        ("screening", structure("screening", vec![decision, contraindications], &screened)?),
    ])
}

fn session(rows: &[&Row]) -> Result<Built, ArrowError> {
    let of: Vec<_> = rows.iter().map(|row| session_of(row)).collect();
    let doses: Vec<_> = of.iter().map(|s| s.and_then(|s| s.dose.as_ref())).collect();
    let dose = vec![
        float(&doses, |dose| Some(dose?.value.get())),
        text(&doses, |dose| Some(dose?.unit.as_str())),
    ];
    let signs: Vec<_> = of.iter().map(|s| s.and_then(|s| s.vitals.as_ref())).collect();
    let usual: Vec<_> = signs.iter().map(|vitals| vitals.map(Vitals::summary)).collect();
    let vitals = (0..SUMMARY.len()).map(|at| int(&usual, |values| values?[at])).collect();
    let scales: Vec<_> = of.iter().map(|s| s.and_then(|s| s.dissociation.as_ref())).collect();
    let dissociation = vec![
        text(&scales, |scale| Some(scale?.instrument.as_str())),
        float(&scales, |scale| Some(scale?.total.get())),
    ];
    Ok(vec![
        ("route", text(&of, |s| Some(s?.route.as_str()))),
        ("drug", text(&of, |s| Some(s?.drug.as_str()))),
        ("dose", structure("dose", dose, &doses)?),
        ("weight_kg", float(&of, |s| number(s?.weight_kg))),
        ("duration_min", float(&of, |s| number(s?.duration_min))),
        ("monitoring_min", float(&of, |s| number(s?.monitoring_min))),
        ("phase", text(&of, |s| Some(s?.phase?.as_str()))),
        ("session_number", int(&of, |s| small(s?.session_number))),
        ("psychotherapy", flag(&of, |s| s?.psychotherapy)),
        ("vitals", structure("vitals", vitals, &signs)?),
        ("vital_readings", readings(&signs)?),
        ("dissociation", structure("dissociation", dissociation, &scales)?),
        ("stopped_early", text(&of, |s| Some(s?.stopped_early.as_ref()?.as_str()))),
    ])
}

fn checkin(rows: &[&Row]) -> Result<Built, ArrowError> {
    let of: Vec<_> = rows.iter().map(|row| checkin_of(row)).collect();
    let capture = |row| match data(row)? {
        Data::SessionCompleted(session) => session.effects_capture,
        Data::CheckinSubmitted(checkin) => checkin.effects_capture,
        _ => None,
    };
    Ok(vec![
        ("effects", effects(rows)?),
        ("effects_capture", text(rows, |row| Some(capture(row)?.as_str()))),
        ("measures", measures(&of)?),
        ("mode", text(&of, |c| Some(c?.mode?.as_str()))),
        ("global_change", int(&of, |c| small(c?.global_change))),
        ("administration", text(&of, |c| Some(c?.administration?.as_str()))),
        ("recall_days", int(&of, |c| small(c?.recall_days))),
    ])
}

fn about(rows: &[&Row]) -> Built {
    let plans: Vec<_> = rows.iter().map(|row| plan(row)).collect();
    let corrections: Vec<_> = rows.iter().map(|row| corrected(row)).collect();
    let right: Vec<_> = corrections.iter().map(|c| c.and_then(|c| c.when)).collect();
    vec![
        ("reason", text(rows, reason)),
        ("change", text(&plans, |plan| Some(plan?.change?.as_str()))),
        ("after_infusion", int(&plans, |plan| small(plan?.after_infusion))),
        ("corrects", text(&corrections, |c| Some(c?.corrects.as_str()))),
        ("corrected_time", time(&right, |when| on(Axis::Calendar, when))),
        ("corrected_studytime_us", long(&right, |when| on(Axis::Study, when))),
        ("corrected_day_only", flag(&right, |when| Some(when?.day_only))),
        ("retracts", text(rows, |row| Some(retracted(row)?.retracts.as_str()))),
    ]
}

fn event(row: &Row) -> &Event {
    &row.event
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

fn text<'a, T: Copy>(of: &[T], get: impl Fn(T) -> Option<&'a str>) -> ArrayRef {
    Arc::new(of.iter().map(|one| get(*one)).collect::<StringArray>())
}

fn int<T: Copy>(of: &[T], get: impl Fn(T) -> Option<i32>) -> ArrayRef {
    Arc::new(of.iter().map(|one| get(*one)).collect::<Int32Array>())
}

fn long<T: Copy>(of: &[T], get: impl Fn(T) -> Option<i64>) -> ArrayRef {
    Arc::new(of.iter().map(|one| get(*one)).collect::<Int64Array>())
}

fn float<T: Copy>(of: &[T], get: impl Fn(T) -> Option<f64>) -> ArrayRef {
    Arc::new(of.iter().map(|one| get(*one)).collect::<Float64Array>())
}

fn flag<T: Copy>(of: &[T], get: impl Fn(T) -> Option<bool>) -> ArrayRef {
    Arc::new(of.iter().map(|one| get(*one)).collect::<BooleanArray>())
}

fn time<T: Copy>(of: &[T], get: impl Fn(T) -> Option<i64>) -> ArrayRef {
    let times = of.iter().map(|one| get(*one)).collect::<TimestampMicrosecondArray>();
    Arc::new(times.with_timezone("UTC"))
}

fn contents(rows: &[&Row]) -> ArrayRef {
    let digests = rows.iter().map(|row| row.content.0.to_be_bytes());
    Arc::new(BinaryArray::from_iter_values(digests))
}

fn file_digests(rows: &[&Row]) -> ArrayRef {
    // Rows that stand together tend to be of one file.
    let mut last = None;
    let digests = rows.iter().map(|row| {
        let digest = row.origin.file_digest;
        let (_, text) = last
            .filter(|(of, _)| *of == digest)
            .unwrap_or_else(|| (digest, blake3::Hash::from(digest).to_hex()));
        last = Some((digest, text));
        text
    });
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

/// A struct column, null where there is no struct.
fn structure<T>(
    name: &str,
    children: Vec<ArrayRef>,
    of: &[Option<T>],
) -> Result<ArrayRef, ArrowError> {
    let fields = super::layout::fields_of(SCHEMA.field_with_name(name)?.data_type());
    let nulls = of.iter().map(Option::is_some).collect::<NullBuffer>();
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

/// The readings that have no place in `vitals`; null where there are none.
fn readings(of: &[Option<&Vitals>]) -> Result<ArrayRef, ArrowError> {
    let mut builder = list_of_structs(&reading_fields(), of.len());
    for vitals in of {
        let mut any = false;
        for reading in vitals.iter().flat_map(|vitals| vitals.others()) {
            let (moment, minute) = match reading.at() {
                At::Moment(moment) => (Some(moment), None),
                At::Minute(minute) => (None, Some(minute)),
            };
            let values = builder.values();
            child::<StringBuilder>(values, 0)?.append_value(reading.sign().as_str());
            child::<StringBuilder>(values, 1)?.append_option(moment.map(VitalMoment::as_str));
            child::<Int32Builder>(values, 2)?.append_option(small(minute));
            child::<Float64Builder>(values, 3)?.append_value(reading.value());
            child::<StringBuilder>(values, 4)?.append_value(reading.unit().as_str());
            values.append(true);
            any = true;
        }
        builder.append(any);
    }
    Ok(Arc::new(builder.finish()))
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

fn measures(of: &[Option<&CheckinSubmitted>]) -> Result<ArrayRef, ArrowError> {
    let mut builder = list_of_structs(&measure_fields(), of.len());
    for checkin in of {
        let list = checkin.and_then(|checkin| checkin.measures.as_ref());
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
