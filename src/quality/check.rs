//! What is counted in the account of the data: one list, and what adds up to what.

use crate::course::account::Fate;
use crate::course::resolve::SetAside;
use crate::event::coded::coded;

coded! {
    /// A count of scores (by source and instrument) or of sessions (by source and route), in table
    /// order.
    Check {
        ScoresFound = "scores-found": "scores found in check-ins",
        ScoresUsable = "scores-usable": "usable: a baseline, the score after an infusion, or that of day 28",
        ScoresUnusable = "scores-unusable": "not usable, for one of the reasons below",
        ScoreReplaced = "score-replaced": "a later score of the same time counts instead",
        ScoreTooEarly = "score-too-early": "no session near it: too long before the first session",
        ScoreTooLate = "score-too-late": "no session near it: too long after the session before it",
        ScoreOfUntreated = "score-of-untreated": "no session near it: the person has no completed session",
        ScoreRetracted = "score-retracted": "the check-in was taken back",
        ScoreInConflict = "score-in-conflict": "the check-in came with different contents and no correction says which is right",
        ScoreOnOtherClock = "score-on-other-clock": "the check-in is on another clock than the sessions",
        ScoreAfterCut = "score-after-cut": "the check-in is later than the data cut that was asked for",
        ScoreNotInVocabulary = "score-not-in-vocabulary": "this run knows no such instrument, or no such score on it",
        TotalsDiffer = "totals-differ": "the reported total is not what the items make; the items count",
        SessionsFound = "sessions-found": "sessions found",
        SessionsCounted = "sessions-counted": "sessions that count in a course",
        SessionsSetAside = "sessions-set-aside": "sessions that do not count, for one of the reasons below",
        SessionRetracted = "session-retracted": "the session was taken back",
        SessionInConflict = "session-in-conflict": "the session came with different contents and no correction says which is right",
        SessionOnOtherClock = "session-on-other-clock": "the session is on another clock than the first",
        SessionAfterCut = "session-after-cut": "the session is later than the data cut that was asked for",
        SessionsDue = "sessions-due": "sessions whose time for a check-in is over",
        SessionCheckedIn = "session-checked-in": "a check-in followed in time",
        SessionWithoutCheckin = "session-without-checkin": "no check-in followed in time",
        SessionWindowOpen = "session-window-open": "a check-in may still come",
        DosesChecked = "doses-checked": "doses of a drug and route whose range is known",
        DosePlausible = "dose-plausible": "the dose is in its range, as far as it can be told",
        DosesImplausible = "doses-implausible": "the dose is outside its range, in one of the ways below",
        DoseNotAStep = "dose-not-a-step": "nasal esketamine other than 28, 56 or 84 mg",
        DoseLow = "dose-low": "the dose is below the range of its drug and route",
        DoseHigh = "dose-high": "the dose is above the range of its drug and route; by vein it may be anaesthesia",
        DoseMissing = "dose-missing": "no dose was recorded",
        DoseUnchecked = "dose-unchecked": "no range is known for the drug and route",
        PressuresReversed = "pressures-reversed": "a diastolic pressure is not below its systolic one",
    }
}

use Check as C;

/// What adds up: each whole is the sum of its parts. `totals-differ` and `pressures-reversed` stand
/// beside the others and add to none.
pub const SUMS: [(Check, &[Check]); 9] = [
    (C::ScoresFound, &[C::ScoresUsable, C::ScoresUnusable]),
    (
        C::ScoresUnusable,
        &[
            C::ScoreReplaced,
            C::ScoreTooEarly,
            C::ScoreTooLate,
            C::ScoreOfUntreated,
            C::ScoreRetracted,
            C::ScoreInConflict,
            C::ScoreOnOtherClock,
            C::ScoreAfterCut,
            C::ScoreNotInVocabulary,
        ],
    ),
    (C::SessionsFound, &[C::SessionsCounted, C::SessionsSetAside]),
    (
        C::SessionsSetAside,
        &[C::SessionRetracted, C::SessionInConflict, C::SessionOnOtherClock, C::SessionAfterCut],
    ),
    (C::SessionsCounted, &[C::SessionsDue, C::SessionWindowOpen]),
    (C::SessionsDue, &[C::SessionCheckedIn, C::SessionWithoutCheckin]),
    (C::SessionsCounted, &[C::DosesChecked, C::DoseMissing, C::DoseUnchecked]),
    (C::DosesChecked, &[C::DosePlausible, C::DosesImplausible]),
    (C::DosesImplausible, &[C::DoseNotAStep, C::DoseLow, C::DoseHigh]),
];

