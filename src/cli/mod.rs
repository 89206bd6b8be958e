//! Arguments, terminal, exit codes. Layer 7.
//!
//! Standard output carries data only; everything else goes to standard error.

pub mod args;
pub mod audit;
pub mod backup;
pub mod check;
pub mod diff;
pub mod exit;
pub mod explain;
pub mod history;
pub mod map;
pub mod output;
pub mod purge;
pub mod report;
pub mod simulate;
pub mod store;
pub mod terminal;
pub mod verify;

use crate::event::kind::EventType;
use crate::event::time::TimeBasis;
use crate::pipeline::as_of::AsOf;
use crate::pipeline::error::PipelineError;
use crate::pipeline::intake::Intake;
use crate::pipeline::plan::{Overrides, Plan};
use crate::pipeline::run::{self, Extent, Outcome, Published};
use crate::schema;
use crate::store::log::EventLog;
use args::{Basis, Cli, Command};
use exit::Exit;
use std::path::Path;
use terminal::Terminal;

/// Runs a command line; returns the exit code.
#[must_use]
pub fn main(cli: &Cli) -> u8 {
    let terminal = Terminal::new(cli.quiet);
    let result = dispatch(cli, &terminal);
    terminal.done();
    match result {
        Ok(code) => code,
        Err(error) => {
            terminal.fail(&error.to_string());
            error.exit_code()
        }
    }
}

fn dispatch(cli: &Cli, terminal: &Terminal) -> Result<u8, PipelineError> {
    match &cli.command {
        Command::Run(args) => {
            let plan = Plan::resolve(&Overrides {
                pipeline: Some(args.pipeline.clone()),
                store: args.store.clone(),
                out: args.out.clone(),
                subject_key: terminal::subject_key(),
                without_sources: args.as_of.is_some(),
                wait: args.wait.unwrap_or_default(),
                ..Overrides::default()
            })?;
            needs(&plan.store, "store", "[store] path")?;
            needs(&plan.out, "out", "[output] path")?;
            let n_sources = args.as_of.is_none().then_some(plan.sources.len());
            audit::noted(terminal, &plan.store, n_sources, || match args.as_of {
                Some(as_of) => tell_past(cli, terminal, &plan, as_of, Extent::Whole),
                None => tell(cli, terminal, &run::run(&plan, terminal)?, NOTHING_NEW),
            })
        }
        Command::Curves(args) => {
            let plan = Plan::resolve(&Overrides {
                pipeline: args.pipeline.clone(),
                store: args.store.clone(),
                out: args.out.clone(),
                without_sources: true,
                wait: args.wait.unwrap_or_default(),
                ..Overrides::default()
            })?;
            needs(&plan.store, "store", "[store] path")?;
            needs(&plan.out, "out", "[output] path")?;
            let extent = if args.tables { Extent::Tables } else { Extent::Whole };
            let known = if args.tables { MADE_BEFORE } else { NOTHING_NEW };
            audit::noted(terminal, &plan.store, None, || match args.as_of {
                Some(as_of) => tell_past(cli, terminal, &plan, as_of, extent),
                None => tell(cli, terminal, &run::curves(&plan, extent, terminal)?, known),
            })
        }
        Command::Ingest(args) => {
            let plan = Plan::resolve(&Overrides {
                pipeline: args.pipeline.clone(),
                store: args.store.clone(),
                sources: args.sources.clone(),
                time_basis: args.time_basis.map(TimeBasis::from),
                subject_key: terminal::subject_key(),
                mapping: args.mapping.clone(),
                wait: args.wait.unwrap_or_default(),
                ..Overrides::default()
            })?;
            needs(&plan.store, "store", "[store] path")?;
            if plan.sources.is_empty() {
                return Err(PipelineError::Usage(
                    "no source: name files, or a pipeline file that does".into(),
                ));
            }
            audit::noted(terminal, &plan.store, Some(plan.sources.len()), || {
                let intake = run::ingest_only(&plan, terminal)?;
                output::intake(cli.json, &intake)?;
                Ok(Exit::of(&intake).code())
            })
        }
        Command::Check(args) => {
            let work = || check::check(cli, args, terminal);
            match &args.store {
                Some(store) => audit::noted(terminal, store, Some(args.sources.len()), work),
                None => work(),
            }
        }
        Command::Explain(args) => {
            let plan = Plan::resolve(&Overrides {
                pipeline: args.pipeline.clone(),
                store: args.store.clone(),
                subject_key: terminal::subject_key(),
                without_sources: true,
                ..Overrides::default()
            })?;
            needs(&plan.store, "store", "[store] path")?;
            audit::noted(terminal, &plan.store, None, || {
                explain::explain(cli.json, args, &plan, terminal)
            })
        }
        Command::Diff(args) => diff::diff(cli.json, args),
        Command::Report(args) => report::report(cli.json, args, terminal),
        Command::History(args) => audit::noted(terminal, &args.store, None, || {
            let commits = EventLog::open(&args.store)?.history()?;
            history::print(cli.json, &commits)?;
            Ok(Exit::Done.code())
        }),
        Command::Backup(args) => audit::noted(terminal, &args.store, None, || {
            backup::backup(cli.json, args)?;
            Ok(Exit::Done.code())
        }),
        Command::Compact(args) => {
            audit::noted(terminal, &args.store, None, || store::compact(cli.json, args, terminal))
        }
        Command::Vacuum(args) => {
            audit::noted(terminal, &args.store, None, || store::vacuum(cli.json, args, terminal))
        }
        Command::Verify(args) => {
            audit::noted(terminal, &args.store, None, || verify::verify(cli.json, args, terminal))
        }
        Command::Purge(args) => purge::purge(cli.json, args, terminal),
        Command::Schema(args) => {
            print_schema(cli.json, args.event_type.as_deref())?;
            Ok(Exit::Done.code())
        }
        Command::Simulate(args) => simulate::simulate(cli.json, args, terminal),
        Command::Map(command) => map::map(cli.json, command, terminal),
    }
}

