//! Facts as rows of tables: the projections kept inside the store.

use super::fact::{Course, Infusion, SubjectFacts};
use crate::event::code::{AgeBand, EndReason, Sex};
use crate::table::ColumnType as T;
use crate::table::rows::{RowColumn, Value};

/// The rows of the three fact tables, of some subjects.
pub struct FactRows<'a> {
    /// A row a course.
    pub courses: Vec<CourseRow<'a>>,
    /// A row an infusion.
    pub infusions: Vec<InfusionRow<'a>>,
    /// A row a baseline (`infusion` 0) or assessment.
    pub assessments: Vec<ScoreRow<'a>>,
}

/// A course.
pub struct CourseRow<'a> {
    subject: &'a str,
    course: &'a Course,
}

/// An infusion.
pub struct InfusionRow<'a> {
    subject: &'a str,
    course: usize,
    number: usize,
    infusion: &'a Infusion,
}

/// A score.
pub struct ScoreRow<'a> {
    subject: &'a str,
    course: usize,
    instrument: &'a str,
    infusion: usize,
    score: f64,
    hours: Option<f64>,
}

impl CourseRow<'_> {
    /// What is told of it.
    pub const COLUMNS: [RowColumn<Self>; 18] = [
        column("subject", T::Text, |row| row.subject.into()),
        column("course", T::Int, |row| row.course.order.into()),
        column("site", T::Text, |row| row.course.site.as_str().into()),
        column("time_basis", T::Text, |row| row.course.basis.as_str().into()),
        column("route", T::Text, |row| row.course.route.as_str().into()),
        column("drug", T::Text, |row| row.course.drug.as_str().into()),
        column("switched", T::Bool, |row| row.course.switched.into()),
        column("prevalent", T::Bool, |row| row.course.prevalent.into()),
        column("ended", T::Bool, |row| row.course.ended.is_some().into()),
        column("end_reason", T::Text, |row| {
            row.course.ended.and_then(|end| end.reason).map(EndReason::as_str).into()
        }),
        column("n_infusions", T::Int, |row| row.course.infusions.len().into()),
        column("n_induction", T::Int, |row| row.course.n_induction.into()),
        column("indications", T::Text, |row| {
            let codes = row.course.profile.indications.iter();
            codes.map(|code| code.as_str()).collect::<Vec<_>>().join(" ").into()
        }),
        column("age_band", T::Text, |row| row.course.profile.age_band.map(AgeBand::as_str).into()),
        column("sex", T::Text, |row| row.course.profile.sex.map(Sex::as_str).into()),
        column("prior_failed_trials", T::Int, |row| row.course.profile.prior_failed_trials.into()),
        column("psychotherapy", T::Bool, |row| row.course.psychotherapy.into()),
        column("dose_band", T::Text, |row| row.course.dose_band.as_str().into()),
    ];
}

impl InfusionRow<'_> {
    /// What is told of it.
    pub const COLUMNS: [RowColumn<Self>; 7] = [
        column("subject", T::Text, |row| row.subject.into()),
        column("course", T::Int, |row| row.course.into()),
        column("infusion", T::Int, |row| row.number.into()),
        column("start_us", T::Int, |row| row.infusion.start_us.into()),
        column("route", T::Text, |row| row.infusion.route.as_str().into()),
        column("drug", T::Text, |row| row.infusion.drug.as_str().into()),
        column("event_id", T::Text, |row| row.infusion.id.as_str().into()),
    ];
}

impl ScoreRow<'_> {
    /// What is told of it.
    pub const COLUMNS: [RowColumn<Self>; 6] = [
        column("subject", T::Text, |row| row.subject.into()),
        column("course", T::Int, |row| row.course.into()),
        column("instrument", T::Text, |row| row.instrument.into()),
        column("infusion", T::Int, |row| row.infusion.into()),
        column("score", T::Float, |row| row.score.into()),
        column("hours_since_dose", T::Float, |row| row.hours.into()),
    ];
}

const fn column<R>(
    name: &'static str,
    of: T,
    value: for<'r> fn(&'r R) -> Value<'r>,
) -> RowColumn<R> {
    RowColumn { name, of, value }
}

impl<'a> FactRows<'a> {
    /// The facts of some subjects.
    #[must_use]
    pub fn of(subjects: &'a [SubjectFacts]) -> Self {
        let mut rows = Self { courses: Vec::new(), infusions: Vec::new(), assessments: Vec::new() };
        for facts in subjects {
            let subject = facts.subject.as_str();
            for course in &facts.courses {
                rows.courses.push(CourseRow { subject, course });
                let given = course.infusions.iter().zip(1..);
                rows.infusions.extend(given.map(|(infusion, number)| InfusionRow {
                    subject,
                    course: course.order,
                    number,
                    infusion,
                }));
                rows.assessments.extend(score_rows(subject, course));
            }
        }
        rows
    }
}

/// The scores of a course, instrument by instrument.
fn score_rows<'a>(subject: &'a str, course: &'a Course) -> impl Iterator<Item = ScoreRow<'a>> {
    course.scores.iter().flat_map(move |(instrument, scores)| {
        let row = move |infusion, score: f64, hours| ScoreRow {
            subject,
            course: course.order,
            instrument: instrument.as_str(),
            infusion,
            score,
            hours,
        };
        let baseline = scores.baseline.map(|score| row(0, score.value(), None));
        let after = scores.after.iter().zip(1..).filter_map(move |(assessment, infusion)| {
            let assessment = assessment.as_ref()?;
            Some(row(infusion, assessment.score.value(), Some(assessment.hours())))
        });
        baseline.into_iter().chain(after)
    })
}
