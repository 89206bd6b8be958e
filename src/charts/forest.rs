//! Response after one infusion in every group that people are split into, with the whole for
//! reference: one figure per instrument with a response rule.

use super::axis::Axis;
use super::by_route::{Rows, per_instrument};
use super::codes;
use super::dot_plot::{DotPlot, Group, Kind, PanelName, Reference, Row, Value};
use super::dot_words::{self, HIDDEN_ROWS, SHARE, WHISKERS};
use super::figure::{Figure, Plot};
use super::line_chart::Point;
use super::marking::Marking;
use super::number::{Number, percent, thousands};
use super::response_rate::define;
use super::theme;
use super::words::{INTERVAL, percent_interval};
use crate::event::instrument::{Instrument, Instruments};
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;
use std::fmt::Write as _;

/// Strata whose levels repeat people, or are stages of the same course: no groups to hold against
/// each other.
const NO_GROUPS: [&str; 4] = ["all", "phase", "course_order", "fixed_cohort"];
/// Of more rows than this those that are hidden are left out, and a note says so.
const MOST_ROWS: usize = 24;
/// Words name no group of fewer people, whose rate is mostly chance.
const FEWEST_TOLD: i64 = 20;
/// Labels of what is not one group.
const VAGUE: [&str; 2] = ["Unknown", "Other"];
const LIMITS: [&str; 2] = ["response_lo", "response_hi"];

/// The figures of a `response_by_infusion` table, in the order of its instruments.
#[must_use]
pub fn figures(
    table: &Disclosed<Table>,
    instruments: &Instruments,
    marking: Marking,
) -> Vec<Figure> {
    per_instrument(table, instruments, |table, code, instrument| {
        figure(table, code, instrument, marking)
    })
}

/// The last infusion after which at least half as many were scored as after the first that shows
/// its count.
fn well_filled(rows: &Rows<'_>) -> Option<i64> {
    let scored = |infusion: &i64| {
        let row = rows.at("infusion", *infusion);
        row.float("response_rate")?;
        Some((*infusion, row.int("n_observed")?))
    };
    let scored: Vec<(i64, i64)> = rows.ints("infusion").iter().filter_map(scored).collect();
    let (_, most) = scored.iter().max_by_key(|(_, n)| *n)?;
    scored.iter().rev().find(|(_, n)| 2 * n >= *most).map(|(infusion, _)| *infusion)
}

fn figure(table: &Table, code: &str, instrument: &Instrument, marking: Marking) -> Option<Figure> {
    let name = &instrument.name;
    let definition = define(instrument, instrument.response?);
    let rows = Rows::of(table, code);
    let whole = rows.only("stratum", "all");
    let infusion = well_filled(&whole.only("route", "all"))?;
    let whole = whole.at("infusion", infusion);
    let all = whole.only("route", "all");
    let overall = all.point("response_rate", LIMITS)?;
    let mut groups = Vec::new();
    let routes: Vec<_> =
        whole.by_route().into_iter().filter(|(route, _)| *route != "all").collect();
    if routes.len() > 1 {
        let rows = routes.iter().map(|(route, rows)| row(theme::route_label(route), rows));
        groups.push(Group { heading: "Route".into(), rows: rows.collect() });
    }
    let strata = rows.texts("stratum").into_iter().filter(|stratum| !NO_GROUPS.contains(stratum));
    for stratum in strata {
        let of = rows.only("stratum", stratum).only("route", "all").at("infusion", infusion);
        let levels = of.texts("level");
        // A single level is the whole over again.
        if levels.len() > 1 {
            let rows = levels
                .into_iter()
                .map(|level| row(&codes::level(stratum, level), &of.only("level", level)));
            groups.push(Group { heading: codes::stratum(stratum), rows: rows.collect() });
        }
    }
    let left_out = thin(&mut groups);
    if groups.is_empty() {
        return None;
    }
    let ranked = ranked(&groups);
    let plot = DotPlot {
        x: Axis::shares(&format!("Share of people scored after infusion {infusion} who responded")),
        reference: Some(Reference { at: overall.y, text: format!("All {}", percent(overall.y)) }),
        series: vec![Kind::lone()],
        panels: vec![PanelName::default()],
        groups,
        counts_label: "Scored".into(),
    };
    let mut notes = vec![
        format!("{WHISKERS} (Wilson). The line is all people together."),
        "Groups are not randomised, and where many are compared some lie apart by chance.".into(),
    ];
    if plot.has_hidden() {
        notes.push(HIDDEN_ROWS.into());
    }
    if left_out > 0 {
        notes.push("Groups with nothing to show are in the table only.".into());
    }
    let measure = format!("{name}: response after infusion {infusion} by group");
    Some(Figure {
        name: format!("forest_{code}"),
        instrument: code.into(),
        table: "response_by_infusion",
        title: title(infusion, overall, &ranked),
        subtitle: format!("{measure}. {definition}"),
        finding: finding(name, infusion, overall, all.number("n_observed"), &ranked),
        alt: format!(
            "Dot plot: share of people scored after infusion {infusion} who responded on the {name}, by group, 0 to 100\u{a0}%. All people: {}. {definition}{}",
            percent(overall.y),
            dot_words::listing(&plot)
        ),
        plot: Plot::Dots(plot),
        notes,
        markings: marking.lines(),
    })
}

