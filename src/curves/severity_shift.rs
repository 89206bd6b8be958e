//! `severity_shift`: severity bands before treatment and after the infusion at which routes are
//! compared. Definitions: `docs/methods/severity_shift.md`.

use super::cohort::Cohort;
use super::population::{Population, table_of};
use super::row::Row;
use super::view::View;
use crate::event::instrument::Instrument;
use crate::event::score::Score;
use crate::stats::proportion::proportion;
use crate::table::{ColumnType as T, Table};

/// Columns before suppression.
pub const COLUMNS: [(&str, T); 11] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route", T::Text),
    ("infusion", T::Int),
    ("band_before", T::Text),
    ("band_after", T::Text),
    ("in_remission", T::Bool),
    ("n", T::Int),
    ("share", T::Float),
    ("na_reason", T::Text),
];

/// What stands for every band.
pub const ALL: &str = "all";

/// The table: for each instrument with bands, stratum, level and route, every band before by every
/// band after, with the sums of both (`all`). `share` is of everyone in that band before.
#[must_use]
pub fn severity_shift(cohort: &Cohort, populations: &[Population]) -> Table {
    let at = cohort.analysis.compare_at;
    table_of("severity_shift", &COLUMNS, populations, |population, table| {
        let instrument = population.instrument;
        let n_bands = instrument.bands.len();
        if n_bands == 0 {
            return;
        }
        let empty = vec![vec![0_u64; n_bands]; n_bands];
        let look = |view: &View| {
            let after = at.checked_sub(1).and_then(|position| view.score(position))?;
            band(instrument, view.member.baseline).zip(band(instrument, after))
        };
        let count = |counts: &mut Vec<Vec<u64>>, bands: &Option<(usize, usize)>| {
            if let Some((before, after)) = bands {
                counts[*before][*after] += 1;
            }
        };
        for (head, counts) in population.tally(&empty, look, count) {
            for before in rows(n_bands) {
                let n = |after| count_of(&counts, before, after);
                for after in rows(n_bands) {
                    let mut row = Row::of(&head);
                    row.int("infusion", at as u64, None);
                    row.text(label(instrument, before));
                    row.text(label(instrument, after));
                    let remits = after.and_then(|after| remits(instrument, after));
                    row.flag("in_remission", remits, remits.is_none().then_some("no-line"));
                    row.int("n", n(after), None);
                    let whole = n(None);
                    let nobody = (whole == 0).then_some("nobody");
                    row.float("share", proportion(n(after), whole), nobody);
                    table.push(row.done());
                }
            }
        }
    })
}

/// Every band, and all together at the end.
fn rows(n_bands: usize) -> impl Iterator<Item = Option<usize>> + Clone {
    (0..n_bands).map(Some).chain([None])
}

fn count_of(counts: &[Vec<u64>], before: Option<usize>, after: Option<usize>) -> u64 {
    let of = |row: &Vec<u64>| after.map_or_else(|| row.iter().sum(), |after| row[after]);
    before.map_or_else(|| counts.iter().map(of).sum(), |before| of(&counts[before]))
}

fn label(instrument: &Instrument, band: Option<usize>) -> &str {
    band.and_then(|band| instrument.bands.get(band)).map_or(ALL, |(_, label)| label)
}

fn band(instrument: &Instrument, score: Score) -> Option<usize> {
    instrument.bands.iter().rposition(|(first, _)| score >= Score::whole(*first))
}

/// Whether a band lies beyond the remission line; `None` where the line cuts through it, or there is
/// none.
fn remits(instrument: &Instrument, band: usize) -> Option<bool> {
    let (first, _) = instrument.bands.get(band)?;
    let next = instrument.bands.get(band + 1).map_or(instrument.range[1] + 1, |(next, _)| *next);
    let first = instrument.is_remission(Score::whole(*first))?;
    let last = instrument.is_remission(Score::whole(next - 1))?;
    // A scale with fractions goes on between its whole numbers.
    (first == last && instrument.whole).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::instrument::shipped;

    #[test]
    fn a_band_is_in_remission_or_not_or_cut_by_the_line() {
        let table = shipped().expect("the shipped table reads");
        let bands = |code: &str| -> Vec<Option<bool>> {
            let instrument = &table[code];
            (0..instrument.bands.len()).map(|band| remits(instrument, band)).collect()
        };
        let no = Some(false);
        assert_eq!(bands("phq-9"), [Some(true), no, no, no, no]);
        // At most 10, between 7 and 19.
        assert_eq!(bands("madrs"), [Some(true), None, no, no]);
        assert_eq!(bands("who-5"), [no, no, Some(true)]);
        assert_eq!(bands("pain-nrs"), [None; 4], "no line");
    }

    #[test]
    fn sums_are_of_rows_and_columns() {
        let counts = vec![vec![1, 2], vec![3, 4]];
        assert_eq!(count_of(&counts, None, None), 10);
        assert_eq!(count_of(&counts, Some(1), None), 7);
        assert_eq!(count_of(&counts, None, Some(0)), 4);
        assert_eq!(count_of(&counts, Some(0), Some(1)), 2);
    }
}
