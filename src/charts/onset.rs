//! Response in the hours and days after the first dose, a curve per route: one figure per
//! instrument.
//!
//! The windows stand at even steps, each under its own name, since they grow from hours to days.
//! An instrument without a response rule has its mean change instead. Windows that are shorter than
//! the time the instrument asks about have no place on the axis; a note says which. Of a single window
//! there is a row per route instead.

use super::axis::Axis;
use super::by_route::{Columns, Rows, per_instrument};
use super::dot_plot::{DotPlot, Group, Kind, PanelName, Row};
use super::dot_words::{self, POINTS, SHARE, WHISKERS};
use super::figure::{Figure, Plot};
use super::headline::{self, HALF, Headline};
use super::line_chart::{LineChart, LineShape, Series};
use super::marking::Marking;
use super::number::{percent, points};
use super::response_rate::define;
use super::theme;
use super::words::{self, Curve, INTERVAL, Telling};
use crate::event::instrument::{Instrument, Instruments};
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;

const RATES: Columns = Columns {
    x: "hours",
    y: "response_rate",
    limits: ["response_lo", "response_hi"],
    count: "n_scored",
};
const CHANGES: Columns =
    Columns { x: "hours", y: "mean_change", limits: ["change_lo", "change_hi"], count: "n_scored" };

/// The figures of an `onset` table, in the order of its instruments. One that asks about a longer
/// time than every window has none.
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

/// A window after the first dose, in hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    after: i64,
    until: i64,
}

impl Window {
    /// "0-2 h", "1-3 d".
    fn tick(self) -> String {
        let (from, to, unit) = self.parts();
        let unit = if unit == "days" { "d" } else { "h" };
        format!("{from}\u{2013}{to}\u{a0}{unit}")
    }

    /// "2 to 4 hours".
    fn words(self) -> String {
        let (from, to, unit) = self.parts();
        format!("{from} to {to} {unit}")
    }

    /// Whole days where both ends are.
    const fn parts(self) -> (i64, i64, &'static str) {
        let is_days = self.after % 24 == 0 && self.until % 24 == 0 && self.until > 24;
        if is_days {
            (self.after / 24, self.until / 24, "days")
        } else {
            (self.after, self.until, "hours")
        }
    }
}

