//! Every infusion that counts for the tables of safety, by route.
//!
//! How a treatment is borne does not wait for a questionnaire: counted are the first courses of all
//! who were treated, whether or not they have a baseline.

use super::cohort::Cohort;
use super::route::RouteRow;
use crate::course::fact::Infusion;
use std::collections::BTreeMap;

/// Counts every infusion up to the horizon in the cells of its course's route; the cell of infusion
/// k stands at k - 1. A route has cells where somebody was treated by it.
pub fn by_route<T: Clone>(
    cohort: &Cohort,
    empty: &T,
    mut count: impl FnMut(&mut T, &Infusion),
) -> BTreeMap<RouteRow, Vec<T>> {
    let horizon = cohort.analysis.horizon;
    let mut cells: BTreeMap<RouteRow, Vec<T>> = BTreeMap::new();
    for course in cohort.treated() {
        for route in RouteRow::of(course) {
            let of_route = cells.entry(route).or_insert_with(|| vec![empty.clone(); horizon]);
            for (cell, infusion) in of_route.iter_mut().zip(&course.infusions) {
                count(cell, infusion);
            }
        }
    }
    cells
}
