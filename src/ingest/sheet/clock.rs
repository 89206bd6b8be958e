//! Dates and times of a sheet to those of an event: RFC 3339 in UTC, or time since the index date.
//!
//! ISO 8601 is always understood. Any other way of writing needs a format, because 03/04/2025 is
//! two dates; a time without an offset needs a zone, because 09:00 is many moments. Nothing is
//! guessed.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use serde::{Deserialize, Serialize};

/// How the times of a field are written.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Pattern of `strftime`, besides ISO 8601.
    pub format: Option<String>,
    /// Zone of times without an offset.
    pub zone: Option<TimeZone>,
    /// Time of day of dates without one.
    pub at: Option<Time>,
}

impl Clock {
    /// A time as RFC 3339 in UTC; `None` if it is not written as was said, or does not exist.
    ///
    /// Of a local time that a change of the clocks makes happen twice, the first is meant; one
    /// that it skips does not exist.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<String> {
        let timestamp = self.read_iso(text).or_else(|| self.read_format(text))?;
        Some(timestamp.to_string())
    }

    fn read_iso(&self, text: &str) -> Option<jiff::Timestamp> {
        let bytes = text.as_bytes();
        let is_date = bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-';
        if !is_date || !text.is_ascii() {
            return None;
        }
        if bytes.len() == 10 {
            return self.local(text.parse::<Date>().ok()?.to_datetime(self.at?));
        }
        // A timestamp must carry its offset; a local time must not.
        if let Ok(timestamp) = text.parse() {
            return Some(timestamp);
        }
        self.local(text.parse::<DateTime>().ok()?)
    }

    fn read_format(&self, text: &str) -> Option<jiff::Timestamp> {
        let format = self.format.as_deref()?;
        let parsed = BrokenDownTime::parse(format, text).ok()?;
        if parsed.offset().is_some() {
            return parsed.to_timestamp().ok();
        }
        if has_hour(format) {
            return self.local(parsed.to_datetime().ok()?);
        }
        self.local(parsed.to_date().ok()?.to_datetime(self.at?))
    }

    fn local(&self, local: DateTime) -> Option<jiff::Timestamp> {
        let offset = match self.zone.as_ref()?.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Fold { before, .. } => before,
            AmbiguousOffset::Gap { .. } => return None,
        };
        offset.to_timestamp(local).ok()
    }
}

/// Whether a format tells the time of day.
#[must_use]
pub fn has_hour(format: &str) -> bool {
    ["%H", "%I", "%k", "%l", "%T", "%R", "%c", "%r", "%X", "%s"]
        .iter()
        .any(|directive| format.contains(directive))
}

/// Whether a format tells the offset, or the moment itself.
#[must_use]
pub fn has_offset(format: &str) -> bool {
    ["%z", "%:z", "%s"].iter().any(|directive| format.contains(directive))
}

/// Reads a zone: `UTC`, an offset such as `+01:00`, or a POSIX rule with its changes of the clocks,
/// such as `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// # Errors
/// A sentence. Names such as `Europe/Berlin` need a database that changes every year; this program
/// carries none, so that it reads a sheet today as it did last year.
pub fn zone(text: &str) -> Result<TimeZone, String> {
    if matches!(text, "UTC" | "Z") {
        return Ok(TimeZone::UTC);
    }
    if let Some(offset) = fixed(text) {
        return Ok(TimeZone::fixed(offset));
    }
    if text.contains('/') && !text.contains(',') {
        return Err(format!(
            "zone `{text}` is a name; write UTC, an offset such as +01:00, or a rule such as \
             CET-1CEST,M3.5.0,M10.5.0/3"
        ));
    }
    TimeZone::posix(text).map_err(|_| {
        format!(
            "zone `{text}` is none; write UTC, an offset such as +01:00, or a rule such as \
             EST5EDT,M3.2.0,M11.1.0"
        )
    })
}

