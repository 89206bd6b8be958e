//! The second stage of a run: the log folded into facts, a share of the subjects at a time.
//!
//! Events are never all in memory: about `EVENTS_AT_ONCE` are read, and folded while the next are
//! read, by all cores together. The facts themselves are kept for the estimates; they grow with the
//! courses, not with the events. They come share by share, and in a share by pseudonym, however many
//! shares are read at once.

use super::error::PipelineError;
use super::fact_files::FactFiles;
use super::plan::Settings;
use crate::charts::marking::Synthetic;
use crate::course::data_cuts::DataCuts;
use crate::course::fact::SubjectFacts;
use crate::course::fold::{FoldContext, FoldedSubject, fold_subject};
use crate::course::stray::find_other_subjects;
use crate::course::subjects::Subjects;
use crate::curves::safety::Safety;
use crate::curves::settings::Analysis;
use crate::event::ids::{OpenCode, Source, Subject};
use crate::event::key::Conflicts;
use crate::event::view::EventView;
use crate::store::error::StoreError;
use crate::store::keys::KeyIndex;
use crate::store::log::EventLog;
use crate::store::scan::Scan;
use crate::store::share::SHARES;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Events read at once, about: enough for every core, and few enough that the memory of the last
/// ones does for the next.
const EVENTS_AT_ONCE: u64 = 40_000;

/// How many parts the subjects that were read at once are folded in, side by side: enough for every
/// core. What is counted is added up part by part, and so in the same order on any machine.
const PARTS: usize = 16;

/// The log, folded.
pub struct Folded {
    /// Facts of everyone who did not withdraw, by share and pseudonym.
    pub subjects: Subjects,
    /// Every source that sent an event that stands in the log.
    pub sources: BTreeSet<Source>,
    /// Events in the log.
    pub n_events: u64,
    /// What was counted of the subjects.
    pub counted: Counted,
    /// The facts on their way into the store, if they are written.
    files: Option<FactFiles>,
}

/// What is counted of subjects while their events are at hand.
#[derive(Debug, Default)]
pub struct Counted {
    /// How those treated bore it, by the analysis of the settings.
    pub safety: Safety,
    /// Every instrument that somebody was scored with in a course.
    pub instruments: BTreeSet<OpenCode>,
    /// Latest session or check-in of each source, before any period or site filter.
    pub latest: DataCuts,
    /// A sum over the contents of all events that were folded: the same events have the same sum,
    /// in whatever order and in whatever files they stand.
    pub events_digest: u128,
}

impl Folded {
    /// Whether the events were made up.
    #[must_use]
    pub fn synthetic(&self) -> Synthetic {
        let n = self.sources.iter().filter(|source| source.is_synthetic()).count();
        match n {
            0 => Synthetic::None,
            n if n == self.sources.len() => Synthetic::All,
            _ => Synthetic::Part,
        }
    }

    /// Folds everyone but those who have withdrawn.
    fn take_in(
        &mut self,
        log: &EventLog,
        settings: &Settings,
        view: View<'_>,
    ) -> Result<(), PipelineError> {
        // The first events are read while it is looked up what is in conflict.
        let mut ends = steps(self.n_events);
        let begin = || -> Result<_, StoreError> {
            let mut reader = log.in_shares(&(0..SHARES))?;
            let first = ends.next().map(|end| reader.read_before(end)).transpose()?;
            Ok((reader, first))
        };
        let (index, begun) = rayon::join(|| index(log, view), begin);
        let ((mut keys, conflicts), (mut reader, mut scan)) = (index?, begun?);
        let withdrawn = match view {
            View::Newest(_) => None,
            View::Past(withdrawn) => Some(withdrawn),
        };
        let context = FoldContext {
            settings: &settings.fold,
            vocabulary: &settings.vocabulary,
            conflicts: &conflicts,
        };
        let mut parts: [Part; PARTS] = Default::default();
        while let Some(read) = scan {
            let end = ends.next();
            let next = || end.map(|end| reader.read_before(end)).transpose();
            let fold = || Part::fold(&mut parts, read, withdrawn, &context, &settings.analysis);
            // Events are folded, and given up, while the next are read.
            let (next, sources) = rayon::join(next, fold);
            self.sources.extend(sources?);
            for part in &mut parts {
                find_targets(&mut part.facts, &mut keys)?;
                let next = Vec::with_capacity(part.facts.len());
                let facts = Arc::new(std::mem::replace(&mut part.facts, next));
                if let Some(files) = &self.files {
                    files.add(Arc::clone(&facts));
                }
                self.subjects.push(facts);
            }
            scan = next?;
        }
        for part in parts {
            self.counted.add(part.counted);
        }
        Ok(())
    }

