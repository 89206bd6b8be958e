//! Reading the numbers of other programs, and comparing with them.

/// Lines of a CSV file below its header, as cells.
pub(in crate::stats) fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().skip(1).map(|line| line.split(',').collect())
}

/// A cell; `NA` is no number.
#[track_caller]
pub(in crate::stats) fn number(cell: &str) -> Option<f64> {
    (cell != "NA").then(|| cell.parse().expect("a number"))
}

/// Both undefined, or both defined and no further apart than the tolerance.
#[track_caller]
pub(in crate::stats) fn near(found: Option<f64>, expected: Option<f64>, tolerance: f64) {
    match (found, expected) {
        (Some(found), Some(expected)) => {
            assert!((found - expected).abs() < tolerance, "{found} is not {expected}");
        }
        (found, expected) => assert_eq!(found, expected),
    }
}
