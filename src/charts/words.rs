//! What curves say, in plain words, from disclosed numbers only: the parts that charts share.

use super::line_chart::{Point, Series};
use super::number::{Number, percent, points, thousands, whole_percent};
use std::fmt::Write as _;

/// A note of every chart that shows routes side by side.
pub(super) const NOT_RANDOMISED: &str = "Routes are not randomised.";
/// A note of a chart of curves over infusions.
pub(super) const DIFFERENT_PEOPLE: &str =
    "A curve over infusions compares different people at each one.";
/// A note of a chart of many curves.
const PANELS: &str = "Grey: the other routes, for comparison.";
/// What stands in place of a hidden number.
pub(super) const HIDDEN: &str = "hidden to protect small groups";
/// A note of a chart with hidden points.
pub(super) const HIDDEN_IS_A_GAP: &str =
    "A dot\u{a0}(·) or a gap in a curve: hidden to protect small groups.";
/// A note of a step line with hidden steps.
pub(super) const GATHERED: &str = "A dot\u{a0}(·): too few people, so that steps are gathered; the number of people stands under the first of them. A dotted line spans them.";
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
            Self::Hidden => HIDDEN,
        }
    }
}

/// A curve as its words need it: the disclosed points with their infusion and count.
pub(super) struct Curve {
    pub(super) route: String,
    pub(super) label: String,
    pub(super) known: Vec<Seen>,
    gaps: Vec<(i64, Gap)>,
}

/// A disclosed point of a curve.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    /// Where it stands: an infusion number or, on other axes, a time.
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

    /// The disclosed point at an infusion.
    pub(super) fn at(&self, infusion: i64) -> Option<Seen> {
        self.known.iter().find(|seen| seen.infusion == infusion).copied()
    }

    /// The largest number below a disclosed point.
    pub(super) fn most_people(&self) -> Option<i64> {
        self.known.iter().filter_map(|seen| seen.count).max()
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

/// " on intravenous", where a title has no room for more; nothing for all routes.
pub(super) fn on(route: &str) -> String {
    match route {
        "all" => String::new(),
        "other" => " on another route".into(),
        "unknown" => " on an unknown route".into(),
        route => format!(" on {route}"),
    }
}

/// How a point of a curve is read out.
pub(super) struct Telling<'a> {
    /// Where it stands, such as "infusion 3".
    pub(super) when: &'a dyn Fn(i64) -> String,
    /// Its estimate and interval.
    pub(super) value: fn(Point) -> String,
    /// Whom its number counts, such as "people scored".
    pub(super) people: &'a str,
    /// Why there is none, where nobody stands behind it.
    pub(super) nobody: &'a str,
}

impl Telling<'_> {
    /// "Intravenous, infusion 3: 48 % (95 % interval 41 to 55 %), 187 people scored".
    pub(super) fn readout(
        &self,
        label: &str,
        at: i64,
        point: Option<Point>,
        number: Number,
    ) -> String {
        let whom = match number {
            Number::Count(count) => format!(", {} {}", thousands(count), self.people),
            Number::Hidden => format!(", how many {}: {HIDDEN}", self.people),
            Number::None | Number::Blank => String::new(),
        };
        let what = match (point, number) {
            (Some(point), _) => (self.value)(point) + &whom,
            (None, Number::Blank) => return String::new(),
            (None, Number::Count(0) | Number::None) => self.nobody.into(),
            (None, Number::Count(_)) => format!("{HIDDEN}{whom}"),
            (None, Number::Hidden) => HIDDEN.into(),
        };
        format!("{label}, {}: {what}", (self.when)(at))
    }
}

