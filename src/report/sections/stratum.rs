//! A table of one stratum: the levels one below the other, each with a few rows.

use super::super::words;
use super::line::Line;
use super::{distinct, with};
use crate::table::Table;
use serde::Serialize;

/// A stratum with its levels.
#[derive(Debug, Serialize)]
pub(crate) struct Stratum {
    name: String,
    levels: Vec<Level>,
}

#[derive(Debug, Serialize)]
struct Level {
    label: String,
    lines: Vec<Line>,
}

/// Every stratum among `rows` but the whole; `lines` makes the lines of a level from its rows.
pub(super) fn strata(
    table: &Table,
    rows: &[usize],
    lines: impl Fn(&[usize]) -> Vec<Line>,
) -> Vec<Stratum> {
    distinct(table, rows, "stratum")
        .into_iter()
        .filter(|stratum| *stratum != "all")
        .map(|code| {
            let rows = with(table, rows, "stratum", code);
            let levels = distinct(table, &rows, "level").into_iter().map(|level| Level {
                label: words::level(code, level),
                lines: lines(&with(table, &rows, "level", level)),
            });
            Stratum { name: words::stratum(code), levels: levels.collect() }
        })
        .collect()
}
