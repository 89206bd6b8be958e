//! A byte stream to lines: bounded memory, whatever the line ends and however long a line is.

use std::io::{self, BufRead};

/// Longest line that can hold an event; a longer one is skipped, not read into memory.
pub const LONGEST_LINE: usize = 1 << 20;

/// One line without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Number, from 1, blank lines counted.
    pub number: u64,
    /// Bytes, at most [`LONGEST_LINE`] of them.
    pub bytes: Vec<u8>,
    /// The line was longer; `bytes` is its beginning.
    pub too_long: bool,
    /// A line end followed; only the last line of a source can lack it.
    pub ended: bool,
}

/// Lines of a stream, blank ones left out. A byte order mark at the start is dropped, CRLF is a
/// line end. An error of the stream ends it after the line it broke off in.
pub struct Lines<R> {
    reader: R,
    number: u64,
    broken: Option<io::Error>,
}

impl<R: BufRead> Lines<R> {
    /// Lines of a stream.
    pub const fn new(reader: R) -> Self {
        Self { reader, number: 0, broken: None }
    }

    /// The error that ended the stream early, once it has ended.
    pub fn into_error(self) -> Option<io::Error> {
        self.broken
    }

    /// The next line that is not blank.
    pub fn next_line(&mut self) -> Option<Line> {
        loop {
            let mut line = self.read_line()?;
            if self.number == 1 && line.bytes.starts_with(b"\xEF\xBB\xBF") {
                line.bytes.drain(..3);
            }
            if line.bytes.last() == Some(&b'\r') {
                line.bytes.pop();
            }
            if line.too_long || !line.bytes.iter().all(u8::is_ascii_whitespace) {
                return Some(line);
            }
        }
    }

    fn read_line(&mut self) -> Option<Line> {
        if self.broken.is_some() {
            return None;
        }
        self.number += 1;
        let mut line =
            Line { number: self.number, bytes: Vec::new(), too_long: false, ended: false };
        let mut read_any = false;
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.broken = Some(error);
                    break;
                }
            };
            if buffer.is_empty() {
                break;
            }
            read_any = true;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let piece = &buffer[..end.unwrap_or(buffer.len())];
            let room = LONGEST_LINE - line.bytes.len();
            line.too_long |= piece.len() > room;
            line.bytes.extend_from_slice(&piece[..piece.len().min(room)]);
            let consumed = end.map_or(buffer.len(), |end| end + 1);
            self.reader.consume(consumed);
            if end.is_some() {
                line.ended = true;
                break;
            }
        }
        read_any.then_some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn texts(bytes: &[u8]) -> Vec<(u64, String, bool)> {
        let mut lines = Lines::new(bytes);
        std::iter::from_fn(|| lines.next_line())
            .map(|line| {
                (line.number, String::from_utf8_lossy(&line.bytes).into_owned(), line.ended)
            })
            .collect()
    }

    #[test]
    fn marks_blanks_and_line_ends() {
        assert_eq!(
            texts(b"\xEF\xBB\xBFa\r\n\n  \nb\nc"),
            [(1, "a".into(), true), (4, "b".into(), true), (5, "c".into(), false)]
        );
        assert_eq!(texts(b""), []);
    }

    #[test]
    fn a_line_of_forty_megabytes_costs_one() {
        let long = io::repeat(b'x').take(40 << 20);
        let reader = io::BufReader::new(long.chain(&b"\nnext\n"[..]));
        let mut lines = Lines::new(reader);
        let first = lines.next_line().expect("a line");
        assert!(first.too_long && first.ended);
        assert_eq!(first.bytes.len(), LONGEST_LINE);
        assert_eq!(lines.next_line().map(|line| line.bytes), Some(b"next".to_vec()));
    }

    #[test]
    fn a_broken_stream_keeps_what_came_before() {
        struct Breaks;
        impl Read for Breaks {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
        }
        let mut lines = Lines::new(io::BufReader::new((&b"a\nb"[..]).chain(Breaks)));
        assert_eq!(lines.next_line().map(|line| line.ended), Some(true));
        assert_eq!(
            lines.next_line().map(|line| (line.bytes, line.ended)),
            Some((b"b".to_vec(), false))
        );
        assert_eq!(lines.next_line(), None);
        assert!(lines.into_error().is_some());
    }
}
