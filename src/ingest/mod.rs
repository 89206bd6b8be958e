//! Source files to accepted events and rejections. Layer 2.
//!
//! What happens to a record, step by step:
//!
//! | step | file | outcome |
//! |---|---|---|
//! | 1 read | [`lines`], [`sheet`] | a line of at most 1 MiB, or `line-too-long`; a row, and the records a mapping makes of it |
//! | 2 parse, upcast, validate | [`record`] | a typed event, or a reason and a field |
//! | 3 gate | `privacy::gate` | de-identified, or `identifier-...` |
//! | 4 dedupe | [`KnownKeys`] | new, duplicate, or conflicting with what is stored |
//! | 5 append | [`Sink`] | whoever wired the ingest: the store, or nobody for `check` |
//!
//! A bad line never costs the others. An identifier costs its file, unless the pipeline asks for
//! less. Whatever happens, `read = accepted + duplicate + rejected`.

pub mod account;
pub mod checked;
pub mod error;
pub mod lines;
mod plain;
pub mod record;
pub mod reject;
pub mod sheet;
pub mod source;
mod usual;

use account::Account;
use checked::{Checked, Checking};
use error::IngestError;
use lines::{Block, Line, Lines};
use rayon::prelude::*;
use record::Context;
use reject::Rejection;
use sheet::reader::Sheet;
use source::{OnIdentifier, SourceFile};

use crate::event::envelope::{Event, Origin};
use crate::event::key::{ContentDigest, KnownKeys, Novelty};
use crate::event::refuse::{Reason, Refusal};
use crate::event::time::TimeBasis;
use crate::privacy::gate::{Deidentified, Gate};
use std::io::BufRead;
use std::thread;

/// Error of whoever takes the events.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// An event that may be stored, with where it was read and what it says.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The event.
    pub event: Deidentified<Box<Event>>,
    /// File digest and line.
    pub origin: Origin,
    /// What the times of its source are.
    pub basis: TimeBasis,
    /// Digest of its canonical text.
    pub content: ContentDigest,
}

/// Takes what ingest brings, a source at a time.
pub trait Sink {
    /// # Errors
    /// If the event cannot be taken.
    fn accept(&mut self, accepted: Accepted) -> Result<(), SinkError>;
    /// # Errors
    /// If the rejection cannot be noted.
    fn reject(&mut self, rejection: Rejection) -> Result<(), SinkError>;
    /// Forgets every event accepted since the source began.
    ///
    /// # Errors
    /// If they cannot be taken back.
    fn drop_accepted(&mut self) -> Result<(), SinkError>;
}

/// Fewest lines that are worth another task.
const LINES_PER_TASK: usize = 256;

/// The records of a source, a block at a time.
pub enum Records {
    /// Lines of NDJSON, those at hand, and those read ahead.
    Lines(Lines<Box<dyn BufRead + Send>>, Block, Block),
    /// Rows of a sheet.
    Sheet(Box<Sheet>),
}

impl Records {
    /// Opens a source: a sheet if it has a mapping, lines otherwise.
    ///
    /// # Errors
    /// If it cannot be read, or its header does not fit its mapping.
    pub fn open(source: &SourceFile) -> Result<Self, IngestError> {
        Ok(match &source.mapping {
            Some(mapping) => {
                let sheet = Sheet::open(&source.label, source.open_sheet()?, mapping)?;
                Self::Sheet(Box::new(sheet))
            }
            None => Self::of_lines(source.open()?),
        })
    }

    /// The records of a stream of lines.
    #[must_use]
    pub fn of_lines(reader: Box<dyn BufRead + Send>) -> Self {
        Self::Lines(Lines::new(reader), Block::default(), Block::default())
    }

    /// Fills `checked` with the next records, each with its line; none is the end.
    fn fill(&mut self, checked: &mut Vec<(u64, Checked)>, context: &Context, gate: &Gate) {
        match self {
            Self::Lines(lines, block, ahead) => {
                if ahead.is_empty() {
                    lines.fill(ahead);
                }
                std::mem::swap(block, ahead);
                thread::scope(|scope| {
                    scope.spawn(|| lines.fill(ahead));
                    (0..block.len())
                        .into_par_iter()
                        .with_min_len(LINES_PER_TASK)
                        .map_init(
                            || Checking::at(gate),
                            |checking, at| {
                                let line = block.line(at);
                                (line.number, check(line, context, checking))
                            },
                        )
                        .collect_into_vec(checked);
                });
            }
            Self::Sheet(sheet) => *checked = sheet.next_block(context, gate),
        }
    }

