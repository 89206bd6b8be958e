//! New, duplicate or conflicting: within the batch first, then against what is stored.

use crate::event::key::{ContentDigest, KeyDigest, KnownKeys};
use std::collections::HashMap;

/// What a key and content are to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Novelty {
    /// The key is new.
    New,
    /// The key is known with this content.
    Duplicate,
    /// The key is known, this content is not.
    Conflicting,
}

/// Keys accepted in this batch, on top of those already stored.
///
/// A source that is refused whole must leave no trace, so the keys of the source being read can
/// be taken back.
pub struct Seen<'a> {
    stored: &'a dyn KnownKeys,
    batch: HashMap<KeyDigest, Vec<ContentDigest>>,
    of_source: Vec<(KeyDigest, ContentDigest)>,
}

impl<'a> Seen<'a> {
    /// Nothing accepted yet.
    #[must_use]
    pub fn new(stored: &'a dyn KnownKeys) -> Self {
        Self { stored, batch: HashMap::new(), of_source: Vec::new() }
    }

    /// Says what a key and content are, and remembers them.
    pub fn meet(&mut self, key: KeyDigest, content: ContentDigest) -> Novelty {
        let stored = self.stored.contents(key);
        let batch = self.batch.get(&key).map_or(&[][..], Vec::as_slice);
        if stored.contains(&content) || batch.contains(&content) {
            return Novelty::Duplicate;
        }
        let novelty =
            if stored.is_empty() && batch.is_empty() { Novelty::New } else { Novelty::Conflicting };
        self.batch.entry(key).or_default().push(content);
        self.of_source.push((key, content));
        novelty
    }

    /// Keeps what the source brought.
    pub fn keep_source(&mut self) {
        self.of_source.clear();
    }

    /// Forgets what the source brought.
    pub fn drop_source(&mut self) {
        for (key, content) in self.of_source.drain(..) {
            if let Some(contents) = self.batch.get_mut(&key) {
                contents.retain(|known| *known != content);
                if contents.is_empty() {
                    self.batch.remove(&key);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::key::NothingKnown;

    #[test]
    fn a_dropped_source_leaves_no_trace() {
        let mut seen = Seen::new(&NothingKnown);
        let (key, a, b) = (KeyDigest(1), ContentDigest(1), ContentDigest(2));
        assert_eq!(seen.meet(key, a), Novelty::New);
        seen.keep_source();
        assert_eq!(seen.meet(key, a), Novelty::Duplicate);
        assert_eq!(seen.meet(key, b), Novelty::Conflicting);
        assert_eq!(seen.meet(key, b), Novelty::Duplicate);
        seen.drop_source();
        assert_eq!(seen.meet(key, b), Novelty::Conflicting);
        assert_eq!(seen.meet(KeyDigest(2), b), Novelty::New);
    }
}
