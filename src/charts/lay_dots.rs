//! A dot plot on its page: names, dots with whiskers on one scale, and what they say in numbers.
//!
//! One panel has its numbers in columns beside it; of several, each dot has its number with it. A
//! narrow page has names above the rows of one panel, and several panels one below the other.

use super::axis::Tick;
use super::dot_plot::{Dot, DotPlot, Kind, Row, Value};
use super::frame::{AIR, BOLD, Sizes};
use super::key;
use super::number::Number;
use super::page::{Page, plain};
use super::scene::{self, Anchor, At, Shape, fitted, text_width, wrap};
use super::theme::{self, Look};

/// Names of rows take at most this part of the width.
const MOST_NAME: f64 = 0.36;
/// Height of one of several dots of a row.
const LINE: f64 = 18.0;
/// Half the size of a mark: small, so that short intervals can be seen beside it.
const MARK_SIZE: f64 = 3.8;
/// Between panels.
const GAP: f64 = 22.0;
/// From the ends of the scale to the edges of its panel.
const PAD: f64 = 8.0;

/// Draws a dot plot from the current height of the page down.
pub(super) fn draw(page: &mut Page, plot: &DotPlot, sizes: &Sizes) {
    if plot.series.len() > 1 {
        let kinds: Vec<&Kind> = plot.drawn().collect();
        let names: Vec<&str> = kinds.iter().map(|kind| kind.label.as_str()).collect();
        key::draw(page, sizes, &names, |page, position, at| {
            if let Some(kind) = kinds.get(position) {
                page.shapes.push(self::mark(kind.look, at));
            }
        });
    }
    let label = plain(sizes.small, theme::MUTED);
    page.paragraph(sizes.margin, sizes.width - 2.0 * sizes.margin, &plot.x.label, label);
    page.y += sizes.small * 0.4;
    let panels: Vec<usize> = (0..plot.panels.len()).collect();
    let at_once = if sizes.narrow { 1 } else { panels.len().max(1) };
    for panels in panels.chunks(at_once) {
        block(page, plot, sizes, panels);
    }
}

/// A mark without a rim: no line passes behind it but its own.
fn mark(look: Look, at: At) -> Shape {
    let [_, shape] = scene::mark(look.mark, at, MARK_SIZE, look.line);
    shape
}

/// A panel and where it lies.
struct Panel {
    at: usize,
    left: f64,
    right: f64,
}

impl Panel {
    fn x(&self, plot: &DotPlot, value: f64) -> f64 {
        let share = ((value - plot.x.from) / (plot.x.to - plot.x.from)).clamp(0.0, 1.0);
        self.left + PAD + share * (self.right - self.left - 2.0 * PAD)
    }
}

/// Where things stand across the page.
struct Across {
    /// Room for names; none where they stand above their rows.
    names: f64,
    panels: Vec<Panel>,
    /// Left edge of the words beside a row, and right edge of its counts, in a plot of one panel.
    words: Option<f64>,
    counts: Option<f64>,
}

#[allow(clippy::cast_precision_loss, reason = "a handful of panels")]
fn across(plot: &DotPlot, sizes: &Sizes, panels: &[usize]) -> Across {
    let rows = || plot.groups.iter().flat_map(|group| &group.rows);
    let is_single = plot.panels.len() == 1;
    let names = if sizes.narrow && is_single {
        0.0
    } else {
        let widest = rows().map(|row| text_width(&row.label, sizes.text)).fold(0.0, f64::max);
        (widest + AIR).min(MOST_NAME * sizes.width)
    };
    let mut right = sizes.width - sizes.margin;
    let (mut words, mut counts) = (None, None);
    if is_single {
        if !sizes.narrow && !plot.counts_label.is_empty() {
            let widest = plot.dots().map(|dot| text_width(&dot.number.text(), sizes.number));
            counts = Some(right);
            right -= widest.fold(text_width(&plot.counts_label, sizes.small), f64::max) + AIR;
        }
        let known = plot.dots().filter(|dot| dot.value.known().is_some());
        let widest = known.map(|dot| text_width(&dot.text, sizes.number)).fold(0.0, f64::max);
        right -= widest;
        words = Some(right);
        right -= AIR * 0.6;
    }
    let left = sizes.margin + names;
    let n = panels.len().max(1) as f64;
    let width = (right - left - GAP * (n - 1.0)) / n;
    let place = |(position, at): (usize, &usize)| {
        let left = left + position as f64 * (width + GAP);
        Panel { at: *at, left, right: left + width }
    };
    Across { names, panels: panels.iter().enumerate().map(place).collect(), words, counts }
}

