//! A run, told as it happens: ingest, fold, estimate, draw, write, publish.

use super::accounts::{self, SourceAccount};
use super::as_of::{self, AsOf, Basis, Stated};
use super::calendar;
use super::describe;
use super::error::PipelineError;
use super::estimates::estimate;
use super::facts::{Folded, View, fold};
use super::figures::Figures;
use super::intake::{Intake, ingest};
use super::manifest::{Manifest, Total, identity_of};
use super::mark::{Mark, marks_of};
use super::outputs::{Current, RunFolder, current, runs_named};
use super::plan::{Plan, Settings};
use super::progress::Progress;
use super::render::lay_out;
use super::subject_key;
use super::waiting;
use crate::charts::marking::Marking;
use crate::event::time::Moment;
use crate::privacy::outgoing::label;
use crate::report::carry;
use crate::store::compact::Compacted;
use crate::store::erase;
use crate::store::erased::erased;
use crate::store::format;
use crate::store::key_check;
use crate::store::keys;
use crate::store::leftovers;
use crate::store::lock::StoreLock;
use crate::store::log::EventLog;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How much of a run is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Tables, charts and page.
    Whole,
    /// The tables, and what the report says of itself: charts and page can be made of them at any
    /// time. `current` stays, since whoever follows it looks for a page.
    Tables,
}

/// How a run ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// A new run, at this path.
    New(PathBuf),
    /// Nothing is new: this run still says it all.
    Nothing(PathBuf),
}

/// What a run did.
#[derive(Debug)]
pub struct Outcome {
    /// What became of the sources.
    pub intake: Intake,
    /// What was published.
    pub published: Published,
    /// Limits to the quality of the data that the run passed, whether it is new or not.
    pub marks: Vec<Mark>,
}

/// The whole job.
///
/// # Errors
/// [`PipelineError`]; nothing was published then.
pub fn run(plan: &Plan, progress: &dyn Progress) -> Result<Outcome, PipelineError> {
    let mut stages = Stages::new(progress);
    format::check(&plan.store)?;
    check_calendar(plan, &accounts::all(&plan.store)?)?;
    RunFolder::check(&plan.out)?;
    let (intake, log, _lock) = take_in(plan, &mut stages)?;
    let folder = RunFolder::begin(&plan.out)?;
    let basis = Basis::Newest(&log);
    let (published, marks) = publish_curves(plan, &basis, Extent::Whole, folder, &mut stages)?;
    Ok(Outcome { intake, published, marks })
}

/// A run without its ingest.
///
/// # Errors
/// [`PipelineError`]; nothing was published then.
pub fn curves(
    plan: &Plan,
    extent: Extent,
    progress: &dyn Progress,
) -> Result<Outcome, PipelineError> {
    let mut stages = Stages::new(progress);
    // A store that is not there is said before anything is made.
    if !plan.store.exists() {
        EventLog::open(&plan.store)?;
    }
    format::check(&plan.store)?;
    check_calendar(plan, &accounts::all(&plan.store)?)?;
    RunFolder::check(&plan.out)?;
    let _lock = lock(&plan.store, plan.wait, progress)?;
    let log = EventLog::open(&plan.store)?;
    let folder = RunFolder::begin(&plan.out)?;
    let basis = Basis::Newest(&log);
    let (published, marks) = publish_curves(plan, &basis, extent, folder, &mut stages)?;
    Ok(Outcome { intake: Intake::default(), published, marks })
}

/// A run about the past of the store. It reads only, and so needs no lock; `current` stays.
///
/// # Errors
/// [`PipelineError::Usage`] if there is no such version or time; [`PipelineError`]. Nothing was
/// published then.
pub fn curves_as_of(
    plan: &Plan,
    as_of: AsOf,
    extent: Extent,
    progress: &dyn Progress,
) -> Result<Outcome, PipelineError> {
    let mut stages = Stages::new(progress);
    let newest = EventLog::open(&plan.store)?;
    let past = as_of::open(&newest, as_of, progress.now_us())?;
    if past.log.n_events()? == 0 {
        let version = past.stated.version;
        return Err(PipelineError::NoInput(format!(
            "the store has no events at version {version}: nothing to report"
        )));
    }
    check_calendar(plan, &accounts::as_of(&plan.store, Some(past.cut))?)?;
    let folder = RunFolder::begin_past(&plan.out)?;
    let basis = Basis::Past(&past);
    let (published, marks) = publish_curves(plan, &basis, extent, folder, &mut stages)?;
    Ok(Outcome { intake: Intake::default(), published, marks })
}

