//! Digests that tell a new event from a duplicate and from a conflicting one.

use super::ids::{EventId, Source};

/// 128 bits of the BLAKE3 of (`source`, `id`): the key of an event in an index.
///
/// Among ten million events the chance of any two keys sharing a digest is below 1e-24.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyDigest(pub u128);

/// 128 bits of the BLAKE3 of an event's canonical text: what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentDigest(pub u128);

impl KeyDigest {
    /// The digest of a key. A NUL, which neither part can hold, stands between the two.
    #[must_use]
    pub fn of(source: &Source, id: &EventId) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(source.as_str().as_bytes());
        hasher.update(&[0]);
        hasher.update(id.as_str().as_bytes());
        Self(first_half(&hasher.finalize()))
    }
}

impl ContentDigest {
    /// The digest of a canonical text.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        Self(first_half(&blake3::hash(text.as_bytes())))
    }
}

fn first_half(hash: &blake3::Hash) -> u128 {
    let mut half = [0; 16];
    half.copy_from_slice(&hash.as_bytes()[..16]);
    u128::from_be_bytes(half)
}

/// What is already in the log, asked by whoever reads new events.
///
/// Implemented by the store's index; a set in memory is enough for tests and for `check`.
pub trait KnownKeys {
    /// Contents already stored under a key; empty for a new key.
    fn contents(&self, key: KeyDigest) -> &[ContentDigest];
}

/// Nothing is known: every key is new.
#[derive(Debug, Clone, Copy, Default)]
pub struct NothingKnown;

impl KnownKeys for NothingKnown {
    fn contents(&self, _key: KeyDigest) -> &[ContentDigest] {
        &[]
    }
}
