//! The record of a run: from what, by what, with which settings, into which files.

use super::accounts::SourceAccount;
use super::as_of::Stated;
use super::mark::Mark;
use super::outputs::OutputFile;
use super::plan::Settings;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// `manifest.json`.
#[derive(Debug, Serialize)]
pub struct Manifest<'a> {
    /// Id of the run: UTC time and 8 hex digits of `identity`.
    pub run: &'a str,
    /// Name of the pipeline.
    pub pipeline: &'a str,
    /// Hash of what the run was made from: events, rejections, settings, program.
    pub identity: &'a str,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// Program and version.
    pub program: &'static str,
    /// Version of the store.
    pub store_version: u64,
    /// Where the run is about the past: the version, when it was committed, and the time that was
    /// asked for.
    pub as_of: Option<&'a Stated>,
    /// Events in the store: records, not people.
    pub events: u64,
    /// `none`, `part` or `all` of the sources are synthetic.
    pub synthetic: &'static str,
    /// `internal` or `min-cell-N`.
    pub disclosure: String,
    /// `as-sent`, or `second` where a key lays a second pseudonym over the first.
    pub pseudonyms: &'static str,
    /// Limits to the quality of the data that were passed; empty for none.
    pub limits_passed: &'a [Mark],
    /// Hash of `settings`.
    pub settings_hash: String,
    /// Everything that decides a number, defaults included.
    pub settings: &'a Settings,
    /// Row accounts of every source of the store.
    pub sources: &'a [SourceAccount],
    /// Row account of all sources together.
    pub total: Total,
    /// Milliseconds of each stage.
    pub stages_ms: &'a [(String, u64)],
    /// Files of the run.
    pub outputs: &'a [OutputFile],
}

/// Row account of all sources together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Total {
    /// Records read.
    pub read: u64,
    /// New to the log.
    pub accepted: u64,
    /// Known already.
    pub duplicate: u64,
    /// Refused.
    pub rejected: u64,
}

impl Total {
    /// Adds the accounts up.
    #[must_use]
    pub fn of(accounts: &[SourceAccount]) -> Self {
        accounts.iter().fold(Self::default(), |total, account| Self {
            read: total.read + account.read,
            accepted: total.accepted + account.accepted,
            duplicate: total.duplicate + account.duplicate,
            rejected: total.rejected + account.rejected,
        })
    }
}

/// The hash of what a published run was made from; `None` if it cannot be read.
#[must_use]
pub fn identity_of(run: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct Identity {
        identity: String,
    }
    let text = std::fs::read(run.join("manifest.json")).ok()?;
    serde_json::from_slice::<Identity>(&text).ok().map(|manifest| manifest.identity)
}
