//! The exact upper bound of a proportion: how often could it be, if it was seen so often?
//!
//! One-sided, 95 %: the `p` with `P(X <= k) = 0.05` for `X` binomial of `n`. For `k = 0` that is
//! `1 - 0.05^(1/n)`, about `3/n`.
//!
//! References: Clopper and Pearson 1934, doi 10.1093/biomet/26.4.404; for none seen: Hanley and
//! Lippman-Hand 1983, doi 10.1001/jama.1983.03330370053031.
//!
//! Undefined for nobody and for `k > n`. For `k = n` the bound is exactly 1.

/// The chance that the bound lies below the true proportion.
const TAIL: f64 = 0.05;
/// More halvings of the distance from 0 to 1 than doubles can tell apart.
const HALVINGS: usize = 200;

/// The bound where none of `n` was seen.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
pub fn upper_for_none(n: u64) -> Option<f64> {
    // 1 - e^x without losing the digits of a small x.
    (n > 0).then(|| -(TAIL.ln() / n as f64).exp_m1())
}

/// The bound where `k` of `n` were seen.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
pub fn upper(k: u64, n: u64) -> Option<f64> {
    if n == 0 || k > n {
        return None;
    }
    if k == 0 {
        return upper_for_none(n);
    }
    if k == n {
        return Some(1.0);
    }
    // The tail falls from above 0.05 at k/n to 0 at 1: halve until the limits are neighbours.
    let choose: f64 = (1..=k).map(|i| ((n - k + i) as f64 / i as f64).ln()).sum();
    let (mut low, mut high) = (k as f64 / n as f64, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if lower_tail(k, n, choose, middle) > TAIL {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(f64::midpoint(low, high))
}

/// `P(X <= k)` for `p` above `k / n`, from the logarithm of `n` over `k`: each term below `k` is a
/// falling share of the one above it.
#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
fn lower_tail(k: u64, n: u64, choose: f64, p: f64) -> f64 {
    let at_k = (choose + k as f64 * p.ln() + (n - k) as f64 * (-p).ln_1p()).exp();
    let odds = (1.0 - p) / p;
    let (mut term, mut sum) = (1.0, 1.0);
    for j in (1..=k).rev() {
        term *= j as f64 / (n - j + 1) as f64 * odds;
        sum += term;
        // What is left is a falling series of less than this.
        if term < sum * f64::EPSILON {
            break;
        }
    }
    at_k * sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::tests::oracle::{near, number, rows};

    const EXPECTED: &str = include_str!("../../tests/oracle/exact_bound/expected.csv");

    #[test]
    fn agrees_with_r() {
        // R 4.2.2, binom.test(k, n, alternative = "less"), in tests/oracle/exact_bound/make.R.
        let mut compared = 0;
        for row in rows(EXPECTED) {
            let [k, n] = [0, 1].map(|at| row[at].parse::<u64>().expect("a count"));
            near(upper(k, n), number(row[2]), 1e-9);
            if k == 0 {
                near(upper_for_none(n), number(row[2]), 1e-9);
            }
            compared += 1;
        }
        assert_eq!(compared, 39);
    }

    #[test]
    fn the_tail_beyond_the_bound_is_a_twentieth() {
        // The sum of all terms, each by itself.
        for n in 1..=40_i32 {
            for k in 0..n {
                let people = |count: i32| u64::try_from(count).expect("not below 0");
                let bound = upper(people(k), people(n)).expect("people");
                let mut tail = 0.0;
                for j in 0..=k {
                    let choose: f64 =
                        (1..=j).map(|i| f64::from(n - j + i) / f64::from(i)).product();
                    tail += choose * bound.powi(j) * (1.0 - bound).powi(n - j);
                }
                near(Some(tail), Some(0.05), 1e-12);
            }
        }
    }

    #[test]
    fn grows_with_what_was_seen_and_shrinks_with_people() {
        for n in 1..200 {
            let bounds: Vec<f64> = (0..=n).map(|k| upper(k, n).expect("people")).collect();
            assert!(bounds.is_sorted_by(|a, b| a < b), "{n}");
            assert!(upper(0, n + 1) < upper(0, n), "{n}");
        }
        assert_eq!(upper(7, 7), Some(1.0));
    }

    #[test]
    fn nobody_has_no_bound() {
        assert_eq!(upper_for_none(0), None);
        assert_eq!(upper(0, 0), None);
        assert_eq!(upper(3, 2), None);
    }
}
