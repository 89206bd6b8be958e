//! `history`: the commits of a store, for people or as JSON.

use super::output;
use crate::event::time::Moment;
use crate::pipeline::error::PipelineError;
use crate::store::history::CommitRow;
use serde_json::{Value, json};

/// Source files named for people under a commit; the rest is counted.
const MOST_NAMED: usize = 20;

/// Prints the commits, oldest first.
///
/// # Errors
/// If standard output cannot be written to.
pub fn print(as_json: bool, commits: &[CommitRow]) -> Result<(), PipelineError> {
    if as_json {
        return output::json_line(&commits.iter().map(json_of).collect());
    }
    output::text(&text_of(commits))
}

fn json_of(commit: &CommitRow) -> Value {
    json!({
        "version": commit.version,
        "time": Moment::calendar(commit.time).to_text(),
        "operation": commit.operation,
        "events": commit.n_events,
        "by_type": commit.by_type,
        "source_files": commit.source_files,
        "files": commit.n_files,
        "bytes": commit.n_bytes,
    })
}

/// A line a commit; below it, set in, its events by type and the digests of its source files.
fn text_of(commits: &[CommitRow]) -> String {
    let head = ["version", "time", "operation", "events", "files", "bytes"].map(String::from);
    let mut rows = vec![head];
    rows.extend(commits.iter().map(|commit| {
        [
            commit.version.to_string(),
            Moment::calendar(commit.time).to_text(),
            commit.operation.clone(),
            commit.n_events.map_or_else(|| "-".to_owned(), |n| n.to_string()),
            commit.n_files.to_string(),
            commit.n_bytes.to_string(),
        ]
    }));
    let table = output::columns(&rows);
    let mut lines = table.lines();
    let mut text = format!("{}\n", lines.next().unwrap_or_default());
    for (commit, line) in commits.iter().zip(lines) {
        text.push_str(line);
        text.push('\n');
        for detail in details(commit) {
            text.extend(["         ", &detail, "\n"]);
        }
    }
    text
}

fn details(commit: &CommitRow) -> Vec<String> {
    let mut details = Vec::new();
    if let Some(by_type) = &commit.by_type {
        let counts: Vec<String> = by_type.iter().map(|(name, n)| format!("{name} {n}")).collect();
        details.push(counts.join(", "));
    }
    let files = commit.source_files.as_deref().unwrap_or_default();
    details.extend(files.iter().take(MOST_NAMED).map(|digest| format!("from {digest}")));
    if files.len() > MOST_NAMED {
        details.push(format!("and {} more; --json lists all", files.len() - MOST_NAMED));
    }
    details
}
