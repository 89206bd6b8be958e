//! A line chart as data: curves over infusion numbers, each with its row of numbers.

use super::axis::Axis;
use super::number::Number;
use super::theme::Look;

/// Curves over infusion numbers, with a row of numbers per curve below.
#[derive(Debug, Clone, PartialEq)]
pub struct LineChart {
    /// Name of the horizontal axis.
    pub x_label: String,
    /// Infusion numbers, ascending.
    pub x_ticks: Vec<i64>,
    /// The vertical axis.
    pub y: Axis,
    /// How points become a line.
    pub line: LineShape,
    /// How intervals are drawn.
    pub uncertainty: Uncertainty,
    /// The curves, in code order.
    pub series: Vec<Series>,
    /// What the numbers below the axis are.
    pub rows_label: String,
}

/// How points become a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineShape {
    /// Straight from point to point; a missing point breaks the line.
    Straight,
    /// Level from each point to the next, from 0 at the first tick; a missing point is no step.
    Step,
}

/// How intervals are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uncertainty {
    /// A translucent band; legible for up to four curves.
    Band,
    /// A line at each point, points set apart.
    Whisker,
}

impl Uncertainty {
    /// Bands for so many curves, or whiskers where bands would cover each other.
    #[must_use]
    pub const fn of(n_curves: usize) -> Self {
        if n_curves > MOST_BANDS { Self::Whisker } else { Self::Band }
    }

    /// What is drawn, as the first word of a note.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Band => "Bands:",
            Self::Whisker => "Vertical lines:",
        }
    }
}

/// More curves than this and bands would cover each other.
const MOST_BANDS: usize = 4;

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name.
    pub label: String,
    /// Colour, dash and mark.
    pub look: Look,
    /// A point per tick; `None` where there is none to show.
    pub points: Vec<Option<Point>>,
    /// Heights of a faint line beside the curve, per tick; empty where there is no such line.
    pub companion: Vec<Option<f64>>,
    /// A number per tick, printed below the axis.
    pub numbers: Vec<Number>,
}

/// A point of a curve, in the units of the vertical axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The estimate.
    pub y: f64,
    /// Its interval, where there is one.
    pub interval: Option<(f64, f64)>,
}

impl Series {
    /// The unbroken stretches of the curve, as positions of ticks and points.
    #[must_use]
    pub fn runs(&self) -> Vec<Vec<(usize, Point)>> {
        let mut runs = vec![Vec::new()];
        for (tick, point) in self.points.iter().enumerate() {
            match (point, runs.last_mut()) {
                (Some(point), Some(run)) => run.push((tick, *point)),
                _ => runs.push(Vec::new()),
            }
        }
        runs.retain(|run| !run.is_empty());
        runs
    }

    /// Every point of the curve with the position of its tick.
    pub fn known(&self) -> impl DoubleEndedIterator<Item = (usize, Point)> {
        let at = |(tick, point): (usize, &Option<Point>)| point.map(|point| (tick, point));
        self.points.iter().enumerate().filter_map(at)
    }

    /// The last point of the curve.
    #[must_use]
    pub fn last(&self) -> Option<(usize, Point)> {
        self.known().next_back()
    }

    /// Whether disclosure control took something: a point that people stand behind, or a number.
    #[must_use]
    pub fn has_hidden(&self) -> bool {
        self.points.iter().zip(&self.numbers).any(|(point, number)| match number {
            Number::Hidden => true,
            Number::Count(count) => point.is_none() && *count != 0,
            Number::None | Number::Blank => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::theme;
    use super::*;

    #[test]
    fn a_missing_point_breaks_the_line() {
        let point = |y| Some(Point { y, interval: None });
        let series = Series {
            label: String::new(),
            look: theme::look("oral"),
            points: vec![None, point(0.1), point(0.2), None, None, point(0.3)],
            companion: Vec::new(),
            numbers: Vec::new(),
        };
        let runs: Vec<Vec<usize>> =
            series.runs().iter().map(|run| run.iter().map(|(tick, _)| *tick).collect()).collect();
        assert_eq!(runs, [vec![1, 2], vec![5]]);
        assert_eq!(series.last().map(|(tick, _)| tick), Some(5));
    }
}
