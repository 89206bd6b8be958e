//! Quantiles of a sample: the median and the quartiles.
//!
//! Definition 7 of Hyndman and Fan, R's default: with `h = (n - 1) p`, the value at rank `h`
//! counted from 0, in a straight line between neighbours. The median is then the usual one.
//!
//! Reference: Hyndman and Fan 1996, doi 10.1080/00031305.1996.10473566.
//!
//! Undefined for no values and for `p` outside 0 to 1. Values are finite; where a function asks for
//! sorted ones, that is the matter of the caller.

use std::cmp::Ordering;

/// The middle of a sample, and of its lower and upper half.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quartiles {
    /// A quarter of the values lie at or below it.
    pub lower: f64,
    /// Half of the values lie at or below it.
    pub median: f64,
    /// Three quarters of the values lie at or below it.
    pub upper: f64,
}

/// The quantile at `p`, 0 to 1, of values sorted from the smallest.
#[must_use]
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank: at least 0, far below 2^53"
)]
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    let rank = last as f64 * p;
    let below = rank.floor() as usize;
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    let beyond = rank - rank.floor();
    // On a value and between equal ones nothing is rounded.
    Some(if beyond > 0.0 { low + beyond * (high - low) } else { low })
}

/// The middle value, or the mean of the two in the middle; the values change places on the way.
#[must_use]
pub fn median(values: &mut [f64]) -> Option<f64> {
    quantile(&middles(values, f64::total_cmp)?, 0.5)
}

/// The two values in the middle, the smaller first; twice the one there is among an odd number. The
/// values change places on the way.
#[must_use]
pub fn middles<T: Copy>(
    values: &mut [T],
    order: impl Fn(&T, &T) -> Ordering + Copy,
) -> Option<[T; 2]> {
    let last = values.len().checked_sub(1)?;
    let (_, low, above) = values.select_nth_unstable_by(last / 2, order);
    let high = if last % 2 == 0 { Some(*low) } else { above.iter().copied().min_by(order) };
    Some([*low, high?])
}

/// Values of which many are equal, such as scores: each with how often it was seen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Distribution {
    /// The smallest of the whole values.
    first: i32,
    /// How often each whole value was seen, from the smallest to the largest; those between that
    /// were never seen are there too.
    whole: Vec<u64>,
    /// Other values, from the smallest.
    others: Vec<(f64, u64)>,
}

/// Whole values for which there is room from the start.
const ROOM: usize = 32;

/// Largest size of a value that is counted in its place among the whole ones.
const LARGEST_WHOLE: i32 = 1_000;

impl Distribution {
    /// Takes one value in.
    pub fn push(&mut self, value: f64) {
        // There and back instead of a look at the fraction, which is a call of the system's library.
        #[allow(clippy::cast_possible_truncation, reason = "compared with the value")]
        let whole = value as i32;
        if f64::from(whole).total_cmp(&(value + 0.0)).is_eq() && whole.abs() <= LARGEST_WHOLE {
            self.reach(whole, whole);
            self.whole[place(self.first, whole)] += 1;
        } else {
            self.add_other(value, 1);
        }
    }

    /// Takes in all that another has seen.
    pub fn merge(&mut self, other: &Self) {
        if let Some(last) = other.last() {
            self.reach(other.first, last);
            let begin = place(self.first, other.first);
            let own = self.whole[begin..].iter_mut();
            own.zip(&other.whole).for_each(|(own, times)| *own += times);
        }
        for (value, times) in &other.others {
            self.add_other(*value, *times);
        }
    }

    /// The largest whole value.
    fn last(&self) -> Option<i32> {
        let beyond = i32::try_from(self.whole.len()).ok()?.checked_sub(1).filter(|n| *n >= 0)?;
        Some(self.first + beyond)
    }

    /// Makes room for whole values from `first` to `last`.
    fn reach(&mut self, first: i32, last: i32) {
        match self.last() {
            None => {
                self.first = first;
                self.whole.reserve(ROOM);
            }
            Some(_) if first < self.first => {
                let room = std::iter::repeat_n(0, place(first, self.first));
                self.whole.splice(..0, room);
                self.first = first;
            }
            Some(_) => {}
        }
        let n = place(self.first, last) + 1;
        self.whole.resize(self.whole.len().max(n), 0);
    }

    fn add_other(&mut self, value: f64, times: u64) {
        match self.others.binary_search_by(|(known, _)| known.total_cmp(&value)) {
            Ok(place) => self.others[place].1 += times,
            Err(place) => self.others.insert(place, (value, times)),
        }
    }

