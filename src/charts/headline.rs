//! Where the words of curves tell of them, and how a title does: title and finding speak of the same
//! place, and of one that rests on enough people.

use super::line_chart::Point;
use super::number::{percent, points};
use super::words::{Curve, MOST_NAMED, Seen, on};

/// How much of the most people of a curve its point has to rest on to be told of: of people scored,
/// half.
pub(super) const HALF: f64 = 0.5;
/// Of people who are followed, whose number falls by itself, a fifth.
pub(super) const A_FIFTH: f64 = 0.2;

/// The curves that words tell of, those with the most people, in code order. `other` and `unknown`
/// are told of where there is nothing else: they are many things.
fn told(curves: &[Curve], most: usize) -> Vec<&Curve> {
    let is_vague = |curve: &Curve| matches!(curve.route.as_str(), "other" | "unknown");
    let seen = curves.iter().filter(|curve| !curve.known.is_empty());
    let mut seen: Vec<(usize, &Curve)> = seen.enumerate().collect();
    if seen.iter().any(|(_, curve)| !is_vague(curve)) {
        seen.retain(|(_, curve)| !is_vague(curve));
    }
    seen.sort_by_key(|(_, curve)| std::cmp::Reverse(curve.most_people()));
    seen.truncate(most);
    seen.sort_by_key(|(place, _)| *place);
    seen.into_iter().map(|(_, curve)| curve).collect()
}

/// Where words tell of curves: the last place at which each has a point that rests on `share` of
/// the most people of its curve. Later ones rest on the few that are left. Where there is none, the
/// last at which each has a point.
fn place(curves: &[&Curve], share: f64) -> Option<i64> {
    let (first, others) = curves.split_first()?;
    let at = |is_told: &dyn Fn(&Curve, Seen) -> bool| {
        let told = |curve: &Curve, at| curve.at(at).is_some_and(|seen| is_told(curve, seen));
        let mut places = first.known.iter().rev().map(|seen| seen.infusion);
        places.find(|at| told(first, *at) && others.iter().all(|curve| told(curve, *at)))
    };
    #[allow(clippy::cast_precision_loss, reason = "counts of people")]
    let rests_on_enough = |curve: &Curve, seen: Seen| match (seen.count, curve.most_people()) {
        (Some(count), Some(most)) => count as f64 >= share * most as f64,
        (None, Some(_)) => false,
        (_, None) => true,
    };
    at(&rests_on_enough).or_else(|| at(&|_, _| true))
}

/// How a title tells what curves show at a place.
pub(super) struct Headline<'a> {
    /// The whole of it: where, what, and "on intravenous" or nothing.
    pub(super) sentence: &'a dyn Fn(i64, &str, &str) -> String,
    /// What a point shows, such as "52 %".
    pub(super) what: &'a dyn Fn(Point) -> String,
    /// What it shows where that of another stands before it, such as "by 6.6".
    pub(super) other: &'a dyn Fn(Point, Point) -> String,
    /// What several show, from the lowest to the highest, such as "44 % to 60 %".
    pub(super) range: &'a dyn Fn(Point, Point) -> String,
}

/// A title that tells of shares; the sentence is to be given.
pub(super) const SHARES: Headline<'_> = Headline {
    sentence: &|_, share, on| format!("{share}{on}"),
    what: &|point| percent(point.y),
    other: &|point, _| percent(point.y),
    range: &|lowest, highest| format!("{} to {}", percent(lowest.y), percent(highest.y)),
};

/// One that tells of a number of points.
pub(super) const POINTS: Headline<'_> = Headline {
    sentence: &|_, value, on| format!("{value}{on}"),
    what: &|point| points(point.y),
    other: &|point, _| points(point.y),
    range: &|lowest, highest| format!("{} to {}", points(lowest.y), points(highest.y)),
};

impl Headline<'_> {
    /// The finding in short: one curve, or the two that rest on the most people side by side. Of
    /// more curves than stand in one plot the reach, without names: who is first and last there may
    /// be so by chance. `None` where no curve has a point.
    pub(super) fn of(&self, curves: &[Curve], share: f64) -> Option<String> {
        let n_seen = curves.iter().filter(|curve| !curve.known.is_empty()).count();
        if n_seen > super::lay_lines::MOST_TOGETHER {
            return self.reach(&told(curves, curves.len()), share);
        }
        let named = told(curves, 2);
        let Some(at) = place(&named, share) else {
            let first = named.first()?;
            let last = first.last()?;
            let what = (self.what)(last.point);
            return Some((self.sentence)(last.infusion, &what, &on(&first.route)));
        };
        let points = named.iter().filter_map(|curve| Some((*curve, curve.at(at)?.point)));
        let points: Vec<(&Curve, Point)> = points.collect();
        let (first, head) = points.first()?;
        let what = (self.what)(*head);
        let whole = |routes: &str| (self.sentence)(at, &what, routes);
        Some(match points.get(1) {
            Some((second, tail)) if (self.what)(*tail) == what => {
                whole(&format!("{} and{}", on(&first.route), after_and(&second.route)))
            }
            Some((second, tail)) => {
                let tail = (self.other)(*tail, *head);
                format!("{}, {tail}{}", whole(&on(&first.route)), on(&second.route))
            }
            None => whole(&on(&first.route)),
        })
    }

    fn reach(&self, curves: &[&Curve], share: f64) -> Option<String> {
        let at = place(curves, share).or_else(|| {
            curves.iter().filter_map(|curve| curve.last()).map(|seen| seen.infusion).max()
        })?;
        let mut points: Vec<Point> =
            curves.iter().filter_map(|curve| Some(curve.at(at)?.point)).collect();
        points.sort_by(|a, b| a.y.total_cmp(&b.y));
        let (lowest, highest) = (points.first()?, points.last()?);
        let is_one = (self.what)(*lowest) == (self.what)(*highest);
        let what = if is_one { (self.what)(*lowest) } else { (self.range)(*lowest, *highest) };
        Some((self.sentence)(at, &what, "") + ", by route")
    }
}

/// A route behind " on intravenous and".
fn after_and(route: &str) -> String {
    let text = on(route);
    text.strip_prefix(" on").map_or_else(|| text.clone(), str::to_owned)
}

/// What the named curves show, side by side, where the title tells of them: the first in full, the
/// others in short, or each in full at its own last where they have no place in common. `None` where
/// no curve has a point.
pub(super) fn compare(
    curves: &[Curve],
    share: f64,
    full: impl Fn(&Curve, Seen) -> String,
    short: impl Fn(&Curve, Seen, Seen) -> String,
) -> Option<String> {
    let most = told(curves, 2);
    let named = told(curves, MOST_NAMED);
    let place = place(&most, share);
    let seen_at = |curve: &Curve| place.map_or_else(|| curve.last(), |place| curve.at(place));
    let seen = named.iter().filter_map(|curve| Some((*curve, seen_at(curve)?)));
    let seen: Vec<(&Curve, Seen)> = seen.collect();
    let (first, head) = *seen.first()?;
    let text = if place.is_some() {
        let others = seen.iter().skip(1).map(|(curve, seen)| short(curve, *seen, head));
        std::iter::once(full(first, head)).chain(others).collect::<Vec<String>>().join("; ")
    } else {
        let each = seen.iter().map(|(curve, seen)| full(curve, *seen));
        each.collect::<Vec<String>>().join(". ")
    };
    Some(format!("{text}."))
}
