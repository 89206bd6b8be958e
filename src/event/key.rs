//! Digests that tell a new event from a duplicate and from a conflicting one.

use super::ids::{EventIdRef, Source};
use std::collections::HashSet;

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

/// The keys that stand in the log with different contents, and those contents: whether a row is one
/// of theirs is known from its content, and no digest of its key need be made.
#[derive(Debug, Clone, Default)]
pub struct Conflicts {
    keys: HashSet<KeyDigest>,
    contents: HashSet<ContentDigest>,
}

impl Conflicts {
    /// Whether no key is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether a key is in conflict.
    #[must_use]
    pub fn has_key(&self, key: KeyDigest) -> bool {
        self.keys.contains(&key)
    }

    /// Whether a content stands under a key in conflict.
    #[must_use]
    pub fn has_content(&self, content: ContentDigest) -> bool {
        self.contents.contains(&content)
    }
}

/// Every content of every key in conflict.
impl FromIterator<(KeyDigest, ContentDigest)> for Conflicts {
    fn from_iter<I: IntoIterator<Item = (KeyDigest, ContentDigest)>>(known: I) -> Self {
        let (keys, contents) = known.into_iter().unzip();
        Self { keys, contents }
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
