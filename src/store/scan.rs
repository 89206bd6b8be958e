//! Reading events back, some shares of the subjects at a time.

use super::columns::decode::Decoder;
use super::data_file::{self, Batches, Part};
use super::error::StoreError;
use super::log::EventLog;
use super::row::InLog;
use crate::event::envelope::Logged;
use crate::event::ids::{Source, Subject};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;

/// Files that are kept open from one reading to the next, a few megabytes each. Where there are
/// more they are opened anew each time, so that neither memory nor open files grow with the store.
const MOST_OPEN: usize = 128;

/// Events as they were read: a list a file.
#[derive(Debug)]
pub struct Scan(Vec<Vec<Logged>>);

impl Scan {
    /// Every event, in no order.
    pub fn events(&self) -> impl Iterator<Item = &Logged> {
        self.0.iter().flatten()
    }

    /// The sources of the events.
    #[must_use]
    pub fn sources(&self) -> BTreeSet<Source> {
        let of_file = |events: &Vec<Logged>| {
            let mut sources: BTreeSet<Source> = BTreeSet::new();
            for source in events.iter().map(|logged| &logged.event.source) {
                if !sources.contains(source) {
                    sources.insert(source.clone());
                }
            }
            sources
        };
        let files = self.0.par_iter().map(of_file);
        files.reduce(BTreeSet::new, |mut all, more| {
            all.extend(more);
            all
        })
    }

    /// Every event, sorted by [`Logged::log_order`], however they were batched.
    #[must_use]
    pub fn in_order(&self) -> Vec<&Logged> {
        let mut events: Vec<InLog> = self.events().map(InLog::of).collect();
        // Stable, because it is fast on the sorted runs that the files are.
        events.par_sort_by(InLog::order);
        events.into_iter().map(|ranked| ranked.logged).collect()
    }
}

/// The events of a log, read once from the first share to the last.
pub struct ShareReader {
    files: Vec<ShareFile>,
    most_open: usize,
}

impl EventLog {
    /// The events of the subjects of some shares, to be read a few shares at a time.
    ///
    /// # Errors
    /// [`StoreError`] if a file cannot be read.
    pub fn in_shares(&self, shares: &Range<i32>) -> Result<ShareReader, StoreError> {
        self.with_most_open(shares, MOST_OPEN)
    }

    pub(super) fn with_most_open(
        &self,
        shares: &Range<i32>,
        most_open: usize,
    ) -> Result<ShareReader, StoreError> {
        let files = self.table.live_files(&self.snapshot, Some(shares))?;
        let files = files.into_iter().map(|file| ShareFile::of(file.path, shares));
        Ok(ShareReader { files: files.collect::<Result<_, _>>()?, most_open })
    }

    /// Every event of the subjects of these shares. All events of a subject are in one share. Memory
    /// grows with the shares asked for; [`EventLog::n_events`] over
    /// [`SHARES`](super::share::SHARES) is about what one
    /// holds.
    ///
    /// # Errors
    /// [`StoreError`] if a file cannot be read, or holds what is not of the vocabulary.
    pub fn scan(&self, shares: &Range<i32>) -> Result<Scan, StoreError> {
        self.in_shares(shares)?.read_before(shares.end)
    }
}

impl ShareReader {
    /// Every event of the shares before `end` that has not been read yet.
    ///
    /// # Errors
    /// [`StoreError`] if a file cannot be read, or holds what is not of the vocabulary.
    pub fn read_before(&mut self, end: i32) -> Result<Scan, StoreError> {
        let keep_open = self.files.len() <= self.most_open;
        let files = self.files.par_iter_mut();
        files.map(|file| file.read_before(end, keep_open)).collect::<Result<_, _>>().map(Scan)
    }
}

/// A data file that is being read.
struct ShareFile {
    path: PathBuf,
    /// The shares it holds.
    own: Range<i32>,
    /// Of those that are asked for, the ones not read yet.
    left: Range<i32>,
    /// The subject of the row before.
    subject: Option<Subject>,
    open: Option<Open>,
}

/// Where the reading of a file has come to: a row of a batch.
struct Open {
    batches: Batches,
    batch: Option<Decoder>,
    row: usize,
}

impl Open {
    /// The batch with the next row, and the place of that; `None` behind the last row.
    fn next(
        &mut self,
        corrupt: &impl Fn(&'static str) -> StoreError,
    ) -> Result<Option<(&Decoder, usize)>, StoreError> {
        while self.batch.as_ref().is_none_or(|batch| self.row == batch.n_rows()) {
            let Some(batch) = self.batches.next().transpose()? else { return Ok(None) };
            self.batch = Some(Decoder::new(&batch).map_err(corrupt)?);
            self.row = 0;
        }
        Ok(self.batch.as_ref().map(|batch| (batch, self.row)))
    }
}

impl ShareFile {
    fn of(path: PathBuf, shares: &Range<i32>) -> Result<Self, StoreError> {
        let own = data_file::shares_of(&path)?;
        let left = own.start.max(shares.start)..own.end.min(shares.end);
        Ok(Self { path, own, left, subject: None, open: None })
    }

    /// The events of the shares before `end`, in the order of the file.
    fn read_before(&mut self, end: i32, keep_open: bool) -> Result<Vec<Logged>, StoreError> {
        let mut events = Vec::new();
        if end <= self.left.start || self.left.is_empty() {
            return Ok(events);
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.open()?,
        };
        let corrupt = |column| StoreError::Corrupt { path: self.path.clone(), column };
        while let Some((batch, row)) = open.next(&corrupt)? {
            let share = batch.share(row).map_err(corrupt)?;
            if share >= end {
                break;
            }
            // Rows stand in the order of their shares.
            if share < self.left.start {
                return Err(corrupt("share"));
            }
            events.push(batch.event(row, &mut self.subject).map_err(corrupt)?);
            open.row += 1;
        }
        self.left.start = end;
        self.open = (keep_open && end < self.left.end).then_some(open);
        Ok(events)
    }

    fn open(&self) -> Result<Open, StoreError> {
        let shares = (self.left != self.own).then(|| self.left.clone());
        let batches =
            data_file::open(&self.path, &Part { shares, coded: true, ..Part::default() })?;
        Ok(Open { batches, batch: None, row: 0 })
    }
}
