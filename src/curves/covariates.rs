//! What comparisons of routes are adjusted for, and the levels a course is in.

use super::level::Level;
use super::settings::Stratum;
use crate::event::instrument::Instrument;
use crate::event::score::Score;

/// The covariates, in the order of the design.
pub const COVARIATES: [Stratum; 4] =
    [Stratum::BaselineSeverity, Stratum::Indication, Stratum::AgeBand, Stratum::PriorFailedTrials];

/// One of each covariate.
pub type PerCovariate<T> = [T; COVARIATES.len()];

/// The level of severity where an instrument has no bands: fifths of its range.
#[must_use]
pub fn fifth(baseline: Score, instrument: &Instrument) -> Level<'static> {
    const FIFTHS: [&str; 5] = ["fifth 1", "fifth 2", "fifth 3", "fifth 4", "fifth 5"];
    let [lowest, highest] = instrument.range;
    #[allow(clippy::cast_precision_loss, reason = "ranges are small whole numbers")]
    let (lowest, width) = (lowest as f64, (highest - lowest) as f64);
    let fifth = (5.0 * (baseline.value() - lowest) / width).floor().clamp(0.0, 4.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 4")]
    let fifth = fifth as usize;
    Level::new(fifth, FIFTHS[fifth])
}
