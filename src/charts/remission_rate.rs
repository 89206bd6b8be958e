//! Remission rate after each infusion, a curve per route: one figure per instrument.

use super::by_route::Columns;
use super::figure::Figure;
use super::marking::Marking;
use super::rate_by_infusion::{self, Rate};
use crate::event::instrument::{Instrument, Instruments, RemissionLine};
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;

const REMISSION: Rate = Rate {
    columns: Columns {
        x: "infusion",
        y: "remission_rate",
        limits: ["remission_lo", "remission_hi"],
        count: "n_observed",
    },
    file: "remission_rate",
    noun: "remission",
    had: "were in remission",
    define: |instrument| Some(define(instrument, instrument.remission?)),
};

/// The figures of a `response_by_infusion` table, in the order of its instruments. An instrument
/// without a remission line has none.
#[must_use]
pub fn figures(
    table: &Disclosed<Table>,
    instruments: &Instruments,
    marking: Marking,
) -> Vec<Figure> {
    rate_by_infusion::figures(table, instruments, &REMISSION, marking)
}

/// What remission is, in a sentence.
fn define(instrument: &Instrument, line: RemissionLine) -> String {
    let beyond = match line {
        RemissionLine::AtMost(line) => format!("{line} or less"),
        RemissionLine::Above(line) => format!("above {line}"),
    };
    format!("Remission: {} is {beyond}, whatever it was at baseline.", instrument.name)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Response, lines};
    use super::*;
    use crate::event::instrument::shipped;

    #[test]
    fn remission_is_read_from_its_own_columns() {
        let keys = ["phq-9", "all", "all", "intravenous"];
        let table = Response::new().shown(keys, 1, [200, 260], 0.5).hidden(keys, 2, 260);
        let figure =
            figures(&table.done(), &shipped().expect("shipped"), Marking::default()).remove(0);
        // The fixture has half as many remissions as responses.
        let series = &lines(&figure).series[0];
        assert_eq!(series.points[0].map(|point| point.y), Some(0.25));
        assert_eq!(series.points[1], None);
        assert_eq!(figure.name, "remission_rate_phq-9");
        assert_eq!(
            figure.title.replace('\u{a0}', " "),
            "After infusion 1, 25 % were in remission on intravenous"
        );
        assert_eq!(
            figure.subtitle,
            "PHQ-9: remission after each infusion. Remission: PHQ-9 is 4 or less, whatever it was at baseline."
        );
        assert!(figure.alt.contains("people scored who were in remission on the PHQ-9"));
    }

    #[test]
    fn an_instrument_without_a_line_has_no_figure() {
        let table = Response::new().shown(["pain-nrs", "all", "all", "all"], 1, [50, 60], 0.2);
        assert!(
            figures(&table.done(), &shipped().expect("shipped"), Marking::default()).is_empty()
        );
    }
}
