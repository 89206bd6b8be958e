//! Share of people who have responded by each infusion, a step line per route: one figure per
//! instrument.
//!
//! The line is Aalen-Johansen's, for which stopping without a response ends the wait; beside it,
//! faint, is Kaplan-Meier's. A step that disclosure control gathered with a later one is not drawn.

use super::axis::Axis;
use super::by_route::{Columns, Rows, instrument_codes};
use super::figure::{Figure, Plot};
use super::lay_lines::MOST_TOGETHER;
use super::line_chart::{LineChart, LineShape, Point, Series};
use super::marking::Marking;
use super::number::{Number, percent, thousands};
use super::response_rate::define;
use super::words::{self, Curve, INTERVAL, Telling, on, on_route, percent_interval};
use crate::event::instrument::{Instrument, Instruments};
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;
use std::fmt::Write as _;

/// Where a curve stands in `cumulative_response`.
const COLUMNS: Columns =
    Columns { x: "infusion", y: "estimate", limits: ["lo", "hi"], count: "n_at_risk" };
/// The estimator of the line.
const LINE: &str = "aalen-johansen";
/// The estimator of the faint line.
const FAINT: &str = "kaplan-meier";

/// The figures of a `cumulative_response` table, in the order of its instruments, with the
/// medians of `time_to_response`. An instrument without a response rule has none.
#[must_use]
pub fn figures(
    cumulative: &Disclosed<Table>,
    times: &Disclosed<Table>,
    instruments: &Instruments,
    marking: Marking,
) -> Vec<Figure> {
    let (cumulative, times) = (cumulative.get(), times.get());
    let of = |code| figure(cumulative, times, code, instruments.get(code)?, marking);
    instrument_codes(cumulative).into_iter().filter_map(of).collect()
}

fn figure(
    cumulative: &Table,
    times: &Table,
    code: &str,
    instrument: &Instrument,
    marking: Marking,
) -> Option<Figure> {
    let name = &instrument.name;
    let definition = define(instrument, instrument.response?);
    let measure = format!("{name}: share who have responded by each infusion");
    let rows = Rows::of(cumulative, code).only("stratum", "all");
    // Before the first infusion nobody has responded.
    let infusions: Vec<i64> = std::iter::once(0).chain(rows.ints("infusion")).collect();
    let times = Rows::of(times, code).only("stratum", "all").only("estimator", LINE);
    let telling = Telling {
        when: &|infusion| format!("by infusion {infusion}"),
        value: words::share_told,
        people: "people at risk",
        nobody: "nobody at risk",
    };
    let mut series = Vec::new();
    let mut curves = Vec::new();
    for (route, rows) in rows.by_route() {
        let mut one = steps(route, &rows, &infusions, &telling);
        let curve = Curve::of(route, &one, &infusions);
        words::count_gathered(&mut one, &infusions, &telling);
        curves.push((curve, Median::of(&times.only("route", route))));
        series.push(one);
    }
    if series.is_empty() {
        return None;
    }
    // In a panel each, with the others behind in grey, a faint line could not be told from those.
    let has_faint = series.len() <= MOST_TOGETHER;
    if !has_faint {
        for series in &mut series {
            series.companion.clear();
        }
    }
    let faint = if has_faint { " (faint: Kaplan-Meier)" } else { "" };
    Some(Figure {
        name: format!("cumulative_response_{code}"),
        instrument: code.into(),
        table: "cumulative_response",
        title: title(&curves).unwrap_or_else(|| measure.clone()),
        finding: finding(name, &curves),
        alt: alt(name, &definition, &curves, &series),
        subtitle: format!("{measure}. {definition}"),
        notes: notes(&series),
        plot: Plot::Lines(LineChart {
            x_label: "Infusion".into(),
            x_ticks: infusions.iter().map(i64::to_string).collect(),
            y: Axis::shares(&format!("Share of people who have responded by then{faint}")),
            line: LineShape::Step { from: 0.0 },
            series,
            rows_label: "People at risk: still in treatment, not yet responded".into(),
        }),
        markings: marking.lines(),
    })
}

