//! `report.json`: the numbers of the page for programs, and what the page says of itself, from which
//! a run's report can be laid out again. `docs/report.md` documents its shape.

use super::document::Words;
use super::grid::Section;
use super::tiles::Tile;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Version of the shape. It goes up with whatever an earlier reader would misread.
pub const SHAPE_VERSION: u32 = 1;

/// What of `report.json` is needed to lay the report out again.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Carried {
    /// Version of the shape.
    pub version: u32,
    /// What the report says of itself.
    pub words: Words,
}

/// `report.json` of a run that has no page: what a report says of itself, and no numbers.
///
/// # Errors
/// None that the words could cause.
pub fn carry(words: &Words) -> Result<String, serde_json::Error> {
    write(words, &[], &[])
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    words: &'a Words,
    answers: Value,
    sections: Value,
}

/// The whole as one line. Keys without anything to say are left out of answers and sections.
pub(super) fn write(
    words: &Words,
    tiles: &[Tile],
    sections: &[Section<'_>],
) -> Result<String, serde_json::Error> {
    let answers = lean(serde_json::to_value(tiles)?);
    let sections = lean(serde_json::to_value(sections)?);
    let document = Document { version: SHAPE_VERSION, words, answers, sections };
    serde_json::to_string(&document).map(|json| json + "\n")
}

/// A value without the keys that hold nothing.
fn lean(value: Value) -> Value {
    let is_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        _ => false,
    };
    match value {
        Value::Object(entries) => {
            let entries = entries.into_iter().map(|(key, value)| (key, lean(value)));
            Value::Object(entries.filter(|(_, value)| !is_nothing(value)).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(lean).collect()),
        value => value,
    }
}
