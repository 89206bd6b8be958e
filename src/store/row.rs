//! A row: an event of the log with the share of its subject, and the order of rows in a file.

use crate::event::envelope::Logged;
use std::cmp::Ordering;

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
