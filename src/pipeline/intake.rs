//! The first stage of a run: sources into the store, each with its row account.

use super::accounts::{AccountWriter, Reading, SourceAccount};
use super::error::PipelineError;
use super::plan::{Plan, Settings};
use super::progress::Progress;
use super::waiting::Waiting;
use crate::event::key::KnownKeys;
use crate::event::time::TimeBasis;
use crate::ingest::account::Account;
use crate::ingest::record::Context;
use crate::ingest::reject::Rejection;
use crate::ingest::source::{Input, SourceFile};
use crate::ingest::{Accepted, Records, Sink, SinkError, read_source};
use crate::privacy::gate::Gate;
use crate::store::append::{Batch, Commit};
use crate::store::keys::KeyIndex;
use crate::store::log::EventLog;
use std::path::Path;
use tempfile::NamedTempFile;

/// What became of the sources.
#[derive(Debug, Clone, Default)]
pub struct Intake {
    /// Accounts of the sources that were read now.
    pub read: Vec<SourceAccount>,
    /// How many sources were taken before, and passed over.
    pub n_taken_before: usize,
    /// Events that are new to the log.
    pub n_new: u64,
}

impl Intake {
    /// Whether an identifier was found (exit 5).
    #[must_use]
    pub fn found_identifier(&self) -> bool {
        self.read.iter().any(|account| account.n_identifiers() > 0)
    }

    /// Whether a source broke off midway (exit 3).
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.read.iter().any(|account| account.truncated)
    }
}

/// A source whose bytes can be read twice, with their digest.
struct Ready {
    source: SourceFile,
    digest: [u8; 32],
    /// Keeps the spooled standard input until it was read.
    _spool: Option<NamedTempFile>,
}

impl Ready {
    fn blake3(&self) -> String {
        blake3::Hash::from_bytes(self.digest).to_hex().to_string()
    }

    fn mapping(&self) -> Option<&str> {
        self.source.mapping.as_ref().map(|mapping| mapping.name.as_str())
    }

    fn account(&self, account: &Account) -> SourceAccount {
        let SourceFile { label, basis, .. } = &self.source;
        SourceAccount {
            mapping: self.mapping().map(str::to_owned),
            ..SourceAccount::new(label, self.blake3(), *basis, account)
        }
    }
}

/// How often sources are read anew because another writer committed meanwhile.
const ATTEMPTS: u32 = 20;

/// Reads every source of the plan into the store.
///
/// The lock keeps writers apart. Where it does not, as between two hosts on some shared disks, the
/// commit decides who is first, and the other reads its sources again: what is taken, what is a
/// duplicate and what is in conflict may be another matter now.
///
/// # Errors
/// If a source cannot be opened, in which case nothing is written; or the store fails.
pub fn ingest(
    plan: &Plan,
    log: &EventLog,
    gate: &Gate,
    now_us: i64,
    progress: &dyn Progress,
) -> Result<Intake, PipelineError> {
    let ready = get_ready(&plan.sources, Some(&plan.store))?;
    let mut log = log.clone();
    for _ in 0..ATTEMPTS {
        if let Some(intake) = read_all(plan, &ready, &log, gate, now_us, progress)? {
            return Ok(intake);
        }
        progress.stage("ingest", "again, because another writer was first");
        log = log.refresh()?;
    }
    Err(PipelineError::Busy { holder: "other writers, again and again".into() })
}

/// `None` if another writer was first, and nothing was written.
fn read_all(
    plan: &Plan,
    ready: &[Ready],
    log: &EventLog,
    gate: &Gate,
    now_us: i64,
    progress: &dyn Progress,
) -> Result<Option<Intake>, PipelineError> {
    let settings = &plan.settings;
    let reading_hash = settings.reading_hash();
    let mut intake = Intake::default();
    let mut todo = Vec::new();
    for source in ready {
        let app_id = app_id(source, &reading_hash);
        // A copy beside its original is that source once more, and brings nothing.
        let is_copy = todo.iter().any(|(_, known)| *known == app_id);
        if is_copy || log.is_taken(&app_id)? {
            intake.n_taken_before += 1;
        } else {
            todo.push((source, app_id));
        }
    }
    if todo.is_empty() {
        return Ok(Some(intake));
    }
    let mut keys = KeyIndex::open(log)?;
    let mut sink = StoreSink { batch: log.batch()?, account: None };
    let waiting = Waiting::begin(&plan.store)?;
    let mut taken = Vec::new();
    let mut accounts = Vec::new();
    for (ready, app_id) in todo {
        sink.batch.begin_source();
        let (label, blake3) = (&ready.source.label, ready.blake3());
        sink.account = Some(waiting.account(label, &blake3, ready.mapping())?);
        let account = read(ready, settings, gate, now_us, &mut keys, &mut sink)?;
        sink.batch.keep_source()?;
        if account.is_clean() {
            taken.push(app_id);
        }
        intake.n_new += account.accepted;
        let account = ready.account(&account);
        progress.source(&account);
        accounts.extend(sink.account.take().map(|writer| (writer, account)));
    }
    // Known before the commit is made: a commit of another writer sends everything back.
    let makes_one = sink.batch.n_kept() > 0 || !taken.is_empty();
    let reading = Reading { version: log.version() + u64::from(makes_one), at_us: now_us };
    for (writer, account) in accounts {
        intake.read.push(writer.finish(account, reading)?);
    }
    let waiting = waiting.announce(sink.batch.write_out()?, &taken)?;
    match sink.batch.commit(&taken, "ingest")? {
        Commit::Done { version } => {
            waiting.put_in_place()?;
            // A crash before the keys are settled costs reading them from the data files again.
            keys.settle(&log.at_version(version)?)?;
        }
        Commit::Nothing => waiting.put_in_place()?,
        Commit::Conflict { .. } => {
            waiting.dismiss()?;
            return Ok(None);
        }
    }
    Ok(Some(intake))
}

