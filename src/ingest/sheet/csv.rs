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
    reader: csv::Reader<Watched<Decoder<Bytes>>>,
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
        let watched = Watched::new(Decoder::new(bytes, dialect.encoding));
        let reader = ReaderBuilder::new()
            .delimiter(dialect.delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(watched);
        let mut rows = Self {
            reader,
            dialect: dialect.clone(),
            headers: Vec::new(),
            header_line: 1,
            ended: None,
        };
        let mut record = ByteRecord::new();
        for _ in 0..dialect.header_row {
            if !rows.read(&mut record).map_err(into_io)? {
                rows.ended = Some(End::Whole);
                return Ok(rows);
            }
        }
        rows.header_line = rows.reader.get_ref().line();
        rows.headers = record.iter().map(text_of).collect();
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

    fn read(&mut self, record: &mut ByteRecord) -> csv::Result<bool> {
        let at = self.reader.position().byte();
        self.reader.get_mut().begin_row(at);
        self.reader.read_byte_record(record)
    }

    /// The next row, its cells in the order of the mapping's columns.
    pub fn next_row(&mut self, binding: &Binding) -> Option<Row> {
        if self.ended.is_some() {
            return None;
        }
        let mut record = ByteRecord::new();
        let read = self.read(&mut record);
        let watched = self.reader.get_ref();
        let line = watched.line();
        match read {
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
        if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
            return Some(Row { line, cells: Ok(vec![Cell::Missing; binding.positions.len()]) });
        }
        if record.len() != binding.n_columns {
            // The last row, cut short and without a line end, is where the file broke off.
            let is_cut = record.len() < binding.n_columns && watched.ends_midway();
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
        if !rows.read(&mut record).map_err(into_io)? {
            break;
        }
        found.push(record.iter().map(text_of).collect());
    }
    Ok(found)
}

fn text_of(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).trim_start_matches('\u{FEFF}').trim().to_owned()
}

fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        _ => io::ErrorKind::InvalidData.into(),
    }
}

/// What the parser is reading, kept as far back as the row it is in: how much of it there may be,
/// on which line it began, and how the file ended.
struct Watched<R> {
    inner: R,
    /// Bytes the row may still take.
    left: usize,
    /// Bytes from the beginning of the row on; the parser may be ahead of its end.
    window: Vec<u8>,
    /// Bytes, and line ends among them, before the window.
    n_before: u64,
    n_lines_before: u64,
    is_at_end: bool,
}

impl<R> Watched<R> {
    fn new(inner: R) -> Self {
        let (left, window) = (LONGEST_ROW, Vec::new());
        Self { inner, left, window, n_before: 0, n_lines_before: 0, is_at_end: false }
    }

    /// A row begins at this byte of the file.
    fn begin_row(&mut self, at: u64) {
        let n = usize::try_from(at - self.n_before).unwrap_or(0).min(self.window.len());
        self.n_lines_before += count_line_ends(&self.window[..n]);
        self.window.drain(..n);
        self.n_before = at;
        self.left = LONGEST_ROW;
    }

    /// Line of the row, from 1. The parser counts the line ends before a row to it: those of blank
    /// lines, and the second half of CRLF.
    fn line(&self) -> u64 {
        let is_line_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let n = self.window.iter().take_while(is_line_end).count();
        1 + self.n_lines_before + count_line_ends(&self.window[..n])
    }

    /// Whether the file ends without a line end.
    fn ends_midway(&self) -> bool {
        self.is_at_end && self.window.last().is_some_and(|last| *last != b'\n')
    }
}

fn count_line_ends(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let n = self.inner.read(buffer)?;
        self.left = self.left.saturating_sub(n);
        self.window.extend_from_slice(&buffer[..n]);
        self.is_at_end |= n == 0;
        Ok(n)
    }
}
