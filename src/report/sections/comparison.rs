//! Routes against each other: one test over all, then pair by pair, and what is known of whom.

use super::super::cell::{Cell, Notes, Reader};
use super::super::document::InstrumentNote;
use super::line::Line;
use super::stratum::{Stratum, strata};
use super::{distinct, instrument_name, whole_of, with};
use crate::charts::theme;
use serde::Serialize;

/// Pairs named in the finding.
const MOST_NAMED: usize = 3;
/// The three differences: of whom, where `{k}` is the infusion of comparison; the people on either
/// side, the difference and its limits.
const DIFFERENCES: [(&str, [&str; 5]); 3] = [
    (
        "Of those scored after infusion {k}",
        ["n_a", "n_b", "difference", "difference_lo", "difference_hi"],
    ),
    (
        "Of all enrolled, infusion {k} (NRI)",
        ["n_a_nri", "n_b_nri", "difference_nri", "difference_nri_lo", "difference_nri_hi"],
    ),
    (
        "Of all enrolled, day 28 (NRI)",
        [
            "n_a_day28",
            "n_b_day28",
            "difference_day28",
            "difference_day28_lo",
            "difference_day28_hi",
        ],
    ),
];

/// One instrument.
#[derive(Debug, Serialize)]
pub(crate) struct Comparison {
    pub(super) code: String,
    name: String,
    infusion: Option<i64>,
    pub(super) finding: String,
    n_tests: Option<i64>,
    tests: Vec<Line>,
    test_notes: Notes,
    pairs: Vec<Pair>,
    notes: Notes,
    strata: Vec<Stratum>,
}

/// The differences of a pair of routes.
#[derive(Debug, Serialize)]
struct Pair {
    label: String,
    lines: Vec<Line>,
}

/// The instruments, in the order of the table.
pub(crate) fn comparisons(reader: Reader<'_>, notes: &[InstrumentNote]) -> Vec<Comparison> {
    let table = reader.table;
    let every: Vec<usize> = (0..table.n_rows()).collect();
    distinct(table, &every, "instrument")
        .into_iter()
        .map(|code| {
            let rows = whole_of(table, code);
            let (joint, pairs) = parted(reader, &rows);
            let infusion = rows.iter().find_map(|&row| table.int(row, "infusion"));
            let lines = |row: &usize| Pair {
                label: pair_label(reader, *row),
                lines: differences(reader, *row, infusion),
            };
            let tests: Vec<Line> =
                joint.iter().chain(&pairs).map(|&row| test_line(reader, row)).collect();
            let differences: Vec<Pair> = pairs.iter().map(lines).collect();
            let cells = differences.iter().flat_map(|pair| &pair.lines);
            let every = with(table, &every, "instrument", code);
            Comparison {
                code: code.into(),
                name: instrument_name(notes, code),
                infusion,
                finding: finding(reader, joint, &pairs, infusion),
                n_tests: pairs.iter().find_map(|&row| table.int(row, "n_tests")),
                test_notes: Notes::of(tests.iter().flat_map(|line| &line.cells)),
                tests,
                notes: Notes::of(cells.flat_map(|line| &line.cells)),
                pairs: differences,
                strata: strata(table, &every, |rows| level(reader, rows)),
            }
        })
        .collect()
}

/// The row of the test over all routes, and those of the pairs.
fn parted(reader: Reader<'_>, rows: &[usize]) -> (Option<usize>, Vec<usize>) {
    let (joint, pairs): (Vec<usize>, Vec<usize>) =
        rows.iter().partition(|&&row| reader.table.text(row, "route_a") == "all");
    (joint.first().copied(), pairs)
}

/// "Intravenous minus intranasal".
fn pair_label(reader: Reader<'_>, row: usize) -> String {
    let [a, b] =
        ["route_a", "route_b"].map(|side| theme::route_label(reader.table.text(row, side)));
    format!("{a} minus {}", b.to_lowercase())
}

