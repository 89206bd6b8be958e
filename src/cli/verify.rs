//! `verify`: what is not as it should be in a store, where, and what to do about it.

use super::args::Verify;
use super::exit::Exit;
use super::output;
use super::terminal::Terminal;
use crate::pipeline::error::PipelineError;
use crate::pipeline::upkeep;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Verifies a store; exit 3 with findings.
///
/// # Errors
/// If there is no store, or its folders cannot be read.
pub fn verify(json: bool, args: &Verify, terminal: &Terminal) -> Result<u8, PipelineError> {
    let verified = upkeep::verify(&args.store, terminal)?;
    let findings = &verified.findings;
    if json {
        let findings = findings.iter().map(|finding| {
            json!({
                "finding": finding.kind.code(),
                "path": finding.path,
                "meaning": finding.kind.meaning(),
                "detail": finding.detail,
                "advice": finding.kind.advice(),
            })
        });
        output::json_line(&json!({
            "version": verified.version,
            "data_files": verified.n_files,
            "events": verified.n_events,
            "findings": findings.collect::<Vec<Value>>(),
        }))?;
    } else {
        let mut out = String::new();
        for finding in findings {
            let detail = &finding.detail;
            let detail = if detail.is_empty() { String::new() } else { format!(" ({detail})") };
            let (kind, path) = (finding.kind, finding.path.display());
            let _ = writeln!(out, "{path}: {}: {}{detail}", kind.code(), kind.meaning());
            let _ = writeln!(out, "    {}", kind.advice());
        }
        let version = verified.version.map_or_else(String::new, |n| format!("version {n}, "));
        let (n_files, n_events, n) = (verified.n_files, verified.n_events, findings.len());
        let _ =
            writeln!(out, "{version}{n_files} data files, {n_events} events read: {n} findings");
        output::text(&out)?;
    }
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Marked }.code())
}
