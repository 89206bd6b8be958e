//! Landmarks: people as they stand after one infusion, followed to a later one.
//!
//! Whoever was scored after infusion k stands at the landmark k. What counts afterwards is the first
//! response after a later infusion; leaving treatment without one competes with it, as in the
//! cumulative curves: a course that is over leaves at the infusion after its last score, a running
//! one is censored at its last score. Reference: Anderson, Cain and Gelber 1983, Journal of Clinical
//! Oncology 1(11), 710-719.

use super::additive::Additive;
use super::view::View;
use crate::stats::aalen_johansen::aalen_johansen;
use crate::stats::life_table::{Estimate, steps};

/// What became of a person between a landmark and a later infusion. The four exclude each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// First response after this infusion.
    Responded(usize),
    /// Left treatment, or its measurement, without one, at this infusion.
    Stopped(usize),
    /// In a running course, last scored after this infusion.
    Censored(usize),
    /// Followed to the end without a response.
    Waiting,
}

/// What a course shows after its infusions, which count from 1.
pub struct Shown<'a> {
    view: &'a View<'a>,
    /// The last infusion after which it was scored; 0 for none.
    last: usize,
}

impl<'a> Shown<'a> {
    /// What a course shows.
    #[must_use]
    pub fn of(view: &'a View<'a>) -> Self {
        Self { view, last: view.last_scored() }
    }

    /// Whether the course responds after an infusion; `None` where it was not scored after it, and
    /// always where no rule is agreed.
    #[must_use]
    pub fn responds(&self, infusion: usize) -> Option<bool> {
        self.view.responds(infusion.checked_sub(1)?)
    }
}

impl Fate {
    /// The fate of a course that was scored after infusion `landmark`, between that and infusion `by`.
    #[must_use]
    pub fn of(shown: &Shown, landmark: usize, by: usize) -> Self {
        let mut later = landmark + 1..=by.min(shown.last);
        if let Some(infusion) = later.find(|at| shown.responds(*at) == Some(true)) {
            return Self::Responded(infusion);
        }
        match () {
            () if shown.last >= by => Self::Waiting,
            () if shown.view.running => Self::Censored(shown.last),
            () => Self::Stopped(shown.last + 1),
        }
    }
}

/// People at one landmark, by what became of them. Positions are infusions after the landmark.
#[derive(Debug, Clone)]
pub struct Followed {
    landmark: usize,
    responded: Vec<u64>,
    stopped: Vec<u64>,
    censored: Vec<u64>,
    waiting: u64,
    /// Of all, those treated at least once more.
    pub went_on: u64,
}

impl Additive for Followed {
    fn add(&mut self, others: &Self) {
        self.responded.add(&others.responded);
        self.stopped.add(&others.stopped);
        self.censored.add(&others.censored);
        self.waiting += others.waiting;
        self.went_on += others.went_on;
    }
}

impl Followed {
    /// Nobody yet, from infusion `landmark` to infusion `by`.
    #[must_use]
    pub fn none(landmark: usize, by: usize) -> Self {
        let zero = vec![0; by.saturating_sub(landmark) + 1];
        Self {
            landmark,
            responded: zero.clone(),
            stopped: zero.clone(),
            censored: zero,
            waiting: 0,
            went_on: 0,
        }
    }

    /// Counts a person.
    pub fn count(&mut self, fate: Fate, n_infusions: usize) {
        self.went_on += u64::from(n_infusions > self.landmark);
        match fate {
            Fate::Responded(at) => self.responded[at - self.landmark] += 1,
            Fate::Stopped(at) => self.stopped[at - self.landmark] += 1,
            Fate::Censored(at) => self.censored[at - self.landmark] += 1,
            Fate::Waiting => self.waiting += 1,
        }
    }

    /// Everyone at the landmark.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.responders() + self.stopped() + self.censored() + self.waiting
    }

    /// Those who responded.
    #[must_use]
    pub fn responders(&self) -> u64 {
        self.responded.iter().sum()
    }

    /// Those who left without a response.
    #[must_use]
    pub fn stopped(&self) -> u64 {
        self.stopped.iter().sum()
    }

    /// Those whose course runs and has not come so far.
    #[must_use]
    pub fn censored(&self) -> u64 {
        self.censored.iter().sum()
    }

    /// Those followed to the end without a response.
    #[must_use]
    pub const fn waiting(&self) -> u64 {
        self.waiting
    }

    /// The share who responded by the end, by Aalen-Johansen; `None` with nobody at risk.
    #[must_use]
    pub fn estimate(&self) -> Option<Estimate> {
        let at_risk = self.n() - self.censored[0];
        let steps = steps(at_risk, &self.responded[1..], &self.stopped[1..], &self.censored[1..]);
        steps.first().filter(|step| step.at_risk > 0)?;
        aalen_johansen(&steps).last().map(|incidence| incidence.event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::proportion::proportion;

    #[test]
    fn without_running_courses_the_estimate_is_the_share() {
        // An identity: nobody is censored, so who leaves when does not matter.
        let mut followed = Followed::none(2, 6);
        for (fate, times) in [
            (Fate::Responded(3), 4),
            (Fate::Responded(6), 3),
            (Fate::Stopped(3), 2),
            (Fate::Stopped(5), 5),
            (Fate::Waiting, 6),
        ] {
            for _ in 0..times {
                followed.count(fate, 3);
            }
        }
        let estimate = followed.estimate().expect("people").value;
        assert!((estimate - proportion(7, 20).expect("people")).abs() < 1e-15);
        assert_eq!((followed.n(), followed.waiting(), followed.went_on), (20, 6, 20));
    }

    #[test]
    fn a_running_course_counts_for_as_long_as_it_was_seen() {
        // By hand: 10 at risk at 2, 2 respond; of the 8, 4 were last seen then; at 3 of 4 one
        // responds: 0.2 + 0.8 / 4.
        let mut followed = Followed::none(1, 3);
        for (fate, times) in [
            (Fate::Responded(2), 2),
            (Fate::Censored(2), 4),
            (Fate::Responded(3), 1),
            (Fate::Waiting, 3),
        ] {
            for _ in 0..times {
                followed.count(fate, 1);
            }
        }
        let estimate = followed.estimate().expect("people").value;
        assert!((estimate - 0.4).abs() < 1e-15, "{estimate}");
        assert_eq!(followed.went_on, 0);
    }

    #[test]
    fn nobody_at_risk_has_no_estimate() {
        let mut followed = Followed::none(1, 3);
        assert!(followed.estimate().is_none());
        followed.count(Fate::Censored(1), 1);
        assert!(followed.estimate().is_none());
    }
}
