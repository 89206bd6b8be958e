//! Places a figure can be shown at, and where a plot lies on the page there.

use super::line_chart::{LineChart, Series};
use super::number::Number;
use super::scene::text_width;
use super::theme;

/// Where a figure is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a file of its own.
    File,
    /// In a page, beside its words.
    Page,
    /// In a page no wider than a telephone.
    NarrowPage,
}

/// Room for a mark and a piece of line before a name.
pub(super) const SAMPLE: f64 = 38.0;
/// Width of a label is only estimated: some air beside it.
pub(super) const AIR: f64 = 15.0;
/// Bold letters are that much wider.
pub(super) const BOLD: f64 = 1.12;
/// The dot of a hidden number, to be seen.
pub(super) const DOT: f64 = 1.8;

/// Sizes at a place.
pub(super) struct Sizes {
    pub(super) width: f64,
    pub(super) plot_height: f64,
    pub(super) margin: f64,
    pub(super) text: f64,
    pub(super) small: f64,
    pub(super) number: f64,
    pub(super) row: f64,
    /// Names of rows stand above their numbers, and no name stands at the end of a curve.
    pub(super) narrow: bool,
}

impl Place {
    pub(super) const fn sizes(self) -> Sizes {
        match self {
            Self::File => Sizes {
                width: 880.0,
                plot_height: 340.0,
                margin: 28.0,
                text: 14.0,
                small: 12.5,
                number: 13.0,
                row: 24.0,
                narrow: false,
            },
            Self::Page => Sizes {
                width: 760.0,
                plot_height: 300.0,
                margin: 4.0,
                text: 14.0,
                small: 13.0,
                number: 13.0,
                row: 23.0,
                narrow: false,
            },
            Self::NarrowPage => Sizes {
                width: 320.0,
                plot_height: 250.0,
                margin: 2.0,
                text: 14.0,
                small: 13.0,
                number: 12.0,
                row: 20.0,
                narrow: true,
            },
        }
    }
}

/// The plot area and its scales.
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    /// The values at bottom and top.
    from: f64,
    to: f64,
    /// From the edges to the first and the last tick.
    pad: f64,
    pub(super) n_ticks: usize,
    /// Every how many ticks a number fits.
    every: usize,
}

impl Frame {
    /// A frame with its edges and the letters of what stands below its ticks.
    pub(super) fn of(
        (left, right): (f64, f64),
        (top, bottom): (f64, f64),
        chart: &LineChart,
        series: &[Series],
        sizes: &Sizes,
    ) -> Self {
        let numbers = series.iter().flat_map(|series| &series.numbers);
        let numbers = numbers.map(|number| text_width(&printed(*number, sizes), sizes.number));
        let ticks = chart.x_ticks.iter().map(|tick| text_width(tick, sizes.small));
        let widest = numbers.chain(ticks).fold(text_width("00", sizes.number), f64::max);
        let mut frame = Self {
            left,
            right,
            top,
            bottom,
            from: chart.y.from,
            to: chart.y.to,
            pad: (2.5 * theme::MARK_SIZE).max(widest / 2.0),
            n_ticks: chart.x_ticks.len(),
            every: 1,
        };
        while frame.x(frame.every) - frame.x(0) < widest + 2.0 && frame.every < frame.n_ticks {
            frame.every += 1;
        }
        frame
    }

    #[allow(clippy::cast_precision_loss, reason = "a handful of ticks")]
    pub(super) fn x(&self, tick: usize) -> f64 {
        if self.n_ticks < 2 {
            return f64::midpoint(self.left, self.right);
        }
        self.left + self.pad + self.step() * tick as f64
    }

    /// From tick to tick.
    #[allow(clippy::cast_precision_loss, reason = "a handful of ticks")]
    pub(super) fn step(&self) -> f64 {
        let gaps = self.n_ticks.saturating_sub(1).max(1);
        (self.right - self.left - 2.0 * self.pad) / gaps as f64
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        let share = (value - self.from) / (self.to - self.from);
        self.bottom - share.clamp(0.0, 1.0) * (self.bottom - self.top)
    }

    /// Every few, and the last, where the few stand that were followed longest.
    pub(super) fn is_labelled(&self, tick: usize) -> bool {
        let last = self.n_ticks.saturating_sub(1);
        tick == last || (tick.is_multiple_of(self.every) && last - tick >= self.every)
    }
}

/// The frame of a chart that has the whole width of its page.
pub(super) fn frame(top: f64, chart: &LineChart, sizes: &Sizes) -> Frame {
    let widest = |size: f64| {
        chart.series.iter().map(|series| text_width(&series.label, size)).fold(0.0, f64::max)
    };
    let scale = scale_width(chart, sizes);
    let names = SAMPLE + widest(sizes.text) * BOLD + AIR;
    let left = if sizes.narrow { scale } else { names.max(scale) };
    let right = if has_end_labels(chart, sizes) { widest(sizes.small) + AIR } else { 0.0 };
    let across = (sizes.margin + left, sizes.width - sizes.margin - right);
    Frame::of(across, (top, top + sizes.plot_height), chart, &chart.series, sizes)
}

/// Room for the numbers of the vertical axis.
pub(super) fn scale_width(chart: &LineChart, sizes: &Sizes) -> f64 {
    let ticks = chart.y.ticks.iter().map(|tick| text_width(&tick.text, sizes.small));
    ticks.fold(0.0, f64::max) + 10.0
}

/// A number as printed in a row. Where room is short, four digits go without a comma.
pub(super) fn printed(number: Number, sizes: &Sizes) -> String {
    match number {
        Number::Count(count) if sizes.narrow && count < 10_000 => count.to_string(),
        number => number.text(),
    }
}

/// Where there is room, and more than one curve to tell apart.
pub(super) fn has_end_labels(chart: &LineChart, sizes: &Sizes) -> bool {
    !sizes.narrow && chart.series.len() > 1
}