/// Whether a store, by the accounts of its sources, holds what the settings cannot be applied to.
fn check_calendar(plan: &Plan, accounts: &[SourceAccount]) -> Result<(), PipelineError> {
    let Settings { fold, analysis, .. } = &plan.settings;
    calendar::check_store(fold, &analysis.filter, accounts)
}

/// Only the ingest.
///
/// # Errors
/// [`PipelineError`]; nothing was written then.
pub fn ingest_only(plan: &Plan, progress: &dyn Progress) -> Result<Intake, PipelineError> {
    format::check(&plan.store)?;
    take_in(plan, &mut Stages::new(progress)).map(|(intake, ..)| intake)
}

/// Takes the lock of the store and reads the sources into it. Whoever holds the lock may be
/// making the store just now, so nothing of it is touched before.
fn take_in(
    plan: &Plan,
    stages: &mut Stages,
) -> Result<(Intake, EventLog, StoreLock), PipelineError> {
    let is_new_dir = !plan.store.exists();
    let lock = lock(&plan.store, plan.wait, stages.progress)?;
    let parts = ["events", accounts::DIR, keys::DIR].map(|part| plan.store.join(part));
    let new_parts: Vec<&PathBuf> = parts.iter().filter(|part| !part.exists()).collect();
    match read_in(plan, stages) {
        Ok((intake, log)) => Ok((intake, log, lock)),
        Err(error) => {
            if new_parts.contains(&&parts[0]) {
                leave_no_store(&plan.store, &new_parts, is_new_dir);
            }
            Err(error)
        }
    }
}

fn read_in(plan: &Plan, stages: &mut Stages) -> Result<(Intake, EventLog), PipelineError> {
    let log = EventLog::open_or_create(&plan.store)?;
    let key = plan.subject_key.for_store(&plan.store, log.n_events()? == 0)?;
    let gate = subject_key::gate(plan.settings.word_subjects, key, erased(&plan.store)?);
    stages.begin("ingest", &format!("{} sources", plan.sources.len()));
    let intake = ingest(plan, &log, &gate, stages.progress.now_us(), stages.progress)?;
    let log = log.refresh()?;
    if log.n_events()? == 0 {
        return Err(nothing_usable(&intake));
    }
    Ok((intake, keep_up(log, stages.progress)?))
}

/// Merges small files where there are many, and says so. Returns the log as it then is.
fn keep_up(log: EventLog, progress: &dyn Progress) -> Result<EventLog, PipelineError> {
    match log.keep_up()? {
        Compacted::Nothing => return Ok(log),
        Compacted::Done { n_before, n_after, .. } => {
            progress.stage("compact", &format!("{n_before} small files into {n_after}"));
        }
        Compacted::Conflict => {}
    }
    Ok(log.refresh()?)
}

/// A store that was made for this run and holds nothing is not left behind; what else stands in
/// its directory is not ours to remove.
fn leave_no_store(store: &Path, new_parts: &[&PathBuf], is_new_dir: bool) {
    for part in new_parts {
        let _ = std::fs::remove_dir_all(part);
    }
    key_check::remove_file(store);
    format::remove_file(store);
    if is_new_dir {
        StoreLock::remove_file(store);
        let _ = std::fs::remove_dir(store);
    }
}

fn nothing_usable(intake: &Intake) -> PipelineError {
    let read: u64 = intake.read.iter().map(|account| account.read).sum();
    let rejected: u64 = intake.read.iter().map(|account| account.rejected).sum();
    let what = format!("nothing is usable: {read} records read, {rejected} rejected");
    if intake.found_identifier() {
        return PipelineError::OnlyIdentifiers(format!("{what}, identifiers among them"));
    }
    PipelineError::NoInput(format!("{what}; the store has no events"))
}

/// Finishes or takes away what runs that broke off left behind. Only for the holder of the lock, and
/// before the data files that a commit brought can be replaced by others.
fn clean_up(store: &Path) -> Result<(), PipelineError> {
    waiting::settle(store)?;
    Ok(leftovers::sweep(store)?)
}