/// The line of a route with the faint one beside it.
fn steps(route: &str, rows: &Rows<'_>, infusions: &[i64], telling: &Telling<'_>) -> Series {
    let mut series = rows.only("estimator", LINE).series(route, infusions, &COLUMNS, telling);
    series.companion = rows.only("estimator", FAINT).floats(infusions, &COLUMNS);
    if let (Some(number), Some(readout)) = (series.numbers.first_mut(), series.readouts.first_mut())
    {
        *number = Number::Blank;
        readout.clear();
    }
    series
}

fn notes(series: &[Series]) -> Vec<String> {
    let mut notes = vec![
        "Line: Aalen-Johansen estimate. Stopping without a response counts against it, since whoever has stopped can no longer respond.".into(),
    ];
    if series.iter().any(|series| !series.companion.is_empty()) {
        notes.push("Faint line: Kaplan-Meier estimate. It treats stopping as if the person might still have responded later; it is an upper bound.".into());
    }
    notes.extend(words::notes(series, "of the Aalen-Johansen estimate, log-log"));
    if series.iter().any(Series::has_hidden) {
        notes.retain(|note| note != words::HIDDEN_IS_A_GAP);
        notes.push(words::GATHERED.into());
    }
    notes
}

/// When half of the people of a route had responded.
struct Median {
    /// All people of the route; `None` where hidden.
    n: Option<i64>,
    /// The infusion, and the limits of its interval as far as they were reached. `None` where it
    /// was not reached.
    infusion: Option<(i64, Option<i64>, Option<i64>)>,
}

impl Median {
    fn of(row: &Rows<'_>) -> Self {
        let limits = (row.int("median_lo"), row.int("median_hi"));
        let infusion = row.int("median").map(|median| (median, limits.0, limits.1));
        Self { n: row.int("n"), infusion }
    }

    /// "the 260 people on the intravenous route".
    fn people(&self, route: &str) -> String {
        let people = self
            .n
            .map_or_else(|| "those treated".into(), |n| format!("the {} people", thousands(n)));
        format!("{people}{}", on_route(route))
    }
}

/// "Half had responded by infusion 4 on intravenous, by infusion 6 on intranasal"; where half was
/// not reached, how many had by the last infusion.
fn title(curves: &[(Curve, Median)]) -> Option<String> {
    let seen: Vec<_> =
        curves.iter().filter_map(|(curve, median)| Some((curve, median, curve.last()?))).collect();
    let reached = seen.iter().filter_map(|(curve, median, _)| Some((median.infusion?.0, *curve)));
    let mut half: Vec<(i64, &Curve)> = reached.collect();
    // The earliest first; routes that tie stay in code order.
    half.sort_by_key(|(infusion, _)| *infusion);
    match half.as_slice() {
        [] => {}
        [(infusion, curve)] => {
            return Some(format!("Half had responded by infusion {infusion}{}", on(&curve.route)));
        }
        [(first, one), (last, other)] if first == last => {
            let (one, other) = (on(&one.route), other.route.as_str());
            return Some(format!("Half had responded by infusion {first}{one} and {other}"));
        }
        [(first, _), .., (last, _)] if first == last => {
            return Some(format!(
                "Half had responded by infusion {first} on {} routes",
                half.len()
            ));
        }
        [(first, one), .., (last, other)] => {
            let (one, other) = (on(&one.route), on(&other.route));
            let title =
                format!("Half had responded by infusion {first}{one}, by infusion {last}{other}");
            return Some(title);
        }
    }
    let (first, _, last) = seen.first()?;
    let mut title = format!(
        "By infusion {}, {} had responded{}",
        last.infusion,
        percent(last.point.y),
        on(&first.route)
    );
    if let Some((other, _, _)) = seen.get(1)
        && let Some(seen) = other.at(last.infusion)
    {
        let _ = write!(title, ", {}{}", percent(seen.point.y), on(&other.route));
    }
    Some(title)
}

