//! A sheet being read: its rows, and blocks of the records that its mapping makes of them.

use super::cell::Cell;
use super::csv::CsvRows;
use super::make;
use super::mapping::Mapping;
use super::parquet::{ParquetFile, ParquetRows};
use super::row::{Binding, Row};
use crate::event::refuse::Refusal;
use crate::ingest::checked::Checked;
use crate::ingest::error::IngestError;
use crate::ingest::record::Context;
use crate::privacy::gate::Gate;
use rayon::prelude::*;
use std::fs::File;
use std::io::BufRead;
use std::sync::Arc;

/// Bytes of cells that are checked side by side.
const BLOCK_BYTES: usize = 8 << 20;

/// Rows that are checked side by side.
const BLOCK_ROWS: usize = 1 << 14;

/// The bytes of a sheet.
pub enum Bytes {
    /// A Parquet file, which is read out of order.
    Parquet(File),
    /// Text, unpacked.
    Csv(Box<dyn BufRead + Send>),
}

/// A sheet whose header fits its mapping.
pub struct Sheet {
    rows: Rows,
    mapping: Arc<Mapping>,
    binding: Binding,
    headers: Vec<String>,
    header_line: u64,
    is_begun: bool,
}

enum Rows {
    Csv(CsvRows),
    Parquet(ParquetRows),
}

impl Sheet {
    /// Opens a source for a mapping.
    ///
    /// # Errors
    /// [`IngestError::Unreadable`] if it cannot be read, [`IngestError::DoesNotFit`] if its header
    /// is not that of the mapping.
    pub fn open(label: &str, bytes: Bytes, mapping: &Arc<Mapping>) -> Result<Self, IngestError> {
        let unreadable = |error| IngestError::Unreadable { label: label.to_owned(), error };
        let does_not_fit = |problem| IngestError::DoesNotFit {
            label: label.to_owned(),
            mapping: mapping.name.clone(),
            problem,
        };
        let (rows, binding, headers, header_line) = match bytes {
            Bytes::Parquet(file) => {
                let file = ParquetFile::open(file).map_err(unreadable)?;
                let binding = Binding::new(mapping, &file.headers).map_err(does_not_fit)?;
                if let Some(nested) = file.nested(&binding) {
                    let name = &mapping.columns[nested].name;
                    let problem = format!("its column `{name}` holds several values a row");
                    return Err(does_not_fit(problem));
                }
                let headers = file.headers.clone();
                let rows = file.rows(&binding, &mapping.dialect).map_err(unreadable)?;
                (Rows::Parquet(rows), binding, headers, 1)
            }
            Bytes::Csv(bytes) => {
                let rows = CsvRows::open(bytes, &mapping.dialect).map_err(unreadable)?;
                let binding = if rows.is_empty() {
                    Binding::of_nothing(mapping)
                } else {
                    Binding::new(mapping, &rows.headers).map_err(does_not_fit)?
                };
                let (headers, line) = (rows.headers.clone(), rows.header_line);
                (Rows::Csv(rows), binding, headers, line)
            }
        };
        let mapping = Arc::clone(mapping);
        Ok(Self { rows, mapping, binding, headers, header_line, is_begun: false })
    }

    /// Which columns of the file are those of the mapping.
    #[must_use]
    pub const fn binding(&self) -> &Binding {
        &self.binding
    }

    /// Headers of the file, mapped or not: texts that nobody vouches for.
    #[must_use]
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The next row.
    pub fn next_row(&mut self) -> Option<Row> {
        match &mut self.rows {
            Rows::Csv(rows) => rows.next_row(&self.binding),
            Rows::Parquet(rows) => rows.next_row(),
        }
    }

    /// Whether the file broke off before its end.
    #[must_use]
    pub fn broke_off(&self) -> bool {
        match &self.rows {
            Rows::Csv(rows) => rows.broke_off(),
            Rows::Parquet(rows) => rows.broke_off(),
        }
    }

    /// The next records, each with the line of its row; none is the end.
    ///
    /// A header that promises an identifier in a column that nobody mapped or ignored is itself a
    /// record, and refused: whoever sends the file should not send that column.
    pub fn next_block(&mut self, context: &Context, gate: &Gate) -> Vec<(u64, Checked)> {
        let mut block = Vec::new();
        if !std::mem::replace(&mut self.is_begun, true) {
            let suspicion = self.binding.suspicion.map(|reason| Refusal::new(reason, ""));
            block.extend(suspicion.map(|refusal| (self.header_line, Checked::Bad(refusal))));
        }
        while block.is_empty() {
            let rows = self.next_rows();
            if rows.is_empty() {
                break;
            }
            let mapping = self.mapping.as_ref();
            let records =
                rows.into_par_iter().flat_map_iter(|row| records(mapping, row, context, gate));
            block = records.collect();
        }
        block
    }

