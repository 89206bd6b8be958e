//! The columns of the log: name, type and meaning, in the order of the table.

use crate::event::kind::EventType::{
    self, CheckinSubmitted, CourseEnded, CourseStarted, EventCorrected, EventRetracted,
    PlanAdjusted, SessionCompleted, SessionMissed,
};
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// A column of the log.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub data_type: DataType,
    /// One line for a reader.
    pub comment: &'static str,
    /// The types of event whose data it holds; empty for what every event has.
    pub of: &'static [EventType],
}

/// Every column, in the order of the table.
pub static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(all);

/// The columns as an Arrow schema, each with its meaning under `comment`.
pub static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let fields = COLUMNS.iter().map(|column| {
        Field::new(column.name, column.data_type.clone(), true)
            .with_metadata(HashMap::from([("comment".to_owned(), column.comment.to_owned())]))
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
});

/// Types of time in the table: microseconds, UTC.
fn timestamp() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

fn structure(fields: &[(&str, DataType)]) -> DataType {
    DataType::Struct(
        fields.iter().map(|(name, data_type)| Field::new(*name, data_type.clone(), true)).collect(),
    )
}

/// Readers of Delta tables look for the name `element`.
fn list(of: DataType) -> DataType {
    DataType::List(Arc::new(Field::new("element", of, true)))
}

/// Fields of a side effect.
pub(in crate::store) fn effect_fields() -> Fields {
    fields_of(&effect())
}

/// Fields of a reading of a vital sign.
pub(in crate::store) fn reading_fields() -> Fields {
    fields_of(&reading())
}

/// Fields of a measure.
pub(in crate::store) fn measure_fields() -> Fields {
    fields_of(&measure())
}

pub(in crate::store) fn fields_of(data_type: &DataType) -> Fields {
    match data_type {
        DataType::Struct(fields) => fields.clone(),
        _ => Fields::empty(),
    }
}

fn effect() -> DataType {
    use DataType::{Boolean, Float64, Utf8};
    structure(&[
        ("term", Utf8),
        ("severity", Utf8),
        ("onset_min", Float64),
        ("resolved_min", Float64),
        ("serious", Boolean),
    ])
}

fn measure() -> DataType {
    use DataType::{Float64, Int32, Utf8};
    structure(&[("instrument", Utf8), ("total", Float64), ("items", list(Int32))])
}

/// The columns that tables written by earlier versions of the program may lack. They stand last, as
/// the next commit to such a table adds them there; what was written before reads as null in them.
pub const ADDED: [&str; 3] = ["vital_readings", "administration", "recall_days"];

fn reading() -> DataType {
    use DataType::{Float64, Int32, Utf8};
    structure(&[
        ("sign", Utf8),
        ("moment", Utf8),
        ("at_min", Int32),
        ("value", Float64),
        ("unit", Utf8),
    ])
}

