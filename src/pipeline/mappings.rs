//! Mappings by name or path, as pipeline files and the command line give them; what one makes of a
//! file, and a first one for a file.

use super::error::PipelineError;
use crate::event::ids::OpenCode;
use crate::event::time::TimeBasis;
use crate::event::toml_file::nearest;
use crate::event::vocabulary::Vocabulary;
use crate::ingest::record::Context;
use crate::ingest::sheet::mapping::Mapping;
use crate::ingest::sheet::propose::{self, Proposal};
use crate::ingest::sheet::reader::Sheet;
use crate::ingest::sheet::survey::{Survey, survey};
use crate::ingest::sheet::{shipped, sniff};
use crate::ingest::source::{Input, OnIdentifier, SourceFile, Unlabelled, label};
use crate::privacy::gate::Gate;
use crate::store::keys::KeyIndex;
use std::path::Path;
use std::sync::Arc;

/// Reads a mapping: a file if the name ends in `.toml`, relative to `base`; else a shipped one.
///
/// # Errors
/// [`PipelineError::Usage`] if there is none, or it is wrong.
pub fn read(
    name: &str,
    base: &Path,
    vocabulary: &Vocabulary,
) -> Result<Arc<Mapping>, PipelineError> {
    let path = base.join(name);
    let is_file = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    let (place, text) = if is_file {
        let text = std::fs::read_to_string(&path).map_err(|error| {
            PipelineError::Usage(format!("cannot read mapping {}: {error}", path.display()))
        })?;
        (path.display().to_string(), text)
    } else {
        (format!("mapping {name}"), text(name)?.to_owned())
    };
    Mapping::parse(&text, &vocabulary.instruments)
        .map(Arc::new)
        .map_err(|problem| PipelineError::Usage(format!("{place}: {problem}")))
}

/// The names of the shipped mappings.
pub fn names() -> impl Iterator<Item = &'static str> {
    shipped::SHIPPED.iter().map(|(name, _)| *name)
}

/// The text of a shipped mapping.
///
/// # Errors
/// [`PipelineError::Usage`] if there is none of this name.
pub fn text(name: &str) -> Result<&'static str, PipelineError> {
    shipped::text(name).ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> PipelineError {
    let near = nearest(name, names()).unwrap_or_default();
    PipelineError::Usage(format!(
        "no mapping is called {name}; did you mean `{near}`, or a file that ends in .toml? \
         `afterdose map show` lists the names"
    ))
}

/// What a mapping makes of one file, read to its end; nothing is written.
///
/// # Errors
/// [`PipelineError::Usage`] if the file is no sheet, [`PipelineError::Ingest`] if it cannot be read
/// or does not fit the mapping.
pub fn survey_file(
    source: &SourceFile,
    vocabulary: &Vocabulary,
    basis: Option<TimeBasis>,
    now_us: i64,
) -> Result<Survey, PipelineError> {
    let Some(mapping) = &source.mapping else {
        let label = &source.label;
        return Err(PipelineError::Usage(format!("source {label} is no sheet: nothing to map")));
    };
    let context = Context { basis, vocabulary, now_us: Some(now_us) };
    let sheet = Sheet::open(&source.label, source.open_sheet()?, mapping)?;
    let mut keys = KeyIndex::aside(None)?;
    Ok(survey(sheet, mapping, &context, &Gate::default(), &mut keys)?)
}

/// Proposes a mapping for a file, which is called after the file.
///
/// # Errors
/// [`PipelineError::NoInput`] if the file cannot be read or has no header.
pub fn propose_file(path: &Path, vocabulary: &Vocabulary) -> Result<Proposal, PipelineError> {
    let mut sources = label(vec![Unlabelled {
        input: Input::File(path.to_owned()),
        basis: TimeBasis::Actual,
        on_identifier: OnIdentifier::RefuseFile,
        mapping: None,
    }]);
    let source = sources.remove(0);
    let bytes = source.open_sheet()?;
    let failed =
        |problem: String| PipelineError::NoInput(format!("source {} {problem}", source.label));
    let head = sniff::head(bytes, propose::ROWS)
        .map_err(|error| failed(format!("cannot be read: {error}")))?;
    let stem = source.label.split('.').next().unwrap_or_default();
    propose::propose(&head, &code_of(stem), &vocabulary.instruments).map_err(failed)
}

/// A text as a code: lower-case letters, digits and dashes.
fn code_of(text: &str) -> String {
    let lower = text.to_lowercase();
    let parts = lower.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit());
    let code = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    let code = code.trim_start_matches(|c: char| !c.is_ascii_lowercase());
    if OpenCode::new(code).is_some() { code.to_owned() } else { "my-sheet".to_owned() }
}
