//! The settings of fold and estimates: as written in a pipeline file, checked and resolved.

use super::error::unknown;
use super::spec::{AnalysisSpec, DateSpec};
use crate::course::settings::{FoldSettings, Induction};
use crate::curves::settings::{Analysis, Filter, Stratum};
use crate::event::code::Route;
use crate::event::ids::OpenCode;
use crate::event::time::Moment;
use crate::event::vocabulary::Vocabulary;

/// Default of `horizon`.
const HORIZON: usize = 8;
/// Default of `compare_at`.
const COMPARE_AT: usize = 6;
/// Default of `improved_percent`: less than this is no improvement.
const IMPROVED_PERCENT: i64 = 20;
/// Default of `onset_hours`.
const ONSET_HOURS: [i64; 5] = [2, 4, 24, 72, 168];
/// Largest entry of `onset_hours`: 90 days.
const LONGEST_ONSET_HOURS: i64 = 24 * 90;
/// Default of `resamples`.
const RESAMPLES: u32 = 200;
/// Fewest: the 2.5th percentile of fewer is the least of them.
const LEAST_RESAMPLES: u32 = 100;
/// Most resamples.
const MOST_RESAMPLES: u32 = 100_000;
/// Default of `seed`.
const SEED: u64 = 1;
/// Largest horizon: a table has a row an infusion.
const LARGEST_HORIZON: usize = 200;

/// The settings of a pipeline file, with defaults for what it leaves out; else what is wrong with them.
pub(super) fn analysis(
    spec: &AnalysisSpec,
    vocabulary: &Vocabulary,
) -> Result<(FoldSettings, Analysis), String> {
    let mut instruments = Vec::new();
    for code in spec.instruments.iter().flatten() {
        let known = vocabulary.instruments.keys().map(String::as_str);
        match OpenCode::new(code).filter(|_| vocabulary.instrument(code).is_some()) {
            Some(code) if instruments.contains(&code) => {
                return Err(format!("[analysis] instruments: `{code}` is named twice"));
            }
            Some(code) => instruments.push(code),
            None => return Err(unknown("[analysis] instruments", code, known)),
        }
    }
    let names = Stratum::ON_REQUEST.map(Stratum::as_str);
    let mut strata = Vec::new();
    for name in
        spec.strata.clone().unwrap_or_else(|| vec!["indication".into(), "baseline_severity".into()])
    {
        match Stratum::ON_REQUEST.into_iter().find(|stratum| stratum.as_str() == name) {
            Some(stratum) if strata.contains(&stratum) => {
                return Err(format!("[analysis] strata: `{name}` is named twice"));
            }
            Some(stratum) => strata.push(stratum),
            None if Stratum::ALWAYS.iter().any(|stratum| stratum.as_str() == name) => {
                return Err(format!(
                    "[analysis] strata: `{name}` is always made and need not be named"
                ));
            }
            None => return Err(unknown("[analysis] strata", &name, names.into_iter())),
        }
    }
    let routes = Route::ALL.iter().map(|route| route.as_str());
    for route in spec.course_gap_days_by_route.keys().chain(spec.induction_by_route.keys()) {
        if Route::parse(route).is_none() {
            return Err(unknown("[analysis] by_route", route, routes));
        }
    }
    let days = |key: &str, value: Option<i64>, default: i64| match value {
        Some(days) if !(0..=3650).contains(&days) => {
            Err(format!("[analysis] {key} must be 0 to 3650 days"))
        }
        given => Ok(given.unwrap_or(default)),
    };
    let infusion = |key: &str, value: Option<usize>, default: usize| match value {
        Some(k) if !(1..=LARGEST_HORIZON).contains(&k) => {
            Err(format!("[analysis] {key} must be 1 to {LARGEST_HORIZON}"))
        }
        given => Ok(given.unwrap_or(default)),
    };
    let date = |key: &str, value: &Option<DateSpec>| {
        value
            .as_ref()
            .map(|date| micros(date).ok_or_else(|| format!("[analysis] {key} is not a date")))
            .transpose()
    };
    let defaults = FoldSettings::default();
    let induction = spec.induction.unwrap_or_default().over(Induction::default());
    let filter = Filter {
        from_us: date("start_from", &spec.start_from)?,
        before_us: date("start_before", &spec.start_before)?,
        sites: spec.sites.iter().cloned().collect(),
    };
    if filter.from_us.zip(filter.before_us).is_some_and(|(from, before)| from >= before) {
        return Err("[analysis] start_from must lie before start_before".into());
    }
    let fold = FoldSettings {
        baseline_max_age_days: days(
            "baseline_max_age_days",
            spec.baseline_max_age_days,
            defaults.baseline_max_age_days,
        )?,
        course_gap_days: days("course_gap_days", spec.course_gap_days, defaults.course_gap_days)?,
        course_gap_days_by_route: spec.course_gap_days_by_route.clone(),
        followup_days: days("followup_days", spec.followup_days, defaults.followup_days)?,
        induction,
        induction_by_route: spec
            .induction_by_route
            .iter()
            .map(|(route, rule)| (route.clone(), rule.over(induction)))
            .collect(),
        data_cut_us: date("data_cut", &spec.data_cut)?,
    };
    let horizon = infusion("horizon", spec.horizon, HORIZON)?;
    let compare_at = infusion("compare_at", spec.compare_at, COMPARE_AT)?;
    let go_on_by = spec.go_on_by.clone().unwrap_or_else(|| {
        // Nobody can be followed from an infusion before the first.
        [compare_at, horizon].into_iter().filter(|by| *by > 1).collect()
    });
    let improved_percent = spec.improved_percent.unwrap_or(IMPROVED_PERCENT);
    if !(1..=100).contains(&improved_percent) {
        return Err("[analysis] improved_percent must be 1 to 100".into());
    }
    let resamples = spec.resamples.unwrap_or(RESAMPLES);
    if resamples > MOST_RESAMPLES || (1..LEAST_RESAMPLES).contains(&resamples) {
        return Err(format!(
            "[analysis] resamples must be 0 (no intervals) or {LEAST_RESAMPLES} to {MOST_RESAMPLES}"
        ));
    }
    let analysis = Analysis {
        instruments,
        horizon,
        compare_at,
        improved_percent,
        go_on_by: ascending("go_on_by", go_on_by, 2..=LARGEST_HORIZON)?,
        onset_hours: ascending(
            "onset_hours",
            spec.onset_hours.clone().unwrap_or_else(|| ONSET_HOURS.to_vec()),
            1..=LONGEST_ONSET_HOURS,
        )?,
        resamples,
        seed: spec.seed.unwrap_or(SEED),
        strata,
        filter,
    };
    Ok((fold, analysis))
}

/// A list of whole numbers in a range, in ascending order, each once.
fn ascending<T: Copy + Ord + std::fmt::Display>(
    key: &str,
    mut list: Vec<T>,
    range: std::ops::RangeInclusive<T>,
) -> Result<Vec<T>, String> {
    if list.iter().any(|value| !range.contains(value)) {
        return Err(format!("[analysis] {key} must be {} to {}", range.start(), range.end()));
    }
    list.sort_unstable();
    list.dedup();
    Ok(list)
}

/// A date is its UTC midnight.
fn micros(date: &DateSpec) -> Option<i64> {
    let text = match date {
        DateSpec::Bare(date) => date.to_string(),
        DateSpec::Quoted(text) => text.clone(),
    };
    let text = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text };
    Moment::from_rfc3339(&text).ok().map(|moment| moment.micros)
}
