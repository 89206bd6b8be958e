//! The made-up people of `tests/oracle/adjusted/`, and what Python says of them.

use super::oracle::{number, rows};
use crate::stats::contrast::{Arm, Contrast};
use crate::stats::design::Design;

const PEOPLE: &str = include_str!("../../../tests/oracle/adjusted/people.csv");
const EXPECTED: &str = include_str!("../../../tests/oracle/adjusted/expected.csv");

/// Rows of people alike, and how many each stands for.
pub(in crate::stats) fn people() -> (Contrast, Vec<u64>) {
    let (mut covariates, mut arms, mut outcomes, mut counts) = (vec![], vec![], vec![], vec![]);
    for row in rows(PEOPLE) {
        arms.push(if row[0] == "a" { Arm::A } else { Arm::B });
        outcomes.push(row[1] == "1");
        let cells = row[2..row.len() - 1].iter().map(|cell| number(cell).expect("a number"));
        covariates.push(cells.collect::<Vec<f64>>());
        counts.push(row[row.len() - 1].parse().expect("a count"));
    }
    let design = Design::with_intercept(&covariates).expect("rows");
    (Contrast::of(design, arms, outcomes).expect("as many"), counts)
}

/// A number by its name.
#[track_caller]
pub(in crate::stats) fn expected(name: &str) -> Option<f64> {
    let found = rows(EXPECTED).find(|row| row[0] == name);
    number(found.unwrap_or_else(|| panic!("{name} is among the numbers"))[1])
}
