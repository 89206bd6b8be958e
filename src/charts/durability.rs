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
    definition: "Days since the score that shows the response at the end of induction. It is lost at the first later score that is no response; a further session competes.",
    whom: "responders",
    still: "had not lost their response",
    intervals: "log-log",
    notes: &[
        SPARSE,
        "Whoever is treated again leaves the curve without a loss, and can no longer lose a response untreated.",
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
