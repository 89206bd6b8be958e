//! What curves say, in plain words, from disclosed numbers only: the parts that charts share.

use super::line_chart::{Point, Series};
use super::number::{Number, percent, thousands, whole_percent};
use std::fmt::Write as _;

/// A note of every chart that shows routes side by side.
pub(super) const NOT_RANDOMISED: &str = "Routes are not randomised.";
/// A note of a chart with hidden points.
pub(super) const HIDDEN_IS_A_GAP: &str =
    "A dot (·) or a gap in a curve: hidden to protect small groups.";
/// What an interval is, before its limits.
pub(super) const INTERVAL: &str = "95\u{a0}% interval ";
/// Routes named in a finding.
pub(super) const MOST_NAMED: usize = 3;

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
    pub(super) route: String,
    pub(super) label: String,
    known: Vec<Seen>,
    gaps: Vec<(i64, Gap)>,
}

/// A disclosed point of a curve.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) infusion: i64,
    pub(super) point: Point,
    /// The number below it.
    pub(super) count: Option<i64>,
}

impl Curve {
    /// The curve of a series.
    pub(super) fn of(route: &str, series: &Series, infusions: &[i64]) -> Self {
        let mut known = Vec::new();
        let mut gaps = Vec::new();
        for ((&infusion, point), number) in
            infusions.iter().zip(&series.points).zip(&series.numbers)
        {
            let count = match number {
                Number::Count(count) => Some(*count),
                _ => None,
            };
            match (point, number) {
                (Some(point), _) => known.push(Seen { infusion, point: *point, count }),
                (None, Number::Blank) => {}
                (None, Number::Count(0) | Number::None) => gaps.push((infusion, Gap::Nobody)),
                (None, _) => gaps.push((infusion, Gap::Hidden)),
            }
        }
        Self { route: route.into(), label: series.label.clone(), known, gaps }
    }

    fn at(&self, infusion: i64) -> Option<Seen> {
        self.known.iter().find(|seen| seen.infusion == infusion).copied()
    }

    /// The last disclosed point.
    pub(super) fn last(&self) -> Option<Seen> {
        self.known.last().copied()
    }

    /// "the 201 people scored on the intravenous route"; `whom` is " people scored" or nothing.
    pub(super) fn scored(&self, count: Option<i64>, whom: &str) -> String {
        let those = count.map_or_else(
            || "those scored".into(),
            |count| format!("the {}{whom}", thousands(count)),
        );
        format!("{those}{}", on_route(&self.route))
    }
}

/// " on the intravenous route"; nothing for all routes.
pub(super) fn on_route(route: &str) -> String {
    match route {
        "all" => String::new(),
        "other" => " on another route".into(),
        "unknown" => " whose route is unknown".into(),
        route => format!(" on the {route} route"),
    }
}

/// " (95 % interval 45 to 59 %)", which no line break parts after the first number.
pub(super) fn percent_interval(point: Point, words: &str) -> String {
    point.interval.map_or_else(String::new, |(lo, hi)| {
        format!(" ({words}{}\u{a0}to\u{a0}{})", whole_percent(lo), percent(hi))
    })
}

/// What the named curves show, side by side: at the last infusion that they have in common (the
/// first in full, the others in short), or each in full at its own last where they have none.
/// `None` where no curve has a point.
pub(super) fn compare(
    curves: &[Curve],
    full: impl Fn(&Curve, Seen) -> String,
    short: impl Fn(&Curve, Seen, Seen) -> String,
) -> Option<String> {
    let seen = curves.iter().filter(|curve| !curve.known.is_empty());
    let named: Vec<&Curve> = seen.take(MOST_NAMED).collect();
    let first = named.first()?;
    let in_common = |seen: &&Seen| named.iter().all(|curve| curve.at(seen.infusion).is_some());
    let text = if let Some(common) = first.known.iter().rev().find(in_common) {
        let others = named
            .iter()
            .skip(1)
            .filter_map(|curve| Some(short(curve, curve.at(common.infusion)?, *common)));
        std::iter::once(full(first, *common)).chain(others).collect::<Vec<String>>().join("; ")
    } else {
        let each = named.iter().filter_map(|curve| Some(full(curve, curve.last()?)));
        each.collect::<Vec<String>>().join(". ")
    };
    Some(format!("{text}."))
}

/// The end of a finding: of which curves nothing can be shown, and that there are more. `what` is
/// what a curve would show.
pub(super) fn closing<'a>(curves: impl IntoIterator<Item = &'a Curve>, what: &str) -> String {
    let mut text = String::new();
    let (unseen, seen): (Vec<&Curve>, Vec<&Curve>) =
        curves.into_iter().partition(|curve| curve.known.is_empty());
    let unseen: Vec<String> = unseen.iter().map(|curve| curve.label.to_lowercase()).collect();
    if !unseen.is_empty() {
        let _ = write!(text, " No {what} can be shown for: {}.", unseen.join(", "));
    }
    if seen.len() > MOST_NAMED {
        text += " The other routes are in the chart and the table.";
    }
    text
}

/// The finding where there was nothing to see.
pub(super) fn nobody_scored(name: &str) -> String {
    format!("Nobody was scored on the {name} after an infusion.")
}

/// Whether a point is missing because it is hidden.
pub(super) fn any_hidden<'a>(curves: impl IntoIterator<Item = &'a Curve>) -> bool {
    curves.into_iter().flat_map(|curve| &curve.gaps).any(|(_, gap)| *gap == Gap::Hidden)
}

/// The disclosed points of each curve, " Intravenous: infusion 1 12 %, infusion 2 20 %.", and why
/// others are missing where `with_gaps`.
pub(super) fn listing<'a>(
    curves: impl IntoIterator<Item = &'a Curve>,
    with_gaps: bool,
    value: impl Fn(Point) -> String,
) -> String {
    let mut text = String::new();
    for curve in curves {
        let known = curve.known.iter().map(|seen| (seen.infusion, value(seen.point)));
        let gaps = curve.gaps.iter().filter(|_| with_gaps);
        let gaps = gaps.map(|(infusion, gap)| (*infusion, gap.words().to_owned()));
        let mut parts: Vec<(i64, String)> = known.chain(gaps).collect();
        parts.sort_by_key(|(infusion, _)| *infusion);
        let parts: Vec<String> = parts
            .into_iter()
            .map(|(infusion, what)| format!("infusion {infusion} {what}"))
            .collect();
        if !parts.is_empty() {
            let _ = write!(text, " {}: {}.", curve.label, parts.join(", "));
        }
    }
    text
}
