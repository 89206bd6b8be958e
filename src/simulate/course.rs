//! The sessions of one course: schedule, doses, missed appointments, changes of plan.

use super::calendar::{local, next_on, open_day, slot};
use super::draw::{Draw, real};
use super::dropout::{Law, Next, Standing, after_session};
use super::person::{Fate, Person};
use super::session::{Given, usual_dose};
use super::site::Site;
use super::trajectory::Dosed;
use crate::event::code::{AdjustReason, EndReason, Phase, PlanChange, Route};
use crate::event::kind::PlanAdjusted;
use crate::event::number::Int;
use crate::event::time::{DAY_US, HOUR_US};

/// How the sessions of a course came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Still going on when the data end.
    Running,
    Over(EndReason),
}

/// What was given and planned in one course; times are microseconds since the epoch.
pub(super) struct Treatment {
    pub(super) sessions: Vec<Given>,
    pub(super) missed: Vec<i64>,
    pub(super) adjusted: Vec<(i64, PlanAdjusted)>,
    pub(super) outcome: Outcome,
}

/// Probability that an appointment is missed.
pub(super) const MISS: f64 = 0.05;
/// Appointments missed in a row after which a person counts as lost.
pub(super) const LOST_AFTER: u32 = 3;
/// Infusions that one with a raised dose counts for.
pub(super) const RAISED_DOSE_COUNTS: f64 = 1.3;

/// Days between maintenance sessions in the long run.
const UPKEEP_DAYS: i64 = 28;

/// A course under way.
struct Course<'a> {
    site: &'a Site,
    person: &'a Person,
    law: &'a Law,
    draw: &'a mut Draw,
    treatment: Treatment,
    route: Route,
    dose: f64,
    raised: bool,
    /// Sessions intended before maintenance, as the site counts.
    planned: i64,
    /// Sessions intended after that; 0 without maintenance.
    upkeep: i64,
    number: i64,
    infusions: f64,
    /// Relief before the first session here.
    relief_before: f64,
}

/// Treats a person from a local day (days since the epoch) until the course or the data end.
pub(super) fn treat(
    draw: &mut Draw,
    site: &Site,
    person: &Person,
    law: &Law,
    first_day: i64,
    end: i64,
) -> Treatment {
    let before = if person.fate == Fate::Prevalent { draw.whole(8, 20) } else { 0 };
    let reached = person.relief.reached(real(before));
    let last = Dosed { infusions: real(before), before: reached };
    let mut course = Course {
        site,
        person,
        law,
        draw,
        treatment: Treatment {
            sessions: Vec::with_capacity(8),
            missed: Vec::new(),
            adjusted: Vec::new(),
            outcome: Outcome::Running,
        },
        route: person.route,
        dose: usual_dose(person.route).0,
        raised: false,
        planned: if before > 0 { before } else { person.planned },
        upkeep: if before > 0 { 6 } else { 0 },
        number: before,
        infusions: real(before),
        relief_before: person.relief.after(last, UPKEEP_DAYS * DAY_US),
    };
    course.run(first_day, end);
    course.treatment
}