    /// Every value that was seen with how often it was, from the smallest.
    fn times(&self) -> Vec<(f64, u64)> {
        let whole = (self.first..).zip(&self.whole).filter(|(_, times)| **times > 0);
        let whole = whole.map(|(value, times)| (f64::from(value), *times));
        let mut times: Vec<(f64, u64)> = whole.chain(self.others.iter().copied()).collect();
        times.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));
        times
    }

    /// The middle value, or the mean of the two in the middle.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        let times = self.times();
        let n: u64 = times.iter().map(|(_, times)| times).sum();
        let last = n.checked_sub(1)?;
        let at = |rank: u64| {
            let mut seen = 0;
            let reaches = |(_, times): &&(f64, u64)| {
                seen += times;
                seen > rank
            };
            times.iter().find(reaches).map(|(value, _)| *value)
        };
        let low = at(last / 2)?;
        if last % 2 == 0 { Some(low) } else { quantile(&[low, at(last / 2 + 1)?], 0.5) }
    }
}

/// How far a whole value lies beyond the first.
fn place(first: i32, value: i32) -> usize {
    usize::try_from(value - first).unwrap_or_default()
}

/// The quartiles of values sorted from the smallest.
#[must_use]
pub fn quartiles(sorted: &[f64]) -> Option<Quartiles> {
    Some(Quartiles {
        lower: quantile(sorted, 0.25)?,
        median: quantile(sorted, 0.5)?,
        upper: quantile(sorted, 0.75)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::tests::oracle::{near, number, rows};
    use proptest::prelude::*;

    const SCORES: &str = include_str!("../../tests/oracle/effect_size/scores.csv");
    const EXPECTED: &str = include_str!("../../tests/oracle/effect_size/expected.csv");

    #[test]
    fn agrees_with_r() {
        // R 4.2.2, quantile(type = 7), in tests/oracle/effect_size/make.R.
        let mut compared = 0;
        for row in rows(EXPECTED) {
            let of_set = rows(SCORES).filter(|scores| scores[0] == row[0]);
            let mut scores: Vec<f64> = of_set.filter_map(|scores| number(scores[2])).collect();
            scores.sort_by(f64::total_cmp);
            let found = quartiles(&scores).expect("people");
            near(Some(found.lower), number(row[4]), 1e-9);
            near(Some(found.median), number(row[5]), 1e-9);
            near(Some(found.upper), number(row[6]), 1e-9);
            compared += 1;
        }
        assert_eq!(compared, 9);
    }

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_both_middles() {
        assert_eq!(quantile(&[3.0], 0.5), Some(3.0));
        assert_eq!(quantile(&[1.0, 2.0, 9.0], 0.5), Some(2.0));
        assert_eq!(quantile(&[1.0, 2.0, 5.0, 9.0], 0.5), Some(3.5));
        assert_eq!(quantile(&[1.0, 2.0, 5.0, 9.0], 1.0), Some(9.0));
        assert_eq!(quantile(&[1.0, 2.0, 5.0, 9.0], 0.0), Some(1.0));
    }

    #[test]
    fn mirrors_and_stays_between() {
        for n in 1..40 {
            let values: Vec<f64> = (0..n).map(|i| f64::from(i * i % 17)).collect();
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let mut mirror: Vec<f64> = values.iter().map(|value| -value).collect();
            mirror.sort_by(f64::total_cmp);
            for p in [0.0, 0.025, 0.25, 0.5, 0.75, 0.975, 1.0] {
                let here = quantile(&sorted, p).expect("values");
                near(Some(-here), quantile(&mirror, 1.0 - p), 1e-12);
                assert!((sorted[0]..=sorted[sorted.len() - 1]).contains(&here));
            }
        }
    }

    proptest! {
        /// The twin sorts all values.
        #[test]
        fn the_median_needs_no_sorting(
            mut values in proptest::collection::vec(
                prop_oneof![(-20_i8..20).prop_map(f64::from), -1e3..1e3_f64],
                0..60,
            ),
            cut in 0..60_usize,
        ) {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let expected = quantile(&sorted, 0.5);
            let (one, other) = values.split_at(cut.min(values.len()));
            let of = |values: &[f64]| {
                let mut seen = Distribution::default();
                for value in values {
                    seen.push(*value);
                }
                seen
            };
            let mut both = of(one);
            both.merge(&of(other));
            prop_assert_eq!(&both, &of(&values));
            prop_assert_eq!(both.median(), expected);
            prop_assert_eq!(median(&mut values), expected);
        }
    }

    #[test]
    fn nobody_has_no_quantile() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(median(&mut []), None);
        assert_eq!(Distribution::default().median(), None);
        assert_eq!(quartiles(&[]), None);
        for p in [-0.1, 1.1, f64::NAN] {
            assert_eq!(quantile(&[1.0, 2.0], p), None);
        }
    }
}