/// Some panels side by side, with all rows.
fn block(page: &mut Page, plot: &DotPlot, sizes: &Sizes, panels: &[usize]) {
    let across = across(plot, sizes, panels);
    head(page, plot, sizes, &across);
    let top = references(page, plot, sizes, &across);
    for (position, group) in plot.groups.iter().enumerate() {
        let mut heading = 0.0;
        if !group.heading.is_empty() {
            page.y += sizes.row * 0.75;
            let style = plain(sizes.text, theme::INK).bold();
            let room = (sizes.width - 2.0 * sizes.margin) / BOLD;
            let text = fitted(&group.heading, sizes.text, room);
            page.text((sizes.margin, page.y), &text, style);
            heading = sizes.margin + text_width(&text, sizes.text) * BOLD + 6.0;
            page.y += sizes.row * 0.55;
        }
        if let (0, Some(reference)) = (position, &plot.reference) {
            // From its name down, unless the heading is in between.
            let at = across.panels.iter().map(|panel| panel.x(plot, reference.at));
            for x in at.filter(|x| *x > heading) {
                page.line(vec![(x, top), (x, page.y)], theme::AXIS, 1.6);
            }
        }
        let mut y = page.y;
        for row in &group.rows {
            let height = row_height(row, plot, sizes, &across);
            // Not through a name that stands above its row.
            let name = if across.names > 0.0 { 0.0 } else { sizes.row * 0.9 };
            for panel in &across.panels {
                grid(page, plot, panel, (y + name, y + height));
            }
            y += height;
        }
        for row in &group.rows {
            self::row(page, plot, row, sizes, &across);
        }
    }
    for panel in &across.panels {
        scale(page, plot, sizes, panel);
    }
    page.y += 12.0 + sizes.row * 0.8;
}

/// Names of panels, or of the columns beside the one there is.
fn head(page: &mut Page, plot: &DotPlot, sizes: &Sizes, across: &Across) {
    let label = plain(sizes.small, theme::MUTED);
    if let Some(counts) = across.counts {
        page.text(
            (counts, page.y + sizes.small * 0.5),
            &plot.counts_label,
            label.anchor(Anchor::End),
        );
    }
    let names = across.panels.iter().filter_map(|panel| Some((panel, plot.panels.get(panel.at)?)));
    let names: Vec<_> = names.filter(|(_, name)| !name.label.is_empty()).collect();
    if !names.is_empty() {
        page.y += sizes.row * 0.6;
        for (panel, name) in &names {
            let style = plain(sizes.text, theme::INK).bold();
            page.text((panel.left + PAD, page.y), &name.label, style);
            page.text((panel.left + PAD, page.y + sizes.text * 1.25), &name.below, label);
        }
        page.y += sizes.text * 1.3;
    }
    page.y += sizes.row * 0.55;
}

fn row_height(row: &Row, plot: &DotPlot, sizes: &Sizes, across: &Across) -> f64 {
    let dots = LINE * count(n_lines(row, plot)) + 5.0;
    if across.names > 0.0 {
        let lines = name_lines(row, sizes, across).len();
        dots.max(count(lines) * sizes.text * 1.25 + 5.0)
    } else {
        dots + sizes.row * 0.9
    }
}

/// Lines of dots in a row: one of each kind, or a single one where there is nothing to tell apart.
fn n_lines(row: &Row, plot: &DotPlot) -> usize {
    if is_one_word(row) { 1 } else { plot.series.len().max(1) }
}

