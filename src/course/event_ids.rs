//! The ids of some events, in one text: a course has many, and hardly anybody asks for one.

use crate::event::ids::EventIdRef;

/// Ids one after the other. No id has a blank, which stands behind each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventIds(Box<str>);

impl EventIds {
    /// These ids, in this order.
    #[must_use]
    pub fn of<'a>(ids: impl Iterator<Item = EventIdRef<'a>> + Clone) -> Self {
        let mut text = String::with_capacity(ids.clone().map(|id| id.as_str().len() + 1).sum());
        for id in ids {
            text.push_str(id.as_str());
            text.push(' ');
        }
        Self(text.into_boxed_str())
    }

    /// The ids, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split_terminator(' ')
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
        for texts in [&[][..], &["a"], &["e-1", "0194c1d0-5b7e-7000-8000-0000000000a1", "z:9"]] {
            let ids = EventIds::of(texts.iter().filter_map(|text| EventIdRef::new(text)));
            assert!(ids.iter().eq(texts.iter().copied()));
            for (place, text) in texts.iter().enumerate() {
                assert_eq!(ids.get(place), EventIdRef::new(text));
            }
            assert_eq!(ids.get(texts.len()), None);
        }
    }
}
