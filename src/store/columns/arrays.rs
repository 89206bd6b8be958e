//! The columns of a batch and the fields of its struct columns, found by name and typed.

use super::cells::{CodedList, Typed};
use super::coded::{Bad, Coded, FileDigest, Texts};
use crate::event::code::{
    AdjustReason, Administration, AgeBand, CheckinMode, DoseUnit, EffectTerm, EffectsCapture,
    EndReason, Indication, MissedReason, Phase, PlanChange, RetractReason, Route,
    ScreeningDecision, Severity, Sex, VitalMoment, VitalSign, VitalUnit,
};
use crate::event::ids::{OpenCode, Source};
use crate::event::kind::EventType;
use crate::event::time::TimeBasis;
use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Float64Array, Int32Array, Int64Array, ListArray,
    StructArray, TimestampMicrosecondArray,
};

/// Declares typed columns of a batch or of a struct column, found by name.
macro_rules! arrays {
    ($name:ident { $($field:ident: $type:ty = $column:literal),* $(,)? }) => {
        pub(in crate::store) struct $name { $(pub(super) $field: $type),* }

        impl $name {
            pub(super) fn of<'a>(find: impl Fn(&str) -> Option<&'a ArrayRef>) -> Result<Self, Bad> {
                Ok(Self {
                    $($field: find($column).and_then(Typed::typed).ok_or($column)?),*
                })
            }
        }
    };
}

arrays! { Whose {
    share: Int32Array = "share",
    subject: Texts = "subject",
    source: Coded<Source> = "source",
} }

arrays! { Columns {
    time: TimestampMicrosecondArray = "time",
    studytime_us: Int64Array = "studytime_us",
    day_only: BooleanArray = "day_only",
    time_basis: Coded<TimeBasis> = "time_basis",
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
