//! What was changed in the plan of a course after its first infusions.

use crate::course::fact::Plan;
use crate::event::code::PlanChange;

/// The infusion after which plans are looked at.
pub(super) const ADJUSTED_BY: usize = 2;

/// What was changed in a plan by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjustment {
    /// The dose was raised, whatever else was changed.
    DoseUp,
    /// Something else.
    Other,
    /// Nothing, or nobody says what.
    None,
}

impl Adjustment {
    /// Each, in table order.
    pub const ALL: [Self; 3] = [Self::DoseUp, Self::Other, Self::None];

    /// That of a course, from the changes of its plan.
    #[must_use]
    pub fn of(plans: &[Plan]) -> Self {
        let early = plans.iter().filter(|plan| plan.after <= ADJUSTED_BY);
        let changes = early.filter_map(|plan| plan.change);
        let mut changes = changes.filter(|change| *change != PlanChange::None).peekable();
        match changes.peek().is_some() {
            false => Self::None,
            true if changes.any(|change| change == PlanChange::DoseUp) => Self::DoseUp,
            true => Self::Other,
        }
    }

    /// The code of tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DoseUp => "dose-up",
            Self::Other => "other-change",
            Self::None => "no-change",
        }
    }
}
