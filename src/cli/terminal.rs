//! Standard error, the clock and the environment: what a person or a log file sees while a run
//! works, and what a run is told of the machine it works on.

#![allow(clippy::print_stderr, reason = "this file is the terminal")]

use crate::event::time::Moment;
use crate::pipeline::accounts::SourceAccount;
use crate::pipeline::progress::Progress;
use crate::pipeline::subject_key::{KeySource, VARIABLE};
use indicatif::{ProgressBar, ProgressStyle};
use std::cell::RefCell;
use std::io::IsTerminal;
use std::time::Duration;

/// The subject key, if the environment holds one, and random bytes for a store that is begun.
#[must_use]
pub fn subject_key() -> KeySource {
    let variable = std::env::var_os(VARIABLE).filter(|text| !text.is_empty());
    let variable = variable.map(|text| text.to_string_lossy().into_owned());
    KeySource { variable, file: None, salt: uuid::Uuid::now_v7().into_bytes() }
}

/// Random bytes: four ids of version 7, hashed, hold 296 random bits of the system.
#[must_use]
pub fn random_key() -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for _ in 0..4 {
        hasher.update(uuid::Uuid::now_v7().as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// Progress on standard error: a spinner on a terminal, one line a stage in cron.
pub struct Terminal {
    quiet: bool,
    spinner: Option<RefCell<ProgressBar>>,
}

/// How often the spinner turns.
const TICK: Duration = Duration::from_millis(120);

impl Terminal {
    /// Looks at what standard error is.
    #[must_use]
    pub fn new(quiet: bool) -> Self {
        let is_terminal = std::io::stderr().is_terminal() && !quiet;
        let spinner = is_terminal.then(|| RefCell::new(ProgressBar::hidden()));
        Self { quiet, spinner }
    }

    /// A line that stays.
    pub fn say(&self, line: &str) {
        if self.quiet {
            return;
        }
        match &self.spinner {
            Some(spinner) => spinner.borrow().suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    /// A warning, however quiet.
    pub fn warn(&self, warning: &str) {
        let line = format!("afterdose: warning: {warning}");
        match &self.spinner {
            Some(spinner) => spinner.borrow().suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    /// An error, however quiet.
    pub fn fail(&self, error: &str) {
        self.done();
        eprintln!("afterdose: {error}");
    }

    /// Ends the spinner.
    pub fn done(&self) {
        if let Some(spinner) = &self.spinner {
            spinner.borrow().finish_and_clear();
        }
    }
}

impl Progress for Terminal {
    fn stage(&self, name: &str, detail: &str) {
        let Some(spinner) = &self.spinner else {
            let now = Moment::calendar(self.now_us() / 1_000_000 * 1_000_000).to_text();
            return self.say(&format!("{now} {name}: {detail}"));
        };
        let style = ProgressStyle::with_template("{spinner} {prefix:<9} {msg} {elapsed}");
        let next = ProgressBar::new_spinner()
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
            .with_prefix(name.to_owned())
            .with_message(detail.to_owned());
        next.enable_steady_tick(TICK);
        spinner.replace(next).finish_and_clear();
    }

    fn source(&self, account: &SourceAccount) {
        let SourceAccount { file, read, accepted, duplicate, rejected, .. } = account;
        let mut line = format!(
            "  {file}: {read} read = {accepted} accepted + {duplicate} duplicate + {rejected} rejected"
        );
        if account.refused {
            line.push_str("; refused whole, an identifier was found");
        }
        if account.truncated {
            line.push_str("; broke off midway");
        }
        self.say(&line);
    }

    #[allow(clippy::disallowed_methods, reason = "the one place that looks at the clock")]
    fn now_us(&self) -> i64 {
        jiff::Timestamp::now().as_microsecond()
    }
}
