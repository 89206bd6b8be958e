//! A pipeline file as written: every key optional but a few, unknown keys refused by name.

use crate::course::settings::Induction;
use crate::event::time::TimeBasis;
use crate::event::toml_file;
use crate::ingest::source::OnIdentifier;
use crate::quality::limits::Limits;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// What the pipeline is called.
    pub name: String,
    /// Where the events are kept.
    #[serde(default)]
    pub store: StoreSpec,
    /// What is read.
    #[serde(default)]
    pub sources: Vec<SourceSpec>,
    /// What is estimated.
    #[serde(default)]
    pub analysis: AnalysisSpec,
    /// Limits to the quality of the data; none is set unless named.
    #[serde(default)]
    pub quality: Limits,
    /// What the report says of itself.
    #[serde(default)]
    pub report: ReportSpec,
    /// What may be shown.
    #[serde(default)]
    pub disclosure: DisclosureSpec,
    /// How subjects are treated at the gate.
    #[serde(default)]
    pub privacy: PrivacySpec,
    /// Where runs are published.
    #[serde(default)]
    pub output: OutputSpec,
    /// Instruments replaced or added, by code; the keys of the instrument table.
    #[serde(default)]
    pub instruments: BTreeMap<String, toml::Table>,
    /// Codes added to the open lists.
    #[serde(default)]
    pub codes: CodesSpec,
}

/// `[store]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreSpec {
    /// Directory.
    pub path: Option<String>,
}

/// `[[sources]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSpec {
    /// File or glob.
    pub path: String,
    /// What its times are; there is no default.
    pub time_basis: TimeBasis,
    /// What to do about an identifier.
    pub on_identifier: Option<OnIdentifier>,
    /// How the rows of sheets become events: a mapping file, or the name of a shipped one.
    pub mapping: Option<String>,
}

/// `[analysis]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalysisSpec {
    /// Instruments in table order; absent: every instrument found.
    pub instruments: Option<Vec<String>>,
    /// The last infusion number reported.
    pub horizon: Option<usize>,
    /// The infusion at which routes are compared.
    pub compare_at: Option<usize>,
    /// Better by this share of the baseline, in percent, is improved.
    pub improved_percent: Option<i64>,
    /// Infusions by which people at a landmark are followed.
    pub go_on_by: Option<Vec<usize>>,
    /// Ends of the windows after the first dose, in hours.
    pub onset_hours: Option<Vec<i64>>,
    /// Resamples of people for the intervals of adjusted differences.
    pub resamples: Option<u32>,
    /// Seed of the resamples.
    pub seed: Option<u64>,
    /// Oldest baseline, days.
    pub baseline_max_age_days: Option<i64>,
    /// Longest gap inside a course, days.
    pub course_gap_days: Option<i64>,
    /// The same for single routes.
    #[serde(default)]
    pub course_gap_days_by_route: BTreeMap<String, i64>,
    /// Longest time from a session to its score, days.
    pub followup_days: Option<i64>,
    /// Strata besides those always made.
    pub strata: Option<Vec<String>>,
    /// When induction ends.
    pub induction: Option<InductionSpec>,
    /// The same for single routes.
    #[serde(default)]
    pub induction_by_route: BTreeMap<String, InductionSpec>,
    /// Courses whose session 1 is at or after this UTC midnight.
    pub start_from: Option<DateSpec>,
    /// Courses whose session 1 is before this UTC midnight.
    pub start_before: Option<DateSpec>,
    /// Sources of session 1.
    #[serde(default)]
    pub sites: Vec<String>,
    /// Events later than this do not count.
    pub data_cut: Option<DateSpec>,
}

/// Induction rule; absent keys keep their default.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InductionSpec {
    /// Longest gap inside induction, days.
    pub gap_days: Option<i64>,
    /// Most sessions.
    pub sessions: Option<usize>,
    /// Last day, session 1 being day 0.
    pub days: Option<i64>,
}

impl InductionSpec {
    /// The rule, with `default` where a key is absent.
    #[must_use]
    pub fn over(self, default: Induction) -> Induction {
        Induction {
            gap_days: self.gap_days.unwrap_or(default.gap_days),
            sessions: self.sessions.unwrap_or(default.sessions),
            days: self.days.unwrap_or(default.days),
        }
    }
}

/// A date, with or without quotes, or a time with offset.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum DateSpec {
    /// Bare TOML date or time.
    Bare(toml::value::Datetime),
    /// In quotes.
    Quoted(String),
}

/// `[report]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportSpec {
    /// Title.
    pub title: Option<String>,
    /// Whose report it is.
    pub organisation: Option<String>,
}

/// `[disclosure]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosureSpec {
    /// Smallest count that may be shown; 0 shows all.
    pub min_cell: Option<u32>,
}

/// `[privacy]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivacySpec {
    /// File with the key of the second pseudonym.
    pub subject_key_file: Option<String>,
    /// Whether pseudonyms are made of random words.
    pub word_subjects: Option<bool>,
}

/// `[output]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputSpec {
    /// Directory.
    pub path: Option<String>,
}

/// `[codes]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodesSpec {
    /// Drugs besides ketamine and esketamine.
    #[serde(default)]
    pub drugs: Vec<String>,
    /// Contraindications besides the shipped ones.
    #[serde(default)]
    pub contraindications: Vec<String>,
    /// Reasons for stopping a session early besides the shipped ones.
    #[serde(default)]
    pub stop_reasons: Vec<String>,
}

impl Spec {
    /// Reads a pipeline file.
    ///
    /// # Errors
    /// A sentence with line, key and, for an unknown key, the nearest known one.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml_file::read(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_name_the_nearest_known_one() {
        let error = Spec::parse("name = \"x\"\n[analysis]\nhorizn = 3\n").expect_err("unknown");
        assert_eq!(error, "line 3: unknown key `horizn`; did you mean `horizon`?");
        let error =
            Spec::parse("name = \"x\"\n[[sources]]\npath = \"a\"\ntime_basis = \"actul\"\n");
        assert_eq!(
            error.expect_err("unknown"),
            "line 4: unknown value `actul`; did you mean `actual`?"
        );
    }

    #[test]
    fn dates_may_be_bare_or_quoted() {
        let text =
            "name = \"x\"\n[analysis]\nstart_from = 2025-01-01\nstart_before = \"2025-02-01\"\n";
        assert!(Spec::parse(text).is_ok());
    }
}
