//! A figure at its place: where each line, mark and number stands.
//!
//! A file of its own carries title, finding and notes; on a page of the report those are text of
//! the page, and the picture is the plot alone, in a wide and a narrow form, so that its letters
//! stay legible on a telephone.

use super::figure::{Figure, Number, Series, Uncertainty};
use super::frame::{Frame, Place, SAMPLE, Sizes, frame, has_end_labels, offset, printed};
use super::scene::{Anchor, At, Scene, Shape, mark, wrap};
use super::theme::{self, Rgb};

/// The dot of a hidden number, to be seen.
const DOT: f64 = 1.8;

/// Lays a figure out.
#[must_use]
pub fn layout(figure: &Figure, place: Place) -> Scene {
    let sizes = place.sizes();
    let mut page = Page { shapes: Vec::new(), y: sizes.margin };
    if place == Place::File {
        heading(&mut page, figure, &sizes);
    }
    let frame = plot(&mut page, figure, &sizes);
    rows(&mut page, figure, &sizes, &frame);
    footer(&mut page, figure, &sizes, place);
    let height = (page.y + sizes.margin).ceil();
    let paper = Shape::Area {
        points: vec![(0.0, 0.0), (sizes.width, 0.0), (sizes.width, height), (0.0, height)],
        colour: theme::PAPER,
        opacity: 1.0,
    };
    page.shapes.insert(0, paper);
    Scene { width: sizes.width, height, shapes: page.shapes }
}

/// Shapes so far and how far down they reach.
struct Page {
    shapes: Vec<Shape>,
    y: f64,
}

impl Page {
    /// A line of text of which `y` is the middle.
    fn text(&mut self, at: At, text: &str, style: Style) {
        self.shapes.push(Shape::Text {
            at,
            text: text.into(),
            anchor: style.anchor,
            size: style.size,
            bold: style.bold,
            colour: style.colour,
        });
    }

    fn line(&mut self, points: Vec<At>, colour: Rgb, width: f64) {
        self.shapes.push(Shape::Line { points, colour, opacity: 1.0, width, dash: None });
    }

    /// Wrapped lines from the current height down.
    fn paragraph(&mut self, x: f64, width: f64, text: &str, style: Style) {
        for line in wrap(text, style.size, width) {
            self.y += style.size * 0.7;
            self.text((x, self.y), &line, style);
            self.y += style.size * 0.7;
        }
    }
}

#[derive(Clone, Copy)]
struct Style {
    size: f64,
    bold: bool,
    colour: Rgb,
    anchor: Anchor,
}

const fn plain(size: f64, colour: Rgb) -> Style {
    Style { size, bold: false, colour, anchor: Anchor::Start }
}

impl Style {
    const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    const fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }
}

fn heading(page: &mut Page, figure: &Figure, sizes: &Sizes) {
    let width = sizes.width - 2.0 * sizes.margin;
    page.paragraph(sizes.margin, width, &figure.title, plain(21.0, theme::INK).bold());
    page.y += 4.0;
    page.paragraph(sizes.margin, width, &figure.finding, plain(15.0, theme::INK));
    page.y += 4.0;
    page.paragraph(sizes.margin, width, &figure.subtitle, plain(sizes.text, theme::MUTED));
    page.y += 14.0;
}

fn footer(page: &mut Page, figure: &Figure, sizes: &Sizes, place: Place) {
    let width = sizes.width - 2.0 * sizes.margin;
    if place == Place::File {
        page.y += 10.0;
        let notes = figure.notes.join(" ");
        page.paragraph(sizes.margin, width, &notes, plain(sizes.small, theme::MUTED));
    }
    if !figure.markings.is_empty() {
        page.y += 6.0;
        let style = plain(sizes.small, theme::WARNING).bold();
        page.paragraph(sizes.margin, width, &figure.markings.join(" · "), style);
    }
}

