//! A rejected record: place, reason, field; never a value.

use crate::event::refuse::Reason;

/// One rejected record, or the rest of a source that was refused whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Line, from 1; `None` for all other records of a refused source together.
    pub line: Option<u64>,
    /// Why.
    pub reason: Reason,
    /// Field at fault; empty where it is the record as a whole.
    pub field: String,
    /// Records this stands for: 1, or the rest of a refused source.
    pub n_records: u64,
}
