//! Gray's test: do k groups have one cumulative incidence, where leaving competes with the event?
//!
//! The log-rank test asks for the pace among those still there; a group that leaves fast and
//! responds at the same pace passes it, with fewer responders in the end. Gray's compares how many
//! have responded in the end, of all.
//!
//! With `W` the share of a group still waiting just before a time and `F` its incidence so far,
//! `y = n / W` is the size the group would have if nobody had been censored, and `r = y (1 - F)`
//! those of it who have not responded, leavers included. With `D` events in all, group `j` expects
//! `D r_j / sum r`. The incidence common to all is pooled as `F0 += D / sum y`. The variance follows
//! each event of a group through its own score at once, and through the `W` and `F` of the group
//! into every later expectation; ties as in a draw without putting back.
//!
//! Reference: Gray 1988, doi 10.1214/aos/1176350951, weight 1 (`rho` = 0); numbers as R's
//! `cmprsk::cuminc`. As there, the pooled incidence may pass 1 where all of a large group are gone
//! long before the others; the variance is then worked out all the same.
//!
//! A group that is never at risk beside others when some, not all, have the event is dropped, and
//! the degrees of freedom with it (cmprsk gives up instead). Undefined with fewer than two groups
//! left: so without any event.

use super::life_table::Step;
use super::score_test::{Score, Test};

/// Where a group stands just before a time.
#[derive(Debug, Clone, Copy)]
struct Group {
    /// Share neither with the event nor left.
    waiting: f64,
    /// Share with the event.
    event: f64,
}

/// What chance there is in the events of one group at one time.
struct Jump {
    group: usize,
    /// How it moves each score at once, less what later expectations had moved before this time.
    at_once: Vec<f64>,
    /// How it moves each score through later expectations, as a multiple of the drift of the group.
    later: f64,
    variance: f64,
}

/// What the groups bring to one time. Sizes are 0 where nobody of a group is at risk.
struct Moment {
    steps: Vec<Step>,
    /// Sizes as if nobody had been censored.
    sizes: Vec<f64>,
    size: f64,
    events: f64,
    /// The pooled incidence with the events of this time.
    pooled: f64,
}

/// Compares groups. A group with fewer steps has nobody at risk later.
#[must_use]
pub fn gray(groups: &[&[Step]]) -> Option<Test> {
    score(groups).test()
}

#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
fn score(groups: &[&[Step]]) -> Score {
    let k = groups.len();
    let mut score = Score::of(k);
    let mut state = vec![Group { waiting: 1.0, event: 0.0 }; k];
    let mut pooled = 0.0;
    // How each score would drift per unit of chance in a group, summed over the times so far.
    let mut drift = vec![vec![0.0; k]; k];
    let mut jumps = Vec::new();
    let last = groups.iter().map(|steps| steps.len()).max().unwrap_or(0);
    for time in 0..last {
        let steps: Vec<Step> = groups.iter().map(|steps| step_at(steps, time)).collect();
        if steps.iter().all(|step| step.events + step.competing == 0) {
            continue;
        }
        let size = |(step, group): (&Step, &Group)| match step.at_risk {
            0 => 0.0,
            n => n as f64 / group.waiting,
        };
        let sizes: Vec<f64> = steps.iter().zip(&state).map(size).collect();
        let size = sizes.iter().sum();
        let events = steps.iter().map(|step| step.events).sum::<u64>() as f64;
        let now = Moment { steps, sizes, size, events, pooled: pooled + events / size };
        now.expect(&state, &mut score.excess);
        let pull = now.pull();
        if events > 0.0 {
            for (drift, pull) in drift.iter_mut().zip(&pull) {
                for (drift, pull) in drift.iter_mut().zip(pull) {
                    if *pull != 0.0 {
                        *drift += pull * events / (size * (1.0 - pooled));
                    }
                }
            }
        }
        for (group, state) in state.iter_mut().enumerate() {
            let before = *state;
            *state = now.after(group, before);
            let left = state.waiting;
            jumps.extend(now.jump_of_events(group, before, left, &pull, &drift));
            jumps.extend(now.jump_of_leaving(group, before, left, &drift));
        }
        pooled = now.pooled;
    }
    for jump in jumps {
        let own = |j: usize| jump.at_once[j] + jump.later * drift[j][jump.group];
        for j in 0..k {
            for l in 0..k {
                score.covariance[j][l] += jump.variance * own(j) * own(l);
            }
        }
    }
    score
}

