//! Odd histories as values: counted and shown, never an error, because history cannot be refused.

use crate::event::coded::coded;

coded! {
    /// Something odd in a subject's history, in table order.
    Anomaly {
        ConflictingKey = "conflicting-key": "one event key came with different contents and no correction says which is right; no version counts",
        CorrectionWithoutTarget = "correction-without-target": "a correction names an event that nobody has (yet); it takes effect if that arrives",
        CorrectionOfOtherSubject = "correction-of-other-subject": "a correction names an event of another subject; it has no effect",
        CorrectionOfOtherSource = "correction-of-other-source": "a correction names an event that the subject has from another source only; it has no effect",
        CorrectionOfOtherType = "correction-of-other-type": "a correction carries the fields of another type of event, or time on another clock; it has no effect",
        CorrectionWithoutTime = "correction-without-time": "an event came with different times, and its correction does not say which is right; it has no effect",
        CorrectionOfNoEvent = "correction-of-no-clinical-event": "a correction names a correction, a retraction or a withdrawal; it has no effect",
        RetractionWithoutTarget = "retraction-without-target": "a retraction names an event that nobody has (yet); it takes effect if that arrives",
        RetractionOfOtherSubject = "retraction-of-other-subject": "a retraction names an event of another subject; it has no effect",
        RetractionOfOtherSource = "retraction-of-other-source": "a retraction names an event that the subject has from another source only; it has no effect",
        RetractionOfNoEvent = "retraction-of-no-event": "a retraction names a retraction or a withdrawal; it has no effect",
        MixedClocks = "mixed-clocks": "the subject has events with dates and events without; those on the other clock than the first session do not count",
        SessionNumberDiffers = "session-number-differs": "the site counts a session differently than its place in the course",
        SessionsAtOnce = "sessions-at-once": "two sessions of one person start at the same moment",
        TotalDiffersFromItems = "total-differs-from-items": "a reported total is not what its items make; the items count",
        EndWithoutCourse = "end-without-course": "a course is ended that has no session",
        EndedTwice = "ended-twice": "a course is ended twice; the first end counts",
        SessionAfterEnd = "session-after-end": "a session follows the recorded end of a course within its gap; it begins a new course",
        SessionLongAfter = "session-long-after": "a session lies more than 365 days after the event before it",
        CheckinLongBefore = "checkin-long-before": "a check-in lies more than 365 days before the next event, and no session before it",
        ResolvedBeforeOnset = "resolved-before-onset": "a side effect was gone before it began",
        InfusionNotGiven = "infusion-not-given": "a plan is adjusted after an infusion that was not given by then",
        BeforeTwoThousand = "before-2000": "an event lies before the year 2000",
    }
}
