//! What is asked, from words to codes. An unknown word is refused with the nearest known one.

use crate::curves::route::RouteRow;
use crate::curves::settings::Stratum;
use crate::event::code::Route;
use crate::event::ids::OpenCode;
use crate::event::instrument::Instrument;
use crate::pipeline::error::{PipelineError, unknown};
use crate::pipeline::plan::Settings;
use crate::schema::dictionary::Dictionary;

/// What is asked, in words.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Table.
    pub table: String,
    /// Instrument.
    pub instrument: String,
    /// Stratum, `all` for the whole.
    pub stratum: String,
    /// Level of it, `all` for the whole.
    pub level: String,
    /// Route, `all` or `mixed`.
    pub route: String,
    /// Infusion number; of one person, `None` is every one.
    pub infusion: Option<usize>,
    /// Pseudonym of the one person that is asked about.
    pub subject: Option<String>,
}

/// A table whose cells can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explainable {
    /// `response_by_infusion`.
    ResponseByInfusion,
    /// `cumulative_response`.
    CumulativeResponse,
}

impl Explainable {
    /// Both.
    pub const ALL: [Self; 2] = [Self::ResponseByInfusion, Self::CumulativeResponse];

    /// The name of the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ResponseByInfusion => "response_by_infusion",
            Self::CumulativeResponse => "cumulative_response",
        }
    }

    fn read(name: &str) -> Result<Self, PipelineError> {
        if let Some(table) = Self::ALL.into_iter().find(|table| table.as_str() == name) {
            return Ok(table);
        }
        let names = Self::ALL.map(Self::as_str);
        let published = Dictionary::shipped().map_err(PipelineError::make("the dictionary"))?;
        if published.tables.iter().any(|table| table.name == name) {
            return Err(PipelineError::Usage(format!(
                "--table: the cells of `{name}` are not explained; those of {} are",
                names.join(" and ")
            )));
        }
        Err(PipelineError::Usage(unknown("--table", name, names.into_iter())))
    }
}

/// What is asked, in codes. Whether the level exists is known once the people are.
#[derive(Debug, Clone)]
pub(super) struct Question<'a> {
    pub(super) table: Explainable,
    pub(super) code: OpenCode,
    pub(super) instrument: &'a Instrument,
    pub(super) stratum: Stratum,
    pub(super) route: RouteRow,
}

impl<'a> Question<'a> {
    /// Reads what is asked, under the settings of a pipeline.
    ///
    /// # Errors
    /// [`PipelineError::Usage`] for a table, instrument, stratum or route that is not known, or that
    /// the pipeline does not report, and for an infusion beyond the horizon.
    pub(super) fn read(asked: &Asked, settings: &'a Settings) -> Result<Self, PipelineError> {
        let table = Explainable::read(&asked.table)?;
        let (code, instrument) = instrument(&asked.instrument, settings)?;
        if table == Explainable::CumulativeResponse && instrument.response.is_none() {
            return Err(PipelineError::Usage(format!(
                "--instrument: no response rule is agreed for `{code}`, so that `{}` has no rows \
                 of it",
                table.as_str()
            )));
        }
        let stratum = stratum(&asked.stratum, settings)?;
        if stratum != Stratum::All && asked.level == ALL {
            return Err(PipelineError::Usage(format!(
                "--level is missing: which level of `{}`",
                asked.stratum
            )));
        }
        let horizon = settings.analysis.horizon;
        match asked.infusion {
            Some(k) if !(1..=horizon).contains(&k) => Err(PipelineError::Usage(format!(
                "--infusion: {k} is not from 1 to {horizon}, the last infusion reported"
            ))),
            None if asked.subject.is_none() => Err(PipelineError::Usage(
                "--infusion is missing: only one person (--subject) is explained at all infusions"
                    .into(),
            )),
            _ => Ok(Self { table, code, instrument, stratum, route: route(&asked.route)? }),
        }
    }
}

/// What is not split.
pub(super) const ALL: &str = "all";

fn instrument<'a>(
    name: &str,
    settings: &'a Settings,
) -> Result<(OpenCode, &'a Instrument), PipelineError> {
    let known = settings.vocabulary.instruments.keys().map(String::as_str);
    let found = OpenCode::new(name).zip(settings.vocabulary.instrument(name));
    let Some((code, instrument)) = found else {
        return Err(PipelineError::Usage(unknown("--instrument", name, known)));
    };
    let reported = &settings.analysis.instruments;
    if !reported.is_empty() && !reported.contains(&code) {
        let reported: Vec<&str> = reported.iter().map(OpenCode::as_str).collect();
        return Err(PipelineError::Usage(format!(
            "--instrument: the pipeline does not report `{name}`, only {}",
            reported.join(", ")
        )));
    }
    Ok((code, instrument))
}

fn stratum(name: &str, settings: &Settings) -> Result<Stratum, PipelineError> {
    let Some(found) = Stratum::of(name) else {
        let names = Stratum::all().map(Stratum::as_str);
        return Err(PipelineError::Usage(unknown("--stratum", name, names)));
    };
    if !Stratum::ALWAYS.contains(&found) && !settings.analysis.strata.contains(&found) {
        return Err(PipelineError::Usage(format!(
            "--stratum: the pipeline does not split by `{name}`; name it under [analysis] strata"
        )));
    }
    Ok(found)
}

fn route(name: &str) -> Result<RouteRow, PipelineError> {
    let codes = Route::ALL.iter().copied().map(RouteRow::One);
    let mut all = [RouteRow::All].into_iter().chain(codes).chain([RouteRow::Mixed]);
    let names = all.clone().map(RouteRow::as_str);
    let found = all.find(|route| route.as_str() == name);
    found.ok_or_else(|| PipelineError::Usage(unknown("--route", name, names)))
}
