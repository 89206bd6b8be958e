//! What happened after each infusion: a table per instrument, and a compact one per stratum.

use super::super::cell::{Cell, Reader, reasons};
use super::super::document::{FigureBlock, InstrumentNote};
use super::super::words;
use super::{distinct, instrument_name, with};
use crate::charts::theme;
use serde::Serialize;

/// One instrument.
#[derive(Debug, Serialize)]
pub(crate) struct Response<'a> {
    code: String,
    name: String,
    figure: Option<&'a FigureBlock>,
    routes: Vec<RouteRows>,
    reasons: Vec<String>,
    has_hidden: bool,
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

/// Response rates of a stratum: a row per level and route, a column per infusion.
#[derive(Debug, Serialize)]
struct Stratum {
    name: String,
    infusions: Vec<i64>,
    levels: Vec<Level>,
}

#[derive(Debug, Serialize)]
struct Level {
    label: String,
    routes: Vec<LevelRoute>,
}

#[derive(Debug, Serialize)]
struct LevelRoute {
    label: String,
    cells: Vec<Cell>,
    /// Nothing is shown in the whole row: said once.
    nothing: Option<String>,
}

/// The instruments, in the order of the table.
pub(crate) fn responses<'a>(
    reader: Reader<'_>,
    notes: &[InstrumentNote],
    figures: &'a [FigureBlock],
) -> Vec<Response<'a>> {
    let table = reader.table;
    let every: Vec<usize> = (0..table.n_rows()).collect();
    distinct(table, &every, "instrument")
        .into_iter()
        .map(|code| {
            let rows = with(table, &every, "instrument", code);
            let routes = whole(reader, &with(table, &rows, "stratum", "all"));
            let cells =
                || routes.iter().flat_map(|route| &route.rows).flat_map(|row| row.cells.iter());
            let figure = figures.iter().find(|figure| figure.instrument == code);
            // The compact tables hold response rates: without a response rule there are none.
            let strata = distinct(table, &rows, "stratum")
                .into_iter()
                .filter(|stratum| *stratum != "all" && figure.is_some())
                .map(|code| stratum(reader, code, &with(table, &rows, "stratum", code)))
                .collect();
            Response {
                code: code.into(),
                name: instrument_name(notes, code),
                figure,
                reasons: reasons(cells()),
                has_hidden: cells().any(|cell| cell.kind == "hidden"),
                routes,
                strata,
            }
        })
        .collect()
}

/// The routes among `rows` in the order of tables and charts.
fn routes(reader: Reader<'_>, rows: &[usize]) -> Vec<(&'static str, Vec<usize>)> {
    theme::route_codes()
        .map(|route| (route, with(reader.table, rows, "route", route)))
        .filter(|(_, rows)| !rows.is_empty())
        .collect()
}

fn whole(reader: Reader<'_>, rows: &[usize]) -> Vec<RouteRows> {
    routes(reader, rows)
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

fn stratum(reader: Reader<'_>, code: &str, rows: &[usize]) -> Stratum {
    let table = reader.table;
    let mut infusions: Vec<i64> =
        rows.iter().filter_map(|&row| table.int(row, "infusion")).collect();
    infusions.sort_unstable();
    infusions.dedup();
    let levels = distinct(table, rows, "level")
        .into_iter()
        .map(|level| Level {
            label: words::level(code, level),
            routes: routes(reader, &with(table, rows, "level", level))
                .into_iter()
                .map(|(route, rows)| level_route(reader, route, &rows, &infusions))
                .collect(),
        })
        .collect();
    Stratum { name: words::stratum(code), infusions, levels }
}

fn level_route(reader: Reader<'_>, route: &str, rows: &[usize], infusions: &[i64]) -> LevelRoute {
    let at = |infusion: i64| {
        rows.iter().copied().find(|&row| reader.table.int(row, "infusion") == Some(infusion))
    };
    let cells: Vec<Cell> = infusions
        .iter()
        .map(|&infusion| {
            let Some(row) = at(infusion) else { return Cell::blank() };
            let rate = reader.percent(row, "response_rate");
            let scored = reader.count(row, "n_observed");
            if rate.is_shown() && scored.is_shown() {
                Cell { below: format!("of {}", scored.text), ..rate }
            } else {
                rate
            }
        })
        .collect();
    let nothing = if cells.iter().any(Cell::is_shown) {
        None
    } else if cells.iter().any(|cell| cell.kind == "hidden") {
        Some("hidden".into())
    } else {
        reasons(cells.iter()).into_iter().next()
    };
    LevelRoute { label: theme::route_label(route).into(), cells, nothing }
}
