//! At a glance: what the figures found, said once more at the top, an instrument at a time.

use super::super::document::{FigureBlock, InstrumentNote};
use super::cohort::Flow;
use super::comparison::Comparison;
use super::figure_of;
use serde::Serialize;

/// What was found on one instrument.
#[derive(Debug, Serialize)]
pub(crate) struct Glance {
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

/// Figures of one kind: the topic, the section they stand in, the figures.
pub(crate) type Found<'a> = (&'static str, &'static str, &'a [FigureBlock]);

/// The findings, in the order of the sections; an instrument of which nothing was found is left
/// out.
pub(crate) fn glances(
    notes: &[InstrumentNote],
    flows: &[Flow],
    figures: &[Found<'_>],
    comparisons: &[Comparison],
) -> Vec<Glance> {
    notes
        .iter()
        .map(|note| {
            let finding = |topic: &'static str, section: &str, text: &str| Finding {
                topic,
                target: format!("{section}-{}", note.code),
                text: text.into(),
            };
            let mut findings = Vec::new();
            let flow = flows.iter().find(|flow| flow.code == note.code);
            let treated = flow.and_then(|flow| flow.finding.as_deref());
            findings.extend(treated.map(|text| finding("Who was treated", "cohort", text)));
            findings.extend(figures.iter().filter_map(|(topic, section, figures)| {
                Some(finding(topic, section, &figure_of(figures, &note.code)?.finding))
            }));
            let compared = comparisons.iter().find(|comparison| comparison.code == note.code);
            findings.extend(
                compared.map(|compared| finding("Routes compared", "routes", &compared.finding)),
            );
            Glance { name: note.name.clone(), findings }
        })
        .filter(|glance| !glance.findings.is_empty())
        .collect()
}
