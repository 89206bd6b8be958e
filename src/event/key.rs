//! Digests that tell a new event from a duplicate and from a conflicting one.

use super::ids::{EventIdRef, Source};
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// 128 bits of the BLAKE3 of (`source`, `id`): the key of an event in an index.
///
/// Among ten million events the chance of any two keys sharing a digest is below 1e-24.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyDigest(pub u128);

/// 128 bits of the BLAKE3 of an event's canonical text: what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentDigest(pub u128);

/// Longest key: a source of 256 bytes, a NUL, an id of 128.
const LONGEST_KEY: usize = 256 + 1 + 128;

impl KeyDigest {
    /// The digest of a key. A NUL, which neither part can hold, stands between the two.
    #[must_use]
    pub fn of<'a>(source: &Source, id: impl Into<EventIdRef<'a>>) -> Self {
        let parts = [source.as_str().as_bytes(), &[0], id.into().as_str().as_bytes()];
        let mut text = [0; LONGEST_KEY];
        let mut length = 0;
        for part in parts {
            text[length..length + part.len()].copy_from_slice(part);
            length += part.len();
        }
        Self(first_half(&blake3::hash(&text[..length])))
    }
}

impl ContentDigest {
    /// The digest of a canonical text.
    #[must_use]
    pub fn of_text(text: &[u8]) -> Self {
        Self(first_half(&blake3::hash(text)))
    }
}

fn first_half(hash: &blake3::Hash) -> u128 {
    let mut half = [0; 16];
    half.copy_from_slice(&hash.as_bytes()[..16]);
    u128::from_be_bytes(half)
}

/// Every content of the keys that stand in the log with different contents. A content holds its
/// source and id, so that it stands under one key only.
#[derive(Debug, Clone, Default)]
pub struct Conflicts(HashSet<u128, BuildHasherDefault<OfDigest>>);

impl Conflicts {
    /// Whether no key is in conflict.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a content stands under a key in conflict.
    #[must_use]
    pub fn contains(&self, content: ContentDigest) -> bool {
        self.0.contains(&content.0)
    }
}

impl FromIterator<ContentDigest> for Conflicts {
    fn from_iter<I: IntoIterator<Item = ContentDigest>>(contents: I) -> Self {
        Self(contents.into_iter().map(|content| content.0).collect())
    }
}

/// A part of a digest is as good a hash of it as any.
#[derive(Debug, Clone, Copy, Default)]
struct OfDigest(u64);

impl Hasher for OfDigest {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "half of the bits do")]
    fn write_u128(&mut self, digest: u128) {
        self.0 = digest as u64;
    }
}

/// What a key and a content are to what is known already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Novelty {
    /// The key is new.
    New,
    /// The key is known with this content.
    Duplicate,
    /// The key is known, this content is not.
    Conflicting,
}

/// Failure of whoever knows the keys.
pub type KeyError = Box<dyn std::error::Error + Send + Sync>;

/// The keys of the log, and of what is on its way into it, asked by whoever reads new events.
///
/// Implemented by the store. A source that is refused whole must leave no trace, so that the keys
/// of the source being read can be taken back.
pub trait KnownKeys {
    /// Says what a key and a content are, and remembers them as those of the source being read.
    ///
    /// # Errors
    /// If the keys cannot be read or written.
    fn meet(&mut self, key: KeyDigest, content: ContentDigest) -> Result<Novelty, KeyError>;

    /// Keeps what the source brought.
    ///
    /// # Errors
    /// If the keys cannot be written.
    fn keep_source(&mut self) -> Result<(), KeyError>;

    /// Forgets what the source brought.
    fn drop_source(&mut self);
}
