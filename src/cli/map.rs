//! `map`: mappings of sheets, proposed, explained and printed.

use super::args::{Map, MapCheck, MapInit};
use super::exit::Exit;
use super::output;
use super::terminal::Terminal;
use crate::event::refuse::Reason;
use crate::event::time::TimeBasis;
use crate::pipeline::error::PipelineError;
use crate::pipeline::mappings::{self, propose_file, survey_file};
use crate::pipeline::plan::{Overrides, Plan};
use crate::pipeline::progress::Progress;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;

/// Proposes, explains or prints a mapping.
///
/// # Errors
/// If the file or the mapping is wrong, or cannot be read or written.
pub fn map(as_json: bool, command: &Map, terminal: &Terminal) -> Result<u8, PipelineError> {
    match command {
        Map::Init(args) => init(as_json, args, terminal),
        Map::Check(args) => check(as_json, args, terminal),
        Map::Show(args) => {
            match &args.name {
                Some(name) => output::text(mappings::text(name)?)?,
                None if as_json => output::json_line(&mappings::names().collect::<Value>())?,
                None => {
                    let names: Vec<&str> = mappings::names().collect();
                    output::text(&format!("{}\n", names.join("\n")))?;
                }
            }
            Ok(Exit::Done.code())
        }
    }
}

fn init(as_json: bool, args: &MapInit, terminal: &Terminal) -> Result<u8, PipelineError> {
    let plan = Plan::resolve(&Overrides {
        pipeline: args.pipeline.clone(),
        without_sources: true,
        ..Overrides::default()
    })?;
    let proposal = propose_file(&args.file, &plan.settings.vocabulary)?;
    let (recognised, columns) = (proposal.recognised, proposal.columns);
    terminal.say(&format!("{recognised} of {columns} columns recognised"));
    if !proposal.to_fill_in.is_empty() {
        terminal.say(&format!("to fill in: {}", proposal.to_fill_in.join(", ")));
    }
    match &args.out {
        Some(path) => {
            // What somebody wrote is not overwritten by what nobody has read yet.
            let mut file = std::fs::File::create_new(path).map_err(PipelineError::write(path))?;
            file.write_all(proposal.mapping.as_bytes()).map_err(PipelineError::write(path))?;
            if as_json {
                output::json_line(&json!({
                    "out": path, "to_fill_in": proposal.to_fill_in,
                    "recognised": recognised, "columns": columns,
                }))?;
            }
        }
        None if as_json => output::json_line(&json!(proposal))?,
        None => output::text(&proposal.mapping)?,
    }
    Ok(Exit::Done.code())
}

fn check(as_json: bool, args: &MapCheck, terminal: &Terminal) -> Result<u8, PipelineError> {
    let basis = args.time_basis.map(TimeBasis::from);
    let plan = Plan::resolve(&Overrides {
        pipeline: args.pipeline.clone(),
        sources: vec![args.file.clone()],
        mapping: Some(args.mapping.clone()),
        // A source has one; the survey holds the times against it only if it was said.
        time_basis: basis.or(Some(TimeBasis::Actual)),
        ..Overrides::default()
    })?;
    let [source] = plan.sources.as_slice() else {
        return Err(PipelineError::Usage("map check reads one file at a time".into()));
    };
    let survey = survey_file(source, &plan.settings.vocabulary, basis, terminal.now_us())?;
    let name = source.mapping.as_ref().map_or("", |mapping| mapping.name.as_str());
    let value = json!({ "file": source.label, "mapping": name, "survey": survey });
    if as_json {
        output::json_line(&value)?;
    } else {
        output::text(&explain(&value))?;
    }
    let accepted: u64 = survey.events.iter().map(|event| event.accepted).sum();
    Ok(if survey.found_identifier() {
        Exit::Identifier
    } else if survey.truncated {
        Exit::Marked
    } else if accepted == 0 {
        Exit::NoInput
    } else {
        Exit::Done
    }
    .code())
}

/// The survey for people, from the same values that `--json` prints.
fn explain(value: &Value) -> String {
    let survey = &value["survey"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let number = |value: &Value| value.as_u64().map_or_else(String::new, |n| n.to_string());
    let list = |name: &str| survey[name].as_array().cloned().unwrap_or_default();
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} by mapping {}: {} rows, {} without an event\n",
        text(&value["file"]),
        text(&value["mapping"]),
        survey["rows"],
        survey["rows_without_events"]
    );
    let mut rows = vec![["column", "header", "filled", "becomes"].map(String::from)];
    for column in list("columns") {
        let fields = column["fields"].as_array().into_iter().flatten().map(text);
        let fields = fields.collect::<Vec<_>>().join(", ");
        let becomes = text(&column["becomes"]);
        rows.push([
            number(&column["position"]),
            column["header"].as_str().unwrap_or("(withheld)").to_owned(),
            number(&column["filled"]),
            match becomes.as_str() {
                "mapped" => fields,
                "not in the file" => format!("{fields} (the file lacks it)"),
                _ => becomes,
            },
        ]);
    }
    out.push_str(&output::left_columns(&rows));
    let mut rows = vec![["event", "read", "accepted", "duplicate", "rejected"].map(String::from)];
    for event in list("events") {
        let repeat = event["repeat"].as_str().map_or_else(String::new, |r| format!(" ({r})"));
        let [read, accepted, duplicate, rejected] =
            ["read", "accepted", "duplicate", "rejected"].map(|name| number(&event[name]));
        rows.push([text(&event["type"]) + &repeat, read, accepted, duplicate, rejected]);
    }
    let _ = write!(out, "\n{}", output::columns(&rows));
    let rejections = list("rejections");
    if !rejections.is_empty() {
        out.push('\n');
    }
    for rejection in &rejections {
        let code = text(&rejection["reason"]);
        let meaning = Reason::parse(&code).map_or("", Reason::meaning);
        let field = text(&rejection["field"]);
        let field = if field.is_empty() { field } else { format!(" {field}") };
        let _ = writeln!(out, "line {}:{field} {code} ({meaning})", rejection["line"]);
    }
    let n = survey["n_rejections"].as_u64().unwrap_or_default();
    let listed = u64::try_from(rejections.len()).unwrap_or(n);
    if n > listed {
        let _ = writeln!(out, "... and {} more", n - listed);
    }
    for unknown in list("unknown_words") {
        let shown = unknown["shown"].as_object().into_iter().flatten();
        let shown: Vec<String> = shown.map(|(word, n)| format!("{word} ({n})")).collect();
        let shown =
            if shown.is_empty() { String::new() } else { format!(": {}", shown.join(", ")) };
        let _ = writeln!(
            out,
            "\n{}: {} words in {} cells are in no list of the mapping{shown}",
            text(&unknown["column"]),
            unknown["words"],
            unknown["rows"]
        );
    }
    let n_suspicious = survey["suspicious_columns"].as_u64().unwrap_or_default();
    if n_suspicious > 0 {
        let _ = writeln!(
            out,
            "\n{n_suspicious} columns that are not mapped have headers that promise an identifier.\n\
             Leave them out of the export, or name them under `ignore` in the mapping."
        );
    }
    if survey["truncated"] == true {
        out.push_str("\nThe file broke off midway.\n");
    }
    out
}
