//! What a mapping makes of a file: column by column, event by event, with the first rejections.
//!
//! Values are counted, not shown, with one exception: a word that no list of the mapping knows is
//! shown if it is short, stands in several rows and has nothing of an identifier, because whoever
//! writes the mapping must know which word is missing.

use super::cell::{Cell, Scalar};
use super::field::Field;
use super::make;
use super::mapping::Mapping;
use super::reader::Sheet;
use super::row::suspicion;
use crate::event::key::{KnownKeys, Novelty};
use crate::event::refuse::Refusal;
use crate::ingest::checked::Checked;
use crate::ingest::error::IngestError;
use crate::ingest::record::Context;
use crate::privacy::gate::Gate;
use crate::privacy::identifier::{Place, find};
use serde::Serialize;
use std::collections::BTreeMap;

/// Rejections that are listed.
pub const MOST_LISTED: usize = 20;

/// Longest word that is shown, in characters.
const LONGEST_WORD: usize = 12;

/// Fewest rows with a word that is shown: what stands in one row only may be of one person only.
const FEWEST_ROWS: u64 = 3;

/// What a mapping makes of a file.
#[derive(Debug, Default, Serialize)]
pub struct Survey {
    /// Rows below the header.
    pub rows: u64,
    /// Of them blank, or left out by `skip`, or without an event of their own.
    pub rows_without_events: u64,
    /// Columns of the file, then those it lacks.
    pub columns: Vec<ColumnUse>,
    /// Events of the mapping.
    pub events: Vec<EventUse>,
    /// The first rejections.
    pub rejections: Vec<Rejected>,
    /// Rejections in all.
    pub n_rejections: u64,
    /// Of them for a suspected identifier.
    pub identifiers: u64,
    /// Words that no list of the mapping knows.
    pub unknown_words: Vec<UnknownWords>,
    /// Columns that nobody mapped or ignored, with headers that promise an identifier.
    pub suspicious_columns: usize,
    /// The file broke off before its end.
    pub truncated: bool,
}

/// What becomes of a column.
#[derive(Debug, Serialize)]
pub struct ColumnUse {
    /// Place in the file, from 1; absent if the file lacks it.
    pub position: Option<usize>,
    /// Header; absent if it is withheld because it may tell who somebody is.
    pub header: Option<String>,
    /// `mapped`, `ignored`, `not mapped`, or `not in the file`.
    pub becomes: &'static str,
    /// Fields it goes to, `rows` for a condition on rows.
    pub fields: Vec<String>,
    /// Rows in which it is filled, if it is mapped.
    pub filled: Option<u64>,
}

/// What rows make of an event of the mapping.
#[derive(Debug, Serialize)]
pub struct EventUse {
    /// Type and version.
    #[serde(rename = "type")]
    pub event_type: String,
    /// What stands for `{}`.
    pub repeat: Option<String>,
    /// Records made.
    pub read: u64,
    /// Of them new.
    pub accepted: u64,
    /// Of them said before.
    pub duplicate: u64,
    /// Of them refused.
    pub rejected: u64,
}

/// A record that was refused.
#[derive(Debug, Serialize)]
pub struct Rejected {
    /// Line of its row.
    pub line: u64,
    /// Why.
    pub reason: &'static str,
    /// Column, or field of the contract.
    pub field: String,
}

/// Words of a column that its list does not know.
#[derive(Debug, Serialize)]
pub struct UnknownWords {
    /// Header of the column.
    pub column: String,
    /// How many different ones.
    pub words: usize,
    /// In how many rows.
    pub rows: u64,
    /// Those that may be shown, with their rows.
    pub shown: BTreeMap<String, u64>,
}

impl Survey {
    /// Whether an identifier was found.
    #[must_use]
    pub fn found_identifier(&self) -> bool {
        self.suspicious_columns > 0 || self.identifiers > 0
    }
}

/// Reads a sheet to its end and says what becomes of it.
///
/// # Errors
/// If the keys met cannot be remembered.
pub fn survey(
    mut sheet: Sheet,
    mapping: &Mapping,
    context: &Context,
    gate: &Gate,
    known: &mut dyn KnownKeys,
) -> Result<Survey, IngestError> {
    let mut survey = Survey { events: events(mapping), ..Survey::default() };
    let mut filled = vec![0; mapping.columns.len()];
    let mut words = Words::new(mapping);
    survey.suspicious_columns = sheet.binding().n_suspicious;
    while let Some(row) = sheet.next_row() {
        survey.rows += 1;
        let cells = match row.cells {
            Ok(cells) => cells,
            Err(reason) => {
                survey.reject(row.line, &Refusal::new(reason, ""));
                continue;
            }
        };
        for (n, cell) in filled.iter_mut().zip(&cells) {
            *n += u64::from(cell.is_filled());
        }
        let made = make::records(mapping, &cells, context, gate);
        survey.rows_without_events += u64::from(made.is_empty());
        if !made.is_empty() {
            words.count(mapping, &cells);
        }
        for made in made {
            let event = &mut survey.events[made.template];
            event.read += 1;
            match made.checked {
                Checked::Bad(refusal) => {
                    event.rejected += 1;
                    survey.reject(row.line, &refusal);
                }
                Checked::Good(_, key, content) => match known.meet(key, content)? {
                    Novelty::Duplicate => event.duplicate += 1,
                    Novelty::New | Novelty::Conflicting => event.accepted += 1,
                },
            }
        }
    }
    survey.truncated = sheet.broke_off();
    survey.columns = columns(&sheet, mapping, &filled);
    survey.unknown_words = words.unknown(mapping);
    Ok(survey)
}