/// # Errors
/// [`PipelineError::Usage`] if a path was given nowhere.
fn needs(path: &Path, flag: &str, key: &str) -> Result<(), PipelineError> {
    if path.as_os_str().is_empty() {
        return Err(PipelineError::Usage(format!(
            "--{flag} is missing, and so is {key} in a pipeline file"
        )));
    }
    Ok(())
}

/// What is said where no run was made.
const NOTHING_NEW: &str = "nothing is new since the current run";

/// The same of a run that leaves `current` alone.
const MADE_BEFORE: &str = "this report was made before; `current` is as it was";

/// Makes a run about the past, and says where it is.
fn tell_past(
    cli: &Cli,
    terminal: &Terminal,
    plan: &Plan,
    as_of: AsOf,
    extent: Extent,
) -> Result<u8, PipelineError> {
    let outcome = run::curves_as_of(plan, as_of, extent, terminal)?;
    tell(cli, terminal, &outcome, MADE_BEFORE)
}

/// Says where the run is and what it means.
fn tell(
    cli: &Cli,
    terminal: &Terminal,
    outcome: &Outcome,
    nothing_new: &str,
) -> Result<u8, PipelineError> {
    terminal.done();
    let (path, is_new) = match &outcome.published {
        Published::New(path) => (path, true),
        Published::Nothing(path) => (path, false),
    };
    if !is_new {
        terminal.say(nothing_new);
    }
    output::run(cli.json, path, is_new, outcome)?;
    warn(terminal, &outcome.intake);
    for mark in &outcome.marks {
        terminal.say(&format!("a data-quality limit was passed: {}", mark.in_words(None)));
    }
    Ok(Exit::of_run(outcome).code())
}

fn warn(terminal: &Terminal, intake: &Intake) {
    if intake.found_identifier() {
        terminal.say("an identifier was found; what it touched was left out (exit 5)");
    } else if intake.is_truncated() {
        terminal.say("a source broke off midway; its good lines were used (exit 3)");
    }
}

fn print_schema(json: bool, wanted: Option<&str>) -> Result<(), PipelineError> {
    let Some(wanted) = wanted else {
        return output::types(json);
    };
    if wanted == "tables" {
        return output::tables(json);
    }
    let short = wanted.strip_prefix("afterdose.").unwrap_or(wanted);
    let full = format!("afterdose.{short}");
    let latest = EventType::parse(&full).map(|event_type| (event_type, event_type.latest()));
    let found = latest.or_else(|| schema::parse_type(&full).ok());
    match found.and_then(|(event_type, version)| schema::document(event_type, version)) {
        Some(text) => output::text(text),
        None => Err(PipelineError::Usage(format!(
            "no event type or version is called {wanted}; `afterdose schema` lists the types with \
             their latest versions"
        ))),
    }
}

impl From<Basis> for TimeBasis {
    fn from(basis: Basis) -> Self {
        match basis {
            Basis::Actual => Self::Actual,
            Basis::Shifted => Self::Shifted,
            Basis::Relative => Self::Relative,
        }
    }
}
