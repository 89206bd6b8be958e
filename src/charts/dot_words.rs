//! What dots say, in plain words, from disclosed numbers only: the parts that dot plots share.

use super::dot_plot::{Dot, DotPlot, Value};
use super::line_chart::Point;
use super::number::{Number, percent, points, thousands, whole_percent};
use super::words::{HIDDEN, points_told, share_told};

/// A note of a dot plot with hidden rows.
pub(super) const HIDDEN_ROWS: &str = "Hidden: to protect small groups.";
/// Dots of which all are listed.
const MOST_LISTED: usize = 30;
/// What a dot plot's lines are.
pub(super) const WHISKERS: &str = "Lines: 95\u{a0}% intervals";

/// How an estimate is printed beside its row, and read out.
#[derive(Clone, Copy)]
pub(super) struct Print {
    /// Beside the row, short.
    pub(super) short: fn(Point) -> String,
    /// Read out, in full.
    pub(super) full: fn(Point) -> String,
}

/// Shares: "24 % (17 to 33)".
pub(super) const SHARE: Print = Print {
    short: |point| {
        let interval = point.interval.map_or_else(String::new, |(lo, hi)| {
            format!(" ({} to {})", whole_percent(lo), whole_percent(hi))
        });
        percent(point.y) + &interval
    },
    full: share_told,
};

/// Shares with no room for an interval: "24 %".
pub(super) const BARE_SHARE: Print = Print { short: |point| percent(point.y), full: share_told };

/// Numbers of points: "-2.1 (-2.6 to -1.6)".
pub(super) const POINTS: Print = Print {
    short: |point| {
        let interval = point
            .interval
            .map_or_else(String::new, |(lo, hi)| format!(" ({} to {})", points(lo), points(hi)));
        points(point.y) + &interval
    },
    full: points_told,
};

/// Differences of shares, in percentage points: "+8 (-3 to +17)".
pub(super) const DIFFERENCE: Print = Print {
    short: |point| {
        let interval = point
            .interval
            .map_or_else(String::new, |(lo, hi)| format!(" ({} to {})", signed(lo), signed(hi)));
        signed(point.y) + &interval
    },
    full: |point| {
        let interval = point.interval.map_or_else(String::new, |(lo, hi)| {
            format!(" (95\u{a0}% interval {} to {})", signed(lo), signed(hi))
        });
        format!("{} percentage points{interval}", signed(point.y))
    },
};

/// A difference of shares in whole percentage points, with its sign.
pub(super) fn signed(difference: f64) -> String {
    let text = points((difference * 100.0).round());
    let text = text.trim_end_matches(".0");
    if difference > 0.0 && text != "0" { format!("+{text}") } else { text.into() }
}

/// A dot: `who` is what it is about, `people` whom its number counts, `none` what stands in place
/// of an estimate that there is not.
pub(super) fn dot(
    value: Value,
    number: Number,
    print: Print,
    who: &str,
    people: &str,
    none: &str,
) -> Dot {
    let whom = match number {
        Number::Count(count) => format!(", {} {people}", thousands(count)),
        _ => String::new(),
    };
    let (text, told) = match value {
        Value::Known(point) => ((print.short)(point), (print.full)(point)),
        Value::Hidden => ("hidden".into(), HIDDEN.into()),
        Value::None => (none.to_owned(), none.to_owned()),
    };
    Dot { value, text, number, readout: format!("{who}: {told}{whom}") }
}

/// The dots of a plot, read out one after the other, for those who do not see it. Of a plot too
/// large to listen to, the first of each row.
pub(super) fn listing(plot: &DotPlot) -> String {
    let listed = |dot: &Dot| format!(" {}.", dot.readout);
    if plot.dots().count() <= MOST_LISTED {
        return plot.dots().map(listed).collect();
    }
    let rows = plot.groups.iter().flat_map(|group| &group.rows);
    let first = rows.filter_map(|row| row.panels.iter().flatten().next());
    first.map(listed).collect::<String>() + " The other numbers are in the table."
}

/// Every end of every interval, for the scale.
pub(super) fn reach<'a>(dots: impl IntoIterator<Item = &'a Dot>) -> Vec<f64> {
    let ends = |dot: &Dot| {
        let point = dot.value.known()?;
        let (lo, hi) = point.interval.unwrap_or((point.y, point.y));
        Some([lo, point.y, hi])
    };
    dots.into_iter().filter_map(ends).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_says_its_number_or_why_there_is_none() {
        let point = Point { y: 0.24, interval: Some((0.17, 0.33)) };
        let known = dot(Value::Known(point), Number::Count(1200), SHARE, "After 2", "people", "–");
        assert_eq!(known.text.replace('\u{a0}', " "), "24 % (17 to 33)");
        assert_eq!(
            known.readout.replace('\u{a0}', " "),
            "After 2: 24 % (95 % interval 17 to 33 %), 1,200 people"
        );
        let hidden = dot(Value::Hidden, Number::Hidden, SHARE, "After 2", "people", "–");
        assert_eq!(hidden.readout, "After 2: hidden to protect small groups");
        let none = dot(Value::None, Number::Count(0), SHARE, "After 2", "people", "nobody");
        assert_eq!(none.readout, "After 2: nobody, 0 people");
    }

    #[test]
    fn differences_carry_their_sign() {
        assert_eq!([0.08, -0.03, 0.0, 0.004].map(signed), ["+8", "\u{2212}3", "0", "0"]);
    }
}
