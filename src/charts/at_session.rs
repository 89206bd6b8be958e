//! What was measured at the session itself: dissociation and blood pressure by infusion, a curve
//! per route.

use super::axis::Axis;
use super::by_route::{Columns, Rows, per_instrument};
use super::figure::{Figure, Plot};
use super::headline::{self, HALF, Headline};
use super::line_chart::{LineChart, LineShape, Point, Series};
use super::marking::Marking;
use super::number::points;
use super::words::{self, Curve, INTERVAL, Telling};
use crate::event::instrument::Instruments;
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;

const TOTALS: Columns = Columns {
    x: "infusion",
    y: "mean_total",
    limits: ["total_lo", "total_hi"],
    count: "n_persons",
};
const RISES: Columns = Columns {
    x: "infusion",
    y: "mean_systolic_rise",
    limits: ["systolic_rise_lo", "systolic_rise_hi"],
    count: "n_persons",
};

/// A mean of a table of sessions.
struct Mean<'a> {
    table: &'static str,
    name: String,
    instrument: &'a str,
    columns: &'a Columns,
    /// "CADSS total", before "was".
    what: String,
    measure: String,
    definition: &'a str,
    unit: &'a str,
    zero: &'a str,
    y_label: String,
    /// The least that it can be.
    least: f64,
}

/// The figures of a `dissociation` table, one per scale.
#[must_use]
pub fn dissociation(
    table: &Disclosed<Table>,
    instruments: &Instruments,
    marking: Marking,
) -> Vec<Figure> {
    per_instrument(table, instruments, |table, code, instrument| {
        let name = &instrument.name;
        let mean = Mean {
            table: "dissociation",
            name: format!("dissociation_{code}"),
            instrument: code,
            columns: &TOTALS,
            what: format!("the mean {name} total"),
            measure: format!("{name}: dissociation at each infusion"),
            definition: "Mean total of the people measured at the session; a lower total is less dissociation.",
            unit: "points",
            zero: "no dissociation",
            y_label: format!("Mean {name} total in points"),
            least: 0.0,
        };
        figure(&Rows::of(table, code), &mean, marking)
    })
}

/// The figure of a `blood_pressure` table.
#[must_use]
pub fn blood_pressure(table: &Disclosed<Table>, marking: Marking) -> Vec<Figure> {
    let mean = Mean {
        table: "blood_pressure",
        name: "blood_pressure".into(),
        instrument: "all",
        columns: &RISES,
        what: "the mean rise of systolic pressure".into(),
        measure: "Blood pressure: rise of systolic pressure at each infusion".into(),
        definition: "Mean of the highest pressure after dosing less the pressure before it.",
        unit: "mmHg",
        zero: "no rise",
        y_label: "Mean rise of systolic pressure in mmHg".into(),
        least: f64::NEG_INFINITY,
    };
    figure(&Rows::all(table.get()), &mean, marking).into_iter().collect()
}

fn figure(rows: &Rows<'_>, mean: &Mean<'_>, marking: Marking) -> Option<Figure> {
    let infusions = rows.ints("infusion");
    let telling = Telling {
        when: &words::infusion,
        value: words::points_told,
        people: "people measured",
        nobody: "nobody measured",
    };
    let (series, curves) = rows.curves(&infusions, mean.columns, &telling);
    if series.is_empty() {
        return None;
    }
    let mut notes = words::notes(&series, "t");
    notes.insert(1, words::DIFFERENT_PEOPLE.into());
    let reach: Vec<f64> =
        series.iter().flat_map(Series::reach).map(|height| height.max(mean.least)).collect();
    Some(Figure {
        name: mean.name.clone(),
        instrument: mean.instrument.into(),
        table: mean.table,
        title: title(mean, &curves).unwrap_or_else(|| mean.measure.clone()),
        subtitle: format!("{}. {}", mean.measure, mean.definition),
        finding: finding(mean, &curves),
        alt: format!(
            "Line chart, by infusion number: {}. {}{}",
            mean.y_label,
            mean.definition,
            words::listing(&curves, true, words::infusion, |point| points(point.y))
        ),
        plot: Plot::Lines(LineChart {
            x_label: "Infusion".into(),
            x_ticks: infusions.iter().map(i64::to_string).collect(),
            y: Axis::points(&mean.y_label, mean.zero, reach),
            line: LineShape::Straight,
            series,
            rows_label: "People measured at the infusion".into(),
        }),
        notes,
        markings: marking.lines(),
    })
}

/// "At infusion 6, the mean CADSS total was 9.2 points on intravenous, 14.1 on intranasal".
fn title(mean: &Mean<'_>, curves: &[Curve]) -> Option<String> {
    let (what, unit) = (&mean.what, mean.unit);
    let headline = Headline {
        sentence: &|at, value, on| format!("At infusion {at}, {what} was {value} {unit}{on}"),
        ..headline::POINTS
    };
    headline.of(curves, HALF)
}

/// What the figure shows, in words.
fn finding(mean: &Mean<'_>, curves: &[Curve]) -> String {
    let interval = |point: Point, words: &str| {
        point.interval.map_or_else(String::new, |(lo, hi)| {
            format!(" ({words}{}\u{a0}to\u{a0}{})", points(lo), points(hi))
        })
    };
    let compared = headline::compare(
        curves,
        HALF,
        |curve, seen| {
            let people = curve.scored(seen.count, " people measured");
            let (value, interval) = (points(seen.point.y), interval(seen.point, INTERVAL));
            let (what, unit) = (&mean.what, mean.unit);
            format!(
                "At infusion {}, {what} was {value} {unit}{interval} among {people}",
                seen.infusion
            )
        },
        |curve, seen, _| {
            let people = curve.scored(seen.count, "");
            format!("{}{} among {people}", points(seen.point.y), interval(seen.point, ""))
        },
    );
    match compared {
        Some(text) => text + &words::closing(curves, "mean"),
        None if words::any_hidden(curves) => {
            format!(
                "{} cannot be shown: the groups are too small.",
                super::codes::capital(&mean.what)
            )
        }
        None => "Nobody was measured.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sheet_fixture::{sheet, told};
    use super::*;
    use crate::event::instrument::shipped;

    #[test]
    fn dissociation_has_a_figure_per_scale() {
        let table = sheet(
            "dissociation",
            "instrument:text route:text infusion:int n_persons:int mean_total:float total_lo:float total_hi:float hidden:text na_reason:text",
            "cadss all 1 138 14.7 12.5 16.9 . .
             cadss intravenous 1 90 16.1 13.2 19.0 . .
             cadss intranasal 1 48 12.0 9.1 14.9 . .
             cadss intravenous 2 88 13.0 10.5 15.5 . .
             cadss intranasal 2 NA NA NA NA n_persons;mean_total;total_lo;total_hi .",
        );
        let figures = dissociation(&table, &shipped().expect("shipped"), Marking::default());
        insta::assert_snapshot!("dissociation", told(&figures[0]));
    }

    #[test]
    fn blood_pressure_is_about_no_instrument() {
        let table = sheet(
            "blood_pressure",
            "route:text infusion:int n_persons:int mean_systolic_rise:float systolic_rise_lo:float systolic_rise_hi:float hidden:text na_reason:text",
            "all 1 304 16 14.9 17.1 . .
             all 2 290 15.2 14.1 16.3 . .",
        );
        let figure = blood_pressure(&table, Marking::default()).remove(0);
        assert_eq!((figure.name.as_str(), figure.instrument.as_str()), ("blood_pressure", "all"));
        assert_eq!(figure.title, "At infusion 2, the mean rise of systolic pressure was 15.2 mmHg");
    }
}
