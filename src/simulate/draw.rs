//! Chance: the stream of random numbers of one simulated person.

use crate::event::number::{Int, Num};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// Set the streams of one seed apart from each other, and from any other use of that seed.
const PEOPLE: &[u8; 24] = b"afterdose simulation v02";
const DEFECTS: &[u8; 24] = b"afterdose brokenness v01";
const TRUTH: &[u8; 24] = b"afterdose true rates v01";

/// Seed of the people from whom the true probabilities are counted; any would do.
const TRUTH_SEED: u64 = 20_250_106;

/// Random draws of one person, fixed by the seed and the person's index alone, so that people can
/// be made in any order and in parallel.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    /// The stream of person `index` under `seed`.
    pub(super) fn of_person(seed: u64, index: u32) -> Self {
        Self::new(PEOPLE, seed, index)
    }

    /// The stream of what is broken among the records of person `index`: a stream of its own, so
    /// that broken records change nobody.
    pub(super) fn of_defects(seed: u64, index: u32) -> Self {
        Self::new(DEFECTS, seed, index)
    }

    /// The stream of one of those from whom the true probabilities are counted.
    pub(super) fn of_truth(index: u32) -> Self {
        Self::new(TRUTH, TRUTH_SEED, index)
    }

    fn new(domain: &[u8; 24], seed: u64, index: u32) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..].copy_from_slice(domain);
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(u64::from(index));
        Self(rng)
    }

    /// From 0 (included) to 1 (excluded).
    pub(super) fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    /// From `low` to `high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// A whole number from `low` to `high`, both included.
    pub(super) fn whole(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high.max(low))
    }

    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// A normal draw.
    pub(super) fn normal(&mut self, mean: f64, sd: f64) -> f64 {
        let standard: f64 = self.0.sample(StandardNormal);
        mean + sd * standard
    }

    /// A log-normal draw by its median and the SD of its logarithm.
    pub(super) fn log_normal(&mut self, median: f64, sd: f64) -> f64 {
        median * self.normal(0.0, sd).exp()
    }

    /// One of the options, by weight; `fallback` only if there is none.
    pub(super) fn pick<T: Copy>(&mut self, options: &[(T, f64)], fallback: T) -> T {
        let mut left = self.uniform() * options.iter().map(|(_, weight)| weight).sum::<f64>();
        for &(option, weight) in options {
            left -= weight;
            if left < 0.0 {
                return option;
            }
        }
        options.last().map_or(fallback, |&(option, _)| option)
    }

    /// Sixteen random bytes.
    pub(super) fn bytes(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
}

/// The nearest whole number.
#[allow(clippy::cast_possible_truncation, reason = "scores, minutes and doses are small")]
pub(super) fn round(value: f64) -> i64 {
    value.round() as i64
}

/// A whole number as a double.
#[allow(clippy::cast_precision_loss, reason = "scores, counts and minutes are small")]
pub(super) fn real(value: i64) -> f64 {
    value as f64
}

/// A number of the vocabulary, brought into its range.
pub(super) fn int<const LO: i64, const HI: i64>(value: i64) -> Option<Int<LO, HI>> {
    Int::new(value.clamp(LO, HI))
}

/// A number of the vocabulary to one decimal, brought into its range.
pub(super) fn num<const LO: i64, const HI: i64>(value: f64) -> Option<Num<LO, HI>> {
    Num::new(((value * 10.0).round() / 10.0).clamp(real(LO), real(HI)))
}
