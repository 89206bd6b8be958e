//! What is known by instrument. A course is scored with few, so that a short list does.

use super::few::place_of;
use crate::event::ids::OpenCode;

/// Values by instrument, in the order of their codes, which are held here or elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct ByInstrument<T, C = OpenCode>(Vec<(C, T)>);

impl<T, C> Default for ByInstrument<T, C> {
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
}

impl<'a, T> ByInstrument<T, &'a OpenCode> {
    /// Every instrument with its value.
    pub(super) fn held_elsewhere(&self) -> impl Iterator<Item = (&'a OpenCode, &T)> {
        self.0.iter().map(|(code, value)| (*code, value))
    }

    /// The same instruments with what is made of their values.
    pub(super) fn map<U>(&mut self, mut of: impl FnMut(&mut T) -> U) -> ByInstrument<U> {
        let mapped = self.0.iter_mut().map(|(code, value)| ((*code).clone(), of(value)));
        ByInstrument(mapped.collect())
    }
}

impl<'a, T> ByInstrument<T, &'a OpenCode> {
    /// The value of an instrument, made when it is first asked for.
    pub(super) fn or_insert_with(
        &mut self,
        code: &'a OpenCode,
        first: impl FnOnce() -> T,
    ) -> &mut T {
        let place = place_of(&self.0, code, |(known, _)| *known).unwrap_or_else(|| {
            let place = self.0.partition_point(|(known, _)| *known < code);
            self.0.insert(place, (code, first()));
            place
        });
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
            let codes: Vec<OpenCode> =
                codes.iter().map(|text| OpenCode::new(text).expect("a code")).collect();
            let (mut list, mut map) = (ByInstrument::default(), BTreeMap::new());
            for code in &codes {
                *list.or_insert_with(code, || 0) += 1;
                *map.entry(code.clone()).or_insert(0) += 1;
            }
            prop_assert!(list.held_elsewhere().eq(map.iter()));
            let list = list.map(|n| *n);
            prop_assert!(list.iter().eq(map.iter()));
            prop_assert!(list.codes().eq(map.keys()));
            prop_assert!(map.iter().all(|(code, n)| list.get(code) == Some(n)));
            prop_assert_eq!(list.get(&OpenCode::new("d").expect("a code")), None);
        }
    }
}