    fn next_rows(&mut self) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut bytes = 0;
        while rows.len() < BLOCK_ROWS && bytes < BLOCK_BYTES {
            let Some(row) = self.next_row() else { break };
            bytes += row.cells.iter().flatten().map(size).sum::<usize>();
            rows.push(row);
        }
        rows
    }
}

/// The records of a row, each with its line. A row that cannot be split into cells is one record.
fn records(mapping: &Mapping, row: Row, context: &Context, gate: &Gate) -> Vec<(u64, Checked)> {
    match row.cells {
        Ok(cells) => make::records(mapping, &cells, context, gate)
            .into_iter()
            .map(|made| (row.line, made.checked))
            .collect(),
        Err(reason) => vec![(row.line, Checked::Bad(Refusal::new(reason, "")))],
    }
}

fn size(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) => text.len() + size_of::<Cell>(),
        _ => size_of::<Cell>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::refuse::Reason;
    use crate::event::vocabulary::Vocabulary;
    use proptest::prelude::*;
    use std::io::{self, BufReader, Cursor, Read};

    const MAPPING: &str = r#"
        name = "m"
        layout = "long"
        sheet.zone = "UTC"
        fields.source = { value = "/synthetic/m" }
        fields.subject = { column = "who" }
        fields.time = { column = "when" }
        [[events]]
        type = "checkin.submitted.v1"
        fields."data.measures[phq-9].total" = { column = "phq" }
    "#;

    /// Line and reason of every record; no reason for a good one.
    fn read(bytes: Box<dyn BufRead + Send>) -> Vec<(u64, Option<Reason>)> {
        let vocabulary = Vocabulary::shipped().expect("shipped");
        let mapping = Mapping::parse(MAPPING, &vocabulary.instruments).expect("a mapping");
        let context = Context { basis: None, vocabulary: &vocabulary, now_us: None };
        let mut sheet =
            Sheet::open("x.csv", Bytes::Csv(bytes), &Arc::new(mapping)).expect("it fits");
        let mut records = Vec::new();
        loop {
            let block = sheet.next_block(&context, &Gate::default());
            if block.is_empty() {
                return records;
            }
            records.extend(block.into_iter().map(|(line, checked)| match checked {
                Checked::Good(..) => (line, None),
                Checked::Bad(refusal) => (line, Some(refusal.reason)),
            }));
        }
    }

    /// A reader that hands out one byte at a time.
    struct Drops(Cursor<Vec<u8>>);

    impl Read for Drops {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = buffer.len().min(1);
            self.0.read(&mut buffer[..n])
        }
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let text = "who,when,phq\n\n\ns-one,2025-02-03T09:00,\"1\n9\"\n,,\ns-one,x,19\n\ns-one,2025-02-03T09:00,19\n";
        let records = read(Box::new(Cursor::new(text.as_bytes().to_vec())));
        // Python's csv.reader gives the same rows; the lines were counted by hand.
        assert_eq!(
            records,
            [(4, Some(Reason::WrongType)), (7, Some(Reason::MalformedTime)), (9, None)]
        );
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_every_record_has_a_line_and_an_outcome(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    &b","[..], b"\"", b"\n", b"\r\n", b"s-one", b"2025-02-03T09:00", b"19", b"\xFF",
                    b" ", b"NA", b"\0", b"\xC3\xA9", b"s-one,2025-02-03T09:00,19\n",
                ]),
                0..60,
            )
        ) {
            let bytes = [&b"who,when,phq\n"[..], &parts.concat()].concat();
            let n_lines = bytes.split(|byte| *byte == b'\n').count() as u64;
            let records = read(Box::new(Cursor::new(bytes.clone())));
            prop_assert!(records.iter().all(|(line, _)| (2..=n_lines).contains(line)));
            prop_assert!(records.is_sorted_by_key(|(line, _)| *line));
            // How the bytes arrive makes no difference.
            let drops = BufReader::new(Drops(Cursor::new(bytes)));
            prop_assert_eq!(read(Box::new(drops)), records);
        }
    }
}
