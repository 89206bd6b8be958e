//! Every cell a course is counted in: its strata, levels and routes.

use super::cohort::{Cohort, Member};
use super::level::{Level, level_of};
use super::route::RouteRow;
use super::settings::Stratum;
use crate::event::ids::OpenCode;
use crate::event::instrument::Instrument;
use crate::event::score::Score;
use std::collections::BTreeMap;

/// A stratum, a level of it, and a route; ordered as tables are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    place: usize,
    stratum: Stratum,
    level: Level,
    route: RouteRow,
}

impl Standing {
    /// The first columns of a row: instrument, stratum, level, route.
    #[must_use]
    pub fn head<'a>(&'a self, code: &'a OpenCode) -> [&'a str; 4] {
        [code.as_str(), self.stratum.as_str(), &self.level.label, self.route.as_str()]
    }
}

/// Counts every course of an instrument in every cell it stands in.
///
/// Later courses stand in `course_order` alone: intervals assume one course a person.
pub fn tally<T: Clone>(
    cohort: &Cohort,
    code: &OpenCode,
    instrument: &Instrument,
    empty: &T,
    mut count: impl FnMut(&mut T, &View),
) -> BTreeMap<Standing, T> {
    let strata: Vec<Stratum> =
        Stratum::ALWAYS.into_iter().chain(cohort.analysis.strata.iter().copied()).collect();
    let mut tallies = BTreeMap::new();
    for member in cohort.members(code, instrument) {
        let Member { course, baseline, .. } = member;
        for (place, stratum) in strata.iter().copied().enumerate() {
            if (course.order > 1) != (stratum == Stratum::CourseOrder) {
                continue;
            }
            let level = level_of(stratum, course, baseline, instrument, cohort.vocabulary);
            let Some(level) = level else { continue };
            let view = View::of(&member, stratum);
            for route in RouteRow::of(course) {
                let standing = Standing { place, stratum, level: level.clone(), route };
                count(tallies.entry(standing).or_insert_with(|| empty.clone()), &view);
            }
        }
    }
    tallies
}

/// A course as a stratum sees it: `phase` sees induction alone.
pub struct View<'a> {
    /// The course.
    pub member: &'a Member<'a>,
    /// Its infusions there.
    pub n_infusions: usize,
    /// Whether it runs there.
    pub running: bool,
}

impl<'a> View<'a> {
    fn of(member: &'a Member<'a>, stratum: Stratum) -> Self {
        let induction = stratum == Stratum::Phase;
        let n_all = member.course.infusions.len();
        Self {
            member,
            n_infusions: if induction { member.course.n_induction } else { n_all },
            running: if induction { member.in_induction } else { member.running },
        }
    }

    /// The score after infusion `position + 1`.
    #[must_use]
    pub fn score(&self, position: usize) -> Option<Score> {
        (position < self.n_infusions)
            .then(|| self.member.scores.after.get(position).copied().flatten())
            .flatten()
            .map(|assessment| assessment.score)
    }
}
