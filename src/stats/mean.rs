//! Mean, standard deviation (n - 1) and t interval of a mean.
//!
//! Definition: `sqrt(sum (x - mean)^2 / (n - 1))` and `mean +- t(0.975, n - 1) * sd / sqrt(n)`.
//! Reference: Student 1908, doi 10.1093/biomet/6.1.1.
//!
//! Sums are kept as unevaluated pairs of doubles (Dekker 1971, doi 10.1007/BF01397083; about 32
//! digits). For whole scores they are exact, so the result does not depend on the order of the
//! values to the last bit; for fractions of scores it could only where 32 digits do not decide the
//! sixteenth.
//!
//! Undefined: the mean for n = 0; the standard deviation and the interval for n < 2.

use super::interval::Interval;
use super::student;

/// A sum of doubles and what rounding left of it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    /// Adds a value: the error of the addition is exact (Knuth's two-sum).
    fn add(&mut self, value: f64) {
        let sum = self.high + value;
        let part = sum - self.high;
        let error = (self.high - (sum - part)) + (value - part);
        let low = self.low + error;
        self.high = sum + low;
        self.low = low - (self.high - sum);
    }

    /// Adds a product: the error of the product is exact (fused multiply-add).
    fn add_product(&mut self, a: f64, b: f64) {
        let product = a * b;
        self.add(product);
        self.add(a.mul_add(b, -product));
    }

    fn merge(&mut self, other: Self) {
        self.add(other.high);
        self.add(other.low);
    }

    fn value(self) -> f64 {
        self.high + self.low
    }
}

/// Count, sum and sum of squares of values seen so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    n: u64,
    sum: Sum,
    squares: Sum,
}

