//! The courses in the estimates of one instrument, each with every cell it is counted in: its
//! strata, levels and routes.

use super::additive::Additive;
use super::cohort::{Cohort, Member};
use super::covariates::PerCovariate;
use super::level::Level;
use super::numbered::Numbered;
use super::part::{Part, Parts};
use super::route::RouteRow;
use super::standing::{Kind, Sight, Standing, strata};
use super::view::{Observation, View};
use crate::course::fact::SubjectFacts;
use crate::event::ids::OpenCode;
use crate::event::instrument::Instrument;
use crate::table::{ColumnType, Table};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

/// Courses of one kind, which stand in the same cells.
struct Group {
    members: Range<usize>,
    /// The places of their standings but those of all routes, by what is seen of them there.
    places: [Vec<usize>; Sight::ALL.len()],
}

/// Courses behind each other that stand in a cell, and what is seen of them there.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    pub(super) members: Range<usize>,
    pub(super) sight: Sight,
}

/// Who stands in a cell of all routes stands in one of its routes.
impl Additive for Vec<Stretch> {
    fn add(&mut self, others: &Self) {
        self.extend_from_slice(others);
    }
}

/// The courses of an instrument. Later courses stand in `course_order` alone: intervals assume one
/// course a person.
pub struct Population<'a> {
    /// Code of the instrument.
    pub code: &'a OpenCode,
    /// The instrument.
    pub instrument: &'a Instrument,
    /// The levels of each covariate, by number.
    pub covariate_levels: PerCovariate<Vec<Level<'a>>>,
    /// Group by group.
    members: Vec<Member<'a>>,
    /// Numbers of the levels of each member in the covariates.
    covariates: Vec<PerCovariate<u32>>,
    /// What was seen of all members after each infusion, one member behind the other: every table
    /// walks through it.
    after: Vec<Option<Observation>>,
    /// Where that of each member begins, and where the last end.
    begin: Vec<usize>,
    groups: Vec<Group>,
    standings: Vec<Standing<'a>>,
}

/// Fewer courses of a kind than this are counted in every cell one by one: adding up goes through
/// every count of a cell, counting only through those of one course.
const FEW: usize = 8;

impl<'a> Population<'a> {
    /// That of some subjects and an instrument; `None` for one the run does not know.
    #[must_use]
    pub fn of(
        cohort: &Cohort<'a>,
        subjects: impl IntoIterator<Item = &'a SubjectFacts>,
        code: &'a OpenCode,
    ) -> Option<Self> {
        let asked = (code, cohort.vocabulary.instrument(code.as_str()));
        let mut parts = Parts::nobody(cohort, &[asked], 0);
        for course in subjects.into_iter().flat_map(|facts| &facts.courses) {
            if let Some(eligible) = cohort.eligible(course) {
                parts.take_in(cohort, &eligible);
            }
        }
        Self::of_parts(cohort, &parts.done())
    }

    /// Those of every instrument, in table order.
    #[must_use]
    pub fn all(cohort: &Cohort<'a>) -> Vec<Self> {
        let codes = cohort.analysis.instruments.par_iter().with_max_len(1);
        codes.filter_map(|code| Self::of(cohort, cohort.subjects.iter(), code)).collect()
    }