/// Whether every dot of a row is missing, and says the same.
fn is_one_word(row: &Row) -> bool {
    let mut dots = row.panels.iter().flatten();
    let Some(first) = dots.next() else { return true };
    first.value.known().is_none()
        && dots.all(|dot| dot.value.known().is_none() && dot.text == first.text)
}

/// A name, on two lines where one is too narrow.
fn name_lines(row: &Row, sizes: &Sizes, across: &Across) -> Vec<String> {
    let room = across.names - AIR / 2.0;
    wrap(&row.label, sizes.text, room).iter().map(|line| fitted(line, sizes.text, room)).collect()
}

#[allow(clippy::cast_precision_loss, reason = "a handful")]
fn count(n: usize) -> f64 {
    n as f64
}

/// The lines of the scale, and the line of reference.
fn grid(page: &mut Page, plot: &DotPlot, panel: &Panel, (top, foot): (f64, f64)) {
    for Tick { at, .. } in &plot.x.ticks {
        let x = panel.x(plot, *at);
        let colour = if at.abs() < f64::EPSILON { theme::AXIS } else { theme::GRID };
        page.line(vec![(x, top), (x, foot)], colour, 1.0);
    }
    if let Some(reference) = &plot.reference {
        let x = panel.x(plot, reference.at);
        page.line(vec![(x, top), (x, foot)], theme::AXIS, 1.6);
    }
}

/// What the line of reference is, above all rows. Returns where the line may begin.
fn references(page: &mut Page, plot: &DotPlot, sizes: &Sizes, across: &Across) -> f64 {
    let Some(reference) = &plot.reference else { return page.y };
    let style = plain(sizes.small, theme::MUTED).anchor(Anchor::Middle);
    let half = text_width(&reference.text, sizes.small) / 2.0;
    for panel in &across.panels {
        let (least, most) = (panel.left + half, panel.right - half);
        let x = panel.x(plot, reference.at).clamp(least, most.max(least));
        page.text((x, page.y), &reference.text, style);
    }
    let top = page.y + sizes.small * 0.8;
    page.y += sizes.small * 0.9;
    top
}

/// The numbers below the last row.
fn scale(page: &mut Page, plot: &DotPlot, sizes: &Sizes, panel: &Panel) {
    let style = plain(sizes.small, theme::MUTED).anchor(Anchor::Middle);
    let every = every(plot, sizes, panel);
    for (position, Tick { at, text }) in plot.x.ticks.iter().enumerate() {
        if position.is_multiple_of(every) {
            // Never beyond the edge of the page.
            let most = sizes.width - sizes.margin - text_width(text, sizes.small) / 2.0;
            page.text((panel.x(plot, *at).min(most), page.y + 12.0), text, style);
        }
    }
}

/// Every how many ticks a number fits.
fn every(plot: &DotPlot, sizes: &Sizes, panel: &Panel) -> usize {
    let widest = plot.x.ticks.iter().map(|tick| text_width(&tick.text, sizes.small));
    let widest = widest.fold(0.0, f64::max) + 6.0;
    let n = plot.x.ticks.len();
    let step = (panel.right - panel.left - 2.0 * PAD) / count(n.saturating_sub(1).max(1));
    // A number at both ends wherever that is possible.
    let fits = |every: &usize| step * count(*every) >= widest;
    let even = (1..n).filter(fits).find(|every| (n - 1).is_multiple_of(*every));
    even.or_else(|| (1..n).find(fits)).unwrap_or(n.max(1))
}

