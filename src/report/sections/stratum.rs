//! A table of one stratum: the levels one below the other, each with a few rows.

use super::super::cell::Cell;
use super::super::words;
use super::{distinct, with};
use crate::table::Table;
use serde::Serialize;

/// A stratum with its levels.
#[derive(Debug, Serialize)]
pub(crate) struct Stratum {
    name: String,
    levels: Vec<Level>,
}

#[derive(Debug, Serialize)]
struct Level {
    label: String,
    rows: Vec<Line>,
}

/// A line of a table.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    label: String,
    pub(super) cells: Vec<Cell>,
    /// Nothing is shown in the whole line: said once.
    nothing: Option<String>,
}

impl Line {
    /// A line that says once where it has nothing to show.
    pub(super) fn of(label: &str, cells: Vec<Cell>) -> Self {
        let nothing = if cells.iter().any(Cell::is_shown) {
            None
        } else if cells.iter().any(|cell| cell.kind == "hidden") {
            Some("hidden".into())
        } else {
            cells.iter().find(|cell| cell.kind == "undefined").map(|cell| cell.why.clone())
        };
        Self { label: label.into(), cells, nothing }
    }
}

/// Every stratum among `rows` but the whole; `lines` makes the lines of a level from its rows.
pub(super) fn strata(
    table: &Table,
    rows: &[usize],
    lines: impl Fn(&[usize]) -> Vec<Line>,
) -> Vec<Stratum> {
    distinct(table, rows, "stratum")
        .into_iter()
        .filter(|stratum| *stratum != "all")
        .map(|code| {
            let rows = with(table, rows, "stratum", code);
            let levels = distinct(table, &rows, "level").into_iter().map(|level| Level {
                label: words::level(code, level),
                rows: lines(&with(table, &rows, "level", level)),
            });
            Stratum { name: words::stratum(code), levels: levels.collect() }
        })
        .collect()
}
