//! Share of the people due to be scored who were, by site and time: one heat map per instrument.

use super::by_route::{Rows, per_instrument};
use super::figure::{Figure, Plot};
use super::heat_map::{Cell, Column, HeatMap, Row, Share};
use super::marking::Marking;
use super::number::{Number, percent, thousands};
use crate::event::instrument::Instruments;
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;
use std::fmt::Write as _;

/// The row that holds every site.
const ALL: &str = "all";

/// The figures of a `completeness` table, in the order of its instruments.
#[must_use]
pub fn figures(
    table: &Disclosed<Table>,
    instruments: &Instruments,
    marking: Marking,
) -> Vec<Figure> {
    per_instrument(table, instruments, |table, code, instrument| {
        figure(table, code, &instrument.name, marking)
    })
}

fn figure(table: &Table, code: &str, name: &str, marking: Marking) -> Option<Figure> {
    let rows = Rows::of(table, code).only("route", ALL).only("month", ALL);
    let times = times(&rows);
    // All sites first, then each in the order of the table.
    let sites = rows.texts("site").into_iter();
    let sites = std::iter::once(ALL).chain(sites.filter(|site| *site != ALL));
    let map_rows: Vec<Row> = sites.filter_map(|site| row(&rows, site, &times)).collect();
    if map_rows.is_empty() {
        return None;
    }
    let mut notes = vec![
        "A site with few people goes up and down by chance; the table has the intervals.".into(),
    ];
    let has = |share| map_rows.iter().flat_map(|row| &row.cells).any(|cell| cell.share == share);
    if has(Share::Hidden) {
        notes.push("A dot (·): hidden to protect small groups.".into());
    }
    if has(Share::Nobody) {
        notes.push("A dash (–): nobody was due.".into());
    }
    let columns = times.iter().map(|time| Column {
        over: if time.infusion().is_some() { "After infusion".into() } else { String::new() },
        label: time.infusion().map_or_else(|| "Baseline".into(), |number| number.to_string()),
    });
    Some(Figure {
        name: format!("completeness_{code}"),
        instrument: code.into(),
        table: "completeness",
        title: title(name, &map_rows, &times)
            .unwrap_or_else(|| format!("{name}: who was scored, by site")),
        subtitle: format!(
            "{name}: share of the people due a score who had one, before the first infusion and after each, by site."
        ),
        finding: finding(name, &map_rows, &times),
        alt: alt(name, &map_rows, &times),
        plot: Plot::HeatMap(HeatMap {
            label: "Scored, in % of the people due; below it, in small, the people due".into(),
            columns: columns.collect(),
            rows: map_rows,
        }),
        notes,
        markings: marking.lines(),
    })
}

/// A time at which people are due a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Time {
    Baseline,
    After(i64),
}

impl Time {
    fn parse(code: &str) -> Option<Self> {
        match code {
            "baseline" => Some(Self::Baseline),
            code => code.strip_prefix("infusion-")?.parse().ok().map(Self::After),
        }
    }

    fn code(self) -> String {
        self.infusion().map_or_else(|| "baseline".into(), |number| format!("infusion-{number}"))
    }

    const fn infusion(self) -> Option<i64> {
        match self {
            Self::Baseline => None,
            Self::After(number) => Some(number),
        }
    }

    /// "infusion 3".
    fn words(self) -> String {
        self.infusion().map_or_else(|| "baseline".into(), |number| format!("infusion {number}"))
    }
}

fn times(rows: &Rows<'_>) -> Vec<Time> {
    let mut times: Vec<Time> =
        rows.texts("time_point").into_iter().filter_map(Time::parse).collect();
    times.sort_unstable();
    times
}

/// The row of a site; `None` where the table has none.
fn row(rows: &Rows<'_>, site: &str, times: &[Time]) -> Option<Row> {
    let rows = rows.only("site", site);
    if rows.texts("site").is_empty() {
        return None;
    }
    let cell = |time: &Time| {
        let row = rows.only("time_point", &time.code());
        let share = match row.float("share") {
            Some(share) => Share::Known(share),
            None if row.is_hidden("share") => Share::Hidden,
            None => Share::Nobody,
        };
        let whole = row.number("n_due");
        Cell { share, whole, readout: readout(site, *time, share, whole) }
    };
    Some(Row {
        label: if site == ALL { "All sites".into() } else { site.into() },
        is_whole: site == ALL,
        cells: times.iter().map(cell).collect(),
    })
}

