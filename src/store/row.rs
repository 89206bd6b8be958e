//! A row: an event of the log with the share of its subject, and the order of rows in a file.

use super::share::share_of;
use crate::event::envelope::{Event, Origin, log_order};
use crate::event::ids::Subject;
use crate::event::key::ContentDigest;
use crate::event::time::TimeBasis;
use std::cmp::Ordering;

/// An event to be stored, with the share of its subject.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) place: Place,
    pub(super) event: Box<Event>,
    pub(super) origin: Origin,
    pub(super) basis: TimeBasis,
    pub(super) content: ContentDigest,
}

/// Where the rows of a subject stand among the others: what decides nearly every comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) share: i32,
    /// The first eight bytes of the subject, big-endian: in the order of texts.
    beginning: u64,
}

impl Place {
    pub(super) fn of(subject: &Subject) -> Self {
        let text = subject.as_str().as_bytes();
        let mut first = [0; 8];
        let length = text.len().min(first.len());
        first[..length].copy_from_slice(&text[..length]);
        Self { share: share_of(subject), beginning: u64::from_be_bytes(first) }
    }
}

impl Row {
    /// The order of rows in a data file: share, then the order of the log.
    pub(super) fn file_order(&self, other: &Self) -> Ordering {
        let order = self.place.cmp(&other.place);
        order.then_with(|| log_order((&self.event, self.content), (&other.event, other.content)))
    }
}
