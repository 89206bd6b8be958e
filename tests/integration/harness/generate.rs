//! Events of every type drawn from the whole vocabulary, and the ways in which they go wrong.

use afterdose::event::code::{
    AdjustReason, Administration, AgeBand, CheckinMode, DoseUnit, EffectTerm, EffectsCapture,
    EndReason, Indication, MissedReason, Phase, PlanChange, RetractReason, Route,
    ScreeningDecision, Severity, Sex, VitalMoment, VitalSign,
};
use afterdose::event::instrument::Instrument;
use afterdose::event::kind::EventType;
use afterdose::event::vocabulary::{CONTRAINDICATIONS, DRUGS, STOP_REASONS, Vocabulary};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use serde_json::{Map, Value, json};
use std::fmt::{Debug, Display};

type Values = BoxedStrategy<Value>;

/// Shape of a generated id.
const ID: &str = "[A-Za-z]{1,4}[._:-]?[a-z0-9]{0,3}";

/// Share of the fields that may be absent which are there, and of the instruments.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fullness {
    /// Every field, every instrument.
    Full,
    /// Somewhat less than half.
    Sparse,
}

/// Every type in every version that was published.
pub(crate) fn versions() -> impl Iterator<Item = (EventType, u16)> {
    let of = |event_type: EventType| (1..=event_type.latest()).map(move |v| (event_type, v));
    EventType::ALL.into_iter().flat_map(of)
}

/// Valid events of one type and version.
pub(crate) fn event(
    (event_type, version): (EventType, u16),
    vocabulary: &Vocabulary,
    full: Fullness,
) -> Values {
    let name = json!(format!("{}.v{version}", event_type.name()));
    let fields = record(
        full,
        vec![
            ("specversion", Just(json!("1.0")).boxed()),
            ("id", text(ID)),
            (
                "source",
                prop_oneof![text("(/[a-z]{1,5}){1,3}"), text("urn(:[a-z._-]{1,5}){2,3}")].boxed(),
            ),
            ("type", Just(name).boxed()),
            ("subject", text("[a-zA-Z0-9]-[a-z0-9]{1,6}")),
        ],
        vec![("datacontenttype", text("[a-z/]{0,9}")), ("dataschema", text("[a-z/]{0,9}"))],
    );
    let needs_data = matches!(
        event_type,
        EventType::SessionCompleted | EventType::EventCorrected | EventType::EventRetracted
    );
    let data = data((event_type, version), vocabulary, full);
    let data = if needs_data {
        data.prop_map(Some).boxed()
    } else {
        prop::option::weighted(0.9, data).boxed()
    };
    (fields, when(), data)
        .prop_map(|(mut fields, (attribute, when), data)| {
            fields[attribute] = when;
            if let Some(data) = data {
                fields["data"] = data;
            }
            fields
        })
        .boxed()
}

/// Events of every type and version, of which about half are valid; the others went through one to three
/// changes, which may still leave them valid.
pub(crate) fn nearly_event(vocabulary: &Vocabulary) -> Values {
    let events = versions()
        .map(|of| (weight(of.0), event(of, vocabulary, Fullness::Sparse)))
        .collect::<Vec<_>>();
    let events = prop::strategy::Union::new_weighted(events);
    let changes = prop_oneof![
        2 => Just(Vec::new()),
        3 => prop::collection::vec(any::<(Index, Index)>(), 1),
        1 => prop::collection::vec(any::<(Index, Index)>(), 2..=3),
    ];
    (events, changes)
        .prop_map(|(mut event, changes)| {
            for (place, change) in changes {
                let places = places(&event);
                let path = place.get(&places);
                let mut others = others(&event, path);
                let other = others.swap_remove(change.index(others.len()));
                event = with(&event, path, other);
            }
            event
        })
        .boxed()
}

/// Every event that is one change away from this one. Some are valid by chance, which is just as
/// good a test.
pub(crate) fn neighbours(event: &Value) -> impl Iterator<Item = Value> {
    places(event).into_iter().flat_map(move |path| {
        let others = others(event, &path);
        others.into_iter().map(move |other| with(event, &path, other))
    })
}

