//! The settings the fold needs. Another value makes other facts.

use crate::event::code::Route;
use crate::event::time::DAY_US;
use serde::Serialize;
use std::collections::BTreeMap;

/// Rules of course, baseline, assessment and induction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoldSettings {
    /// Oldest baseline, in whole days before session 1.
    pub baseline_max_age_days: i64,
    /// Longest gap between sessions of one course, in whole days.
    pub course_gap_days: i64,
    /// The same, for a route that needs another.
    pub course_gap_days_by_route: BTreeMap<String, i64>,
    /// Longest time from a session to the score that counts for it, in whole days.
    pub followup_days: i64,
    /// When induction ends.
    pub induction: Induction,
    /// The same, for a route that needs another.
    pub induction_by_route: BTreeMap<String, Induction>,
    /// Events after this moment do not count, in microseconds since 1970.
    pub data_cut_us: Option<i64>,
}

/// When induction ends: at the first gap above `gap_days`, after `sessions` sessions, or after
/// day `days`, whichever comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Induction {
    /// Longest gap inside induction, in whole days.
    pub gap_days: i64,
    /// Most sessions.
    pub sessions: usize,
    /// Last day, session 1 being day 0.
    pub days: i64,
}

impl Default for Induction {
    /// 14 days, 8 sessions, day 28.
    fn default() -> Self {
        Self { gap_days: 14, sessions: 8, days: 28 }
    }
}

impl Default for FoldSettings {
    /// The defaults of `docs/methods`: baseline at most 30 days old, gap 60 days, follow-up 14 days.
    fn default() -> Self {
        Self {
            baseline_max_age_days: 30,
            course_gap_days: 60,
            course_gap_days_by_route: BTreeMap::new(),
            followup_days: 14,
            induction: Induction::default(),
            induction_by_route: BTreeMap::new(),
            data_cut_us: None,
        }
    }
}

impl FoldSettings {
    /// The gap that ends a course of this route, in days.
    #[must_use]
    pub fn gap_days(&self, route: Route) -> i64 {
        self.course_gap_days_by_route.get(route.as_str()).copied().unwrap_or(self.course_gap_days)
    }

    /// The induction rule of this route.
    #[must_use]
    pub fn induction(&self, route: Route) -> Induction {
        self.induction_by_route.get(route.as_str()).copied().unwrap_or(self.induction)
    }
}

impl Induction {
    /// Whether no further session could belong to induction if the next came after `now_us`.
    #[must_use]
    pub const fn is_closed(
        self,
        n_sessions: usize,
        first_us: i64,
        last_us: i64,
        now_us: i64,
    ) -> bool {
        n_sessions >= self.sessions
            || (now_us - last_us).div_euclid(DAY_US) > self.gap_days
            || (now_us - first_us).div_euclid(DAY_US) > self.days
    }
}
