//! What is counted of every infusion for the tables of safety, by route.
//!
//! How a treatment is borne does not wait for a questionnaire: counted are the first courses of all
//! who were treated, whether or not they have a baseline.

use super::additive::Additive;
use super::route::RouteRow;
use crate::course::fact::Course;
use crate::event::code::Route;
use std::collections::BTreeMap;

/// Counts of courses, each in one place: by the route of session 1, and whether a later session has
/// another.
#[derive(Debug)]
pub struct Given<T>(BTreeMap<(Route, bool), T>);

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Additive> Given<T> {
    /// The counts a course adds to, `empty` at first.
    pub fn of(&mut self, course: &Course, empty: impl FnOnce() -> T) -> &mut T {
        self.0.entry((course.route, course.switched)).or_insert_with(empty)
    }

    /// Adds what was counted of others.
    pub fn add(&mut self, others: Self) {
        for (place, counts) in others.0 {
            match self.0.get_mut(&place) {
                Some(own) => own.add(&counts),
                None => drop(self.0.insert(place, counts)),
            }
        }
    }

    /// The counts of each row. A route has one where somebody was treated by it.
    #[must_use]
    pub fn rows(self) -> BTreeMap<RouteRow, T> {
        let mut rows: BTreeMap<RouteRow, T> = BTreeMap::new();
        for ((route, switched), counts) in self.0 {
            for row in RouteRow::of_route(route, switched) {
                match rows.get_mut(&row) {
                    Some(own) => own.add(&counts),
                    None => drop(rows.insert(row, counts.clone())),
                }
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_is_in_all_and_in_its_route_and_a_switched_one_is_mixed_too() {
        let counted = |n: [u64; 3]| {
            let places = [
                (Route::Intravenous, false),
                (Route::Intravenous, true),
                (Route::Intranasal, false),
            ];
            Given(places.into_iter().zip(n).collect())
        };
        let mut given = counted([1, 2, 4]);
        given.add(counted([8, 16, 32]));
        // By hand.
        let expected = [
            (RouteRow::All, 63),
            (RouteRow::One(Route::Intravenous), 27),
            (RouteRow::One(Route::Intranasal), 36),
            (RouteRow::Mixed, 18),
        ];
        assert_eq!(given.rows(), BTreeMap::from(expected));
    }
}