impl Course<'_> {
    fn run(&mut self, first_day: i64, end: i64) {
        let mut day = next_on(self.person.weekdays, first_day);
        let mut missed = 0;
        loop {
            let at = slot(self.site, self.draw, day, self.person.usual_minute);
            if at >= end {
                return;
            }
            if !self.treatment.sessions.is_empty() && self.draw.chance(MISS) {
                self.treatment.missed.push(at);
                missed += 1;
                // Where nobody leaves, the next appointment is kept sooner or later.
                if missed == LOST_AFTER && self.law.at_least == 0 {
                    self.treatment.outcome = Outcome::Over(EndReason::Lost);
                    return;
                }
                day = open_day(self.site, day + self.draw.whole(1, 4));
                continue;
            }
            missed = 0;
            self.give(at);
            self.adjust();
            self.decide();
            if self.treatment.outcome != Outcome::Running {
                return;
            }
            let (today, _) = local(self.site, at);
            day = open_day(self.site, self.next_day(today));
        }
    }

    fn give(&mut self, at: i64) {
        let before =
            self.treatment.sessions.last().map_or(self.relief_before, |last| {
                self.person.relief.after(last.dosed, at - last.at)
            });
        self.number += 1;
        self.infusions += if self.raised { RAISED_DOSE_COUNTS } else { 1.0 };
        let phase = if self.number > self.planned { Phase::Maintenance } else { Phase::Induction };
        self.treatment.sessions.push(Given {
            at,
            number: self.number,
            phase,
            route: self.route,
            dose: self.dose,
            dosed: Dosed { infusions: self.infusions, before },
        });
    }

    /// Relief on the day after the latest session.
    fn relief(&self) -> f64 {
        let last = self.treatment.sessions.last();
        last.map_or(self.relief_before, |last| self.person.relief.after(last.dosed, DAY_US))
    }

    /// The day of the next appointment, wherever the clinic is open: on the person's weekdays at
    /// first, now and then a day off; later at growing intervals.
    fn next_day(&mut self, today: i64) -> i64 {
        if self.number < self.planned {
            let usual = next_on(self.person.weekdays, today + 2);
            let off = self.draw.pick(&[(0, 82.0), (1, 12.0), (-1, 6.0)], 0);
            return (usual + off).max(today + 1);
        }
        let done = self.number - self.planned;
        today
            + match self.route {
                Route::Intranasal if done < 4 => 7 + self.draw.whole(-1, 1),
                Route::Intranasal => 14 + self.draw.whole(-2, 3),
                _ if done == 0 => 14 + self.draw.whole(-1, 7),
                _ => UPKEEP_DAYS + self.draw.whole(-4, 7),
            }
    }

    /// What comes after the latest session.
    fn decide(&mut self) {
        let relief = self.relief();
        let standing = Standing {
            number: self.number,
            planned: self.planned,
            upkeep: self.upkeep,
            nasal: self.route == Route::Intranasal,
            relief,
            sensitivity: self.person.sensitivity,
        };
        match after_session(self.draw, self.law, &standing) {
            Next::AsIntended => {}
            Next::TwoMore => {
                self.planned += 2;
                let unrelieved = AdjustReason::InsufficientResponse;
                let reason = if relief < 0.5 { unrelieved } else { AdjustReason::Preference };
                self.tell(reason, PlanChange::AddInfusions);
            }
            Next::Maintenance(sessions) => self.upkeep = sessions,
            Next::Over(reason) => {
                if reason == EndReason::Responded {
                    self.tell(AdjustReason::Responded, PlanChange::Stop);
                }
                self.treatment.outcome = Outcome::Over(reason);
            }
        }
    }

    /// Changes of plan after the latest session.
    fn adjust(&mut self) {
        let relief = self.relief();
        let number = self.number;
        let early = number <= 2;
        let (first, raised, _) = usual_dose(self.route);
        let raise = match self.route {
            Route::Intranasal => 0.5,
            Route::Intravenous if relief < 0.35 => 0.3,
            Route::Intravenous => 0.0,
            _ => 0.12,
        };
        if early && !self.raised && self.draw.chance(raise) {
            self.raised = true;
            self.dose = raised;
            // Nasal titration is often routine and then not written down as a change.
            if self.route != Route::Intranasal || self.draw.chance(0.4) {
                self.tell(AdjustReason::InsufficientResponse, PlanChange::DoseUp);
            }
        } else if self.person.sensitivity > 1.4 && self.draw.chance(0.03) {
            let down = self.raised;
            if down {
                self.raised = false;
                self.dose = first;
            }
            let change = if down { PlanChange::DoseDown } else { PlanChange::Slower };
            self.tell(AdjustReason::SideEffects, change);
        } else if (3..=5).contains(&number) && relief < 0.2 && self.draw.chance(0.05) {
            self.switch();
        } else if self.draw.chance(0.004) {
            self.tell(AdjustReason::Preference, PlanChange::None);
        }
    }

    /// Another route, where the clinic offers one.
    fn switch(&mut self) {
        let route = match self.route {
            Route::Intravenous => Route::Intramuscular,
            _ => Route::Intravenous,
        };
        let offered = self.site.routes.iter().any(|&(other, share)| other == route && share > 0.0);
        if offered {
            self.route = route;
            self.raised = false;
            self.dose = usual_dose(route).0;
            self.tell(AdjustReason::InsufficientResponse, PlanChange::Route);
        }
    }

    /// Notes a change of plan some hours after the latest session.
    fn tell(&mut self, reason: AdjustReason, change: PlanChange) {
        let Some(last) = self.treatment.sessions.last() else { return };
        let at = last.at + self.draw.whole(2 * 60, 5 * 60) * (HOUR_US / 60);
        let adjusted = PlanAdjusted {
            reason: Some(reason),
            change: Some(change),
            after_infusion: Int::new(self.number),
        };
        self.treatment.adjusted.push((at, adjusted));
    }
}
