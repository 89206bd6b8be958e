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
use super::theme;
use super::words::{INTERVAL, percent_interval};
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;

/// Column of the table for any infusion.
const ANY: i64 = 0;
/// Infusions shown beside it: the first, one between and the last.
const INFUSIONS: usize = 3;
/// Side effects named in a finding.
const NAMED: usize = 3;

/// A way of asking.
struct Capture {
    code: &'static str,
    /// In a title: "Asked from a list, ...".
    words: &'static str,
    note: &'static str,
}

const CAPTURES: [Capture; 3] = [
    Capture {
        code: "structured",
        words: "Asked from a list",
        note: "Asked from a list: people are asked about each side effect, so that more are found.",
    },
    Capture {
        code: "spontaneous",
        words: "Told unasked",
        note: "Told unasked: of people who told of some side effect, where a site writes down only those; shares are then too high.",
    },
    Capture {
        code: "unstated",
        words: "Way of asking not stated",
        note: "It is not stated how people were asked.",
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
            let dots = panels.iter().map(|infusion| vec![dot(&rows, *infusion, term)]).collect();
            (Row { label: label(term), panels: dots }, term)
        })
        .collect();
    let share = |row: &Row| {
        row.panels.first().and_then(|dots| dots.first()).and_then(|dot| dot.value.known())
    };
    // The most frequent first, those that are hidden last; ties in code order.
    rows.sort_by(|(a, _), (b, _)| {
        let of = |row| share(row).map_or(-1.0, |point| point.y);
        of(b).total_cmp(&of(a))
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
        label: if *infusion == ANY { "At any".into() } else { format!("At infusion {infusion}") },
        below: match asked {
            Number::Count(count) => format!("{} people", thousands(*count)),
            _ => String::new(),
        },
    });
    let rows: Vec<Row> = rows.into_iter().map(|(row, _)| row).collect();
    let dots = rows.iter().flat_map(|row| row.panels.iter().flatten());
    let reach = dot_words::reach(dots);
    let plot = DotPlot {
        x: Axis::small_shares("Share of people asked who had the side effect", reach),
        reference: None,
        series: vec![Kind { label: String::new(), look: theme::look("all") }],
        panels: names.collect(),
        groups: vec![Group { heading: String::new(), rows }],
        counts_label: String::new(),
    };
    let mut notes = vec![
        format!("{WHISKERS} (Wilson). The axis begins at 0 and ends where the values do."),
        capture.note.into(),
    ];
    if plot.has_hidden() {
        notes.push(HIDDEN_ROWS.into());
    }
    let measure = format!("Side effects by infusion. {}", capture.words);
    let title = (!named.is_empty()).then(|| {
        let parts: Vec<String> = named
            .iter()
            .take(2)
            .map(|(term, point)| format!("{term} {}", percent(point.y)))
            .collect();
        format!("{}, the most frequent side effects were {}", capture.words, parts.join(", "))
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
        subtitle: format!("{measure}: share of people who had each, at any infusion and at some."),
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

/// Any infusion, then the first, one between and the last at which somebody was asked; `None` where
/// nobody ever was.
fn infusions(rows: &Rows<'_>) -> Option<Vec<i64>> {
    let is_asked = |infusion: &i64| {
        *infusion != ANY
            && !matches!(
                rows.at("infusion", *infusion).number("n_persons"),
                Number::Count(0) | Number::None
            )
    };
    let asked: Vec<i64> = rows.ints("infusion").into_iter().filter(is_asked).collect();
    let last = asked.len().checked_sub(1)?;
    let mut places: Vec<usize> = (0..INFUSIONS).map(|step| step * last / (INFUSIONS - 1)).collect();
    places.dedup();
    let chosen = places.into_iter().filter_map(|place| asked.get(place).copied());
    Some(std::iter::once(ANY).chain(chosen).collect())
}

fn label(term: &str) -> String {
    match term {
        "any" => "Any side effect".into(),
        "other" => "Something else".into(),
        "blood-pressure-increased" => "Raised blood pressure".into(),
        "dysgeusia" => "Changed taste".into(),
        term => plain(term),
    }
}

fn dot(rows: &Rows<'_>, infusion: i64, term: &str) -> Dot {
    let row = rows.at("infusion", infusion).only("term", term);
    let when = if infusion == ANY { "any infusion".into() } else { format!("infusion {infusion}") };
    let who = format!("{}, {when}", label(term));
    let value = row.value("share", ["lo", "hi"]);
    let mut dot = dot_words::dot(
        value,
        row.number("n_persons"),
        BARE_SHARE,
        &who,
        "people asked",
        "nobody asked",
    );
    if let (Value::Known(_), Some(limit)) = (value, row.float("upper_if_none")) {
        dot.readout += &format!(", exact upper limit {}", percent(limit));
    }
    dot
}
