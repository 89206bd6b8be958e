//! What to make up: how many people and when, who stays, who answers, and what goes wrong on the
//! way into the record.

use crate::event::time::{DAY_US, TimeBasis};
use serde::Serialize;

/// 2025-01-06T00:00:00Z, a Monday, in microseconds since the epoch.
pub const DEFAULT_START: i64 = 1_736_121_600_000_000;

/// Mean length of a month: a twelfth of 365.25 days.
const MONTH_US: i64 = 1461 * DAY_US / 48;
/// Months for which people are followed after recruitment has ended.
const FOLLOW_UP_MONTHS: i64 = 2;

/// What to make up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Settings {
    /// People, treated or not.
    pub subjects: u32,
    /// The same seed makes the same bytes.
    pub seed: u64,
    /// Sites, 1-255 (0 counts as 1); default 5.
    pub sites: u8,
    /// First possible moment, microseconds since 1970-01-01T00:00:00Z; default [`DEFAULT_START`].
    #[serde(rename = "start_us")]
    pub start: i64,
    /// Months of recruitment, each a twelfth of a year; default 12. The data end two months later.
    #[serde(rename = "recruitment_months")]
    pub months: u8,
    /// What the times are; default `actual`. The people are the same on every basis.
    #[serde(rename = "time_basis")]
    pub basis: TimeBasis,
    /// Who leaves treatment, and who answers; default [`Dropout::Score`].
    pub dropout: Dropout,
    /// Whether everyone fills in the check-in after every session, on every scale; default `false`.
    pub complete_checkins: bool,
    /// What goes wrong on the way into the record.
    pub slips: Slips,
}

/// What decides who leaves treatment, who goes on after the planned sessions, and who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dropout {
    /// How the person fares: those without relief leave sooner, go on less often and answer less.
    /// What is observed is then not what everyone would have shown.
    Score,
    /// Chance alone: nothing that decides who is seen knows of relief or of a score.
    Random,
    /// Nobody leaves before twelve sessions.
    None,
}

/// What goes wrong, as shares from 0 to 1. Duplicates, corrections, retractions and conflicts
/// exclude each other on one entry, so they may add up to 1 at most.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Slips {
    /// Of entries: the same event is sent again; default 0.007.
    pub duplicates: f64,
    /// Of events: written after all other events of the person, so that the order of arrival is
    /// not that of time. A correction may then arrive before its target. Default 0.004.
    pub late: f64,
    /// Of check-ins and sessions: a total typed wrong, or a session a day late, and corrected
    /// later; default 0.005.
    pub corrections: f64,
    /// Of check-ins and sessions: entered again under another id, which is retracted later;
    /// default 0.004.
    pub retractions: f64,
    /// Of check-ins: the same key sent with another total; half of them are settled by a
    /// correction later. Default 0.002.
    pub conflicts: f64,
    /// Of events: a broken record is written behind it, each for a known reason; default 0.
    pub defects: f64,
}

impl Slips {
    /// Nothing goes wrong.
    pub const NONE: Self = Self {
        duplicates: 0.0,
        late: 0.0,
        corrections: 0.0,
        retractions: 0.0,
        conflicts: 0.0,
        defects: 0.0,
    };

    /// Whether every share lies within 0 and 1, and those that exclude each other add up to 1 at
    /// most.
    #[must_use]
    pub fn are_possible(&self) -> bool {
        let exclusive = [self.duplicates, self.corrections, self.retractions, self.conflicts];
        let all = exclusive.iter().chain([&self.late, &self.defects]);
        all.clone().all(|share| (0.0..=1.0).contains(share)) && exclusive.iter().sum::<f64>() <= 1.0
    }
}

impl Default for Slips {
    /// A tidy clinic: about two entries in a hundred have something amiss, and no record is broken.
    fn default() -> Self {
        Self {
            duplicates: 0.007,
            late: 0.004,
            corrections: 0.005,
            retractions: 0.004,
            conflicts: 0.002,
            defects: 0.0,
        }
    }
}

impl Settings {
    /// So many people under this seed, all else at its default.
    #[must_use]
    pub fn new(subjects: u32, seed: u64) -> Self {
        Self {
            subjects,
            seed,
            sites: 5,
            start: DEFAULT_START,
            months: 12,
            basis: TimeBasis::Actual,
            dropout: Dropout::Score,
            complete_checkins: false,
            slips: Slips::default(),
        }
    }

    /// The moment at which the data end, microseconds since the epoch; every event is earlier.
    #[must_use]
    pub const fn end(&self) -> i64 {
        self.start.saturating_add((self.months as i64 + FOLLOW_UP_MONTHS) * MONTH_US)
    }

    /// Days of recruitment; at least 1.
    pub(super) fn recruitment_days(&self) -> i64 {
        (i64::from(self.months) * MONTH_US / DAY_US).max(1)
    }
}

impl Default for Settings {
    /// Six hundred people under seed 7.
    fn default() -> Self {
        Self::new(600, 7)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_that_exclude_each_other_add_up_to_one_at_most() {
        assert!(Slips::default().are_possible());
        assert!(Slips { duplicates: 1.0, late: 1.0, defects: 1.0, ..Slips::NONE }.are_possible());
        assert!(!Slips { duplicates: 0.6, conflicts: 0.6, ..Slips::NONE }.are_possible());
        assert!(!Slips { late: -0.1, ..Slips::NONE }.are_possible());
        assert!(!Slips { defects: f64::NAN, ..Slips::NONE }.are_possible());
    }
}
