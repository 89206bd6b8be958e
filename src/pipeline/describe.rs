//! What the report says of itself: settings, methods and lineage, in words.

use super::accounts::SourceAccount;
use super::facts::Folded;
use super::manifest::Total;
use super::plan::Settings;
use crate::course::settings::{FoldSettings, Induction};
use crate::curves::settings::{Analysis, Stratum};
use crate::event::ids::OpenCode;
use crate::event::time::{Moment, TimeBasis};
use crate::report::document::{AccountRow, Fact, InstrumentNote, Method, Setting};
use std::collections::BTreeSet;

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

/// Every setting as resolved.
#[must_use]
pub fn settings(settings: &Settings, analysis: &Analysis) -> Vec<Setting> {
    let fold = &settings.fold;
    let instruments: Vec<&str> = analysis.instruments.iter().map(OpenCode::as_str).collect();
    let strata: Vec<&str> = analysis.strata.iter().map(|stratum| stratum.as_str()).collect();
    let sites: Vec<&str> = analysis.filter.sites.iter().map(String::as_str).collect();
    let date = |micros: Option<i64>| {
        micros.map_or_else(|| "none".to_owned(), |micros| Moment::calendar(micros).to_text())
    };
    let by_route =
        |rules: Vec<String>| if rules.is_empty() { "none".into() } else { rules.join(", ") };
    let mut list = Vec::new();
    let mut say = |key: &str, value: String, meaning: &str| {
        list.push(Setting { key: key.into(), value, meaning: meaning.into() });
    };
    say("instruments", instruments.join(", "), "Instruments reported");
    say("horizon", analysis.horizon.to_string(), "The last infusion number reported");
    say(
        "baseline_max_age_days",
        fold.baseline_max_age_days.to_string(),
        "Oldest score, in whole days before session 1, that is a baseline",
    );
    say(
        "course_gap_days",
        fold.course_gap_days.to_string(),
        "A longer gap between sessions, in whole days, begins a new course",
    );
    let gaps = fold.course_gap_days_by_route.iter();
    say(
        "course_gap_days_by_route",
        by_route(gaps.map(|(route, days)| format!("{route} {days}")).collect()),
        "The same for single routes",
    );
    say(
        "followup_days",
        fold.followup_days.to_string(),
        "Latest score, in whole days after a session, that counts for it",
    );
    say("induction", induction(fold.induction), "When induction ends, whichever comes first");
    let rules = fold.induction_by_route.iter();
    say(
        "induction_by_route",
        by_route(rules.map(|(route, rule)| format!("{route}: {}", induction(*rule))).collect()),
        "The same for single routes",
    );
    say("strata", strata.join(", "), "Split by these, besides drug, phase and course order");
    say("start_from", date(analysis.filter.from_us), "Courses begun at or after this moment");
    say("start_before", date(analysis.filter.before_us), "Courses begun before this moment");
    let sites = if sites.is_empty() { "all".into() } else { sites.join(", ") };
    say("sites", sites, "Sites of the courses");
    say("data_cut", date(fold.data_cut_us), "Events after this moment do not count");
    say(
        "min_cell",
        settings.min_cell.to_string(),
        "The smallest count of people that is shown; 0 shows all",
    );
    list
}

fn induction(rule: Induction) -> String {
    format!("gap above {} days, {} sessions, or day {}", rule.gap_days, rule.sessions, rule.days)
}

/// The instruments with the values that were used.
#[must_use]
pub fn instruments(settings: &Settings, analysis: &Analysis) -> Vec<InstrumentNote> {
    let known = |code: &OpenCode| {
        let instrument = settings.vocabulary.instrument(code.as_str())?;
        Some(InstrumentNote::of(code.as_str(), instrument))
    };
    analysis.instruments.iter().filter_map(known).collect()
}

