//! Visits of a wide sheet: columns that repeat, told apart by one word of their header.

use super::recognise::{Meaning, instrument, meaning, plain};
use super::survey::is_showable_header;
use crate::event::instrument::{Instrument, Instruments};
use std::collections::BTreeMap;

/// Groups of columns that repeat for each visit: a pattern with `{}` for every such group.
pub struct Visits {
    /// What differs: the names of the visits.
    pub labels: Vec<String>,
    /// The groups.
    pub patterns: Vec<(String, Meaning)>,
}

impl Visits {
    /// Looks for an instrument whose columns differ in one word only.
    #[must_use]
    pub fn of(headers: &[String], instruments: &Instruments) -> Self {
        let mut by_code: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for header in headers {
            let name = plain(header);
            let Some((code, rest)) = instrument(&name, instruments) else { continue };
            let is_total = matches!(rest, "" | "total" | "score" | "sum" | "totalscore");
            let label = label_of(header, name.len() - rest.len());
            if !is_total && is_showable_header(header) && !label.is_empty() {
                by_code.entry(code).or_default().push(label);
            }
        }
        let are_visits = |(code, labels): &(&str, Vec<&str>)| {
            labels.len() > 1 && !are_items(labels, &instruments[*code])
        };
        let found = by_code.into_iter().find(are_visits);
        let labels = found.map(|(_, labels)| labels).unwrap_or_default();
        let labels: Vec<String> = labels.into_iter().map(str::to_owned).collect();
        let mut patterns: Vec<(String, Meaning)> = Vec::new();
        let Some(first) = labels.first() else { return Self { labels, patterns } };
        for header in headers.iter().filter(|header| header.contains(first.as_str())) {
            let pattern = header.replacen(first.as_str(), "{}", 1);
            let is_whole =
                labels.iter().all(|label| headers.contains(&pattern.replace("{}", label)));
            let base = pattern.replace("{}", "");
            let base = base.trim_matches([' ', '_', '-', '.']);
            if let Some(meaning) = meaning(base, instruments).filter(|_| is_whole) {
                patterns.push((pattern, meaning));
            }
        }
        Self { labels, patterns }
    }

    /// The group of columns with a meaning.
    #[must_use]
    pub fn pattern(&self, wanted: &Meaning) -> Option<&str> {
        self.patterns.iter().find(|(_, meaning)| meaning == wanted).map(|(text, _)| text.as_str())
    }

    /// Whether a column is one of a group.
    #[must_use]
    pub fn covers(&self, header: &str) -> bool {
        self.patterns.iter().any(|(pattern, _)| {
            self.labels.iter().any(|label| pattern.replace("{}", label) == header)
        })
    }
}

/// Whether labels number the questions of an instrument: `phq9_1` to `phq9_9`.
fn are_items(labels: &[&str], instrument: &Instrument) -> bool {
    let number =
        |label: &&str| label.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<i64>().ok();
    let numbers: Vec<i64> = labels.iter().filter_map(number).collect();
    instrument.items.is_some_and(|items| (1..=items.count).eq(numbers))
}

/// What stands behind the first `n` letters and digits of a header.
fn label_of(header: &str, n: usize) -> &str {
    let mut left = n;
    for (at, c) in header.char_indices() {
        if left == 0 {
            return header[at..].trim_matches([' ', '_', '-', '.']);
        }
        let plain: usize =
            c.to_lowercase().filter(|c| c.is_alphanumeric()).map(char::len_utf8).sum();
        left = left.saturating_sub(plain);
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::instrument::shipped;

    #[test]
    fn columns_that_differ_in_one_word_are_visits() {
        let instruments = shipped().expect("the instrument table");
        let visits = |headers: &[&str]| {
            let headers: Vec<String> = headers.iter().map(ToString::to_string).collect();
            Visits::of(&headers, &instruments)
        };
        let wide = visits(&["id", "Date T0", "PHQ-9 T0", "Date T1", "PHQ-9 T1", "Room T1"]);
        assert_eq!(wide.labels, ["T0", "T1"]);
        assert_eq!(wide.pattern(&Meaning::Total("phq-9".into())), Some("PHQ-9 {}"));
        assert_eq!(wide.pattern(&Meaning::Date), Some("Date {}"));
        assert!(wide.covers("Date T1") && !wide.covers("Room T1") && !wide.covers("id"));
        let items: Vec<String> = (1..=9).map(|n| format!("phq9_q{n}")).collect();
        assert!(Visits::of(&items, &instruments).labels.is_empty(), "these are questions");
        let long = visits(&["id", "Date", "PHQ-9 total", "gad7"]);
        assert!(long.labels.is_empty() && long.patterns.is_empty());
    }
}
