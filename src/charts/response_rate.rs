//! Response rate after each infusion, a curve per route: one figure per instrument.

use super::figure::{Figure, Number, Point, Series, Uncertainty};
use super::marking::Marking;
use super::response_words::{Curve, alt, finding};
use super::theme;
use crate::event::instrument::{Better, Instrument, Instruments, ResponseRule};
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;

/// More curves than this and bands would cover each other.
const MOST_BANDS: usize = 4;

/// The figures of a `response_by_infusion` table, in the order of its instruments. An instrument
/// without a response rule has none.
#[must_use]
pub fn figures(
    table: &Disclosed<Table>,
    instruments: &Instruments,
    marking: Marking,
) -> Vec<Figure> {
    let table = table.get();
    let mut codes: Vec<&str> = Vec::new();
    for row in 0..table.n_rows() {
        let code = table.text(row, "instrument");
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes
        .into_iter()
        .filter_map(|code| {
            let instrument = instruments.get(code)?;
            let response = instrument.response?;
            let definition = define(instrument, response);
            figure(table, code, &instrument.name, definition, marking)
        })
        .collect()
}

/// What a response is, in a sentence.
fn define(instrument: &Instrument, response: ResponseRule) -> String {
    let name = &instrument.name;
    let verb = match instrument.better {
        Better::Lower => "fell",
        Better::Higher => "rose",
    };
    match response {
        ResponseRule::Percent(percent) => {
            format!("Response: {name} {verb} by at least {percent}\u{a0}% from baseline.")
        }
        ResponseRule::Points(points) => {
            format!("Response: {name} {verb} by at least {points} points from baseline.")
        }
    }
}

fn figure(
    table: &Table,
    code: &str,
    name: &str,
    subtitle: String,
    marking: Marking,
) -> Option<Figure> {
    let rows: Vec<usize> = (0..table.n_rows())
        .filter(|&row| table.text(row, "instrument") == code && table.text(row, "stratum") == "all")
        .collect();
    let mut ticks: Vec<i64> = rows.iter().filter_map(|&row| table.int(row, "infusion")).collect();
    ticks.sort_unstable();
    ticks.dedup();
    let series = series(table, &rows, &ticks);
    if series.is_empty() {
        return None;
    }
    let curves: Vec<Curve> =
        series.iter().map(|(route, series)| Curve::of(route, series, &ticks)).collect();
    let finding = finding(name, &curves);
    let alt = alt(name, &subtitle, &curves);
    let is_hidden = |series: &Series| {
        let gap = series.points.iter().zip(&series.numbers).any(|(point, number)| {
            point.is_none() && !matches!(number, Number::None | Number::Count(0))
        });
        gap || series.numbers.contains(&Number::Hidden)
    };
    let any_hidden = series.iter().any(|(_, series)| is_hidden(series));
    let many = series.len() > MOST_BANDS;
    let mut notes = vec![
        format!(
            "{} 95\u{a0}% intervals (Wilson).",
            if many { "Vertical lines:" } else { "Bands:" }
        ),
        "A curve over infusions compares different people at each one.".into(),
    ];
    if series.len() > 1 {
        notes.push("Routes are not randomised.".into());
    }
    if any_hidden {
        notes.push("A dot (·) or a gap in a curve: hidden to protect small groups.".into());
    }
    Some(Figure {
        name: format!("response_rate_{code}"),
        instrument: code.into(),
        title: format!("{name}: response after each infusion"),
        subtitle,
        finding,
        alt,
        x_label: "Infusion".into(),
        x_ticks: ticks,
        y_label: "Share of people scored who responded".into(),
        uncertainty: if many { Uncertainty::Whisker } else { Uncertainty::Band },
        series: series.into_iter().map(|(_, series)| series).collect(),
        rows_label: "People scored after the infusion".into(),
        notes,
        markings: marking.lines(),
    })
}

/// A curve per single route; where there is none, one for all.
fn series<'a>(table: &'a Table, rows: &[usize], ticks: &[i64]) -> Vec<(&'a str, Series)> {
    let of = |route: &'static str| {
        let rows: Vec<usize> =
            rows.iter().copied().filter(|&row| table.text(row, "route") == route).collect();
        let first = *rows.first()?;
        let at = |tick: &i64| {
            rows.iter().copied().find(|&row| table.int(row, "infusion") == Some(*tick))
        };
        let series = Series {
            label: theme::route_label(route).into(),
            look: theme::look(route),
            points: ticks.iter().map(|tick| at(tick).and_then(|row| point(table, row))).collect(),
            numbers: ticks
                .iter()
                .map(|tick| at(tick).map_or(Number::None, |row| number(table, row)))
                .collect(),
        };
        Some((table.text(first, "route"), series))
    };
    let single: Vec<_> = theme::route_codes()
        .filter(|route| !matches!(*route, "all" | "mixed"))
        .filter_map(of)
        .collect();
    if single.is_empty() { of("all").into_iter().collect() } else { single }
}

fn point(table: &Table, row: usize) -> Option<Point> {
    let y = table.float(row, "response_rate")?;
    let interval = table.float(row, "response_lo").zip(table.float(row, "response_hi"));
    Some(Point { y, interval })
}

fn number(table: &Table, row: usize) -> Number {
    match table.int(row, "n_observed") {
        Some(count) => Number::Count(count),
        None if is_hidden(table, row, "n_observed") => Number::Hidden,
        None => Number::None,
    }
}

