//! A byte stream to blocks of lines: bounded memory, whatever the line ends and however long a line
//! is.

use std::io::{self, BufRead, Read};

/// Longest line that can hold an event; a longer one is skipped, not read into memory.
pub const LONGEST_LINE: usize = 1 << 20;

/// Bytes read before a block is cut at its last line end.
const BLOCK_BYTES: usize = 8 << 20;

/// Spare bytes behind what is read, so that the end of a stream is met without growing.
const ROOM_FOR_THE_END: usize = 64;

/// Reads until there are `most` bytes, or to the end of a stream; says whether that came first.
pub(super) fn read_up_to(
    reader: &mut impl Read,
    bytes: &mut Vec<u8>,
    most: usize,
) -> io::Result<bool> {
    let wanted = most.saturating_sub(bytes.len());
    bytes.reserve_exact(wanted + ROOM_FOR_THE_END);
    Ok(reader.take(wanted as u64).read_to_end(bytes)? < wanted)
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One line without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Number, from 1, blank lines counted.
    pub number: u64,
    /// Bytes, at most [`LONGEST_LINE`] of them.
    pub bytes: &'a [u8],
    /// The line was longer; `bytes` is its beginning.
    pub too_long: bool,
    /// A line end followed; only the last line of a source can lack it.
    pub ended: bool,
}

/// Where a line stands in the bytes of its block.
#[derive(Debug, Clone, Copy)]
struct Span {
    begin: usize,
    end: usize,
    number: u64,
    too_long: bool,
    ended: bool,
}

/// Whole lines that stand one behind the other, blank ones left out. Filled anew again and again.
#[derive(Debug, Default)]
pub struct Block {
    bytes: Vec<u8>,
    lines: Vec<Span>,
}

impl Block {
    /// Number of lines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is no line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The line at a position below [`Block::len`].
    #[must_use]
    pub fn line(&self, at: usize) -> Line<'_> {
        let Span { begin, end, number, too_long, ended } = self.lines[at];
        Line { number, bytes: &self.bytes[begin..end], too_long, ended }
    }

    fn push(&mut self, mut span: Span) {
        if span.end - span.begin > LONGEST_LINE {
            span.end = span.begin + LONGEST_LINE;
            span.too_long = true;
        }
        if span.number == 1 && self.bytes[span.begin..span.end].starts_with(BYTE_ORDER_MARK) {
            span.begin += BYTE_ORDER_MARK.len();
        }
        if self.bytes[span.begin..span.end].ends_with(b"\r") {
            span.end -= 1;
        }
        if span.too_long || !self.bytes[span.begin..span.end].trim_ascii().is_empty() {
            self.lines.push(span);
        }
    }
}

/// Lines of a stream, a block at a time. A byte order mark at the start is dropped, CRLF is a
/// line end. An error of the stream ends it after the line it broke off in.
pub struct Lines<R> {
    reader: R,
    number: u64,
    /// The beginning of a line whose end is still to be read.
    rest: Vec<u8>,
    at_end: bool,
    broken: Option<io::Error>,
}

impl<R: BufRead> Lines<R> {
    /// Lines of a stream.
    pub const fn new(reader: R) -> Self {
        Self { reader, number: 0, rest: Vec::new(), at_end: false, broken: None }
    }

    /// The error that ended the stream early, once it has ended.
    pub fn into_error(self) -> Option<io::Error> {
        self.broken
    }

    /// Fills a block with the next lines that are not blank; without any, the stream has ended.
    pub fn fill(&mut self, block: &mut Block) {
        block.lines.clear();
        while block.lines.is_empty() && !self.at_end {
            block.bytes.clear();
            block.bytes.append(&mut self.rest);
            self.read(&mut block.bytes);
            self.cut(block);
        }
    }

    fn read(&mut self, bytes: &mut Vec<u8>) {
        match read_up_to(&mut self.reader, bytes, BLOCK_BYTES) {
            Ok(at_end) => self.at_end = at_end,
            Err(error) => self.break_off(error),
        }
    }

    fn break_off(&mut self, error: io::Error) {
        self.at_end = true;
        self.broken = Some(error);
    }

