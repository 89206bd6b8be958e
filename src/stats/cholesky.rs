//! The Cholesky factor of a symmetric positive definite matrix, and systems solved by it.
//!
//! `A = L L'`, `L` lower triangular. Reference: Golub and Van Loan 2013, Matrix Computations,
//! section 4.2. For matrices of a few dozen rows: nothing is blocked.
//!
//! Undefined where a row depends on those above it; the factor is then refused with that row.

/// What rounding leaves of a pivot that is 0, as a share of the diagonal element.
const DEPENDENT: f64 = 1e-12;

/// The first row that depends on those above it, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dependent(pub(super) usize);

/// The rows of `L`, each up to its diagonal element.
#[derive(Debug)]
pub(super) struct Factor {
    rows: Vec<Vec<f64>>,
}

impl Factor {
    /// Of a symmetric matrix, of which the part below the diagonal is read.
    pub(super) fn of(matrix: &[Vec<f64>]) -> Result<Self, Dependent> {
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
        for (place, given) in matrix.iter().enumerate() {
            let mut row = Vec::with_capacity(place + 1);
            for above in &rows {
                let left = given[row.len()] - dot(&row, above);
                row.push(left / above[row.len()]);
            }
            let left = given[place] - dot(&row, &row);
            if !left.is_finite() || left <= given[place] * DEPENDENT {
                return Err(Dependent(place));
            }
            row.push(left.sqrt());
            rows.push(row);
        }
        Ok(Self { rows })
    }

    /// The `y` with `L y = b`.
    pub(super) fn forward(&self, right: &[f64]) -> Vec<f64> {
        let mut solved: Vec<f64> = Vec::with_capacity(right.len());
        for (row, right) in self.rows.iter().zip(right) {
            let pivot = row[solved.len()];
            solved.push((right - dot(row, &solved)) / pivot);
        }
        solved
    }

    /// The `x` with `A x = b`.
    pub(super) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut solved = self.forward(right);
        for place in (0..solved.len()).rev() {
            let below: f64 =
                (place + 1..solved.len()).map(|row| self.rows[row][place] * solved[row]).sum();
            solved[place] = (solved[place] - below) / self.rows[place][place];
        }
        solved
    }
}

/// The sum of products, as far as the shorter of both goes.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_what_was_multiplied_out_by_hand() {
        // L = [2 0 0; 1 3 0; -1 2 1], A = L L', x = (1, -2, 3), b = A x.
        let matrix = [vec![4.0, 2.0, -2.0], vec![2.0, 10.0, 5.0], vec![-2.0, 5.0, 6.0]];
        let factor = Factor::of(&matrix).expect("positive definite");
        assert_eq!(factor.rows, [vec![2.0], vec![1.0, 3.0], vec![-1.0, 2.0, 1.0]]);
        assert_eq!(factor.solve(&[-6.0, -3.0, 6.0]), [1.0, -2.0, 3.0]);
        assert_eq!(factor.forward(&[2.0, 4.0, 2.0]), [1.0, 1.0, 1.0]);
    }

    #[test]
    fn a_row_that_depends_on_others_is_named() {
        let of = |matrix: &[Vec<f64>]| Factor::of(matrix).expect_err("singular");
        assert_eq!(of(&[vec![0.0]]), Dependent(0));
        // The third is the sum of the first two, up to rounding.
        let third = vec![0.1 + 0.02, 0.02 + 0.3, 0.1 + 2.0 * 0.02 + 0.3];
        assert_eq!(of(&[vec![0.1], vec![0.02, 0.3], third]), Dependent(2));
        assert_eq!(of(&[vec![1.0], vec![f64::NAN, 1.0]]), Dependent(1));
    }
}
