//! The story of one person: intake, courses, check-ins, follow-up, all as it truly happened.

use super::calendar::{awake, day_from, local, open_day, slot};
use super::checkin::{Asked, Occasion, State, after, before, before_upkeep, early, submitted};
use super::course::{Outcome, Treatment, treat};
use super::draw::{Draw, int, real};
use super::dropout::Law;
use super::person::{Fate, Person};
use super::session::{Given, completed};
use super::site::Site;
use crate::event::code::{Administration, CheckinMode, EndReason, MissedReason, ScreeningDecision};
use crate::event::ids::OpenCode;
use crate::event::kind::{CourseEnded, CourseStarted, Data, Screening, SessionMissed};
use crate::event::list::CodeSet;
use crate::event::time::{DAY_US, HOUR_US};

/// Something that happened, at microseconds since the epoch.
#[derive(Debug, Clone)]
pub(super) struct Happening {
    pub(super) at: i64,
    pub(super) data: Data,
}

/// What holds for everyone: the period, who leaves, who answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// Nothing happens before it, microseconds since the epoch.
    pub(super) start: i64,
    /// Nothing happens at or after it.
    pub(super) end: i64,
    /// Days of recruitment, from `start`; at least 1.
    pub(super) recruitment_days: i64,
    /// Who leaves.
    pub(super) law: &'static Law,
    /// Whether every check-in after a session is filled in, on every scale.
    pub(super) complete_checkins: bool,
}

/// How the baseline check-in of a course goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Baseline {
    /// Within ten days of the first session.
    Fresh,
    /// More than thirty days before it, because the start was put off.
    Old,
    Missing,
}

/// Who tells it, where, and when the data end.
pub(super) struct Story<'a> {
    site: &'a Site,
    person: &'a Person,
    draw: &'a mut Draw,
    terms: Terms,
    happenings: Vec<Happening>,
}

/// Everything that happened to a person within the period, in time order.
pub(super) fn tell(draw: &mut Draw, site: &Site, person: &Person, terms: Terms) -> Vec<Happening> {
    let mut story = Story { site, person, draw, terms, happenings: Vec::with_capacity(32) };
    story.whole_life();
    let mut happenings = story.happenings;
    happenings.retain(|happening| happening.at >= terms.start && happening.at < terms.end);
    happenings.sort_by_key(|happening| happening.at);
    happenings
}

