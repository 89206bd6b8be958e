//! Bytes of a sheet to UTF-8, as they are read.

use serde::{Deserialize, Serialize};
use std::io::{self, Read};

/// How bytes are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows-1252, which is what most programs mean by Latin-1.
    #[serde(rename = "windows-1252", alias = "latin-1", alias = "iso-8859-1")]
    Windows1252,
    /// UTF-16; without a byte order mark little end first, as Windows writes it.
    #[serde(rename = "utf-16")]
    Utf16,
}

/// The characters of bytes 0x80 to 0x9F; the rest of the code page is that of Unicode. The five
/// bytes that mean nothing are control characters, as in the WHATWG Encoding Standard.
const WINDOWS_1252: [char; 32] = [
    '\u{20AC}', '\u{81}', '\u{201A}', '\u{192}', '\u{201E}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{2C6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8D}', '\u{17D}', '\u{8F}',
    '\u{90}', '\u{2018}', '\u{2019}', '\u{201C}', '\u{201D}', '\u{2022}', '\u{2013}', '\u{2014}',
    '\u{2DC}', '\u{2122}', '\u{161}', '\u{203A}', '\u{153}', '\u{9D}', '\u{17E}', '\u{178}',
];

/// A byte that is nowhere in UTF-8: what stands for half a character, so that its cell is refused.
const NO_CHARACTER: u8 = 0xFF;

/// Bytes taken from the source at a time.
const CHUNK: usize = 1 << 13;

/// A reader of UTF-8 over a reader of bytes in another encoding.
pub struct Decoder<R> {
    inner: R,
    encoding: Encoding,
    /// Decoded and not yet handed out.
    ready: Vec<u8>,
    at: usize,
    utf_16: Utf16,
}

impl<R: Read> Decoder<R> {
    /// A decoder.
    pub fn new(inner: R, encoding: Encoding) -> Self {
        Self { inner, encoding, ready: Vec::new(), at: 0, utf_16: Utf16::default() }
    }

    /// Decodes the next bytes; `false` at the end.
    fn refill(&mut self) -> io::Result<bool> {
        self.ready.clear();
        self.at = 0;
        let mut chunk = [0; CHUNK];
        while self.ready.is_empty() {
            let n = match self.inner.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            match self.encoding {
                Encoding::Utf8 => self.ready.extend_from_slice(&chunk[..n]),
                Encoding::Windows1252 => windows_1252(&chunk[..n], &mut self.ready),
                Encoding::Utf16 if n == 0 => self.utf_16.end(&mut self.ready),
                Encoding::Utf16 => self.utf_16.decode(&chunk[..n], &mut self.ready),
            }
            if n == 0 {
                break;
            }
        }
        Ok(!self.ready.is_empty())
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.ready.len() && !self.refill()? {
            return Ok(0);
        }
        let n = buffer.len().min(self.ready.len() - self.at);
        buffer[..n].copy_from_slice(&self.ready[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

fn push(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

fn windows_1252(bytes: &[u8], out: &mut Vec<u8>) {
    for &byte in bytes {
        match byte {
            0x80..=0x9F => push(WINDOWS_1252[usize::from(byte - 0x80)], out),
            byte => push(char::from(byte), out),
        }
    }
}

/// What a chunk of UTF-16 may leave for the next.
#[derive(Default)]
struct Utf16 {
    big_end_first: bool,
    begun: bool,
    odd: Option<u8>,
    high: Option<u16>,
}

impl Utf16 {
    fn decode(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for &byte in bytes {
            let Some(first) = self.odd.take() else {
                self.odd = Some(byte);
                continue;
            };
            let unit = if self.big_end_first {
                u16::from_be_bytes([first, byte])
            } else {
                u16::from_le_bytes([first, byte])
            };
            match (std::mem::replace(&mut self.begun, true), unit) {
                (false, 0xFEFF) => {}
                (false, 0xFFFE) => self.big_end_first = true,
                (_, unit) => self.unit(unit, out),
            }
        }
    }

    fn unit(&mut self, unit: u16, out: &mut Vec<u8>) {
        let units = self.high.take().into_iter().chain([unit]);
        if (0xD800..0xDC00).contains(&unit) {
            // The first half of a character; an unfinished one before it is none.
            if units.count() > 1 {
                out.push(NO_CHARACTER);
            }
            self.high = Some(unit);
            return;
        }
        for decoded in char::decode_utf16(units) {
            match decoded {
                Ok(c) => push(c, out),
                Err(_) => out.push(NO_CHARACTER),
            }
        }
    }

    /// Half a character at the end is none.
    fn end(&mut self, out: &mut Vec<u8>) {
        if self.odd.take().is_some() | self.high.take().is_some() {
            out.push(NO_CHARACTER);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes with a reader that hands out one byte at a time.
    fn decode(bytes: &[u8], encoding: Encoding) -> Vec<u8> {
        struct OneByOne<'a>(&'a [u8]);
        impl Read for OneByOne<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let n = self.0.len().min(1);
                buffer[..n].copy_from_slice(&self.0[..n]);
                self.0 = &self.0[n..];
                Ok(n)
            }
        }
        let mut out = Vec::new();
        Decoder::new(OneByOne(bytes), encoding).read_to_end(&mut out).expect("readable");
        out
    }

    #[test]
    fn windows_1252_is_not_quite_latin_1() {
        // What Python's "cp1252" makes of these bytes.
        let text = decode(b"Gr\xF6\xDFe \x80 \x93x\x94 \x9F", Encoding::Windows1252);
        assert_eq!(String::from_utf8(text).as_deref(), Ok("Größe € “x” Ÿ"));
    }

    #[test]
    fn utf_16_in_either_order_with_and_without_a_mark() {
        let text = "dose; Größe 𝄞\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&little, Encoding::Utf16), text.as_bytes());
        assert_eq!(decode(&[b"\xFF\xFE", &little[..]].concat(), Encoding::Utf16), text.as_bytes());
        assert_eq!(decode(&[b"\xFE\xFF", &big[..]].concat(), Encoding::Utf16), text.as_bytes());
    }

    #[test]
    fn half_a_character_is_none() {
        assert_eq!(decode(b"a\0\x34\xD8b\0", Encoding::Utf16), b"a\xFFb");
        // Half a character, then a whole one.
        let whole = decode(b"\x34\xD8\x34\xD8\x1E\xDD", Encoding::Utf16);
        assert_eq!(whole, [b"\xFF", "𝄞".as_bytes()].concat());
        assert_eq!(decode(b"a\0b", Encoding::Utf16), b"a\xFF");
    }

    #[test]
    fn utf_8_passes_as_it_is() {
        assert_eq!(decode(b"a\xFFb\xC3\xB6", Encoding::Utf8), b"a\xFFb\xC3\xB6");
    }
}
