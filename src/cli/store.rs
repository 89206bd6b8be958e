//! `compact` and `vacuum`: what keeps a store in order.

use super::args::{Compact, Vacuum};
use super::exit::Exit;
use super::output;
use super::terminal::Terminal;
use crate::pipeline::error::PipelineError;
use crate::pipeline::upkeep;
use crate::store::compact::Compacted;
use serde_json::json;

/// Merges the data files of a store, and says how many there were and are.
///
/// # Errors
/// If there is no store, another run holds it, or a file is damaged.
pub fn compact(json: bool, args: &Compact, terminal: &Terminal) -> Result<u8, PipelineError> {
    let compacted = upkeep::compact(&args.store, terminal)?;
    let (version, n_before, n_after) = match compacted {
        Compacted::Done { version, n_before, n_after } => (Some(version), n_before, n_after),
        Compacted::Nothing | Compacted::Conflict => (None, 0, 0),
    };
    if json {
        output::json_line(&json!({
            "version": version, "files_before": n_before, "files_after": n_after,
        }))?;
    } else if let Some(version) = version {
        output::text(&format!("version {version}: {n_before} data files became {n_after}\n"))?;
    } else {
        output::text("the data files are sorted and full already; nothing was changed\n")?;
    }
    Ok(Exit::Done.code())
}

/// Removes what no kept version needs, and says how much.
///
/// # Errors
/// If there is no store, another run holds it, or the disk refuses.
pub fn vacuum(json: bool, args: &Vacuum, terminal: &Terminal) -> Result<u8, PipelineError> {
    let vacuumed = upkeep::vacuum(&args.store, args.retention, terminal)?;
    if json {
        output::json_line(&json!({
            "first_version": vacuumed.first_version,
            "data_files": vacuumed.n_data_files,
            "log_files": vacuumed.n_log_files,
            "bytes": vacuumed.n_bytes,
        }))?;
    } else {
        output::text(&format!(
            "removed {} data files and {} log files, {} bytes; version {} and all after it are kept\n",
            vacuumed.n_data_files, vacuumed.n_log_files, vacuumed.n_bytes, vacuumed.first_version
        ))?;
    }
    Ok(Exit::Done.code())
}
