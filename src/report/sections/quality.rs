//! Data quality: what became of every record, and odd histories.

use super::super::cell::{Cell, Reader};
use super::super::document::AccountRow;
use super::super::words;
use crate::charts::number::thousands;
use crate::event::refuse::Reason;
use crate::table::Table;
use serde::Serialize;

/// Characters of a digest that are printed; the whole stands in the lineage and the manifest.
const DIGEST: usize = 12;

/// The row account of a source.
#[derive(Debug, Serialize)]
pub(crate) struct Account {
    file: String,
    digest: String,
    short_digest: String,
    time_basis: String,
    read: String,
    accepted: String,
    duplicate: String,
    rejected: String,
    note: String,
}

impl Account {
    /// A row as printed.
    pub(crate) fn of(row: &AccountRow) -> Self {
        let count = |count: u64| thousands(i64::try_from(count).unwrap_or(i64::MAX));
        Self {
            file: row.file.clone(),
            digest: row.digest.clone(),
            short_digest: row.digest.chars().take(DIGEST).collect(),
            time_basis: words::time_basis(&row.time_basis),
            read: count(row.read),
            accepted: count(row.accepted),
            duplicate: count(row.duplicate),
            rejected: count(row.rejected),
            note: row.note.clone(),
        }
    }
}

/// Rejected records of a file by reason.
#[derive(Debug, Serialize)]
pub(crate) struct Rejection {
    file: String,
    reason: String,
    meaning: &'static str,
    records: String,
    is_identifier: bool,
}

/// The rejections, in the order of the table.
pub(crate) fn rejections(table: &Table) -> Vec<Rejection> {
    (0..table.n_rows())
        .map(|row| {
            let code = table.text(row, "reason");
            let reason = Reason::parse(code);
            Rejection {
                file: table.text(row, "source").into(),
                reason: code.into(),
                meaning: reason.map_or("", Reason::meaning),
                records: table.int(row, "records").map(thousands).unwrap_or_default(),
                is_identifier: reason.is_some_and(Reason::is_identifier),
            }
        })
        .collect()
}

/// An odd history that was counted.
#[derive(Debug, Serialize)]
pub(crate) struct Anomaly {
    name: String,
    meaning: String,
    events: Cell,
    people: Cell,
}

/// The anomalies, in the order of the table.
pub(crate) fn anomalies(reader: Reader<'_>) -> Vec<Anomaly> {
    let table = reader.table;
    (0..table.n_rows())
        .map(|row| Anomaly {
            name: words::plain(table.text(row, "anomaly")),
            meaning: table.text(row, "meaning").into(),
            events: reader.count(row, "n_events"),
            people: reader.count(row, "n_subjects"),
        })
        .collect()
}