/// The step of a group at a place; nobody where there is none, or where it is no data.
fn step_at(steps: &[Step], time: usize) -> Step {
    let step = steps.get(time).copied().unwrap_or_default();
    if step.events + step.competing <= step.at_risk { step } else { Step::default() }
}

#[allow(clippy::cast_precision_loss, reason = "counts of people, far below 2^53")]
impl Moment {
    /// Adds what each group has above expectation.
    fn expect(&self, state: &[Group], excess: &mut [f64]) {
        let without = |(size, group): (&f64, &Group)| size * (1.0 - group.event);
        let without: Vec<f64> = self.sizes.iter().zip(state).map(without).collect();
        let all: f64 = without.iter().sum();
        for ((excess, step), without) in excess.iter_mut().zip(&self.steps).zip(without) {
            if self.events > 0.0 && step.at_risk > 0 {
                *excess += step.events as f64 - self.events * without / all;
            }
        }
    }

    /// How an event in one group (second place) moves the score of each (first place).
    fn pull(&self) -> Vec<Vec<f64>> {
        let (sizes, size) = (&self.sizes, self.size);
        let cell = |j: usize, l: usize| {
            if j == l { sizes[j] * (1.0 - sizes[j] / size) } else { -sizes[j] * sizes[l] / size }
        };
        let row = |j| (0..sizes.len()).map(|l| cell(j, l)).collect();
        (0..sizes.len()).map(row).collect()
    }

    /// Where a group stands after this time.
    fn after(&self, group: usize, before: Group) -> Group {
        let step = self.steps[group];
        if step.at_risk == 0 {
            return before;
        }
        let n = step.at_risk as f64;
        let stay = (step.at_risk - step.events - step.competing) as f64;
        Group {
            waiting: before.waiting * stay / n,
            event: before.event + before.waiting * step.events as f64 / n,
        }
    }

    /// The chance in the events of a group if its incidence is the pooled one.
    fn jump_of_events(
        &self,
        group: usize,
        before: Group,
        left: f64,
        pull: &[Vec<f64>],
        drift: &[Vec<f64>],
    ) -> Option<Jump> {
        let n = self.steps[group].at_risk as f64;
        if n == 0.0 || self.events == 0.0 {
            return None;
        }
        let later = if left > 0.0 { 1.0 - (1.0 - self.pooled) / left } else { 1.0 };
        let ties = tied(self.events, self.size * before.waiting);
        Some(Jump {
            group,
            at_once: pull.iter().zip(drift).map(|(p, d)| p[group] - later * d[group]).collect(),
            later,
            variance: ties * before.waiting * self.events / (self.size * n),
        })
    }

    /// The chance in the leaving of a group: it moves later expectations alone.
    fn jump_of_leaving(
        &self,
        group: usize,
        before: Group,
        left: f64,
        drift: &[Vec<f64>],
    ) -> Option<Jump> {
        let step = self.steps[group];
        if step.competing == 0 || left <= 0.0 {
            return None;
        }
        let (n, leaving) = (step.at_risk as f64, step.competing as f64);
        let later = -(1.0 - self.pooled) / left;
        Some(Jump {
            group,
            at_once: drift.iter().map(|drift| -later * drift[group]).collect(),
            later,
            variance: tied(leaving, n) * before.waiting.powi(2) * leaving / (n * n),
        })
    }
}

