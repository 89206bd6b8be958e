//! The second stage of a run: the log folded into facts, a share of the subjects at a time.
//!
//! Events are never all in memory: about `EVENTS_AT_ONCE` are read, by all cores together, and
//! folded before the next. The facts themselves are kept for the estimates; they grow with the
//! courses, not with the events.

use super::error::PipelineError;
use super::plan::Settings;
use crate::charts::marking::Synthetic;
use crate::course::fact::SubjectFacts;
use crate::course::fold::{FoldContext, fold_subject};
use crate::course::stray::find_other_subjects;
use crate::course::table::{CourseRows, InfusionRows, ScoreRows};
use crate::curves::safety::Safety;
use crate::curves::settings::Analysis;
use crate::event::ids::{Source, Subject};
use crate::store::disk::{make_private_dir, tighten_dir, tighten_file};
use crate::store::error::StoreError;
use crate::store::keys::KeyIndex;
use crate::store::log::EventLog;
use crate::store::scan::Scan;
use crate::store::share::SHARES;
use crate::table::rows::{RowWriter, Rows};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Directory inside the store.
const DIR: &str = "facts";

/// Events read at once, about: enough for every core, and few enough that the memory of the last
/// ones does for the next.
const EVENTS_AT_ONCE: u64 = 40_000;

/// The log, folded.
pub struct Folded {
    /// Facts of everyone who did not withdraw, in the order of the log.
    pub subjects: Vec<SubjectFacts>,
    /// Every source that sent an event that stands in the log.
    pub sources: BTreeSet<Source>,
    /// Events in the log.
    pub n_events: u64,
    /// How those treated bore it, by the analysis of the settings.
    pub safety: Safety,
    /// A sum over the contents of all events that were folded: the same events have the same sum,
    /// in whatever order and in whatever files they stand.
    pub events_digest: u128,
}

impl Folded {
    /// Finds the targets of corrections and retractions that are not among a subject's own events,
    /// and puts the subjects in order: it must not depend on how many shares were read at once.
    fn settle(&mut self, keys: &mut KeyIndex) -> Result<(), PipelineError> {
        let strays = self.subjects.iter().flat_map(|facts| &facts.strays);
        let held = keys.held(strays.map(|stray| stray.target))?;
        for facts in &mut self.subjects {
            find_other_subjects(&facts.strays, &mut facts.anomalies, &held);
        }
        self.subjects.par_sort_by(|a, b| a.subject.cmp(&b.subject));
        Ok(())
    }

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
}

