//! The difference of two proportions and its 95 % interval by Newcombe's method 10.
//!
//! With Wilson limits `l`, `u` of each proportion, the lower limit lies
//! `sqrt((p_a - l_a)^2 + (u_b - p_b)^2)` below the difference, the upper
//! `sqrt((u_a - p_a)^2 + (p_b - l_b)^2)` above it; no continuity correction. Never beyond -1 to 1.
//!
//! Reference: Newcombe 1998,
//! doi `10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I`.
//!
//! Undefined where either proportion is: nobody, or more cases than people.

use super::interval::Interval;
use super::proportion::{proportion, wilson};

/// A difference of two proportions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The first minus the second, -1 to 1.
    pub value: f64,
    /// Its interval.
    pub interval: Interval,
}

/// `a` minus `b`, each `(k, n)`: cases of people.
#[must_use]
pub fn newcombe(a: (u64, u64), b: (u64, u64)) -> Option<Difference> {
    let (p_a, p_b) = (proportion(a.0, a.1)?, proportion(b.0, b.1)?);
    let (of_a, of_b) = (wilson(a.0, a.1)?, wilson(b.0, b.1)?);
    let value = p_a - p_b;
    let below = (p_a - of_a.lo).hypot(of_b.hi - p_b);
    let above = (of_a.hi - p_a).hypot(p_b - of_b.lo);
    let interval = Interval { lo: (value - below).max(-1.0), hi: (value + above).min(1.0) };
    Some(Difference { value, interval })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `k_a, n_a, k_b, n_b, difference, lo, hi`: the pairs of table II of Newcombe 1998, who prints
    /// four decimals; the digits by R 4.2.2 from the Wilson limits of
    /// `prop.test(correct = FALSE)`.
    const PAIRS: [(u64, u64, u64, u64, f64, f64, f64); 8] = [
        (56, 70, 48, 80, 0.2, 0.052_431_472_402_365, 0.333_872_654_036_906),
        (9, 10, 3, 10, 0.6, 0.170_522_723_934_503, 0.809_017_973_535_488),
        (6, 7, 2, 7, 0.571_428_571_428_571, 0.058_227_927_482_312_4, 0.806_249_637_524_228),
        (5, 56, 0, 29, 0.089_285_714_285_714_3, -0.038_137_147_903_536_9, 0.192_560_013_855_112),
        (0, 10, 0, 20, 0.0, -0.161_125_158_052_819, 0.277_532_799_862_889),
        (0, 10, 0, 10, 0.0, -0.277_532_799_862_889, 0.277_532_799_862_889),
        (10, 10, 0, 20, 1.0, 0.679_086_037_141_915, 1.0),
        (10, 10, 0, 10, 1.0, 0.607_509_350_430_524, 1.0),
    ];

    #[test]
    fn agrees_with_the_published_pairs() {
        for (k_a, n_a, k_b, n_b, value, lo, hi) in PAIRS {
            let found = newcombe((k_a, n_a), (k_b, n_b)).expect("people on both sides");
            assert!((found.value - value).abs() < 1e-9, "{k_a} of {n_a}: {}", found.value);
            assert!((found.interval.lo - lo).abs() < 1e-8, "{k_a} of {n_a}: {:?}", found.interval);
            assert!((found.interval.hi - hi).abs() < 1e-8, "{k_a} of {n_a}: {:?}", found.interval);
        }
    }

    #[test]
    fn the_other_way_round_it_is_the_negative() {
        let sizes = [1, 2, 5, 11, 30];
        for (n_a, n_b) in sizes.into_iter().flat_map(|a| sizes.map(|b| (a, b))) {
            for (k_a, k_b) in (0..=n_a).flat_map(|a| (0..=n_b).map(move |b| (a, b))) {
                let one = newcombe((k_a, n_a), (k_b, n_b)).expect("people on both sides");
                let other = newcombe((k_b, n_b), (k_a, n_a)).expect("people on both sides");
                // The same operations with the signs swapped: equal to the last bit.
                assert_eq!(one.value.to_bits(), (0.0 - other.value).to_bits());
                assert_eq!(
                    one.interval,
                    Interval { lo: -other.interval.hi, hi: -other.interval.lo }
                );
                let Interval { lo, hi } = one.interval;
                assert!((-1.0..=one.value).contains(&lo) && (one.value..=1.0).contains(&hi));
            }
        }
    }

    #[test]
    fn nobody_on_one_side_is_undefined() {
        assert_eq!(newcombe((0, 0), (1, 2)), None);
        assert_eq!(newcombe((1, 2), (0, 0)), None);
        assert_eq!(newcombe((3, 2), (1, 2)), None);
    }
}