/// Every definition a number of the report rests on, with the values used.
#[must_use]
pub fn methods(settings: &Settings, analysis: &Analysis) -> Vec<Method> {
    let FoldSettings { baseline_max_age_days, course_gap_days, followup_days, .. } = settings.fold;
    let method = |name: &str, text: String, reference: &str| Method {
        name: name.into(),
        text,
        reference: reference.into(),
    };
    let mut methods = vec![
        method(
            "Course",
            format!(
                "A person's completed sessions with no gap above {course_gap_days} whole days and no \
                 recorded end between them. Each person counts once, with the first course in the \
                 store; later courses stand in the stratum course_order alone. A course that began \
                 before the data (first stored session declared maintenance, or numbered above 1) is \
                 left out and counted in the flow. A day is 24 hours; times are UTC."
            ),
            "",
        ),
        method(
            "Infusion number",
            "Completed sessions of the course in time order, from 1, whatever the route calls them. \
             Route and drug of a course are those of session 1; a course with sessions of several \
             routes stands under that route and once more under mixed, which adds to no sum."
                .into(),
            "",
        ),
        method(
            "Baseline",
            format!(
                "The last score at or before the start of session 1, at most {baseline_max_age_days} \
                 whole days old. Without one a person stands in no response figure. A baseline of 0 \
                 on a scale where lower is better leaves no room to respond and is left out too."
            ),
            "",
        ),
        method(
            "Assessment after infusion k",
            format!(
                "The last score after the start of session k, at or before the start of session k+1, \
                 and at most {followup_days} whole days after session k."
            ),
            "",
        ),
        method(
            "Response",
            "At least the fall, or the points, of the instrument table below, decided in exact \
             arithmetic: an exact half is a response, 49.9 % is not."
                .into(),
            "McInnes 2022, doi 10.1016/j.jad.2021.12.097",
        ),
        method(
            "Remission",
            "At or beyond the instrument's line, whatever the baseline, so that remission without \
             response exists. n_above_line counts those observed who began beyond the line, and \
             remitters_above_line those of them in remission."
                .into(),
            "",
        ),
        method(
            "Three denominators",
            "Observed: everyone scored after infusion k. NRI: everyone enrolled (with a baseline), a \
             missing score is no response; a lower bound. LOCF: the last assessment after any \
             infusion up to k, none is no response. Someone whose course is running and has not come \
             to infusion k is not yet due, and stands in neither part of NRI and LOCF at k."
                .into(),
            "",
        ),
        method(
            "Running course",
            format!(
                "No recorded end, and the last session at most {course_gap_days} days before the data \
                 cut of its source, which is that source's latest session or check-in. Sources \
                 without real dates have no data cut, and none of their courses counts as running."
            ),
            "",
        ),
        method(
            "Phase",
            format!(
                "Induction ends at the first {}, or with a session declared maintenance; a session \
                 declared induction extends it. The level induction repeats the curve on induction \
                 sessions alone.",
                induction(settings.fold.induction)
            ),
            "",
        ),
        method(
            "Interval of a rate",
            "Wilson score interval, 95 %, without continuity correction; z = 1.959963984540054.".into(),
            "Wilson 1927, doi 10.1080/01621459.1927.10502953",
        ),
        method(
            "Interval of a mean change",
            "Student's t, 95 %, n - 1 degrees of freedom; none for a single person. Change is score \
             minus baseline; SDs have n - 1 in the denominator."
                .into(),
            "Student 1908, doi 10.1093/biomet/6.1.1",
        ),
    ];
    if analysis.strata.contains(&Stratum::BaselineSeverity) {
        methods.push(method(
            "Baseline severity",
            "The severity band of the baseline, by the instrument table below; an instrument without \
             bands has no such stratum."
                .into(),
            "",
        ));
    }
    methods.push(disclosure(settings.min_cell));
    methods
}

fn disclosure(min_cell: u32) -> Method {
    let text = match min_cell {
        0 => "Disclosure control is off (min_cell = 0): every count is shown and nothing is rounded. \
              Internal, do not share."
            .to_owned(),
        n => format!(
            "Counts of 1 to {} people are hidden, and with them whatever would give them back: parts \
             whose rest is that small, the larger of two counts whose difference is, rates and \
             intervals computed from a hidden count, and, among counts that add up, as many more as it \
             takes until none follows from the others. Rates are rounded to 2 decimals, means to 1, \
             half to even.",
            n - 1
        ),
    };
    Method {
        name: "Small groups".into(),
        text,
        reference: "CMS cell-size suppression policy, resdac.org".into(),
    }
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
