//! How long something lasts, a step line from all to none per route: what durability and time on
//! treatment have in common.
//!
//! A step that disclosure control gathered with a later one is not drawn. A curve ends where nobody
//! is followed any longer: what an estimator carries on from there rests on nobody.

use super::axis::Axis;
use super::by_route::{Columns, Rows, per_instrument};
use super::figure::{Figure, Plot};
use super::line_chart::{LineChart, LineShape, Series};
use super::marking::Marking;
use super::number::{Number, percent, thousands};
use super::words::{self, Curve, INTERVAL, Reach, Telling, on_route, percent_interval};
use crate::event::instrument::Instruments;
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;

/// Where a curve stands in its table.
const COLUMNS: Columns =
    Columns { x: "time", y: "estimate", limits: ["lo", "hi"], count: "n_at_risk" };

/// Something that lasts.
pub(super) struct Lasting {
    /// Its table.
    pub(super) table: &'static str,
    /// Beginning of the name of its figures.
    pub(super) file: &'static str,
    /// Columns and codes of its rows there.
    pub(super) only: &'static [(&'static str, &'static str)],
    /// "days", "infusions".
    pub(super) unit: &'static str,
    /// Name of the horizontal axis.
    pub(super) x_label: &'static str,
    /// The measure, after the name of the instrument.
    pub(super) measure: &'static str,
    /// How it is defined, in sentences.
    pub(super) definition: &'static str,
    /// Who they are at the start: "responders", "people".
    pub(super) whom: &'static str,
    /// "still responded".
    pub(super) still: &'static str,
    /// How the interval was worked out.
    pub(super) intervals: &'static str,
    /// What one must know to read it.
    pub(super) notes: &'static [&'static str],
}

impl Lasting {
    /// "84 days", "1 infusion".
    fn when(&self, time: i64) -> String {
        let unit = if time == 1 { self.unit.trim_end_matches('s') } else { self.unit };
        format!("{time} {unit}")
    }
}

/// The figures of something that lasts, in the order of the instruments of its table.
pub(super) fn figures(
    table: &Disclosed<Table>,
    instruments: &Instruments,
    lasting: &Lasting,
    marking: Marking,
) -> Vec<Figure> {
    per_instrument(table, instruments, |table, code, instrument| {
        figure(table, code, &instrument.name, lasting, marking)
    })
}

fn figure(
    table: &Table,
    code: &str,
    name: &str,
    lasting: &Lasting,
    marking: Marking,
) -> Option<Figure> {
    let mut rows = Rows::of(table, code).only("stratum", "all");
    for (column, text) in lasting.only {
        rows = rows.only(column, text);
    }
    // At the start there is everyone.
    let later = rows.ints(COLUMNS.x).into_iter().filter(|time| *time > 0);
    let mut times: Vec<i64> = std::iter::once(0).chain(later).collect();
    let when = |time: i64| lasting.when(time);
    let telling = Telling {
        when: &when,
        value: words::share_told,
        people: "people at risk",
        nobody: "nobody followed so long",
    };
    let routes = rows.by_route();
    let mut lines: Vec<Line> =
        routes.iter().map(|(route, rows)| Line::of(route, rows, &times, &telling)).collect();
    let reach = lines.iter().filter_map(|line| line.series.last()).map(|(tick, _)| tick + 1).max();
    // Where nothing can be shown, what is hidden stays in sight at the first times.
    let reach = reach.unwrap_or(1).max(2).min(times.len());
    times.truncate(reach);
    for line in &mut lines {
        line.cut(reach);
    }
    let curves: Vec<Curve> =
        lines.iter().map(|line| Curve::of(line.route, &line.series, &times)).collect();
    let n = |route: &str| lines.iter().find(|line| line.route == route)?.n;
    if lines.is_empty() {
        return None;
    }
    let measure = format!("{name}: {}", lasting.measure);
    let finding = finding(name, lasting, &curves, n);
    let alt = alt(name, lasting, &curves, &when);
    let (mut series, starts): (Vec<Series>, Vec<Number>) =
        lines.into_iter().map(|line| (line.series, line.start)).unzip();
    let mut notes = words::notes(&series, lasting.intervals);
    notes.extend(lasting.notes.iter().map(|note| (*note).to_owned()));
    if series.iter().any(Series::has_hidden) {
        notes.retain(|note| note != words::HIDDEN_IS_A_GAP);
        notes.push(words::GATHERED.into());
    }
    for (series, start) in series.iter_mut().zip(starts) {
        words::count_gathered(series, &times, &telling);
        if let Some(number) = series.numbers.first_mut() {
            *number = start;
        }
    }
    Some(Figure {
        name: format!("{}_{code}", lasting.file),
        instrument: code.into(),
        table: lasting.table,
        title: title(lasting, &curves).unwrap_or_else(|| measure.clone()),
        subtitle: format!("{measure}. {}", lasting.definition),
        finding,
        alt,
        plot: Plot::Lines(LineChart {
            x_label: lasting.x_label.into(),
            x_ticks: times.iter().map(i64::to_string).collect(),
            y: Axis::shares(&format!("Share of {} who {}", lasting.whom, lasting.still)),
            line: LineShape::Step { from: 1.0 },
            series,
            rows_label: "People at risk: still followed".into(),
        }),
        notes,
        markings: marking.lines(),
    })
}

