//! A row of a table under way: cells in column order, every undefined one with its reason.

use crate::stats::life_table::Estimate;
use crate::stats::proportion::{proportion, wilson};
use crate::table::{Cell, Table};

/// Cells for which there is room from the start: no estimate table has more columns.
const ROOM: usize = 33;

/// A row being written.
#[derive(Default)]
pub struct Row {
    cells: Vec<Cell>,
    reasons: Reasons,
}

/// Why cells are undefined: `column=reason`, `;` between.
#[derive(Default)]
struct Reasons(String);

impl Reasons {
    fn push(&mut self, column: &str, reason: &str) {
        let separator = if self.0.is_empty() { "" } else { ";" };
        for part in [separator, column, "=", reason] {
            self.0.push_str(part);
        }
    }
}

impl Row {
    /// A row that begins with texts.
    #[must_use]
    pub fn of(head: &[&str]) -> Self {
        let mut cells = Vec::with_capacity(ROOM);
        cells.extend(head.iter().map(|text| Cell::from(*text)));
        Self { cells, reasons: Reasons::default() }
    }

    /// A count.
    pub fn int(&mut self, column: &str, value: u64, undefined: Option<&str>) {
        self.push(column, value.into(), undefined);
    }

    /// A number.
    pub fn float(&mut self, column: &str, value: Option<f64>, undefined: Option<&str>) {
        self.push(column, value.into(), undefined);
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.cells.push(text.into());
    }

    /// Yes or no.
    pub fn flag(&mut self, column: &str, value: Option<bool>, undefined: Option<&str>) {
        self.push(column, value.into(), undefined);
    }

    /// A count, its share of `n`, and the Wilson interval.
    pub fn rate(&mut self, columns: [&str; 4], k: u64, n: u64, no_rule: Option<&str>) {
        let [count, share @ ..] = columns;
        self.int(count, k, no_rule);
        self.share(share, k, n, no_rule);
    }

    /// The share of `k` in `n`, and the Wilson interval.
    pub fn share(&mut self, columns: [&str; 3], k: u64, n: u64, no_rule: Option<&str>) {
        let undefined = no_rule.or((n == 0).then_some("nobody"));
        let interval = wilson(k, n);
        self.float(columns[0], proportion(k, n), undefined);
        self.float(columns[1], interval.map(|i| i.lo), undefined);
        self.float(columns[2], interval.map(|i| i.hi), undefined);
    }

    /// An estimate, its standard error and its limits; without one there was nobody at risk.
    pub fn estimate(&mut self, columns: [&str; 4], estimate: Option<&Estimate>) {
        let nobody = estimate.is_none().then_some("nobody");
        let without = |is_defined: bool| nobody.or((!is_defined).then_some("no-interval"));
        let se = estimate.and_then(|estimate| estimate.se);
        let interval = estimate.and_then(|estimate| estimate.interval);
        self.float(columns[0], estimate.map(|estimate| estimate.value), nobody);
        self.float(columns[1], se, without(se.is_some()));
        self.float(columns[2], interval.map(|i| i.lo), without(interval.is_some()));
        self.float(columns[3], interval.map(|i| i.hi), without(interval.is_some()));
    }

    fn push(&mut self, column: &str, cell: Cell, undefined: Option<&str>) {
        if let Some(reason) = undefined {
            self.cells.push(Cell::Na);
            self.reasons.push(column, reason);
        } else {
            self.cells.push(cell);
        }
    }

    /// The row, its reasons last.
    #[must_use]
    pub fn done(mut self) -> Vec<Cell> {
        self.cells.push(self.reasons.0.into());
        self.cells
    }
}

/// A row made from what may be shown of other tables: each cell is shown, hidden or undefined.
#[derive(Default)]
pub struct Derived {
    cells: Vec<Cell>,
    hidden: Vec<&'static str>,
    reasons: Reasons,
}

impl Derived {
    /// A row that begins with texts.
    #[must_use]
    pub fn of(head: &[&str]) -> Self {
        Self { cells: head.iter().map(|text| (*text).into()).collect(), ..Self::default() }
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.cells.push(text.into());
    }

    /// A value that may be shown; without one it is hidden.
    pub fn shown(&mut self, name: &'static str, value: Option<impl Into<Cell>>) {
        if value.is_none() {
            self.hidden.push(name);
        }
        self.cells.push(value.map_or(Cell::Na, Into::into));
    }

    /// A value that does not exist, and why.
    pub fn undefined(&mut self, name: &str, reason: &str) {
        self.cells.push(Cell::Na);
        self.reasons.push(name, reason);
    }

    /// Values that are hidden.
    pub fn hide(&mut self, names: &[&'static str]) {
        for name in names {
            self.shown(name, None::<Cell>);
        }
    }

    /// Values that do not exist, all for the same reason.
    pub fn undefine(&mut self, names: &[&'static str], reason: &str) {
        for name in names {
            self.undefined(name, reason);
        }
    }

    /// A cell of another table as it is there.
    pub fn copy(&mut self, name: &'static str, table: &Table, row: usize, column: &str) {
        let cell = table.cell(row, column);
        match reason(table, row, column) {
            Some(reason) => self.undefined(name, reason),
            None if cell == Cell::Na => self.hide(&[name]),
            None => self.cells.push(cell),
        }
    }

    /// The row; what is hidden and the reasons last.
    #[must_use]
    pub fn done(mut self) -> Vec<Cell> {
        self.cells.push(self.hidden.join(";").into());
        self.cells.push(self.reasons.0.into());
        self.cells
    }
}

/// Why a cell is undefined; `None` if it is shown or hidden.
#[must_use]
pub fn reason<'a>(table: &'a Table, row: usize, column: &str) -> Option<&'a str> {
    let pairs = table.text(row, "na_reason").split(';').filter_map(|pair| pair.split_once('='));
    let mut pairs = pairs.filter(|(name, _)| *name == column);
    pairs.next().map(|(_, reason)| reason)
}
