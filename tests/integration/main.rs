//! One test binary, so that the tests share a single compile and link.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    clippy::format_push_string,
    reason = "a test stops where it cannot go on, and reads better short"
)]

mod account;
mod adjusted;
mod as_of;
mod audit;
mod backup;
mod broken;
mod corrections;
mod coverage;
mod determinism;
mod dictionary;
mod diff;
mod disclosure;
mod disclosure_account;
mod disclosure_afterwards;
mod disclosure_safety;
mod erasure;
mod exit_codes;
mod explain;
mod figures;
mod fixed_cohort;
mod fuzz;
mod harness;
mod history;
mod identifiers;
mod markers;
mod newer;
mod oracle;
mod race;
mod records;
mod report;
mod safety;
mod schemas;
mod second_pseudonym;
mod settings;
mod sheets;
mod tables_alone;
mod tidy;
mod time;
mod tiny;
mod upkeep;
mod versions;
