//! A line chart as data: curves over infusion numbers or time, each with its row of numbers.

use super::axis::Axis;
use super::number::Number;
use super::theme::Look;

/// Curves over infusion numbers or time, with a row of numbers per curve below.
#[derive(Debug, Clone, PartialEq)]
pub struct LineChart {
    /// Name of the horizontal axis.
    pub x_label: String,
    /// What stands at each even step of it.
    pub x_ticks: Vec<String>,
    /// The vertical axis.
    pub y: Axis,
    /// How points become a line.
    pub line: LineShape,
    /// The curves, in code order.
    pub series: Vec<Series>,
    /// What the numbers below the axis are.
    pub rows_label: String,
}

/// How points become a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LineShape {
    /// Straight from point to point; a missing point breaks the line.
    Straight,
    /// Level from each point to the next; missing points are spanned by a dotted line.
    Step {
        /// The height at the first tick, where nothing is estimated and nothing is marked.
        from: f64,
    },
}

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
    /// What a pointer reads out at each tick; empty where there is nothing to read.
    pub readouts: Vec<String>,
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
        runs(self.points.iter().copied())
    }

    /// Every point of the curve with the position of its tick.
    #[must_use]
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

    /// Every height of the curve and of its intervals; of an interval that reaches far beyond all
    /// points no more than their own reach again, so that a few people do not flatten every curve.
    pub(super) fn reach(&self) -> impl Iterator<Item = f64> {
        let heights = self.known().map(|(_, point)| point.y);
        let (lowest, highest) =
            heights.fold((0.0_f64, 0.0_f64), |(lo, hi), y| (lo.min(y), hi.max(y)));
        let reach = highest - lowest;
        self.known().flat_map(move |(_, Point { y, interval })| {
            let (lo, hi) = interval.unwrap_or((y, y));
            [lo.max(lowest - reach), y, hi.min(highest + reach)]
        })
    }
}

/// The unbroken stretches of what stands at ticks, each with the position of its tick.
pub(super) fn runs<T>(at_ticks: impl Iterator<Item = Option<T>>) -> Vec<Vec<(usize, T)>> {
    let mut runs = vec![Vec::new()];
    for (tick, value) in at_ticks.enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((tick, value)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
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
            readouts: Vec::new(),
        };
        let runs: Vec<Vec<usize>> =
            series.runs().iter().map(|run| run.iter().map(|(tick, _)| *tick).collect()).collect();
        assert_eq!(runs, [vec![1, 2], vec![5]]);
        assert_eq!(series.last().map(|(tick, _)| tick), Some(5));
    }
}
