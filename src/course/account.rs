//! What became of every score and session of a subject: counts by source, so that what was found
//! adds up to what could be used and why the rest could not.
//!
//! Each score has one fate. A check-in that was corrected counts once, as corrected; one that came
//! twice counts once.

use super::few::find_or_push;
use super::resolve::{Said, SetAside, Unused};
use super::settings::FoldSettings;
use crate::event::code::Route;
use crate::event::ids::{OpenCode, Source};
use crate::event::score::Score;
use crate::event::time::whole_days;
use crate::event::view::DataView;
use std::collections::{BTreeMap, BTreeSet};

/// What became of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// A baseline, the score after an infusion, or that of day 28, of any course.
    Usable,
    /// In the time of one of these, where a later score counts.
    Replaced,
    /// Before the first session, and too old to be its baseline.
    TooEarly,
    /// After a session, too late to count for it, and no baseline of a later course.
    TooLate,
    /// The person has no session that counts.
    OfUntreated,
    /// The check-in does not count.
    SetAside(SetAside),
    /// The run knows no such instrument, or no such score on it.
    NotInVocabulary,
}

impl Fate {
    /// Every fate, in table order.
    pub const ALL: [Self; 10] = [
        Self::Usable,
        Self::Replaced,
        Self::TooEarly,
        Self::TooLate,
        Self::OfUntreated,
        Self::SetAside(SetAside::Retracted),
        Self::SetAside(SetAside::InConflict),
        Self::SetAside(SetAside::OtherClock),
        Self::SetAside(SetAside::AfterCut),
        Self::NotInVocabulary,
    ];

    const fn place(self) -> usize {
        match self {
            Self::Usable => 0,
            Self::Replaced => 1,
            Self::TooEarly => 2,
            Self::TooLate => 3,
            Self::OfUntreated => 4,
            Self::SetAside(why) => 5 + why as usize,
            Self::NotInVocabulary => 9,
        }
    }
}

/// The account of a subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Scores, by source and instrument.
    pub scores: Vec<ScoreAccount>,
    /// Sessions that stand in no course, by source and route.
    pub sessions: Vec<SessionAccount>,
}

/// Scores of one instrument that one source sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreAccount {
    /// Source of the check-ins.
    pub source: Source,
    /// Instrument.
    pub instrument: OpenCode,
    by_fate: [u32; Fate::ALL.len()],
    /// Of all but those set aside: the reported total is not what the items make.
    pub n_totals_differ: u32,
}

impl ScoreAccount {
    /// Scores with a fate.
    #[must_use]
    pub const fn n(&self, fate: Fate) -> u32 {
        self.by_fate[fate.place()]
    }
}

/// Sessions of one route that one source sent and that do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionAccount {
    /// Source of the sessions.
    pub source: Source,
    /// Route of the sessions; `unknown` where contents in conflict name several.
    pub route: Route,
    by_reason: [u32; SetAside::ALL.len()],
}

impl SessionAccount {
    /// Sessions set aside for a reason.
    #[must_use]
    pub const fn n(&self, why: SetAside) -> u32 {
        self.by_reason[why as usize]
    }
}

/// A score of a check-in that counts.
#[derive(Debug, Clone)]
pub(super) struct Scored<'a> {
    /// When, in microseconds on the subject's clock.
    pub(super) at_us: i64,
    /// What.
    pub(super) score: Score,
    /// The item about death or self-harm, where it was sent.
    pub(super) item: Option<u8>,
    /// Who sent it.
    pub(super) source: &'a Source,
    /// Whether it is a baseline or an assessment of any course.
    pub(super) used: bool,
}

/// When the sessions of a subject began.
pub(super) struct Starts<'a> {
    /// All, in order.
    pub(super) all: &'a [i64],
    /// The first of each course, in order.
    pub(super) first: &'a [i64],
}

impl Scored<'_> {
    /// What became of it, once every course has taken what it uses.
    pub(super) fn fate(&self, starts: &Starts, settings: &FoldSettings) -> Fate {
        if self.used {
            return Fate::Usable;
        }
        let (earlier, later) =
            starts.all.split_at(starts.all.partition_point(|start| *start < self.at_us));
        let is_followup = earlier
            .last()
            .is_some_and(|start| whole_days(*start, self.at_us) <= settings.followup_days);
        let is_before_course = later.first().is_some_and(|start| {
            starts.first.binary_search(start).is_ok()
                && whole_days(self.at_us, *start) <= settings.baseline_max_age_days
        });
        match () {
            () if is_followup || is_before_course => Fate::Replaced,
            () if starts.all.is_empty() => Fate::OfUntreated,
            () if earlier.is_empty() => Fate::TooEarly,
            () => Fate::TooLate,
        }
    }
}

/// An account being kept.
#[derive(Debug, Default)]
pub(super) struct Tally<'a> {
    /// Few, in no order; those alike are added up in the end.
    scores: Vec<Line<'a>>,
    sessions: BTreeMap<(&'a Source, Route), [u32; SetAside::ALL.len()]>,
}

/// The scores of one instrument from one source.
#[derive(Debug)]
struct Line<'a> {
    source: &'a Source,
    instrument: &'a OpenCode,
    by_fate: [u32; Fate::ALL.len()],
    n_totals_differ: u32,
}

impl Line<'_> {
    fn add(&mut self, others: &Self) {
        self.by_fate.iter_mut().zip(others.by_fate).for_each(|(own, others)| *own += others);
        self.n_totals_differ += others.n_totals_differ;
    }
}

