//! What can be typed.

use crate::pipeline::as_of::AsOf;
use crate::pipeline::place;
use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Exit codes and environment, below the help of the program.
const EXIT_CODES: &str = "\
Exit codes:
    0  done, also when there was nothing new
    1  unexpected failure
    2  wrong arguments, a wrong pipeline file, a subject key that is not the store's, or a version
       or time of the store that does not exist
    3  done, but a source broke off midway, or a data-quality limit was passed; verify: findings
    4  a named source cannot be opened, or nothing at all is usable; nothing was written
    5  an identifier was found; what it touched was left out, the rest was published
   75  another run holds the store; try again later
  130  interrupted

Environment:
    AFTERDOSE_SUBJECT_KEY  key of the second pseudonym: 64 hexadecimal digits";

/// Response curves by route and infusion number from de-identified ketamine and esketamine events.
#[derive(Debug, Parser)]
#[command(name = "afterdose", version, about, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// Write what goes to standard output as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// Say less: errors only.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ingest, fold, curves, charts, report: the whole job.
    Run(Run),
    /// Say what ingest would say, writing nothing.
    Check(Check),
    /// Read sources into a store.
    Ingest(Ingest),
    /// A run without ingest, from what the store holds.
    Curves(Curves),
    /// Render a published run's report again from its tables, without the store.
    Report(Report),
    /// Say who stands in a cell of a table, and why: from the store, for its custodian alone.
    Explain(Explain),
    /// Say why the numbers moved between two published runs: what went in, and what came out.
    Diff(Diff),
    /// List the commits of a store: version, time, what, how many, from which files.
    History(History),
    /// Copy a store, whole and at one version, while runs go on.
    Backup(Backup),
    /// Merge the data files of a store into few, sorted ones.
    Compact(Compact),
    /// Remove what no version of the store within the retention needs.
    Vacuum(Vacuum),
    /// Hold everything a store says of itself against what is there; exit 3 with findings.
    Verify(Verify),
    /// Erase a person, or everyone who withdrew, from a store for good.
    Purge(Purge),
    /// Print the JSON Schema of an event type or the dictionary of the tables, or list the types.
    Schema(Schema),
    /// Write synthetic events: same seed, same bytes.
    Simulate(Simulate),
    /// Mappings of sheets (CSV, Parquet): propose one, say what one makes of a file, print one.
    #[command(subcommand)]
    Map(Map),
}

/// What to do with mappings.
#[derive(Debug, Subcommand)]
pub enum Map {
    /// Propose a mapping for a file from its header and first rows.
    Init(MapInit),
    /// Say what a mapping makes of a file: columns, events, the first rejections. Writes nothing.
    Check(MapCheck),
    /// Print a shipped mapping, or list their names.
    Show(MapShow),
}

/// Arguments of `map init`.
#[derive(Debug, Args)]
pub struct MapInit {
    /// Sheet: CSV, plain, .gz or .zst, or Parquet.
    pub file: PathBuf,
    /// File to write, which must not exist; standard output without it.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Pipeline file, for its instruments.
    #[arg(long)]
    pub pipeline: Option<PathBuf>,
}

/// Arguments of `map check`.
#[derive(Debug, Args)]
pub struct MapCheck {
    /// Sheet: CSV, plain, .gz or .zst, or Parquet.
    pub file: PathBuf,
    /// Mapping: a file that ends in .toml, or the name of a shipped one.
    #[arg(long)]
    pub mapping: String,
    /// What the times of the sheet are; without it they are not held against any.
    #[arg(long, env = "AFTERDOSE_TIME_BASIS")]
    pub time_basis: Option<Basis>,
    /// Pipeline file, for its instruments and codes.
    #[arg(long)]
    pub pipeline: Option<PathBuf>,
}

