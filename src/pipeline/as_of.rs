//! A report about the past: the store as it was at a version, or at a time.
//!
//! Everything that came later is left out: events, conflicts and corrections, and what was known of
//! the source files. One thing is not of the past: who has withdrawn since is left out as well,
//! because a withdrawal holds for every report made after it.

use super::accounts::Cut;
use super::error::PipelineError;
use crate::event::ids::Subject;
use crate::event::time::{DAY_US, Moment};
use crate::store::error::StoreError;
use crate::store::log::EventLog;
use serde::Serialize;
use std::collections::BTreeSet;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// A version of the store.
    Version(u64),
    /// The newest version there was at a time, in microseconds since the Unix epoch.
    Time(i64),
}

impl AsOf {
    /// Reads a version (`12`), a time with its offset (`2026-03-01T08:00:00-05:00`), or a date,
    /// which stands for its end in UTC.
    ///
    /// # Errors
    /// A sentence, for any other text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(Self::Version).map_err(|_| "no such version".to_owned());
        }
        let day = (text.len() == 10).then(|| Moment::from_rfc3339(&format!("{text}T00:00:00Z")));
        if let Some(Ok(day)) = day {
            return Ok(Self::Time(day.micros + DAY_US - 1));
        }
        Moment::from_rfc3339(text).map(|moment| Self::Time(moment.micros)).map_err(|_| {
            "neither a version (12), nor a time with its offset (2026-03-01T08:00:00Z), nor a date \
             (2026-03-01)"
                .to_owned()
        })
    }
}

/// A store as it was.
#[derive(Debug)]
pub struct Past {
    /// The log at the version that was asked for.
    pub log: EventLog,
    /// Who has withdrawn since.
    pub withdrawn: BTreeSet<Subject>,
    /// What was known of the source files.
    pub cut: Cut,
    /// What the manifest and the report say.
    pub stated: Stated,
}

/// The past as manifest and report state it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stated {
    /// The version that was read.
    pub version: u64,
    /// When it was committed, RFC 3339.
    pub committed_at: String,
    /// The time that was asked for, if it was a time.
    pub time: Option<String>,
}

impl Stated {
    /// In words, to follow what the report is about.
    #[must_use]
    pub fn in_words(&self) -> String {
        let Self { version, committed_at, time } = self;
        let when = match time {
            Some(time) => format!("at {time} (version {version}, committed at {committed_at})"),
            None => format!("at version {version}, committed at {committed_at}"),
        };
        format!("as the store was {when}, without those who have withdrawn since")
    }
}

/// What a run is made from: the log at a version, and how it came to that.
#[derive(Debug)]
pub enum Basis<'a> {
    /// The newest version.
    Newest(&'a EventLog),
    /// One of the past.
    Past(&'a Past),
}

impl Basis<'_> {
    /// The log at that version.
    #[must_use]
    pub const fn log(&self) -> &EventLog {
        match self {
            Self::Newest(log) => log,
            Self::Past(past) => &past.log,
        }
    }

    /// What is said of it, if it is of the past.
    #[must_use]
    pub const fn stated(&self) -> Option<&Stated> {
        match self {
            Self::Newest(_) => None,
            Self::Past(past) => Some(&past.stated),
        }
    }
}

