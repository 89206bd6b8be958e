//! The sections of the report: disclosed tables to rows ready to print.

pub(super) mod cohort;
pub(super) mod quality;
pub(super) mod response;

use super::document::InstrumentNote;
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

/// The printed name of an instrument; what is not about one stands under `all`.
fn instrument_name(notes: &[InstrumentNote], code: &str) -> String {
    let note = notes.iter().find(|note| note.code == code);
    match (note, code) {
        (Some(note), _) => note.name.clone(),
        (None, "all") => "All instruments".into(),
        (None, code) => code.into(),
    }
}