/// The curve of a route.
struct Line {
    route: &'static str,
    series: Series,
    /// The number at its start, which no words speak of.
    start: Number,
    /// The people at its start; `None` where hidden.
    n: Option<i64>,
}

impl Line {
    fn of(route: &'static str, rows: &Rows<'_>, times: &[i64], telling: &Telling<'_>) -> Self {
        let mut series = rows.series(route, times, &COLUMNS, telling);
        let at_risk = series.numbers.iter().zip(&mut series.points);
        for (tick, (number, point)) in at_risk.enumerate() {
            if *number == Number::Count(0)
                && point.take().is_some()
                && let Some(readout) = series.readouts.get_mut(tick)
                && let Some(time) = times.get(tick)
            {
                *readout = telling.readout(&series.label, *time, None, *number);
            }
        }
        // The start is where the line comes from, and no estimate.
        if let (Some(point), Some(readout)) =
            (series.points.first_mut(), series.readouts.first_mut())
        {
            *point = None;
            readout.clear();
        }
        let start =
            series.numbers.first_mut().map(|number| std::mem::replace(number, Number::Blank));
        // Where the table has no row of the start: everyone.
        let start = start.filter(|number| *number != Number::None);
        let start = start.unwrap_or_else(|| rows.number("n"));
        Self { route, series, start, n: rows.int("n") }
    }

    fn cut(&mut self, reach: usize) {
        self.series.points.truncate(reach);
        self.series.numbers.truncate(reach);
        self.series.readouts.truncate(reach);
    }
}

/// "After 84 days, 62 % still responded on intravenous, 55 % on intranasal".
fn title(lasting: &Lasting, curves: &[Curve]) -> Option<String> {
    words::headline(
        curves,
        Reach::End,
        |curve, seen| {
            let (share, on) = (percent(seen.point.y), words::on(&curve.route));
            let when = lasting.when(seen.infusion);
            format!("After {when}, {share} of {} {}{on}", lasting.whom, lasting.still)
        },
        |curve, seen, _| format!("{}{}", percent(seen.point.y), words::on(&curve.route)),
    )
}

/// What the figure shows, in words.
fn finding(
    name: &str,
    lasting: &Lasting,
    curves: &[Curve],
    n: impl Fn(&str) -> Option<i64>,
) -> String {
    let whom = |route: &str| {
        let count = n(route).map_or_else(String::new, |n| format!("{} ", thousands(n)));
        format!("the {count}{}{}", lasting.whom, on_route(route))
    };
    let compared = words::compare(
        curves,
        Reach::End,
        "curve",
        |curve, seen| {
            let (share, interval) = (percent(seen.point.y), percent_interval(seen.point, INTERVAL));
            let (when, whom) = (lasting.when(seen.infusion), whom(&curve.route));
            format!("After {when}, {share}{interval} of {whom} {}", lasting.still)
        },
        |curve, seen, _| {
            let (share, interval) = (percent(seen.point.y), percent_interval(seen.point, ""));
            format!("{share}{interval} of {}", whom(&curve.route))
        },
    );
    match compared {
        Some(text) => text,
        None if words::any_hidden(curves) => {
            format!("{name}: {} cannot be shown, the groups are too small.", lasting.measure)
        }
        None => format!("{name}: there was nobody to follow."),
    }
}

/// The figure for those who do not see it: each curve at its last point.
fn alt(name: &str, lasting: &Lasting, curves: &[Curve], when: &dyn Fn(i64) -> String) -> String {
    let ends = curves.iter().filter_map(|curve| {
        let last = curve.last()?;
        Some(format!("{} {} at {}", curve.label, percent(last.point.y), when(last.infusion)))
    });
    let ends: Vec<String> = ends.collect();
    let ends = if ends.is_empty() {
        "No curve can be shown.".into()
    } else {
        format!("The curves begin at 100\u{a0}% and end at: {}.", ends.join(", "))
    };
    format!(
        "Step line chart: share of {} who {} on the {name}, 0 to 100\u{a0}%, by {}. {} {ends} The steps between are in the table.",
        lasting.whom, lasting.still, lasting.unit, lasting.definition
    )
}
