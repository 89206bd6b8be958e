//! Texts that come again in row after row: kept once, handed out as shared pointers.

use crate::event::ids::{OpenCode, Source, Subject};
use std::collections::HashMap;

/// Reads one kind of checked text, keeping each that was read.
#[derive(Debug)]
pub(in crate::store) struct Interner<T> {
    known: HashMap<Box<str>, T>,
    read: fn(&str) -> Option<T>,
}

impl<T: Clone> Interner<T> {
    fn new(read: fn(&str) -> Option<T>) -> Self {
        Self { known: HashMap::new(), read }
    }

    /// The text as its type; `None` if it does not have the shape.
    pub(in crate::store) fn get(&mut self, text: &str) -> Option<T> {
        if let Some(known) = self.known.get(text) {
            return Some(known.clone());
        }
        let value = (self.read)(text)?;
        self.known.insert(text.into(), value.clone());
        Some(value)
    }
}

/// The texts of a scan. Ids are not among them: each stands in the log once.
#[derive(Debug)]
pub(in crate::store) struct Names {
    /// Sites and systems.
    pub(in crate::store) sources: Interner<Source>,
    /// Drugs, instruments and other codes of open lists.
    pub(in crate::store) codes: Interner<OpenCode>,
    /// The subject of the row before: rows come sorted by subject.
    subject: Option<Subject>,
    /// The digest of the source file of the row before.
    file: Option<(Box<str>, [u8; 32])>,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            sources: Interner::new(Source::new),
            codes: Interner::new(OpenCode::new),
            subject: None,
            file: None,
        }
    }
}

impl Names {
    /// A subject, shared with the row before if it is the same.
    pub(in crate::store) fn subject(&mut self, text: &str) -> Option<Subject> {
        if self.subject.as_ref().is_none_or(|last| last.as_str() != text) {
            self.subject = Subject::new(text);
        }
        self.subject.clone()
    }

    /// The digest of a source file, from its 64 hexadecimal digits.
    pub(in crate::store) fn file(&mut self, text: &str) -> Option<[u8; 32]> {
        if let Some((known, digest)) = &self.file
            && **known == *text
        {
            return Some(*digest);
        }
        let digest = *blake3::Hash::from_hex(text).ok()?.as_bytes();
        self.file = Some((text.into(), digest));
        Some(digest)
    }
}