/// What the figure shows, in words: when half had responded, or how many had by the last infusion.
fn finding(name: &str, curves: &[(Curve, Median)]) -> String {
    let named = curves.iter().filter_map(|(curve, median)| Some((curve, median, curve.last()?)));
    let sentences = named.take(words::MOST_NAMED).map(|(curve, median, last)| {
        let people = median.people(&curve.route);
        if let Some((infusion, lo, hi)) = median.infusion {
            let interval = match (lo, hi) {
                (Some(lo), Some(hi)) => format!(" ({INTERVAL}{lo}\u{a0}to\u{a0}{hi})"),
                (Some(lo), None) => format!(" ({INTERVAL}{lo} or later)"),
                _ => String::new(),
            };
            format!("Half of {people} had responded by infusion {infusion}{interval}.")
        } else {
            let (infusion, share) = (last.infusion, percent(last.point.y));
            let interval = percent_interval(last.point, INTERVAL);
            format!("By infusion {infusion}, {share}{interval} of {people} had responded.")
        }
    });
    let sentences: Vec<String> = sentences.collect();
    let all = || curves.iter().map(|(curve, _)| curve);
    if !sentences.is_empty() {
        return sentences.join(" ") + &words::closing(all(), words::MOST_NAMED, "curve");
    }
    if words::any_hidden(all()) {
        return format!(
            "No cumulative response on the {name} can be shown: the groups are too small."
        );
    }
    words::nobody_scored(name)
}

