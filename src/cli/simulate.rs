//! `simulate`: synthetic events to a file, to standard output, or to a file a site, and the truth
//! beside them.

use super::args::{Dropout, Simulate, SlipShares};
use super::exit::Exit;
use super::output;
use super::terminal::Terminal;
use crate::event::time::TimeBasis;
use crate::pipeline::error::PipelineError;
use crate::simulate::{self, Settings, Slips, Written, truth, write, write_by_site};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Name of the truth in a directory.
const TRUTH: &str = "truth.json";

/// Writes the events and the truth.
///
/// # Errors
/// If the shares add up to more than 1, or a file cannot be written.
pub fn simulate(as_json: bool, args: &Simulate, terminal: &Terminal) -> Result<u8, PipelineError> {
    let settings = settings(args)?;
    let is_stdout = args.out.as_os_str() == "-";
    let written = if args.out.is_dir() {
        to_dir(&settings, &args.out)?
    } else {
        let failed = || PipelineError::write(&args.out);
        let sink: Box<dyn Write> = if is_stdout {
            Box::new(io::stdout().lock())
        } else {
            Box::new(File::create(&args.out).map_err(failed())?)
        };
        let mut out = BufWriter::new(sink);
        let written = write(&settings, &mut out).map_err(failed())?;
        out.flush().map_err(failed())?;
        written
    };
    let truth = args.truth.clone().or_else(|| beside(&args.out));
    if let Some(path) = &truth {
        write_truth(&settings, path)?;
    }
    terminal.say(&format!("{} synthetic events of {} people", written.events, args.subjects));
    if as_json && !is_stdout {
        output::json_line(&summary(args.subjects, &written, truth.as_deref()))?;
    }
    Ok(Exit::Done.code())
}

fn settings(args: &Simulate) -> Result<Settings, PipelineError> {
    let slips = slips(&args.slips);
    if !slips.are_possible() {
        let sum = "--duplicates, --corrections, --retractions and --conflicts exclude each other \
                   and add up to more than 1";
        return Err(PipelineError::Usage(sum.to_owned()));
    }
    Ok(Settings {
        sites: args.sites,
        months: args.recruitment_months,
        basis: TimeBasis::from(args.time_basis),
        dropout: match args.dropout {
            Dropout::Score => simulate::Dropout::Score,
            Dropout::Random => simulate::Dropout::Random,
            Dropout::None => simulate::Dropout::None,
        },
        complete_checkins: args.complete_checkins,
        slips,
        ..Settings::new(args.subjects, args.seed)
    })
}

fn slips(shares: &SlipShares) -> Slips {
    let usual = Slips::default();
    Slips {
        duplicates: shares.duplicates.unwrap_or(usual.duplicates),
        late: shares.late.unwrap_or(usual.late),
        corrections: shares.corrections.unwrap_or(usual.corrections),
        retractions: shares.retractions.unwrap_or(usual.retractions),
        conflicts: shares.conflicts.unwrap_or(usual.conflicts),
        defects: shares.defects.unwrap_or(usual.defects),
    }
}

/// One file a site.
fn to_dir(settings: &Settings, dir: &Path) -> Result<Written, PipelineError> {
    let mut files: BTreeMap<String, BufWriter<File>> = BTreeMap::new();
    let written = write_by_site(settings, |site, lines| {
        if let Some(file) = files.get_mut(site) {
            return file.write_all(lines.as_bytes());
        }
        let mut file = BufWriter::new(File::create(dir.join(format!("{site}.ndjson")))?);
        file.write_all(lines.as_bytes())?;
        files.insert(site.to_owned(), file);
        Ok(())
    });
    let written = written.map_err(PipelineError::write(dir))?;
    for file in files.values_mut() {
        file.flush().map_err(PipelineError::write(dir))?;
    }
    Ok(written)
}

/// Where the truth goes if nothing is said.
fn beside(out: &Path) -> Option<PathBuf> {
    match () {
        () if out.as_os_str() == "-" => None,
        () if out.is_dir() => Some(out.join(TRUTH)),
        () => Some(out.with_extension("truth.json")),
    }
}

fn write_truth(settings: &Settings, path: &Path) -> Result<(), PipelineError> {
    let truth = truth(settings).map_err(PipelineError::make("the true parameters"))?;
    let text = serde_json::to_string_pretty(&truth);
    let text = text.map_err(PipelineError::make("the true parameters"))?;
    std::fs::write(path, text + "\n").map_err(PipelineError::write(path))
}

fn summary(subjects: u32, written: &Written, truth: Option<&Path>) -> Value {
    json!({
        "subjects": subjects,
        "events": written.events,
        "bytes": written.bytes,
        "slips": written.slips,
        "defects": written.defects,
        "truth": truth,
    })
}
