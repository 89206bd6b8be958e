//! Made-up tables of cumulative response and time to response for the tests of charts and report.

use crate::privacy::disclosed::Disclosed;
use crate::table::{Cell, ColumnType as T, Table};

/// The columns of `cumulative_response` after disclosure control.
const STEPS: &[(&str, T)] = &[
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route", T::Text),
    ("estimator", T::Text),
    ("infusion", T::Int),
    ("n_at_risk", T::Int),
    ("events", T::Int),
    ("stopped", T::Int),
    ("estimate", T::Float),
    ("se", T::Float),
    ("lo", T::Float),
    ("hi", T::Float),
    ("stopped_estimate", T::Float),
    ("unmeasured_estimate", T::Float),
    ("suppressed", T::Bool),
    ("hidden", T::Text),
    ("na_reason", T::Text),
    ("disclosure", T::Text),
];

/// The columns of `time_to_response` after disclosure control.
const TIMES: &[(&str, T)] = &[
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route", T::Text),
    ("estimator", T::Text),
    ("n", T::Int),
    ("responders", T::Int),
    ("median", T::Int),
    ("median_lo", T::Int),
    ("median_hi", T::Int),
    ("rmst", T::Float),
    ("rmst_se", T::Float),
    ("horizon", T::Int),
    ("suppressed", T::Bool),
    ("hidden", T::Text),
    ("na_reason", T::Text),
    ("disclosure", T::Text),
];

/// Everything that a gathered row hides.
const GATHERED: &str =
    "n_at_risk;events;stopped;estimate;se;lo;hi;stopped_estimate;unmeasured_estimate";

/// Both tables under construction.
pub(crate) struct Cumulative {
    steps: Table,
    times: Table,
}

impl Cumulative {
    /// Without rows.
    pub(crate) fn new() -> Self {
        Self {
            steps: Table::new("cumulative_response", STEPS),
            times: Table::new("time_to_response", TIMES),
        }
    }

    /// The curves of a route on the PHQ-9: per infusion the number at risk and the two estimates,
    /// Aalen-Johansen and Kaplan-Meier; `None` for a step gathered with a later one.
    pub(crate) fn route(mut self, route: &str, steps: &[Option<(i64, f64, f64)>]) -> Self {
        for (estimator, is_competing) in [("aalen-johansen", true), ("kaplan-meier", false)] {
            for (infusion, step) in (1_i64..).zip(steps) {
                let head = ["phq-9", "all", "all", route, estimator].map(Cell::from);
                let mut row: Vec<Cell> = head.into();
                row.push(infusion.into());
                match step {
                    Some((at_risk, competing, alone)) => {
                        let estimate = if is_competing { *competing } else { *alone };
                        let limit = |by: f64| (estimate > 0.0).then_some(estimate + by);
                        row.extend([(*at_risk).into(), 12_i64.into(), 12_i64.into()]);
                        row.extend([estimate.into(), 0.03.into()]);
                        row.extend([limit(-0.06).into(), limit(0.07).into()]);
                        let other = |share: f64| is_competing.then_some(share).into();
                        row.extend([other(0.2), other(0.05), false.into(), "".into()]);
                    }
                    None => {
                        row.extend(std::iter::repeat_n(Cell::Na, 9));
                        row.extend([true.into(), GATHERED.into()]);
                    }
                }
                row.extend(["".into(), "min-cell-11".into()]);
                self.steps.push(row);
            }
        }
        self
    }

    /// The median of a route with its limits, of so many people; `None` for what was not reached
    /// (or, of `n`, is hidden).
    pub(crate) fn median(
        mut self,
        route: &str,
        n: Option<i64>,
        [median, lo, hi]: [Option<i64>; 3],
    ) -> Self {
        let head = ["phq-9", "all", "all", route, "aalen-johansen"].map(Cell::from);
        let mut row: Vec<Cell> = head.into();
        row.extend([n.into(), Cell::Na, median.into(), lo.into(), hi.into()]);
        row.extend([Cell::Na, Cell::Na, 8_i64.into(), n.is_none().into()]);
        row.push(if n.is_none() { "n" } else { "" }.into());
        let reason = if median.is_none() { "median=not-reached" } else { "" };
        row.extend([reason.into(), "min-cell-11".into()]);
        self.times.push(row);
        self
    }

    /// The tables as if they had passed disclosure control.
    pub(crate) fn done(self) -> (Disclosed<Table>, Disclosed<Table>) {
        (Disclosed::for_tests(self.steps), Disclosed::for_tests(self.times))
    }
}
