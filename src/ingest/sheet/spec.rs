//! A mapping file as written: every key but a few optional, unknown keys refused by name.
//!
//! `pipelines/README.md` explains each key.

use super::clock::StudyUnit;
use super::decode::Encoding;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappingSpec {
    /// What the mapping is called in manifests; lower-case letters, digits and dashes.
    pub name: String,
    /// What a row is.
    pub layout: Layout,
    /// How the file is written.
    #[serde(default)]
    pub sheet: SheetSpec,
    /// Rows that are left out.
    pub skip: Option<ConditionSpec>,
    /// Columns that are known and not wanted.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Words of the sheet for values of the contract, by name of the list.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, Value>>,
    /// Fields of every event.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldSpec>,
    /// Events that a row makes.
    pub events: Vec<EventSpec>,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// Something that happened.
    Long,
    /// A person, with columns for visits.
    Wide,
}

/// `[sheet]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetSpec {
    /// Character between cells; `,`.
    pub delimiter: Option<char>,
    /// How bytes are characters; UTF-8.
    pub encoding: Option<Encoding>,
    /// Which row holds the names of the columns; 1.
    pub header_row: Option<usize>,
    /// Cells that stand for nothing.
    pub missing: Option<Vec<String>>,
    /// Character between whole and fraction; `.`.
    pub decimal: Option<char>,
    /// `format` of every time.
    pub format: Option<String>,
    /// `zone` of every time.
    pub zone: Option<String>,
}

/// A column holds one of these words.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionSpec {
    /// Which column.
    pub column: String,
    /// Which words, whatever their case.
    pub is: Vec<String>,
}

/// `[[events]]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventSpec {
    /// Type and version; `afterdose.` in front may be left out.
    #[serde(rename = "type")]
    pub event_type: String,
    /// Made once for each of these, which stand for `{}`.
    #[serde(default)]
    pub repeat: Vec<String>,
    /// Only from such rows.
    pub when: Option<ConditionSpec>,
    /// Only if one of its own cells is filled; by default so in a wide sheet, not in a long one.
    pub optional: Option<bool>,
    /// Its fields, over those of every event.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldSpec>,
}

/// Where the value of a field comes from: one of `column`, `columns` and `value`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldSpec {
    /// A column.
    pub column: Option<String>,
    /// Several: the items of a list, or the parts of a time or an id.
    pub columns: Option<Vec<String>>,
    /// The same in every row.
    pub value: Option<Value>,
    /// The file may lack the column.
    #[serde(default)]
    pub optional: bool,
    /// Text before the cell.
    #[serde(default)]
    pub prefix: String,
    /// Text behind it.
    #[serde(default)]
    pub suffix: String,
    /// Name of a list under `[values]`.
    pub values: Option<String>,
    /// Unit of the column.
    pub unit: Option<String>,
    /// Text between the entries of a list within one cell.
    pub split: Option<String>,
    /// Which of several numbers is the value.
    pub take: Option<Take>,
    /// How a time is written, besides ISO 8601.
    pub format: Option<String>,
    /// Zone of times without an offset.
    pub zone: Option<String>,
    /// Time of day of dates without one.
    pub at: Option<String>,
    /// Unit of a study time.
    pub count: Option<StudyUnit>,
    /// Number of the index day in a study time: 0, or 1.
    pub first: Option<u8>,
}

/// Which of several numbers is the value; missing ones do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Take {
    /// The largest.
    Highest,
    /// The smallest.
    Lowest,
}
