//! Who was measured: people lost to the figures, and the share scored by site, month and route.

use super::super::cell::{Cell, Notes, Reader};
use super::super::document::{FigureBlock, InstrumentNote};
use super::super::words;
use super::line::Line;
use super::{distinct, figure_of, instrument_name, with};
use crate::charts::theme;
use serde::Serialize;

/// What the shares are split by, one at a time.
const AXES: [&str; 3] = ["site", "month", "route"];
/// Steps of the flow that lose people because no score is there.
const UNMEASURED: [(&str, &str); 2] = [
    ("with-baseline", "Treated, without a baseline score"),
    ("scored-after-treatment", "With a baseline, never scored after an infusion"),
];

/// One instrument.
#[derive(Debug, Serialize)]
pub(crate) struct Completeness<'a> {
    code: String,
    name: String,
    figure: Option<&'a FigureBlock>,
    losses: Vec<Loss>,
    tables: Vec<Grid>,
}

/// People whom no figure can count.
#[derive(Debug, Serialize)]
struct Loss {
    people: Cell,
    what: &'static str,
}

/// Shares scored: a line per site, month or route, a column per time point.
#[derive(Debug, Serialize)]
struct Grid {
    axis: &'static str,
    columns: Vec<String>,
    lines: Vec<Line>,
    notes: Notes,
}

/// The instruments, in the order of the table.
pub(crate) fn completeness<'a>(
    reader: Reader<'_>,
    flow: Reader<'_>,
    notes: &[InstrumentNote],
    figures: &'a [FigureBlock],
) -> Vec<Completeness<'a>> {
    let table = reader.table;
    let every: Vec<usize> = (0..table.n_rows()).collect();
    distinct(table, &every, "instrument")
        .into_iter()
        .map(|code| {
            let rows = with(table, &every, "instrument", code);
            Completeness {
                code: code.into(),
                name: instrument_name(notes, code),
                figure: figure_of(figures, code),
                losses: losses(flow, code),
                tables: AXES.iter().filter_map(|axis| grid(reader, axis, &rows)).collect(),
            }
        })
        .collect()
}

fn losses(flow: Reader<'_>, code: &str) -> Vec<Loss> {
    let table = flow.table;
    let every: Vec<usize> = (0..table.n_rows()).collect();
    let rows = with(table, &with(table, &every, "instrument", code), "route", "all");
    let loss = |(step, what): (&str, &'static str)| {
        let row = *with(table, &rows, "step", step).first()?;
        Some(Loss { people: flow.count(row, "lost"), what })
    };
    UNMEASURED.into_iter().filter_map(loss).collect()
}

/// The shares along one axis, the other two taken whole. A table that says no more than its first
/// line is left out.
fn grid(reader: Reader<'_>, axis: &'static str, rows: &[usize]) -> Option<Grid> {
    let table = reader.table;
    let rows: Vec<usize> = AXES
        .iter()
        .filter(|other| **other != axis)
        .fold(rows.to_vec(), |rows, other| with(table, &rows, other, "all"));
    let mut values = distinct(table, &rows, axis);
    values.sort_by_key(|value| *value != "all");
    if values.iter().all(|value| matches!(*value, "all" | "none")) {
        return None;
    }
    let points = distinct(table, &rows, "time_point");
    let lines: Vec<Line> = values
        .into_iter()
        .map(|value| {
            let rows = with(table, &rows, axis, value);
            let cell = |point: &&str| {
                let row = with(table, &rows, "time_point", point).first().copied();
                row.map_or_else(Cell::blank, |row| share(reader, row))
            };
            Line::of(&label(axis, value), points.iter().map(cell).collect())
        })
        .collect();
    Some(Grid {
        axis,
        columns: points.into_iter().map(words::time_point).collect(),
        notes: Notes::of(lines.iter().flat_map(|line| &line.cells)),
        lines,
    })
}

/// A share with the counts it is made of below.
fn share(reader: Reader<'_>, row: usize) -> Cell {
    let share = reader.percent(row, "share");
    let [scored, due] = ["n_scored", "n_due"].map(|column| reader.count(row, column));
    if [&share, &scored, &due].into_iter().all(Cell::is_shown) {
        Cell { below: format!("{} of {}", scored.text, due.text), ..share }
    } else {
        share
    }
}

fn label(axis: &str, value: &str) -> String {
    match (axis, value) {
        ("site", "all") => "All sites".into(),
        ("month", "all") => "All months".into(),
        ("month", "none") => "No calendar".into(),
        ("route", route) => theme::route_label(route).into(),
        (_, value) => value.into(),
    }
}
