//! Standard output: data only, for people or as JSON.

use crate::event::kind::EventType;
use crate::pipeline::accounts::SourceAccount;
use crate::pipeline::error::PipelineError;
use crate::pipeline::intake::Intake;
use crate::pipeline::run::Outcome;
use crate::schema::dictionary::Dictionary;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// Writes a text. A reader that went away (`| head`) is no error.
///
/// # Errors
/// If standard output cannot be written to.
pub fn text(text: &str) -> Result<(), PipelineError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(PipelineError::write(Path::new("standard output"))(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn line(value: &Value) -> Result<(), PipelineError> {
    text(&format!("{value}\n"))
}

/// Where a run is.
///
/// # Errors
/// If standard output cannot be written to.
pub fn run(
    as_json: bool,
    path: &Path,
    is_new: bool,
    outcome: &Outcome,
) -> Result<(), PipelineError> {
    if as_json {
        return line(&json!({
            "run": path,
            "new": is_new,
            "sources": outcome.intake.read,
            "limits_passed": outcome.marks,
        }));
    }
    text(&format!("{}\n", path.display()))
}

/// The row accounts of the sources that were read.
///
/// # Errors
/// If standard output cannot be written to.
pub fn intake(as_json: bool, intake: &Intake) -> Result<(), PipelineError> {
    if as_json {
        return line(&json!({
            "new_events": intake.n_new,
            "taken_before": intake.n_taken_before,
            "sources": intake.read,
        }));
    }
    let mut out = accounts(&intake.read);
    if intake.n_taken_before > 0 {
        let _ = writeln!(out, "{} sources were taken before", intake.n_taken_before);
    }
    text(&out)
}

/// A table of row accounts, with a total.
pub fn accounts(accounts: &[SourceAccount]) -> String {
    let mut rows = vec![["source", "read", "accepted", "duplicate", "rejected"].map(String::from)];
    let mut total = [0; 4];
    for account in accounts {
        let counts = [account.read, account.accepted, account.duplicate, account.rejected];
        for (sum, n) in total.iter_mut().zip(counts) {
            *sum += n;
        }
        let [read, accepted, duplicate, rejected] = counts.map(|n| n.to_string());
        rows.push([account.file.clone(), read, accepted, duplicate, rejected]);
    }
    if accounts.len() > 1 {
        let [read, accepted, duplicate, rejected] = total.map(|n: u64| n.to_string());
        rows.push(["total".into(), read, accepted, duplicate, rejected]);
    }
    columns(&rows)
}

/// The event types and their latest versions.
///
/// # Errors
/// If standard output cannot be written to.
pub fn types(as_json: bool) -> Result<(), PipelineError> {
    let names: Vec<String> = EventType::ALL
        .iter()
        .map(|event_type| format!("{}.v{}", event_type.name(), event_type.latest()))
        .collect();
    if as_json {
        return line(&Value::from(names));
    }
    text(&format!("{}\n", names.join("\n")))
}

/// The dictionary of the published tables.
///
/// # Errors
/// If standard output cannot be written to.
pub fn tables(as_json: bool) -> Result<(), PipelineError> {
    let dictionary = Dictionary::shipped().map_err(PipelineError::make("the dictionary"))?;
    if as_json {
        return line(&dictionary.to_json());
    }
    text(&dictionary.to_markdown())
}

/// One JSON value on a line of its own.
///
/// # Errors
/// If standard output cannot be written to.
pub fn json_line(value: &Value) -> Result<(), PipelineError> {
    line(value)
}

/// Columns as wide as their widest cell; the first is flush left, the others right.
#[must_use]
pub fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    aligned(rows, |column| column > 0)
}

/// Columns as wide as their widest cell, flush left.
#[must_use]
pub fn left_columns<const N: usize>(rows: &[[String; N]]) -> String {
    aligned(rows, |_| false)
}

fn aligned<const N: usize>(rows: &[[String; N]], is_right: impl Fn(usize) -> bool) -> String {
    let width =
        |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let mut out = String::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[column] - cell.chars().count());
            let gap = if column == 0 { "" } else { "  " };
            let (cell, pad) = (cell.as_str(), pad.as_str());
            let parts = if is_right(column) { [gap, pad, cell] } else { [gap, cell, pad] };
            out.extend(parts);
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}
