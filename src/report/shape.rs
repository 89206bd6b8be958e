//! A grid said in a few lines: which rows and columns of a published table, under which words.

use super::cell::{Cell, Reader};
use super::grid::{Grid, Group, Line, heads};
use crate::charts::theme;
use crate::table::Table;

/// What stands for everybody, in columns of routes, strata and levels.
pub(super) const ALL: &str = "all";

/// How a column is printed.
#[derive(Clone, Copy)]
pub(super) enum Print {
    /// A count.
    Count,
    /// A share as percent.
    Percent,
    /// The same with its interval, from two other columns.
    PercentIn([&'static str; 2]),
    /// A change of a score, with its sign and interval.
    ChangeIn([&'static str; 2]),
    /// A number with so many decimals.
    Number(usize),
    /// The same with its interval.
    NumberIn(usize, [&'static str; 2]),
}

/// A column of a grid: its heading, the column of the table, and how it is printed.
pub(super) type Column = (&'static str, &'static str, Print);

/// A label made from a row.
pub(super) type Label = fn(&Table, usize) -> String;

/// A grid as a shape, which the rows of a table fill.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// The published table.
    pub(super) table: &'static str,
    /// What stands on the grid while it is closed.
    pub(super) summary: &'static str,
    /// What it shows, behind the name of the article.
    pub(super) caption: &'static str,
    /// What one must know to read it.
    pub(super) note: &'static str,
    /// Which rows: columns and the text they must have.
    pub(super) only: &'static [(&'static str, &'static str)],
    /// Rows of one label stand together under it.
    pub(super) group: Option<Label>,
    /// The heading of the labels, and the label of a row.
    pub(super) line: (&'static str, Label),
    pub(super) columns: &'static [Column],
}

impl Shape {
    /// The grid of these rows; none without rows.
    pub(super) fn fill(&self, reader: Reader<'_>, name: &str, rows: &[usize]) -> Option<Grid> {
        let table = reader.table;
        let is_wanted =
            |row: usize| self.only.iter().all(|(column, text)| table.text(row, column) == *text);
        let mut rows: Vec<usize> = rows.iter().copied().filter(|&row| is_wanted(row)).collect();
        if rows.is_empty() {
            return None;
        }
        rows.sort_by_key(|&row| route_place(table.text(row, "route")));
        let mut groups: Vec<Group> = Vec::new();
        for row in rows {
            let cells = self.columns.iter().map(|column| print(reader, row, column)).collect();
            let line = Line::of(&(self.line.1)(table, row), cells);
            let label = self.group.map(|group| group(table, row));
            match groups.iter_mut().find(|group| group.label == label) {
                Some(group) => group.lines.push(line),
                None => groups.push(Group { label, lines: vec![line] }),
            }
        }
        let columns = self.columns.iter().map(|(head, ..)| *head);
        let heads = heads(std::iter::once(self.line.0).chain(columns));
        Some(Grid {
            summary: self.summary.into(),
            caption: format!("{name}: {}", self.caption),
            note: self.note.into(),
            ..Grid::of(self.table, heads, groups)
        })
    }
}

/// All routes first, then each in the order of tables and charts.
fn route_place(route: &str) -> usize {
    if route == ALL {
        return 0;
    }
    theme::route_codes().position(|code| code == route).map_or(0, |place| place + 1)
}

fn print(reader: Reader<'_>, row: usize, (_, name, print): &Column) -> Cell {
    match *print {
        Print::Count => reader.count(row, name),
        Print::Percent => reader.percent(row, name),
        Print::PercentIn(limits) => reader.percent_in(row, name, limits),
        Print::ChangeIn(limits) => reader.change_in(row, name, limits),
        Print::Number(decimals) => reader.number(row, name, decimals),
        Print::NumberIn(decimals, limits) => reader.number_in(row, name, decimals, limits),
    }
}

/// The route of a row, as a heading.
pub(super) fn by_route(table: &Table, row: usize) -> String {
    theme::route_label(table.text(row, "route")).into()
}

/// The infusion of a row.
pub(super) fn infusion(table: &Table, row: usize) -> String {
    table.int(row, "infusion").map(|infusion| infusion.to_string()).unwrap_or_default()
}
