//! A dot plot as data: estimates with their intervals, a row each, in one or more panels.

use super::axis::Axis;
use super::line_chart::Point;
use super::number::Number;
use super::theme::{self, Look};

/// Estimates in rows, on one horizontal scale.
#[derive(Debug, Clone, PartialEq)]
pub struct DotPlot {
    /// The scale, the same in every panel.
    pub x: Axis,
    /// A line through all rows: what they are held against.
    pub reference: Option<Reference>,
    /// What stands in each row, one below the other; told apart by a key where there are several.
    pub series: Vec<Kind>,
    /// Names of the panels, side by side; one without a name where there is but one.
    pub panels: Vec<PanelName>,
    /// The rows from the top.
    pub groups: Vec<Group>,
    /// What the counts beside the rows are; in a plot of several panels there are none.
    pub counts_label: String,
}

/// A line of reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// Where.
    pub at: f64,
    /// What it is.
    pub text: String,
}

/// One of the things in a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// Its name.
    pub label: String,
    /// Colour and mark.
    pub look: Look,
}

impl Kind {
    /// The only kind of a plot, which needs no name.
    pub(super) fn lone() -> Self {
        Self { label: String::new(), look: theme::look("all") }
    }
}

/// The name of a panel; none by default, where there is but one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PanelName {
    /// What it is about.
    pub label: String,
    /// Of how many people; nothing where that is not the same for all rows.
    pub below: String,
}

/// Rows that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What they have in common; empty where they need no name.
    pub heading: String,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name.
    pub label: String,
    /// Its dots: for each panel, one of each kind.
    pub panels: Vec<Vec<Dot>>,
}

/// An estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Dot {
    /// What is known of it.
    pub value: Value,
    /// The estimate and its interval as printed beside the row.
    pub text: String,
    /// Of how many people.
    pub number: Number,
    /// What a pointer reads out.
    pub readout: String,
}

/// What is known of an estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// It, in the units of the scale.
    Known(Point),
    /// Hidden to protect small groups.
    Hidden,
    /// There is none.
    None,
}

impl Value {
    /// The estimate, where it is known.
    #[must_use]
    pub const fn known(self) -> Option<Point> {
        match self {
            Self::Known(point) => Some(point),
            Self::Hidden | Self::None => None,
        }
    }
}

impl DotPlot {
    /// Every dot.
    pub(super) fn dots(&self) -> impl Iterator<Item = &Dot> {
        self.groups.iter().flat_map(|group| &group.rows).flat_map(|row| row.panels.iter().flatten())
    }

    /// The kinds of which there is a dot to see.
    pub(super) fn drawn(&self) -> impl Iterator<Item = &Kind> {
        let rows = || self.groups.iter().flat_map(|group| &group.rows);
        let panels = move || rows().flat_map(|row| &row.panels);
        self.series.iter().enumerate().filter_map(move |(kind, name)| {
            let is_seen = |dots: &Vec<Dot>| dots.get(kind)?.value.known();
            panels().any(|dots| is_seen(dots).is_some()).then_some(name)
        })
    }

    /// Whether one of them is hidden.
    pub(super) fn has_hidden(&self) -> bool {
        self.dots().any(|dot| dot.value == Value::Hidden)
    }
}
