//! Should we go on? What became of those who had not responded yet.

use super::super::cell::Reader;
use super::super::shape::{ALL, Column, Print, Shape, by_route};
use super::spec::{ArticleSpec, By, SectionSpec};
use crate::table::Table;

/// Landmarks, and what followed a changed plan.
pub(super) const SECTION: SectionSpec = SectionSpec {
    id: "go-on",
    title: "Should we go on?",
    brief: "Later response of those not yet better",
    lead: "Of those who had not responded after an infusion, how many did later: of all of them, \
           and of those who went on.",
    cautions: &[
        [
            "People differ.",
            "Those who go on, or whose dose was raised, are not like those who stop or whose plan \
             was kept. The numbers say what happened, not what a change does.",
        ],
        ["Not for one person.", "They describe groups and decide nothing about any one person."],
    ],
    empty: "Nobody was scored without a response.",
    articles: &[ArticleSpec {
        by: By::Instrument,
        figures: &["go_on_"],
        shapes: &[
            Shape {
                table: "go_on",
                summary: "Later response, by improvement so far",
                caption: "response by a later infusion of those without one so far; 95\u{a0}% \
                          intervals in small letters.",
                note: FATES,
                only: &[],
                group: Some(improvement),
                line: ("After infusion", steps),
                columns: &COLUMNS,
            },
            Shape {
                table: "after_adjustment",
                summary: "Later response, by change of the plan",
                caption: "response by a later infusion of those without one after infusion 2, by \
                          what was changed by then. People whose plan was changed differ from those \
                          whose was not: this does not say what a change does.",
                note: FATES,
                only: &[],
                group: Some(adjustment),
                line: ("After infusion", steps),
                columns: &COLUMNS,
            },
        ],
        finding: Some(finding),
    }],
};

const FATES: &str = "Left: treatment or measurement ended without a response. Responded, of all: \
                     leaving competes with response (Aalen-Johansen). Of those who went on: treated \
                     at least once more.";

const COLUMNS: [Column; 6] = [
    ("People", "n", Print::Count),
    ("Responded later", "responders", Print::Count),
    ("Left", "stopped", Print::Count),
    ("Of all, %", "estimate", Print::PercentIn(["lo", "hi"])),
    ("Went on", "n_went_on", Print::Count),
    ("Of those who went on, %", "went_on_rate", Print::PercentIn(["went_on_lo", "went_on_hi"])),
];

/// "3, by infusion 6".
fn steps(table: &Table, row: usize) -> String {
    let [at, by] = ["infusion", "by_infusion"].map(|name| table.int(row, name).unwrap_or_default());
    format!("{at}, by infusion {by}")
}

/// "All routes, not yet improved".
fn improvement(table: &Table, row: usize) -> String {
    let group = match table.text(row, "group") {
        "not-improved" => "not yet improved",
        _ => "improved, without a response",
    };
    format!("{}, {group}", by_route(table, row))
}

fn adjustment(table: &Table, row: usize) -> String {
    let group = match table.text(row, "group") {
        "dose-up" => "dose raised",
        "no-change" => "plan not changed",
        _ => "another change",
    };
    format!("{}, {group}", by_route(table, row))
}

/// The latest landmark whose share of all is shown, of those not yet improved.
fn finding(reader: Reader<'_>, rows: &[usize]) -> Option<String> {
    let table = reader.table;
    let is_of = |row: &&usize| {
        table.text(**row, "route") == ALL && table.text(**row, "group") == "not-improved"
    };
    let mut shown = rows.iter().filter(is_of).copied().filter_map(|row| {
        let share = reader.percent_in(row, "estimate", ["lo", "hi"]);
        let people = reader.count(row, "n");
        (share.is_shown() && people.is_shown() && !share.interval.is_empty()).then(|| {
            let [at, by] =
                ["infusion", "by_infusion"].map(|name| table.int(row, name).unwrap_or_default());
            format!(
                "Of {} people not yet improved after infusion {at}, {}\u{a0}% (95\u{a0}% interval \
                 {}) had responded by infusion {by}.",
                people.text, share.text, share.interval
            )
        })
    });
    shown.next_back()
}