fn row(label: &str, rows: &Rows<'_>) -> Row {
    let dot = dot_words::dot(
        rows.value("response_rate", LIMITS),
        rows.number("n_observed"),
        SHARE,
        label,
        "people scored",
        "nobody",
    );
    Row { label: label.into(), panels: vec![vec![dot]] }
}

/// Takes rows without an estimate out of a plot that would be too tall, and counts them.
fn thin(groups: &mut Vec<Group>) -> usize {
    let n_rows = |groups: &[Group]| groups.iter().map(|group| group.rows.len()).sum::<usize>();
    let before = n_rows(groups);
    if before > MOST_ROWS {
        for group in groups.iter_mut() {
            group
                .rows
                .retain(|row| row.panels.iter().flatten().any(|dot| dot.value.known().is_some()));
        }
        groups.retain(|group| !group.rows.is_empty());
    }
    before - n_rows(groups)
}

/// The groups with an estimate of enough people to be told of, from the lowest; ties in the order of
/// the plot.
fn ranked(groups: &[Group]) -> Vec<(String, Point)> {
    let rows = groups.iter().flat_map(|group| group.rows.iter().map(|row| (&group.heading, row)));
    let mut known: Vec<(String, Point)> = rows
        .filter_map(|(heading, row)| {
            let dot = row.panels.first()?.first()?;
            let is_told = matches!(dot.number, Number::Count(FEWEST_TOLD..));
            match dot.value {
                Value::Known(point) if is_told && !VAGUE.contains(&row.label.as_str()) => {
                    Some((format!("{} ({})", row.label, heading.to_lowercase()), point))
                }
                _ => None,
            }
        })
        .collect();
    known.sort_by(|a, b| a.1.y.total_cmp(&b.1.y));
    known
}

/// "After infusion 6, 52 % had responded: 35 to 62 % by group".
fn title(infusion: i64, overall: Point, ranked: &[(String, Point)]) -> String {
    let head = format!("After infusion {infusion}, {} had responded", percent(overall.y));
    match (ranked.first(), ranked.last()) {
        (Some((_, low)), Some((_, high))) if ranked.len() > 1 => {
            format!("{head}; by group, {} to {}", percent(low.y), percent(high.y))
        }
        _ => head,
    }
}

/// What the figure shows, in words.
fn finding(
    name: &str,
    infusion: i64,
    overall: Point,
    n: Number,
    ranked: &[(String, Point)],
) -> String {
    let whom = match n {
        Number::Count(count) => format!("the {} people scored", thousands(count)),
        _ => "the people scored".into(),
    };
    let (share, interval) = (percent(overall.y), percent_interval(overall, INTERVAL));
    let mut text = format!(
        "After infusion {infusion}, {share}{interval} of {whom} on the {name} had responded."
    );
    if let [(low, lowest), .., (high, highest)] = ranked {
        let _ = write!(
            text,
            " Lowest: {low}, {}{}. Highest: {high}, {}{}.",
            percent(lowest.y),
            percent_interval(*lowest, INTERVAL),
            percent(highest.y),
            percent_interval(*highest, INTERVAL)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Response, dots};
    use super::super::sheet_fixture::told;
    use super::*;
    use crate::event::instrument::shipped;

    fn figures_of(table: Response) -> Vec<Figure> {
        figures(&table.done(), &shipped().expect("shipped"), Marking::default())
    }

    #[test]
    fn groups_stand_beside_the_whole_after_the_last_well_filled_infusion() {
        let all = ["phq-9", "all", "all", "all"];
        let level = |stratum, level| ["phq-9", stratum, level, "all"];
        let table = Response::new()
            .shown(all, 1, [400, 450], 0.2)
            .shown(all, 6, [300, 450], 0.5)
            .shown(all, 8, [100, 450], 0.6)
            .shown(["phq-9", "all", "all", "intravenous"], 6, [180, 250], 0.55)
            .hidden(["phq-9", "all", "all", "oral"], 6, 200)
            .shown(level("indication", "mdd"), 6, [200, 300], 0.45)
            .shown(level("indication", "ptsd"), 6, [100, 150], 0.6)
            .shown(level("drug", "ketamine"), 6, [300, 450], 0.5)
            .shown(level("phase", "induction"), 6, [300, 450], 0.5);
        insta::assert_snapshot!("forest", told(&figures_of(table).remove(0)));
    }

    #[test]
    fn of_very_many_groups_those_with_nothing_to_show_are_left_out() {
        let all = ["phq-9", "all", "all", "all"];
        let mut table = Response::new().shown(all, 6, [300, 450], 0.5);
        let levels: Vec<String> = (0..30).map(|level| format!("/sites/{level:02}")).collect();
        for (position, level) in levels.iter().enumerate() {
            let keys = ["phq-9", "site", level.as_str(), "all"];
            table = if position < 3 {
                table.shown(keys, 6, [40, 50], 0.5)
            } else {
                table.hidden(keys, 6, 15)
            };
        }
        let figure = figures_of(table).remove(0);
        assert_eq!(dots(&figure).groups[0].rows.len(), 3);
        assert!(
            figure.notes.contains(&"Groups with nothing to show are in the table only.".into())
        );
    }

    #[test]
    fn without_a_shown_whole_or_without_groups_there_is_no_figure() {
        let all = ["phq-9", "all", "all", "all"];
        assert!(figures_of(Response::new().hidden(all, 6, 20)).is_empty());
        assert!(figures_of(Response::new().shown(all, 6, [300, 450], 0.5)).is_empty());
    }
}
