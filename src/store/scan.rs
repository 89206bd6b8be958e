//! Reading events back, some shares of the subjects at a time.

use super::columns::Bad;
use super::columns::arrays::Whose;
use super::columns::decode::Decoder;
use super::columns::laid_out::LaidOut;
use super::data_file::{self, Batches};
use super::error::StoreError;
use super::log::EventLog;
use super::row::Beginning;
use crate::event::envelope::Logged;
use crate::event::ids::{Source, Subject};
use crate::event::view::EventView;
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files that are kept open from one reading to the next, a few megabytes each. Where there are
/// more they are opened anew each time, so that neither memory nor open files grow with the store.
const MOST_OPEN: usize = 128;

/// Columns that the fold never asks for. None of them is needed to tell what a correction corrects: a
/// session always says its route and drug.
const NOT_FOLDED: [&str; 5] =
    ["file_digest", "line", "duration_min", "monitoring_min", "stopped_early"];

/// Rows as they were read, file by file. Events are made of them when they are asked for, one
/// person's after the other's: all of them together would leave the core's own memory again and
/// again.
pub struct Scan(Vec<Rows>);

/// What was read of a file.
struct Rows {
    path: PathBuf,
    parts: Vec<Part>,
}

/// Rows that stand behind each other in a batch.
struct Part {
    batch: Arc<Batch>,
    rows: Range<usize>,
}

/// Rows that were read together.
enum Batch {
    /// With all that is known of them.
    Whole(Box<Decoder>),
    /// With what the fold asks for.
    LaidOut(Box<LaidOut>),
}

impl Batch {
    fn whose(&self) -> &Whose {
        match self {
            Self::Whole(batch) => &batch.whose,
            Self::LaidOut(batch) => &batch.whose,
        }
    }
}

/// Rows of one subject that stand behind each other in a batch.
struct Run<'a> {
    share: i32,
    beginning: Beginning,
    subject: &'a str,
    batch: &'a Batch,
    rows: Range<usize>,
    path: &'a Path,
}

impl Scan {
    /// The sources of the events.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if a row has none.
    pub fn sources(&self) -> Result<BTreeSet<Source>, StoreError> {
        let mut sources: BTreeSet<&Source> = BTreeSet::new();
        for Rows { path, parts } in &self.0 {
            for Part { batch, rows } in parts {
                sources.extend(batch.whose().sources(rows.clone()).map_err(corrupt(path))?);
            }
        }
        Ok(sources.into_iter().cloned().collect())
    }

    /// Every event, sorted by [`Logged::log_order`], however they were batched.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if a row is not of the vocabulary, or was read for the fold, which
    /// leaves out where events were read.
    pub fn in_order(&self) -> Result<Vec<Logged>, StoreError> {
        let mut events = Vec::new();
        for run in self.runs()? {
            run.read(&mut events)?;
        }
        events.sort_by(Logged::log_order);
        Ok(events)
    }

