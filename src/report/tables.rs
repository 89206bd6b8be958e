//! The tables of a report as its sections read them: by name, by instrument, by route.

use super::cell::Reader;
use super::document::{FigureBlock, InstrumentNote, Report};
use super::grid::Article;
use crate::charts::theme;
use crate::table::{Column, Table};
use std::collections::BTreeMap;

/// The tables of a report by name, with how they are printed.
pub(super) struct Tables<'a> {
    report: &'a Report<'a>,
    by_name: BTreeMap<&'a str, Reader<'a>>,
    empty: &'a Table,
}

impl<'a> Tables<'a> {
    /// `empty` stands in for a table that is not there.
    pub(super) fn of(report: &'a Report<'a>, empty: &'a Table) -> Self {
        let decimals = usize::from(report.words.marking.internal);
        let reader = |table: &'a Table| (table.name.as_str(), Reader { table, decimals });
        let tables = report.tables.all().map(|table| reader(table.get()));
        Self { report, by_name: tables.into_iter().collect(), empty }
    }

    /// A table by name.
    pub(super) fn get(&self, name: &str) -> Reader<'a> {
        let missing = Reader { table: self.empty, decimals: 0 };
        self.by_name.get(name).copied().unwrap_or(missing)
    }

    /// What a report says of its instruments.
    pub(super) fn notes(&self) -> &'a [InstrumentNote] {
        &self.report.words.instruments
    }

    /// The infusion at which routes are compared.
    pub(super) fn compare_at(&self) -> i64 {
        self.report.words.compare_at
    }

    /// An article with the figures of an instrument whose names begin so; nothing else yet.
    pub(super) fn article(
        &self,
        section: &str,
        code: &str,
        name: String,
        figures: &[&str],
    ) -> Article<'a> {
        let is_of = |figure: &&FigureBlock| {
            // What is about no instrument is found by its whole name, or by the code at its end.
            let is_its = figure.instrument == code || figure.name.ends_with(&format!("_{code}"));
            figures
                .iter()
                .any(|start| figure.name.starts_with(start) && is_its || figure.name == *start)
        };
        let figures = self.report.figures.iter().filter(is_of);
        let (figures, empty): (Vec<_>, Vec<_>) = figures.partition(|figure| figure.is_drawn());
        Article {
            id: format!("{section}-{code}"),
            name,
            finding: None,
            // A figure of which nothing can be seen says why.
            remarks: empty.into_iter().map(|figure| figure.finding.clone()).collect(),
            figures,
            grids: Vec::new(),
            left_out_words: Vec::new(),
            left_out: Vec::new(),
        }
    }
}

impl Tables<'_> {
    /// The instruments of a table in the order of the report, those that it does not know last.
    pub(super) fn instruments<'t>(&self, table: &'t Table) -> Vec<&'t str> {
        let mut codes = distinct(table, &every(table), "instrument");
        let place = |code: &str| self.notes().iter().position(|note| note.code == code);
        codes.sort_by_key(|code| place(code).unwrap_or(usize::MAX));
        codes
    }
}

/// The distinct texts of a column among `rows`, in order of appearance.
pub(super) fn distinct<'a>(table: &'a Table, rows: &[usize], column: &str) -> Vec<&'a str> {
    // Found once for all rows.
    let column = table.column(column);
    let mut seen: Vec<&str> = Vec::new();
    for &row in rows {
        let text = text(column, row);
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen
}

/// Every row of a table.
pub(super) fn every(table: &Table) -> Vec<usize> {
    (0..table.n_rows()).collect()
}

/// The rows among `rows` with a text in a column.
pub(super) fn with(table: &Table, rows: &[usize], column: &str, wanted: &str) -> Vec<usize> {
    let column = table.column(column);
    rows.iter().copied().filter(|&row| text(column, row) == wanted).collect()
}

fn text(column: Option<&Column>, row: usize) -> &str {
    column.map_or("", |column| column.text(row))
}

/// The rows of an instrument that are not split by anything.
pub(super) fn whole_of(table: &Table, instrument: &str) -> Vec<usize> {
    with(table, &with(table, &every(table), "instrument", instrument), "stratum", "all")
}

/// The routes among `rows` in the order of tables and charts.
pub(super) fn routes(table: &Table, rows: &[usize]) -> Vec<(&'static str, Vec<usize>)> {
    theme::route_codes()
        .map(|route| (route, with(table, rows, "route", route)))
        .filter(|(_, rows)| !rows.is_empty())
        .collect()
}

/// The printed name of an instrument; what is not about one stands under `all`.
pub(super) fn instrument_name(notes: &[InstrumentNote], code: &str) -> String {
    let note = notes.iter().find(|note| note.code == code);
    match (note, code) {
        (Some(note), _) => note.name.clone(),
        (None, "all") => "All instruments".into(),
        (None, code) => code.to_uppercase(),
    }
}