/// Types with more fields come more often.
const fn weight(event_type: EventType) -> u32 {
    match event_type {
        EventType::SessionCompleted | EventType::CheckinSubmitted => 4,
        EventType::CourseStarted | EventType::EventCorrected => 3,
        _ => 1,
    }
}

fn data(
    (event_type, version): (EventType, u16),
    vocabulary: &Vocabulary,
    full: Fullness,
) -> Values {
    match event_type {
        EventType::CourseStarted => record(
            full,
            vec![],
            vec![
                ("indications", codes(Indication::ALL)),
                ("age_band", code(AgeBand::ALL)),
                ("sex", code(Sex::ALL)),
                ("prior_failed_trials", whole(0, 99)),
                ("planned_route", code(Route::ALL)),
                ("planned_infusions", whole(1, 200)),
                ("psychotherapy_planned", boolean()),
                (
                    "screening",
                    record(
                        full,
                        vec![],
                        vec![
                            ("decision", code(ScreeningDecision::ALL)),
                            ("contraindications", codes(&CONTRAINDICATIONS)),
                        ],
                    ),
                ),
            ],
        ),
        EventType::SessionCompleted => session(version, vocabulary, full),
        EventType::SessionMissed => record(full, vec![], vec![("reason", code(MissedReason::ALL))]),
        EventType::CheckinSubmitted => {
            let mut fields = vec![
                ("measures", measures(vocabulary, full)),
                ("mode", code(CheckinMode::ALL)),
                ("effects", effects(full)),
                ("effects_capture", code(EffectsCapture::ALL)),
                ("global_change", whole(1, 7)),
            ];
            if version > 1 {
                fields.push(("administration", code(Administration::ALL)));
                fields.push(("recall_days", whole(0, 365)));
            }
            record(full, vec![], fields)
        }
        EventType::PlanAdjusted => record(
            full,
            vec![],
            vec![
                ("reason", code(AdjustReason::ALL)),
                ("change", code(PlanChange::ALL)),
                ("after_infusion", whole(1, 999)),
            ],
        ),
        EventType::CourseEnded => record(full, vec![], vec![("reason", code(EndReason::ALL))]),
        EventType::EventCorrected => {
            let readings =
                EventType::CLINICAL.map(|of| data((of, of.carried_by(version)), vocabulary, full));
            let fields = record(
                full,
                vec![
                    ("corrects", text(ID)),
                    ("data", prop::strategy::Union::new(readings).boxed()),
                ],
                vec![],
            );
            (fields, prop::option::of(when()))
                .prop_map(|(mut fields, when)| {
                    if let Some((attribute, when)) = when {
                        fields[attribute] = when;
                    }
                    fields
                })
                .boxed()
        }
        EventType::EventRetracted => {
            record(full, vec![("retracts", text(ID))], vec![("reason", code(RetractReason::ALL))])
        }
        EventType::SubjectWithdrawn => Just(json!({})).boxed(),
    }
}

fn session(version: u16, vocabulary: &Vocabulary, full: Fullness) -> Values {
    let vitals = if version == 1 { vitals_v1(full) } else { vitals(full) };
    record(
        full,
        vec![("route", code(Route::ALL)), ("drug", code(&DRUGS))],
        vec![
            (
                "dose",
                record(
                    full,
                    vec![("value", number(1, 999)), ("unit", code(DoseUnit::ALL))],
                    vec![],
                ),
            ),
            ("weight_kg", number(20, 400)),
            ("duration_min", number(0, 1440)),
            ("monitoring_min", number(0, 1440)),
            ("phase", code(Phase::ALL)),
            ("session_number", whole(1, 999)),
            ("psychotherapy", boolean()),
            ("vitals", vitals),
            ("dissociation", dissociation(vocabulary, full)),
            ("effects", effects(full)),
            ("effects_capture", code(EffectsCapture::ALL)),
            ("stopped_early", code(&STOP_REASONS)),
        ],
    )
}

