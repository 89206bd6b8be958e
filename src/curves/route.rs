//! The routes of the estimate tables: every code of the list, and the two made by the tables.

use crate::course::fact::Course;
use crate::event::code::Route;

/// A row's route: `all`, a route of session 1, or `mixed`, which repeats the switched courses and
/// adds to no sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RouteRow {
    /// Every course.
    All,
    /// Courses whose session 1 had this route.
    One(Route),
    /// Courses with sessions of more than one route.
    Mixed,
}

impl RouteRow {
    /// The code of tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::One(route) => route.as_str(),
            Self::Mixed => "mixed",
        }
    }

    /// Every row of a course that began with this route.
    pub fn of_route(route: Route, switched: bool) -> impl Iterator<Item = Self> {
        [Self::All, Self::One(route)].into_iter().chain(switched.then_some(Self::Mixed))
    }

    /// Every row a course stands in.
    pub fn of(course: &Course) -> impl Iterator<Item = Self> {
        Self::of_route(course.route, course.switched)
    }
}
