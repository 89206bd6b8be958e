//! Plain JSON, as programs write it: no escape in a text, no line end or tab between values.
//!
//! Half of what an ingest does is reading JSON, and nearly all of it is plain. A text without
//! escapes ends at the next quote, which is found many bytes at once, and nothing is copied. What
//! is not plain, and what is wrong, is [`NotPlain`]: `serde_json` reads it, and says what is wrong.

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::fmt;

/// A text that is no plain JSON, or not of the type asked for.
#[derive(Debug)]
pub(super) struct NotPlain;

impl fmt::Display for NotPlain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no plain JSON of this type")
    }
}

impl std::error::Error for NotPlain {}

impl de::Error for NotPlain {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self
    }
}

/// Reads one value from a text.
pub(super) fn read<'de, T>(
    text: &'de str,
    value: impl FnOnce(&mut Plain<'de>) -> Result<T, NotPlain>,
) -> Result<T, NotPlain> {
    // Every byte is looked at, so that many can be at once.
    let is_special = |byte: u8| byte < b' ' || byte == b'\\';
    if text.bytes().fold(false, |found, byte| found | is_special(byte)) {
        return Err(NotPlain);
    }
    let mut reader = Plain { text, at: 0 };
    let value = value(&mut reader)?;
    if reader.peek().is_some() { Err(NotPlain) } else { Ok(value) }
}

/// Reads a text without control characters and backslashes from its beginning to its end.
pub(super) struct Plain<'de> {
    text: &'de str,
    at: usize,
}

impl<'de> Plain<'de> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        while self.byte() == Some(b' ') {
            self.at += 1;
        }
        self.byte()
    }

    /// Passes over a byte, which has to be the next that is no blank.
    fn expect(&mut self, byte: u8) -> Result<(), NotPlain> {
        if self.peek() != Some(byte) {
            return Err(NotPlain);
        }
        self.at += 1;
        Ok(())
    }

    fn text(&mut self) -> Result<&'de str, NotPlain> {
        self.expect(b'"')?;
        let rest = self.text.as_bytes().get(self.at..).ok_or(NotPlain)?;
        let begin = self.at;
        let end = begin + memchr::memchr(b'"', rest).ok_or(NotPlain)?;
        self.at = end + 1;
        self.text.get(begin..end).ok_or(NotPlain)
    }

    /// Passes over a word, if it is the next.
    fn word(&mut self, word: &str) -> Result<(), NotPlain> {
        let is_next = self.text.as_bytes()[self.at..].starts_with(word.as_bytes());
        self.at += word.len();
        if is_next { Ok(()) } else { Err(NotPlain) }
    }

    /// Passes over digits; the number they are, and how many.
    fn digits(&mut self) -> (u64, usize) {
        let (from, mut value) = (self.at, 0_u64);
        while let Some(digit) = self.byte().filter(u8::is_ascii_digit) {
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        (value, self.at - from)
    }

    fn number<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, NotPlain> {
        let from = self.at;
        let is_negative = self.byte() == Some(b'-');
        self.at += usize::from(is_negative);
        let begins_with_zero = self.byte() == Some(b'0');
        let (whole, n_digits) = self.digits();
        if n_digits == 0 || (begins_with_zero && n_digits > 1) {
            return Err(NotPlain);
        }
        let is_whole = !matches!(self.byte(), Some(b'.' | b'e' | b'E'));
        if is_whole && n_digits <= SURE_DIGITS && !is_negative {
            return visitor.visit_u64(whole);
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            if self.digits().1 == 0 {
                return Err(NotPlain);
            }
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            if self.digits().1 == 0 {
                return Err(NotPlain);
            }
        }
        let number: f64 = self.text[from..self.at].parse().map_err(|_| NotPlain)?;
        if number.is_finite() { visitor.visit_f64(number) } else { Err(NotPlain) }
    }
}

/// So many digits are a number below 2^64.
const SURE_DIGITS: usize = 19;

impl<'de> de::Deserializer<'de> for &mut Plain<'de> {
    type Error = NotPlain;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
        match self.peek().ok_or(NotPlain)? {
            b'"' => self.deserialize_str(visitor),
            b'{' => self.deserialize_map(visitor),
            b'[' => self.deserialize_seq(visitor),
            b't' => self.word("true").and_then(|()| visitor.visit_bool(true)),
            b'f' => self.word("false").and_then(|()| visitor.visit_bool(false)),
            b'-' | b'0'..=b'9' => self.number(visitor),
            // Also null, which stands in no usual record.
            _ => Err(NotPlain),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
        self.deserialize_str(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
        self.expect(b'{')?;
        let value = visitor.visit_map(Entries { reader: self, end: b'}', is_first: true })?;
        self.expect(b'}').map(|()| value)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotPlain> {
        self.expect(b'[')?;
        let value = visitor.visit_seq(Entries { reader: self, end: b']', is_first: true })?;
        self.expect(b']').map(|()| value)
    }

    /// What is ignored may be nested without end.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, NotPlain> {
        Err(NotPlain)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char string bytes byte_buf option unit
        unit_struct newtype_struct tuple tuple_struct struct enum
    }
}

