//! The courses in the estimates of one instrument, each with every cell it is counted in: its
//! strata, levels and routes.

use super::additive::Additive;
use super::cohort::{Cohort, Member};
use super::level::{Level, level_of};
use super::route::RouteRow;
use super::settings::Stratum;
use crate::course::fact::Assessment;
use crate::event::code::Route;
use crate::event::ids::OpenCode;
use crate::event::instrument::Instrument;
use crate::event::score::Score;
use crate::table::{ColumnType, Table};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

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

/// What decides in which cells a course is counted.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    /// Of each stratum, in table order; `None` where the course is in no level of it.
    levels: Vec<Option<Level>>,
    route: Route,
    switched: bool,
    /// Whether induction is all there is of the course, so that every stratum sees the same of it.
    is_induction: bool,
}

impl Kind {
    fn of(member: &Member, strata: &[Stratum], instrument: &Instrument, cohort: &Cohort) -> Self {
        let Member { course, baseline, .. } = *member;
        let level = |stratum: &Stratum| {
            let is_of_order = (course.order > 1) == (*stratum == Stratum::CourseOrder);
            is_of_order.then(|| level_of(*stratum, course, baseline, instrument, cohort)).flatten()
        };
        Self {
            levels: strata.iter().map(level).collect(),
            route: course.route,
            switched: course.switched,
            is_induction: member.n_induction == member.n_infusions
                && member.in_induction == member.running,
        }
    }

    /// Where courses of this kind stand, and what is seen of them there.
    fn standings<'k>(
        &'k self,
        strata: &'k [Stratum],
    ) -> impl Iterator<Item = (Standing, Sight)> + 'k {
        let levels = strata.iter().zip(&self.levels).enumerate();
        let levels =
            levels.filter_map(|(place, (stratum, level))| Some((place, *stratum, level.as_ref()?)));
        levels.flat_map(|(place, stratum, level)| {
            let sees_all = stratum != Stratum::Phase || self.is_induction;
            let sight = if sees_all { Sight::Whole } else { Sight::Induction };
            RouteRow::of_route(self.route, self.switched)
                .map(move |route| (Standing { place, stratum, level: level.clone(), route }, sight))
        })
    }
}

/// Courses of one kind, which stand in the same cells.
struct Group {
    members: Range<usize>,
    /// The places of their standings, by what is seen of them there.
    places: [Vec<usize>; Sight::ALL.len()],
}

/// The courses of an instrument. Later courses stand in `course_order` alone: intervals assume one
/// course a person.
pub struct Population<'a> {
    /// Code of the instrument.
    pub code: &'a OpenCode,
    /// The instrument.
    pub instrument: &'a Instrument,
    /// Group by group.
    members: Vec<Member<'a>>,
    /// The assessments of all members after each infusion, one member behind the other: every table
    /// walks through them.
    after: Vec<Option<Assessment>>,
    /// Where those of each member begin, and where the last end.
    begin: Vec<usize>,
    groups: Vec<Group>,
    standings: Vec<Standing>,
}

/// Fewer courses of a kind than this are counted in every cell one by one: adding up goes through
/// every count of a cell, counting only through those of one course.
const FEW: usize = 8;

