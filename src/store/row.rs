//! A row: an event of the log with the share of its subject; the order of rows in a file, and of
//! events in the log.

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) share: i32,
    beginning: Beginning,
}

/// The beginning of a subject: of most all there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beginning {
    /// The first bytes, big-endian: in the order of texts.
    first: u128,
    /// There are no more.
    is_whole: bool,
}

impl Place {
    pub(super) fn of(subject: &Subject) -> Self {
        Self { share: share_of(subject), beginning: Beginning::of(subject.as_str()) }
    }

    /// The order of two places, where it can be told from them.
    fn order(self, other: Self) -> Option<Ordering> {
        match self.share.cmp(&other.share) {
            Ordering::Equal => self.beginning.order(other.beginning),
            order => Some(order),
        }
    }
}

impl Beginning {
    pub(super) fn of(subject: &str) -> Self {
        let text = subject.as_bytes();
        let mut first = [0; size_of::<u128>()];
        let length = text.len().min(first.len());
        first[..length].copy_from_slice(&text[..length]);
        Self { first: u128::from_be_bytes(first), is_whole: length == text.len() }
    }

    /// The order of two subjects, where it can be told from their beginnings.
    pub(super) fn order(self, other: Self) -> Option<Ordering> {
        let order = self.first.cmp(&other.first);
        (order.is_ne() || (self.is_whole && other.is_whole)).then_some(order)
    }
}

/// A row to be sorted, with what its place among the others nearly always follows from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranked<'a> {
    place: Place,
    micros: i64,
    pub(super) row: &'a Row,
}

impl<'a> Ranked<'a> {
    pub(super) fn new(row: &'a Row) -> Self {
        Self { place: row.place, micros: row.event.when.micros, row }
    }

    /// [`Row::file_order`], mostly without a look at the rows.
    pub(super) fn file_order(&self, other: &Self) -> Ordering {
        let order = self.place.order(other.place);
        let order = order.map(|order| order.then(self.micros.cmp(&other.micros)));
        order.filter(|order| order.is_ne()).unwrap_or_else(|| self.row.file_order(other.row))
    }
}

impl Row {
    /// The order of rows in a data file: share, then the order of the log.
    pub(super) fn file_order(&self, other: &Self) -> Ordering {
        let order = self.place.share.cmp(&other.place.share);
        order.then_with(|| log_order((&self.event, self.content), (&other.event, other.content)))
    }
}
