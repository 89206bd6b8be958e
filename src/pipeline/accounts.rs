//! Row accounts and rejections of every source the store was ever fed from, kept beside the log.
//!
//! ```text
//! <store>/rejections/<digest>.ndjson             a line a rejection, then a line an account
//! <store>/rejections/<digest>-<mapping>.ndjson   the same of a sheet
//! ```
//!
//! A source is known by the digest of its bytes, a sheet also by the name of its mapping. One that
//! is read again replaces its rejections; what it brought before stays accepted, so that the
//! accepted records of all accounts are the events of the log, and of those erased since. The
//! accounts of before stay above the new one, each with the version of the log it was made at, so
//! that a report about the past can say what was known then.

use super::error::PipelineError;
use crate::event::refuse::Reason;
use crate::event::time::TimeBasis;
use crate::ingest::account::Account;
use crate::ingest::reject::Rejection;
use crate::store::disk::{entries, make_private_dir, replace, tighten_dir, tighten_file};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

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

/// When an account was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The version of the log that holds what the source brought.
    pub version: u64,
    /// When the reading began, in microseconds since the Unix epoch.
    pub at_us: i64,
}

/// A point in the past of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Accounts of later versions are not known yet.
    pub version: u64,
    /// Nor are those made later than this, where a time was asked for: a source without anything
    /// new makes an account and no version.
    pub at_us: Option<i64>,
}

/// An account as it stands in its file. Those written by the first programs do not say when they
/// were made, and count at every time.
#[derive(Serialize, Deserialize)]
struct AccountLine {
    account: SourceAccount,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_us: Option<i64>,
}

/// How a line with an account begins; one with a rejection begins otherwise.
const ACCOUNT: &str = "{\"account\":";

impl AccountLine {
    fn is_known_at(&self, cut: Cut) -> bool {
        self.version.is_none_or(|version| version <= cut.version)
            && self.at_us.zip(cut.at_us).is_none_or(|(made, cut)| made <= cut)
    }
}

/// The account file of one source being read.
pub struct AccountWriter {
    out: BufWriter<File>,
    file: String,
    /// Where it waits, and where it will stand.
    aside: PathBuf,
    place: PathBuf,
}