    /// Whether the source broke off before its end.
    fn broke_off(self) -> bool {
        match self {
            Self::Lines(lines, ..) => lines.into_error().is_some(),
            Self::Sheet(sheet) => sheet.broke_off(),
        }
    }
}

/// Reads one source to its end.
///
/// # Errors
/// If the rows do not add up, or the sink fails.
pub fn read_source(
    source: &SourceFile,
    digest: [u8; 32],
    mut records: Records,
    context: &Context,
    gate: &Gate,
    known: &mut dyn KnownKeys,
    sink: &mut dyn Sink,
) -> Result<Account, IngestError> {
    let mut taking =
        Taking { source, digest, account: Account::default(), identifier_found: false };
    let (mut at_hand, mut next) = (Vec::new(), Vec::new());
    records.fill(&mut at_hand, context, gate);
    while !at_hand.is_empty() {
        // While these are compared with the others one by one, the next are checked. Not by a task
        // of rayon's: whoever takes an event may wait for a data file, which others of its tasks
        // write.
        thread::scope(|scope| {
            let filling = scope.spawn(|| records.fill(&mut next, context, gate));
            let taken = taking.take_in(at_hand.drain(..), known, sink);
            filling.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            taken
        })?;
        std::mem::swap(&mut at_hand, &mut next);
    }
    let Taking { mut account, identifier_found, .. } = taking;
    account.truncated |= records.broke_off();
    if identifier_found && source.on_identifier == OnIdentifier::RefuseFile {
        refuse_whole(&mut account, known, sink)?;
    } else {
        known.keep_source()?;
    }
    account.check(&source.label)?;
    Ok(account)
}

/// What became of the records of a source so far.
struct Taking<'a> {
    source: &'a SourceFile,
    digest: [u8; 32],
    account: Account,
    identifier_found: bool,
}

impl Taking<'_> {
    /// Counts records, and passes on those that are new or rejected, in their order.
    fn take_in(
        &mut self,
        records: impl Iterator<Item = (u64, Checked)>,
        known: &mut dyn KnownKeys,
        sink: &mut dyn Sink,
    ) -> Result<(), IngestError> {
        let account = &mut self.account;
        for (line, checked) in records {
            account.read += 1;
            match checked {
                Checked::Bad(Refusal { reason, field }) => {
                    self.identifier_found |= reason.is_identifier();
                    account.truncated |= reason == Reason::SourceTruncated;
                    account.reject(reason, 1);
                    sink.reject(Rejection { line: Some(line), reason, field, n_records: 1 })?;
                }
                Checked::Good(event, key, content) => match known.meet(key, content)? {
                    Novelty::Duplicate => account.duplicate += 1,
                    novelty => {
                        account.accepted += 1;
                        account.conflicting += u64::from(novelty == Novelty::Conflicting);
                        let origin = Origin { file_digest: self.digest, line };
                        sink.accept(Accepted { event, origin, basis: self.source.basis, content })?;
                    }
                },
            }
        }
        Ok(())
    }
}

/// Every record of the source that was not rejected for itself is rejected with it.
fn refuse_whole(
    account: &mut Account,
    known: &mut dyn KnownKeys,
    sink: &mut dyn Sink,
) -> Result<(), IngestError> {
    known.drop_source();
    sink.drop_accepted()?;
    let n_records = account.accepted + account.duplicate;
    account.refused = true;
    account.accepted = 0;
    account.duplicate = 0;
    account.conflicting = 0;
    account.reject(Reason::FileRefused, n_records);
    if n_records > 0 {
        let reason = Reason::FileRefused;
        sink.reject(Rejection { line: None, reason, field: String::new(), n_records })?;
    }
    Ok(())
}

fn check(line: Line, context: &Context, checking: &mut Checking) -> Checked {
    let read = if line.too_long {
        Err(Refusal::new(Reason::LineTooLong, ""))
    } else {
        record::read(line.bytes, context)
    };
    match read {
        Ok(event) => checking.admit(event),
        Err(refused) if refused.reason.is_identifier() => Checked::Bad(refused),
        Err(mut refused) => {
            if let Some(suspicion) = checking.gate().search_refused(line.bytes) {
                return Checked::Bad(suspicion);
            }
            // A record that ends too soon broke off with its source only if no line end follows.
            if refused.reason == Reason::SourceTruncated && line.ended {
                refused.reason = Reason::NotJson;
            }
            Checked::Bad(refused)
        }
    }
}
