//! A proportion and its Wilson score interval, 95 %, without continuity correction.
//!
//! Definition: the `p` with `|k/n - p| <= z sqrt(p(1-p)/n)`. Reference: Wilson 1927,
//! doi 10.1080/01621459.1927.10502953; recommended by Newcombe 1998,
//! doi `10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E`.
//!
//! Undefined for `n = 0` and for `k > n`. Defined for `k = 0`, where the lower limit is exactly 0,
//! and for `k = n`, where the upper limit is exactly 1.

use super::interval::{Interval, Z};

/// `k / n`.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
pub fn proportion(k: u64, n: u64) -> Option<f64> {
    (n > 0 && k <= n).then(|| k as f64 / n as f64)
}

/// The Wilson interval of `k` out of `n`.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
pub fn wilson(k: u64, n: u64) -> Option<Interval> {
    let p = proportion(k, n)?;
    let size = n as f64;
    let z2 = Z * Z;
    let centre = p + z2 / (2.0 * size);
    let reach = Z * (p * (1.0 - p) / size + z2 / (4.0 * size * size)).sqrt();
    let scale = 1.0 + z2 / size;
    Some(Interval {
        lo: if k == 0 { 0.0 } else { ((centre - reach) / scale).max(0.0) },
        hi: if k == n { 1.0 } else { ((centre + reach) / scale).min(1.0) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `k, n, lo, hi` of R 4.2.2, `prop.test(correct = FALSE)`.
    const EDGE: [(u64, u64, f64, f64); 9] = [
        (0, 1, 0.0, 0.793_450_685_622_763),
        (1, 1, 0.206_549_314_377_237, 1.0),
        (0, 5, 0.0, 0.434_482_464_783_175),
        (5, 5, 0.565_517_535_216_825, 1.0),
        (1, 10, 0.017_876_213_095_072_9, 0.404_150_026_795_238),
        (6, 6, 0.609_665_712_097_835, 1.0),
        (0, 200, 0.0, 0.018_845_326_377_266_6),
        (29, 64, 0.337_294_477_806_117, 0.574_264_027_799_459),
        (999, 1000, 0.994_357_441_402_042, 0.999_823_453_629_374),
    ];

    /// The rates of a published antidepressant trial (HAM-D17, 172 people, 4 visits): R 4.2.2.
    const TRIAL: [(u64, u64, f64, f64); 13] = [
        (12, 172, 0.040_357_170_398_467_9, 0.117_975_563_004_774),
        (13, 172, 0.044_699_432_822_978_3, 0.125_007_182_561_301),
        (37, 158, 0.174_938_526_829_091, 0.306_035_009_790_691),
        (32, 158, 0.147_274_554_574_886, 0.271_910_117_356_775),
        (37, 172, 0.160_288_561_403_105, 0.282_391_221_526_069),
        (45, 149, 0.234_030_913_350_715, 0.379_948_170_235_396),
        (46, 149, 0.240_136_270_635_919, 0.386_928_267_743_884),
        (45, 172, 0.201_663_876_825_063, 0.332_006_961_952_409),
        (47, 172, 0.212_157_049_530_908, 0.344_261_553_208_638),
        (49, 129, 0.300_712_129_588_825, 0.465_926_988_385_308),
        (38, 129, 0.222_768_534_252_088, 0.378_259_635_187_56),
        (49, 172, 0.222_704_999_425_122, 0.356_461_367_276_499),
        (57, 172, 0.265_407_536_980_109, 0.404_749_885_569_811),
    ];

    fn check(rows: &[(u64, u64, f64, f64)]) {
        for &(k, n, lo, hi) in rows {
            let interval = wilson(k, n).expect("n > 0");
            assert!((interval.lo - lo).abs() < 1e-8, "{k} of {n}: {}", interval.lo);
            assert!((interval.hi - hi).abs() < 1e-8, "{k} of {n}: {}", interval.hi);
        }
    }

    #[test]
    fn agrees_with_r() {
        check(&EDGE);
        check(&TRIAL);
    }

    #[test]
    fn the_ends_are_exact_and_nobody_has_none() {
        for n in 1..500 {
            let none = wilson(0, n).expect("n > 0");
            let every = wilson(n, n).expect("n > 0");
            assert!(none.lo.to_bits() == 0 && every.hi.to_bits() == 1.0_f64.to_bits());
        }
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(3, 2), None);
        assert_eq!(proportion(0, 0), None);
        assert_eq!(proportion(1, 4), Some(0.25));
    }

    #[test]
    fn contains_the_proportion_and_mirrors() {
        for n in 1..60 {
            for k in 0..=n {
                let p = proportion(k, n).expect("n > 0");
                let here = wilson(k, n).expect("n > 0");
                let mirror = wilson(n - k, n).expect("n > 0");
                assert!(here.lo <= p && p <= here.hi, "{k} of {n}");
                assert!((here.lo - (1.0 - mirror.hi)).abs() < 1e-12, "{k} of {n}");
            }
        }
    }
}
