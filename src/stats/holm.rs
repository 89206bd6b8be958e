//! Holm's adjustment of p values for their number.
//!
//! The i-th smallest of m is multiplied by `m + 1 - i`, never falls below one before it, and is at
//! most 1. Controls the chance of any false finding, whatever the tests depend on.
//!
//! Reference: Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
//!
//! Without p values there is nothing to adjust: an empty list.

/// The adjusted p values, in the order given.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "a handful of tests")]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut least = 0.0_f64;
    for (rank, &place) in order.iter().enumerate() {
        least = least.max((p.len() - rank) as f64 * p[place]).min(1.0);
        adjusted[place] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            // One product each: rounding alone.
            assert!((found - expected).abs() < 1e-15, "{found} is not {expected}");
        }
    }

    #[test]
    fn agrees_with_r() {
        // R 4.2.2, p.adjust(p, "holm").
        near(&holm(&[0.01, 0.04, 0.03, 0.005]), &[0.03, 0.06, 0.06, 0.02]);
        near(&holm(&[0.5, 0.02, 0.9]), &[1.0, 0.06, 1.0]);
        near(&holm(&[0.02, 0.02]), &[0.04, 0.04]);
    }

    #[test]
    fn one_test_needs_no_adjustment_and_none_has_none() {
        near(&holm(&[0.04]), &[0.04]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn never_smaller_than_the_raw_value_and_in_its_order() {
        let p = [0.2, 0.001, 0.013, 0.013, 0.77, 0.04, 1.0, 0.0];
        let adjusted = holm(&p);
        for (i, j) in (0..p.len()).flat_map(|i| (0..p.len()).map(move |j| (i, j))) {
            assert!(adjusted[i] >= p[i] && adjusted[i] <= 1.0);
            assert!(p[i] > p[j] || adjusted[i] <= adjusted[j], "{} and {}", p[i], p[j]);
        }
    }
}
