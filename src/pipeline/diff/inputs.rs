//! What went into two runs: program, settings, sources, row accounts.

use super::published::Manifest;
use crate::pipeline::accounts::SourceAccount;
use crate::pipeline::manifest::Total;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What differs in what two runs were made from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inputs {
    /// Whether both were made from the same events, rejections, settings and program.
    pub same: bool,
    /// What can have moved a number; empty where nothing can.
    pub causes: Vec<Cause>,
    /// Facts of the manifests that differ: program, version and events of the store, and so on.
    pub facts: Vec<Change>,
    /// Settings that differ, by key.
    pub settings: Vec<Change>,
    /// Sources that differ.
    pub sources: Vec<SourceChange>,
    /// Row account of all sources together, before and after.
    pub total: [Total; 2],
}

/// What can move a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Other events, corrections, retractions or withdrawals, or other rejections.
    Events,
    /// Other settings.
    Settings,
    /// Another version of the program.
    Program,
    /// Another past, or none.
    AsOf,
}

/// A value that differs; null where one run does not have it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Key; of a setting the path of keys, `.` between.
    pub key: String,
    /// In the run before.
    pub before: Value,
    /// In the run after.
    pub after: Value,
}

/// A source that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceChange {
    /// What it is called.
    pub file: String,
    /// How it differs.
    pub change: SourceKind,
    /// Digest and account before.
    pub before: Option<Account>,
    /// Digest and account after.
    pub after: Option<Account>,
}

/// How a source differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// Not known before.
    New,
    /// A source of this name was known, with other bytes.
    OtherBytes,
    /// The same bytes, read again: another account.
    ReadAgain,
    /// No longer known.
    Gone,
}

/// Digest and row account of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    /// BLAKE3 of its bytes.
    pub blake3: String,
    /// Its row account.
    #[serde(flatten)]
    pub rows: Total,
}

impl Inputs {
    /// What differs from one manifest to the other.
    #[must_use]
    pub(super) fn of(before: &Manifest, after: &Manifest) -> Self {
        let settings = settings(&before.settings, &after.settings);
        let sources = sources(&before.sources, &after.sources);
        let same = before.identity == after.identity;
        let mut causes = Vec::new();
        for (cause, differs) in [
            (Cause::Settings, !settings.is_empty()),
            (Cause::Program, before.program != after.program),
            (Cause::AsOf, before.as_of != after.as_of),
        ] {
            causes.extend(differs.then_some(cause));
        }
        // The identity is made of events, rejections, settings, program and past: where the last
        // three are the same and it is not, it is one of the first two.
        let events_differ = before.events != after.events || !sources.is_empty();
        if !same && (events_differ || causes.is_empty()) {
            causes.insert(0, Cause::Events);
        }
        Self {
            same,
            causes,
            facts: facts(before, after),
            settings,
            sources,
            total: [Total::of(&before.sources), Total::of(&after.sources)],
        }
    }
}

fn facts(before: &Manifest, after: &Manifest) -> Vec<Change> {
    let limits = |manifest: &Manifest| {
        let limits = manifest.limits_passed.iter();
        let names = limits.map(|mark| match &mark.instrument {
            Some(instrument) => format!("{} ({instrument})", mark.limit),
            None => mark.limit.clone(),
        });
        let names: Vec<String> = names.collect();
        if names.is_empty() { Value::Null } else { names.join(", ").into() }
    };
    let of = |manifest: &Manifest| {
        [
            ("pipeline", manifest.pipeline.clone()),
            ("program", manifest.program.as_str().into()),
            ("store_version", manifest.store_version.into()),
            ("as_of", manifest.as_of.clone()),
            ("events", manifest.events.into()),
            ("synthetic", manifest.synthetic.clone()),
            ("pseudonyms", manifest.pseudonyms.clone()),
            ("limits_passed", limits(manifest)),
        ]
    };
    let pairs = of(before).into_iter().zip(of(after));
    let differ = pairs.filter(|((_, before), (_, after))| before != after);
    let change = |((key, before), (_, after)): ((&str, Value), (&str, Value))| Change {
        key: key.to_owned(),
        before,
        after,
    };
    differ.map(change).collect()
}

fn settings(before: &Value, after: &Value) -> Vec<Change> {
    let mut all: BTreeMap<String, [Value; 2]> = BTreeMap::new();
    for (side, settings) in [before, after].into_iter().enumerate() {
        flatten("", settings, &mut |key, value| {
            all.entry(key.to_owned()).or_default()[side] = value.clone();
        });
    }
    let differ = all.into_iter().filter(|(_, [before, after])| before != after);
    differ.map(|(key, [before, after])| Change { key, before, after }).collect()
}

/// Every value that is no object, with the path of keys that leads to it. A list is one value.
fn flatten(path: &str, value: &Value, each: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                flatten(&path, value, each);
            }
        }
        value => each(path, value),
    }
}

/// Sources are known by the digest of their bytes, a sheet also by its mapping. A store remembers
/// every one it was fed from, so that a file that grows is a new source of a known name.
fn sources(before: &[SourceAccount], after: &[SourceAccount]) -> Vec<SourceChange> {
    let of = |accounts: &[SourceAccount]| -> BTreeMap<(String, Option<String>), SourceAccount> {
        let key = |account: &SourceAccount| (account.blake3.clone(), account.mapping.clone());
        accounts.iter().map(|account| (key(account), account.clone())).collect()
    };
    let (old, new) = (of(before), of(after));
    let account = |account: &SourceAccount| Account {
        blake3: account.blake3.clone(),
        rows: Total::of(std::slice::from_ref(account)),
    };
    let mut changes = Vec::new();
    for (key, now) in &new {
        let (change, then) = match old.get(key) {
            Some(then) if account(then) == account(now) => continue,
            Some(then) => (SourceKind::ReadAgain, Some(then)),
            None => match before.iter().rfind(|then| then.file == now.file) {
                Some(then) => (SourceKind::OtherBytes, Some(then)),
                None => (SourceKind::New, None),
            },
        };
        let (before, after) = (then.map(account), Some(account(now)));
        changes.push(SourceChange { file: now.file.clone(), change, before, after });
    }
    for (_, then) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
        let (change, before) = (SourceKind::Gone, Some(account(then)));
        changes.push(SourceChange { file: then.file.clone(), change, before, after: None });
    }
    let digest = |account: &Option<Account>| account.as_ref().map(|a| a.blake3.clone());
    changes.sort_by_cached_key(|c| (c.file.clone(), digest(&c.before), digest(&c.after)));
    changes
}
