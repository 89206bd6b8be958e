//! The colours of paper, letters and lines, each as it is on light pages, on dark ones and in
//! print, and the shades that stand for shares and for bands of severity.

use super::colour::Rgb;

/// A colour by its name in a style sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Name, without the two dashes.
    pub name: &'static str,
    /// On light pages and in pictures.
    pub light: Rgb,
    /// On dark pages.
    pub dark: Rgb,
    /// On paper.
    pub print: Rgb,
}

const fn token(name: &'static str, light: u32, dark: u32, print: u32) -> Token {
    Token { name, light: Rgb::of(light), dark: Rgb::of(dark), print: Rgb::of(print) }
}

/// A colour that is printed as it is on light pages.
const fn same(name: &'static str, light: u32, dark: u32) -> Token {
    token(name, light, dark, light)
}

const CARD_TOKEN: Token = same("card", 0xFF_FFFF, 0x1A_2129);
const INK_TOKEN: Token = token("ink", 0x1F_2933, 0xE5_E9EE, 0x00_0000);
const MUTED_TOKEN: Token = token("muted", 0x52_606D, 0xA9_B4C0, 0x44_4444);
const GRID_TOKEN: Token = same("grid", 0xE4_E7EB, 0x32_3C47);
const AXIS_TOKEN: Token = same("axis", 0x7B_8794, 0x84_909D);
const CONTEXT_TOKEN: Token = same("context", 0xC6_CED6, 0x4A_5663);
const ALERT_TOKEN: Token = same("alert", 0x9B_1C1C, 0xFF_9B9B);

/// Background of a picture, and the rim around marks.
pub const PAPER: Rgb = CARD_TOKEN.light;
/// Titles and numbers.
pub const INK: Rgb = INK_TOKEN.light;
/// Axis labels and notes.
pub const MUTED: Rgb = MUTED_TOKEN.light;
/// Grid lines.
pub const GRID: Rgb = GRID_TOKEN.light;
/// The zero line, a centre line, a line of reference; its limits are the same, dashed.
pub const AXIS: Rgb = AXIS_TOKEN.light;
/// What stands behind the one thing a panel is about: the other curves, for comparison.
pub const CONTEXT: Rgb = CONTEXT_TOKEN.light;
/// Markings such as "internal, do not share", and points beyond a limit.
pub const WARNING: Rgb = ALERT_TOKEN.light;

/// Colours of pages that no picture draws with.
pub(super) const PAGE: [Token; 7] = [
    token("page", 0xF6_F7F9, 0x11_161C, 0xFF_FFFF),
    token("line", 0xD9_DFE5, 0x36_4250, 0xC4_CAD0),
    token("soft", 0xEE_F1F4, 0x23_2C36, 0xF0_F0F0),
    token("link", 0x00_517F, 0x8C_CDF5, 0x00_0000),
    same("accent", 0x00_72B2, 0x56_B4E9),
    same("bar", 0x9F_CBE6, 0x2B_6D95),
    token("alert-soft", 0xFD_ECEC, 0x3A_1F22, 0xFF_FFFF),
];

/// Colours that pictures draw with, besides those of routes and shades.
pub(super) const DRAWN: [Token; 7] =
    [CARD_TOKEN, INK_TOKEN, MUTED_TOKEN, GRID_TOKEN, AXIS_TOKEN, CONTEXT_TOKEN, ALERT_TOKEN];

/// Shades for shares from 0 to 1, a tenth each: one hue, the darker the higher, and on dark pages
/// the lighter the higher, since letters change sides with the paper.
pub(super) const SHADES: [Token; 10] = [
    same("share-0", 0xED_F5FB, 0x1F_2D39),
    same("share-1", 0xD4_E5F5, 0x1F_364A),
    same("share-2", 0xBB_D6EF, 0x21_405A),
    same("share-3", 0xA2_C7E9, 0x24_4A68),
    same("share-4", 0x89_B8E1, 0x28_5477),
    same("share-5", 0x66_A3D6, 0x2D_5E84),
    same("share-6", 0x2D_79B1, 0x51_92C8),
    same("share-7", 0x1B_659A, 0x70_ABDC),
    same("share-8", 0x11_5280, 0x95_C3EB),
    same("share-9", 0x0D_3F63, 0xBD_DCF7),
];
/// On this shade and darker ones letters have the colour of paper, on lighter ones that of ink. No
/// shade lies between the two, where neither could be read.
const FIRST_DARK: usize = 6;

