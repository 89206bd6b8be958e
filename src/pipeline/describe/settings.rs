//! Every setting as resolved, with what it does.

use crate::course::settings::Induction;
use crate::curves::settings::Analysis;
use crate::event::ids::OpenCode;
use crate::event::time::Moment;
use crate::pipeline::plan::Settings;
use crate::quality::limits::Limit;
use crate::report::document::Setting;

/// Every setting as resolved.
#[must_use]
pub fn all(settings: &Settings, analysis: &Analysis) -> Vec<Setting> {
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
    say("compare_at", analysis.compare_at.to_string(), "The infusion at which routes are compared");
    let joined = |values: &[String]| values.join(", ");
    let go_on_by: Vec<String> = analysis.go_on_by.iter().map(ToString::to_string).collect();
    let hours: Vec<String> = analysis.onset_hours.iter().map(ToString::to_string).collect();
    say(
        "improved_percent",
        analysis.improved_percent.to_string(),
        "Better by at least this percentage of the baseline is improved",
    );
    say(
        "go_on_by",
        joined(&go_on_by),
        "Infusions by which people are followed after each infusion",
    );
    say(
        "resamples",
        analysis.resamples.to_string(),
        "Resamples of people for the intervals of adjusted differences; 0 for none",
    );
    say("seed", analysis.seed.to_string(), "Seed of the resamples");
    say("onset_hours", joined(&hours), "Ends of the windows after the first dose, in hours");
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
    say(
        "strata",
        strata.join(", "),
        "Split by these, besides drug, phase, course order and the fixed cohort",
    );
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
    let words = if settings.word_subjects { "true" } else { "false" };
    say("word_subjects", words.into(), "Whether two words as a pseudonym are random, and no name");
    for limit in Limit::ALL {
        let most = settings.limits.most(*limit);
        let most = most.map_or_else(|| "none".to_owned(), |most| most.to_string());
        say(limit.code(), most, &format!("Limit to the share of {}", limit.meaning()));
    }
    list
}

/// When induction ends, in words.
pub(super) fn induction(rule: Induction) -> String {
    format!("gap above {} days, {} sessions, or day {}", rule.gap_days, rule.sessions, rule.days)
}
