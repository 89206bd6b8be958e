//! One self-contained HTML file: data in, text out.
//!
//! Layer 5. No request leaves the file: styles and pictures are inside, there is no script, and
//! its content security policy forbids fetching anything. Tags live in `templates/`; every text
//! is escaped there but for the style sheet and the pictures, which this program makes itself.

mod cell;
pub mod document;
mod sections;
mod words;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use crate::charts::theme;
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;
use cell::Reader;
use document::{Fact, InstrumentNote, Method, Report, Setting};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use sections::cohort::{self, Flow};
use sections::comparison::{Comparison, comparisons};
use sections::completeness::{Completeness, completeness};
use sections::cumulative::{Cumulative, cumulative};
use sections::glance::{Found, Glance, glances};
use sections::quality::{self, Account, Anomaly, Rejection};
use sections::response::{self, Response};
use sections::usable::{Usable, usable};
use serde::Serialize;

/// The parts of the page, by the names they call each other.
const TEMPLATES: &[(&str, &str)] = &[
    ("report.html", include_str!("templates/report.html")),
    ("parts.html", include_str!("templates/parts.html")),
    ("glance.html", include_str!("templates/glance.html")),
    ("cohort.html", include_str!("templates/cohort.html")),
    ("completeness.html", include_str!("templates/completeness.html")),
    ("response.html", include_str!("templates/response.html")),
    ("cumulative.html", include_str!("templates/cumulative.html")),
    ("comparison.html", include_str!("templates/comparison.html")),
    ("quality.html", include_str!("templates/quality.html")),
    ("usable.html", include_str!("templates/usable.html")),
    ("methods.html", include_str!("templates/methods.html")),
];
/// The style sheet.
const STYLE: &str = include_str!("templates/style.css");

/// A report that could not be laid out, which only a wrong template can cause.
#[derive(Debug, thiserror::Error)]
#[error("cannot lay out the report")]
pub struct ReportError(#[from] minijinja::Error);

/// What the templates see.
#[derive(Serialize)]
struct View<'a> {
    style: String,
    title: &'a str,
    organisation: Option<&'a str>,
    period: &'a str,
    markings: Vec<String>,
    internal: bool,
    highest_hidden: u32,
    limits_passed: &'a [String],
    glances: Vec<Glance>,
    flows: Vec<Flow>,
    completeness: Vec<Completeness<'a>>,
    responses: Vec<Response<'a>>,
    cumulative: Vec<Cumulative<'a>>,
    comparisons: Vec<Comparison>,
    account: Vec<Account>,
    total: Account,
    rejections: Vec<Rejection>,
    usable: Vec<Usable>,
    anomalies: Vec<Anomaly>,
    settings: &'a [Setting],
    instruments: &'a [InstrumentNote],
    methods: &'a [Method],
    lineage: &'a [Fact],
}

/// Lays a report out as HTML.
///
/// # Errors
/// [`ReportError`] where a template is wrong.
pub fn render(report: &Report<'_>) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment.get_template("report.html")?.render(Serde(view(report)))?)
}

fn view<'a>(report: &'a Report<'_>) -> View<'a> {
    let decimals = usize::from(report.marking.internal);
    let notes = &report.instruments;
    let reader = |table: &'a Disclosed<Table>| Reader { table: table.get(), decimals };
    let flow = reader(report.flow);
    let comparisons = comparisons(reader(report.comparison), notes);
    let flows = cohort::flows(flow, notes);
    let found: [Found<'_>; 4] = [
        ("Who was measured", "completeness", &report.completeness_figures),
        ("Response after each infusion", "response", &report.response_figures),
        ("Mean change", "response", &report.change_figures),
        ("Ever responded", "cumulative", &report.cumulative_figures),
    ];
    View {
        style: theme::css() + STYLE,
        title: &report.title,
        organisation: report.organisation.as_deref(),
        period: &report.period,
        markings: report.marking.lines(),
        internal: report.marking.internal,
        highest_hidden: report.min_cell.saturating_sub(1),
        limits_passed: &report.limits_passed,
        glances: glances(notes, &flows, &found, &comparisons),
        flows,
        completeness: completeness(
            reader(report.completeness),
            flow,
            notes,
            &report.completeness_figures,
        ),
        responses: response::responses(
            reader(report.response),
            notes,
            &report.response_figures,
            &report.change_figures,
        ),
        cumulative: cumulative(
            reader(report.cumulative),
            reader(report.time_to_response),
            notes,
            &report.cumulative_figures,
        ),
        comparisons,
        account: report.account.iter().map(Account::of).collect(),
        total: Account::of(&report.total),
        rejections: quality::rejections(report.rejections),
        usable: usable(reader(report.data_quality), notes),
        anomalies: quality::anomalies(reader(report.anomalies)),
        settings: &report.settings,
        instruments: notes,
        methods: &report.methods,
        lineage: &report.lineage,
    }
}
