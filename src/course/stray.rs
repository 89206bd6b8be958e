//! Corrections and retractions that name an event their subject does not have.
//!
//! The fold sees the events of one subject, so it cannot tell an event that nobody has from one
//! that stands under somebody else. It notes the key that was named. Whoever has the whole log asks
//! it which of the keys noted it holds: few are, and the answer does not depend on the order of
//! arrival.

use super::anomaly::Anomaly;
use crate::event::key::KeyDigest;
use std::collections::HashSet;
use std::hash::BuildHasher;

/// What was said about the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// That it is put right.
    Correction,
    /// That it is taken back.
    Retraction,
}

/// A correction or retraction whose target is not among the subject's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stray {
    /// What was said.
    pub speech: Speech,
    /// The key named: the source of whoever speaks, and the id.
    pub target: KeyDigest,
    /// Whether the subject has an event of the id named from another source.
    pub in_other_source: bool,
}

impl Stray {
    /// What it is as far as the subject's own events tell.
    #[must_use]
    pub const fn anomaly(&self) -> Anomaly {
        match (self.speech, self.in_other_source) {
            (Speech::Correction, false) => Anomaly::CorrectionWithoutTarget,
            (Speech::Correction, true) => Anomaly::CorrectionOfOtherSource,
            (Speech::Retraction, false) => Anomaly::RetractionWithoutTarget,
            (Speech::Retraction, true) => Anomaly::RetractionOfOtherSource,
        }
    }

    const fn of_other_subject(&self) -> Anomaly {
        match self.speech {
            Speech::Correction => Anomaly::CorrectionOfOtherSubject,
            Speech::Retraction => Anomaly::RetractionOfOtherSubject,
        }
    }
}

/// Gives the strays whose target stands under another subject their own code among the anomalies
/// of their subject. `held` are the keys named that the log holds. The very key that was named
/// tells more than an equal id in another source.
pub fn find_other_subjects(
    strays: &[Stray],
    anomalies: &mut [Anomaly],
    held: &HashSet<KeyDigest, impl BuildHasher>,
) {
    for stray in strays.iter().filter(|stray| held.contains(&stray.target)) {
        if let Some(known) = anomalies.iter_mut().find(|seen| **seen == stray.anomaly()) {
            *known = stray.of_other_subject();
        }
    }
    anomalies.sort_unstable();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stray_is_told_once() {
        use Anomaly::{
            BeforeTwoThousand, CorrectionOfOtherSource, CorrectionOfOtherSubject,
            CorrectionWithoutTarget, RetractionOfOtherSubject, RetractionWithoutTarget,
        };
        let stray = |speech, key, in_other_source| Stray {
            speech,
            target: KeyDigest(key),
            in_other_source,
        };
        let strays = [
            stray(Speech::Correction, 1, false),
            stray(Speech::Correction, 2, false),
            stray(Speech::Correction, 3, true),
            stray(Speech::Correction, 1, true),
            stray(Speech::Retraction, 1, false),
            stray(Speech::Retraction, 2, false),
        ];
        let mut anomalies: Vec<Anomaly> = strays.iter().map(Stray::anomaly).collect();
        anomalies.push(BeforeTwoThousand);
        find_other_subjects(&strays, &mut anomalies, &HashSet::from([KeyDigest(1)]));
        let want = [
            CorrectionWithoutTarget,
            CorrectionOfOtherSubject,
            CorrectionOfOtherSubject,
            CorrectionOfOtherSource,
            RetractionWithoutTarget,
            RetractionOfOtherSubject,
            BeforeTwoThousand,
        ];
        assert_eq!(anomalies, want);
    }
}