/// How much less chance there is in several at once: a draw of `events` from `n` without putting
/// back.
fn tied(events: f64, n: f64) -> f64 {
    if events > 1.0 { 1.0 - (events - 1.0) / (n - 1.0) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::log_rank::log_rank;
    use crate::stats::tests::oracle::{near, number, rows};
    use std::collections::BTreeMap;

    const STEPS: &str = include_str!("../../tests/oracle/gray/steps.csv");
    const EXPECTED: &str = include_str!("../../tests/oracle/gray/expected.csv");

    type Tables = BTreeMap<&'static str, Vec<Step>>;

    /// Life tables by data set and group.
    fn data() -> BTreeMap<&'static str, Tables> {
        let mut data = BTreeMap::<_, Tables>::new();
        for row in rows(STEPS) {
            let [at_risk, events, competing] =
                [3, 4, 5].map(|at| row[at].parse().expect("a count"));
            let steps = data.entry(row[0]).or_default().entry(row[1]).or_default();
            steps.push(Step { at_risk, events, competing });
        }
        data
    }

    fn test_of(tables: &Tables) -> Option<Test> {
        let groups: Vec<&[Step]> = tables.values().map(Vec::as_slice).collect();
        gray(&groups)
    }

    #[test]
    fn agrees_with_cmprsk() {
        // tests/oracle/gray/make.R, from the single records.
        let data = data();
        let mut compared = 0;
        for row in rows(EXPECTED) {
            let found = test_of(&data[row[0]]).expect("groups that differ");
            assert_eq!(found.df.to_string(), row[1], "{}", row[0]);
            near(Some(found.chi_square), number(row[2]), 1e-9);
            near(Some(found.p), number(row[3]), 1e-9);
            compared += 1;
        }
        assert_eq!((compared, data.len()), (13, 13));
    }

    #[test]
    fn a_group_that_is_never_at_risk_beside_others_is_dropped() {
        for (name, mut tables) in data() {
            let expected = test_of(&tables);
            tables.insert("never", vec![Step::default(); 3]);
            tables.insert("none", Vec::new());
            // More events than people: no data.
            tables.insert("wrong", vec![Step { at_risk: 1, events: 1, competing: 1 }]);
            assert_eq!(test_of(&tables), expected, "{name}");
        }
    }

    #[test]
    fn the_order_of_groups_does_not_matter() {
        for tables in data().values() {
            let mut groups: Vec<&[Step]> = tables.values().map(Vec::as_slice).collect();
            let one = gray(&groups).expect("groups that differ");
            groups.rotate_left(1);
            let other = gray(&groups).expect("groups that differ");
            // Another group is left out: the same but for rounding.
            near(Some(one.chi_square), Some(other.chi_square), 1e-9);
        }
    }

    #[test]
    fn sees_who_leaves_where_the_log_rank_test_does_not() {
        // The same pace among those still there, 20 %; half of b leave at once.
        let step = |at_risk, events, competing| Step { at_risk, events, competing };
        let a = [step(1000, 0, 0), step(1000, 200, 0), step(800, 160, 0)];
        let b = [step(1000, 0, 500), step(500, 100, 0), step(400, 80, 0)];
        let (gray, pace) = (gray(&[&a, &b]), log_rank(&[&a, &b]));
        assert!(pace.expect("two groups").p > 0.99);
        assert!(gray.expect("two groups").p < 1e-9);
    }

    #[test]
    fn nothing_to_compare_is_undefined() {
        let step = |at_risk, events, competing| Step { at_risk, events, competing };
        let some = [step(9, 2, 1), step(5, 1, 1)];
        assert_eq!(gray(&[]), None);
        assert_eq!(gray(&[&some]), None);
        assert_eq!(gray(&[&some, &[]]), None);
        let without = [step(9, 0, 2), step(6, 0, 1)];
        assert_eq!(gray(&[&without, &without]), None, "no events");
        let at_once = [step(4, 4, 0)];
        assert_eq!(gray(&[&at_once, &at_once]), None, "everybody at once");
        let late = [step(0, 0, 0), step(0, 0, 0), step(5, 1, 0)];
        assert_eq!(gray(&[&some, &late]), None, "never at risk together");
    }
}
