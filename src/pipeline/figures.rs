//! The figures of a run, from its disclosed tables, and their files.

use super::error::PipelineError;
use crate::charts::draw::{Painter, svg};
use crate::charts::figure::Figure;
use crate::charts::frame::Place;
use crate::charts::marking::Marking;
use crate::charts::{
    at_session, completeness, cumulative_response, durability, forest, go_on, mean_change, onset,
    remission_rate, response_rate, route_comparison, severity_shift, side_effects,
    time_on_treatment,
};
use crate::curves::disclose::DisclosedTables;
use crate::event::instrument::Instruments;
use rayon::prelude::*;

/// The figures of a run by what they show, each kind in the order of the instruments.
#[derive(Default)]
pub struct Figures {
    /// Who was scored, by site and time.
    pub completeness: Vec<Figure>,
    /// Response after each infusion.
    pub response: Vec<Figure>,
    /// Remission after each infusion.
    pub remission: Vec<Figure>,
    /// Mean change after each infusion.
    pub change: Vec<Figure>,
    /// Share who have responded by each infusion.
    pub cumulative: Vec<Figure>,
    /// Response in the hours and days after the first dose.
    pub onset: Vec<Figure>,
    /// How long responses last: after induction, then on treatment.
    pub durability: Vec<Figure>,
    /// How long people stay in treatment.
    pub time_on_treatment: Vec<Figure>,
    /// Response later, of those not yet improved.
    pub go_on: Vec<Figure>,
    /// Severity before and after.
    pub severity_shift: Vec<Figure>,
    /// Response by group.
    pub forest: Vec<Figure>,
    /// Routes compared, crude and adjusted.
    pub route_comparison: Vec<Figure>,
    /// Side effects, a figure per way of asking.
    pub side_effects: Vec<Figure>,
    /// Dissociation at each infusion, a figure per scale.
    pub dissociation: Vec<Figure>,
    /// Blood pressure at each infusion.
    pub blood_pressure: Vec<Figure>,
}

impl Figures {
    /// The figures of the tables of a run.
    #[must_use]
    pub fn of(tables: &DisclosedTables, instruments: &Instruments, marking: Marking) -> Self {
        let response = &tables.response;
        let (cumulative, times) = (&tables.cumulative, &tables.time_to_response);
        let (comparison, adjusted) = (&tables.comparison, &tables.adjusted);
        Self {
            completeness: completeness::figures(&tables.completeness, instruments, marking),
            response: response_rate::figures(response, instruments, marking),
            remission: remission_rate::figures(response, instruments, marking),
            change: mean_change::figures(response, instruments, marking),
            cumulative: cumulative_response::figures(cumulative, times, instruments, marking),
            onset: onset::figures(&tables.onset, instruments, marking),
            durability: durability::figures(&tables.durability, instruments, marking),
            time_on_treatment: time_on_treatment::figures(
                &tables.time_on_treatment,
                instruments,
                marking,
            ),
            go_on: go_on::figures(&tables.go_on, instruments, marking),
            severity_shift: severity_shift::figures(&tables.severity_shift, instruments, marking),
            forest: forest::figures(response, instruments, marking),
            route_comparison: route_comparison::figures(comparison, adjusted, instruments, marking),
            side_effects: side_effects::figures(&tables.side_effects, marking),
            dissociation: at_session::dissociation(&tables.dissociation, instruments, marking),
            blood_pressure: at_session::blood_pressure(&tables.blood_pressure, marking),
        }
    }

    /// Every kind of figure with those there are of it, in the order in which they are written.
    /// Their names begin with that of their kind.
    #[must_use]
    pub const fn kinds(&self) -> [(&'static str, &Vec<Figure>); 15] {
        [
            ("completeness", &self.completeness),
            ("response_rate", &self.response),
            ("remission_rate", &self.remission),
            ("mean_change", &self.change),
            ("cumulative_response", &self.cumulative),
            ("onset", &self.onset),
            ("durability", &self.durability),
            ("time_on_treatment", &self.time_on_treatment),
            ("go_on", &self.go_on),
            ("severity_shift", &self.severity_shift),
            ("forest", &self.forest),
            ("route_comparison", &self.route_comparison),
            ("side_effects", &self.side_effects),
            ("dissociation", &self.dissociation),
            ("blood_pressure", &self.blood_pressure),
        ]
    }

    /// Every figure, in the order in which they are written.
    pub fn all(&self) -> impl Iterator<Item = &Figure> {
        self.kinds().into_iter().flat_map(|(_, figures)| figures)
    }

    /// Each figure that is wanted and has anything to see as SVG, then as PNG, drawn on every core.
    ///
    /// # Errors
    /// [`PipelineError`] if one cannot be drawn.
    pub fn draw(&self, is_wanted: impl Fn(&Figure) -> bool) -> Result<Vec<Picture>, PipelineError> {
        let painter = Painter::default();
        let figures: Vec<&Figure> =
            self.all().filter(|figure| figure.shows_anything() && is_wanted(figure)).collect();
        let draw = |figure: &&Figure| {
            let failed = PipelineError::make(&format!("chart {}", figure.name));
            let drawn = svg(figure, Place::File);
            let png = painter.png(&drawn).map_err(failed)?;
            let picture =
                |ending, bytes| Picture { file: format!("{}.{ending}", figure.name), bytes };
            Ok([picture("svg", drawn.into_bytes()), picture("png", png)])
        };
        let drawn: Result<Vec<[Picture; 2]>, PipelineError> =
            figures.par_iter().map(draw).collect();
        Ok(drawn?.into_iter().flatten().collect())
    }
}

/// A figure drawn.
pub struct Picture {
    /// Name of its file.
    pub file: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// Its path inside a run.
    #[must_use]
    pub fn path(&self) -> String {
        format!("charts/{}", self.file)
    }
}
