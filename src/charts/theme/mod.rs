//! How things look: one set of colours, looks and sizes for pictures and pages.
//!
//! Everything that is drawn takes its colour from here, and [`css`] hands the same to the style
//! sheet of a page, so that nothing elsewhere names a colour. Text has a contrast of 4.5 and marks
//! of 3 to their ground, on light pages and on dark ones (WCAG 2.2 AA; tests hold it).
//!
//! The language of lines, for every kind of chart: an unbroken dark line is what a chart is about,
//! a band or a whisker its interval, a thin grey line ([`AXIS`]) a zero, a centre or a reference,
//! the same line dashed a limit, and [`WARNING`] a point beyond one.

mod colour;
mod css;
mod looks;
mod palette;
mod sizes;

pub use colour::Rgb;
pub use css::css;
#[cfg(test)]
pub(super) use css::is_drawn;
pub use looks::{Dash, Look, Mark, look, route_codes, route_label};
pub use palette::{
    AXIS, CONTEXT, GRID, INK, MUTED, PAPER, Token, WARNING, shade, shades, step_shade,
};
pub use sizes::{
    BAND_OPACITY, COMPANION_OPACITY, COMPANION_WIDTH, CURVE_WIDTH, FONTS, MARK_SIZE, SUBTITLE,
    TARGET, TITLE, WHISKER_OPACITY,
};
