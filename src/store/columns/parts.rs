//! Parts of an event that are read alike for whole events and for the fold.

use super::cells::{float_of, int_of, number};
use super::coded::Bad;
use super::decode::Decoder;
use crate::event::code::EffectsCapture;
use crate::event::kind::Dose;
use crate::event::number::{Amount, Num};
use crate::event::vitals::{SUMMARY, Vitals};
use arrow::array::Array;

/// The readings that have a column of their own, in the order of [`SUMMARY`].
pub(super) type Summary = [Option<i32>; SUMMARY.len()];

impl Decoder {
    /// `None` where nothing is said of vital signs.
    pub(super) fn summary(&self, row: usize) -> Result<Option<Summary>, Bad> {
        if !self.columns.vitals.is_valid(row) {
            return Ok(None);
        }
        let v = &self.vitals;
        let summary = [&v.sbp_pre, &v.dbp_pre, &v.sbp_peak, &v.dbp_peak, &v.spo2_min];
        let summary = summary.map(|array| int_of(array, row));
        let values = summary.map(|value| value.map(i64::from));
        Vitals::check_summary(values).map_err(|_| "vitals")?;
        Ok(Some(summary))
    }

    pub(super) fn dose(&self, row: usize) -> Result<Option<Dose>, Bad> {
        let d = &self.dose;
        if !self.columns.dose.is_valid(row) {
            return Ok(None);
        }
        let value = float_of(&d.value, row).and_then(Amount::new).ok_or("dose")?;
        Ok(Some(Dose { value, unit: d.unit.required(row, "dose")? }))
    }

    /// The place of the scale, and its total.
    pub(super) fn dissociation(&self, row: usize) -> Result<Option<(usize, Num<0, 1000>)>, Bad> {
        const NAME: Bad = "dissociation";
        if !self.columns.dissociation.is_valid(row) {
            return Ok(None);
        }
        let total = number(&self.dissociation.total, row, NAME)?.ok_or(NAME)?;
        Ok(Some((self.dissociation.instrument.place(row), total)))
    }

    pub(super) fn capture(&self, row: usize) -> Result<Option<EffectsCapture>, Bad> {
        self.columns.effects_capture.get(row, "effects_capture")
    }
}
