//! How things look: colours safe for colour-blind readers, a dash and a mark per route, sizes.
//!
//! Colours follow Okabe and Ito (jfly.uni-koeln.de/color). Colour never stands alone: each route
//! also has its own mark and dash, and its name beside it. Names are printed in a darker shade of
//! the colour of the line, so that they can be read. The report's style sheet maps each of these
//! colours to one for dark pages.

use crate::event::code::Route;

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// The colour as written in an SVG.
    #[must_use]
    pub fn hex(self) -> String {
        format!("#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}

/// Background of a picture, and the rim around marks.
pub const PAPER: Rgb = Rgb(0xFF, 0xFF, 0xFF);
/// Titles and numbers.
pub const INK: Rgb = Rgb(0x1F, 0x29, 0x33);
/// Axis labels and notes.
pub const MUTED: Rgb = Rgb(0x52, 0x60, 0x6D);
/// Grid lines.
pub const GRID: Rgb = Rgb(0xE4, 0xE7, 0xEB);
/// The zero line.
pub const AXIS: Rgb = Rgb(0x9A, 0xA5, 0xB1);
/// Markings such as "internal, do not share".
pub const WARNING: Rgb = Rgb(0x9B, 0x1C, 0x1C);

/// The faces a picture asks for, in order; the last known one is built in.
pub const FONTS: &str = "Segoe UI, Helvetica Neue, Arial, DejaVu Sans, sans-serif";

/// Opacity of a band.
pub const BAND_OPACITY: f64 = 0.16;
/// Opacity of a whisker.
pub const WHISKER_OPACITY: f64 = 0.55;
/// Width of a curve.
pub const CURVE_WIDTH: f64 = 2.4;
/// Width of a faint line beside a curve.
pub const COMPANION_WIDTH: f64 = 1.2;
/// Opacity of a faint line beside a curve.
pub const COMPANION_OPACITY: f64 = 0.6;
/// Half the size of a mark.
pub const MARK_SIZE: f64 = 4.4;

/// The shape at each point of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "shapes")]
pub enum Mark {
    Circle,
    Square,
    Triangle,
    TriangleDown,
    Diamond,
}

/// Lengths of dash and gap; `None` is an unbroken line.
pub type Dash = Option<(f64, f64)>;

/// Everything that tells one curve from another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Colour of line, mark and band.
    pub line: Rgb,
    /// Colour of the name: the same hue, dark enough to read on paper.
    pub text: Rgb,
    /// Dash of the line.
    pub dash: Dash,
    /// Shape at the points.
    pub mark: Mark,
}

/// The look of a route by its code; `all`, `mixed` and any code not known have looks too.
#[must_use]
pub fn look(route: &str) -> Look {
    use Mark::{Circle, Diamond, Square, Triangle, TriangleDown};
    let (line, text, dash, mark) = match (Route::parse(route), route) {
        (Some(Route::Intravenous), _) => (0x00_72B2, 0x00_5C91, None, Circle),
        (Some(Route::Intranasal), _) => (0xD5_5E00, 0xA8_4300, Some((10.0, 4.0)), Square),
        (Some(Route::Intramuscular), _) => (0x00_9E73, 0x00_694D, Some((3.0, 3.0)), Triangle),
        (Some(Route::Subcutaneous), _) => (0xCC_79A7, 0x9A_3F73, Some((16.0, 4.0)), Diamond),
        (Some(Route::Sublingual), _) => (0xE6_9F00, 0x80_5800, Some((6.0, 6.0)), TriangleDown),
        (Some(Route::Oral), _) => (0x56_B4E9, 0x1D_6A9C, Some((14.0, 8.0)), Square),
        (Some(Route::Other), _) => (0x7A_7A7A, 0x55_5555, Some((8.0, 3.0)), Diamond),
        (Some(Route::Unknown), _) => (0xA3_A3A3, 0x66_6666, Some((2.0, 5.0)), Circle),
        (None, "mixed") => (0x8A_6D3B, 0x6B_5226, Some((5.0, 3.0)), Diamond),
        (None, _) => (0x3E_4C59, 0x32_3F4B, None, Circle),
    };
    Look { line: rgb(line), text: rgb(text), dash, mark }
}

fn rgb(colour: u32) -> Rgb {
    let [_, red, green, blue] = colour.to_be_bytes();
    Rgb(red, green, blue)
}

/// Shades for shares from 0 to 1, a tenth each: one hue, the darker the higher.
const SHADES: [u32; 10] = [
    0xED_F5FB, 0xD4_E5F5, 0xBB_D6EF, 0xA2_C7E9, 0x89_B8E1, 0x66_A3D6, 0x2D_79B1, 0x1B_659A,
    0x11_5280, 0x0D_3F63,
];
/// On this shade and darker ones letters have the colour of paper, on lighter ones that of ink. No
/// shade lies between the two, where neither could be read.
const FIRST_DARK: usize = 6;

/// The shades with the colour of letters on each, from low to high.
pub fn shades() -> impl Iterator<Item = (Rgb, Rgb)> {
    let letters = |position| if position < FIRST_DARK { INK } else { PAPER };
    SHADES.into_iter().enumerate().map(move |(position, fill)| (rgb(fill), letters(position)))
}

/// The shade of a share as printed, a whole percent, and the colour of letters on it.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
pub fn shade(share: f64) -> (Rgb, Rgb) {
    let tenth = (share.clamp(0.0, 1.0) * 100.0).round() as usize / 10;
    shades().nth(tenth.min(SHADES.len() - 1)).unwrap_or((PAPER, INK))
}

/// The name of a route as printed.
#[must_use]
pub fn route_label(route: &str) -> &str {
    match (Route::parse(route), route) {
        (Some(Route::Intravenous), _) => "Intravenous",
        (Some(Route::Intranasal), _) => "Intranasal",
        (Some(Route::Intramuscular), _) => "Intramuscular",
        (Some(Route::Subcutaneous), _) => "Subcutaneous",
        (Some(Route::Sublingual), _) => "Sublingual",
        (Some(Route::Oral), _) => "Oral",
        (Some(Route::Other), _) => "Other route",
        (Some(Route::Unknown), _) => "Route unknown",
        (None, "all") => "All routes",
        (None, "mixed") => "Route changed",
        (None, code) => code,
    }
}

/// The codes that a `route` column may hold, in the order of tables and charts.
pub fn route_codes() -> impl Iterator<Item = &'static str> {
    Route::ALL.iter().map(|route| route.as_str()).chain(["mixed", "all"])
}

