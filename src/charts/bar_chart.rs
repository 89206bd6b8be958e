//! Stacked bars as data: groups of people, each cut into the steps of an ordered scale.

use super::number::Number;

/// Bars of equal length, each all the people of its group.
#[derive(Debug, Clone, PartialEq)]
pub struct BarChart {
    /// What a bar is.
    pub label: String,
    /// Names of the steps, from the mildest, which is the lightest.
    pub steps: Vec<String>,
    /// The bars, those that are to be compared together.
    pub groups: Vec<Group>,
}

/// Bars to be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What they have in common.
    pub heading: String,
    /// The bars.
    pub bars: Vec<Bar>,
}

/// A bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Its name.
    pub label: String,
    /// All people of it. Where that is hidden the bar has no parts to draw.
    pub whole: Number,
    /// The people of each step.
    pub parts: Vec<Part>,
}

/// The people of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// How many.
    pub number: Number,
    /// What a pointer reads out.
    pub readout: String,
}

impl Bar {
    /// Whether there is anything to see: a bar whose whole is hidden has no length to cut.
    pub(super) fn shows_anything(&self) -> bool {
        let shows_people = |number: Number| matches!(number, Number::Count(1..));
        shows_people(self.whole) && self.parts.iter().any(|part| shows_people(part.number))
    }
}