impl Survey {
    fn reject(&mut self, line: u64, refusal: &Refusal) {
        self.n_rejections += 1;
        self.identifiers += u64::from(refusal.reason.is_identifier());
        if self.rejections.len() < MOST_LISTED {
            let (reason, field) = (refusal.reason.code(), refusal.field.clone());
            self.rejections.push(Rejected { line, reason, field });
        }
    }
}

fn events(mapping: &Mapping) -> Vec<EventUse> {
    let event = |template: &super::mapping::Template| EventUse {
        event_type: template.type_text(),
        repeat: template.repeat.clone(),
        read: 0,
        accepted: 0,
        duplicate: 0,
        rejected: 0,
    };
    mapping.events.iter().map(event).collect()
}

fn columns(sheet: &Sheet, mapping: &Mapping, filled: &[u64]) -> Vec<ColumnUse> {
    let positions = &sheet.binding().positions;
    let of_mapping = |column: usize, position: Option<usize>| ColumnUse {
        position: position.map(|at| at + 1),
        header: Some(mapping.columns[column].name.clone()),
        becomes: if position.is_some() { "mapped" } else { "not in the file" },
        fields: fields_of(mapping, column),
        filled: position.map(|_| filled[column]),
    };
    let in_file = sheet.headers().iter().enumerate().map(|(at, header)| {
        if let Some(column) = positions.iter().position(|position| *position == Some(at)) {
            return of_mapping(column, Some(at));
        }
        let is_ignored = mapping.ignore.contains(header);
        let is_shown = is_ignored || is_showable_header(header);
        ColumnUse {
            position: Some(at + 1),
            header: is_shown.then(|| header.clone()),
            becomes: if is_ignored { "ignored" } else { "not mapped" },
            fields: Vec::new(),
            filled: None,
        }
    });
    let lacking = positions.iter().enumerate().filter(|(_, position)| position.is_none());
    in_file.chain(lacking.map(|(column, _)| of_mapping(column, None))).collect()
}

/// Whether a header that nobody vouches for may be repeated.
#[must_use]
pub fn is_showable_header(header: &str) -> bool {
    let is_short = (1..=40).contains(&header.chars().count());
    is_short && suspicion(header).is_none() && !header.chars().any(char::is_control)
}

fn fields_of(mapping: &Mapping, column: usize) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for field in mapping.fields().filter(|field| field.columns().contains(&column)) {
        if !fields.contains(&field.path) {
            fields.push(field.path.clone());
        }
    }
    if mapping.conditions().any(|condition| condition.column == column) {
        fields.push("rows".into());
    }
    fields
}

/// Words met in columns that have a list, by column.
struct Words(BTreeMap<usize, BTreeMap<String, u64>>);

impl Words {
    fn new(mapping: &Mapping) -> Self {
        let with_words = |field: &&Field| field.scalar().is_some_and(|s| s.words.is_some());
        let columns = mapping.fields().filter(with_words).flat_map(Field::columns);
        Self(columns.map(|column| (*column, BTreeMap::new())).collect())
    }

    fn count(&mut self, mapping: &Mapping, cells: &[Cell]) {
        for (&column, counts) in &mut self.0 {
            let Ok(Some(text)) = cells[column].text() else { continue };
            let fields: Vec<&Field> =
                mapping.fields().filter(|field| field.columns().contains(&column)).collect();
            let between = fields.iter().find_map(|field| field.between());
            let parts = between.map_or(vec![text.as_str()], |b| text.split(b).collect());
            for part in parts.into_iter().map(str::trim).filter(|part| !part.is_empty()) {
                let mut scalars = fields.iter().filter_map(|field| field.scalar());
                let is_condition =
                    mapping.conditions().any(|known| known.column == column && known.is(part));
                if !is_condition && !scalars.any(|scalar| knows(scalar, part)) {
                    *counts.entry(part.to_owned()).or_default() += 1;
                }
            }
        }
    }

    fn unknown(self, mapping: &Mapping) -> Vec<UnknownWords> {
        let unknown = self.0.into_iter().filter(|(_, counts)| !counts.is_empty());
        unknown
            .map(|(column, counts)| UnknownWords {
                column: mapping.columns[column].name.clone(),
                words: counts.len(),
                rows: counts.values().sum(),
                shown: counts
                    .into_iter()
                    .filter(|(word, n)| *n >= FEWEST_ROWS && is_showable_word(word))
                    .collect(),
            })
            .collect()
    }
}

/// A word of the list, or a code that the list leads to.
fn knows(scalar: &Scalar, word: &str) -> bool {
    let is_code = |words: &super::cell::Words| words.values().any(|value| value == word);
    scalar.word(word).is_some() || scalar.words.as_deref().is_some_and(is_code)
}

fn is_showable_word(word: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '/' | '+');
    word.chars().count() <= LONGEST_WORD
        && word.chars().all(is_plain)
        && find(word, Place::Other).is_none()
        && suspicion(word).is_none()
}
