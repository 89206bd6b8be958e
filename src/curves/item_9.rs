//! `item_9`: what became of the question about death or self-harm, after each infusion.
//!
//! The table is named after the ninth item of the PHQ-9; which item of which instrument it is, the
//! instrument says (`safety_item`). Counted are those who answered it both at the baseline and
//! after the infusion. Definitions: `docs/methods/item_9.md`.

use super::additive::Additive;
use super::cohort::Cohort;
use super::population::{Population, table_of};
use super::row::Row;
use super::view::View;
use crate::table::{Cell, ColumnType as T, Table};

/// What stands beside every number of the table.
pub const NOT_A_CLINICAL_ALERT: &str = "Not a clinical alert: these are counts of groups, made after \
     the fact. Each answer must be read by a clinician when it is given.";

/// Columns before suppression. Those of [`CELLS`] are not published.
pub const COLUMNS: [(&str, T); 30] = [
    ("instrument", T::Text),
    ("stratum", T::Text),
    ("level", T::Text),
    ("route", T::Text),
    ("infusion", T::Int),
    ("item", T::Int),
    ("n_both", T::Int),
    ("n_endorsed_before", T::Int),
    ("reduced", T::Int),
    ("reduced_share", T::Float),
    ("reduced_lo", T::Float),
    ("reduced_hi", T::Float),
    ("resolved", T::Int),
    ("resolved_share", T::Float),
    ("resolved_lo", T::Float),
    ("resolved_hi", T::Float),
    ("increased", T::Int),
    ("increased_share", T::Float),
    ("increased_lo", T::Float),
    ("increased_hi", T::Float),
    ("new", T::Int),
    ("new_share", T::Float),
    ("new_lo", T::Float),
    ("new_hi", T::Float),
    ("unchanged", T::Int),
    ("eased", T::Int),
    ("as_before", T::Int),
    ("worse", T::Int),
    ("never", T::Int),
    ("na_reason", T::Text),
];

/// Counts that follow from the published ones where those are shown, so that disclosure control must
/// know them.
pub const CELLS: [&str; 4] = ["eased", "as_before", "worse", "never"];

/// People of one cell who answered both times, by their answers. The six add up to all of them.
#[derive(Debug, Clone, Copy, Default)]
struct Answers {
    /// 1 or more before, 0 after.
    resolved: u64,
    /// 1 or more before, lower after but not 0.
    eased: u64,
    /// 1 or more before, the same after.
    as_before: u64,
    /// 1 or more before, higher after.
    worse: u64,
    /// 0 before, 1 or more after.
    new: u64,
    /// 0 both times.
    never: u64,
}

impl Additive for Answers {
    fn add(&mut self, others: &Self) {
        self.resolved += others.resolved;
        self.eased += others.eased;
        self.as_before += others.as_before;
        self.worse += others.worse;
        self.new += others.new;
        self.never += others.never;
    }
}

impl Answers {
    fn count(&mut self, before: u8, after: u8) {
        *match (before, after) {
            (0, 0) => &mut self.never,
            (0, _) => &mut self.new,
            (_, 0) => &mut self.resolved,
            _ if after < before => &mut self.eased,
            _ if after > before => &mut self.worse,
            _ => &mut self.as_before,
        } += 1;
    }

    const fn endorsed_before(&self) -> u64 {
        self.resolved + self.eased + self.as_before + self.worse
    }

    const fn both(&self) -> u64 {
        self.endorsed_before() + self.new + self.never
    }
}

/// The table, one row per instrument that has such an item, stratum, level, route and infusion
/// number.
#[must_use]
pub fn item_9(cohort: &Cohort, populations: &[Population]) -> Table {
    let horizon = cohort.analysis.horizon;
    let empty = vec![Answers::default(); horizon];
    table_of("item_9", &COLUMNS, populations, |population, table| {
        let Some(item) = population.instrument.safety_item else { return };
        let look = |view: &View, answered: &mut Vec<Option<(u8, u8)>>| {
            answered.extend((0..horizon).map(|position| both(view, position)));
        };
        let tallies = population.tally_rows(&empty, look, |answers: &mut Answers, both| {
            if let Some((before, after)) = both {
                answers.count(*before, *after);
            }
        });
        for (head, cells) in tallies {
            for (position, answers) in cells.iter().enumerate() {
                table.push(row(head, position + 1, item, answers));
            }
        }
    })
}

/// The answers at the baseline and after infusion `position + 1`.
fn both(view: &View, position: usize) -> Option<(u8, u8)> {
    let before = view.member.baseline_item?;
    Some((before, view.observation(position)?.item?))
}

fn row(head: [&str; 4], infusion: usize, item: usize, answers: &Answers) -> Vec<Cell> {
    let n = answers.both();
    let mut row = Row::of(&head);
    row.int("infusion", infusion as u64, None);
    row.int("item", item as u64, None);
    row.int("n_both", n, None);
    row.int("n_endorsed_before", answers.endorsed_before(), None);
    let reduced = answers.resolved + answers.eased;
    let increased = answers.new + answers.worse;
    for (columns, k) in [
        (["reduced", "reduced_share", "reduced_lo", "reduced_hi"], reduced),
        (["resolved", "resolved_share", "resolved_lo", "resolved_hi"], answers.resolved),
        (["increased", "increased_share", "increased_lo", "increased_hi"], increased),
        (["new", "new_share", "new_lo", "new_hi"], answers.new),
    ] {
        row.rate(columns, k, n, None);
    }
    row.int("unchanged", answers.never + answers.as_before, None);
    let cells = [answers.eased, answers.as_before, answers.worse, answers.never];
    for (column, n) in CELLS.into_iter().zip(cells) {
        row.int(column, n, None);
    }
    row.done()
}
