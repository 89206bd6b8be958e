//! What went wrong: side effects by way of asking, dissociation, blood pressure, item 9.

use super::super::cell::{Cell, Reader};
use super::super::shape::{ALL, Column, Print, Shape, by_route, infusion};
use super::spec::{ArticleSpec, By, SectionSpec};
use crate::charts::side_effects;
use crate::table::Table;

/// Side effects, dissociation and blood pressure.
pub(super) const SAFETY: SectionSpec = SectionSpec {
    id: "safety",
    title: "What went wrong",
    brief: "Side effects, dissociation, blood pressure",
    lead: "Everyone's first course, with or without a baseline score. Where nobody had an effect, \
           the largest share that cannot be ruled out is given: none seen is not none possible.",
    cautions: &[
        [
            "A list finds more.",
            "Side effects asked from a list and those told unasked are never added up: a list finds \
             several times as many.",
        ],
        [
            "Told is not all.",
            "Where a site writes down only what was told, those asked are those who told something, \
             and shares are too high.",
        ],
    ],
    empty: "No side effect, dissociation or blood pressure was recorded.",
    articles: &[
        ArticleSpec {
            by: By::Value("capture", capture),
            figures: &["side_effects_"],
            shapes: &[
                Shape { only: &[("route", "all")], ..EFFECTS },
                Shape {
                    summary: "Any side effect, by route and infusion",
                    caption: "people with any side effect, by route and infusion; 95\u{a0}% \
                              intervals in small letters.",
                    only: &[("term", "any")],
                    group: Some(by_route),
                    line: ("Infusion", infusion_or_any),
                    ..EFFECTS
                },
            ],
            finding: Some(effects_finding),
        },
        ArticleSpec {
            by: By::Instrument,
            figures: &["dissociation_"],
            shapes: &[Shape {
                table: "dissociation",
                summary: "Dissociation, by infusion",
                caption: "highest dissociation at the session, by route and infusion; 95\u{a0}% \
                          intervals in small letters.",
                note: "People measured at the session.",
                only: &[],
                group: Some(by_route),
                line: ("Infusion", infusion),
                columns: &DISSOCIATION,
            }],
            finding: Some(dissociation_finding),
        },
        ArticleSpec {
            by: By::One("blood-pressure", "Blood pressure"),
            figures: &["blood_pressure"],
            shapes: &[Shape {
                table: "blood_pressure",
                summary: "Blood pressure and oxygen, by infusion",
                caption: "highest after dosing against the reading before, mmHg, by route and \
                          infusion; 95\u{a0}% intervals in small letters.",
                note: "Risen: by 20 mmHg systolic or 15 diastolic, or more. High: 165 systolic or \
                       100 diastolic, or more. Low oxygen: a saturation below 92\u{a0}%.",
                only: &[],
                group: Some(by_route),
                line: ("Infusion", infusion),
                columns: &PRESSURE,
            }],
            finding: Some(pressure_finding),
        },
    ],
};

const EFFECTS: Shape = Shape {
    table: "side_effects",
    summary: "Each side effect, all routes",
    caption: "people with each side effect, all routes; 95\u{a0}% intervals in small letters.",
    note: "Asked: people with a report of this kind, of an effect or of none. At most, if none: \
           where nobody had it, the exact one-sided 95\u{a0}% upper limit. Severe and serious: \
           people. Minutes: median until it was gone, from the start of dosing.",
    only: &[],
    group: Some(infusion_heading),
    line: ("Side effect", term),
    columns: &[
        ("Asked", "n_persons", Print::Count),
        ("Had it", "persons_with", Print::Count),
        ("Share, %", "share", Print::PercentIn(["lo", "hi"])),
        ("At most, if none, %", "upper_if_none", Print::Percent),
        ("Severe", "severe", Print::Count),
        ("Serious", "serious", Print::Count),
        ("Minutes", "median_minutes", Print::Number(0)),
    ],
};

