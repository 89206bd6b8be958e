//! `diff`: two published runs side by side, for people or as JSON.

use super::args::Diff;
use super::exit::Exit;
use super::output;
use crate::pipeline::diff::cells::{Moved, TableDiff};
use crate::pipeline::diff::inputs::{Account, Cause, Change, Inputs, SourceChange, SourceKind};
use crate::pipeline::diff::{Difference, RunName, compare};
use crate::pipeline::error::PipelineError;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Largest moves listed for each unit, unless all are asked for.
const LARGEST: usize = 5;
/// Sources listed, unless all are asked for.
const MOST_SOURCES: usize = 10;
/// Characters of a digest that people compare.
const SHORT_DIGEST: usize = 12;

/// Prints what differs between two runs. As JSON everything is there.
///
/// # Errors
/// If a path is no run, neither has the table that is asked for, or a table is damaged.
pub fn diff(json: bool, args: &Diff) -> Result<u8, PipelineError> {
    let difference = compare(&args.before, &args.after, args.table.as_deref())?;
    if json {
        let mut value =
            serde_json::to_value(&difference).map_err(PipelineError::make("the difference"))?;
        value["same"] = difference.is_same().into();
        output::json_line(&value)?;
    } else {
        output::text(&text_of(&difference, args.all))?;
    }
    Ok(Exit::Done.code())
}

fn text_of(difference: &Difference, all: bool) -> String {
    let Difference { before, after, inputs, .. } = difference;
    let mut out = output::left_columns(&[run("before", before), run("after", after)]);
    for run in [before, after].into_iter().filter(|run| !run.altered.is_empty()) {
        let tables = run.altered.join(", ");
        let _ = writeln!(out, "changed since {} was published: {tables}", run.run);
    }
    let _ = write!(out, "\nWhat went in\n\n{}\n", because(inputs, difference.is_same()));
    out.push_str(&inputs_text(inputs, all));
    out.push_str("\nWhat came out\n\n");
    out.push_str(&tables_text(difference, all));
    out
}

fn run(what: &str, run: &RunName) -> [String; 5] {
    let RunName { run, program, store_version, events, .. } = run;
    [
        what.to_owned(),
        run.clone(),
        program.clone(),
        format!("store version {store_version}"),
        format!("{events} events"),
    ]
}

/// What the numbers can have moved for.
fn because(inputs: &Inputs, is_same: bool) -> String {
    if inputs.same {
        return "Both runs were made from the same events, settings and program.".into();
    }
    let words = |cause: &Cause| match cause {
        Cause::Events => "the events, or what was rejected",
        Cause::Settings => "the settings",
        Cause::Program => "the program",
        Cause::AsOf => "the past they are about",
    };
    let causes: Vec<&str> = inputs.causes.iter().map(words).collect();
    let meaning = match (is_same, causes.len()) {
        (true, _) => "No number moved for that.",
        (false, 1) => "Nothing else differs, so what moved, moved for that.",
        (false, _) => "Two runs cannot say which of these moved what.",
    };
    format!("What differs: {}. {meaning}", causes.join("; "))
}

fn inputs_text(inputs: &Inputs, all: bool) -> String {
    let mut out = String::new();
    let mut rows = vec![["", "before", "after", "difference"].map(str::to_owned)];
    rows.extend(inputs.facts.iter().map(change_row));
    let [before, after] = inputs.total;
    let counts = [
        ("rows read", before.read, after.read),
        ("rows accepted", before.accepted, after.accepted),
        ("rows duplicate", before.duplicate, after.duplicate),
        ("rows rejected", before.rejected, after.rejected),
    ];
    let moved = counts.into_iter().filter(|(_, before, after)| before != after);
    rows.extend(moved.map(|(what, before, after)| {
        change_row(&Change { key: what.into(), before: before.into(), after: after.into() })
    }));
    rows.extend(inputs.settings.iter().map(|change| {
        let mut row = change_row(change);
        row[0] = format!("setting {}", row[0]);
        row
    }));
    if rows.len() > 1 {
        let _ = write!(out, "\n{}", output::left_columns(&rows));
    }
    let most = if all { usize::MAX } else { MOST_SOURCES };
    let mut rows = vec![
        ["source", "digest", "", "read", "accepted", "duplicate", "rejected"].map(str::to_owned),
    ];
    rows.extend(inputs.sources.iter().take(most).map(source_row));
    if rows.len() > 1 {
        let _ = write!(out, "\n{}", output::left_columns(&rows));
    }
    let more = inputs.sources.len().saturating_sub(most);
    if more > 0 {
        let _ = writeln!(out, "and {more} more sources; --all lists every one");
    }
    out
}

