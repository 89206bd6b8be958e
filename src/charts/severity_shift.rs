//! Severity before treatment and after an infusion, as stacked bars by band: one figure per
//! instrument.
//!
//! A bar is all people scored both times, cut by their counts; a band whose count is hidden has no
//! length of its own.

use super::bar_chart::{Bar, BarChart, Group, Part};
use super::by_route::{Rows, instrument_codes};
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
    let table = table.get();
    let of = |code| figure(table, code, instruments.get(code)?, marking);
    instrument_codes(table).into_iter().filter_map(of).collect()
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
    let groups: Vec<Group> = std::iter::once((ALL, whole))
        .chain(single)
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(route, rows)| group(route, &rows, &bands, infusion))
        .collect();
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
            "An empty box with a dot (·): bands that are hidden to protect small groups, together."
                .into(),
        );
    }
    let mildest = bands.first().copied().unwrap_or_default();
    let after = rows.only("route", ALL).only("band_before", ALL).only("band_after", mildest);
    let share = after.float("share");
    let title = share.map(|share| {
        format!("After infusion {infusion}, {} scored {mildest}, the mildest band", percent(share))
    });
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
    Group { heading, bars }
}

/// The figure for those who do not see it.
fn alt(name: &str, groups: &[Group], bands: &[&str]) -> String {
    let mut text = format!(
        "Stacked bars: people by severity band of the {name}, before treatment and after, from {} to {}.",
        bands.first().copied().unwrap_or_default(),
        bands.last().copied().unwrap_or_default()
    );
    for part in groups.iter().flat_map(|group| &group.bars).flat_map(|bar| &bar.parts) {
        let _ = write!(text, " {}.", part.readout);
    }
    text
}
