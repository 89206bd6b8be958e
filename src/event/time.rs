//! When something happened: a moment on the calendar, or on a person's own study clock.
//!
//! Both are whole microseconds, so that order and day arithmetic are exact. The two clocks cannot
//! be compared with each other; [`Moment::axis`] says which one a moment is on.

use super::refuse::Reason;
use super::text::read_text;
use jiff::fmt::temporal::DateTimePrinter;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Microseconds in a second, an hour and a day.
pub const SECOND_US: i64 = 1_000_000;
/// Microseconds in an hour.
pub const HOUR_US: i64 = 3_600 * SECOND_US;
/// Microseconds in a day of 24 hours.
pub const DAY_US: i64 = 24 * HOUR_US;

/// What the times of a source are; a statement about the data that the reports print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeBasis {
    /// Real times: at best a limited data set under 45 CFR 164.514(e).
    Actual,
    /// Real intervals, one secret shift a person.
    Shifted,
    /// `studytime` since the subject's index date.
    Relative,
}

impl TimeBasis {
    /// The word used in pipeline files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Actual => "actual",
            Self::Shifted => "shifted",
            Self::Relative => "relative",
        }
    }

    /// Reads the word of a pipeline file.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Actual, Self::Shifted, Self::Relative].into_iter().find(|b| b.as_str() == text)
    }

    /// Which attribute a source of this basis carries.
    #[must_use]
    pub const fn axis(self) -> Axis {
        match self {
            Self::Actual | Self::Shifted => Axis::Calendar,
            Self::Relative => Axis::Study,
        }
    }

    /// Whether its times tell the calendar: only then does a source have a data cut or a month.
    #[must_use]
    pub const fn has_calendar(self) -> bool {
        matches!(self, Self::Actual)
    }
}

/// The clock a moment is read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Axis {
    /// `time`: microseconds since 1970-01-01T00:00:00Z.
    Calendar,
    /// `studytime`: microseconds since the subject's index date.
    Study,
}

/// A point in time with the clock it was read on.
///
/// A day-only study time stands at the start of its day, so that on a session's day it counts as
/// before that session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Moment {
    /// Which clock.
    pub axis: Axis,
    /// Microseconds since that clock's origin.
    pub micros: i64,
    /// Only the day is known (`P13D`).
    pub day_only: bool,
}

impl Moment {
    /// A moment on the calendar, from microseconds since the Unix epoch.
    #[must_use]
    pub const fn calendar(micros: i64) -> Self {
        Self { axis: Axis::Calendar, micros, day_only: false }
    }

    /// Reads an RFC 3339 time with offset. Years 1900 to 2199; no leap second.
    ///
    /// # Errors
    /// [`Reason::MalformedTime`] for any other text.
    pub fn from_rfc3339(text: &str) -> Result<Self, Reason> {
        if !has_rfc3339_shape(text.as_bytes()) {
            return Err(Reason::MalformedTime);
        }
        let timestamp: jiff::Timestamp = text.parse().map_err(|_| Reason::MalformedTime)?;
        Ok(Self::calendar(timestamp.as_microsecond()))
    }

    /// Reads an ISO 8601 duration in weeks, or in days, hours, minutes and seconds, with an
    /// optional leading minus: `P13DT2H`, `-P1D`, `PT90M`, `P2W`. Without a T part it is day-only.
    ///
    /// # Errors
    /// [`Reason::MalformedTime`] for any other text; months and years have no fixed length and
    /// are refused.
    pub fn from_studytime(text: &str) -> Result<Self, Reason> {
        parse_duration(text).ok_or(Reason::MalformedTime)
    }

    /// The text of the contract: RFC 3339 in UTC, or an ISO 8601 duration.
    #[must_use]
    pub fn to_text(self) -> String {
        let mut text = String::with_capacity(USUAL_TEXT);
        let written = match self.axis {
            Axis::Calendar => jiff::Timestamp::from_microsecond(self.micros)
                .is_ok_and(|time| DateTimePrinter::new().print_timestamp(&time, &mut text).is_ok()),
            Axis::Study => write_duration(self, &mut text).is_ok(),
        };
        if written { text } else { "?".into() }
    }
}

