//! Facts as rows: the projections kept inside the store.

use super::fact::SubjectFacts;
use crate::event::code::{AgeBand, EndReason, Sex};
use crate::table::rows::rows;

rows! {
    /// A row a course.
    pub CourseRows {
        subject: Text, Near;
        course: Int, Near;
        site: Text, Few;
        time_basis: Text, Few;
        route: Text, Few;
        drug: Text, Few;
        switched: Bool, Few;
        prevalent: Bool, Few;
        ended: Bool, Few;
        end_reason: Text or nothing, Few;
        n_infusions: Int, Few;
        n_induction: Int, Few;
        indications: Text, Few;
        age_band: Text or nothing, Few;
        sex: Text or nothing, Few;
        prior_failed_trials: Int or nothing, Few;
        psychotherapy: Bool or nothing, Few;
        dose_band: Text, Few;
    }
}

rows! {
    /// A row an infusion.
    pub InfusionRows {
        subject: Text, Near;
        course: Int, Near;
        infusion: Int, Near;
        start_us: Int, Near;
        route: Text, Few;
        drug: Text, Few;
        event_id: Text, Own;
    }
}

rows! {
    /// A row a baseline (`infusion` 0) or assessment, instrument by instrument.
    pub ScoreRows {
        subject: Text, Near;
        course: Int, Near;
        instrument: Text, Few;
        infusion: Int, Near;
        score: Float, Few;
        hours_since_dose: Float or nothing, Own;
    }
}

impl CourseRows {
    /// Adds the courses of a subject.
    pub fn push(&mut self, facts: &SubjectFacts) {
        for course in &facts.courses {
            self.subject.push(facts.subject.as_str());
            self.course.push_count(course.order);
            self.site.push(course.site.as_str());
            self.time_basis.push(course.basis.as_str());
            self.route.push(course.route.as_str());
            self.drug.push(course.drug.as_str());
            self.switched.push(course.switched);
            self.prevalent.push(course.prevalent);
            self.ended.push(course.ended.is_some());
            let reason = course.ended.and_then(|ending| ending.reason);
            self.end_reason.push(reason.map(EndReason::as_str));
            self.n_infusions.push_count(course.infusions.len());
            self.n_induction.push_count(course.n_induction);
            let profile = &course.profile;
            self.indications.push_words(profile.indications.iter().map(|code| code.as_str()));
            self.age_band.push(profile.age_band.map(AgeBand::as_str));
            self.sex.push(profile.sex.map(Sex::as_str));
            self.prior_failed_trials.push(profile.prior_failed_trials);
            self.psychotherapy.push(course.psychotherapy);
            self.dose_band.push(course.dose_band.as_str());
        }
    }
}

impl InfusionRows {
    /// Adds the infusions of a subject.
    pub fn push(&mut self, facts: &SubjectFacts) {
        for course in &facts.courses {
            let n_rows = course.infusions.len();
            self.subject.repeat(facts.subject.as_str(), n_rows);
            self.course.repeat_count(course.order, n_rows);
            for ((infusion, id), number) in course.infusions.iter().zip(course.ids.iter()).zip(1..)
            {
                self.infusion.push_count(number);
                self.start_us.push(infusion.start_us);
                self.route.push(infusion.route.as_str());
                self.drug.push(course.drug_of(infusion).as_str());
                self.event_id.push(id);
            }
        }
    }
}

impl ScoreRows {
    /// Adds the scores of a subject.
    pub fn push(&mut self, facts: &SubjectFacts) {
        for course in &facts.courses {
            for (instrument, scores) in course.scores.iter() {
                let before = self.score.len();
                if let Some(baseline) = scores.baseline {
                    self.infusion.push(0);
                    self.score.push(baseline.value());
                    self.hours_since_dose.push(None);
                }
                for assessment in course.assessments(scores) {
                    self.infusion.push_count(assessment.position + 1);
                    self.score.push(assessment.scored.score.value());
                    self.hours_since_dose.push(assessment.hours());
                }
                let n_rows = self.score.len() - before;
                self.subject.repeat(facts.subject.as_str(), n_rows);
                self.course.repeat_count(course.order, n_rows);
                self.instrument.repeat(instrument.as_str(), n_rows);
            }
        }
    }
}
