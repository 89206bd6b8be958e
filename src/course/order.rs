//! Orders of events that cannot be, or hardly: noticed here, settled by the rules of the fold.
//!
//! Nothing is dropped or moved because of them. A history is counted as it was told, and the
//! anomaly says where to look for a mistyped date.

use super::anomaly::Anomaly;
use super::resolve::Effective;
use crate::event::kind::{Effect, EventType};
use crate::event::time::{DAY_US, Moment, whole_days};
use crate::event::view::DataView;

/// Whole days between two events of a person above which the date of one is likely mistyped: the
/// commonest slip is the year.
pub const LONG_DAYS: i64 = 365;

/// What has been noticed of the order of a subject's events so far.
#[derive(Debug, Default)]
pub(super) struct Order {
    previous: Option<Previous>,
    plans: Vec<(Moment, i64)>,
}

/// The event before the present one.
#[derive(Debug, Clone, Copy)]
struct Previous {
    at_us: i64,
    is_checkin: bool,
}

impl Order {
    /// Looks at an event and the one before it. `is_treated` says whether a session came before.
    pub(super) fn notice(&mut self, event: &Effective, is_treated: bool) -> Option<Anomaly> {
        let at_us = event.when.micros;
        let event_type = event.said.event_type();
        let is_checkin = event_type == EventType::CheckinSubmitted;
        let is_session = event_type == EventType::SessionCompleted;
        if let DataView::PlanAdjusted(plan) = event.said.data() {
            let after = plan.after_infusion.map(crate::event::number::Int::get);
            self.plans.extend(after.map(|after| (event.when, after)));
        }
        let previous = self.previous.replace(Previous { at_us, is_checkin })?;
        if whole_days(previous.at_us, at_us) <= LONG_DAYS {
            return None;
        }
        match is_treated {
            true if is_session => Some(Anomaly::SessionLongAfter),
            false if previous.is_checkin => Some(Anomaly::CheckinLongBefore),
            _ => None,
        }
    }

    /// How many plans speak of an infusion that was not given by then. `courses`, asked only where
    /// there is a plan, has start and declared number of every session, course by course.
    ///
    /// A site that began to count before our data is right: its own numbers count as given.
    pub(super) fn plans_ahead(
        &self,
        courses: impl FnOnce() -> Vec<Vec<(i64, Option<i64>)>>,
    ) -> usize {
        if self.plans.is_empty() {
            return 0;
        }
        let courses = courses();
        let is_ahead = |(when, after): &&(Moment, i64)| {
            // Of a day-only time nobody knows the hour: whatever was given that day may be before.
            let last_us = if when.day_only { when.micros + DAY_US - 1 } else { when.micros };
            let begun = |course: &&Vec<(i64, Option<i64>)>| course[0].0 <= last_us;
            let given = courses.iter().rev().find(begun).map_or(0, |course| {
                let given = course.iter().filter(|(start_us, _)| *start_us <= last_us);
                (1..)
                    .zip(given)
                    .map(|(place, (_, number))| number.unwrap_or(place).max(place))
                    .max()
                    .unwrap_or(0)
            });
            *after > given
        };
        self.plans.iter().filter(is_ahead).count()
    }
}

/// How many side effects were gone before they began.
pub(super) fn resolved_before_onset(effects: Option<&[Effect]>) -> usize {
    let is_odd = |effect: &&Effect| {
        let minutes = effect.onset_min.zip(effect.resolved_min);
        minutes.is_some_and(|(onset, resolved)| resolved.get() < onset.get())
    };
    effects.unwrap_or_default().iter().filter(is_odd).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::{Axis, HOUR_US};

    /// Two courses: four sessions of which the site counts the first as its third, then one.
    fn courses() -> Vec<Vec<(i64, Option<i64>)>> {
        let day = |day: i64, number| (day * DAY_US + 9 * HOUR_US, number);
        let first = vec![day(0, Some(3)), day(3, Some(4)), day(7, None), day(10, None)];
        vec![first, vec![day(100, None)]]
    }

    fn ahead(day: i64, hour: i64, day_only: bool, after: i64) -> bool {
        let micros = day * DAY_US + hour * HOUR_US;
        let when = Moment { axis: Axis::Study, micros, day_only };
        let order = Order { previous: None, plans: vec![(when, after)] };
        order.plans_ahead(courses) == 1
    }

    #[test]
    fn a_plan_is_ahead_where_more_infusions_are_said_than_were_given() {
        assert!(ahead(-1, 9, false, 1), "before any session");
        assert!(!ahead(0, 9, false, 3), "at the session, by the site's own count");
        assert!(ahead(0, 9, false, 4));
        assert!(!ahead(7, 12, false, 4), "the highest number so far stands");
        assert!(ahead(7, 12, false, 5));
        assert!(ahead(10, 8, false, 5) && !ahead(10, 10, false, 4));
        assert!(!ahead(100, 10, false, 1), "each course counts anew");
        assert!(ahead(100, 10, false, 2));
    }

    #[test]
    fn of_a_day_only_time_the_whole_day_may_lie_before() {
        assert!(ahead(0, 0, false, 3) && !ahead(0, 0, true, 3));
        assert!(ahead(0, 0, true, 4));
    }

    #[test]
    fn an_effect_may_end_as_it_begins_but_not_before() {
        let effect = |onset, resolved| Effect {
            term: crate::event::code::EffectTerm::Nausea,
            severity: None,
            onset_min: crate::event::number::Num::new(onset),
            resolved_min: crate::event::number::Num::new(resolved),
            serious: None,
        };
        let known = [effect(10.0, 40.0), effect(10.0, 10.0), effect(40.0, 10.0)];
        let without_onset = Effect { onset_min: None, ..effect(40.0, 10.0) };
        assert_eq!(resolved_before_onset(Some(&known)), 1);
        assert_eq!(resolved_before_onset(Some(&[without_onset])), 0);
        assert_eq!(resolved_before_onset(None), 0);
    }
}
