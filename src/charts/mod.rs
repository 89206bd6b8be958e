//! Estimates to figures as data, then SVG and PNG.
//!
//! Layer 4. A figure is built and tested as a value ([`figure::Figure`]); [`layout`] places it on
//! a page as lines, areas and texts; [`draw`] alone knows the libraries that write them. Figures
//! are made from [`crate::privacy::disclosed::Disclosed`] tables only and work out nothing that
//! such a table does not hold.

pub mod draw;
pub mod figure;
pub mod frame;
pub mod layout;
pub mod marking;
pub mod response_rate;
mod response_words;
pub mod scene;
pub mod theme;

#[cfg(test)]
pub(crate) mod fixture;
