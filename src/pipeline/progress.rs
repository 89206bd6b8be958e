//! What a run says while it works; the terminal decides how it looks.

use super::accounts::SourceAccount;

/// Told of every stage; in cron, one line a stage.
pub trait Progress {
    /// A stage begins. `detail` holds counts of records and files, never of people.
    fn stage(&self, name: &str, detail: &str);
    /// A source was read.
    fn source(&self, account: &SourceAccount);
    /// Microseconds since 1970: the only clock a run has.
    fn now_us(&self) -> i64;
}
