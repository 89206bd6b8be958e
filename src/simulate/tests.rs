//! What the simulator promises: determinism, validity, and plausible shares.

use super::{Settings, events, site_of, subject_events, write};
use crate::event::code::{Phase, Route};
use crate::event::envelope::Event;
use crate::event::kind::{
    CheckinSubmitted, CourseEnded, CourseStarted, Data, EventType, Kind, PlanAdjusted,
    SessionCompleted, SessionMissed,
};
use crate::event::time::{Axis, DAY_US, Moment, TimeBasis};
use crate::event::vocabulary::Vocabulary;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

fn bytes(settings: &Settings) -> Vec<u8> {
    let mut out = Vec::new();
    let written = write(settings, &mut out).expect("a vector takes everything");
    assert_eq!(written.bytes, out.len() as u64);
    out
}

#[test]
fn the_seed_alone_decides() {
    assert_eq!(bytes(&Settings::new(60, 7)), bytes(&Settings::new(60, 7)));
    assert_ne!(bytes(&Settings::new(60, 7)), bytes(&Settings::new(60, 8)));
}

#[test]
fn people_do_not_depend_on_how_many_there_are() {
    let few = bytes(&Settings::new(100, 7));
    assert!(bytes(&Settings::new(600, 7)).starts_with(&few));
    let settings = Settings::new(100, 7);
    let backwards: Vec<_> = (0..100).rev().map(|index| subject_events(&settings, index)).collect();
    let forwards: Vec<_> = backwards.into_iter().rev().flatten().collect();
    assert_eq!(forwards, events(&settings).collect::<Vec<_>>());
}

fn reads_back<T: DeserializeOwned>(data: &serde_json::Value, wrap: fn(T) -> Data) -> Data {
    wrap(serde_json::from_value(data.clone()).expect("own data read back"))
}

fn read_data(event_type: EventType, data: &serde_json::Value) -> Data {
    match event_type {
        EventType::CourseStarted => reads_back::<CourseStarted>(data, Data::CourseStarted),
        EventType::SessionCompleted => reads_back::<SessionCompleted>(data, Data::SessionCompleted),
        EventType::SessionMissed => reads_back::<SessionMissed>(data, Data::SessionMissed),
        EventType::CheckinSubmitted => reads_back::<CheckinSubmitted>(data, Data::CheckinSubmitted),
        EventType::PlanAdjusted => reads_back::<PlanAdjusted>(data, Data::PlanAdjusted),
        EventType::CourseEnded => reads_back::<CourseEnded>(data, Data::CourseEnded),
        other => panic!("{} holds no clinical data", other.name()),
    }
}

#[test]
fn every_event_is_valid_and_reads_back() {
    let vocabulary = Vocabulary::shipped().expect("the shipped vocabulary reads");
    for basis in [TimeBasis::Actual, TimeBasis::Shifted, TimeBasis::Relative] {
        let settings = Settings { basis, ..Settings::new(400, 11) };
        for mut event in events(&settings) {
            let text = event.to_json();
            assert_eq!(vocabulary.check(&mut event.kind), Ok(()), "{text}");
            assert!(event.source.is_synthetic());
            let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            match &event.kind {
                Kind::Clinical(data) => {
                    assert_eq!(&read_data(data.event_type(), &json["data"]), data, "{text}");
                }
                Kind::Corrected(correction) => {
                    let reading = &correction.readings[0];
                    let data = &json["data"]["data"];
                    assert_eq!(&read_data(reading.event_type(), data), reading, "{text}");
                }
                Kind::Retracted(_) | Kind::Withdrawn => {}
            }
            let time = json["time"].as_str().map(Moment::from_rfc3339);
            let study = json["studytime"].as_str().map(Moment::from_studytime);
            assert_eq!(time.or(study), Some(Ok(event.when)), "{text}");
            assert_eq!(event.when.axis, basis.axis());
        }
    }
}

#[test]
fn every_basis_tells_of_the_same_people() {
    let kinds = |basis| -> Vec<_> {
        let settings = Settings { basis, ..Settings::new(80, 3) };
        events(&settings).filter_map(|event| event.kind.data().cloned()).collect()
    };
    assert_eq!(kinds(TimeBasis::Actual), kinds(TimeBasis::Relative));
    assert_eq!(kinds(TimeBasis::Actual), kinds(TimeBasis::Shifted));
    let relative = Settings { basis: TimeBasis::Relative, ..Settings::new(80, 3) };
    for event in events(&relative) {
        assert_eq!(event.when.axis, Axis::Study);
        assert_eq!(&event.id.as_str()[14..15], "4", "an id that tells no date");
    }
}

#[test]
fn nothing_lies_outside_the_period() {
    for settings in [
        Settings::new(300, 5),
        Settings { months: 0, sites: 0, ..Settings::new(50, 5) },
        Settings { months: 3, sites: 9, ..Settings::new(200, 5) },
    ] {
        for event in events(&settings) {
            assert!((settings.start..settings.end()).contains(&event.when.micros));
        }
    }
    assert_eq!(events(&Settings::new(0, 5)).count(), 0);
}

