//! A page as it fills up: shapes so far, how far down they reach, and how texts look.

use super::scene::{Anchor, At, Shape, Target, wrap, wrap_evenly};
use super::theme::Rgb;

/// Shapes so far, what can be read out, and how far down they reach.
pub(super) struct Page {
    pub(super) shapes: Vec<Shape>,
    pub(super) targets: Vec<Target>,
    pub(super) y: f64,
}

impl Page {
    /// A line of text of which `y` is the middle.
    pub(super) fn text(&mut self, at: At, text: &str, style: Style) {
        self.shapes.push(Shape::Text {
            at,
            text: text.into(),
            anchor: style.anchor,
            size: style.size,
            bold: style.bold,
            colour: style.colour,
        });
    }

    /// An unbroken opaque line.
    pub(super) fn line(&mut self, points: Vec<At>, colour: Rgb, width: f64) {
        self.shapes.push(Shape::Line { points, colour, opacity: 1.0, width, dash: None });
    }

    /// A place that reads out a text; nothing for an empty one.
    pub(super) fn target(&mut self, at: At, size: (f64, f64), text: &str) {
        if !text.is_empty() {
            self.targets.push(Target::new(at, size, text));
        }
    }

    /// Wrapped lines from the current height down.
    pub(super) fn paragraph(&mut self, x: f64, width: f64, text: &str, style: Style) {
        self.lines(x, &wrap(text, style.size, width), style);
    }

    /// Wrapped lines of about the same length.
    pub(super) fn title(&mut self, x: f64, width: f64, text: &str, style: Style) {
        self.lines(x, &wrap_evenly(text, style.size, width), style);
    }

    fn lines(&mut self, x: f64, lines: &[String], style: Style) {
        for line in lines {
            self.y += style.size * 0.7;
            self.text((x, self.y), line, style);
            self.y += style.size * 0.7;
        }
    }
}

/// How a text looks.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) size: f64,
    bold: bool,
    colour: Rgb,
    anchor: Anchor,
}

/// Text that begins at its place.
pub(super) const fn plain(size: f64, colour: Rgb) -> Style {
    Style { size, bold: false, colour, anchor: Anchor::Start }
}

impl Style {
    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) const fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }
}
