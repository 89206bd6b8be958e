//! One field of an event: where its value comes from and how its cells are read.

use super::cell::{Cell, Found, Scalar, Words};
use super::clock::{Clock, StudyClock, has_hour, has_offset, time_of_day, zone};
use super::spec::{FieldSpec, Take};
use super::target::{Kind, Target};
use super::unit::Unit;
use crate::event::refuse::Reason;
use jiff::tz::TimeZone;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What all fields of a mapping share.
pub struct Shared {
    /// Lists of words, by name.
    pub words: BTreeMap<String, Arc<Words>>,
    /// Character between whole and fraction.
    pub decimal: char,
    /// `format` of every time.
    pub format: Option<String>,
    /// `zone` of every time.
    pub zone: Option<String>,
}

/// A field of an event.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its path, as the mapping names it.
    pub path: String,
    /// Where its value goes.
    pub target: Target,
    /// Where its value comes from.
    pub origin: Origin,
}

/// Where the value of a field comes from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// The same in every row.
    Constant(Value),
    /// Cells, by position of their columns.
    Cells(Vec<usize>, Reading),
}

/// How the cells of a field become its value.
#[derive(Debug, Clone)]
pub enum Reading {
    /// One cell is one value.
    One(Scalar),
    /// The cells, joined with dashes.
    Joined(Scalar),
    /// One cell holds a list, with this text between its entries. Entries given by their code
    /// alone name the field that holds it.
    Split(Scalar, String, Option<String>),
    /// Each cell is one entry of a list.
    Each(Scalar),
    /// One of several numbers.
    Extreme(Scalar, Take),
    /// The cells, joined with blanks, are a time.
    Time(Clock),
    /// A study time.
    StudyTime(StudyClock),
}

/// Why cells cannot be read, and which of them is to blame.
pub type Blame = (Reason, usize);

impl Field {
    /// Resolves a field; `column` gives each column its position.
    ///
    /// # Errors
    /// A sentence, if keys exclude each other, are missing, or do not fit what the field holds.
    pub fn resolve(
        path: &str,
        target: Target,
        spec: &FieldSpec,
        shared: &Shared,
        column: &mut dyn FnMut(&str) -> usize,
    ) -> Result<Self, String> {
        let names = match (&spec.column, &spec.columns, &spec.value) {
            (None, None, Some(value)) => {
                return constant(value).map(|value| Self {
                    path: path.to_owned(),
                    target,
                    origin: Origin::Constant(value),
                });
            }
            (Some(name), None, None) => vec![name.clone()],
            (None, Some(names), None) if !names.is_empty() => names.clone(),
            _ => return Err("needs one of `column`, `columns` and `value`".into()),
        };
        if names.iter().any(|name| name.trim().is_empty()) {
            return Err("the name of the column is empty; fill it in".into());
        }
        let reading = reading(path, &target, spec, shared, names.len())?;
        let columns = names.iter().map(|name| column(name)).collect();
        Ok(Self { path: path.to_owned(), target, origin: Origin::Cells(columns, reading) })
    }

    /// Whether it is a field of the data, and not of the envelope.
    #[must_use]
    pub fn is_data(&self) -> bool {
        self.target.steps.len() > 1
    }

    /// Positions of the columns it is read from.
    #[must_use]
    pub fn columns(&self) -> &[usize] {
        match &self.origin {
            Origin::Constant(_) => &[],
            Origin::Cells(columns, _) => columns,
        }
    }

    /// The scalar its cells are read with, where there is one.
    #[must_use]
    pub const fn scalar(&self) -> Option<&Scalar> {
        match &self.origin {
            Origin::Cells(
                _,
                Reading::One(s) | Reading::Split(s, ..) | Reading::Each(s) | Reading::Extreme(s, _),
            ) => Some(s),
            _ => None,
        }
    }

    /// What stands between the entries of a list in one cell.
    #[must_use]
    pub fn between(&self) -> Option<&str> {
        match &self.origin {
            Origin::Cells(_, Reading::Split(_, between, _)) => Some(between),
            _ => None,
        }
    }