fn plot(page: &mut Page, figure: &Figure, sizes: &Sizes) -> Frame {
    let label = plain(sizes.small, theme::MUTED);
    page.paragraph(sizes.margin, sizes.width, &figure.y_label, label);
    page.y += sizes.small * 0.8;
    let frame = frame(page.y, figure, sizes);
    for step in 0..=5_u8 {
        let share = f64::from(step) / 5.0;
        let y = frame.y(share);
        let colour = if step == 0 { theme::AXIS } else { theme::GRID };
        page.line(vec![(frame.left, y), (frame.right, y)], colour, 1.0);
        let unit = if step == 5 { "\u{a0}%" } else { "" };
        let text = format!("{}{unit}", u32::from(step) * 20);
        page.text((frame.left - 8.0, y), &text, label.anchor(Anchor::End));
    }
    for (tick, infusion) in figure.x_ticks.iter().enumerate() {
        let x = frame.x(tick);
        page.line(vec![(x, frame.bottom), (x, frame.bottom + 5.0)], theme::AXIS, 1.0);
        if frame.is_labelled(tick) {
            let style = plain(sizes.text, theme::INK).anchor(Anchor::Middle);
            page.text((x, frame.bottom + 16.0), &infusion.to_string(), style);
        }
    }
    page.y = frame.bottom + 16.0;
    page.text((sizes.margin, page.y), &figure.x_label, label);
    let whiskers = figure.uncertainty == Uncertainty::Whisker;
    for series in figure.series.iter().filter(|_| !whiskers) {
        band(page, &frame, series);
    }
    for (position, series) in figure.series.iter().enumerate() {
        curve(page, &frame, series, offset(figure, position), whiskers);
    }
    if has_end_labels(figure, sizes) {
        end_labels(page, &frame, figure, sizes);
    }
    frame
}