fn vitals_v1(full: Fullness) -> Values {
    record(
        full,
        vec![],
        vec![
            ("sbp_pre", whole(30, 300)),
            ("dbp_pre", whole(10, 200)),
            ("sbp_peak", whole(30, 300)),
            ("dbp_peak", whole(10, 200)),
            ("spo2_min", whole(0, 100)),
        ],
    )
}

/// Readings of each sign at some of the named moments, and one of each at some minute.
fn vitals(full: Fullness) -> Values {
    let (signs, moments) = (VitalSign::ALL, VitalMoment::ALL);
    let named = signs.iter().flat_map(|sign| moments.iter().map(|moment| (*sign, Some(*moment))));
    let places: Vec<_> = named.chain(signs.iter().map(|sign| (*sign, None))).collect();
    let count = match full {
        Fullness::Full => 6..=8,
        Fullness::Sparse => 0..=4,
    };
    subsequence(places, count)
        .prop_shuffle()
        .prop_flat_map(|chosen| {
            chosen.into_iter().map(|(sign, moment)| reading(sign, moment)).collect::<Vec<_>>()
        })
        .prop_map(Value::Array)
        .boxed()
}

fn reading(sign: VitalSign, moment: Option<VitalMoment>) -> Values {
    let values = |unit: &'static str, value: Values| (Just(json!(unit)), value).boxed();
    let measured = match sign {
        VitalSign::Systolic => {
            prop_oneof![values("mmHg", whole(30, 300)), values("kPa", number(4, 40))].boxed()
        }
        VitalSign::Diastolic => {
            prop_oneof![values("mmHg", whole(10, 200)), values("kPa", number(1, 27))].boxed()
        }
        VitalSign::HeartRate => values("/min", whole(20, 250)),
        VitalSign::Saturation => values("%", whole(0, 100)),
    };
    (measured, whole(0, 1440))
        .prop_map(move |((unit, value), minute)| {
            let mut reading = json!({"sign": sign.as_str(), "value": value, "unit": unit});
            match moment {
                Some(moment) => reading["moment"] = json!(moment.as_str()),
                None => reading["at_min"] = minute,
            }
            reading
        })
        .boxed()
}

fn effects(full: Fullness) -> Values {
    let effect = record(
        full,
        vec![("term", code(EffectTerm::ALL))],
        vec![
            ("severity", code(Severity::ALL)),
            ("onset_min", number(0, 10_080)),
            ("resolved_min", number(0, 10_080)),
            ("serious", boolean()),
        ],
    );
    prop::collection::vec(effect, 0..=3).prop_map(Value::Array).boxed()
}

fn instruments(vocabulary: &Vocabulary) -> Vec<(String, Instrument)> {
    vocabulary.instruments.iter().map(|(code, one)| (code.clone(), one.clone())).collect()
}

fn dissociation(vocabulary: &Vocabulary, full: Fullness) -> Values {
    select(instruments(vocabulary))
        .prop_flat_map(move |(code, instrument)| {
            record(
                full,
                vec![("instrument", Just(json!(code)).boxed()), ("total", total(&instrument))],
                vec![],
            )
        })
        .boxed()
}

fn measures(vocabulary: &Vocabulary, full: Fullness) -> Values {
    let instruments = instruments(vocabulary);
    let count = match full {
        Fullness::Full => instruments.len()..=instruments.len(),
        Fullness::Sparse => 0..=4,
    };
    subsequence(instruments, count)
        .prop_shuffle()
        .prop_flat_map(move |chosen| {
            chosen
                .iter()
                .map(|(code, instrument)| measure(code, instrument, full))
                .collect::<Vec<_>>()
        })
        .prop_map(Value::Array)
        .boxed()
}

