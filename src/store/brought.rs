//! What a commit says of itself beside the data files: how many events of each type it brought,
//! and from which source files.
//!
//! Counts are of records and digests are of files, so that nothing here tells of a person. They
//! stand in the commit file and nowhere else.

use crate::event::kind::EventType;
use std::collections::BTreeMap;

/// What stands before the name of a type in the metrics of a commit.
const PREFIX: &str = "events.";

/// What every event type begins with; left out where only event types can stand.
const NAMESPACE: &str = "afterdose.";

/// Events of a batch by type, and the source files they were read from.
#[derive(Debug, Clone, Default)]
pub(super) struct Brought {
    by_type: [u64; EventType::ALL.len()],
    /// BLAKE3 digests, in the order of first reading.
    files: Vec<[u8; 32]>,
}

impl Brought {
    /// Counts an event.
    pub(super) fn count(&mut self, event_type: EventType, file: [u8; 32]) {
        if let Some(at) = EventType::ALL.iter().position(|known| *known == event_type) {
            self.by_type[at] += 1;
        }
        self.note_file(file);
    }

    /// Adds what another batch brought.
    pub(super) fn absorb(&mut self, other: Self) {
        for (sum, n) in self.by_type.iter_mut().zip(other.by_type) {
            *sum += n;
        }
        other.files.into_iter().for_each(|file| self.note_file(file));
    }

    /// The events of a file come one after the other, and a file is read once in a batch.
    fn note_file(&mut self, file: [u8; 32]) {
        if self.files.last() != Some(&file) {
            self.files.push(file);
        }
    }

    /// The counts of the types there are, as metrics of a commit: `events.session.completed`.
    pub(super) fn metrics(&self) -> impl Iterator<Item = (String, u64)> {
        let counts = EventType::ALL.into_iter().zip(self.by_type).filter(|(_, n)| *n > 0);
        counts.map(|(event_type, n)| (format!("{PREFIX}{}", short(event_type.name())), n))
    }

    /// The digests of the source files, in hexadecimal digits, each once.
    pub(super) fn source_files(&self) -> Vec<String> {
        let mut files: Vec<String> = self
            .files
            .iter()
            .map(|file| blake3::Hash::from_bytes(*file).to_hex().to_string())
            .collect();
        files.sort_unstable();
        files.dedup();
        files
    }
}

fn short(name: &str) -> &str {
    name.strip_prefix(NAMESPACE).unwrap_or(name)
}

/// Counts by type as the metrics of a commit say them, by the name of the type without
/// `afterdose.`; `None` where they say nothing.
pub(super) fn by_type<'a>(
    metrics: impl Iterator<Item = (&'a str, u64)>,
) -> Option<BTreeMap<String, u64>> {
    let counts: BTreeMap<String, u64> =
        metrics.filter_map(|(name, n)| Some((name.strip_prefix(PREFIX)?.to_owned(), n))).collect();
    (!counts.is_empty()).then_some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_files_survive_the_way_through_the_metrics() {
        let mut first = Brought::default();
        first.count(EventType::SessionCompleted, [1; 32]);
        first.count(EventType::SessionCompleted, [1; 32]);
        let mut second = Brought::default();
        second.count(EventType::CheckinSubmitted, [0; 32]);
        first.absorb(second);
        let metrics: Vec<(String, u64)> = first.metrics().collect();
        let read = by_type(metrics.iter().map(|(name, n)| (name.as_str(), *n)));
        let wanted = [("checkin.submitted", 1), ("session.completed", 2)];
        assert_eq!(read, Some(wanted.map(|(name, n)| (name.to_owned(), n)).into()));
        assert_eq!(first.source_files(), ["00".repeat(32), "01".repeat(32)]);
        assert_eq!(by_type([("events", 3)].into_iter()), None, "a commit of before");
    }
}
