//! What tells one route from another, the same everywhere: colour, dash, mark and name.
//!
//! Hues follow Okabe and Ito (jfly.uni-koeln.de/color), the light ones darkened until a mark can
//! be seen on paper. Colour never stands alone: each route also has its own mark and dash, and its
//! name beside it, in a darker shade of the hue so that it can be read.

use super::colour::Rgb;
use super::palette::Token;
use crate::event::code::Route;

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

/// A route as printed and drawn.
struct Drawn {
    code: &'static str,
    label: &'static str,
    line: Token,
    text: Token,
    dash: Dash,
    mark: Mark,
}

/// Name of a line, of its letters, and their colours on light pages and on dark ones.
const fn colours(names: [&'static str; 2], line: [u32; 2], text: [u32; 2]) -> (Token, Token) {
    let [light, dark] = [Rgb::of(line[0]), Rgb::of(line[1])];
    let line = Token { name: names[0], light, dark, print: light };
    let [light, dark] = [Rgb::of(text[0]), Rgb::of(text[1])];
    (line, Token { name: names[1], light, dark, print: light })
}

macro_rules! drawn {
    ($code:literal, $label:literal, $line:expr, $text:expr, $dash:expr, $mark:ident) => {{
        let (line, text) =
            colours([concat!("route-", $code), concat!("route-", $code, "-text")], $line, $text);
        Drawn { code: $code, label: $label, line, text, dash: $dash, mark: Mark::$mark }
    }};
}

/// All routes. The last is the whole, and stands in for a code not known.
#[rustfmt::skip]
const ROUTES: [Drawn; 10] = [
    drawn!("intravenous", "Intravenous", [0x00_72B2, 0x3B_9FDB], [0x00_5C91, 0x7C_C4F0], None, Circle),
    drawn!("intranasal", "Intranasal", [0xD5_5E00, 0xEE_7A1E], [0xA8_4300, 0xFF_9F66], Some((10.0, 4.0)), Square),
    drawn!("intramuscular", "Intramuscular", [0x00_9E73, 0x1F_B88E], [0x00_694D, 0x4F_D1A5], Some((3.0, 3.0)), Triangle),
    drawn!("subcutaneous", "Subcutaneous", [0xC0_699A, 0xD8_8AB5], [0x9A_3F73, 0xEB_A6CB], Some((16.0, 4.0)), Diamond),
    drawn!("sublingual", "Sublingual", [0xB8_7B00, 0xE6_A817], [0x80_5800, 0xF0_BE4A], Some((6.0, 6.0)), TriangleDown),
    drawn!("oral", "Oral", [0x2F_8FCB, 0x8F_D0F7], [0x1D_6A9C, 0xA9_DCF8], Some((14.0, 8.0)), Square),
    drawn!("other", "Other route", [0x73_7373, 0x9A_9A9A], [0x55_5555, 0xC4_C4C4], Some((8.0, 3.0)), Diamond),
    drawn!("unknown", "Route unknown", [0x8E_8E8E, 0xB5_B5B5], [0x66_6666, 0xCC_CCCC], Some((2.0, 5.0)), Circle),
    drawn!("mixed", "Route changed", [0x8A_6D3B, 0xB9_9457], [0x6B_5226, 0xD9_BF8F], Some((5.0, 3.0)), Diamond),
    drawn!("all", "All routes", [0x3E_4C59, 0xC3_CCD5], [0x32_3F4B, 0xD5_DBE1], None, Circle),
];

fn drawn(route: &str) -> Option<&'static Drawn> {
    ROUTES.iter().find(|drawn| drawn.code == route)
}

/// The look of a route by its code; `all`, `mixed` and any code not known have looks too.
#[must_use]
pub fn look(route: &str) -> Look {
    let Drawn { line, text, dash, mark, .. } = drawn(route).unwrap_or(&ROUTES[ROUTES.len() - 1]);
    Look { line: line.light, text: text.light, dash: *dash, mark: *mark }
}

/// The name of a route as printed.
#[must_use]
pub fn route_label(route: &str) -> &str {
    drawn(route).map_or(route, |drawn| drawn.label)
}

/// The codes that a `route` column may hold, in the order of tables and charts.
pub fn route_codes() -> impl Iterator<Item = &'static str> {
    Route::ALL.iter().map(|route| route.as_str()).chain(["mixed", "all"])
}

/// Their colours.
pub(super) fn tokens() -> impl Iterator<Item = Token> {
    ROUTES.iter().flat_map(|drawn| [drawn.line, drawn.text])
}

#[cfg(test)]
mod tests {
    use super::super::colour::contrast;
    use super::super::palette::DRAWN;
    use super::*;

    #[test]
    fn every_code_has_its_look_and_name() {
        let codes: Vec<&str> = route_codes().collect();
        assert_eq!(codes, ROUTES.each_ref().map(|drawn| drawn.code));
        assert_eq!((route_label("oral"), route_label("nose")), ("Oral", "nose"));
        assert_eq!(look("nose"), look("all"));
    }

    #[test]
    fn marks_can_be_seen_and_names_read_on_light_and_dark_pages() {
        let card = DRAWN[0];
        for Drawn { code, line, text, .. } in &ROUTES {
            for (line, text, ground) in
                [(line.light, text.light, card.light), (line.dark, text.dark, card.dark)]
            {
                assert!(contrast(line, ground) >= 3.0, "{code} {}", contrast(line, ground));
                assert!(contrast(text, ground) >= 4.5, "{code} {}", contrast(text, ground));
            }
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
