//! Two arms to be compared fairly: who is in which, with what outcome and what covariates.
//!
//! People alike in all three are one row. How many they are is given beside it to whatever is
//! estimated, so that a resample of people changes counts alone.

use super::design::Design;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arm {
    /// The first.
    A,
    /// The second.
    B,
}

impl Arm {
    /// Whether it is the first.
    #[must_use]
    pub const fn is_a(self) -> bool {
        matches!(self, Self::A)
    }
}

/// The share with the outcome in each arm, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Risks {
    /// In the first.
    pub a: f64,
    /// In the second.
    pub b: f64,
}

impl Risks {
    /// The first minus the second, -1 to 1.
    #[must_use]
    pub fn difference(&self) -> f64 {
        self.a - self.b
    }
}

/// Rows of people alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Contrast {
    design: Design,
    arms: Vec<Arm>,
    outcomes: Vec<bool>,
}

impl Contrast {
    /// Puts them side by side. `None` where they are not equally many.
    #[must_use]
    pub fn of(design: Design, arms: Vec<Arm>, outcomes: Vec<bool>) -> Option<Self> {
        let rows = design.rows().len();
        (arms.len() == rows && outcomes.len() == rows).then_some(Self { design, arms, outcomes })
    }

    /// Intercept and covariates of each row.
    #[must_use]
    pub const fn design(&self) -> &Design {
        &self.design
    }

    /// The arm of each row.
    #[must_use]
    pub fn arms(&self) -> &[Arm] {
        &self.arms
    }

    /// Whether the people of each row have the outcome.
    #[must_use]
    pub fn outcomes(&self) -> &[bool] {
        &self.outcomes
    }

    /// The shares as they are, covariates aside. `None` where either arm has nobody, and where the
    /// counts are not as many as the rows.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
    pub fn crude(&self, counts: &[u64]) -> Option<Risks> {
        let weights: Vec<f64> = counts.iter().map(|&count| count as f64).collect();
        self.shares(&weights)
    }

    /// The shares where each row weighs so much in its arm.
    pub(super) fn shares(&self, weights: &[f64]) -> Option<Risks> {
        if weights.len() != self.arms.len() {
            return None;
        }
        let share = |of: Arm| {
            let (mut with, mut all) = (0.0, 0.0);
            for ((arm, outcome), weight) in self.arms.iter().zip(&self.outcomes).zip(weights) {
                if *arm == of {
                    all += weight;
                    with += if *outcome { *weight } else { 0.0 };
                }
            }
            (all > 0.0).then(|| with / all)
        };
        Some(Risks { a: share(Arm::A)?, b: share(Arm::B)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contrast() -> Contrast {
        let design = Design::with_intercept(&[[0.0]; 4]).expect("rows");
        let arms = vec![Arm::A, Arm::A, Arm::B, Arm::B];
        Contrast::of(design, arms, vec![true, false, true, false]).expect("four of each")
    }

    #[test]
    fn the_crude_shares_are_counts_over_counts() {
        let found = contrast().crude(&[3, 1, 1, 4]).expect("people in both");
        assert_eq!(found, Risks { a: 0.75, b: 0.2 });
        assert!((found.difference() - 0.55).abs() < 1e-15);
    }

    #[test]
    fn nobody_in_an_arm_is_undefined() {
        assert_eq!(contrast().crude(&[3, 1, 0, 0]), None);
        assert_eq!(contrast().crude(&[0, 0, 1, 1]), None);
        assert_eq!(contrast().crude(&[1, 1, 1]), None);
        let design = Design::with_intercept(&[[0.0]; 2]).expect("rows");
        assert_eq!(Contrast::of(design, vec![Arm::A], vec![true, true]), None);
    }
}
