//! Who goes on with treatment and who leaves it: one law for each kind of drop-out.
//!
//! The laws have the same steps and differ in their probabilities alone. Where the two numbers of
//! a pair are equal, relief decides nothing.

use super::draw::Draw;
use super::settings::Dropout;
use crate::event::code::EndReason;
use serde::Serialize;

/// Sessions that everyone has where nobody leaves.
pub(super) const FULL_COURSE: i64 = 12;

/// Relief from which a person counts as relieved at the end of the planned sessions: the true
/// value of a response.
const RELIEVED: f64 = 0.5;

/// Probabilities of leaving, of going on and of answering. `relief` is the share of severity
/// relieved on the day after the latest session; a pair is for little relief and for much.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Law {
    /// Of leaving after each of the planned sessions but the last.
    pub(super) leaves: f64,
    /// The same, besides, from session 2 on, with relief below 0.15.
    pub(super) leaves_unrelieved: f64,
    /// The same, besides, for those whose side effects are 1.8 times the usual.
    pub(super) leaves_suffering: f64,
    /// The same, besides, from session 4 on, with relief above 0.75.
    pub(super) leaves_relieved: f64,
    /// Of going on after the planned sessions, with relief below 0.5 and from there on.
    pub(super) goes_on: [f64; 2],
    /// The same, besides, on nasal treatment, which is planned for longer.
    pub(super) goes_on_nasal: f64,
    /// Of those who go on: two more sessions at the same pace instead of maintenance; a pair like
    /// `goes_on`.
    pub(super) adds: [f64; 2],
    /// Of leaving after each maintenance session.
    pub(super) leaves_maintenance: f64,
    /// Of those who do not go on with relief below 0.2: that the end is put down to no response.
    pub(super) ends_unrelieved: f64,
    /// Multiplies the probability of a check-in, with relief below 0.2 and from there on.
    pub(super) answers: [f64; 2],
    /// Fewest sessions of anyone.
    pub(super) at_least: i64,
}

const BY_SCORE: Law = Law {
    leaves: 0.016,
    leaves_unrelieved: 0.045,
    leaves_suffering: 0.025,
    leaves_relieved: 0.04,
    goes_on: [0.22, 0.37],
    goes_on_nasal: 0.19,
    adds: [0.5, 0.08],
    leaves_maintenance: 0.04,
    ends_unrelieved: 0.4,
    answers: [0.94, 1.0],
    at_least: 0,
};

const AT_RANDOM: Law = Law {
    leaves: 0.03,
    leaves_unrelieved: 0.0,
    leaves_suffering: 0.025,
    leaves_relieved: 0.0,
    goes_on: [0.3, 0.3],
    goes_on_nasal: 0.19,
    adds: [0.2, 0.2],
    leaves_maintenance: 0.04,
    ends_unrelieved: 0.0,
    answers: [1.0, 1.0],
    at_least: 0,
};

/// As at random, but that everyone stays.
const NOBODY: Law = Law {
    leaves: 0.0,
    leaves_suffering: 0.0,
    goes_on: [1.0, 1.0],
    leaves_maintenance: 0.0,
    at_least: FULL_COURSE,
    ..AT_RANDOM
};

impl Law {
    /// The law of a kind of drop-out.
    pub(super) const fn of(dropout: Dropout) -> &'static Self {
        match dropout {
            Dropout::Score => &BY_SCORE,
            Dropout::Random => &AT_RANDOM,
            Dropout::None => &NOBODY,
        }
    }

    /// What the probability of a check-in is multiplied by.
    pub(super) fn answers(&self, relief: f64) -> f64 {
        let [little, much] = self.answers;
        if relief < 0.2 { little } else { much }
    }
}

/// Where a person stands after a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// Sessions so far, as the site counts.
    pub(super) number: i64,
    /// Sessions intended before maintenance.
    pub(super) planned: i64,
    /// Sessions intended after that.
    pub(super) upkeep: i64,
    pub(super) nasal: bool,
    /// See [`Law`].
    pub(super) relief: f64,
    /// Multiplies the chance of every side effect.
    pub(super) sensitivity: f64,
}

/// What comes after a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The next session as intended.
    AsIntended,
    /// Two more at the same pace.
    TwoMore,
    /// Maintenance, for so many sessions.
    Maintenance(i64),
    Over(EndReason),
}

/// Draws what comes after a session.
pub(super) fn after_session(draw: &mut Draw, law: &Law, standing: &Standing) -> Next {
    if standing.number < standing.planned {
        return leaves(draw, law, standing).map_or(Next::AsIntended, Next::Over);
    }
    if standing.number == standing.planned {
        return after_plan(draw, law, standing);
    }
    if standing.number >= standing.planned + standing.upkeep {
        return Next::Over(EndReason::Completed);
    }
    if draw.chance(law.leaves_maintenance) {
        return Next::Over(draw.pick(&LEAVING_WELL, EndReason::Other));
    }
    Next::AsIntended
}

/// Drop-out before the planned number.
fn leaves(draw: &mut Draw, law: &Law, standing: &Standing) -> Option<EndReason> {
    let Standing { number, relief, sensitivity, .. } = *standing;
    if number >= 4 && relief > 0.75 && draw.chance(law.leaves_relieved) {
        return Some(EndReason::Responded);
    }
    if number >= 2 && relief < 0.15 && draw.chance(law.leaves_unrelieved) {
        return Some(EndReason::NoResponse);
    }
    if sensitivity > 1.8 && draw.chance(law.leaves_suffering) {
        return Some(EndReason::SideEffects);
    }
    draw.chance(law.leaves).then(|| draw.pick(&LEAVING_WELL, EndReason::Other))
}

/// Whether somebody goes on is drawn before how, so that those who go on are the same mixture of
/// ways whatever their share.
fn after_plan(draw: &mut Draw, law: &Law, standing: &Standing) -> Next {
    let by_relief = |[little, much]: [f64; 2]| {
        if standing.relief < RELIEVED { little } else { much }
    };
    let nasal = if standing.nasal { law.goes_on_nasal } else { 0.0 };
    if !draw.chance(by_relief(law.goes_on) + nasal) {
        let failed = standing.relief < 0.2 && draw.chance(law.ends_unrelieved);
        return Next::Over(if failed { EndReason::NoResponse } else { EndReason::Completed });
    }
    if draw.chance(by_relief(law.adds)) {
        return Next::TwoMore;
    }
    Next::Maintenance(draw.whole(2, 7).max(law.at_least - standing.number))
}

const LEAVING_WELL: [(EndReason, f64); 4] = [
    (EndReason::Lost, 45.0),
    (EndReason::Cost, 30.0),
    (EndReason::Moved, 10.0),
    (EndReason::Other, 15.0),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drop_out_at_random_knows_nothing_of_relief() {
        let law = Law::of(Dropout::Random);
        for number in 1..=9 {
            let next = |relief| {
                let standing = Standing {
                    number,
                    planned: 6,
                    upkeep: 3,
                    nasal: false,
                    relief,
                    sensitivity: 2.0,
                };
                let steps = (0..500)
                    .map(|index| after_session(&mut Draw::of_person(1, index), law, &standing));
                steps.collect::<Vec<_>>()
            };
            assert_eq!(next(-0.3), next(0.3), "{number}");
            assert_eq!(next(0.3), next(0.9), "{number}");
        }
        assert_eq!(law.answers(0.0).to_bits(), law.answers(1.0).to_bits());
    }
}
