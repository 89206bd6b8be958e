//! Who was measured: people lost to the figures, and the share scored by site, month and route.

use super::super::cell::{Cell, Reader};
use super::super::grid::{Article, Grid, Line, Section, heads, ungrouped};
use super::super::tables::{Tables, distinct, every, instrument_name, with};
use super::super::words;
use crate::charts::theme;

const ID: &str = "completeness";
/// What the shares are split by, one at a time.
const AXES: [&str; 3] = ["site", "month", "route"];
/// Steps of the flow that lose people because no score is there.
const UNMEASURED: [(&str, &str); 2] = [
    ("with-baseline", "Treated, without a baseline score"),
    ("scored-after-treatment", "With a baseline, never scored after an infusion"),
];

/// The instruments, in the order of the table.
pub(super) fn section<'a>(tables: &Tables<'a>) -> Section<'a> {
    let reader = tables.get("completeness");
    let article = |code: &str| {
        let name = instrument_name(tables.notes(), code);
        let mut article = tables.article(ID, code, name, &["completeness_"]);
        article.remarks.extend(losses(tables.get("cohort_flow"), code));
        let rows = with(reader.table, &every(reader.table), "instrument", code);
        article.grids =
            AXES.iter().filter_map(|axis| grid(reader, &article.name, axis, &rows)).collect();
        article
    };
    let articles: Vec<Article<'a>> =
        tables.instruments(reader.table).into_iter().map(article).collect();
    Section {
        id: ID,
        title: "Who was measured",
        brief: "And who was not, by site and by month",
        lead: "Nobody without a score can be seen to respond. Where many are not scored, those who \
               are may fare better, or worse, than the rest.",
        cautions: &[],
        empty: "Nobody was due to be scored.",
        articles,
    }
}

fn losses(flow: Reader<'_>, code: &str) -> Vec<String> {
    let table = flow.table;
    let rows = with(table, &with(table, &every(table), "instrument", code), "route", "all");
    let loss = |(step, what): (&str, &str)| {
        let row = *with(table, &rows, "step", step).first()?;
        Some(format!("{what}: {}.", flow.count(row, "lost").text))
    };
    UNMEASURED.into_iter().filter_map(loss).collect()
}

/// The shares along one axis, the other two taken whole. A table that says no more than its first
/// line is left out.
fn grid(reader: Reader<'_>, name: &str, axis: &'static str, rows: &[usize]) -> Option<Grid> {
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
    let points: Vec<String> = points.into_iter().map(words::time_point).collect();
    let axis_words = words::capital(axis);
    let heads =
        heads(std::iter::once(axis_words.as_str()).chain(points.iter().map(String::as_str)));
    let month = " Month of session 1 for the baseline, of the infusion otherwise.";
    Some(Grid {
        summary: format!("By {axis}"),
        caption: format!("{name}: scored, % of those due, by {axis}."),
        note: format!(
            "Below each share: scored, of those due.{}",
            if axis == "month" { month } else { "" }
        ),
        ..Grid::of("completeness", heads, ungrouped(lines))
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