/// Takes the lock of a store, and finishes an erasure that broke off: whom it has left is not to be
/// read once more.
///
/// # Errors
/// [`PipelineError::Busy`] if another run holds it for longer than `wait`.
pub(super) fn lock(
    store: &Path,
    wait: Duration,
    progress: &dyn Progress,
) -> Result<StoreLock, PipelineError> {
    let lock = hold(store, wait, progress)?;
    if erase::is_unfinished(store)? {
        progress.stage("purge", "finishing an erasure that broke off");
        erase::finish(store)?;
    }
    Ok(lock)
}

/// How often the lock is tried while another holds it.
const TRY_EVERY: Duration = Duration::from_millis(200);

/// Takes the lock of a store, and cleans up behind runs that broke off.
///
/// # Errors
/// [`PipelineError::Busy`] if another run holds it for longer than `wait`.
pub(super) fn hold(
    store: &Path,
    wait: Duration,
    progress: &dyn Progress,
) -> Result<StoreLock, PipelineError> {
    let wait_us = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
    let until_us = progress.now_us().saturating_add(wait_us);
    let mut told = false;
    loop {
        let since = Moment::calendar(progress.now_us()).to_text();
        let holder = format!("process {} since {since}", std::process::id());
        if let Some(lock) = StoreLock::acquire(store, &holder)? {
            clean_up(store)?;
            return Ok(lock);
        }
        let holder = StoreLock::holder(store).unwrap_or_else(|| "unknown".into());
        if progress.now_us() >= until_us {
            return Err(PipelineError::Busy { holder });
        }
        if !std::mem::replace(&mut told, true) {
            progress.stage("wait", &format!("the store is held by another run ({holder})"));
        }
        std::thread::sleep(TRY_EVERY);
    }
}

fn publish_curves(
    plan: &Plan,
    basis: &Basis<'_>,
    extent: Extent,
    mut folder: RunFolder,
    stages: &mut Stages,
) -> Result<(Published, Vec<Mark>), PipelineError> {
    let settings = &plan.settings;
    let log = basis.log();
    stages.begin("fold", &format!("{} events", log.n_events()?));
    // A look at tables alone leaves nothing about single people behind.
    let facts_into = (extent == Extent::Whole).then_some(plan.store.as_path());
    let (view, cut) = match basis {
        Basis::Newest(_) => (View::Newest(facts_into), None),
        Basis::Past(past) => (View::Past(&past.withdrawn), Some(past.cut)),
    };
    let mut folded = fold(log, settings, view)?;
    let accounts = accounts::as_of(&plan.store, cut)?;
    let identity = identity(&folded, &accounts, settings, basis.stated(), extent);
    let then = match (basis, extent) {
        (Basis::Newest(_), Extent::Whole) => Current::Flip,
        (Basis::Past(_), _) | (_, Extent::Tables) => Current::Leave,
    };
    let known = match then {
        Current::Flip => current(&plan.out).into_iter().collect(),
        Current::Leave => runs_named(&plan.out, short(&identity)),
    };
    if let Some(run) = known.into_iter().find(|run| identity_of(run).as_ref() == Some(&identity)) {
        folded.written()?;
        let marks = marks_of(&run);
        leave(folded);
        return Ok((Published::Nothing(run), marks));
    }
    let instruments = match settings.analysis.instruments.len() {
        0 => "every instrument found".to_owned(),
        n => format!("{n} instruments"),
    };
    stages.begin("estimate", &instruments);
    let estimates = estimate(&mut folded, settings, &accounts);
    let draws = match extent {
        Extent::Whole => "charts and report",
        Extent::Tables => "tables alone",
    };
    stages.begin("draw", draws);
    let made_at = Moment::calendar(stages.progress.now_us());
    let run_id = run_id(made_at, &identity);
    let tables = &estimates.tables;
    let written: Vec<_> = tables.all().into_iter().chain([&estimates.rejections]).collect();
    folder.write_tables(&written)?;
    let marking = Marking { synthetic: folded.synthetic(), internal: settings.min_cell == 0 };
    let made_at = made_at.to_text();
    let is_keyed = key_check::is_keyed(&plan.store);
    let mut lineage =
        describe::lineage(&run_id, &made_at, log.version(), settings, &folded, &accounts);
    lineage.push(describe::pseudonyms(is_keyed));
    let mut period = describe::period(&estimates.analysis);
    if let Some(stated) = basis.stated() {
        let words = stated.in_words();
        period = format!("{period}, {words}");
        lineage.push(describe::as_of(&words));
    }
    let words = describe::words(settings, &estimates, &accounts, marking, period, lineage);
    match extent {
        Extent::Whole => {
            let figures = Figures::of(tables, &settings.vocabulary.instruments, marking);
            let (report, pictures) = lay_out(&words, tables, &estimates.rejections, &figures)?;
            for picture in pictures {
                folder.write(&picture.path(), &picture.bytes)?;
            }
            folder.write("report.html", report.html.as_bytes())?;
            folder.write("report.json", report.json.as_bytes())?;
        }
        Extent::Tables => {
            let carried = carry(&words).map_err(PipelineError::make("report.json"))?;
            folder.write("report.json", carried.as_bytes())?;
        }
    }
    // The last facts may still be on their way.
    folder.bring_to_disk()?;
    folded.written()?;
    stages.begin("publish", &run_id);
    let manifest = Manifest {
        run: &run_id,
        pipeline: &plan.name,
        identity: &identity,
        made_at,
        program: describe::PROGRAM,
        store_version: log.version(),
        as_of: basis.stated(),
        events: folded.n_events,
        synthetic: marking.synthetic.as_str(),
        disclosure: label(settings.min_cell),
        pseudonyms: if is_keyed { "second" } else { "as-sent" },
        limits_passed: &estimates.marks,
        settings_hash: settings.hash(),
        settings,
        sources: &accounts,
        total: Total::of(&accounts),
        stages_ms: stages.done(),
        outputs: folder.files(),
    };
    let mut json =
        serde_json::to_vec_pretty(&manifest).map_err(PipelineError::make("the manifest"))?;
    json.push(b'\n');
    folder.write("manifest.json", &json)?;
    let place = folder.publish(&run_id, then)?;
    leave(folded);
    Ok((Published::New(place), estimates.marks))
}

