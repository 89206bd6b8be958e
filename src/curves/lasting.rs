//! How long a response lasts after induction without further treatment, asked of one course.

use super::follow_up::End;
use crate::course::fact::{Course, Infusion, Scores};
use crate::event::score::Score;
use crate::event::time::DAY_US;

/// What ended the response after the last infusion of an induction that is over, in whole days
/// since the score after it; `None` if that is none, or no response. It is asked of a course while
/// its scores are at hand.
#[must_use]
pub(super) fn after_induction(
    course: &Course,
    scores: &Scores,
    responds: impl Fn(Score) -> bool,
) -> Option<End> {
    let position = course.n_induction.checked_sub(1)?;
    let mut later = scores.later.iter();
    let shown = later.find(|later| later.position() == Some(position))?;
    if !responds(shown.score) {
        return None;
    }
    let start_us = shown.since_first_us;
    let since_first = |infusion: &Infusion| infusion.start_us - course.first_us();
    let again_us = course.infusions.get(position + 1).map(since_first);
    let mut last_us = start_us;
    for later in later {
        if again_us.is_some_and(|again| again < later.since_first_us) {
            break;
        }
        last_us = later.since_first_us;
        if !responds(later.score) {
            return Some(End::Event(days(start_us, last_us)));
        }
    }
    Some(match again_us {
        Some(again_us) => End::Competing(days(start_us, again_us.max(start_us))),
        None => End::Unseen(days(start_us, last_us)),
    })
}

/// Whole days: the floor of the difference over 24 hours.
pub(super) fn days(from_us: i64, to_us: i64) -> usize {
    usize::try_from((to_us - from_us).div_euclid(DAY_US)).unwrap_or_default()
}