/// What stands in an object or a list, up to its end.
struct Entries<'r, 'de> {
    reader: &'r mut Plain<'de>,
    end: u8,
    is_first: bool,
}

impl Entries<'_, '_> {
    /// Whether there is another entry; the reader then stands before it.
    fn is_next(&mut self) -> Result<bool, NotPlain> {
        let next = self.reader.peek();
        if next == Some(self.end) {
            return Ok(false);
        }
        if !std::mem::take(&mut self.is_first) {
            if next != Some(b',') {
                return Err(NotPlain);
            }
            self.reader.at += 1;
        }
        Ok(true)
    }
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = NotPlain;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, NotPlain> {
        if !self.is_next()? {
            return Ok(None);
        }
        let key = seed.deserialize(de::value::BorrowedStrDeserializer::new(self.reader.text()?))?;
        self.reader.expect(b':')?;
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, NotPlain> {
        seed.deserialize(&mut *self.reader)
    }
}

impl<'de> SeqAccess<'de> for Entries<'_, 'de> {
    type Error = NotPlain;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, NotPlain> {
        if self.is_next()? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;
    use serde_json::Value;

    fn plain(text: &str) -> Option<Value> {
        read(text, |reader| Value::deserialize(reader)).ok()
    }

    /// Numbers are asked for as doubles, so that is what they are compared as.
    fn in_doubles(value: Value) -> Value {
        match value {
            Value::Number(number) => Value::from(number.as_f64()),
            Value::Array(entries) => entries.into_iter().map(in_doubles).collect(),
            Value::Object(fields) => {
                fields.into_iter().map(|(name, value)| (name, in_doubles(value))).collect()
            }
            other => other,
        }
    }

    /// Witness: `serde_json` reads the same value from whatever is read at all.
    fn agrees(text: &str) -> bool {
        let read = plain(text).map(in_doubles);
        read.is_none_or(|value| serde_json::from_str(text).ok().map(in_doubles) == Some(value))
    }

    #[test]
    fn what_programs_write_is_read() {
        let texts = [
            r#"{"a":1,"b":[true,false,"x"],"c":{"d":-0.5},"ü":"ß"}"#,
            r#" { "a" : [ 1 , 2.50 , 1e3 , -1.5E-2 , 0 , -0 ] , "b" : [ ] , "c" : { } } "#,
            "18446744073709551615",
            "-9007199254740993",
            "123456789012345678901234567890",
            "0.1",
            "1.7976931348623157e308",
            "5e-324",
        ];
        for text in texts {
            assert!(plain(text).is_some() && agrees(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_not_read() {
        let texts = [
            "",
            " ",
            "{",
            "}",
            "[",
            "[1",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{,\"a\":1}",
            "{a:1}",
            "{\"a\" 1}",
            "{\"a\":1}}",
            "[1]]",
            "1 2",
            "01",
            "-",
            "+1",
            ".5",
            "1.",
            "1.e2",
            "1e",
            "1e+",
            "-01",
            "- 1",
            "1e999",
            "tru",
            "truefalse",
            "nul",
            "\"a",
            "'a'",
            "NaN",
            "Infinity",
            "0x10",
            "{\"a\":1]",
            "[1}",
            "t",
            "\"a\"b",
        ];
        for text in texts {
            assert!(plain(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_needs_more_than_a_look_is_left_to_others() {
        let deep = "[".repeat(100_000);
        for text in ["null", "\"a\\nb\"", "[1,\t2]", "\"a\tb\"", "{\"a\":null}"] {
            assert!(plain(text).is_none(), "{text}");
        }
        assert!(read(&deep, |reader| de::IgnoredAny::deserialize(reader)).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_what_serde_json_reads(
            text in r#"([\[\]{},: -]|"[a-z"]{0,3}"|[0-9.eE+-]{1,6}|true|false|null){0,9}"#,
        ) {
            prop_assert!(agrees(&text), "{text}");
        }

        #[test]
        fn every_number_is_read_alike(text in r"-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,24})?([eE][+-]?[0-9]{1,3})?") {
            prop_assert!(agrees(&text), "{text}");
        }
    }
}
