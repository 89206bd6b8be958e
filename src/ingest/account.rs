//! The row account of a source: `read = accepted + duplicate + rejected`, checked, not assumed.

use super::error::IngestError;
use crate::event::refuse::Reason;
use std::collections::BTreeMap;

/// Counts of records of one source; records, not people, so never hidden.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Lines that are not blank.
    pub read: u64,
    /// New to the log.
    pub accepted: u64,
    /// Known already with the same content.
    pub duplicate: u64,
    /// Refused, by reason.
    pub rejected: BTreeMap<Reason, u64>,
    /// Of the accepted: a known key with other content.
    pub conflicting: u64,
    /// The source broke off before its end.
    pub truncated: bool,
    /// The source was refused whole because of an identifier.
    pub refused: bool,
}

impl Account {
    /// Records rejected for any reason.
    #[must_use]
    pub fn n_rejected(&self) -> u64 {
        self.rejected.values().sum()
    }

    /// Records rejected for a suspected identifier.
    #[must_use]
    pub fn n_identifiers(&self) -> u64 {
        self.rejected.iter().filter(|(reason, _)| reason.is_identifier()).map(|(_, n)| n).sum()
    }

    /// Whether the source is done with: nothing is missing, and nothing was refused but events of
    /// people who were erased, which stay out however often they are read.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let is_final = |reason: &Reason| *reason == Reason::SubjectWithdrawn;
        self.rejected.keys().all(is_final) && !self.truncated
    }

    /// # Errors
    /// [`IngestError::DoesNotAddUp`] unless `read = accepted + duplicate + rejected`.
    pub fn check(&self, label: &str) -> Result<(), IngestError> {
        let rejected = self.n_rejected();
        if self.read == self.accepted + self.duplicate + rejected {
            return Ok(());
        }
        Err(IngestError::DoesNotAddUp {
            label: label.into(),
            read: self.read,
            accepted: self.accepted,
            duplicate: self.duplicate,
            rejected,
        })
    }

    pub(super) fn reject(&mut self, reason: Reason, n: u64) {
        if n > 0 {
            *self.rejected.entry(reason).or_default() += n;
        }
    }
}
