//! A subject's events to courses: a left fold that cannot fail.

use super::account::{Fate, Scored, Starts, Tally};
use super::anomaly::Anomaly;
use super::assess::{Window, assess};
use super::by_instrument::ByInstrument;
use super::dose::GivenDose;
use super::dose_rules::dose_finding;
use super::event_ids::EventIds;
use super::fact::{Course, DoseBand, Ending, Infusion, Plan, Profile, SubjectFacts};
use super::few::{place_of, same};
use super::order::{Order, resolved_before_onset};
use super::resolve::{Effective, Resolved, SetAside, Unused, resolve};
use super::settings::FoldSettings;
use super::tolerability::{Tolerability, are_reversed};
use crate::event::code::{DoseUnit, Phase, ScreeningDecision};
use crate::event::ids::{EventIdRef, OpenCode, Source, Subject};
use crate::event::instrument::{Instrument, Outcome};
use crate::event::key::Conflicts;
use crate::event::kind::{CourseStarted, Effect, EventType};
use crate::event::number::Num;
use crate::event::time::{DAY_US, Moment, TimeBasis, whole_days};
use crate::event::view::{CheckinView, DataView, EffectsView, EventView, PlanView, SessionView};
use crate::event::vocabulary::Vocabulary;

/// What the fold is told besides the events.
#[derive(Debug, Clone, Copy)]
pub struct FoldContext<'a> {
    /// Rules of course, baseline and assessment.
    pub settings: &'a FoldSettings,
    /// Instruments, to score check-ins.
    pub vocabulary: &'a Vocabulary,
    /// Keys that stand in the log with different contents.
    pub conflicts: &'a Conflicts,
}

/// A subject's facts, and what is told of them while the events are at hand.
#[derive(Debug)]
pub struct FoldedSubject<'a> {
    /// What is kept.
    pub facts: SubjectFacts,
    /// How the infusions of each course were borne.
    pub tolerability: Vec<Tolerability<'a>>,
    /// Latest session or check-in time of each source that has a calendar, in microseconds; few, in no
    /// order.
    pub latest_us: Vec<(&'a Source, i64)>,
}

/// Folds the events of one subject, sorted by [`EventView::order`]; `None` if the subject withdrew or
/// no event of theirs counts.
#[must_use]
pub fn fold_subject<'a>(
    subject: &Subject,
    events: &'a [EventView<'a>],
    context: &FoldContext<'a>,
) -> Option<FoldedSubject<'a>> {
    let mut resolved = resolve(events, context.conflicts)?;
    if let Some(cut) = context.settings.data_cut_us {
        let is_later = |e: &Effective| e.basis.has_calendar() && e.when.micros > cut;
        set_aside(&mut resolved, SetAside::AfterCut, is_later);
    }
    let mut state = State::with_room_for(events.len());
    if keep_one_clock(&mut resolved) {
        state.anomalies.push(Anomaly::MixedClocks);
    }
    if resolved.events.is_empty() && resolved.unused.is_empty() && resolved.anomalies.is_empty() {
        return None;
    }
    state.anomalies.append(&mut resolved.anomalies);
    resolved.unused.iter().for_each(|unused| state.tally.set_aside(unused));
    let Resolved { events, strays, .. } = resolved;
    for event in &events {
        state.apply(event, context);
    }
    let known = !events.is_empty();
    let folded = state.finish(subject.clone(), context);
    Some(FoldedSubject { facts: SubjectFacts { known, strays, ..folded.facts }, ..folded })
}

/// Events on another clock than the first session's cannot be ordered with it and do not count.
/// Says whether any was set aside.
fn keep_one_clock(resolved: &mut Resolved) -> bool {
    let events = &resolved.events;
    let is_session = |event: &&Effective| event.said.event_type() == EventType::SessionCompleted;
    // Calendar before study where both clocks have sessions: a rule, not an order of arrival.
    let axis = events.iter().filter(is_session).map(|event| event.when.axis).min();
    let Some(axis) = axis.or_else(|| events.iter().map(|event| event.when.axis).min()) else {
        return false;
    };
    let before = events.len();
    set_aside(resolved, SetAside::OtherClock, |event| event.when.axis != axis);
    resolved.events.len() < before
}

/// Takes events out of those that count.
fn set_aside(resolved: &mut Resolved, why: SetAside, is_out: impl Fn(&Effective) -> bool) {
    let out = resolved.events.extract_if(.., |event| is_out(event));
    let unused = out.map(|event| Unused { why, source: event.source, versions: vec![event.said] });
    resolved.unused.extend(unused);
}

/// Sessions of a course for which there is room from the start: as many as most have.
const SESSIONS: usize = 8;

