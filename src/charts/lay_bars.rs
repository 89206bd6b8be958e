//! Stacked bars on their page: each bar all the people of its group, cut into steps.
//!
//! A hidden step has no length of its own. What the known ones leave of a bar stays empty, at its
//! end.

use super::bar_chart::{Bar, BarChart};
use super::frame::{AIR, BOLD, DOT, Sizes};
use super::key;
use super::number::Number;
use super::page::{Page, plain};
use super::scene::{Anchor, Shape, fitted, text_width};
use super::theme;

/// Names of bars take at most this part of the width.
const MOST_NAME: f64 = 0.3;
/// Height of a bar.
const HEIGHT: f64 = 26.0;
/// Between the parts of a bar.
const RIM: f64 = 1.5;

/// Draws a bar chart from the current height of the page down.
pub(super) fn draw(page: &mut Page, chart: &BarChart, sizes: &Sizes) {
    let room = sizes.width - 2.0 * sizes.margin;
    page.paragraph(sizes.margin, room, &chart.label, plain(sizes.small, theme::MUTED));
    let names: Vec<&str> = chart.steps.iter().map(String::as_str).collect();
    key::draw(page, sizes, &names, |page, step, (x, y)| {
        let (colour, _) = theme::step_shade(step, chart.steps.len());
        area(page, (x - 8.0, x + 8.0), (y - 6.0, y + 6.0), colour);
        outline(page, (x - 8.0, x + 8.0), (y - 6.0, y + 6.0));
    });
    let widest = chart
        .groups
        .iter()
        .flat_map(|group| &group.bars)
        .map(|bar| text_width(&bar.label, sizes.text))
        .fold(0.0, f64::max);
    let left = sizes.margin + (widest + AIR).min(MOST_NAME * sizes.width);
    for group in &chart.groups {
        page.y += 6.0;
        if !group.heading.is_empty() {
            page.y += sizes.row / 2.0;
            let heading = fitted(&group.heading, sizes.text, room / BOLD);
            page.text((sizes.margin, page.y), &heading, plain(sizes.text, theme::INK).bold());
            page.y += sizes.row / 2.0 + 2.0;
        }
        for bar in &group.bars {
            self::bar(page, chart, bar, sizes, left);
            page.y += HEIGHT + 3.0;
        }
    }
}

fn area(page: &mut Page, (left, right): (f64, f64), (top, foot): (f64, f64), colour: theme::Rgb) {
    let points = vec![(left, top), (right, top), (right, foot), (left, foot)];
    page.shapes.push(Shape::Area { points, colour, opacity: 1.0 });
}

/// A line around, since the lightest step is hardly darker than paper.
fn outline(page: &mut Page, (left, right): (f64, f64), (top, foot): (f64, f64)) {
    let corners = vec![(left, top), (right, top), (right, foot), (left, foot), (left, top)];
    page.line(corners, theme::AXIS, 1.0);
}

#[allow(clippy::cast_precision_loss, reason = "people, far below 2^53")]
fn bar(page: &mut Page, chart: &BarChart, bar: &Bar, sizes: &Sizes, left: f64) {
    let (top, foot) = (page.y, page.y + HEIGHT);
    let y = f64::midpoint(top, foot);
    let name = fitted(&bar.label, sizes.text, left - sizes.margin - AIR / 2.0);
    page.text((sizes.margin, y), &name, plain(sizes.text, theme::INK));
    let right = sizes.width - sizes.margin;
    let Number::Count(whole @ 1..) = bar.whole else {
        let words =
            if bar.whole == Number::Hidden { "hidden to protect small groups" } else { "nobody" };
        page.text((left, y), words, plain(sizes.small, theme::MUTED));
        return;
    };
    let mut x = left;
    let mut hidden = Vec::new();
    for (step, part) in bar.parts.iter().enumerate() {
        let Number::Count(count) = part.number else {
            hidden.extend((part.number == Number::Hidden).then_some(part.readout.as_str()));
            continue;
        };
        let width = (right - left) * count as f64 / whole as f64;
        let (colour, letters) = theme::step_shade(step, chart.steps.len());
        if width > RIM {
            area(page, (x, x + width - RIM), (top, foot), colour);
            let text = part.number.text();
            if text_width(&text, sizes.number) + 6.0 <= width {
                let style = plain(sizes.number, letters).anchor(Anchor::Middle);
                page.text((x + width / 2.0, y), &text, style);
            }
            page.target((x + width / 2.0, y), (width, HEIGHT), &part.readout);
        }
        x += width;
    }
    outline(page, (left, right - RIM), (top, foot));
    if !hidden.is_empty() {
        let end = right - RIM;
        let at = (f64::midpoint(x, end.max(x)), y);
        let style = plain(DOT * sizes.number, theme::INK).anchor(Anchor::Middle);
        page.text(at, &Number::Hidden.text(), style);
        page.target(at, (end - x, HEIGHT), &hidden.join(". "));
    }
}