    /// That of an instrument, from its parts in the order of the cohort; `None` without a part.
    #[must_use]
    pub fn of_parts(cohort: &Cohort, parts: &[Part<'a>]) -> Option<Self> {
        let (code, instrument) = parts.first().map(|part| (part.code, part.instrument))?;
        let strata = strata(cohort);
        // Of each kind, where its members stand: part and place in it.
        let mut kinds: BTreeMap<Kind<Level>, Vec<(usize, usize)>> = BTreeMap::new();
        for (number, part) in parts.iter().enumerate() {
            let mut of_kind = vec![Vec::new(); part.kinds.len()];
            for (place, kind) in part.kind_of.iter().enumerate() {
                of_kind[*kind as usize].push((number, place));
            }
            for (kind, places) in part.kinds.iter().zip(of_kind) {
                kinds.entry(*kind).or_default().extend(places);
            }
        }
        let mut standings: BTreeMap<Standing, Vec<(usize, Sight)>> = BTreeMap::new();
        for (group, kind) in kinds.keys().enumerate() {
            for (standing, sight) in kind.standings(&strata) {
                standings.entry(standing).or_default().push((group, sight));
            }
        }
        let mut n_members = 0;
        let group = |of_kind: &Vec<_>| {
            let members = n_members..n_members + of_kind.len();
            n_members = members.end;
            Group { members, places: Default::default() }
        };
        let mut groups: Vec<Group> = kinds.values().map(group).collect();
        for (place, (standing, seen)) in standings.iter().enumerate() {
            for (group, sight) in seen.iter().filter(|_| standing.route() != RouteRow::All) {
                groups[*group].places[*sight as usize].push(place);
            }
        }
        let (renumbered, covariate_levels) = renumbered(parts);
        let mut members = Vec::with_capacity(n_members);
        let mut covariates = Vec::with_capacity(n_members);
        let mut after = Vec::with_capacity(parts.iter().map(|part| part.after.len()).sum());
        let mut begin = Vec::with_capacity(n_members + 1);
        begin.push(0);
        for (number, place) in kinds.into_values().flatten() {
            let part = &parts[number];
            let (numbers, own) = (&renumbered[number], part.covariates[place]);
            members.push(part.members[place]);
            covariates.push(std::array::from_fn(|at| numbers[at][own[at] as usize]));
            after.extend_from_slice(&part.after[part.begin[place]..part.begin[place + 1]]);
            begin.push(after.len());
        }
        let standings = standings.into_keys().collect();
        Some(Self {
            code,
            instrument,
            covariate_levels,
            members,
            covariates,
            after,
            begin,
            groups,
            standings,
        })
    }

    /// How many courses there are.
    pub(super) fn n_members(&self) -> usize {
        self.members.len()
    }

    /// Who stands in each cell, in table order.
    pub(super) fn stretches(&self) -> Vec<Vec<Stretch>> {
        let mut cells = vec![Vec::new(); self.standings.len()];
        for group in &self.groups {
            for (sight, places) in Sight::ALL.into_iter().zip(&group.places) {
                for place in places {
                    cells[*place].push(Stretch { members: group.members.clone(), sight });
                }
            }
        }
        self.add_up_routes(&mut cells);
        cells
    }

    /// Some members as a stratum sees them.
    pub(super) fn views(
        &self,
        members: Range<usize>,
        sight: Sight,
    ) -> impl Iterator<Item = View<'_>> {
        members.map(move |number| {
            let member = &self.members[number];
            let after = &self.after[self.begin[number]..self.begin[number + 1]];
            View::of(member, self.covariates[number], after, sight)
        })
    }

    /// First courses, whole.
    pub fn first_courses(&self) -> impl Iterator<Item = View<'_>> {
        let all = self.views(0..self.members.len(), Sight::Whole);
        all.filter(|view| view.member.is_first)
    }

    /// Counts every course in every cell it stands in, in table order. `look` says once what there
    /// is to count of a course as a stratum sees it, `count` counts it in a cell.
    pub fn tally<T: Additive, L>(
        &self,
        empty: &T,
        look: impl Fn(&View) -> L,
        count: impl Fn(&mut T, &L),
    ) -> impl Iterator<Item = ([&str; 4], T)> {
        let look = |view: &View, seen: &mut Option<L>| *seen = Some(look(view));
        let count = |cell: &mut T, seen: &Option<L>| {
            if let Some(seen) = seen {
                count(cell, seen);
            }
        };
        self.heads().zip(self.tally_into(empty, None, look, count))
    }

    /// The same where every cell is a row of cells: infusions, or windows. `look` says what there is
    /// to count in each of them, in their order; it finds an empty list.
    pub fn tally_rows<T: Additive, L>(
        &self,
        empty: &Vec<T>,
        look: impl Fn(&View, &mut Vec<L>),
        count: impl Fn(&mut T, &L),
    ) -> impl Iterator<Item = ([&str; 4], Vec<T>)> {
        let look = |view: &View, seen: &mut Vec<L>| {
            seen.clear();
            look(view, seen);
        };
        let count = |row: &mut Vec<T>, seen: &Vec<L>| {
            row.iter_mut().zip(seen).for_each(|(cell, seen)| count(cell, seen));
        };
        self.heads().zip(self.tally_into(empty, Vec::new(), look, count))
    }

    /// Courses of a kind are counted together, once, and what was counted is added to each cell they
    /// stand in; what is counted of all routes is then the sum over the routes. What was seen of a
    /// course stands in the place of what was seen of the one before.
    fn tally_into<T: Additive, L>(
        &self,
        empty: &T,
        mut seen: L,
        look: impl Fn(&View, &mut L),
        count: impl Fn(&mut T, &L),
    ) -> Vec<T> {
        let mut cells = vec![empty.clone(); self.standings.len()];
        for group in &self.groups {
            for (sight, places) in Sight::ALL.into_iter().zip(&group.places) {
                if places.is_empty() {
                    continue;
                }
                let views = self.views(group.members.clone(), sight);
                if group.members.len() < FEW {
                    for view in views {
                        look(&view, &mut seen);
                        for place in places {
                            count(&mut cells[*place], &seen);
                        }
                    }
                } else {
                    let mut together = empty.clone();
                    for view in views {
                        look(&view, &mut seen);
                        count(&mut together, &seen);
                    }
                    for place in places {
                        cells[*place].add(&together);
                    }
                }
            }
        }
        self.add_up_routes(&mut cells);
        cells
    }

    /// Fills in the cells of all routes, behind each of which stand those of its routes.
    fn add_up_routes<T: Additive>(&self, cells: &mut [T]) {
        let mut whole = 0;
        for (place, standing) in self.standings.iter().enumerate() {
            match standing.route() {
                RouteRow::All => whole = place,
                RouteRow::One(_) => {
                    let (before, own) = cells.split_at_mut(place);
                    before[whole].add(&own[0]);
                }
                RouteRow::Mixed => {}
            }
        }
    }

    /// The first columns of each cell.
    fn heads(&self) -> impl Iterator<Item = [&str; 4]> {
        self.standings.iter().map(|standing| standing.head(self.code))
    }
}

