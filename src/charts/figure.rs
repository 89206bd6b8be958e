//! A figure as plain data: what is shown, before any thought of where it is drawn.

use super::heat_map::HeatMap;
use super::line_chart::LineChart;

/// A picture with its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// File name without extension.
    pub name: String,
    /// Code of the instrument it shows.
    pub instrument: String,
    /// What it is about.
    pub title: String,
    /// How the thing shown is defined.
    pub subtitle: String,
    /// What it shows, in words, from the numbers in the figure only.
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
    /// Curves over infusion numbers.
    Lines(LineChart),
    /// Shares as shades, in rows and columns.
    HeatMap(HeatMap),
}
