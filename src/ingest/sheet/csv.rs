//! Rows of a CSV file: any delimiter, quotes with line ends inside them, bounded memory.

use super::cell::Cell;
use super::decode::Decoder;
use super::mapping::Dialect;
use super::row::{Binding, Row};
use crate::event::refuse::Reason;
use csv::{ByteRecord, ReaderBuilder};
use std::io::{self, BufRead, Read};

/// Longest row in bytes; a quote that is never closed would make the rest of the file one row.
pub const LONGEST_ROW: usize = 1 << 20;

type Bytes = Box<dyn BufRead + Send>;

/// A CSV file being read.
pub struct CsvRows {
    reader: csv::Reader<Counted<Decoder<Bytes>>>,
    dialect: Dialect,
    /// Headers, blanks around them removed.
    pub headers: Vec<String>,
    /// Line of the header.
    pub header_line: u64,
    ended: Option<End>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    BrokenOff,
}

impl CsvRows {
    /// Opens a file and reads its header; an empty file has none, and no rows.
    ///
    /// # Errors
    /// If the bytes cannot be read as far as the header.
    pub fn open(bytes: Bytes, dialect: &Dialect) -> io::Result<Self> {
        let counted = Counted {
            inner: Decoder::new(bytes, dialect.encoding),
            left: 0,
            last: b'\n',
            is_at_end: false,
        };
        let reader = ReaderBuilder::new()
            .delimiter(dialect.delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(counted);
        let mut rows = Self {
            reader,
            dialect: dialect.clone(),
            headers: Vec::new(),
            header_line: 1,
            ended: None,
        };
        let mut record = ByteRecord::new();
        for _ in 0..dialect.header_row {
            rows.reader.get_mut().left = LONGEST_ROW;
            if !rows.reader.read_byte_record(&mut record).map_err(into_io)? {
                rows.ended = Some(End::Whole);
                return Ok(rows);
            }
        }
        rows.header_line = line_of(&record);
        let text = |cell: &[u8]| String::from_utf8_lossy(cell).trim().to_owned();
        rows.headers = record.iter().map(text).collect();
        Ok(rows)
    }

    /// Whether the file ended before its header.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.headers.is_empty()
    }

    /// Whether the file broke off before its end.
    #[must_use]
    pub fn broke_off(&self) -> bool {
        self.ended == Some(End::BrokenOff)
    }

    /// The next row, its cells in the order of the mapping's columns.
    pub fn next_row(&mut self, binding: &Binding) -> Option<Row> {
        if self.ended.is_some() {
            return None;
        }
        let mut record = ByteRecord::new();
        self.reader.get_mut().left = LONGEST_ROW;
        let line = self.reader.position().line();
        match self.reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => {
                self.ended = Some(End::Whole);
                return None;
            }
            Err(error) => {
                self.ended = Some(End::BrokenOff);
                let is_too_long = into_io(error).kind() == io::ErrorKind::FileTooLarge;
                return is_too_long.then_some(Row { line, cells: Err(Reason::LineTooLong) });
            }
        }
        let line = line_of(&record);
        if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
            return Some(Row { line, cells: Ok(vec![Cell::Missing; binding.positions.len()]) });
        }
        if record.len() != binding.n_columns {
            // The last row, cut short and without a line end, is where the file broke off.
            let is_cut = record.len() < binding.n_columns
                && self.reader.get_ref().is_at_end
                && self.reader.get_ref().last != b'\n';
            let reason = if is_cut { Reason::SourceTruncated } else { Reason::RaggedRow };
            return Some(Row { line, cells: Err(reason) });
        }
        let cell = |position: &Option<usize>| match position.and_then(|at| record.get(at)) {
            Some(bytes) => {
                std::str::from_utf8(bytes).map_or(Cell::NotText, |text| self.dialect.cell(text))
            }
            None => Cell::Missing,
        };
        Some(Row { line, cells: Ok(binding.positions.iter().map(cell).collect()) })
    }
}

/// Headers and first rows, every cell of them, for a proposal.
///
/// # Errors
/// If the bytes cannot be read.
pub fn head(bytes: Bytes, dialect: &Dialect, n_rows: usize) -> io::Result<Vec<Vec<String>>> {
    let mut rows = CsvRows::open(bytes, dialect)?;
    let mut found = vec![std::mem::take(&mut rows.headers)];
    let mut record = ByteRecord::new();
    while rows.ended.is_none() && found.len() <= n_rows {
        rows.reader.get_mut().left = LONGEST_ROW;
        if !rows.reader.read_byte_record(&mut record).map_err(into_io)? {
            break;
        }
        let text = |cell: &[u8]| String::from_utf8_lossy(cell).trim().to_owned();
        found.push(record.iter().map(text).collect());
    }
    Ok(found)
}

/// Line on which a record begins, from 1.
fn line_of(record: &ByteRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        _ => io::ErrorKind::InvalidData.into(),
    }
}

/// Counts what a row costs, and remembers how the file ended.
struct Counted<R> {
    inner: R,
    /// Bytes the row may still take.
    left: usize,
    last: u8,
    is_at_end: bool,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let n = self.inner.read(buffer)?;
        self.left = self.left.saturating_sub(n);
        match n {
            0 => self.is_at_end = true,
            n => self.last = buffer[n - 1],
        }
        Ok(n)
    }
}
