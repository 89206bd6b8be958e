//! Severity before treatment and after an infusion, as stacked bars by band: one figure per
//! instrument.
//!
//! A bar is all people scored both times, cut by their counts; a band whose count is hidden has no
//! length of its own.

use super::bar_chart::{Bar, BarChart, Group, Part};
use super::by_route::{Rows, per_instrument};
use super::figure::{Figure, Plot};
use super::marking::Marking;
use super::number::{Number, percent, thousands};
use super::theme;
use super::words::{HIDDEN, NOT_RANDOMISED};
use crate::event::instrument::{Better, Instrument, Instruments};
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;
use std::fmt::Write as _;

/// All bands.
const ALL: &str = "all";

/// The figures of a `severity_shift` table, in the order of its instruments.
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

fn figure(table: &Table, code: &str, instrument: &Instrument, marking: Marking) -> Option<Figure> {
    let name = &instrument.name;
    let rows = Rows::of(table, code).only("stratum", "all");
    let infusion = rows.int("infusion")?;
    let mut bands: Vec<&str> = rows.texts("band_after");
    bands.retain(|band| *band != ALL);
    if instrument.better == Better::Higher {
        bands.reverse();
    }
    let whole = rows.only("route", ALL);
    let single = rows.by_route().into_iter().filter(|(route, _)| *route != ALL);
    // Routes one by one only where there are several.
    let single: Vec<_> = single.collect();
    let single = if single.len() > 1 { single } else { Vec::new() };
    let mut groups: Vec<Group> = std::iter::once((ALL, whole))
        .chain(single)
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(route, rows)| group(route, &rows, &bands, infusion))
        .collect();
    let left_out = drop_hidden(&mut groups);
    let all = groups.first()?;
    let measure = format!("{name}: severity before treatment and after infusion {infusion}");
    let mut notes =
        vec!["The people of a pair of bars are the same: those scored both times.".to_owned()];
    if groups.len() > 1 {
        notes.push(NOT_RANDOMISED.into());
    }
    let has_hidden = groups.iter().flat_map(|group| &group.bars).any(|bar| {
        bar.whole == Number::Hidden || bar.parts.iter().any(|part| part.number == Number::Hidden)
    });
    if has_hidden {
        notes.push(
            "An empty box with a dot\u{a0}(·): bands that are hidden to protect small groups, together."
                .into(),
        );
    }
    if left_out > 0 {
        notes.push("Routes not shown: hidden to protect small groups.".into());
    }
    let mildest = bands.first().copied().unwrap_or_default();
    let after = rows.only("route", ALL).only("band_before", ALL).only("band_after", mildest);
    let share = after.float("share");
    let title = share.map(|share| {
        format!("After infusion {infusion}, {} scored {mildest}, the mildest band", percent(share))
    });
    // Where all routes together are hidden the first group is another, and has nothing to add.
    let finding = match (share, all.bars.first().map(|bar| (bar.whole, bar.parts.first()))) {
        (Some(share), Some((Number::Count(n), before))) => {
            let before = match before.map(|part| part.number) {
                Some(Number::Count(count)) => {
                    format!(", against {} before treatment", thousands(count))
                }
                _ => String::new(),
            };
            let now = match after.number("n") {
                Number::Count(count) => format!("{} ({})", thousands(count), percent(share)),
                _ => percent(share),
            };
            format!(
                "After infusion {infusion}, {now} of the {} people scored both times were in the mildest band of the {name}, {mildest}{before}.",
                thousands(n)
            )
        }
        _ => format!(
            "The shift of severity on the {name} cannot be shown in full: the groups are too small."
        ),
    };
    Some(Figure {
        name: format!("severity_shift_{code}"),
        instrument: code.into(),
        table: "severity_shift",
        title: title.unwrap_or_else(|| measure.clone()),
        subtitle: format!("{measure}, in bands of severity. Numbers are people."),
        finding,
        alt: alt(name, &groups, &bands),
        plot: Plot::Bars(BarChart {
            label: "All people scored both times, from the mildest band to the most severe".into(),
            steps: bands.iter().map(|band| (*band).to_owned()).collect(),
            groups,
        }),
        notes,
        markings: marking.lines(),
    })
}

/// Takes out groups of which nothing can be drawn, but for the first where there is no other, and
/// counts them.
fn drop_hidden(groups: &mut Vec<Group>) -> usize {
    let before = groups.len();
    let is_drawn = |group: &Group| group.bars.iter().any(Bar::shows_anything);
    if groups.iter().any(is_drawn) {
        groups.retain(is_drawn);
    } else {
        groups.truncate(1);
    }
    before - groups.len()
}

