//! Up to when the data of each source go.

use crate::event::ids::Source;
use std::collections::BTreeMap;

/// The data cut of each source with a calendar: the latest session or check-in it sent, in microseconds
/// since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataCuts(BTreeMap<Source, i64>);

impl DataCuts {
    /// Takes note of the latest session or check-in of a subject from each source.
    pub fn take_in(&mut self, latest_us: &[(&Source, i64)]) {
        for (source, at_us) in latest_us {
            self.see(source, *at_us);
        }
    }

    fn see(&mut self, source: &Source, at_us: i64) {
        match self.0.get_mut(source) {
            Some(latest) => *latest = at_us.max(*latest),
            None => drop(self.0.insert(source.clone(), at_us)),
        }
    }

    /// Takes note of what others saw.
    pub fn add(&mut self, others: &Self) {
        for (source, latest) in &others.0 {
            self.see(source, *latest);
        }
    }

    /// The cuts that hold: all at the one of the settings, where one is set.
    #[must_use]
    pub fn or_at(&self, setting: Option<i64>) -> Self {
        let cut = |latest: i64| setting.unwrap_or(latest);
        Self(self.0.iter().map(|(source, latest)| (source.clone(), cut(*latest))).collect())
    }

    /// That of a source; `None` without a calendar.
    #[must_use]
    pub fn of(&self, source: &Source) -> Option<i64> {
        self.0.get(source).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_counts_whoever_saw_it() {
        let [one, other, silent] =
            ["/a/1", "/a/2", "/a/3"].map(|text| Source::new(text).expect("a source"));
        let (mut some, mut others) = (DataCuts::default(), DataCuts::default());
        some.see(&one, 5);
        some.see(&one, 3);
        others.see(&one, 4);
        others.see(&other, 7);
        some.add(&others);
        assert_eq!([&one, &other, &silent].map(|source| some.of(source)), [Some(5), Some(7), None]);
        let set = some.or_at(Some(6));
        assert_eq!([&one, &other, &silent].map(|source| set.of(source)), [Some(6), Some(6), None]);
        assert_eq!(some.or_at(None), some);
    }
}
