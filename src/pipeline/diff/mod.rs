//! Why the numbers moved: two published runs side by side, what went in and what came out. Made
//! from what the two folders show, and so it shows nothing that they do not.
//!
//! ```text
//! published > inputs (manifests), cells (tables) > difference
//! ```

pub mod cells;
pub mod inputs;
mod published;

use super::error::PipelineError;
use crate::schema::dictionary::Dictionary;
use cells::TableDiff;
use inputs::Inputs;
use published::{Manifest, PublishedRun};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;

/// What differs between two runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// The run before.
    pub before: RunName,
    /// The run after.
    pub after: RunName,
    /// What went in.
    pub inputs: Inputs,
    /// Tables that both have, in order of names.
    pub tables: Vec<TableDiff>,
    /// Tables of the run after alone.
    pub new_tables: Vec<String>,
    /// Tables of the run before alone.
    pub gone_tables: Vec<String>,
}

/// Which run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunName {
    /// Its id.
    pub run: String,
    /// Program and version.
    pub program: String,
    /// Version of the store.
    pub store_version: u64,
    /// Events in the store.
    pub events: u64,
    /// Tables that someone changed since it was published.
    pub altered: Vec<String>,
}

impl RunName {
    fn of(run: &PublishedRun) -> Self {
        let Manifest { run: id, program, store_version, events, .. } = &run.manifest;
        Self {
            run: id.clone(),
            program: program.clone(),
            store_version: *store_version,
            events: *events,
            altered: run.altered.clone(),
        }
    }
}

impl Difference {
    /// Whether every table shows the same.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.tables.iter().all(TableDiff::is_same)
            && self.new_tables.is_empty()
            && self.gone_tables.is_empty()
    }
}

/// Compares two published runs, or one table of theirs.
///
/// # Errors
/// [`PipelineError::Usage`] if a path is no run, or neither has the table;
/// [`PipelineError::Make`] if a table is damaged.
pub fn compare(
    before: &Path,
    after: &Path,
    table: Option<&str>,
) -> Result<Difference, PipelineError> {
    if let Some(table) = table {
        published::check_table(table, [before, after])?;
    }
    let old = PublishedRun::read(before, table)?;
    let new = PublishedRun::read(after, table)?;
    let dictionary = Dictionary::shipped().map_err(PipelineError::make("the dictionary"))?;
    let names: BTreeSet<&String> = old.tables.keys().chain(new.tables.keys()).collect();
    let mut difference = Difference {
        before: RunName::of(&old),
        after: RunName::of(&new),
        inputs: Inputs::of(&old.manifest, &new.manifest),
        tables: Vec::new(),
        new_tables: Vec::new(),
        gone_tables: Vec::new(),
    };
    for name in names {
        match (old.tables.get(name), new.tables.get(name)) {
            (Some(old), Some(new)) => {
                difference.tables.push(TableDiff::of(name, old, new, &dictionary));
            }
            (Some(_), None) => difference.gone_tables.push(name.clone()),
            (None, _) => difference.new_tables.push(name.clone()),
        }
    }
    Ok(difference)
}