    /// Has every subject taken in with their events, sorted by [`EventView::order`]. Subjects come in
    /// the order of their shares and pseudonyms, as many to each of the `takers`: those of the first
    /// before those of the second, side by side.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if a row is not of the vocabulary, or was not read for the fold.
    pub fn fold_subjects<T: Send>(
        &self,
        takers: &mut [T],
        take_in: impl Fn(&mut T, &Subject, &[EventView<'_>]) + Sync,
    ) -> Result<(), StoreError> {
        let mut runs = self.runs()?;
        // Stable, because it is fast on the sorted shares that the runs are from.
        runs.par_sort_by(Run::order);
        let subjects: Vec<&[Run]> = runs.chunk_by(|a, b| a.subject == b.subject).collect();
        let of_some = |(taker, subjects): (&mut T, &[&[Run]])| {
            // One place for the events of everyone, which stays near the core.
            let mut events = Vec::new();
            for runs in subjects {
                let subject = Subject::new(runs[0].subject).ok_or("subject");
                let subject = subject.map_err(corrupt(runs[0].path))?;
                events.clear();
                for run in *runs {
                    run.look(&mut events)?;
                }
                events.sort_by(EventView::order);
                take_in(taker, &subject, &events);
            }
            Ok(())
        };
        let to_each = subjects.len().div_ceil(takers.len().max(1)).max(1);
        let some = takers.par_iter_mut().zip(subjects.par_chunks(to_each)).with_max_len(1);
        // Collected first, so that of several errors the first is said, whoever met it first.
        let all: Vec<_> = some.map(of_some).collect();
        all.into_iter().collect()
    }

    fn runs(&self) -> Result<Vec<Run<'_>>, StoreError> {
        let mut runs = Vec::new();
        for Rows { path, parts } in &self.0 {
            for Part { batch, rows } in parts {
                let mut left = rows.clone();
                while !left.is_empty() {
                    let whose = batch.whose();
                    let (subject, end) = whose.same_subject(left.clone()).map_err(corrupt(path))?;
                    let share = whose.share(left.start).map_err(corrupt(path))?;
                    let beginning = Beginning::of(subject);
                    let rows = left.start..end;
                    runs.push(Run { share, beginning, subject, batch, rows, path });
                    left.start = end;
                }
            }
        }
        Ok(runs)
    }
}

impl<'a> Run<'a> {
    /// By share, then by subject: the same however many shares are read at once.
    fn order(&self, other: &Self) -> Ordering {
        self.share.cmp(&other.share).then_with(|| {
            let order = self.beginning.order(other.beginning);
            order.unwrap_or_else(|| self.subject.cmp(other.subject))
        })
    }

    /// Adds its events to others.
    fn read(&self, events: &mut Vec<Logged>) -> Result<(), StoreError> {
        let Batch::Whole(batch) = self.batch else { return Err(corrupt(self.path)("file_digest")) };
        let mut subject = None;
        for row in self.rows.clone() {
            events.push(batch.event(row, &mut subject).map_err(corrupt(self.path))?);
        }
        Ok(())
    }

    /// Adds its events, as the fold looks at them, to others.
    fn look(&self, events: &mut Vec<EventView<'a>>) -> Result<(), StoreError> {
        let Batch::LaidOut(batch) = self.batch else { return Err(corrupt(self.path)("type")) };
        for row in self.rows.clone() {
            events.push(batch.view(row).map_err(corrupt(self.path))?);
        }
        Ok(())
    }
}

fn corrupt(path: &Path) -> impl Fn(Bad) -> StoreError {
    |column| StoreError::Corrupt { path: path.to_owned(), column }
}

/// The events of a log, read once from the first share to the last.
pub struct ShareReader {
    files: Vec<ShareFile>,
    most_open: usize,
    purpose: Purpose,
}

/// What events are read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To have them whole.
    Whole,
    /// For the fold.
    Fold,
}

impl EventLog {
    /// What the fold asks for of the events of the subjects of some shares, to be read a few shares at
    /// a time.
    ///
    /// # Errors
    /// [`StoreError`] if a file cannot be read.
    pub fn in_shares(&self, shares: &Range<i32>) -> Result<ShareReader, StoreError> {
        Ok(ShareReader { purpose: Purpose::Fold, ..self.with_most_open(shares, MOST_OPEN)? })
    }

    pub(super) fn with_most_open(
        &self,
        shares: &Range<i32>,
        most_open: usize,
    ) -> Result<ShareReader, StoreError> {
        let files = self.table.live_files(&self.snapshot, Some(shares))?;
        let files = files.into_iter().map(|file| ShareFile::of(file.path, shares));
        Ok(ShareReader {
            files: files.collect::<Result<_, _>>()?,
            most_open,
            purpose: Purpose::Whole,
        })
    }

    /// Every row of the subjects of these shares. All events of a subject are in one share. Memory
    /// grows with the shares asked for; [`EventLog::n_events`] over
    /// [`SHARES`](super::share::SHARES) is about what one
    /// holds.
    ///
    /// # Errors
    /// [`StoreError`] if a file cannot be read.
    pub fn scan(&self, shares: &Range<i32>) -> Result<Scan, StoreError> {
        self.with_most_open(shares, MOST_OPEN)?.read_before(shares.end)
    }
}