impl Moments {
    /// The moments of a slice.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        let mut moments = Self::default();
        for &value in values {
            moments.push(value);
        }
        moments
    }

    /// Takes one value in.
    pub fn push(&mut self, value: f64) {
        self.n += 1;
        self.sum.add(value);
        self.squares.add_product(value, value);
    }

    /// Takes in all that another has seen.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.sum.merge(other.sum);
        self.squares.merge(other.squares);
    }

    /// How many values.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }

    #[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
    const fn size(&self) -> f64 {
        self.n as f64
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum.value() / self.size())
    }

    /// The standard deviation, n - 1 in the denominator.
    #[must_use]
    pub fn sd(&self) -> Option<f64> {
        if self.n < 2 {
            return None;
        }
        let mean = self.mean()?;
        // sum (x - m)^2 = sum x^2 - 2 m sum x + n m^2, every product with its error.
        let mut deviations = self.squares;
        deviations.add_product(-2.0 * mean, self.sum.high);
        deviations.add_product(-2.0 * mean, self.sum.low);
        let mut square = Sum::default();
        square.add_product(mean, mean);
        deviations.add_product(self.size(), square.high);
        deviations.add_product(self.size(), square.low);
        // What is left of equal fractions is rounding of the 32nd digit, not spread.
        let spread = deviations.value();
        let noise = self.squares.value() * 1e-28;
        Some(if spread <= noise { 0.0 } else { (spread / (self.size() - 1.0)).sqrt() })
    }

    /// The 95 % t interval of the mean.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
    pub fn t_interval(&self) -> Option<Interval> {
        let (mean, sd) = (self.mean()?, self.sd()?);
        let reach = student::quantile_975(self.size() - 1.0)? * sd / self.size().sqrt();
        Some(Interval { lo: mean - reach, hi: mean + reach })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(got: Option<f64>, expected: f64) {
        let got = got.expect("defined");
        assert!((got - expected).abs() < 1e-8, "{got} is not {expected}");
    }

    #[test]
    fn agrees_with_r() {
        // R 4.2.2, t.test(c(-12, -3, -20, -7)).
        let moments = Moments::of(&[-12.0, -3.0, -20.0, -7.0]);
        near(moments.mean(), -10.5);
        near(moments.sd(), 7.325_753_658_611_97);
        near(moments.t_interval().map(|interval| interval.lo), -22.156_908_832_134_1);
        near(moments.t_interval().map(|interval| interval.hi), 1.156_908_832_134_13);
    }

    /// How often each change of the HAM-D17 from baseline occurs at a visit.
    type Changes = &'static [(i32, usize)];

    /// A published antidepressant trial (HAM-D17, 172 people, 4 visits), and mean, SD and limits
    /// of the change at each visit by R 4.2.2, `t.test`.
    const TRIAL: [(Changes, [f64; 4]); 4] = [
        (
            &[
                (-16, 1),
                (-14, 1),
                (-11, 4),
                (-10, 4),
                (-9, 4),
                (-8, 4),
                (-7, 7),
                (-6, 8),
                (-5, 10),
                (-4, 11),
                (-3, 17),
                (-2, 11),
                (-1, 21),
                (0, 23),
                (1, 11),
                (2, 6),
                (3, 6),
                (4, 4),
                (5, 6),
                (6, 5),
                (7, 4),
                (8, 3),
                (12, 1),
            ],
            [
                -1.662_790_697_674_42,
                4.670_701_176_098_1,
                -2.365_782_849_777_8,
                -0.959_798_545_571_039,
            ],
        ),
        (
            &[
                (-19, 1),
                (-18, 2),
                (-17, 1),
                (-15, 2),
                (-14, 3),
                (-13, 3),
                (-12, 2),
                (-11, 12),
                (-10, 5),
                (-9, 5),
                (-8, 6),
                (-7, 6),
                (-6, 11),
                (-5, 5),
                (-4, 18),
                (-3, 5),
                (-2, 11),
                (-1, 8),
                (0, 13),
                (1, 10),
                (2, 7),
                (3, 7),
                (4, 4),
                (5, 1),
                (6, 3),
                (7, 3),
                (8, 1),
                (9, 1),
                (11, 1),
                (17, 1),
            ],
            [
                -3.683_544_303_797_47,
                6.144_842_597_057_36,
                -4.649_130_199_492_67,
                -2.717_958_408_102_27,
            ],
        ),
        (
            &[
                (-23, 1),
                (-22, 2),
                (-20, 1),
                (-18, 2),
                (-17, 4),
                (-15, 5),
                (-14, 6),
                (-13, 2),
                (-12, 5),
                (-11, 5),
                (-10, 8),
                (-9, 5),
                (-8, 5),
                (-7, 8),
                (-6, 11),
                (-5, 12),
                (-4, 5),
                (-3, 7),
                (-2, 9),
                (-1, 13),
                (0, 4),
                (1, 9),
                (2, 2),
                (3, 3),
                (4, 5),
                (5, 4),
                (6, 3),
                (7, 2),
                (11, 1),
            ],
            [
                -5.402_684_563_758_39,
                6.714_163_592_319_02,
                -6.489_642_270_605_86,
                -4.315_726_856_910_92,
            ],
        ),
        (
            &[
                (-26, 1),
                (-24, 1),
                (-20, 1),
                (-19, 1),
                (-18, 2),
                (-17, 5),
                (-16, 4),
                (-15, 7),
                (-14, 5),
                (-13, 3),
                (-12, 3),
                (-11, 1),
                (-10, 6),
                (-9, 10),
                (-8, 7),
                (-7, 6),
                (-6, 8),
                (-5, 8),
                (-4, 11),
                (-3, 5),
                (-2, 5),
                (-1, 6),
                (0, 2),
                (1, 4),
                (2, 4),
                (3, 3),
                (4, 4),
                (5, 3),
                (6, 1),
                (9, 1),
                (11, 1),
            ],
            [
                -6.728_682_170_542_64,
                6.968_401_827_607_8,
                -7.942_663_161_840_1,
                -5.514_701_179_245_17,
            ],
        ),
    ];

    #[test]
    fn agrees_with_r_on_a_trial() {
        for (changes, [mean, sd, lo, hi]) in TRIAL {
            let mut moments = Moments::default();
            for &(change, times) in changes {
                (0..times).for_each(|_| moments.push(f64::from(change)));
            }
            near(moments.mean(), mean);
            near(moments.sd(), sd);
            near(moments.t_interval().map(|interval| interval.lo), lo);
            near(moments.t_interval().map(|interval| interval.hi), hi);
        }
    }

    #[test]
    fn undefined_where_there_is_nothing_to_say() {
        let none = Moments::default();
        assert_eq!((none.mean(), none.sd(), none.t_interval()), (None, None, None));
        let one = Moments::of(&[4.0]);
        assert_eq!((one.mean(), one.sd(), one.t_interval()), (Some(4.0), None, None));
    }

    #[test]
    fn no_spread_is_exactly_zero_also_for_fractions() {
        for value in [7.0, 37.0 / 7.0, 0.1, -4.9] {
            let moments = Moments::of(&[value; 977]);
            assert_eq!(moments.sd(), Some(0.0));
            assert_eq!(moments.mean(), Some(value));
        }
    }

    #[test]
    fn order_and_batches_do_not_matter() {
        let mut values: Vec<f64> =
            (0..2000_u32).map(|i| f64::from((i * 7919) % 28) / f64::from(1 + i % 7)).collect();
        let forward = Moments::of(&values);
        let (left, right) = values.split_at(777);
        let mut parts = Moments::of(right);
        parts.merge(&Moments::of(left));
        values.reverse();
        let backward = Moments::of(&values);
        for other in [parts, backward] {
            assert_eq!(forward.mean(), other.mean());
            assert_eq!(forward.sd(), other.sd());
            assert_eq!(forward.t_interval(), other.t_interval());
        }
    }

    #[test]
    fn a_small_spread_far_from_zero_survives() {
        let moments = Moments::of(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]);
        near(moments.sd(), 30.0_f64.sqrt());
    }
}
