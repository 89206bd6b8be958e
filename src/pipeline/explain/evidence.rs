//! The events behind what is explained: where in the log they stand, and where in which file they
//! were read. Looked up for the people of the answer alone, after the fold, so that the fold keeps
//! nothing for it.

use super::answer::EventRow;
use crate::course::fact::{Course, Scores};
use crate::course::resolve::{Effective, resolve};
use crate::event::envelope::{Logged, Origin};
use crate::event::ids::{EventId, OpenCode, Source, Subject};
use crate::event::instrument::Instrument;
use crate::event::key::Conflicts;
use crate::event::kind::{Item, Kind};
use crate::event::number::Num;
use crate::event::time::Moment;
use crate::event::view::{DataView, EventView};
use crate::pipeline::accounts::SourceAccount;
use crate::pipeline::error::PipelineError;
use crate::store::log::EventLog;
use crate::store::share::share_of;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What single people's events say, by person.
pub(super) type People = BTreeMap<Subject, Evidence>;

/// Names of the source files, by the digests of their bytes.
pub(super) type Files = BTreeMap<String, String>;

/// The names of the source files of a store.
pub(super) fn files(accounts: &[SourceAccount]) -> Arc<Files> {
    let named = accounts.iter().map(|account| (account.blake3.clone(), account.file.clone()));
    Arc::new(named.collect())
}

/// The events of one person that count, and what is told of each.
pub(super) struct Evidence {
    /// Check-ins that count, in the order of (time, source, id).
    checkins: Vec<Checkin>,
    /// Where the event of a key was read.
    origins: BTreeMap<(Source, EventId), Origin>,
    /// Corrections that name a key.
    corrections: BTreeMap<(Source, EventId), BTreeSet<EventId>>,
    files: Arc<Files>,
}

/// A check-in as it counts.
struct Checkin {
    when: Moment,
    source: Source,
    id: EventId,
    measures: Vec<Measure>,
}

/// A questionnaire of it.
struct Measure {
    instrument: OpenCode,
    total: Option<f64>,
    items: Option<Vec<Item>>,
}

impl Checkin {
    fn of(event: &Effective) -> Option<Self> {
        let DataView::CheckinSubmitted(said) = event.said.data() else { return None };
        let (source, id) = (event.source.clone(), event.id.to_id());
        let measures = said.measures.iter().map(|measure| Measure {
            instrument: measure.instrument.clone(),
            total: measure.total.map(Num::get),
            items: measure.items.map(<[Item]>::to_vec),
        });
        Some(Self { when: event.when, source, id, measures: measures.collect() })
    }

    /// Whether it holds a score of the instrument that counts.
    fn has_score(&self, code: &OpenCode, instrument: &Instrument) -> bool {
        let measures = self.measures.iter().filter(|measure| measure.instrument == *code);
        measures
            .map(|measure| instrument.score(measure.total, measure.items.as_deref()))
            .any(|score| score.is_ok())
    }
}

/// Reads the events of some people.
///
/// # Errors
/// If the log cannot be read.
pub(super) fn of_people(
    log: &EventLog,
    people: &BTreeSet<Subject>,
    conflicts: &Conflicts,
    files: &Arc<Files>,
) -> Result<People, PipelineError> {
    let shares: BTreeSet<i32> = people.iter().map(share_of).collect();
    let mut found = People::new();
    for share in shares {
        let events = log.scan(&(share..share + 1))?.in_order()?;
        for events in events.chunk_by(|a, b| a.event.subject == b.event.subject) {
            let subject = &events[0].event.subject;
            if people.contains(subject) {
                found.insert(subject.clone(), Evidence::of(events, conflicts, files));
            }
        }
    }
    Ok(found)
}

impl Evidence {
    fn of(logged: &[Logged], conflicts: &Conflicts, files: &Arc<Files>) -> Self {
        let mut origins = BTreeMap::new();
        let mut corrections: BTreeMap<_, BTreeSet<EventId>> = BTreeMap::new();
        for Logged { event, origin, .. } in logged {
            // Of two versions of a key any may be named, but always the same one.
            let place = origins.entry((event.source.clone(), event.id.clone())).or_insert(*origin);
            *place = *origin.min(place);
            if let Kind::Corrected(correction) = &event.kind {
                let key = (event.source.clone(), correction.corrects.clone());
                corrections.entry(key).or_default().insert(event.id.clone());
            }
        }
        let views: Vec<EventView> = logged.iter().map(EventView::of).collect();
        let events = resolve(&views, conflicts).map(|resolved| resolved.events);
        let checkins = events.iter().flatten().filter_map(Checkin::of).collect();
        Self { checkins, origins, corrections, files: Arc::clone(files) }
    }

    /// The event of a session.
    pub(super) fn session(&self, course: &Course, position: usize) -> Option<EventRow> {
        let (infusion, id) = course.infusions.get(position).zip(course.ids.get(position))?;
        let at = moment(course, infusion.start_us);
        Some(self.row(course.source_of(infusion), &id.to_id(), at))
    }

    /// The check-in with the baseline: the last at or before session 1 with a score.
    pub(super) fn baseline(
        &self,
        course: &Course,
        scores: &Scores,
        code: &OpenCode,
        instrument: &Instrument,
    ) -> Option<EventRow> {
        let first_us = course.first_us();
        let last = self.scored(course, code, instrument, |at| at <= first_us)?;
        scores.baseline.map(|_| self.row(&last.source, &last.id, last.when))
    }

    /// The check-in with the score after a session: the last of that moment with a score.
    pub(super) fn checkin(
        &self,
        course: &Course,
        position: usize,
        scores: &Scores,
        code: &OpenCode,
        instrument: &Instrument,
    ) -> Option<EventRow> {
        let assessment = course.assessment(scores, position)?;
        let at_us = course.first_us() + assessment.scored.since_first_us;
        let last = self.scored(course, code, instrument, |at| at == at_us)?;
        Some(self.row(&last.source, &last.id, last.when))
    }

    fn scored(
        &self,
        course: &Course,
        code: &OpenCode,
        instrument: &Instrument,
        fits: impl Fn(i64) -> bool,
    ) -> Option<&Checkin> {
        self.checkins.iter().rev().find(|checkin| {
            let on_clock = checkin.when.axis == course.basis.axis() && fits(checkin.when.micros);
            on_clock && checkin.has_score(code, instrument)
        })
    }

    fn row(&self, source: &Source, id: &EventId, at: Moment) -> EventRow {
        let key = (source.clone(), id.clone());
        let corrections = self.corrections.get(&key).into_iter().flatten();
        let digest = self.origins.get(&key).map(|origin| hex(origin.file_digest));
        EventRow {
            source: source.to_string(),
            id: id.to_string(),
            at: at.to_text(),
            file: digest.as_ref().and_then(|digest| self.files.get(digest)).cloned(),
            blake3: digest,
            line: self.origins.get(&key).map(|origin| origin.line),
            corrections: corrections.map(EventId::to_string).collect(),
        }
    }
}

fn hex(digest: [u8; 32]) -> String {
    blake3::Hash::from(digest).to_hex().to_string()
}

/// A moment on the clock of a course.
pub(super) fn moment(course: &Course, micros: i64) -> Moment {
    Moment { axis: course.basis.axis(), micros, day_only: false }
}
