//! The 97.5 % quantile of Student's t distribution.
//!
//! Below 1000 degrees of freedom: Newton steps on the upper tail, the regularised incomplete beta
//! function. From 1000 on: the expansion about the normal quantile, Abramowitz and
//! Stegun 26.7.5, whose first dropped term is below 1e-13 there, while the continued fraction of
//! the beta function converges ever more slowly.
//!
//! Undefined for degrees of freedom that are not above 0.

use super::interval::Z;
use statrs::function::beta::{checked_beta_reg, checked_ln_beta};

/// Upper tail of the two-sided 95 % interval.
const TAIL: f64 = 0.025;
/// From here on the expansion is exact to double precision.
const MANY: f64 = 1000.0;
/// More Newton steps than the heaviest tail needs: 9 for one degree of freedom.
const STEPS: usize = 60;

/// The quantile `t` with `P(T <= t) = 0.975`; fractional degrees of freedom included.
#[must_use]
pub fn quantile_975(df: f64) -> Option<f64> {
    // Also turns away NaN.
    if !(df > 0.0 && df.is_finite()) {
        return None;
    }
    if df >= MANY {
        return Some(expansion(df));
    }
    // The tail is convex right of 0 and the normal quantile is left of every t quantile, so Newton
    // climbs from there to the root without overshooting.
    let ln_norm = 0.5 * df.ln() + checked_ln_beta(df / 2.0, 0.5).ok()?;
    let mut t = Z;
    for _ in 0..STEPS {
        let tail = 0.5 * checked_beta_reg(df / 2.0, 0.5, df / (df + t * t)).ok()?;
        let density = (-ln_norm - 0.5 * (df + 1.0) * (t * t / df).ln_1p()).exp();
        let step = (tail - TAIL) / density;
        t += step;
        if step.abs() <= 1e-14 * t {
            break;
        }
    }
    Some(t)
}

/// Abramowitz and Stegun 26.7.5 at the 97.5 % point.
fn expansion(df: f64) -> f64 {
    let z2 = Z * Z;
    let g1 = Z * (z2 + 1.0) / 4.0;
    let g2 = Z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let g3 = Z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    let g4 = Z * ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92_160.0;
    Z + (g1 + (g2 + (g3 + g4 / df) / df) / df) / df
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_r() {
        // R 4.2.2, qt(0.975, df).
        for (df, expected) in [
            (1.0, 12.706_204_736_174_7),
            (2.0, 4.302_652_729_749_46),
            (2.5, 3.574_654_842_003_69),
            (9.0, 2.262_157_162_798_2),
            (15.3, 2.127_815_254_656_36),
            (64.42, 1.997_478_841_842_72),
            (149.3, 1.975_980_670_746_44),
            (1000.0, 1.962_339_080_826_41),
        ] {
            let t = quantile_975(df).expect("df > 0");
            assert!((t - expected).abs() < 1e-10, "{df}: {t}");
        }
    }

    #[test]
    fn the_two_methods_meet_and_fall_to_the_normal() {
        let below = quantile_975(999.999_999).expect("df > 0");
        assert!((below - expansion(999.999_999)).abs() < 1e-12, "{below}");
        let mut last = f64::INFINITY;
        for df in [1.0, 1.5, 3.0, 10.0, 100.0, 999.0, 1e3, 1e4, 1e6, 1e9] {
            let t = quantile_975(df).expect("df > 0");
            assert!(t < last && t > Z, "{df}");
            last = t;
        }
    }

    #[test]
    fn no_freedom_has_no_quantile() {
        for df in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(quantile_975(df), None);
        }
    }
}
