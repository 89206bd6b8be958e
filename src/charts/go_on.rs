//! "Should we go on?": of those not yet improved after an infusion, how many respond later. One
//! figure per instrument, a row per infusion.

use super::axis::Axis;
use super::by_route::{Rows, instrument_codes};
use super::dot_plot::{Dot, DotPlot, Group, Kind, PanelName, Row};
use super::dot_words::{self, HIDDEN_ROWS, SHARE, WHISKERS};
use super::figure::{Figure, Plot};
use super::line_chart::Point;
use super::marking::Marking;
use super::number::{Number, percent, thousands};
use super::response_rate::define;
use super::theme::{self, Look, Mark};
use super::words::{INTERVAL, percent_interval};
use crate::event::instrument::{Instrument, Instruments};
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;

/// The figures of a `go_on` table, in the order of its instruments.
#[must_use]
pub fn figures(
    table: &Disclosed<Table>,
    instruments: &Instruments,
    marking: Marking,
) -> Vec<Figure> {
    let table = table.get();
    let of = |code| figure(table, code, instruments.get(code)?, marking);
    instrument_codes(table).into_iter().filter_map(of).collect()
}

/// What can be shown of a landmark: those not improved after an infusion, of whom so many respond.
struct Landmark {
    infusion: i64,
    by: i64,
    share: Point,
    n: Number,
}

fn figure(table: &Table, code: &str, instrument: &Instrument, marking: Marking) -> Option<Figure> {
    let name = &instrument.name;
    let definition = define(instrument, instrument.response?);
    let rows = Rows::of(table, code).only("stratum", "all").only("route", "all");
    let rows = rows.only("group", "not-improved");
    if rows.is_empty() {
        return None;
    }
    let mut groups = Vec::new();
    let mut landmarks = Vec::new();
    for by in rows.ints("by_infusion") {
        let rows = rows.at("by_infusion", by);
        let infusions = rows.ints("infusion").into_iter().filter(|infusion| *infusion < by);
        let group = infusions.map(|infusion| {
            let row = rows.at("infusion", infusion);
            if let Some(share) = row.point("estimate", ["lo", "hi"]) {
                landmarks.push(Landmark { infusion, by, share, n: row.number("n") });
            }
            Row {
                label: format!("Not improved after {infusion}"),
                panels: vec![dots(&row, infusion, by)],
            }
        });
        groups
            .push(Group { heading: format!("Responded by infusion {by}"), rows: group.collect() });
    }
    groups.retain(|group| !group.rows.is_empty());
    let all = theme::look("all");
    let went_on = Look { mark: Mark::Diamond, ..theme::look("intramuscular") };
    let plot = DotPlot {
        x: Axis::shares("Share who responded later"),
        reference: None,
        series: vec![
            Kind { label: "Of all who were not improved".into(), look: all },
            Kind { label: "Of those who were treated again".into(), look: went_on },
        ],
        panels: vec![PanelName { label: String::new(), below: String::new() }],
        groups,
        counts_label: "People".into(),
    };
    let mut notes = vec![
        format!("{WHISKERS} (of all: Aalen-Johansen, log-log; of those treated again: Wilson)."),
        "Of all: stopping counts as no response. Of those treated again: only people who went on, who may differ from those who stopped.".into(),
    ];
    if plot.has_hidden() {
        notes.push(HIDDEN_ROWS.into());
    }
    let measure =
        format!("{name}: response later, among people not yet improved after an infusion");
    Some(Figure {
        name: format!("go_on_{code}"),
        instrument: code.into(),
        table: "go_on",
        title: title(&landmarks).unwrap_or_else(|| measure.clone()),
        subtitle: format!("{measure}. {definition}"),
        finding: finding(name, &landmarks),
        alt: format!(
            "Dot plot: share of people not improved on the {name} after an infusion who responded later, 0 to 100\u{a0}%. {definition}{}",
            dot_words::listing(&plot)
        ),
        plot: Plot::Dots(plot),
        notes,
        markings: marking.lines(),
    })
}

/// Of all, and of those who went on.
fn dots(row: &Rows<'_>, infusion: i64, by: i64) -> Vec<Dot> {
    let who =
        |of: &str| format!("Not improved after infusion {infusion}, responded by {by}, of {of}");
    let all = dot_words::dot(
        row.value("estimate", ["lo", "hi"]),
        row.number("n"),
        SHARE,
        &who("all"),
        "people",
        "nobody",
    );
    let went_on = dot_words::dot(
        row.value("went_on_rate", ["went_on_lo", "went_on_hi"]),
        row.number("n_went_on"),
        SHARE,
        &who("those treated again"),
        "people",
        "nobody",
    );
    vec![all, went_on]
}

/// The first and the last landmark that can be shown, of those followed the furthest.
fn ends(landmarks: &[Landmark]) -> Option<(&Landmark, Option<&Landmark>)> {
    let by = landmarks.iter().map(|landmark| landmark.by).max()?;
    let mut furthest = landmarks.iter().filter(|landmark| landmark.by == by);
    let first = furthest.next()?;
    Some((first, furthest.next_back()))
}

/// "Not improved after infusion 1: 35 % responded by infusion 8; after infusion 5: 12 %".
fn title(landmarks: &[Landmark]) -> Option<String> {
    let (first, last) = ends(landmarks)?;
    let later = last.map_or_else(String::new, |last| {
        format!("; not improved after {}: {}", last.infusion, percent(last.share.y))
    });
    let (infusion, share, by) = (first.infusion, percent(first.share.y), first.by);
    Some(format!(
        "Not improved after infusion {infusion}: {share} responded by infusion {by}{later}"
    ))
}

/// What the figure shows, in words.
fn finding(name: &str, landmarks: &[Landmark]) -> String {
    let Some((first, last)) = ends(landmarks) else {
        return format!("No later response on the {name} can be shown: the groups are too small.");
    };
    let whom = |number: Number| match number {
        Number::Count(count) => format!("the {} people", thousands(count)),
        _ => "those".into(),
    };
    let interval = percent_interval(first.share, INTERVAL);
    let mut text = format!(
        "Of {} not improved after infusion {}, {}{interval} responded by infusion {}",
        whom(first.n),
        first.infusion,
        percent(first.share.y),
        first.by
    );
    if let Some(last) = last {
        let interval = percent_interval(last.share, "");
        text += &format!(
            "; of {} not improved after infusion {}, {}{interval}",
            whom(last.n),
            last.infusion,
            percent(last.share.y)
        );
    }
    text + "."
}