fn figure(table: &Table, code: &str, instrument: &Instrument, marking: Marking) -> Option<Figure> {
    let name = &instrument.name;
    let rows = Rows::of(table, code).only("stratum", "all");
    let window = |until: i64| {
        let after = rows.at("hours", until).int("hours_after").unwrap_or_default();
        Window { after, until }
    };
    let is_asked = |until: &i64| rows.at("hours", *until).reason("n_scored") != "recall";
    let (hours, too_short): (Vec<i64>, Vec<i64>) =
        rows.ints("hours").into_iter().partition(is_asked);
    if hours.is_empty() {
        return None;
    }
    let is_rate = instrument.response.is_some();
    let when = |until: i64| window(until).words();
    let telling = Telling {
        when: &when,
        value: if is_rate { words::share_told } else { words::points_told },
        people: "people scored",
        nobody: "nobody scored",
    };
    let columns = if is_rate { &RATES } else { &CHANGES };
    let (series, curves) = rows.curves(&hours, columns, &telling);
    if series.is_empty() {
        return None;
    }
    let intervals = if is_rate { "Wilson" } else { "t" };
    let mut notes = if hours.len() > 1 {
        let mut notes = words::notes(&series, intervals);
        notes.push("The steps of the axis are even, the windows are not. Each window has other people: those who were scored in it.".into());
        notes
    } else {
        vec![format!("{WHISKERS} ({intervals})."), words::NOT_RANDOMISED.into()]
    };
    if let Some(last) = too_short.last() {
        notes.push(format!(
            "Nothing is shown for the first {last} hours: the {name} asks about the last {}, most of it before the dose.",
            duration(i64::from(instrument.recall_days) * 24)
        ));
    }
    let (noun, y) = if is_rate {
        ("response", Axis::shares("Share of people scored in the window who responded"))
    } else {
        let label = "Mean change from baseline in points";
        ("mean change", Axis::points(label, "baseline", series.iter().flat_map(Series::reach)))
    };
    let measure = format!("{name}: {noun} by time since the first dose");
    let definition = instrument.response.map(|response| define(instrument, response));
    let value = |y: f64| if is_rate { percent(y) } else { points(y) };
    let told = telling.value;
    let finding = headline::compare(
        &curves,
        HALF,
        |curve, seen| {
            let people = curve.scored(seen.count, " people scored");
            let interval = told(seen.point).replacen(&value(seen.point.y), "", 1);
            if is_rate {
                format!(
                    "{} after the first dose, {}{interval} of {people} had responded",
                    capital(&when(seen.infusion)),
                    value(seen.point.y)
                )
            } else {
                format!(
                    "{} after the first dose, the mean change was {}{interval} among {people}",
                    capital(&when(seen.infusion)),
                    value(seen.point.y)
                )
            }
        },
        |curve, seen, _| {
            let interval =
                told(seen.point).replacen(&value(seen.point.y), "", 1).replace(INTERVAL, "");
            format!("{}{interval} of {}", value(seen.point.y), curve.scored(seen.count, ""))
        },
    );
    let finding = match finding {
        Some(text) => text + &words::closing(&curves, "curve"),
        None if words::any_hidden(&curves) => {
            format!("{measure} cannot be shown: the groups are too small.")
        }
        None => format!("Nobody was scored on the {name} in the windows after the first dose."),
    };
    Some(Figure {
        name: format!("onset_{code}"),
        instrument: code.into(),
        table: "onset",
        title: title(&curves, is_rate, &when).unwrap_or_else(|| measure.clone()),
        subtitle: definition
            .clone()
            .map_or_else(|| format!("{measure}."), |rule| format!("{measure}. {rule}")),
        finding,
        alt: format!(
            "{}: {noun} on the {name} by time since the first dose.{}",
            if hours.len() > 1 { "Line chart, in even steps" } else { "Dot plot" },
            words::listing(&curves, true, when, |point| value(point.y))
        ),
        plot: if let [only] = hours[..] {
            let heading = format!("{} after the first dose", capital(&when(only)));
            Plot::Dots(of_one_window(&rows.at("hours", only), columns, is_rate, heading, y))
        } else {
            Plot::Lines(LineChart {
                x_label: "Since dose 1".into(),
                x_ticks: hours.iter().map(|until| window(*until).tick()).collect(),
                y,
                line: LineShape::Straight,
                series,
                rows_label: "People scored in the window".into(),
            })
        },
        notes,
        markings: marking.lines(),
    })
}

/// A row per route: curves of a single point would be none.
fn of_one_window(
    rows: &Rows<'_>,
    columns: &Columns,
    is_rate: bool,
    heading: String,
    x: Axis,
) -> DotPlot {
    let row = |(route, rows): (&str, Rows<'_>)| {
        let (label, print) = (theme::route_label(route), if is_rate { SHARE } else { POINTS });
        let (value, number) = (rows.value(columns.y, columns.limits), rows.number(columns.count));
        let dot = dot_words::dot(value, number, print, label, "people scored", "nobody scored");
        Row { label: label.into(), panels: vec![vec![dot]] }
    };
    let rows = rows.by_route().into_iter().map(row).collect();
    DotPlot {
        x,
        reference: None,
        series: vec![Kind::lone()],
        panels: vec![PanelName::default()],
        groups: vec![Group { heading, rows }],
        counts_label: "Scored".into(),
    }
}

/// A number of hours, in days where it is whole ones.
fn duration(hours: i64) -> String {
    match hours {
        24 => "day".into(),
        hours if hours % 24 == 0 => format!("{} days", hours / 24),
        hours => format!("{hours} hours"),
    }
}

fn capital(text: &str) -> String {
    super::codes::capital(text)
}

