//! `purge`: people leave a store for good.

use super::args::Purge;
use super::audit;
use super::exit::Exit;
use super::output;
use super::terminal::{self, Terminal};
use crate::pipeline::counted::{self, CountedRun};
use crate::pipeline::error::PipelineError;
use crate::pipeline::plan::{Overrides, Plan};
use crate::pipeline::upkeep;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{Read, stdin};
use std::path::Path;

/// A longer file is no pseudonym but something else named by mistake.
const LONGEST_FILE: u64 = 1 << 10;

/// Erases one person or everyone who withdrew; lists the published runs that counted them.
///
/// # Errors
/// If there is no store, another run holds it, or the disk refuses.
pub fn purge(json: bool, args: &Purge, terminal: &Terminal) -> Result<u8, PipelineError> {
    let plan = Plan::resolve(&Overrides {
        pipeline: args.pipeline.clone(),
        store: args.store.clone(),
        out: args.out.clone(),
        subject_key: terminal::subject_key(),
        without_sources: true,
        ..Overrides::default()
    })?;
    super::needs(&plan.store, "store", "[store] path")?;
    audit::noted(terminal, &plan.store, None, || erase(json, args, &plan, terminal))
}

fn erase(json: bool, args: &Purge, plan: &Plan, terminal: &Terminal) -> Result<u8, PipelineError> {
    let subject = match &args.subject_file {
        Some(path) => Some(read(path)?),
        None => args.subject.clone(),
    };
    // A directory without runs is said before anyone is erased.
    let has_out = args.out.is_some() || plan.out.join("runs").is_dir();
    if has_out {
        counted::runs(&plan.out, &[])?;
    }
    let key = terminal::random_key();
    let erasure =
        upkeep::purge(&plan.store, subject.as_deref(), &plan.subject_key, &key, terminal)?;
    let runs = if has_out { counted::runs(&plan.out, &erasure.traces)? } else { Vec::new() };
    if json {
        let runs: Vec<Value> = runs.iter().map(run).collect();
        output::json_line(&json!({
            "people": erasure.n_people,
            "version": erasure.version,
            "runs": has_out.then_some(runs),
        }))?;
    } else {
        let lines: Vec<String> =
            runs.iter().map(|run| format!("{}\n", run.path.display())).collect();
        output::text(&lines.concat())?;
    }
    match erasure.version {
        Some(version) => {
            let people = if erasure.n_people == 1 { "person" } else { "people" };
            terminal.say(&format!(
                "{} {people} erased; nothing from before version {version} is left",
                erasure.n_people
            ));
        }
        None if subject.is_some() => terminal
            .say("the store holds no event of this person; any that come from now on are rejected"),
        None => terminal.say("nobody is to be erased; nothing was changed"),
    }
    if has_out {
        terminal.say(&format!(
            "{} published runs counted them: aggregates only; decide whether they may stay",
            runs.len()
        ));
    } else if erasure.version.is_some() {
        terminal.say("without --out, the published runs that counted them are not listed");
    }
    Ok(Exit::Done.code())
}

fn run(run: &CountedRun) -> Value {
    json!({ "path": run.path, "store_version": run.store_version })
}

/// The text of a file, or of standard input. What it holds is not repeated.
fn read(path: &Path) -> Result<String, PipelineError> {
    let failed =
        |error| PipelineError::Usage(format!("--subject-file: {}: {error}", path.display()));
    let mut text = String::new();
    let read = if path == Path::new("-") {
        stdin().lock().take(LONGEST_FILE).read_to_string(&mut text)
    } else {
        File::open(path).map_err(failed)?.take(LONGEST_FILE).read_to_string(&mut text)
    };
    read.map_err(failed)?;
    Ok(text)
}
