//! Events to store: every kind, every field set and unset.

use crate::event::envelope::Logged;
use crate::event::envelope::{Event, Origin};
use crate::event::ids::{EventId, Source, Subject};
use crate::event::key::ContentDigest;
use crate::event::kind::{Data, EventCorrected, EventRetracted, EventType, Kind};
use crate::event::time::{Axis, Moment, TimeBasis};
use crate::privacy::gate::{Deidentified, Gate, Passed};
use crate::store::append::Batch;
use crate::store::error::StoreError;
use crate::store::log::EventLog;
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use std::ops::Range;

/// The events of some shares, in order.
pub(super) fn scanned(log: &EventLog, shares: Range<i32>) -> Result<Vec<Logged>, StoreError> {
    log.scan(&shares)?.in_order()
}

/// Fields by name, with values as JSON.
type Fields = &'static [(&'static str, &'static [&'static str])];

/// The fields of each clinical type, with values each may have. Lists come empty as well, and so
/// do objects that may be.
pub(super) const FIELDS: [(EventType, Fields); 6] = [
    (
        EventType::CourseStarted,
        &[
            ("indications", &[r"[]", r#"["trd"]"#, r#"["ptsd","mdd"]"#]),
            ("age_band", &[r#""<18""#, r#""90+""#]),
            ("sex", &[r#""female""#]),
            ("prior_failed_trials", &["0", "99"]),
            ("planned_route", &[r#""intranasal""#]),
            ("planned_infusions", &["6"]),
            ("psychotherapy_planned", &["true", "false"]),
            (
                "screening",
                &[
                    "{}",
                    r#"{"decision":"deferred"}"#,
                    r#"{"contraindications":[]}"#,
                    r#"{"decision":"excluded","contraindications":["psychosis","allergy"]}"#,
                ],
            ),
        ],
    ),
    (
        EventType::SessionCompleted,
        &[
            ("dose", &[r#"{"value":0.5,"unit":"mg/kg"}"#, r#"{"value":56,"unit":"mg"}"#]),
            ("weight_kg", &["71.25"]),
            ("duration_min", &["40", "0"]),
            ("monitoring_min", &["120"]),
            ("phase", &[r#""induction""#]),
            ("session_number", &["1"]),
            ("psychotherapy", &["false", "true"]),
            ("vitals", &["[]", USUAL_VITALS, OTHER_VITALS, VITALS]),
            ("dissociation", &[r#"{"instrument":"cadss","total":12}"#]),
            ("effects", &["[]", EFFECTS]),
            ("effects_capture", &[r#""structured""#]),
            ("stopped_early", &[r#""patient-request""#]),
        ],
    ),
    (EventType::SessionMissed, &[("reason", &[r#""no-show""#])]),
    (
        EventType::CheckinSubmitted,
        &[
            ("measures", &["[]", MEASURES]),
            ("mode", &[r#""remote""#]),
            ("effects", &["[]", EFFECTS]),
            ("effects_capture", &[r#""spontaneous""#]),
            ("global_change", &["2"]),
            ("administration", &[r#""interview""#]),
            ("recall_days", &["0", "1"]),
        ],
    ),
    (
        EventType::PlanAdjusted,
        &[
            ("reason", &[r#""side-effects""#, r#""preference""#, r#""responded""#]),
            ("change", &[r#""dose-up""#, r#""none""#]),
            ("after_infusion", &["3"]),
        ],
    ),
    (EventType::CourseEnded, &[("reason", &[r#""side-effects""#, r#""lost""#])]),
];

const USUAL_VITALS: &str = r#"[{"sign":"sbp","moment":"pre","value":121,"unit":"mmHg"},{"sign":"spo2","moment":"lowest","value":97,"unit":"%"}]"#;
const OTHER_VITALS: &str = r#"[{"sign":"sbp","moment":"pre","value":16.1,"unit":"kPa"},{"sign":"heart-rate","moment":"end","value":72,"unit":"/min"},{"sign":"dbp","at_min":40,"value":88,"unit":"mmHg"}]"#;
const VITALS: &str = r#"[{"sign":"sbp","moment":"pre","value":120,"unit":"mmHg"},{"sign":"dbp","moment":"pre","value":80,"unit":"mmHg"},{"sign":"sbp","moment":"peak","value":150,"unit":"mmHg"},{"sign":"dbp","moment":"peak","value":95,"unit":"mmHg"},{"sign":"spo2","moment":"lowest","value":94,"unit":"%"},{"sign":"sbp","at_min":40,"value":150,"unit":"mmHg"},{"sign":"sbp","at_min":40,"value":148,"unit":"mmHg"}]"#;
const EFFECTS: &str = r#"[{"term":"nausea"},{"term":"dissociation","severity":"moderate","onset_min":5.5,"resolved_min":60,"serious":false}]"#;
const MEASURES: &str = r#"[{"instrument":"phq-9","total":19,"items":[3,2,2,3,2,2,2,2,1]},{"instrument":"gad-7","total":14},{"instrument":"pcl-5","items":[]}]"#;

/// Data of a type, from its fields as JSON; what a session must have is added.
pub(super) fn data_json(event_type: EventType, fields: &[(&str, &str)]) -> String {
    let mut pairs: Vec<String> =
        fields.iter().map(|(n, value)| format!("\"{n}\":{value}")).collect();
    if event_type == EventType::SessionCompleted {
        pairs.push(r#""route":"intravenous","drug":"ketamine""#.into());
    }
    format!("{{{}}}", pairs.join(","))
}

/// What a type makes of data; `None` if it does not have them.
fn parse(event_type: EventType, json: &str) -> Option<Data> {
    fn read<T: DeserializeOwned>(json: &str) -> Option<T> {
        serde_json::from_str(json).ok()
    }
    match event_type {
        EventType::CourseStarted => read(json).map(Data::CourseStarted),
        EventType::SessionCompleted => read(json).map(Data::SessionCompleted),
        EventType::SessionMissed => read(json).map(Data::SessionMissed),
        EventType::CheckinSubmitted => read(json).map(Data::CheckinSubmitted),
        EventType::PlanAdjusted => read(json).map(Data::PlanAdjusted),
        EventType::CourseEnded => read(json).map(Data::CourseEnded),
        _ => None,
    }
}

/// A clinical event's kind.
pub(super) fn clinical(event_type: EventType, json: &str) -> Kind {
    Kind::Clinical(parse(event_type, json).expect(json))
}

/// A correction with every reading the data allow, in the order of the types.
pub(super) fn correction(json: &str, when: Option<Moment>) -> Kind {
    let readings = EventType::CLINICAL.into_iter().filter_map(|t| parse(t, json)).collect();
    Kind::Corrected(EventCorrected { corrects: id("e-0"), readings, when })
}

/// A retraction.
pub(super) fn retraction(reason: Option<crate::event::code::RetractReason>) -> Kind {
    Kind::Retracted(EventRetracted { retracts: id("e-0"), reason })
}

/// A checked id.
pub(super) fn id(text: &str) -> EventId {
    EventId::new(text).expect(text)
}

/// Any kind of event, any of its fields set or not.
pub(super) fn kinds() -> impl Strategy<Value = Kind> {
    let data =
        (0..FIELDS.len(), proptest::collection::vec(0..5_usize, 12)).prop_map(|(at, picks)| {
            let (event_type, fields) = FIELDS[at];
            let chosen = fields.iter().zip(&picks);
            let chosen =
                chosen.filter_map(|((name, values), pick)| Some((*name, *values.get(*pick)?)));
            (event_type, data_json(event_type, &chosen.collect::<Vec<_>>()))
        });
    let reasons = crate::event::code::RetractReason::ALL;
    (data, moments(), 0..10_usize, any::<bool>()).prop_map(
        |((event_type, json), when, pick, flag)| match pick {
            0 => Kind::Withdrawn,
            1 => retraction(flag.then_some(reasons[json.len() % reasons.len()])),
            2..=4 => correction(&json, flag.then_some(when)),
            _ => clinical(event_type, &json),
        },
    )
}

/// Times on both clocks, before and after their origins.
pub(super) fn moments() -> impl Strategy<Value = Moment> {
    const TEXTS: [&str; 5] = ["P13DT2H", "-P1D", "P0D", "PT0S", "-PT0.000001S"];
    let study = proptest::sample::select(&TEXTS[..])
        .prop_map(|text| Moment::from_studytime(text).expect(text));
    let calendar = (-1_000_000_i64..4_000_000_000_000_000).prop_map(Moment::calendar);
    prop_oneof![study, calendar]
}

/// A stored event: who and where follow from `n`.
pub(super) fn stored(n: usize, when: Moment, kind: Kind) -> Logged {
    let event = Event {
        source: Source::new(&format!("/sites/{:03}", n % 3)).expect("a source"),
        id: id(&format!("e-{n}")),
        subject: Subject::new(&format!("s-{:x}", 0xa000 + n / 7)).expect("a subject"),
        when,
        kind,
    };
    let content = ContentDigest::of(&event);
    let basis = [TimeBasis::Actual, TimeBasis::Shifted, TimeBasis::Relative][n % 3];
    let line = u64::try_from(n).expect("small") + 1;
    Logged { event, origin: Origin { file_digest: [7; 32], line }, basis, content }
}

/// `count` events of many subjects and all kinds, the same on every call.
pub(super) fn many(count: usize) -> Vec<Logged> {
    let hour = crate::event::time::HOUR_US;
    (0..count)
        .map(|n| {
            let (event_type, fields) = FIELDS[n % FIELDS.len()];
            let chosen = fields.iter().enumerate().filter(|(at, _)| (n >> (at % 8)) & 1 == 0);
            let chosen: Vec<_> = chosen
                .map(|(at, (name, values))| (*name, values[(n + at) % values.len()]))
                .collect();
            let json = data_json(event_type, &chosen);
            let micros = i64::try_from((n * 7_919) % 9_973).expect("small") * hour;
            let kind = match n % 11 {
                0 => Kind::Withdrawn,
                1 => retraction(None),
                2 => correction(&json, Some(Moment::calendar(micros))),
                _ => clinical(event_type, &json),
            };
            let when = match n % 5 {
                3 => Moment { axis: Axis::Study, micros, day_only: false },
                4 => Moment { axis: Axis::Study, micros: -24 * hour, day_only: true },
                _ => Moment::calendar(micros),
            };
            stored(n, when, kind)
        })
        .collect()
}

/// An event through the gate.
pub(super) fn gated(event: &Event) -> Deidentified<Box<Event>> {
    let admitted = Gate::default().admit_next(Box::new(event.clone()), &mut Passed::default());
    admitted.expect("nothing identifying")
}

/// Pushes events into a batch.
pub(super) fn push(batch: &mut Batch, events: &[Logged]) {
    for stored in events {
        let Logged { event, origin, basis, content } = stored;
        batch.push(gated(event), *origin, *basis, *content).expect("the disk has room");
    }
}

/// Events in the order of the log.
pub(super) fn in_order(mut events: Vec<Logged>) -> Vec<Logged> {
    events.sort_by(Logged::log_order);
    events
}
