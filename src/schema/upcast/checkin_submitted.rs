//! Check-ins of version 1: without who answered them and over what period.

use crate::event::code::{CheckinMode, EffectsCapture};
use crate::event::kind::{CheckinSubmitted, Effect, Measure};
use crate::event::list::List;
use crate::event::number::Int;
use crate::event::object::{data, objects};

data! {
    /// Data of `afterdose.checkin.submitted.v1`.
    V1 {
        /// Questionnaires, at most 20, each instrument once.
        measures: List<Measure, 20>,
        /// Where.
        mode: CheckinMode,
        /// Side effects, at most 50.
        effects: List<Effect, 50>,
        /// How side effects were asked for.
        effects_capture: EffectsCapture,
        /// Patient Global Impression of Change, 1 to 7.
        global_change: Int<1, 7>,
    }
}

objects! { V1 }

impl V1 {
    /// The same check-in in version 2: who answered is not known, and the questions asked about the
    /// period of their instrument, as far as anybody said.
    #[must_use]
    pub fn raise(self) -> CheckinSubmitted {
        let Self { measures, mode, effects, effects_capture, global_change } = self;
        CheckinSubmitted {
            measures,
            mode,
            effects,
            effects_capture,
            global_change,
            administration: None,
            recall_days: None,
        }
    }
}
