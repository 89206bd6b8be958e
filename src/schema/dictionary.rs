//! The dictionary of the published tables, embedded: what consumers are promised, column by column.
//!
//! `data/tables.toml` is the one place where it stands. `docs/tables.md` holds what
//! [`Dictionary::to_markdown`] prints, and a test compares names and types with the files of a run.

use crate::table::ColumnType;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt::Write;

/// The dictionary as shipped.
const SHIPPED: &str = include_str!("../../data/tables.toml");

/// Every published table, and why a cell may be undefined.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dictionary {
    /// Tables, in the order they are printed.
    pub tables: Vec<TableEntry>,
    /// Columns that stand behind those of every table that went through disclosure control.
    pub tail: Vec<ColumnEntry>,
    /// Codes of `na_reason`.
    pub reasons: Vec<ReasonEntry>,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableEntry {
    /// File name without extension.
    pub name: String,
    /// What a row is one of.
    pub row: String,
    /// What else a reader must know about its rows.
    pub note: Option<String>,
    /// Whether the columns of the tail stand behind its own.
    pub disclosed: bool,
    /// Its own columns, in file order.
    pub columns: Vec<ColumnEntry>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnEntry {
    /// As in the header.
    pub name: String,
    /// Type, in Parquet.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// What is counted or measured.
    pub unit: Option<String>,
    /// A phrase.
    pub meaning: String,
    /// Codes that `na_reason` may give for it; empty: it is never undefined.
    #[serde(default)]
    pub undefined: Vec<String>,
}

/// Why a cell is undefined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonEntry {
    /// As in `na_reason`.
    pub code: String,
    /// A phrase.
    pub meaning: String,
}

impl Dictionary {
    /// The dictionary as shipped.
    ///
    /// # Errors
    /// The text of the TOML error; a test shows that what is shipped has none.
    pub fn shipped() -> Result<Self, String> {
        toml::from_str(SHIPPED).map_err(|error| error.to_string())
    }

    /// Every column of a table in file order, those of the tail included.
    pub fn columns<'a>(&'a self, table: &'a TableEntry) -> impl Iterator<Item = &'a ColumnEntry> {
        let tail: &[ColumnEntry] = if table.disclosed { &self.tail } else { &[] };
        table.columns.iter().chain(tail)
    }

    /// The dictionary as JSON; every table with all of its columns.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let table = |table: &TableEntry| {
            json!({
                "name": table.name,
                "row": table.row,
                "note": table.note,
                "columns": self.columns(table).collect::<Vec<_>>(),
            })
        };
        let tables: Vec<Value> = self.tables.iter().map(table).collect();
        json!({ "tables": tables, "reasons": self.reasons })
    }

    /// The dictionary as Markdown whose columns are aligned, so that it reads well as plain text.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut out = String::from("## Columns at the end of most tables\n\n");
        out.push_str(&columns_markdown(&self.tail));
        for table in &self.tables {
            let _ = write!(out, "\n## `{}`\n\nOne row per {}.", table.name, table.row);
            if let Some(note) = &table.note {
                let _ = write!(out, " {note}");
            }
            if table.disclosed {
                out.push_str(" Ends with the four columns above.");
            }
            out.push_str("\n\n");
            out.push_str(&columns_markdown(&table.columns));
        }
        out.push_str("\n## Why a cell is undefined\n\n");
        let rows = self.reasons.iter().map(|entry| [quoted(&entry.code), entry.meaning.clone()]);
        out.push_str(&markdown(["code", "meaning"], rows.collect()));
        out
    }
}

fn columns_markdown(columns: &[ColumnEntry]) -> String {
    let rows = columns.iter().map(|entry| {
        let undefined: Vec<String> = entry.undefined.iter().map(|code| quoted(code)).collect();
        [
            quoted(&entry.name),
            entry.column_type.as_str().to_owned(),
            entry.unit.clone().unwrap_or_default(),
            undefined.join(", "),
            entry.meaning.clone(),
        ]
    });
    markdown(["column", "type", "unit", "undefined", "meaning"], rows.collect())
}

fn quoted(code: &str) -> String {
    format!("`{code}`")
}

/// A Markdown table, every column but the last as wide as its widest cell.
fn markdown<const N: usize>(head: [&str; N], mut rows: Vec<[String; N]>) -> String {
    rows.insert(0, head.map(str::to_owned));
    let mut widths: [usize; N] = std::array::from_fn(|column| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    });
    if let [.., last] = widths.as_mut_slice() {
        *last = head.last().map_or(0, |name| name.len());
    }
    rows.insert(1, widths.map(|width| "-".repeat(width)));
    let mut out = String::new();
    for row in &rows {
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(out, "| {cell:width$} ");
        }
        out.truncate(out.trim_end().len());
        out.push_str(" |\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn shipped() -> Dictionary {
        Dictionary::shipped().expect("the shipped dictionary reads")
    }

    #[test]
    fn names_are_given_once_and_everything_is_explained() {
        let dictionary = shipped();
        let mut names = BTreeSet::new();
        for table in &dictionary.tables {
            assert!(names.insert(&table.name), "{}", table.name);
            let mut columns = BTreeSet::new();
            for column in dictionary.columns(table) {
                assert!(columns.insert(&column.name), "{} {}", table.name, column.name);
                assert!(!column.meaning.is_empty(), "{} {}", table.name, column.name);
            }
        }
    }

    #[test]
    fn every_reason_is_used_and_every_used_one_is_explained() {
        let dictionary = shipped();
        let columns = dictionary.tables.iter().flat_map(|table| &table.columns);
        let used: BTreeSet<&str> =
            columns.flat_map(|column| &column.undefined).map(String::as_str).collect();
        let codes: Vec<&str> = dictionary.reasons.iter().map(|r| r.code.as_str()).collect();
        assert_eq!(codes.iter().copied().collect::<BTreeSet<_>>(), used);
        assert_eq!(codes.len(), used.len(), "a code is explained once");
    }

    #[test]
    fn the_document_holds_what_is_printed() {
        let document = include_str!("../../docs/tables.md");
        let printed = document
            .split_once("<!-- begin: afterdose schema tables -->\n")
            .and_then(|(_, rest)| rest.split_once("<!-- end -->"))
            .map(|(printed, _)| printed);
        assert_eq!(printed, Some(shipped().to_markdown().as_str()), "print it into docs/tables.md");
    }

    #[test]
    fn columns_of_text_are_aligned_and_the_last_is_not_padded() {
        let rows = vec![["a".into(), "one".into()], ["long".into(), "two words".into()]];
        let want = "| x    | what |\n| ---- | ---- |\n| a    | one |\n| long | two words |\n";
        assert_eq!(markdown(["x", "what"], rows), want);
    }
}
