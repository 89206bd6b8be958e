//! A pipeline as it will run: every default explicit, every path and code checked.

use super::analysis::analysis;
use super::calendar;
use super::error::PipelineError;
use super::mappings;
use super::place;
use super::spec::{SourceSpec, Spec};
use super::subject_key::KeySource;
use crate::course::settings::FoldSettings;
use crate::curves::settings::Analysis;
use crate::event::ids::OpenCode;
use crate::event::instrument::{Instrument, shipped_text};
use crate::event::time::TimeBasis;
use crate::event::vocabulary::Vocabulary;
use crate::ingest::sheet::mapping::Mapping;
use crate::ingest::source::{
    Content, EVENT_ENDINGS, Input, OnIdentifier, SHEET_ENDINGS, SourceFile, Unlabelled, label,
};
use crate::privacy::identifier::{Place, find};
use crate::quality::limits::{Limit, Limits};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Default of `min_cell`: the CMS cell-size policy hides 1 to 10.
pub const MIN_CELL: u32 = 11;

/// What a run was asked to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Name of the pipeline.
    pub name: String,
    /// Directory of the store.
    pub store: PathBuf,
    /// Directory of the runs.
    pub out: PathBuf,
    /// Files to read.
    pub sources: Vec<SourceFile>,
    /// Where the key of the second pseudonym is.
    pub subject_key: KeySource,
    /// How long to wait for a store that another run holds.
    pub wait: Duration,
    /// Everything that decides a number.
    pub settings: Settings,
}

/// Everything that decides a number or a word of the outputs; paths do not.
#[derive(Debug, Clone, Serialize)]
pub struct Settings {
    /// Rules of course, baseline and assessment.
    pub fold: FoldSettings,
    /// Rules of the estimates; no instruments means every instrument found.
    pub analysis: Analysis,
    /// Smallest count that may be shown; 0 shows all.
    pub min_cell: u32,
    /// Title of the report.
    pub title: String,
    /// Whose report it is.
    pub organisation: Option<String>,
    /// Whether pseudonyms are made of random words, so that two of them are no name.
    pub word_subjects: bool,
    /// Limits to the quality of the data.
    pub limits: Limits,
    /// Instruments, drugs and open code lists.
    pub vocabulary: Vocabulary,
}

impl Settings {
    /// Hash of everything: 64 hex digits of BLAKE3 over the settings as JSON.
    #[must_use]
    pub fn hash(&self) -> String {
        hash_of(self)
    }

    /// Hash of what decides the facts.
    #[must_use]
    pub fn facts_hash(&self) -> String {
        hash_of(&(&self.fold, &self.vocabulary.instruments))
    }

    /// Hash of what decides whether a record is valid: the vocabulary, the schemas, the gate.
    #[must_use]
    pub fn reading_hash(&self) -> String {
        let schemas: Vec<_> = crate::schema::all_documents().collect();
        hash_of(&(&self.vocabulary, schemas, self.word_subjects))
    }
}

fn hash_of(value: &impl Serialize) -> String {
    let json = serde_json::to_vec(value).unwrap_or_default();
    blake3::hash(&json).to_hex().to_string()
}

/// What the command line says over the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// Pipeline file.
    pub pipeline: Option<PathBuf>,
    /// Directory of the store.
    pub store: Option<PathBuf>,
    /// Directory of the runs.
    pub out: Option<PathBuf>,
    /// Sources named on the command line, instead of the file's.
    pub sources: Vec<PathBuf>,
    /// Time basis of those.
    pub time_basis: Option<TimeBasis>,
    /// Mapping of the sheets among those.
    pub mapping: Option<String>,
    /// Only what is stored is wanted: the file's sources are not looked at.
    pub without_sources: bool,
    /// What the environment says of the key of the second pseudonym.
    pub subject_key: KeySource,
    /// How long to wait for a store that another run holds.
    pub wait: Duration,
}

