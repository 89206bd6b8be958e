//! Codes of the tables in words. A code not listed here is printed as it is, with spaces.

/// The name of a stratum.
pub(super) fn stratum(code: &str) -> String {
    match code {
        "indication" => "Indication",
        "age_band" => "Age",
        "sex" => "Sex",
        "site" => "Site",
        "baseline_severity" => "Severity at baseline",
        "psychotherapy" => "Psychotherapy beside the infusions",
        "prior_failed_trials" => "Treatments that failed before",
        "dose_band" => "Dose at the first session",
        "drug" => "Drug",
        "phase" => "Phase of treatment",
        "course_order" => "Course number",
        code => return plain(code),
    }
    .into()
}

/// The name of a level of a stratum.
pub(super) fn level(stratum: &str, code: &str) -> String {
    match (stratum, code) {
        (_, "unknown") => "Unknown",
        (_, "multiple") => "More than one",
        ("indication", "mdd") => "Major depression",
        ("indication", "trd") => "Treatment-resistant depression",
        ("indication", "gad") => "Generalised anxiety",
        ("indication", "ptsd") => "Post-traumatic stress",
        ("indication", "ocd") => "Obsessive-compulsive",
        ("psychotherapy", "paired") => "With at least one session",
        ("psychotherapy", "not-paired") => "Without",
        ("site" | "age_band" | "baseline_severity" | "dose_band" | "prior_failed_trials", code) => {
            return code.into();
        }
        (_, code) => return plain(code),
    }
    .into()
}

/// A step of the cohort flow.
pub(super) fn step(code: &str) -> String {
    match code {
        "known" => "Known to the store",
        "not-screened-out" => "Not turned away at screening",
        "treated" => "Treated at least once",
        "first-course-in-period" => "First course in the period",
        "not-prevalent" => "First course seen from its start",
        "with-baseline" => "With a baseline score",
        "scorable" => "Able to respond: baseline not already 0",
        "scored-after-treatment" => "Scored at least once after an infusion",
        code => return plain(code),
    }
    .into()
}

/// Why a value is undefined.
pub(super) fn reason(code: &str) -> String {
    match code {
        "nobody" => "nobody was scored",
        "one" => "one person has no interval",
        "no-line" => "no remission line is agreed for this instrument",
        "no-rule" => "no response rule is agreed for this instrument",
        "not-reached" => "not reached",
        "few-reach" => "too few people to compare",
        "no-calendar" => "the times carry no calendar",
        "window-open" => "the time to be scored had not yet passed for everyone",
        "no-interval" => "an estimate at its limit has no interval",
        "no-events" => "nobody responded, so there is nothing to test",
        "no-variance" => "all still at risk responded at once, so nothing can differ",
        "competing" => "not defined where stopping competes with response",
        code => return code.replace('-', " "),
    }
    .into()
}

/// A time at which people are due to be scored.
pub(super) fn time_point(code: &str) -> String {
    match code.strip_prefix("infusion-") {
        Some(infusion) => format!("After {infusion}"),
        None => plain(code),
    }
}

/// What the times of a source are.
pub(super) fn time_basis(code: &str) -> String {
    if code == "relative" { "study days" } else { code }.into()
}

/// A code with spaces and a capital.
pub(super) fn plain(code: &str) -> String {
    capital(&code.replace(['-', '_'], " "))
}

/// A text with a capital.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_codes_are_printed_as_they_are() {
        assert_eq!(plain("social-anxiety"), "Social anxiety");
        assert_eq!(level("baseline_severity", "10-14"), "10-14");
        assert_eq!(level("indication", "chronic-pain"), "Chronic pain");
        assert_eq!(stratum("dose_band"), "Dose at the first session");
        assert_eq!(plain(""), "");
    }
}