#[test]
fn the_default_network_has_some_of_everything() {
    let settings = Settings::default();
    let (mut types, mut sites, mut routes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut first_phase = BTreeMap::new();
    let mut keys: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for event in events(&settings) {
        types.insert(event.kind.event_type());
        sites.insert(site_of(&event).to_owned());
        if let Some(Data::SessionCompleted(session)) = event.kind.data() {
            routes.insert(session.route);
            first_phase.entry(event.subject.clone()).or_insert(session.phase);
        }
        let key = (event.source.clone(), event.id.clone());
        keys.entry(key).or_default().push(event.to_json());
    }
    assert_eq!(types.len(), 9);
    assert_eq!(
        sites.iter().map(String::as_str).collect::<Vec<_>>(),
        ["site-01", "site-02", "site-03", "site-04", "site-05"]
    );
    assert_eq!(routes.len(), 4);
    let prevalent = first_phase.values().filter(|&&phase| phase == Some(Phase::Maintenance));
    assert_eq!(prevalent.count(), 2);
    let twice: Vec<_> = keys.values().filter(|texts| texts.len() == 2).collect();
    assert!(twice.iter().any(|texts| texts[0] == texts[1]), "duplicates");
    assert!(twice.iter().any(|texts| texts[0] != texts[1]), "conflicting keys");
    assert!(keys.values().all(|texts| texts.len() <= 2));
}

/// Responders and scored after each infusion of first courses, by route of the first session: the
/// last PHQ-9 up to the next session and within 14 days. Of a conflicting key the first version
/// counts here.
fn observed(settings: &Settings) -> BTreeMap<(Route, usize), (u32, u32)> {
    let mut counts = BTreeMap::new();
    for index in 0..settings.subjects {
        let told = corrected(subject_events(settings, index));
        let mut sessions: Vec<_> = told
            .iter()
            .filter_map(|(at, data)| match data {
                Data::SessionCompleted(session) => Some((*at, session.route)),
                _ => None,
            })
            .collect();
        let gap = sessions.windows(2).position(|pair| pair[1].0 - pair[0].0 > 60 * DAY_US);
        sessions.truncate(gap.map_or(sessions.len(), |last| last + 1));
        let scores: Vec<_> = told
            .iter()
            .filter_map(|(at, data)| match data {
                Data::CheckinSubmitted(checkin) => Some((*at, phq_9(checkin)?)),
                _ => None,
            })
            .collect();
        let last = |from: i64, to: i64| {
            scores.iter().rev().find(|(at, _)| (from..=to).contains(at)).map(|&(_, score)| score)
        };
        let Some(&(first, route)) = sessions.first() else { continue };
        let Some(baseline) = last(first - 31 * DAY_US + 1, first) else { continue };
        for (k, &(at, _)) in sessions.iter().enumerate().take(10) {
            let window = at + 15 * DAY_US - 1;
            let next = sessions.get(k + 1).map_or(window, |&(next, _)| next.min(window));
            if let Some(score) = last(at + 1, next) {
                let entry: &mut (u32, u32) = counts.entry((route, k + 1)).or_default();
                entry.0 += u32::from(2 * score <= baseline);
                entry.1 += 1;
            }
        }
    }
    counts
}

fn phq_9(checkin: &CheckinSubmitted) -> Option<i64> {
    let measure = &checkin.measures.as_ref()?.as_slice()[0];
    match measure.item_values() {
        Some(items) => Some(items.iter().sum()),
        None => measure.total.map(|total| super::draw::round(total.get())),
    }
}

fn corrected(events: Vec<Event>) -> Vec<(i64, Data)> {
    let mut told: BTreeMap<_, (i64, Data)> = BTreeMap::new();
    for event in events {
        match event.kind {
            Kind::Clinical(data) => {
                told.entry(event.id).or_insert((event.when.micros, data));
            }
            Kind::Corrected(correction) => {
                let target = told.get_mut(&correction.corrects).expect("corrected after the fact");
                target.1 = correction.readings[0].clone();
                if let Some(when) = correction.when {
                    target.0 = when.micros;
                }
            }
            Kind::Retracted(retraction) => {
                told.remove(&retraction.retracts).expect("retracted after the fact");
            }
            Kind::Withdrawn => return Vec::new(),
        }
    }
    let mut told: Vec<_> = told.into_values().collect();
    told.sort_by_key(|(at, _)| *at);
    told
}

#[test]
fn outcomes_are_plausible() {
    let settings = Settings::default();
    let counts = observed(&settings);
    let share = |route, k| {
        let &(responders, n) = counts.get(&(route, k)).expect("somebody was scored");
        f64::from(responders) / f64::from(n)
    };
    let after_six = share(Route::Intravenous, 6);
    assert!((0.35..=0.65).contains(&after_six), "{after_six}");
    let after_eight = share(Route::Intranasal, 8);
    assert!((0.30..=0.60).contains(&after_eight), "{after_eight}");
    for route in [Route::Intravenous, Route::Intranasal] {
        assert!(share(route, 1) < 0.25);
        assert!(share(route, 1) + 0.1 < share(route, 6));
    }
}
