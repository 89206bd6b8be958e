//! Response rate after each infusion, a curve per route: one figure per instrument.

use super::by_route::Columns;
use super::figure::Figure;
use super::marking::Marking;
use super::rate_by_infusion::{self, Rate};
use crate::event::instrument::{Better, Instrument, Instruments, ResponseRule};
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;

const RESPONSE: Rate = Rate {
    columns: Columns {
        x: "infusion",
        y: "response_rate",
        limits: ["response_lo", "response_hi"],
        count: "n_observed",
    },
    file: "response_rate",
    noun: "response",
    had: "had responded",
    define: |instrument| Some(define(instrument, instrument.response?)),
};

/// The figures of a `response_by_infusion` table, in the order of its instruments. An instrument
/// without a response rule has none.
#[must_use]
pub fn figures(
    table: &Disclosed<Table>,
    instruments: &Instruments,
    marking: Marking,
) -> Vec<Figure> {
    rate_by_infusion::figures(table, instruments, &RESPONSE, marking)
}

/// What a response is, in a sentence.
pub(super) fn define(instrument: &Instrument, response: ResponseRule) -> String {
    let name = &instrument.name;
    let verb = match instrument.better {
        Better::Lower => "fell",
        Better::Higher => "rose",
    };
    match response {
        ResponseRule::Percent(percent) => {
            format!("Response: {name} {verb} by at least {percent}\u{a0}% from baseline.")
        }
        ResponseRule::Points(points) => {
            format!("Response: {name} {verb} by at least {points} points from baseline.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Response, lines};
    use super::super::number::Number;
    use super::*;
    use crate::event::instrument::shipped;

    const IV: [&str; 4] = ["phq-9", "all", "all", "intravenous"];
    const IN: [&str; 4] = ["phq-9", "all", "all", "intranasal"];
    const ALL: [&str; 4] = ["phq-9", "all", "all", "all"];

    fn figures_of(table: Response) -> Vec<Figure> {
        figures(&table.done(), &shipped().expect("shipped"), Marking::default())
    }

    fn two_routes() -> Response {
        Response::new()
            .shown(IV, 1, [240, 260], 0.12)
            .shown(IV, 2, [201, 260], 0.52)
            .nobody(IV, 3, 260)
            .shown(IN, 1, [176, 190], 0.41)
            .hidden(IN, 2, 190)
            .shown(IN, 3, [150, 190], 0.44)
            .shown(ALL, 1, [416, 450], 0.25)
    }

    #[test]
    fn a_curve_per_single_route_and_none_for_all() {
        let figures = figures_of(two_routes());
        assert_eq!(figures.len(), 1);
        let figure = &figures[0];
        assert_eq!(figure.name, "response_rate_phq-9");
        assert_eq!(lines(figure).x_ticks, ["1", "2", "3"]);
        let labels: Vec<&str> =
            lines(figure).series.iter().map(|series| series.label.as_str()).collect();
        assert_eq!(labels, ["Intravenous", "Intranasal"]);
        assert_eq!(
            lines(figure).series[0].numbers,
            [Number::Count(240), Number::Count(201), Number::Count(0)]
        );
        assert_eq!(
            lines(figure).series[0].readouts[1].replace('\u{a0}', " "),
            "Intravenous, infusion 2: 52 % (95 % interval 45 to 59 %), 201 people scored"
        );
    }

    #[test]
    fn a_hidden_cell_is_a_gap_and_a_dot_and_nothing_is_worked_out() {
        let figure = figures_of(two_routes()).remove(0);
        let nasal = &lines(&figure).series[1];
        assert_eq!(nasal.points[1], None);
        assert_eq!(nasal.numbers, [Number::Count(176), Number::Hidden, Number::Count(150)]);
        assert_eq!(nasal.runs().len(), 2);
        assert!(figure.notes.iter().any(|note| note.contains("hidden to protect small groups")));
        assert!(figure.alt.contains("infusion 2 hidden to protect small groups"), "{}", figure.alt);
        assert!(figure.alt.contains("infusion 3 nobody scored"), "{}", figure.alt);
    }

    #[test]
    fn the_finding_compares_at_the_last_infusion_in_common() {
        let figure = figures_of(two_routes()).remove(0);
        insta::assert_snapshot!(figure.finding.replace('\u{a0}', "~"), @"After infusion 1, 12~% (95~% interval 8~to~17~%) of the 240 people scored on the intravenous route had responded; 41~% (34~to~48~%) of the 176 on the intranasal route.");
    }

    #[test]
    fn without_an_infusion_in_common_each_route_has_its_own() {
        let table = Response::new()
            .shown(IV, 1, [240, 260], 0.12)
            .hidden(IV, 2, 260)
            .hidden(IN, 1, 190)
            .shown(IN, 2, [150, 190], 0.44);
        let figure = figures_of(table).remove(0);
        insta::assert_snapshot!(figure.finding.replace('\u{a0}', "~"), @"After infusion 1, 12~% (95~% interval 8~to~17~%) of the 240 people scored on the intravenous route had responded. After infusion 2, 44~% (95~% interval 36~to~52~%) of the 150 people scored on the intranasal route had responded.");
    }

    #[test]
    fn nothing_to_show_is_said_and_why() {
        let hidden = figures_of(Response::new().hidden(IV, 1, 20)).remove(0);
        assert_eq!(
            hidden.finding,
            "No PHQ-9 response rate can be shown: the groups are too small."
        );
        let nobody = figures_of(Response::new().nobody(IV, 1, 20)).remove(0);
        assert_eq!(nobody.finding, "Nobody was scored on the PHQ-9 after an infusion.");
        assert!(!nobody.notes.iter().any(|note| note.contains("hidden")));
    }

    #[test]
    fn all_stands_in_where_no_single_route_is() {
        let figure = figures_of(Response::new().shown(ALL, 1, [416, 450], 0.25)).remove(0);
        assert_eq!(lines(&figure).series.len(), 1);
        assert_eq!(lines(&figure).series[0].label, "All routes");
        assert!(figure.finding.ends_with("of the 416 people scored had responded."));
        assert!(!figure.notes.iter().any(|note| note.contains("randomised")));
    }

    #[test]
    fn other_strata_and_instruments_without_a_rule_are_no_figure() {
        let table = Response::new().shown(["cadss", "all", "all", "all"], 1, [50, 60], 0.2).shown(
            ["gad-7", "indication", "gad", "all"],
            1,
            [50, 60],
            0.2,
        );
        assert!(figures_of(table).is_empty());
    }

    #[test]
    fn the_title_says_the_finding_or_where_there_is_none_the_measure() {
        let title = |table| figures_of(table).remove(0).title.replace('\u{a0}', " ");
        assert_eq!(
            title(two_routes()),
            "After infusion 1, 12 % had responded on intravenous, 41 % on intranasal"
        );
        let alone = Response::new().shown(ALL, 1, [416, 450], 0.25);
        assert_eq!(title(alone), "After infusion 1, 25 % had responded");
        let hidden = Response::new().hidden(IV, 1, 20);
        assert_eq!(title(hidden), "PHQ-9: response after each infusion");
    }

    /// People scored and share of each route after one infusion.
    fn of_routes(routes: &[(&str, i64, f64)]) -> Figure {
        let mut table = Response::new();
        for (route, n, rate) in routes {
            table = table.shown(["who-5", "all", "all", route], 1, [*n, 60], *rate);
        }
        figures_of(table).remove(0)
    }

    #[test]
    fn of_several_routes_the_title_names_the_two_with_the_most_people() {
        let routes = [
            ("intravenous", 60, 0.2),
            ("intranasal", 40, 0.3),
            ("intramuscular", 50, 0.1),
            ("other", 60, 0.25),
        ];
        let figure = of_routes(&routes);
        assert_eq!(
            figure.title.replace('\u{a0}', " "),
            "After infusion 1, 20 % had responded on intravenous, 10 % on intramuscular"
        );
        assert!(figure.subtitle.ends_with("WHO-5 rose by at least 10 points from baseline."));
        assert!(figure.finding.ends_with("The other routes are in the chart and the table."));
        let equal = of_routes(&[("intravenous", 60, 0.2), ("intranasal", 40, 0.2)]);
        assert_eq!(
            equal.title.replace('\u{a0}', " "),
            "After infusion 1, 20 % had responded on intravenous and intranasal"
        );
    }

    #[test]
    fn of_many_routes_the_title_says_how_far_they_reach() {
        let figure = of_routes(&[
            ("intravenous", 60, 0.2),
            ("intranasal", 40, 0.3),
            ("intramuscular", 50, 0.1),
            ("oral", 50, 0.2),
            ("other", 20, 0.99),
        ]);
        assert_eq!(
            figure.title.replace('\u{a0}', " "),
            "After infusion 1, 10 % to 30 % had responded, by route"
        );
        assert!(figure.notes.iter().any(|note| note.starts_with("Grey: the other routes")));
    }

    #[test]
    fn title_and_finding_speak_of_the_last_infusion_with_half_of_the_people() {
        let table = Response::new()
            .shown(IV, 1, [400, 450], 0.2)
            .shown(IV, 2, [201, 450], 0.3)
            .shown(IV, 3, [199, 450], 0.9);
        let figure = figures_of(table).remove(0);
        assert!(figure.title.starts_with("After infusion 2, 30"), "{}", figure.title);
        assert!(figure.finding.starts_with("After infusion 2, 30"), "{}", figure.finding);
    }
}
