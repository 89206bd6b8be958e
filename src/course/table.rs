//! Facts as rows of tables: the projections kept inside the store.

use super::fact::{Course, Infusion, SubjectFacts};
use crate::table::rows::{CellOf, RowColumn};
use std::borrow::Cow;

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
        text("subject", |row| Some(row.subject.into())),
        int("course", |row| whole(row.course.order)),
        text("site", |row| Some(row.course.site.as_str().into())),
        text("time_basis", |row| Some(row.course.basis.as_str().into())),
        text("route", |row| Some(row.course.route.as_str().into())),
        text("drug", |row| Some(row.course.drug.as_str().into())),
        bool("switched", |row| Some(row.course.switched)),
        bool("prevalent", |row| Some(row.course.prevalent)),
        bool("ended", |row| Some(row.course.ended.is_some())),
        text("end_reason", |row| Some(row.course.ended?.reason?.as_str().into())),
        int("n_infusions", |row| whole(row.course.infusions.len())),
        int("n_induction", |row| whole(row.course.n_induction)),
        text("indications", |row| {
            let codes = row.course.profile.indications.iter();
            Some(codes.map(|code| code.as_str()).collect::<Vec<_>>().join(" ").into())
        }),
        text("age_band", |row| Some(row.course.profile.age_band?.as_str().into())),
        text("sex", |row| Some(row.course.profile.sex?.as_str().into())),
        int("prior_failed_trials", |row| row.course.profile.prior_failed_trials),
        bool("psychotherapy", |row| row.course.psychotherapy),
        text("dose_band", |row| Some(row.course.dose_band.as_str().into())),
    ];
}

impl InfusionRow<'_> {
    /// What is told of it.
    pub const COLUMNS: [RowColumn<Self>; 7] = [
        text("subject", |row| Some(row.subject.into())),
        int("course", |row| whole(row.course)),
        int("infusion", |row| whole(row.number)),
        int("start_us", |row| Some(row.infusion.start_us)),
        text("route", |row| Some(row.infusion.route.as_str().into())),
        text("drug", |row| Some(row.infusion.drug.as_str().into())),
        text("event_id", |row| Some(row.infusion.id.as_str().into())),
    ];
}

impl ScoreRow<'_> {
    /// What is told of it.
    pub const COLUMNS: [RowColumn<Self>; 6] = [
        text("subject", |row| Some(row.subject.into())),
        int("course", |row| whole(row.course)),
        text("instrument", |row| Some(row.instrument.into())),
        int("infusion", |row| whole(row.infusion)),
        float("score", |row| Some(row.score)),
        float("hours_since_dose", |row| row.hours),
    ];
}

const fn text<R>(
    name: &'static str,
    of: for<'r> fn(&'r R) -> Option<Cow<'r, str>>,
) -> RowColumn<R> {
    RowColumn { name, of: CellOf::Text(of) }
}

const fn int<R>(name: &'static str, of: fn(&R) -> Option<i64>) -> RowColumn<R> {
    RowColumn { name, of: CellOf::Int(of) }
}

const fn float<R>(name: &'static str, of: fn(&R) -> Option<f64>) -> RowColumn<R> {
    RowColumn { name, of: CellOf::Float(of) }
}

const fn bool<R>(name: &'static str, of: fn(&R) -> Option<bool>) -> RowColumn<R> {
    RowColumn { name, of: CellOf::Bool(of) }
}

fn whole(number: usize) -> Option<i64> {
    i64::try_from(number).ok()
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
