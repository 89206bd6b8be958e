//! Mean change from baseline after each infusion, a curve per route: one figure per instrument.

use super::axis::Axis;
use super::by_route::{Columns, Rows, per_instrument};
use super::figure::{Figure, Plot};
use super::line_chart::{LineChart, LineShape, Point, Series};
use super::marking::Marking;
use super::number::points;
use super::words::{self, Curve, INTERVAL, Reach, Telling};
use crate::event::instrument::{Better, Instrument, Instruments};
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;

/// Where a curve stands in `response_by_infusion`.
const COLUMNS: Columns = Columns {
    x: "infusion",
    y: "mean_change",
    limits: ["change_lo", "change_hi"],
    count: "n_observed",
};

/// The figures of a `response_by_infusion` table, in the order of its instruments.
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
    let better = match instrument.better {
        Better::Lower => "a fall is an improvement",
        Better::Higher => "a rise is an improvement",
    };
    let definition =
        format!("Change: {name} after the infusion less {name} at baseline; {better}.");
    let measure = format!("{name}: mean change after each infusion");
    let rows = Rows::of(table, code).only("stratum", "all");
    let infusions = rows.ints("infusion");
    let telling = Telling {
        when: &words::infusion,
        value: words::points_told,
        people: "people scored",
        nobody: "nobody scored",
    };
    let (series, curves) = rows.curves(&infusions, &COLUMNS, &telling);
    if series.is_empty() {
        return None;
    }
    let mut notes = words::notes(&series, "t");
    notes.insert(1, words::DIFFERENT_PEOPLE.into());
    let y_label = format!("Mean change from baseline in points ({better})");
    Some(Figure {
        name: format!("mean_change_{code}"),
        instrument: code.into(),
        table: "response_by_infusion",
        title: title(name, &curves).unwrap_or_else(|| measure.clone()),
        finding: finding(name, &curves),
        alt: alt(name, &definition, &curves),
        subtitle: format!("{measure}. {definition}"),
        plot: Plot::Lines(LineChart {
            x_label: "Infusion".into(),
            x_ticks: infusions.iter().map(i64::to_string).collect(),
            y: Axis::points(&y_label, "baseline", series.iter().flat_map(Series::reach)),
            line: LineShape::Straight,
            series,
            rows_label: "People scored after the infusion".into(),
        }),
        notes,
        markings: marking.lines(),
    })
}

/// Which way a mean went, as printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Fell,
    Rose,
    Stayed,
}

impl Way {
    fn of(change: f64) -> Self {
        match points(change.abs()).as_str() {
            "0.0" => Self::Stayed,
            _ if change < 0.0 => Self::Fell,
            _ => Self::Rose,
        }
    }
}

/// "After infusion 6, PHQ-9 had fallen by 8.1 points on intravenous, by 6.6 on intranasal".
fn title(name: &str, curves: &[Curve]) -> Option<String> {
    words::headline(
        curves,
        Reach::WellFilled,
        |curve, seen| {
            let on = words::on(&curve.route);
            let how = match Way::of(seen.point.y) {
                Way::Fell => format!("fallen by {} points", points(seen.point.y.abs())),
                Way::Rose => format!("risen by {} points", points(seen.point.y.abs())),
                Way::Stayed => "not changed".into(),
            };
            format!("After infusion {}, {name} had {how}{on}", seen.infusion)
        },
        |curve, seen, first| {
            let on = words::on(&curve.route);
            let size = points(seen.point.y.abs());
            match Way::of(seen.point.y) {
                way if way == Way::of(first.point.y) && way != Way::Stayed => {
                    format!("by {size}{on}")
                }
                Way::Fell => format!("fallen by {size}{on}"),
                Way::Rose => format!("risen by {size}{on}"),
                Way::Stayed => format!("not changed{on}"),
            }
        },
    )
}

/// What the figure shows, in words.
fn finding(name: &str, curves: &[Curve]) -> String {
    let compared = words::compare(
        curves,
        Reach::WellFilled,
        "mean",
        |curve, seen| {
            let how = match Way::of(seen.point.y) {
                Way::Fell => format!("fallen by {} points", points(seen.point.y.abs())),
                Way::Rose => format!("risen by {} points", points(seen.point.y.abs())),
                Way::Stayed => "not changed".into(),
            };
            let (interval, people) =
                (interval(seen.point, INTERVAL), curve.scored(seen.count, " people scored"));
            format!(
                "After infusion {}, the {name} had {how} on average{interval} among {people}",
                seen.infusion
            )
        },
        |curve, seen, first| {
            let size = points(seen.point.y.abs());
            let how = match Way::of(seen.point.y) {
                way if way == Way::of(first.point.y) && way != Way::Stayed => format!("by {size}"),
                Way::Fell => format!("it had fallen by {size}"),
                Way::Rose => format!("it had risen by {size}"),
                Way::Stayed => "it had not changed".into(),
            };
            let people = curve.scored(seen.count, "");
            format!("{how}{} among {people}", interval(seen.point, ""))
        },
    );
    match compared {
        Some(text) => text,
        None if words::any_hidden(curves) => {
            format!("No mean change of the {name} can be shown: the groups are too small.")
        }
        None => words::nobody_scored(name),
    }
}