/// "4 to 24 hours after the first dose, 32 % had responded on intravenous, 20 % on intranasal".
fn title(curves: &[Curve], is_rate: bool, when: &dyn Fn(i64) -> String) -> Option<String> {
    let sentence = |until: i64, value: &str, on: &str| {
        let time = capital(&when(until));
        if is_rate {
            format!("{time} after the first dose, {value} had responded{on}")
        } else {
            format!("{time} after the first dose, mean change was {value}{on}")
        }
    };
    let told = if is_rate { headline::SHARES } else { headline::POINTS };
    Headline { sentence: &sentence, ..told }.of(curves, HALF)
}

#[cfg(test)]
mod tests {
    use super::super::sheet_fixture::{sheet, told};
    use super::*;
    use crate::event::instrument::shipped;

    const HEADS: &str = "instrument:text stratum:text route:text hours_after:int hours:int n_scored:int response_rate:float response_lo:float response_hi:float mean_change:float change_lo:float change_hi:float hidden:text na_reason:text";

    fn figures_of(rows: &str) -> Vec<Figure> {
        let table = sheet("onset", HEADS, rows);
        figures(&table, &shipped().expect("shipped"), Marking::default())
    }

    #[test]
    fn of_a_single_window_there_is_a_row_per_route() {
        let figure = figures_of(
            "pain-nrs all intravenous 72 168 90 0.35 0.26 0.45 -1.8 -2.4 -1.2 . .
             pain-nrs all oral 72 168 NA NA NA NA NA NA NA n_scored;response_rate;response_lo;response_hi .",
        )
        .remove(0);
        let rows = &super::super::fixture::dots(&figure).groups[0].rows;
        let told: Vec<(&str, &str)> =
            rows.iter().map(|row| (row.label.as_str(), row.panels[0][0].text.as_str())).collect();
        assert_eq!(told, [("Intravenous", "35\u{a0}% (26 to 45)"), ("Oral", "hidden")]);
        assert!(
            figure.title.starts_with("3 to 7 days after the first dose, 35"),
            "{}",
            figure.title
        );
    }

    #[test]
    fn windows_stand_at_even_steps_and_those_too_short_to_ask_about_are_named() {
        let figure = figures_of(
            "pain-nrs all intravenous 4 24 NA NA NA NA NA NA NA . n_scored=recall;response_rate=recall
             pain-nrs all intravenous 24 72 120 0.42 0.33 0.51 -2.1 -2.6 -1.6 . .
             pain-nrs all intravenous 72 168 90 0.35 0.26 0.45 -1.8 -2.4 -1.2 . .
             pain-nrs all oral 4 24 NA NA NA NA NA NA NA . n_scored=recall;response_rate=recall
             pain-nrs all oral 24 72 30 0.20 0.10 0.37 -1.0 -1.9 -0.1 . .
             pain-nrs all oral 72 168 NA NA NA NA NA NA NA n_scored;response_rate;response_lo;response_hi .",
        )
        .remove(0);
        insta::assert_snapshot!("onset", told(&figure));
    }

    #[test]
    fn an_instrument_that_asks_about_a_longer_time_has_no_figure() {
        let rows = "phq-9 all all 4 24 NA NA NA NA NA NA NA . n_scored=recall;response_rate=recall";
        assert!(figures_of(rows).is_empty());
    }

    #[test]
    fn an_instrument_without_a_rule_shows_its_change() {
        let figure =
            figures_of("cadss all all 0 2 60 NA NA NA -3.5 -5.0 -2.0 . response_rate=no-rule")
                .remove(0);
        assert_eq!(figure.title, "0 to 2 hours after the first dose, mean change was \u{2212}3.5");
    }

    #[test]
    fn windows_are_in_days_where_both_ends_are_whole_ones() {
        let tick = |after, until| Window { after, until }.tick().replace('\u{a0}', " ");
        assert_eq!(
            [tick(0, 2), tick(4, 24), tick(24, 72), tick(72, 168), tick(0, 48)],
            ["0\u{2013}2 h", "4\u{2013}24 h", "1\u{2013}3 d", "3\u{2013}7 d", "0\u{2013}2 d"]
        );
    }
}
