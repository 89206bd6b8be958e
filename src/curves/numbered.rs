//! Numbers for what is met again and again: cheaper to keep and to compare than the thing itself.

use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::hash::Hash;

/// Things with their numbers, from 0 in the order in which they were first met.
#[derive(Debug, Clone)]
pub struct Numbered<T> {
    numbers: HashMap<T, u32, FixedState>,
    by_number: Vec<T>,
    /// The one that was met last, which is often met next.
    last: Option<(T, u32)>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { numbers: HashMap::default(), by_number: Vec::new(), last: None }
    }
}

impl<T: Hash + Eq + Copy> Numbered<T> {
    /// The number of a thing; a new one if it was never met.
    pub fn number(&mut self, thing: T) -> u32 {
        match self.last {
            Some((last, number)) if last == thing => number,
            _ => {
                let next = u32::try_from(self.by_number.len()).unwrap_or(u32::MAX);
                let number = *self.numbers.entry(thing).or_insert(next);
                if number == next {
                    self.by_number.push(thing);
                }
                self.last = Some((thing, number));
                number
            }
        }
    }

    /// Everything that was met, by number.
    #[must_use]
    pub fn by_number(&self) -> &[T] {
        &self.by_number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_met_again_keeps_its_number() {
        let mut numbered = Numbered::default();
        let things = ["b", "b", "a", "b", "c", "c", "a"];
        assert_eq!(things.map(|thing| numbered.number(thing)), [0, 0, 1, 0, 2, 2, 1]);
        assert_eq!(numbered.by_number(), ["b", "a", "c"]);
    }
}