/// The numbers that the levels of each covariate have in all parts together, by their numbers in each
/// part; and the levels by those numbers.
fn renumbered<'a>(
    parts: &[Part<'a>],
) -> (Vec<PerCovariate<Vec<u32>>>, PerCovariate<Vec<Level<'a>>>) {
    let mut levels: PerCovariate<Numbered<Level>> = Default::default();
    let of_part = |part: &Part<'a>| {
        let mut numbers: PerCovariate<Vec<u32>> = Default::default();
        let of_each = part.covariate_levels.iter().zip(&mut levels);
        for (numbers, (of_part, levels)) in numbers.iter_mut().zip(of_each) {
            numbers.extend(of_part.iter().map(|level| levels.number(*level)));
        }
        numbers
    };
    let numbers = parts.iter().map(of_part).collect();
    (numbers, levels.each_ref().map(|levels| levels.by_number().to_vec()))
}

/// A table made instrument by instrument, side by side.
pub fn table_of(
    name: &str,
    columns: &[(&str, ColumnType)],
    populations: &[Population],
    rows: impl Fn(&Population, &mut Table) + Sync,
) -> Table {
    let parts = populations.par_iter().with_max_len(1).map(|population| {
        let mut part = Table::new(name, columns);
        rows(population, &mut part);
        part
    });
    let mut parts = parts.collect::<Vec<_>>().into_iter();
    let mut table = parts.next().unwrap_or_else(|| Table::new(name, columns));
    parts.for_each(|part| table.append(part));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curves::adjusted::adjusted_comparison;
    use crate::curves::change::change_by_infusion;
    use crate::curves::day_28::day_28;
    use crate::curves::durability::durability_counts;
    use crate::curves::first_response::first_response;
    use crate::curves::fixture::Network;
    use crate::curves::go_on::{after_adjustment, go_on};
    use crate::curves::individual_change::individual_change;
    use crate::curves::item_9::item_9;
    use crate::curves::level::{level_of, severity};
    use crate::curves::onset::onset;
    use crate::curves::response::response_by_infusion;
    use crate::curves::settings::Stratum;
    use crate::curves::severity_shift::severity_shift;
    use crate::curves::time_on_treatment::time_on_treatment_counts;

    /// Every table of populations.
    const TABLES: [fn(&Cohort, &[Population]) -> Table; 13] = [
        response_by_infusion,
        change_by_infusion,
        first_response,
        day_28,
        individual_change,
        severity_shift,
        item_9,
        onset,
        go_on,
        after_adjustment,
        durability_counts,
        time_on_treatment_counts,
        adjusted_comparison,
    ];

    /// Courses seen in a cell, by their place in memory, and what was seen of them.
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Seen(Vec<(usize, usize, bool)>);

    impl Seen {
        fn look(member: &Member, n_infusions: usize, running: bool) -> (usize, usize, bool) {
            (std::ptr::from_ref(member.course).addr(), n_infusions, running)
        }
    }

    impl Additive for Seen {
        fn add(&mut self, others: &Self) {
            self.0.extend_from_slice(&others.0);
        }
    }

    #[test]
    fn each_course_is_seen_in_each_cell_it_stands_in() {
        // The twin puts every course into every cell by itself.
        let network = Network::made_up(600);
        let cohort = network.cohort();
        for population in Population::all(&cohort) {
            let strata = Stratum::ALWAYS.into_iter().chain(network.analysis.strata.iter().copied());
            let mut expected: BTreeMap<Standing, Seen> = BTreeMap::new();
            for member in cohort.members(population.code, population.instrument) {
                let course = member.course;
                for (place, stratum) in strata.clone().enumerate() {
                    let instrument = population.instrument;
                    let level = match stratum {
                        Stratum::BaselineSeverity => severity(member.baseline, instrument),
                        _ => level_of(stratum, course, &cohort),
                    };
                    let is_of_order = (course.order > 1) == (stratum == Stratum::CourseOrder);
                    let Some(level) = level.filter(|_| is_of_order) else { continue };
                    let seen = match stratum {
                        Stratum::Phase => {
                            Seen::look(&member, course.n_induction, member.in_induction)
                        }
                        _ => Seen::look(&member, course.infusions.len(), member.running),
                    };
                    for route in RouteRow::of(course) {
                        let standing = Standing::of(place, stratum, level, route);
                        expected.entry(standing).or_default().0.push(seen);
                    }
                }
            }
            let look = |view: &View| Seen::look(view.member, view.n_infusions, view.running);
            let nobody = Seen::default();
            let found = population.tally(&nobody, look, |cell, seen| cell.0.push(*seen));
            let mut n_cells = 0;
            for ((head, mut found), (standing, expected)) in found.zip(&mut expected) {
                assert_eq!(head, standing.head(population.code));
                found.0.sort_unstable();
                expected.0.sort_unstable();
                assert_eq!(found, *expected, "{head:?}");
                n_cells += 1;
            }
            assert_eq!(n_cells, expected.len());
        }
    }

    #[test]
    fn what_is_counted_together_is_what_is_counted_one_by_one() {
        let network = Network::made_up(600);
        let cohort = network.cohort();
        let together = Population::all(&cohort);
        let is_large = |group: &Group| group.members.len() >= FEW;
        assert!(together[0].groups.iter().any(is_large));
        assert!(!together[0].groups.iter().all(is_large));
        // In groups of one nothing is ever added up.
        let mut apart = Population::all(&cohort);
        for population in &mut apart {
            let alone = |group: &Group| {
                let places = group.places.clone();
                group
                    .members
                    .clone()
                    .map(move |n| Group { members: n..n + 1, places: places.clone() })
            };
            population.groups = population.groups.iter().flat_map(alone).collect();
        }
        for table in TABLES {
            let expected = table(&cohort, &apart);
            assert!(expected.n_rows() > 0, "{}", expected.name);
            assert_eq!(table(&cohort, &together), expected);
        }
    }

    #[test]
    fn in_however_many_parts_the_courses_come_the_tables_are_the_same() {
        // The twin is of one part.
        let network = Network::made_up(600);
        let cohort = network.cohort();
        let everyone: Vec<_> = cohort.subjects.iter().collect();
        let in_parts = cohort.analysis.instruments.iter().filter_map(|code| {
            let asked = (code, cohort.vocabulary.instrument(code.as_str()));
            let parts = everyone.chunks(70).flat_map(|subjects| {
                let mut parts = Parts::nobody(&cohort, &[asked], subjects.len());
                for course in subjects.iter().flat_map(|facts| &facts.courses) {
                    if let Some(eligible) = cohort.eligible(course) {
                        parts.take_in(&cohort, &eligible);
                    }
                }
                parts.done()
            });
            Population::of_parts(&cohort, &parts.collect::<Vec<_>>())
        });
        let in_parts: Vec<Population> = in_parts.collect();
        let whole = Population::all(&cohort);
        for table in TABLES {
            assert_eq!(table(&cohort, &in_parts), table(&cohort, &whole));
        }
    }
}
