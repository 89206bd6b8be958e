//! Everything a privacy reviewer reads, in one sitting: what may enter and what may leave.
//!
//! Layer 1. [`gate`] holds the only constructor of [`gate::Deidentified`], which is all the store
//! appends; [`outgoing`] the only one of [`disclosed::Disclosed`], which is all that charts and
//! reports accept. Skipping either does not compile.

mod age;
mod cells;
mod complement;
mod counts;
pub mod disclosed;
pub mod erased;
mod follow;
pub mod gate;
pub mod identifier;
mod implied;
mod json;
mod links;
pub mod outgoing;
mod pattern;
mod plain;
mod prime;
pub mod pseudonym;
pub mod relations;
pub mod rules;
mod small;
mod solve;
pub mod suppress;

#[cfg(test)]
mod tests;