impl Plan {
    /// Resolves a pipeline file and the command line into a plan.
    ///
    /// # Errors
    /// [`PipelineError::Usage`] for anything wrong in the file or missing on the command line,
    /// [`PipelineError::NoInput`] for a named source that does not exist.
    pub fn resolve(overrides: &Overrides) -> Result<Self, PipelineError> {
        let (spec, base) = match &overrides.pipeline {
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    PipelineError::Usage(format!("cannot read {}: {error}", path.display()))
                })?;
                let spec = Spec::parse(&text).map_err(|error| {
                    PipelineError::Usage(format!("{}, {error}", path.display()))
                })?;
                (spec, path.parent().unwrap_or(Path::new("")).to_owned())
            }
            None => (Spec { name: "default".into(), ..Spec::default() }, PathBuf::new()),
        };
        let in_file = |problem: String| match &overrides.pipeline {
            Some(path) => PipelineError::Usage(format!("{}: {problem}", path.display())),
            None => PipelineError::Usage(problem),
        };
        let vocabulary = vocabulary(&spec).map_err(in_file)?;
        let (fold, analysis) = analysis(&spec.analysis, &vocabulary).map_err(in_file)?;
        let limits = checked(spec.quality).map_err(in_file)?;
        let path = |flag: &Option<PathBuf>, key: &Option<String>| {
            flag.clone().or_else(|| key.as_ref().map(|key| in_base(&base, key)))
        };
        let out = path(&overrides.out, &spec.output.path).unwrap_or_default();
        let store = match (&overrides.store, &spec.store.path) {
            (None, Some(url)) if place::is_url(url) => Some(
                place::of_store(url).map_err(|problem| in_file(format!("[store] {problem}")))?,
            ),
            (flag, key) => path(flag, key),
        };
        let store = store.unwrap_or_default();
        let settings = Settings {
            fold,
            analysis,
            min_cell: spec.disclosure.min_cell.unwrap_or(MIN_CELL),
            title: spec
                .report
                .title
                .clone()
                .unwrap_or_else(|| "Response after each infusion".into()),
            organisation: spec.report.organisation.clone(),
            word_subjects: spec.privacy.word_subjects.unwrap_or_default(),
            limits,
            vocabulary,
        };
        let named =
            spec.sources.iter().map(|source| (shown(Path::new(&source.path)), source.time_basis));
        let named: Vec<(String, TimeBasis)> = named.collect();
        let named = named.iter().map(|(name, basis)| (name.as_str(), *basis));
        calendar::check(&settings.fold, &settings.analysis.filter, named).map_err(in_file)?;
        let key_file = spec.privacy.subject_key_file.as_ref().map(|key| in_base(&base, key));
        Ok(Self {
            name: spec.name.clone(),
            store,
            out,
            sources: if overrides.without_sources {
                Vec::new()
            } else {
                sources(&spec, overrides, &base, &settings.vocabulary)?
            },
            subject_key: KeySource { file: key_file, ..overrides.subject_key.clone() },
            wait: overrides.wait,
            settings,
        })
    }
}

/// A path of the file, relative to it: `pipelines/../out` as `out`, which is what a person would
/// have typed, unless a symbolic link makes the two different places.
fn in_base(base: &Path, key: &str) -> PathBuf {
    let joined = base.join(key);
    let place = |path: &Path| path.ancestors().find_map(|path| path.canonicalize().ok());
    let short = tidy(&joined);
    let up = base.join("..");
    if place(&up) == place(&tidy(&up).join(".")) { short } else { joined }
}

fn tidy(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut tidy = PathBuf::new();
    for part in path.components() {
        let is_name = matches!(tidy.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::ParentDir if is_name => {
                tidy.pop();
            }
            part => tidy.push(part),
        }
    }
    tidy
}

fn vocabulary(spec: &Spec) -> Result<Vocabulary, String> {
    let mut vocabulary = Vocabulary::shipped()?;
    let mut table: toml::Table = toml::from_str(shipped_text()).map_err(|e| e.to_string())?;
    for (code, changes) in &spec.instruments {
        if OpenCode::new(code).is_none() {
            return Err(format!(
                "[instruments.{code}]: a code is lower-case letters, digits and dashes"
            ));
        }
        let mut merged = match table.remove(code) {
            Some(toml::Value::Table(known)) => known,
            _ => toml::Table::new(),
        };
        merged.extend(changes.clone());
        let instrument: Instrument =
            toml::Value::Table(merged).try_into().map_err(|error: toml::de::Error| {
                format!("[instruments.{code}]: {}", error.message())
            })?;
        if instrument.range[0] >= instrument.range[1] {
            return Err(format!("[instruments.{code}]: range must ascend"));
        }
        vocabulary.instruments.insert(code.clone(), instrument);
    }
    for drug in &spec.codes.drugs {
        check_code("drugs", drug)?;
        if !vocabulary.drugs.contains(drug) {
            vocabulary.drugs.push(drug.clone());
        }
    }
    for (key, added, list) in [
        ("contraindications", &spec.codes.contraindications, &mut vocabulary.contraindications),
        ("stop_reasons", &spec.codes.stop_reasons, &mut vocabulary.stop_reasons),
    ] {
        for code in added {
            check_code(key, code)?;
            list.insert(code.clone());
        }
    }
    Ok(vocabulary)
}

fn check_code(key: &str, code: &str) -> Result<(), String> {
    match OpenCode::new(code) {
        Some(_) => Ok(()),
        None => {
            Err(format!("[codes] {key}: `{code}` is not lower-case letters, digits and dashes"))
        }
    }
}

/// Limits are shares.
fn checked(limits: Limits) -> Result<Limits, String> {
    for limit in Limit::ALL {
        if limits.most(*limit).is_some_and(|most| !(0.0..=1.0).contains(&most)) {
            return Err(format!("[quality] {} must be 0 to 1: 0.02 is 2 %", limit.code()));
        }
    }
    Ok(limits)
}

