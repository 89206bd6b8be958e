//! Side effects by term, at any infusion and at some, as dots with intervals: one figure per way of
//! asking, since what is told unasked and what is found with a list are never added up.

use super::axis::Axis;
use super::by_route::Rows;
use super::codes::plain;
use super::dot_plot::{Dot, DotPlot, Group, Kind, PanelName, Row, Value};
use super::dot_words::{self, BARE_SHARE, HIDDEN_ROWS, WHISKERS};
use super::figure::{Figure, Plot};
use super::marking::Marking;
use super::number::{Number, percent, thousands};
use super::words::{INTERVAL, percent_interval};
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;
use std::fmt::Write as _;

/// Column of the table for any infusion.
const ANY: i64 = 0;
/// Infusions shown beside it: the first, one between and the last.
const INFUSIONS: usize = 3;
/// Side effects named in a finding.
const NAMED: usize = 3;

/// A way of asking.
struct Capture {
    code: &'static str,
    /// In a title: "Asked from a list, 82 % had dissociation and 80 % sedation at some infusion".
    words: &'static str,
    note: &'static str,
    /// What a share is of.
    axis: &'static str,
    /// Whom a number counts, and who is missing where it is 0.
    people: [&'static str; 2],
}

const CAPTURES: [Capture; 3] = [
    Capture {
        code: "structured",
        words: "Asked from a list",
        note: "Asked from a list: people are asked about each side effect, so that more are found.",
        axis: "Share of people asked who had the side effect",
        people: ["people asked", "nobody asked"],
    },
    Capture {
        code: "spontaneous",
        words: "Told unasked",
        note: "Told unasked: of people who told of some side effect, where a site writes down only those; shares are then too high.",
        axis: "Share of people with a report who told of the side effect",
        people: ["people with a report", "nobody with a report"],
    },
    Capture {
        code: "unstated",
        words: "Way of asking not stated",
        note: "It is not stated how people were asked.",
        axis: "Share of people with a report who had the side effect",
        people: ["people with a report", "nobody with a report"],
    },
];

/// The figures of a `side_effects` table, one per way of asking, over all routes.
#[must_use]
pub fn figures(table: &Disclosed<Table>, marking: Marking) -> Vec<Figure> {
    let rows = Rows::all(table.get()).only("route", "all");
    CAPTURES.iter().filter_map(|capture| figure(&rows, capture, marking)).collect()
}

fn figure(rows: &Rows<'_>, capture: &Capture, marking: Marking) -> Option<Figure> {
    let rows = rows.only("capture", capture.code);
    let panels = infusions(&rows)?;
    let mut terms = rows.texts("term");
    // Whoever tells of something has something: that share says nothing.
    terms.retain(|term| *term != "any" || capture.code == "structured");
    let mut rows: Vec<(Row, &str)> = terms
        .into_iter()
        .map(|term| {
            let dots = panels
                .iter()
                .map(|infusion| vec![dot(&rows, *infusion, term, capture.people)])
                .collect();
            (Row { label: label(term), panels: dots }, term)
        })
        .collect();
    let share = |row: &Row| {
        row.panels.first().and_then(|dots| dots.first()).and_then(|dot| dot.value.known())
    };
    // Any at all, then the most frequent first, those that are hidden last; ties in code order.
    rows.sort_by(|(a, one), (b, other)| {
        let of = |row| share(row).map_or(-1.0, |point| point.y);
        (*other == "any").cmp(&(*one == "any")).then(of(b).total_cmp(&of(a)))
    });
    let named: Vec<(String, super::line_chart::Point)> = rows
        .iter()
        .filter(|(_, term)| *term != "any")
        .filter_map(|(row, _)| Some((row.label.to_lowercase(), share(row)?)))
        .filter(|(_, point)| point.y > 0.0)
        .take(NAMED)
        .collect();
    let asked: Vec<Number> = panels
        .iter()
        .enumerate()
        .map(|(at, _)| {
            rows.first()
                .and_then(|(row, _)| row.panels.get(at)?.first().map(|dot| dot.number))
                .unwrap_or(Number::None)
        })
        .collect();
    let names = panels.iter().zip(&asked).map(|(infusion, asked)| PanelName {
        label: if *infusion == ANY {
            "Any infusion".into()
        } else {
            format!("Infusion {infusion}")
        },
        below: match asked {
            Number::Count(count) => format!("{} people", thousands(*count)),
            _ => String::new(),
        },
    });
    let rows: Vec<Row> = rows.into_iter().map(|(row, _)| row).collect();
    let dots = rows.iter().flat_map(|row| row.panels.iter().flatten());
    let reach = dot_words::reach(dots);
    let plot = DotPlot {
        x: Axis::small_shares(capture.axis, reach),
        reference: None,
        series: vec![Kind::lone()],
        panels: names.collect(),
        groups: vec![Group { heading: String::new(), rows }],
        counts_label: String::new(),
    };
    let mut notes = vec![format!("{WHISKERS} (Wilson)."), capture.note.into()];
    if plot.has_hidden() {
        notes.push(HIDDEN_ROWS.into());
    }
    let measure = format!("Side effects by infusion. {}", capture.words);
    let title = named.split_first().map(|((term, point), others)| {
        let other = others
            .first()
            .map_or_else(String::new, |(term, point)| format!(" and {} {term}", percent(point.y)));
        format!("{}, {} had {term}{other} at some infusion", capture.words, percent(point.y))
    });
    let finding = if named.is_empty() {
        format!("{}: no share can be shown.", capture.words)
    } else {
        let parts: Vec<String> = named
            .iter()
            .map(|(term, point)| {
                format!("{term} in {}{}", percent(point.y), percent_interval(*point, INTERVAL))
            })
            .collect();
        let whom = match asked.first() {
            Some(Number::Count(count)) => format!("Of {} people, ", thousands(*count)),
            _ => String::new(),
        };
        super::codes::capital(&format!("{whom}at any infusion: {}.", parts.join("; ")))
    };
    Some(Figure {
        name: format!("side_effects_{}", capture.code),
        instrument: "all".into(),
        table: "side_effects",
        title: title.unwrap_or_else(|| measure.clone()),
        subtitle: format!(
            "{measure}: share of people who had each of them, at any infusion and at single ones."
        ),
        finding,
        alt: format!(
            "Dot plot: share of people with each side effect. {}.{}",
            capture.words,
            dot_words::listing(&plot)
        ),
        plot: Plot::Dots(plot),
        notes,
        markings: marking.lines(),
    })
}

/// Any infusion, then the first, one between and the last at which a share can be shown; `None`
/// where nobody was ever asked.
fn infusions(rows: &Rows<'_>) -> Option<Vec<i64>> {
    if rows.is_empty() {
        return None;
    }
    let is_shown = |infusion: &i64| {
        let rows = rows.at("infusion", *infusion);
        let share = |term: &str| rows.only("term", term).float("share");
        *infusion != ANY && rows.texts("term").into_iter().any(|term| share(term).is_some())
    };
    let asked: Vec<i64> = rows.ints("infusion").into_iter().filter(is_shown).collect();
    let last = asked.len().saturating_sub(1);
    let mut places: Vec<usize> = (0..INFUSIONS).map(|step| step * last / (INFUSIONS - 1)).collect();
    places.dedup();
    let chosen = places.into_iter().filter_map(|place| asked.get(place).copied());
    Some(std::iter::once(ANY).chain(chosen).collect())
}

/// A term as it is named in charts and tables.
#[must_use]
pub fn label(term: &str) -> String {
    match term {
        "any" => "Any side effect".into(),
        "other" => "Something else".into(),
        "blood-pressure-increased" => "Raised blood pressure".into(),
        "dysgeusia" => "Changed taste".into(),
        term => plain(term),
    }
}

fn dot(rows: &Rows<'_>, infusion: i64, term: &str, [people, nobody]: [&str; 2]) -> Dot {
    let row = rows.at("infusion", infusion).only("term", term);
    let when = if infusion == ANY { "any infusion".into() } else { format!("infusion {infusion}") };
    let who = format!("{}, {when}", label(term));
    let value = row.value("share", ["lo", "hi"]);
    let mut dot = dot_words::dot(value, row.number("n_persons"), BARE_SHARE, &who, people, nobody);
    if let (Value::Known(_), Some(limit)) = (value, row.float("upper_if_none")) {
        let _ = write!(dot.readout, ", exact upper limit {}", percent(limit));
    }
    dot
}

#[cfg(test)]
mod tests {
    use super::super::fixture::dots;
    use super::super::sheet_fixture::{sheet, told};
    use super::*;