impl<'a> Tally<'a> {
    /// A score with its fate.
    pub(super) fn score(&mut self, source: &'a Source, instrument: &'a OpenCode, fate: Fate) {
        self.of(source, instrument).by_fate[fate.place()] += 1;
    }

    /// A total that is not what its items make.
    pub(super) fn total_differs(&mut self, source: &'a Source, instrument: &'a OpenCode) {
        self.of(source, instrument).n_totals_differ += 1;
    }

    /// By where source and instrument are held: mostly that is one place for all events of a person.
    fn of(&mut self, source: &'a Source, instrument: &'a OpenCode) -> &mut Line<'a> {
        let is_it = |line: &Line| {
            std::ptr::eq(line.instrument, instrument) && std::ptr::eq(line.source, source)
        };
        find_or_push(&mut self.scores, is_it, || Line {
            source,
            instrument,
            by_fate: [0; Fate::ALL.len()],
            n_totals_differ: 0,
        })
    }

    /// An event that does not count: each instrument it names is a score, and a session is one
    /// session, however many contents came under its key.
    pub(super) fn set_aside(&mut self, unused: &Unused<'a>) {
        let instruments: BTreeSet<&OpenCode> =
            unused.versions.iter().flat_map(instruments).collect();
        for instrument in instruments {
            self.score(unused.source, instrument, Fate::SetAside(unused.why));
        }
        let routes: BTreeSet<Route> = unused.versions.iter().filter_map(route).collect();
        let route =
            routes.first().map(|first| if routes.len() == 1 { *first } else { Route::Unknown });
        if let Some(route) = route {
            self.sessions.entry((unused.source, route)).or_default()[unused.why as usize] += 1;
        }
    }

    /// The account.
    pub(super) fn done(mut self) -> Account {
        self.scores.sort_by_key(|line| (line.source, line.instrument));
        self.scores.dedup_by(|line, before| {
            let is_alike = (line.source, line.instrument) == (before.source, before.instrument);
            if is_alike {
                before.add(line);
            }
            is_alike
        });
        let scores = self.scores.into_iter().map(|line| ScoreAccount {
            source: line.source.clone(),
            instrument: line.instrument.clone(),
            by_fate: line.by_fate,
            n_totals_differ: line.n_totals_differ,
        });
        let sessions = self.sessions.into_iter().map(|((source, route), by_reason)| {
            SessionAccount { source: source.clone(), route, by_reason }
        });
        Account { scores: scores.collect(), sessions: sessions.collect() }
    }
}

/// The instruments a check-in names.
fn instruments<'a>(said: &Said<'a>) -> impl Iterator<Item = &'a OpenCode> {
    let checkin =
        if let DataView::CheckinSubmitted(checkin) = said.data() { Some(checkin) } else { None };
    checkin
        .into_iter()
        .flat_map(|checkin| checkin.measures.iter())
        .map(|measure| measure.instrument)
}

/// The route of a session.
fn route(said: &Said) -> Option<Route> {
    if let DataView::SessionCompleted(session) = said.data() { Some(session.route) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::DAY_US;

    #[test]
    fn every_fate_has_a_place_of_its_own() {
        let places: Vec<usize> = Fate::ALL.iter().map(|fate| fate.place()).collect();
        assert_eq!(places, (0..Fate::ALL.len()).collect::<Vec<_>>());
    }

    #[test]
    fn scores_are_counted_together_wherever_their_names_are_held() {
        let source = Source::new("/synthetic/site-01").expect("a source");
        let [phq_9, gad_7] = ["phq-9", "gad-7"].map(|code| OpenCode::new(code).expect("a code"));
        let (other_source, other_phq_9) = (source.clone(), phq_9.clone());
        let mut tally = Tally::default();
        tally.score(&source, &phq_9, Fate::Usable);
        tally.score(&other_source, &phq_9, Fate::Usable);
        tally.score(&source, &gad_7, Fate::TooLate);
        tally.total_differs(&other_source, &other_phq_9);
        let scores = tally.done().scores;
        let found = scores.iter().map(|line| {
            let fates = [Fate::Usable, Fate::TooLate].map(|fate| line.n(fate));
            (line.instrument.as_str(), fates, line.n_totals_differ)
        });
        assert_eq!(found.collect::<Vec<_>>(), [("gad-7", [0, 1], 0), ("phq-9", [2, 0], 1)]);
    }

    #[test]
    fn an_unused_score_says_where_it_fell() {
        // A course on days 0 and 3, another from day 100 on.
        let all = [0, 3, 100].map(|day| day * DAY_US);
        let first = [0, 100 * DAY_US];
        let starts = Starts { all: &all, first: &first };
        let settings = FoldSettings::default();
        let source = Source::new("/synthetic/site-01").expect("a source");
        let fate = |day: i64, starts: &Starts| {
            let scored = Scored {
                at_us: day * DAY_US,
                score: Score::whole(9),
                item: None,
                source: &source,
                used: false,
            };
            scored.fate(starts, &settings)
        };
        for (day, expected) in [
            (-31, Fate::TooEarly),
            (-30, Fate::Replaced),
            (0, Fate::Replaced),
            (3, Fate::Replaced),
            (17, Fate::Replaced),
            (18, Fate::TooLate),
            (69, Fate::TooLate),
            (70, Fate::Replaced),
            (115, Fate::TooLate),
        ] {
            assert_eq!(fate(day, &starts), expected, "day {day}");
        }
        let never = Starts { all: &[], first: &[] };
        assert_eq!(fate(0, &never), Fate::OfUntreated);
    }
}
