//! Ages over 89, which Safe Harbor wants in one class: in a field that says it holds an age, and in
//! words.

use super::pattern::AGE;

/// Ages of this and above may not be told apart.
const OLDEST_CLASS: f64 = 90.0;
/// No person has been older; a larger number is no age.
const OLDEST: f64 = 130.0;

/// Whether a text says that somebody is of an age over 89: `92 years`, `aged 92`, `92yo`.
pub(super) fn is_told(text: &str) -> bool {
    AGE.is_in(text)
}

/// Whether the name of a field promises an age: `age`, `patient_age`, `ageYears`; not `dosage`.
pub(super) fn is_age_field(name: &str) -> bool {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in name.chars() {
        if !c.is_ascii_alphanumeric()
            || (c.is_ascii_uppercase() && word.ends_with(|w: char| w.is_ascii_lowercase()))
        {
            words.push(std::mem::take(&mut word));
        }
        if c.is_ascii_alphanumeric() {
            word.push(c);
        }
    }
    words.push(word);
    let says_age = |word: &String| {
        let word = word.to_ascii_lowercase();
        let rest = word.strip_prefix("age");
        rest.is_some_and(|rest| {
            ["", "years", "band", "group", "at", "in"]
                .iter()
                .any(|known| rest == *known || (!known.is_empty() && rest.starts_with(known)))
        })
    };
    words.iter().any(says_age)
}

/// Whether a number in such a field is an age over 89.
pub(super) fn is_over_89(age: f64) -> bool {
    (OLDEST_CLASS..OLDEST).contains(&age)
}

/// Whether a text in such a field tells an age over 89. The class itself, `90+`, does not.
pub(super) fn tells_over_89(text: &str) -> bool {
    let text: String =
        text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    if ["90+", "89+", ">89", ">=90", "over89", "90andover", "90orover", "90andolder", "90orolder"]
        .contains(&text.as_str())
    {
        return false;
    }
    let numbers = text.split(|c: char| !c.is_ascii_digit() && c != '.');
    numbers.filter_map(|number| number.parse().ok()).any(is_over_89)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_age_by_their_names() {
        for name in [
            "age",
            "Age",
            "age_band",
            "patient_age",
            "ageYears",
            "ageyears",
            "AGE_AT_VISIT",
            "patientAge",
            "age-group",
        ] {
            assert!(is_age_field(name), "{name}");
        }
        for name in
            ["dosage", "stage", "agent", "average", "page", "language", "image_id", "storage"]
        {
            assert!(!is_age_field(name), "{name}");
        }
    }

    #[test]
    fn the_class_is_no_age_but_an_age_within_it_is() {
        for text in ["92", "90", "92.5", "90-94", "85-94", "F 93", "91 years", "101"] {
            assert!(tells_over_89(text), "{text}");
        }
        for text in ["90+", "> 89", "90 and over", "75-89", "89", "45", "1990", "unknown"] {
            assert!(!tells_over_89(text), "{text}");
        }
        assert!(is_over_89(90.0) && !is_over_89(89.9) && !is_over_89(1935.0));
    }

    #[test]
    fn ages_in_words() {
        for text in [
            "92 years",
            "a 92-year-old",
            "92yo",
            "97 y/o",
            "aged 93",
            "age: 101",
            "Age 90",
            "104 yrs",
        ] {
            assert!(is_told(text), "{text}");
        }
        for text in [
            "89 years",
            "age 45",
            "age 90+",
            "page 92",
            "dose 92",
            "192 years",
            "92 yards",
            "290 years",
        ] {
            assert!(!is_told(text), "{text}");
        }
    }
}
