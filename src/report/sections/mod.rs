//! The sections of the report: disclosed tables to rows ready to print.

pub(super) mod cohort;
pub(super) mod comparison;
pub(super) mod completeness;
pub(super) mod cumulative;
pub(super) mod glance;
mod line;
pub(super) mod quality;
pub(super) mod response;
mod stratum;
pub(super) mod usable;

use super::document::{FigureBlock, InstrumentNote};
use crate::charts::theme;
use crate::table::Table;

/// The distinct texts of a column among `rows`, in order of appearance.
fn distinct<'a>(table: &'a Table, rows: &[usize], column: &str) -> Vec<&'a str> {
    let mut seen: Vec<&str> = Vec::new();
    for &row in rows {
        let text = table.text(row, column);
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen
}

/// The rows among `rows` with a text in a column.
fn with(table: &Table, rows: &[usize], column: &str, text: &str) -> Vec<usize> {
    rows.iter().copied().filter(|&row| table.text(row, column) == text).collect()
}

/// The rows of an instrument that are not split by anything.
fn whole_of(table: &Table, instrument: &str) -> Vec<usize> {
    let every: Vec<usize> = (0..table.n_rows()).collect();
    with(table, &with(table, &every, "instrument", instrument), "stratum", "all")
}

/// The routes among `rows` in the order of tables and charts.
fn routes(table: &Table, rows: &[usize]) -> Vec<(&'static str, Vec<usize>)> {
    theme::route_codes()
        .map(|route| (route, with(table, rows, "route", route)))
        .filter(|(_, rows)| !rows.is_empty())
        .collect()
}

/// The printed name of an instrument; what is not about one stands under `all`.
fn instrument_name(notes: &[InstrumentNote], code: &str) -> String {
    let note = notes.iter().find(|note| note.code == code);
    match (note, code) {
        (Some(note), _) => note.name.clone(),
        (None, "all") => "All instruments".into(),
        (None, code) => code.into(),
    }
}

/// The figure of an instrument.
fn figure_of<'a>(figures: &'a [FigureBlock], code: &str) -> Option<&'a FigureBlock> {
    figures.iter().find(|figure| figure.instrument == code)
}