    const HEADS: &str = "route:text infusion:int capture:text term:text n_persons:int persons_with:int share:float lo:float hi:float upper_if_none:float hidden:text na_reason:text";

    #[test]
    fn each_way_of_asking_has_a_figure_and_the_most_frequent_comes_first() {
        let table = sheet(
            "side_effects",
            HEADS,
            "all 0 structured any 228 200 0.88 0.83 0.92 NA . upper_if_none=seen
             all 0 structured nausea 228 128 0.56 0.5 0.62 NA . upper_if_none=seen
             all 0 structured sedation 228 183 0.8 0.75 0.85 NA . upper_if_none=seen
             all 0 structured vomiting 228 NA NA NA NA NA persons_with;share;lo;hi;upper_if_none .
             all 0 structured cystitis 228 0 0 0 0.02 0.01 . .
             all 1 structured any 228 195 0.86 0.8 0.9 NA . upper_if_none=seen
             all 1 structured nausea 228 47 0.21 0.16 0.26 NA . upper_if_none=seen
             all 1 structured sedation 228 81 0.36 0.3 0.42 NA . upper_if_none=seen
             all 1 structured vomiting 228 NA NA NA NA NA persons_with;share;lo;hi;upper_if_none .
             all 1 structured cystitis 228 0 0 0 0.02 0.01 . .
             all 2 structured any 0 0 NA NA NA NA . share=nobody
             all 0 spontaneous any 90 90 1 0.96 1 NA . upper_if_none=seen
             all 0 spontaneous nausea 90 45 0.5 0.4 0.6 NA . upper_if_none=seen
             all 1 spontaneous any 40 40 1 0.91 1 NA . upper_if_none=seen
             all 1 spontaneous nausea 40 20 0.5 0.35 0.65 NA . upper_if_none=seen
             oral 0 structured nausea 20 19 0.95 0.76 0.99 NA . upper_if_none=seen",
        );
        let figures = figures(&table, Marking::default());
        let [structured, spontaneous] = figures.as_slice() else { panic!("two ways of asking") };
        insta::assert_snapshot!("side_effects_structured", told(structured));
        let labels: Vec<&str> =
            dots(spontaneous).groups[0].rows.iter().map(|row| row.label.as_str()).collect();
        assert_eq!(labels, ["Nausea"], "whoever tells of something has something");
    }
}
