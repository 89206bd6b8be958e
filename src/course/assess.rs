//! Which scores count: the baseline, the one after each infusion, that of day 28.

use super::account::Scored;
use super::fact::{Later, Scores};
use super::settings::FoldSettings;
use crate::event::score::Score;
use crate::event::time::{DAY_US, whole_days};
use std::num::NonZeroU32;

/// Day after session 1 at which routes with different schedules can be compared.
pub const DAYS_COMPARED: i64 = 28;

/// The time in which a score counts for a session: after its start, at or before the next session,
/// and not too late. Of two sessions at once, that of the first is empty.
pub(super) struct Window {
    start_us: i64,
    next_us: i64,
    days: i64,
}

impl Window {
    /// That of a session, by its place among `starts`.
    pub(super) fn of(starts: &[i64], position: usize, settings: &FoldSettings) -> Self {
        let next_us = starts.get(position + 1).copied().unwrap_or(i64::MAX);
        Self { start_us: starts[position], next_us, days: settings.followup_days }
    }

    pub(super) fn holds(&self, at_us: i64) -> bool {
        at_us > self.start_us
            && at_us <= self.next_us
            && whole_days(self.start_us, at_us) <= self.days
    }
}

/// Baseline and assessments of one instrument, marked as used among the scores. `starts` are those
/// of the course's sessions and of all later ones, in order. Scores are in the order of (time,
/// source, id), so that the last of equals in time is the last by source and id.
pub(super) fn assess(
    scores: &mut [Scored],
    n_infusions: usize,
    starts: &[i64],
    settings: &FoldSettings,
) -> Scores {
    let first_us = starts.first().copied().unwrap_or_default();
    let baseline = last(scores, |at| at <= first_us)
        .filter(|scored| whole_days(scored.at_us, first_us) <= settings.baseline_max_age_days)
        .map(|scored| (take(scored), scored.item));
    // Never a score that could be the baseline of a later course.
    let next_course = starts.get(n_infusions).copied().unwrap_or(i64::MAX);
    let day_28_us = first_us + DAYS_COMPARED * DAY_US;
    let day_28 = last(scores, |at| at > first_us && at <= day_28_us.min(next_course))
        .filter(|scored| whole_days(scored.at_us, day_28_us) <= settings.followup_days)
        .map(take);
    let after_first = scores.partition_point(|scored| scored.at_us <= first_us);
    let up_to_next = scores.partition_point(|scored| scored.at_us <= next_course);
    let later = scores.get_mut(after_first..up_to_next).unwrap_or_default();
    Scores {
        baseline: baseline.map(|(score, _)| score),
        baseline_item: baseline.and_then(|(_, item)| item),
        day_28,
        later: numbered(later, &starts[..n_infusions], starts, settings),
    }
}

/// Scores after session 1, of which the last in the time of each infusion counts for it. `own` are
/// the starts of the course's sessions.
fn numbered(
    scores: &mut [Scored],
    own: &[i64],
    starts: &[i64],
    settings: &FoldSettings,
) -> Vec<Later> {
    let first_us = own.first().copied().unwrap_or_default();
    let of = |scored: &Scored| {
        // As many sessions as began before it: the number of the last of them.
        let number = own.partition_point(|start| *start < scored.at_us);
        let position = number.checked_sub(1)?;
        let counts = Window::of(starts, position, settings).holds(scored.at_us);
        counts.then(|| u32::try_from(number).ok().and_then(NonZeroU32::new)).flatten()
    };
    let later = scores.iter().map(|scored| Later {
        since_first_us: scored.at_us - first_us,
        score: scored.score,
        infusion: of(scored),
        item: scored.item,
    });
    let mut later: Vec<Later> = later.collect();
    for place in 1..later.len() {
        if later[place - 1].infusion == later[place].infusion {
            later[place - 1].infusion = None;
        }
    }
    for (scored, later) in scores.iter_mut().zip(&later) {
        scored.used |= later.infusion.is_some();
    }
    later
}

