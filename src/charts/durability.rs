//! How long responses last, a step line per route: one figure per instrument and start.

use super::figure::Figure;
use super::lasting::{self, Lasting};
use super::marking::Marking;
use crate::event::instrument::Instruments;
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;

/// Measuring seldom makes responses look long.
const SPARSE: &str =
    "A loss is seen only when somebody is scored: sparse measurement looks durable.";

/// The headline: responders at the end of induction, without further treatment.
const WITHOUT_TREATMENT: Lasting = Lasting {
    table: "durability",
    file: "durability",
    only: &[("start", "end-of-induction"), ("clock", "days")],
    unit: "days",
    x_label: "Days",
    measure: "how long a response lasts after induction, without further treatment",
    definition: "Days since the score that shows the response at the end of induction. It is lost at the first later score that is no response.",
    whom: "responders",
    still: "had not lost their response",
    intervals: "log-log",
    notes: &[
        SPARSE,
        "Whoever is treated again before a loss counts as not having lost it, since it can no longer be lost untreated.",
    ],
};

/// Responders from their first response, while they are treated.
const ON_TREATMENT: Lasting = Lasting {
    table: "durability",
    file: "durability_on_treatment",
    only: &[("start", "first-response"), ("clock", "infusions")],
    unit: "further infusions",
    x_label: "Infusions",
    measure: "how long a first response lasts on treatment",
    definition: "Infusions since the first response. It is lost at the first later score that is no response.",
    whom: "responders",
    still: "still responded",
    intervals: "log-log",
    notes: &[SPARSE],
};

/// The figures of a `durability` table: for each instrument the one after induction, then, in the
/// same order, those on treatment.
#[must_use]
pub fn figures(
    table: &Disclosed<Table>,
    instruments: &Instruments,
    marking: Marking,
) -> Vec<Figure> {
    [WITHOUT_TREATMENT, ON_TREATMENT]
        .iter()
        .flat_map(|lasting| lasting::figures(table, instruments, lasting, marking))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::lines;
    use super::super::sheet_fixture::{sheet, told};
    use super::*;
    use crate::event::instrument::shipped;

    const HEADS: &str = "instrument:text stratum:text route:text start:text clock:text time:int n:int n_at_risk:int estimate:float lo:float hi:float hidden:text na_reason:text";

    fn figures_of(rows: &str) -> Vec<Figure> {
        let table = sheet("durability", HEADS, rows);
        figures(&table, &shipped().expect("shipped"), Marking::default())
    }

    #[test]
    fn a_curve_falls_from_all_and_ends_where_nobody_is_followed() {
        let figures = figures_of(
            "phq-9 all all end-of-induction days 0 200 200 1 NA NA . lo=no-interval;hi=no-interval
             phq-9 all all end-of-induction days 7 200 NA NA NA NA n_at_risk;estimate;lo;hi .
             phq-9 all all end-of-induction days 14 200 150 0.88 0.82 0.92 . .
             phq-9 all all end-of-induction days 21 200 40 0.78 0.71 0.84 . .
             phq-9 all all end-of-induction days 28 200 0 0.78 0.71 0.84 . .
             phq-9 all all end-of-induction days 35 200 0 0.78 0.71 0.84 . .
             phq-9 all all first-response infusions 0 313 313 1 NA NA . lo=no-interval;hi=no-interval
             phq-9 all all first-response infusions 1 313 286 0.73 0.68 0.78 . .",
        );
        let [after, on] = figures.as_slice() else { panic!("two starts") };
        insta::assert_snapshot!("durability", told(after));
        assert_eq!(lines(after).x_ticks, ["0", "7", "14", "21"]);
        assert_eq!(
            on.title.replace('\u{a0}', " "),
            "After 1 further infusion, 73 % of responders still responded"
        );
    }

    #[test]
    fn people_at_risk_of_gathered_steps_stand_under_the_first_of_them() {
        let figure = figures_of(
            "phq-9 all all end-of-induction days 0 200 200 1 NA NA . lo=no-interval;hi=no-interval
             phq-9 all all end-of-induction days 7 200 NA 0.9 0.8 1 n_at_risk .
             phq-9 all all end-of-induction days 14 200 NA NA NA NA n_at_risk;estimate;lo;hi .
             phq-9 all all end-of-induction days 21 200 NA NA NA NA n_at_risk;estimate;lo;hi .
             phq-9 all all end-of-induction days 28 200 90 0.5 0.4 0.6 . .",
        )
        .remove(0);
        // Those of days 14 to 28 were at risk on day 14; how many were on day 7 nobody is told.
        let numbers = &lines(&figure).series[0].numbers;
        assert_eq!(
            numbers.iter().map(|number| number.text()).collect::<Vec<_>>(),
            ["200", "·", "90", "·", "·"]
        );
    }

    #[test]
    fn where_all_is_hidden_the_title_is_the_measure() {
        let figure = figures_of(
            "phq-9 all all end-of-induction days 0 NA NA NA NA NA n;n_at_risk;estimate;lo;hi .
             phq-9 all all end-of-induction days 7 NA NA NA NA NA n;n_at_risk;estimate;lo;hi .
             phq-9 all all end-of-induction days 14 NA NA NA NA NA n;n_at_risk;estimate;lo;hi .",
        )
        .remove(0);
        assert!(figure.title.starts_with("PHQ-9: how long a response lasts"), "{}", figure.title);
        assert!(figure.finding.ends_with("the groups are too small."), "{}", figure.finding);
        assert_eq!(lines(&figure).x_ticks.len(), 2);
    }
}
