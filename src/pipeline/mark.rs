//! The mark of a run whose data passed a limit of the pipeline: in the manifest, on the report, and
//! as exit code 3, every night while it holds.

use crate::privacy::disclosed::Disclosed;
use crate::quality::limits::{Limit, Passed, shown_share};
use crate::table::Table;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A limit that was passed, as it may be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Key of the limit in the pipeline file.
    pub limit: String,
    /// The largest share it allows.
    pub most: f64,
    /// The instrument, where scores are limited.
    pub instrument: Option<String>,
    /// The share found, rounded as everywhere; none where it is hidden to protect small groups.
    pub share: Option<f64>,
}

impl Mark {
    /// What may be told of a limit that was passed. `account` is the table `data_quality`.
    #[must_use]
    pub fn of(passed: &Passed, account: &Disclosed<Table>, rejected_of_read: [u64; 2]) -> Self {
        Self {
            limit: passed.limit.code().into(),
            most: passed.most,
            instrument: passed.instrument.as_ref().map(|code| code.as_str().into()),
            share: shown_share(passed, account, rejected_of_read),
        }
    }

    /// The mark as a sentence; `name` is the printed name of its instrument.
    #[must_use]
    pub fn in_words(&self, name: Option<&str>) -> String {
        let meaning = Limit::parse(&self.limit).map_or("", Limit::meaning);
        let most = percent(self.most);
        let what = match name.or(self.instrument.as_deref()) {
            Some(name) => format!("{name}, {meaning}"),
            None => capital(meaning),
        };
        let share = self.share.map_or_else(|| "more".to_owned(), percent);
        format!("{what}: {share}; the limit is {most}.")
    }
}

/// A share in percent, at most two decimals, none that say nothing.
fn percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}\u{a0}%")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    first.unwrap_or_default() + letters.as_str()
}

/// The marks of a published run; none if its manifest cannot be read.
#[must_use]
pub fn marks_of(run: &Path) -> Vec<Mark> {
    #[derive(Deserialize)]
    struct Marks {
        limits_passed: Vec<Mark>,
    }
    let text = std::fs::read(run.join("manifest.json")).unwrap_or_default();
    serde_json::from_slice::<Marks>(&text).map_or_else(|_| Vec::new(), |marks| marks.limits_passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_says_what_may_be_told() {
        let mark = |limit: &str, instrument: Option<&str>, share| Mark {
            limit: limit.into(),
            most: 0.1,
            instrument: instrument.map(str::to_owned),
            share,
        };
        let unusable = mark("max_unusable_share", Some("phq-9"), Some(0.12));
        assert_eq!(
            unusable.in_words(Some("PHQ-9")).replace('\u{a0}', " "),
            "PHQ-9, scores that could not be used, of those found: 12 %; the limit is 10 %."
        );
        let hidden = mark("max_missing_dose_share", None, None);
        assert_eq!(
            hidden.in_words(None).replace('\u{a0}', " "),
            "Sessions without a dose on record, of those that count: more; the limit is 10 %."
        );
        let rejected = mark("max_rejected_share", None, Some(7.0 / 64.0));
        assert!(rejected.in_words(None).contains("10.94\u{a0}%"));
    }
}
