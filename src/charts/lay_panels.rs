//! Small multiples: many curves, each with its band in a panel of its own, the others faint behind it.

use super::frame::{Frame, Sizes, scale_width};
use super::lay_lines::{band, curve, numbers, scales, stroke};
use super::line_chart::LineChart;
use super::page::{Page, plain};
use super::scene::mark;
use super::theme;

/// Panels side by side where there is room.
const COLUMNS: usize = 3;
/// Between panels.
const GAP: f64 = 20.0;
/// Height of the name of a panel, with the air below it.
const HEAD: f64 = 30.0;
/// Height of the plot of a panel.
const HEIGHT: f64 = 118.0;

/// Draws the curves of a chart from the current height of the page down, a panel each.
#[allow(clippy::cast_precision_loss, reason = "a handful of panels")]
pub(super) fn draw(page: &mut Page, chart: &LineChart, sizes: &Sizes) {
    let label = plain(sizes.small, theme::MUTED);
    let room = sizes.width - 2.0 * sizes.margin;
    page.paragraph(sizes.margin, room, &chart.y.label, label);
    page.y += sizes.small * 0.5;
    let columns = if sizes.narrow { 1 } else { COLUMNS };
    let width = (room - GAP * (columns - 1) as f64) / columns as f64;
    let height = HEAD + HEIGHT + 24.0 + sizes.row + 14.0;
    let positions: Vec<usize> = (0..chart.series.len()).collect();
    for row in positions.chunks(columns) {
        for (column, position) in row.iter().enumerate() {
            let left = sizes.margin + column as f64 * (width + GAP);
            panel(page, chart, sizes, *position, (left, left + width));
        }
        page.y += height;
    }
    let below = format!("Across: {}. Below: {}.", lower(&chart.x_label), lower(&chart.rows_label));
    page.paragraph(sizes.margin, room, &below, label);
}

/// A label inside a sentence.
fn lower(label: &str) -> String {
    let mut letters = label.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}

fn panel(
    page: &mut Page,
    chart: &LineChart,
    sizes: &Sizes,
    position: usize,
    (left, right): (f64, f64),
) {
    let Some(series) = chart.series.get(position) else { return };
    let look = series.look;
    let top = page.y;
    page.shapes.extend(mark(look.mark, (left + 6.0, top + 9.0), theme::MARK_SIZE, look.line));
    page.text((left + 18.0, top + 9.0), &series.label, plain(sizes.text, look.text).bold());
    let plot = (top + HEAD, top + HEAD + HEIGHT);
    let across = (left + scale_width(chart, sizes), right);
    let frame = Frame::of(across, plot, chart, std::slice::from_ref(series), sizes);
    scales(page, &frame, chart, sizes);
    for (other, behind) in chart.series.iter().enumerate() {
        if other != position {
            stroke(page, &frame, chart.line, behind, true);
        }
    }
    band(page, &frame, chart.line, series);
    curve(page, &frame, chart.line, series);
    numbers(page, &frame, series, sizes, plot.1 + 24.0 + sizes.row / 2.0);
}
