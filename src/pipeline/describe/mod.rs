//! What the report says of itself: period, settings, methods and lineage, in words.

pub mod methods;
pub mod settings;

use super::accounts::SourceAccount;
use super::estimates::Estimates;
use super::facts::Folded;
use super::manifest::Total;
use super::mark::Mark;
use super::plan::Settings;
use crate::charts::marking::Marking;
use crate::curves::settings::Analysis;
use crate::event::ids::OpenCode;
use crate::event::time::{Moment, TimeBasis};
use crate::report::document::{AccountRow, Fact, InstrumentNote, Words};
use crate::table::Table;
use std::collections::BTreeSet;

/// Everything the report says of itself.
#[must_use]
pub fn words(
    settings: &Settings,
    estimates: &Estimates,
    accounts: &[SourceAccount],
    marking: Marking,
    period: String,
    lineage: Vec<Fact>,
) -> Words {
    Words {
        title: settings.title.clone(),
        organisation: settings.organisation.clone(),
        period,
        marking,
        min_cell: settings.min_cell,
        compare_at: i64::try_from(estimates.analysis.compare_at).unwrap_or(i64::MAX),
        limits_passed: marks(settings, &estimates.marks),
        account: accounts.iter().map(account).collect(),
        total: total(Total::of(accounts)),
        settings: settings::all(settings, &estimates.analysis),
        instruments: instruments(settings, estimates),
        methods: methods::all(settings, &estimates.analysis),
        lineage,
    }
}

/// The period the report covers, in words.
#[must_use]
pub fn period(analysis: &Analysis) -> String {
    let day = |micros: i64| Moment::calendar(micros).to_text()[..10].to_owned();
    let filter = &analysis.filter;
    let period = match (filter.from_us, filter.before_us) {
        (None, None) => "All courses in the store".to_owned(),
        (Some(from), None) => format!("Courses begun on or after {}", day(from)),
        (None, Some(before)) => format!("Courses begun before {}", day(before)),
        (Some(from), Some(before)) => {
            format!("Courses begun from {} until before {}", day(from), day(before))
        }
    };
    match filter.sites.len() {
        0 => period,
        1 => format!("{period}, at one site"),
        n => format!("{period}, at {n} sites"),
    }
}

/// The instruments with the values that were used, in the order of the report: that of the pipeline
/// or, where it names none, from the one that says the most: by the most people with a baseline who
/// were scored after one infusion. Of disclosed numbers, so that the order tells no more than the
/// tables do; where all of them are hidden an instrument comes last. Ties stand in code order.
#[must_use]
pub fn instruments(settings: &Settings, estimates: &Estimates) -> Vec<InstrumentNote> {
    let known = |code: &OpenCode| {
        let instrument = settings.vocabulary.instrument(code.as_str())?;
        Some(InstrumentNote::of(code.as_str(), instrument))
    };
    let mut notes: Vec<InstrumentNote> =
        estimates.analysis.instruments.iter().filter_map(known).collect();
    if settings.analysis.instruments.is_empty() {
        let response = estimates.tables.response.get();
        notes.sort_by_key(|note| std::cmp::Reverse(most_scored(response, &note.code)));
    }
    notes
}

/// The most people with a baseline whom a table shows as scored after one infusion; 0 where all is
/// hidden.
fn most_scored(response: &Table, code: &str) -> i64 {
    let is_its = |row: &usize| {
        response.text(*row, "instrument") == code && response.text(*row, "stratum") == "all"
    };
    let scored = |row| response.int(row, "n_observed");
    (0..response.n_rows()).filter(is_its).filter_map(scored).max().unwrap_or_default()
}

/// The limits that were passed, a sentence each.
#[must_use]
pub fn marks(settings: &Settings, marks: &[Mark]) -> Vec<String> {
    let name = |code: &String| Some(settings.vocabulary.instrument(code)?.name.as_str());
    marks.iter().map(|mark| mark.in_words(mark.instrument.as_ref().and_then(name))).collect()
}

/// Row accounts for the report.
#[must_use]
pub fn account(account: &SourceAccount) -> AccountRow {
    let mut notes = Vec::new();
    if account.refused {
        notes.push("refused whole: identifier found".to_owned());
    }
    if account.truncated {
        notes.push("broke off midway".to_owned());
    }
    if account.conflicting > 0 {
        notes.push(format!("{} with a known key and other content", account.conflicting));
    }
    AccountRow {
        file: account.file.clone(),
        digest: account.blake3.clone(),
        time_basis: account.time_basis.as_str().into(),
        read: account.read,
        accepted: account.accepted,
        duplicate: account.duplicate,
        rejected: account.rejected,
        note: notes.join("; "),
    }
}

/// The account of all sources together.
#[must_use]
pub fn total(total: Total) -> AccountRow {
    AccountRow {
        file: "all sources".into(),
        read: total.read,
        accepted: total.accepted,
        duplicate: total.duplicate,
        rejected: total.rejected,
        ..AccountRow::default()
    }
}

/// Where the numbers come from.
#[must_use]
pub fn lineage(
    run_id: &str,
    made_at: &str,
    store_version: u64,
    settings: &Settings,
    folded: &Folded,
    accounts: &[SourceAccount],
) -> Vec<Fact> {
    let fact = |label: &str, value: String| Fact { label: label.into(), value };
    let bases: BTreeSet<TimeBasis> = accounts.iter().map(|account| account.time_basis).collect();
    let mut facts = vec![
        fact("Run", run_id.into()),
        fact("Made at", made_at.into()),
        fact("Program", PROGRAM.into()),
        fact("Store version", store_version.to_string()),
        fact("Events in the store", folded.n_events.to_string()),
        fact("Settings hash", settings.hash()),
    ];
    facts.extend(bases.into_iter().map(|basis| fact("Times", status(basis).into())));
    facts
}

/// How the people of the store are named.
#[must_use]
pub fn pseudonyms(is_keyed: bool) -> Fact {
    let value = if is_keyed {
        "a second pseudonym, made with a secret key from the one that was sent"
    } else {
        "as sent"
    };
    Fact { label: "Pseudonyms".into(), value: value.into() }
}

/// That the run is about the past; `words` say of what.
#[must_use]
pub fn as_of(words: &str) -> Fact {
    let value = format!("about the past, {words}");
    Fact { label: "As of".into(), value }
}

/// Program and version, as manifests and reports name it.
pub const PROGRAM: &str = concat!("afterdose ", env!("CARGO_PKG_VERSION"));

/// What a time basis means for the status of the data.
const fn status(basis: TimeBasis) -> &'static str {
    match basis {
        TimeBasis::Actual => {
            "actual: real dates make the feed at best a limited data set (45 CFR 164.514(e)); store \
             and facts are protected information"
        }
        TimeBasis::Shifted => {
            "shifted: one secret shift a person; needs an expert's determination (45 CFR 164.514(b)(1))"
        }
        TimeBasis::Relative => {
            "relative: study times without dates; can meet Safe Harbor (45 CFR 164.514(b)(2))"
        }
    }
}
