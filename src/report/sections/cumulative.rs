//! Who ever responded: medians and restricted means, and the curves infusion by infusion, the two
//! estimators side by side.

use super::super::cell::{Cell, Notes, Reader};
use super::super::document::{FigureBlock, InstrumentNote};
use super::line::Line;
use super::stratum::{Stratum, strata};
use super::{distinct, figure_of, instrument_name, routes, whole_of, with};
use crate::charts::theme;
use serde::Serialize;

/// Stopping treatment competes with response.
const COMPETING: &str = "aalen-johansen";
/// Whoever stops is taken out, as if still able to respond.
const CENSORING: &str = "kaplan-meier";
/// An estimate and its limits.
const LIMITS: [&str; 2] = ["lo", "hi"];
/// The limits of a median.
const MEDIAN_LIMITS: [&str; 2] = ["median_lo", "median_hi"];

/// One instrument.
#[derive(Debug, Serialize)]
pub(crate) struct Cumulative<'a> {
    code: String,
    name: String,
    figure: Option<&'a FigureBlock>,
    horizon: Option<i64>,
    times: Vec<Line>,
    time_notes: Notes,
    routes: Vec<RouteLines>,
    notes: Notes,
    strata: Vec<Stratum>,
}

/// The curves of a route.
#[derive(Debug, Serialize)]
struct RouteLines {
    label: String,
    lines: Vec<Line>,
}

/// The instruments, in the order of the table.
pub(crate) fn cumulative<'a>(
    curves: Reader<'_>,
    times: Reader<'_>,
    notes: &[InstrumentNote],
    figures: &'a [FigureBlock],
) -> Vec<Cumulative<'a>> {
    let every: Vec<usize> = (0..curves.table.n_rows()).collect();
    distinct(curves.table, &every, "instrument")
        .into_iter()
        .map(|code| {
            let rows = whole_of(curves.table, code);
            let horizon = rows.iter().filter_map(|&row| curves.table.int(row, "infusion")).max();
            let routes: Vec<RouteLines> = routes(curves.table, &rows)
                .into_iter()
                .map(|(route, rows)| RouteLines {
                    label: theme::route_label(route).into(),
                    lines: side_by_side(curves, &rows),
                })
                .collect();
            let in_whole = time_lines(times, &whole_of(times.table, code));
            let every: Vec<usize> = (0..times.table.n_rows()).collect();
            let rows = with(times.table, &every, "instrument", code);
            let cells = routes.iter().flat_map(|route| &route.lines).flat_map(|line| &line.cells);
            Cumulative {
                code: code.into(),
                name: instrument_name(notes, code),
                figure: figure_of(figures, code),
                horizon,
                time_notes: Notes::of(in_whole.iter().flat_map(|line| &line.cells)),
                times: in_whole,
                notes: Notes::of(cells),
                routes,
                strata: strata(times.table, &rows, |rows| level(times, curves, rows, horizon)),
            }
        })
        .collect()
}

/// The row of each estimator among `rows`.
fn by_estimator(reader: Reader<'_>, rows: &[usize]) -> [Option<usize>; 2] {
    [COMPETING, CENSORING]
        .map(|estimator| with(reader.table, rows, "estimator", estimator).first().copied())
}

fn cell_of(row: Option<usize>, cell: impl Fn(usize) -> Cell) -> Cell {
    row.map_or_else(Cell::blank, cell)
}

/// A line per infusion, the cells in the order of the template's headings.
fn side_by_side(reader: Reader<'_>, rows: &[usize]) -> Vec<Line> {
    let [competing, censoring] =
        [COMPETING, CENSORING].map(|code| with(reader.table, rows, "estimator", code));
    competing
        .into_iter()
        .filter_map(|row| {
            let infusion = reader.table.int(row, "infusion")?;
            let other = censoring
                .iter()
                .copied()
                .find(|&other| reader.table.int(other, "infusion") == Some(infusion));
            let cells = vec![
                reader.count(row, "n_at_risk"),
                reader.count(row, "events"),
                reader.count(row, "stopped"),
                reader.percent_in(row, "estimate", LIMITS),
                reader.percent(row, "stopped_estimate"),
                reader.percent(row, "unmeasured_estimate"),
                cell_of(other, |row| reader.count(row, "n_at_risk")),
                cell_of(other, |row| reader.percent_in(row, "estimate", LIMITS)),
            ];
            Some(Line::of(&infusion.to_string(), cells))
        })
        .collect()
}

/// A line per route: both medians, restricted mean, people, responders.
fn time_lines(reader: Reader<'_>, rows: &[usize]) -> Vec<Line> {
    let median = |row| reader.infusion_in(row, "median", MEDIAN_LIMITS);
    routes(reader.table, rows)
        .into_iter()
        .map(|(route, rows)| {
            let [competing, censoring] = by_estimator(reader, &rows);
            let cells = vec![
                cell_of(competing, median),
                cell_of(censoring, median),
                cell_of(censoring, |row| reader.mean_with_error(row, "rmst", "rmst_se")),
                cell_of(competing, |row| reader.count(row, "n")),
                cell_of(competing, |row| reader.count(row, "responders")),
            ];
            Line::of(theme::route_label(route), cells)
        })
        .collect()
}

/// A line per route of a level: median, the curve at the horizon, people, responders.
fn level(times: Reader<'_>, curves: Reader<'_>, rows: &[usize], horizon: Option<i64>) -> Vec<Line> {
    routes(times.table, rows)
        .into_iter()
        .map(|(route, rows)| {
            let [row, _] = by_estimator(times, &rows);
            let end = row.and_then(|row| at_horizon(times, curves, row, horizon));
            let cells = vec![
                cell_of(row, |row| times.infusion_in(row, "median", MEDIAN_LIMITS)),
                cell_of(end, |row| curves.percent_in(row, "estimate", LIMITS)),
                cell_of(row, |row| times.count(row, "n")),
                cell_of(row, |row| times.count(row, "responders")),
            ];
            Line::of(theme::route_label(route), cells)
        })
        .collect()
}

/// The row of the curves at the horizon that belongs to a row of the times.
fn at_horizon(
    times: Reader<'_>,
    curves: Reader<'_>,
    row: usize,
    horizon: Option<i64>,
) -> Option<usize> {
    let keys = ["instrument", "stratum", "level", "route", "estimator"];
    (0..curves.table.n_rows()).find(|&other| {
        curves.table.int(other, "infusion") == horizon
            && keys.iter().all(|key| curves.table.text(other, key) == times.table.text(row, key))
    })
}