/// Year and month, from 1, of a calendar time in UTC; `None` beyond the years -9999 to 9999.
#[must_use]
pub fn year_and_month(micros: i64) -> Option<(i16, i8)> {
    let time = jiff::Timestamp::from_microsecond(micros).ok()?;
    let date = jiff::tz::Offset::UTC.to_datetime(time).date();
    Some((date.year(), date.month()))
}

/// A calendar time to the microsecond, or less.
const USUAL_TEXT: usize = 27;

/// Whole days from one moment to a later one: the floor of the exact difference over 24 hours.
#[must_use]
pub const fn whole_days(from_us: i64, to_us: i64) -> i64 {
    (to_us - from_us).div_euclid(DAY_US)
}

/// `YYYY-MM-DDTHH:MM:SS[.fraction](Z|+hh:mm|-hh:mm)`, upper or lower case T and Z, seconds 00-59.
fn has_rfc3339_shape(bytes: &[u8]) -> bool {
    const PATTERN: &[u8; 19] = b"dddd-dd-ddTdd:dd:dd";
    if bytes.len() < 20 {
        return false;
    }
    let head = PATTERN.iter().zip(bytes).all(|(want, got)| match want {
        b'd' => got.is_ascii_digit(),
        b'T' => matches!(got, b'T' | b't'),
        other => got == other,
    });
    if !head || bytes[17] > b'5' || !matches!(&bytes[..2], b"19" | b"20" | b"21") {
        return false;
    }
    let mut rest = &bytes[19..];
    if let [b'.', tail @ ..] = rest {
        let digits = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=9).contains(&digits) {
            return false;
        }
        rest = &tail[digits..];
    }
    match rest {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            let hours = two_digits(*h1, *h2);
            let minutes = two_digits(*m1, *m2);
            hours.is_some_and(|h| h <= 23) && minutes.is_some_and(|m| m <= 59)
        }
        _ => false,
    }
}

fn two_digits(tens: u8, ones: u8) -> Option<u8> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'))
}

/// Longest number of each part, in digits: about 270 years of days, so that no sum overflows.
const WEEK_DIGITS: usize = 4;
const DAY_DIGITS: usize = 5;
const HOUR_DIGITS: usize = 5;
const MINUTE_DIGITS: usize = 7;
const SECOND_DIGITS: usize = 9;

fn parse_duration(text: &str) -> Option<Moment> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let rest = rest.strip_prefix('P')?;
    let day_only =
        |days: i64| Moment { axis: Axis::Study, micros: sign * days * DAY_US, day_only: true };
    if let Some(weeks) = rest.strip_suffix('W') {
        return Some(day_only(7 * whole(weeks, WEEK_DIGITS)?));
    }
    let (days, time) = match rest.split_once('T') {
        Some((days, time)) => (days, Some(time)),
        None => (rest, None),
    };
    let days = match (days, time) {
        ("", Some(_)) => 0,
        (days, _) => whole(days.strip_suffix('D')?, DAY_DIGITS)?,
    };
    let Some(mut time) = time else { return Some(day_only(days)) };
    let mut micros = days * DAY_US;
    let mut parts = 0;
    for (unit, digits, us) in [
        ('H', HOUR_DIGITS, HOUR_US),
        ('M', MINUTE_DIGITS, 60 * SECOND_US),
        ('S', SECOND_DIGITS, SECOND_US),
    ] {
        let Some((number, rest)) = time.split_once(unit) else { continue };
        micros += if unit == 'S' { seconds_us(number)? } else { whole(number, digits)? * us };
        time = rest;
        parts += 1;
    }
    (parts > 0 && time.is_empty()).then_some(Moment {
        axis: Axis::Study,
        micros: sign * micros,
        day_only: false,
    })
}

fn whole(digits: &str, longest: usize) -> Option<i64> {
    ((1..=longest).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| digits.parse().ok())
        .flatten()
}

