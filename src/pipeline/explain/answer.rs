//! The answer: rows about single people, as they are printed and as JSON. For the custodian.

use serde::Serialize;

/// Who stands in a cell, and as what.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// Table.
    pub table: &'static str,
    /// Instrument.
    pub instrument: String,
    /// Stratum.
    pub stratum: String,
    /// Level.
    pub level: String,
    /// Route.
    pub route: String,
    /// Infusion number; `None` where one person is explained at every one.
    pub infusion: Option<usize>,
    /// Version of the store.
    pub store_version: u64,
    /// Whether it is the version that was asked for, or the newest.
    pub as_of: Option<String>,
    /// `none`, `part` or `all` of the sources are synthetic.
    pub synthetic: &'static str,
    /// Courses in the cell, by person; of one person alone if only one was asked about.
    pub courses: Vec<CourseRow>,
    /// What the courses make together, under the names of the columns; none where one person was
    /// asked about.
    pub totals: Option<Vec<Total>>,
    /// What is known of the one person that was asked about.
    pub person: Option<Person>,
}

/// A count of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Total {
    /// Column of the table.
    pub column: &'static str,
    /// The count, as the table has it at `min_cell = 0`; `None` where it is `NA`.
    pub n: Option<u64>,
}

/// Where one person stands.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// Pseudonym, as the store has it.
    pub subject: String,
    /// Courses in the store.
    pub n_courses: usize,
    /// The last step of `cohort_flow` that they reach with their first course; `None` where no
    /// clinical event of theirs counts.
    pub step: Option<&'static str>,
    /// Why they are lost at the next step; `None` at the last.
    pub lost: Option<&'static str>,
    /// Whether any course of theirs is in the cell.
    pub in_cell: bool,
    /// Where else their courses are counted.
    pub elsewhere: Vec<Elsewhere>,
}

/// A place in the tables.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Elsewhere {
    /// Stratum.
    pub stratum: String,
    /// Level.
    pub level: String,
    /// Route.
    pub route: String,
}

/// A course in the cell.
#[derive(Debug, Clone, Serialize)]
pub struct CourseRow {
    /// Pseudonym, as the store has it.
    pub subject: String,
    /// 1 for the person's first course.
    pub course: usize,
    /// Source of session 1.
    pub site: String,
    /// Route of session 1.
    pub route: &'static str,
    /// Time of session 1.
    pub began: String,
    /// Infusions that the stratum sees.
    pub n_infusions: usize,
    /// Whether it runs there.
    pub running: bool,
    /// The baseline.
    pub baseline: f64,
    /// The check-in it comes from.
    pub baseline_event: Option<EventRow>,
    /// The infusion asked about, or every one up to the horizon.
    pub infusions: Vec<InfusionRow>,
}

/// A course at one infusion number.
#[derive(Debug, Clone, Serialize)]
pub struct InfusionRow {
    /// Infusion number.
    pub infusion: usize,
    /// The session, if the course has it.
    pub session: Option<EventRow>,
    /// The score that counts for it.
    pub score: Option<f64>,
    /// Hours since the start of that session.
    pub hours: Option<f64>,
    /// The check-in it comes from.
    pub score_event: Option<EventRow>,
    /// Why no score counts.
    pub no_score: Option<&'static str>,
    /// As what the course is counted.
    #[serde(flatten)]
    pub counted: Counted,
}

/// As what a course is counted at one infusion number.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Counted {
    /// In `response_by_infusion`.
    Response(Observed),
    /// In `cumulative_response`.
    Cumulative(Waiting),
}

/// In `response_by_infusion`.
#[derive(Debug, Clone, Serialize)]
pub struct Observed {
    /// `observed`, `not-scored`, `not-treated` or `not-due`.
    pub status: &'static str,
    /// Whether the score is a response.
    pub response: Option<bool>,
    /// The comparison that says so.
    pub response_because: Option<String>,
    /// Whether it is in remission.
    pub remission: Option<bool>,
    /// The comparison that says so.
    pub remission_because: Option<String>,
    /// Whether the baseline was not in remission, of the observed.
    pub above_line: Option<bool>,
    /// Whether it is a response for NRI, where a missing score is none; `None` where not due.
    pub nri: Option<bool>,
    /// Whether it is a response for LOCF; `None` where not due.
    pub locf: Option<bool>,
    /// The infusion whose score LOCF takes.
    pub locf_infusion: Option<usize>,
    /// That score.
    pub locf_score: Option<f64>,
}

/// In `cumulative_response`.
#[derive(Debug, Clone, Serialize)]
pub struct Waiting {
    /// `responded`, `stopped`, `waiting`, or what came `…-before`.
    pub status: &'static str,
    /// The infusion of the first response, of leaving, or of the last score seen.
    pub until: usize,
    /// `response`, `stopped` or `censored`: how it ends there.
    pub end: &'static str,
    /// Whether it is at risk where leaving competes.
    pub at_risk: bool,
    /// Whether it is at risk where leaving censors.
    pub at_risk_kaplan_meier: bool,
    /// The comparison of the score at this infusion.
    pub response_because: Option<String>,
}

/// An event of the log, and where it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventRow {
    /// Site or system.
    pub source: String,
    /// Id.
    pub id: String,
    /// When it happened, after corrections.
    pub at: String,
    /// Name of the file it was read from first, if its row account is still there.
    pub file: Option<String>,
    /// BLAKE3 of that file.
    pub blake3: Option<String>,
    /// Line of it.
    pub line: Option<u64>,
    /// Ids of corrections that name it.
    pub corrections: Vec<String>,
}
