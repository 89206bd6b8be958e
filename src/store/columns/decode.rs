//! The columns of a batch, ready to give back its events.

use super::arrays::{
    Columns, DissociationColumns, DoseColumns, EffectColumns, MeasureColumns, ReadingColumns,
    ScreeningColumns, VitalsColumns, Whose,
};
use super::cells::{content, id, long_of, moment, structs};
use super::coded::{Bad, FileDigest};
use super::entries::{effect, questionnaires, reading};
use super::layout::{COLUMNS, Column, SCHEMA};
use super::lists::Lists;
use crate::event::envelope::{Event, Logged, Origin};
use crate::event::ids::Subject;
use crate::event::kind::{Effect, EventType, MOST_EFFECTS};
use crate::event::questionnaires::Questionnaires;
use crate::event::time::Moment;
use crate::event::vitals::{MOST_READINGS, Reading};
use arrow::array::{Array, ArrayRef, RecordBatch, new_null_array};
use arrow::buffer::NullBuffer;
use arrow::datatypes::DataType;
use std::sync::{LazyLock, OnceLock};

/// The columns of one batch, ready to give back its events.
pub(in crate::store) struct Decoder {
    pub(in crate::store) whose: Whose,
    pub(super) columns: Columns,
    pub(super) screening: ScreeningColumns,
    pub(super) dose: DoseColumns,
    pub(super) vitals: VitalsColumns,
    pub(super) dissociation: DissociationColumns,
    pub(super) effects: Lists<Effect, MOST_EFFECTS>,
    pub(super) readings: Lists<Reading, MOST_READINGS>,
    pub(super) measures: Questionnaires,
    /// Of the columns of data that hold anything at all, where they do, with the types that have them.
    pub(super) data: Vec<(Option<NullBuffer>, &'static [EventType])>,
}

/// A column without a value, made once for all batches.
struct Blank {
    data_type: &'static DataType,
    rows: OnceLock<ArrayRef>,
}

/// That of each column, in the order of the table.
static BLANKS: LazyLock<Vec<Blank>> = LazyLock::new(|| {
    let blank =
        |column: &'static Column| Blank { data_type: &column.data_type, rows: OnceLock::new() };
    COLUMNS.iter().map(blank).collect()
});

impl Blank {
    /// Of so many rows.
    fn of(&self, n_rows: usize) -> ArrayRef {
        let rows = self.rows.get_or_init(|| new_null_array(self.data_type, n_rows));
        if n_rows <= rows.len() {
            rows.slice(0, n_rows)
        } else {
            new_null_array(self.data_type, n_rows)
        }
    }
}

impl Decoder {
    /// Finds the columns by name. A column the batch does not have is null throughout: a file
    /// written before the column was added to the table.
    pub(in crate::store) fn new(batch: &RecordBatch) -> Result<Self, Bad> {
        let aligned: Vec<(&str, ArrayRef)> = SCHEMA
            .fields()
            .iter()
            .zip(&*BLANKS)
            .map(|(field, blank)| {
                let array = batch.column_by_name(field.name()).cloned();
                (field.name().as_str(), array.unwrap_or_else(|| blank.of(batch.num_rows())))
            })
            .collect();
        let find = |name: &str| aligned.iter().find(|(n, _)| *n == name).map(|(_, array)| array);
        let columns = Columns::of(find)?;
        let entries = structs(&columns.effects, "effects")?;
        let effects = EffectColumns::of(|name| entries.column_by_name(name))?;
        let entries = structs(&columns.vital_readings, "vital_readings")?;
        let readings = ReadingColumns::of(|name| entries.column_by_name(name))?;
        let entries = structs(&columns.measures, "measures")?;
        let measures = MeasureColumns::of(|name| entries.column_by_name(name))?;
        let data = COLUMNS
            .iter()
            .zip(&aligned)
            .filter(|(column, (_, array))| {
                !column.of.is_empty() && array.null_count() < array.len()
            })
            .map(|(column, (_, array))| (array.nulls().cloned(), column.of))
            .collect();
        Ok(Self {
            screening: ScreeningColumns::of(|name| columns.screening.column_by_name(name))?,
            dose: DoseColumns::of(|name| columns.dose.column_by_name(name))?,
            vitals: VitalsColumns::of(|name| columns.vitals.column_by_name(name))?,
            dissociation: DissociationColumns::of(|name| {
                columns.dissociation.column_by_name(name)
            })?,
            effects: Lists::read(&columns.effects, "effects", |at| effect(&effects, at))?,
            readings: Lists::read(&columns.vital_readings, "vital_readings", |at| {
                reading(&readings, at)
            })?,
            measures: questionnaires(&measures)?,
            whose: Whose::of(find)?,
            columns,
            data,
        })
    }

    /// The event of a row. Rows come sorted by subject, whose name is shared with the row before if
    /// it is the same.
    pub(in crate::store) fn event(
        &self,
        row: usize,
        last: &mut Option<Subject>,
    ) -> Result<Logged, Bad> {
        let subject = self.whose.subject.get(row).ok_or("subject")?;
        if last.as_ref().is_none_or(|last| last.as_str() != subject) {
            *last = Subject::new(subject);
        }
        let subject = last.clone().ok_or("subject")?;
        let c = &self.columns;
        let event = Event {
            source: self.whose.source.required(row, "source")?,
            id: id(&c.id, row, "id")?,
            subject,
            when: self.when(row)?,
            kind: self.kind(row)?,
        };
        Ok(Logged {
            event,
            origin: self.origin(row)?,
            basis: c.time_basis.required(row, "time_basis")?,
            content: content(&c.content, row)?,
        })
    }

    /// When what is in a row happened.
    pub(super) fn when(&self, row: usize) -> Result<Moment, Bad> {
        let c = &self.columns;
        moment(row, &c.time, &c.studytime_us, &c.day_only).ok_or("time")
    }

    fn origin(&self, row: usize) -> Result<Origin, Bad> {
        let FileDigest(file_digest) = self.columns.file_digest.required(row, "file_digest")?;
        let line = long_of(&self.columns.line, row).and_then(|line| u64::try_from(line).ok());
        Ok(Origin { file_digest, line: line.ok_or("line")? })
    }
}
