//! Opening days and hours of a simulated clinic, in its own local time.

use super::draw::Draw;
use super::site::Site;
use crate::event::time::{DAY_US, HOUR_US};

/// Microseconds in a minute.
pub(super) const MINUTE_US: i64 = HOUR_US / 60;
/// First minute of the day at which dosing starts.
pub(super) const FIRST_SLOT: i64 = 8 * 60 + 30;
/// Last minute of the day at which dosing starts.
pub(super) const LAST_SLOT: i64 = 15 * 60 + 30;
/// Nobody fills in a questionnaire at home before or after these minutes of the day.
const AWAKE: (i64, i64) = (7 * 60, 22 * 60 + 30);

/// The first local day that begins at or after a UTC moment (microseconds since the epoch).
pub(super) fn day_from(site: &Site, micros: i64) -> i64 {
    let local = micros.saturating_add(site.utc_offset_hours * HOUR_US);
    local.saturating_add(DAY_US - 1).div_euclid(DAY_US)
}

/// The UTC moment of a minute of a local day (days since the epoch).
pub(super) fn moment(site: &Site, day: i64, minute: i64) -> i64 {
    day.saturating_mul(DAY_US) + minute * MINUTE_US - site.utc_offset_hours * HOUR_US
}

/// The local day and minute of a UTC moment.
pub(super) fn local(site: &Site, micros: i64) -> (i64, i64) {
    let local = micros + site.utc_offset_hours * HOUR_US;
    (local.div_euclid(DAY_US), local.rem_euclid(DAY_US) / MINUTE_US)
}

/// Weekday of a day, 0 for Monday; day 0, 1970-01-01, was a Thursday.
const fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// This day, or the next that falls on one of these weekdays (0 for Monday).
pub(super) fn next_on(weekdays: &[i64], day: i64) -> i64 {
    (day..day + 7).find(|&day| weekdays.contains(&weekday(day))).unwrap_or(day)
}

/// This day, or the next on which the clinic is open.
pub(super) fn open_day(site: &Site, day: i64) -> i64 {
    match weekday(day) {
        5 if !site.saturdays => day + 2,
        6 => day + 1,
        _ => day,
    }
}

/// A start of dosing on a day, near the person's usual minute.
pub(super) fn slot(site: &Site, draw: &mut Draw, day: i64, usual: i64) -> i64 {
    let minute = usual + 15 * draw.whole(-4, 4) + draw.whole(-3, 6);
    moment(site, day, minute.clamp(FIRST_SLOT, LAST_SLOT))
}

/// A moment near this one at which people are awake, with seconds.
pub(super) fn awake(site: &Site, draw: &mut Draw, micros: i64) -> i64 {
    let (day, minute) = local(site, micros);
    let minute = if minute < AWAKE.0 {
        draw.whole(AWAKE.0, AWAKE.0 + 120)
    } else if minute >= AWAKE.1 {
        draw.whole(AWAKE.1 - 150, AWAKE.1)
    } else {
        minute
    };
    moment(site, day, minute) + draw.whole(0, 59) * (MINUTE_US / 60)
}
