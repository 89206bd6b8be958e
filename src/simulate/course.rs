//! The sessions of one course: schedule, doses, missed appointments, drop-out, maintenance.

use super::calendar::{local, next_on, open_day, slot};
use super::draw::Draw;
use super::person::{Fate, Person};
use super::session::{Given, usual_dose};
use super::site::Site;
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
const MISS: f64 = 0.05;
/// Appointments missed in a row after which a person counts as lost.
const LOST_AFTER: u32 = 3;
/// How much more a raised dose does.
const RAISED_DOSE_COUNTS: f64 = 1.3;

/// A course under way.
struct Course<'a> {
    site: &'a Site,
    person: &'a Person,
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
}

/// Treats a person from a local day (days since the epoch) until the course or the data end.
pub(super) fn treat(
    draw: &mut Draw,
    site: &Site,
    person: &Person,
    first_day: i64,
    end: i64,
) -> Treatment {
    let before = if person.fate == Fate::Prevalent { draw.whole(8, 20) } else { 0 };
    let mut course = Course {
        site,
        person,
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
        infusions: super::draw::real(before),
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
                if missed == LOST_AFTER {
                    self.treatment.outcome = Outcome::Over(EndReason::Lost);
                    return;
                }
                day = open_day(self.site, day + self.draw.whole(1, 4));
                continue;
            }
            missed = 0;
            self.give(at);
            self.adjust();
            if let Some(reason) = self.stops() {
                self.treatment.outcome = Outcome::Over(reason);
                return;
            }
            let (today, _) = local(self.site, at);
            day = open_day(self.site, self.next_day(today));
        }
    }

    fn give(&mut self, at: i64) {
        self.number += 1;
        self.infusions += if self.raised { RAISED_DOSE_COUNTS } else { 1.0 };
        let phase = if self.number > self.planned { Phase::Maintenance } else { Phase::Induction };
        self.treatment.sessions.push(Given {
            at,
            number: self.number,
            phase,
            route: self.route,
            dose: self.dose,
            infusions: self.infusions,
        });
    }

    /// Relief on the day after the latest session.
    fn relief(&self) -> f64 {
        self.person.relief.after(self.infusions, DAY_US)
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
                _ => 28 + self.draw.whole(-4, 7),
            }
    }

    /// Whether the course ends after the latest session, and why.
    fn stops(&mut self) -> Option<EndReason> {
        let relief = self.relief();
        if self.number < self.planned {
            return self.leaves(relief);
        }
        if self.number == self.planned {
            if self.draw.chance(if relief < 0.5 { 0.12 } else { 0.03 }) {
                self.planned += 2;
                self.tell(AdjustReason::InsufficientResponse, PlanChange::AddInfusions);
                return None;
            }
            let nasal = if self.route == Route::Intranasal { 0.2 } else { 0.0 };
            let wanted = if relief >= 0.5 { 0.35 } else { 0.12 };
            if self.draw.chance(wanted + nasal) {
                self.upkeep = self.draw.whole(2, 7);
                return None;
            }
            let failed = relief < 0.2 && self.draw.chance(0.4);
            return Some(if failed { EndReason::NoResponse } else { EndReason::Completed });
        }
        if self.number >= self.planned + self.upkeep {
            return Some(EndReason::Completed);
        }
        self.draw.chance(0.04).then(|| self.draw.pick(&LEAVING_WELL, EndReason::Other))
    }

    /// Drop-out before the planned number: at random, more often without relief or with side
    /// effects, and sometimes because the aim is reached.
    fn leaves(&mut self, relief: f64) -> Option<EndReason> {
        if self.number >= 4 && relief > 0.75 && self.draw.chance(0.04) {
            self.tell(AdjustReason::Responded, PlanChange::Stop);
            return Some(EndReason::Responded);
        }
        let unrelieved = self.number >= 2 && relief < 0.15;
        let suffering = self.person.sensitivity > 1.8;
        if unrelieved && self.draw.chance(0.045) {
            return Some(EndReason::NoResponse);
        }
        if suffering && self.draw.chance(0.025) {
            return Some(EndReason::SideEffects);
        }
        self.draw.chance(0.016).then(|| self.draw.pick(&LEAVING_WELL, EndReason::Other))
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

const LEAVING_WELL: [(EndReason, f64); 4] = [
    (EndReason::Lost, 45.0),
    (EndReason::Cost, 30.0),
    (EndReason::Moved, 10.0),
    (EndReason::Other, 15.0),
];
