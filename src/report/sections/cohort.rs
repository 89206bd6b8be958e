//! Who is counted: the cohort flow of each instrument, step by step, and who was turned away.

use super::super::cell::{Cell, Reader};
use super::super::grid::{Article, Grid, Line, Section, heads, ungrouped};
use super::super::shape::{Column, Print, Shape};
use super::super::tables::{Tables, distinct, every, instrument_name, with};
use super::super::words;
use crate::charts::theme;
use crate::table::Table;

const ID: &str = "cohort";

/// The flows in the order of the table, then the screening.
pub(super) fn section<'a>(tables: &Tables<'a>) -> Section<'a> {
    let reader = tables.get("cohort_flow");
    let instruments = tables.instruments(reader.table);
    let mut articles: Vec<Article<'a>> =
        instruments.into_iter().map(|code| article(tables, reader, code)).collect();
    articles.extend(screening(tables));
    Section {
        id: ID,
        title: "Who was treated",
        brief: "From everyone known to those in the figures",
        lead: "From everyone known to the people in the figures: each line keeps the people of the \
               line above, less those left out there. Only people with a score before and after \
               treatment can be seen to respond.",
        cautions: &[],
        empty: "Nobody is known to the store.",
        articles,
    }
}

fn article<'a>(tables: &Tables<'a>, reader: Reader<'_>, code: &str) -> Article<'a> {
    let table = reader.table;
    let rows = with(table, &every(table), "instrument", code);
    let whole = with(table, &rows, "route", "all");
    let top = whole.first().and_then(|&row| table.int(row, "n_subjects"));
    let present = distinct(table, &rows, "route");
    let routes: Vec<&str> =
        theme::route_codes().filter(|route| *route != "all" && present.contains(route)).collect();
    let line = |&row: &usize| {
        let step = table.text(row, "step");
        let of_route = |route: &&str| {
            let rows = with(table, &with(table, &rows, "route", route), "step", step);
            rows.first().map_or_else(Cell::blank, |&row| reader.count(row, "n_subjects"))
        };
        let why = Cell::words(words::plain(table.text(row, "why")));
        let mut cells = vec![reader.count(row, "n_subjects"), lost(reader, row), why];
        cells.extend(routes.iter().map(of_route));
        let people = table.int(row, "n_subjects").zip(top).filter(|(_, top)| *top > 0);
        let bar = people.map(|(n, top)| 100 * n / top);
        Line { bar, ..Line::of(&words::step(step), cells) }
    };
    let lines: Vec<Line> = whole.iter().map(line).collect();
    let finding = finding(&lines);
    let words = ["Step", "People", "Left out", "Why"].into_iter();
    let heads = heads(words.chain(routes.iter().map(|route| theme::route_label(route))));
    let mut article = tables.article(ID, code, instrument_name(tables.notes(), code), &[]);
    article.finding = finding;
    article.grids.push(Grid {
        summary: "Every step, and people by route".into(),
        is_open: tables.notes().first().is_some_and(|note| note.code == code),
        caption: format!("{}: people at each step.", article.name),
        ..Grid::of("cohort_flow", heads, ungrouped(lines))
    });
    article
}

/// From the first step to the last whose count is shown.
fn finding(steps: &[Line]) -> Option<String> {
    let people = |step: &&Line| step.cells.first().is_some_and(Cell::is_shown);
    let mut shown = steps.iter().filter(people);
    let (first, last) = (shown.next()?, shown.next_back()?);
    let (people, left) = (&first.cells.first()?.text, &last.cells.first()?.text);
    if last.label == words::step("scored-after-treatment") {
        let scored = "were scored before treatment and after an infusion";
        return Some(format!("Of {people} people, {left} {scored}."));
    }
    let label = &last.label;
    Some(format!("Of {people} people, {left} come as far as the step \u{201c}{label}\u{201d}."))
}

/// The first step loses nobody, and says nothing.
fn lost(reader: Reader<'_>, row: usize) -> Cell {
    let cell = reader.count(row, "lost");
    if cell.kind == "undefined" { Cell::blank() } else { cell }
}

const SCREENING: Shape = Shape {
    table: "screening",
    summary: "Decisions and reasons",
    caption: "everyone known, by the latest decision and its reasons. A person may have several.",
    note: "Treated: had a completed session at any time.",
    only: &[],
    group: Some(decision),
    line: ("Reason", reason),
    columns: &SCREENING_COLUMNS,
};

const SCREENING_COLUMNS: [Column; 2] =
    [("People", "n_subjects", Print::Count), ("Treated", "n_treated", Print::Count)];

fn screening<'a>(tables: &Tables<'a>) -> Option<Article<'a>> {
    let reader = tables.get(SCREENING.table);
    let mut article = tables.article(ID, "screening", "Screening before treatment".into(), &[]);
    article.grids.extend(SCREENING.fill(reader, &article.name, &every(reader.table)));
    let decided = every(reader.table).into_iter().filter_map(|row| {
        let people = reader.count(row, "n_subjects");
        let is_whole = reader.table.text(row, "reason") == "all";
        (is_whole && people.is_shown())
            .then(|| format!("{} {}", people.text, decision(reader.table, row).to_lowercase()))
    });
    let decided: Vec<String> = decided.collect();
    if !decided.is_empty() {
        article.finding = Some(format!("Of everyone known: {}.", decided.join(", ")));
    }
    (!article.grids.is_empty()).then_some(article)
}

fn decision(table: &Table, row: usize) -> String {
    match table.text(row, "decision") {
        "unknown" => "No decision recorded".into(),
        code => words::plain(code),
    }
}

fn reason(table: &Table, row: usize) -> String {
    match table.text(row, "reason") {
        "all" => "Everyone".into(),
        "any" => "With some contraindication".into(),
        code => words::plain(code),
    }
}