impl<'a> Population<'a> {
    /// That of an instrument; `None` for one the run does not know.
    #[must_use]
    pub fn of(cohort: &Cohort<'a>, code: &'a OpenCode) -> Option<Self> {
        let instrument = cohort.vocabulary.instrument(code.as_str())?;
        let strata: Vec<Stratum> =
            Stratum::ALWAYS.into_iter().chain(cohort.analysis.strata.iter().copied()).collect();
        let mut kinds: BTreeMap<Kind, Vec<Member>> = BTreeMap::new();
        for member in cohort.members(code, instrument) {
            kinds.entry(Kind::of(&member, &strata, instrument, cohort)).or_default().push(member);
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
        for (place, seen) in standings.values().enumerate() {
            for (group, sight) in seen {
                groups[*group].places[*sight as usize].push(place);
            }
        }
        let members: Vec<Member> = kinds.into_values().flatten().collect();
        let (mut after, mut begin) = (Vec::new(), vec![0]);
        for member in &members {
            after.extend_from_slice(&member.scores.after);
            begin.push(after.len());
        }
        let standings = standings.into_keys().collect();
        Some(Self { code, instrument, members, after, begin, groups, standings })
    }

    /// Those of every instrument, in table order.
    #[must_use]
    pub fn all(cohort: &Cohort<'a>) -> Vec<Self> {
        let codes = cohort.analysis.instruments.par_iter();
        codes.filter_map(|code| Self::of(cohort, code)).collect()
    }

    /// Some members as a stratum sees them.
    fn views(&self, members: Range<usize>, sight: Sight) -> impl Iterator<Item = View<'_>> {
        members.map(move |number| {
            let member = &self.members[number];
            let after = &self.after[self.begin[number]..self.begin[number + 1]];
            View::of(member, after, sight)
        })
    }

