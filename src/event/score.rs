//! A score as an exact fraction, so that "at least half" is decided in whole numbers.

use super::kind::MOST_ITEMS;
use std::cmp::Ordering;
use std::fmt;
use std::num::{NonZeroI64, NonZeroU8};

/// Most decimals of a reported score that count; any more are cut off.
const DECIMALS: u8 = 15;

/// A questionnaire score: an exact fraction, never a rounded double.
///
/// Reported totals are read as the decimal that was written (4.9 is 49/10); the mean of seven
/// items is a seventh of their sum.
///
/// There are millions of scores, and every table goes through them: so a score is one number, the
/// numerator, whose lowest bits say which of some denominators stands under it. None has the place 0,
/// so that a score that may be absent takes no more room.
#[derive(Clone, Copy)]
pub struct Score(NonZeroI64);

/// Bits for the place of a denominator.
const BITS_OF_PLACE: u32 = 7;

/// Numerators are at most this large: what the other bits can hold.
const LARGEST: i64 = i64::MAX >> BITS_OF_PLACE;

/// From the place of whole numbers on powers of ten, for decimals, then the numbers of items a mean can
/// be of.
const DENOMINATORS: [i64; 1 << BITS_OF_PLACE] = {
    let mut all = [1; 1 << BITS_OF_PLACE];
    let before_means = BEFORE_MEANS.get() as usize;
    let mut place = WHOLE.get() as usize + 1;
    while place < all.len() {
        all[place] = if place <= before_means { 10 * all[place - 1] } else { mean_at(place) };
        place += 1;
    }
    all
};

/// The place of the denominator of whole numbers: the first.
const WHOLE: NonZeroU8 = NonZeroU8::MIN;

/// The place before that of a mean of one item.
const BEFORE_MEANS: NonZeroU8 = WHOLE.saturating_add(DECIMALS);

/// How many items the means at a place are of.
#[allow(clippy::cast_possible_wrap, reason = "at most a hundred or so")]
const fn mean_at(place: usize) -> i64 {
    (place - BEFORE_MEANS.get() as usize) as i64
}

impl Score {
    /// A whole score; beyond 2^56, which no score comes near, the largest there is.
    #[must_use]
    pub fn whole(value: i64) -> Self {
        Self::packed(value.clamp(-LARGEST, LARGEST), WHOLE)
    }

    /// `sum / n`; `None` unless `n` is from 1 to [`MOST_ITEMS`], and for sums that no items have.
    #[must_use]
    pub fn mean_of(sum: i64, n: i64) -> Option<Self> {
        let n = u8::try_from(n).ok().filter(|n| (1..=MOST_ITEMS).contains(&usize::from(*n)))?;
        Self::over(sum, BEFORE_MEANS.saturating_add(n))
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
        let fraction = &fraction[..fraction.len().min(DECIMALS.into())];
        // The shortest decimal of a double from 64 on has 14 decimals at most, since doubles lie further
        // apart there than those do: so the numerator stays below 64 * 10^15, and that below 2^56.
        let place = WHOLE.saturating_add(u8::try_from(fraction.len()).ok()?);
        Self::over(format!("{whole}{fraction}").parse().ok()?, place)
    }

    /// A numerator over the denominator at a place; `None` if it is too large.
    fn over(num: i64, place: NonZeroU8) -> Option<Self> {
        (num.unsigned_abs() <= LARGEST.unsigned_abs()).then(|| Self::packed(num, place))
    }

    /// A numerator that is not too large over the denominator at a place.
    fn packed(num: i64, place: NonZeroU8) -> Self {
        Self(NonZeroI64::from(place) | num << BITS_OF_PLACE)
    }

    const fn num(self) -> i64 {
        self.0.get() >> BITS_OF_PLACE
    }

    /// Above zero.
    #[allow(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "seven bits")]
    const fn den(self) -> i64 {
        DENOMINATORS[(self.0.get() & ((1 << BITS_OF_PLACE) - 1)) as usize]
    }

    /// The score as a double, for means and charts.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "fractions of small scores")]
    pub fn value(self) -> f64 {
        self.num() as f64 / self.den() as f64
    }

    /// `self - other` as a double, rounded once.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "fractions of small scores")]
    pub fn minus_value(self, other: Self) -> f64 {
        // A double is made of 64 bits sooner than of 128.
        if self.den() == other.den() {
            return (self.num() - other.num()) as f64 / self.den() as f64;
        }
        let (own, others, den) = self.with(other);
        (own - others) as f64 / den as f64
    }

