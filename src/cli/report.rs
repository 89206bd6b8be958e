//! `report`: a published run's report once more, without its store.

use super::args::Report;
use super::exit::Exit;
use super::output;
use super::terminal::Terminal;
use crate::pipeline::error::PipelineError;
use crate::pipeline::render;
use serde_json::json;

/// Renders the report and says where its first file is.
///
/// # Errors
/// Those of [`render::again`].
pub fn report(json: bool, args: &Report, terminal: &Terminal) -> Result<u8, PipelineError> {
    let written = render::again(&args.from, &args.out, args.section.as_deref())?;
    terminal.done();
    if json {
        output::json_line(&json!({ "report": written.first, "files": written.n_files }))?;
    } else {
        output::text(&format!("{}\n", written.first.display()))?;
    }
    Ok(Exit::Done.code())
}
