//! A figure as plain data: what is shown, before any thought of where it is drawn.

use super::bar_chart::{Bar, BarChart};
use super::dot_plot::DotPlot;
use super::heat_map::HeatMap;
use super::line_chart::LineChart;

/// A picture with its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// File name without extension.
    pub name: String,
    /// Code of the instrument it shows; `all` for what is not about one.
    pub instrument: String,
    /// Name of the table it is drawn from, where a reader finds its numbers.
    pub table: &'static str,
    /// What it shows, in a line: the finding, or the measure where there is none to tell.
    pub title: String,
    /// The measure, how it is defined, and the instrument.
    pub subtitle: String,
    /// What it shows, in full sentences with counts and intervals, from the numbers in the figure
    /// only: the caption.
    pub finding: String,
    /// The whole figure in words, for those who do not see it.
    pub alt: String,
    /// What is drawn.
    pub plot: Plot,
    /// What one must know to read it.
    pub notes: Vec<String>,
    /// What must stand on every picture: synthetic, internal.
    pub markings: Vec<String>,
}

/// The kinds of picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Plot {
    /// Curves over infusion numbers or time.
    Lines(LineChart),
    /// Shares as shades, in rows and columns.
    HeatMap(HeatMap),
    /// Estimates with their intervals, a row each.
    Dots(DotPlot),
    /// Groups of people, each cut into the steps of an ordered scale.
    Bars(BarChart),
}

impl Figure {
    /// Whether there is anything to see: an empty frame is no picture, and the finding says why there
    /// is none.
    #[must_use]
    pub fn shows_anything(&self) -> bool {
        match &self.plot {
            Plot::Lines(chart) => chart.series.iter().any(|series| series.last().is_some()),
            Plot::HeatMap(map) => {
                map.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.share.known().is_some())
            }
            Plot::Dots(plot) => plot.dots().any(|dot| dot.value.known().is_some()),
            Plot::Bars(chart) => {
                chart.groups.iter().flat_map(|group| &group.bars).any(Bar::shows_anything)
            }
        }
    }
}
