//! The five answers at the top: who was treated, who was measured, what happened, how long it
//! lasted, what went wrong. On the first instrument; each with its people, its interval, and where
//! to read on.

use super::cell::{Cell, Reader};
use super::document::InstrumentNote;
use super::sections::lasting::row_at;
use super::shape::ALL;
use super::tables::{Tables, every, whole_of, with};
use super::words;
use serde::Serialize;

/// Said of a number that disclosure control hid.
const HIDDEN: &str = "Hidden to protect small groups.";
/// Days after the first response that the fourth tile looks at.
const LASTING_DAYS: i64 = 28;

/// One answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Tile {
    pub(super) question: &'static str,
    /// Anchor of the section that says more.
    pub(super) target: &'static str,
    /// The number, or a dash.
    pub(super) number: String,
    /// Its 95 % interval in words; empty for a count.
    pub(super) interval: String,
    /// What the number says, with the people it is of.
    pub(super) text: String,
    /// The number itself.
    pub(super) value: Option<f64>,
    /// The ends of its interval.
    pub(super) limits: Option<[f64; 2]>,
}

impl Tile {
    fn of(question: &'static str, target: &'static str, cell: &Cell, text: String) -> Self {
        let interval = if cell.interval.is_empty() {
            String::new()
        } else {
            format!("95\u{a0}% interval {}\u{a0}%", cell.interval.replace(" to ", " to\u{a0}"))
        };
        Self {
            question,
            target,
            number: cell.text.clone(),
            interval,
            text,
            value: cell.value,
            limits: cell.limits,
        }
    }

    fn none(question: &'static str, target: &'static str, text: &str) -> Self {
        Self::of(question, target, &Cell::value("–".into()), text.into())
    }
}

/// The five answers; none where no instrument was scored.
pub(super) fn tiles(tables: &Tables<'_>) -> Vec<Tile> {
    let Some(note) = tables.notes().first() else { return Vec::new() };
    vec![
        treated(tables, note),
        measured(tables, note),
        happened(tables, note),
        lasted(tables, note),
        went_wrong(tables),
    ]
}

fn treated(tables: &Tables<'_>, note: &InstrumentNote) -> Tile {
    const QUESTION: &str = "Who was treated?";
    let flow = tables.get("cohort_flow");
    let rows = with(flow.table, &every(flow.table), "instrument", &note.code);
    let rows = with(flow.table, &rows, "route", ALL);
    let people = |step: &str| {
        let row = *with(flow.table, &rows, "step", step).first()?;
        Some(flow.count(row, "n_subjects")).filter(Cell::is_shown)
    };
    let Some(treated) = people("treated") else { return Tile::none(QUESTION, "cohort", HIDDEN) };
    let known = people("known");
    let known = known.map_or_else(String::new, |known| format!(" of {} known", known.text));
    let scored = people("scored-after-treatment");
    let scored = scored.map_or_else(String::new, |scored| {
        format!(" {} were scored on the {} before and after.", scored.text, note.name)
    });
    let text = format!("people were treated at least once,{known}.{scored}");
    Tile::of(QUESTION, "cohort", &treated, text.replace(",.", ".").replace(", of", " of"))
}

/// At the latest time point whose share is shown, up to the infusion of comparison.
fn measured(tables: &Tables<'_>, note: &InstrumentNote) -> Tile {
    const QUESTION: &str = "Who was measured?";
    let reader = tables.get("completeness");
    let table = reader.table;
    let rows = with(table, &every(table), "instrument", &note.code);
    let rows = ["site", "route", "month"]
        .into_iter()
        .fold(rows, |rows, column| with(table, &rows, column, ALL));
    let share = |row: usize| reader.percent_in(row, "share", ["lo", "hi"]);
    let number = |row: usize| table.text(row, "time_point").strip_prefix("infusion-")?.parse().ok();
    let is_wanted = |row: &usize| {
        number(*row).is_some_and(|k: i64| k <= tables.compare_at()) && share(*row).is_shown()
    };
    let Some(row) = rows.into_iter().rfind(is_wanted) else {
        return Tile::none(QUESTION, "completeness", HIDDEN);
    };
    let cell = share(row);
    let infusion = number(row).unwrap_or_default();
    let due = reader.count(row, "n_due");
    let of = if due.is_shown() { format!("of {} people", due.text) } else { "of those".into() };
    let text = format!("{of} due after infusion {infusion} were scored on the {}.", note.name);
    Tile::of(QUESTION, "completeness", &with_sign(cell), text)
}