impl ShareReader {
    /// Every row of the shares before `end` that has not been read yet.
    ///
    /// # Errors
    /// [`StoreError`] if a file cannot be read, or its rows are not in order.
    pub fn read_before(&mut self, end: i32) -> Result<Scan, StoreError> {
        let keep_open = self.files.len() <= self.most_open;
        let purpose = self.purpose;
        // Each by itself: few have to read on, and those take long.
        let files = self.files.par_iter_mut().with_max_len(1);
        let read = files.map(|file| file.read_before(end, keep_open, purpose));
        read.collect::<Result<_, _>>().map(Scan)
    }
}

/// A data file that is being read.
struct ShareFile {
    path: PathBuf,
    /// The shares it holds.
    own: Range<i32>,
    /// Of those that are asked for, the ones not read yet.
    left: Range<i32>,
    open: Option<Open>,
}

/// Where the reading of a file has come to: a row of a batch.
struct Open {
    batches: Batches,
    batch: Option<Arc<Batch>>,
    row: usize,
}

impl Open {
    /// The batch with the next row; `None` behind the last row.
    fn next(&mut self, path: &Path, purpose: Purpose) -> Result<Option<&Arc<Batch>>, StoreError> {
        while self.batch.as_ref().is_none_or(|batch| self.row == batch.whose().n_rows()) {
            let Some(batch) = self.batches.next().transpose()? else { return Ok(None) };
            let whole = Decoder::new(&batch).map_err(corrupt(path))?;
            let batch = match purpose {
                Purpose::Whole => Batch::Whole(Box::new(whole)),
                Purpose::Fold => {
                    Batch::LaidOut(Box::new(LaidOut::of(whole).map_err(corrupt(path))?))
                }
            };
            self.batch = Some(Arc::new(batch));
            self.row = 0;
        }
        Ok(self.batch.as_ref())
    }
}

impl ShareFile {
    fn of(path: PathBuf, shares: &Range<i32>) -> Result<Self, StoreError> {
        let own = data_file::shares_of(&path)?;
        let left = own.start.max(shares.start)..own.end.min(shares.end);
        Ok(Self { path, own, left, open: None })
    }

    /// The rows of the shares before `end`, in the order of the file.
    fn read_before(
        &mut self,
        end: i32,
        keep_open: bool,
        purpose: Purpose,
    ) -> Result<Rows, StoreError> {
        let mut rows = Rows { path: self.path.clone(), parts: Vec::new() };
        if end <= self.left.start || self.left.is_empty() {
            return Ok(rows);
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.open(purpose)?,
        };
        while let Some(batch) = open.next(&self.path, purpose)? {
            let batch = Arc::clone(batch);
            let (start, whose) = (open.row, batch.whose());
            while open.row < whose.n_rows() {
                let share = whose.share(open.row).map_err(corrupt(&self.path))?;
                if share >= end {
                    break;
                }
                // Rows stand in the order of their shares.
                if share < self.left.start {
                    return Err(corrupt(&self.path)("share"));
                }
                open.row += 1;
            }
            let is_whole = open.row == whose.n_rows();
            rows.parts.push(Part { batch, rows: start..open.row });
            if !is_whole {
                break;
            }
        }
        self.left.start = end;
        self.open = (keep_open && end < self.left.end).then_some(open);
        Ok(rows)
    }

    fn open(&self, purpose: Purpose) -> Result<Open, StoreError> {
        let shares = (self.left != self.own).then(|| self.left.clone());
        let but = match purpose {
            Purpose::Whole => &[][..],
            Purpose::Fold => &NOT_FOLDED,
        };
        let part = data_file::Part { but, shares, coded: true, ..Default::default() };
        let batches = data_file::open(&self.path, &part)?;
        Ok(Open { batches, batch: None, row: 0 })
    }
}
