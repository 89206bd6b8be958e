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
    "A dot (·) or a gap in a curve: hidden to protect small groups.";
/// A note of a step line with hidden steps.
pub(super) const GATHERED: &str = "A dot (·): too few people, so that the step is gathered with later ones. A dotted line spans them.";
/// What an interval is, before its limits.
pub(super) const INTERVAL: &str = "95\u{a0}% interval ";
/// Routes named in a finding.
pub(super) const MOST_NAMED: usize = 3;

/// Fewer people than this at risk, and the end of a curve is a matter of chance.
const FEW: i64 = 5;

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
    known: Vec<Seen>,
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
    fn most_people(&self) -> Option<i64> {
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

/// The numbers of gathered steps go where they were counted, with their read-outs: whoever is at
/// risk at the beginning of a step is not so at its end.
pub(super) fn count_gathered(series: &mut Series, steps: &[i64], telling: &Telling<'_>) {
    for (point, start, count) in series.count_gathered_at_their_start() {
        let said =
            [(start, None, Number::Count(count)), (point, series.points[point], Number::Blank)];
        for (tick, point, number) in said {
            if let (Some(readout), Some(at)) = (series.readouts.get_mut(tick), steps.get(tick)) {
                *readout = telling.readout(&series.label, *at, point, number);
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
    let mut notes = vec![format!("Bands and vertical lines: 95\u{a0}% intervals ({intervals}).")];
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

/// How far along its curves a sentence may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// To their ends: an estimate there still rests on everyone who was there at the start.
    End,
    /// As far as a curve still has half of the people it has at most: those who come later are few,
    /// and other people.
    WellFilled,
}

impl Curve {
    /// The points that a sentence may speak of; all of them where each rests on too few.
    fn worth_telling(&self, reach: Reach) -> Vec<Seen> {
        let least = match reach {
            Reach::End => FEW,
            Reach::WellFilled => self.most_people().map_or(0, |most| (most + 1) / 2),
        };
        let is_filled = |seen: &&Seen| seen.count.is_none_or(|count| count >= least);
        let filled: Vec<Seen> = self.known.iter().filter(is_filled).copied().collect();
        if filled.is_empty() { self.known.clone() } else { filled }
    }

    /// The last of them.
    fn last_told(&self, reach: Reach) -> Option<Seen> {
        self.worth_telling(reach).last().copied()
    }
}

/// The curves that title and finding speak of: those with points, the two that rest on the most
/// people first. The highest and the lowest may be so by chance, and of a route that has no name
/// nothing is learned: these come last.
fn spoken_of(curves: &[Curve]) -> Vec<&Curve> {
    let mut seen: Vec<&Curve> = curves.iter().filter(|curve| !curve.known.is_empty()).collect();
    let has_no_name = |curve: &Curve| matches!(curve.route.as_str(), "other" | "unknown");
    // Those that tie stay in code order.
    seen.sort_by_key(|curve| (has_no_name(curve), std::cmp::Reverse(curve.most_people())));
    seen
}

/// Where title and finding look: the last place that the two foremost curves have in common.
fn looked_at(spoken_of: &[&Curve], reach: Reach) -> Option<i64> {
    let foremost: Vec<Vec<Seen>> =
        spoken_of.iter().take(2).map(|curve| curve.worth_telling(reach)).collect();
    let (first, others) = foremost.split_first()?;
    let is_in = |points: &Vec<Seen>, at: i64| points.iter().any(|seen| seen.infusion == at);
    let places = first.iter().rev().map(|seen| seen.infusion);
    places.into_iter().find(|at| others.iter().all(|points| is_in(points, *at)))
}

/// Curves in code order, as `curves` has them.
fn in_order<'a>(mut some: Vec<&'a Curve>, curves: &[Curve]) -> Vec<&'a Curve> {
    some.sort_by_key(|curve| curves.iter().position(|other| other.route == curve.route));
    some
}

/// The finding in short, for a title: one curve, or two side by side. `None` where no curve has a
/// point.
pub(super) fn headline(
    curves: &[Curve],
    reach: Reach,
    full: impl Fn(&Curve, Seen) -> String,
    short: impl Fn(&Curve, Seen, Seen) -> String,
) -> Option<String> {
    let spoken_of = spoken_of(curves);
    let first = spoken_of.first()?;
    let Some(at) = looked_at(&spoken_of, reach) else {
        return Some(full(first, first.last_told(reach)?));
    };
    let two = in_order(spoken_of.into_iter().take(2).collect(), curves);
    side_by_side(&two, at, full, short).map(|parts| parts.join(", "))
}

/// What the named curves show, side by side at the place of the title (the first in full, the
/// others in short), or each in full at its own last point where there is no such place; then of
/// which curves nothing can be shown. `what` is what a curve would show. `None` where no curve has
/// a point.
pub(super) fn compare(
    curves: &[Curve],
    reach: Reach,
    what: &str,
    full: impl Fn(&Curve, Seen) -> String,
    short: impl Fn(&Curve, Seen, Seen) -> String,
) -> Option<String> {
    let spoken_of = spoken_of(curves);
    let at = looked_at(&spoken_of, reach);
    let is_there = |curve: &&Curve| at.is_none_or(|at| curve.at(at).is_some());
    let named = spoken_of.into_iter().filter(is_there).take(MOST_NAMED).collect();
    let named = in_order(named, curves);
    let text = if let Some(at) = at {
        side_by_side(&named, at, full, short)?.join("; ")
    } else {
        let each = named.iter().filter_map(|curve| Some(full(curve, curve.last_told(reach)?)));
        let each: Vec<String> = each.collect();
        if each.is_empty() {
            return None;
        }
        each.join(". ")
    };
    Some(format!("{text}.{}", closing(curves, named.len(), what)))
}

/// The first curve in full and the others in short, at a place where each has a point.
fn side_by_side(
    curves: &[&Curve],
    at: i64,
    full: impl Fn(&Curve, Seen) -> String,
    short: impl Fn(&Curve, Seen, Seen) -> String,
) -> Option<Vec<String>> {
    let (first, others) = curves.split_first()?;
    let head = first.at(at)?;
    let others = others.iter().filter_map(|curve| Some(short(curve, curve.at(at)?, head)));
    Some(std::iter::once(full(first, head)).chain(others).collect())
}

/// The end of a finding: of which curves nothing can be shown, and that there are more than the
/// `n_named`. `what` is what a curve would show.
pub(super) fn closing<'a>(
    curves: impl IntoIterator<Item = &'a Curve>,
    n_named: usize,
    what: &str,
) -> String {
    let mut text = String::new();
    let (unseen, seen): (Vec<&Curve>, Vec<&Curve>) =
        curves.into_iter().partition(|curve| curve.known.is_empty());
    let unseen: Vec<String> = unseen.iter().map(|curve| curve.label.to_lowercase()).collect();
    if !unseen.is_empty() {
        let _ = write!(text, " No {what} can be shown for: {}.", unseen.join(", "));
    }
    if seen.len() > n_named {
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
        let known = curve.known.iter().map(|seen| (seen.infusion, value(seen.point), false));
        let gaps = curve.gaps.iter().filter(|_| with_gaps);
        let gaps = gaps.map(|(infusion, gap)| (*infusion, gap.words().to_owned(), true));
        let mut told: Vec<(i64, String, bool)> = known.chain(gaps).collect();
        told.sort_by_key(|(infusion, ..)| *infusion);
        // What is missing for the same reason at several places is said once.
        let same = |a: &(i64, String, bool), b: &(i64, String, bool)| a.2 && b.2 && a.1 == b.1;
        let runs: Vec<&[(i64, String, bool)]> = told.chunk_by(same).collect();
        let is_alone = runs.len() == 1;
        let parts: Vec<String> = runs
            .into_iter()
            .filter_map(|run| match run {
                [(_, what, true), ..] if is_alone => Some(what.clone()),
                [(at, what, _)] => Some(format!("{} {what}", when(*at))),
                [(first, what, _), .., (last, ..)] => {
                    Some(format!("{} to {} {what}", when(*first), when(*last)))
                }
                [] => None,
            })
            .collect();
        if !parts.is_empty() {
            let _ = write!(text, " {}: {}.", curve.label, parts.join(", "));
        }
    }
    text
}
