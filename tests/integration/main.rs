//! One test binary, so that the tests share a single compile and link.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    clippy::format_push_string,
    reason = "a test stops where it cannot go on, and reads better short"
)]

mod broken;
mod determinism;
mod dictionary;
mod disclosure;
mod exit_codes;
mod harness;
mod history;
mod identifiers;
mod oracle;
mod records;
mod schemas;
mod settings;
mod sheets;
mod tidy;
mod tiny;
