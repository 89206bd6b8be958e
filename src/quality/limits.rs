//! Limits a pipeline sets to the quality of its data, and which of them were passed.
//!
//! Whether a limit was passed is decided on exact counts; what is said about it comes from what may
//! be shown.

use super::account::ALL;
use super::check::Check;
use crate::event::coded::coded;
use crate::event::ids::OpenCode;
use crate::table::Table;
use serde::{Deserialize, Serialize};

coded! {
    /// A limit, by its key in the pipeline file.
    Limit {
        Rejected = "max_rejected_share": "records rejected, of those read",
        Unusable = "max_unusable_share": "scores that could not be used, of those found",
        WithoutCheckin = "max_sessions_without_checkin_share": "sessions without a check-in in time, of those whose time for one is over",
        MissingDose = "max_missing_dose_share": "sessions without a dose on record, of those that count",
        ImplausibleDose = "max_implausible_dose_share": "implausible doses, of those that can be checked",
    }
}

impl Limit {
    /// The check whose share it limits; `None` for the records rejected.
    #[must_use]
    pub const fn check(self) -> Option<Check> {
        match self {
            Self::Rejected => None,
            Self::Unusable => Some(Check::ScoresUnusable),
            Self::WithoutCheckin => Some(Check::SessionWithoutCheckin),
            Self::MissingDose => Some(Check::DoseMissing),
            Self::ImplausibleDose => Some(Check::DosesImplausible),
        }
    }

    /// Reads a key back; `None` if it is not one.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|limit| limit.code() == key)
    }
}

/// The limits of a pipeline, each a share from 0 to 1; `None` where none is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the meaning of each limit is its documentation")]
pub struct Limits {
    pub max_rejected_share: Option<f64>,
    pub max_unusable_share: Option<f64>,
    pub max_sessions_without_checkin_share: Option<f64>,
    pub max_missing_dose_share: Option<f64>,
    pub max_implausible_dose_share: Option<f64>,
}

impl Limits {
    /// The largest share that is allowed.
    #[must_use]
    pub const fn most(&self, limit: Limit) -> Option<f64> {
        match limit {
            Limit::Rejected => self.max_rejected_share,
            Limit::Unusable => self.max_unusable_share,
            Limit::WithoutCheckin => self.max_sessions_without_checkin_share,
            Limit::MissingDose => self.max_missing_dose_share,
            Limit::ImplausibleDose => self.max_implausible_dose_share,
        }
    }
}

/// A limit that was passed.
#[derive(Debug, Clone, PartialEq)]
pub struct Passed {
    /// Which.
    pub limit: Limit,
    /// What was allowed.
    pub most: f64,
    /// Of which instrument, where scores are limited.
    pub instrument: Option<OpenCode>,
}

/// The limits passed by the whole of the data: all sources, all routes, each of the instruments.
/// `account` is the full table `data_quality`; `rejected` and `read` are records.
#[must_use]
pub fn passed(
    limits: &Limits,
    account: &Table,
    instruments: &[OpenCode],
    [rejected, read]: [u64; 2],
) -> Vec<Passed> {
    let mut passed = Vec::new();
    for limit in Limit::ALL.iter().copied() {
        let Some(most) = limits.most(limit) else { continue };
        let Some(check) = limit.check() else {
            let is_passed = read > 0 && ratio(rejected, read) > most;
            passed.extend(is_passed.then_some(Passed { limit, most, instrument: None }));
            continue;
        };
        let scopes: Vec<Option<&OpenCode>> =
            if check.is_of_scores() { instruments.iter().map(Some).collect() } else { vec![None] };
        for instrument in scopes {
            let row = row_of_all(account, check, instrument.map_or(ALL, OpenCode::as_str));
            let share = row.and_then(|row| account.float(row, "share"));
            if share.is_some_and(|share| share > most) {
                passed.push(Passed { limit, most, instrument: instrument.cloned() });
            }
        }
    }
    passed
}

/// The share that may be shown of what a limit is about; `None` where it is hidden. `account` is the
/// disclosed table `data_quality`.
#[must_use]
pub fn shown_share(
    passed: &Passed,
    account: &crate::privacy::disclosed::Disclosed<Table>,
    [rejected, read]: [u64; 2],
) -> Option<f64> {
    let Some(check) = passed.limit.check() else { return Some(ratio(rejected, read)) };
    let instrument = passed.instrument.as_ref().map_or(ALL, OpenCode::as_str);
    account.get().float(row_of_all(account.get(), check, instrument)?, "share")
}

/// The row of a check over all sources and routes.
fn row_of_all(account: &Table, check: Check, instrument: &str) -> Option<usize> {
    let wanted =
        [("check", check.code()), ("instrument", instrument), ("route", ALL), ("site", ALL)];
    let is_it = |row: &usize| wanted.iter().all(|(name, text)| account.text(*row, name) == *text);
    (0..account.n_rows()).find(is_it)
}

#[allow(clippy::cast_precision_loss, reason = "counts of records")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::account::COLUMNS;

    fn account(rows: &[(&str, Check, f64)]) -> Table {
        let mut table = Table::new("data_quality", &COLUMNS);
        for (instrument, check, share) in rows {
            let whole = check.whole().code();
            table.push(vec![
                (*instrument).into(),
                ALL.into(),
                ALL.into(),
                check.code().into(),
                check.meaning().into(),
                1_i64.into(),
                whole.into(),
                (*share).into(),
                1_i64.into(),
                "".into(),
            ]);
        }
        table
    }

    #[test]
    fn a_limit_is_passed_above_it_and_not_at_it() {
        let codes = ["phq-9", "gad-7"].map(|code| OpenCode::new(code).expect("a code"));
        let table = account(&[
            ("phq-9", Check::ScoresUnusable, 0.1),
            ("gad-7", Check::ScoresUnusable, 0.11),
            ("pcl-5", Check::ScoresUnusable, 0.9),
            (ALL, Check::DoseMissing, 0.03),
        ]);
        let limits = Limits {
            max_rejected_share: Some(0.02),
            max_unusable_share: Some(0.1),
            max_missing_dose_share: Some(0.02),
            max_implausible_dose_share: Some(0.0),
            ..Limits::default()
        };
        let found = passed(&limits, &table, &codes, [2, 100]);
        let found: Vec<_> = found
            .iter()
            .map(|passed| (passed.limit, passed.instrument.as_ref().map(OpenCode::as_str)))
            .collect();
        // 0.02 of the records is the limit; there is no dose to check; nobody asks for the PCL-5.
        assert_eq!(found, [(Limit::Unusable, Some("gad-7")), (Limit::MissingDose, None)]);
        let found = passed(&limits, &account(&[]), &codes, [3, 100]);
        assert_eq!(found, [Passed { limit: Limit::Rejected, most: 0.02, instrument: None }]);
        assert!(passed(&Limits::default(), &table, &codes, [100, 100]).is_empty());
        assert!(passed(&limits, &account(&[]), &codes, [0, 0]).is_empty());
    }

    #[test]
    fn every_limit_has_its_key_among_the_limits() {
        let keys = serde_json::to_value(Limits::default()).expect("JSON");
        let keys = keys.as_object().expect("an object");
        assert_eq!(keys.len(), Limit::ALL.len());
        for limit in Limit::ALL {
            assert!(keys.contains_key(limit.code()) && Limit::parse(limit.code()) == Some(*limit));
        }
    }
}
