//! At a glance: what the figures found, said once more at the top, an instrument at a time.

use super::super::document::{FigureBlock, InstrumentNote};
use super::comparison::Comparison;
use super::figure_of;
use serde::Serialize;

/// What was found on one instrument.
#[derive(Debug, Serialize)]
pub(crate) struct Glance {
    code: String,
    name: String,
    findings: Vec<Finding>,
}

/// A finding and where its figure stands.
#[derive(Debug, Serialize)]
struct Finding {
    /// The name of the section.
    topic: &'static str,
    /// Where to read on.
    target: String,
    text: String,
}

/// The findings, in the order of the sections; an instrument of which nothing was found is left
/// out.
pub(crate) fn glances(
    notes: &[InstrumentNote],
    figures: [(&'static str, &'static str, &[FigureBlock]); 4],
    comparisons: &[Comparison],
) -> Vec<Glance> {
    notes
        .iter()
        .map(|note| {
            let target = |section: &str| format!("{section}-{}", note.code);
            let mut findings: Vec<Finding> = figures
                .iter()
                .filter_map(|(topic, section, figures)| {
                    let text = figure_of(figures, &note.code)?.finding.clone();
                    Some(Finding { topic, target: target(section), text })
                })
                .collect();
            let compared = comparisons.iter().find(|comparison| comparison.code == note.code);
            findings.extend(compared.map(|comparison| Finding {
                topic: "Routes compared",
                target: target("routes"),
                text: comparison.finding.clone(),
            }));
            Glance { code: note.code.clone(), name: note.name.clone(), findings }
        })
        .filter(|glance| !glance.findings.is_empty())
        .collect()
}
