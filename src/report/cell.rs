//! A cell of a table on the page: a value, hidden, or undefined with its reason.

use super::words;
use crate::charts::number::thousands;
use crate::table::Table;
use serde::Serialize;

/// Said where a number is hidden, by whichever rule: a reader cannot tell a small count from one
/// hidden to protect another.
const HIDDEN: &str = "hidden to protect small groups";

/// One cell, ready to print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Cell {
    /// What is printed.
    pub(super) text: String,
    /// Its interval, printed beside it.
    pub(super) interval: String,
    /// What stands in small letters below.
    pub(super) below: String,
    /// `value`, `hidden`, `undefined` or `blank`.
    pub(super) kind: &'static str,
    /// Why there is no value.
    pub(super) why: String,
}

impl Cell {
    /// A value.
    pub(super) fn value(text: String) -> Self {
        Self {
            text,
            interval: String::new(),
            below: String::new(),
            kind: "value",
            why: String::new(),
        }
    }

    /// A cell that has no meaning.
    pub(super) fn blank() -> Self {
        Self { kind: "blank", ..Self::value(String::new()) }
    }

    fn hidden() -> Self {
        Self { kind: "hidden", why: HIDDEN.into(), ..Self::value("hidden".into()) }
    }

    fn undefined(why: String) -> Self {
        Self { kind: "undefined", why, ..Self::value("–".into()) }
    }

    pub(super) fn is_shown(&self) -> bool {
        self.kind == "value"
    }
}

/// Reads a table as cells.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) table: &'a Table,
    /// Decimals of percentages: the disclosed ones have two decimals and print as whole percents.
    pub(super) decimals: usize,
}

impl Reader<'_> {
    /// A count.
    pub(super) fn count(self, row: usize, column: &str) -> Cell {
        let count = self.table.int(row, column).map(thousands);
        self.cell(row, column, count)
    }

    /// A share as percent, without the sign.
    pub(super) fn percent(self, row: usize, column: &str) -> Cell {
        self.cell(row, column, self.share(row, column))
    }

    /// A share as percent with its interval.
    pub(super) fn percent_in(self, row: usize, column: &str, limits: [&str; 2]) -> Cell {
        let [lo, hi] = limits.map(|limit| self.share(row, limit));
        Cell { interval: span(lo, hi), ..self.percent(row, column) }
    }

    /// A change of a score with its interval.
    pub(super) fn change_in(self, row: usize, column: &str, limits: [&str; 2]) -> Cell {
        let of = |column: &str| self.table.float(row, column).map(signed);
        let [lo, hi] = limits.map(of);
        Cell { interval: span(lo, hi), ..self.cell(row, column, of(column)) }
    }

    fn share(self, row: usize, column: &str) -> Option<String> {
        let share = self.table.float(row, column)?;
        Some(format!("{:.*}", self.decimals, share * 100.0 + 0.0))
    }

    fn cell(self, row: usize, column: &str, value: Option<String>) -> Cell {
        if let Some(text) = value {
            return Cell::value(text);
        }
        let is_hidden = self.table.text(row, "hidden").split(';').any(|name| name == column);
        if is_hidden { Cell::hidden() } else { Cell::undefined(self.why(row, column)) }
    }

    fn why(self, row: usize, column: &str) -> String {
        self.table
            .text(row, "na_reason")
            .split(';')
            .filter_map(|entry| entry.split_once('='))
            .find(|(name, _)| *name == column)
            .map_or_else(|| "no value".into(), |(_, code)| words::reason(code))
    }
}

fn span(lo: Option<String>, hi: Option<String>) -> String {
    lo.zip(hi).map_or_else(String::new, |(lo, hi)| format!("{lo} to {hi}"))
}

/// One decimal and a sign: -9.6 with a minus as wide as a plus.
fn signed(value: f64) -> String {
    let size = format!("{:.1}", value.abs());
    match size.as_str() {
        "0.0" => size,
        _ if value < 0.0 => format!("\u{2212}{size}"),
        _ => format!("+{size}"),
    }
}

/// The reasons of the undefined cells, each once, in order.
pub(super) fn reasons<'a>(cells: impl Iterator<Item = &'a Cell>) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    for cell in cells.filter(|cell| cell.kind == "undefined") {
        if !reasons.contains(&cell.why) {
            reasons.push(cell.why.clone());
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::fixture::Response;

    #[test]
    fn values_hidden_and_undefined_cells_are_told_apart() {
        let keys = ["phq-9", "all", "all", "all"];
        let table = Response::new()
            .shown(keys, 1, [1201, 1300], 0.285)
            .hidden(keys, 2, 1300)
            .nobody(keys, 3, 1300)
            .done();
        let reader = Reader { table: table.get(), decimals: 0 };
        assert_eq!(reader.count(0, "n_observed").text, "1,201");
        let rate = reader.percent_in(0, "response_rate", ["response_lo", "response_hi"]);
        assert_eq!((rate.text.as_str(), rate.interval.as_str()), ("28", "26 to 31"));
        let change = reader.change_in(0, "mean_change", ["change_lo", "change_hi"]);
        assert_eq!((change.text.as_str(), change.interval.as_str()), ("−4.6", "−5.8 to −3.4"));
        assert_eq!(reader.percent(1, "response_rate").kind, "hidden");
        let nobody = reader.percent(2, "response_rate");
        assert_eq!((nobody.text.as_str(), nobody.why.as_str()), ("–", "nobody was scored"));
        assert_eq!(reader.count(2, "n_observed").text, "0");
    }

    #[test]
    fn a_change_of_nothing_has_no_sign() {
        assert_eq!(
            (signed(-0.04), signed(0.26), signed(-3.0)),
            ("0.0".into(), "+0.3".into(), "−3.0".into())
        );
    }
}
