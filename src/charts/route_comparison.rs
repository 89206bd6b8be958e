//! Routes compared, crude beside adjusted: differences with intervals, or why there is none. One
//! figure per instrument.

use super::axis::Axis;
use super::by_route::{Rows, instrument_codes};
use super::dot_plot::{Dot, DotPlot, Group, Kind, PanelName, Reference, Row, Value};
use super::dot_words::{self, DIFFERENCE, HIDDEN_ROWS, WHISKERS, signed};
use super::figure::{Figure, Plot};
use super::line_chart::Point;
use super::marking::Marking;
use super::number::Number;
use super::response_rate::define;
use super::theme::{self, Look, Mark, route_label};
use super::words::INTERVAL;
use crate::event::instrument::{Instrument, Instruments};
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;

/// Pairs shown, in code order: a page's height of them.
const MOST_PAIRS: usize = 6;

/// An outcome: its code among the adjusted, and its columns among the crude.
struct Outcome {
    code: &'static str,
    columns: [&'static str; 3],
}

const OUTCOMES: [Outcome; 2] = [
    Outcome {
        code: "nri-at-infusion",
        columns: ["difference_nri", "difference_nri_lo", "difference_nri_hi"],
    },
    Outcome {
        code: "nri-at-day-28",
        columns: ["difference_day28", "difference_day28_lo", "difference_day28_hi"],
    },
];

/// The figures of an `adjusted_comparison` table, with the crude differences of `comparison`, in
/// the order of its instruments.
#[must_use]
pub fn figures(
    comparison: &Disclosed<Table>,
    adjusted: &Disclosed<Table>,
    instruments: &Instruments,
    marking: Marking,
) -> Vec<Figure> {
    let (comparison, adjusted) = (comparison.get(), adjusted.get());
    let of = |code| {
        let crude = Rows::of(comparison, code).only("stratum", "all");
        figure(&crude, &Rows::of(adjusted, code), code, instruments.get(code)?, marking)
    };
    instrument_codes(adjusted).into_iter().filter_map(of).collect()
}

fn figure(
    crude: &Rows<'_>,
    adjusted: &Rows<'_>,
    code: &str,
    instrument: &Instrument,
    marking: Marking,
) -> Option<Figure> {
    let name = &instrument.name;
    let definition = define(instrument, instrument.response?);
    let infusion = adjusted.int("infusion")?;
    let mut groups = Vec::new();
    for a in adjusted.texts("route_a") {
        for b in adjusted.only("route_a", a).texts("route_b") {
            let crude = crude.only("route_a", a).only("route_b", b);
            let adjusted = adjusted.only("route_a", a).only("route_b", b);
            let rows =
                OUTCOMES.iter().map(|outcome| row(&crude, &adjusted, outcome, infusion, (a, b)));
            let heading = format!("{} minus {}", route_label(a), route_label(b).to_lowercase());
            groups.push(Group { heading, rows: rows.collect() });
        }
    }
    let is_known = |group: &Group| dots(group).any(|dot| dot.value.known().is_some());
    let n_pairs = groups.len();
    // Pairs of which nothing can be shown stand only where there is nothing else, and few of them.
    if groups.iter().any(is_known) {
        groups.retain(is_known);
    }
    groups.truncate(MOST_PAIRS);
    if groups.is_empty() {
        return None;
    }
    let left_out = n_pairs - groups.len();
    let reach = dot_words::reach(groups.iter().flat_map(dots));
    let first = groups.iter().find(|group| is_known(group)).or_else(|| groups.first());
    let title = first.and_then(title);
    let finding = first.map_or_else(String::new, |group| finding(name, group));
    let plot = DotPlot {
        x: Axis::differences("Difference of response rates, in percentage points", reach),
        reference: Some(Reference { at: 0.0, text: "no difference".into() }),
        series: kinds(),
        panels: vec![PanelName::default()],
        groups,
        counts_label: String::new(),
    };
    let adjusted_dots = || {
        plot.groups
            .iter()
            .flat_map(|group| &group.rows)
            .flat_map(|row| row.panels.iter().flat_map(|dots| dots.iter().skip(1)))
    };
    let has_interval = |dot: &Dot| dot.value.known().is_some_and(|point| point.interval.is_some());
    let resampled = if adjusted_dots().any(has_interval) {
        "percentiles over resampled people"
    } else {
        "none"
    };
    let mut notes = vec![
        "Routes are not randomised. Adjusted for severity at baseline, indication, age band and trials that failed before; for nothing else.".to_owned(),
        format!("{WHISKERS} (crude: Newcombe; adjusted: {resampled}). A missing score counts as no response."),
    ];
    if plot.has_hidden() {
        notes.push(HIDDEN_ROWS.into());
    }
    if left_out > 0 {
        notes.push("Other pairs of routes are in the table.".into());
    }
    let measure = format!("{name}: difference of response between routes, crude and adjusted");
    Some(Figure {
        name: format!("route_comparison_{code}"),
        instrument: code.into(),
        table: "adjusted_comparison",
        title: title.unwrap_or_else(|| measure.clone()),
        subtitle: format!("{measure}. {definition}"),
        finding,
        alt: format!(
            "Dot plot: differences of response rates on the {name} between routes, in percentage points.{}",
            dot_words::listing(&plot)
        ),
        plot: Plot::Dots(plot),
        notes,
        markings: marking.lines(),
    })
}

fn dots(group: &Group) -> impl Iterator<Item = &Dot> {
    group.rows.iter().flat_map(|row| row.panels.iter().flatten())
}

fn kinds() -> Vec<Kind> {
    let look = |route: &str, mark| Look { mark, ..theme::look(route) };
    vec![
        Kind { label: "Crude".into(), look: look("other", Mark::Circle) },
        Kind { label: "Adjusted by weighting".into(), look: look("intravenous", Mark::Square) },
        Kind { label: "Adjusted by a model".into(), look: look("intramuscular", Mark::Diamond) },
    ]
}

fn row(
    crude: &Rows<'_>,
    adjusted: &Rows<'_>,
    outcome: &Outcome,
    infusion: i64,
    (a, b): (&str, &str),
) -> Row {
    let label = match outcome.code {
        "nri-at-infusion" => format!("After infusion {infusion}"),
        _ => "At day 28".into(),
    };
    let who = |how: &str| {
        let (a, b) = (route_label(a), route_label(b).to_lowercase());
        format!("{a} minus {b}, {}, {how}", label.to_lowercase())
    };
    let adjusted = adjusted.only("outcome", outcome.code);
    let [y, lo, hi] = outcome.columns;
    let crude = dot_words::dot(
        crude.value(y, [lo, hi]),
        Number::Blank,
        DIFFERENCE,
        &who("crude"),
        "",
        &absent(crude.reason(y), ""),
    );
    let adjusted_dot = |y: &str, limits: [&str; 2], how: &str| {
        let none = absent(adjusted.reason(y), adjusted.text("refused"));
        dot_words::dot(adjusted.value(y, limits), Number::Blank, DIFFERENCE, &who(how), "", &none)
    };
    let weighted = adjusted_dot(
        "weighted_difference",
        ["weighted_lo", "weighted_hi"],
        "adjusted by weighting",
    );
    let standardised = adjusted_dot(
        "standardised_difference",
        ["standardised_lo", "standardised_hi"],
        "adjusted by a model",
    );
    Row { label, panels: vec![vec![crude, weighted, standardised]] }
}

/// Why there is no difference, in words.
fn absent(reason: &str, refused: &str) -> String {
    match reason {
        "refused" => {
            let why: Vec<&str> = refused
                .split(';')
                .filter_map(|code| match code {
                    "edge" => Some("some people could hardly have had the other route"),
                    "effective-size" => Some("too few alike are left"),
                    "imbalance" => Some("the people stay too unlike"),
                    _ => None,
                })
                .collect();
            format!("refused: {}", why.join("; "))
        }
        "few-compared" => "too few people to adjust for".into(),
        "few-reach" => "too few people come so far".into(),
        "no-fit" => "no model could be fitted".into(),
        "nobody" => "nobody".into(),
        _ => "none".into(),
    }
}

/// The first row of a pair of which something is known: its crude and its adjusted difference.
fn told(group: &Group) -> Option<(&Row, Option<Point>, Option<Point>)> {
    group.rows.iter().find_map(|row| {
        let [crude, weighted, ..] = row.panels.first()?.as_slice() else { return None };
        let (crude, weighted) = (crude.value.known(), weighted.value.known());
        (crude.is_some() || weighted.is_some()).then_some((row, crude, weighted))
    })
}

/// "After infusion 6, 8 percentage points more responded on intravenous than on intranasal; adjusted:
/// +3".
fn title(group: &Group) -> Option<String> {
    let (row, crude, weighted) = told(group)?;
    let (one, other) = group.heading.split_once(" minus ")?;
    let (one, when) = (one.to_lowercase(), &row.label);
    let difference = crude.or(weighted)?.y;
    let size = signed(difference.abs());
    let size = size.trim_start_matches('+');
    let more = if difference > 0.0 { "more" } else { "fewer" };
    let head = if size == "0" {
        format!("{when}, as many responded on {one} as on {other}")
    } else {
        format!("{when}, {size} percentage points {more} responded on {one} than on {other}")
    };
    Some(match (crude, weighted) {
        (Some(_), Some(weighted)) => format!("{head}; adjusted: {}", signed(weighted.y)),
        (Some(_), None) => format!("{head} (not adjusted)"),
        _ => format!("{head} (adjusted)"),
    })
}

/// What the figure shows, in words.
fn finding(name: &str, group: &Group) -> String {
    let Some((row, crude, weighted)) = told(group) else {
        let is_hidden = dots(group).any(|dot| dot.value == Value::Hidden);
        let why = if is_hidden { "the groups are too small" } else { "there are too few people" };
        return format!("No difference on the {name} between routes can be shown: {why}.");
    };
    let told = |point: Point| {
        let interval = point.interval.map_or_else(String::new, |(lo, hi)| {
            format!(" ({INTERVAL}{} to {})", signed(lo), signed(hi))
        });
        format!("{} percentage points{interval}", signed(point.y))
    };
    let crude =
        crude.map_or_else(|| "cannot be shown".into(), |point| format!("was {}", told(point)));
    let adjusted = match (weighted, row.panels.first().and_then(|dots| dots.get(1))) {
        (Some(point), _) => format!("adjusted by weighting, {}", told(point)),
        (None, Some(dot)) if dot.value == Value::Hidden => {
            "the adjusted one is hidden to protect small groups".into()
        }
        (None, Some(dot)) => format!("there is no adjusted one ({})", dot.text),
        (None, None) => "there is no adjusted one".into(),
    };
    format!(
        "{} {}: the crude difference of response {crude}; {adjusted}. Routes are not randomised.",
        group.heading,
        row.label.to_lowercase()
    )
}

#[cfg(test)]
mod tests {
    use super::super::sheet_fixture::{sheet, told};
    use super::*;
    use crate::event::instrument::shipped;