impl AccountWriter {
    /// Begins the account of a source in a directory where it waits.
    ///
    /// # Errors
    /// [`PipelineError::Write`] if the directory cannot be written to.
    pub(super) fn begin(
        waiting: &Path,
        store: &Path,
        file: &str,
        blake3: &str,
        mapping: Option<&str>,
    ) -> Result<Self, PipelineError> {
        let name = name_of(blake3, mapping);
        let aside = waiting.join(&name);
        let out = File::create(&aside).and_then(|out| tighten_file(&aside).map(|()| out));
        let out = BufWriter::new(out.map_err(PipelineError::write(&aside))?);
        Ok(Self { out, file: file.into(), aside, place: store.join(DIR).join(name) })
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

    /// Closes the account; returns it as it will stand, in place of an earlier one. It is on the
    /// disk then.
    ///
    /// # Errors
    /// [`PipelineError::Write`] if the disk refuses.
    pub fn finish(
        mut self,
        account: SourceAccount,
        reading: Reading,
    ) -> Result<SourceAccount, PipelineError> {
        let mut lines = read(&self.place)?;
        let account = match lines.last() {
            Some(earlier) => account.after(&earlier.account),
            None => account,
        };
        // A bad file that is read again every night says the same every night.
        if lines.last().is_none_or(|last| last.account != account) {
            let Reading { version, at_us } = reading;
            let (version, at_us) = (Some(version), Some(at_us));
            lines.push(AccountLine { account: account.clone(), version, at_us });
        }
        let written = write_lines(&mut self.out, &lines)
            .and_then(|()| self.out.flush())
            .and_then(|()| self.out.get_ref().sync_all());
        written.map_err(PipelineError::write(&self.aside))?;
        Ok(account)
    }
}

/// The directory of a store's accounts, made if it is missing.
pub(super) fn dir_of(store: &Path) -> Result<PathBuf, PipelineError> {
    let dir = store.join(DIR);
    make_private_dir(&dir).and_then(|()| tighten_dir(&dir)).map_err(PipelineError::write(&dir))?;
    Ok(dir)
}

fn name_of(blake3: &str, mapping: Option<&str>) -> String {
    let digest = &blake3[..blake3.len().min(32)];
    let mapping = mapping.map_or_else(String::new, |name| format!("-{name}"));
    format!("{digest}{mapping}.ndjson")
}

fn write_lines(out: &mut impl Write, lines: &[AccountLine]) -> std::io::Result<()> {
    for line in lines {
        serde_json::to_writer(&mut *out, line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The accounts kept for a source, oldest first; none if it was never read.
fn read(path: &Path) -> Result<Vec<AccountLine>, PipelineError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(PipelineError::write(path)(error)),
    };
    let mut accounts = Vec::new();
    for line in BufReader::new(file).lines() {
        let line = line.map_err(PipelineError::write(path))?;
        if line.starts_with(ACCOUNT) {
            accounts.extend(serde_json::from_str::<AccountLine>(&line).ok());
        }
    }
    Ok(accounts)
}

/// The files of accounts of a store.
fn paths(store: &Path) -> Result<Vec<PathBuf>, PipelineError> {
    let dir = store.join(DIR);
    let is_account = |name: &str| Path::new(name).extension().is_some_and(|end| end == "ndjson");
    entries(&dir, is_account).map_err(PipelineError::write(&dir))
}

/// The account files of a store that cannot be read as such.
///
/// # Errors
/// [`PipelineError::Write`] if the directory cannot be read.
pub fn unreadable(store: &Path) -> Result<Vec<PathBuf>, PipelineError> {
    let is_unreadable = |path: &PathBuf| !read(path).is_ok_and(|accounts| !accounts.is_empty());
    Ok(paths(store)?.into_iter().filter(is_unreadable).collect())
}

/// The accounts of every source of the store, by file name, then digest.
///
/// # Errors
/// [`PipelineError::Write`] if they cannot be read.
pub fn all(store: &Path) -> Result<Vec<SourceAccount>, PipelineError> {
    as_of(store, None)
}

/// The same as it was at a point in the past.
///
/// # Errors
/// [`PipelineError::Write`] if they cannot be read.
pub fn as_of(store: &Path, cut: Option<Cut>) -> Result<Vec<SourceAccount>, PipelineError> {
    let mut accounts = Vec::new();
    for path in paths(store)? {
        let is_known = |line: &AccountLine| cut.is_none_or(|cut| line.is_known_at(cut));
        accounts.extend(read(&path)?.into_iter().rfind(is_known).map(|line| line.account));
    }
    accounts.sort_by(|a: &SourceAccount, b| (&a.file, &a.blake3).cmp(&(&b.file, &b.blake3)));
    Ok(accounts)
}

/// Whether every source of some digests has an account made at a version or later: they are
/// written right after the commit.
///
/// # Errors
/// [`PipelineError::Write`] if they cannot be read.
pub fn are_made(store: &Path, digests: &[String], version: u64) -> Result<bool, PipelineError> {
    let mut made = BTreeSet::new();
    for line in paths(store)?.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()? {
        let last = line.last().filter(|last| last.version.is_some_and(|made| made >= version));
        made.extend(last.map(|last| last.account.blake3.clone()));
    }
    Ok(digests.iter().all(|digest| made.contains(digest)))
}

/// Copies the accounts and rejections of a store into another, as they were at a version. Of a
/// source that was read again since, the rejections of that time are no more; they come again with
/// its next reading.
///
/// # Errors
/// [`PipelineError::Write`] if the disk refuses.
pub fn copy(store: &Path, to: &Path, version: u64) -> Result<(), PipelineError> {
    let dir = to.join(DIR);
    make_private_dir(&dir).map_err(PipelineError::write(&dir))?;
    let cut = Cut { version, at_us: None };
    for path in paths(store)? {
        let text = match std::fs::read_to_string(&path) {
            // A source of which a person was erased meanwhile.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            text => text.map_err(PipelineError::write(&path))?,
        };
        let accounts = text.lines().filter(|line| line.starts_with(ACCOUNT));
        let accounts = accounts.filter_map(|line| serde_json::from_str::<AccountLine>(line).ok());
        let (kept, later): (Vec<_>, Vec<_>) = accounts.partition(|line| line.is_known_at(cut));
        if kept.is_empty() {
            continue;
        }
        let place = dir.join(path.file_name().unwrap_or_default());
        let written = replace(&place, |file| {
            let mut out = BufWriter::new(file);
            let rejections = text.lines().filter(|line| !line.starts_with(ACCOUNT));
            for line in rejections.filter(|_| later.is_empty()) {
                writeln!(out, "{line}")?;
            }
            write_lines(&mut out, &kept)?;
            out.flush()
        });
        written.map_err(PipelineError::write(&place))?;
    }
    Ok(())
}
