//! The ids of some events, in one text: a course has many, and hardly anybody asks for one.

use crate::event::ids::EventIdRef;

/// Ids one after the other, each behind a character that says how long it is: the one whose number is
/// the length less one, since an id has from 1 to 128.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventIds(Box<str>);

impl EventIds {
    /// These ids, in this order.
    #[must_use]
    pub fn of<'a>(ids: impl Iterator<Item = EventIdRef<'a>> + Clone) -> Self {
        let mut text = String::with_capacity(ids.clone().map(|id| id.as_str().len() + 1).sum());
        for id in ids {
            let last = u8::try_from(id.as_str().len() - 1).unwrap_or(u8::MAX);
            text.push(last.into());
            text.push_str(id.as_str());
        }
        Self(text.into_boxed_str())
    }

    /// The ids, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let mut left = &*self.0;
        std::iter::from_fn(move || {
            let last = usize::from(*left.as_bytes().first()?);
            let id;
            (id, left) = left[1..].split_at(last + 1);
            Some(id)
        })
    }

    /// The one at a place.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<EventIdRef<'_>> {
        self.iter().nth(place).and_then(EventIdRef::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_by_their_place() {
        let longest = "x".repeat(128);
        let several = ["e-1", "0194c1d0-5b7e-7000-8000-0000000000a1", &longest, "z:9"];
        for texts in [&[][..], &["a"], &several] {
            let ids = EventIds::of(texts.iter().filter_map(|text| EventIdRef::new(text)));
            assert!(ids.iter().eq(texts.iter().copied()));
            for (place, text) in texts.iter().enumerate() {
                assert_eq!(ids.get(place), EventIdRef::new(text));
            }
            assert_eq!(ids.get(texts.len()), None);
        }
    }
}
