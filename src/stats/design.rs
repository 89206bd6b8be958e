//! The columns of a regression: an intercept and covariates, one row for people who are alike.
//!
//! How many people a row stands for is kept apart from it, so that a resample changes counts and
//! nothing else.

/// Rows of equal width; the first column is 1 throughout.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    width: usize,
    cells: Vec<f64>,
}

impl Design {
    /// Puts the intercept before covariates. `None` for no rows, for rows of unlike length and for
    /// a cell that is no finite number.
    #[must_use]
    pub fn with_intercept<R: AsRef<[f64]>>(covariates: &[R]) -> Option<Self> {
        let width = covariates.first()?.as_ref().len() + 1;
        let mut cells = Vec::with_capacity(width * covariates.len());
        for row in covariates {
            let row = row.as_ref();
            if row.len() + 1 != width || row.iter().any(|cell| !cell.is_finite()) {
                return None;
            }
            cells.push(1.0);
            cells.extend_from_slice(row);
        }
        Some(Self { width, cells })
    }

    /// Columns, the intercept among them.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// The rows, in the order given.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.cells.chunks_exact(self.width)
    }

    /// The same with a last column more. A row that has no cell in it is left out.
    pub(super) fn with_column(&self, column: impl Iterator<Item = f64>) -> Self {
        let rows = self.rows().zip(column);
        let cells = rows.flat_map(|(row, cell)| row.iter().copied().chain([cell])).collect();
        Self { width: self.width + 1, cells }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_intercept_stands_first_and_the_new_column_last() {
        let design = Design::with_intercept(&[[3.0, 4.0], [5.0, 6.0]]).expect("rows");
        assert_eq!(design.rows().collect::<Vec<_>>(), [[1.0, 3.0, 4.0], [1.0, 5.0, 6.0]]);
        let wider = design.with_column([7.0, 8.0].into_iter());
        assert_eq!(wider.rows().collect::<Vec<_>>(), [[1.0, 3.0, 4.0, 7.0], [1.0, 5.0, 6.0, 8.0]]);
        assert_eq!((design.width(), wider.width()), (3, 4));
        // Without covariates the intercept is all.
        let bare = Design::with_intercept(&[[0.0; 0]; 3]).expect("rows");
        assert_eq!((bare.width(), bare.rows().len()), (1, 3));
    }

    #[test]
    fn no_table_is_no_design() {
        assert_eq!(Design::with_intercept::<[f64; 1]>(&[]), None);
        assert_eq!(Design::with_intercept(&[vec![1.0], vec![1.0, 2.0]]), None);
        assert_eq!(Design::with_intercept(&[[f64::NAN]]), None);
    }
}