/// What has been seen so far.
#[derive(Default)]
struct State<'v, 'a> {
    /// How many events there are, and so check-ins at most.
    n_events: usize,
    /// Instruments asked for, with those that the run knows.
    instruments: ByInstrument<Option<&'a Instrument>, &'a OpenCode>,
    drafts: Vec<Draft<'v, 'a>>,
    starts: Vec<(i64, &'a CourseStarted)>,
    screening: Option<ScreeningDecision>,
    contraindications: Vec<OpenCode>,
    scores: ByInstrument<Vec<Scored<'a>>, &'a OpenCode>,
    /// The times at which check-ins were filled in, whatever they hold, and the side effects told.
    checkins: Vec<(i64, EffectsView<'a>)>,
    plans: Vec<(Moment, PlanView)>,
    latest_us: Vec<(&'a Source, i64)>,
    order: Order,
    anomalies: Vec<Anomaly>,
    tally: Tally<'a>,
}

/// A course being built.
struct Draft<'v, 'a> {
    sessions: Vec<Session<'v, 'a>>,
    ended: Option<Ending>,
}

/// A completed session of a course being built.
#[derive(Clone, Copy)]
struct Session<'v, 'a> {
    at_us: i64,
    basis: TimeBasis,
    source: &'a Source,
    id: EventIdRef<'a>,
    data: &'v SessionView<'a>,
}

/// 2000-01-01T00:00:00Z in microseconds.
const YEAR_2000_US: i64 = 946_684_800_000_000;

impl<'v, 'a> State<'v, 'a> {
    fn with_room_for(n_events: usize) -> Self {
        Self { n_events, checkins: Vec::with_capacity(n_events), ..Self::default() }
    }

    fn apply(&mut self, event: &'v Effective<'a>, context: &FoldContext<'a>) {
        // A secret shift may lead anywhere; only real dates can be too old to be true.
        if event.basis.has_calendar() && event.when.micros < YEAR_2000_US {
            self.anomalies.push(Anomaly::BeforeTwoThousand);
        }
        let odd = self.order.notice(event, !self.drafts.is_empty());
        self.anomalies.extend(odd);
        let Effective { when, basis, source, id, ref said } = *event;
        match said.data() {
            DataView::CourseStarted(started) => self.started(when, started),
            DataView::SessionCompleted(data) => {
                let session = Session { at_us: when.micros, basis, source, id, data };
                self.session(session, context.settings);
            }
            DataView::CheckinSubmitted(checkin) => {
                self.saw(source, basis, when.micros);
                self.checkin(when.micros, source, checkin, context.vocabulary);
            }
            DataView::CourseEnded(reason) => match self.drafts.last_mut() {
                Some(Draft { ended: Some(_), .. }) => self.anomalies.push(Anomaly::EndedTwice),
                Some(draft) => draft.ended = Some(Ending { reason: *reason }),
                None => self.anomalies.push(Anomaly::EndWithoutCourse),
            },
            DataView::PlanAdjusted(plan) => self.plans.push((when, *plan)),
            DataView::SessionMissed => {}
        }
    }

    fn started(&mut self, when: Moment, started: &'a CourseStarted) {
        if let Some(screening) = started.screening.as_ref().filter(|s| s.decision.is_some()) {
            self.screening = screening.decision;
            self.contraindications = screening
                .contraindications
                .as_ref()
                .map_or_else(Vec::new, |codes| codes.as_slice().to_vec());
        }
        self.starts.push((when.micros, started));
    }

    fn session(&mut self, session: Session<'v, 'a>, settings: &FoldSettings) {
        self.saw(session.source, session.basis, session.at_us);
        self.effects(session.data.effects.told);
        let begins =
            match self.drafts.last().and_then(|draft| draft.sessions.last().zip(Some(draft))) {
                None => true,
                Some((last, draft)) => {
                    if last.at_us == session.at_us {
                        self.anomalies.push(Anomaly::SessionsAtOnce);
                    }
                    let route = draft.sessions[0].data.route;
                    let gap = whole_days(last.at_us, session.at_us);
                    let is_far = gap > settings.gap_days(route);
                    if draft.ended.is_some() && !is_far {
                        self.anomalies.push(Anomaly::SessionAfterEnd);
                    }
                    draft.ended.is_some() || is_far
                }
            };
        if begins {
            self.drafts.push(Draft { sessions: Vec::with_capacity(SESSIONS), ended: None });
        }
        if let Some(draft) = self.drafts.last_mut() {
            draft.sessions.push(session);
        }
    }

    fn checkin(
        &mut self,
        at_us: i64,
        source: &'a Source,
        checkin: &CheckinView<'a>,
        vocabulary: &'a Vocabulary,
    ) {
        self.effects(checkin.effects.told);
        self.checkins.push((at_us, checkin.effects));
        for measure in checkin.measures.iter() {
            let code = measure.instrument;
            let known = || vocabulary.instrument(code.as_str());
            let instrument = *self.instruments.or_insert_with(code, known);
            let Some(Outcome { score, safety_item, total_differs }) =
                instrument.map(|known| known.outcome(measure.total.map(Num::get), measure.items))
            else {
                self.tally.score(source, code, Fate::NotInVocabulary);
                continue;
            };
            if total_differs {
                self.anomalies.push(Anomaly::TotalDiffersFromItems);
                self.tally.total_differs(source, code);
            }
            match score {
                Ok(score) => {
                    let scored = Scored { at_us, score, item: safety_item, source, used: false };
                    let n_events = self.n_events;
                    self.scores.or_insert_with(code, || Vec::with_capacity(n_events)).push(scored);
                }
                Err(_) => self.tally.score(source, code, Fate::NotInVocabulary),
            }
        }
    }

    fn effects(&mut self, effects: Option<&[Effect]>) {
        let n_odd = resolved_before_onset(effects);
        self.anomalies.extend(std::iter::repeat_n(Anomaly::ResolvedBeforeOnset, n_odd));
    }

    /// The data cut of a source is the latest session or check-in it sent.
    fn saw(&mut self, source: &'a Source, basis: TimeBasis, at_us: i64) {
        if !basis.has_calendar() {
            return;
        }
        match place_of(&self.latest_us, source, |(known, _)| *known) {
            Some(place) => self.latest_us[place].1 = at_us.max(self.latest_us[place].1),
            None => self.latest_us.push((source, at_us)),
        }
    }

    fn finish(mut self, subject: Subject, context: &FoldContext) -> FoldedSubject<'a> {
        let drafts = std::mem::take(&mut self.drafts);
        let sessions = drafts.iter().flat_map(|draft| &draft.sessions);
        let all: Vec<i64> = sessions.map(|session| session.at_us).collect();
        let mut starts = all.as_slice();
        let mut courses = Vec::with_capacity(drafts.len());
        let mut tolerability = Vec::with_capacity(drafts.len());
        let mut previous_last_us = i64::MIN;
        for (index, draft) in drafts.iter().enumerate() {
            let (course, borne) = self.course(index + 1, draft, previous_last_us, starts, context);
            starts = &starts[draft.sessions.len()..];
            previous_last_us = course.last_us();
            courses.push(course);
            tolerability.push(borne);
        }
        let given = |draft: &Draft| {
            draft.sessions.iter().map(|session| (session.at_us, session.number())).collect()
        };
        let n_ahead = self.order.plans_ahead(|| drafts.iter().map(given).collect());
        self.anomalies.extend(std::iter::repeat_n(Anomaly::InfusionNotGiven, n_ahead));
        let first: Vec<i64> = courses.iter().map(Course::first_us).collect();
        let starts = Starts { all: &all, first: &first };
        for (code, scores) in self.scores.held_elsewhere() {
            for scored in scores {
                self.tally.score(scored.source, code, scored.fate(&starts, context.settings));
            }
        }
        self.anomalies.sort_unstable();
        let facts = SubjectFacts {
            subject,
            known: true,
            courses,
            screening: self.screening,
            contraindications: self.contraindications,
            anomalies: self.anomalies,
            account: self.tally.done(),
            strays: Vec::new(),
        };
        FoldedSubject { facts, tolerability, latest_us: self.latest_us }
    }

    fn course(
        &mut self,
        order: usize,
        draft: &Draft<'_, 'a>,
        previous_last_us: i64,
        starts: &[i64],
        context: &FoldContext,
    ) -> (Course, Tolerability<'a>) {
        let settings = context.settings;
        let first = &draft.sessions[0];
        let first_us = first.at_us;
        let mut borne = Tolerability::of_sessions(draft.sessions.len());
        let infusion = |(position, session): (usize, &Session<'_, 'a>)| {
            let window = Window::of(starts, position, settings);
            let from = self.checkins.partition_point(|(at, _)| *at <= session.at_us);
            let held = self.checkins[from..].iter().take_while(|(at, _)| window.holds(*at));
            let held = held.map(|(_, effects)| *effects);
            borne.push(session.data, held.clone());
            Infusion {
                start_us: session.at_us,
                route: session.data.route,
                other_drug: other(session.data.drug, first.data.drug),
                other_source: other(session.source, first.source),
                dose: dose_finding(
                    session.data.drug.as_str(),
                    session.data.route,
                    GivenDose::of(session.data),
                ),
                pressures_reversed: are_reversed(&session.data.vitals),
                checked_in: held.clone().next().is_some(),
            }
        };
        let infusions: Vec<Infusion> = draft.sessions.iter().enumerate().map(infusion).collect();
        for (position, session) in draft.sessions.iter().enumerate() {
            let declared = session.number();
            if declared.is_some_and(|n| usize::try_from(n).ok() != Some(position + 1)) {
                self.anomalies.push(Anomaly::SessionNumberDiffers);
            }
        }
        // The last start after the previous course's last session and at or before session 1.
        let profile = self
            .starts
            .iter()
            .rev()
            .find(|(at, _)| *at > previous_last_us && *at <= first_us)
            .map_or_else(Profile::default, |(_, started)| Profile::of(started));
        let n_induction = n_induction(&draft.sessions, settings);
        let induction = draft.sessions[..n_induction].iter();
        let psychotherapy = induction.filter_map(|session| session.data.psychotherapy);
        let own = &starts[..infusions.len()];
        let next_us = starts.get(infusions.len()).copied().unwrap_or(i64::MAX);
        let plans = self.plans.iter().filter_map(|(when, plan)| {
            // Of a day-only time nobody knows the hour: what was given that day may be before.
            let last_us = if when.day_only { when.micros + DAY_US - 1 } else { when.micros };
            let after = own.partition_point(|start| *start <= last_us);
            let is_here = after > 0 && when.micros < next_us;
            is_here.then_some(Plan { after, change: plan.change })
        });
        let plans = plans.collect();
        let n = infusions.len();
        let scores = self.scores.map(|scores| assess(scores, n, starts, settings));
        let course = Course {
            order,
            site: first.source.clone(),
            basis: first.basis,
            route: first.data.route,
            drug: first.data.drug.clone(),
            switched: draft.sessions.iter().any(|other| other.data.route != first.data.route),
            prevalent: first.data.phase == Some(Phase::Maintenance)
                || first.number().is_some_and(|number| number > 1),
            ended: draft.ended,
            infusions,
            ids: EventIds::of(draft.sessions.iter().map(|session| session.id)),
            n_induction,
            profile,
            psychotherapy: psychotherapy.reduce(|any, one| any || one),
            dose_band: dose_band(first.data),
            plans,
            scores,
        };
        (course, borne)
    }
}

impl Session<'_, '_> {
    /// The number the site gives it.
    fn number(&self) -> Option<i64> {
        self.data.session_number.map(crate::event::number::Int::get)
    }
}

/// What is not the usual.
fn other<T: PartialEq + Clone>(one: &T, usual: &T) -> Option<Box<T>> {
    (!same(one, usual)).then(|| Box::new(one.clone()))
}

/// Sessions of induction, from the first: until a gap, a number or a day is passed, or a session
/// is declared maintenance. A session declared induction extends it.
fn n_induction(sessions: &[Session], settings: &FoldSettings) -> usize {
    let rule = settings.induction(sessions[0].data.route);
    let first_us = sessions[0].at_us;
    let mut previous_us = first_us;
    for (position, session) in sessions.iter().enumerate() {
        let start_us = session.at_us;
        let within = position < rule.sessions
            && whole_days(previous_us, start_us) <= rule.gap_days
            && whole_days(first_us, start_us) <= rule.days;
        let belongs = match session.data.phase {
            Some(Phase::Maintenance) => false,
            Some(Phase::Induction) => true,
            None => within,
        };
        if !belongs {
            return position;
        }
        previous_us = start_us;
    }
    sessions.len()
}

/// Drug whose doses are the steps of its device.
const ESKETAMINE: &str = "esketamine";

fn dose_band(session: &SessionView) -> DoseBand {
    let Some(dose) = session.dose else { return DoseBand::Unknown };
    let value = dose.value.get();
    let is_dose = |mg: f64| (value - mg).abs() < 1e-9;
    if session.drug.as_str() == ESKETAMINE && dose.unit == DoseUnit::Mg {
        return match () {
            () if is_dose(28.0) => DoseBand::Mg28,
            () if is_dose(56.0) => DoseBand::Mg56,
            () if is_dose(84.0) => DoseBand::Mg84,
            () => DoseBand::OtherMg,
        };
    }
    match GivenDose::of(session).mg_per_kg {
        None => DoseBand::Unknown,
        Some(per_kg) if per_kg < 0.4 => DoseBand::Under04,
        Some(per_kg) if per_kg < 0.6 => DoseBand::From04,
        Some(per_kg) if per_kg < 0.8 => DoseBand::From06,
        Some(_) => DoseBand::From08,
    }
}