/// "96 % had a PHQ-9 score at baseline, 78 % after infusion 1".
fn title(name: &str, rows: &[Row], times: &[Time]) -> Option<String> {
    let whole = rows.iter().find(|row| row.is_whole)?;
    let known: Vec<(Time, f64)> = times
        .iter()
        .zip(&whole.cells)
        .filter_map(|(time, cell)| Some((*time, cell.share.known()?)))
        .collect();
    let when = |time: Time| {
        time.infusion()
            .map_or_else(|| "at baseline".into(), |number| format!("after infusion {number}"))
    };
    let (first, share) = known.first()?;
    let mut title = format!("{} had a {name} score {}", percent(*share), when(*first));
    if let Some((last, share)) = known.last().filter(|(last, _)| last != first) {
        let _ = write!(title, ", {} {}", percent(*share), when(*last));
    }
    Some(title)
}

/// "All sites, infusion 1: 78 % of the 134 people due were scored".
fn readout(site: &str, time: Time, share: Share, whole: Number) -> String {
    let site = if site == ALL { "All sites" } else { site };
    let people = match whole {
        Number::Count(count) => format!(" of the {} people due", thousands(count)),
        _ => " of the people due".into(),
    };
    let what = match share {
        Share::Known(share) => format!("{}{people} were scored", percent(share)),
        Share::Hidden => "hidden to protect small groups".into(),
        Share::Nobody => "nobody was due".into(),
    };
    format!("{site}, {}: {what}", time.words())
}

/// What the figure shows, in words: all sites at baseline and after the last infusion that can be
/// shown, and how far the sites lie apart there.
fn finding(name: &str, rows: &[Row], times: &[Time]) -> String {
    let whole = rows.iter().find(|row| row.is_whole);
    let known: Vec<(usize, Time, f64, Number)> = whole
        .into_iter()
        .flat_map(|row| row.cells.iter().enumerate().zip(times))
        .filter_map(|((at, cell), time)| Some((at, *time, cell.share.known()?, cell.whole)))
        .collect();
    let baseline = known.iter().find(|(_, time, ..)| *time == Time::Baseline);
    let last = known.iter().rfind(|(_, time, ..)| *time != Time::Baseline);
    let whose = |whole: Number| match whole {
        Number::Count(count) => format!("the {} people", thousands(count)),
        _ => "the people".into(),
    };
    let mut text = match (baseline, last) {
        (Some((.., first, due)), Some((_, time, share, still_due))) => {
            let (first, share) = (percent(*first), percent(*share));
            let still = match still_due {
                Number::Count(count) => format!("the {}", thousands(*count)),
                _ => "those".into(),
            };
            format!(
                "{first} of {} due a {name} score at baseline had one, and {share} of {still} due one after {}.",
                whose(*due),
                time.words()
            )
        }
        (Some((.., share, due)), None) => {
            format!(
                "{} of {} due a {name} score at baseline had one.",
                percent(*share),
                whose(*due)
            )
        }
        (None, Some((_, time, share, due))) => format!(
            "{} of {} due a {name} score after {} had one.",
            percent(*share),
            whose(*due),
            time.words()
        ),
        (None, None) => {
            let cells = || rows.iter().flat_map(|row| &row.cells);
            return if cells().any(|cell| cell.share == Share::Hidden) {
                format!("No completeness of the {name} can be shown: the groups are too small.")
            } else {
                format!("Nobody was due a {name} score.")
            };
        }
    };
    if let Some((at, time, ..)) = last.or(baseline) {
        text += &spread(rows, *at, *time);
    }
    text
}

/// The lowest and the highest of the sites in a column; nothing for fewer than two.
fn spread(rows: &[Row], at: usize, time: Time) -> String {
    let sites = rows.iter().filter(|row| !row.is_whole);
    let mut shares: Vec<(f64, &str)> = sites
        .filter_map(|row| Some((row.cells.get(at)?.share.known()?, row.label.as_str())))
        .collect();
    // Sites that tie stay in the order of the table.
    shares.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (Some(lowest), Some(highest), 2..) = (shares.first(), shares.last(), shares.len()) else {
        return String::new();
    };
    let there = match time {
        Time::Baseline => "At baseline".into(),
        Time::After(number) => format!("After infusion {number}"),
    };
    let (low, high) = (percent(lowest.0), percent(highest.0));
    if low == high {
        return format!(" {there}, every site that can be shown had {low}.");
    }
    format!(
        " {there}, sites that can be shown ranged from {low} ({}) to {high} ({}).",
        lowest.1, highest.1
    )
}

/// The figure for those who do not see it.
fn alt(name: &str, rows: &[Row], times: &[Time]) -> String {
    let mut text = format!(
        "Heat map: share of the people due a {name} score who had one, from 0 to 100\u{a0}%, a row per site, a column for baseline and each infusion."
    );
    if let Some(whole) = rows.iter().find(|row| row.is_whole) {
        let cells = whole.cells.iter().zip(times).map(|(cell, time)| {
            let share = match cell.share {
                Share::Known(share) => percent(share),
                Share::Hidden => "hidden to protect small groups".into(),
                Share::Nobody => "nobody due".into(),
            };
            format!("{} {share}", time.words())
        });
        let _ = write!(text, " {}: {}.", whole.label, cells.collect::<Vec<String>>().join(", "));
    }
    text + " The numbers of each site are in the table."
}

