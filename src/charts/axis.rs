//! The vertical axis of a plot as data: from where to where, and what stands at which height.

use super::number::points;

/// A vertical axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Its name.
    pub label: String,
    /// The value at the foot.
    pub from: f64,
    /// The value at the head, above `from`.
    pub to: f64,
    /// Values with a line across the plot, ascending.
    pub ticks: Vec<Tick>,
    /// What the line at 0 means, where that is not plain.
    pub zero: Option<String>,
    /// A value to hold curves against, as a dashed line with its name.
    pub held_against: Option<Tick>,
}

/// A value of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// The value.
    pub at: f64,
    /// As printed.
    pub text: String,
}

/// At most so many steps make up the reach of the values.
const MOST_STEPS: f64 = 6.0;
/// The finest step: printed numbers have one decimal.
const FINEST: f64 = 0.1;

impl Axis {
    /// Shares, always from 0 to 100 %.
    #[must_use]
    pub fn shares(label: &str) -> Self {
        let tick = |step: u8| {
            let unit = if step == 5 { "\u{a0}%" } else { "" };
            Tick { at: f64::from(step) / 5.0, text: format!("{}{unit}", u32::from(step) * 20) }
        };
        let ticks = (0..=5).map(tick).collect();
        Self { label: label.into(), from: 0.0, to: 1.0, ticks, zero: None, held_against: None }
    }

    /// Shares from 0 to the first even step beyond the highest value, for shares that are all small.
    #[must_use]
    pub fn small_shares(label: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let percents = values.into_iter().map(|value| value * 100.0);
        let axis = Self::points(label, "", percents.map(|value| value.clamp(0.0, 100.0)));
        let last = axis.ticks.len().saturating_sub(1);
        let tick = |(position, tick): (usize, Tick)| {
            let unit = if position == last { "\u{a0}%" } else { "" };
            Tick { at: tick.at / 100.0, text: tick.text + unit }
        };
        let ticks = axis.ticks.into_iter().enumerate().map(tick).collect();
        Self { label: label.into(), from: 0.0, to: axis.to / 100.0, ticks, zero: None, ..axis }
    }

    /// Differences of shares, in percentage points, always with 0 on it.
    #[must_use]
    pub fn differences(label: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let axis =
            Self::points(label, "no difference", values.into_iter().map(|value| value * 100.0));
        let tick = |tick: Tick| {
            let sign = if tick.at > 0.0 { "+" } else { "" };
            Tick { at: tick.at / 100.0, text: format!("{sign}{}", tick.text) }
        };
        let ticks = axis.ticks.into_iter().map(tick).collect();
        Self { from: axis.from / 100.0, to: axis.to / 100.0, ticks, ..axis }
    }

    /// Points of a scale: as far as the values reach, rounded outwards to a whole number of even
    /// steps, and always with 0 on it. Steps are 1, 2 or 5 times a power of ten.
    #[must_use]
    pub fn points(label: &str, zero: &str, values: impl IntoIterator<Item = f64>) -> Self {
        let (lowest, highest) = values
            .into_iter()
            .filter(|value| value.is_finite())
            .fold((0.0_f64, 0.0_f64), |(lo, hi), value| (lo.min(value), hi.max(value)));
        let (lowest, highest) = if lowest < highest { (lowest, highest) } else { (-1.0, 1.0) };
        let step = step(highest - lowest);
        let (first, last) = ((lowest / step).floor(), (highest / step).ceil());
        let mut ticks = Vec::new();
        let mut count = first;
        while count <= last {
            let at = count * step;
            ticks.push(Tick { at, text: tick_text(at, step) });
            count += 1.0;
        }
        Self {
            label: label.into(),
            from: first * step,
            to: last * step,
            ticks,
            zero: Some(zero.into()),
            held_against: None,
        }
    }

    /// The axis with a value to hold curves against.
    #[must_use]
    pub fn held_against(self, at: f64, text: &str) -> Self {
        Self { held_against: Some(Tick { at, text: text.into() }), ..self }
    }
}

/// The smallest even step that makes up `reach` in at most [`MOST_STEPS`].
fn step(reach: f64) -> f64 {
    let mut step = FINEST;
    // From 1 to 2, from 2 to 5, from 5 to 10, and so on.
    for factor in [2.0, 2.5, 2.0].into_iter().cycle() {
        if step * MOST_STEPS >= reach {
            break;
        }
        step *= factor;
    }
    step
}

/// Whole steps as whole numbers, others as points of a scale are printed elsewhere.
fn tick_text(at: f64, step: f64) -> String {
    let text = points(at);
    if step < 1.0 { text } else { text.trim_end_matches(".0").into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[f64]) -> Vec<String> {
        let axis = Axis::points("", "", values.iter().copied());
        axis.ticks.into_iter().map(|tick| tick.text.replace('\u{2212}', "-")).collect()
    }

    #[test]
    fn an_axis_of_points_holds_zero_and_every_value_on_even_steps() {
        assert_eq!(texts(&[-8.9, -3.1]), ["-10", "-8", "-6", "-4", "-2", "0"]);
        assert_eq!(texts(&[2.0, 24.5]), ["0", "5", "10", "15", "20", "25"]);
        assert_eq!(texts(&[-1.3, 0.2]), ["-1.5", "-1.0", "-0.5", "0.0", "0.5"]);
        assert_eq!(texts(&[-31.0, 4.0]), ["-40", "-30", "-20", "-10", "0", "10"]);
        assert_eq!(texts(&[-6.0]), ["-6", "-5", "-4", "-3", "-2", "-1", "0"]);
    }

    #[test]
    fn an_axis_without_values_still_has_two_ends() {
        for nothing in [&[][..], &[0.0, 0.0], &[f64::NAN]] {
            let axis = Axis::points("", "", nothing.iter().copied());
            assert!(axis.from < 0.0 && axis.to > 0.0, "{axis:?}");
        }
    }

    #[test]
    fn small_shares_begin_at_nothing_and_differences_hold_it() {
        let texts = |axis: Axis| -> Vec<String> {
            axis.ticks.into_iter().map(|tick| tick.text.replace('\u{2212}', "-")).collect()
        };
        let small = Axis::small_shares("", [0.04, 0.13]);
        assert_eq!((small.from, small.to), (0.0, 0.15));
        assert_eq!(texts(small), ["0", "5", "10", "15\u{a0}%"]);
        assert_eq!(texts(Axis::small_shares("", [0.98]))[5], "100\u{a0}%");
        let differences = texts(Axis::differences("", [-0.11, 0.18]));
        assert_eq!(differences, ["-15", "-10", "-5", "0", "+5", "+10", "+15", "+20"]);
    }

    #[test]
    fn shares_go_from_nothing_to_all() {
        let axis = Axis::shares("Share");
        let texts: Vec<&str> = axis.ticks.iter().map(|tick| tick.text.as_str()).collect();
        assert_eq!(texts, ["0", "20", "40", "60", "80", "100\u{a0}%"]);
    }
}
