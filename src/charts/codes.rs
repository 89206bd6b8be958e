//! Codes of the tables in words, for charts and report. A code not listed here is printed as it is,
//! with spaces.

/// The name of a stratum.
#[must_use]
pub fn stratum(code: &str) -> String {
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
#[must_use]
pub fn level(stratum: &str, code: &str) -> String {
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

/// A code with spaces and a capital.
#[must_use]
pub fn plain(code: &str) -> String {
    capital(&code.replace(['-', '_'], " "))
}

/// A text with a capital.
#[must_use]
pub fn capital(text: &str) -> String {
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