fn row(page: &mut Page, plot: &DotPlot, row: &Row, sizes: &Sizes, across: &Across) {
    let height = row_height(row, plot, sizes, across);
    let mut top = page.y;
    let style = plain(sizes.text, theme::INK);
    if across.names > 0.0 {
        let lines = name_lines(row, sizes, across);
        let step = sizes.text * 1.25;
        let mut y = top + height / 2.0 - step * count(lines.len().saturating_sub(1)) / 2.0;
        for line in lines {
            page.text((sizes.margin, y), &line, style);
            y += step;
        }
        top += (height - LINE * count(n_lines(row, plot))) / 2.0;
    } else {
        let (right, y) = (sizes.width - sizes.margin, top + sizes.row * 0.5);
        let people = people(row, plot);
        let room = right - sizes.margin - text_width(&people, sizes.small) - AIR / 2.0;
        page.text((sizes.margin, y), &fitted(&row.label, sizes.text, room), style);
        if !people.is_empty() {
            page.text((right, y), &people, plain(sizes.small, theme::MUTED).anchor(Anchor::End));
        }
        top += sizes.row * 0.9;
    }
    for panel in &across.panels {
        let dots = row.panels.get(panel.at).into_iter().flatten().zip(&plot.series);
        for (position, (dot, kind)) in dots.take(n_lines(row, plot)).enumerate() {
            let y = top + LINE * (count(position) + 0.5);
            self::dot(page, plot, dot, kind.look, sizes, across, panel, y);
        }
    }
    page.y += height;
}

/// "184 scored", for want of a column; nothing where a plot counts nobody, or nobody may know.
fn people(row: &Row, plot: &DotPlot) -> String {
    let mut numbers = row.panels.iter().flatten().map(|dot| dot.number);
    match numbers.find(|number| matches!(number, Number::Count(_))) {
        Some(number) if !plot.counts_label.is_empty() => {
            format!("{} {}", number.text(), plot.counts_label.to_lowercase())
        }
        _ => String::new(),
    }
}

#[allow(clippy::too_many_arguments, reason = "a dot, how it looks, and where it stands")]
fn dot(
    page: &mut Page,
    plot: &DotPlot,
    dot: &Dot,
    look: Look,
    sizes: &Sizes,
    across: &Across,
    panel: &Panel,
    y: f64,
) {
    let Value::Known(point) = dot.value else {
        let x = panel.left + PAD;
        let width = text_width(&dot.text, sizes.small);
        // No line strikes it out.
        let (left, right, half) = (x + 2.0, x + width + 6.0, sizes.small * 0.6);
        let points = vec![(left, y - half), (right, y - half), (right, y + half), (left, y + half)];
        page.shapes.push(Shape::Area { points, colour: theme::PAPER, opacity: 1.0 });
        page.text((x + 4.0, y), &dot.text, plain(sizes.small, theme::MUTED));
        page.target((x + width / 2.0, y), (width, theme::TARGET), &dot.readout);
        counts(page, dot, sizes, across, y);
        return;
    };
    let at = (panel.x(plot, point.y), y);
    let mut end = at.0 + MARK_SIZE;
    if let Some((lo, hi)) = point.interval {
        let (from, to) = (panel.x(plot, lo), panel.x(plot, hi));
        end = end.max(to);
        page.shapes.push(Shape::Line {
            points: vec![(from, y), (to, y)],
            colour: look.line,
            opacity: theme::WHISKER_OPACITY,
            width: theme::CURVE_WIDTH,
            dash: None,
        });
    }
    page.shapes.push(self::mark(look, at));
    page.target(at, (theme::TARGET, theme::TARGET), &dot.readout);
    let style = plain(sizes.number, theme::INK);
    if let Some(words) = across.words {
        page.text((words, y), &dot.text, style);
    } else {
        // Beside the whisker, on the side where there is room.
        let width = text_width(&dot.text, sizes.number);
        let right = end + 5.0;
        if right + width <= panel.right + GAP / 2.0 {
            page.text((right, y), &dot.text, style);
        } else {
            let start = point.interval.map_or(at.0, |(lo, _)| panel.x(plot, lo)) - 5.0;
            page.text((start.min(at.0 - 7.0), y), &dot.text, style.anchor(Anchor::End));
        }
    }
    counts(page, dot, sizes, across, y);
}

fn counts(page: &mut Page, dot: &Dot, sizes: &Sizes, across: &Across, y: f64) {
    if let Some(right) = across.counts {
        let style = plain(sizes.number, theme::INK).anchor(Anchor::End);
        page.text((right, y), &dot.number.text(), style);
    }
}
