//! What happened after each infusion: a table per instrument, and a compact one per stratum.

use super::super::cell::{Cell, Notes, Reader};
use super::super::document::{FigureBlock, InstrumentNote};
use super::line::Line;
use super::stratum::{Stratum, strata};
use super::{distinct, figure_of, instrument_name, routes, with};
use crate::charts::theme;
use serde::Serialize;

/// One instrument.
#[derive(Debug, Serialize)]
pub(crate) struct Response<'a> {
    code: String,
    name: String,
    figure: Option<&'a FigureBlock>,
    change: Option<&'a FigureBlock>,
    routes: Vec<RouteRows>,
    notes: Notes,
    infusions: Vec<i64>,
    strata: Vec<Stratum>,
}

/// The rows of a route in the whole table.
#[derive(Debug, Serialize)]
struct RouteRows {
    label: String,
    rows: Vec<Row>,
}

/// After one infusion.
#[derive(Debug, Serialize)]
struct Row {
    infusion: i64,
    cells: Vec<Cell>,
}

/// The instruments, in the order of the table.
pub(crate) fn responses<'a>(
    reader: Reader<'_>,
    notes: &[InstrumentNote],
    figures: &'a [FigureBlock],
    changes: &'a [FigureBlock],
) -> Vec<Response<'a>> {
    let table = reader.table;
    let every: Vec<usize> = (0..table.n_rows()).collect();
    distinct(table, &every, "instrument")
        .into_iter()
        .map(|code| {
            let rows = with(table, &every, "instrument", code);
            let routes = whole(reader, &with(table, &rows, "stratum", "all"));
            let cells = routes.iter().flat_map(|route| &route.rows).flat_map(|row| &row.cells);
            let figure = figure_of(figures, code);
            let infusions = infusions(reader, &rows);
            // The compact tables hold response rates: without a response rule there are none.
            let strata = match figure {
                Some(_) => strata(table, &rows, |rows| level(reader, rows, &infusions)),
                None => Vec::new(),
            };
            Response {
                code: code.into(),
                name: instrument_name(notes, code),
                figure,
                change: figure_of(changes, code),
                notes: Notes::of(cells),
                routes,
                infusions,
                strata,
            }
        })
        .collect()
}

fn whole(reader: Reader<'_>, rows: &[usize]) -> Vec<RouteRows> {
    routes(reader.table, rows)
        .into_iter()
        .map(|(route, rows)| RouteRows {
            label: theme::route_label(route).into(),
            rows: rows.into_iter().filter_map(|row| row_of(reader, row)).collect(),
        })
        .collect()
}

/// The cells in the order of the template's headings.
fn row_of(reader: Reader<'_>, row: usize) -> Option<Row> {
    let infusion = reader.table.int(row, "infusion")?;
    let cells = vec![
        reader.count(row, "n_treated"),
        reader.count(row, "n_observed"),
        reader.percent_in(row, "response_rate", ["response_lo", "response_hi"]),
        reader.percent_in(row, "remission_rate", ["remission_lo", "remission_hi"]),
        reader.change_in(row, "mean_change", ["change_lo", "change_hi"]),
        reader.count(row, "n_enrolled"),
        reader.percent(row, "response_rate_nri"),
        reader.percent(row, "response_rate_locf"),
    ];
    Some(Row { infusion, cells })
}

fn infusions(reader: Reader<'_>, rows: &[usize]) -> Vec<i64> {
    let mut infusions: Vec<i64> =
        rows.iter().filter_map(|&row| reader.table.int(row, "infusion")).collect();
    infusions.sort_unstable();
    infusions.dedup();
    infusions
}

/// A line per route of a level, a response rate per infusion.
fn level(reader: Reader<'_>, rows: &[usize], infusions: &[i64]) -> Vec<Line> {
    routes(reader.table, rows)
        .into_iter()
        .map(|(route, rows)| {
            let rate = |infusion: &i64| {
                let row = rows
                    .iter()
                    .find(|&&row| reader.table.int(row, "infusion").as_ref() == Some(infusion));
                row.map_or_else(Cell::blank, |&row| rate_of(reader, row))
            };
            Line::of(theme::route_label(route), infusions.iter().map(rate).collect())
        })
        .collect()
}

/// A response rate with the people scored below it.
fn rate_of(reader: Reader<'_>, row: usize) -> Cell {
    let rate = reader.percent(row, "response_rate");
    let scored = reader.count(row, "n_observed");
    if rate.is_shown() && scored.is_shown() {
        Cell { below: format!("of {}", scored.text), ..rate }
    } else {
        rate
    }
}
