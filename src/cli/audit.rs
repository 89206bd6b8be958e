//! One place that notes every command in the audit of the store it opens: who, when, what, and the
//! versions before and after.
//!
//! A line is written when a command begins and one when it ends, with the same `command_id`; a
//! beginning without an end is a command that was killed. The second line says everything by
//! itself. No line carries a path, or anything else that was typed but what is named here.
//!
//! Who it was is what the environment says, and no proof. A line that cannot be written is a
//! warning: the command goes on.

use super::terminal::Terminal;
use crate::event::time::Moment;
use crate::pipeline::describe::PROGRAM;
use crate::pipeline::error::PipelineError;
use crate::pipeline::progress::Progress;
use crate::store::audit::append;
use crate::store::error::StoreError;
use crate::store::format;
use crate::store::history::newest_version;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Flags whose values are kept: they are of closed shapes and name nobody.
const KEPT: [&str; 5] = ["--as-of", "--time-basis", "--max-age", "--retention", "--wait"];

/// Most characters kept of the name of a user.
const LONGEST_NAME: usize = 64;

/// Does the work of a command on a store, and notes it. `n_sources` is the number of source files
/// named, where the command reads any.
///
/// # Errors
/// Those of the work.
pub fn noted(
    terminal: &Terminal,
    store: &Path,
    n_sources: Option<usize>,
    work: impl FnOnce() -> Result<u8, PipelineError>,
) -> Result<u8, PipelineError> {
    let begun_us = terminal.now_us();
    let before = newest_version(store);
    let mut entry = entry(begun_us, n_sources);
    entry.insert("version_before".into(), before.into());
    // A store that is yet to be made, or that a newer program wrote, is left as it is.
    if before.is_some() && format::check(store).is_ok() {
        write(terminal, store, "begin", &entry);
    }
    let result = work();
    let after = newest_version(store);
    let is_newer = matches!(&result, Err(PipelineError::Store(StoreError::Newer { .. })));
    if after.is_some() && !is_newer {
        let code = result.as_ref().map_or_else(PipelineError::exit_code, |code| *code);
        entry.insert("ended".into(), text(terminal.now_us()).into());
        entry.insert("version_after".into(), after.into());
        entry.insert("exit".into(), code.into());
        write(terminal, store, "end", &entry);
    }
    result
}

fn write(terminal: &Terminal, store: &Path, step: &str, entry: &Map<String, Value>) {
    let mut line = Map::from_iter([("step".to_owned(), Value::from(step))]);
    line.extend(entry.clone());
    if let Err(error) = append(store, &Value::Object(line).to_string()) {
        let place = store.display();
        terminal.warn(&format!("the audit of {place} could not be written to: {error}"));
    }
}

fn entry(begun_us: i64, n_sources: Option<usize>) -> Map<String, Value> {
    let typed: Vec<String> =
        std::env::args_os().skip(1).map(|part| part.to_string_lossy().into_owned()).collect();
    let (command, options) = told(&typed);
    let entry = json!({
        "command_id": uuid::Uuid::now_v7().to_string(),
        "began": text(begun_us),
        "command": command,
        "options": options,
        "sources": n_sources,
        "program": PROGRAM,
        "process": std::process::id(),
        "uid": uid(),
        "user": user(),
    });
    match entry {
        Value::Object(entry) => entry,
        _ => Map::new(),
    }
}

/// The command and the names of its flags; of what else was typed, only the values that are kept.
fn told(typed: &[String]) -> (String, Vec<String>) {
    // Behind a bare -- stand no flags.
    let typed = typed.split(|part| part == "--").next().unwrap_or_default();
    let command = typed.iter().find(|part| !part.starts_with('-')).cloned().unwrap_or_default();
    let mut options = Vec::new();
    for (at, part) in typed.iter().enumerate().filter(|(_, part)| part.starts_with("--")) {
        let (name, joined) = match part.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (part.as_str(), typed.get(at + 1).map(String::as_str)),
        };
        match joined.filter(|_| KEPT.contains(&name)) {
            Some(value) => options.push(format!("{name}={value}")),
            None => options.push(name.to_owned()),
        }
    }
    (command, options)
}

fn text(micros: i64) -> String {
    Moment::calendar(micros).to_text()
}

/// What the environment calls the user.
fn user() -> Option<String> {
    let name = ["LOGNAME", "USER", "USERNAME"].into_iter().find_map(std::env::var_os)?;
    Some(name.to_string_lossy().chars().take(LONGEST_NAME).collect())
}

/// The number of the user, where the system shows it.
#[cfg(unix)]
fn uid() -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").ok().map(|process| process.uid())
}

#[cfg(not(unix))]
fn uid() -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_flags_and_values_of_closed_shapes_are_told() {
        let typed = [
            "--json",
            "run",
            "/home/jane/p.toml",
            "--as-of",
            "3",
            "--store=/srv/jane",
            "--out",
            "jane",
            "-q",
            "--time-basis=actual",
            "--subject",
            "s-7f3a9c",
        ];
        let typed: Vec<String> = typed.map(str::to_owned).to_vec();
        let (command, options) = told(&typed);
        assert_eq!(command, "run");
        let wanted =
            ["--json", "--as-of=3", "--store", "--out", "--time-basis=actual", "--subject"];
        assert_eq!(options, wanted);
    }
}
