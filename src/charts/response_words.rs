//! What a response curve says, in plain words, from disclosed numbers only.

use super::figure::{Number, Point, Series, percent, thousands, whole_percent};
use std::fmt::Write as _;

/// Routes named in the finding.
const MOST_NAMED: usize = 3;

/// Why a curve has no point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    Nobody,
    Hidden,
}

impl Gap {
    const fn words(self) -> &'static str {
        match self {
            Self::Nobody => "nobody scored",
            Self::Hidden => "hidden to protect small groups",
        }
    }
}

/// A curve as its words need it: the disclosed points with their infusion and count.
pub(super) struct Curve {
    route: String,
    label: String,
    known: Vec<(i64, Point, Option<i64>)>,
    gaps: Vec<(i64, Gap)>,
}

impl Curve {
    /// The curve of a series.
    pub(super) fn of(route: &str, series: &Series, ticks: &[i64]) -> Self {
        let mut known = Vec::new();
        let mut gaps = Vec::new();
        for ((tick, point), number) in ticks.iter().zip(&series.points).zip(&series.numbers) {
            match (point, number) {
                (Some(point), Number::Count(count)) => known.push((*tick, *point, Some(*count))),
                (Some(point), _) => known.push((*tick, *point, None)),
                (None, Number::Count(0) | Number::None) => gaps.push((*tick, Gap::Nobody)),
                (None, _) => gaps.push((*tick, Gap::Hidden)),
            }
        }
        Self { route: route.into(), label: series.label.clone(), known, gaps }
    }

    /// "of the 201 people scored on the intravenous route"; `whom` is "people scored" or nothing.
    fn people(&self, count: Option<i64>, whom: &str) -> String {
        let of = count.map_or_else(
            || "of those scored".into(),
            |count| format!("of the {}{whom}", thousands(count)),
        );
        match self.route.as_str() {
            "all" => of,
            "other" => format!("{of} on another route"),
            "unknown" => format!("{of} whose route is unknown"),
            route => format!("{of} on the {route} route"),
        }
    }

    fn at(&self, tick: i64) -> Option<(Point, Option<i64>)> {
        self.known.iter().find(|known| known.0 == tick).map(|known| (known.1, known.2))
    }
}

/// What the figure shows, in words: the last infusion that the first routes have in common, or
/// the last of each where they have none.
pub(super) fn finding(name: &str, curves: &[Curve]) -> String {
    let seen: Vec<&Curve> = curves.iter().filter(|curve| !curve.known.is_empty()).collect();
    let named = &seen[..seen.len().min(MOST_NAMED)];
    if named.is_empty() {
        return nothing(name, curves);
    }
    let ticks = |curve: &Curve| -> Vec<i64> { curve.known.iter().map(|known| known.0).collect() };
    let common = ticks(named[0])
        .into_iter()
        .rev()
        .find(|tick| named.iter().all(|curve| curve.at(*tick).is_some()));
    let mut sentences = Vec::new();
    for (position, curve) in named.iter().enumerate() {
        let Some(tick) = common.or_else(|| ticks(curve).pop()) else { continue };
        let Some((point, count)) = curve.at(tick) else { continue };
        let rate = percent(point.y);
        sentences.push(if position == 0 || common.is_none() {
            let interval = interval(point, "95\u{a0}% interval ");
            let people = curve.people(count, " people scored");
            format!("After infusion {tick}, {rate}{interval} {people} had responded")
        } else {
            format!("{rate}{} {}", interval(point, ""), curve.people(count, ""))
        });
    }
    let mut text = if common.is_some() { sentences.join("; ") } else { sentences.join(". ") };
    text.push('.');
    let unseen: Vec<&Curve> = curves.iter().filter(|curve| curve.known.is_empty()).collect();
    if !unseen.is_empty() {
        let labels: Vec<String> = unseen.iter().map(|curve| curve.label.to_lowercase()).collect();
        let _ = write!(text, " No rate can be shown for: {}.", labels.join(", "));
    }
    if seen.len() > named.len() {
        text += " The other routes are in the chart and the table.";
    }
    text
}

/// " (95 % interval 45 to 59 %)", which no line break parts after the first number.
fn interval(point: Point, words: &str) -> String {
    point.interval.map_or_else(String::new, |(lo, hi)| {
        format!(" ({words}{}\u{a0}to\u{a0}{})", whole_percent(lo), percent(hi))
    })
}

fn nothing(name: &str, curves: &[Curve]) -> String {
    let hidden = curves.iter().flat_map(|curve| &curve.gaps).any(|(_, gap)| *gap == Gap::Hidden);
    if hidden {
        format!("No {name} response rate can be shown: the groups are too small.")
    } else {
        format!("Nobody was scored on the {name} after an infusion.")
    }
}

/// The figure for those who do not see it.
pub(super) fn alt(name: &str, definition: &str, curves: &[Curve]) -> String {
    let mut text = format!(
        "Line chart: share of people scored who responded on the {name}, 0 to 100\u{a0}%, by infusion number. {definition}"
    );
    for curve in curves {
        let known = curve.known.iter().map(|(tick, point, _)| {
            let rate = percent(point.y);
            (*tick, format!("infusion {tick} {rate}"))
        });
        let gaps = curve
            .gaps
            .iter()
            .map(|(tick, gap)| (*tick, format!("infusion {tick} {}", gap.words())));
        let mut parts: Vec<(i64, String)> = known.chain(gaps).collect();
        parts.sort_by_key(|(tick, _)| *tick);
        let parts: Vec<String> = parts.into_iter().map(|(_, part)| part).collect();
        let _ = write!(text, " {}: {}.", curve.label, parts.join(", "));
    }
    text
}