fn band(page: &mut Page, frame: &Frame, series: &Series) {
    for run in series.runs() {
        let limits: Vec<(f64, (f64, f64))> = run
            .iter()
            .filter_map(|(tick, point)| Some((frame.x(*tick), point.interval?)))
            .collect();
        if let [(x, interval)] = limits[..] {
            whisker(page, frame, series, x, interval);
            continue;
        }
        let lower = limits.iter().map(|(x, (lo, _))| (*x, frame.y(*lo)));
        let upper = limits.iter().rev().map(|(x, (_, hi))| (*x, frame.y(*hi)));
        page.shapes.push(Shape::Area {
            points: lower.chain(upper).collect(),
            colour: series.look.line,
            opacity: theme::BAND_OPACITY,
        });
    }
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

fn curve(page: &mut Page, frame: &Frame, series: &Series, offset: f64, whiskers: bool) {
    let look = series.look;
    let at = |tick: usize, share: f64| (frame.x(tick) + offset, frame.y(share));
    for run in series.runs() {
        for (tick, point) in run.iter().filter(|_| whiskers) {
            if let Some(interval) = point.interval {
                whisker(page, frame, series, frame.x(*tick) + offset, interval);
            }
        }
        page.shapes.push(Shape::Line {
            points: run.iter().map(|(tick, point)| at(*tick, point.y)).collect(),
            colour: look.line,
            opacity: 1.0,
            width: theme::CURVE_WIDTH,
            dash: look.dash,
        });
    }
    for run in series.runs() {
        for (tick, point) in run {
            page.shapes.extend(mark(look.mark, at(tick, point.y), theme::MARK_SIZE, look.line));
        }
    }
}

/// Names at the ends of the curves that reach the last infusion, moved apart where they would
/// cover each other.
fn end_labels(page: &mut Page, frame: &Frame, figure: &Figure, sizes: &Sizes) {
    let mut labels: Vec<(f64, &Series)> = figure
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
fn rows(page: &mut Page, figure: &Figure, sizes: &Sizes, frame: &Frame) {
    page.y += 22.0;
    page.line(vec![(sizes.margin, page.y), (frame.right, page.y)], theme::GRID, 1.0);
    page.y += 6.0;
    page.paragraph(sizes.margin, sizes.width, &figure.rows_label, plain(sizes.small, theme::MUTED));
    page.y += 2.0;
    for series in &figure.series {
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
        for (tick, number) in series.numbers.iter().enumerate() {
            if frame.is_labelled(tick) {
                let is_hidden = *number == Number::Hidden;
                let size = if is_hidden { DOT * sizes.number } else { sizes.number };
                let style = plain(size, theme::INK).anchor(Anchor::Middle);
                page.text((frame.x(tick), y), &printed(*number, sizes), style);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Response;
    use super::super::marking::{Marking, Synthetic};
    use super::super::response_rate::figures;
    use super::super::scene::text_width;
    use super::*;
    use crate::event::instrument::shipped;

    const PLACES: [Place; 3] = [Place::File, Place::Page, Place::NarrowPage];

    fn figure(routes: &[&str], infusions: i64) -> Figure {
        let mut table = Response::new();
        for (position, route) in (0_u32..).zip(routes) {
            for infusion in 1..=infusions {
                let keys = ["phq-9", "all", "all", *route];
                let rate = 0.3 + 0.02 * f64::from(position);
                table = match infusion {
                    3 => table.hidden(keys, infusion, 1500),
                    _ => table.shown(keys, infusion, [1400, 1500], rate),
                };
            }
        }
        let marking = Marking { synthetic: Synthetic::All, internal: false };
        figures(&table.done(), &shipped().expect("shipped"), marking).remove(0)
    }

    fn texts(scene: &Scene) -> Vec<(&str, f64, f64, Rgb)> {
        let text = |shape| match shape {
            &Shape::Text { at, ref text, anchor, size, colour, .. } => {
                let width = text_width(text, size);
                let left = match anchor {
                    Anchor::Start => at.0,
                    Anchor::Middle => at.0 - width / 2.0,
                    Anchor::End => at.0 - width,
                };
                Some((text.as_str(), left, left + width, colour))
            }
            _ => None,
        };
        scene.shapes.iter().filter_map(text).collect()
    }

    #[test]
    fn no_text_leaves_the_page_at_any_place() {
        let figure = figure(&["intravenous", "intramuscular", "subcutaneous"], 24);
        for place in PLACES {
            let scene = layout(&figure, place);
            for (text, left, right, _) in texts(&scene) {
                assert!(left >= 0.0 && right <= scene.width, "{place:?} {text} {left} {right}");
            }
        }
    }

    #[test]
    fn every_place_carries_the_marking_and_the_counts() {
        let figure = figure(&["intravenous", "intranasal"], 8);
        for place in PLACES {
            let scene = layout(&figure, place);
            let texts = texts(&scene);
            let count = |wanted: &str| texts.iter().filter(|text| text.0 == wanted).count();
            assert_eq!(count("Synthetic data"), 1);
            assert_eq!(count("1,400") + count("1400"), 14);
            assert_eq!(count("·"), 2);
        }
    }

    #[test]
    fn names_at_the_ends_of_close_curves_stand_apart() {
        let figure = figure(&["intravenous", "intranasal", "intramuscular", "oral", "other"], 8);
        let scene = layout(&figure, Place::Page);
        let mut heights: Vec<f64> = scene
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Text { at, bold: false, colour, .. } if *colour != theme::INK => {
                    (at.0 > 500.0).then_some(at.1)
                }
                _ => None,
            })
            .collect();
        heights.sort_by(f64::total_cmp);
        assert_eq!(heights.len(), 5);
        assert!(heights.windows(2).all(|pair| pair[1] - pair[0] >= 16.0), "{heights:?}");
    }

    #[test]
    fn each_of_many_curves_has_its_whiskers() {
        let figure = figure(&["intravenous", "intranasal", "intramuscular", "oral", "other"], 8);
        let scene = layout(&figure, Place::Page);
        let is_whisker =
            |shape: &&Shape| matches!(shape, Shape::Line { opacity, .. } if *opacity < 1.0);
        assert_eq!(scene.shapes.iter().filter(is_whisker).count(), 5 * 7);
    }

    #[test]
    fn a_band_breaks_where_a_point_is_hidden() {
        let figure = figure(&["intravenous"], 8);
        let scene = layout(&figure, Place::Page);
        let is_band =
            |shape: &&Shape| matches!(shape, Shape::Area { opacity, .. } if *opacity < 1.0);
        assert_eq!(scene.shapes.iter().filter(is_band).count(), 2);
    }
}