/// Reads every source of the plan and writes nothing: what `ingest` would say.
///
/// # Errors
/// If a source cannot be opened.
pub fn check(
    sources: &[SourceFile],
    settings: &Settings,
    gate: &Gate,
    known: &mut dyn KnownKeys,
    now_us: i64,
    on_rejection: &mut dyn FnMut(&str, &Rejection),
) -> Result<Intake, PipelineError> {
    let mut intake = Intake::default();
    for ready in get_ready(sources, None)? {
        let mut sink = CheckSink { label: &ready.source.label, on_rejection };
        let account = read(&ready, settings, gate, now_us, known, &mut sink)?;
        intake.n_new += account.accepted;
        intake.read.push(ready.account(&account));
    }
    Ok(intake)
}

fn read(
    ready: &Ready,
    settings: &Settings,
    gate: &Gate,
    now_us: i64,
    known: &mut dyn KnownKeys,
    sink: &mut dyn Sink,
) -> Result<Account, PipelineError> {
    let source = &ready.source;
    let context = Context {
        basis: Some(source.basis),
        vocabulary: &settings.vocabulary,
        now_us: Some(now_us),
    };
    let records = Records::open(source)?;
    Ok(read_source(source, ready.digest, records, &context, gate, known, sink)?)
}

/// Opens and digests every source before anything is written, so that a missing one costs nothing.
fn get_ready(sources: &[SourceFile], store: Option<&Path>) -> Result<Vec<Ready>, PipelineError> {
    let mut ready = Vec::with_capacity(sources.len());
    for source in sources {
        let mut source = source.clone();
        let spool = if source.input == Input::Stdin { Some(spool(store)?) } else { None };
        if let Some(spool) = &spool {
            source.input = Input::File(spool.path().to_owned());
        }
        let digest = source.digest()?;
        // A sheet whose header does not fit must be known before anything is written.
        if source.mapping.is_some() {
            Records::open(&source)?;
        }
        ready.push(Ready { source, digest, _spool: spool });
    }
    Ok(ready)
}

/// Standard input can be read only once, and is needed twice: for its digest, then for its lines.
/// The copy is private and gone when it was read.
fn spool(store: Option<&Path>) -> Result<NamedTempFile, PipelineError> {
    let dir = store.unwrap_or(Path::new("the temporary directory"));
    let made = store.map_or_else(NamedTempFile::new, NamedTempFile::new_in);
    let mut file = made.map_err(PipelineError::write(dir))?;
    std::io::copy(&mut std::io::stdin().lock(), &mut file).map_err(PipelineError::write(dir))?;
    Ok(file)
}

/// A source is taken under its bytes, its mapping, the statement about its times, and what decides
/// whether a record is valid. What is done about identifiers does not count: only a source without any is
/// taken.
fn app_id(ready: &Ready, reading_hash: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&ready.digest);
    hasher.update(basis_byte(ready.source.basis));
    if let Some(mapping) = &ready.source.mapping {
        hasher.update(&mapping.digest());
    }
    hasher.update(reading_hash.as_bytes());
    hasher.finalize().to_hex().to_string()
}

const fn basis_byte(basis: TimeBasis) -> &'static [u8] {
    match basis {
        TimeBasis::Actual => b"a",
        TimeBasis::Shifted => b"s",
        TimeBasis::Relative => b"r",
    }
}

struct StoreSink {
    batch: Batch,
    account: Option<AccountWriter>,
}

impl Sink for StoreSink {
    fn accept(&mut self, accepted: Accepted) -> Result<(), SinkError> {
        let Accepted { event, origin, basis, content } = accepted;
        Ok(self.batch.push(event, origin, basis, content)?)
    }

    fn reject(&mut self, rejection: Rejection) -> Result<(), SinkError> {
        match &mut self.account {
            Some(account) => Ok(account.reject(&rejection)?),
            None => Ok(()),
        }
    }

    fn drop_accepted(&mut self) -> Result<(), SinkError> {
        self.batch.drop_source();
        Ok(())
    }
}

struct CheckSink<'a> {
    label: &'a str,
    on_rejection: &'a mut dyn FnMut(&str, &Rejection),
}

impl Sink for CheckSink<'_> {
    fn accept(&mut self, _accepted: Accepted) -> Result<(), SinkError> {
        Ok(())
    }

    fn reject(&mut self, rejection: Rejection) -> Result<(), SinkError> {
        (self.on_rejection)(self.label, &rejection);
        Ok(())
    }

    fn drop_accepted(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}
