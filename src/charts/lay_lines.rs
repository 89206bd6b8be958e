//! A line chart on its page: axes, bands, curves, names at their ends, and the numbers below.

use super::frame::{DOT, Frame, SAMPLE, Sizes, frame, has_end_labels, printed};
use super::line_chart::{LineChart, LineShape, Series, runs};
use super::number::Number;
use super::page::{Page, plain};
use super::scene::{Anchor, At, Shape, mark};
use super::theme::{self, Rgb};

/// How far the last level of a step line is drawn on.
const STUB: f64 = 8.0;

/// More curves than this and their bands would cover each other: each has a panel of its own.
pub(super) const MOST_TOGETHER: usize = 4;

/// Draws the curves of a chart together, from the current height of the page down.
pub(super) fn draw(page: &mut Page, chart: &LineChart, sizes: &Sizes) {
    let frame = axes(page, chart, sizes);
    for series in &chart.series {
        band(page, &frame, chart.line, series);
    }
    for series in &chart.series {
        companion(page, &frame, chart.line, series);
    }
    for series in &chart.series {
        curve(page, &frame, chart.line, series);
    }
    if has_end_labels(chart, sizes) {
        end_labels(page, &frame, chart, sizes);
    }
    rows(page, chart, sizes, &frame);
}

fn axes(page: &mut Page, chart: &LineChart, sizes: &Sizes) -> Frame {
    let label = plain(sizes.small, theme::MUTED);
    page.paragraph(sizes.margin, sizes.width - 2.0 * sizes.margin, &chart.y.label, label);
    page.y += sizes.small * if chart.y.zero.is_some() { 1.6 } else { 0.8 };
    let frame = frame(page.y, chart, sizes);
    scales(page, &frame, chart, sizes);
    if let Some(zero) = &chart.y.zero {
        let above = frame.y(0.0) - sizes.small * 0.75;
        page.text((frame.right, above), zero, label.anchor(Anchor::End));
    }
    page.y = frame.bottom + 16.0;
    if sizes.narrow {
        page.y += sizes.row * 0.8;
        page.text(
            (f64::midpoint(frame.left, frame.right), page.y),
            &chart.x_label,
            label.anchor(Anchor::Middle),
        );
    } else {
        page.text((sizes.margin, page.y), &chart.x_label, label);
    }
    frame
}

/// The lines across the plot, and what stands at each tick.
pub(super) fn scales(page: &mut Page, frame: &Frame, chart: &LineChart, sizes: &Sizes) {
    for tick in &chart.y.ticks {
        let y = frame.y(tick.at);
        let is_zero = tick.at.abs() < f64::EPSILON;
        let colour = if is_zero { theme::AXIS } else { theme::GRID };
        page.line(vec![(frame.left, y), (frame.right, y)], colour, 1.0);
        let style = plain(sizes.small, theme::MUTED).anchor(Anchor::End);
        page.text((frame.left - 8.0, y), &tick.text, style);
    }
    if let Some(value) = &chart.y.held_against {
        let y = frame.y(value.at);
        page.shapes.push(Shape::Line {
            points: vec![(frame.left, y), (frame.right, y)],
            colour: theme::AXIS,
            opacity: 1.0,
            width: 1.0,
            dash: Some((5.0, 4.0)),
        });
        let style = plain(sizes.small, theme::MUTED);
        page.text((frame.left + 4.0, y - sizes.small * 0.75), &value.text, style);
    }
    for (tick, text) in chart.x_ticks.iter().enumerate() {
        let x = frame.x(tick);
        page.line(vec![(x, frame.bottom), (x, frame.bottom + 5.0)], theme::AXIS, 1.0);
        if frame.is_labelled(tick) {
            let style = plain(sizes.small, theme::INK).anchor(Anchor::Middle);
            page.text((x, frame.bottom + 16.0), text, style);
        }
    }
}

/// The corners of a line through places: none but these, or those of its steps.
fn trace(line: LineShape, places: Vec<At>) -> Vec<At> {
    if line == LineShape::Straight {
        return places;
    }
    let mut corners: Vec<At> = Vec::new();
    for (x, y) in places {
        if let Some((_, level)) = corners.last().copied() {
            corners.push((x, level));
        }
        corners.push((x, y));
    }
    corners
}

