//! A line of a table, which says once where it has nothing to show.

use super::super::cell::Cell;
use serde::Serialize;

/// A line of a table.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    label: String,
    pub(super) cells: Vec<Cell>,
    /// Nothing is shown in the whole line: said once.
    nothing: Option<String>,
}

impl Line {
    /// A line with its label.
    pub(super) fn of(label: &str, cells: Vec<Cell>) -> Self {
        let is_hidden = cells.iter().any(|cell| cell.kind == "hidden");
        let why = cells.iter().find(|cell| cell.kind == "undefined").map(|cell| cell.why.clone());
        let nothing = match (cells.iter().any(Cell::is_shown), is_hidden) {
            (true, _) => None,
            (false, true) => Some("hidden".into()),
            (false, false) => why,
        };
        // A reason that stands in the line is not said again below the table.
        let is_said = nothing.is_some() && !is_hidden;
        let cells = if is_said { Vec::new() } else { cells };
        Self { label: label.into(), cells, nothing }
    }
}
