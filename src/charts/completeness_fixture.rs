//! A made-up table of completeness for the tests of charts and report.

use crate::privacy::disclosed::Disclosed;
use crate::table::{Cell, ColumnType as T, Table};

/// The columns of `completeness` after disclosure control.
const COLUMNS: &[(&str, T)] = &[
    ("instrument", T::Text),
    ("site", T::Text),
    ("route", T::Text),
    ("month", T::Text),
    ("time_point", T::Text),
    ("n_due", T::Int),
    ("n_scored", T::Int),
    ("share", T::Float),
    ("lo", T::Float),
    ("hi", T::Float),
    ("suppressed", T::Bool),
    ("hidden", T::Text),
    ("na_reason", T::Text),
    ("disclosure", T::Text),
];

/// What is known of a cell.
#[derive(Clone, Copy)]
pub(crate) enum Due {
    /// So many due, and the share of them scored.
    Known(i64, f64),
    /// So many due; how many were scored is hidden.
    HiddenShare(i64),
    /// All of it is hidden.
    Hidden,
    /// Nobody was due.
    Nobody,
}

/// A completeness table under construction.
pub(crate) struct Completeness(Table);

impl Completeness {
    /// Without rows.
    pub(crate) fn new() -> Self {
        Self(Table::new("completeness", COLUMNS))
    }

    /// A site on the PHQ-9 over all routes and months: baseline, then each infusion.
    pub(crate) fn site(self, site: &str, cells: &[Due]) -> Self {
        self.row(site, "all", "all", cells)
    }

    /// A route in a month.
    pub(crate) fn row(mut self, site: &str, route: &str, month: &str, cells: &[Due]) -> Self {
        let names = std::iter::once("baseline".to_owned())
            .chain((1..).map(|infusion| format!("infusion-{infusion}")));
        for (name, due) in names.zip(cells) {
            let head = ["phq-9", site, route, month, &name].map(Cell::from);
            let mut row: Vec<Cell> = head.into();
            let (numbers, hidden, reason) = match due {
                Due::Known(n, share) => {
                    let cells = [(*n).into(), 12_i64.into(), (*share).into()];
                    (cells, "", "")
                }
                Due::HiddenShare(n) => {
                    ([(*n).into(), Cell::Na, Cell::Na], "n_scored;share;lo;hi", "")
                }
                Due::Hidden => ([Cell::Na, Cell::Na, Cell::Na], "n_due;n_scored;share;lo;hi", ""),
                Due::Nobody => {
                    ([0_i64.into(), 0_i64.into(), Cell::Na], "", "share=nobody;lo=nobody;hi=nobody")
                }
            };
            row.extend(numbers);
            row.extend([Cell::Na, Cell::Na, (!hidden.is_empty()).into()]);
            row.extend([hidden.into(), reason.into(), "min-cell-11".into()]);
            self.0.push(row);
        }
        self
    }

    /// The table as if it had passed disclosure control.
    pub(crate) fn done(self) -> Disclosed<Table> {
        Disclosed::for_tests(self.0)
    }
}