/// The shades with the colour of letters on each, from low to high.
pub fn shades() -> impl Iterator<Item = (Rgb, Rgb)> {
    let letters = |position| if position < FIRST_DARK { INK } else { PAPER };
    SHADES.into_iter().enumerate().map(move |(position, fill)| (fill.light, letters(position)))
}

/// The shade of a share as printed, a whole percent, and the colour of letters on it.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
pub fn shade(share: f64) -> (Rgb, Rgb) {
    let tenth = (share.clamp(0.0, 1.0) * 100.0).round() as usize / 10;
    shades().nth(tenth.min(SHADES.len() - 1)).unwrap_or((PAPER, INK))
}

/// The shade of a step of an ordered scale, from 0 to `n` - 1, spread evenly from the lightest to
/// the darkest, and the colour of letters on it.
#[must_use]
pub fn step_shade(step: usize, n: usize) -> (Rgb, Rgb) {
    let last = SHADES.len() - 1;
    let place = if n < 2 { last / 2 } else { step.min(n - 1) * last / (n - 1) };
    shades().nth(place).unwrap_or((PAPER, INK))
}

#[cfg(test)]
mod tests {
    use super::super::colour::contrast;
    use super::*;

    #[test]
    fn the_shades_grow_away_from_the_paper_and_letters_can_be_read_on_each() {
        type Side = fn(&Token) -> Rgb;
        let sides: [Side; 2] = [|token| token.light, |token| token.dark];
        for side in sides {
            let of = |token: &Token| contrast(side(token), side(&CARD_TOKEN));
            for (position, fill) in SHADES.iter().enumerate() {
                let letters = if position < FIRST_DARK { INK_TOKEN } else { CARD_TOKEN };
                assert!(contrast(side(fill), side(&letters)) >= 4.5, "{fill:?}");
            }
            for pair in SHADES.windows(2) {
                assert!(of(&pair[0]) < of(&pair[1]), "{pair:?}");
            }
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
    fn the_steps_of_a_scale_are_told_apart() {
        for n in 2..=5 {
            let fills: Vec<Rgb> = (0..n).map(|step| step_shade(step, n).0).collect();
            assert_eq!((fills[0], fills[n - 1]), (SHADES[0].light, SHADES[9].light));
            for pair in fills.windows(2) {
                assert!(contrast(pair[0], pair[1]) > 1.25, "{n} {pair:?}");
            }
        }
        assert_eq!(step_shade(0, 1).0, SHADES[4].light);
    }

    #[test]
    fn words_and_lines_can_be_seen_on_every_ground() {
        for token in [INK_TOKEN, MUTED_TOKEN, ALERT_TOKEN, PAGE[3]] {
            for (letters, grounds) in [
                (token.light, [CARD_TOKEN.light, PAGE[0].light, PAGE[2].light]),
                (token.dark, [CARD_TOKEN.dark, PAGE[0].dark, PAGE[2].dark]),
                (token.print, [CARD_TOKEN.print, PAGE[0].print, PAGE[2].print]),
            ] {
                for ground in grounds {
                    assert!(contrast(letters, ground) >= 4.5, "{token:?} on {ground:?}");
                }
            }
        }
        for (letters, ground) in [
            (ALERT_TOKEN.light, PAGE[6].light),
            (ALERT_TOKEN.dark, PAGE[6].dark),
            (ALERT_TOKEN.print, PAGE[6].print),
        ] {
            assert!(contrast(letters, ground) >= 4.5, "{letters:?}");
        }
        for token in [AXIS_TOKEN, PAGE[4]] {
            assert!(contrast(token.light, CARD_TOKEN.light) >= 3.0, "{token:?}");
            assert!(contrast(token.dark, CARD_TOKEN.dark) >= 3.0, "{token:?}");
        }
    }
}
