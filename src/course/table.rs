//! Facts as tables: the row-level projections kept inside the store.

use super::fact::{Course, SubjectFacts};
use crate::table::{Cell, ColumnType as T, Table};

/// The three fact tables of a share of the subjects.
#[derive(Debug, Clone)]
pub struct FactTables {
    /// A row a course.
    pub courses: Table,
    /// A row an infusion.
    pub infusions: Table,
    /// A row a baseline (`infusion` 0) or assessment.
    pub assessments: Table,
}

impl FactTables {
    /// Tables without rows.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            courses: Table::new(
                "courses",
                &[
                    ("subject", T::Text),
                    ("course", T::Int),
                    ("site", T::Text),
                    ("time_basis", T::Text),
                    ("route", T::Text),
                    ("drug", T::Text),
                    ("switched", T::Bool),
                    ("prevalent", T::Bool),
                    ("ended", T::Bool),
                    ("end_reason", T::Text),
                    ("n_infusions", T::Int),
                    ("n_induction", T::Int),
                    ("indications", T::Text),
                    ("age_band", T::Text),
                    ("sex", T::Text),
                    ("prior_failed_trials", T::Int),
                    ("psychotherapy", T::Bool),
                    ("dose_band", T::Text),
                ],
            ),
            infusions: Table::new(
                "infusions",
                &[
                    ("subject", T::Text),
                    ("course", T::Int),
                    ("infusion", T::Int),
                    ("start_us", T::Int),
                    ("route", T::Text),
                    ("drug", T::Text),
                    ("event_id", T::Text),
                ],
            ),
            assessments: Table::new(
                "assessments",
                &[
                    ("subject", T::Text),
                    ("course", T::Int),
                    ("instrument", T::Text),
                    ("infusion", T::Int),
                    ("score", T::Float),
                    ("hours_since_dose", T::Float),
                ],
            ),
        }
    }

    /// The facts of some subjects.
    #[must_use]
    pub fn of(subjects: &[SubjectFacts]) -> Self {
        let mut tables = Self::empty();
        for facts in subjects {
            for course in &facts.courses {
                tables.push_course(facts.subject.as_str(), course);
            }
        }
        tables
    }

    fn push_course(&mut self, subject: &str, course: &Course) {
        let profile = &course.profile;
        let indications: Vec<&str> = profile.indications.iter().map(|code| code.as_str()).collect();
        let order = Cell::from(course.order);
        self.courses.push(vec![
            subject.into(),
            order.clone(),
            course.site.as_str().into(),
            course.basis.as_str().into(),
            course.route.as_str().into(),
            course.drug.as_str().into(),
            course.switched.into(),
            course.prevalent.into(),
            course.ended.is_some().into(),
            course
                .ended
                .and_then(|end| end.reason)
                .map(super::super::event::code::EndReason::as_str)
                .into(),
            course.infusions.len().into(),
            course.n_induction.into(),
            indications.join(" ").into(),
            profile.age_band.map(super::super::event::code::AgeBand::as_str).into(),
            profile.sex.map(super::super::event::code::Sex::as_str).into(),
            profile.prior_failed_trials.into(),
            course.psychotherapy.into(),
            course.dose_band.as_str().into(),
        ]);
        for (position, infusion) in course.infusions.iter().enumerate() {
            self.infusions.push(vec![
                subject.into(),
                order.clone(),
                (position + 1).into(),
                infusion.start_us.into(),
                infusion.route.as_str().into(),
                infusion.drug.as_str().into(),
                infusion.id.as_str().into(),
            ]);
        }
        for (instrument, scores) in course.scores.iter() {
            let mut push = |infusion, score: f64, hours: Cell| {
                self.assessments.push(vec![
                    subject.into(),
                    order.clone(),
                    instrument.as_str().into(),
                    infusion,
                    score.into(),
                    hours,
                ]);
            };
            if let Some(baseline) = scores.baseline {
                push(Cell::Int(0), baseline.value(), Cell::Na);
            }
            for (position, assessment) in scores.after.iter().enumerate() {
                if let Some(assessment) = assessment {
                    push(
                        (position + 1).into(),
                        assessment.score.value(),
                        assessment.hours().into(),
                    );
                }
            }
        }
    }
}
