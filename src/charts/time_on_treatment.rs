//! How long people stay in treatment, a step line per route: one figure per instrument.

use super::figure::Figure;
use super::lasting::{self, Lasting};
use super::marking::Marking;
use crate::event::instrument::Instruments;
use crate::privacy::disclosed::Disclosed;
use crate::table::Table;

const IN_TREATMENT: Lasting = Lasting {
    table: "time_on_treatment",
    file: "time_on_treatment",
    only: &[("clock", "infusions")],
    unit: "infusions",
    x_label: "Infusions",
    measure: "time on treatment of people with a baseline score",
    definition: "A course ends with its last infusion, once its end is recorded or no other follows in time.",
    whom: "people",
    still: "were still in treatment",
    intervals: "log-log",
    notes: &["Leaving is no failure: a course may end because it worked."],
};

/// The figures of a `time_on_treatment` table, in the order of its instruments.
#[must_use]
pub fn figures(
    table: &Disclosed<Table>,
    instruments: &Instruments,
    marking: Marking,
) -> Vec<Figure> {
    lasting::figures(table, instruments, &IN_TREATMENT, marking)
}
