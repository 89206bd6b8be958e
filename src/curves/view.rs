//! A course as a stratum sees it, with what was seen after each of its infusions.

use super::cohort::Member;
use super::covariates::PerCovariate;
use super::lasting::Lasted;
use super::standing::Sight;
use crate::event::score::Score;
use crate::event::time::HOUR_US;

/// A score after an infusion with what every table asks of it.
#[derive(Debug, Clone, Copy)]
pub struct Observation {
    /// The score.
    pub score: Score,
    /// Microseconds since the start of that infusion.
    pub since_dose_us: i64,
    /// The item about death or self-harm.
    pub item: Option<u8>,
    /// Whether it is a response; `None` where no rule is agreed.
    pub responds: Option<bool>,
}

impl Observation {
    /// Hours since the start of that infusion.
    #[must_use]
    pub fn hours(&self) -> f64 {
        hours(self.since_dose_us)
    }
}

/// Microseconds in hours.
#[allow(clippy::cast_precision_loss, reason = "a window of days in microseconds")]
pub(super) fn hours(micros: i64) -> f64 {
    micros as f64 / HOUR_US as f64
}

/// A course as a stratum sees it.
pub struct View<'a> {
    /// The course.
    pub member: &'a Member<'a>,
    /// Numbers of its levels in the covariates.
    pub covariates: PerCovariate<u32>,
    /// What was seen after each infusion of the whole course.
    after: &'a [Option<Observation>],
    sight: Sight,
    /// Its infusions there.
    pub n_infusions: usize,
    /// Microseconds from the start of session 1 to that of the last of them.
    pub last_us: i64,
    /// Whether it runs there.
    pub running: bool,
}

impl<'a> View<'a> {
    pub(super) const fn of(
        member: &'a Member<'a>,
        covariates: PerCovariate<u32>,
        after: &'a [Option<Observation>],
        sight: Sight,
    ) -> Self {
        let (n_infusions, last_us, running) = match sight {
            Sight::Whole => (member.n_infusions, member.last_us, member.running),
            Sight::Induction => {
                (member.n_induction, member.last_of_induction_us, member.in_induction)
            }
        };
        let n_infusions = n_infusions as usize;
        Self { member, covariates, after, sight, n_infusions, last_us, running }
    }

    /// What was seen after infusion `position + 1`.
    #[must_use]
    pub fn observation(&self, position: usize) -> Option<&'a Observation> {
        self.of_whole(position).filter(|_| position < self.n_infusions)
    }

    /// The same, whether or not the stratum sees that infusion.
    #[must_use]
    pub fn of_whole(&self, position: usize) -> Option<&'a Observation> {
        self.after.get(position)?.as_ref()
    }

    /// Its score.
    #[must_use]
    pub fn score(&self, position: usize) -> Option<Score> {
        self.observation(position).map(|seen| seen.score)
    }

    /// What ended its first response there.
    #[must_use]
    pub const fn on_treatment(&self) -> Option<Lasted> {
        match self.sight {
            Sight::Whole => self.member.on_treatment,
            Sight::Induction => self.member.on_induction,
        }
    }

    /// Whether it is a response; `None` without a score, and where no rule is agreed.
    #[must_use]
    pub fn responds(&self, position: usize) -> Option<bool> {
        self.observation(position)?.responds
    }

    /// Of the infusions the stratum sees, the number of the last with a score; 0 for none.
    #[must_use]
    pub fn last_scored(&self) -> usize {
        let seen = &self.after[..self.n_infusions.min(self.after.len())];
        seen.iter().rposition(Option::is_some).map_or(0, |position| position + 1)
    }
}
