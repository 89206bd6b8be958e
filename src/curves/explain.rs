//! Who stands in a cell of an estimate table, and as what each course is counted there.
//!
//! Rows about single people: nothing of this is ever published. Where a course stands is asked of
//! the very function that fills the tables ([`Population::tally`], one person at a time). As what it is counted
//! is read once more, slowly and by itself, so that a test can hold the sums over people against
//! the table.

use super::additive::Additive;
use super::cohort::Cohort;
use super::first_response::Fate;
use super::population::Population;
use super::view::View;
use crate::course::fact::SubjectFacts;
use crate::event::ids::OpenCode;
use crate::event::instrument::Instrument;
use crate::event::score::Score;

/// A place of a person: stratum, level and route, with their courses there.
#[derive(Debug, Clone)]
pub struct Stand {
    /// Code of the stratum.
    pub stratum: String,
    /// Level of it.
    pub level: String,
    /// Code of the route: one of the list, `all` or `mixed`.
    pub route: String,
    /// Their courses that are counted there, in order: mostly one.
    pub courses: Vec<Seen>,
}

/// A course as a stratum sees it; `phase` sees induction alone.
#[derive(Debug, Clone)]
pub struct Seen {
    /// 1 for the person's first course.
    pub order: usize,
    /// Its baseline.
    pub baseline: Score,
    /// Infusions it has there.
    pub n_infusions: usize,
    /// Whether it runs there.
    pub running: bool,
    /// As what it is counted at infusion 1, 2, … up to the horizon.
    pub infusions: Vec<AtInfusion>,
    /// What became of it, for the cumulative curves; `None` without a response rule.
    pub fate: Option<Fate>,
}

/// As what a course is counted at one infusion number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Treated, and scored after it.
    Observed,
    /// Treated, and not scored after it.
    NotScored,
    /// Over before it: enrolled, and without a score.
    NotTreated,
    /// Running, and not come to it: in no numerator and no denominator.
    NotDue,
}

impl Status {
    /// The code of the answer.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::NotScored => "not-scored",
            Self::NotTreated => "not-treated",
            Self::NotDue => "not-due",
        }
    }
}

/// A course at one infusion number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtInfusion {
    /// As what it is counted.
    pub status: Status,
    /// The score that counts; only of the observed.
    pub score: Option<Score>,
    /// Whether that is a response; `None` where not observed, or no rule is agreed.
    pub response: Option<bool>,
    /// Whether it is in remission; `None` where not observed, or no line is agreed.
    pub remission: Option<bool>,
    /// Whether the baseline was not in remission; `None` as above.
    pub above_line: Option<bool>,
    /// The infusion whose score LOCF takes, and that score; `None` before the first, and where the
    /// course is not due.
    pub carried: Option<(usize, Score)>,
    /// Whether that is a response.
    pub carried_response: Option<bool>,
}

/// Courses that are not counted but kept.
#[derive(Clone)]
struct Courses(Vec<Seen>);

impl Additive for Courses {
    fn add(&mut self, others: &Self) {
        self.0.extend_from_slice(&others.0);
    }
}

/// Every place where a person stands in the tables of an instrument, in table order.
#[must_use]
pub fn stands<'a>(
    cohort: &Cohort<'a>,
    person: &'a SubjectFacts,
    code: &'a OpenCode,
    instrument: &Instrument,
) -> Vec<Stand> {
    let horizon = cohort.analysis.horizon;
    let Some(people) = Population::of(cohort, [person], code) else { return Vec::new() };
    let look = |view: &View| see(view, instrument, horizon);
    let nobody = Courses(Vec::new());
    let found = people.tally(&nobody, look, |courses, seen| courses.0.push(seen.clone()));
    let stand = |(head, Courses(courses)): ([&str; 4], Courses)| {
        let [_, stratum, level, route] = head.map(str::to_owned);
        Stand { stratum, level, route, courses }
    };
    found.map(stand).collect()
}

fn see(view: &View, instrument: &Instrument, horizon: usize) -> Seen {
    Seen {
        order: view.member.course.order,
        baseline: view.member.baseline,
        n_infusions: view.n_infusions,
        running: view.running,
        infusions: (1..=horizon).map(|k| at(view, k, instrument)).collect(),
        fate: instrument.response.map(|_| Fate::of(view, horizon).0),
    }
}

