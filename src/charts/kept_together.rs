//! Line breaks: a number stays with its unit, and with what it numbers.

/// Words that no line break parts from the number after them.
const BEFORE_NUMBERS: [&str; 5] = ["infusion", "Infusion", "day", "after", "by"];
/// Words that none parts from the number before them.
const AFTER_NUMBERS: [&str; 7] = ["points", "days", "day", "hours", "mmHg", "people", "infusions"];

/// A text in which a number and its unit, or what it numbers, stay on one line.
#[must_use]
pub fn kept_together(text: &str) -> String {
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let bare = |word: &str| word.trim_end_matches([',', '.', ';', ':', ')']).to_owned();
    let mut kept = String::with_capacity(text.len());
    let mut before: Option<&str> = None;
    for word in text.split(' ') {
        if let Some(before) = before {
            let belongs = (BEFORE_NUMBERS.contains(&before) && is_number(word))
                || (is_number(before) && AFTER_NUMBERS.contains(&bare(word).as_str()));
            kept.push(if belongs { '\u{a0}' } else { ' ' });
        }
        kept.push_str(word);
        before = Some(word);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_with_what_they_count() {
        let kept = |text: &str| kept_together(text).replace('\u{a0}', "~");
        assert_eq!(
            kept("After infusion 6, PHQ-9 had fallen by 8.1 points on intravenous, by 6.6 on oral"),
            "After infusion~6, PHQ-9 had fallen by~8.1~points on intravenous, by~6.6 on oral"
        );
        assert_eq!(kept("At day 28, of 84 days."), "At day~28, of 84~days.");
    }
}
