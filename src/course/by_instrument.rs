//! What is known by instrument. A course is scored with few, so that a short list does.

use crate::event::ids::OpenCode;

/// Values by instrument, in the order of their codes.
#[derive(Debug, Clone, PartialEq)]
pub struct ByInstrument<T>(Vec<(OpenCode, T)>);

impl<T> Default for ByInstrument<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> ByInstrument<T> {
    /// The value of an instrument, if there is one.
    #[must_use]
    pub fn get(&self, code: &OpenCode) -> Option<&T> {
        self.0.iter().find(|(known, _)| known == code).map(|(_, value)| value)
    }

    /// Every instrument with a value.
    pub fn codes(&self) -> impl Iterator<Item = &OpenCode> {
        self.0.iter().map(|(code, _)| code)
    }

    /// Every instrument with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&OpenCode, &T)> {
        self.0.iter().map(|(code, value)| (code, value))
    }

    /// The same instruments with what is made of their values.
    pub(super) fn map<U>(&mut self, mut of: impl FnMut(&mut T) -> U) -> ByInstrument<U> {
        ByInstrument(self.0.iter_mut().map(|(code, value)| (code.clone(), of(value))).collect())
    }
}

impl<T: Default> ByInstrument<T> {
    /// The value of an instrument, empty at first.
    pub(super) fn or_default(&mut self, code: &OpenCode) -> &mut T {
        let place = match self.0.iter().position(|(known, _)| known >= code) {
            Some(place) if self.0[place].0 == *code => place,
            behind => {
                let place = behind.unwrap_or(self.0.len());
                self.0.insert(place, (code.clone(), T::default()));
                place
            }
        };
        &mut self.0[place].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn values_stand_as_in_a_map(codes in proptest::collection::vec("[a-c]{1,2}", 0..20)) {
            // A slow twin: a map of the standard library.
            let (mut list, mut map) = (ByInstrument::default(), BTreeMap::new());
            for text in &codes {
                let code = OpenCode::new(text).expect("a code");
                *list.or_default(&code) += 1;
                *map.entry(code).or_insert(0) += 1;
            }
            prop_assert!(list.iter().eq(map.iter()));
            prop_assert!(list.codes().eq(map.keys()));
            prop_assert!(map.iter().all(|(code, n)| list.get(code) == Some(n)));
            prop_assert_eq!(list.get(&OpenCode::new("d").expect("a code")), None);
        }
    }
}
