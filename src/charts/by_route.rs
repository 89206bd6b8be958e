//! The rows of a disclosed table as charts read them: by instrument and route, a cell at a time.

use super::line_chart::{Point, Series};
use super::number::Number;
use super::theme;
use crate::table::Table;

/// The columns a curve is read from.
pub(super) struct Columns {
    /// The estimate.
    pub(super) y: &'static str,
    /// The limits of its interval.
    pub(super) limits: [&'static str; 2],
    /// The number of people below it.
    pub(super) count: &'static str,
}

/// The instruments of a table, in its order.
pub(super) fn instrument_codes(table: &Table) -> Vec<&str> {
    let mut codes: Vec<&str> = Vec::new();
    for row in 0..table.n_rows() {
        let code = table.text(row, "instrument");
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
}

/// Some rows of a table.
pub(super) struct Rows<'a> {
    table: &'a Table,
    rows: Vec<usize>,
}

impl<'a> Rows<'a> {
    /// Those of an instrument.
    pub(super) fn of(table: &'a Table, instrument: &str) -> Self {
        Self { table, rows: (0..table.n_rows()).collect() }.only("instrument", instrument)
    }

    /// Those of them with a text in a column.
    pub(super) fn only(&self, column: &str, text: &str) -> Self {
        let rows = self.rows.iter().copied();
        let rows = rows.filter(|&row| self.table.text(row, column) == text).collect();
        Self { table: self.table, rows }
    }

    /// Those of each single route, in code order; where there is none, those of all routes.
    pub(super) fn by_route(&self) -> Vec<(&'static str, Self)> {
        let of = |route| (route, self.only("route", route));
        let is_single = |route: &&str| !matches!(*route, "all" | "mixed");
        let known = |(_, rows): &(&str, Self)| !rows.rows.is_empty();
        let single: Vec<_> = theme::route_codes().filter(is_single).map(of).filter(known).collect();
        if single.is_empty() { Some(of("all")).into_iter().filter(known).collect() } else { single }
    }

    /// Their infusion numbers, ascending.
    pub(super) fn infusions(&self) -> Vec<i64> {
        let infusion = |&row: &usize| self.table.int(row, "infusion");
        let mut infusions: Vec<i64> = self.rows.iter().filter_map(infusion).collect();
        infusions.sort_unstable();
        infusions.dedup();
        infusions
    }

    /// That of an infusion.
    fn at(&self, infusion: i64) -> Option<usize> {
        self.rows.iter().copied().find(|&row| self.table.int(row, "infusion") == Some(infusion))
    }

    /// The texts of a column, in the order of the rows, each once.
    pub(super) fn texts(&self, column: &str) -> Vec<&'a str> {
        let mut texts: Vec<&str> = Vec::new();
        for row in &self.rows {
            let text = self.table.text(*row, column);
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    }

    /// A whole number of the first of them.
    pub(super) fn int(&self, column: &str) -> Option<i64> {
        self.rows.first().and_then(|row| self.table.int(*row, column))
    }

    /// A number of the first of them.
    pub(super) fn float(&self, column: &str) -> Option<f64> {
        self.rows.first().and_then(|row| self.table.float(*row, column))
    }

    /// A number of each infusion.
    pub(super) fn floats(&self, infusions: &[i64], column: &str) -> Vec<Option<f64>> {
        let float = |infusion: &i64| self.table.float(self.at(*infusion)?, column);
        infusions.iter().map(float).collect()
    }

    /// A count of the first of them, or why there is none.
    pub(super) fn number(&self, column: &str) -> Number {
        self.rows.first().map_or(Number::None, |row| number(self.table, *row, column))
    }

    /// Whether a cell of the first of them is hidden.
    pub(super) fn is_hidden(&self, column: &str) -> bool {
        self.rows.first().is_some_and(|row| is_hidden(self.table, *row, column))
    }

    /// The curve of a route.
    pub(super) fn series(&self, route: &str, infusions: &[i64], columns: &Columns) -> Series {
        let point = |infusion: &i64| point(self.table, self.at(*infusion)?, columns);
        let number = |infusion: &i64| {
            self.at(*infusion).map_or(Number::None, |row| number(self.table, row, columns.count))
        };
        Series {
            label: theme::route_label(route).into(),
            look: theme::look(route),
            points: infusions.iter().map(point).collect(),
            companion: Vec::new(),
            numbers: infusions.iter().map(number).collect(),
        }
    }
}

fn point(table: &Table, row: usize, columns: &Columns) -> Option<Point> {
    let y = table.float(row, columns.y)?;
    let [lo, hi] = columns.limits.map(|limit| table.float(row, limit));
    Some(Point { y, interval: lo.zip(hi) })
}

fn number(table: &Table, row: usize, column: &str) -> Number {
    match table.int(row, column) {
        Some(count) => Number::Count(count),
        None if is_hidden(table, row, column) => Number::Hidden,
        None => Number::None,
    }
}

fn is_hidden(table: &Table, row: usize, column: &str) -> bool {
    table.text(row, "hidden").split(';').any(|name| name == column)
}
