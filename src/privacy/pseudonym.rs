//! A second pseudonym laid over the first, by a key that nothing here keeps.
//!
//! The first must be random already: this is a layer over it, so that whoever has the store and
//! the files of a site cannot put the two side by side. It is not a way to make a pseudonym from a
//! record number or a name, which anyone with the key could try out one by one.

use crate::event::ids::Subject;
use std::fmt;

/// What a second pseudonym begins with.
const PREFIX: &str = "k-";

/// Hexadecimal digits behind it: 128 bits, so that no two people of ten million share one.
const DIGITS: usize = 32;

/// Contexts of BLAKE3's key derivation, so that no two uses of a key are the same function.
const FROM_BYTES: &str = "afterdose 2026-11 subject key from a file";
const FOR_SUBJECTS: &str = "afterdose 2026-11 second pseudonym of a subject";
const FOR_CHECK: &str = "afterdose 2026-11 check value of a subject key";

/// Bytes of a key, and of the salt of a check value.
pub const KEY_BYTES: usize = 32;

/// The secret key of a store. Never written, never printed.
#[derive(Clone)]
pub struct SubjectKey {
    for_subjects: [u8; KEY_BYTES],
    for_check: [u8; KEY_BYTES],
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectKey(..)")
    }
}

impl SubjectKey {
    /// A key from 64 hexadecimal digits; `None` for any other text, and where all are the same
    /// digit, as in a place that waits for a key.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_placeholder = text.bytes().all(|byte| Some(&byte) == text.as_bytes().first());
        let hash = blake3::Hash::from_hex(text).ok().filter(|_| !is_placeholder)?;
        Some(Self::new(hash.as_bytes()))
    }

    /// A key from the bytes of a file: 64 hexadecimal digits, or any 32 bytes or more; `None` for
    /// fewer, and where all are the same.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if let Some(key) = std::str::from_utf8(bytes).ok().and_then(Self::from_hex) {
            return Some(key);
        }
        let text = bytes.trim_ascii();
        let is_placeholder = text.iter().all(|byte| Some(byte) == text.first());
        (bytes.len() >= KEY_BYTES && !is_placeholder)
            .then(|| Self::new(&blake3::derive_key(FROM_BYTES, bytes)))
    }

    fn new(key: &[u8; KEY_BYTES]) -> Self {
        Self {
            for_subjects: blake3::derive_key(FOR_SUBJECTS, key),
            for_check: blake3::derive_key(FOR_CHECK, key),
        }
    }

    /// The second pseudonym: `k-` and 32 hexadecimal digits. `None` cannot be, for that is the
    /// shape of a subject.
    #[must_use]
    pub fn pseudonym(&self, subject: &Subject) -> Option<Subject> {
        let hash = blake3::keyed_hash(&self.for_subjects, subject.as_str().as_bytes());
        Subject::new(&format!("{PREFIX}{}", &hash.to_hex()[..DIGITS]))
    }

    /// What a store keeps to know the key again: a keyed hash of the store's own salt, from which
    /// nothing of the key follows. 64 hexadecimal digits.
    #[must_use]
    pub fn check_value(&self, salt: &[u8]) -> String {
        blake3::keyed_hash(&self.for_check, salt).to_hex().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(text: &str) -> Subject {
        Subject::new(text).expect("a subject")
    }

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    #[test]
    fn a_key_gives_one_person_one_name_and_another_key_another() {
        let key = SubjectKey::from_hex(HEX).expect("a key");
        let other = SubjectKey::from_hex(&HEX.replace("00", "ff")).expect("a key");
        let name = |key: &SubjectKey, text| key.pseudonym(&subject(text)).expect("a subject");
        assert_eq!(name(&key, "s-7f3a9c"), name(&key, "s-7f3a9c"));
        assert_ne!(name(&key, "s-7f3a9c"), name(&key, "s-7f3a9d"));
        assert_ne!(name(&key, "s-7f3a9c"), name(&other, "s-7f3a9c"));
        assert_eq!(key.check_value(b"salt"), key.clone().check_value(b"salt"));
        assert_ne!(key.check_value(b"salt"), key.check_value(b"other"));
        assert_ne!(key.check_value(b"salt"), other.check_value(b"salt"));
    }

    #[test]
    fn the_name_is_what_another_implementation_makes_of_it() {
        // Python 3.11, blake3 1.0.11: `derive = lambda context: blake3(bytes.fromhex(HEX),
        // derive_key_context=context).digest()`, then `blake3(b"s-7f3a9c", key=derive(FOR_SUBJECTS))`
        // and `blake3(bytes([7] * 16), key=derive(FOR_CHECK))`.
        let key = SubjectKey::from_hex(HEX).expect("a key");
        let name = key.pseudonym(&subject("s-7f3a9c")).expect("a subject");
        assert_eq!(name.as_str(), "k-3dc3ceebf8a6751f5a937ff6f2d3c1d3");
        assert_eq!(
            key.check_value(&[7; 16]),
            "a53da625f721e55a86fdeaa6e5318fe744fd7e3314f08bfb017306131b539957"
        );
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert!(SubjectKey::from_hex(&HEX[1..]).is_none());
        assert!(SubjectKey::from_hex(&"0".repeat(64)).is_none());
        assert!(SubjectKey::from_bytes(&[1, 2, 3]).is_none());
        assert!(SubjectKey::from_bytes(&[b'x'; 40]).is_none());
        assert!(SubjectKey::from_bytes(b"thirty-one bytes are one too few").is_some());
        assert!(SubjectKey::from_bytes(b"thirty-one bytes are too few ..").is_none());
        let by_hex = SubjectKey::from_hex(HEX).map(|key| key.check_value(b"salt"));
        let by_file = SubjectKey::from_bytes(format!("{HEX}\n").as_bytes());
        assert_eq!(by_hex, by_file.map(|key| key.check_value(b"salt")));
    }

    #[test]
    fn a_key_is_not_printed() {
        let key = SubjectKey::from_hex(HEX).expect("a key");
        assert_eq!(format!("{key:?}"), "SubjectKey(..)");
    }
}