    /// Cuts the bytes of a block at line ends; what follows the last one waits for the next block.
    fn cut(&mut self, block: &mut Block) {
        let mut begin = 0;
        while let Some(length) = memchr::memchr(b'\n', &block.bytes[begin..]) {
            let end = begin + length;
            self.number += 1;
            block.push(Span { begin, end, number: self.number, too_long: false, ended: true });
            begin = end + 1;
        }
        let end = block.bytes.len();
        let too_long = end - begin > LONGEST_LINE;
        if too_long || (self.at_end && end > begin) {
            let ended = too_long && self.skip_line();
            self.number += 1;
            block.push(Span { begin, end, number: self.number, too_long, ended });
        } else {
            self.rest.extend_from_slice(&block.bytes[begin..]);
        }
    }

    /// Passes over what is left of a line; says whether it had an end.
    fn skip_line(&mut self) -> bool {
        while !self.at_end {
            match self.reader.fill_buf() {
                Ok([]) => self.at_end = true,
                Ok(buffer) => {
                    let end = memchr::memchr(b'\n', buffer);
                    let passed = end.map_or(buffer.len(), |end| end + 1);
                    self.reader.consume(passed);
                    if end.is_some() {
                        return true;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.break_off(error),
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    /// Number, bytes, whether too long, whether ended.
    type Seen = (u64, Vec<u8>, bool, bool);

    fn seen<R: BufRead>(lines: &mut Lines<R>) -> Vec<Seen> {
        let (mut all, mut block) = (Vec::new(), Block::default());
        loop {
            lines.fill(&mut block);
            if block.is_empty() {
                return all;
            }
            all.extend(
                (0..block.len())
                    .map(|at| block.line(at))
                    .map(|line| (line.number, line.bytes.to_vec(), line.too_long, line.ended)),
            );
        }
    }

    fn texts(bytes: &[u8]) -> Vec<(u64, String, bool)> {
        let all = seen(&mut Lines::new(bytes));
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        all.into_iter().map(|(number, bytes, _, ended)| (number, text(bytes), ended)).collect()
    }

    #[test]
    fn marks_blanks_and_line_ends() {
        assert_eq!(
            texts(b"\xEF\xBB\xBFa\r\n\n  \nb\nc"),
            [(1, "a".into(), true), (4, "b".into(), true), (5, "c".into(), false)]
        );
        assert_eq!(texts(b""), []);
        assert_eq!(texts(b"\n\r\n \n"), []);
    }

    #[test]
    fn blocks_are_cut_at_line_ends_only() {
        // Slow and obvious: all lines of a text that is far longer than a block.
        let mut text = String::new();
        for n in 0..300_000 {
            writeln!(text, "{n:>width$}", width = n % 97).expect("memory");
        }
        assert!(text.len() > BLOCK_BYTES);
        let expected: Vec<&str> = text.lines().collect();
        let all = seen(&mut Lines::new(text.as_bytes()));
        assert_eq!(all.len(), expected.len());
        for (at, (number, bytes, too_long, ended)) in all.into_iter().enumerate() {
            assert_eq!((number, bytes.as_slice()), (at as u64 + 1, expected[at].as_bytes()));
            assert!(!too_long && ended);
        }
    }

    #[test]
    fn a_line_of_forty_megabytes_costs_one() {
        let long = io::repeat(b'x').take(40 << 20);
        let reader = io::BufReader::new(long.chain(&b"\nnext\n"[..]));
        let all = seen(&mut Lines::new(reader));
        let (number, bytes, too_long, ended) = &all[0];
        assert_eq!((*number, bytes.len(), *too_long, *ended), (1, LONGEST_LINE, true, true));
        assert_eq!(all[1..], [(2, b"next".to_vec(), false, true)]);
    }

    #[test]
    fn a_long_line_inside_a_block_costs_one() {
        let text = format!("a\n{}\nb", "y".repeat(LONGEST_LINE + 1));
        let all = seen(&mut Lines::new(text.as_bytes()));
        let short: Vec<_> = all.iter().map(|line| (line.0, line.1.len(), line.2)).collect();
        assert_eq!(short, [(1, 1, false), (2, LONGEST_LINE, true), (3, 1, false)]);
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
        let expected = [(1, b"a".to_vec(), false, true), (2, b"b".to_vec(), false, false)];
        assert_eq!(seen(&mut lines), expected);
        assert!(lines.into_error().is_some());
    }
}