impl Telling<'_> {
    /// Moves the number of people of gathered steps, who were at risk when the first of them began,
    /// to where that is, and says so where the steps end. `steps` are what the ticks stand for.
    pub(super) fn number_where_gathered(&self, series: &mut Series, steps: &[i64]) {
        let mut begin = None;
        for (tick, at) in steps.iter().enumerate() {
            let Some(Some(point)) = series.points.get(tick) else {
                if series.numbers.get(tick) == Some(&Number::Hidden) {
                    begin = begin.or(Some((tick, *at)));
                }
                continue;
            };
            let Some((first, since)) = begin.take() else { continue };
            if let (Some(Number::Count(count)), Some(readout)) =
                (series.numbers.get(tick), series.readouts.get_mut(tick))
            {
                let since = (self.when)(since);
                let since = since.trim_start_matches("by ");
                let (at, value) = ((self.when)(*at), (self.value)(*point));
                let people = format!("{} {}", thousands(*count), self.people);
                *readout = format!("{}, {at}: {value}; {people} at {since}", series.label);
                series.numbers.swap(first, tick);
            }
        }
    }
}

/// "infusion 3".
pub(super) fn infusion(at: i64) -> String {
    format!("infusion {at}")
}

/// A share and its interval, `48 % (95 % interval 41 to 55 %)`.
pub(super) fn share_told(point: Point) -> String {
    percent(point.y) + &percent_interval(point, INTERVAL)
}

/// A number of points and its interval.
pub(super) fn points_told(point: Point) -> String {
    let interval = point.interval.map_or_else(String::new, |(lo, hi)| {
        format!(" ({INTERVAL}{}\u{a0}to\u{a0}{})", points(lo), points(hi))
    });
    points(point.y) + &interval
}

/// The notes that charts of curves share; `intervals` is how they were worked out.
pub(super) fn notes(series: &[Series], intervals: &str) -> Vec<String> {
    let mut notes = vec![format!("Bands and upright lines: 95\u{a0}% intervals ({intervals}).")];
    if series.len() > super::lay_lines::MOST_TOGETHER {
        notes.push(PANELS.into());
    }
    if series.len() > 1 {
        notes.push(NOT_RANDOMISED.into());
    }
    if series.iter().any(Series::has_hidden) {
        notes.push(HIDDEN_IS_A_GAP.into());
    }
    notes
}

/// The end of a finding: of which curves nothing can be shown, and that there are more. `what` is
/// what a curve would show.
pub(super) fn closing<'a>(curves: impl IntoIterator<Item = &'a Curve>, what: &str) -> String {
    let mut text = String::new();
    let (unseen, seen): (Vec<&Curve>, Vec<&Curve>) =
        curves.into_iter().partition(|curve| curve.known.is_empty());
    let unseen: Vec<String> = unseen.iter().map(|curve| curve.label.to_lowercase()).collect();
    if !unseen.is_empty() {
        let _ = write!(text, " Too few people for a {what}: {}.", unseen.join(", "));
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
/// others are missing where `with_gaps`; `when` names the place of a point.
pub(super) fn listing<'a>(
    curves: impl IntoIterator<Item = &'a Curve>,
    with_gaps: bool,
    when: impl Fn(i64) -> String,
    value: impl Fn(Point) -> String,
) -> String {
    let mut text = String::new();
    for curve in curves {
        let known = curve.known.iter().map(|seen| (seen.infusion, Ok(value(seen.point))));
        let gaps = curve.gaps.iter().filter(|_| with_gaps);
        let gaps = gaps.map(|(infusion, gap)| (*infusion, Err(*gap)));
        let mut parts: Vec<(i64, Result<String, Gap>)> = known.chain(gaps).collect();
        parts.sort_by_key(|(infusion, _)| *infusion);
        // What is missing for the same reason is said at once.
        let runs = parts.chunk_by(|(_, a), (_, b)| a.is_err() && a == b);
        let told = runs.filter_map(|run| match run {
            [(at, Ok(value))] => Some(format!("{} {value}", when(*at))),
            [(at, Err(gap))] => Some(format!("{} {}", when(*at), gap.words())),
            [(first, Err(gap)), .., (last, _)] => {
                Some(format!("{} to {} {}", when(*first), when(*last), gap.words()))
            }
            _ => None,
        });
        let told: Vec<String> = told.collect();
        if !told.is_empty() {
            let _ = write!(text, " {}: {}.", curve.label, told.join(", "));
        }
    }
    text
}
