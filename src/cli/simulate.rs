//! `simulate`: synthetic events to a file, to standard output, or to a file a site.

use super::args::Simulate;
use super::exit::Exit;
use super::output;
use super::terminal::Terminal;
use crate::event::time::TimeBasis;
use crate::pipeline::error::PipelineError;
use crate::simulate::{Settings, events, site_of, write};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes the events.
///
/// # Errors
/// If a file cannot be written.
pub fn simulate(as_json: bool, args: &Simulate, terminal: &Terminal) -> Result<u8, PipelineError> {
    let settings = Settings {
        sites: args.sites,
        basis: TimeBasis::from(args.time_basis),
        ..Settings::new(args.subjects, args.seed)
    };
    let n_events = if args.out.is_dir() {
        by_site(&settings, &args.out)?
    } else {
        let failed = || PipelineError::write(&args.out);
        let sink: Box<dyn Write> = if args.out.as_os_str() == "-" {
            Box::new(std::io::stdout().lock())
        } else {
            Box::new(File::create(&args.out).map_err(failed())?)
        };
        let mut out = BufWriter::new(sink);
        let written = write(&settings, &mut out).map_err(failed())?;
        out.flush().map_err(failed())?;
        written.events
    };
    terminal.say(&format!("{n_events} synthetic events of {} people", args.subjects));
    if as_json && args.out.as_os_str() != "-" {
        output::json_line(&json!({ "events": n_events, "subjects": args.subjects }))?;
    }
    Ok(Exit::Done.code())
}

fn by_site(settings: &Settings, dir: &Path) -> Result<u64, PipelineError> {
    let mut files: BTreeMap<String, BufWriter<File>> = BTreeMap::new();
    let mut n_events = 0;
    for event in events(settings) {
        let site = site_of(&event);
        let path = dir.join(format!("{site}.ndjson"));
        let failed = || PipelineError::write(&path);
        if !files.contains_key(site) {
            let file = File::create(&path).map_err(failed())?;
            files.insert(site.to_owned(), BufWriter::new(file));
        }
        if let Some(file) = files.get_mut(site) {
            writeln!(file, "{}", event.to_json()).map_err(failed())?;
        }
        n_events += 1;
    }
    for file in files.values_mut() {
        file.flush().map_err(PipelineError::write(dir))?;
    }
    Ok(n_events)
}
