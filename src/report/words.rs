//! Codes of the tables in words. A code not listed here is printed as it is, with spaces.

pub(super) use crate::charts::codes::{capital, level, plain, stratum};

/// A step of the cohort flow.
pub(super) fn step(code: &str) -> String {
    match code {
        "known" => "Known to the store",
        "not-screened-out" => "Not turned away at screening",
        "treated" => "Treated at least once",
        "first-course-in-period" => "First course in the period",
        "not-prevalent" => "First course seen from its start",
        "with-baseline" => "With a baseline score",
        "scorable" => "Able to respond: baseline not already 0",
        "scored-after-treatment" => "Scored at least once after an infusion",
        code => return plain(code),
    }
    .into()
}

/// Why a value is undefined.
pub(super) fn reason(code: &str) -> String {
    match code {
        "nobody" => "nobody was scored",
        "one" => "one person has no interval",
        "no-line" => "no remission line is agreed for this instrument",
        "no-rule" => "no response rule is agreed for this instrument",
        "not-reached" => "not reached",
        "few-reach" => "too few people to compare",
        "no-calendar" => "the times carry no calendar",
        "window-open" => "the time to be scored had not yet passed for everyone",
        "no-interval" => "an estimate at its limit has no interval",
        "no-events" => "nobody responded, so there is nothing to test",
        "no-variance" => "all still at risk responded at once, so nothing can differ",
        "seen" => "no upper limit, because it was seen",
        "recall" => "the instrument asks about a longer time",
        "competing" => "not defined where stopping competes with response",
        code => return code.replace('-', " "),
    }
    .into()
}

/// A time at which people are due to be scored.
pub(super) fn time_point(code: &str) -> String {
    match code.strip_prefix("infusion-") {
        Some(infusion) => format!("After {infusion}"),
        None => plain(code),
    }
}

/// What the times of a source are.
pub(super) fn time_basis(code: &str) -> String {
    if code == "relative" { "study days" } else { code }.into()
}
