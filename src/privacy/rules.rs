//! What the columns of a table are to each other, and how they are rounded.

/// How a column is rounded on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Rates and their limits, and test statistics: 2 decimals.
    Hundredths,
    /// Means, standard deviations and times: 1 decimal.
    Tenths,
    /// P values: two significant digits.
    TwoDigits,
}

/// Columns that are rounded, and how.
pub type Roundings = &'static [(&'static str, Rounding)];

impl Rounding {
    pub(super) fn apply(self, value: f64) -> f64 {
        match self {
            Self::Hundredths => (value * 100.0).round_ties_even() / 100.0,
            Self::Tenths => (value * 10.0).round_ties_even() / 10.0,
            // The formatter rounds the exact binary value, ties to even.
            Self::TwoDigits => format!("{value:.1e}").parse().unwrap_or(value),
        }
    }
}

/// What the columns of a table are to each other.
#[derive(Debug, Clone, Copy)]
pub struct ColumnRules {
    /// Counts of distinct people.
    pub people: &'static [&'static str],
    /// A count that is part of another in the same row.
    pub parts: &'static [(&'static str, &'static str)],
    /// Columns that rest on a whole: hidden where the whole is small.
    pub rests_on: &'static [(&'static str, &'static [&'static str])],
    /// Columns computed from a count: hidden wherever the count is.
    pub computed: &'static [(&'static str, &'static [&'static str])],
    /// Columns that are rounded.
    pub rounding: Roundings,
}
