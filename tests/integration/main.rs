//! One test binary, so that the tests share a single compile and link.

mod disclosure;
mod harness;
mod oracle;
mod schemas;
mod tidy;
