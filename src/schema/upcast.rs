//! Raising the data of older events to the latest version of their type, step by step.

use crate::event::kind::EventType;
use crate::event::refuse::Reason;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Raises data by one version. It may refuse data that its own version's schema refuses.
type Step = fn(&RawValue) -> Result<Box<RawValue>, Reason>;

/// A type, the version a step starts from, and the step to the version after it.
///
/// Empty while every type is at version 1.
const STEPS: &[(EventType, u16, Step)] = &[];

/// Raises data written at `version` to the latest version of their type; data that are already
/// there are handed back untouched. Absent data are given as `{}`.
///
/// # Errors
/// [`Reason::UnknownVersion`] for a version that was never published, and what a step refuses.
pub fn upcast(
    event_type: EventType,
    version: u16,
    data: Cow<'_, RawValue>,
) -> Result<Cow<'_, RawValue>, Reason> {
    raise(STEPS, event_type, version..=event_type.latest(), data)
}

fn raise<'a>(
    steps: &[(EventType, u16, Step)],
    event_type: EventType,
    versions: std::ops::RangeInclusive<u16>,
    mut data: Cow<'a, RawValue>,
) -> Result<Cow<'a, RawValue>, Reason> {
    if versions.is_empty() || *versions.start() == 0 {
        return Err(Reason::UnknownVersion);
    }
    for from in *versions.start()..*versions.end() {
        let step = steps.iter().find(|(of, start, _)| *of == event_type && *start == from);
        let (_, _, step) = step.ok_or(Reason::UnknownVersion)?;
        data = Cow::Owned(step(&data)?);
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).expect("JSON")
    }

    #[test]
    fn every_older_version_has_a_step_and_no_step_is_of_another() {
        let mut wanted = Vec::new();
        for event_type in EventType::ALL {
            wanted.extend((1..event_type.latest()).map(|from| (event_type, from)));
        }
        let mut found: Vec<_> = STEPS.iter().map(|(of, from, _)| (*of, *from)).collect();
        found.sort_unstable();
        assert_eq!(found, wanted);
    }

    #[test]
    fn the_latest_version_passes_untouched() {
        let data = raw(r#"{"reason": "no-show"}"#);
        for event_type in EventType::ALL {
            let raised = upcast(event_type, event_type.latest(), Cow::Borrowed(&*data));
            assert!(matches!(raised, Ok(Cow::Borrowed(same)) if same.get() == data.get()));
            for unknown in [0, event_type.latest() + 1, u16::MAX] {
                let refused = upcast(event_type, unknown, Cow::Borrowed(&*data)).err();
                assert_eq!(refused, Some(Reason::UnknownVersion));
            }
        }
    }

    #[test]
    fn steps_follow_each_other_and_stop_at_a_refusal() {
        let wrap: Step = |data| Ok(raw(&format!("[{}]", data.get())));
        let refuse: Step = |_| Err(Reason::WrongType);
        let of = EventType::SessionMissed;
        let steps = [(of, 2, wrap), (of, 1, wrap), (EventType::CourseEnded, 1, refuse)];
        let text = |event_type, versions| {
            raise(&steps, event_type, versions, Cow::Owned(raw("1")))
                .map(|data| data.get().to_owned())
        };
        assert_eq!(text(of, 1..=3), Ok("[[1]]".to_owned()));
        assert_eq!(text(of, 2..=3), Ok("[1]".to_owned()));
        assert_eq!(text(of, 1..=4), Err(Reason::UnknownVersion));
        assert_eq!(text(EventType::CourseEnded, 1..=2), Err(Reason::WrongType));
    }
}