/// Arguments of `map show`.
#[derive(Debug, Args)]
pub struct MapShow {
    /// Name of a shipped mapping; absent: list the names.
    pub name: Option<String>,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// Pipeline file.
    pub pipeline: PathBuf,
    /// Directory of the store, instead of that in the pipeline file.
    #[arg(long, env = "AFTERDOSE_STORE", value_parser = store_parser())]
    pub store: Option<PathBuf>,
    /// Directory of the runs, instead of that in the pipeline file.
    #[arg(long, env = "AFTERDOSE_OUT")]
    pub out: Option<PathBuf>,
    /// Report the store as it was at a version, an RFC 3339 time with its offset, or the end of a
    /// date in UTC. Nothing is ingested, and `current` stays as it is.
    #[arg(long, value_name = "VERSION|TIME", value_parser = AsOf::parse)]
    pub as_of: Option<AsOf>,
    /// How long to wait for a store that another run holds, as in 30s or 10m; without it, exit 75.
    #[arg(long, value_name = "TIME", env = "AFTERDOSE_WAIT", value_parser = duration)]
    pub wait: Option<Duration>,
}

/// A directory, or a file: URL that names one.
fn store_parser() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path.to_str() {
        Some(text) => place::of_store(text),
        None => Ok(path),
    })
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Files or globs: events (.ndjson, .jsonl) or sheets (.csv, .tsv), plain, .gz or .zst, and
    /// .parquet; - is standard input.
    #[arg(required = true)]
    pub sources: Vec<PathBuf>,
    /// Pipeline file, for its instruments, codes and time basis.
    #[arg(long)]
    pub pipeline: Option<PathBuf>,
    /// What the times of the sources are.
    #[arg(long, env = "AFTERDOSE_TIME_BASIS")]
    pub time_basis: Option<Basis>,
    /// Mapping of the sheets among the sources: a file that ends in .toml, or a shipped one.
    #[arg(long)]
    pub mapping: Option<String>,
    /// Store to compare with; without one, duplicates against a store are not seen.
    #[arg(long, env = "AFTERDOSE_STORE", value_parser = store_parser())]
    pub store: Option<PathBuf>,
}

/// Arguments of `ingest`.
#[derive(Debug, Args)]
pub struct Ingest {
    /// Directory of the store; made if it is missing.
    #[arg(long, env = "AFTERDOSE_STORE", value_parser = store_parser())]
    pub store: Option<PathBuf>,
    /// Files or globs: events (.ndjson, .jsonl) or sheets (.csv, .tsv), plain, .gz or .zst, and
    /// .parquet; - is standard input.
    pub sources: Vec<PathBuf>,
    /// Pipeline file, for its instruments, codes, store and sources.
    #[arg(long)]
    pub pipeline: Option<PathBuf>,
    /// What the times of the sources are.
    #[arg(long, env = "AFTERDOSE_TIME_BASIS")]
    pub time_basis: Option<Basis>,
    /// Mapping of the sheets among the sources: a file that ends in .toml, or a shipped one.
    #[arg(long)]
    pub mapping: Option<String>,
    /// How long to wait for a store that another run holds, as in 30s or 10m; without it, exit 75.
    #[arg(long, value_name = "TIME", env = "AFTERDOSE_WAIT", value_parser = duration)]
    pub wait: Option<Duration>,
}