/// The figure for those who do not see it.
fn alt(name: &str, definition: &str, curves: &[(Curve, Median)], series: &[Series]) -> String {
    let mut text = format!(
        "Step line chart: share of people who have responded on the {name}, 0 to 100\u{a0}%, by infusion number. {definition} Aalen-Johansen estimates.{}",
        words::listing(
            curves.iter().map(|(curve, _)| curve),
            false,
            words::infusion,
            |point: Point| percent(point.y)
        )
    );
    let faint = series.iter().filter_map(|series| {
        let last = series.companion.iter().rev().copied().flatten().next()?;
        Some(format!("{} {}", series.label.to_lowercase(), percent(last)))
    });
    let faint: Vec<String> = faint.collect();
    if !faint.is_empty() {
        let _ = write!(text, " The faint Kaplan-Meier lines end at: {}.", faint.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::cumulative_fixture::Cumulative;
    use super::super::fixture::lines;
    use super::*;
    use crate::event::instrument::shipped;

    fn figure_of(tables: Cumulative) -> Figure {
        let (cumulative, times) = tables.done();
        let instruments = shipped().expect("shipped");
        figures(&cumulative, &times, &instruments, Marking::default()).remove(0)
    }

    /// Steps of infusions 2 and 3 gathered on the nasal route.
    fn two_routes() -> Cumulative {
        Cumulative::new()
            .route(
                "intravenous",
                &[
                    Some((260, 0.12, 0.13)),
                    Some((220, 0.31, 0.35)),
                    Some((170, 0.44, 0.52)),
                    Some((120, 0.53, 0.66)),
                ],
            )
            .route("intranasal", &[Some((190, 0.0, 0.0)), None, None, Some((166, 0.38, 0.49))])
            .median("intravenous", Some(260), [Some(4), Some(3), None])
            .median("intranasal", Some(190), [None, None, None])
    }

    #[test]
    fn a_gathered_step_has_no_point_and_a_dot_and_the_curve_begins_at_nothing() {
        let figure = figure_of(two_routes());
        assert_eq!(figure.name, "cumulative_response_phq-9");
        let chart = lines(&figure);
        assert_eq!(chart.x_ticks, ["0", "1", "2", "3", "4"]);
        assert_eq!(figure.title, "Half had responded by infusion 4 on intravenous");
        assert_eq!(chart.series[1].readouts[0], "");
        assert_eq!(
            chart.series[1].readouts[2],
            "Intranasal, by infusion 2: hidden to protect small groups, 166 people at risk"
        );
        let last = &chart.series[1].readouts[4];
        assert!(!last.contains("at risk"), "those at risk at the beginning of a step: {last}");
        assert_eq!(chart.line, LineShape::Step { from: 0.0 });
        let nasal = &chart.series[1];
        assert_eq!(nasal.points.iter().flatten().count(), 2);
        assert_eq!((nasal.points[0], nasal.points[2]), (None, None));
        assert_eq!(
            nasal.numbers,
            [Number::Blank, Number::Count(190), Number::Count(166), Number::Hidden, Number::Hidden]
        );
        assert_eq!(nasal.companion, [None, Some(0.0), None, None, Some(0.49)]);
        assert!(figure.notes.iter().any(|note| note.contains("gathered")));
        assert!(figure.notes.iter().any(|note| note.contains("upper bound")));
        assert!(figure.notes.contains(&words::NOT_RANDOMISED.to_owned()));
    }

    #[test]
    fn the_finding_says_when_half_had_responded_or_how_many_had() {
        let figure = figure_of(two_routes());
        insta::assert_snapshot!(figure.finding.replace('\u{a0}', "~"), @"Half of the 260 people on the intravenous route had responded by infusion 4 (95~% interval 3 or later). By infusion 4, 38~% (95~% interval 32~to~45~%) of the 190 people on the intranasal route had responded.");
        insta::assert_snapshot!(figure.alt.replace('\u{a0}', "~"), @"Step line chart: share of people who have responded on the PHQ-9, 0 to 100~%, by infusion number. Response: PHQ-9 fell by at least 50~% from baseline. Aalen-Johansen estimates. Intravenous: infusion 1 12~%, infusion 2 31~%, infusion 3 44~%, infusion 4 53~%. Intranasal: infusion 1 0~%, infusion 4 38~%. The faint Kaplan-Meier lines end at: intravenous 66~%, intranasal 49~%.");
    }

    #[test]
    fn the_title_names_the_earliest_and_the_latest_and_those_at_once_together() {
        let steps = [Some((260, 0.2, 0.2)), Some((220, 0.6, 0.6))];
        let title = |medians: &[(&str, i64)]| {
            let mut tables = Cumulative::new();
            for (route, median) in medians {
                tables = tables.route(route, &steps);
                tables = tables.median(route, Some(260), [Some(*median), None, None]);
            }
            figure_of(tables).title
        };
        let two = title(&[("intravenous", 2), ("intranasal", 2)]);
        assert_eq!(two, "Half had responded by infusion 2 on intravenous and intranasal");
        let three = title(&[("intravenous", 4), ("intranasal", 2), ("oral", 3)]);
        assert_eq!(
            three,
            "Half had responded by infusion 2 on intranasal, by infusion 4 on intravenous"
        );
        let same = title(&[("intravenous", 2), ("intranasal", 2), ("oral", 2)]);
        assert_eq!(same, "Half had responded by infusion 2 on 3 routes");
    }

    #[test]
    fn one_curve_for_all_with_a_hidden_number_of_people() {
        let table = Cumulative::new().route("all", &[None, Some((40, 0.6, 0.7))]).median(
            "all",
            None,
            [Some(2), Some(2), Some(2)],
        );
        let figure = figure_of(table);
        assert_eq!(lines(&figure).series[0].label, "All routes");
        assert_eq!(
            figure.finding.replace('\u{a0}', " "),
            "Half of those treated had responded by infusion 2 (95 % interval 2 to 2)."
        );
        assert!(!figure.notes.contains(&words::NOT_RANDOMISED.to_owned()));
    }

    #[test]
    fn a_curve_of_hidden_steps_alone_is_named_and_not_drawn() {
        let figure = figure_of(two_routes().route("oral", &[None, None, None, None]));
        assert!(
            figure.finding.ends_with(" No curve can be shown for: oral."),
            "{}",
            figure.finding
        );
        assert!(!figure.alt.contains("Oral"), "{}", figure.alt);
        let alone = figure_of(Cumulative::new().route("oral", &[None, None]));
        assert_eq!(
            alone.finding,
            "No cumulative response on the PHQ-9 can be shown: the groups are too small."
        );
    }
}