/// Before and after, of a route.
fn group(route: &str, rows: &Rows<'_>, bands: &[&str], infusion: i64) -> Group {
    let heading = theme::route_label(route).to_owned();
    let whole = rows.only("band_before", ALL).only("band_after", ALL).number("n");
    let bar = |label: String, own: &str, other: &str| {
        let part = |band: &&str| {
            let number = rows.only(other, ALL).only(own, band).number("n");
            let told = match number {
                Number::Count(count) => format!("{} people", thousands(count)),
                Number::Hidden => HIDDEN.into(),
                Number::None | Number::Blank => "nobody".into(),
            };
            Part { number, readout: format!("{heading}, {}, {band}: {told}", label.to_lowercase()) }
        };
        Bar { parts: bands.iter().map(part).collect(), whole, label }
    };
    let bars = vec![
        bar("Before".into(), "band_before", "band_after"),
        bar(format!("After {infusion}"), "band_after", "band_before"),
    ];
    let people = match whole {
        Number::Count(count) => format!(", {} people", thousands(count)),
        _ => String::new(),
    };
    Group { heading: heading + &people, bars }
}

/// The figure for those who do not see it.
fn alt(name: &str, groups: &[Group], bands: &[&str]) -> String {
    let mut text = format!(
        "Stacked bars: people by severity band of the {name}, before treatment and after, from {} to {}.",
        bands.first().copied().unwrap_or_default(),
        bands.last().copied().unwrap_or_default()
    );
    for group in groups {
        for bar in &group.bars {
            let parts: Vec<String> = bands
                .iter()
                .zip(&bar.parts)
                .map(|(band, part)| format!("{} in {band}", in_words(part.number)))
                .collect();
            let _ = write!(
                text,
                " {}, {}: {}.",
                group.heading,
                bar.label.to_lowercase(),
                parts.join(", ")
            );
        }
    }
    text
}

/// How many people are in a band.
fn in_words(number: Number) -> String {
    match number {
        Number::Count(count) => thousands(count),
        Number::Hidden => "hidden".into(),
        Number::None | Number::Blank => "nobody".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::bars;
    use super::super::sheet_fixture::{sheet, told};
    use super::*;
    use crate::event::instrument::shipped;

    const HEADS: &str = "instrument:text stratum:text route:text infusion:int band_before:text band_after:text n:int share:float hidden:text";

    fn figure_of(rows: &str) -> Figure {
        let table = sheet("severity_shift", HEADS, rows);
        figures(&table, &shipped().expect("shipped"), Marking::default()).remove(0)
    }

    #[test]
    fn the_people_before_and_after_are_the_margins_of_the_table() {
        let figure = figure_of(
            "gad-7 all all 6 0-4 0-4 0 NA .
             gad-7 all all 6 0-4 5-9 0 NA .
             gad-7 all all 6 0-4 all 0 0 .
             gad-7 all all 6 5-9 0-4 40 0.4 .
             gad-7 all all 6 5-9 5-9 60 0.6 .
             gad-7 all all 6 5-9 all 100 1 .
             gad-7 all all 6 10-14 all NA NA n;share
             gad-7 all all 6 15-21 all NA NA n;share
             gad-7 all all 6 all 0-4 80 0.4 .
             gad-7 all all 6 all 5-9 70 0.35 .
             gad-7 all all 6 all 10-14 30 0.15 .
             gad-7 all all 6 all 15-21 20 0.1 .
             gad-7 all all 6 all all 200 1 .",
        );
        insta::assert_snapshot!("severity_shift", told(&figure));
        assert_eq!(bars(&figure).groups.len(), 1, "one route is the whole over again");
    }

    #[test]
    fn where_higher_is_better_the_mildest_band_comes_first_all_the_same() {
        let figure = figure_of(
            "who-5 all all 6 all 0-28 20 0.2 .
             who-5 all all 6 all 29-50 30 0.3 .
             who-5 all all 6 all 51-100 50 0.5 .
             who-5 all all 6 all all 100 1 .",
        );
        assert_eq!(bars(&figure).steps, ["51-100", "29-50", "0-28"]);
        assert_eq!(
            figure.title.replace('\u{a0}', " "),
            "After infusion 6, 50 % scored 51-100, the mildest band"
        );
    }
}