/// WCAG 2 contrast between two colours, from 1 to 21.
#[cfg(test)]
pub(crate) fn contrast(one: Rgb, other: Rgb) -> f64 {
    let light = |Rgb(red, green, blue): Rgb| {
        let [red, green, blue] = [red, green, blue].map(|value| {
            let share = f64::from(value) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
    };
    let (one, other) = (light(one), light(other));
    one.max(other) / one.min(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shades_grow_darker_and_letters_can_be_read_on_each() {
        let shades: Vec<(Rgb, Rgb)> = shades().collect();
        for (fill, letters) in &shades {
            assert!(contrast(*fill, *letters) >= 4.5, "{fill:?}");
        }
        for pair in shades.windows(2) {
            assert!(contrast(pair[0].0, PAPER) < contrast(pair[1].0, PAPER), "{pair:?}");
        }
    }

    #[test]
    fn a_share_has_the_shade_of_its_printed_tenth() {
        let shades: Vec<(Rgb, Rgb)> = shades().collect();
        assert_eq!(shade(0.0), shades[0]);
        assert_eq!(shade(0.29), shades[2]);
        assert_eq!(shade(0.3), shades[3]);
        assert_eq!(shade(0.995), shades[9]);
        assert_eq!(shade(1.0), shades[9]);
    }

    #[test]
    fn names_can_be_read_on_paper() {
        for route in route_codes() {
            let text = look(route).text;
            assert!(contrast(text, PAPER) >= 4.5, "{route} {}", contrast(text, PAPER));
        }
        for colour in [INK, MUTED, WARNING] {
            assert!(contrast(colour, PAPER) >= 4.5);
        }
    }

    #[test]
    fn no_two_routes_look_the_same_without_colour() {
        let looks: Vec<Look> = route_codes().map(look).collect();
        for (position, one) in looks.iter().enumerate() {
            for other in &looks[position + 1..] {
                assert_ne!(one.line, other.line);
                // "all" is never drawn beside a single route.
                let is_all = other.line == look("all").line;
                assert!(is_all || (one.dash, one.mark) != (other.dash, other.mark));
            }
        }
    }
}