    /// Its value in a row.
    ///
    /// # Errors
    /// Why, and the position of the column that is to blame.
    pub fn read(&self, cells: &[Cell]) -> Result<Found, Blame> {
        let (columns, reading) = match &self.origin {
            Origin::Constant(value) => return Ok(Found::Value(value.clone())),
            Origin::Cells(columns, reading) => (columns, reading),
        };
        let first = columns[0];
        let blame = |reason| (reason, first);
        match reading {
            Reading::One(scalar) => scalar.read(&cells[first]).map_err(blame),
            Reading::Split(scalar, between, entry_field) => {
                split(scalar, &cells[first], between, entry_field.as_deref()).map_err(blame)
            }
            Reading::Each(scalar) => each(scalar, columns, cells),
            Reading::Extreme(scalar, take) => extreme(scalar, *take, columns, cells),
            Reading::Joined(scalar) => {
                let Some(text) = joined(columns, cells, "-")? else { return Ok(Found::Missing) };
                scalar.read(&Cell::Text(text)).map_err(blame)
            }
            Reading::Time(clock) => {
                let Some(text) = joined(columns, cells, " ")? else { return Ok(Found::Missing) };
                let time = clock.read(&text).ok_or(blame(Reason::MalformedTime))?;
                Ok(Found::Value(time.into()))
            }
            Reading::StudyTime(clock) => {
                let Some(text) = cells[first].text().map_err(blame)? else {
                    return Ok(Found::Missing);
                };
                let time = clock.read(&text).ok_or(blame(Reason::MalformedTime))?;
                Ok(Found::Value(time.into()))
            }
        }
    }
}

fn constant(value: &Value) -> Result<Value, String> {
    let is_plain = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    let plain = match value {
        Value::Array(values) => values.iter().all(is_plain),
        value => is_plain(value),
    };
    if value == "" {
        return Err("`value` is empty; fill it in".into());
    }
    if plain { Ok(value.clone()) } else { Err("`value` is no plain value".into()) }
}

fn reading(
    path: &str,
    target: &Target,
    spec: &FieldSpec,
    shared: &Shared,
    n_columns: usize,
) -> Result<Reading, String> {
    let kind = target.kind;
    let is_list = matches!(kind, Kind::Texts | Kind::Numbers | Kind::Entries);
    let is_text = matches!(kind, Kind::Text | Kind::Texts | Kind::Entries);
    let is_time = matches!(kind, Kind::Time | Kind::StudyTime);
    only(spec.split.is_some(), is_list && n_columns == 1, "split", "a list in one column")?;
    let has_clock = spec.format.is_some() || spec.zone.is_some() || spec.at.is_some();
    only(has_clock, kind == Kind::Time, "format, zone and at", "`time`")?;
    let has_count = spec.count.is_some() || spec.first.is_some();
    only(has_count, kind == Kind::StudyTime, "count and first", "`studytime`")?;
    only(spec.values.is_some(), !is_time, "values", "codes, numbers, and yes or no")?;
    let has_affix = !spec.prefix.is_empty() || !spec.suffix.is_empty();
    only(has_affix, is_text, "prefix and suffix", "texts")?;
    let is_number = kind == Kind::Number;
    only(spec.take.is_some(), is_number && n_columns > 1, "take", "one number of several columns")?;
    let may_be_several = matches!(path, "id" | "time")
        || matches!(kind, Kind::Texts | Kind::Numbers)
        || spec.take.is_some();
    only(n_columns > 1, may_be_several, "columns", "`time`, `id`, lists, and numbers with `take`")?;
    match kind {
        Kind::Time => return Ok(Reading::Time(clock(spec, shared)?)),
        Kind::StudyTime => {
            let from_one = match spec.first {
                None | Some(0) => false,
                Some(1) => true,
                Some(_) => return Err("first must be 0 or 1".into()),
            };
            return Ok(Reading::StudyTime(StudyClock { unit: spec.count, from_one }));
        }
        _ => {}
    }
    let words = spec.values.as_ref().map(|name| {
        shared.words.get(name).cloned().ok_or_else(|| format!("no list [values.{name}]"))
    });
    let scalar = Scalar {
        kind: match kind {
            Kind::Texts | Kind::Entries => Kind::Text,
            Kind::Numbers => Kind::Number,
            kind => kind,
        },
        words: words.transpose()?,
        prefix: spec.prefix.clone(),
        suffix: spec.suffix.clone(),
        unit: spec.unit.as_deref().map(|unit| Unit::find(unit, path)).transpose()?,
        decimal: shared.decimal,
    };
    Ok(match (is_list, n_columns) {
        (true, 1) => {
            let between = spec.split.clone().filter(|between| !between.is_empty());
            let between = between.ok_or("a list in one column needs `split`")?;
            Reading::Split(scalar, between, target.entry_field.clone())
        }
        (true, _) => Reading::Each(scalar),
        (false, 1) => Reading::One(scalar),
        (false, _) => match spec.take {
            Some(take) => Reading::Extreme(scalar, take),
            None => Reading::Joined(scalar),
        },
    })
}