/// Arguments of `curves`.
#[derive(Debug, Args)]
pub struct Curves {
    /// Directory of the store.
    #[arg(long, env = "AFTERDOSE_STORE", value_parser = store_parser())]
    pub store: Option<PathBuf>,
    /// Directory of the runs.
    #[arg(long, env = "AFTERDOSE_OUT")]
    pub out: Option<PathBuf>,
    /// Pipeline file, for its settings.
    #[arg(long)]
    pub pipeline: Option<PathBuf>,
    /// Report the store as it was at a version, an RFC 3339 time with its offset, or the end of a
    /// date in UTC. `current` stays as it is.
    #[arg(long, value_name = "VERSION|TIME", value_parser = AsOf::parse)]
    pub as_of: Option<AsOf>,
    /// Only the tables: no charts and no page, which `report --from` makes of the run at any time,
    /// and no facts in the store. `current` stays as it is.
    #[arg(long)]
    pub tables: bool,
    /// How long to wait for a store that another run holds, as in 30s or 10m; without it, exit 75.
    #[arg(long, value_name = "TIME", env = "AFTERDOSE_WAIT", value_parser = duration)]
    pub wait: Option<Duration>,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// Folder of the run, or a link to it such as out/current.
    #[arg(long, value_name = "RUN")]
    pub from: PathBuf,
    /// Directory to write into: report.html, report.json and charts/.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Only this section of the report, as a page of its own, or only this chart, as SVG and PNG;
    /// a wrong name lists them.
    #[arg(long, value_name = "NAME")]
    pub section: Option<String>,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Directory of the store.
    #[arg(long, env = "AFTERDOSE_STORE", value_parser = store_parser())]
    pub store: Option<PathBuf>,
    /// Pipeline file, for its settings: those of the run whose cell is asked about.
    #[arg(long)]
    pub pipeline: Option<PathBuf>,
    /// Explain the store as it was at a version, an RFC 3339 time with its offset, or the end of a
    /// date in UTC.
    #[arg(long, value_name = "VERSION|TIME", value_parser = AsOf::parse)]
    pub as_of: Option<AsOf>,
    /// Table whose cell it is.
    #[arg(
        long,
        default_value = "response_by_infusion",
        help = "Table: response_by_infusion or cumulative_response"
    )]
    pub table: String,
    /// Instrument, such as phq-9.
    #[arg(long)]
    pub instrument: String,
    /// Stratum, as in the table.
    #[arg(long, default_value = "all")]
    pub stratum: String,
    /// Level of the stratum, as in the table.
    #[arg(long, default_value = "all")]
    pub level: String,
    /// Route, as in the table: all, one of the list, or mixed.
    #[arg(long, default_value = "all")]
    pub route: String,
    /// Infusion number. May be left out with --subject, for every infusion.
    #[arg(long, value_name = "K", required_unless_present = "subject")]
    pub infusion: Option<usize>,
    /// Explain one person: in the cell, or out at which step. The pseudonym stays in the history of
    /// a shell.
    #[arg(long, value_name = "PSEUDONYM")]
    pub subject: Option<String>,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// Folder of the run before.
    pub before: PathBuf,
    /// Folder of the run after.
    pub after: PathBuf,
    /// Only this table.
    #[arg(long)]
    pub table: Option<String>,
    /// List every row and cell that differs, not only the largest moves.
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `history`.
#[derive(Debug, Args)]
pub struct History {
    /// Directory of the store.
    #[arg(long, env = "AFTERDOSE_STORE", value_parser = store_parser())]
    pub store: PathBuf,
}

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// Directory of the store.
    #[arg(long, env = "AFTERDOSE_STORE", value_parser = store_parser())]
    pub store: PathBuf,
    /// Directory of the copy: one that does not exist yet, or is empty.
    #[arg(long)]
    pub to: PathBuf,
}

/// Arguments of `compact`.
#[derive(Debug, Args)]
pub struct Compact {
    /// Directory of the store.
    #[arg(long, env = "AFTERDOSE_STORE", value_parser = store_parser())]
    pub store: PathBuf,
}

/// Arguments of `vacuum`.
#[derive(Debug, Args)]
pub struct Vacuum {
    /// Directory of the store.
    #[arg(long, env = "AFTERDOSE_STORE", value_parser = store_parser())]
    pub store: PathBuf,
    /// How long ago a version may have been the newest and still be kept: a number and s, m, h, d
    /// or w.
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = duration)]
    pub retention: Duration,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// Directory of the store.
    #[arg(long, env = "AFTERDOSE_STORE", value_parser = store_parser())]
    pub store: PathBuf,
}