fn change_row(change: &Change) -> [String; 4] {
    let difference = change.before.as_i64().zip(change.after.as_i64());
    [
        change.key.clone(),
        value(&change.before),
        value(&change.after),
        difference.map_or_else(String::new, |(before, after)| format!("{:+}", after - before)),
    ]
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

fn source_row(source: &SourceChange) -> [String; 7] {
    let what = match source.change {
        SourceKind::New => "new",
        SourceKind::OtherBytes => "other bytes",
        SourceKind::ReadAgain => "read again",
        SourceKind::Gone => "gone",
    };
    let shown = source.after.as_ref().or(source.before.as_ref());
    let digest = shown.and_then(|account| account.blake3.get(..SHORT_DIGEST)).unwrap_or_default();
    let then = source.before.as_ref().filter(|_| source.change == SourceKind::ReadAgain);
    let count = |of: fn(&Account) -> u64| match (then.map(of), shown.map(of)) {
        (Some(before), Some(after)) if before != after => format!("{before} -> {after}"),
        (_, Some(after)) => after.to_string(),
        _ => String::new(),
    };
    [
        source.file.clone(),
        digest.to_owned(),
        what.to_owned(),
        count(|account| account.rows.read),
        count(|account| account.rows.accepted),
        count(|account| account.rows.duplicate),
        count(|account| account.rows.rejected),
    ]
}

fn tables_text(difference: &Difference, all: bool) -> String {
    let mut out = String::new();
    if difference.is_same() {
        out.push_str("the same: no number differs\n");
    } else {
        let moved: usize = difference.tables.iter().map(|table| table.moved.len()).sum();
        let cells: usize = difference.tables.iter().map(|table| table.cells_in_both).sum();
        let tables = difference.tables.iter().filter(|table| !table.is_same()).count();
        let n_tables = difference.tables.len();
        let _ =
            writeln!(out, "{moved} of {cells} cells moved; {tables} of {n_tables} tables differ\n");
        let mut rows = vec![
            ["table", "rows", "new", "gone", "cells", "moved", "hidden in both"].map(str::to_owned),
        ];
        rows.extend(difference.tables.iter().map(table_row));
        out.push_str(&output::columns(&rows));
        for (what, names) in [("new", &difference.new_tables), ("gone", &difference.gone_tables)] {
            if !names.is_empty() {
                let _ = writeln!(out, "{what} tables: {}", names.join(", "));
            }
        }
    }
    for table in &difference.tables {
        let columns = [("new", &table.new_columns), ("gone", &table.gone_columns)];
        for (what, names) in columns.into_iter().filter(|(_, names)| !names.is_empty()) {
            let _ = writeln!(out, "{what} columns of {}: {}", table.table, names.join(", "));
        }
    }
    out.push_str(&if all { everything(difference) } else { largest(difference) });
    out
}

fn table_row(table: &TableDiff) -> [String; 7] {
    [
        table.table.clone(),
        table.rows_in_both.to_string(),
        table.new_rows.len().to_string(),
        table.gone_rows.len().to_string(),
        table.cells_in_both.to_string(),
        table.moved.len().to_string(),
        table.hidden_in_both.to_string(),
    ]
}

/// Columns that split a table into parts, which say the same once more with fewer people.
const SPLITS: [&str; 3] = ["stratum", "site", "month"];

/// The largest moves by unit, of the whole: a share and a count of people cannot be ranked together,
/// and a mean of two people moves the most and says the least.
fn largest(difference: &Difference) -> String {
    let mut by_unit: BTreeMap<&str, Vec<(&TableDiff, &Moved)>> = BTreeMap::new();
    let mut n_moved = 0;
    for table in &difference.tables {
        n_moved += table.moved.len();
        let is_whole = |moved: &&Moved| {
            let named = table.key.iter().zip(&moved.row);
            named.filter(|(key, _)| SPLITS.contains(&key.as_str())).all(|(_, value)| value == "all")
        };
        for moved in table.moved.iter().filter(|moved| moved.difference.is_some()).filter(is_whole)
        {
            let unit = moved.unit.as_deref().unwrap_or("no unit");
            by_unit.entry(unit).or_default().push((table, moved));
        }
    }
    let mut out = String::new();
    let mut n_listed = 0;
    for (unit, mut moves) in by_unit {
        // A stable sort: equal moves stay in the order of the tables.
        moves.sort_by(|a, b| b.1.size().total_cmp(&a.1.size()));
        moves.truncate(LARGEST);
        n_listed += moves.len();
        let rows: Vec<[String; 6]> = moves
            .into_iter()
            .map(|(table, moved)| {
                let [row, column, before, after, difference] = moved_row(moved);
                [table.table.clone(), row, column, before, after, difference]
            })
            .collect();
        let _ = write!(out, "\n{unit}\n{}", output::left_columns(&rows));
    }
    if n_listed > 0 {
        let splits = SPLITS.join(", ");
        out.insert_str(0, &format!("\nLargest moves by unit, nothing split by {splits}\n"));
    }
    if n_moved > n_listed {
        let _ = writeln!(out, "\n{} more cells moved; --all lists every one", n_moved - n_listed);
    }
    out
}

fn everything(difference: &Difference) -> String {
    let mut out = String::new();
    for table in difference.tables.iter().filter(|table| !table.is_same()) {
        let _ = writeln!(out, "\n{} ({})", table.table, table.key.join(", "));
        for (what, rows) in [("new", &table.new_rows), ("gone", &table.gone_rows)] {
            for row in rows {
                let _ = writeln!(out, "{what} row: {}", row.join(", "));
            }
        }
        let rows: Vec<[String; 5]> = table.moved.iter().map(moved_row).collect();
        out.push_str(&output::left_columns(&rows));
    }
    out
}

fn moved_row(moved: &Moved) -> [String; 5] {
    [
        moved.row.join(", "),
        moved.column.clone(),
        short(&moved.before),
        format!("-> {}", short(&moved.after)),
        moved.difference.as_deref().map_or_else(String::new, short),
    ]
}

/// Decimals of the numbers of a run that hides nothing: as many as anyone reads. A run with hidden
/// cells has fewer, and is printed as it is.
const MOST_DECIMALS: usize = 6;

/// A number with at most so many decimals; any other text as it is. As JSON it has them all.
fn short(text: &str) -> String {
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    match text.parse::<f64>() {
        // A p value far below that has more zeros than decimals.
        Ok(number) if decimals > MOST_DECIMALS && number.abs() >= 0.001 => {
            let sign = if text.starts_with('+') { "+" } else { "" };
            format!("{sign}{number:.MOST_DECIMALS$}")
        }
        _ => text.to_owned(),
    }
}
