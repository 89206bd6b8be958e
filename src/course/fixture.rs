//! A person's events, folded, for tests.

use super::fold::{FoldContext, FoldedSubject, fold_subject};
use crate::event::envelope::{Event, Logged, Origin};
use crate::event::key::ContentDigest;
use crate::event::time::TimeBasis;
use crate::event::view::EventView;

/// Folds the events of one person, of which no key came twice, and hands on what becomes of them.
pub(crate) fn fold_person(
    events: impl IntoIterator<Item = Event>,
    context: &FoldContext,
    take_in: impl FnOnce(FoldedSubject),
) {
    let logged = |event| Logged {
        event,
        origin: Origin { file_digest: [0; 32], line: 1 },
        basis: TimeBasis::Actual,
        content: ContentDigest(0),
    };
    let mut events: Vec<Logged> = events.into_iter().map(logged).collect();
    events.sort_by(Logged::log_order);
    let views: Vec<EventView> = events.iter().map(EventView::of).collect();
    let folded = fold_subject(&events[0].event.subject, &views, context);
    if let Some(folded) = folded {
        take_in(folded);
    }
}
