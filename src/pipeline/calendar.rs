//! Settings that need real dates, held against sources whose times carry none.
//!
//! `shifted` times lie on a calendar of their own, `relative` ones on none. A period or a data cut
//! would leave such people out, or let them through, without a word; so it is refused, by name.

use super::accounts::SourceAccount;
use super::error::PipelineError;
use crate::course::settings::FoldSettings;
use crate::curves::settings::Filter;
use crate::event::time::TimeBasis;

/// Most sources named in a message.
const MOST_NAMED: usize = 3;

/// The keys of `[analysis]` that are set and need real dates.
fn keys(fold: &FoldSettings, filter: &Filter) -> Vec<&'static str> {
    let set = [
        ("start_from", filter.from_us.is_some()),
        ("start_before", filter.before_us.is_some()),
        ("data_cut", fold.data_cut_us.is_some()),
    ];
    set.into_iter().filter(|(_, is_set)| *is_set).map(|(key, _)| key).collect()
}

/// Holds the settings against sources by name and basis.
///
/// # Errors
/// A sentence that names keys and sources, if a key needs real dates that a source does not have.
pub fn check<'a>(
    fold: &FoldSettings,
    filter: &Filter,
    sources: impl Iterator<Item = (&'a str, TimeBasis)>,
) -> Result<(), String> {
    let keys = keys(fold, filter);
    let undated: Vec<String> = sources
        .filter(|(_, basis)| !basis.has_calendar())
        .map(|(name, basis)| format!("{name} is {}", basis.as_str()))
        .collect();
    if keys.is_empty() || undated.is_empty() {
        return Ok(());
    }
    let needs = if keys.len() == 1 { "needs" } else { "need" };
    let more = undated.len().saturating_sub(MOST_NAMED);
    let more = if more == 0 { String::new() } else { format!(", and {more} more") };
    let named = undated.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let keys = keys.join(", ");
    Err(format!(
        "[analysis] {keys} {needs} real dates (time_basis actual), but source {named}{more}; leave \
         {keys} out, or keep sources without real dates in a store of their own"
    ))
}

/// Holds the settings against everything a store was fed from.
///
/// # Errors
/// [`PipelineError::Usage`] as above.
pub fn check_store(
    fold: &FoldSettings,
    filter: &Filter,
    accounts: &[SourceAccount],
) -> Result<(), PipelineError> {
    let used = accounts.iter().filter(|account| account.accepted > 0);
    check(fold, filter, used.map(|account| (account.file.as_str(), account.time_basis)))
        .map_err(PipelineError::Usage)
}
