//! A cell of a table on the page: a value, hidden, or undefined with its reason.

use super::words;
use crate::charts::number::thousands;
use crate::table::Table;
use serde::Serialize;

/// Said where a number is hidden, by whichever rule: a reader cannot tell a small count from one
/// hidden to protect another.
const HIDDEN: &str = "hidden to protect small groups";

/// The reason that a curve did not come to the value asked for.
const NOT_REACHED: &str = "not-reached";
/// A smaller p-value is printed as smaller than this.
const LEAST_P: f64 = 0.0001;

/// One cell, ready to print.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Cell {
    /// What is printed.
    pub(super) text: String,
    /// Its interval, printed beside it.
    pub(super) interval: String,
    /// What stands in small letters below.
    pub(super) below: String,
    /// `value`, `words`, `hidden`, `undefined` or `blank`.
    pub(super) kind: &'static str,
    /// Why there is no value.
    pub(super) why: String,
    /// The number itself, as the table has it.
    pub(super) value: Option<f64>,
    /// The ends of its interval.
    pub(super) limits: Option<[f64; 2]>,
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
            value: None,
            limits: None,
        }
    }

    /// Words, which stand flush left.
    pub(super) fn words(text: String) -> Self {
        Self { kind: "words", ..Self::value(text) }
    }

    /// A cell that has no meaning.
    pub(super) fn blank() -> Self {
        Self { kind: "blank", ..Self::value(String::new()) }
    }

    fn hidden() -> Self {
        Self { kind: "hidden", why: HIDDEN.into(), ..Self::value("hidden".into()) }
    }

    /// "Not reached" is an answer and stands in the cell; any other reason stands below the table.
    fn undefined(code: Option<&str>) -> Self {
        let why = code.map_or_else(|| "no value".into(), words::reason);
        let text = if code == Some(NOT_REACHED) { why.clone() } else { "–".into() };
        Self { kind: "undefined", why, ..Self::value(text) }
    }

    pub(super) fn is_shown(&self) -> bool {
        matches!(self.kind, "value" | "words")
    }
}

/// Reads a table as cells.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) table: &'a Table,
    /// Decimals of percentages: the disclosed ones have two decimals and print as whole percents.
    pub(super) decimals: usize,
}

impl<'a> Reader<'a> {
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
        self.within(row, self.percent(row, column), limits, |limit| self.share(row, limit))
    }

    /// A change of a score with its interval.
    pub(super) fn change_in(self, row: usize, column: &str, limits: [&str; 2]) -> Cell {
        let of = |column: &str| self.table.float(row, column).map(signed);
        self.within(row, self.cell(row, column, of(column)), limits, of)
    }

    /// A number with so many decimals.
    pub(super) fn number(self, row: usize, column: &str, decimals: usize) -> Cell {
        self.cell(row, column, self.decimal(row, column, decimals))
    }

    /// A number with so many decimals and its interval.
    pub(super) fn number_in(
        self,
        row: usize,
        column: &str,
        decimals: usize,
        limits: [&str; 2],
    ) -> Cell {
        let of = |column: &str| self.decimal(row, column, decimals);
        self.within(row, self.cell(row, column, of(column)), limits, of)
    }

    /// A number of infusions, in tenths, with its standard error.
    pub(super) fn mean_with_error(self, row: usize, column: &str, error: &str) -> Cell {
        let of = |column: &str| self.decimal(row, column, self.decimals + 1);
        let interval = of(error).map_or_else(String::new, |error| format!("SE {error}"));
        Cell { interval, ..self.cell(row, column, of(column)) }
    }

    /// An infusion with its interval, which may have no end.
    pub(super) fn infusion_in(self, row: usize, column: &str, limits: [&str; 2]) -> Cell {
        let of = |column: &str| self.table.int(row, column).map(|infusion| infusion.to_string());
        let cell = self.within(row, self.cell(row, column, of(column)), limits, of);
        match of(limits[0]) {
            Some(lo) if self.reason(row, limits[1]) == Some(NOT_REACHED) => {
                Cell { interval: format!("{lo} or later"), ..cell }
            }
            _ => cell,
        }
    }

    /// A difference of two shares in percentage points with its interval.
    pub(super) fn points_in(self, row: usize, column: &str, limits: [&str; 2]) -> Cell {
        let of = |column: &str| {
            let points = self.table.float(row, column)? * 100.0;
            Some(with_sign(points, self.decimals))
        };
        self.within(row, self.cell(row, column, of(column)), limits, of)
    }

    /// A cell with the interval that two other columns hold.
    fn within(
        self,
        row: usize,
        cell: Cell,
        limits: [&str; 2],
        text: impl Fn(&str) -> Option<String>,
    ) -> Cell {
        let [lo, hi] = limits.map(text);
        let [from, to] = limits.map(|limit| self.value(row, limit));
        let limits = from.zip(to).map(|(from, to)| [from, to]);
        Cell { interval: span(lo, hi), limits, ..cell }
    }

    /// A test statistic, in hundredths.
    pub(super) fn statistic(self, row: usize, column: &str) -> Cell {
        let value = self.table.float(row, column).map(|value| format!("{value:.2}"));
        self.cell(row, column, value)
    }

    /// A p-value, to two digits.
    pub(super) fn p_value(self, row: usize, column: &str) -> Cell {
        self.cell(row, column, self.table.float(row, column).map(p_text))
    }

    fn share(self, row: usize, column: &str) -> Option<String> {
        let share = self.table.float(row, column)?;
        Some(format!("{:.*}", self.decimals, share * 100.0 + 0.0))
    }

    fn decimal(self, row: usize, column: &str, decimals: usize) -> Option<String> {
        // With a minus as wide as a digit.
        let text = |value: f64| format!("{value:.decimals$}").replace('-', "\u{2212}");
        self.table.float(row, column).map(text)
    }

    /// The number of a cell as the table has it.
    #[allow(clippy::cast_precision_loss, reason = "counts of people and sessions")]
    fn value(self, row: usize, column: &str) -> Option<f64> {
        let whole = self.table.int(row, column).map(|count| count as f64);
        whole.or_else(|| self.table.float(row, column))
    }

    fn cell(self, row: usize, column: &str, value: Option<String>) -> Cell {
        if let Some(text) = value {
            return Cell { value: self.value(row, column), ..Cell::value(text) };
        }
        let is_hidden = self.table.text(row, "hidden").split(';').any(|name| name == column);
        if is_hidden { Cell::hidden() } else { Cell::undefined(self.reason(row, column)) }
    }

    /// The code of the reason why a cell is undefined.
    fn reason(self, row: usize, column: &str) -> Option<&'a str> {
        self.table
            .text(row, "na_reason")
            .split(';')
            .filter_map(|entry| entry.split_once('='))
            .find(|(name, _)| *name == column)
            .map(|(_, code)| code)
    }
}