fn measure(code: &str, instrument: &Instrument, full: Fullness) -> Values {
    let code = ("instrument", Just(json!(code)).boxed());
    let Some(items) = instrument.items else {
        let unused = prop::collection::vec(whole(0, 1000), 0..=3).prop_map(Value::Array).boxed();
        return record(full, vec![code, ("total", total(instrument))], vec![("items", unused)]);
    };
    let count = usize::try_from(items.count).unwrap_or_default();
    let items = prop::collection::vec(whole(0, items.highest), count).prop_map(Value::Array);
    let items = items.boxed();
    prop_oneof![
        record(full, vec![code.clone(), ("total", total(instrument))], vec![]),
        record(
            full,
            vec![code.clone(), ("items", items.clone())],
            vec![("total", total(instrument))]
        ),
    ]
    .boxed()
}

fn total(instrument: &Instrument) -> Values {
    let [lowest, highest] = instrument.range;
    if instrument.whole { whole(lowest, highest) } else { number(lowest, highest) }
}

/// An object with these fields, of which the second list may be absent.
fn record(
    full: Fullness,
    required: Vec<(&'static str, Values)>,
    optional: Vec<(&'static str, Values)>,
) -> Values {
    let odds = match full {
        Fullness::Full => 0.98,
        Fullness::Sparse => 0.4,
    };
    let named = |name: &'static str, values: Values| values.prop_map(move |v| (name.to_owned(), v));
    let mut fields = Vec::new();
    for (name, values) in required {
        fields.push(named(name, values).prop_map(Some).boxed());
    }
    for (name, values) in optional {
        fields.push(prop::option::weighted(odds, named(name, values)).boxed());
    }
    fields
        .prop_map(|fields| Value::Object(fields.into_iter().flatten().collect::<Map<_, _>>()))
        .boxed()
}

fn text(pattern: &'static str) -> Values {
    pattern.prop_map(Value::String).boxed()
}

fn boolean() -> Values {
    any::<bool>().prop_map(Value::Bool).boxed()
}

fn code<T: Display + Debug + Clone>(list: &'static [T]) -> Values {
    select(list).prop_map(|code| json!(code.to_string())).boxed()
}

fn codes<T: Display + Debug + Clone>(list: &'static [T]) -> Values {
    subsequence(list, 0..=list.len())
        .prop_shuffle()
        .prop_map(|codes| codes.iter().map(ToString::to_string).collect())
        .boxed()
}

/// A whole number, now and then written with a point.
fn whole(lowest: i64, highest: i64) -> Values {
    let values = prop_oneof![1 => Just(lowest), 1 => Just(highest), 2 => lowest..=highest];
    (values, prop::bool::weighted(0.1))
        .prop_map(
            |(value, with_point)| if with_point { json!(double(value)) } else { json!(value) },
        )
        .boxed()
}

/// A number, as often as not with a fraction.
fn number(lowest: i64, highest: i64) -> Values {
    let quarters = (4 * lowest..=4 * highest).prop_map(|quarters| json!(double(quarters) / 4.0));
    prop_oneof![whole(lowest, highest), quarters].boxed()
}

#[allow(clippy::cast_precision_loss, reason = "small numbers")]
fn double(value: i64) -> f64 {
    value as f64
}

/// `time` or `studytime`, in every way of writing them.
fn when() -> impl Strategy<Value = (&'static str, Value)> + Clone {
    let time = text(concat!(
        "(19|20|21)[0-9]{2}-",
        "(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]",
        "(\\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])",
    ));
    let studytime = text(concat!(
        "-?P([0-9]{1,4}W|[0-9]{1,5}D|([0-9]{1,5}D)?T([0-9]{1,5}H|[0-9]{1,7}M|",
        "[0-9]{1,9}S|[0-9]{1,2}H[0-9]{1,2}M|[0-9]H[0-9]M[0-9]\\.[0-9]{1,6}S|[0-9]{1,2}M[0-9]S))",
    ));
    prop_oneof![
        time.prop_map(|time| ("time", time)),
        studytime.prop_map(|studytime| ("studytime", studytime)),
    ]
    .boxed()
}

/// Where the values of an event stand, the event itself included.
fn places(event: &Value) -> Vec<String> {
    fn collect(value: &Value, path: String, paths: &mut Vec<String>) {
        match value {
            Value::Object(fields) => fields
                .iter()
                .for_each(|(name, field)| collect(field, format!("{path}/{name}"), paths)),
            Value::Array(entries) => entries
                .iter()
                .enumerate()
                .for_each(|(index, entry)| collect(entry, format!("{path}/{index}"), paths)),
            _ => {}
        }
        paths.push(path);
    }
    let mut paths = Vec::new();
    collect(event, String::new(), &mut paths);
    paths
}

/// The event with another value in one place.
fn with(event: &Value, path: &str, other: Value) -> Value {
    let mut event = event.clone();
    if let Some(value) = event.pointer_mut(path) {
        *value = other;
    }
    event
}

/// Fields that may ride along: unknown everywhere, or at home elsewhere.
fn riders() -> [(&'static str, Value); 15] {
    [
        ("", json!("x")),
        ("note", json!("x")),
        ("traceparent", json!("x")),
        ("time", json!("2025-02-03T09:00:00Z")),
        ("studytime", json!("P1D")),
        ("data", json!({})),
        ("reason", json!("side-effects")),
        ("total", json!(3)),
        ("items", json!([1, 1, 1, 1, 1, 1, 1])),
        ("effects", json!([])),
        ("drug", json!("ketamine")),
        ("recall_days", json!(1)),
        ("moment", json!("pre")),
        ("at_min", json!(0)),
        ("specversion", json!("1.0")),
    ]
}

/// Numbers at the edges of the vocabulary's ranges and of doubles.
const NUMBERS: [f64; 18] = [
    -1.0,
    -0.0,
    0.0,
    0.5,
    1.0,
    5.0,
    5.5,
    10.1,
    28.0,
    93.0,
    100.5,
    1000.0,
    1001.0,
    1e9,
    1e300,
    -1e300,
    5e-324,
    9_007_199_254_740_993.0,
];

/// Lengths at the edges of the vocabulary's lists.
const LENGTHS: [usize; 6] = [20, 21, 50, 51, 100, 101];

/// What may stand in the place of a value, right or wrong.
fn others(event: &Value, path: &str) -> Vec<Value> {
    let Some(value) = event.pointer(path) else { return vec![Value::Null] };
    let mut others = vec![Value::Null, json!([value])];
    match value {
        Value::Null => {}
        Value::Bool(value) => others.extend([json!(!value), json!("true"), json!(1)]),
        Value::Number(number) => {
            let value = number.as_f64().unwrap_or_default();
            others.extend(NUMBERS.map(|other| json!(other)));
            others.extend([-1.0, -0.5, -1e-9, 1e-9, 0.5, 1.0].map(|by| json!(value + by)));
            others.extend([json!(number.to_string()), json!(true)]);
        }
        Value::String(_) => {
            let field = path.rsplit('/').next().unwrap_or_default();
            others.extend(texts_for(field).into_iter().map(Value::String));
            others.extend([json!(1), json!(true), json!({})]);
        }
        Value::Array(entries) => {
            others.push(json!([]));
            for (index, entry) in entries.iter().enumerate() {
                let mut fewer = entries.clone();
                fewer.remove(index);
                others.extend([
                    json!(fewer),
                    json!([entries.as_slice(), std::slice::from_ref(entry)].concat()),
                ]);
            }
            for length in LENGTHS {
                let last = entries.last().cloned().unwrap_or_default();
                let mut many = entries.clone();
                many.resize(length, last);
                others.push(json!(many));
            }
        }
        Value::Object(fields) => {
            others.extend([json!({}), fields.values().cloned().collect()]);
            for name in fields.keys() {
                let mut fewer = fields.clone();
                fewer.remove(name);
                others.push(json!(fewer));
            }
            for (name, rider) in riders() {
                let mut more = fields.clone();
                more.insert(name.to_owned(), rider);
                others.push(json!(more));
            }
        }
    }
    others
}

/// Right and wrong texts for a field.
fn texts_for(field: &str) -> Vec<String> {
    let (texts, longest) = match field {
        "specversion" => (SPECVERSIONS, None),
        "id" | "corrects" | "retracts" => (IDS, Some(("i", 128))),
        "source" => (SOURCES, Some(("/", 256))),
        "subject" => (SUBJECTS, Some(("s", 64))),
        "type" => (TYPES, None),
        "time" => (TIMES, None),
        "studytime" => (STUDYTIMES, None),
        _ => (CODES, None),
    };
    let mut texts: Vec<String> = texts.split('|').map(str::to_owned).collect();
    if let Some((first, longest)) = longest {
        texts.extend(
            [longest, longest + 1].map(|length| format!("{first}{}", "s".repeat(length - 1))),
        );
    }
    texts
}

const SPECVERSIONS: &str = "1.0|0.3|1|1.0 ";
const IDS: &str = "|a|a b|a/b|a:b.c_d-e|\u{e4}|a\n|\na|e-1";
const SOURCES: &str = "|/|//|/a|/a/|a/b|/a//b|/a b|/a:b/c|urn:a|urn:a:b|urn::a|urn:a:b:|urn:a/b:c|URN:a:b|urn:|\
    /a\n|/\u{e4}";
const SUBJECTS: &str = "|s1|s12|012|01a|-ab|.ab|a.b|a_b|a:b|a b|ab\n|s\u{e4}e";
const TYPES: &str = "afterdose.course.ended.v1|afterdose.session.missed.v1|afterdose.session.completed.v1|\
    afterdose.session.completed.v2|afterdose.checkin.submitted.v2|afterdose.event.corrected.v2|\
    afterdose.event.corrected.v1|afterdose.course.ended.v2|afterdose.course.ended.v0|\
    afterdose.course.ended.v01|afterdose.course.ended|afterdose.course.begun.v1|";
const TIMES: &str = "|x|2025-02-30T09:00:00Z|2025-02-29T09:00:00Z|2024-02-29T09:00:00Z|1900-02-29T09:00:00Z|\
    2000-02-29T09:00:00Z|2025-04-31T09:00:00Z|2025-12-31T23:59:59Z|2025-13-01T09:00:00Z|\
    2025-00-01T09:00:00Z|2025-01-00T09:00:00Z|2025-01-32T09:00:00Z|0000-01-01T09:00:00Z|\
    1899-12-31T09:00:00Z|1900-01-01T09:00:00Z|2199-12-31T09:00:00Z|2200-01-01T09:00:00Z|10000-01-01T09:00:00Z|2025-01-01T24:00:00Z|\
    2025-01-01T23:60:00Z|2016-12-31T23:59:60Z|2025-01-01T09:00Z|2025-01-01T09:00:00|\
    2025-01-01|2025-01-01 09:00:00Z|2025-01-01T09:00:00.Z|2025-01-01T09:00:00.123456789Z|\
    2025-01-01T09:00:00.1234567890Z|2025-01-01T09:00:00,5Z|2025-01-01t09:00:00z|\
    2025-01-01T09:00:00+23:59|2025-01-01T09:00:00-24:00|2025-01-01T09:00:00+00:60|\
    2025-01-01T09:00:00-00:00|2025-01-01T09:00:00+0100|2025-01-01T09:00:00+01";
const STUDYTIMES: &str = "|P|-P|PT|P1DT|P1D|-P1D|+P1D|P-1D|p1d|P1W|P1W1D|P1WT1H|P9999W|P10000W|P99999D|P100000D|\
    P1Y|P1M|PT1M|PT1H1M1S|PT1M1H|PT1S1M|PT1H1S|PT1H1H|PT99999H|PT100000H|PT9999999M|\
    PT10000000M|PT999999999S|PT1000000000S|PT0.123456S|PT0.1234567S|PT.5S|PT5.S|PT1.5H|\
    P1.5D|P1D2H|P1DT2H|T1H|1D|P0D|PT0S|P 1D|P1D\n|P\u{661}D|2025-01-01T09:00:00Z";
const CODES: &str = "|x|Other|other |other|unknown|ketamine|phq-9|gad-7|bpi-severity|lsas|side-effects|\
    responded|mild|mg|eligible|dissociation|substance-use|mdd|sbp|spo2|pre|lowest|end|mmHg|kPa|%|\
    /min|proxy|K\u{f6}nig";
