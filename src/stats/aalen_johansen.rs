//! The Aalen-Johansen estimate of a cumulative incidence where leaving competes with the event.
//!
//! At each time everybody still waiting has the event with probability `a = events / n`, leaves
//! with `b = competing / n`, or stays with `s = 1 - a - b`. With `w` waiting before the time, the
//! incidence grows by `w a`, the share who left by `w b`, and `w s` wait on.
//!
//! Standard error: the Greenwood covariance of the matrix product (as R's `etm`): the covariance
//! so far, carried through the step, plus `w^2` times the multinomial covariance of `(a, b, s)`.
//! Interval: log-log on the incidence.
//!
//! References: Aalen and Johansen 1978, Scandinavian Journal of Statistics 5, 141-150; Andersen,
//! Borgan, Gill and Keiding 1993, section IV.4.1.3, doi 10.1007/978-1-4612-4348-9.
//!
//! At an incidence of 0 or 1 the standard error is 0 and there is no interval. With nobody at risk
//! the last estimate stands.

use super::life_table::{Estimate, Step, log_log};

/// Where everybody is at a time: event, left or waiting. The three add up to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Incidence {
    /// Share who had the event.
    pub event: Estimate,
    /// Share who left by the competing event.
    pub competing: f64,
    /// Share still waiting for either.
    pub waiting: f64,
}

/// Shares at a time, and the covariance of two of them. What left is the rest.
#[derive(Debug, Clone, Copy)]
struct State {
    event: f64,
    competing: f64,
    waiting: f64,
    var_event: f64,
    cov: f64,
    var_waiting: f64,
}

impl State {
    /// Before the first time everybody waits.
    const START: Self = Self {
        event: 0.0,
        competing: 0.0,
        waiting: 1.0,
        var_event: 0.0,
        cov: 0.0,
        var_waiting: 0.0,
    };

    /// The state after a step; the same where the step has nobody at risk.
    #[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
    fn after(self, step: &Step) -> Self {
        let stay = step.at_risk.checked_sub(step.events + step.competing);
        let Some(stay) = stay.filter(|_| step.at_risk > 0) else { return self };
        let n = step.at_risk as f64;
        let (a, b, s) = (step.events as f64 / n, step.competing as f64 / n, stay as f64 / n);
        let w = self.waiting;
        Self {
            event: self.event + w * a,
            competing: self.competing + w * b,
            waiting: w * s,
            var_event: self.var_event
                + 2.0 * a * self.cov
                + a * a * self.var_waiting
                + w * w * a * (1.0 - a) / n,
            cov: s * (self.cov + a * self.var_waiting) - w * w * a * s / n,
            var_waiting: s * s * self.var_waiting + w * w * s * (1.0 - s) / n,
        }
    }

    fn incidence(self) -> Incidence {
        // Exact: both are products with a count of 0, never a rounded difference.
        let everybody = self.waiting == 0.0 && self.competing == 0.0;
        let event = if everybody {
            Estimate { value: 1.0, se: Some(0.0), interval: None }
        } else {
            // Rounding may leave a variance of nothing just below 0.
            let se = self.var_event.max(0.0).sqrt();
            Estimate { value: self.event, se: Some(se), interval: log_log(self.event, se) }
        };
        Incidence { event, competing: self.competing, waiting: self.waiting }
    }
}

/// The estimate at each time 1, 2, ..., as many as there are steps.
#[must_use]
pub fn aalen_johansen(steps: &[Step]) -> Vec<Incidence> {
    let mut state = State::START;
    let incidences = steps.iter().map(|step| {
        state = state.after(step);
        state.incidence()
    });
    incidences.collect()
}