    /// First courses, whole.
    pub fn first_courses(&self) -> impl Iterator<Item = View<'_>> {
        let all = self.views(0..self.members.len(), Sight::Whole);
        all.filter(|view| view.member.course.order == 1)
    }

    /// Counts every course in every cell it stands in, in table order. `look` says once what there
    /// is to count of a course as a stratum sees it, `count` counts it in a cell.
    ///
    /// Courses of a kind are counted together, once, and what was counted is added to each cell they
    /// stand in.
    pub fn tally<T: Additive, L>(
        &self,
        empty: &T,
        look: impl Fn(&View) -> L,
        count: impl Fn(&mut T, &L),
    ) -> impl Iterator<Item = ([&str; 4], T)> {
        let mut cells = vec![empty.clone(); self.standings.len()];
        for group in &self.groups {
            for (sight, places) in Sight::ALL.into_iter().zip(&group.places) {
                if places.is_empty() {
                    continue;
                }
                let seen = self.views(group.members.clone(), sight).map(|view| look(&view));
                if group.members.len() < FEW {
                    for seen in seen {
                        for place in places {
                            count(&mut cells[*place], &seen);
                        }
                    }
                } else {
                    let mut together = empty.clone();
                    for seen in seen {
                        count(&mut together, &seen);
                    }
                    for place in places {
                        cells[*place].add(&together);
                    }
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

/// What a stratum sees of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// All of it.
    Whole,
    /// Its induction alone: `phase`.
    Induction,
}

impl Sight {
    /// Both.
    const ALL: [Self; 2] = [Self::Whole, Self::Induction];
}

/// A course as a stratum sees it.
pub struct View<'a> {
    /// The course.
    pub member: &'a Member<'a>,
    /// The assessment after each infusion of the whole course.
    after: &'a [Option<Assessment>],
    /// Its infusions there.
    pub n_infusions: usize,
    /// Whether it runs there.
    pub running: bool,
}

impl<'a> View<'a> {
    const fn of(member: &'a Member<'a>, after: &'a [Option<Assessment>], sight: Sight) -> Self {
        let (n_infusions, running) = match sight {
            Sight::Whole => (member.n_infusions, member.running),
            Sight::Induction => (member.n_induction, member.in_induction),
        };
        Self { member, after, n_infusions, running }
    }

    /// The assessment after infusion `position + 1`.
    #[must_use]
    pub fn assessment(&self, position: usize) -> Option<Assessment> {
        self.after.get(position).copied().flatten().filter(|_| position < self.n_infusions)
    }

    /// Its score.
    #[must_use]
    pub fn score(&self, position: usize) -> Option<Score> {
        self.assessment(position).map(|assessment| assessment.score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::fact::SubjectFacts;
    use crate::course::fold::{FoldContext, fold_subject};
    use crate::course::resolve::Conflicts;
    use crate::course::settings::FoldSettings;
    use crate::curves::change::change_by_infusion;
    use crate::curves::cohort::data_cuts;
    use crate::curves::day_28::day_28;
    use crate::curves::durability::durability_counts;
    use crate::curves::first_response::first_response;
    use crate::curves::go_on::{after_adjustment, go_on};
    use crate::curves::individual_change::individual_change;
    use crate::curves::item_9::item_9;
    use crate::curves::onset::onset;
    use crate::curves::response::response_by_infusion;
    use crate::curves::settings::{Analysis, Filter};
    use crate::curves::severity_shift::severity_shift;
    use crate::curves::time_on_treatment::time_on_treatment_counts;
    use crate::event::envelope::{EventView, Logged, Origin};
    use crate::event::ids::Source;
    use crate::event::key::ContentDigest;
    use crate::event::time::TimeBasis;
    use crate::event::vocabulary::Vocabulary;
    use crate::simulate::{Settings, subject_events};

    /// Made-up people, and how they are looked at.
    struct Network {
        subjects: Vec<SubjectFacts>,
        cuts: BTreeMap<Source, i64>,
        fold: FoldSettings,
        vocabulary: Vocabulary,
        analysis: Analysis,
    }

    impl Network {
        fn made_up(people: u32) -> Self {
            let (fold, conflicts) = (FoldSettings::default(), Conflicts::default());
            let vocabulary = Vocabulary::shipped().expect("the shipped tables");
            let context =
                FoldContext { settings: &fold, vocabulary: &vocabulary, conflicts: &conflicts };
            let logged = |event| Logged {
                event,
                origin: Origin { file_digest: [0; 32], line: 1 },
                basis: TimeBasis::Actual,
                content: ContentDigest(0),
            };
            let settings = Settings::new(people, 5);
            let facts = |index| {
                let events: Vec<Logged> =
                    subject_events(&settings, index).into_iter().map(logged).collect();
                {
                    let views: Vec<EventView> = events.iter().map(EventView::of).collect();
                    fold_subject(&events[0].event.subject, &views, &context)
                }
            };
            let subjects: Vec<_> = (0..people).filter_map(facts).collect();
            let analysis = Analysis {
                instruments: ["phq-9", "pain-nrs"].into_iter().filter_map(OpenCode::new).collect(),
                horizon: 8,
                compare_at: 6,
                improved_percent: 20,
                go_on_by: vec![4, 6, 8],
                onset_hours: vec![24, 72, 168],
                resamples: 0,
                seed: 1,
                strata: vec![Stratum::Sex, Stratum::BaselineSeverity],
                filter: Filter::default(),
            };
            let cuts = data_cuts(&subjects, None);
            Self { subjects, cuts, fold, vocabulary, analysis }
        }

        fn cohort(&self) -> Cohort<'_> {
            Cohort {
                subjects: &self.subjects,
                fold: &self.fold,
                analysis: &self.analysis,
                vocabulary: &self.vocabulary,
                cuts: &self.cuts,
            }
        }
    }

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
                    let level = level_of(stratum, course, member.baseline, instrument, &cohort);
                    let is_of_order = (course.order > 1) == (stratum == Stratum::CourseOrder);
                    let Some(level) = level.filter(|_| is_of_order) else { continue };
                    let seen = match stratum {
                        Stratum::Phase => {
                            Seen::look(&member, course.n_induction, member.in_induction)
                        }
                        _ => Seen::look(&member, course.infusions.len(), member.running),
                    };
                    for route in RouteRow::of(course) {
                        let standing = Standing { place, stratum, level: level.clone(), route };
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
        let tables: [fn(&Cohort, &[Population]) -> Table; 12] = [
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
        ];
        for table in tables {
            let expected = table(&cohort, &apart);
            assert!(expected.n_rows() > 0, "{}", expected.name);
            assert_eq!(table(&cohort, &together), expected);
        }
    }
}
