//! Logistic regression: the log odds of an outcome as a sum over covariates.
//!
//! Maximum likelihood by Newton steps (iteratively reweighted least squares): with probabilities
//! `p` and counts `c`, each step solves `X' C P (1 - P) X d = X' C (y - p)`, and is halved while
//! the likelihood falls. Done when the gain left is below rounding.
//!
//! Reference: McCullagh and Nelder 1989, Generalized Linear Models, sections 4.4 and 2.5.
//!
//! Refused, with the reason, rather than answered with a number that means nothing: without people,
//! without both outcomes, where a column depends on those before it, and where covariates separate
//! the outcomes, so that the likelihood grows for ever.

use super::cholesky::{Dependent, Factor, dot};
use super::design::Design;

/// Newton steps; ordinary data need six.
const STEPS: usize = 100;
/// Halvings of a step that overshoots.
const HALVINGS: usize = 30;
/// Twice the logarithm of likelihood still to be gained, at which the fit is done: the next step
/// would be a millionth of a standard error, and the one after it a billionth of that.
const DONE: f64 = 1e-12;
/// Log odds no outcome has: two in a billion.
const CERTAIN: f64 = 20.0;

/// Why there is no fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Outcomes and counts are not as many as rows.
    #[error("outcomes and counts are not as many as the rows of covariates")]
    Shape,
    /// All counts are 0, or all people have the same outcome.
    #[error("all people have the same outcome, so nothing can explain it")]
    OneOutcome,
    /// A column is a sum of others before it, or constant.
    #[error("covariate {column} says nothing that those before it do not say")]
    Dependent {
        /// Place of the column in the design; 0 is the intercept.
        column: usize,
    },
    /// Some covariates tell the outcome of some people for certain.
    #[error("the covariates tell the outcome of some people for certain")]
    Separated,
    /// The likelihood was still growing at the last step.
    #[error("the fit did not settle")]
    NotSettled,
}

/// Fitted coefficients.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Log odds ratios, one a column of the design; the intercept first.
    pub coefficients: Vec<f64>,
}

impl Fit {
    /// The probability of the outcome for a row of the design.
    #[must_use]
    pub fn probability(&self, row: &[f64]) -> f64 {
        logistic(dot(row, &self.coefficients))
    }
}

/// The probability with these log odds.
fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// Fits the outcome of each row, for which `counts` people stand.
///
/// # Errors
/// [`Failure`] says why the data have no fit.
pub fn fit(design: &Design, outcomes: &[bool], counts: &[u64]) -> Result<Fit, Failure> {
    let rows = design.rows().len();
    if outcomes.len() != rows || counts.len() != rows {
        return Err(Failure::Shape);
    }
    let data = Data { design, filled: &Filled::of(design), outcomes, counts };
    let mut coefficients = data.start()?;
    let mut at = data.likelihood(&coefficients);
    for step in 0..STEPS {
        if at.steepest > CERTAIN {
            return Err(Failure::Separated);
        }
        let factor = Factor::of(&at.information).map_err(|Dependent(column)| match step {
            // At the start all rows weigh the same, so it is the columns themselves.
            0 => Failure::Dependent { column },
            _ => Failure::Separated,
        })?;
        let towards = factor.solve(&at.gradient);
        let done = dot(&towards, &at.gradient) <= DONE;
        let mut share = 1.0;
        for _ in 0..HALVINGS {
            let pairs = coefficients.iter().zip(&towards);
            let next: Vec<f64> = pairs.map(|(from, step)| from + share * step).collect();
            if done {
                return Ok(Fit { coefficients: next });
            }
            let there = data.likelihood(&next);
            // Rounding of the sum is no fall.
            if there.log >= at.log - at.log.abs() * 1e-12 {
                (coefficients, at) = (next, there);
                break;
            }
            share /= 2.0;
        }
    }
    Err(Failure::NotSettled)
}

struct Data<'a> {
    design: &'a Design,
    filled: &'a Filled,
    outcomes: &'a [bool],
    counts: &'a [u64],
}

/// Of each row, the columns where it is not 0: of dummy variables few.
struct Filled {
    columns: Vec<usize>,
    /// Where those of each row end.
    ends: Vec<usize>,
}

impl Filled {
    fn of(design: &Design) -> Self {
        let mut filled = Self { columns: Vec::new(), ends: Vec::new() };
        for row in design.rows() {
            filled.columns.extend((0..row.len()).filter(|column| row[*column] != 0.0));
            filled.ends.push(filled.columns.len());
        }
        filled
    }

