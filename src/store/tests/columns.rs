//! Events to rows and back.

use super::events::{FIELDS, clinical, correction, data_json, kinds, moments, retraction, stored};
use crate::event::code::RetractReason;
use crate::event::envelope::Logged;
use crate::event::ids::Subject;
use crate::event::kind::{EventType, Kind};
use crate::event::time::Moment;
use crate::event::view::{CheckinView, DataView, EventView, KindView, SessionView, VitalsView};
use crate::event::vitals::Vitals;
use crate::store::columns::decode::Decoder;
use crate::store::columns::encode::encode;
use crate::store::columns::laid_out::LaidOut;
use crate::store::columns::{COLUMNS, SCHEMA};
use crate::store::row::{Place, Ranked, Row};
use proptest::prelude::*;

fn columns_of(events: &[Logged]) -> Decoder {
    let row = |logged: &Logged| {
        let Logged { event, origin, basis, content } = logged.clone();
        Row { place: Place::of(&event.subject), event: Box::new(event), origin, basis, content }
    };
    let rows: Vec<Row> = events.iter().map(row).collect();
    let batch = encode(&rows.iter().collect::<Vec<_>>()).expect("columns of the schema");
    Decoder::new(&batch).expect("columns of the schema")
}

fn there_and_back(events: &[Logged]) -> Vec<Logged> {
    let columns = columns_of(events);
    let mut subject = None;
    (0..events.len()).map(|row| columns.event(row, &mut subject).expect("an event")).collect()
}

/// What a view says, in one form wherever its parts are held.
fn said(view: &EventView) -> String {
    let EventView { source, id, when, basis, content, kind } = view;
    let kind = match kind {
        KindView::Clinical(DataView::SessionCompleted(session)) => {
            let VitalsView { summary, others } = session.vitals;
            let summary = Vitals::of_summary(summary.map(|value| value.map(i64::from)));
            let readings = [summary.expect("in range").readings(), others].concat();
            let vitals = VitalsView::default();
            let session = SessionView { vitals, ..*session };
            format!("{session:?} {:?}", Vitals::new(readings).expect("each once"))
        }
        KindView::Clinical(DataView::CheckinSubmitted(checkin)) => {
            let CheckinView { measures, effects } = checkin;
            format!("{:?} {effects:?}", measures.iter().collect::<Vec<_>>())
        }
        other => format!("{other:?}"),
    };
    format!("{source} {id:?} {when:?} {basis:?} {content:?} {kind}")
}

/// Held against the views of the whole events.
fn views_say_the_same(events: &[Logged]) {
    let rows = LaidOut::of(columns_of(events)).expect("rows of the vocabulary");
    for (row, event) in events.iter().enumerate() {
        let view = rows.view(row).expect("a view");
        assert_eq!(said(&view), said(&EventView::of(event)));
    }
}

proptest! {
    #[test]
    fn every_event_reads_back_as_itself(
        parts in proptest::collection::vec((moments(), kinds()), 1..40),
    ) {
        let events: Vec<_> =
            parts.into_iter().enumerate().map(|(n, (when, kind))| stored(n, when, kind)).collect();
        views_say_the_same(&events);
        prop_assert_eq!(there_and_back(&events), events);
    }
}

#[test]
fn all_nine_kinds_full_and_empty() {
    let study = Moment::from_studytime("P13D").expect("a study time");
    let mut kinds = vec![Kind::Withdrawn, retraction(None)];
    kinds.extend(RetractReason::ALL.iter().map(|reason| retraction(Some(*reason))));
    for (event_type, fields) in FIELDS {
        let longest = fields.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
        for at in 0..longest {
            let full: Vec<_> =
                fields.iter().map(|(name, values)| (*name, values[at % values.len()])).collect();
            let json = data_json(event_type, &full);
            kinds.push(clinical(event_type, &json));
            kinds.push(correction(&json, Some(study)));
        }
        kinds.push(clinical(event_type, &data_json(event_type, &[])));
    }
    let events: Vec<_> =
        kinds.into_iter().enumerate().map(|(n, kind)| stored(n, study, kind)).collect();
    let types: std::collections::BTreeSet<_> =
        events.iter().map(|stored| stored.event.kind.event_type()).collect();
    assert_eq!(types.len(), EventType::ALL.len());
    views_say_the_same(&events);
    assert_eq!(there_and_back(&events), events);
}

#[test]
fn a_correction_keeps_every_reading() {
    let readings = |json: &str| {
        let events = [stored(0, Moment::calendar(0), correction(json, None))];
        let back = there_and_back(&events);
        assert_eq!(back, events);
        match &back[0].event.kind {
            Kind::Corrected(correction) => correction.readings.len(),
            _ => 0,
        }
    };
    assert_eq!(readings("{}"), 5, "all but a session, which must have a route");
    assert_eq!(readings(r#"{"reason":"side-effects"}"#), 2);
    assert_eq!(readings(r#"{"reason":"no-show"}"#), 1);
    assert_eq!(readings(r#"{"effects":[]}"#), 1);
}

#[test]
fn every_column_says_what_it_holds() {
    assert_eq!(SCHEMA.fields().len(), COLUMNS.len());
    for field in SCHEMA.fields() {
        let comment = field.metadata().get("comment");
        assert!(comment.is_some_and(|comment| !comment.is_empty()), "{}", field.name());
    }
}

/// Subjects that differ only behind the bytes that decide most comparisons, and shorter ones.
fn near_subjects() -> impl Strategy<Value = String> {
    "(s-000000000000a|s-000000000000b|s-00)[a-c]{0,3}"
}

proptest! {
    #[test]
    fn ranks_order_rows_as_their_events_do(
        subjects in proptest::collection::vec((near_subjects(), 0..3_i64), 2..30),
    ) {
        let row = |(n, (subject, micros)): (usize, &(String, i64))| {
            let mut logged = stored(n, Moment::calendar(*micros), Kind::Withdrawn);
            logged.event.subject = Subject::new(subject).expect("a subject");
            let Logged { event, origin, basis, content } = logged;
            Row { place: Place::of(&event.subject), event: Box::new(event), origin, basis, content }
        };
        let rows: Vec<Row> = subjects.iter().enumerate().map(row).collect();
        for (a, b) in rows.iter().flat_map(|a| rows.iter().map(move |b| (a, b))) {
            prop_assert_eq!(Ranked::new(a).file_order(&Ranked::new(b)), a.file_order(b));
        }
    }
}
