//! "Should we go on?": of those not yet improved after an infusion, how many respond later. One
//! figure per instrument, a row per infusion.

use super::axis::Axis;
use super::by_route::{Rows, per_instrument};
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
use std::fmt::Write as _;

/// Estimate, limits and count of a group.
type Columns = (&'static str, [&'static str; 2], &'static str);

const ALL: Columns = ("estimate", ["lo", "hi"], "n");
const TREATED: Columns = ("went_on_rate", ["went_on_lo", "went_on_hi"], "n_went_on");

/// The figures of a `go_on` table, in the order of its instruments.
#[must_use]
pub fn figures(
    table: &Disclosed<Table>,
    instruments: &Instruments,
    marking: Marking,
) -> Vec<Figure> {
    per_instrument(table, instruments, |table, code, instrument| {
        figure(table, code, instrument, marking)
    })
}

/// What can be shown of a landmark: those not improved after an infusion, of whom so many respond.
struct Landmark {
    infusion: i64,
    by: i64,
    share: Point,
    n: Number,
    /// Of those treated again, and not of all.
    is_of_treated: bool,
}

impl Landmark {
    /// " of those treated again".
    const fn whom(&self) -> &'static str {
        if self.is_of_treated { " of those treated again" } else { "" }
    }
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
            for (y, limits, n) in [ALL, TREATED] {
                let Some(share) = row.point(y, limits) else { continue };
                let is_of_treated = y == TREATED.0;
                landmarks.push(Landmark { infusion, by, share, n: row.number(n), is_of_treated });
            }
            Row {
                label: format!("Not improved after {infusion}"),
                panels: vec![dots(&row, infusion, by)],
            }
        });
        groups
            .push(Group { heading: format!("Responded by infusion {by}"), rows: group.collect() });
    }
    let n_groups = groups.len();
    let is_shown = |row: &Row| row.panels.iter().flatten().any(|dot| dot.value.known().is_some());
    groups.retain(|group| !group.rows.is_empty());
    if groups.iter().any(|group| group.rows.iter().any(is_shown)) {
        groups.retain(|group| group.rows.iter().any(is_shown));
    }
    let is_short = groups.len() < n_groups;
    let all = theme::look("all");
    let went_on = Look { mark: Mark::Diamond, ..theme::look("intramuscular") };
    let plot = DotPlot {
        x: Axis::shares("Share who responded later"),
        reference: None,
        series: vec![
            Kind { label: "Of all who were not improved".into(), look: all },
            Kind { label: "Of those who were treated again".into(), look: went_on },
        ],
        panels: vec![PanelName::default()],
        groups,
        counts_label: "People".into(),
    };
    let mut notes = vec![
        format!("{WHISKERS} (of all: Aalen-Johansen, log-log; of those treated again: Wilson)."),
        "Of all: stopping counts as no response. Of those treated again: only people who went on, who may differ from those who stopped.".into(),
    ];
    if plot.has_hidden() || is_short {
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
        row.value(ALL.0, ALL.1),
        row.number(ALL.2),
        SHARE,
        &who("all"),
        "people",
        "nobody",
    );
    let went_on = dot_words::dot(
        row.value(TREATED.0, TREATED.1),
        row.number(TREATED.2),
        SHARE,
        &who("those treated again"),
        "people",
        "nobody",
    );
    vec![all, went_on]
}

/// The first landmark that can be shown, and the last that rests on at least half as many people, of
/// those followed the furthest: of all, or where none of those can be shown, of those treated again.
fn ends(landmarks: &[Landmark]) -> Option<(&Landmark, Option<&Landmark>)> {
    let is_of_treated = landmarks.iter().all(|landmark| landmark.is_of_treated);
    let of = || landmarks.iter().filter(|landmark| landmark.is_of_treated == is_of_treated);
    let people = |landmark: &Landmark| match landmark.n {
        Number::Count(count) => count,
        _ => 0,
    };
    let most = of().map(people).max()?;
    let well_filled = || of().filter(|landmark| 2 * people(landmark) >= most);
    let by = well_filled().map(|landmark| landmark.by).max()?;
    let mut furthest = well_filled().filter(|landmark| landmark.by == by);
    let first = furthest.next()?;
    Some((first, furthest.next_back()))
}

/// "Not improved after infusion 1: 35 % responded by infusion 8; not improved after 5: 12 %".
fn title(landmarks: &[Landmark]) -> Option<String> {
    let (first, last) = ends(landmarks)?;
    let later = last.map_or_else(String::new, |last| {
        format!("; not improved after {}: {}", last.infusion, percent(last.share.y))
    });
    let (infusion, share, by) = (first.infusion, percent(first.share.y), first.by);
    let whom = first.whom();
    Some(format!(
        "Not improved after infusion {infusion}: {share}{whom} responded by infusion {by}{later}"
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
    let again = if first.is_of_treated { " and treated again" } else { "" };
    let mut text = format!(
        "Of {} not improved after infusion {}{again}, {}{interval} responded by infusion {}",
        whom(first.n),
        first.infusion,
        percent(first.share.y),
        first.by
    );
    if let Some(last) = last {
        let interval = percent_interval(last.share, "");
        let _ = write!(
            text,
            "; of {} not improved after infusion {}{again}, {}{interval}",
            whom(last.n),
            last.infusion,
            percent(last.share.y)
        );
    }
    text + "."
}

#[cfg(test)]
mod tests {
    use super::super::fixture::dots;
    use super::super::sheet_fixture::{sheet, told};
    use super::*;
    use crate::event::instrument::shipped;

    const HEADS: &str = "instrument:text stratum:text route:text infusion:int group:text by_infusion:int n:int estimate:float lo:float hi:float n_went_on:int went_on_rate:float went_on_lo:float went_on_hi:float hidden:text na_reason:text";

    fn figure_of(rows: &str) -> Figure {
        let table = sheet("go_on", HEADS, rows);
        figures(&table, &shipped().expect("shipped"), Marking::default()).remove(0)
    }

    #[test]
    fn a_row_per_landmark_of_all_and_of_those_who_went_on() {
        let figure = figure_of(
            "phq-9 all all 1 not-improved 8 240 0.35 0.29 0.41 220 0.38 0.32 0.44 . .
             phq-9 all all 1 improved 8 90 0.60 0.50 0.70 88 0.61 0.51 0.71 . .
             phq-9 all all 2 not-improved 8 NA NA NA NA NA NA NA NA n;estimate;lo;hi;n_went_on;went_on_rate;went_on_lo;went_on_hi .
             phq-9 all all 5 not-improved 8 120 0.12 0.07 0.19 NA NA NA NA n_went_on;went_on_rate;went_on_lo;went_on_hi .
             phq-9 all all 8 not-improved 8 100 0 NA NA 0 NA NA NA . went_on_rate=nobody
             phq-9 all oral 1 not-improved 8 50 0.99 0.90 1.00 50 0.99 0.90 1.00 . .",
        );
        insta::assert_snapshot!("go_on", told(&figure));
        // After the last infusion there is nothing left to come.
        assert_eq!(dots(&figure).groups[0].rows.len(), 3);
    }

    #[test]
    fn where_all_is_hidden_the_title_is_the_measure() {
        let figure = figure_of(
            "phq-9 all all 1 not-improved 8 NA NA NA NA NA NA NA NA n;estimate;lo;hi;n_went_on;went_on_rate;went_on_lo;went_on_hi .",
        );
        assert_eq!(
            figure.title,
            "PHQ-9: response later, among people not yet improved after an infusion"
        );
        assert!(figure.finding.contains("too small"), "{}", figure.finding);
    }
}
