//! The second stage of a run: the log folded into facts, a share of the subjects at a time.
//!
//! Events are never all in memory: each core reads and folds some shares at a time, all cores
//! together about `EVENTS_AT_ONCE` events. The facts themselves are kept for the estimates; they
//! grow with the courses, not with the events.

use super::error::PipelineError;
use super::plan::Settings;
use crate::charts::marking::Synthetic;
use crate::course::fact::SubjectFacts;
use crate::course::fold::FoldContext;
use crate::course::fold_subjects;
use crate::course::stray::find_other_subjects;
use crate::course::table::FactTables;
use crate::event::ids::{Source, Subject};
use crate::store::disk::{make_private_dir, tighten_dir, tighten_file};
use crate::store::keys::KeyIndex;
use crate::store::log::EventLog;
use crate::store::share::SHARES;
use crate::table::Table;
use crate::table::parquet::TableWriter;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Directory inside the store.
const DIR: &str = "facts";

/// Events read at once, about; half a gigabyte.
const EVENTS_AT_ONCE: u64 = 500_000;

/// The log, folded.
pub struct Folded {
    /// Facts of everyone who did not withdraw, in the order of the log.
    pub subjects: Vec<SubjectFacts>,
    /// Every source that sent an event that stands in the log.
    pub sources: BTreeSet<Source>,
    /// Events in the log.
    pub n_events: u64,
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
    let conflicts = keys.conflicting();
    let context = FoldContext {
        settings: &settings.fold,
        vocabulary: &settings.vocabulary,
        conflicts: &conflicts,
    };
    let mut folded = Folded {
        subjects: Vec::new(),
        sources: BTreeSet::new(),
        n_events: log.n_events()?,
        events_digest: 0,
    };
    let withdrawn = match view {
        View::Newest(_) => None,
        View::Past(withdrawn) => Some(withdrawn),
    };
    let n_parts = rayon::current_num_threads();
    let parts = parts(folded.n_events, n_parts);
    // The facts of the parts before are written while the next are folded.
    let mut waiting = Vec::new();
    for parts in parts.chunks(n_parts) {
        let (written, folded_parts) = rayon::join(
            || writer.as_mut().map_or(Ok(()), |writer| writer.write(&waiting)),
            || {
                let parts = parts.par_iter();
                let parts =
                    parts.map(|shares| Part::fold(log, shares.clone(), withdrawn, &context));
                parts.collect::<Result<Vec<_>, _>>()
            },
        );
        written?;
        waiting.clear();
        for part in folded_parts? {
            folded.sources.extend(part.sources);
            folded.events_digest = folded.events_digest.wrapping_add(part.events_digest);
            folded.subjects.extend(part.facts);
            waiting.extend(part.tables);
        }
    }
    if let Some(mut writer) = writer {
        writer.write(&waiting)?;
        writer.finish()?;
    }
    let strays = folded.subjects.iter().flat_map(|facts| &facts.strays);
    let held = keys.held(strays.map(|stray| stray.target))?;
    for facts in &mut folded.subjects {
        find_other_subjects(&facts.strays, &mut facts.anomalies, &held);
    }
    // The order of subjects must not depend on how many shares were read at once.
    folded.subjects.par_sort_by(|a, b| a.subject.cmp(&b.subject));
    Ok(folded)
}

/// The shares in as many ranges as it takes for so many of them to hold [`EVENTS_AT_ONCE`].
fn parts(n_events: u64, n_at_once: usize) -> Vec<Range<i32>> {
    let shares = u64::from(SHARES.unsigned_abs());
    let at_once = EVENTS_AT_ONCE / u64::try_from(n_at_once).unwrap_or(1).max(1);
    let step = (shares * at_once / n_events.max(1)).clamp(1, shares);
    let step = i32::try_from(step).unwrap_or(SHARES);
    let starts = (0..SHARES).step_by(usize::try_from(step).unwrap_or(1));
    starts.map(|first| first..SHARES.min(first + step)).collect()
}

/// The events of some shares, folded.
struct Part {
    facts: Vec<SubjectFacts>,
    /// What is to be written, where anything is.
    tables: Option<FactTables>,
    sources: BTreeSet<Source>,
    events_digest: u128,
}

impl Part {
    /// Reads and folds some shares; the facts of the past, without those who withdrew since, are
    /// not to be written.
    fn fold(
        log: &EventLog,
        shares: Range<i32>,
        withdrawn: Option<&BTreeSet<Subject>>,
        context: &FoldContext,
    ) -> Result<Self, PipelineError> {
        let scan = log.scan(shares)?;
        let mut events = scan.in_order();
        let mut sources = BTreeSet::new();
        for logged in &events {
            if !sources.contains(&logged.event.source) {
                sources.insert(logged.event.source.clone());
            }
        }
        if let Some(withdrawn) = withdrawn {
            events.retain(|logged| !withdrawn.contains(&logged.event.subject));
        }
        let digests = events.iter().map(|logged| logged.content.0);
        let events_digest = digests.fold(0, u128::wrapping_add);
        let facts = fold_subjects(&events, context);
        let tables = withdrawn.is_none().then(|| FactTables::of(&facts));
        Ok(Self { facts, tables, sources, events_digest })
    }
}

/// Writes the three fact tables aside, then puts them in place of earlier ones.
struct FactWriter {
    aside: TempDir,
    place: PathBuf,
    writers: [TableWriter<File>; 3],
}

impl FactWriter {
    fn begin(store: &Path, settings_hash: &str) -> Result<Self, PipelineError> {
        let dir = store.join(DIR);
        make_private_dir(&dir)
            .and_then(|()| tighten_dir(&dir))
            .map_err(PipelineError::write(&dir))?;
        let aside = TempDir::new_in(&dir).map_err(PipelineError::write(&dir))?;
        let begin = |table: &Table| {
            let path = aside.path().join(format!("{}.parquet", table.name));
            let file = File::create(&path).map_err(PipelineError::write(&path))?;
            tighten_file(&path).map_err(PipelineError::write(&path))?;
            TableWriter::new(file, table).map_err(PipelineError::make("the facts"))
        };
        let empty = FactTables::empty();
        let writers =
            [begin(&empty.courses)?, begin(&empty.infusions)?, begin(&empty.assessments)?];
        Ok(Self { place: dir.join(&settings_hash[..16]), aside, writers })
    }

    fn write(&mut self, facts: &[FactTables]) -> Result<(), PipelineError> {
        for tables in facts {
            let parts = [&tables.courses, &tables.infusions, &tables.assessments];
            for (writer, table) in self.writers.iter_mut().zip(parts) {
                writer.write(table).map_err(PipelineError::make("the facts"))?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), PipelineError> {
        for writer in self.writers {
            let file = writer.finish().map_err(PipelineError::make("the facts"))?;
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