const DISSOCIATION: [Column; 3] = [
    ("People", "n_persons", Print::Count),
    ("Mean", "mean_total", Print::NumberIn(1, ["total_lo", "total_hi"])),
    ("Median", "median_total", Print::Number(1)),
];

const PRESSURE: [Column; 8] = [
    ("People", "n_persons", Print::Count),
    ("Systolic before", "mean_systolic_before", Print::Number(0)),
    (
        "Systolic rise",
        "mean_systolic_rise",
        Print::ChangeIn(["systolic_rise_lo", "systolic_rise_hi"]),
    ),
    ("Diastolic before", "mean_diastolic_before", Print::Number(0)),
    (
        "Diastolic rise",
        "mean_diastolic_rise",
        Print::ChangeIn(["diastolic_rise_lo", "diastolic_rise_hi"]),
    ),
    ("Risen, %", "risen_share", Print::PercentIn(["risen_lo", "risen_hi"])),
    ("High, %", "high_share", Print::PercentIn(["high_lo", "high_hi"])),
    (
        "Low oxygen, %",
        "low_saturation_share",
        Print::PercentIn(["low_saturation_lo", "low_saturation_hi"]),
    ),
];

/// The question about death or self-harm.
pub(super) const ITEM_9: SectionSpec = SectionSpec {
    id: "item-9",
    title: "The question about self-harm",
    brief: "Item 9 before and after",
    lead: "Answers to the question about death or self-harm after each infusion, against those of \
           the same people before treatment.",
    cautions: &[[
        "Not a clinical alert.",
        "Counts of groups, made after the fact. Whoever answers this question with more than 0 needs \
         somebody to talk to them on that day, not this report.",
    ]],
    empty: "No instrument with such a question was scored.",
    articles: &[ArticleSpec {
        by: By::Instrument,
        figures: &["item_9_"],
        shapes: &[Shape {
            table: "item_9",
            summary: "Lower, gone, higher, new",
            caption: "answers after each infusion against those before, by route. Not a clinical \
                      alert.",
            note: "Shares are of those who answered both times. Lower: among them those gone, to 0. \
                   Higher: among them those new, from 0.",
            only: &[],
            group: Some(by_route),
            line: ("Infusion", infusion),
            columns: &ITEM_9_COLUMNS,
        }],
        finding: Some(item_9_finding),
    }],
};

const ITEM_9_COLUMNS: [Column; 6] = [
    ("Answered twice", "n_both", Print::Count),
    ("Above 0 before", "n_endorsed_before", Print::Count),
    ("Lower, %", "reduced_share", Print::PercentIn(["reduced_lo", "reduced_hi"])),
    ("Gone, %", "resolved_share", Print::PercentIn(["resolved_lo", "resolved_hi"])),
    ("Higher, %", "increased_share", Print::PercentIn(["increased_lo", "increased_hi"])),
    ("New, %", "new_share", Print::PercentIn(["new_lo", "new_hi"])),
];

/// A way of asking, as the name of an article.
fn capture(code: &str) -> String {
    match code {
        "structured" => "Side effects, asked from a list",
        "spontaneous" => "Side effects, told unasked",
        _ => "Side effects, way of asking not stated",
    }
    .into()
}

fn term(table: &Table, row: usize) -> String {
    side_effects::label(table.text(row, "term"))
}

fn infusion_or_any(table: &Table, row: usize) -> String {
    match table.int(row, "infusion") {
        Some(0) => "Any infusion".into(),
        infusion => infusion.map(|infusion| infusion.to_string()).unwrap_or_default(),
    }
}

fn infusion_heading(table: &Table, row: usize) -> String {
    match table.int(row, "infusion") {
        Some(0) => "At any infusion up to the last reported".into(),
        _ => format!("Infusion {}", infusion(table, row)),
    }
}