    const CRUDE: &str = "instrument:text stratum:text route_a:text route_b:text difference_nri:float difference_nri_lo:float difference_nri_hi:float difference_day28:float difference_day28_lo:float difference_day28_hi:float hidden:text na_reason:text";
    const ADJUSTED: &str = "instrument:text route_a:text route_b:text outcome:text infusion:int weighted_difference:float weighted_lo:float weighted_hi:float standardised_difference:float standardised_lo:float standardised_hi:float refused:text hidden:text na_reason:text";

    fn figure_of(crude: &str, adjusted: &str) -> Figure {
        let (crude, adjusted) =
            (sheet("comparison", CRUDE, crude), sheet("adjusted_comparison", ADJUSTED, adjusted));
        let instruments = shipped().expect("shipped");
        figures(&crude, &adjusted, &instruments, Marking::default()).remove(0)
    }

    #[test]
    fn crude_stands_beside_adjusted_and_a_refusal_says_why() {
        let figure = figure_of(
            "phq-9 all intravenous intranasal 0.08 0.01 0.17 0.02 -0.11 0.07 . .
             phq-9 all intravenous oral NA NA NA NA NA NA difference_nri;difference_nri_lo;difference_nri_hi;difference_day28;difference_day28_lo;difference_day28_hi .",
            "phq-9 intravenous intranasal nri-at-infusion 6 0.03 -0.06 0.12 0.04 -0.05 0.12 . . .
             phq-9 intravenous intranasal nri-at-day-28 6 NA NA NA NA NA NA edge;imbalance . weighted_difference=refused;standardised_difference=refused
             phq-9 intravenous oral nri-at-infusion 6 NA NA NA NA NA NA . weighted_difference;weighted_lo;weighted_hi;standardised_difference;standardised_lo;standardised_hi .
             phq-9 intravenous oral nri-at-day-28 6 NA NA NA NA NA NA . . weighted_difference=few-compared;standardised_difference=few-compared",
        );
        insta::assert_snapshot!("route_comparison", told(&figure));
    }

    #[test]
    fn pairs_are_no_more_than_fit_and_the_others_are_named() {
        let routes = [
            "intranasal",
            "intramuscular",
            "subcutaneous",
            "sublingual",
            "oral",
            "other",
            "unknown",
        ];
        let rows = |line: &dyn Fn(&str) -> String| routes.map(line).join("\n");
        let crude = rows(&|b| {
            let hidden = "difference_nri;difference_nri_lo;difference_nri_hi;difference_day28;difference_day28_lo;difference_day28_hi";
            format!("phq-9 all intravenous {b} NA NA NA NA NA NA {hidden} .")
        });
        let adjusted = rows(&|b| {
            format!(
                "phq-9 intravenous {b} nri-at-infusion 6 NA NA NA NA NA NA . . weighted_difference=no-fit;standardised_difference=no-fit"
            )
        });
        let figure = figure_of(&crude, &adjusted);
        let Plot::Dots(plot) = &figure.plot else { panic!("a dot plot") };
        assert_eq!(plot.groups.len(), 6);
        assert!(figure.notes.contains(&"Other pairs of routes are in the table.".into()));
        assert_eq!(
            figure.title,
            "PHQ-9: difference of response between routes, crude and adjusted"
        );
    }
}
