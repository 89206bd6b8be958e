//! One self-contained HTML file and its numbers as JSON: data in, text out.
//!
//! Layer 5. No request leaves the file: styles, pictures and one small script are inside, and its
//! content security policy forbids fetching anything and lets no other script run, by its hash.
//! Everything can be read without it. Tags live in `templates/`; every text is escaped there but
//! for style, script and pictures, which this program makes itself.

mod budget;
mod cell;
pub mod document;
mod glossary;
mod grid;
mod json;
mod sections;
mod sha256;
mod shape;
mod tables;
mod tiles;
mod words;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use crate::charts::theme;
use crate::table::Table;
use cell::Reader;
use document::{Report, Words};
use glossary::{Entry, GLOSSARY};
use grid::Section;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use sections::quality::{self, Account, Anomaly, Rejection};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tables::Tables;
use tiles::Tile;

pub use json::{Carried, SHAPE_VERSION, carry};

/// The parts of the page, by the names they call each other.
const TEMPLATES: &[(&str, &str)] = &[
    ("report.html", include_str!("templates/report.html")),
    ("parts.html", include_str!("templates/parts.html")),
    ("section.html", include_str!("templates/section.html")),
    ("quality.html", include_str!("templates/quality.html")),
    ("methods.html", include_str!("templates/methods.html")),
    ("end.html", include_str!("templates/end.html")),
];
/// The style sheet; its colours are those of the charts.
const STYLE: &str = include_str!("templates/style.css");
/// Read-outs, sorting, copying, the switch between light and dark.
const SCRIPT: &str = include_str!("templates/report.js");
/// Sections that are not figures and tables of people: anchor, name, what it is about.
const LAST_SECTIONS: [[&str; 3]; 4] = [
    ["quality", "Data quality", "What was rejected, what was odd"],
    ["methods", "Methods and settings", "Every definition and value used"],
    ["glossary", "Words", "What they mean, in plain language"],
    ["lineage", "Lineage", "Where the numbers come from"],
];

/// A report that could not be laid out, which only a wrong template can cause.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The page.
    #[error("cannot lay out the report")]
    Page(#[from] minijinja::Error),
    /// The JSON.
    #[error("cannot write the report as JSON")]
    Json(#[from] serde_json::Error),
}

/// A report laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// `report.html`.
    pub html: String,
    /// `report.json`.
    pub json: String,
}

/// What the templates see.
#[derive(Serialize)]
struct View<'a> {
    style: &'a str,
    style_hash: String,
    script: &'static str,
    script_hash: String,
    words: &'a Words,
    markings: Vec<String>,
    highest_hidden: u32,
    contents: Vec<[&'a str; 3]>,
    tiles: &'a [Tile],
    sections: &'a [Section<'a>],
    n_open: usize,
    drawings: BTreeMap<&'a str, [&'a str; 2]>,
    /// Whether the page is one section alone.
    is_part: bool,
    account: Vec<Account>,
    total: Account,
    rejections: Vec<Rejection>,
    anomalies: Vec<Anomaly>,
    glossary: &'static [Entry],
}

/// The names of the sections with figures and tables, in their order.
#[must_use]
pub fn section_names(report: &Report<'_>) -> Vec<&'static str> {
    let empty = Table::new("", &[]);
    sections::all(&Tables::of(report, &empty)).iter().map(|section| section.id).collect()
}

/// Lays a report out as HTML and JSON.
///
/// # Errors
/// [`ReportError`] where a template is wrong.
pub fn render(report: &Report<'_>) -> Result<Rendered, ReportError> {
    let empty = Table::new("", &[]);
    let tables = Tables::of(report, &empty);
    let mut sections = sections::all(&tables);
    budget::fit(&mut sections, tables.notes());
    let tiles = tiles::tiles(&tables);
    let html = page(report, &sections, &tiles, false)?;
    Ok(Rendered { html, json: json::write(report.words, &tiles, &sections)? })
}

/// Lays one section out as a page of its own; none where there is no section of this name.
///
/// # Errors
/// [`ReportError`] where a template is wrong.
pub fn render_section(report: &Report<'_>, name: &str) -> Result<Option<String>, ReportError> {
    let empty = Table::new("", &[]);
    let tables = Tables::of(report, &empty);
    let mut sections = sections::all(&tables);
    sections.retain(|section| section.id == name);
    if sections.is_empty() {
        return Ok(None);
    }
    budget::fit(&mut sections, tables.notes());
    page(report, &sections, &[], true).map(Some)
}

fn page(
    report: &Report<'_>,
    sections: &[Section<'_>],
    tiles: &[Tile],
    is_part: bool,
) -> Result<String, ReportError> {
    let words = report.words;
    let markings = words.marking.lines();
    let style = style(&markings);
    let decimals = usize::from(words.marking.internal);
    let anomalies = Reader { table: report.tables.anomalies.get(), decimals };
    let mut contents: Vec<[&str; 3]> =
        sections.iter().map(|section| [section.id, section.title, section.brief]).collect();
    if !is_part {
        contents.extend(LAST_SECTIONS);
    }
    let view = View {
        style_hash: sha256::source(&style),
        style: &style,
        script: SCRIPT,
        script_hash: sha256::source(SCRIPT),
        words,
        highest_hidden: words.min_cell.saturating_sub(1),
        contents,
        tiles,
        sections,
        n_open: budget::OPEN,
        drawings: report
            .figures
            .iter()
            .map(|figure| (figure.name.as_str(), [figure.svg.as_str(), figure.svg_narrow.as_str()]))
            .collect(),
        is_part,
        account: words.account.iter().map(Account::of).collect(),
        total: Account::of(&words.total),
        rejections: quality::rejections(report.rejections.get()),
        anomalies: quality::anomalies(anomalies),
        glossary: GLOSSARY,
        markings,
    };
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment.get_template("report.html")?.render(Serde(view))?)
}

/// The style of a page: the colours of the theme, the rules, and the marks at the head of every
/// printed page.
fn style(markings: &[String]) -> String {
    let mut style = theme::css() + STYLE;
    if !markings.is_empty() {
        let mark = markings.join(" · ");
        let _ = writeln!(
            style,
            "@page {{ @top-center {{ content: \"{mark}\"; font: bold 8pt sans-serif; }} }}"
        );
    }
    style
}