/// The row of any side effect at any infusion, all routes.
fn any_effect(table: &Table, rows: &[usize]) -> Option<usize> {
    rows.iter().copied().find(|&row| {
        table.text(row, "route") == ALL
            && table.text(row, "term") == "any"
            && table.int(row, "infusion") == Some(0)
    })
}

fn effects_finding(reader: Reader<'_>, rows: &[usize]) -> Option<String> {
    let row = any_effect(reader.table, rows)?;
    let share = reader.percent_in(row, "share", ["lo", "hi"]);
    let people = reader.count(row, "n_persons");
    (share.is_shown() && people.is_shown()).then(|| {
        format!(
            "{}\u{a0}% (95\u{a0}% interval {}) of {} people had a side effect at some infusion.",
            share.text, share.interval, people.text
        )
    })
}

/// The first infusion whose numbers are shown, all routes.
fn first_shown(reader: Reader<'_>, rows: &[usize], columns: [&str; 2]) -> Option<usize> {
    let is_of = |row: usize| {
        reader.table.text(row, "route") == ALL
            && reader.count(row, columns[0]).is_shown()
            && reader.number(row, columns[1], 0).is_shown()
    };
    rows.iter().copied().find(|&row| is_of(row))
}

fn dissociation_finding(reader: Reader<'_>, rows: &[usize]) -> Option<String> {
    let row = first_shown(reader, rows, ["n_persons", "mean_total"])?;
    let mean = reader.number_in(row, "mean_total", 1, ["total_lo", "total_hi"]);
    Some(format!(
        "At infusion {}, the mean total was {} (95\u{a0}% interval {}) in {} people.",
        infusion(reader.table, row),
        mean.text,
        mean.interval,
        reader.count(row, "n_persons").text
    ))
}

fn pressure_finding(reader: Reader<'_>, rows: &[usize]) -> Option<String> {
    let row = first_shown(reader, rows, ["n_persons", "mean_systolic_rise"])?;
    let limits = ["systolic_rise_lo", "systolic_rise_hi"];
    let rise = reader.change_in(row, "mean_systolic_rise", limits);
    Some(format!(
        "At infusion {}, systolic pressure changed by {} mmHg on average (95\u{a0}% interval {}) in \
         {} people.",
        infusion(reader.table, row),
        rise.text,
        rise.interval,
        reader.count(row, "n_persons").text
    ))
}

/// Fewer people than this and a share of them says nothing.
const LEAST_ANSWERED: i64 = 11;

/// The last infusion after which at least half as many answered twice as after any.
fn item_9_finding(reader: Reader<'_>, rows: &[usize]) -> Option<String> {
    let table = reader.table;
    let is_whole = |row: &&usize| table.text(**row, "route") == ALL;
    let words = |row: usize| {
        let people = reader.count(row, "n_both");
        let lower = reader.percent_in(row, "reduced_share", ["reduced_lo", "reduced_hi"]);
        let higher = reader.percent_in(row, "increased_share", ["increased_lo", "increased_hi"]);
        [&people, &lower, &higher].into_iter().all(Cell::is_shown).then(|| {
            format!(
                "After infusion {}, of {} people who answered twice, {}\u{a0}% (95\u{a0}% interval \
                 {}) answered lower than before, and {}\u{a0}% ({}) higher.",
                infusion(table, row),
                people.text,
                lower.text,
                lower.interval,
                higher.text,
                higher.interval
            )
        })
    };
    let people = |row: &usize| table.int(*row, "n_both").unwrap_or_default();
    let whole: Vec<usize> = rows.iter().filter(is_whole).copied().collect();
    let most = whole.iter().map(people).max().filter(|most| *most > 0)?;
    if most < LEAST_ANSWERED {
        return Some("Too few people answered twice to say what changed.".into());
    }
    let well_filled = whole.into_iter().filter(|row| 2 * people(row) >= most);
    well_filled.filter_map(words).next_back()
}
