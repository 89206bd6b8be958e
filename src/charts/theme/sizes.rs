//! Sizes of letters, of space and of strokes, for pictures and pages.
//!
//! Lengths are CSS pixels. Letters of a picture are larger in a file, which is looked at from the
//! back of a room, than on a page, where the words around them set the measure; those are in
//! [`super::super::frame`].

/// Opacity of a band.
pub const BAND_OPACITY: f64 = 0.16;
/// Opacity of a whisker.
pub const WHISKER_OPACITY: f64 = 0.7;
/// Width of a curve.
pub const CURVE_WIDTH: f64 = 2.4;
/// Width of a faint line beside a curve.
pub const COMPANION_WIDTH: f64 = 1.2;
/// Opacity of a faint line beside a curve.
pub const COMPANION_OPACITY: f64 = 0.6;
/// Half the size of a mark.
pub const MARK_SIZE: f64 = 4.4;
/// Width and height of what answers to a pointer, at least (WCAG 2.2, 2.5.8).
pub const TARGET: f64 = 24.0;

/// Letters of a title in a picture.
pub const TITLE: f64 = 22.0;
/// Letters of what stands below it.
pub const SUBTITLE: f64 = 14.5;

/// The faces a picture asks for, in order; the last known one is built in.
pub const FONTS: &str = "Segoe UI, Helvetica Neue, Arial, DejaVu Sans, sans-serif";

/// Letters of a page, from the smallest, in rem.
pub(super) const TYPE_SCALE: [(&str, &str); 7] = [
    ("text-tiny", "0.8rem"),
    ("text-small", "0.9rem"),
    ("text-body", "1rem"),
    ("text-lead", "1.1rem"),
    ("text-h3", "1.2rem"),
    ("text-h2", "1.5rem"),
    ("text-h1", "clamp(1.6rem, 1.2rem + 2vw, 2.4rem)"),
];

/// Space on a page, each step about half as much again as the last, in rem.
pub(super) const SPACES: [(&str, &str); 7] = [
    ("space-1", "0.25rem"),
    ("space-2", "0.5rem"),
    ("space-3", "0.75rem"),
    ("space-4", "1.25rem"),
    ("space-5", "2rem"),
    ("space-6", "3rem"),
    ("radius", "0.5rem"),
];