fn span(lo: Option<String>, hi: Option<String>) -> String {
    lo.zip(hi).map_or_else(String::new, |(lo, hi)| format!("{lo} to {hi}"))
}

/// One decimal and a sign: -9.6 with a minus as wide as a plus.
fn signed(value: f64) -> String {
    with_sign(value, 1)
}

/// So many decimals and a sign, but for what rounds to nothing.
fn with_sign(value: f64, decimals: usize) -> String {
    let size = format!("{:.decimals$}", value.abs());
    match value {
        _ if !size.contains(|digit| matches!(digit, '1'..='9')) => size,
        value if value < 0.0 => format!("\u{2212}{size}"),
        _ => format!("+{size}"),
    }
}

/// Two significant digits: 0.017, 0.50, 1.0.
fn p_text(p: f64) -> String {
    if p < LEAST_P {
        return format!("< {LEAST_P}");
    }
    // The first decimal that is not 0, by the size of p.
    let first = [0.1, 0.01, 0.001].iter().filter(|power| p < **power).count() + 1;
    let decimals = if p < 1.0 { first + 1 } else { 1 };
    format!("{p:.decimals$}")
}

/// What stands below a table: that some cells are hidden, and why others have no value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Notes {
    has_hidden: bool,
    reasons: Vec<String>,
}

impl Notes {
    /// Of the cells of a table: each reason once, in order.
    pub(super) fn of<'a>(cells: impl Iterator<Item = &'a Cell>) -> Self {
        let mut notes = Self::default();
        for cell in cells {
            notes.has_hidden |= cell.kind == "hidden";
            let is_dash = cell.kind == "undefined" && cell.text != cell.why;
            if is_dash && !notes.reasons.contains(&cell.why) {
                notes.reasons.push(cell.why.clone());
            }
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::fixture::Response;
    use crate::report::fixture::{comparison, time_to_response};

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
    fn medians_and_means_say_how_sure_they_are() {
        let table = time_to_response();
        let reader = Reader { table: table.get(), decimals: 0 };
        let median = |row| {
            let cell = reader.infusion_in(row, "median", ["median_lo", "median_hi"]);
            (cell.text, cell.interval)
        };
        assert_eq!(median(0), ("3".into(), "2 to 4".into()));
        assert_eq!(median(1), ("2".into(), "2 to 3".into()));
        assert_eq!(median(2), ("5".into(), "4 or later".into()));
        assert_eq!(median(4), ("hidden".into(), String::new()));
        assert_eq!(median(6), ("not reached".into(), "4 or later".into()));
        let mean = |row| reader.mean_with_error(row, "rmst", "rmst_se");
        assert_eq!((mean(1).text.as_str(), mean(1).interval.as_str()), ("2.6", "SE 0.1"));
        assert_eq!(mean(0).why, "not defined where stopping competes with response");
    }

    #[test]
    fn differences_are_in_points_and_tests_in_their_own_digits() {
        let table = comparison();
        let reader = Reader { table: table.get(), decimals: 0 };
        let points = reader.points_in(0, "difference", ["difference_lo", "difference_hi"]);
        assert_eq!((points.text.as_str(), points.interval.as_str()), ("+12", "+3 to +21"));
        assert_eq!(reader.statistic(0, "logrank_chisq").text, "7.90");
        assert_eq!(reader.p_value(0, "logrank_p").text, "0.0049");
    }

    #[test]
    fn p_values_have_two_digits() {
        let texts = [1.0, 0.5, 0.05, 0.017, 0.00034, 0.000_012].map(p_text);
        assert_eq!(texts, ["1.0", "0.50", "0.050", "0.017", "0.00034", "< 0.0001"]);
    }

    #[test]
    fn a_change_of_nothing_has_no_sign() {
        assert_eq!(
            (signed(-0.04), signed(0.26), signed(-3.0)),
            ("0.0".into(), "+0.3".into(), "−3.0".into())
        );
    }
}
