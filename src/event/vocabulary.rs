//! What a pipeline may name besides the closed codes: instruments, drugs, and two open lists.
//!
//! The shipped vocabulary is what the JSON Schemas promise; a pipeline file extends it.

use super::ids::OpenCode;
use super::instrument::{Instrument, Instruments, shipped};
use super::kind::{CheckinSubmitted, Data, Kind, SessionCompleted};
use super::refuse::{Reason, Refusal};
use serde::Serialize;
use std::collections::BTreeSet;

/// Drugs known without a pipeline file, in table order.
pub const DRUGS: [&str; 2] = ["ketamine", "esketamine"];

/// Contraindications known without a pipeline file.
pub const CONTRAINDICATIONS: [&str; 11] = [
    "uncontrolled-hypertension",
    "aneurysmal-disease",
    "intracranial-haemorrhage",
    "raised-intracranial-pressure",
    "psychosis",
    "pregnancy",
    "substance-use",
    "allergy",
    "hepatic-impairment",
    "cystitis",
    "other",
];

/// Reasons for stopping a session early known without a pipeline file.
pub const STOP_REASONS: [&str; 4] = ["side-effects", "patient-request", "equipment", "other"];

/// Codes a record may use where the vocabulary is open to a pipeline file.
#[derive(Debug, Clone, Serialize)]
pub struct Vocabulary {
    /// Instruments by code.
    pub instruments: Instruments,
    /// Drugs in table order.
    pub drugs: Vec<String>,
    /// Contraindications.
    pub contraindications: BTreeSet<String>,
    /// Reasons for stopping a session early.
    pub stop_reasons: BTreeSet<String>,
}

impl Vocabulary {
    /// The shipped vocabulary.
    ///
    /// # Errors
    /// The text of the error in the instrument table; a test shows that the shipped one has none.
    pub fn shipped() -> Result<Self, String> {
        let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        Ok(Self {
            instruments: shipped()?,
            drugs: DRUGS.iter().map(ToString::to_string).collect(),
            contraindications: texts(&CONTRAINDICATIONS),
            stop_reasons: texts(&STOP_REASONS),
        })
    }

    /// An instrument by code.
    #[must_use]
    pub fn instrument(&self, code: &str) -> Option<&Instrument> {
        self.instruments.get(code)
    }

    /// Checks every open code and every score of an event.
    ///
    /// # Errors
    /// The first problem, in field order. For a correction, a reading that fails is no reading; it
    /// is an error only if none is left.
    pub fn check(&self, kind: &mut Kind) -> Result<(), Refusal> {
        match kind {
            Kind::Clinical(data) => self.check_data(data).map_err(|problem| problem.within("data")),
            Kind::Corrected(correction) => {
                let mut first = None;
                correction.readings.retain(|data| match self.check_data(data) {
                    Ok(()) => true,
                    Err(problem) => {
                        first.get_or_insert(problem);
                        false
                    }
                });
                match first {
                    Some(problem) if correction.readings.is_empty() => {
                        Err(problem.within("data.data"))
                    }
                    _ => Ok(()),
                }
            }
            Kind::Retracted(_) | Kind::Withdrawn => Ok(()),
        }
    }

    fn check_data(&self, data: &Data) -> Result<(), Refusal> {
        match data {
            Data::CourseStarted(started) => {
                let screening = started.screening.as_ref();
                let codes = screening.and_then(|screening| screening.contraindications.as_ref());
                for (index, code) in
                    codes.into_iter().flat_map(super::list::CodeSet::as_slice).enumerate()
                {
                    known(&self.contraindications, code, || {
                        format!("screening.contraindications[{index}]")
                    })?;
                }
                Ok(())
            }
            Data::SessionCompleted(session) => self.check_session(session),
            Data::CheckinSubmitted(checkin) => self.check_checkin(checkin),
            Data::SessionMissed(_) | Data::PlanAdjusted(_) | Data::CourseEnded(_) => Ok(()),
        }
    }

    fn check_session(&self, session: &SessionCompleted) -> Result<(), Refusal> {
        if !self.drugs.iter().any(|drug| drug == session.drug.as_str()) {
            return Err(Refusal::new(Reason::UnknownCode, "drug"));
        }
        if let Some(code) = &session.stopped_early {
            known(&self.stop_reasons, code, || "stopped_early".into())?;
        }
        let Some(dissociation) = &session.dissociation else { return Ok(()) };
        let Some(instrument) = self.instrument(dissociation.instrument.as_str()) else {
            return Err(Refusal::new(Reason::UnknownInstrument, "dissociation.instrument"));
        };
        match instrument.score(Some(dissociation.total.get()), None) {
            Ok(_) => Ok(()),
            Err(reason) => Err(Refusal::new(reason, "dissociation.total")),
        }
    }

    fn check_checkin(&self, checkin: &CheckinSubmitted) -> Result<(), Refusal> {
        let measures = checkin.measures.as_ref().map_or(&[][..], |list| list.as_slice());
        for (index, measure) in measures.iter().enumerate() {
            let problem = |field: &str, reason| {
                Err(Refusal::new(reason, format!("measures[{index}]{field}")))
            };
            let code = measure.instrument.as_str();
            let Some(instrument) = self.instrument(code) else {
                return problem(".instrument", Reason::UnknownInstrument);
            };
            if measures[..index].iter().any(|earlier| earlier.instrument.as_str() == code) {
                return problem(".instrument", Reason::DuplicateInstrument);
            }
            let total = measure.total.map(super::number::Num::get);
            if let Err(reason) = instrument.score(total, measure.items()) {
                return problem("", reason);
            }
        }
        Ok(())
    }
}

fn known(
    list: &BTreeSet<String>,
    code: &OpenCode,
    field: impl FnOnce() -> String,
) -> Result<(), Refusal> {
    if list.contains(code.as_str()) {
        Ok(())
    } else {
        Err(Refusal::new(Reason::UnknownCode, field()))
    }
}
