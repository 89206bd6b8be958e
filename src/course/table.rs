//! Facts as tables: the row-level projections kept inside the store.

use super::fact::{Course, Infusion, SubjectFacts};
use crate::event::code::{AgeBand, EndReason, Sex};
use crate::table::{Cell, ColumnType as T, Table};

/// A column of facts: its name, its type, and its cell in a row.
type Column<R> = (&'static str, T, fn(&R) -> Cell);

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

struct CourseRow<'a> {
    subject: &'a str,
    course: &'a Course,
}

struct InfusionRow<'a> {
    subject: &'a str,
    course: usize,
    number: usize,
    infusion: &'a Infusion,
}

struct ScoreRow<'a> {
    subject: &'a str,
    course: usize,
    instrument: &'a str,
    infusion: usize,
    score: f64,
    hours: Option<f64>,
}

impl CourseRow<'_> {
    const COLUMNS: [Column<Self>; 18] = [
        ("subject", T::Text, |row| row.subject.into()),
        ("course", T::Int, |row| row.course.order.into()),
        ("site", T::Text, |row| row.course.site.as_str().into()),
        ("time_basis", T::Text, |row| row.course.basis.as_str().into()),
        ("route", T::Text, |row| row.course.route.as_str().into()),
        ("drug", T::Text, |row| row.course.drug.as_str().into()),
        ("switched", T::Bool, |row| row.course.switched.into()),
        ("prevalent", T::Bool, |row| row.course.prevalent.into()),
        ("ended", T::Bool, |row| row.course.ended.is_some().into()),
        ("end_reason", T::Text, |row| {
            row.course.ended.and_then(|end| end.reason).map(EndReason::as_str).into()
        }),
        ("n_infusions", T::Int, |row| row.course.infusions.len().into()),
        ("n_induction", T::Int, |row| row.course.n_induction.into()),
        ("indications", T::Text, |row| {
            let codes = row.course.profile.indications.iter();
            codes.map(|code| code.as_str()).collect::<Vec<_>>().join(" ").into()
        }),
        ("age_band", T::Text, |row| row.course.profile.age_band.map(AgeBand::as_str).into()),
        ("sex", T::Text, |row| row.course.profile.sex.map(Sex::as_str).into()),
        ("prior_failed_trials", T::Int, |row| row.course.profile.prior_failed_trials.into()),
        ("psychotherapy", T::Bool, |row| row.course.psychotherapy.into()),
        ("dose_band", T::Text, |row| row.course.dose_band.as_str().into()),
    ];
}

impl InfusionRow<'_> {
    const COLUMNS: [Column<Self>; 7] = [
        ("subject", T::Text, |row| row.subject.into()),
        ("course", T::Int, |row| row.course.into()),
        ("infusion", T::Int, |row| row.number.into()),
        ("start_us", T::Int, |row| row.infusion.start_us.into()),
        ("route", T::Text, |row| row.infusion.route.as_str().into()),
        ("drug", T::Text, |row| row.infusion.drug.as_str().into()),
        ("event_id", T::Text, |row| row.infusion.id.as_str().into()),
    ];
}

impl ScoreRow<'_> {
    const COLUMNS: [Column<Self>; 6] = [
        ("subject", T::Text, |row| row.subject.into()),
        ("course", T::Int, |row| row.course.into()),
        ("instrument", T::Text, |row| row.instrument.into()),
        ("infusion", T::Int, |row| row.infusion.into()),
        ("score", T::Float, |row| row.score.into()),
        ("hours_since_dose", T::Float, |row| row.hours.into()),
    ];
}

impl FactTables {
    /// The facts of some subjects.
    #[must_use]
    pub fn of(subjects: &[SubjectFacts]) -> Self {
        let mut courses = Vec::new();
        let mut infusions = Vec::new();
        let mut scores = Vec::new();
        for facts in subjects {
            let subject = facts.subject.as_str();
            for course in &facts.courses {
                courses.push(CourseRow { subject, course });
                let given = course.infusions.iter().zip(1..);
                infusions.extend(given.map(|(infusion, number)| InfusionRow {
                    subject,
                    course: course.order,
                    number,
                    infusion,
                }));
                scores.extend(score_rows(subject, course));
            }
        }
        Self {
            courses: table("courses", &CourseRow::COLUMNS, &courses),
            infusions: table("infusions", &InfusionRow::COLUMNS, &infusions),
            assessments: table("assessments", &ScoreRow::COLUMNS, &scores),
        }
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

/// A table, made column by column.
fn table<R>(name: &str, columns: &[Column<R>], rows: &[R]) -> Table {
    let named: Vec<(&str, T)> = columns.iter().map(|(name, of, _)| (*name, *of)).collect();
    let mut table = Table::new(name, &named);
    for (position, (_, _, cell)) in columns.iter().enumerate() {
        if let Some(column) = table.column_mut(position) {
            column.reserve(rows.len());
            for row in rows {
                column.push(cell(row));
            }
        }
    }
    table
}
