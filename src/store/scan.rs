//! Reading events back, some shares of the subjects at a time.

use super::columns::decode::Decoder;
use super::columns::names::Names;
use super::data_file::{self, Part};
use super::error::StoreError;
use super::log::EventLog;
use crate::event::envelope::Logged;
use rayon::prelude::*;
use std::ops::Range;

/// Events as they were read: a list a file.
#[derive(Debug)]
pub struct Scan(Vec<Vec<Logged>>);

impl Scan {
    /// Every event, in no order.
    pub fn events(&self) -> impl Iterator<Item = &Logged> {
        self.0.iter().flatten()
    }

    /// Every event, sorted by [`Logged::log_order`], however they were batched.
    #[must_use]
    pub fn in_order(&self) -> Vec<&Logged> {
        let mut events: Vec<&Logged> = self.events().collect();
        // Stable, because it is fast on the sorted runs that the files are.
        events.par_sort_by(|a, b| a.log_order(b));
        events
    }
}

impl EventLog {
    /// Every event of the subjects of these shares. All events of a subject are in one share. Memory
    /// grows with the shares asked for; [`EventLog::n_events`] over
    /// [`SHARES`](super::share::SHARES) is about what one holds.
    ///
    /// # Errors
    /// [`StoreError`] if a file cannot be read, or holds what is not of the vocabulary.
    pub fn scan(&self, shares: Range<i32>) -> Result<Scan, StoreError> {
        let files = self.table.live_files(&self.snapshot, Some(&shares))?;
        let part = Part { columns: &[], shares: Some(shares) };
        let runs = files.par_iter().map(|file| {
            let mut events = Vec::new();
            let mut names = Names::default();
            data_file::read(&file.path, &part, |batch| {
                let corrupt = |column| StoreError::Corrupt { path: file.path.clone(), column };
                let decoder = Decoder::new(batch).map_err(corrupt)?;
                events.reserve(batch.num_rows());
                for row in 0..batch.num_rows() {
                    events.push(decoder.event(row, &mut names).map_err(corrupt)?);
                }
                Ok(())
            })?;
            Ok(events)
        });
        runs.collect::<Result<_, StoreError>>().map(Scan)
    }
}
