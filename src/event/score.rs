//! A score as an exact fraction, so that "at least half" is decided in whole numbers.

use std::cmp::Ordering;

/// Most decimals of a reported score that count; any more are cut off.
const DECIMALS: usize = 15;

/// A questionnaire score: an exact fraction, never a rounded double.
///
/// Reported totals are read as the decimal that was written (4.9 is 49/10); the mean of seven
/// items is a seventh of their sum.
#[derive(Debug, Clone, Copy)]
pub struct Score {
    num: i64,
    /// Above zero.
    den: i64,
}

impl Score {
    /// A whole score.
    #[must_use]
    pub const fn whole(value: i64) -> Self {
        Self { num: value, den: 1 }
    }

    /// `sum / n`; `None` if `n` is not above zero.
    #[must_use]
    pub const fn mean_of(sum: i64, n: i64) -> Option<Self> {
        if n > 0 { Some(Self { num: sum, den: n }) } else { None }
    }

    /// The decimal a double was written as; `None` unless finite and at most 1000 in size.
    #[must_use]
    pub fn from_decimal(value: f64) -> Option<Self> {
        if !value.is_finite() || value.abs() > 1000.0 {
            return None;
        }
        if value.fract() == 0.0 {
            #[allow(clippy::cast_possible_truncation, reason = "whole, and at most 1000")]
            return Some(Self::whole(value as i64));
        }
        let text = value.to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let fraction = &fraction[..fraction.len().min(DECIMALS)];
        let den = 10_i64.pow(u32::try_from(fraction.len()).ok()?);
        let num = format!("{whole}{fraction}").parse().ok()?;
        Some(Self { num, den })
    }

    /// The score as a double, for means and charts.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "fractions of small scores")]
    pub fn value(self) -> f64 {
        self.num as f64 / self.den as f64
    }

    /// `self - other` as a double, rounded once.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "fractions of small scores")]
    pub fn minus_value(self, other: Self) -> f64 {
        let (num, den) = self.minus(other);
        num as f64 / den as f64
    }

    /// Whether the score is exactly zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.num == 0
    }

    /// Whether `self - other >= points`, exactly.
    #[must_use]
    pub fn exceeds_by(self, other: Self, points: i64) -> bool {
        let (num, den) = self.minus(other);
        num >= i128::from(points) * den
    }

    /// Whether `100 * (self - other) >= percent * self`, exactly: a fall of at least that share.
    #[must_use]
    pub fn falls_to_by_percent(self, other: Self, percent: i64) -> bool {
        let (num, den) = self.minus(other);
        // den = self.den * other.den, so self = self.num * other.den / den.
        debug_assert_eq!(den, i128::from(self.den) * i128::from(other.den));
        100 * num >= i128::from(percent) * i128::from(self.num) * i128::from(other.den)
    }

    /// Whether `100 * (other - self) < percent * self`, exactly: no rise of at least that share.
    #[must_use]
    pub fn falls_short_of_rise(self, other: Self, percent: i64) -> bool {
        let (num, _) = other.minus(self);
        100 * num < i128::from(percent) * i128::from(self.num) * i128::from(other.den)
    }

    fn minus(self, other: Self) -> (i128, i128) {
        let (a, b) = (i128::from(self.num), i128::from(self.den));
        let (c, d) = (i128::from(other.num), i128::from(other.den));
        (a * d - c * b, b * d)
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        self.minus(*other).0.cmp(&0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_exact() {
        let baseline = Score::whole(18);
        assert!(baseline.falls_to_by_percent(Score::whole(9), 50));
        assert!(!Score::whole(17).falls_to_by_percent(Score::whole(9), 50));
        // 30 % of 7.0 is 2.1: 4.9 responds although 7.0 - 4.9 = 2.0999999999999996 in doubles.
        let seven = Score::from_decimal(7.0).expect("finite");
        assert!(seven.falls_to_by_percent(Score::from_decimal(4.9).expect("finite"), 30));
        assert!(!seven.falls_to_by_percent(Score::from_decimal(4.91).expect("finite"), 30));
    }

    #[test]
    fn fractions_compare_as_numbers() {
        assert_eq!(Score::mean_of(14, 7), Some(Score::whole(2)));
        assert!(Score::mean_of(37, 7) > Some(Score::whole(5)));
        assert!(Score::from_decimal(f64::NAN).is_none());
        assert!((Score::mean_of(37, 7).expect("n > 0").value() - 37.0 / 7.0).abs() < 1e-15);
        assert!(Score::whole(60).exceeds_by(Score::whole(50), 10));
    }
}
