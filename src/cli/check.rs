//! `check`: what ingest would say, writing nothing.

use super::args::{Check, Cli};
use super::exit::Exit;
use super::output;
use super::terminal::{self, Terminal};
use crate::event::time::TimeBasis;
use crate::pipeline::error::PipelineError;
use crate::pipeline::intake;
use crate::pipeline::plan::{Overrides, Plan};
use crate::pipeline::progress::Progress;
use crate::pipeline::subject_key;
use crate::store::erased::erased;
use crate::store::key_check::{self, KeyMatch};
use crate::store::keys::KeyIndex;
use crate::store::log::EventLog;
use serde_json::json;
use std::fmt::Write;
use std::path::Path;

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
        subject_key: terminal::subject_key(),
        mapping: args.mapping.clone(),
        ..Overrides::default()
    })?;
    let key = plan.subject_key.load().unwrap_or_else(|error| {
        terminal.say(&format!("{error}; checked without the subject key"));
        None
    });
    let log = if let Some(store) = &args.store {
        log_of(store, key_check::compare(store, key.as_ref())?, terminal)?
    } else {
        terminal.say("without --store, duplicates and conflicts against a store are not seen");
        None
    };
    let mut keys = KeyIndex::aside(log.as_ref())?;
    let is_new = keys.is_empty();
    let erased = args.store.as_deref().map(erased).transpose()?.flatten();
    let gate = subject_key::gate(plan.settings.word_subjects, key, erased);
    let mut listed = String::new();
    let mut n_rejections = 0_u64;
    let mut failed = None;
    let intake = intake::check(
        &plan.sources,
        &plan.settings,
        &gate,
        &mut keys,
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
        _ if n_usable == 0 && is_new => Ok(Exit::NoInput.code()),
        exit => Ok(exit.code()),
    }
}

/// The log of a store, to tell duplicates; `None` where these stand under second pseudonyms and the subject
/// key is not at hand, because then every event would look like another.
fn log_of(
    store: &Path,
    key: KeyMatch,
    terminal: &Terminal,
) -> Result<Option<EventLog>, PipelineError> {
    let log = EventLog::open(store)?;
    match key {
        KeyMatch::Missing => {
            terminal.say(
                "without the subject key of the store, duplicates and conflicts against it are not \
                 seen",
            );
            Ok(None)
        }
        // A store without events may yet be begun with this key.
        KeyMatch::Unexpected if log.n_events()? == 0 => Ok(None),
        found => {
            subject_key::accept(found)?;
            Ok(Some(log))
        }
    }
}
