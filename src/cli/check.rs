//! `check`: what ingest would say, writing nothing.

use super::args::{Check, Cli};
use super::exit::Exit;
use super::output;
use super::terminal::Terminal;
use crate::event::key::KnownKeys;
use crate::event::time::TimeBasis;
use crate::pipeline::error::PipelineError;
use crate::pipeline::intake;
use crate::pipeline::plan::{Overrides, Plan};
use crate::pipeline::progress::Progress;
use crate::store::index::KeyIndex;
use crate::store::log::EventLog;
use serde_json::json;
use std::fmt::Write;

/// Rejections listed for people; the rest is counted.
const MOST_LISTED: u64 = 100;

/// Checks the sources; exits as `ingest` would.
///
/// # Errors
/// If the pipeline file is wrong, or a source or the store cannot be read.
pub fn check(cli: &Cli, args: &Check, terminal: &Terminal) -> Result<u8, PipelineError> {
    let plan = Plan::resolve(&Overrides {
        pipeline: args.pipeline.clone(),
        sources: args.sources.clone(),
        time_basis: args.time_basis.map(TimeBasis::from),
        mapping: args.mapping.clone(),
        ..Overrides::default()
    })?;
    let index = match &args.store {
        Some(store) => Some(KeyIndex::of(&EventLog::open(store)?)?),
        None => None,
    };
    if index.is_none() {
        terminal.say("without --store, duplicates and conflicts against a store are not seen");
    }
    let known = index.as_ref().map(|index| index as &dyn KnownKeys);
    let mut listed = String::new();
    let mut n_rejections = 0_u64;
    let mut failed = None;
    let intake = intake::check(
        &plan.sources,
        &plan.settings,
        known,
        terminal.now_us(),
        &mut |file, rejection| {
            n_rejections += 1;
            let (line, reason, field) = (rejection.line, rejection.reason, &rejection.field);
            if cli.json {
                let value = json!({
                    "file": file, "line": line, "reason": reason.code(), "field": field,
                    "records": rejection.n_records,
                });
                failed = failed.take().or(output::json_line(&value).err());
            } else if n_rejections <= MOST_LISTED {
                let place = line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"));
                let field = if field.is_empty() { String::new() } else { format!(" {field}") };
                let _ =
                    writeln!(listed, "{place}:{field} {} ({})", reason.code(), reason.meaning());
            }
        },
    )?;
    if let Some(error) = failed {
        return Err(error);
    }
    if cli.json {
        output::intake(true, &intake)?;
    } else {
        if n_rejections > MOST_LISTED {
            let _ =
                writeln!(listed, "... and {} more; --json lists all", n_rejections - MOST_LISTED);
        }
        output::text(&format!("{listed}{}", output::accounts(&intake.read)))?;
    }
    let n_usable: u64 = intake.read.iter().map(|source| source.accepted + source.duplicate).sum();
    match Exit::of(&intake) {
        Exit::Identifier => Ok(Exit::Identifier.code()),
        _ if n_usable == 0 && index.is_none_or(|index| index.is_empty()) => {
            Ok(Exit::NoInput.code())
        }
        exit => Ok(exit.code()),
    }
}