/// [`trace`], with a piece of the level that a step line ends on.
fn trace_to_end(line: LineShape, places: Vec<At>) -> Vec<At> {
    let mut corners = trace(line, places);
    if line != LineShape::Straight {
        corners.extend(corners.last().map(|(x, y)| (x + STUB, *y)));
    }
    corners
}

/// How a line is drawn.
#[derive(Clone, Copy)]
struct Ink {
    colour: Rgb,
    opacity: f64,
    width: f64,
    dash: Option<(f64, f64)>,
}

/// Draws a line. What a step line does between two points with hidden steps between them nobody can
/// see: a dotted line joins them, which claims neither level nor moment.
fn lines(
    page: &mut Page,
    frame: &Frame,
    line: LineShape,
    heights: impl Iterator<Item = Option<f64>>,
    ink: Ink,
) {
    let Ink { colour, opacity, width, dash } = ink;
    let runs = runs(heights);
    let n_runs = runs.len();
    let mut end = origin(frame, line).map(|at| (0, at));
    for (position, run) in runs.into_iter().enumerate() {
        let mut places: Vec<At> =
            run.iter().map(|(tick, y)| (frame.x(*tick), frame.y(*y))).collect();
        let (Some((first, _)), Some((last, _))) = (run.first(), run.last()) else { continue };
        match end {
            Some((tick, at)) if *first <= tick + 1 => places.insert(0, at),
            Some((_, at)) => {
                let points = std::iter::once(at).chain(places.first().copied()).collect();
                let (width, dash) = (theme::COMPANION_WIDTH, Some((2.0, 4.0)));
                page.shapes.push(Shape::Line { points, colour, opacity, width, dash });
            }
            None => {}
        }
        if matches!(line, LineShape::Step { .. }) {
            end = places.last().map(|at| (*last, *at));
        }
        let is_end = position + 1 == n_runs;
        let points = if is_end { trace_to_end(line, places) } else { trace(line, places) };
        page.shapes.push(Shape::Line { points, colour, opacity, width, dash });
    }
}

/// Where a step line begins, with nothing estimated and nothing marked.
fn origin(frame: &Frame, line: LineShape) -> Option<At> {
    match line {
        LineShape::Straight => None,
        LineShape::Step { from } => Some((frame.x(0), frame.y(from))),
    }
}

pub(super) fn band(page: &mut Page, frame: &Frame, line: LineShape, series: &Series) {
    let runs = series.runs();
    for (position, run) in runs.iter().enumerate() {
        let trace = if position + 1 == runs.len() { trace_to_end } else { trace };
        let limits: Vec<(f64, (f64, f64))> = run
            .iter()
            .filter_map(|(tick, point)| Some((frame.x(*tick), point.interval?)))
            .collect();
        if let [(x, interval)] = limits[..] {
            whisker(page, frame, series, x, interval);
            continue;
        }
        let along = |limit: fn((f64, f64)) -> f64| {
            trace(line, limits.iter().map(|(x, limits)| (*x, frame.y(limit(*limits)))).collect())
        };
        let (lower, upper) = (along(|limits| limits.0), along(|limits| limits.1));
        page.shapes.push(Shape::Area {
            points: lower.into_iter().chain(upper.into_iter().rev()).collect(),
            colour: series.look.line,
            opacity: theme::BAND_OPACITY,
        });
    }
}

fn companion(page: &mut Page, frame: &Frame, line: LineShape, series: &Series) {
    let ink = Ink {
        colour: series.look.line,
        opacity: theme::COMPANION_OPACITY,
        width: theme::COMPANION_WIDTH,
        dash: series.look.dash,
    };
    lines(page, frame, line, series.companion.iter().copied(), ink);
}

fn whisker(page: &mut Page, frame: &Frame, series: &Series, x: f64, (lo, hi): (f64, f64)) {
    page.shapes.push(Shape::Line {
        points: vec![(x, frame.y(lo)), (x, frame.y(hi))],
        colour: series.look.line,
        opacity: theme::WHISKER_OPACITY,
        width: 2.0,
        dash: None,
    });
}

/// The line of a curve, in its colour or, where it stands behind another, in that of context.
pub(super) fn stroke(
    page: &mut Page,
    frame: &Frame,
    line: LineShape,
    series: &Series,
    is_context: bool,
) {
    let (colour, width, dash) = if is_context {
        (theme::CONTEXT, theme::COMPANION_WIDTH, None)
    } else {
        (series.look.line, theme::CURVE_WIDTH, series.look.dash)
    };
    let heights = series.points.iter().map(|point| point.map(|point| point.y));
    lines(page, frame, line, heights, Ink { colour, opacity: 1.0, width, dash });
}