/// Files named on the command line, else those of the pipeline file.
fn sources(
    spec: &Spec,
    overrides: &Overrides,
    base: &Path,
    vocabulary: &Vocabulary,
) -> Result<Vec<SourceFile>, PipelineError> {
    let mut inputs = Vec::new();
    let on_identifier = stated(spec, |source| source.on_identifier.unwrap_or(DEFAULT_PENALTY));
    let on_identifier = on_identifier.unwrap_or(DEFAULT_PENALTY);
    let mapping = match (&overrides.mapping, stated(spec, |source| source.mapping.clone())) {
        (Some(mapping), _) => Some(mappings::read(mapping, Path::new(""), vocabulary)?),
        (None, Some(Some(mapping))) => Some(mappings::read(&mapping, base, vocabulary)?),
        (None, _) => None,
    };
    for path in &overrides.sources {
        let basis = overrides.time_basis.or_else(|| stated(spec, |source| source.time_basis));
        let basis = basis.ok_or_else(|| {
            PipelineError::Usage(
                "--time-basis is missing: say whether the times are actual, shifted or relative"
                    .into(),
            )
        })?;
        for (input, mapping) in inputs_of(path, mapping.as_ref())? {
            inputs.push(Unlabelled { input, basis, on_identifier, mapping });
        }
    }
    if overrides.sources.is_empty() {
        for source in &spec.sources {
            let on_identifier = source.on_identifier.unwrap_or(DEFAULT_PENALTY);
            let basis = source.time_basis;
            let mapping = source.mapping.as_ref();
            let mapping = mapping.map(|m| mappings::read(m, base, vocabulary)).transpose()?;
            let path = match source.path.as_str() {
                "-" => PathBuf::from("-"),
                path => base.join(path),
            };
            for (input, mapping) in inputs_of(&path, mapping.as_ref())? {
                inputs.push(Unlabelled { input, basis, on_identifier, mapping });
            }
        }
    }
    Ok(label(inputs))
}

/// An input, with its mapping if it is a sheet.
type Mapped = (Input, Option<Arc<Mapping>>);

/// What a path names: standard input is a sheet where there is a mapping, a file by its ending.
fn inputs_of(path: &Path, mapping: Option<&Arc<Mapping>>) -> Result<Vec<Mapped>, PipelineError> {
    if path.as_os_str() == "-" {
        return Ok(vec![(Input::Stdin, mapping.cloned())]);
    }
    let mut inputs = Vec::new();
    for file in files(path)? {
        let mapping = match Content::of(&file) {
            Some(Content::Sheet) if mapping.is_none() => {
                return Err(PipelineError::Usage(format!(
                    "source {} is a sheet and needs a mapping: the key `mapping` of its source, or \
                     --mapping; `afterdose map init` proposes one",
                    shown(&file)
                )));
            }
            Some(Content::Sheet) => mapping.cloned(),
            _ => None,
        };
        inputs.push((Input::File(file), mapping));
    }
    Ok(inputs)
}

/// What becomes of a file with an identifier, where nothing is said.
const DEFAULT_PENALTY: OnIdentifier = OnIdentifier::RefuseFile;

/// What all sources of a pipeline file say alike holds for files named on the command line too.
fn stated<T: PartialEq>(spec: &Spec, say: impl Fn(&SourceSpec) -> T) -> Option<T> {
    let mut said = spec.sources.iter().map(say);
    let first = said.next()?;
    said.all(|other| other == first).then_some(first)
}

/// The last part of a path as messages may name it: a file, like the folders above it, may be
/// called after whoever is in it.
fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if find(&name, Place::File).is_none() { name.into_owned() } else { "(name withheld)".into() }
}

/// The files a path or glob names. A path that names one file must exist; a glob may match none.
fn files(path: &Path) -> Result<Vec<PathBuf>, PipelineError> {
    let shown = shown(path);
    let no_input = |problem: String| PipelineError::NoInput(format!("source {shown} {problem}"));
    let pattern = path.to_str().ok_or_else(|| no_input("has a name that is not UTF-8".into()))?;
    let is_glob = pattern.contains(['*', '?', '[']) && !path.exists();
    if !is_glob {
        if !path.is_file() {
            return Err(no_input("does not exist or is not a file".into()));
        }
        check_ending(path, &no_input)?;
        return Ok(vec![path.to_owned()]);
    }
    let matches = glob::glob(pattern)
        .map_err(|error| PipelineError::Usage(format!("source {shown} is not a glob: {error}")))?;
    let mut found = Vec::new();
    for path in matches {
        let path = path.map_err(|error| no_input(format!("cannot be read: {}", error.error())))?;
        if path.is_file() {
            check_ending(&path, &no_input)?;
            found.push(path);
        }
    }
    Ok(found)
}

fn check_ending(
    path: &Path,
    no_input: &dyn Fn(String) -> PipelineError,
) -> Result<(), PipelineError> {
    if Content::of(path).is_some() {
        return Ok(());
    }
    let endings = [&EVENT_ENDINGS[..], &SHEET_ENDINGS[..]].concat().join(", ");
    Err(no_input(format!("names a file that is none of {endings}")))
}