/// `+hh:mm` or `-hh:mm`.
fn fixed(text: &str) -> Option<Offset> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text[1..].split_once(':')?;
    let whole = |text: &str| (text.len() == 2).then(|| text.parse::<i32>().ok()).flatten();
    let (hours, minutes) = (whole(hours)?, whole(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// Reads a time of day, `12:00` or `12:00:00`.
///
/// # Errors
/// A sentence.
pub fn time_of_day(text: &str) -> Result<Time, String> {
    let is_time = text.len() >= 5 && text.as_bytes()[2] == b':';
    let time = if is_time { text.parse().ok() } else { None };
    time.ok_or_else(|| format!("at `{text}` is no time of day, such as 12:00"))
}

/// Unit of a number in a study day column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StudyUnit {
    /// Whole days; such times are day-only.
    Days,
    /// Whole weeks; such times are day-only.
    Weeks,
    /// Whole hours.
    Hours,
    /// Whole minutes.
    Minutes,
}

/// How the study times of a field are written.
#[derive(Debug, Clone, Copy, Default)]
pub struct StudyClock {
    /// Unit of a bare number; `None`: only ISO 8601 durations are understood.
    pub unit: Option<StudyUnit>,
    /// The first day is called 1, and there is no day 0: the day before it is -1.
    pub from_one: bool,
}

impl StudyClock {
    /// A study time as an ISO 8601 duration; `None` if it is not written as was said.
    #[must_use]
    pub fn read(self, text: &str) -> Option<String> {
        if crate::event::time::Moment::from_studytime(text).is_ok() {
            return Some(text.to_owned());
        }
        let unit = self.unit?;
        let number = text.strip_suffix(".0").unwrap_or(text).parse::<i64>().ok()?;
        let number = match (self.from_one, number) {
            (true, 0) => return None,
            (true, number) if number > 0 => number - 1,
            (_, number) => number,
        };
        let sign = if number < 0 { "-" } else { "" };
        let size = number.unsigned_abs();
        Some(match unit {
            StudyUnit::Days => format!("{sign}P{size}D"),
            StudyUnit::Weeks => format!("{sign}P{size}W"),
            StudyUnit::Hours => format!("{sign}PT{size}H"),
            StudyUnit::Minutes => format!("{sign}PT{size}M"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(format: &str, zone_text: &str, at: &str) -> Clock {
        Clock {
            format: (!format.is_empty()).then(|| format.to_owned()),
            zone: (!zone_text.is_empty()).then(|| zone(zone_text).expect(zone_text)),
            at: (!at.is_empty()).then(|| time_of_day(at).expect(at)),
        }
    }

    #[test]
    fn a_format_decides_what_a_date_means() {
        let european = clock("%d/%m/%Y", "+01:00", "12:00");
        let american = clock("%m/%d/%Y", "+01:00", "12:00");
        assert_eq!(european.read("03/04/2025").as_deref(), Some("2025-04-03T11:00:00Z"));
        assert_eq!(american.read("03/04/2025").as_deref(), Some("2025-03-04T11:00:00Z"));
        assert_eq!(american.read("31/12/2025"), None);
        assert_eq!(clock("", "UTC", "12:00").read("03/04/2025"), None, "nothing is guessed");
        let hours = clock("%d.%m.%Y %H:%M", "-05:00", "");
        assert_eq!(hours.read("01.02.2025 09:30").as_deref(), Some("2025-02-01T14:30:00Z"));
        assert_eq!(hours.read("01.02.2025"), None);
    }

    #[test]
    fn iso_is_always_understood() {
        let clock = clock("%d/%m/%Y", "+02:00", "08:00");
        for (text, want) in [
            ("2025-02-03", Some("2025-02-03T06:00:00Z")),
            ("2025-02-03 09:00", Some("2025-02-03T07:00:00Z")),
            ("2025-02-03T09:00:30", Some("2025-02-03T07:00:30Z")),
            ("2025-02-03T09:00:00Z", Some("2025-02-03T09:00:00Z")),
            ("2025-02-03 09:00:00-05:00", Some("2025-02-03T14:00:00Z")),
            ("2025-02-30", None),
            ("2025-02-03T25:00", None),
            ("", None),
        ] {
            assert_eq!(clock.read(text).as_deref(), want, "{text}");
        }
        let bare = Clock::default();
        assert_eq!(bare.read("2025-02-03T09:00:00"), None, "no zone was said");
        assert_eq!(bare.read("2025-02-03"), None);
        assert!(bare.read("2025-02-03T09:00:00+01:00").is_some());
    }

    #[test]
    fn clocks_that_change_follow_their_rule() {
        // Offsets of Central Europe in 2025: the EU directive 2000/84/EC.
        let berlin = clock("", "CET-1CEST,M3.5.0,M10.5.0/3", "");
        for (text, want) in [
            ("2025-01-15T12:00", Some("2025-01-15T11:00:00Z")),
            ("2025-07-15T12:00", Some("2025-07-15T10:00:00Z")),
            ("2025-03-30T02:30", None),
            ("2025-10-26T02:30", Some("2025-10-26T00:30:00Z")),
        ] {
            assert_eq!(berlin.read(text).as_deref(), want, "{text}");
        }
        for bad in ["Europe/Berlin", "summer", "+1", "+24:00", "+01:60", ""] {
            assert!(zone(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn study_days_count_from_nought_or_from_one() {
        let days = StudyClock { unit: Some(StudyUnit::Days), from_one: false };
        assert_eq!(days.read("13").as_deref(), Some("P13D"));
        assert_eq!(days.read("-1").as_deref(), Some("-P1D"));
        assert_eq!(days.read("0").as_deref(), Some("P0D"));
        assert_eq!(days.read("1.5"), None);
        assert_eq!(days.read("P2DT3H").as_deref(), Some("P2DT3H"));
        let trial = StudyClock { from_one: true, ..days };
        assert_eq!(trial.read("1").as_deref(), Some("P0D"));
        assert_eq!(trial.read("-1").as_deref(), Some("-P1D"));
        assert_eq!(trial.read("0"), None, "there is no day 0");
        let hours = StudyClock { unit: Some(StudyUnit::Hours), from_one: false };
        assert_eq!(hours.read("36").as_deref(), Some("PT36H"));
        assert_eq!(StudyClock::default().read("13"), None);
    }
}
