//! The canonical text of an event: its JSON, byte for byte as `serde_json` writes it.
//!
//! Written by a serializer of its own because it is written for every event that is read, to tell
//! a duplicate from a conflict. It knows what an event is made of (objects, lists, codes, ids,
//! numbers and truth values), and that hardly any text needs an escape; what it does not know it
//! hands to `serde_json`.

use serde::Serialize;
use serde::ser::{Error as _, Impossible, SerializeMap, SerializeSeq, SerializeStruct, Serializer};
use serde_json::Error;

/// Writes the canonical text of an event in place of what `out` holds; nothing for a value that no
/// event can hold.
pub(super) fn write(event: &impl Serialize, out: &mut Vec<u8>) {
    out.clear();
    if event.serialize(Writer { out, is_plain: false }).is_err() {
        out.clear();
    }
}

/// Writes a text whose shape leaves nothing to escape.
///
/// # Errors
/// Those of the serializer.
pub(super) fn write_plain<S: Serializer>(text: &str, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_newtype_struct(PLAIN, text)
}

/// What a plain text is called on its way to the [`Writer`]; to others it is a text.
const PLAIN: &str = "PlainText";

struct Writer<'a> {
    out: &'a mut Vec<u8>,
    /// A text has nothing to escape, so that none of it is looked at.
    is_plain: bool,
}

/// Entries of an object or a list, with commas between.
struct Entries<'a> {
    out: &'a mut Vec<u8>,
    is_first: bool,
    end: u8,
}

/// Whether a text needs an escape. Every byte is looked at, so that many can be at once.
fn has_special(text: &[u8]) -> bool {
    let special = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    text.iter().fold(false, |found, byte| found | special(*byte))
}

impl Writer<'_> {
    fn text(self, text: &str) -> Result<(), Error> {
        if !self.is_plain && has_special(text.as_bytes()) {
            return serde_json::to_writer(self.out, text);
        }
        self.plain(text);
        Ok(())
    }

    /// A text with nothing to escape, as names of our own fields and codes are.
    fn plain(self, text: &str) {
        self.out.push(b'"');
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'"');
    }

    fn number(self, number: impl Serialize) -> Result<(), Error> {
        serde_json::to_writer(self.out, &number)
    }
}

impl<'a> Writer<'a> {
    fn entries(self, begin: u8, end: u8) -> Entries<'a> {
        self.out.push(begin);
        Entries { out: self.out, is_first: true, end }
    }
}

impl Entries<'_> {
    fn writer(&mut self) -> Writer<'_> {
        Writer { out: self.out, is_plain: false }
    }

    fn begin_entry(&mut self) {
        if !self.is_first {
            self.out.push(b',');
        }
        self.is_first = false;
    }

    fn key(&mut self, key: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.begin_entry();
        key.serialize(self.writer())?;
        self.out.push(b':');
        Ok(())
    }

    fn value(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        value.serialize(self.writer())
    }

    fn finish(self) {
        self.out.push(self.end);
    }
}

impl SerializeSeq for Entries<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.begin_entry();
        self.value(value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish();
        Ok(())
    }
}

impl SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.value(value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish();
        Ok(())
    }
}

impl SerializeStruct for Entries<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.begin_entry();
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.value(value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish();
        Ok(())
    }
}

/// What no part of an event is.
fn foreign<T>() -> Result<T, Error> {
    Err(Error::custom("no part of an event"))
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Entries<'a>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Entries<'a>;
    type SerializeStruct = Entries<'a>;
    type SerializeStructVariant = Impossible<(), Error>;

    fn serialize_str(self, text: &str) -> Result<(), Error> {
        self.text(text)
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_i16(self, value: i16) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_i32(self, value: i32) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_i64(self, value: i64) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_u8(self, value: u8) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_u16(self, value: u16) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_u32(self, value: u32) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_u64(self, value: u64) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.plain(variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(Writer { is_plain: name == PLAIN, ..self })
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Entries<'a>, Error> {
        Ok(self.entries(b'[', b']'))
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Entries<'a>, Error> {
        Ok(self.entries(b'{', b'}'))
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Entries<'a>, Error> {
        Ok(self.entries(b'{', b'}'))
    }

    fn serialize_char(self, _value: char) -> Result<(), Error> {
        foreign()
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<(), Error> {
        foreign()
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Error> {
        foreign()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<(), Error> {
        foreign()
    }

    fn serialize_tuple(self, _len: usize) -> Result<Self::SerializeTuple, Error> {
        foreign()
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleStruct, Error> {
        foreign()
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        foreign()
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        foreign()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn text(value: &impl Serialize) -> Vec<u8> {
        let mut out = b"of the event before".to_vec();
        write(value, &mut out);
        out
    }

    #[test]
    fn it_writes_as_serde_json_does() {
        let values: [Value; 6] = [
            json!({}),
            json!([]),
            json!({"a": [1, -2, 2.5, 1e-7, 0.1], "b": {"c": null, "d": [[], {}]}}),
            json!({"quote\"": "back\\slash", "line\n": "\u{1}", "ü": "ß"}),
            json!([true, false, u64::MAX, i64::MIN, 1.5e300]),
            json!("text"),
        ];
        for value in values {
            assert_eq!(text(&value), serde_json::to_vec(&value).expect("JSON"));
        }
    }

    #[test]
    fn what_no_event_holds_is_no_text() {
        assert!(text(&'c').is_empty());
        assert!(text(&(1, 2)).is_empty());
    }
}
