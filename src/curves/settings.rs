//! What the estimators are told: instruments, horizon, strata, period and sites.

use crate::event::ids::OpenCode;
use serde::Serialize;
use std::collections::BTreeSet;

/// Settings of the estimates. Another value makes other numbers from the same facts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Analysis {
    /// Instruments in table order.
    pub instruments: Vec<OpenCode>,
    /// The last infusion number reported, from 1.
    pub horizon: usize,
    /// The infusion at which routes are compared.
    pub compare_at: usize,
    /// Better by this share of the baseline, in percent, is improved.
    pub improved_percent: i64,
    /// Infusions by which people at a landmark are followed, ascending.
    pub go_on_by: Vec<usize>,
    /// Ends of the windows after the first dose, in hours, ascending.
    pub onset_hours: Vec<i64>,
    /// Resamples of people for the intervals of adjusted differences; 0 for none.
    pub resamples: u32,
    /// Seed of the resamples.
    pub seed: u64,
    /// Strata besides those always made, in table order.
    pub strata: Vec<Stratum>,
    /// Which courses count.
    pub filter: Filter,
}

/// Which courses count: by the start of session 1 and by its site.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Filter {
    /// Session 1 at or after this UTC midnight, in microseconds since 1970.
    pub from_us: Option<i64>,
    /// Session 1 before this UTC midnight, in microseconds since 1970.
    pub before_us: Option<i64>,
    /// Sources of session 1; empty for all.
    pub sites: BTreeSet<String>,
}

/// What the estimates are split by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stratum {
    /// Not split.
    All,
    /// Drug of session 1; always made.
    Drug,
    /// Level `induction`: induction sessions alone; always made.
    Phase,
    /// Levels `2`, `3`, ...: later courses; always made.
    CourseOrder,
    /// One level, such as `6+`: courses with at least as many infusions as routes are compared at,
    /// the same people at every infusion up to there; always made.
    FixedCohort,
    /// Why the person is treated.
    Indication,
    /// Age band.
    AgeBand,
    /// Sex.
    Sex,
    /// Source of session 1.
    Site,
    /// Severity band of the baseline.
    BaselineSeverity,
    /// Whether psychotherapy was paired with an induction session.
    Psychotherapy,
    /// Antidepressant trials that failed before.
    PriorFailedTrials,
    /// Dose of the first session.
    DoseBand,
}

impl Stratum {
    /// Strata made whether asked for or not.
    pub const ALWAYS: [Self; 5] =
        [Self::All, Self::Drug, Self::Phase, Self::CourseOrder, Self::FixedCohort];

    /// Strata a pipeline may ask for.
    pub const ON_REQUEST: [Self; 8] = [
        Self::Indication,
        Self::AgeBand,
        Self::Sex,
        Self::Site,
        Self::BaselineSeverity,
        Self::Psychotherapy,
        Self::PriorFailedTrials,
        Self::DoseBand,
    ];

    /// How many there are.
    pub const COUNT: usize = Self::ALWAYS.len() + Self::ON_REQUEST.len();

    /// The name in tables and pipeline files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Drug => "drug",
            Self::Phase => "phase",
            Self::CourseOrder => "course_order",
            Self::FixedCohort => "fixed_cohort",
            Self::Indication => "indication",
            Self::AgeBand => "age_band",
            Self::Sex => "sex",
            Self::Site => "site",
            Self::BaselineSeverity => "baseline_severity",
            Self::Psychotherapy => "psychotherapy",
            Self::PriorFailedTrials => "prior_failed_trials",
            Self::DoseBand => "dose_band",
        }
    }

    /// Every stratum there is.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALWAYS.into_iter().chain(Self::ON_REQUEST)
    }

    /// The stratum of a name in tables.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::all().find(|known| known.as_str() == name)
    }

    /// Whether the levels add up to the whole.
    #[must_use]
    pub const fn adds_up(self) -> bool {
        !matches!(self, Self::All | Self::Phase | Self::CourseOrder | Self::FixedCohort)
    }
}
