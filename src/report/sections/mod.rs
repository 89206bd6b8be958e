//! The sections of the report: disclosed tables to articles ready to print.
//!
//! Most sections are a [`spec::SectionSpec`]: words, figures by the beginning of their names, and
//! grids as shapes. A section that sets several tables side by side makes its articles itself.

mod adjusted;
mod after_each;
mod change_of_people;
mod cohort;
mod comparison;
mod completeness;
mod cumulative;
mod going_on;
pub(super) mod lasting;
pub(super) mod quality;
mod safety;
mod spec;
mod strata;
mod usable;

use super::grid::Section;
use super::tables::Tables;

/// The sections with figures and tables, in the order of the questions.
pub(super) fn all<'a>(tables: &Tables<'a>) -> Vec<Section<'a>> {
    vec![
        cohort::section(tables),
        completeness::section(tables),
        after_each::SECTION.fill(tables),
        cumulative::section(tables),
        after_each::ONSET.fill(tables),
        lasting::DURABILITY.fill(tables),
        lasting::TREATMENT.fill(tables),
        going_on::SECTION.fill(tables),
        change_of_people::INDIVIDUAL.fill(tables),
        change_of_people::SEVERITY.fill(tables),
        safety::SAFETY.fill(tables),
        safety::ITEM_9.fill(tables),
        strata::section(tables),
        comparison::section(tables),
        usable::section(tables),
    ]
}
