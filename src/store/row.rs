//! An event with what the store keeps beside it, and the order of rows.

use crate::event::envelope::{Event, Origin};
use crate::event::key::ContentDigest;
use crate::event::time::TimeBasis;
use std::cmp::Ordering;

/// An event as the store holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// The event, at the latest version of its type.
    pub event: Event,
    /// Where it was first read.
    pub origin: Origin,
    /// What the times of its source are.
    pub basis: TimeBasis,
    /// Digest of what it says.
    pub content: ContentDigest,
}

impl Logged {
    /// The order of the log: subject, time, source, id; then content, so that the versions of a
    /// conflicting key also have one order, whichever arrived first.
    #[must_use]
    pub fn log_order(&self, other: &Self) -> Ordering {
        let (a, b) = (&self.event, &other.event);
        a.subject
            .cmp(&b.subject)
            .then_with(|| a.when.micros.cmp(&b.when.micros))
            .then_with(|| a.source.cmp(&b.source))
            .then_with(|| a.id.cmp(&b.id))
            .then_with(|| self.content.cmp(&other.content))
    }
}

/// A stored event with the share of its subject.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) share: i32,
    pub(super) stored: Logged,
}

impl Row {
    /// The order of rows in a data file.
    pub(super) fn file_order(&self, other: &Self) -> Ordering {
        self.share.cmp(&other.share).then_with(|| self.stored.log_order(&other.stored))
    }
}