fn at(view: &View, k: usize, instrument: &Instrument) -> AtInfusion {
    let score = view.score(k - 1);
    let status = match (k <= view.n_infusions, score, view.running) {
        (true, Some(_), _) => Status::Observed,
        (true, None, _) => Status::NotScored,
        (false, _, false) => Status::NotTreated,
        (false, _, true) => Status::NotDue,
    };
    let earlier = || (1..=k).rev().find_map(|j| Some((j, view.score(j - 1)?)));
    let carried = if status == Status::NotDue { None } else { earlier() };
    let baseline = view.member.baseline;
    let response = |score| instrument.is_response(baseline, score);
    let remits = |score| instrument.is_remission(score);
    AtInfusion {
        status,
        score,
        response: score.and_then(response),
        remission: score.and_then(remits),
        above_line: score.and_then(|_| remits(baseline)).map(|in_remission| !in_remission),
        carried,
        carried_response: carried.and_then(|(_, score)| response(score)),
    }
}

/// What a course is to the cumulative curves at infusion k.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtRisk {
    /// At risk where leaving competes (Aalen-Johansen).
    pub competing: bool,
    /// At risk where leaving censors (Kaplan-Meier): whoever leaves at k was last seen before it.
    pub censoring: bool,
    /// First response at k.
    pub event: bool,
    /// Left at k.
    pub stopped: bool,
}

impl AtRisk {
    /// The part of a course with this fate at infusion `k`.
    #[must_use]
    pub fn of(fate: Fate, k: usize) -> Self {
        let (last, event, stopped) = match fate {
            Fate::Responded(at) => (at, at == k, false),
            Fate::Stopped { at, .. } => (at, false, at == k),
            Fate::Censored(at) => (at, false, false),
        };
        Self { competing: last >= k, censoring: last >= k && !stopped, event, stopped }
    }
}

/// A sum over the courses of a cell, under the name of its column; `None` where the column is `NA`.
pub type Sum = (&'static str, Option<u64>);

/// The counts of `response_by_infusion` that courses make together.
#[must_use]
pub fn response_sums(courses: &[AtInfusion], instrument: &Instrument) -> Vec<Sum> {
    let count = |is: &dyn Fn(&AtInfusion) -> bool| Some(number(courses.iter().filter(|c| is(c))));
    let ruled = |n: Option<u64>| n.filter(|_| instrument.response.is_some());
    let lined = |n: Option<u64>| n.filter(|_| instrument.remission.is_some());
    let responds = count(&|course| course.response == Some(true));
    vec![
        ("n_treated", count(&|c| matches!(c.status, Status::Observed | Status::NotScored))),
        ("n_observed", count(&|c| c.status == Status::Observed)),
        ("responders", ruled(responds)),
        ("remitters", lined(count(&|c| c.remission == Some(true)))),
        ("n_above_line", lined(count(&|c| c.above_line == Some(true)))),
        (
            "remitters_above_line",
            lined(count(&|c| (c.above_line, c.remission) == (Some(true), Some(true)))),
        ),
        ("n_enrolled", count(&|c| c.status != Status::NotDue)),
        ("n_not_due", count(&|c| c.status == Status::NotDue)),
        ("responders_nri", ruled(responds)),
        ("responders_locf", ruled(count(&|c| c.carried_response == Some(true)))),
    ]
}

/// The counts of `cumulative_response` at `min_cell = 0`, where no step is gathered. The number at
/// risk is that of Aalen-Johansen; that of Kaplan-Meier stands behind it.
#[must_use]
pub fn risk_sums(courses: &[AtRisk]) -> Vec<Sum> {
    let count = |is: &dyn Fn(&AtRisk) -> bool| Some(number(courses.iter().filter(|c| is(c))));
    vec![
        ("n_at_risk", count(&|c| c.competing)),
        ("n_at_risk (kaplan-meier)", count(&|c| c.censoring)),
        ("events", count(&|c| c.event)),
        ("stopped", count(&|c| c.stopped)),
    ]
}

fn number<T>(found: impl Iterator<Item = T>) -> u64 {
    u64::try_from(found.count()).unwrap_or(u64::MAX)
}