/// Opens a store as it was. `now_us` is the time of the clock.
///
/// # Errors
/// [`PipelineError::Usage`] if there was no such version, or the time lies before the first or
/// after now; it names the range there is. [`PipelineError::Store`] if the log cannot be read.
pub fn open(newest: &EventLog, as_of: AsOf, now_us: i64) -> Result<Past, PipelineError> {
    let (version, asked_us) = match as_of {
        AsOf::Version(version) => (version, None),
        AsOf::Time(micros) if micros > now_us => {
            let problem = format!("{} is not yet past", text(micros));
            return Err(out_of_range(newest, &problem)?);
        }
        AsOf::Time(micros) => {
            let Some(version) = newest.version_at(micros)? else {
                let problem = format!("the store has no version of {} or before", text(micros));
                return Err(out_of_range(newest, &problem)?);
            };
            (version, Some(micros))
        }
    };
    let log = match newest.at_version(version) {
        Ok(log) if version <= newest.version() => log,
        Ok(_) | Err(StoreError::NoVersion { .. }) => {
            return Err(out_of_range(newest, &format!("the store has no version {version}"))?);
        }
        Err(error) => return Err(error.into()),
    };
    let stated =
        Stated { version, committed_at: text(log.committed_us()?), time: asked_us.map(text) };
    let withdrawn = newest.withdrawn_since(&log)?;
    Ok(Past { log, withdrawn, cut: Cut { version, at_us: asked_us }, stated })
}

fn text(micros: i64) -> String {
    Moment::calendar(micros).to_text()
}

/// The error, with the range there is.
fn out_of_range(newest: &EventLog, problem: &str) -> Result<PipelineError, PipelineError> {
    let place = |log: &EventLog| {
        log.committed_us().map(|micros| format!("{} ({})", log.version(), text(micros)))
    };
    let first = newest.at_version(newest.first_version()?)?;
    let range = format!("versions {} to {}", place(&first)?, place(newest)?);
    Ok(PipelineError::Usage(format!("--as-of: {problem}; there are {range}, see `history`")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn a_version_a_time_or_the_end_of_a_day() {
        let micros = |text: &str| Moment::from_rfc3339(text).expect("a time").micros;
        assert_eq!(AsOf::parse("12"), Ok(AsOf::Version(12)));
        let early = micros("2026-03-01T13:00:00Z");
        assert_eq!(AsOf::parse("2026-03-01T08:00:00-05:00"), Ok(AsOf::Time(early)));
        let midnight = micros("2026-03-02T00:00:00Z");
        assert_eq!(AsOf::parse("2026-03-01"), Ok(AsOf::Time(midnight - 1)));
        for text in ["", "-1", "yesterday", "2026-13-01", "2026-03-01T08:00:00", "2026-3-1"] {
            assert!(AsOf::parse(text).is_err(), "{text}");
        }
        assert!(AsOf::parse("99999999999999999999999").is_err());
    }

    /// The store of three commits in `tests/stores`, of 2026-11-25.
    #[test]
    fn a_time_is_the_newest_version_before_it() {
        let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/stores/version-1");
        let log = EventLog::open(&dir).expect("a log");
        let times: Vec<i64> = (0..=2)
            .map(|version| log.at_version(version).and_then(|log| log.committed_us()))
            .collect::<Result<_, _>>()
            .expect("times");
        assert!(times.is_sorted());
        let now = times[2] + 10 * DAY_US;
        let version = |as_of| open(&log, as_of, now).map(|past| past.log.version());
        for (at, time) in times.iter().enumerate() {
            let found = version(AsOf::Time(*time)).expect("a version");
            assert!(found >= at as u64, "{at}: {found}");
        }
        assert_eq!(version(AsOf::Time(times[2] + DAY_US)).ok(), Some(2));
        assert_eq!(version(AsOf::Version(1)).ok(), Some(1));
        let day = text(times[2])[..10].to_owned();
        assert_eq!(version(AsOf::parse(&day).expect("a date")).ok(), Some(2));
        let wrong = [
            (AsOf::Version(3), "no version 3"),
            (AsOf::Time(times[0] - 1_000), "or before"),
            (AsOf::Time(now + 1), "not yet past"),
        ];
        for (as_of, said) in wrong {
            let error = version(as_of).expect_err("out of range");
            let message = error.to_string();
            assert_eq!(error.exit_code(), 2, "{message}");
            assert!(message.contains(said) && message.contains("versions 0 ("), "{message}");
            assert!(message.contains("to 2 ("), "{message}");
        }
    }
}