    /// Whether the score is exactly zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.num() == 0
    }

    /// Whether `self - other >= points`, exactly.
    #[must_use]
    pub fn exceeds_by(self, other: Self, points: i64) -> bool {
        let (own, others, den) = self.with(other);
        own - others >= i128::from(points) * den
    }

    /// Whether `100 * (self - other) >= percent * self`, exactly: a fall of at least that share.
    #[must_use]
    pub fn falls_to_by_percent(self, other: Self, percent: i64) -> bool {
        let (own, others, _) = self.with(other);
        100 * (own - others) >= i128::from(percent) * own
    }

    /// Whether `100 * (other - self) < percent * self`, exactly: no rise of at least that share.
    #[must_use]
    pub fn falls_short_of_rise(self, other: Self, percent: i64) -> bool {
        let (own, others, _) = self.with(other);
        100 * (others - own) < i128::from(percent) * own
    }

    /// Both numerators over one denominator, and that. Mostly it is the same already.
    fn with(self, other: Self) -> (i128, i128, i128) {
        let (a, b) = (i128::from(self.num()), i128::from(self.den()));
        let (c, d) = (i128::from(other.num()), i128::from(other.den()));
        if b == d { (a, c, b) } else { (a * d, c * b, b * d) }
    }
}

impl fmt::Debug for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num(), self.den())
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
        let (own, others, _) = self.with(*other);
        own.cmp(&others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A score as two numbers, which nothing is packed into.
    type Fraction = (i128, i128);

    /// Scores as they come, each with its twin: whole ones, decimals and means.
    fn scores() -> impl Strategy<Value = (Score, Fraction)> {
        let whole = (-1000_i64..=1000).prop_map(|n| (Score::whole(n), (n.into(), 1)));
        let decimal = (-100_000_i64..=100_000, 2_u32..=4).prop_map(|(n, places)| {
            let den = 10_i64.pow(places);
            #[allow(clippy::cast_precision_loss, reason = "small numbers")]
            let score = Score::from_decimal(n as f64 / den as f64);
            (score.expect("at most 1000"), (i128::from(n), i128::from(den)))
        });
        let most = i64::try_from(MOST_ITEMS).expect("small");
        let mean = (-1000_i64..=1000, 1..=most)
            .prop_map(|(sum, n)| (Score::mean_of(sum, n).expect("items"), (sum.into(), n.into())));
        prop_oneof![whole, decimal, mean]
    }

    proptest! {
        #[test]
        fn scores_compare_and_fall_as_fractions((a, (p, q)) in scores(), (b, (r, s)) in scores()) {
            prop_assert_eq!(a.cmp(&b), (p * s).cmp(&(r * q)));
            for points in [-3, 0, 5, 10] {
                let expected = p * s - r * q >= points * q * s;
                prop_assert_eq!(a.exceeds_by(b, i64::try_from(points).expect("small")), expected);
            }
            for percent in [20, 30, 50] {
                let (fall, share) = (100 * (p * s - r * q), percent * p * s);
                let percent = i64::try_from(percent).expect("small");
                prop_assert_eq!(a.falls_to_by_percent(b, percent), fall >= share);
                prop_assert_eq!(a.falls_short_of_rise(b, percent), -fall < share);
            }
            #[allow(clippy::cast_precision_loss, reason = "small numbers")]
            let expected = (p * s - r * q) as f64 / (q * s) as f64;
            // Both are the exact difference, rounded once: the same double.
            prop_assert_eq!(a.minus_value(b).to_bits(), expected.to_bits());
            prop_assert_eq!(a.is_zero(), p == 0);
        }

        #[test]
        fn every_double_up_to_1000_is_a_score(value in -1000.0..=1000.0_f64, few in 0_i32..60) {
            for value in [value, value / 2_f64.powi(few)] {
                let score = Score::from_decimal(value).expect("at most 1000");
                // What is cut off is less than the last of fifteen decimals; numerator, quotient and text
                // are each rounded by half a unit in the last place at most.
                prop_assert!((score.value() - value).abs() <= 1e-15 + value.abs() * 2.0 * f64::EPSILON);
            }
        }
    }

    #[test]
    fn what_is_no_score_is_none_and_what_is_too_large_is_the_largest() {
        let most = i64::try_from(MOST_ITEMS).expect("small");
        assert_eq!(format!("{:?}", Score::mean_of(37, most)), "Some(37/100)");
        for (sum, n) in [(1, 0), (1, -1), (1, most + 1), (i64::MAX, 2)] {
            assert!(Score::mean_of(sum, n).is_none(), "{sum}/{n}");
        }
        assert!(Score::from_decimal(1000.5).is_none());
        for (value, expected) in [(i64::MAX, LARGEST), (i64::MIN, -LARGEST), (LARGEST, LARGEST)] {
            assert_eq!(Score::whole(value).num(), expected);
        }
    }

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
