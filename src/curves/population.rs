//! The courses in the estimates of one instrument, each with every cell it is counted in: its
//! strata, levels and routes.

use super::cohort::{Cohort, Member};
use super::level::{Level, level_of};
use super::route::RouteRow;
use super::settings::Stratum;
use crate::course::fact::Assessment;
use crate::event::ids::OpenCode;
use crate::event::instrument::Instrument;
use crate::event::score::Score;
use crate::table::{ColumnType, Table};
use rayon::prelude::*;
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

/// The courses of an instrument. Later courses stand in `course_order` alone: intervals assume one
/// course a person.
pub struct Population<'a> {
    /// Code of the instrument.
    pub code: &'a OpenCode,
    /// The instrument.
    pub instrument: &'a Instrument,
    members: Vec<Member<'a>>,
    standings: Vec<Standing>,
    /// Of each member, the places of its standings: those that see the whole course, and those that
    /// see its induction.
    places: Vec<[Vec<usize>; 2]>,
}

impl<'a> Population<'a> {
    /// That of an instrument; `None` for one the run does not know.
    #[must_use]
    pub fn of(cohort: &Cohort<'a>, code: &'a OpenCode) -> Option<Self> {
        let instrument = cohort.vocabulary.instrument(code.as_str())?;
        let strata: Vec<Stratum> =
            Stratum::ALWAYS.into_iter().chain(cohort.analysis.strata.iter().copied()).collect();
        let members: Vec<Member> = cohort.members(code, instrument).collect();
        let mut known: BTreeMap<Standing, usize> = BTreeMap::new();
        let mut places = Vec::with_capacity(members.len());
        for Member { course, baseline, .. } in &members {
            let mut own = [Vec::new(), Vec::new()];
            for (place, stratum) in strata.iter().copied().enumerate() {
                if (course.order > 1) != (stratum == Stratum::CourseOrder) {
                    continue;
                }
                let level = level_of(stratum, course, *baseline, instrument, cohort);
                let Some(level) = level else { continue };
                for route in RouteRow::of(course) {
                    let standing = Standing { place, stratum, level: level.clone(), route };
                    let next = known.len();
                    let number = *known.entry(standing).or_insert(next);
                    own[usize::from(stratum == Stratum::Phase)].push(number);
                }
            }
            places.push(own);
        }
        // From the order in which they were met to that of tables.
        let mut order = vec![0; known.len()];
        let in_order = known.into_iter().enumerate().map(|(place, (standing, number))| {
            order[number] = place;
            standing
        });
        let standings = in_order.collect();
        for number in places.iter_mut().flatten().flatten() {
            *number = order[*number];
        }
        Some(Self { code, instrument, members, standings, places })
    }

    /// Those of every instrument, in table order.
    #[must_use]
    pub fn all(cohort: &Cohort<'a>) -> Vec<Self> {
        let codes = cohort.analysis.instruments.par_iter();
        codes.filter_map(|code| Self::of(cohort, code)).collect()
    }

    /// Every course, first courses and later ones.
    #[must_use]
    pub fn members(&self) -> &[Member<'a>] {
        &self.members
    }

    /// Counts every course in every cell it stands in, in table order. `look` says once what there
    /// is to count of a course as a stratum sees it, `count` counts it in a cell.
    pub fn tally<T: Clone, L>(
        &self,
        empty: &T,
        look: impl Fn(&View) -> L,
        count: impl Fn(&mut T, &L),
    ) -> impl Iterator<Item = ([&str; 4], T)> {
        let mut cells = vec![empty.clone(); self.standings.len()];
        for (member, [whole, induction]) in self.members.iter().zip(&self.places) {
            for (stratum, places) in [(Stratum::All, whole), (Stratum::Phase, induction)] {
                if places.is_empty() {
                    continue;
                }
                let seen = look(&View::of(member, stratum));
                for place in places {
                    count(&mut cells[*place], &seen);
                }
            }
        }
        self.standings.iter().map(|standing| standing.head(self.code)).zip(cells)
    }
}

/// A table made instrument by instrument, side by side.
pub fn table_of(
    name: &str,
    columns: &[(&str, ColumnType)],
    populations: &[Population],
    rows: impl Fn(&Population, &mut Table) + Sync,
) -> Table {
    let parts = populations.par_iter().map(|population| {
        let mut part = Table::new(name, columns);
        rows(population, &mut part);
        part
    });
    let parts: Vec<Table> = parts.collect();
    let mut table = Table::new(name, columns);
    for part in &parts {
        table.append(part);
    }
    table
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
    /// A course as a stratum sees it.
    #[must_use]
    pub fn of(member: &'a Member<'a>, stratum: Stratum) -> Self {
        let induction = stratum == Stratum::Phase;
        let n_all = member.course.infusions.len();
        Self {
            member,
            n_infusions: if induction { member.course.n_induction } else { n_all },
            running: if induction { member.in_induction } else { member.running },
        }
    }

    /// The assessment after infusion `position + 1`.
    #[must_use]
    pub fn assessment(&self, position: usize) -> Option<Assessment> {
        (position < self.n_infusions)
            .then(|| self.member.scores.after.get(position).copied().flatten())
            .flatten()
    }

    /// Its score.
    #[must_use]
    pub fn score(&self, position: usize) -> Option<Score> {
        self.assessment(position).map(|assessment| assessment.score)
    }
}
