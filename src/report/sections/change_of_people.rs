//! People one by one, counted: change beyond the error of the scale, and shifts between bands.

use super::super::cell::Reader;
use super::super::shape::{ALL, Column, Print, Shape, by_route, infusion};
use super::spec::{ArticleSpec, By, SectionSpec};
use crate::table::Table;

/// Reliable change.
pub(super) const INDIVIDUAL: SectionSpec = SectionSpec {
    id: "individual",
    title: "Better or worse, person by person",
    brief: "Change beyond the error of the scale",
    lead: "A score moves a little even when nothing changes. Here a person counts as better or worse \
           only if the score moved by more than the error of the scale explains.",
    cautions: &[],
    empty: "No instrument with a known reliability was scored.",
    articles: &[ArticleSpec {
        by: By::Instrument,
        figures: &["individual_change_"],
        shapes: &[Shape {
            table: "individual_change",
            summary: "Recovered, improved, unchanged, worse",
            caption: "people by reliable change, by route and infusion; 95\u{a0}% intervals in small \
                      letters.",
            note: "Recovered: reliably better, and over the line of recovery. Improved: reliably \
                   better without that. Unchanged: no more than the error of the scale, either way. \
                   Worse: reliably worse. Points: a change must be larger than this to count.",
            only: &[],
            group: Some(by_route),
            line: ("Infusion", infusion),
            columns: &INDIVIDUAL_COLUMNS,
        }],
        finding: Some(individual_finding),
    }],
};

const INDIVIDUAL_COLUMNS: [Column; 6] = [
    ("Scored", "n_observed", Print::Count),
    ("Recovered, %", "recovered_rate", Print::PercentIn(["recovered_lo", "recovered_hi"])),
    ("Improved, %", "improved_rate", Print::PercentIn(["improved_lo", "improved_hi"])),
    ("Unchanged, %", "unchanged_rate", Print::PercentIn(["unchanged_lo", "unchanged_hi"])),
    ("Worse, %", "deteriorated_rate", Print::PercentIn(["deteriorated_lo", "deteriorated_hi"])),
    ("Points", "points", Print::Number(1)),
];

/// The latest infusion whose share of the improved or the worse is shown.
fn individual_finding(reader: Reader<'_>, rows: &[usize]) -> Option<String> {
    let table = reader.table;
    let is_whole = |row: &&usize| table.text(**row, "route") == ALL;
    let words = |row: usize| {
        let people = reader.count(row, "n_observed");
        let shares: Vec<String> = [
            ("recovered", ["recovered_lo", "recovered_hi"]),
            ("improved", ["improved_lo", "improved_hi"]),
            ("unchanged", ["unchanged_lo", "unchanged_hi"]),
            ("deteriorated", ["deteriorated_lo", "deteriorated_hi"]),
        ]
        .into_iter()
        .filter_map(|(name, limits)| {
            let share = reader.percent_in(row, &format!("{name}_rate"), limits);
            let verb = match name {
                "deteriorated" => "were reliably worse",
                "unchanged" => "had not reliably changed",
                "recovered" => "had recovered",
                _ => "had reliably improved",
            };
            share.is_shown().then(|| {
                format!("{}\u{a0}% (95\u{a0}% interval {}) {verb}", share.text, share.interval)
            })
        })
        .collect();
        let infusion = table.int(row, "infusion")?;
        (people.is_shown() && !shares.is_empty()).then(|| {
            format!(
                "After infusion {infusion}, of {} people scored, {}.",
                people.text,
                shares.join(", ")
            )
        })
    };
    rows.iter().filter(is_whole).copied().filter_map(words).next_back()
}

/// Severity before and after.
pub(super) const SEVERITY: SectionSpec = SectionSpec {
    id: "severity",
    title: "Severity before and after",
    brief: "From which band to which",
    lead: "Where people stood before treatment and after the infusion at which routes are compared, \
           by the severity bands of the scale.",
    cautions: &[],
    empty: "No instrument with severity bands was scored.",
    articles: &[ArticleSpec {
        by: By::Instrument,
        figures: &["severity_shift_"],
        shapes: &[Shape {
            table: "severity_shift",
            summary: "From band to band",
            caption: "people by severity before and after, by route.",
            note: "Percent: of those in that band before.",
            only: &[],
            group: Some(band_before),
            line: ("After", band_after),
            columns: &[("People", "n", Print::Count), ("Percent", "share", Print::Percent)],
        }],
        finding: None,
    }],
};

/// "All routes, 15-19 before".
fn band_before(table: &Table, row: usize) -> String {
    let band = match table.text(row, "band_before") {
        "all" => "everyone".to_owned(),
        band => format!("{band} before"),
    };
    format!("{}, {band}", by_route(table, row))
}

fn band_after(table: &Table, row: usize) -> String {
    match table.text(row, "band_after") {
        "all" => "Any band".into(),
        band => band.into(),
    }
}
