//! Versions: the latest of each type, what a correction of each version carries, and the lowest
//! version that can say an event.
//!
//! An event in memory is at the latest version of its type. Its canonical text is written in the
//! lowest version that can say it, so a new version changes no text that was written before, and
//! an event sent in two versions is one event.

use super::kind::{Data, EventType, Kind};
use super::vitals::Vitals;

impl EventType {
    /// The `type` attribute of every version, the first one first.
    #[must_use]
    pub const fn texts(self) -> &'static [&'static str] {
        match self {
            Self::CourseStarted => &["afterdose.course.started.v1"],
            Self::SessionCompleted => {
                &["afterdose.session.completed.v1", "afterdose.session.completed.v2"]
            }
            Self::SessionMissed => &["afterdose.session.missed.v1"],
            Self::CheckinSubmitted => {
                &["afterdose.checkin.submitted.v1", "afterdose.checkin.submitted.v2"]
            }
            Self::PlanAdjusted => &["afterdose.plan.adjusted.v1"],
            Self::CourseEnded => &["afterdose.course.ended.v1"],
            Self::EventCorrected => {
                &["afterdose.event.corrected.v1", "afterdose.event.corrected.v2"]
            }
            Self::EventRetracted => &["afterdose.event.retracted.v1"],
            Self::SubjectWithdrawn => &["afterdose.subject.withdrawn.v1"],
        }
    }

    /// The `type` attribute of a version; `None` for a version that there is not.
    #[must_use]
    pub fn text(self, version: u16) -> Option<&'static str> {
        self.texts().get(usize::from(version).checked_sub(1)?).copied()
    }

    /// The version this program's types describe; older ones are raised to it by upcasters.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "a handful")]
    pub const fn latest(self) -> u16 {
        self.texts().len() as u16
    }

    /// The version of this type's data that a correction of version `correction` carries. A new
    /// version of a clinical type is a new version of the correction too.
    #[must_use]
    pub const fn carried_by(self, correction: u16) -> u16 {
        match (self, correction) {
            (Self::SessionCompleted | Self::CheckinSubmitted, 2..) => 2,
            _ => 1,
        }
    }
}

impl Data {
    /// The lowest version of their type that can say these data.
    #[must_use]
    pub fn version(&self) -> u16 {
        let since_two = match self {
            Self::SessionCompleted(session) => {
                session.vitals.iter().flat_map(Vitals::others).next().is_some()
            }
            Self::CheckinSubmitted(checkin) => {
                checkin.administration.is_some() || checkin.recall_days.is_some()
            }
            Self::CourseStarted(_)
            | Self::SessionMissed(_)
            | Self::PlanAdjusted(_)
            | Self::CourseEnded(_) => false,
        };
        if since_two { 2 } else { 1 }
    }
}

impl Kind {
    /// The lowest version of its type that can say this event.
    #[must_use]
    pub fn version(&self) -> u16 {
        match self {
            Self::Clinical(data) => data.version(),
            // Every reading sets the same fields, so each needs the same version.
            Self::Corrected(correction) => correction.readings.first().map_or(1, |data| {
                let carries =
                    |version: &u16| data.event_type().carried_by(*version) >= data.version();
                (1..EventType::EventCorrected.latest())
                    .find(carries)
                    .unwrap_or_else(|| EventType::EventCorrected.latest())
            }),
            Self::Retracted(_) | Self::Withdrawn => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_name_and_version() {
        for event_type in EventType::ALL {
            for version in 1..=event_type.latest() {
                let text = format!("{}.v{version}", event_type.name());
                assert_eq!(event_type.text(version), Some(&*text));
            }
            assert_eq!(event_type.text(0), None);
            assert_eq!(event_type.text(event_type.latest() + 1), None);
        }
    }

    #[test]
    fn the_latest_correction_carries_the_latest_of_every_type() {
        let latest = EventType::EventCorrected.latest();
        for event_type in EventType::CLINICAL {
            assert_eq!(event_type.carried_by(latest), event_type.latest(), "{event_type:?}");
            assert_eq!(event_type.carried_by(1), 1, "{event_type:?}");
            let carried: Vec<u16> = (1..=latest).map(|v| event_type.carried_by(v)).collect();
            assert!(carried.is_sorted(), "{event_type:?}: a later correction carries no less");
        }
    }
}
