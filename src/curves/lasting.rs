//! How long a response lasts, asked of one course while its scores are at hand.

use super::follow_up::End;
use crate::course::fact::{Course, Infusion, Scores};
use crate::event::score::Score;
use crate::event::time::whole_days;

/// What ended a response on treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasted {
    /// Whether a later score after an infusion was no response: else it was not seen to end.
    lost: bool,
    /// Infusions from the first one with a response after it to the last one looked at.
    infusions: u32,
    /// Whole days from the score after the one to that after the other.
    days: u32,
}

impl Lasted {
    /// What ended it, by infusions and by whole days.
    #[must_use]
    pub fn ends(self) -> [End; 2] {
        let end = if self.lost { End::Event } else { End::Unseen };
        [end(self.infusions), end(self.days)]
    }
}

/// What ended the response after the first one to an infusion within the horizon, of the first
/// `n_infusions` of a course; `None` without a response.
#[must_use]
pub(super) fn on_treatment(
    course: &Course,
    scores: &Scores,
    n_infusions: usize,
    horizon: usize,
    responds: impl Fn(Score) -> bool,
) -> Option<Lasted> {
    let seen = course.assessments(scores).take_while(|seen| seen.position < n_infusions);
    let mut seen = seen.skip_while(|seen| !responds(seen.scored.score));
    let first = seen.next().filter(|first| first.position < horizon)?;
    let (mut last, mut lost) = (first, false);
    for later in seen {
        last = later;
        lost = !responds(later.scored.score);
        if lost {
            break;
        }
    }
    let days = days(first.scored.since_first_us, last.scored.since_first_us);
    let infusions = infusions(last.position - first.position);
    Some(Lasted { lost, infusions, days })
}

/// What ended the response after the last infusion of an induction that is over, in whole days
/// since the score after it; `None` if that is none, or no response.
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

/// A number of infusions as it is kept.
pub(super) fn infusions(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Whole days to a moment that is not earlier.
pub(super) fn days(from_us: i64, to_us: i64) -> u32 {
    u32::try_from(whole_days(from_us, to_us)).unwrap_or_default()
}
