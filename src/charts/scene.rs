//! Lines, areas and texts at places of a page: what a figure is once laid out.
//!
//! Lengths are CSS pixels, x to the right and y down from the upper left corner.

use super::theme::{self, Dash, Mark, PAPER, Rgb};

/// A place.
pub type At = (f64, f64);

/// A page of shapes, drawn in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// The shapes, back to front.
    pub shapes: Vec<Shape>,
    /// What a pointer reads out where, in the order of a reader.
    pub targets: Vec<Target>,
}

/// A place that can be read out.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its middle.
    pub at: At,
    /// Its width and height, at least [`theme::TARGET`].
    pub size: (f64, f64),
    /// What is read out.
    pub text: String,
}

impl Target {
    /// A place of at least the size of a finger.
    pub(super) fn new(at: At, (width, height): (f64, f64), text: &str) -> Self {
        let size = (width.max(theme::TARGET), height.max(theme::TARGET));
        Self { at, size, text: text.into() }
    }
}

/// One thing to draw.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A line through points.
    Line {
        /// Its points.
        points: Vec<At>,
        /// Colour.
        colour: Rgb,
        /// Opacity.
        opacity: f64,
        /// Width.
        width: f64,
        /// Dash.
        dash: Dash,
    },
    /// A filled area.
    Area {
        /// Its corners.
        points: Vec<At>,
        /// Colour.
        colour: Rgb,
        /// Opacity.
        opacity: f64,
    },
    /// A filled circle.
    Disc {
        /// Its centre.
        at: At,
        /// Its radius.
        radius: f64,
        /// Colour.
        colour: Rgb,
    },
    /// A line of text, centred on the height of its place.
    Text {
        /// Where.
        at: At,
        /// What.
        text: String,
        /// Which part of the text is at the place.
        anchor: Anchor,
        /// Size of the face.
        size: f64,
        /// Whether it is bold.
        bold: bool,
        /// Colour.
        colour: Rgb,
    },
}

/// Which part of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "parts of a line")]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A mark with a rim of paper, so that it stays apart from lines behind it.
#[must_use]
pub fn mark(mark: Mark, (x, y): At, size: f64, colour: Rgb) -> [Shape; 2] {
    let corners: &[At] = match mark {
        Mark::Circle => &[],
        Mark::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        Mark::Triangle => &[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)],
        Mark::TriangleDown => &[(0.0, 1.2), (1.1, -0.8), (-1.1, -0.8)],
        Mark::Diamond => &[(0.0, -1.3), (1.1, 0.0), (0.0, 1.3), (-1.1, 0.0)],
    };
    let shape = |size: f64, colour: Rgb| {
        if corners.is_empty() {
            return Shape::Disc { at: (x, y), radius: size, colour };
        }
        let points = corners.iter().map(|(dx, dy)| (x + dx * size, y + dy * size)).collect();
        Shape::Area { points, colour, opacity: 1.0 }
    };
    [shape(size + 1.6, PAPER), shape(size, colour)]
}

/// Widths tried to make lines even.
const EVEN_STEPS: u8 = 20;

/// Width of a text in the built-in face, which is wider than most; good to a few percent.
#[must_use]
pub fn text_width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|letter| match letter {
            'i' | 'j' | 'l' | '\'' => 0.28,
            ' ' | '\u{a0}' | '.' | ',' | ':' | ';' | '·' | '!' | '|' => 0.32,
            'f' | 't' | 'r' | '(' | ')' | '/' | '-' => 0.40,
            'm' | 'w' | 'M' | 'W' | '%' => 0.93,
            '…' => 1.0,
            'A'..='Z' => 0.69,
            '0'..='9' => 0.64,
            _ => 0.61,
        })
        .sum();
    ems * size
}

/// Breaks a text into lines no wider than `width`.
#[must_use]
pub fn wrap(text: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { continue };
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if line.is_empty() || text_width(&longer, size) <= width {
            *line = longer;
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// The same, with lines of about the same length: as few as before, and none with one word left over.
#[must_use]
pub fn wrap_evenly(text: &str, size: f64, width: f64) -> Vec<String> {
    let widest = wrap(text, size, width);
    let mut even = widest.clone();
    // A little narrower each time, until that would cost a line.
    for step in 1..EVEN_STEPS {
        let narrower = wrap(text, size, width * (1.0 - f64::from(step) / f64::from(EVEN_STEPS)));
        if narrower.len() > widest.len() {
            break;
        }
        even = narrower;
    }
    even
}

/// A name no wider than `width`: of one that is, the end, which tells names of a kind apart.
#[must_use]
pub fn fitted(name: &str, size: f64, width: f64) -> String {
    if text_width(name, size) <= width {
        return name.into();
    }
    let starts = name.char_indices().map(|(start, _)| start).skip(1);
    let ends = starts.filter_map(|start| name.get(start..)).map(|end| format!("…{end}"));
    ends.into_iter().find(|end| text_width(end, size) <= width).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_no_wider_than_asked_and_lose_no_word() {
        let text = "After infusion 6, 52 % (95 % interval 45 to 59 %) of the 201 people responded";
        let lines = wrap(text, 14.0, 200.0);
        assert!(lines.len() > 2);
        assert!(lines.iter().all(|line| text_width(line, 14.0) <= 200.0));
        assert_eq!(lines.join(" "), text);
        assert_eq!(wrap("", 14.0, 200.0), [""]);
    }

    #[test]
    fn even_lines_are_as_few_and_leave_no_word_alone() {
        let text = "After infusion 8, 35 % had responded on intravenous, 39 % on intranasal";
        let (wide, even) = (wrap(text, 22.0, 700.0), wrap_evenly(text, 22.0, 700.0));
        assert_eq!((wide.len(), even.len()), (2, 2));
        let short = |lines: &[String]| text_width(&lines[1], 22.0);
        assert!(short(&even) > 2.0 * short(&wide), "{even:?}");
        assert_eq!(even.join(" "), text);
        assert_eq!(wrap_evenly("One", 22.0, 700.0), ["One"]);
    }

    #[test]
    fn of_a_long_name_the_end_is_kept() {
        assert_eq!(fitted("/sites/014", 13.0, 200.0), "/sites/014");
        let short = fitted("/network/north-east/clinics/014", 13.0, 100.0);
        assert!(short.starts_with('…') && short.ends_with("/014"), "{short}");
        assert!(text_width(&short, 13.0) <= 100.0);
    }
}