/// Which state of a store is folded.
#[derive(Debug, Clone, Copy)]
pub enum View<'a> {
    /// The newest one of the store in this directory: the facts are written into it.
    Newest(&'a Path),
    /// One of the past: nothing is written, and who has withdrawn since is left out.
    Past(&'a BTreeSet<Subject>),
}

/// Folds the log, and writes the facts into the store if they are the newest.
///
/// # Errors
/// If the store cannot be read or the facts not be written.
pub fn fold(log: &EventLog, settings: &Settings, view: View<'_>) -> Result<Folded, PipelineError> {
    let (mut keys, mut writer) = match view {
        View::Newest(store) => {
            (KeyIndex::open(log)?, Some(FactWriter::begin(store, &settings.facts_hash())?))
        }
        View::Past(_) => (KeyIndex::aside(Some(log))?, None),
    };
    let conflicts = keys.conflicting()?;
    let context = FoldContext {
        settings: &settings.fold,
        vocabulary: &settings.vocabulary,
        conflicts: &conflicts,
    };
    let mut folded = Folded {
        subjects: Vec::new(),
        sources: BTreeSet::new(),
        n_events: log.n_events()?,
        safety: Safety::default(),
        events_digest: 0,
    };
    let withdrawn = match view {
        View::Newest(_) => None,
        View::Past(withdrawn) => Some(withdrawn),
    };
    let mut reader = log.in_shares(&(0..SHARES))?;
    let mut n_written = 0;
    let mut ends = steps(folded.n_events);
    while let Some(end) = ends.next() {
        // The facts of the shares before are written while the next are folded.
        let fresh = &folded.subjects[n_written..];
        let (written, read) = rayon::join(
            || writer.as_mut().map_or(Ok(()), |writer| writer.write(fresh)),
            || {
                let scan = reader.read_before(end)?;
                let parts = Part::fold(&scan, withdrawn, &context, &settings.analysis)?;
                Ok::<_, StoreError>((scan.sources()?, parts))
            },
        );
        written?;
        let (sources, parts) = read?;
        n_written = folded.subjects.len();
        folded.sources.extend(sources);
        // Room for those of the shares left as well: to make it step by step is to move everyone.
        let n_fresh: usize = parts.iter().map(|part| part.facts.len()).sum();
        folded.subjects.reserve(n_fresh * (1 + ends.len()));
        for part in parts {
            folded.events_digest = folded.events_digest.wrapping_add(part.events_digest);
            folded.safety.add(part.safety);
            folded.subjects.extend(part.facts);
        }
    }
    if let Some(writer) = &mut writer {
        writer.write(&folded.subjects[n_written..])?;
    }
    // The disk may take its time.
    let (finished, settled) =
        rayon::join(|| writer.map_or(Ok(()), FactWriter::finish), || folded.settle(&mut keys));
    finished?;
    settled?;
    Ok(folded)
}

/// Where to stop on the way through the shares, so that about [`EVENTS_AT_ONCE`] events are read
/// from one stop to the next.
fn steps(n_events: u64) -> impl ExactSizeIterator<Item = i32> {
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
    safety: Safety,
    events_digest: u128,
}

impl Part {
    /// Folds what was read of some shares, some subjects to a part, but for those who have withdrawn
    /// since.
    fn fold(
        scan: &Scan,
        withdrawn: Option<&BTreeSet<Subject>>,
        context: &FoldContext,
        analysis: &Analysis,
    ) -> Result<Vec<Self>, StoreError> {
        scan.fold_subjects(Self::default, |part, subject, events| {
            if withdrawn.is_some_and(|withdrawn| withdrawn.contains(subject)) {
                return;
            }
            let digests = events.iter().map(|event| event.content.0);
            part.events_digest = digests.fold(part.events_digest, u128::wrapping_add);
            if let Some(folded) = fold_subject(subject, events, context) {
                part.safety.count(&folded, analysis);
                part.facts.push(folded.facts);
            }
        })
    }
}

/// Writes the three fact tables aside, then puts them in place of earlier ones.
struct FactWriter {
    aside: TempDir,
    place: PathBuf,
    courses: RowWriter<CourseRows, File>,
    infusions: RowWriter<InfusionRows, File>,
    assessments: RowWriter<ScoreRows, File>,
}

impl FactWriter {
    fn begin(store: &Path, settings_hash: &str) -> Result<Self, PipelineError> {
        let dir = store.join(DIR);
        make_private_dir(&dir)
            .and_then(|()| tighten_dir(&dir))
            .map_err(PipelineError::write(&dir))?;
        let aside = TempDir::new_in(&dir).map_err(PipelineError::write(&dir))?;
        Ok(Self {
            courses: begin(aside.path(), "courses")?,
            infusions: begin(aside.path(), "infusions")?,
            assessments: begin(aside.path(), "assessments")?,
            place: dir.join(&settings_hash[..16]),
            aside,
        })
    }

    fn write(&mut self, facts: &[SubjectFacts]) -> Result<(), PipelineError> {
        let Self { courses, infusions, assessments, .. } = self;
        let mut write = |facts| {
            courses.add(|rows| rows.push(facts))?;
            infusions.add(|rows| rows.push(facts))?;
            assessments.add(|rows| rows.push(facts))
        };
        facts.iter().try_for_each(&mut write).map_err(PipelineError::make("the facts"))
    }

    fn finish(self) -> Result<(), PipelineError> {
        let files = [self.courses.finish(), self.infusions.finish(), self.assessments.finish()];
        for file in files {
            let file = file.map_err(PipelineError::make("the facts"))?;
            file.sync_all().map_err(PipelineError::write(&self.place))?;
        }
        match std::fs::remove_dir_all(&self.place) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(PipelineError::write(&self.place)(error));
            }
            Ok(()) | Err(_) => {}
        }
        let aside = self.aside.keep();
        tighten_dir(&aside).map_err(PipelineError::write(&aside))?;
        std::fs::rename(&aside, &self.place).map_err(PipelineError::write(&self.place))
    }
}

/// Begins a fact table in a directory.
fn begin<R: Rows>(dir: &Path, name: &str) -> Result<RowWriter<R, File>, PipelineError> {
    let path = dir.join(format!("{name}.parquet"));
    let file = File::create(&path).map_err(PipelineError::write(&path))?;
    tighten_file(&path).map_err(PipelineError::write(&path))?;
    RowWriter::new(file).map_err(PipelineError::make("the facts"))
}
