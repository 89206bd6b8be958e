//! A share of the people scored after each infusion, a curve per route: what response and
//! remission have in common.

use super::axis::Axis;
use super::by_route::{Columns, Rows, per_instrument};
use super::figure::{Figure, Plot};
use super::line_chart::{LineChart, LineShape};
use super::marking::Marking;
use super::number::percent;
use super::words::{self, Curve, INTERVAL, Reach, Telling, percent_interval};
use crate::event::instrument::{Instrument, Instruments};
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;

/// A rate of `response_by_infusion`.
pub(super) struct Rate {
    /// Its columns there.
    pub(super) columns: Columns,
    /// Beginning of the name of its figures.
    pub(super) file: &'static str,
    /// "response", "remission".
    pub(super) noun: &'static str,
    /// "had responded", "were in remission".
    pub(super) had: &'static str,
    /// What counts, in a sentence; `None` for an instrument without it.
    pub(super) define: fn(&Instrument) -> Option<String>,
}

/// The figures of a rate, in the order of the instruments of the table.
pub(super) fn figures(
    table: &Disclosed<Table>,
    instruments: &Instruments,
    rate: &Rate,
    marking: Marking,
) -> Vec<Figure> {
    per_instrument(table, instruments, |table, code, instrument| {
        figure(table, code, instrument, rate, marking)
    })
}

fn figure(
    table: &Table,
    code: &str,
    instrument: &Instrument,
    rate: &Rate,
    marking: Marking,
) -> Option<Figure> {
    let name = &instrument.name;
    let definition = (rate.define)(instrument)?;
    let rows = Rows::of(table, code).only("stratum", "all");
    let infusions = rows.ints("infusion");
    let telling = Telling {
        when: &words::infusion,
        value: words::share_told,
        people: "people scored",
        nobody: "nobody scored",
    };
    let (series, curves) = rows.curves(&infusions, &rate.columns, &telling);
    if series.is_empty() {
        return None;
    }
    let mut notes = words::notes(&series, "Wilson");
    notes.insert(1, words::DIFFERENT_PEOPLE.into());
    let measure = format!("{name}: {} after each infusion", rate.noun);
    Some(Figure {
        name: format!("{}_{code}", rate.file),
        instrument: code.into(),
        table: "response_by_infusion",
        title: title(rate, &curves).unwrap_or_else(|| measure.clone()),
        finding: finding(name, rate, &curves),
        alt: format!(
            "Line chart: share of people scored who {} on the {name}, 0 to 100\u{a0}%, by infusion number. {definition}{}",
            rate.had.trim_start_matches("had "),
            words::listing(&curves, true, words::infusion, |point| percent(point.y))
        ),
        subtitle: format!("{measure}. {definition}"),
        plot: Plot::Lines(LineChart {
            x_label: "Infusion".into(),
            x_ticks: infusions.iter().map(i64::to_string).collect(),
            y: Axis::shares(&format!(
                "Share of people scored who {}",
                rate.had.trim_start_matches("had ")
            )),
            line: LineShape::Straight,
            series,
            rows_label: "People scored after the infusion".into(),
        }),
        notes,
        markings: marking.lines(),
    })
}

/// "After infusion 6, 52 % had responded on intravenous, 41 % on intranasal".
fn title(rate: &Rate, curves: &[Curve]) -> Option<String> {
    words::headline(
        curves,
        Reach::WellFilled,
        |curve, seen| {
            let (share, on) = (percent(seen.point.y), words::on(&curve.route));
            format!("After infusion {}, {share} {}{on}", seen.infusion, rate.had)
        },
        |curve, seen, _| format!("{}{}", percent(seen.point.y), words::on(&curve.route)),
    )
}

/// What the figure shows, in words.
fn finding(name: &str, rate: &Rate, curves: &[Curve]) -> String {
    let compared = words::compare(
        curves,
        Reach::WellFilled,
        "rate",
        |curve, seen| {
            let (share, interval) = (percent(seen.point.y), percent_interval(seen.point, INTERVAL));
            let people = curve.scored(seen.count, " people scored");
            format!("After infusion {}, {share}{interval} of {people} {}", seen.infusion, rate.had)
        },
        |curve, seen, _| {
            let (share, interval) = (percent(seen.point.y), percent_interval(seen.point, ""));
            format!("{share}{interval} of {}", curve.scored(seen.count, ""))
        },
    );
    match compared {
        Some(text) => text,
        None if words::any_hidden(curves) => {
            format!("No {name} {} rate can be shown: the groups are too small.", rate.noun)
        }
        None => words::nobody_scored(name),
    }
}
