//! Row accounts and rejections of every source the store was ever fed from, kept beside the log.
//!
//! ```text
//! <store>/rejections/<digest>.ndjson             a line a rejection, then one line with the account
//! <store>/rejections/<digest>-<mapping>.ndjson   the same of a sheet
//! ```
//!
//! A source is known by the digest of its bytes, a sheet also by the name of its mapping. One that is read again replaces its rejections;
//! what it brought before stays accepted, so that the accepted records of all accounts are the
//! events of the log, and of those erased since.

use super::error::PipelineError;
use crate::event::refuse::Reason;
use crate::event::time::TimeBasis;
use crate::ingest::account::Account;
use crate::ingest::reject::Rejection;
use crate::store::disk::{make_private_dir, tighten_dir};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Directory inside the store.
pub const DIR: &str = "rejections";

/// The row account of one source, as printed everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceAccount {
    /// What the source is called.
    pub file: String,
    /// BLAKE3 of its bytes, in hex.
    pub blake3: String,
    /// What its times are.
    pub time_basis: TimeBasis,
    /// What the mapping is called, if it is a sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<String>,
    /// Records read.
    pub read: u64,
    /// New to the log when it was first read, and since.
    pub accepted: u64,
    /// Known already with the same content.
    pub duplicate: u64,
    /// Refused.
    pub rejected: u64,
    /// Of the accepted: a known key with other content.
    pub conflicting: u64,
    /// Refused, by reason code.
    pub reasons: BTreeMap<String, u64>,
    /// The source broke off before its end.
    pub truncated: bool,
    /// The source was refused whole because of an identifier.
    pub refused: bool,
}

impl SourceAccount {
    /// The account of a reading.
    #[must_use]
    pub fn new(file: &str, blake3: String, time_basis: TimeBasis, account: &Account) -> Self {
        let reasons = &account.rejected;
        Self {
            file: file.into(),
            blake3,
            time_basis,
            mapping: None,
            read: account.read,
            accepted: account.accepted,
            duplicate: account.duplicate,
            rejected: account.n_rejected(),
            conflicting: account.conflicting,
            reasons: reasons.iter().map(|(reason, n)| (reason.code().into(), *n)).collect(),
            truncated: account.truncated,
            refused: account.refused,
        }
    }

    /// Records rejected for a suspected identifier.
    #[must_use]
    pub fn n_identifiers(&self) -> u64 {
        let is_identifier = |code: &str| {
            Reason::parse(code).is_some_and(crate::event::refuse::Reason::is_identifier)
        };
        self.reasons.iter().filter(|(code, _)| is_identifier(code)).map(|(_, n)| n).sum()
    }

    /// Adds what an earlier reading of the same bytes brought.
    fn after(mut self, earlier: &Self) -> Self {
        self.accepted += earlier.accepted.min(self.duplicate);
        self.duplicate = self.read - self.accepted - self.rejected;
        self.conflicting += earlier.conflicting;
        self
    }
}

#[derive(Serialize)]
struct RejectionLine<'a> {
    file: &'a str,
    line: Option<u64>,
    reason: &'a str,
    field: &'a str,
    records: u64,
}

#[derive(Serialize, Deserialize)]
struct AccountLine {
    account: SourceAccount,
}

/// The account file of one source being read.
pub struct AccountWriter {
    out: BufWriter<NamedTempFile>,
    file: String,
    path: PathBuf,
}

impl AccountWriter {
    /// Begins the account of a source.
    ///
    /// # Errors
    /// [`PipelineError::Write`] if the directory cannot be written to.
    pub fn begin(
        store: &Path,
        file: &str,
        blake3: &str,
        mapping: Option<&str>,
    ) -> Result<Self, PipelineError> {
        let dir = store.join(DIR);
        make_private_dir(&dir)
            .and_then(|()| tighten_dir(&dir))
            .map_err(PipelineError::write(&dir))?;
        let temporary = NamedTempFile::new_in(&dir).map_err(PipelineError::write(&dir))?;
        let path = path_of(store, blake3, mapping);
        Ok(Self { out: BufWriter::new(temporary), file: file.into(), path })
    }

    /// Notes a rejection.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn reject(&mut self, rejection: &Rejection) -> std::io::Result<()> {
        let line = RejectionLine {
            file: &self.file,
            line: rejection.line,
            reason: rejection.reason.code(),
            field: &rejection.field,
            records: rejection.n_records,
        };
        serde_json::to_writer(&mut self.out, &line)?;
        self.out.write_all(b"\n")
    }

    /// Closes the account and puts it in place of an earlier one; returns it as it now stands.
    ///
    /// # Errors
    /// [`PipelineError::Write`] if the disk refuses.
    pub fn finish(mut self, account: SourceAccount) -> Result<SourceAccount, PipelineError> {
        let account = match read(&self.path)? {
            Some(earlier) => account.after(&earlier),
            None => account,
        };
        let line = AccountLine { account: account.clone() };
        let written = serde_json::to_writer(&mut self.out, &line)
            .map_err(std::io::Error::from)
            .and_then(|()| self.out.write_all(b"\n"));
        written.map_err(PipelineError::write(&self.path))?;
        let file = self.out.into_inner().map_err(std::io::IntoInnerError::into_error);
        let file = file.map_err(PipelineError::write(&self.path))?;
        file.as_file().sync_all().map_err(PipelineError::write(&self.path))?;
        let placed = file.persist(&self.path).map_err(|error| error.error);
        placed.map_err(PipelineError::write(&self.path))?;
        Ok(account)
    }
}

fn path_of(store: &Path, blake3: &str, mapping: Option<&str>) -> PathBuf {
    let digest = &blake3[..blake3.len().min(32)];
    let mapping = mapping.map_or_else(String::new, |name| format!("-{name}"));
    store.join(DIR).join(format!("{digest}{mapping}.ndjson"))
}

/// The account kept for a source; `None` if it was never read.
fn read(path: &Path) -> Result<Option<SourceAccount>, PipelineError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(PipelineError::write(path)(error)),
    };
    let mut last = String::new();
    for line in BufReader::new(file).lines() {
        last = line.map_err(PipelineError::write(path))?;
    }
    Ok(serde_json::from_str::<AccountLine>(&last).ok().map(|line| line.account))
}

/// The account files of a store that cannot be read as such.
///
/// # Errors
/// [`PipelineError::Write`] if the directory cannot be read.
pub fn unreadable(store: &Path) -> Result<Vec<PathBuf>, PipelineError> {
    let is_unreadable = |path: &PathBuf| !matches!(read(path), Ok(Some(_)));
    Ok(paths(store)?.into_iter().filter(is_unreadable).collect())
}

/// The accounts of every source of the store, by file name, then digest.
///
/// # Errors
/// [`PipelineError::Write`] if they cannot be read.
pub fn all(store: &Path) -> Result<Vec<SourceAccount>, PipelineError> {
    let mut accounts = Vec::new();
    for path in paths(store)? {
        accounts.extend(read(&path)?);
    }
    accounts.sort_by(|a: &SourceAccount, b| (&a.file, &a.blake3).cmp(&(&b.file, &b.blake3)));
    Ok(accounts)
}

/// The account files of a store.
fn paths(store: &Path) -> Result<Vec<PathBuf>, PipelineError> {
    let dir = store.join(DIR);
    let entries = match std::fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(PipelineError::write(&dir)(error)),
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let paths = paths.collect::<Result<Vec<_>, _>>().map_err(PipelineError::write(&dir))?;
    let is_account = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "ndjson");
    Ok(paths.into_iter().filter(is_account).collect())
}
