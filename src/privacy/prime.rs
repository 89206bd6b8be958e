//! Arithmetic modulo a prime near 2^61.
//!
//! It is exact, and a system of small whole numbers that has another rank modulo it than over the
//! rationals does not occur.

const PRIME: u64 = (1 << 61) - 1;

/// A whole number modulo the prime.
pub(super) const fn modulo(value: i64) -> u64 {
    let rest = value.unsigned_abs() % PRIME;
    if value < 0 { minus(rest) } else { rest }
}

/// The number that adds up to 0 with this one.
pub(super) const fn minus(value: u64) -> u64 {
    if value == 0 { 0 } else { PRIME - value }
}

/// The sum.
pub(super) const fn plus(a: u64, b: u64) -> u64 {
    below(a + b)
}

/// The product: 2^61 leaves 1, so that the upper bits are added to the lower ones.
#[allow(clippy::cast_possible_truncation, reason = "61 bits each")]
pub(super) const fn times(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    below((product as u64 & PRIME) + (product >> 61) as u64)
}

/// The inverse, by Fermat's little theorem.
pub(super) fn inverse(value: u64) -> u64 {
    if value == 1 || value == PRIME - 1 {
        return value;
    }
    let (mut base, mut exponent, mut result) = (value, PRIME - 2, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    result
}

/// A number from 1 to the prime less 1 that looks random: `SplitMix64` (Steele, Lea and Flood 2014, doi
/// 10.1145/2714064.2660195).
pub(super) const fn at_random(seed: usize) -> u64 {
    let mut mixed = (seed as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    1 + (mixed ^ (mixed >> 31)) % (PRIME - 1)
}

/// A sum of two numbers below the prime, below the prime again.
const fn below(sum: u64) -> u64 {
    if sum >= PRIME { sum - PRIME } else { sum }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The same by division of numbers twice as long.
        #[test]
        fn sums_and_products_are_rests_of_a_division(a in 0..PRIME, b in 0..PRIME) {
            let rest = |number: u128| u64::try_from(number % u128::from(PRIME)).ok();
            prop_assert_eq!(Some(plus(a, b)), rest(u128::from(a) + u128::from(b)));
            prop_assert_eq!(Some(times(a, b)), rest(u128::from(a) * u128::from(b)));
            prop_assert_eq!(plus(a, minus(a)), 0);
            prop_assert_eq!(times(a, inverse(a)), u64::from(a > 0));
        }

        #[test]
        fn what_is_below_0_is_counted_from_above(value: i64) {
            prop_assert_eq!(plus(modulo(value), modulo(-(value / 2))), modulo(value - value / 2));
        }
    }
}