fn is_hidden(table: &Table, row: usize, column: &str) -> bool {
    table.text(row, "hidden").split(';').any(|name| name == column)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Response;
    use super::*;
    use crate::event::instrument::shipped;

    const IV: [&str; 4] = ["phq-9", "all", "all", "intravenous"];
    const IN: [&str; 4] = ["phq-9", "all", "all", "intranasal"];
    const ALL: [&str; 4] = ["phq-9", "all", "all", "all"];

    fn figures_of(table: Response) -> Vec<Figure> {
        figures(&table.done(), &shipped().expect("shipped"), Marking::default())
    }

    fn two_routes() -> Response {
        Response::new()
            .shown(IV, 1, [240, 260], 0.12)
            .shown(IV, 2, [201, 260], 0.52)
            .nobody(IV, 3, 260)
            .shown(IN, 1, [176, 190], 0.41)
            .hidden(IN, 2, 190)
            .shown(IN, 3, [150, 190], 0.44)
            .shown(ALL, 1, [416, 450], 0.25)
    }

    #[test]
    fn a_curve_per_single_route_and_none_for_all() {
        let figures = figures_of(two_routes());
        assert_eq!(figures.len(), 1);
        let figure = &figures[0];
        assert_eq!(figure.name, "response_rate_phq-9");
        assert_eq!(figure.x_ticks, [1, 2, 3]);
        let labels: Vec<&str> = figure.series.iter().map(|series| series.label.as_str()).collect();
        assert_eq!(labels, ["Intravenous", "Intranasal"]);
        assert_eq!(
            figure.series[0].numbers,
            [Number::Count(240), Number::Count(201), Number::Count(0)]
        );
        assert_eq!(figure.uncertainty, Uncertainty::Band);
    }

    #[test]
    fn a_hidden_cell_is_a_gap_and_a_dot_and_nothing_is_worked_out() {
        let figure = figures_of(two_routes()).remove(0);
        let nasal = &figure.series[1];
        assert_eq!(nasal.points[1], None);
        assert_eq!(nasal.numbers, [Number::Count(176), Number::Hidden, Number::Count(150)]);
        assert_eq!(nasal.runs().len(), 2);
        assert!(figure.notes.iter().any(|note| note.contains("hidden to protect small groups")));
        assert!(figure.alt.contains("infusion 2 hidden to protect small groups"), "{}", figure.alt);
        assert!(figure.alt.contains("infusion 3 nobody scored"), "{}", figure.alt);
    }

    #[test]
    fn the_finding_compares_at_the_last_infusion_in_common() {
        let figure = figures_of(two_routes()).remove(0);
        insta::assert_snapshot!(figure.finding.replace('\u{a0}', "~"), @"After infusion 1, 12~% (95~% interval 8~to~17~%) of the 240 people scored on the intravenous route had responded; 41~% (34~to~48~%) of the 176 on the intranasal route.");
    }

    #[test]
    fn without_an_infusion_in_common_each_route_has_its_own() {
        let table = Response::new()
            .shown(IV, 1, [240, 260], 0.12)
            .hidden(IV, 2, 260)
            .hidden(IN, 1, 190)
            .shown(IN, 2, [150, 190], 0.44);
        let figure = figures_of(table).remove(0);
        insta::assert_snapshot!(figure.finding.replace('\u{a0}', "~"), @"After infusion 1, 12~% (95~% interval 8~to~17~%) of the 240 people scored on the intravenous route had responded. After infusion 2, 44~% (95~% interval 36~to~52~%) of the 150 people scored on the intranasal route had responded.");
    }

    #[test]
    fn nothing_to_show_is_said_and_why() {
        let hidden = figures_of(Response::new().hidden(IV, 1, 20)).remove(0);
        assert_eq!(
            hidden.finding,
            "No PHQ-9 response rate can be shown: the groups are too small."
        );
        let nobody = figures_of(Response::new().nobody(IV, 1, 20)).remove(0);
        assert_eq!(nobody.finding, "Nobody was scored on the PHQ-9 after an infusion.");
        assert!(!nobody.notes.iter().any(|note| note.contains("hidden")));
    }

    #[test]
    fn all_stands_in_where_no_single_route_is() {
        let figure = figures_of(Response::new().shown(ALL, 1, [416, 450], 0.25)).remove(0);
        assert_eq!(figure.series.len(), 1);
        assert_eq!(figure.series[0].label, "All routes");
        assert!(figure.finding.ends_with("of the 416 people scored had responded."));
        assert!(!figure.notes.iter().any(|note| note.contains("randomised")));
    }

    #[test]
    fn other_strata_and_instruments_without_a_rule_are_no_figure() {
        let table = Response::new().shown(["cadss", "all", "all", "all"], 1, [50, 60], 0.2).shown(
            ["gad-7", "indication", "gad", "all"],
            1,
            [50, 60],
            0.2,
        );
        assert!(figures_of(table).is_empty());
    }

    #[test]
    fn many_routes_have_whiskers() {
        let mut table = Response::new();
        for route in ["intravenous", "intranasal", "intramuscular", "sublingual", "oral"] {
            table = table.shown(["who-5", "all", "all", route], 1, [50, 60], 0.2);
        }
        let figure = figures_of(table).remove(0);
        assert_eq!(figure.uncertainty, Uncertainty::Whisker);
        assert_eq!(figure.subtitle, "Response: WHO-5 rose by at least 10 points from baseline.");
        assert!(figure.finding.ends_with("The other routes are in the chart and the table."));
    }
}