/// The same by their codes.
#[must_use]
pub fn sums() -> Vec<(&'static str, Vec<&'static str>)> {
    let codes = |parts: &[Check]| parts.iter().map(|part| part.code()).collect();
    SUMS.iter().map(|(whole, parts)| (whole.code(), codes(parts))).collect()
}

impl Check {
    /// Reads a code back; `None` if it is not one.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|check| check.code() == code)
    }

    /// Whether scores are counted; otherwise sessions.
    #[must_use]
    pub fn is_of_scores(self) -> bool {
        self < Self::SessionsFound
    }

    /// What its share is a share of.
    #[must_use]
    pub const fn whole(self) -> Self {
        match self {
            C::ScoresFound
            | C::ScoresUsable
            | C::ScoresUnusable
            | C::ScoreReplaced
            | C::ScoreTooEarly
            | C::ScoreTooLate
            | C::ScoreOfUntreated
            | C::ScoreRetracted
            | C::ScoreInConflict
            | C::ScoreOnOtherClock
            | C::ScoreAfterCut
            | C::ScoreNotInVocabulary
            | C::TotalsDiffer => C::ScoresFound,
            C::SessionsFound
            | C::SessionsCounted
            | C::SessionsSetAside
            | C::SessionRetracted
            | C::SessionInConflict
            | C::SessionOnOtherClock
            | C::SessionAfterCut => C::SessionsFound,
            C::SessionCheckedIn | C::SessionWithoutCheckin => C::SessionsDue,
            C::DosePlausible | C::DosesImplausible | C::DoseNotAStep | C::DoseLow | C::DoseHigh => {
                C::DosesChecked
            }
            C::SessionsDue
            | C::SessionWindowOpen
            | C::DosesChecked
            | C::DoseMissing
            | C::DoseUnchecked
            | C::PressuresReversed => C::SessionsCounted,
        }
    }
}

impl From<Fate> for Check {
    fn from(fate: Fate) -> Self {
        match fate {
            Fate::Usable => C::ScoresUsable,
            Fate::Replaced => C::ScoreReplaced,
            Fate::TooEarly => C::ScoreTooEarly,
            Fate::TooLate => C::ScoreTooLate,
            Fate::OfUntreated => C::ScoreOfUntreated,
            Fate::SetAside(SetAside::Retracted) => C::ScoreRetracted,
            Fate::SetAside(SetAside::InConflict) => C::ScoreInConflict,
            Fate::SetAside(SetAside::OtherClock) => C::ScoreOnOtherClock,
            Fate::SetAside(SetAside::AfterCut) => C::ScoreAfterCut,
            Fate::NotInVocabulary => C::ScoreNotInVocabulary,
        }
    }
}

impl From<SetAside> for Check {
    /// A session that does not count.
    fn from(why: SetAside) -> Self {
        match why {
            SetAside::Retracted => C::SessionRetracted,
            SetAside::InConflict => C::SessionInConflict,
            SetAside::OtherClock => C::SessionOnOtherClock,
            SetAside::AfterCut => C::SessionAfterCut,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_a_whole_or_part_of_one_of_its_kind() {
        for check in Check::ALL {
            assert_eq!(Check::parse(check.code()), Some(*check));
            assert_eq!(check.whole().is_of_scores(), check.is_of_scores(), "{check:?}");
            let beside = [C::ScoresFound, C::SessionsFound, C::TotalsDiffer, C::PressuresReversed];
            let n_sums = SUMS.iter().filter(|(_, parts)| parts.contains(check)).count();
            assert_eq!(n_sums, usize::from(!beside.contains(check)), "{check:?}");
        }
        for (whole, parts) in SUMS {
            assert!(parts.iter().all(|part| *part > whole), "a whole stands before its parts");
        }
    }
}