/// Leaves facts where they are. They are in millions of pieces: to give them back one by one takes longer
/// than for the program to end, which is what follows a run.
fn leave(folded: Folded) {
    std::mem::forget(folded);
}

/// What a run is made from: events, rejections, settings, program. Paths, store versions and times
/// do not count, so that the same events by another way are the same run; but a report about the
/// past is one of its own, even if nothing has changed since, and so are tables alone.
fn identity(
    folded: &Folded,
    accounts: &[SourceAccount],
    settings: &Settings,
    as_of: Option<&Stated>,
    extent: Extent,
) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&folded.counted.events_digest.to_le_bytes());
    hasher.update(&folded.n_events.to_le_bytes());
    for account in accounts.iter().filter(|account| !account.reasons.is_empty()) {
        let rejections = serde_json::to_vec(&(&account.file, &account.blake3, &account.reasons));
        hasher.update(&rejections.unwrap_or_default());
    }
    hasher.update(settings.hash().as_bytes());
    hasher.update(describe::PROGRAM.as_bytes());
    if let Some(stated) = as_of {
        hasher.update(stated.in_words().as_bytes());
    }
    if extent == Extent::Tables {
        hasher.update(b"tables alone");
    }
    hasher.finalize().to_hex().to_string()
}

/// UTC time to the second, and 8 hex digits of what the run was made from.
fn run_id(made_at: Moment, identity: &str) -> String {
    let time: String = made_at.to_text().chars().filter(char::is_ascii_alphanumeric).collect();
    let seconds = time.get(..15).unwrap_or(&time);
    format!("{seconds}Z-{}", short(identity))
}

/// What of an identity stands in the id of a run.
fn short(identity: &str) -> &str {
    &identity[..8]
}

/// Stage times, by the only clock there is.
struct Stages<'a> {
    progress: &'a dyn Progress,
    open: Option<(String, i64)>,
    done: Vec<(String, u64)>,
}

impl<'a> Stages<'a> {
    fn new(progress: &'a dyn Progress) -> Self {
        Self { progress, open: None, done: Vec::new() }
    }

    fn begin(&mut self, name: &str, detail: &str) {
        self.close();
        self.progress.stage(name, detail);
        self.open = Some((name.into(), self.progress.now_us()));
    }

    fn close(&mut self) {
        if let Some((name, since)) = self.open.take() {
            let micros = self.progress.now_us().saturating_sub(since);
            self.done.push((name, u64::try_from(micros / 1000).unwrap_or_default()));
        }
    }

    fn done(&mut self) -> &[(String, u64)] {
        self.close();
        &self.done
    }
}