/// A key that is given must belong to what the field holds.
fn only(is_given: bool, fits: bool, key: &str, for_what: &str) -> Result<(), String> {
    if is_given && !fits { Err(format!("{key}: only for {for_what}")) } else { Ok(()) }
}

fn clock(spec: &FieldSpec, shared: &Shared) -> Result<Clock, String> {
    let format = spec.format.clone().or_else(|| shared.format.clone());
    let zone_text = spec.zone.as_ref().or(shared.zone.as_ref());
    if let Some(format) = &format {
        if format.is_empty() {
            return Err("format is empty; write how the times are written, such as %d/%m/%Y".into());
        }
        if !reads_what_it_writes(format) {
            return Err(format!("format `{format}` is no pattern of strftime that tells a date"));
        }
        if !has_hour(format) && spec.at.is_none() {
            return Err("the format has no time of day; say it with `at`, such as \"12:00\"".into());
        }
    }
    if zone_text.is_none() && !format.as_deref().is_some_and(has_offset) {
        return Err("`zone` is missing, here or under [sheet]: UTC, +01:00 or a rule".into());
    }
    Ok(Clock {
        format,
        zone: zone_text.map(|text| zone(text)).transpose()?,
        at: spec.at.as_deref().map(time_of_day).transpose()?,
    })
}

/// Whether a pattern is one, and tells at least a date: a moment written with it can be read back.
fn reads_what_it_writes(format: &str) -> bool {
    let Ok(moment) = jiff::civil::date(2025, 2, 3).at(9, 30, 0, 0).to_zoned(TimeZone::UTC) else {
        return false;
    };
    let clock = Clock {
        format: Some(format.to_owned()),
        zone: Some(TimeZone::UTC),
        at: Some(jiff::civil::Time::midnight()),
    };
    jiff::fmt::strtime::format(format, &moment).is_ok_and(|text| clock.read(&text).is_some())
}

fn joined(columns: &[usize], cells: &[Cell], between: &str) -> Result<Option<String>, Blame> {
    let mut parts = Vec::with_capacity(columns.len());
    for &column in columns {
        match cells[column].text().map_err(|reason| (reason, column))? {
            Some(text) => parts.push(text),
            None => return Ok(None),
        }
    }
    Ok(Some(parts.join(between)))
}

fn split(
    scalar: &Scalar,
    cell: &Cell,
    between: &str,
    entry_field: Option<&str>,
) -> Result<Found, Reason> {
    let Some(text) = cell.text()? else { return Ok(Found::Missing) };
    let mut values = Vec::new();
    for part in text.split(between).map(str::trim).filter(|part| !part.is_empty()) {
        match scalar.read(&Cell::Text(part.to_owned()))? {
            Found::Value(value) => values.push(match entry_field {
                Some(field) => serde_json::json!({ field: value }),
                None => value,
            }),
            Found::Missing | Found::None => {}
        }
    }
    Ok(Found::Value(values.into()))
}

/// Codes as far as they are given. Of numbers all or none: a list of items with a hole says nothing
/// of what stands behind it.
fn each(scalar: &Scalar, columns: &[usize], cells: &[Cell]) -> Result<Found, Blame> {
    let mut values = Vec::with_capacity(columns.len());
    let mut hole = None;
    for &column in columns {
        match scalar.read(&cells[column]).map_err(|reason| (reason, column))? {
            Found::Value(value) => values.push(value),
            Found::Missing | Found::None => hole = hole.or(Some(column)),
        }
    }
    match hole {
        Some(_) if values.is_empty() => Ok(Found::Missing),
        Some(column) if scalar.kind == Kind::Number => Err((Reason::ScoreMissing, column)),
        _ => Ok(Found::Value(values.into())),
    }
}

fn extreme(scalar: &Scalar, take: Take, columns: &[usize], cells: &[Cell]) -> Result<Found, Blame> {
    let mut best: Option<Value> = None;
    for &column in columns {
        let found = scalar.read(&cells[column]).map_err(|reason| (reason, column))?;
        let Found::Value(value) = found else { continue };
        let is_better = best.as_ref().is_none_or(|best| {
            let order = value.as_f64().partial_cmp(&best.as_f64());
            match take {
                Take::Highest => order.is_some_and(std::cmp::Ordering::is_gt),
                Take::Lowest => order.is_some_and(std::cmp::Ordering::is_lt),
            }
        });
        if is_better {
            best = Some(value);
        }
    }
    Ok(best.map_or(Found::Missing, Found::Value))
}
