//! A figure as plain data: what is shown, before any thought of where it is drawn.

use super::theme::Look;

/// A chart of percentages over infusion numbers, with a row of numbers per series below.
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
    /// Name of the horizontal axis.
    pub x_label: String,
    /// Infusion numbers, ascending.
    pub x_ticks: Vec<i64>,
    /// Name of the vertical axis, which always goes from 0 to 100 %.
    pub y_label: String,
    /// How intervals are drawn.
    pub uncertainty: Uncertainty,
    /// The curves, in code order.
    pub series: Vec<Series>,
    /// What the numbers below the axis are.
    pub rows_label: String,
    /// What one must know to read it.
    pub notes: Vec<String>,
    /// What must stand on every picture: synthetic, internal.
    pub markings: Vec<String>,
}

/// How intervals are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uncertainty {
    /// A translucent band; legible for up to four curves.
    Band,
    /// A line at each point, points set apart.
    Whisker,
}

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name.
    pub label: String,
    /// Colour, dash and mark.
    pub look: Look,
    /// A point per tick; `None` breaks the line.
    pub points: Vec<Option<Point>>,
    /// A number per tick, printed below the axis.
    pub numbers: Vec<Number>,
}

/// A point of a curve, as shares from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The estimate.
    pub y: f64,
    /// Its interval, where there is one.
    pub interval: Option<(f64, f64)>,
}

/// A number below the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// A count.
    Count(i64),
    /// Hidden to protect small groups.
    Hidden,
    /// There is none.
    None,
}

impl Number {
    /// As printed: `1,234`, `·` or `–`.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Count(count) => thousands(count),
            Self::Hidden => "·".into(),
            Self::None => "–".into(),
        }
    }
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

    /// The last point of the curve.
    #[must_use]
    pub fn last(&self) -> Option<(usize, Point)> {
        self.runs().pop().and_then(|mut run| run.pop())
    }
}

/// A share from 0 to 1 as a whole percent, `52 %`, which no line break parts.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{}\u{a0}%", whole_percent(share))
}

/// A share from 0 to 1 as a whole percent, the number alone. The disclosed share has two decimals,
/// so nothing is rounded twice.
#[must_use]
pub fn whole_percent(share: f64) -> String {
    // Adding 0 turns -0 into 0.
    format!("{}", (share * 100.0).round() + 0.0)
}

/// A count with commas between thousands.
#[must_use]
pub fn thousands(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut text = String::from(if count < 0 { "-" } else { "" });
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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
            numbers: Vec::new(),
        };
        let runs: Vec<Vec<usize>> =
            series.runs().iter().map(|run| run.iter().map(|(tick, _)| *tick).collect()).collect();
        assert_eq!(runs, [vec![1, 2], vec![5]]);
        assert_eq!(series.last().map(|(tick, _)| tick), Some(5));
    }

    #[test]
    fn numbers_print_for_people() {
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(201), "201");
        assert_eq!(thousands(-1000), "-1,000");
        assert_eq!(percent(0.07), "7\u{a0}%");
        assert_eq!(percent(0.29), "29\u{a0}%");
        assert_eq!((Number::Hidden.text(), Number::None.text()), ("·".into(), "–".into()));
    }
}
