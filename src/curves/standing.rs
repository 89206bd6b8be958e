//! Where a course stands: the strata, levels and routes whose cells it is counted in.

use super::cohort::{Cohort, Eligible};
use super::level::Level;
use super::route::RouteRow;
use super::settings::Stratum;
use crate::event::code::Route;
use crate::event::ids::OpenCode;
use compact_str::CompactString;

/// The strata of a run, in table order.
pub(super) fn strata(cohort: &Cohort) -> Vec<Stratum> {
    Stratum::ALWAYS.into_iter().chain(cohort.analysis.strata.iter().copied()).collect()
}

/// What a stratum sees of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// All of it.
    Whole,
    /// Its induction alone: `phase`.
    Induction,
}

impl Sight {
    /// Both.
    pub(super) const ALL: [Self; 2] = [Self::Whole, Self::Induction];
}

/// A stratum, a level of it, and a route; ordered as tables are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing<'a> {
    place: usize,
    stratum: Stratum,
    level: Level<'a>,
    route: RouteRow,
    label: CompactString,
}

impl<'a> Standing<'a> {
    pub(super) fn of(place: usize, stratum: Stratum, level: Level<'a>, route: RouteRow) -> Self {
        Self { place, stratum, level, route, label: level.label() }
    }

    /// The route.
    pub(super) const fn route(&self) -> RouteRow {
        self.route
    }

    /// The first columns of a row: instrument, stratum, level, route.
    #[must_use]
    pub fn head<'s>(&'s self, code: &'s OpenCode) -> [&'s str; 4] {
        [code.as_str(), self.stratum.as_str(), &self.label, self.route.as_str()]
    }
}

/// What decides in which cells a course is counted. `L` are the levels it is in, of each stratum in
/// table order, or their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Kind<L> {
    /// `None` where the course is in no level of a stratum, and where there is no such stratum.
    pub(super) levels: [Option<L>; Stratum::COUNT],
    route: Route,
    switched: bool,
    /// Whether induction is all there is of the course, so that every stratum sees the same of it.
    is_induction: bool,
}

impl<L: Copy> Kind<L> {
    /// That of a course with these levels.
    pub(super) fn of(eligible: &Eligible, levels: [Option<L>; Stratum::COUNT]) -> Self {
        Self {
            levels,
            route: eligible.course.route,
            switched: eligible.course.switched,
            is_induction: eligible.is_induction(),
        }
    }

    /// The same with other names for the levels.
    pub(super) fn with_levels<M>(self, levels: [Option<M>; Stratum::COUNT]) -> Kind<M> {
        let Self { route, switched, is_induction, .. } = self;
        Kind { levels, route, switched, is_induction }
    }
}

impl<'a> Kind<Level<'a>> {
    /// Where courses of this kind stand, and what is seen of them there.
    pub(super) fn standings<'k>(
        &'k self,
        strata: &'k [Stratum],
    ) -> impl Iterator<Item = (Standing<'a>, Sight)> + 'k {
        let levels = strata.iter().zip(&self.levels).enumerate();
        let levels =
            levels.filter_map(|(place, (stratum, level))| Some((place, *stratum, (*level)?)));
        levels.flat_map(|(place, stratum, level)| {
            let sees_all = stratum != Stratum::Phase || self.is_induction;
            let sight = if sees_all { Sight::Whole } else { Sight::Induction };
            RouteRow::of_route(self.route, self.switched)
                .map(move |route| (Standing::of(place, stratum, level, route), sight))
        })
    }
}