/// The last score at a time that fits.
fn last<'s, 'a>(
    scores: &'s mut [Scored<'a>],
    fits: impl Fn(i64) -> bool,
) -> Option<&'s mut Scored<'a>> {
    scores.iter_mut().rev().find(|scored| fits(scored.at_us))
}

fn take(scored: &mut Scored) -> Score {
    scored.used = true;
    scored.score
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::ids::Source;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    fn at(day: i64, score: i64) -> Scored<'static> {
        static SOURCE: LazyLock<Source> =
            LazyLock::new(|| Source::new("/synthetic/site-01").expect("a source"));
        let source = &*SOURCE;
        Scored { at_us: day * DAY_US, score: Score::whole(score), item: None, source, used: false }
    }

    #[test]
    fn a_window_ends_at_the_next_session_and_is_empty_between_two_at_once() {
        // Sessions 2 and 3 start at once; the last start is that of a later course.
        let starts = [0, 3, 3, 9].map(|day| day * DAY_US);
        let mut scores = [at(-1, 20), at(3, 15), at(5, 12), at(9, 8), at(30, 1)];
        let found = assess(&mut scores, 3, &starts, &FoldSettings::default());
        assert_eq!(found.baseline, Some(Score::whole(20)));
        let after: Vec<_> = found.later.iter().map(|l| (l.score, l.position())).collect();
        // The score at the start of sessions 2 and 3 is still that of session 1.
        let expected = [(15, Some(0)), (12, None), (8, Some(2))];
        assert_eq!(after, expected.map(|(score, position)| (Score::whole(score), position)));
        // The score of day 30 is too late for day 28, and that of day 9 is 19 days old by then.
        assert_eq!(found.day_28, None);
        // 12 stands before 8 in the same window, and 1 comes when the later course has begun.
        assert_eq!(scores.map(|scored| scored.used), [true, true, false, true, false]);
    }

    proptest! {
        #[test]
        fn the_last_score_in_the_time_of_an_infusion_counts_for_it(
            mut starts in proptest::collection::vec(0..60_i64, 1..8),
            n in 1..8_usize,
            mut days in proptest::collection::vec(-5..90_i64, 0..14),
        ) {
            // The twin asks every score for every infusion.
            starts.sort_unstable();
            days.sort_unstable();
            let starts: Vec<i64> = starts.into_iter().map(|day| day * DAY_US).collect();
            let (n, settings) = (n.min(starts.len()), FoldSettings::default());
            let mut scores: Vec<Scored> =
                days.into_iter().zip(0..).map(|(day, score)| at(day, score)).collect();
            let found = assess(&mut scores, n, &starts, &settings);
            for position in 0..n {
                let window = Window::of(&starts, position, &settings);
                let expected = scores.iter().rfind(|scored| window.holds(scored.at_us));
                let counts = |later: &&Later| later.position() == Some(position);
                let counts = found.later.iter().filter(counts).map(|later| later.score);
                prop_assert!(expected.is_none_or(|scored| scored.used));
                prop_assert!(counts.eq(expected.map(|scored| scored.score)));
            }
        }
    }

    #[test]
    fn day_28_takes_the_last_score_of_its_fortnight() {
        let day_28 = |scores: &[Scored], starts: &[i64], n: usize| {
            assess(&mut scores.to_vec(), n, starts, &FoldSettings::default()).day_28
        };
        let start = [0];
        assert_eq!(day_28(&[at(0, 9)], &start, 1), None, "a baseline is not after session 1");
        assert_eq!(day_28(&[at(13, 9)], &start, 1), None);
        assert_eq!(day_28(&[at(14, 9), at(29, 1)], &start, 1), Some(Score::whole(9)));
        assert_eq!(day_28(&[at(14, 9), at(28, 4)], &start, 1), Some(Score::whole(4)));
        // A second course on day 20 begins a new account.
        let starts = [0, 20 * DAY_US];
        assert_eq!(day_28(&[at(18, 9), at(25, 4)], &starts, 1), Some(Score::whole(9)));
    }
}