#[cfg(test)]
mod tests {
    use super::super::completeness_fixture::{Completeness, Due};
    use super::super::fixture::heat_map;
    use super::*;
    use crate::event::instrument::shipped;

    fn figure_of(table: Completeness) -> Figure {
        figures(&table.done(), &shipped().expect("shipped"), Marking::default()).remove(0)
    }

    fn three_sites() -> Completeness {
        Completeness::new()
            .site("/sites/01", &[Due::Known(60, 1.0), Due::Known(60, 0.72), Due::HiddenShare(40)])
            .site("/sites/02", &[Due::Known(45, 0.96), Due::Known(44, 0.91), Due::Hidden])
            .site("/sites/03", &[Due::Known(30, 0.87), Due::Known(30, 0.72), Due::Nobody])
            .site("all", &[Due::Known(1135, 0.96), Due::Known(134, 0.78), Due::HiddenShare(90)])
            .row("/sites/01", "intravenous", "all", &[Due::Known(50, 0.5)])
            .row("/sites/01", "all", "2025-03", &[Due::Known(50, 0.5)])
    }

    #[test]
    fn all_sites_stand_first_and_only_rows_over_all_routes_and_months_count() {
        let figure = figure_of(three_sites());
        assert_eq!(figure.name, "completeness_phq-9");
        let map = heat_map(&figure);
        let labels: Vec<&str> = map.rows.iter().map(|row| row.label.as_str()).collect();
        assert_eq!(labels, ["All sites", "/sites/01", "/sites/02", "/sites/03"]);
        let columns: Vec<&str> = map.columns.iter().map(|column| column.label.as_str()).collect();
        assert_eq!(columns, ["Baseline", "1", "2"]);
        assert_eq!(map.rows[1].cells[0].share, Share::Known(1.0));
    }

    #[test]
    fn hidden_and_nobody_are_told_apart() {
        let figure = figure_of(three_sites());
        let last =
            heat_map(&figure).rows.iter().map(|row| row.cells[2].clone()).collect::<Vec<_>>();
        let cell = |at: usize| (last[at].share, last[at].whole);
        assert_eq!(cell(1), (Share::Hidden, Number::Count(40)));
        assert_eq!(cell(2), (Share::Hidden, Number::Hidden));
        assert_eq!(cell(3), (Share::Nobody, Number::Count(0)));
        assert!(figure.notes.iter().any(|note| note.starts_with("A dot")));
        assert!(figure.notes.iter().any(|note| note.starts_with("A dash")));
    }

    #[test]
    fn the_finding_goes_from_baseline_to_the_last_infusion_shown() {
        let figure = figure_of(three_sites());
        insta::assert_snapshot!(figure.finding.replace('\u{a0}', "~"), @"96~% of the 1,135 people due a PHQ-9 score at baseline had one, and 78~% of the 134 due one after infusion 1. After infusion 1, sites that can be shown ranged from 72~% (/sites/01) to 91~% (/sites/02).");
        insta::assert_snapshot!(figure.alt.replace('\u{a0}', "~"), @"Heat map: share of the people due a PHQ-9 score who had one, from 0 to 100~%, a row per site, a column for baseline and each infusion. All sites: baseline 96~%, infusion 1 78~%, infusion 2 hidden to protect small groups. The numbers of each site are in the table.");
    }

    #[test]
    fn what_cannot_be_said_is_left_out() {
        let baseline = figure_of(Completeness::new().site("all", &[Due::Known(40, 0.5)]));
        assert_eq!(
            baseline.finding.replace('\u{a0}', " "),
            "50 % of the 40 people due a PHQ-9 score at baseline had one."
        );
        let infusion = Completeness::new()
            .site("all", &[Due::Hidden, Due::Known(40, 0.5)])
            .site("/sites/01", &[Due::Hidden, Due::Known(20, 0.5)])
            .site("/sites/02", &[Due::Hidden, Due::Known(20, 0.5)]);
        assert_eq!(
            figure_of(infusion).finding.replace('\u{a0}', " "),
            "50 % of the 40 people due a PHQ-9 score after infusion 1 had one. After infusion 1, every site that can be shown had 50 %."
        );
        let hidden = figure_of(Completeness::new().site("all", &[Due::Hidden, Due::Nobody]));
        assert_eq!(
            hidden.finding,
            "No completeness of the PHQ-9 can be shown: the groups are too small."
        );
        let nobody = figure_of(Completeness::new().site("all", &[Due::Nobody]));
        assert_eq!(nobody.finding, "Nobody was due a PHQ-9 score.");
    }
}
