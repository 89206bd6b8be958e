//! Made-up people, one by one, the life table they make, and the estimates worked out from them
//! alone.

use crate::stats::life_table::Step;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How a person's waiting ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    Event,
    Competing,
    Censored,
}

/// One person.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    /// From 1.
    pub(super) time: usize,
    pub(super) cause: Cause,
}

/// The last time anything can happen.
pub(super) const LAST: usize = 9;

/// Cohorts of 1 to 120 people, the same at every call; without censoring where asked.
pub(super) fn cohorts(seed: u64, censoring: bool) -> impl Iterator<Item = Vec<Record>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..400).map(move |_| {
        let n = rng.random_range(1..=120);
        // Odds of the three causes: some cohorts lack one.
        let odds: [u32; 3] = std::array::from_fn(|_| rng.random_range(0..=4));
        let odds = [odds[0] + 1, odds[1], if censoring { odds[2] } else { 0 }];
        let record = |_| {
            let pick = rng.random_range(0..odds.iter().sum());
            let cause = if pick < odds[0] {
                Cause::Event
            } else if pick < odds[0] + odds[1] {
                Cause::Competing
            } else {
                Cause::Censored
            };
            Record { time: rng.random_range(1..=LAST), cause }
        };
        (0..n).map(record).collect()
    })
}

fn count(records: &[Record], fits: impl Fn(&Record) -> bool) -> u64 {
    records.iter().map(|record| u64::from(fits(record))).sum()
}

/// The life table up to `LAST`.
pub(super) fn life_table(records: &[Record]) -> Vec<Step> {
    let at = |now: usize, cause: Cause| count(records, |r| r.time == now && r.cause == cause);
    let step = |now| Step {
        at_risk: count(records, |record| record.time >= now),
        events: at(now, Cause::Event),
        competing: at(now, Cause::Competing),
    };
    (1..=LAST).map(step).collect()
}

/// The incidence of the event by each time, without hazards or products: everybody weighs the
/// same, and the weight of a censored person goes to those who stay longer, in equal parts
/// (redistribution to the right, Efron 1967).
pub(super) fn redistributed(records: &[Record]) -> Vec<f64> {
    let mut weight = vec![1.0 / as_f64(records.len()); records.len()];
    for now in 1..=LAST {
        let later: Vec<usize> = (0..records.len()).filter(|&i| records[i].time > now).collect();
        for i in 0..records.len() {
            if records[i].time == now && records[i].cause == Cause::Censored {
                let part = weight[i] / as_f64(later.len());
                for &other in &later {
                    weight[other] += part;
                }
            }
        }
    }
    let by = |now: usize| {
        let had = |r: &Record| r.cause == Cause::Event && r.time <= now;
        records.iter().zip(&weight).filter(|(r, _)| had(r)).map(|(_, weight)| weight).sum()
    };
    (1..=LAST).map(by).collect()
}

/// The same people where leaving counts as being lost from sight.
pub(super) fn leaving_censored(records: &[Record]) -> Vec<Record> {
    let censor = |cause| if cause == Cause::Competing { Cause::Censored } else { cause };
    records.iter().map(|r| Record { time: r.time, cause: censor(r.cause) }).collect()
}

/// A count as a number.
pub(super) fn as_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("few people"))
}
