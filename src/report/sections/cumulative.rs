//! Who ever responded: medians and restricted means, and the curves infusion by infusion, the two
//! estimators side by side.

use super::super::cell::{Cell, Reader};
use super::super::grid::{Article, Grid, Group, Line, Section, heads, ungrouped};
use super::super::tables::{Tables, instrument_name, routes, whole_of, with};
use crate::charts::theme;

const ID: &str = "cumulative";
/// Stopping treatment competes with response.
const COMPETING: &str = "aalen-johansen";
/// Whoever stops is taken out, as if still able to respond.
const CENSORING: &str = "kaplan-meier";
/// An estimate and its limits.
const LIMITS: [&str; 2] = ["lo", "hi"];
/// The limits of a median.
const MEDIAN_LIMITS: [&str; 2] = ["median_lo", "median_hi"];

/// The instruments, in the order of the table.
pub(super) fn section<'a>(tables: &Tables<'a>) -> Section<'a> {
    let curves = tables.get("cumulative_response");
    let article = |code: &str| {
        let name = instrument_name(tables.notes(), code);
        let figures = ["cumulative_response_", "cumulative_remission_"];
        let mut article = tables.article(ID, code, name, &figures);
        article.grids = vec![
            times(tables.get("time_to_response"), curves, &article.name, code),
            side_by_side(curves, &article.name, code),
        ];
        article
    };
    let articles: Vec<Article<'a>> =
        tables.instruments(curves.table).into_iter().map(article).collect();
    Section {
        id: ID,
        title: "Ever responded",
        brief: "How many, and by which infusion?",
        lead: "The share of people who have responded at least once by each infusion, counted from \
               the first. Everyone with a baseline is counted from the start, so that this curve, \
               unlike those above, does not compare different people from one infusion to the next. \
               It can only rise: someone who responds and relapses still counts as having responded.",
        cautions: &[],
        empty: "No instrument with a response rule was scored.",
        articles,
    }
}

/// The row of each estimator among `rows`.
fn by_estimator(reader: Reader<'_>, rows: &[usize]) -> [Option<usize>; 2] {
    [COMPETING, CENSORING]
        .map(|estimator| with(reader.table, rows, "estimator", estimator).first().copied())
}

fn cell_of(row: Option<usize>, cell: impl Fn(usize) -> Cell) -> Cell {
    row.map_or_else(Cell::blank, cell)
}

/// A line per route: both medians, restricted mean, people, responders.
fn times(reader: Reader<'_>, curves: Reader<'_>, name: &str, code: &str) -> Grid {
    let median = |row| reader.infusion_in(row, "median", MEDIAN_LIMITS);
    let lines = routes(reader.table, &whole_of(reader.table, code)).into_iter().map(|route| {
        let (route, rows) = route;
        let [competing, censoring] = by_estimator(reader, &rows);
        let cells = vec![
            cell_of(competing, median),
            cell_of(censoring, median),
            cell_of(censoring, |row| reader.mean_with_error(row, "rmst", "rmst_se")),
            cell_of(competing, |row| reader.count(row, "n")),
            cell_of(competing, |row| reader.count(row, "responders")),
        ];
        Line::of(theme::route_label(route), cells)
    });
    let rows = whole_of(curves.table, code);
    let horizon = rows.iter().filter_map(|&row| curves.table.int(row, "infusion")).max();
    let out_of = horizon.map_or_else(String::new, |horizon| format!(" out of {horizon}"));
    let words = [
        "Route",
        "If stopping ends it",
        "If nobody had stopped",
        "Mean without response",
        "People",
        "Responded",
    ];
    Grid {
        summary: "Infusions until the first response".into(),
        caption: format!(
            "{name}: infusion by which half had responded, and mean number of infusions without a \
             response{out_of}; 95\u{a0}% intervals in small letters."
        ),
        over: vec![
            (String::new(), 1),
            ("Half had responded by infusion".into(), 2),
            (String::new(), 3),
        ],
        note: "If stopping ends it (Aalen-Johansen): whoever stops without a response is counted as \
               never responding here. If nobody had stopped (Kaplan-Meier): as if those who stopped \
               would have gone on to respond as often as those who went on; an upper bound. Mean \
               without response: infusions up to the horizon spent without a response, by \
               Kaplan-Meier, with its standard error (SE). Not reached: fewer than half responded by \
               the last infusion shown."
            .into(),
        ..Grid::of("time_to_response", heads(words), ungrouped(lines.collect()))
    }
}

/// A group per route, a line per infusion.
fn side_by_side(curves: Reader<'_>, name: &str, code: &str) -> Grid {
    let groups = routes(curves.table, &whole_of(curves.table, code)).into_iter();
    let groups = groups.map(|(route, rows)| Group {
        label: Some(theme::route_label(route).into()),
        lines: curve_lines(curves, &rows),
    });
    let words = [
        "Infusion",
        "At risk",
        "Responded",
        "Left",
        "Ever responded, %",
        "Left by then, %",
        "of them unmeasured, %",
        "At risk",
        "Ever responded, %",
    ];
    Grid {
        summary: "The curves, infusion by infusion".into(),
        caption: format!(
            "{name}: cumulative response by route and infusion; 95\u{a0}% intervals in small letters."
        ),
        over: vec![
            (String::new(), 1),
            ("If stopping ends it (Aalen-Johansen)".into(), 6),
            ("If nobody had stopped (Kaplan-Meier)".into(), 2),
        ],
        note: "At risk: not yet responded and not yet left before this infusion. Responded: for the \
               first time after it. Left: treatment over, or no longer measured, without a response; \
               of them unmeasured: treated further, but not scored again. Where a step counts too \
               few people it is gathered with the next: its line is hidden, and the line that ends \
               the gathering holds the sums, those at risk at its beginning, and the estimate."
            .into(),
        ..Grid::of("cumulative_response", heads(words), groups.collect())
    }
}

fn curve_lines(reader: Reader<'_>, rows: &[usize]) -> Vec<Line> {
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

/// A line per route of a level: median, the curve at the horizon, people, responders. `ends` are the
/// rows of the curves at the horizon.
pub(super) fn level(
    times: Reader<'_>,
    curves: Reader<'_>,
    rows: &[usize],
    ends: &[usize],
) -> Vec<Line> {
    routes(times.table, rows)
        .into_iter()
        .map(|(route, rows)| {
            let [row, _] = by_estimator(times, &rows);
            let keys = ["instrument", "stratum", "level", "route", "estimator"];
            let is_its = |row: usize, end: usize| {
                keys.iter().all(|key| curves.table.text(end, key) == times.table.text(row, key))
            };
            let end = row.and_then(|row| ends.iter().copied().find(|&end| is_its(row, end)));
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
