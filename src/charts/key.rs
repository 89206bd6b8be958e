//! A key: samples with their names, side by side and on as many lines as they need.

use super::frame::Sizes;
use super::page::{Page, plain};
use super::scene::{At, text_width};
use super::theme;

/// Room of a sample before its name.
const SAMPLE: f64 = 22.0;
/// Between a name and the next sample.
const APART: f64 = 18.0;

/// Draws a key from the current height of the page down; `sample` draws the sample of a position,
/// of which it is given the middle.
pub(super) fn draw(
    page: &mut Page,
    sizes: &Sizes,
    names: &[&str],
    sample: impl Fn(&mut Page, usize, At),
) {
    let (mut x, right) = (sizes.margin, sizes.width - sizes.margin);
    page.y += sizes.row / 2.0;
    for (position, name) in names.iter().enumerate() {
        let width = SAMPLE + text_width(name, sizes.small);
        if x > sizes.margin && x + width > right {
            x = sizes.margin;
            page.y += sizes.row;
        }
        sample(page, position, (x + SAMPLE / 2.0 - 3.0, page.y));
        page.text((x + SAMPLE, page.y), name, plain(sizes.small, theme::INK));
        x += width + APART;
    }
    page.y += sizes.row / 2.0 + 2.0;
}