fn all() -> Vec<Column> {
    use DataType::{Binary, Boolean, Float64, Int32, Int64, Utf8};
    const EVERY: &[EventType] = &[];
    const STARTED: &[EventType] = &[CourseStarted];
    const SESSION: &[EventType] = &[SessionCompleted];
    const CHECKIN: &[EventType] = &[CheckinSubmitted];
    const PLAN: &[EventType] = &[PlanAdjusted];
    const CORRECTED: &[EventType] = &[EventCorrected];
    const REASON: &[EventType] = &[SessionMissed, PlanAdjusted, CourseEnded, EventRetracted];
    const EFFECTS: &[EventType] = &[SessionCompleted, CheckinSubmitted];

    let column = |name, data_type, of, comment| Column { name, data_type, comment, of };
    let int_fields =
        |names: &[&'static str]| structure(&names.iter().map(|n| (*n, Int32)).collect::<Vec<_>>());
    vec![
        column(
            "share",
            Int32,
            EVERY,
            "Part of the subjects this one belongs to, 0 to 63, from a hash of the subject",
        ),
        column("subject", Utf8, EVERY, "Random pseudonym of the person treated"),
        column(
            "time",
            timestamp(),
            EVERY,
            "When it happened; null where only a study time is known",
        ),
        column(
            "studytime_us",
            Int64,
            EVERY,
            "Microseconds since the subject's index date; null where the calendar time is known",
        ),
        column("day_only", Boolean, EVERY, "Only the day of the study time is known"),
        column(
            "time_basis",
            Utf8,
            EVERY,
            "What the times of the source are: actual, shifted, relative",
        ),
        column("source", Utf8, EVERY, "Site or system the event comes from"),
        column("id", Utf8, EVERY, "Id of the event, unique within its source"),
        column("type", Utf8, EVERY, "Type of the event, without its version"),
        column("version", Int32, EVERY, "The lowest version of the type that can say the event"),
        column(
            "content",
            Binary,
            EVERY,
            "128 bits of the BLAKE3 of the event's canonical text, big-endian",
        ),
        column(
            "file_digest",
            Utf8,
            EVERY,
            "BLAKE3 of the source file the event was first read from, hexadecimal",
        ),
        column("line", Int64, EVERY, "Line of that file, from 1"),
        column("indications", list(Utf8), STARTED, "Why the person is treated, codes"),
        column("age_band", Utf8, STARTED, "Age in completed years, banded"),
        column("sex", Utf8, STARTED, "Sex as recorded"),
        column("prior_failed_trials", Int32, STARTED, "Antidepressant trials that failed before"),
        column("planned_route", Utf8, STARTED, "Route intended"),
        column("planned_infusions", Int32, STARTED, "Sessions intended"),
        column("psychotherapy_planned", Boolean, STARTED, "Whether psychotherapy was to be paired"),
        column(
            "screening",
            structure(&[("decision", Utf8), ("contraindications", list(Utf8))]),
            STARTED,
            "Outcome of screening: decision, and why not",
        ),
        column("route", Utf8, SESSION, "Way of giving the drug"),
        column("drug", Utf8, SESSION, "Drug given"),
        column(
            "dose",
            structure(&[("value", Float64), ("unit", Utf8)]),
            SESSION,
            "Dose as given: value, and unit mg or mg/kg",
        ),
        column("weight_kg", Float64, SESSION, "Body weight, kg"),
        column("duration_min", Float64, SESSION, "Length of dosing, minutes"),
        column("monitoring_min", Float64, SESSION, "Length of watching afterwards, minutes"),
        column("phase", Utf8, SESSION, "Phase as the clinic declares it: induction, maintenance"),
        column("session_number", Int32, SESSION, "Number of the session as the site counts"),
        column(
            "psychotherapy",
            Boolean,
            SESSION,
            "Preparation or integration paired with this session",
        ),
        column(
            "vitals",
            int_fields(&["sbp_pre", "dbp_pre", "sbp_peak", "dbp_peak", "spo2_min"]),
            SESSION,
            "The usual readings: pressures before and at their highest, mmHg; lowest oxygen saturation, percent",
        ),
        column(
            "dissociation",
            structure(&[("instrument", Utf8), ("total", Float64)]),
            SESSION,
            "Dissociation scale after the session",
        ),
        column("stopped_early", Utf8, SESSION, "Why the session was stopped early, a code"),
        column(
            "effects",
            list(effect()),
            EFFECTS,
            "Side effects: term, severity, minutes from the start of dosing until begun and gone, whether serious",
        ),
        column(
            "effects_capture",
            Utf8,
            EFFECTS,
            "How side effects were asked for: structured, spontaneous",
        ),
        column(
            "measures",
            list(measure()),
            CHECKIN,
            "Questionnaires: instrument, total, items in order",
        ),
        column("mode", Utf8, CHECKIN, "Where the check-in was filled in: clinic, remote"),
        column("global_change", Int32, CHECKIN, "Patient Global Impression of Change, 1 to 7"),
        column(
            "reason",
            Utf8,
            REASON,
            "Why a session was missed, a plan adjusted, a course ended or an event retracted",
        ),
        column("change", Utf8, PLAN, "What was changed in the plan"),
        column("after_infusion", Int32, PLAN, "After which infusion the plan was changed"),
        column("corrects", Utf8, CORRECTED, "Id of the event put right, of the same source"),
        column("corrected_time", timestamp(), CORRECTED, "Its right time, where that was wrong"),
        column(
            "corrected_studytime_us",
            Int64,
            CORRECTED,
            "Its right study time in microseconds, where that was wrong",
        ),
        column(
            "corrected_day_only",
            Boolean,
            CORRECTED,
            "Only the day of the right study time is known",
        ),
        column(
            "retracts",
            Utf8,
            &[EventRetracted],
            "Id of the event taken back, of the same source",
        ),
        column(
            "vital_readings",
            list(reading()),
            SESSION,
            "Readings besides those in vitals: sign, named moment or minutes from the start of dosing, value, unit",
        ),
        column(
            "administration",
            Utf8,
            CHECKIN,
            "Who answered the check-in, and how: self-report, interview, proxy",
        ),
        column(
            "recall_days",
            Int32,
            CHECKIN,
            "Days the questions asked about, where that was not the instrument's own period",
        ),
    ]
}
