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

    /// Puts the people at risk of gathered steps where they were counted: a gathered step ends at
    /// its point, and they are those at risk when its first part began. Returns the ticks from and
    /// to which each number went, and it.
    pub(super) fn count_gathered_at_their_start(&mut self) -> Vec<(usize, usize, i64)> {
        let mut moved = Vec::new();
        let mut start = None;
        for tick in 0..self.numbers.len().min(self.points.len()) {
            match (self.numbers[tick], self.points[tick]) {
                (Number::Hidden, None) => start = start.or(Some(tick)),
                (Number::Count(count), Some(_)) => {
                    if let Some(first) = start.take() {
                        self.numbers.swap(first, tick);
                        moved.push((tick, first, count));
                    }
                }
                _ => start = None,
            }
        }
        moved
    }

    /// Every height of the curve and of its intervals.
    pub(super) fn reach(&self) -> impl Iterator<Item = f64> {
        self.known().flat_map(|(_, Point { y, interval })| {
            let (lo, hi) = interval.unwrap_or((y, y));
            [lo, y, hi]
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
            readouts: Vec::new(),
        };
        let runs: Vec<Vec<usize>> =
            series.runs().iter().map(|run| run.iter().map(|(tick, _)| *tick).collect()).collect();
        assert_eq!(runs, [vec![1, 2], vec![5]]);
        assert_eq!(series.last().map(|(tick, _)| tick), Some(5));
    }
}
