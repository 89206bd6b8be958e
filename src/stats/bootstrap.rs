//! Intervals by resampling people: the percentile bootstrap.
//!
//! As many people as there are, are drawn from them with putting back; the statistic is worked out
//! anew, many times over; its 2.5 % and 97.5 % quantiles are the limits. People who are alike are a
//! row with a count, and a resample is other counts for the same rows.
//!
//! Every resample has a stream of random numbers of its own, fixed by the seed and its place, so
//! that the result is the same on any number of threads.
//!
//! Reference: Efron 1979, doi 10.1214/aos/1176344552; Davison and Hinkley 1997, section 5.3,
//! doi 10.1017/CBO9780511802843.
//!
//! Undefined without people, and where more than a twentieth of the resamples have no statistic:
//! the limits of the others would be those of other people.

use super::interval::Interval;
use super::quantile::quantile;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Sets the streams apart from any other use of the same seed.
const DOMAIN: &[u8; 24] = b"afterdose bootstrap v001";
/// The largest share of resamples without a statistic, as one in so many.
const UNDEFINED: usize = 20;

/// Intervals of several statistics from the same resamples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap<const K: usize> {
    /// 95 % percentile intervals, in the order of the statistics.
    pub intervals: [Interval; K],
    /// Resamples that had no statistic.
    pub undefined: usize,
}

/// Resamples people, `counts` of each row, so many times, and works out `K` statistics of each
/// resample from its counts.
#[must_use]
pub fn percentile<const K: usize>(
    counts: &[u64],
    resamples: u32,
    seed: u64,
    statistic: impl Fn(&[u64]) -> Option<[f64; K]> + Sync,
) -> Option<Bootstrap<K>> {
    // The row of each person, so that a draw is one number.
    let rows = counts.iter().enumerate();
    let people: Vec<usize> = rows.flat_map(|(row, &count)| (0..count).map(move |_| row)).collect();
    if people.is_empty() {
        return None;
    }
    let one = |place: u32| statistic(&resample(&people, counts.len(), seed, place));
    let found: Vec<Option<[f64; K]>> = (0..resamples).into_par_iter().map(one).collect();
    let defined: Vec<[f64; K]> = found.iter().flatten().copied().collect();
    let undefined = found.len() - defined.len();
    if undefined * UNDEFINED > found.len() {
        return None;
    }
    let mut intervals = [Interval { lo: 0.0, hi: 0.0 }; K];
    for (place, interval) in intervals.iter_mut().enumerate() {
        let mut values: Vec<f64> = defined.iter().map(|values| values[place]).collect();
        values.sort_by(f64::total_cmp);
        *interval = Interval { lo: quantile(&values, 0.025)?, hi: quantile(&values, 0.975)? };
    }
    Some(Bootstrap { intervals, undefined })
}

/// The counts of one resample.
fn resample(people: &[usize], rows: usize, seed: u64, place: u32) -> Vec<u64> {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..].copy_from_slice(DOMAIN);
    let mut chance = ChaCha8Rng::from_seed(key);
    chance.set_stream(u64::from(place));
    let mut counts = vec![0; rows];
    for _ in people {
        counts[people[chance.random_range(0..people.len())]] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::g_computation::standardise;
    use crate::stats::proportion::proportion;
    use crate::stats::tests::adjusted::{expected, people};
    use crate::stats::weighting::risks;

    /// The share of the first row.
    fn share(counts: &[u64]) -> Option<[f64; 1]> {
        Some([proportion(counts[0], counts.iter().sum())?])
    }

    #[test]
    fn agrees_with_numpy_within_monte_carlo_error() {
        // tests/oracle/adjusted/make.py: means of 20 bootstraps of 1000, and their spread.
        let (contrast, counts) = people();
        let both = |counts: &[u64]| {
            let weighted = risks(&contrast, counts).ok()?.difference();
            Some([weighted, standardise(&contrast, counts).ok()?.difference()])
        };
        let found = percentile(&counts, 1000, 11, both).expect("statistics");
        assert_eq!(found.undefined, 0);
        for (name, interval) in ["weighted", "standardised"].iter().zip(found.intervals) {
            for (end, limit) in [("lo", interval.lo), ("hi", interval.hi)] {
                let number = |what: &str| {
                    expected(&format!("bootstrap/{name}/{end}{what}")).expect("a number")
                };
                // Four standard errors of one bootstrap: one in sixteen thousand.
                let reach = 4.0 * number("-spread");
                assert!((limit - number("")).abs() < reach, "{name} {end}: {limit}");
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_whatever_the_threads() {
        let on = |threads: usize, seed: u64| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.expect("threads").install(|| percentile(&[30, 70], 500, seed, share))
        };
        assert_eq!(on(1, 5), on(3, 5));
        assert_ne!(on(1, 5), on(1, 6));
    }

    #[test]
    fn a_resample_has_as_many_people_and_none_that_is_not_there() {
        let people: Vec<usize> = [0, 0, 0, 2, 2, 3].to_vec();
        let drawn: Vec<Vec<u64>> = (0..300).map(|place| resample(&people, 4, 1, place)).collect();
        assert!(drawn.iter().all(|counts| counts.iter().sum::<u64>() == 6 && counts[1] == 0));
        assert!(drawn.iter().any(|counts| *counts != drawn[0]));
        // On average as many as there are: 300 resamples of 6, within five standard errors.
        let threes: u64 = drawn.iter().map(|counts| counts[0]).sum();
        assert!(threes.abs_diff(900) < 5 * 22, "{threes}");
    }

    #[test]
    fn of_a_share_it_is_near_the_normal_interval() {
        let found = percentile(&[300, 700], 4000, 3, share).expect("a share").intervals[0];
        let reach = 1.96 * (0.3_f64 * 0.7 / 1000.0).sqrt();
        // Limits are whole people of a thousand, and chance moves them by as little.
        assert!((found.lo - (0.3 - reach)).abs() < 0.003, "{found:?}");
        assert!((found.hi - (0.3 + reach)).abs() < 0.003, "{found:?}");
    }

    #[test]
    fn nobody_and_too_many_without_a_statistic_are_undefined() {
        assert_eq!(percentile(&[], 100, 1, share), None);
        assert_eq!(percentile(&[0, 0], 100, 1, share), None);
        assert_eq!(percentile(&[1, 1], 0, 1, share), None);
        // Of two people a quarter of resamples lack the first.
        let seen = |counts: &[u64]| (counts[0] > 0).then_some([1.0]);
        assert_eq!(percentile(&[1, 1], 400, 1, seen), None);
        // Of six, three of whom are of its kind, one in 64.
        let found = percentile(&[3, 3], 400, 1, seen).expect("enough of them");
        assert!((1..=20).contains(&found.undefined), "{}", found.undefined);
    }
}
