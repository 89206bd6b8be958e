//! Routes compared fairly: like people weighed alike, with the balance that was reached, or the
//! reason why it was refused.

use super::super::cell::{Cell, Reader};
use super::super::grid::{Grid, Group, Line, heads};
use super::super::tables::{every, with};
use crate::charts::theme;

/// The two outcomes, in words.
fn outcome(code: &str, infusion: Option<i64>) -> String {
    match (code, infusion) {
        ("nri-at-infusion", Some(infusion)) => format!("Response after infusion {infusion} (NRI)"),
        _ => "Response at day 28 (NRI)".into(),
    }
}

/// What speaks against a comparison, in words.
fn why_refused(codes: &str) -> String {
    let words = codes.split(';').filter_map(|code| match code {
        "edge" => Some("some people could hardly have had the other route"),
        "effective-size" => Some("weighting leaves too few people to speak for the rest"),
        "imbalance" => Some("the people stay too unlike even after weighting"),
        _ => None,
    });
    words.collect::<Vec<_>>().join("; ")
}

fn pair(reader: Reader<'_>, row: usize) -> String {
    let [a, b] =
        ["route_a", "route_b"].map(|side| theme::route_label(reader.table.text(row, side)));
    format!("{a} minus {}", b.to_lowercase())
}

fn rows_of(reader: Reader<'_>, code: &str) -> Vec<usize> {
    with(reader.table, &every(reader.table), "instrument", code)
}

/// A sentence a pair: the adjusted difference, or that it is refused and why.
pub(super) fn remarks(reader: Reader<'_>, code: &str) -> Vec<String> {
    let rows = with(reader.table, &rows_of(reader, code), "outcome", "nri-at-infusion");
    let remark = |row: usize| {
        let refused = why_refused(reader.table.text(row, "refused"));
        if !refused.is_empty() {
            return Some(format!(
                "{}: adjusting was refused, because {refused}.",
                pair(reader, row)
            ));
        }
        let difference =
            reader.points_in(row, "weighted_difference", ["weighted_lo", "weighted_hi"]);
        (difference.is_shown() && !difference.interval.is_empty()).then(|| {
            format!(
                "{}, adjusted: {} percentage points (95\u{a0}% interval {}).",
                pair(reader, row),
                difference.text,
                difference.interval
            )
        })
    };
    rows.into_iter().filter_map(remark).collect()
}

/// The adjusted differences, and the balance behind them; none without rows.
pub(super) fn grids(reader: Reader<'_>, name: &str, code: &str) -> Vec<Grid> {
    let rows = rows_of(reader, code);
    if rows.is_empty() {
        return Vec::new();
    }
    let differences = |row: usize| {
        let weighted = ["weighted_lo", "weighted_hi"];
        let standardised = ["standardised_lo", "standardised_hi"];
        vec![
            reader.points_in(row, "crude_difference", ["", ""]),
            reader.points_in(row, "weighted_difference", weighted),
            reader.points_in(row, "standardised_difference", standardised),
            reader.count(row, "n_a"),
            reader.count(row, "n_b"),
            refusal(reader, row),
        ]
    };
    let balance = |row: usize| {
        vec![
            reader.number(row, "unlike_before", 2),
            reader.number(row, "unlike_after", 2),
            covariate(reader, row),
            reader.number(row, "effective_n_a", 0),
            reader.number(row, "effective_n_b", 0),
            reader.percent(row, "at_the_edge"),
        ]
    };
    vec![
        Grid {
            summary: "Differences, adjusted".into(),
            caption: format!(
                "{name}: difference of the shares who responded, in percentage points, the first \
                 route minus the second, as it is and adjusted in two ways; 95\u{a0}% intervals in \
                 small letters. Routes are not randomised."
            ),
            note: "Weighted: people weighed by the inverse of the chance of their route. Modelled: \
                   by a model of the outcome, for everybody (g-computation). Intervals from resampled \
                   people."
                .into(),
            ..Grid::of(
                "adjusted_comparison",
                heads([
                    "Outcome",
                    "As it is",
                    "Weighted",
                    "Modelled",
                    "People, first",
                    "People, second",
                    "Refused because",
                ]),
                groups(reader, &rows, differences),
            )
        },
        Grid {
            summary: "How alike the people became".into(),
            caption: format!("{name}: balance before and after weighting."),
            note: "Unlike: the largest difference of a covariate between the two routes, in standard \
                   deviations; above 0.1 after weighting the comparison is refused. People worth: as \
                   many as would, weighing the same each, say as much. At the edge: share whose \
                   chance of the first route is outside 5 to 95\u{a0}%."
                .into(),
            ..Grid::of(
                "adjusted_comparison",
                heads([
                    "Outcome",
                    "Unlike before",
                    "Unlike after",
                    "Most unlike",
                    "People worth, first",
                    "People worth, second",
                    "At the edge, %",
                ]),
                groups(reader, &rows, balance),
            )
        },
    ]
}

/// A group per pair, a line per outcome.
fn groups(reader: Reader<'_>, rows: &[usize], cells: impl Fn(usize) -> Vec<Cell>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for &row in rows {
        let infusion = reader.table.int(row, "infusion");
        let line = Line::of(&outcome(reader.table.text(row, "outcome"), infusion), cells(row));
        let label = Some(pair(reader, row));
        match groups.iter_mut().find(|group| group.label == label) {
            Some(group) => group.lines.push(line),
            None => groups.push(Group { label, lines: vec![line] }),
        }
    }
    groups
}

/// What speaks against it; blank where nothing does.
fn refusal(reader: Reader<'_>, row: usize) -> Cell {
    match why_refused(reader.table.text(row, "refused")) {
        why if why.is_empty() => Cell::blank(),
        why => Cell::words(why),
    }
}

fn covariate(reader: Reader<'_>, row: usize) -> Cell {
    match reader.table.text(row, "most_unlike") {
        "" => reader.count(row, "most_unlike"),
        code => Cell::words(code.replace(['_', '-'], " ")),
    }
}