/// A curve with its marks, and what can be read out at each.
pub(super) fn curve(page: &mut Page, frame: &Frame, line: LineShape, series: &Series) {
    stroke(page, frame, line, series, false);
    // Marks that touch would cover the line: then only where it ends.
    let is_crowded = frame.step() < 2.5 * theme::MARK_SIZE;
    let end = series.last().map(|(tick, _)| tick);
    for (tick, point) in series.known() {
        let place = (frame.x(tick), frame.y(point.y));
        if !is_crowded || Some(tick) == end {
            page.shapes.extend(mark(series.look.mark, place, theme::MARK_SIZE, series.look.line));
        }
        let text = series.readouts.get(tick).map_or("", String::as_str);
        page.target(place, (theme::TARGET, theme::TARGET), text);
    }
}

/// Names at the ends of the curves that reach the last infusion, moved apart where they would
/// cover each other.
fn end_labels(page: &mut Page, frame: &Frame, chart: &LineChart, sizes: &Sizes) {
    let mut labels: Vec<(f64, &Series)> = chart
        .series
        .iter()
        .filter_map(|series| {
            let (tick, point) = series.last()?;
            (tick + 1 == frame.n_ticks).then(|| (frame.y(point.y), series))
        })
        .collect();
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let gap = sizes.small * 1.25;
    let mut floor = frame.top;
    for (y, _) in &mut labels {
        *y = y.max(floor);
        floor = *y + gap;
    }
    let mut ceiling = frame.bottom;
    for (y, _) in labels.iter_mut().rev() {
        *y = y.min(ceiling);
        ceiling = *y - gap;
    }
    for (y, series) in labels {
        let style = plain(sizes.small, series.look.text);
        page.text((frame.right + 4.0, y), &series.label, style);
    }
}

/// The numbers below the axis, each under its tick, with the curve's name and look beside them.
fn rows(page: &mut Page, chart: &LineChart, sizes: &Sizes, frame: &Frame) {
    page.y += 22.0;
    page.line(vec![(sizes.margin, page.y), (frame.right, page.y)], theme::GRID, 1.0);
    page.y += 6.0;
    page.paragraph(sizes.margin, sizes.width, &chart.rows_label, plain(sizes.small, theme::MUTED));
    page.y += 2.0;
    for series in &chart.series {
        let look = series.look;
        let y = page.y + sizes.row / 2.0;
        page.shapes.push(Shape::Line {
            points: vec![(sizes.margin, y), (sizes.margin + SAMPLE - 10.0, y)],
            colour: look.line,
            opacity: 1.0,
            width: theme::CURVE_WIDTH,
            dash: look.dash,
        });
        let middle = (sizes.margin + (SAMPLE - 10.0) / 2.0, y);
        page.shapes.extend(mark(look.mark, middle, theme::MARK_SIZE, look.line));
        let name = plain(sizes.text, look.text).bold();
        page.text((sizes.margin + SAMPLE, y), &series.label, name);
        page.y += sizes.row;
        let y = if sizes.narrow {
            page.y += sizes.row + 5.0;
            page.y - sizes.row / 2.0 - 6.0
        } else {
            y
        };
        numbers(page, frame, series, sizes, y);
    }
}

/// The numbers of a curve, each under its tick. Where a point is missing its number can be read
/// out in its stead.
pub(super) fn numbers(page: &mut Page, frame: &Frame, series: &Series, sizes: &Sizes, y: f64) {
    for (tick, number) in series.numbers.iter().enumerate() {
        let x = frame.x(tick);
        if frame.is_labelled(tick) {
            let is_hidden = *number == Number::Hidden;
            let size = if is_hidden { DOT * sizes.number } else { sizes.number };
            let style = plain(size, theme::INK).anchor(Anchor::Middle);
            page.text((x, y), &printed(*number, sizes), style);
        }
        if series.points.get(tick).is_some_and(Option::is_none) {
            let text = series.readouts.get(tick).map_or("", String::as_str);
            page.target((x, y), (theme::TARGET, theme::TARGET), text);
        }
    }
}