    /// Waits until the facts are in the store, if they are written.
    ///
    /// # Errors
    /// If they could not be written.
    pub fn written(&mut self) -> Result<(), PipelineError> {
        self.files.take().map_or(Ok(()), FactFiles::wait)
    }
}

impl Counted {
    fn count(&mut self, folded: &FoldedSubject, analysis: &Analysis) {
        self.safety.count(folded, analysis);
        for code in folded.facts.courses.iter().flat_map(|course| course.scores.codes()) {
            // Mostly it is known, and looking is all there is to do.
            if !self.instruments.contains(code) {
                self.instruments.insert(code.clone());
            }
        }
        self.latest.take_in(&folded.latest_us);
    }

    fn add(&mut self, others: Self) {
        self.safety.add(others.safety);
        self.instruments.extend(others.instruments);
        self.latest.add(&others.latest);
        self.events_digest = self.events_digest.wrapping_add(others.events_digest);
    }
}

/// Which state of a store is folded.
#[derive(Debug, Clone, Copy)]
pub enum View<'a> {
    /// The newest one: the facts are written into the store in this directory, if one is named.
    Newest(Option<&'a Path>),
    /// One of the past: nothing is written, and who has withdrawn since is left out.
    Past(&'a BTreeSet<Subject>),
}

/// Folds the log, and has the facts written into the store if the view says so;
/// [`Folded::written`] waits for them, and tells whether that failed.
///
/// # Errors
/// If the store cannot be read, or the writing not begun.
pub fn fold(log: &EventLog, settings: &Settings, view: View<'_>) -> Result<Folded, PipelineError> {
    let files = match view {
        View::Newest(Some(store)) => Some(FactFiles::begin(store, &settings.facts_hash())?),
        View::Newest(None) | View::Past(_) => None,
    };
    let mut folded = Folded {
        subjects: Subjects::default(),
        sources: BTreeSet::new(),
        n_events: log.n_events()?,
        counted: Counted::default(),
        files,
    };
    // By the threads that share the work, which would have to be woken for each step of it.
    rayon::scope(|_| folded.take_in(log, settings, view))?;
    if let Some(files) = &mut folded.files {
        files.end();
    }
    Ok(folded)
}

/// The keys of the log, and the contents of those in conflict.
fn index(log: &EventLog, view: View<'_>) -> Result<(KeyIndex, Conflicts), StoreError> {
    let mut keys = match view {
        View::Newest(_) => KeyIndex::open(log),
        View::Past(_) => KeyIndex::aside(Some(log)),
    }?;
    let conflicts = keys.conflicting()?;
    Ok((keys, conflicts))
}

/// Finds the targets of corrections and retractions that are not among a subject's own events.
fn find_targets(facts: &mut [SubjectFacts], keys: &mut KeyIndex) -> Result<(), StoreError> {
    for SubjectFacts { strays, anomalies, .. } in facts {
        if !strays.is_empty() {
            let held = keys.held(strays.iter().map(|stray| stray.target))?;
            find_other_subjects(strays, anomalies, &held);
        }
    }
    Ok(())
}

/// Where to stop on the way through the shares, so that about [`EVENTS_AT_ONCE`] events are read
/// from one stop to the next.
fn steps(n_events: u64) -> impl Iterator<Item = i32> {
    let shares = u64::from(SHARES.unsigned_abs());
    let step = (shares * EVENTS_AT_ONCE / n_events.max(1)).clamp(1, shares);
    let step = i32::try_from(step).unwrap_or(SHARES);
    let starts = (0..SHARES).step_by(usize::try_from(step).unwrap_or(1));
    starts.map(move |start| SHARES.min(start + step))
}

/// The events of some subjects, folded.
#[derive(Default)]
struct Part {
    facts: Vec<SubjectFacts>,
    counted: Counted,
}

impl Part {
    /// Folds what was read of some shares, as many subjects to each of the parts, but for those who have
    /// withdrawn since. Returns the sources of the events.
    fn fold(
        parts: &mut [Self],
        read: Scan,
        withdrawn: Option<&BTreeSet<Subject>>,
        context: &FoldContext,
        analysis: &Analysis,
    ) -> Result<BTreeSet<Source>, StoreError> {
        let take_in =
            |Self { facts, counted }: &mut Self, subject: &Subject, events: &[EventView<'_>]| {
                if withdrawn.is_some_and(|withdrawn| withdrawn.contains(subject)) {
                    return;
                }
                let digests = events.iter().map(|event| event.content.0);
                counted.events_digest = digests.fold(counted.events_digest, u128::wrapping_add);
                if let Some(folded) = fold_subject(subject, events, context) {
                    counted.count(&folded, analysis);
                    facts.push(folded.facts);
                }
            };
        let fold = || read.fold_subjects(parts, take_in);
        let (sources, folded) = rayon::join(|| read.sources(), fold);
        drop(read);
        let sources = sources?;
        folded?;
        Ok(sources)
    }
}