fn seconds_us(text: &str) -> Option<i64> {
    let (seconds, fraction) = match text.split_once('.') {
        Some((seconds, fraction)) => (seconds, Some(fraction)),
        None => (text, None),
    };
    let mut micros = whole(seconds, SECOND_DIGITS)? * SECOND_US;
    if let Some(fraction) = fraction {
        let parsed = whole(fraction, 6)?;
        let scale = u32::try_from(fraction.len()).ok()?;
        micros += parsed * 10_i64.pow(6 - scale);
    }
    Some(micros)
}

fn write_duration(moment: Moment, f: &mut impl fmt::Write) -> fmt::Result {
    f.write_str(if moment.micros < 0 { "-P" } else { "P" })?;
    let us = moment.micros.abs();
    let (days, within) = (us / DAY_US, us % DAY_US);
    if days > 0 || moment.day_only {
        write!(f, "{days}D")?;
    }
    if moment.day_only {
        return Ok(());
    }
    f.write_str("T")?;
    let (hours, minutes) = (within / HOUR_US, within % HOUR_US / (60 * SECOND_US));
    let (seconds, micros) = (within % (60 * SECOND_US) / SECOND_US, within % SECOND_US);
    if hours > 0 {
        write!(f, "{hours}H")?;
    }
    if minutes > 0 {
        write!(f, "{minutes}M")?;
    }
    if micros > 0 {
        write!(f, "{seconds}.{micros:06}S")?;
    } else if seconds > 0 || within == 0 {
        write!(f, "{seconds}S")?;
    }
    Ok(())
}

/// A `time` attribute as it stands in an event.
#[derive(Debug, Clone, Copy)]
pub struct CalendarTime(pub Moment);

impl<'de> Deserialize<'de> for CalendarTime {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        read_text(d, |text| Moment::from_rfc3339(text).map(Self))
    }
}

/// A `studytime` attribute as it stands in an event.
#[derive(Debug, Clone, Copy)]
pub struct StudyTime(pub Moment);

impl<'de> Deserialize<'de> for StudyTime {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        read_text(d, |text| Moment::from_studytime(text).map(Self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar_times() {
        let utc = Moment::from_rfc3339("2025-02-02T18:00:00Z").map(|m| m.micros);
        assert_eq!(Moment::from_rfc3339("2025-02-02T20:00:00.000+02:00").map(|m| m.micros), utc);
        for bad in [
            "2025-02-30T18:00:00Z",
            "2025-02-02",
            "2025-02-02 18:00:00Z",
            "2025-02-02T18:00:60Z",
            "x",
        ] {
            assert_eq!(Moment::from_rfc3339(bad), Err(Reason::MalformedTime), "{bad}");
        }
    }

    #[test]
    fn study_times() {
        let day = |text| Moment::from_studytime(text).map(|m| (m.micros, m.day_only));
        assert_eq!(day("P13DT2H"), Ok((13 * DAY_US + 2 * HOUR_US, false)));
        assert_eq!(day("-P1D"), Ok((-DAY_US, true)));
        assert_eq!(day("P2W"), Ok((14 * DAY_US, true)));
        assert_eq!(day("PT1H30M"), Ok((90 * 60 * SECOND_US, false)));
        assert_eq!(day("PT0.5S"), Ok((500_000, false)));
        for bad in
            ["P", "PT", "P1M", "P1Y", "P1DT", "1D", "P-1D", "P1D2H", "PT1M1H", "P123456D", "+P1D"]
        {
            assert_eq!(day(bad), Err(Reason::MalformedTime), "{bad}");
        }
    }

    #[test]
    fn text_reads_back() {
        for text in ["P13DT2H", "-P1D", "P0D", "PT0S", "PT1H30M", "-P3DT4H5M6.000007S"] {
            let moment = Moment::from_studytime(text).expect(text);
            assert_eq!(moment.to_text(), text);
        }
    }

    #[test]
    fn days_are_whole_and_floor() {
        assert_eq!(whole_days(0, DAY_US - 1), 0);
        assert_eq!(whole_days(0, DAY_US), 1);
        assert_eq!(whole_days(1, 0), -1);
    }
}