/// Arguments of `purge`.
#[derive(Debug, Args)]
pub struct Purge {
    /// Directory of the store.
    #[arg(long, env = "AFTERDOSE_STORE", value_parser = store_parser())]
    pub store: Option<PathBuf>,
    /// The person, by the pseudonym their site sends. It stays in the history of a shell.
    #[arg(long, value_name = "KEY", conflicts_with = "subject_file")]
    pub subject: Option<String>,
    /// File that holds the pseudonym; - is standard input.
    #[arg(long, value_name = "FILE")]
    pub subject_file: Option<PathBuf>,
    /// Directory of the runs, to list those that counted whoever is erased.
    #[arg(long, env = "AFTERDOSE_OUT")]
    pub out: Option<PathBuf>,
    /// Pipeline file, for its store, output, and subject key.
    #[arg(long)]
    pub pipeline: Option<PathBuf>,
}

/// Reads a time such as 26h or 30d.
fn duration(text: &str) -> Result<Duration, String> {
    let unit = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit);
    let seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => 0,
    };
    let number: Option<u64> = number.parse().ok().filter(|_| seconds > 0);
    number
        .and_then(|number| number.checked_mul(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| "not a number and a unit (s, m, h, d or w), such as 30d".to_owned())
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// Event type, with or without afterdose. in front; its latest version, or the one named
    /// behind, as in .v1. Or tables. Absent: list the types.
    pub event_type: Option<String>,
}

/// Arguments of `simulate`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// How many people.
    #[arg(long, default_value_t = 600)]
    pub subjects: u32,
    /// Seed: the same seed makes the same bytes.
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// How many sites.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=99))]
    pub sites: u8,
    /// Months of recruitment from January 2025; the data end two months later.
    #[arg(long, value_name = "MONTHS", default_value_t = 12)]
    pub recruitment_months: u8,
    /// What the times are.
    #[arg(long, value_enum, default_value_t = Basis::Actual)]
    pub time_basis: Basis,
    /// What decides who leaves treatment and who answers.
    #[arg(long, value_enum, default_value_t = Dropout::Score)]
    pub dropout: Dropout,
    /// Everyone fills in the check-in after every session, on every scale.
    #[arg(long)]
    pub complete_checkins: bool,
    /// What goes wrong on the way into the record.
    #[command(flatten)]
    pub slips: SlipShares,
    /// File to write, - for standard output; an existing directory gets one file a site.
    #[arg(long)]
    pub out: PathBuf,
    /// File for the true parameters, as JSON. Left out: truth.json in the directory, x.truth.json
    /// beside x.ndjson, none with standard output.
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,
}

/// Shares of what goes wrong, 0 to 1; the first four add up to 1 at most. Left out: a tidy clinic,
/// with a little of each but no broken record.
#[derive(Debug, Args)]
#[command(next_help_heading = "What goes wrong (shares from 0 to 1)")]
pub struct SlipShares {
    /// Of entries: sent a second time, unchanged [default: 0.007].
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub duplicates: Option<f64>,
    /// Of check-ins and sessions: written wrong and corrected later [default: 0.005].
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub corrections: Option<f64>,
    /// Of check-ins and sessions: entered twice, the second retracted later [default: 0.004].
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub retractions: Option<f64>,
    /// Of check-ins: the same key sent with another score [default: 0.002].
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub conflicts: Option<f64>,
    /// Of events: written behind all others of the person [default: 0.004].
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub late: Option<f64>,
    /// Of events: followed by a broken record, which will be rejected [default: 0].
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub defects: Option<f64>,
}

/// Reads a share.
fn share(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "not a number from 0 to 1".to_owned())
}

/// What decides who leaves treatment and who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dropout {
    /// How people fare: those without relief leave sooner and answer less.
    Score,
    /// Chance alone.
    Random,
    /// Nobody leaves before twelve sessions.
    None,
}

/// What the times of a source are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Basis {
    /// Real times.
    Actual,
    /// One secret shift a person.
    Shifted,
    /// `studytime` since the person's index date.
    Relative,
}