/// Ever responded by the last infusion shown.
fn happened(tables: &Tables<'_>, note: &InstrumentNote) -> Tile {
    const QUESTION: &str = "What happened?";
    let reader = tables.get("cumulative_response");
    let table = reader.table;
    let rows = whole_of(table, &note.code);
    if rows.is_empty() {
        let text = format!("No response rule is agreed for the {}.", note.name);
        return Tile::none(QUESTION, "response", &text);
    }
    let rows = with(table, &with(table, &rows, "route", ALL), "estimator", "aalen-johansen");
    let share = |row: usize| reader.percent_in(row, "estimate", ["lo", "hi"]);
    let Some(row) = rows.into_iter().rfind(|&row| share(row).is_shown()) else {
        return Tile::none(QUESTION, "cumulative", HIDDEN);
    };
    let of = people(tables.get("time_to_response"), &note.code, "n");
    let infusion = table.int(row, "infusion").unwrap_or_default();
    let text = format!("{of} responded at least once by infusion {infusion} ({}).", note.name);
    Tile::of(QUESTION, "cumulative", &with_sign(share(row)), text)
}

/// Of those who responded, how many still did after four weeks.
fn lasted(tables: &Tables<'_>, note: &InstrumentNote) -> Tile {
    const QUESTION: &str = "How long did it last?";
    let reader = tables.get("durability");
    let rows = whole_of(reader.table, &note.code);
    let keys = [("start", "first-response"), ("clock", "days")];
    let Some(row) = row_at(reader, &rows, &keys, LASTING_DAYS) else {
        return Tile::none(QUESTION, "durability", "Too few people responded, or it is hidden.");
    };
    let responders = reader.count(row, "n");
    let of = if responders.is_shown() {
        format!("of {} people", responders.text)
    } else {
        "of those".into()
    };
    let days = reader.table.int(row, "time").unwrap_or_default();
    let text = format!("{of} who responded still did {days} days later ({}).", note.name);
    let share = reader.percent_in(row, "estimate", ["lo", "hi"]);
    Tile::of(QUESTION, "durability", &with_sign(share), text)
}

/// Any side effect at any infusion, asked from a list if anybody was; where that is hidden, the most
/// frequent one of which the share is shown.
fn went_wrong(tables: &Tables<'_>) -> Tile {
    const QUESTION: &str = "What went wrong?";
    let reader = tables.get("side_effects");
    let table = reader.table;
    let rows = with(table, &every(table), "route", ALL).into_iter();
    let rows: Vec<usize> = rows.filter(|&row| table.int(row, "infusion") == Some(0)).collect();
    let Some((capture, rows)) = ["structured", "spontaneous", "unstated"]
        .into_iter()
        .map(|capture| (capture, with(table, &rows, "capture", capture)))
        .find(|(_, rows)| !rows.is_empty())
    else {
        return Tile::none(QUESTION, "safety", "No side effects were recorded.");
    };
    let shown: Vec<usize> =
        rows.into_iter().filter(|&row| reader.percent(row, "share").is_shown()).collect();
    let any = with(table, &shown, "term", "any").first().copied();
    let share = |row: usize| table.float(row, "share").unwrap_or_default();
    let most = shown.into_iter().rev().max_by(|a, b| share(*a).total_cmp(&share(*b)));
    let Some(row) = any.or(most) else { return Tile::none(QUESTION, "safety", HIDDEN) };
    let asked = match capture {
        "structured" => "asked from a list",
        "spontaneous" => "whose reports were unasked",
        _ => "whose way of being asked is not stated",
    };
    let what = match table.text(row, "term") {
        "any" => "a side effect at some infusion".into(),
        term => format!(
            "{} at some infusion, the most frequent side effect shown",
            words::plain(term).to_lowercase()
        ),
    };
    let text = format!("of {} people {asked} had {what}.", reader.count(row, "n_persons").text);
    let cell = reader.percent_in(row, "share", ["lo", "hi"]);
    Tile::of(QUESTION, "safety", &with_sign(cell), text)
}

/// "of 506 people", where the count is shown.
fn people(reader: Reader<'_>, code: &str, column: &str) -> String {
    let rows = with(reader.table, &whole_of(reader.table, code), "route", ALL);
    let count = rows.first().map(|&row| reader.count(row, column)).filter(Cell::is_shown);
    count.map_or_else(|| "of those treated".into(), |count| format!("of {} people", count.text))
}

fn with_sign(cell: Cell) -> Cell {
    Cell { text: format!("{}\u{a0}%", cell.text), ..cell }
}