    fn rows(&self) -> impl Iterator<Item = &[usize]> {
        let mut begin = 0;
        self.ends.iter().map(move |end| &self.columns[std::mem::replace(&mut begin, *end)..*end])
    }
}

/// The likelihood at some coefficients, and how it changes there.
struct Likelihood {
    log: f64,
    gradient: Vec<f64>,
    /// The matrix of second derivatives, negated; the part up to the diagonal.
    information: Vec<Vec<f64>>,
    /// The log odds furthest from 0.
    steepest: f64,
}

#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
impl Data<'_> {
    /// The people of each row that stands for somebody: the row, and what is filled of it.
    fn people(&self) -> impl Iterator<Item = (&[f64], &[usize], bool, f64)> {
        let rows = self.design.rows().zip(self.filled.rows()).zip(self.outcomes).zip(self.counts);
        rows.filter(|(_, count)| **count > 0)
            .map(|(((row, filled), outcome), count)| (row, filled, *outcome, *count as f64))
    }

    /// Everybody at the overall log odds.
    fn start(&self) -> Result<Vec<f64>, Failure> {
        let mut sums = [0.0; 2];
        for (_, _, outcome, count) in self.people() {
            sums[usize::from(outcome)] += count;
        }
        let [without, with] = sums;
        if without == 0.0 || with == 0.0 {
            return Err(Failure::OneOutcome);
        }
        let mut coefficients = vec![0.0; self.design.width()];
        coefficients[0] = (with / without).ln();
        Ok(coefficients)
    }

    fn likelihood(&self, coefficients: &[f64]) -> Likelihood {
        let width = coefficients.len();
        let mut at = Likelihood {
            log: 0.0,
            gradient: vec![0.0; width],
            information: (1..=width).map(|length| vec![0.0; length]).collect(),
            steepest: 0.0,
        };
        for (row, filled, outcome, count) in self.people() {
            let log_odds: f64 =
                filled.iter().map(|column| row[*column] * coefficients[*column]).sum();
            let p = logistic(log_odds);
            let (observed, against) = if outcome { (1.0, -log_odds) } else { (0.0, log_odds) };
            at.log -= count * against.exp().ln_1p();
            at.steepest = at.steepest.max(log_odds.abs());
            let (pull, weight) = (count * (observed - p), count * p * (1.0 - p));
            for (place, &column) in filled.iter().enumerate() {
                at.gradient[column] += pull * row[column];
                let scale = weight * row[column];
                let information = &mut at.information[column];
                for &other in &filled[..=place] {
                    information[other] += scale * row[other];
                }
            }
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::tests::adjusted::{expected, people};
    use crate::stats::tests::oracle::near;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn agrees_with_statsmodels() {
        let (contrast, counts) = people();
        for (model, columns) in [("propensity", 7), ("outcome", 7)] {
            let outcomes: Vec<bool> = match model {
                "propensity" => contrast.arms().iter().map(|arm| arm.is_a()).collect(),
                _ => contrast.outcomes().to_vec(),
            };
            let found = fit(contrast.design(), &outcomes, &counts).expect("a fit");
            assert_eq!(found.coefficients.len(), columns);
            for (place, found) in found.coefficients.iter().enumerate() {
                near(Some(*found), expected(&format!("{model}/{place}")), 1e-9);
            }
        }
    }

    #[test]
    fn with_one_covariate_of_two_values_it_is_the_odds_ratio() {
        // 12 of 40 and 30 of 50: by hand.
        let design = Design::with_intercept(&[[0.0], [0.0], [1.0], [1.0]]).expect("rows");
        let found = fit(&design, &[true, false, true, false], &[12, 28, 30, 20]).expect("a fit");
        let odds = [(12.0_f64 / 28.0).ln(), (30.0_f64 / 20.0).ln() - (12.0_f64 / 28.0).ln()];
        near(Some(found.coefficients[0]), Some(odds[0]), 1e-12);
        near(Some(found.coefficients[1]), Some(odds[1]), 1e-12);
        near(Some(found.probability(&[1.0, 1.0])), Some(0.6), 1e-12);
    }

    #[test]
    fn a_count_is_so_many_rows_and_a_count_of_none_is_no_row() {
        let (contrast, counts) = people();
        let outcomes = contrast.outcomes();
        let together = fit(contrast.design(), outcomes, &counts).expect("a fit");
        let mut rows = Vec::new();
        let mut apart = Vec::new();
        for ((row, outcome), count) in contrast.design().rows().zip(outcomes).zip(&counts) {
            for _ in 0..*count {
                rows.push(row[1..].to_vec());
                apart.push(*outcome);
            }
            rows.push(vec![99.0; row.len() - 1]);
            apart.push(!outcome);
        }
        let ones: Vec<u64> = rows.iter().map(|row| u64::from(row[0] < 99.0)).collect();
        let design = Design::with_intercept(&rows).expect("rows");
        let single = fit(&design, &apart, &ones).expect("a fit");
        for (one, other) in together.coefficients.iter().zip(single.coefficients) {
            near(Some(*one), Some(other), 1e-10);
        }
    }

    #[test]
    fn a_hundred_thousand_rows_meet_the_equations_of_the_likelihood() {
        // At the fit, each covariate adds up over those with the outcome to what is expected.
        let mut chance = ChaCha8Rng::seed_from_u64(4);
        let rows: Vec<[f64; 24]> = (0..100_000)
            .map(|_| {
                std::array::from_fn(
                    |place| if place < 20 { dummy(&mut chance) } else { chance.random() },
                )
            })
            .collect();
        let outcomes: Vec<bool> =
            rows.iter().map(|row| chance.random::<f64>() < logistic(row[0] - row[23])).collect();
        let design = Design::with_intercept(&rows).expect("rows");
        let counts = vec![1; rows.len()];
        let found = fit(&design, &outcomes, &counts).expect("a fit");
        for column in 0..design.width() {
            let rows = design.rows().zip(&outcomes);
            let excess = rows.map(|(row, outcome)| {
                row[column] * (f64::from(u8::from(*outcome)) - found.probability(row))
            });
            // Of sums of ten thousands.
            near(Some(excess.sum()), Some(0.0), 1e-6);
        }
        assert!((found.coefficients[1] - 1.0).abs() < 0.1, "{:?}", found.coefficients);
    }

    fn dummy(chance: &mut ChaCha8Rng) -> f64 {
        if chance.random::<f64>() < 0.1 { 1.0 } else { 0.0 }
    }

    #[test]
    fn far_from_even_odds_the_steps_still_arrive() {
        // One in ten thousand against one in ten: a long way for Newton.
        let design = Design::with_intercept(&[[0.0], [0.0], [1.0], [1.0]]).expect("rows");
        let counts = [1, 9_999, 1_000_000, 9_000_000];
        let found = fit(&design, &[true, false, true, false], &counts).expect("a fit");
        near(Some(found.probability(&[1.0, 0.0])), Some(1e-4), 1e-14);
        near(Some(found.probability(&[1.0, 1.0])), Some(0.1), 1e-12);
    }

    #[test]
    fn what_has_no_fit_says_why() {
        let of = |rows: &[[f64; 2]], outcomes: &[bool], counts: &[u64]| {
            fit(&Design::with_intercept(rows).expect("rows"), outcomes, counts).expect_err("no fit")
        };
        let rows = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]];
        let mixed = [true, false, false, true];
        assert_eq!(of(&rows, &mixed[..3], &[1; 4]), Failure::Shape);
        assert_eq!(of(&rows, &mixed, &[1; 3]), Failure::Shape);
        assert_eq!(of(&rows, &[true; 4], &[1; 4]), Failure::OneOutcome);
        assert_eq!(of(&rows, &mixed, &[0; 4]), Failure::OneOutcome);
        let twice = [[0.0, 0.0], [1.0, 2.0], [0.0, 0.0], [1.0, 2.0]];
        assert_eq!(of(&twice, &mixed, &[5; 4]), Failure::Dependent { column: 2 });
        let constant = [[3.0, 0.0], [3.0, 1.0], [3.0, 0.0], [3.0, 1.0]];
        assert_eq!(of(&constant, &mixed, &[5; 4]), Failure::Dependent { column: 1 });
        // Complete: the first covariate is the outcome. Quasi-complete: it tells it of one side.
        let first = [false, true, false, true];
        assert_eq!(of(&rows, &first, &[50; 4]), Failure::Separated);
        let one_sided = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0], [0.0, 1.0]];
        let outcomes = [false, true, false, true, true, true];
        for counts in [[1; 6], [9; 6], [40_000; 6]] {
            assert_eq!(of(&one_sided, &outcomes, &counts), Failure::Separated);
        }
    }
}