/// " (95 % interval 7.3 to 8.9)" of a fall or a rise; where it holds both, each limit says which.
fn interval(point: Point, words: &str) -> String {
    let Some((lo, hi)) = point.interval else { return String::new() };
    let sizes = [lo, hi].map(|limit| points(limit.abs()));
    let [low, high] = match (Way::of(lo), Way::of(hi)) {
        (Way::Fell, Way::Rose) => {
            [format!("a fall of {}", sizes[0]), format!("a rise of {}", sizes[1])]
        }
        // The smaller fall first.
        (Way::Fell, _) => [sizes[1].clone(), sizes[0].clone()],
        _ => sizes,
    };
    format!(" ({words}{low}\u{a0}to\u{a0}{high})")
}

/// The figure for those who do not see it.
fn alt(name: &str, definition: &str, curves: &[Curve]) -> String {
    format!(
        "Line chart: mean change of the {name} from baseline, in points, by infusion number. {definition}{}",
        words::listing(curves, true, words::infusion, |point| points(point.y))
    )
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Response, lines};
    use super::super::number::Number;
    use super::*;
    use crate::event::instrument::shipped;

    const IV: [&str; 4] = ["phq-9", "all", "all", "intravenous"];
    const IN: [&str; 4] = ["phq-9", "all", "all", "intranasal"];

    fn figure_of(table: Response) -> Figure {
        figures(&table.done(), &shipped().expect("shipped"), Marking::default()).remove(0)
    }

    /// A route, its mean after infusion 1, and the limits.
    type Change<'a> = (&'a str, f64, Option<(f64, f64)>);

    /// The finding of routes whose means and limits after infusion 1 are these.
    fn finding_of(name: &str, changes: &[Change]) -> String {
        let curves: Vec<Curve> = changes
            .iter()
            .map(|&(route, y, interval)| {
                let series = Series {
                    label: route.into(),
                    look: super::super::theme::look(route),
                    points: vec![Some(Point { y, interval })],
                    companion: Vec::new(),
                    numbers: vec![Number::Count(50)],
                    readouts: Vec::new(),
                };
                Curve::of(route, &series, &[1])
            })
            .collect();
        finding(name, &curves).replace('\u{a0}', "~")
    }

    #[test]
    fn the_axis_holds_zero_every_interval_and_says_what_is_better() {
        let table = Response::new()
            .shown(IV, 1, [240, 260], 0.12)
            .shown(IV, 2, [201, 260], 0.52)
            .hidden(IV, 3, 260);
        let figure = figure_of(table);
        assert_eq!(figure.name, "mean_change_phq-9");
        insta::assert_snapshot!(figure.title, @"After infusion 2, PHQ-9 had fallen by 8.3 points on intravenous");
        let chart = lines(&figure);
        // Changes of -1.9 and -8.3, each with an interval of 1.2 on both sides.
        assert!(chart.y.from <= -9.5 && chart.y.to.abs() < 1e-12, "{:?}", chart.y);
        assert_eq!(chart.y.zero.as_deref(), Some("baseline"));
        insta::assert_snapshot!(chart.y.label, @"Mean change from baseline in points (a fall is an improvement)");
        assert_eq!(chart.series[0].points[2], None);
        assert_eq!(chart.series[0].numbers[2], Number::Hidden);
        assert!(figure.notes.iter().any(|note| note.contains("hidden to protect small groups")));
        insta::assert_snapshot!(figure.alt.replace('\u{a0}', "~"), @"Line chart: mean change of the PHQ-9 from baseline, in points, by infusion number. Change: PHQ-9 after the infusion less PHQ-9 at baseline; a fall is an improvement. Intravenous: infusion 1 −1.9, infusion 2 −8.3, infusion 3 hidden to protect small groups.");
    }

    #[test]
    fn an_instrument_without_a_response_rule_has_a_mean_too() {
        let figure =
            figure_of(Response::new().shown(["cadss", "all", "all", "all"], 1, [50, 60], 0.2));
        assert_eq!(figure.name, "mean_change_cadss");
    }

    #[test]
    fn the_finding_compares_at_the_last_infusion_in_common() {
        let table = Response::new()
            .shown(IV, 1, [240, 260], 0.12)
            .shown(IV, 2, [201, 260], 0.52)
            .shown(IN, 1, [176, 190], 0.41)
            .hidden(IN, 2, 190);
        let finding = figure_of(table).finding.replace('\u{a0}', "~");
        insta::assert_snapshot!(finding, @"After infusion 1, the PHQ-9 had fallen by 1.9 points on average (95~% interval 0.7~to~3.1) among the 240 people scored on the intravenous route; by 6.6 (5.4~to~7.8) among the 176 on the intranasal route.");
    }

    #[test]
    fn falls_rises_and_neither_are_told_apart() {
        let changes = [
            ("intravenous", 12.3, Some((9.0, 15.6))),
            ("intranasal", 0.04, Some((-2.0, 2.04))),
            ("oral", -0.3, None),
        ];
        insta::assert_snapshot!(finding_of("WHO-5", &changes), @"After infusion 1, the WHO-5 had risen by 12.3 points on average (95~% interval 9.0~to~15.6) among the 50 people scored on the intravenous route; it had not changed (a fall of 2.0~to~a rise of 2.0) among the 50 on the intranasal route; it had fallen by 0.3 among the 50 on the oral route.");
    }

    #[test]
    fn nothing_to_show_is_said_and_why() {
        let hidden = figure_of(Response::new().hidden(IV, 1, 20)).finding;
        assert_eq!(hidden, "No mean change of the PHQ-9 can be shown: the groups are too small.");
        let nobody = figure_of(Response::new().nobody(IV, 1, 20)).finding;
        assert_eq!(nobody, "Nobody was scored on the PHQ-9 after an infusion.");
    }
}
