//! `backup`: a copy of a store, taken while runs go on.

use super::args::Backup;
use super::output;
use crate::pipeline::backup;
use crate::pipeline::error::PipelineError;
use serde_json::json;

/// Copies the store; says of which version.
///
/// # Errors
/// If the target is taken, or the store cannot be read.
pub fn backup(as_json: bool, args: &Backup) -> Result<(), PipelineError> {
    let made = backup::backup(&args.store, &args.to)?;
    let (version, committed_at) = (made.version, &made.committed_at);
    if as_json {
        return output::json_line(&json!({
            "to": args.to,
            "version": version,
            "committed_at": committed_at,
            "events": made.events,
            "files": made.copied.files,
            "bytes": made.copied.bytes,
        }));
    }
    output::text(&format!(
        "{}: version {version} of {committed_at}, {} events, {} bytes in {} files\n",
        args.to.display(),
        made.events,
        made.copied.bytes,
        made.copied.files,
    ))
}
