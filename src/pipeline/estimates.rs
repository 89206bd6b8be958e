//! The third stage of a run: facts to tables, and the tables through disclosure control.

use super::accounts::SourceAccount;
use super::facts::Folded;
use super::full_tables::full_tables;
use super::manifest::Total;
use super::mark::Mark;
use super::plan::Settings;
use crate::curves::cohort::Cohort;
use crate::curves::disclose::{DisclosedTables, disclose};
use crate::curves::safety::Safety;
use crate::curves::settings::Analysis;
use crate::event::refuse::Reason;
use crate::privacy::disclosed::Disclosed;
use crate::privacy::outgoing::records;
use crate::quality::check::sums;
use crate::quality::limits::passed;
use crate::table::{ColumnType, Table};
use std::collections::BTreeMap;

/// The tables of a run, as they may leave.
pub struct Estimates {
    /// The estimate tables.
    pub tables: DisclosedTables,
    /// `rejections`: records, not people, so never hidden.
    pub rejections: Disclosed<Table>,
    /// Limits to the quality of the data that were passed.
    pub marks: Vec<Mark>,
    /// The settings of the estimates with the instruments that were used.
    pub analysis: Analysis,
}

/// Makes every table; what was counted in the fold is taken out of it. Without instruments in the
/// settings, every one found is used.
#[must_use]
pub fn estimate(folded: &mut Folded, settings: &Settings, accounts: &[SourceAccount]) -> Estimates {
    let safety = std::mem::take(&mut folded.counted.safety);
    let folded = &*folded;
    // By the threads that share the work: to wake them for each of its many steps would take longer
    // than some of these.
    rayon::scope(|_| estimated(folded, safety, settings, accounts))
}

fn estimated(
    folded: &Folded,
    safety: Safety,
    settings: &Settings,
    accounts: &[SourceAccount],
) -> Estimates {
    let cuts = folded.counted.latest.or_at(settings.fold.data_cut_us);
    let mut analysis = settings.analysis.clone();
    if analysis.instruments.is_empty() {
        analysis.instruments.extend(folded.counted.instruments.iter().cloned());
    }
    let cohort = Cohort {
        subjects: &folded.subjects,
        fold: &settings.fold,
        analysis: &analysis,
        vocabulary: &settings.vocabulary,
        cuts: &cuts,
    };
    let full = full_tables(&cohort, safety);
    let total = Total::of(accounts);
    // Whoever was erased stays out; that says nothing of the data.
    let erased = accounts.iter().filter_map(|a| a.reasons.get(Reason::SubjectWithdrawn.code()));
    let erased: u64 = erased.sum();
    let records_rejected = [total.rejected - erased, total.read - erased];
    let passed =
        passed(&settings.limits, &full.data_quality, &analysis.instruments, records_rejected);
    let tables = disclose(full, &sums(), settings.min_cell);
    let mark = |passed| Mark::of(&passed, &tables.data_quality, records_rejected);
    let marks = passed.into_iter().map(mark).collect();
    Estimates { tables, rejections: records(rejections(accounts)), marks, analysis }
}

/// `rejections`: records by source and reason. Sources of one name are counted together.
fn rejections(accounts: &[SourceAccount]) -> Table {
    let columns = [
        ("source", ColumnType::Text),
        ("reason", ColumnType::Text),
        ("meaning", ColumnType::Text),
        ("records", ColumnType::Int),
    ];
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for account in accounts {
        for (reason, n) in &account.reasons {
            *counts.entry((&account.file, reason)).or_default() += n;
        }
    }
    let mut table = Table::new("rejections", &columns);
    for ((source, reason), n) in counts {
        let meaning = Reason::parse(reason).map_or("", Reason::meaning);
        table.push(vec![source.into(), reason.into(), meaning.into(), n.into()]);
    }
    table
}