/// "Intravenous and intranasal"; all routes together have one name.
fn test_line(reader: Reader<'_>, row: usize) -> Line {
    let [a, b] =
        ["route_a", "route_b"].map(|side| theme::route_label(reader.table.text(row, side)));
    let label = if a == b { a.to_owned() } else { format!("{a} and {}", b.to_lowercase()) };
    // The one test over all routes has nothing to adjust for.
    let adjusted = if a == b { Cell::blank() } else { reader.p_value(row, "logrank_p_holm") };
    let cells = vec![
        reader.statistic(row, "logrank_chisq"),
        reader.count(row, "logrank_df"),
        reader.p_value(row, "logrank_p"),
        adjusted,
    ];
    Line::of(&label, cells)
}

/// The difference, then the people on either side.
fn difference(reader: Reader<'_>, row: usize, columns: [&str; 5]) -> [Cell; 3] {
    let [n_a, n_b, value, lo, hi] = columns;
    [reader.points_in(row, value, [lo, hi]), reader.count(row, n_a), reader.count(row, n_b)]
}

fn differences(reader: Reader<'_>, row: usize, infusion: Option<i64>) -> Vec<Line> {
    let k = infusion.map_or_else(String::new, |infusion| infusion.to_string());
    let line = |(of, columns): (&str, [&str; 5])| {
        Line::of(&of.replace("{k}", &k), difference(reader, row, columns).into())
    };
    DIFFERENCES.into_iter().map(line).collect()
}

/// A line per pair of a level: the observed difference, the adjusted p-value, the people.
fn level(reader: Reader<'_>, rows: &[usize]) -> Vec<Line> {
    let (_, pairs) = parted(reader, rows);
    pairs
        .into_iter()
        .map(|row| {
            let [value, a, b] = difference(reader, row, DIFFERENCES[0].1);
            let p = reader.p_value(row, "logrank_p_holm");
            Line::of(&pair_label(reader, row), vec![value, p, a, b])
        })
        .collect()
}

/// What the comparison says, with its numbers of people and intervals, and its caution.
fn finding(
    reader: Reader<'_>,
    joint: Option<usize>,
    pairs: &[usize],
    infusion: Option<i64>,
) -> String {
    let mut sentences: Vec<String> =
        joint.and_then(|row| test_words(reader, row)).into_iter().collect();
    let named: Vec<String> =
        pairs.iter().filter_map(|&row| pair_words(reader, row)).take(MOST_NAMED).collect();
    if let Some(infusion) = infusion.filter(|_| !named.is_empty()) {
        sentences.push(format!("Responded after infusion {infusion}: {}.", named.join("; ")));
    }
    if sentences.is_empty() {
        sentences.push("No two routes can be compared: too few people, or hidden.".into());
    }
    sentences.push("Routes are not randomised.".into());
    sentences.join(" ")
}

fn test_words(reader: Reader<'_>, row: usize) -> Option<String> {
    let p = reader.p_value(row, "logrank_p");
    let chi_square = reader.statistic(row, "logrank_chisq");
    let df = reader.table.int(row, "logrank_df")?;
    let is = if p.text.starts_with('<') { "" } else { "= " };
    let degrees = if df == 1 { "degree" } else { "degrees" };
    (p.is_shown() && chi_square.is_shown()).then(|| {
        format!(
            "Log-rank test over {} routes: \u{3c7}\u{b2}\u{a0}{} on {df} {degrees} of freedom, p\u{a0}{is}{}.",
            df + 1,
            chi_square.text,
            p.text
        )
    })
}

/// "intravenous minus intranasal +12 points (95 % interval 3 to 21; 196 and 92 people)".
fn pair_words(reader: Reader<'_>, row: usize) -> Option<String> {
    let [value, a, b] = difference(reader, row, DIFFERENCES[0].1);
    [&a, &b, &value].into_iter().all(Cell::is_shown).then(|| {
        format!(
            "{} {} percentage points (95\u{a0}% interval {}; {} and {} people)",
            pair_label(reader, row).to_lowercase(),
            value.text,
            value.interval,
            a.text,
            b.text
        )
    })
}
