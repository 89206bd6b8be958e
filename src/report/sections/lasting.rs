//! How long a response lasts, and how long people stay in treatment.

use super::super::cell::Reader;
use super::super::shape::{ALL, Column, Print, Shape, by_route};
use super::spec::{ArticleSpec, By, SectionSpec};
use crate::charts::number::thousands;
use crate::table::Table;

/// Durability of a response.
pub(super) const DURABILITY: SectionSpec = SectionSpec {
    id: "durability",
    title: "How long it lasted",
    brief: "Of those who responded, how many still did",
    lead: "Of those who had responded, how many still did, counted from the score that first showed \
           it (with treatment going on) and from the end of the first course of treatment (where a \
           further infusion ends the watching).",
    cautions: &[[
        "A loss is seen only where somebody asks.",
        "A response ends at the first score without one; where people are scored seldom, it looks \
         longer than it was.",
    ]],
    empty: "Nobody responded, so there is nothing that could last.",
    articles: &[ArticleSpec {
        by: By::Instrument,
        figures: &["durability_"],
        shapes: &[
            Shape { only: &[("start", "first-response"), ("clock", "days")], ..SINCE_RESPONSE },
            Shape {
                summary: "From the first response, by infusions",
                caption: "share whose response lasts, by infusions since the first response.",
                only: &[("start", "first-response"), ("clock", "infusions")],
                line: ("Infusions", time),
                ..SINCE_RESPONSE
            },
            Shape {
                summary: "From the end of the first course, by days",
                caption: "share whose response lasts, by days since the end of induction, without \
                          further treatment.",
                only: &[("start", "end-of-induction"), ("clock", "days")],
                ..SINCE_RESPONSE
            },
        ],
        finding: Some(durability_finding),
    }],
};

const SINCE_RESPONSE: Shape = Shape {
    table: "durability",
    summary: "From the first response, by days",
    caption: "share whose response lasts, by days since the first response; 95\u{a0}% intervals in \
              small letters.",
    note: "Followed: still responding and still scored when the step begins. Steps of few people \
           are gathered into the next.",
    only: &[],
    group: Some(by_route),
    line: ("Days", time),
    columns: &[
        ("Followed", "n_at_risk", Print::Count),
        ("Lost it", "losses", Print::Count),
        ("Treated again", "treated_again", Print::Count),
        ("Still respond, %", "estimate", Print::PercentIn(["lo", "hi"])),
    ],
};

/// Persistence.
pub(super) const TREATMENT: SectionSpec = SectionSpec {
    id: "treatment",
    title: "Time on treatment",
    brief: "How long people went on",
    lead: "How many people were still in treatment after so many infusions or days. People stop \
           because they are well, because it does not help, or for other reasons: this does not say \
           which.",
    cautions: &[],
    empty: "Nobody had a baseline score.",
    articles: &[ArticleSpec {
        by: By::Instrument,
        figures: &["time_on_treatment_"],
        shapes: &[
            Shape { only: &[("clock", "infusions")], ..ON_TREATMENT },
            Shape {
                summary: "By days",
                caption: "share still in treatment, by days since the first infusion.",
                only: &[("clock", "days")],
                line: ("Days", time),
                ..ON_TREATMENT
            },
        ],
        finding: Some(treatment_finding),
    }],
};

const ON_TREATMENT: Shape = Shape {
    table: "time_on_treatment",
    summary: "By infusions",
    caption: "share still in treatment, by infusions given; 95\u{a0}% intervals in small letters.",
    note: "In treatment: when the step begins. Ended: the last infusion of a course that is over. \
           Steps of few people are gathered into the next.",
    only: &[],
    group: Some(by_route),
    line: ("Infusions", time),
    columns: &TREATMENT_COLUMNS,
};

const TREATMENT_COLUMNS: [Column; 3] = [
    ("In treatment", "n_at_risk", Print::Count),
    ("Ended", "ended", Print::Count),
    ("Still in treatment, %", "estimate", Print::PercentIn(["lo", "hi"])),
];

fn time(table: &Table, row: usize) -> String {
    table.int(row, "time").map(thousands).unwrap_or_default()
}

/// The row of a share that the report names: the last shown at or before `time` under all routes.
pub(crate) fn row_at(
    reader: Reader<'_>,
    rows: &[usize],
    keys: &[(&str, &str)],
    time: i64,
) -> Option<usize> {
    let table = reader.table;
    let is_of = |row: usize| {
        table.text(row, "route") == ALL
            && keys.iter().all(|(column, text)| table.text(row, column) == *text)
            && table.int(row, "time").is_some_and(|at| at > 0 && at <= time)
            && reader.percent(row, "estimate").is_shown()
    };
    rows.iter().copied().filter(|&row| is_of(row)).max_by_key(|&row| table.int(row, "time"))
}

fn durability_finding(reader: Reader<'_>, rows: &[usize]) -> Option<String> {
    let keys = [("start", "first-response"), ("clock", "days")];
    let row = row_at(reader, rows, &keys, 56)?;
    let share = reader.percent_in(row, "estimate", ["lo", "hi"]);
    let people = reader.count(row, "n");
    Some(format!(
        "{} days after their first response, {}\u{a0}% (95\u{a0}% interval {}) of {} people still \
         responded.",
        time(reader.table, row),
        share.text,
        share.interval,
        people.text
    ))
}

fn treatment_finding(reader: Reader<'_>, rows: &[usize]) -> Option<String> {
    let row = row_at(reader, rows, &[("clock", "days")], 28)?;
    let share = reader.percent_in(row, "estimate", ["lo", "hi"]);
    let people = reader.count(row, "n");
    Some(format!(
        "{} days after the first infusion, {}\u{a0}% (95\u{a0}% interval {}) of {} people were \
         still in treatment.",
        time(reader.table, row),
        share.text,
        share.interval,
        people.text
    ))
}
