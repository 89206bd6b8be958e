//! Outcomes to exit codes: one table.

use crate::pipeline::intake::Intake;
use crate::pipeline::run::Outcome;

/// Exit codes of the program, as `--help` and the README list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done, also when there was nothing new.
    Done = 0,
    /// Done, but a source broke off midway, a limit to the quality of the data was passed, or
    /// verifying found something.
    Marked = 3,
    /// Nothing could be used.
    NoInput = 4,
    /// An identifier was found; what it touched was left out.
    Identifier = 5,
}

impl Exit {
    /// What the sources mean for the exit code: 5 beats 3.
    #[must_use]
    pub fn of(intake: &Intake) -> Self {
        if intake.found_identifier() {
            Self::Identifier
        } else if intake.is_truncated() {
            Self::Marked
        } else {
            Self::Done
        }
    }

    /// The same for a run, which its pipeline may hold to limits.
    #[must_use]
    pub fn of_run(outcome: &Outcome) -> Self {
        let of_limits = if outcome.marks.is_empty() { Self::Done } else { Self::Marked };
        Self::of(&outcome.intake).max(of_limits)
    }

    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}
