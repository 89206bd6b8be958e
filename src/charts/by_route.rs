//! The rows of a disclosed table as charts read them: by instrument and route, a cell at a time.

use super::dot_plot::Value;
use super::figure::Figure;
use super::line_chart::{Point, Series};
use super::number::Number;
use super::theme;
use super::words::{Curve, Telling};
use crate::event::instrument::{Instrument, Instruments};
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;

/// The columns a curve is read from.
pub(super) struct Columns {
    /// The infusion or the time.
    pub(super) x: &'static str,
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

/// A figure of each instrument of a table that the run knows and of which there is one to make, in
/// the order of the table.
pub(super) fn per_instrument(
    table: &Disclosed<Table>,
    instruments: &Instruments,
    figure: impl Fn(&Table, &str, &Instrument) -> Option<Figure>,
) -> Vec<Figure> {
    let table = table.get();
    let of = |code| figure(table, code, instruments.get(code)?);
    instrument_codes(table).into_iter().filter_map(of).collect()
}

/// Some rows of a table.
pub(super) struct Rows<'a> {
    table: &'a Table,
    rows: Vec<usize>,
}

impl<'a> Rows<'a> {
    /// All of them.
    pub(super) fn all(table: &'a Table) -> Self {
        Self { table, rows: (0..table.n_rows()).collect() }
    }

    /// Those of an instrument.
    pub(super) fn of(table: &'a Table, instrument: &str) -> Self {
        Self::all(table).only("instrument", instrument)
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

    /// The numbers of a column, ascending, each once.
    pub(super) fn ints(&self, column: &str) -> Vec<i64> {
        let int = |&row: &usize| self.table.int(row, column);
        let mut ints: Vec<i64> = self.rows.iter().filter_map(int).collect();
        ints.sort_unstable();
        ints.dedup();
        ints
    }

    /// Those of them with a number in a column.
    pub(super) fn at(&self, column: &str, number: i64) -> Self {
        let rows = self.rows.iter().copied();
        let rows = rows.filter(|&row| self.table.int(row, column) == Some(number)).collect();
        Self { table: self.table, rows }
    }

    /// The first of those at a step of a curve.
    fn step(&self, columns: &Columns, at: i64) -> Option<usize> {
        self.rows.iter().copied().find(|&row| self.table.int(row, columns.x) == Some(at))
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
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

    /// The estimate at each step.
    pub(super) fn floats(&self, steps: &[i64], columns: &Columns) -> Vec<Option<f64>> {
        let float = |at: &i64| self.table.float(self.step(columns, *at)?, columns.y);
        steps.iter().map(float).collect()
    }

    /// The estimate of the first of them with its interval.
    pub(super) fn point(&self, y: &str, limits: [&str; 2]) -> Option<Point> {
        point(self.table, *self.rows.first()?, y, limits)
    }

    /// What is known of the estimate of the first of them.
    pub(super) fn value(&self, y: &str, limits: [&str; 2]) -> Value {
        match self.point(y, limits) {
            Some(point) => Value::Known(point),
            None if self.is_hidden(y) => Value::Hidden,
            None => Value::None,
        }
    }

    /// The text of a column in the first of them; nothing where there is none.
    pub(super) fn text(&self, column: &str) -> &'a str {
        self.rows.first().map_or("", |row| self.table.text(*row, column))
    }

    /// Why a cell of the first of them is undefined; nothing where it is not.
    pub(super) fn reason(&self, column: &str) -> &'a str {
        let reasons = self.text("na_reason").split(';');
        let pairs = reasons.filter_map(|reason| reason.split_once('='));
        pairs.filter(|(name, _)| *name == column).map(|(_, code)| code).next().unwrap_or("")
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
    pub(super) fn series(
        &self,
        route: &str,
        steps: &[i64],
        columns: &Columns,
        telling: &Telling<'_>,
    ) -> Series {
        let row_at = |at: &i64| self.step(columns, *at);
        let point = |row: usize| point(self.table, row, columns.y, columns.limits);
        let number = |row| number(self.table, row, columns.count);
        let rows: Vec<Option<usize>> = steps.iter().map(row_at).collect();
        let points: Vec<_> = rows.iter().map(|row| row.and_then(point)).collect();
        let numbers: Vec<_> = rows.iter().map(|row| row.map_or(Number::None, number)).collect();
        let label = theme::route_label(route);
        let told = steps.iter().zip(points.iter().zip(&numbers));
        let readouts =
            told.map(|(at, (point, number))| telling.readout(label, *at, *point, *number));
        Series {
            label: label.into(),
            look: theme::look(route),
            readouts: readouts.collect(),
            points,
            companion: Vec::new(),
            numbers,
        }
    }

    /// The curve of each route with its words, in code order.
    pub(super) fn curves(
        &self,
        steps: &[i64],
        columns: &Columns,
        telling: &Telling<'_>,
    ) -> (Vec<Series>, Vec<Curve>) {
        let of = |(route, rows): (&str, Self)| {
            let series = rows.series(route, steps, columns, telling);
            let curve = Curve::of(route, &series, steps);
            (series, curve)
        };
        self.by_route().into_iter().map(of).unzip()
    }
}

fn point(table: &Table, row: usize, y: &str, limits: [&str; 2]) -> Option<Point> {
    let y = table.float(row, y)?;
    let [lo, hi] = limits.map(|limit| table.float(row, limit));
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
