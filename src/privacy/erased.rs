//! People erased from a store, known again by keyed digests, so that they stay out.
//!
//! A digest does not lead back to a subject; whoever has the key can only ask of a subject that is
//! known already.

use crate::event::ids::Subject;
use std::collections::BTreeSet;

/// Bytes of the key.
pub const KEY_BYTES: usize = 32;

/// Hexadecimal digits of a digest: 128 bits, so that no two people of ten million share one.
const DIGITS: usize = 32;

/// Context of BLAKE3's key derivation.
const CONTEXT: &str = "afterdose 2026-11 digest of an erased subject";

/// The erased subjects of a store.
#[derive(Clone)]
pub struct Erased {
    key: [u8; KEY_BYTES],
    digests: BTreeSet<String>,
}

impl std::fmt::Debug for Erased {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Erased({})", self.digests.len())
    }
}

impl Erased {
    /// Those with these digests, made with the key of their store.
    #[must_use]
    pub fn new(key: &[u8; KEY_BYTES], digests: BTreeSet<String>) -> Self {
        Self { key: blake3::derive_key(CONTEXT, key), digests }
    }

    /// The digest of a subject: 32 hexadecimal digits.
    #[must_use]
    pub fn digest(&self, subject: &str) -> String {
        blake3::keyed_hash(&self.key, subject.as_bytes()).to_hex()[..DIGITS].to_owned()
    }

    /// Whether a subject, as the store knows it, was erased.
    #[must_use]
    pub fn holds(&self, subject: &Subject) -> bool {
        self.holds_text(subject.as_str())
    }

    /// The same of the text of a subject.
    #[must_use]
    pub fn holds_text(&self, subject: &str) -> bool {
        !self.digests.is_empty() && self.digests.contains(&self.digest(subject))
    }

    /// Adds a subject; says whether it is new.
    pub fn add(&mut self, subject: &Subject) -> bool {
        self.digests.insert(self.digest(subject.as_str()))
    }

    /// The digests.
    #[must_use]
    pub const fn digests(&self) -> &BTreeSet<String> {
        &self.digests
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_erased_are_known_again_and_nobody_else() {
        let subject = |text| Subject::new(text).expect("a subject");
        let mut erased = Erased::new(&[7; KEY_BYTES], BTreeSet::new());
        assert!(!erased.holds(&subject("s-7f3a9c")));
        assert!(erased.add(&subject("s-7f3a9c")) && !erased.add(&subject("s-7f3a9c")));
        assert!(erased.holds(&subject("s-7f3a9c")) && !erased.holds(&subject("s-7f3a9d")));
        let again = Erased::new(&[7; KEY_BYTES], erased.digests().clone());
        assert!(again.holds(&subject("s-7f3a9c")));
        let other = Erased::new(&[8; KEY_BYTES], erased.digests().clone());
        assert!(!other.holds(&subject("s-7f3a9c")), "a digest is of its store alone");
        assert!(!format!("{erased:?} {:?}", erased.digests()).contains("7f3a9c"));
    }
}