impl Story<'_> {
    fn add(&mut self, at: i64, data: Data) {
        self.happenings.push(Happening { at, data });
    }

    fn whole_life(&mut self) {
        let first = day_from(self.site, self.terms.start);
        let day = open_day(self.site, first + self.draw.whole(0, self.terms.recruitment_days - 1));
        if self.person.fate == Fate::Prevalent {
            self.course(day, 1.0);
            return;
        }
        let Some(last) = self.course(day, 1.0) else { return };
        if self.draw.chance(0.07) {
            // A second course: further than any course gap from the first.
            let (day, _) = local(self.site, last.at);
            let day = open_day(self.site, day + self.draw.whole(63, 150));
            self.course(day, 0.93);
        }
    }

    /// One course from intake to follow-up; its last session if the course is over.
    fn course(&mut self, intake_day: i64, severity: f64) -> Option<Given> {
        let intake = slot(self.site, self.draw, intake_day, self.person.usual_minute);
        if self.person.fate != Fate::Prevalent {
            let started = self.started();
            self.add(intake, Data::CourseStarted(started));
        }
        match self.person.fate {
            Fate::Treated | Fate::Prevalent => {}
            Fate::NeverCame => {
                let at = self.office_day(intake, 20, 50);
                let reason = self
                    .draw
                    .pick(&[(EndReason::Cost, 5.0), (EndReason::Lost, 5.0)], EndReason::Lost);
                self.add(at, Data::CourseEnded(CourseEnded { reason: Some(reason) }));
                return None;
            }
            Fate::Deferred | Fate::Excluded => {
                if self.draw.chance(0.5) {
                    let occasion = Occasion { at: intake + HOUR_US / 3, mode: CheckinMode::Clinic };
                    self.check_in(occasion, State { severity, relief: None }, Asked::Everything);
                }
                return None;
            }
        }
        let baseline = self.draw.pick(
            &[(Baseline::Fresh, 90.5), (Baseline::Old, 3.5), (Baseline::Missing, 6.0)],
            Baseline::Fresh,
        );
        let wait = match baseline {
            Baseline::Old => self.draw.whole(36, 60),
            _ => self.draw.whole(3, 21),
        };
        let first_day = open_day(self.site, intake_day + wait);
        let treatment = self.treat(first_day);
        let first = *treatment.sessions.first()?;
        self.baseline(baseline, intake, first, severity);
        self.record(&treatment, severity);
        self.close(&treatment, severity)
    }

    fn treat(&mut self, first_day: i64) -> Treatment {
        treat(self.draw, self.site, self.person, self.terms.law, first_day, self.terms.end)
    }

    fn started(&mut self) -> CourseStarted {
        let person = self.person;
        let decision = match person.fate {
            Fate::Excluded => ScreeningDecision::Excluded,
            Fate::Deferred => ScreeningDecision::Deferred,
            _ => ScreeningDecision::Eligible,
        };
        let eligible = decision == ScreeningDecision::Eligible;
        let code = self.draw.pick(&CONTRAINDICATIONS, "other");
        let contraindications = if eligible {
            None
        } else {
            OpenCode::new(code).and_then(|code| CodeSet::new(vec![code]).ok())
        };
        let screening = Screening { decision: Some(decision), contraindications };
        let indications = (!person.indications.is_empty())
            .then(|| CodeSet::new(person.indications.clone()).ok())
            .flatten();
        CourseStarted {
            indications,
            age_band: person.age_band,
            sex: person.sex,
            prior_failed_trials: person.failed_trials.and_then(int),
            planned_route: Some(person.route),
            planned_infusions: int(person.planned),
            psychotherapy_planned: Some(person.psychotherapy),
            screening: (!eligible || self.draw.chance(0.95)).then_some(screening),
        }
    }

    fn baseline(&mut self, baseline: Baseline, intake: i64, first: Given, severity: f64) {
        // Those who were treated before the data begin are not without relief.
        let relief = (self.person.fate == Fate::Prevalent).then_some(first.dosed.before);
        let state = State { severity, relief };
        let at_intake = Occasion { at: intake + HOUR_US / 2, mode: CheckinMode::Clinic };
        match baseline {
            Baseline::Old => self.check_in(at_intake, state, Asked::Everything),
            Baseline::Fresh => {
                if self.draw.chance(0.12) {
                    self.check_in(at_intake, state, Asked::Everything);
                }
                let occasion = before(self.site, self.draw, intake + HOUR_US, first.at);
                self.check_in(occasion, state, Asked::Everything);
            }
            Baseline::Missing => {}
        }
    }

    /// Sessions, adjustments, missed appointments, and the check-ins after each session.
    fn record(&mut self, treatment: &Treatment, severity: f64) {
        for &(at, ref adjusted) in &treatment.adjusted {
            self.add(at, Data::PlanAdjusted(adjusted.clone()));
        }
        for &at in &treatment.missed {
            let reason = self.draw.pick(&MISSED_REASONS, MissedReason::NoShow);
            let reason = self.draw.chance(0.93).then_some(reason);
            self.add(at, Data::SessionMissed(SessionMissed { reason }));
        }
        for (index, given) in treatment.sessions.iter().enumerate() {
            if let Some(session) = completed(self.draw, self.site, self.person, given) {
                self.add(given.at, Data::SessionCompleted(session));
            }
            let next = treatment.sessions.get(index + 1).map(|next| next.at);
            if index == 0 {
                let early = early(self.site, self.draw, self.person, given.at, next);
                if let Some((occasion, asked)) = early {
                    self.follow(occasion, given, severity, asked);
                }
            }
            let occasion = after(self.site, self.draw, given.at, next);
            let relief = self.person.relief.after(given.dosed, occasion.at - given.at);
            let answers = self.person.diligence * self.terms.law.answers(relief);
            let complete = self.terms.complete_checkins;
            if self.draw.chance(answers) || complete {
                let asked = if complete { Asked::Everything } else { Asked::AsUsual };
                self.follow(occasion, given, severity, asked);
            }
            if let Some(occasion) = before_upkeep(self.draw, given.at, next) {
                self.follow(occasion, given, severity, Asked::AsUsual);
            }
        }
    }

    /// A check-in after a session.
    fn follow(&mut self, occasion: Occasion, given: &Given, severity: f64, asked: Asked) {
        let relief = Some(self.person.relief.after(given.dosed, occasion.at - given.at));
        self.check_in(occasion, State { severity, relief }, asked);
    }

    fn check_in(&mut self, occasion: Occasion, state: State, asked: Asked) {
        let answered = submitted(self.draw, self.person, state, occasion.mode, asked);
        if let Some(mut checkin) = answered {
            // Where side effects are asked for from a list, somebody asks the questionnaires too.
            let asked_there = self.site.structured_effects && occasion.mode == CheckinMode::Clinic;
            checkin.administration = asked_there.then_some(Administration::Interview);
            self.add(occasion.at, Data::CheckinSubmitted(checkin));
        }
    }

    /// The end of a course, and questionnaires from home afterwards.
    fn close(&mut self, treatment: &Treatment, severity: f64) -> Option<Given> {
        let last = *treatment.sessions.last()?;
        let Outcome::Over(reason) = treatment.outcome else { return None };
        if self.draw.chance(0.85) {
            let (soon, late) = match reason {
                EndReason::Completed | EndReason::Responded => (1, 10),
                _ => (10, 35),
            };
            let at = self.office_day(last.at, soon, late);
            let reason = self.draw.chance(0.96).then_some(reason);
            self.add(at, Data::CourseEnded(CourseEnded { reason }));
        }
        let reached = !matches!(reason, EndReason::Lost | EndReason::Moved);
        if self.draw.chance(if reached { 0.55 } else { 0.1 }) {
            for days in FOLLOW_UP_DAYS {
                let shifted = real(days) + self.draw.between(-2.0, 3.0);
                let at = last.at + super::draw::round(shifted * real(DAY_US));
                let at = awake(self.site, self.draw, at);
                if self.draw.chance(self.person.diligence - 0.15) {
                    let occasion = Occasion { at, mode: CheckinMode::Remote };
                    self.follow(occasion, &last, severity, Asked::AsUsual);
                }
            }
        }
        Some(last)
    }

    /// A time in opening hours so many days later.
    fn office_day(&mut self, at: i64, soonest: i64, latest: i64) -> i64 {
        let (day, _) = local(self.site, at);
        let day = open_day(self.site, day + self.draw.whole(soonest, latest));
        slot(self.site, self.draw, day, 13 * 60)
    }
}

/// Days after the last session at which people at home are asked again; all within the gap
/// between two courses.
const FOLLOW_UP_DAYS: [i64; 5] = [14, 21, 28, 42, 56];

const MISSED_REASONS: [(MissedReason, f64); 3] = [
    (MissedReason::CancelledByPatient, 55.0),
    (MissedReason::NoShow, 27.0),
    (MissedReason::CancelledByClinic, 18.0),
];

const CONTRAINDICATIONS: [(&str, f64); 8] = [
    ("uncontrolled-hypertension", 38.0),
    ("substance-use", 20.0),
    ("psychosis", 14.0),
    ("pregnancy", 8.0),
    ("hepatic-impairment", 7.0),
    ("cystitis", 5.0),
    ("aneurysmal-disease", 4.0),
    ("other", 4.0),
];
