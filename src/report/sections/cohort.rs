//! Who is counted: the cohort flow of each instrument, step by step.

use super::super::cell::{Cell, Reader};
use super::super::document::InstrumentNote;
use super::super::words;
use super::{distinct, instrument_name, with};
use crate::charts::theme;
use serde::Serialize;

/// The flow of one instrument.
#[derive(Debug, Serialize)]
pub(crate) struct Flow {
    pub(super) code: String,
    name: String,
    /// How many come how far; none where too little is shown.
    pub(super) finding: Option<String>,
    routes: Vec<String>,
    steps: Vec<Step>,
}

#[derive(Debug, Serialize)]
struct Step {
    label: String,
    people: Cell,
    /// Width of the bar: percent of the first step.
    bar: Option<i64>,
    lost: Cell,
    why: String,
    by_route: Vec<Cell>,
}

/// The flows, in the order of the table.
pub(crate) fn flows(reader: Reader<'_>, notes: &[InstrumentNote]) -> Vec<Flow> {
    let table = reader.table;
    let every: Vec<usize> = (0..table.n_rows()).collect();
    distinct(table, &every, "instrument")
        .into_iter()
        .map(|code| {
            let rows = with(table, &every, "instrument", code);
            flow(reader, code, instrument_name(notes, code), &rows)
        })
        .collect()
}

fn flow(reader: Reader<'_>, code: &str, name: String, rows: &[usize]) -> Flow {
    let table = reader.table;
    let whole = with(table, rows, "route", "all");
    let top = whole.first().and_then(|&row| table.int(row, "n_subjects"));
    let present = distinct(table, rows, "route");
    let routes: Vec<&str> =
        theme::route_codes().filter(|route| *route != "all" && present.contains(route)).collect();
    let steps: Vec<Step> = whole
        .iter()
        .map(|&row| {
            let step = table.text(row, "step");
            let people = table.int(row, "n_subjects");
            let by_route = routes.iter().map(|route| {
                let of_route = with(table, &with(table, rows, "route", route), "step", step);
                of_route.first().map_or_else(Cell::blank, |&row| reader.count(row, "n_subjects"))
            });
            Step {
                label: words::step(step),
                people: reader.count(row, "n_subjects"),
                bar: people.zip(top).filter(|(_, top)| *top > 0).map(|(n, top)| 100 * n / top),
                lost: lost(reader, row),
                why: words::plain(table.text(row, "why")),
                by_route: by_route.collect(),
            }
        })
        .collect();
    Flow {
        code: code.into(),
        name,
        finding: finding(&steps),
        routes: routes.iter().map(|route| theme::route_label(route).into()).collect(),
        steps,
    }
}

/// From the first step to the last whose count is shown.
fn finding(steps: &[Step]) -> Option<String> {
    let mut shown = steps.iter().filter(|step| step.people.is_shown());
    let (first, last) = (shown.next()?, shown.next_back()?);
    Some(format!(
        "Of {} people, {} come as far as the step \u{201c}{}\u{201d}.",
        first.people.text, last.people.text, last.label
    ))
}

/// The first step loses nobody, and says nothing.
fn lost(reader: Reader<'_>, row: usize) -> Cell {
    let cell = reader.count(row, "lost");
    if cell.kind == "undefined" { Cell::blank() } else { cell }
}
